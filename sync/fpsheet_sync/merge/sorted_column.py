"""Columns that were sorted alone: each row keeps its place and gets another row's value."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import polars as pl

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import Layout, alike
from fpsheet_sync.merge.content import FILE_ID, ROW, alone
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
    named, before = alone(said), alone(expected)
    whole = [FILE_ID, *layout.values]
    changed = named.join(before, on=whole, how="anti", nulls_equal=True)
    if changed.height <= 1:
        return None
    # A row that says what another row said before, in every column, moved whole.
    whole_ones = changed.join(before, on=layout.values, how="semi", nulls_equal=True)
    if whole_ones.is_empty() and not _any_exchange(layout, changed, before):
        return None
    before = before.join(named, on=FILE_ID, how="semi")
    rows = before.height
    whole_ones = whole_ones.join(before, on=layout.values, how="semi", nulls_equal=True)
    if not whole_ones.is_empty():
        changed, before = (
            frame.join(whole_ones, on=FILE_ID, how="anti") for frame in (changed, before)
        )
    told = before.select(FILE_ID, pl.col(layout.values).name.prefix("b:"))
    both = changed.join(told, on=FILE_ID, how="inner").sort(ROW)
    if both.height <= 1:
        return None
    citizens = before[BORGER]
    sorted_ones = tuple(
        column
        for column in _differing(both, layout.values)
        if _is_sorted(both, column, (rows, citizens))
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


def _any_exchange(layout: Layout, changed: pl.DataFrame, before: pl.DataFrame) -> bool:
    """Return whether the values of any column may have changed places among the changed rows.

    Hardly any month has one: what was corrected is no other row's value.
    """
    told = before.filter(pl.col(FILE_ID).is_in(changed[FILE_ID].drop_nulls().implode()))
    then = {row[FILE_ID]: row for row in told.to_dicts()}
    pairs = [(row, then[row[FILE_ID]]) for row in changed.to_dicts() if row[FILE_ID] in then]
    for column in layout.values:
        values = [(now[column], old[column]) for now, old in pairs if now[column] != old[column]]
        if len(values) > 1 and (column == BORGER or _is_exchanged(values)):
            return True
    return False


def _differing(both: pl.DataFrame, columns: tuple[str, ...]) -> list[str]:
    """Return the columns that say something else than before in more than one row."""
    return [column for column in columns if both[column].ne_missing(both[f"b:{column}"]).sum() > 1]


def _changed(both: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the values of a column now and before in the rows where they differ, in order."""
    differs = pl.col(column).ne_missing(pl.col(f"b:{column}"))
    return both.filter(differs).select(
        pl.col(column).alias("now"), pl.col(f"b:{column}").alias("then")
    )


def _is_sorted(both: pl.DataFrame, column: str, told: tuple[int, pl.Series]) -> bool:
    """Return whether the values of a column stand in each other's places.

    Args:
        both: The rows that changed, beside what they said before.
        column: The column.
        told: How many rows there were before, and the citizens of those that stayed.
    """
    changed, (rows, citizens) = _changed(both, column), told
    if column == BORGER:
        taken = changed.filter(pl.col("now").is_in(citizens.implode())).height
        return (taken > 1 and Hold(taken, rows).is_due) or _is_exchange(changed)
    return _is_exchange(changed) and _is_in_order(changed)


def _is_exchange(changed: pl.DataFrame) -> bool:
    """Return whether what the rows say now is what they said before, but for a few edited ones."""
    return _is_exchanged(changed.rows())


def _is_exchanged(values: Sequence[tuple[object, object]]) -> bool:
    return _exchanged(values) >= (1 - _MOST_EDITED) * len(values)


def _exchanged(values: Sequence[tuple[object, object]]) -> int:
    now, then = (Counter(side) for side in zip(*values, strict=True))
    return (now & then).total()


def _is_in_order(changed: pl.DataFrame) -> bool:
    """Return whether equal values stand together, as sorting leaves them in whatever order.

    Few different values in few rows stand so by chance.
    """
    values = changed["now"].to_list()
    runs = sum(1 for _ in groupby(values))
    edited = changed.height - _exchanged(changed.rows())
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
