"""Floor 4: the program. Workbook in and out, statistics workbooks, command line, Excel."""
