"""The Forside: who sends, the nil return, and how far the work is."""

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.entry_help import make_validation
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.style import (
    NAVY,
    TEXT_FORMAT,
    add_sheet,
    set_page,
    style_entry,
    style_shaded,
    write_note,
    write_text,
    write_title,
)

_FIRST_ENTRY_ROW = 8


def make_cover(book: Workbook, issue: Issue) -> Worksheet:
    """Add the first sheet. Its entry cells stand in column C, their identifiers in hidden A."""
    sheet = add_sheet(book, issue.title("forside"), colour=NAVY)
    for letter, width in (("A", 3), ("B", 30), ("C", 44), ("D", 12), ("E", 12), ("F", 12)):
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions["A"].hidden = True
    write_title(sheet, "B1", issue.text("workbook.cover.title"))
    write_note(sheet, "B2", issue.text("sheet.forside.intro"))
    for row, key, value in ((4, "kommune", issue.kommune_name), (5, "aar", str(issue.aar))):
        label = write_text(sheet[f"B{row}"], issue.text(f"workbook.cover.{key}"))
        style_shaded(label, bold=True)
        style_shaded(write_text(sheet[f"C{row}"], value))
    for row, field in enumerate(issue.form.sheet("forside").fields, start=_FIRST_ENTRY_ROW):
        write_text(sheet[f"A{row}"], f"forside.{field.id}")
        label = write_text(sheet[f"B{row}"], issue.label("forside", field.id))
        style_shaded(label, bold=True)
        entry = sheet[f"C{row}"]
        style_entry(entry)
        entry.number_format = TEXT_FORMAT
        validation = make_validation(issue, "forside", field)
        validation.add(entry.coordinate)
        sheet.add_data_validation(validation)
    set_page(sheet, footer=issue.footer)
    return sheet
