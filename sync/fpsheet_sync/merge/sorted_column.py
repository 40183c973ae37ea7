"""Columns that were sorted alone: each row keeps its place and gets another row's value."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import polars as pl

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import Layout, alike
from fpsheet_sync.merge.content import FILE_ID, ROW
from fpsheet_sync.merge.state import Hold

_MOST_EDITED = 0.10
"""Share of a sorted column's rows that may have been edited beside."""
_CITIZENS, _VALUES, _FEW_VALUES = 3, 5, 8
"""Rows that prove a sorted column, however large the sheet is: citizens, values that are mostly
different, and values of which there are few (where fewer rows are chance)."""


@dataclass(frozen=True, slots=True)
class SortedColumn:
    """Columns of one sheet whose values stand in other rows than before.

    Attributes:
        sheet: Sheet identifier.
        columns: The columns, in the order of the sheet; several where they were sorted together.
        moved: Rows that say the same as before but for another row's values in these columns.
        rows: Rows that are in the file and its line of descent.
    """

    sheet: str
    columns: tuple[str, ...]
    moved: int
    rows: int

    @property
    def fields(self) -> Iterator[str]:
        """Return the identifiers of the fields."""
        return ("cpr" if column == BORGER else column for column in self.columns)


def find_sorted(layout: Layout, said: pl.DataFrame, expected: pl.DataFrame) -> SortedColumn | None:
    """Find the columns of a sheet that seem to have been sorted alone.

    The values have changed places, wholly or among some rows, and everything else of the rows
    stands still. A value that was corrected is no other row's; rows that moved whole brought
    their values along.

    Args:
        layout: The sheet.
        said: The rows of the file.
        expected: The rows its line of descent had.

    Returns:
        The columns; None where too few rows are in question to be anything but corrections.
    """
    if said.is_empty() or expected.is_empty():
        return None
    before = expected.select(FILE_ID, pl.col(layout.values).name.prefix("b:"))
    alone = pl.col(FILE_ID).is_unique()
    both = said.filter(alone).join(before.filter(alone), on=FILE_ID, how="inner").sort(ROW)
    rows = both.height
    both = both.filter(~_is_whole(layout, both))
    sorted_ones = tuple(
        column for column in _differing(both, layout.values) if _is_sorted(both, column, rows)
    )
    if not sorted_ones:
        return None
    others = tuple(column for column in layout.values if column not in sorted_ones)
    moved = both.filter(
        ~alike(sorted_ones, "", "b:"), alike(others, "", "b:") if others else True
    ).height
    if moved <= 1 or not (Hold(moved, rows).is_due or moved >= _proof(both, sorted_ones)):
        return None
    return SortedColumn(layout.sheet, sorted_ones, moved, rows)


def _is_whole(layout: Layout, both: pl.DataFrame) -> pl.Expr:
    """Return the condition that a row says what another row said before, in every column."""
    told = pl.struct(layout.values)
    before = both.select(pl.struct(pl.col(f"b:{c}").alias(c) for c in layout.values).alias("b"))
    stands = alike(layout.values, "", "b:")
    return ~stands & told.is_in(before["b"].implode())


def _differing(both: pl.DataFrame, columns: tuple[str, ...]) -> list[str]:
    """Return the columns that say something else than before in more than one row."""
    differing = both.select(pl.col(c).ne_missing(pl.col(f"b:{c}")).sum() for c in columns)
    return [column for column, rows in zip(columns, differing.row(0), strict=True) if rows > 1]


def _changed(both: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the values of a column now and before in the rows where they differ, in order."""
    differs = pl.col(column).ne_missing(pl.col(f"b:{column}"))
    return both.filter(differs).select(
        pl.col(column).alias("now"), pl.col(f"b:{column}").alias("then")
    )


def _is_sorted(both: pl.DataFrame, column: str, rows: int) -> bool:
    """Return whether the values of a column stand in each other's places."""
    changed = _changed(both, column)
    if column == BORGER:
        taken = changed.filter(pl.col("now").is_in(both[f"b:{BORGER}"].implode())).height
        return (taken > 1 and Hold(taken, rows).is_due) or _is_exchange(changed)
    return _is_exchange(changed) and _is_in_order(changed)


def _is_exchange(changed: pl.DataFrame) -> bool:
    """Return whether what the rows say now is what they said before, but for a few edited ones."""
    return _exchanged(changed) >= (1 - _MOST_EDITED) * changed.height


def _exchanged(changed: pl.DataFrame) -> int:
    return (Counter(changed["now"]) & Counter(changed["then"])).total()


def _is_in_order(changed: pl.DataFrame) -> bool:
    """Return whether equal values stand together, as sorting leaves them in whatever order.

    Few different values in few rows stand so by chance.
    """
    values = changed["now"].to_list()
    runs = sum(1 for _ in groupby(values))
    edited = changed.height - _exchanged(changed)
    return runs <= len(set(values)) + 2 * edited and changed.height >= _least(changed)


def _least(changed: pl.DataFrame) -> int:
    """Return how many rows a sorted column must have changed at the least."""
    different = changed["now"].drop_nulls().n_unique()
    return _CITIZENS if 2 * different > changed.height else _FEW_VALUES


def _proof(both: pl.DataFrame, columns: tuple[str, ...]) -> int:
    """Return from how many rows on an exchange is no correction, in a sheet of any size."""
    if columns[0] == BORGER and _is_exchange(_changed(both, BORGER)):
        return _CITIZENS
    varied = (
        _least(changed) == _CITIZENS
        for changed in (_changed(both, column) for column in columns if column != BORGER)
    )
    return _VALUES if any(varied) else both.height + 1
