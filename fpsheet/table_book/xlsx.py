"""A workbook of tables as an .xlsx file: real tables, native charts, values and no formulas.

Statistics, receipts, the status, the catalogue of rules, the audit and lists are written here.

XlsxWriter and not openpyxl writes it: its charts are complete, its tables need no second pass, and
two files of the same data are the same bytes (docs/adr/0011-statistics.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from io import BytesIO
from itertools import count

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from fpsheet.ooxml.zip_file import pack, unpack
from fpsheet.table_book.book import Book, Page, PageCell, PageColumn, PageKind
from fpsheet.table_book.chart import insert_figure
from fpsheet.wrapping import count_lines
from fpsheet_sync.statistics.stat_table import ColumnKind
from fpsheet_templates.form import FieldType

FONT = "Arial"
_BODY, _HEADING, _TITLE = 11, 13, 16
_A4 = 9
_COVER_WIDTH = 110
_CPR_LENGTH = 10
_CODES_SHEET = "Koder"
_LIST_STYLE = "Table Style Light 1"
_LONGEST_TITLE, _LONGEST_MESSAGE = 32, 255
"""Letters that Excel takes of a message at a cell."""

_LINE_POINTS = 14.5
_TITLE_POINTS, _HEADING_POINTS = 24, 24
_WIDER = {True: 1.02, False: 1.15}
"""Letters of text per character of column width, by bold: a character is as wide as a digit."""

_INDENT = 2.0
"""Width of an indent, in characters of a column's width."""

_MARGIN = 0.4
"""Inches to the left and right of a printed page: wide tables need the room."""

