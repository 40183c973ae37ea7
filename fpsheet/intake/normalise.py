"""A sheet spelled oddly, rewritten plainly for the bulk reader.

Every row below the header keeps its place in the file and gets the next free number; its own
number is kept beside it. So rows with one number, rows out of order and rows at the far end of
the sheet are all read, and each is named by its own number. Columns that no field has are left
out, which keeps a cell in the far corner from asking for room for everything in between.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from fpsheet.intake.address import column_letters
from fpsheet.intake.limits import LAST_ROW
from fpsheet.intake.scan import FAR_COLUMN, NO_DAY, ColumnKinds, SheetScan, find_merged, wrap_rows
from fpsheet.intake.shared_strings import escape_text
from fpsheet.intake.sheet_xml import DAMAGED, XmlCell, XmlRow, iterate_rows
from fpsheet_validation.raw import CellKind

_TEXT_TYPES = {"s", "str", "inlineStr"}
_VALUE_TYPES = {"s", "n", "b", "str"}
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NO_DAY = re.compile(NO_DAY)
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(slots=True)
class _Rows:
    """Rows below the header, collected one by one."""

    numbers: list[int] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    filled: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    broken: set[int] = field(default_factory=set)
    kinds: dict[tuple[int, str], frozenset[CellKind]] = field(default_factory=dict)
    own_columns: set[int] = field(default_factory=set)
    far_cells: int = 0
    hidden: set[int] = field(default_factory=set)

    def quarantined(self, header_row: int) -> frozenset[int]:
        """Give the positions of filled rows that share a number, or contradict themselves."""
        same = (place for places in self.filled.values() if len(places) > 1 for place in places)
        outside = (
            place
            for number, places in self.filled.items()
            if not header_row < number <= LAST_ROW
            for place in places
        )
        return frozenset(self.broken).union(same, outside)


def normalise_sheet(
    content: bytes,
    *,
    header_row: int,
    columns: ColumnKinds,
) -> SheetScan | None:
    """Rewrite a sheet plainly; None when its XML is damaged.

    Args:
        content: The sheet's part as UTF-8.
        header_row: Row of the headings; the rows below are read.
        columns: What its columns hold; others are left out.
    """
    rows = _Rows()
    seen: set[int] = set()
    try:
        for row in iterate_rows(content):
            if row.number <= header_row and row.number not in seen:
                seen.add(row.number)
                continue
            _add_row(rows, row, header_row + 1 + len(rows.numbers), columns)
    except DAMAGED:
        return None
    return SheetScan(
        xml=wrap_rows("".join(rows.body).encode()),
        numbers=rows.numbers,
        is_renumbered=True,
        kinds=rows.kinds,
        merged=find_merged(content[content.rfind(b"sheetData") :]),
        hidden=frozenset(rows.hidden),
        quarantined=rows.quarantined(header_row),
        own_columns=frozenset(rows.own_columns),
        far_cells=rows.far_cells,
    )


def _add_row(rows: _Rows, row: XmlRow, number: int, columns: ColumnKinds) -> None:
    place = len(rows.numbers)
    rows.numbers.append(row.number)
    if row.is_hidden:
        rows.hidden.add(row.number)
    kept = []
    for cell in row.cells:
        if cell.column in columns.read:
            kept.append(cell)
        elif cell.value and cell.column in columns.own:
            rows.own_columns.add(cell.column)
        elif cell.value and not 0 < cell.column <= FAR_COLUMN:
            rows.far_cells += 1
    entries = [cell for cell in kept if cell.column in columns.entry]
    filled = Counter(cell.column for cell in entries if cell.value)
    if filled:
        rows.filled[row.number].append(place)
        if max(filled.values()) > 1 or any(cell.row != row.number for cell in entries):
            rows.broken.add(place)
    for cell in entries:
        kinds = frozenset(_kinds_of(cell, columns))
        if kinds:
            rows.kinds[row.number, column_letters(cell.column)] = kinds
    # An error reads as nothing anyway, and the bulk reader fails at one it does not know.
    cells = "".join(
        _write_cell(cell, number, has_format=not _is_no_day(cell, columns))
        for cell in kept
        if cell.value and cell.type != "e"
    )
    rows.body.append(f'<row r="{number}">{cells}</row>')


def _kinds_of(cell: XmlCell, columns: ColumnKinds) -> Iterator[CellKind]:
    if cell.has_formula:
        yield CellKind.FORMULA
    if cell.type == "e":
        yield CellKind.ERROR
    elif cell.type == "b":
        yield CellKind.BOOLEAN
    elif cell.has_formula:
        return
    elif cell.type == "n" and cell.column in columns.text:
        yield CellKind.NUMBER
    elif cell.type in _TEXT_TYPES and cell.column in columns.value:
        yield CellKind.TEXT


def _is_no_day(cell: XmlCell, columns: ColumnKinds) -> bool:
    is_number = cell.type == "n" and cell.column in columns.date
    return is_number and _NO_DAY.fullmatch(cell.value) is not None


def _write_cell(cell: XmlCell, number: int, *, has_format: bool) -> str:
    place = f'<c r="{column_letters(cell.column)}{number}"'
    style = f' s="{cell.style}"' if has_format and _NUMBER.fullmatch(cell.style) else ""
    if cell.type in _VALUE_TYPES:
        return f'{place}{style} t="{cell.type}"><v>{escape(cell.value)}</v></c>'
    text = cell.value
    if cell.type == "d":
        # A date written as text by the standard's own type; spelled like all other dates.
        text = text.replace("T", " ").removesuffix("Z")
        text = f"{text} 00:00:00" if _ISO_DAY.fullmatch(text) else text
    text = escape(escape_text(text))
    return f'{place}{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
