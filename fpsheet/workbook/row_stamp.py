"""Many rows from one pattern row, written straight into a sheet's XML.

openpyxl lays out the sheet and one row of data with its styles and formulas; that row is
repeated here as text. It is some ten times faster than a cell object each, and a formula is
written once and shared by the rows below it. All formulas name cells of their own row through
defined names, so the shared text holds for every row as it is.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fpsheet.ooxml.escape import escape_content
from fpsheet.ooxml.row_writer import space_of

CellContent = str | int | float | None

_ROW_MARK = "\0"
"""Stands for the row number until it is known; no text can hold it."""

_CELL = re.compile(rb'<c r="([A-Z]+)\d+"(?: s="(\d+)")?[^>]*?(?:/>|>(.*?)</c>)', re.DOTALL)
_FORMULA = re.compile(rb"<f[^>]*>(.*?)</f>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PatternCell:
    """One column of the pattern row.

    Attributes:
        letter: Column letter.
        style: Number of the cell format.
        formula: Formula as XML text, empty where people type.
    """

    letter: str
    style: str
    formula: str


def stamp_rows(
    xml: bytes, rows: Iterable[Sequence[CellContent]], *, first_row: int, last_row: int
) -> bytes:
    """Replace the pattern row of a sheet by rows of the same formats and formulas.

    Args:
        xml: The sheet as openpyxl wrote it, with its pattern in `first_row` as its last row.
        rows: Per row the contents of the leading columns; a column with a formula ignores its own.
        first_row: Row of the pattern.
        last_row: Row of the last row given.
    """
    start = xml.index(b'<row r="%d"' % first_row)
    opening_end = xml.index(b">", start) + 1
    end = xml.index(b"</row>", start) + len(b"</row>")
    pattern = _read_pattern(xml[opening_end:end])
    attributes = xml[start + len(b'<row r="%d"' % first_row) : opening_end].decode()
    head = _set_dimension(xml[:start], pattern[-1].letter, last_row)
    body = _write_rows(pattern, attributes, rows, first_row=first_row, last_row=last_row)
    return head + body.encode() + xml[end:]


def _read_pattern(row: bytes) -> tuple[PatternCell, ...]:
    cells = []
    for letter, style, inner in _CELL.findall(row):
        formula = _FORMULA.search(inner)
        text = formula.group(1).decode() if formula else ""
        cells.append(PatternCell(letter.decode(), style.decode() or "0", text))
    return tuple(cells)


def _set_dimension(head: bytes, letter: str, last_row: int) -> bytes:
    reference = b"A1:%s%d" % (letter.encode(), last_row)
    return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="%s"' % reference, head, count=1)


def _write_rows(
    pattern: Sequence[PatternCell],
    attributes: str,
    rows: Iterable[Sequence[CellContent]],
    *,
    first_row: int,
    last_row: int,
) -> str:
    blanks = _blank_cells(pattern)
    opening = f'<row r="{_ROW_MARK}"{attributes}'
    rests = ["".join(blanks[start:]) + "</row>" for start in range(len(pattern) + 1)]
    out: list[str] = []
    for number, row in enumerate(rows, start=first_row):
        cells = [
            blank if cell.formula else _write_content(cell, content)
            for cell, blank, content in zip(pattern, blanks, row, strict=False)
        ]
        text = "".join((opening, *cells, rests[len(row)])).replace(_ROW_MARK, str(number))
        out.append(_with_masters(text, pattern, last_row) if number == first_row else text)
    return "".join(out)


def _blank_cells(pattern: Sequence[PatternCell]) -> list[str]:
    """Return each column's cell as it stands in a blank row, the row number still open."""
    formulas = [cell.letter for cell in pattern if cell.formula]
    shared = {letter: number for number, letter in enumerate(formulas)}
    return [
        f'{_opening(cell)} t="str"><f t="shared" si="{shared[cell.letter]}"/><v></v></c>'
        if cell.formula
        else f"{_opening(cell)}/>"
        for cell in pattern
    ]


def _with_masters(text: str, pattern: Sequence[PatternCell], last_row: int) -> str:
    """Put the formulas themselves into the first row; the other rows refer to them by number."""
    number = 0
    for cell in pattern:
        if cell.formula:
            first = re.search(rf'<c r="{cell.letter}(\d+)"', text)
            row = first.group(1) if first else ""
            ref = f"{cell.letter}{row}:{cell.letter}{last_row}"
            reference = f'<f t="shared" si="{number}"/>'
            master = f'<f t="shared" ref="{ref}" si="{number}">{cell.formula}</f>'
            text = text.replace(reference, master)
            number += 1
    return text


def _opening(cell: PatternCell) -> str:
    return f'<c r="{cell.letter}{_ROW_MARK}" s="{cell.style}"'


def _write_content(cell: PatternCell, content: CellContent) -> str:
    """Return one cell that holds a value; text is always text, whatever it begins with."""
    start = _opening(cell)
    if content is None or content == "":
        return f"{start}/>"
    if isinstance(content, str):
        text = f"<t{space_of(content)}>{escape_content(content)}</t>"
        return f'{start} t="inlineStr"><is>{text}</is></c>'
    return f"{start}><v>{content!r}</v></c>"
