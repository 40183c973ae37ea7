"""Numbers become tables: rows, the words above them, the sums inside them, the figures."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from fpsheet_sync.statistics.stat_table import Cell, Chart, Column, ColumnKind, StatTable
from fpsheet_sync.statistics.tables.column_layout import ShownColumn, fill_row, show_columns
from fpsheet_sync.statistics.tables.comparison import (
    INDEX,
    compared_key,
    tell_national,
    tell_population,
    tell_targets,
)
from fpsheet_sync.statistics.tables.counting import REPORTER
from fpsheet_sync.statistics.tables.coverage import tell_coverage
from fpsheet_sync.statistics.tables.cube import KOMMUNE, Codes
from fpsheet_sync.statistics.tables.edition import (
    Edition,
    shown_specs,
    table_notes,
    used_notes,
)
from fpsheet_templates.table import TOTAL, ChartSpec, TableSpec

_MIN_CATEGORIES = 2


def tabulate(edition: Edition, spec: TableSpec) -> StatTable:
    """Lay out one declared table for an edition.

    The total of every dimension comes first. A code that the form offers in the country is shown
    also with 0; `uoplyst` and other rare codes only where they occur in the edition. An edition of
    one kommune has that kommune alone.
    """
    declared = shown_specs(edition.counting, edition.area, spec)
    shown = tuple(_resolved(tuple(show_columns(edition, spec))))
    codes = {name: _row_codes(edition, spec, name) for name in spec.dimensions}
    dimensions = tuple(name for name in spec.dimensions if codes[name])
    labels = {name: edition.labels(name, codes[name]) for name in dimensions}
    keys = tuple(product(*(codes[name] for name in dimensions)))
    rows = []
    for key in keys:
        words: list[Cell] = [labels[name][code] for name, code in zip(dimensions, key, strict=True)]
        row = _row(edition, dimensions, key)
        rows.append((*words, *fill_row(edition, shown, row)))
    wording, period = edition.wording, edition.counting.scope.period
    heads = [Column(name, wording.dimension(name), ColumnKind.DIMENSION) for name in dimensions]
    return StatTable(
        id=spec.id,
        title=f"{spec.id}. {_subject(edition, compared_key(edition, f'table.{spec.id}.title'))}",
        lines=tuple(_lines(edition, spec, table_notes(spec, declared))),
        columns=(*heads, *(each.column for each in shown)),
        rows=tuple(rows),
        keys=keys,
        notes=used_notes(spec, declared),
        source=_source(edition, spec),
        period=period,
        provisional=edition.is_provisional(period.til),
        dimensions=dimensions,
        sums=tuple(_sums(spec, shown)),
        charts=tuple(_charts(edition, spec, shown, codes)),
    )


def _resolved(shown: Sequence[ShownColumn]) -> Iterator[ShownColumn]:
    """Name the laid out columns that figures rest on, where they are declared as a split one.

    A mean of those who have ordinary work rests on the column that counts just them, and on those
    that divide it by their hours: with few citizens the mean tells how many work how much.
    """
    for each in shown:
        own = set(each.column.codes)
        named = [
            other.column.id
            for part in each.column.rests_on
            for other in shown
            if other.spec.id == part and (not other.spec.by or set(other.column.codes) == own)
        ]
        if named:
            counted = (each.spec.facts, each.spec.measure)
            named += [
                other.column.id
                for other in shown
                if (other.spec.facts, other.spec.measure) == counted
                and other.column.kind is ColumnKind.COUNT
                and set(other.column.codes) > own
            ]
        rests_on = tuple(dict.fromkeys(named))
        yield replace(each, column=replace(each.column, rests_on=rests_on))


def _row_codes(edition: Edition, spec: TableSpec, dimension: str) -> tuple[str, ...]:
    """Return the codes of the rows, the total first; none where the dimension has no sense."""
    codes = edition.counting.shown_codes(dimension, edition.area, spec.columns)
    is_one_kommune = dimension in {KOMMUNE, REPORTER} and edition.area
    return codes if is_one_kommune or not codes else (TOTAL, *codes)


def _row(edition: Edition, dimensions: Sequence[str], key: Sequence[str]) -> Codes:
    """Return what a row is broken down by; the edition of a kommune is so throughout."""
    is_about_reports = REPORTER in dimensions
    own = [(KOMMUNE, edition.area)] if edition.area and not is_about_reports else []
    pairs = (pair for pair in zip(dimensions, key, strict=True) if pair[1] != TOTAL)
    return frozenset((*own, *pairs))


def _subject(edition: Edition, key: str) -> str:
    """Return a title with its area and period."""
    wording = edition.wording
    period = wording.period(edition.counting.scope.period)
    area = edition.title_area
    return wording.fill("title", {"subject": wording.text(key), "area": area, "period": period})


def _lines(edition: Edition, spec: TableSpec, notes: Sequence[str]) -> Iterator[str]:
    wording, period = edition.wording, edition.counting.scope.period
    yield wording.text(compared_key(edition, f"table.{spec.id}.measure"))
    yield wording.fill(
        "line.population",
        {"population": wording.text(compared_key(edition, f"table.{spec.id}.population"))},
    )
    yield wording.fill("line.period", {"rule": wording.period_rule(spec.period_rule, period)})
    late = "provisional" if edition.is_provisional(period.til) else "final"
    counted_on = wording.fill(f"line.counted_{late}", {"day": wording.day(edition.counted_on)})
    yield f"{counted_on} {tell_coverage(edition.counting.coverage, wording, edition.area)}"
    if notes:
        yield wording.fill("line.notes", {"notes": edition.marks(notes)})


def _source(edition: Edition, spec: TableSpec) -> str:
    """Say where the numbers come from, those they are compared with too."""
    told = [edition.wording.text(f"source.{spec.source}")]
    if any(column.unit == INDEX for column in spec.columns):
        told.append(tell_national(edition))
    if any(column.id == "maal" for column in spec.columns):
        told.append(tell_targets(edition))
    if any(column.id == "befolkning" for column in spec.columns):
        told.append(tell_population(edition))
    return " ".join(told)


def _sums(spec: TableSpec, shown: Sequence[ShownColumn]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the sums between columns: declared ones, sums of parts, totals and their splits."""
    by_spec: dict[str, tuple[str, ...]] = {}
    for each in shown:
        by_spec[each.spec.id] = (*by_spec.get(each.spec.id, ()), each.column.id)
    for total, parts in spec.equations:
        laid_out = tuple(name for part in parts for name in by_spec.get(part, ()))
        if total in by_spec and laid_out:
            yield total, laid_out
    for each in shown:
        if each.spec.parts and not each.column.rests_on:
            yield each.column.id, each.spec.parts
        yield from _split_sums(each, shown)


