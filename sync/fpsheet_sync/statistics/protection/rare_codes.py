"""Codes that a table shows only where they occur: in print that must not tell that they do.

A column "Uoplyst" of nothing but 0 would say that somebody is in it. So a rare code is shown where
one of its numbers is printed as something else than 0, and not otherwise.
"""

from collections.abc import Sequence
from dataclasses import replace

from fpsheet_sync.statistics.stat_table import Chart, Column, ColumnKind, Release, StatTable
from fpsheet_sync.statistics.tables.counting import Counting
from fpsheet_sync.statistics.tables.number_name import COUNTRIES
from fpsheet_templates.table import TOTAL


def without_rare(release: Release, table: StatTable, counting: Counting) -> StatTable:
    """Return a table without the rows and columns of rare codes whose numbers are all 0.

    Args:
        release: The edition.
        table: A table of it, its counts as they are printed.
        counting: What it was counted from, for the codes that are shown whether they occur or not.
    """
    area = "" if release.area in COUNTRIES else release.area
    always = _Always(replace(counting, cube={}), area)
    rows = [place for place in range(len(table.rows)) if not _is_gone(table, place, always)]
    kept = replace(
        table,
        rows=tuple(table.rows[place] for place in rows),
        keys=tuple(table.keys[place] for place in rows),
    )
    columns = [place for place in range(len(kept.columns)) if _is_shown(kept, place, always)]
    return _with_columns(kept, columns)


class _Always:
    """The codes of each dimension that are shown in every edition of an area."""

    def __init__(self, counting: Counting, area: str) -> None:
        """Take a counting in which nothing occurs."""
        self._counting, self._area = counting, area
        self._known: dict[str, frozenset[str]] = {}

    def shows(self, dimension: str, code: str) -> bool:
        """Return whether a code is shown whether or not it occurs."""
        if dimension not in self._known:
            codes = self._counting.shown_codes(dimension, self._area, ())
            self._known[dimension] = frozenset({*codes, TOTAL})
        return code in self._known[dimension]


def _is_gone(table: StatTable, place: int, always: _Always) -> bool:
    """Return whether a row is left out: it has a rare code of which nothing is printed."""
    rare = [
        (number, code)
        for number, (name, code) in enumerate(zip(table.dimensions, table.keys[place], strict=True))
        if not always.shows(name, code)
    ]
    return any(
        not _has_print(table, [at for at, key in enumerate(table.keys) if key[number] == code])
        for number, code in rare
    )


def _has_print(table: StatTable, rows: Sequence[int], columns: Sequence[int] = ()) -> bool:
    """Return whether some rows print any count but 0, in all columns or in some."""
    wanted = columns or range(len(table.columns))
    counts = [at for at in wanted if table.columns[at].kind is ColumnKind.COUNT]
    return any(table.rows[row][at] != 0 for row in rows for at in counts)


def _is_shown(table: StatTable, place: int, always: _Always) -> bool:
    column = table.columns[place]
    if column.kind is not ColumnKind.COUNT or all(always.shows(*pair) for pair in column.codes):
        return True
    return _has_print(table, range(len(table.rows)), [place])


def _with_columns(table: StatTable, places: Sequence[int]) -> StatTable:
    """Return a table with some of its columns, and what names the others without them."""
    if len(places) == len(table.columns):
        return table
    columns = tuple(table.columns[place] for place in places)
    names = {column.id for column in columns}
    return replace(
        table,
        columns=tuple(_resting(column, names) for column in columns),
        rows=tuple(tuple(row[place] for place in places) for row in table.rows),
        sums=tuple(
            (total, tuple(part for part in parts if part in names))
            for total, parts in table.sums
            if total in names
        ),
        charts=tuple(
            chart for each in table.charts for chart in [_drawing(each, names)] if chart.columns
        ),
    )


def _resting(column: Column, names: set[str]) -> Column:
    return replace(column, rests_on=tuple(name for name in column.rests_on if name in names))


def _drawing(chart: Chart, names: set[str]) -> Chart:
    return replace(chart, columns=tuple(name for name in chart.columns if name in names))
