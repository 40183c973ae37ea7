"""The guide inside the workbook: how to work in it, and what to write in each column."""

from collections.abc import Iterator

from openpyxl import Workbook
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.issue import Issue
from fpsheet.workbook.sheet_layout import is_always_required
from fpsheet.workbook.style import (
    NAVY,
    UNDERLINE,
    add_sheet,
    align,
    font,
    protect,
    set_page,
    style_heading,
    write_note,
    write_text,
    write_title,
)
from fpsheet_templates.form import ColumnRole, Field, FieldType, Sheet

_COLUMNS = (("B", 30), ("C", 68), ("D", 42), ("E", 18), ("F", 23))
_LETTERS_PER_WIDTH = 1.14
"""A column of a width holds so many letters: it is counted in digits, which are wider."""

_ROW_HEIGHT = 14
_PAGE_HEIGHT = 560
"""Points that a page holds below the repeated title, at the columns' width; no table is cut."""

STEPS = 9
"""Steps of the work, each with a title and a text."""


def make_guide(book: Workbook, issue: Issue) -> Worksheet:
    """Add the sheet: steps first, then one table per entry sheet, all from the form."""
    sheet = add_sheet(book, issue.title("vejledning"), colour=issue.form.sheet("vejledning").colour)
    sheet.column_dimensions["A"].width = 3
    for letter, width in _COLUMNS:
        sheet.column_dimensions[letter].width = width
    write_title(sheet, "B1", issue.title("vejledning"))
    write_note(sheet, "B2", issue.text("sheet.vejledning.intro"))
    sheet.row_dimensions[1].height = 30
    page, row = 4, _write_steps(sheet, issue, 4)
    for entry in issue.form.entry_sheets():
        start, row = row + 1, _write_sheet(sheet, issue, entry, row + 1)
        if _sum_heights(sheet, page, row) > _PAGE_HEIGHT:
            sheet.row_breaks.append(Break(start - 1))
            page = start
    protect(sheet)
    set_page(sheet, title_rows="1:2", footer=issue.footer)
    return sheet


def _sum_heights(sheet: Worksheet, first: int, end: int) -> float:
    """Return the height of rows in points, the end excluded."""
    known = sheet.row_dimensions
    heights = (known[row].height if row in known else None for row in range(first, end))
    return sum(height or _ROW_HEIGHT + 1 for height in heights)


def _write_steps(sheet: Worksheet, issue: Issue, row: int) -> int:
    for number in range(1, STEPS + 1):
        write_text(sheet[f"B{row}"], issue.text(f"workbook.guide.trin_{number}_titel"))
        sheet[f"B{row}"].font = font(bold=True, colour=NAVY)
        sheet[f"B{row}"].alignment = align(vertical="top")
        cell = write_text(sheet[f"C{row}"], issue.text(f"workbook.guide.trin_{number}"))
        cell.font = font()
        cell.alignment = align(wrap=True, vertical="top")
        sheet.merge_cells(f"C{row}:F{row}")
        sheet.row_dimensions[row].height = _height(str(cell.value), 165)
        row += 1
    return row


def _height(text: str, characters: int) -> float:
    """Return the height of a row whose text wraps after so many characters."""
    return _ROW_HEIGHT * (1 + len(text) // characters) + 3


def _write_sheet(sheet: Worksheet, issue: Issue, entry: Sheet, row: int) -> int:
    """Write the table of one entry sheet; return the row after it."""
    # The pages are those of the module that Greenland had before.
    page = f" ({entry.page})" if entry.page and issue.jurisdiction == "GL" else ""
    heading = write_text(sheet[f"B{row}"], f"{issue.title(entry.id)}{page}")
    heading.font = font(size=13, bold=True, colour=entry.colour)
    heading.alignment = align()
    write_note(sheet, f"C{row}", issue.intro(entry.id))
    sheet.row_dimensions[row].height = 26
    row += 1
    names = ("felt", "hjaelp", "form", "kraevet", "bemaerk")
    for (letter, _), name in zip(_COLUMNS, names, strict=True):
        style_heading(
            write_text(sheet[f"{letter}{row}"], issue.text(f"workbook.guide.{name}")), entry.colour
        )
    sheet.row_dimensions[row].height = 20
    for field in entry.fields:
        if field.role is ColumnRole.ROW_ID:
            continue
        row += 1
        for (letter, _), text in zip(_COLUMNS, _cells(issue, entry, field), strict=True):
            cell = write_text(sheet[f"{letter}{row}"], text)
            cell.font = font(bold=letter == "B")
            cell.alignment = align(wrap=True)
            cell.border = UNDERLINE
        texts = ((str(sheet[f"{letter}{row}"].value), width) for letter, width in _COLUMNS)
        sheet.row_dimensions[row].height = max(
            _height(text, int(width * _LETTERS_PER_WIDTH)) for text, width in texts
        )
    return row + 1


def _cells(issue: Issue, sheet: Sheet, field: Field) -> Iterator[str]:
    yield issue.label(sheet.id, field.id)
    yield issue.help(sheet.id, field.id)
    yield _shape(issue, field)
    yield _required(issue, field)
    yield issue.text("workbook.guide.lokal") if field.local else ""


def _shape(issue: Issue, field: Field) -> str:
    """Say in words what a cell of the field holds."""
    if field.role is ColumnRole.STATUS:
        return issue.text("workbook.guide.form_status")
    values: dict[str, object] = {"antal": field.max_length}
    if field.type is FieldType.CODE:
        values["liste"] = issue.text(f"workbook.liste.{field.codes}")
    if field.minimum is not None and field.maximum is not None:
        values |= {"fra": f"{field.minimum:g}", "til": f"{field.maximum:g}"}
    return issue.form.texts.fill(f"workbook.guide.form_{field.type}", issue.language, values)


def _required(issue: Issue, field: Field) -> str:
    if is_always_required(field):
        return issue.text("workbook.guide.altid")
    return issue.text("workbook.guide.nogle_gange") if field.required is not None else ""
