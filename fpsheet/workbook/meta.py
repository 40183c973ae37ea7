"""The hidden sheet by which the program knows a workbook again."""

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.issue import Issue
from fpsheet.workbook.style import TEXT_FORMAT, add_sheet, write_text
from fpsheet_templates.form import META_KEYS


def make_meta_sheet(book: Workbook, issue: Issue) -> Worksheet:
    """Add the hidden sheet: keys in column A, values as text in column B."""
    sheet = add_sheet(book, issue.title("meta"))
    values = _meta_values(issue)
    sheet.sheet_state = "hidden"
    for number, key in enumerate(META_KEYS, start=1):
        write_text(sheet[f"A{number}"], key)
        write_text(sheet[f"B{number}"], values.get(key, "")).number_format = TEXT_FORMAT
    sheet.column_dimensions["A"].width = 18
    sheet.column_dimensions["B"].width = 30
    return sheet


def _meta_values(issue: Issue) -> dict[str, str]:
    return {
        "form_version": str(issue.form.version),
        "workbook_id": issue.workbook_id,
        "kommune_kode": issue.kommune.code,
        "aar": str(issue.aar),
        "sprog": issue.language,
        "parent": issue.parent,
        "issued_at": issue.issued_at.isoformat(timespec="seconds"),
        "signature": "",
    }
