"""Excel live: check, jump, preview and send the workbook that is open in Excel.

The same steps, findings, marks and list as for a file. Only `attach` imports xlwings.
"""
