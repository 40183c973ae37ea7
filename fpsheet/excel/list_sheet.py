"""The list of findings written into the open workbook: as in the returned one, cell by cell."""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from fpsheet.excel.cell_union import join_cells
from fpsheet.excel.excel_failure import excel_failures
from fpsheet.ooxml.own_style import (
    ACCENT,
    ANSWER_FILL,
    FONT,
    INK,
    LINK_INK,
    PAPER,
    SIZE,
    TITLE_SIZE,
)
from fpsheet.returned.finding_list_text import (
    COLUMNS,
    FIRST_ROW,
    HEADING_HEIGHT,
    HEADING_ROW,
    IDENTITY_ROW,
    TITLE_CELL,
    TITLE_HEIGHT,
    FaultLine,
    column_letter,
    identity,
    link_location,
)
from fpsheet.workbook.formula import quote_text

if TYPE_CHECKING:
    from xlwings import Range, Sheet

_LANDSCAPE, _A4 = 2, 9
"""xlLandscape, xlPaperA4."""

_LAST_LETTER = column_letter(COLUMNS[-1].id)
_CELL = [column.id for column in COLUMNS].index("celle")


def write_list(
    sheet: "Sheet", title: str, headings: Sequence[str], lines: Sequence[FaultLine]
) -> None:
    """Fill an empty sheet with the list.

    Args:
        sheet: The sheet.
        title: What stands above the list.
        headings: One per column.
        lines: The findings, in the order to be shown.
    """
    last = max(FIRST_ROW, FIRST_ROW + len(lines) - 1)
    whole = sheet.range(f"A1:{_LAST_LETTER}{last}")
    # The format comes first: a text that begins like a formula stays a text.
    whole.number_format = "@"
    whole.raw_value = _values(title, headings, lines, last)
    _set_looks(sheet, whole, last)
    letter = column_letter("forklaring")
    numbered = list(enumerate(lines, start=FIRST_ROW))
    for address in join_cells(f"{letter}{row}" for row, line in numbered if line.explainable):
        sheet.range(address).color = f"#{ANSWER_FILL}"
    letter = column_letter("celle")
    cells = sheet.range(f"{letter}{FIRST_ROW}:{letter}{last}")
    if lines:
        cells.number_format = "General"
        cells.formula = [[_link(line)] for line in lines]
    _write_like(cells, LINK_INK)
    cells.api.Font.Underline = True
    _set_window(sheet, last)


def _values(
    title: str, headings: Sequence[str], lines: Sequence[FaultLine], last: int
) -> list[list[str | None]]:
    rows = [[""] * len(COLUMNS) for _ in range(FIRST_ROW - 1)]
    rows[0][ord(TITLE_CELL[0]) - ord("A")] = title
    rows[IDENTITY_ROW - 1] = list(identity())
    rows[HEADING_ROW - 1] = list(headings)
    rows += [list(line.values) for line in lines]
    rows += [[""] * len(COLUMNS) for _ in range(last - len(rows))]
    return [[value or None for value in row] for row in rows]


def _link(line: FaultLine) -> str:
    """Return a cell that leads to the finding: one formula each, so all are written at once."""
    shown = quote_text(line.values[_CELL])
    if line.place is None:
        return f"={shown}"
    return f"=HYPERLINK({quote_text('#' + link_location(line.place))},{shown})"


def _set_looks(sheet: "Sheet", whole: "Range", last: int) -> None:
    _write_like(whole, INK)
    for column in COLUMNS:
        area = sheet.range(f"{column_letter(column.id)}1")
        area.column_width = column.width
        if column.hidden:
            area.columns.hidden = True
    heads = sheet.range(f"C{HEADING_ROW}:{_LAST_LETTER}{HEADING_ROW}")
    _write_like(heads, PAPER)
    heads.font.bold = True
    heads.color = f"#{ACCENT}"
    body = sheet.range(f"C{HEADING_ROW}:{_LAST_LETTER}{last}")
    body.wrap_text = True
    body.vertical_alignment = "top"
    heads.vertical_alignment = "center"
    sheet.range(f"A{FIRST_ROW}:{_LAST_LETTER}{last}").rows.autofit()
    heads.row_height = HEADING_HEIGHT
    head = sheet.range(TITLE_CELL)
    _write_like(head, ACCENT, size=TITLE_SIZE)
    head.font.bold = True
    head.row_height = TITLE_HEIGHT
    head.vertical_alignment = "center"
    sheet.range(f"A{IDENTITY_ROW}").rows.hidden = True


def _write_like(cells: "Range", ink: str, *, size: int = SIZE) -> None:
    cells.font.name = FONT
    cells.font.size = size
    cells.font.color = f"#{ink}"


def _set_window(sheet: "Sheet", last: int) -> None:
    """Colour the tab, offer the filter, fit the paper, and keep the headings in sight."""
    sheet.api.Tab.Color = int.from_bytes(bytes.fromhex(ACCENT), "little")
    sheet.range(f"A{HEADING_ROW}:{_LAST_LETTER}{last}").api.AutoFilter()
    with suppress(*excel_failures()):  # without a printer Excel knows no paper
        paper = sheet.api.PageSetup
        paper.Orientation = _LANDSCAPE
        paper.PaperSize = _A4
        paper.Zoom = False
        paper.FitToPagesWide = 1
        paper.FitToPagesTall = False
    sheet.api.Activate()
    sheet.show_gridlines = False
    window = sheet.book.app.api.ActiveWindow
    window.SplitColumn = 0
    window.SplitRow = HEADING_ROW
    window.FreezePanes = True
