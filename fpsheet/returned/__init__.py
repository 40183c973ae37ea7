"""The returned workbook: the caseworker's own file, with the findings shown in it.

Cells are marked by a conditional format of ours and a comment of ours, and one sheet of ours
lists every finding. No cell, style or other part of hers changes, so taking the marks away again
leaves her file.
"""
