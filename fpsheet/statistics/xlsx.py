"""A workbook of tables as an .xlsx file: real tables, native charts, values and no formulas.

Statistics, receipts, the status and the catalogue of rules are written here.

XlsxWriter and not openpyxl writes it: its charts are complete, its tables need no second pass, and
two files of the same data are the same bytes (docs/adr/0011-statistics.md).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from io import BytesIO
from itertools import count

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from fpsheet.ooxml.zip_file import pack, unpack
from fpsheet.statistics.book import Book, Page, PageKind
from fpsheet.statistics.chart import insert_figure
from fpsheet.wrapping import count_lines
from fpsheet_sync.statistics.stat_table import Cell, ColumnKind

FONT = "Arial"
_BODY, _HEADING, _TITLE = 11, 13, 16
_A4 = 9
_COVER_WIDTH = 110
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
# Numbers stand a little in from the right, or their headings run into the next column's.
_LOOKS: Mapping[str, Mapping[str, object]] = {
    "title": {"bold": True, "font_size": _TITLE},
    "heading": {"bold": True, "font_size": _HEADING, "valign": "bottom"},
    "line": {},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "link": {"font_color": "#0B4F8A", "underline": 1, "valign": "top"},
    "head_text": {"bold": True, "text_wrap": True, "valign": "bottom", "align": "left"},
    "head_number": {
        "bold": True,
        "text_wrap": True,
        "valign": "bottom",
        "align": "right",
        "indent": 1,
    },
    "text": {"text_wrap": True, "valign": "top", "align": "left"},
    "count": {"num_format": "#,##0", "valign": "top", "align": "right", "indent": 1},
    "decimal": {"num_format": "#,##0.0", "valign": "top", "align": "right", "indent": 1},
}

_NUMBERS: Mapping[ColumnKind, str] = {
    ColumnKind.COUNT: "count",
    ColumnKind.WHOLE: "count",
    ColumnKind.DECIMAL: "decimal",
}

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
            "created": made_at.replace(tzinfo=None),
        }
    )
    workbook.set_custom_property("Language", book.language)
    looks = _make_looks(workbook)
    numbers = count(1)
    for page in book.pages:
        sheet = workbook.add_worksheet(page.name)
        _write_page(workbook, sheet, page, looks, f"tTabel_{next(numbers)}")
    workbook.get_worksheet_by_name(book.pages[0].name).activate()
    workbook.close()
    return pack(unpack(stream.getvalue()), issued_at=made_at)


def _make_looks(workbook: Workbook) -> Looks:
    looks = {name: workbook.add_format(dict(look)) for name, look in _LOOKS.items()}
    for name in ("text", "count", "decimal"):
        looks[f"{name}_total"] = workbook.add_format({**_LOOKS[name], "bold": True})
    return looks


def _write_page(
    workbook: Workbook, sheet: Worksheet, page: Page, looks: Looks, table_name: str
) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=_MARGIN, right=_MARGIN)
    sheet.fit_to_pages(*(_ONE_PAGE if page.figure else _ONE_PAGE_WIDE))
    if page.kind is not PageKind.LIST:
        sheet.write_string(0, 0, page.title, looks["title"])
        sheet.set_row(0, _TITLE_POINTS)
    is_cover = page.kind is PageKind.COVER
    for row, line in enumerate(page.lines, start=1):
        look = "heading" if line.heading else "wrapped" if is_cover else "line"
        sheet.write_string(row, 0, line.text, looks[look])
        if line.heading:
            sheet.set_row(row, _HEADING_POINTS)
        elif is_cover:
            _set_height(sheet, row, [(line.text, _COVER_WIDTH, False)])
    if is_cover:
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, _COVER_WIDTH)
    if page.columns:
        _write_table(sheet, page, looks, table_name)
    if page.figure is not None:
        insert_figure(workbook, sheet, page, first_row=len(page.lines) + 1)


def _write_table(sheet: Worksheet, page: Page, looks: Looks, table_name: str) -> None:
    is_list = page.kind is PageKind.LIST
    head = 0 if is_list else len(page.lines) + 1
    if is_list:
        sheet.freeze_panes(1, 1)
    for place, column in enumerate(page.columns):
        sheet.set_column(place, place, column.width)
    columns = [
        {"header": column.label, "header_format": looks[_head_look(column.kind)]}
        for column in page.columns
    ]
    choices = {"name": table_name, "columns": columns, "style": None, "autofilter": is_list}
    last = head + max(len(page.rows), 1)
    sheet.add_table(head, 0, last, len(page.columns) - 1, choices)
    widths = [column.width for column in page.columns]
    _set_height(sheet, head, [(c.label, c.width - _INDENT, True) for c in page.columns])
    for place, cells in enumerate(page.rows):
        is_total = place in page.totals
        total = "_total" if is_total else ""
        texts = [(c, w, is_total) for c, w in zip(cells, widths, strict=True) if isinstance(c, str)]
        _set_height(sheet, head + 1 + place, texts)
        for at, (column, cell) in enumerate(zip(page.columns, cells, strict=True)):
            look = looks[_look(column.kind) + total]
            _write_cell(sheet, (head + 1 + place, at), cell, look)
        if place in page.links:
            target = f"internal:'{page.links[place]}'!A1"
            sheet.write_url(head + 1 + place, 0, target, looks["link"], str(cells[0]))
    sheet.repeat_rows(head)


def _set_height(sheet: Worksheet, row: int, texts: Sequence[tuple[str, float, bool]]) -> None:
    """Return a row the height of its longest text: (text, column width, bold).

    Programs that open the file do not all find it themselves where text is wrapped.
    """
    lines = max(
        (count_lines(text, max(1, int(width * _WIDER[bold]))) for text, width, bold in texts),
        default=1,
    )
    if lines > 1:
        sheet.set_row(row, lines * _LINE_POINTS + 1)


def _write_cell(sheet: Worksheet, place: tuple[int, int], cell: Cell, look: Format) -> None:
    """Write a number as a number and everything else as text."""
    if cell is None:
        return
    if isinstance(cell, str):
        sheet.write_string(*place, str(cell), look)
    else:
        sheet.write_number(*place, cell, look)


def _head_look(kind: ColumnKind) -> str:
    return "head_number" if kind in _NUMBERS else "head_text"


def _look(kind: ColumnKind) -> str:
    return _NUMBERS.get(kind, "text")
