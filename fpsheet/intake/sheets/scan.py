"""What is known of a sheet before the bulk reader gets it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fpsheet_validation.raw import CellKind

FAR_COLUMN = 52
"""Columns beyond AZ are not handed to the bulk reader, which makes room for every cell between."""

_MERGED = re.compile(rb"<(?:[A-Za-z0-9]+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([$A-Za-z0-9:]+)[\"']")


NO_DAY = (
    r"-[0-9.eE+-]*|(?:0|60)(?:\.0*)?|[0-9.]*[eE][0-9+-]*|(?:[0-9]{8,}|[3-9][0-9]{6}|29[6-9][0-9]{4}|2959[0-9]{3}"
    r"|2958[5-9][0-9]{2}|29584(?:6[6-9]|[7-9][0-9]))(?:\.[0-9]*)?"
)
"""A number that is no day to Excel: below 1, the 29 February 1900 that never was, after 9999.

The bulk reader prints a number in a date format as a day: such a number as another day, as a
year of five digits or not at all. It is given to it without its format, and so as the number
that it is. (Spelling of both Rust and Python.)
"""


@dataclass(frozen=True, slots=True)
class ColumnKinds:
    """What the columns of a sheet hold, by number.

    Attributes:
        text: A person types text; a number in one is worth saying.
        value: A person types dates or numbers; a text in one is worth saying.
        date: Those of them with dates.
        row_id: Nobody types, and still they are read.
        calculated: Formulas of ours; they are not read.
    """

    text: frozenset[int]
    value: frozenset[int]
    date: frozenset[int]
    row_id: frozenset[int]
    calculated: frozenset[int]

    @property
    def entry(self) -> frozenset[int]:
        """Return the columns a person types in."""
        return self.text | self.value

    @property
    def amount(self) -> frozenset[int]:
        """Return the columns of numbers that are no dates."""
        return self.value - self.date

    @property
    def read(self) -> frozenset[int]:
        """Return the columns that are read."""
        return self.entry | self.row_id

    @property
    def own(self) -> frozenset[int]:
        """Return the columns that the caseworker added, as far as they are looked at."""
        return frozenset(range(1, FAR_COLUMN + 1)) - self.read - self.calculated


@dataclass(frozen=True, slots=True)
class SheetScan:
    """One sheet, gone through once.

    Attributes:
        xml: The sheet as the bulk reader gets it: plainly spelled, with something in column A.
        numbers: Excel row of each row below the header, in the order of the file.
        is_renumbered: The XML numbers its rows on from the header, one by one, in that order;
            if not, by their Excel rows.
        filled: Cells below row 1 with something for the bulk reader, in the columns that are read.
        kinds: (Excel row, column letters) → kinds, of the cells that need saying.
        arrays: Ranges that one formula fills, as written.
        merged: Merged ranges, as written.
        hidden: Excel rows hidden by hand or by a filter.
        quarantined: Positions in `numbers` of rows that hold something but contradict others.
        own_columns: Columns with something in them that are none of ours.
        far_cells: Number of cells with something in them beyond the far column or Excel's grid.
    """

    xml: bytes
    numbers: Sequence[int]
    filled: int
    is_renumbered: bool = False
    kinds: Mapping[tuple[int, str], frozenset[CellKind]] = field(default_factory=dict)
    arrays: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    hidden: frozenset[int] = frozenset()
    quarantined: frozenset[int] = frozenset()
    own_columns: frozenset[int] = frozenset()
    far_cells: int = 0


_SHEET_START = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1" t="inlineStr"><is><t>.</t></is></c></row>'
)
_SHEET_END = b"</sheetData></worksheet>"


def wrap_rows(rows: bytes) -> bytes:
    """Return a sheet of plain rows, with a filler in A1 for where they have nothing there.

    The bulk reader leaves out columns at the left in which there is nothing.
    """
    return b"".join((_SHEET_START, rows, _SHEET_END))


def find_merged(tail: bytes) -> tuple[str, ...]:
    """List the merged ranges in what follows the rows of a sheet."""
    return tuple(match.decode("ascii") for match in _MERGED.findall(tail))