def _split_sums(
    total: ShownColumn, shown: Sequence[ShownColumn]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the columns that one count is split into, for each way it is split."""
    ways: dict[str, list[str]] = {}
    for each in shown:
        by = each.spec.by
        is_split = by in each.column.adds and each.column.of == total.column.of
        if by and is_split and set(each.column.codes[:-1]) == set(total.column.codes):
            ways.setdefault(by, []).append(each.column.id)
    for parts in ways.values():
        yield total.column.id, tuple(parts)


def _charts(
    edition: Edition,
    spec: TableSpec,
    shown: Sequence[ShownColumn],
    codes: dict[str, tuple[str, ...]],
) -> Iterator[Chart]:
    for chart in spec.charts:
        drawn = [each for each in shown if each.spec.id in chart.columns]
        categories = [code for code in codes.get(chart.category, ()) if code != TOTAL]
        is_ours = chart.jurisdictions & edition.counting.jurisdictions
        if is_ours and drawn and len(categories) >= _MIN_CATEGORIES:
            yield _chart(edition, chart, drawn)


def _chart(edition: Edition, chart: ChartSpec, drawn: Sequence[ShownColumn]) -> Chart:
    return Chart(
        id=chart.id,
        title=f"{chart.id}. {_subject(edition, f'chart.{chart.id}.title')}",
        kind=chart.kind,
        category=chart.category,
        columns=tuple(each.column.id for each in drawn),
        series=chart.series,
        unit=drawn[0].column.unit,
    )
