"""Counting: facts become numbers, with every total along every dimension."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, Table, case, cast, func, select

from fpsheet_sync.statistics.facts.fact import AnySelect
from fpsheet_sync.statistics.facts.scope import ENHED, Scope
from fpsheet_templates.table import ColumnSpec, Count, TableSpec

KOMMUNE = "kommune"
_QUARTILES = (Count.QUARTILE_1, Count.MEDIAN, Count.QUARTILE_3)
_TOGETHER: Mapping[Count, tuple[Count, ...]] = {
    Count.ROWS: (Count.ROWS,),
    Count.DISTINCT: (Count.DISTINCT,),
    Count.MEAN: (Count.MEAN,),
    **dict.fromkeys(_QUARTILES, _QUARTILES),
}
"""Count → those that one query gives at once, for the counts the database makes."""

Codes = frozenset[tuple[str, str]]
"""What a number is broken down by: (dimension, code); a dimension that is absent is a total."""


class Figure(NamedTuple):
    """Which number: of what facts, how counted, broken down how. One name in every table."""

    facts: str
    measure: str
    kind: Count
    codes: Codes


Cube = Mapping[Figure, float]
"""Every number. A count that is absent is 0; a median or mean that is absent has no facts."""


@dataclass(frozen=True, slots=True)
class _Slice:
    """Columns that are counted together: same facts, same breakdown.

    Attributes:
        facts: Name of the facts.
        counts: The numbers made of each group.
        free: Dimensions grouped by, with every total.
        where: Dimensions held at one code.
        adds: Those of `free` along which the number adds up.
    """

    facts: str
    counts: tuple[Count, ...]
    free: tuple[str, ...]
    where: Codes
    adds: frozenset[str]


def count_tables(
    connection: Connection, scope: Scope, tables: Mapping[str, Table], specs: Iterable[TableSpec]
) -> Cube:
    """Count everything that some tables show.

    Every table is counted for each kommune as well as for the country, whether or not it shows
    kommuner side by side, so that one counting serves the national edition and every kommune's.
    """
    cube: dict[Figure, float] = {}
    for part, measures in _slices(specs).items():
        facts = tables[part.facts]
        conditions = (
            facts.c.maal.in_(sorted(measures)),
            facts.c.kommune.in_(scope.kommuner),
            *(facts.c[name] == code for name, code in sorted(part.where)),
        )
        cube.update(_count(connection, facts, part, conditions))
    return cube


def _slices(specs: Iterable[TableSpec]) -> dict[_Slice, set[str]]:
    found: dict[_Slice, set[str]] = defaultdict(set)
    for spec in specs:
        for column in spec.columns:
            if column.count in _TOGETHER:
                found[_slice(spec, column)].add(column.measure)
    return {part: left for part in found if (left := found[part] - _included(part, found))}


def _included(part: _Slice, found: Mapping[_Slice, set[str]]) -> set[str]:
    """Return the measures whose numbers come with a finer slice, because it adds up to them."""
    return {
        measure
        for other, measures in found.items()
        if _adds_up_to(other, part)
        for measure in measures
    }


def _adds_up_to(finer: _Slice, part: _Slice) -> bool:
    is_same = (finer.facts, finer.counts, finer.where) == (part.facts, part.counts, part.where)
    rest = set(finer.free) - set(part.free)
    is_finer = len(finer.free) > len(part.free) and set(part.free) < set(finer.free)
    return is_same and is_finer and rest <= finer.adds and part.adds == finer.adds - rest


def _slice(spec: TableSpec, column: ColumnSpec) -> _Slice:
    free = {KOMMUNE, *spec.dimensions, *filter(None, [column.by])} - set(column.where)
    adds = adds_along(spec, column) & free
    counts = _TOGETHER[column.count]
    where = frozenset(column.where.items())
    return _Slice(column.facts, counts, tuple(sorted(free)), where, frozenset(adds))


def adds_along(spec: TableSpec, column: ColumnSpec) -> frozenset[str]:
    """Return the dimensions along which a column's total is the sum of its parts."""
    if column.count not in {Count.ROWS, Count.DISTINCT}:
        return frozenset()
    every = frozenset({KOMMUNE, *spec.dimensions, *filter(None, [column.by])})
    if column.adds is None:
        return every if column.count is Count.ROWS else frozenset()
    return every & frozenset(column.adds)


