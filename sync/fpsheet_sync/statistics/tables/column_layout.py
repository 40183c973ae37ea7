"""Columns of a table as they are laid out: headings, and which number each cell holds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from fpsheet_sync.statistics.stat_table import Cell, Column, ColumnKind, Shorthand
from fpsheet_sync.statistics.tables.comparison import INDEX, compared_key, index_unit
from fpsheet_sync.statistics.tables.cube import Codes, Figure, adds_along
from fpsheet_sync.statistics.tables.edition import Edition, shown_specs
from fpsheet_templates.table import ColumnSpec, Count, TableSpec

_PERSONS = frozenset({Count.ROWS, Count.DISTINCT, Count.SUM})
_COUNTS = _PERSONS | {Count.TALLY}
_DATE = "dato"
"""The unit of a day, which the cube holds as its ordinal number."""
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column as it is laid out: a declared one, or one of those it is split into.

    Attributes:
        spec: The declared column.
        column: The column of the table.
    """

    spec: ColumnSpec
    column: Column


def show_columns(edition: Edition, spec: TableSpec) -> Iterator[ShownColumn]:
    """Yield the columns of a table for an edition, left to right.

    A column of another country is left out, and so is one split by codes that the country lacks.
    """
    for column in shown_specs(edition.counting, edition.area, spec):
        if not column.by:
            yield _show(edition, spec, column, "")
            continue
        codes = edition.counting.shown_codes(column.by, edition.area, [column])
        for code in codes:
            yield _show(edition, spec, column, code)


def _show(edition: Edition, spec: TableSpec, column: ColumnSpec, code: str) -> ShownColumn:
    wording = edition.wording
    label = edition.labels(column.by, (code,))[code] if code else ""
    notes = "" if column.by else edition.marks(column.notes)
    safe = "".join(c if c.isalnum() else "_" for c in code)
    shown = Column(
        id=f"{column.id}_{safe}" if code else column.id,
        label=wording.heading(
            compared_key(edition, f"column.{spec.id}.{column.id}"),
            column,
            label,
            f" {notes}" if notes else "",
            unit=_unit(edition, column),
        ),
        kind=_kind(column),
        unit=wording.form.texts.get(_unit(edition, column), wording.language),
        of="" if column.count is Count.TALLY else counted_name(spec, column),
        codes=(*sorted(column.where.items()), *(((column.by, code),) if code else ())),
        adds=tuple(sorted(_adds(spec, column))),
        rests_on=() if column.count in _COUNTS else column.parts,
        share_of=column.parts if column.count is Count.SHARE else (),
    )
    return ShownColumn(column, shown)


def _unit(edition: Edition, column: ColumnSpec) -> str:
    """Return the key of a column's unit."""
    return index_unit(edition) if column.unit == INDEX else f"unit.{column.unit}"


def _kind(column: ColumnSpec) -> ColumnKind:
    if column.unit == _DATE:
        return ColumnKind.NOTE
    if column.count in _COUNTS:
        return ColumnKind.COUNT
    return ColumnKind.WHOLE if column.is_whole else ColumnKind.DECIMAL


def counted_name(spec: TableSpec, column: ColumnSpec) -> str:
    """Name what a column counts; a sum by its parts, so that it is one number in every table."""
    if column.count is Count.SUM:
        return "+".join(sorted(counted_name(spec, spec.column(part)) for part in column.parts))
    if column.name:
        return column.name
    suffix = "" if column.count is Count.ROWS else f".{column.count}"
    return f"{column.facts}.{column.measure}{suffix}"


def _adds(spec: TableSpec, column: ColumnSpec) -> frozenset[str]:
    if column.count is Count.SUM:
        return frozenset.intersection(*(_adds(spec, spec.column(part)) for part in column.parts))
    return adds_along(spec, column)


def fill_row(edition: Edition, shown: Sequence[ShownColumn], row: Codes) -> tuple[Cell, ...]:
    """Return the numbers of a row: counts, then sums of them, then shares of either."""
    found: dict[str, Cell] = {}
    for each in shown:
        if each.spec.count not in {Count.SUM, Count.SHARE}:
            found[each.column.id] = _counted(edition, each, row)
    for each in shown:
        if each.spec.count is Count.SUM:
            found[each.column.id] = sum(_whole(found, part) for part in each.spec.parts)
    for each in shown:
        if each.spec.count is Count.SHARE:
            found[each.column.id] = _share(*(_whole(found, part) for part in each.spec.parts))
    for each in shown:
        if found[each.column.id] is Shorthand.NOT_AVAILABLE:
            found[each.column.id] = say_missing(found[name] for name in each.spec.needs)
    return tuple(found[each.column.id] for each in shown)


def say_missing(needed: Iterable[Cell]) -> Shorthand:
    """Say why a figure is missing, from what it needs: it has no sense of nothing, else [x].

    >>> say_missing([0]), say_missing([4, 0.0]), say_missing([4, 1.5]), say_missing([])
    (<Shorthand.NOT_APPLICABLE: '[z]'>, <Shorthand.NOT_APPLICABLE: '[z]'>, \
<Shorthand.NOT_AVAILABLE: '[x]'>, <Shorthand.NOT_AVAILABLE: '[x]'>)
    """
    of_nothing = any(cell in {0, Shorthand.NOT_APPLICABLE} for cell in needed)
    return Shorthand.NOT_APPLICABLE if of_nothing else Shorthand.NOT_AVAILABLE


def _counted(edition: Edition, each: ShownColumn, row: Codes) -> Cell:
    spec = each.spec
    figure = Figure(spec.facts, spec.measure, spec.count, row.union(each.column.codes))
    number = edition.counting.cube.get(figure)
    if spec.count in _PERSONS:
        return int(number or 0)
    if number is None:
        is_missing = spec.count in {Count.GIVEN, Count.TALLY}
        return Shorthand.NOT_AVAILABLE if is_missing else Shorthand.NOT_APPLICABLE
    if spec.unit == _DATE:
        return edition.wording.day(date.fromordinal(int(number)))
    is_whole = spec.is_whole or spec.count is Count.TALLY
    return int(number) if is_whole else round_tenth(number)


def _whole(found: Mapping[str, Cell], part: str) -> int:
    number = found[part]
    return number if isinstance(number, int) else 0


def _share(part: int, whole: int) -> Cell:
    if not whole:
        return Shorthand.NOT_APPLICABLE
    return float((Decimal(100 * part) / Decimal(whole)).quantize(_TENTH, ROUND_HALF_UP))


def round_tenth(number: float) -> float:
    """Round to one decimal, halves away from zero, as a reader does.

    >>> round_tenth(12.25), round_tenth(0.05)
    (12.3, 0.1)
    """
    return float(Decimal(repr(number)).quantize(_TENTH, ROUND_HALF_UP))
