"""A sheet's XML, row by row, by a real XML parser: right for every spelling, and slow.

Used for the few rows at the top that say what the columns are, and for whole sheets that are
spelled in a way the fast reader does not follow.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from fpsheet.intake.address import column_letters, parse_address
from fpsheet.intake.shared_strings import SharedStrings, text_of
from fpsheet.intake.workbook_part import MAIN

_SHARED, _INLINE = "s", "inlineStr"
_NUMBER = re.compile(r"[0-9]{1,9}")


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
    """

    row: int
    column: int
    type: str
    style: str
    value: str
    has_formula: bool

    def text(self, shared: SharedStrings) -> str:
        """Give what the cell shows, roughly: texts as they are, numbers as stored."""
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


def iterate_rows(content: bytes) -> Iterator[XmlRow]:
    """Go through the rows of a sheet in the order of the file.

    Raises:
        ElementTree.ParseError: The XML is damaged.
    """
    number = 0
    parent: ET.Element | None = None
    for event, element in ET.iterparse(io.BytesIO(content), events=("start", "end")):  # noqa: S314 - has no document type
        if event == "start":
            if element.tag == f"{MAIN}sheetData":
                parent = element
        elif element.tag == f"{MAIN}row" and parent is not None:
            written = element.get("r", "")
            number = int(written) if _NUMBER.fullmatch(written) else number + 1
            hidden = element.get("hidden", "") in {"1", "true"}
            yield XmlRow(number, hidden, tuple(_cells(element, number)))
            parent.clear()
        elif element.tag == f"{MAIN}sheetData":
            return


def read_texts(content: bytes, shared: SharedStrings, *, rows: int) -> dict[tuple[int, int], str]:
    """Give the texts at the top of a sheet: (row, column) → text, blank cells left out.

    Args:
        content: The sheet's part as UTF-8.
        shared: Texts of the workbook.
        rows: Number of the last row to read.

    Raises:
        ElementTree.ParseError: The XML is damaged.
    """
    texts = {}
    for row in iterate_rows(content):
        if row.number > rows:
            break
        for cell in row.cells:
            text = cell.text(shared).strip()
            if text:
                texts[cell.row, cell.column] = text
    return texts


def _cells(row: ET.Element, number: int) -> Iterator[XmlCell]:
    column = 0
    for element in row:
        if element.tag != f"{MAIN}c":
            continue
        written = element.get("r")
        place = parse_address(written or f"{column_letters(column + 1)}{number}")
        own_row, column = place or (number, 0)
        kind = element.get("t", "n")
        value, has_formula = _content(element, kind)
        if value or has_formula:
            yield XmlCell(own_row, column, kind, element.get("s", ""), value, has_formula)


def _content(cell: ET.Element, kind: str) -> tuple[str, bool]:
    value, has_formula = "", False
    for child in cell:
        tag = child.tag.removeprefix(MAIN)
        if tag == "f":
            has_formula = True
        elif tag == "v" and kind != _INLINE:
            value = child.text or ""
        elif tag == "is" and kind == _INLINE:
            value = text_of(child)
    return value, has_formula
