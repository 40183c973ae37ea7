"""A sheet's XML, row by row, by a real XML parser: right for every spelling, and slow.

Used for the few rows at the top that say what the columns are, and for whole sheets that are
spelled in a way the fast pass does not follow.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from fpsheet.ooxml.address import column_letters, parse_address
from fpsheet.ooxml.archive import DamagedPackageError
from fpsheet.ooxml.escape import unescape_text
from fpsheet.ooxml.shared_strings import SharedStrings

_C, _V, _T, _F, _ROW, _READING, _SHEET_DATA, _MERGED = (
    f"http://schemas.openxmlformats.org/spreadsheetml/2006/main {tag}"
    for tag in ("c", "v", "t", "f", "row", "rPh", "sheetData", "mergeCell")
)
_SPACE, _SPACES = "http://www.w3.org/XML/1998/namespace space", " \t\r\n"
_ARRAY_KINDS = {"array", "dataTable"}
_SHARED, _INLINE = "s", "inlineStr"
_TEXTS = {_INLINE, "str"}
_NUMBER = re.compile(r"[0-9]{1,9}")
_IDENTIFIER = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
_CHUNK = 1 << 16
_SMALL_CHUNK = 1 << 11

DAMAGED = (expat.ExpatError, DamagedPackageError, LookupError, ValueError)
"""What reading damaged XML raises."""


@dataclass(frozen=True, slots=True)
class XmlCell:
    """One cell with something in it.

    Attributes:
        row: Row of its own address; the row's number where it has none.
        column: Column number; 0 where Excel has no such cell.
        type: Its `t` (`s`, `inlineStr`, `n`, …).
        style: Its `s`, as written.
        value: Content of `v`, or the inline text, unescaped.
        has_formula: It holds a formula.
        array: The range that its formula fills, as written; empty where that is the cell alone.
    """

    row: int
    column: int
    type: str
    style: str
    value: str
    has_formula: bool
    array: str = ""

    def text(self, shared: SharedStrings) -> str:
        """Return what the cell shows, roughly: texts as they are, numbers as stored."""
        return shared.text(self.value) if self.type == _SHARED else self.value


@dataclass(frozen=True, slots=True)
class XmlRow:
    """One row as the file has it.

    Attributes:
        number: Its number; one more than the row before where it has none.
        is_hidden: It is hidden, by hand or by a filter.
        cells: Cells with a value or a formula.
    """

    number: int
    is_hidden: bool
    cells: tuple[XmlCell, ...]


def iterate_rows(
    content: bytes,
    *,
    chunk: int = _CHUNK,
    is_whole: bool = True,
    merged: list[str] | None = None,
) -> Iterator[XmlRow]:
    """Go through the rows of a sheet in the order of the file.

    Args:
        content: The sheet's part as UTF-8.
        chunk: Bytes to parse at a time; few when only the first rows are wanted.
        is_whole: The content does not break off; if it does, its last row is left out.
        merged: Takes the merged ranges, which stand behind the rows; None where they do not matter.

    Raises:
        DAMAGED: The XML is damaged; the rows before the damage have been given.
    """
    collector = _Collector(merged=[] if merged is None else merged)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.texts.append
    for start in range(0, len(content), chunk):
        parser.Parse(content[start : start + chunk])
        yield from collector.take()
        if collector.is_done and merged is None:
            return
    if is_whole:
        parser.Parse(b"", True)  # noqa: FBT003 - expat knows no keywords


def read_texts(
    content: bytes, shared: SharedStrings, *, rows: int, is_whole: bool = True
) -> dict[tuple[int, int], str]:
    """Return the texts at the top of a sheet: (row, column) → text, blank cells left out.

    Below a row of identifiers only the next row with any text is read.

    Args:
        content: The sheet's part as UTF-8.
        shared: Texts of the workbook.
        rows: Number of the last row to read.
        is_whole: The content does not break off.

    Raises:
        DAMAGED: The XML is damaged.
    """
    texts: dict[tuple[int, int], str] = {}
    is_known = False
    for row in iterate_rows(content, chunk=_SMALL_CHUNK, is_whole=is_whole):
        if row.number > rows:
            break
        shown = (((cell.row, cell.column), cell.text(shared).strip()) for cell in row.cells)
        own = {place: text for place, text in shown if text}
        texts |= own
        if own and is_known:
            break
        is_known = is_known or sum(map(is_identifier, own.values())) > 1
    return texts


def is_identifier(text: str) -> bool:
    """Return whether a text may be the identity of a column.

    >>> is_identifier("forloeb.cpr"), is_identifier("Forløb")
    (True, False)
    """
    return _IDENTIFIER.fullmatch(text) is not None


@dataclass(slots=True)
class _Collector:
    """Takes the parser's events and makes rows of them."""

    merged: list[str]
    texts: list[str] = field(default_factory=list)
    is_done: bool = False
    _rows: list[XmlRow] = field(default_factory=list)
    _cells: list[XmlCell] = field(default_factory=list)
    _row: int = 0
    _is_hidden: bool = False
    _address: str = ""
    _cell: Mapping[str, str] = field(default_factory=dict)
    _value: str = ""
    _inline: list[str] = field(default_factory=list)
    _has_formula: bool = False
    _array: str = ""
    _is_kept: bool = False
    _in_reading: bool = False

    def take(self) -> list[XmlRow]:
        """Return the rows that are complete."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _C:
            self._cell, self._value = attributes, ""
            self._has_formula, self._array = False, ""
            self._inline.clear()
        elif name in {_V, _T}:
            self.texts.clear()
            self._is_kept = attributes.get(_SPACE) == "preserve"
        elif name == _F:
            self._has_formula = True
            self._array = attributes.get("ref", "") if attributes.get("t") in _ARRAY_KINDS else ""
        elif name == _MERGED:
            self.merged.append(attributes.get("ref", ""))
        elif name == _ROW:
            written = attributes.get("r", "")
            self._row = int(written) if _NUMBER.fullmatch(written) else self._row + 1
            self._is_hidden = attributes.get("hidden", "") in {"1", "true"}
            self._cells, self._address = [], ""
        elif name == _READING:
            self._in_reading = True

    def end(self, name: str) -> None:
        if name == _C:
            self._end_cell()
        elif name == _V:
            self._value = "".join(self.texts)
        elif name == _T:
            if not self._in_reading:
                text = "".join(self.texts)
                self._inline.append(text if self._is_kept else text.strip(_SPACES))
        elif name == _ROW:
            self._rows.append(XmlRow(self._row, self._is_hidden, tuple(self._cells)))
        elif name == _READING:
            self._in_reading = False
        elif name == _SHEET_DATA:
            self.is_done = True

    def _end_cell(self) -> None:
        self._address = self._cell.get("r") or self._next_address()
        kind = self._cell.get("t", "n")
        inline = unescape_text("".join(self._inline))
        if inline and not self._value.strip(_SPACES):
            kind = _INLINE
        value = inline or self._value if kind == _INLINE else self._value
        value = value if kind in _TEXTS else value.strip(_SPACES)
        if value or self._has_formula:
            row, column = parse_address(self._address) or (self._row, 0)
            style = self._cell.get("s", "")
            self._cells.append(
                XmlCell(row, column, kind, style, value, self._has_formula, self._array)
            )

    def _next_address(self) -> str:
        before = parse_address(self._address) or (self._row, 0)
        return f"{column_letters(before[1] + 1)}{self._row}"