def _count(
    connection: Connection, facts: Table, part: _Slice, conditions: Sequence[ColumnElement[bool]]
) -> Iterator[tuple[Figure, float]]:
    """Count one slice: a query for each total that cannot be added up, the rest by adding."""
    added = sorted(part.adds)
    for kept in _subsets([name for name in part.free if name not in part.adds]):
        dimensions = (*kept, *added)
        keys = [facts.c.maal, *(facts.c[name] for name in dimensions)]
        rows = connection.execute(_query(facts, part.counts, keys, conditions))
        yield from _add_up(part, dimensions, (tuple(row) for row in rows))


def _subsets(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))


def _add_up(
    part: _Slice, dimensions: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[Figure, float]]:
    """Yield the numbers of a query, and their sums along the dimensions that add up."""
    sums: dict[Figure, float] = defaultdict(int)
    totals = _subsets(sorted(part.adds))
    shown = [[n for n, name in enumerate(dimensions) if name not in total] for total in totals]
    for measure, *rest in rows:
        codes = list(zip(dimensions, rest, strict=False))
        numbers = _numbers(part.counts, rest[len(dimensions) :])
        for places in shown:
            key = part.where.union([codes[place] for place in places])
            for count, number in zip(part.counts, numbers, strict=True):
                sums[Figure(part.facts, measure, count, key)] += number
    yield from sums.items()


def _numbers(counts: Sequence[Count], raw: Sequence[Any]) -> Sequence[float]:
    """Turn what the database gave into numbers; it gives whole numbers, so both give the same."""
    whole = [int(number) for number in raw]  # PostgreSQL's sums are Decimal
    if counts == (Count.MEAN,):
        tenths, number = whole
        return (tenths / number / 10,)
    if counts == _QUARTILES:
        return [quarters / 4 for quarters in whole]
    return whole


def _query(
    facts: Table,
    counts: Sequence[Count],
    keys: Sequence[ColumnElement[Any]],
    conditions: Sequence[ColumnElement[bool]],
) -> AnySelect:
    """Return the query of one grouping: measure, codes, and what `_numbers` makes numbers of."""
    if counts == _QUARTILES:
        return _quartile_query(facts, keys, conditions)
    if counts == (Count.MEAN,):
        tenths = cast(func.round(facts.c.vaerdi * 10), Integer)
        numbers = [func.sum(tenths), func.count(tenths)]
        conditions = [*conditions, facts.c.vaerdi.is_not(None)]
    elif counts == (Count.DISTINCT,):
        numbers = [func.count(facts.c[ENHED].distinct())]
    else:
        numbers = [func.count()]
    return select(*keys, *numbers).where(*conditions).group_by(*keys)


def _quartile_query(
    facts: Table, keys: Sequence[ColumnElement[Any]], conditions: Sequence[ColumnElement[bool]]
) -> AnySelect:
    """Return four times each quartile of whole numbers, exactly.

    The quartile q of n ordered values lies (n-1)·q/4 steps after the first, between two values in
    proportion (Excel's QUARTILE.INC). Four times it is a whole number: no rounding anywhere.
    """
    value = cast(facts.c.vaerdi, Integer).label("tal")
    step = func.row_number().over(partition_by=keys, order_by=facts.c.vaerdi) - 1
    number = func.count().over(partition_by=keys)
    ordered = (
        select(*keys, value, step.label("trin"), number.label("antal"))
        .where(*conditions, facts.c.vaerdi.is_not(None))
        .subquery()
    )
    columns = ordered.c
    quartiles = []
    for quarter in (1, 2, 3):
        way = (columns.antal - 1) * quarter
        below, rest = way // 4, way % 4
        part = case(
            (columns.trin == below, columns.tal * (4 - rest)),
            (columns.trin == below + 1, columns.tal * rest),
            else_=0,
        )
        quartiles.append(func.sum(part))
    groups = [columns[key.name] for key in keys]
    return select(*groups, *quartiles).group_by(*groups)
