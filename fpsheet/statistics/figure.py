"""Figures: the numbers of a table that are drawn, and those that cannot be."""

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import groupby

from fpsheet.table_book.book import NativeChart, Series
from fpsheet_sync.statistics.stat_table import Cell, Chart, StatTable

_TOTAL = ""
_MIN_CATEGORIES = 2
_BROKEN_LINE = "column"


def plot_chart(
    table: StatTable, chart: Chart, *, area: str, description: str
) -> tuple[NativeChart | None, tuple[str, ...]]:
    """Return a figure and the categories it leaves out.

    A category is left out when one of its numbers is hidden or missing: a chart would draw it as
    0. A line would draw over what is left out between two others, so bars take its place. There is
    no figure when fewer than half of the categories remain, which would pass for the whole country,
    or when fewer than two of them have anything to draw.

    Args:
        table: The table it is drawn from.
        chart: What to draw.
        area: Kommunekode of a kommune's own edition, else "".
        description: What a reader who cannot see the figure is told.
    """
    rows = dict(zip(table.keys, table.rows, strict=True))
    columns = {column.id: place for place, column in enumerate(table.columns)}
    codes = _codes(table, chart.category)
    drawn = _drawn(table, chart)
    values: dict[str, dict[str, float]] = {}
    left_out = []
    for code, label in codes.items():
        cells = [
            _cell(table, rows, {**fixed, chart.category: code}, columns[column], area)
            for _, column, fixed in drawn
        ]
        numbers = [cell for cell in cells if isinstance(cell, int | float)]
        if len(numbers) < len(cells):
            left_out.append(label)
        else:
            values[label] = dict(zip((name for name, _, _ in drawn), numbers, strict=True))
    series = tuple(
        Series(name, tuple(numbers[name] for numbers in values.values())) for name, _, _ in drawn
    )
    filled = sum(any(numbers.values()) for numbers in values.values())
    if filled < _MIN_CATEGORIES or 2 * len(values) < len(codes):
        return None, tuple(left_out)
    title = chart.title.removeprefix(f"{chart.id}. ")
    heading = next(column.label for column in table.columns if column.id == chart.category)
    kind = (
        _BROKEN_LINE if chart.kind == "line" and _is_broken(codes.values(), values) else chart.kind
    )
    figure = NativeChart(kind, title, description, tuple(values), series, heading, chart.unit)
    return figure, tuple(left_out)


def _is_broken(labels: Iterable[str], drawn: Container[str]) -> bool:
    """Return whether something is left out between two that are drawn.

    >>> _is_broken(["1", "2", "3"], {"1", "2"}), _is_broken(["1", "2", "3"], {"1", "3"})
    (False, True)
    """
    runs = [is_drawn for is_drawn, _ in groupby(labels, key=lambda label: label in drawn)]
    return runs.count(True) > 1


def _drawn(table: StatTable, chart: Chart) -> list[tuple[str, str, Mapping[str, str]]]:
    """Return the series: name, column, and the code of the dimension that makes the series."""
    if chart.series and chart.series in table.dimensions:
        column = chart.columns[0]
        codes = _codes(table, chart.series)
        return [(label, column, {chart.series: code}) for code, label in codes.items()]
    named = {column.id: column.name for column in table.columns}
    names = [named[column] for column in chart.columns]
    return [(name, column, {}) for name, column in zip(_own(names), chart.columns, strict=True)]


def _own(names: Sequence[str]) -> list[str]:
    """Return names without their common beginning: "Niveau: Højeste" becomes "Højeste"."""
    before = {name.partition(": ")[0] for name in names}
    if len(before) == 1 and all(": " in name for name in names):
        return [name.partition(": ")[2] for name in names]
    return list(names)


def _codes(table: StatTable, dimension: str) -> Mapping[str, str]:
    """Return the codes of a dimension that are no total, with their labels, in order."""
    place = table.dimensions.index(dimension)
    return {
        key[place]: str(row[place])
        for key, row in zip(table.keys, table.rows, strict=True)
        if key[place] != _TOTAL
    }


def _cell(
    table: StatTable,
    rows: Mapping[tuple[str, ...], tuple[Cell, ...]],
    codes: Mapping[str, str],
    column: int,
    area: str,
) -> Cell:
    """Return one number; dimensions that are not named are taken in total."""
    everything = {"kommune": area, **codes}
    key = tuple(everything.get(name, _TOTAL) for name in table.dimensions)
    return rows[key][column]
