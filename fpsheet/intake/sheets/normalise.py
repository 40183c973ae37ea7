"""A sheet spelled oddly, rewritten plainly for the bulk reader.

Every row below the header keeps its place in the file and gets the next free number; its own
number is kept beside it. So rows with one number, rows out of order and rows at the far end of
the sheet are all read, and each is named by its own number. Columns that no field has are left
out, which keeps a cell in the far corner from asking for room for everything in between.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fpsheet.intake.sheets.plain_rows import NUMBER
from fpsheet.intake.sheets.scan import FAR_COLUMN, NO_DAY, ColumnKinds, SheetScan, wrap_rows
from fpsheet.intake.sheets.sheet_xml import DAMAGED, XmlCell, XmlRow, iterate_rows
from fpsheet.ooxml.address import LAST_ROW, column_letters
from fpsheet.ooxml.escape import escape_content
from fpsheet_validation.raw import CellKind

_TEXT_TYPES = {"s", "str", "inlineStr"}
_TRUTH = {"1": "1", "true": "1", "0": "0", "false": "0"}
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NO_DAY = re.compile(NO_DAY)
_PLAIN_NUMBER = re.compile(NUMBER)
_ANY_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ZONE = re.compile(r"(?:Z|[+-]00:?00)$")
_INDEX = re.compile(r"[0-9]{1,9}")
_EXACT = 10**15
"""Whole numbers below it have no more digits than a cell keeps."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What has to be known to read a cell.

    Attributes:
        columns: What the columns hold.
        formats: Number of a cell's format → what it says of a number.
    """

    columns: ColumnKinds
    formats: Mapping[int, CellKind]


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
    written: int = 0
    arrays: list[str] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)

    def quarantined(self, header_row: int) -> frozenset[int]:
        """Return the positions of filled rows that share a number, or contradict themselves."""
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
    formats: Mapping[int, CellKind],
) -> SheetScan | None:
    """Rewrite a sheet plainly; None when its XML is damaged.

    Args:
        content: The sheet's part as UTF-8.
        header_row: Row of the headings; the rows below are read.
        columns: What its columns hold; others are left out.
        formats: Number of a cell's format → what it says of a number, where that is worth saying.
    """
    reading = _Reading(columns, formats)
    rows = _Rows()
    seen: set[int] = set()
    merged: list[str] = []
    try:
        for row in iterate_rows(content, merged=merged):
            if row.number <= header_row and row.number not in seen:
                seen.add(row.number)
                continue
            _add_row(rows, row, header_row + 1 + len(rows.numbers), reading)
    except DAMAGED:
        return None
    return SheetScan(
        xml=wrap_rows("".join(rows.body).encode()),
        numbers=rows.numbers,
        filled=rows.written,
        is_renumbered=True,
        kinds=rows.kinds,
        arrays=tuple(rows.arrays),
        merged=tuple(merged),
        hidden=frozenset(rows.hidden),
        quarantined=rows.quarantined(header_row),
        own_columns=frozenset(rows.own_columns),
        far_cells=rows.far_cells,
    )


def _add_row(rows: _Rows, row: XmlRow, number: int, reading: _Reading) -> None:
    columns = reading.columns
    place = len(rows.numbers)
    rows.numbers.append(row.number)
    if row.is_hidden:
        rows.hidden.add(row.number)
    rows.arrays += [cell.array for cell in row.cells if cell.array]
    kept = []
    for cell in row.cells:
        if cell.column in columns.read:
            kept.append(cell)
        elif cell.value and cell.column not in columns.calculated:
            _note_beside(rows, cell.column, columns)
    entries = [cell for cell in kept if cell.column in columns.entry]
    filled = Counter(cell.column for cell in entries if cell.value)
    if filled:
        rows.filled[row.number].append(place)
        if max(filled.values()) > 1 or any(cell.row != row.number for cell in entries):
            rows.broken.add(place)
    for cell in entries:
        kinds = frozenset(_kinds_of(cell, reading))
        if kinds:
            rows.kinds[row.number, column_letters(cell.column)] = kinds
    # An error reads as nothing anyway, and the bulk reader fails at one it does not know.
    written = [cell for cell in kept if cell.value and cell.type != "e"]
    written.sort(key=lambda cell: cell.column)  # it does not read cells that go back, either
    cells = "".join(_write_cell(cell, number, columns) for cell in written)
    rows.written += len({cell.column for cell in written})
    rows.body.append(f'<row r="{number}">{cells}</row>')


def _note_beside(rows: _Rows, column: int, columns: ColumnKinds) -> None:
    if column in columns.own:
        rows.own_columns.add(column)
    elif not 0 < column <= FAR_COLUMN:
        rows.far_cells += 1


def _kinds_of(cell: XmlCell, reading: _Reading) -> Iterator[CellKind]:
    columns = reading.columns
    if cell.has_formula:
        yield CellKind.FORMULA
    if cell.type == "e":
        yield CellKind.ERROR
    elif cell.type == "b":
        yield CellKind.BOOLEAN
    elif cell.has_formula:
        return
    elif cell.type in _TEXT_TYPES and cell.column in columns.value:
        yield CellKind.TEXT
    elif cell.type == "n":
        if cell.column in columns.text:
            yield CellKind.NUMBER
        style = int(cell.style) if _INDEX.fullmatch(cell.style) else 0
        if cell.column in columns.text | columns.amount and style in reading.formats:
            yield reading.formats[style]


def _write_cell(cell: XmlCell, number: int, columns: ColumnKinds) -> str:
    place = f'<c r="{column_letters(cell.column)}{number}"'
    style = f' s="{cell.style}"' if _INDEX.fullmatch(cell.style) else ""
    if cell.type == "n" and _ANY_NUMBER.fullmatch(cell.value):
        value = _plain_number(cell.value)
        is_no_day = cell.column in columns.date and _NO_DAY.fullmatch(value)
        return f"{place}{'' if is_no_day else style}><v>{value}</v></c>"
    if cell.type == "b" and cell.value in _TRUTH:
        return f'{place} t="b"><v>{_TRUTH[cell.value]}</v></c>'
    if cell.type == "s":
        return f'{place} t="s"><v>{_plain_index(cell.value)}</v></c>'
    text = cell.value
    if cell.type == "d":
        # A date written as text by the standard's own type; spelled like all other dates.
        text = _ZONE.sub("", text.replace("T", " "))
        text = f"{text} 00:00:00" if _ISO_DAY.fullmatch(text) else text
    text = escape_content(text)
    return f'{place} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _plain_index(written: str) -> int:
    """Return the index of a shared text: the bulk reader takes the first one for -1.

    Raises:
        ValueError: It is none.
    """
    if not _INDEX.fullmatch(written.removeprefix("+")):
        raise ValueError
    return int(written)


def _plain_number(written: str) -> str:
    """Spell a number as programs do: +5 as 5, 007 as 7, 1.5E3 as 1500, .5 as 0.5."""
    if _PLAIN_NUMBER.fullmatch(written):
        return written
    number = float(written)
    return str(int(number)) if number.is_integer() and abs(number) < _EXACT else repr(number)
