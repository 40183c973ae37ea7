"""The returned workbook: the caseworker's own file, with the findings shown in it.

Cells are marked by a conditional format of ours and a comment of ours, and one sheet of ours
lists every finding. Nothing else in the file changes, so taking the marks away again leaves it as
it was typed.
"""
