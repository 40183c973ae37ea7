"""The code sheet: every list a person can pick from, and the names the dropdowns use."""

from openpyxl import Workbook
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.issue import Issue
from fpsheet.workbook.layout import HEADER_ROW, list_name
from fpsheet.workbook.style import (
    UNDERLINE,
    add_sheet,
    align,
    font,
    set_page,
    style_heading,
    write_note,
    write_text,
    write_title,
)
from fpsheet_templates.codes import Code
from fpsheet_templates.form import Form

_SUBHEAD_ROW = HEADER_ROW + 1
_FIRST_ROW = HEADER_ROW + 2
_WIDEST, _NARROWEST = 46, 16
_CODE_WIDTH = 20


def used_lists(form: Form) -> tuple[str, ...]:
    """Give the code lists that some field uses, in the order of the fields."""
    fields = (field for sheet in form.sheets for field in sheet.fields)
    return tuple(dict.fromkeys(field.codes for field in fields if field.codes))


def codes_to_pick(form: Form, list_id: str, *, jurisdiction: str, aar: int) -> tuple[Code, ...]:
    """Give the codes a kommune may pick in a year; all where the list knows none for it."""
    codes = form.code_lists[list_id]
    own = (code for code in codes.for_jurisdiction(jurisdiction) if _holds_in(code, aar))
    return tuple(own) or codes.codes


def _holds_in(code: Code, aar: int) -> bool:
    started = not code.valid_from or code.valid_from <= f"{aar}-12-31"
    return started and (not code.valid_to or code.valid_to > f"{aar}-01-01")


def make_code_sheet(book: Workbook, issue: Issue) -> Worksheet:
    """Add the sheet of code lists: per list its labels and, beside them, the codes."""
    title = issue.title("koder")
    sheet = add_sheet(book, title, colour=issue.form.sheet("koder").colour)
    write_title(sheet, "A1", title)
    write_note(sheet, "A2", issue.text("sheet.koder.intro"))
    sheet.row_dimensions[1].height = 30
    for number, list_id in enumerate(used_lists(issue.form)):
        _write_list(book, sheet, issue, list_id=list_id, column=1 + 3 * number)
    sheet.freeze_panes = f"A{_FIRST_ROW}"
    set_page(sheet, title_rows=f"1:{_SUBHEAD_ROW}", footer=issue.footer)
    return sheet


def _write_list(
    book: Workbook, sheet: Worksheet, issue: Issue, *, list_id: str, column: int
) -> None:
    form, language = issue.form, issue.language
    codes = codes_to_pick(form, list_id, jurisdiction=issue.jurisdiction, aar=issue.aar)
    label_letter, code_letter = get_column_letter(column), get_column_letter(column + 1)
    heading = write_text(
        sheet[f"{label_letter}{HEADER_ROW}"],
        issue.text(f"workbook.liste.{list_id}"),
    )
    style_heading(heading, form.sheet("koder").colour)
    style_heading(sheet[f"{code_letter}{HEADER_ROW}"], form.sheet("koder").colour)
    for letter, key in ((label_letter, "label"), (code_letter, "code")):
        cell = write_text(sheet[f"{letter}{_SUBHEAD_ROW}"], issue.text(f"workbook.koder.{key}"))
        cell.font = font(bold=True)
        cell.border = UNDERLINE
    for row, code in enumerate(codes, start=_FIRST_ROW):
        for letter, text in ((label_letter, code.label(language)), (code_letter, code.id)):
            cell = write_text(sheet[f"{letter}{row}"], text)
            cell.font = font()
            cell.border = UNDERLINE
            cell.alignment = align()
    longest = max(len(code.label(language)) for code in codes)
    sheet.column_dimensions[label_letter].width = min(_WIDEST, max(_NARROWEST, longest + 2))
    sheet.column_dimensions[code_letter].width = _CODE_WIDTH
    sheet.column_dimensions[get_column_letter(column + 2)].width = 3
    last = HEADER_ROW + 1 + len(codes)
    reference = (
        f"{quote_sheetname(sheet.title)}!${label_letter}${_FIRST_ROW}:${label_letter}${last}"
    )
    name = list_name(list_id)
    book.defined_names[name] = DefinedName(name, attr_text=reference)
