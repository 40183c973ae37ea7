"""What is known of a sheet before the bulk reader gets it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from fpsheet_validation.raw import CellKind

FAR_COLUMN = 52
"""Columns beyond AZ are not handed to the bulk reader, which makes room for every cell between."""

_MERGED = re.compile(
    rb"<(?:[A-Za-z0-9]+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([A-Z]+[0-9]+:[A-Z]+[0-9]+)[\"']"
)


@dataclass(frozen=True, slots=True)
class ColumnKinds:
    """What the columns of a sheet hold, by number.

    Attributes:
        text: A person types text; a number in one is worth saying.
        value: A person types dates or numbers; a text in one is worth saying.
        other: Nobody types, and still they are read (row ids).
    """

    text: frozenset[int]
    value: frozenset[int]
    other: frozenset[int]


@dataclass(frozen=True, slots=True)
class SheetScan:
    """One sheet, gone through once.

    Attributes:
        body: The rows as plain XML: what stands between the sheetData tags.
        numbers: Excel row of each row below the header (Int32), in the order of the file.
        is_renumbered: The body numbers its rows on from the header, one by one, in that order;
            if not, by their Excel rows.
        kinds: (Excel row, column letters) → kinds, of the cells that need saying.
        merged: Merged ranges, as written.
        hidden: Excel rows hidden by hand or by a filter.
        has_suspect_text: There may be text to repair.
        quarantined: Positions in `numbers` of rows that hold something but contradict others.
        own_columns: Columns with entries that no field has, where the body leaves them out.
        far_cells: Number of cells with something in them beyond the far column or Excel's grid.
    """

    body: bytes
    numbers: pl.Series
    is_renumbered: bool = False
    kinds: Mapping[tuple[int, str], frozenset[CellKind]] = field(default_factory=dict)
    merged: tuple[str, ...] = ()
    hidden: frozenset[int] = frozenset()
    has_suspect_text: bool = True
    quarantined: frozenset[int] = frozenset()
    own_columns: frozenset[int] = frozenset()
    far_cells: int = 0


def find_merged(tail: bytes) -> tuple[str, ...]:
    """List the merged ranges in what follows the rows of a sheet."""
    return tuple(match.decode("ascii") for match in _MERGED.findall(tail))