_ONE_PAGE_WIDE, _ONE_PAGE = (1, 0), (1, 1)
_CHOICES = {
    "in_memory": True,
    # Text stays text, whatever it begins with.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# What a column holds stands a little in from its border, or it runs into the next column's.
_LOOKS: Mapping[str, Mapping[str, object]] = {
    "title": {"bold": True, "font_size": _TITLE},
    "heading": {"bold": True, "font_size": _HEADING, "valign": "bottom"},
    "line": {},
    "mark": {"bold": True, "font_color": "#9C0006"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "link": {"font_color": "#0B4F8A", "underline": 1, "valign": "top"},
    "head_text": {
        "bold": True,
        "text_wrap": True,
        "valign": "bottom",
        "align": "left",
        "indent": 1,
    },
    "head_number": {
        "bold": True,
        "text_wrap": True,
        "valign": "bottom",
        "align": "right",
        "indent": 1,
    },
    "text": {"text_wrap": True, "valign": "top", "align": "left", "indent": 1},
    "count": {"num_format": "#,##0", "valign": "top", "align": "right", "indent": 1},
    "decimal": {"num_format": "#,##0.0", "valign": "top", "align": "right", "indent": 1},
    "typed_text": {"num_format": "@", "text_wrap": True, "valign": "top", "align": "left"},
    "typed_day": {"num_format": "dd-mm-yyyy", "valign": "top", "align": "left"},
    "typed_whole": {"num_format": "0", "valign": "top", "align": "right", "indent": 1},
}

_KINDS: Mapping[ColumnKind | FieldType, str] = {
    ColumnKind.DIMENSION: "text",
    ColumnKind.NOTE: "text",
    ColumnKind.COUNT: "count",
    ColumnKind.WHOLE: "count",
    ColumnKind.DECIMAL: "decimal",
    FieldType.CPR: "typed_text",
    FieldType.TEXT: "typed_text",
    FieldType.CODE: "typed_text",
    FieldType.DATE: "typed_day",
    FieldType.INTEGER: "typed_whole",
    FieldType.DECIMAL: "decimal",
}
_NUMBERS = frozenset({"count", "decimal", "typed_whole"})

Looks = Mapping[str, Format]


def write_xlsx(book: Book) -> bytes:
    """Return the bytes of a workbook; the same book gives the same bytes."""
    made_at = datetime.combine(book.made_on, time(), UTC)
    stream = BytesIO()
    # A dictionary of its own: XlsxWriter changes the one it is given.
    default_look = {"font_name": FONT, "font_size": _BODY}
    workbook = xlsxwriter.Workbook(stream, {**_CHOICES, "default_format_properties": default_look})
    workbook.set_properties(
        {
            "title": book.title,
            "subject": book.subject,
            "author": book.publisher,
            "company": book.publisher,
            "keywords": book.keywords,
            **({"comments": book.mark} if book.mark else {}),
            "created": made_at.replace(tzinfo=None),
        }
    )
    workbook.set_custom_property("Language", book.language)
    looks = _make_looks(workbook)
    numbers = count(1)
    for page in book.pages:
        sheet = workbook.add_worksheet(page.name)
        name = page.table or f"tTabel_{next(numbers)}"
        _write_page(workbook, sheet, replace(page, table=name), looks, book.mark)
    workbook.get_worksheet_by_name(book.pages[0].name).activate()
    workbook.close()
    return pack(unpack(stream.getvalue()), issued_at=made_at)


def _make_looks(workbook: Workbook) -> Looks:
    looks = {name: workbook.add_format(dict(look)) for name, look in _LOOKS.items()}
    for name in ("text", "count", "decimal"):
        looks[f"{name}_total"] = workbook.add_format({**_LOOKS[name], "bold": True})
    return looks


def _write_page(workbook: Workbook, sheet: Worksheet, page: Page, looks: Looks, mark: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=_MARGIN, right=_MARGIN)
    if mark:
        sheet.set_header(f"&C{mark.replace('&', '&&')}")
    sheet.fit_to_pages(*(_ONE_PAGE if page.figure else _ONE_PAGE_WIDE))
    if page.kind is PageKind.COVER:
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, _COVER_WIDTH)
    table_row = _write_lines(sheet, page, looks, mark)
    if page.columns:
        _write_table(sheet, page, looks, table_row)
    if any(column.help for column in page.columns):
        _offer_words(workbook, sheet, page, table_row + 1)
    if page.figure is not None:
        insert_figure(workbook, sheet, page, first_row=table_row)


def _write_lines(sheet: Worksheet, page: Page, looks: Looks, mark: str) -> int:
    """Write the title (a list: the mark) and the lines of a page, and return the row below."""
    first = 1
    if page.kind is not PageKind.LIST:
        sheet.write_string(0, 0, page.title, looks["title"])
        sheet.set_row(0, _TITLE_POINTS)
    elif mark:
        sheet.write_string(0, 0, mark, looks["mark"])
    else:
        first = 0
    is_cover, lines = page.kind is PageKind.COVER, page.sheet_lines
    for row, line in enumerate(lines, start=first):
        look = "heading" if line.heading else "wrapped" if is_cover else "line"
        sheet.write_string(row, 0, line.text, looks[look])
        if line.heading:
            sheet.set_row(row, _HEADING_POINTS)
        elif is_cover:
            _set_height(sheet, row, [(line.text, _COVER_WIDTH, False)])
    return first + len(lines)


def _write_table(sheet: Worksheet, page: Page, looks: Looks, head: int) -> None:
    is_list = page.kind is PageKind.LIST
    if is_list:
        sheet.freeze_panes(head + 1, 1)
    kinds = [_KINDS[column.kind] for column in page.columns]
    for place, column in enumerate(page.columns):
        sheet.set_column(place, place, column.width, _typed(column, looks))
    columns = [
        {
            "header": column.label,
            "header_format": looks["head_number" if kind in _NUMBERS else "head_text"],
            "format": _typed(column, looks),
        }
        for column, kind in zip(page.columns, kinds, strict=True)
    ]
    choices = {"name": page.table, "columns": columns, "autofilter": is_list}
    choices["style"] = _LIST_STYLE if is_list else None
    last = head + _height(page)
    sheet.add_table(head, 0, last, len(page.columns) - 1, choices)
    widths = [column.width for column in page.columns]
    _set_height(sheet, head, [(c.label, c.width - _INDENT, True) for c in page.columns])
    for place, cells in enumerate(page.rows):
        is_total = place in page.totals
        total = "_total" if is_total else ""
        shown = [_shown(column, cell) for column, cell in zip(page.columns, cells, strict=True)]
        texts = [
            (cell, width - _INDENT / 2, is_total)
            for cell, width in zip(shown, widths, strict=True)
            if isinstance(cell, str)
        ]
        _set_height(sheet, head + 1 + place, texts)
        for at, (kind, cell) in enumerate(zip(kinds, shown, strict=True)):
            _write_cell(sheet, (head + 1 + place, at), cell, looks[kind + total])
        if place in page.links:
            target = f"internal:'{page.links[place]}'!A1"
            sheet.write_url(head + 1 + place, 0, target, looks["link"], str(cells[0]))
    sheet.repeat_rows(head)


def _typed(column: PageColumn, looks: Looks) -> Format | None:
    """Return the look of a column also below its rows, where somebody types."""
    return looks[_KINDS[column.kind]] if isinstance(column.kind, FieldType) else None


def _height(page: Page) -> int:
    """Return the rows of a page's table below its headings: Excel wants one at least."""
    return max(len(page.rows) + page.blank_rows, 1)


def _shown(column: PageColumn, cell: PageCell) -> PageCell:
    """Return a cell as it is written: a code by its word, a CPR number with its hyphen."""
    if not isinstance(cell, str):
        return cell
    if column.kind is FieldType.CPR and len(cell) == _CPR_LENGTH:
        return f"{cell[:6]}-{cell[6:]}"
    return column.words.get(cell, cell)


def _set_height(sheet: Worksheet, row: int, texts: Sequence[tuple[str, float, bool]]) -> None:
    """Set the height of a row to that of its longest text: (text, column width, bold).

    Programs that open the file do not all find it themselves where text is wrapped.
    """
    lines = max(
        (count_lines(text, max(1, int(width * _WIDER[bold]))) for text, width, bold in texts),
        default=1,
    )
    if lines > 1:
        sheet.set_row(row, lines * _LINE_POINTS + 1)


def _write_cell(sheet: Worksheet, place: tuple[int, int], cell: PageCell, look: Format) -> None:
    """Write a number as a number, a day as a day and everything else as text."""
    match cell:
        case None:
            return
        case str():
            sheet.write_string(*place, str(cell), look)
        case date():
            day = datetime.combine(cell, time(), UTC).replace(tzinfo=None)
            sheet.write_datetime(*place, day, look)
        case _:
            sheet.write_number(*place, cell, look)


def _offer_words(workbook: Workbook, sheet: Worksheet, page: Page, first: int) -> None:
    """Add to each column to be filled in its message, and its dropdown where it has words.

    The words stand on a sheet of their own, one column for each of the page's.
    """
    has_words = any(column.help and column.words for column in page.columns)
    codes = workbook.add_worksheet(_CODES_SHEET) if has_words else None
    last = first - 1 + _height(page)
    for place, column in enumerate(page.columns):
        if not column.help:
            continue
        rule: dict[str, object] = {
            "validate": "any",
            "input_title": column.label[:_LONGEST_TITLE],
            "input_message": column.help[:_LONGEST_MESSAGE],
        }
        if codes is not None and column.words:
            codes.write_column(0, place, [column.label, *column.words.values()])
            codes.set_column(place, place, column.width)
            letter = xl_col_to_name(place)
            source = f"={_CODES_SHEET}!${letter}$2:${letter}${len(column.words) + 1}"
            rule |= {"validate": "list", "source": source}
        sheet.data_validation(first, place, last, place, rule)
