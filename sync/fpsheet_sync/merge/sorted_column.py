"""Columns that were sorted alone: each row keeps its place and gets another row's value."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import polars as pl

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import Layout
from fpsheet_sync.merge.content import FILE_ID, ROW, alone
from fpsheet_sync.merge.record_identity import Row
from fpsheet_sync.merge.state import Hold
from fpsheet_sync.merge.three_way import is_same

_MOST_EDITED = 0.10
"""Share of a sorted column's rows that may have been edited beside."""
_CITIZENS, _VALUES, _FEW_VALUES = 3, 5, 8
"""Rows that prove a sorted column, however large the sheet is: citizens, values that are mostly
different, and values of which there are few (where fewer rows are chance)."""

Values = list[tuple[object, object]]
"""What rows say in one column, now and before, in the rows where that differs."""


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
    before = before.join(named, on=FILE_ID, how="semi")
    rows = before.height
    # A row that says what another row said before, in every column, moved whole.
    moved_whole = changed.join(before, on=layout.values, how="semi", nulls_equal=True)
    if not moved_whole.is_empty():
        changed, before = (
            frame.join(moved_whole, on=FILE_ID, how="anti") for frame in (changed, before)
        )
    pairs = _pair(changed, before)
    values = {column: _changed(pairs, column) for column in layout.values}
    sorted_ones = tuple(
        column for column, found in values.items() if _is_sorted(column, found, (rows, before))
    )
    if not sorted_ones:
        return None
    others = tuple(column for column in layout.values if column not in sorted_ones)
    moved = sum(
        is_same(others, now, then) and not is_same(sorted_ones, now, then) for now, then in pairs
    )
    proof = _proof([(column, values[column]) for column in sorted_ones], len(pairs))
    if moved <= 1 or not (Hold(moved, rows).is_due or moved >= proof):
        return None
    return SortedColumn(layout.sheet, sorted_ones, moved, rows)


def _pair(changed: pl.DataFrame, before: pl.DataFrame) -> list[tuple[Row, Row]]:
    """Return each row that changed with what it said before, in the order of the file."""
    is_changed = pl.col(FILE_ID).is_in(changed[FILE_ID].drop_nulls().implode())
    then = {row[FILE_ID]: row for row in before.filter(is_changed).to_dicts()}
    rows = changed.sort(ROW).to_dicts()
    return [(row, then[row[FILE_ID]]) for row in rows if row[FILE_ID] in then]


def _changed(pairs: Iterable[tuple[Row, Row]], column: str) -> Values:
    """Return the values of a column in the rows where they differ, in order."""
    return [(now[column], then[column]) for now, then in pairs if now[column] != then[column]]


def _is_sorted(column: str, values: Values, told: tuple[int, pl.DataFrame]) -> bool:
    """Return whether the values of a column stand in each other's places.

    Args:
        column: The column.
        values: What changed in it.
        told: How many rows there were before, and those of them that did not move whole.
    """
    if len(values) <= 1:
        return False
    if column == BORGER:
        rows, before = told
        citizens = set(before[BORGER].drop_nulls())
        taken = sum(now in citizens for now, _ in values)
        return (taken > 1 and Hold(taken, rows).is_due) or _is_exchange(values)
    return _is_exchange(values) and _is_in_order(values)


def _is_exchange(values: Values) -> bool:
    """Return whether what the rows say now is what they said before, but for a few edited ones."""
    return _exchanged(values) >= (1 - _MOST_EDITED) * len(values)


def _exchanged(values: Values) -> int:
    now, then = (Counter(side) for side in zip(*values, strict=True))
    return (now & then).total()


def _is_in_order(values: Values) -> bool:
    """Return whether equal values stand together, as sorting leaves them in whatever order.

    Few different values in few rows stand so by chance.
    """
    stand = [now for now, _ in values]
    runs = sum(1 for _ in groupby(stand))
    edited = len(values) - _exchanged(values)
    return runs <= len(set(stand)) + 2 * edited and len(values) >= _least(values)


def _least(values: Values) -> int:
    """Return how many rows a sorted column must have changed at the least."""
    different = len({now for now, _ in values if now is not None})
    return _CITIZENS if 2 * different > len(values) else _FEW_VALUES


def _proof(columns: Sequence[tuple[str, Values]], changed: int) -> int:
    """Return from how many rows on an exchange is no correction, in a sheet of any size.

    Args:
        columns: The sorted columns and what changed in each.
        changed: Number of rows that changed.
    """
    (first, values), *_ = columns
    if first == BORGER and _is_exchange(values):
        return _CITIZENS
    is_varied = any(_least(found) == _CITIZENS for name, found in columns if name != BORGER)
    return _VALUES if is_varied else changed + 1
