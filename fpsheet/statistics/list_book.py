"""List workbooks: blank lists for other offices to fill in, and lists drawn for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from fpsheet.wrapping import count_lines
from fpsheet_templates.form import ColumnRole, FieldType, Form

Cell = str | int | float | date | None

_CHOICES = {
    "in_memory": True,
    # Text stays text, whatever it begins with.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_LOOK = {"font_name": "Arial", "font_size": 11}
_CODES_SHEET = "Koder"
_A4 = 9
_CPR_LENGTH = 10
_LINE_POINTS = 15
_LETTERS = 1.1
"""Letters that fit in a character of width: most are narrower than the digit it is measured by."""


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column.

    Attributes:
        label: Heading.
        type: What its cells hold.
        width: Width in characters.
        choices: Code → the word shown for it; a dropdown offers the words. Empty for none.
        help: Input message; empty for none.
    """

    label: str
    type: FieldType
    width: int = 20
    choices: Mapping[str, str] = field(default_factory=dict)
    help: str = ""


@dataclass(frozen=True, slots=True)
class ListBook:
    """One list.

    Attributes:
        title: Name on the tab, and in the document's properties.
        table: Name of the Excel table.
        lines: Lines above the headings; the mark of a confidential list comes first.
        columns: Columns left to right.
        rows: Cells as codes, days and numbers.
        made_on: The day printed in the properties.
        blank_rows: Empty rows below, for somebody to fill in.
        is_confidential: It is not to be passed on, and every printed page says so.
        wraps: Texts longer than their column go on in the line below.
    """

    title: str
    table: str
    lines: tuple[str, ...]
    columns: tuple[ListColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    made_on: date
    blank_rows: int = 0
    is_confidential: bool = False
    wraps: bool = False


def list_columns(lists: Form, sheet_id: str, language: str) -> tuple[ListColumn, ...]:
    """Return the columns of a list that somebody else fills in."""
    found = []
    for each in lists.sheet(sheet_id).fields:
        if each.role is not ColumnRole.ENTRY:
            continue
        codes = lists.code_lists[each.codes].codes if each.codes else ()
        column = ListColumn(
            label=lists.field_label(sheet_id, each.id, language),
            type=each.type,
            width=each.width,
            choices={code.id: code.label(language) for code in codes},
            help=lists.field_help(sheet_id, each.id, language),
        )
        found.append(column)
    return tuple(found)


def write_list_book(book: ListBook) -> bytes:
    """Return a list as a workbook; the same list gives the same bytes.

    CPR numbers are text with a hyphen, days are days, and whatever is text stays text.
    """
    stream = BytesIO()
    workbook = xlsxwriter.Workbook(stream, {**_CHOICES, "default_format_properties": dict(_LOOK)})
    made_at = datetime.combine(book.made_on, time(), UTC).replace(tzinfo=None)
    mark = book.lines[0] if book.is_confidential else ""
    workbook.set_properties({"title": book.title, "comments": mark, "created": made_at})
    sheet = workbook.add_worksheet(book.title)
    _write_lines(workbook, sheet, book)
    _write_table(workbook, sheet, book)
    _offer_choices(workbook, sheet, book)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(len(book.lines))
    sheet.freeze_panes(len(book.lines) + 1, 0)
    if mark:
        sheet.set_header(f"&C{mark.replace('&', '&&')}")
    workbook.close()
    return stream.getvalue()


def _write_lines(workbook: Workbook, sheet: Worksheet, book: ListBook) -> None:
    plain = workbook.add_format({})
    strong = workbook.add_format({"bold": True, "font_color": "#9C0006"})
    for row, line in enumerate(book.lines):
        sheet.write_string(row, 0, line, strong if book.is_confidential and not row else plain)


def _write_table(workbook: Workbook, sheet: Worksheet, book: ListBook) -> None:
    looks = {
        FieldType.DATE: workbook.add_format({"num_format": "dd-mm-yyyy"}),
        FieldType.INTEGER: workbook.add_format({"num_format": "0"}),
        FieldType.DECIMAL: workbook.add_format({"num_format": "0.0"}),
    }
    text = workbook.add_format({"num_format": "@", "text_wrap": book.wraps})
    head = workbook.add_format({"bold": True, "text_wrap": True, "valign": "bottom"})
    first, height = len(book.lines), max(len(book.rows) + book.blank_rows, 1)
    headed = [
        {
            "header": column.label,
            "header_format": head,
            "format": looks.get(column.type, text),
        }
        for column in book.columns
    ]
    _fit_height(sheet, first, [(column.label, column.width) for column in book.columns])
    place = (first, 0, first + height, len(book.columns) - 1)
    sheet.add_table(*place, {"name": book.table, "columns": headed, "style": "Table Style Light 1"})
    for number, column in enumerate(book.columns):
        sheet.set_column(number, number, column.width, looks.get(column.type, text))
    for row, cells in enumerate(book.rows, start=first + 1):
        for number, (column, cell) in enumerate(zip(book.columns, cells, strict=True)):
            _write_cell(sheet, (row, number), column, cell, looks.get(column.type, text))
        if book.wraps:
            shown = zip(cells, book.columns, strict=True)
            _fit_height(sheet, row, [(str(cell or ""), column.width) for cell, column in shown])


def _fit_height(sheet: Worksheet, row: int, cells: Sequence[tuple[str, int]]) -> None:
    """Make a row as high as its longest text needs; LibreOffice does not do so when it opens."""
    lines = max(count_lines(text, int(width * _LETTERS)) for text, width in cells)
    if lines > 1:
        sheet.set_row(row, lines * _LINE_POINTS)


def _write_cell(
    sheet: Worksheet, place: tuple[int, int], column: ListColumn, cell: Cell, look: Format
) -> None:
    match cell:
        case None:
            return
        case str():
            is_cpr = column.type is FieldType.CPR and len(cell) == _CPR_LENGTH
            shown = f"{cell[:6]}-{cell[6:]}" if is_cpr else column.choices.get(cell, cell)
            sheet.write_string(*place, shown, look)
        case date():
            sheet.write_datetime(
                *place, datetime.combine(cell, time(), UTC).replace(tzinfo=None), look
            )
        case _:
            sheet.write_number(*place, cell, look)


def _offer_choices(workbook: Workbook, sheet: Worksheet, book: ListBook) -> None:
    """Return each column that is to be filled in its dropdown and its message."""
    codes = _codes_sheet(workbook, book)
    last = len(book.lines) + max(len(book.rows) + book.blank_rows, 1)
    for number, column in enumerate(book.columns):
        if not column.help:
            continue
        rule: dict[str, object] = {
            "validate": "any",
            "input_title": column.label[:32],
            "input_message": column.help[:255],
        }
        words = list(column.choices.values())
        if words and codes:
            codes.write_string(0, number, column.label)
            codes.set_column(number, number, column.width)
            _write_down(codes, number, words)
            letter = xlsxwriter.utility.xl_col_to_name(number)
            source = f"={_CODES_SHEET}!${letter}$2:${letter}${len(words) + 1}"
            rule |= {"validate": "list", "source": source}
        sheet.data_validation(len(book.lines) + 1, number, last, number, rule)


def _codes_sheet(workbook: Workbook, book: ListBook) -> Worksheet | None:
    """Make the sheet of the words to choose from; None where there are none."""
    offers = any(column.help and column.choices for column in book.columns)
    return workbook.add_worksheet(_CODES_SHEET) if offers else None


def _write_down(sheet: Worksheet, column: int, words: Sequence[str]) -> None:
    for row, word in enumerate(words, start=1):
        sheet.write_string(row, column, word)
