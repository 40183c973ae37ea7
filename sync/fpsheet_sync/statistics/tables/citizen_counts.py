"""Citizens behind counts of cases: five forløb of three citizens are a number about three.

Most citizens have one fact of a kind, so that the number of citizens is the count itself. What is
worked out is the rest: of those with several facts, how many more facts than citizens a count has.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.statistics.facts.scope import ENHED, PERSON, Scope
from fpsheet_sync.statistics.stat_table import Column, ColumnKind, Release, StatTable
from fpsheet_sync.statistics.tables.counting import CountKind, Excess
from fpsheet_sync.statistics.tables.cube import KOMMUNE, Codes, Figure
from fpsheet_sync.statistics.tables.number_name import codes_of, declared_column, number_of
from fpsheet_templates.table import ColumnSpec, Count, TableSpec, load_tables

_COUNTS = frozenset({Count.ROWS, Count.DISTINCT, Count.SUM})
MEASURED = frozenset({Count.MEAN, Count.QUARTILE_1, Count.MEDIAN, Count.QUARTILE_3})
"""Figures made of the days or hours of the citizens themselves."""


def count_excess(
    connection: Connection, scope: Scope, tables: Mapping[str, Table], specs: Iterable[TableSpec]
) -> Excess:
    """Count how many more units than citizens every number has.

    Args:
        connection: The database.
        scope: What is counted.
        tables: The facts (`workspace.fact_tables`).
        specs: The tables whose counts are asked about.
    """
    found: dict[tuple[CountKind, Codes], int] = {}
    for (kind, where), wanted in _wanted(specs).items():
        facts = tables[kind.facts]
        names = tuple(sorted({name for free in wanted for name in free}))
        rows = _repeated(connection, scope, facts, (kind, where), names)
        for free in wanted:
            for codes, excess in _grouped(rows, [names.index(n) for n in free], names, kind):
                found[kind, codes | where] = excess
    return found


def count_persons(release: Release, excess: Excess) -> Mapping[CellId, int]:
    """Return the citizens behind every count of an edition in full, by the name of the number."""
    specs = {spec.id: spec for spec in load_tables()}
    return {
        number_of(release, table, column, key).id: cell
        - excess.get(_key(release.area, table, specs[table.id], key, column), 0)
        for table in release.tables
        if table.id in specs
        for key, row in zip(table.keys, table.rows, strict=True)
        for column, cell in zip(table.columns, row, strict=True)
        if column.of and column.kind is ColumnKind.COUNT and isinstance(cell, int)
    }


def count_measured(
    connection: Connection, scope: Scope, tables: Mapping[str, Table], specs: Iterable[TableSpec]
) -> Mapping[Figure, int]:
    """Count the citizens behind every mean and quartile: those whose number is known.

    Args:
        connection: The database.
        scope: What is counted.
        tables: The facts.
        specs: The tables whose figures are asked about.
    """
    found: dict[Figure, int] = {}
    for spec in specs:
        for column in spec.columns:
            if column.count not in MEASURED:
                continue
            facts = tables[column.facts]
            where = frozenset(column.where.items())
            conditions = [
                *_conditions(scope, facts, [column.measure], where),
                facts.c.vaerdi.is_not(None),
            ]
            for names in _every_total(spec, column):
                keys = [facts.c[name] for name in names]
                persons = func.count(facts.c[PERSON].distinct())
                for *group, number in connection.execute(
                    select(*keys, persons).where(*conditions).group_by(*keys)
                ):
                    codes = where.union(zip(names, group, strict=True))
                    found[Figure(column.facts, column.measure, column.count, codes)] = number
    return found


def _key(
    area: str, table: StatTable, spec: TableSpec, key: Sequence[str], column: Column
) -> tuple[CountKind, Codes]:
    codes = frozenset(codes_of(area, table, key, column).items())
    return _kind(spec, declared_column(spec, column)), codes


def _kind(spec: TableSpec, column: ColumnSpec) -> CountKind:
    parts = [spec.column(part) for part in column.parts] if column.count is Count.SUM else [column]
    measures = frozenset(part.measure for part in parts)
    return CountKind(parts[0].facts, measures, column.count is Count.DISTINCT)


def _wanted(specs: Iterable[TableSpec]) -> Mapping[tuple[CountKind, Codes], set[tuple[str, ...]]]:
    """Return what is counted, at which fixed codes, with every set of dimensions that breaks it."""
    found: dict[tuple[CountKind, Codes], set[tuple[str, ...]]] = defaultdict(set)
    for spec in specs:
        for column in spec.columns:
            if column.count in _COUNTS:
                where = frozenset(column.where.items())
                found[_kind(spec, column), where].update(_every_total(spec, column))
    return found


def _every_total(spec: TableSpec, column: ColumnSpec) -> Iterator[tuple[str, ...]]:
    """Return every set of dimensions that a column is broken down by, the rest taken in total."""
    names = sorted({KOMMUNE, *spec.dimensions, *filter(None, [column.by])} - set(column.where))
    return chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))


def _conditions(
    scope: Scope, facts: Table, measures: Iterable[str], where: Codes
) -> list[ColumnElement[bool]]:
    return [
        facts.c.maal.in_(sorted(measures)),
        facts.c.kommune.in_(scope.kommuner),
        *(facts.c[name] == code for name, code in sorted(where)),
    ]


def _repeated(
    connection: Connection,
    scope: Scope,
    facts: Table,
    counted: tuple[CountKind, Codes],
    names: Sequence[str],
) -> list[tuple[Any, ...]]:
    """Return the facts of the citizens with several: their codes, then unit and citizen."""
    kind, where = counted
    conditions = _conditions(scope, facts, kind.measures, where)
    several = (
        select(facts.c[PERSON])
        .where(*conditions)
        .group_by(facts.c[PERSON])
        .having(func.count() > 1)
    )
    columns = [*(facts.c[name] for name in names), facts.c[ENHED], facts.c[PERSON]]
    wanted = select(*columns).where(*conditions, facts.c[PERSON].in_(several))
    return [tuple(row) for row in connection.execute(wanted)]


def _grouped(
    rows: Iterable[tuple[Any, ...]], places: Sequence[int], names: Sequence[str], kind: CountKind
) -> Iterator[tuple[Codes, int]]:
    """Yield the codes of each group with more units than citizens, and how many more."""
    units: dict[tuple[str, ...], list[str]] = defaultdict(list)
    persons: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in rows:
        group = tuple(row[place] for place in places)
        units[group].append(row[-2])
        persons[group].add(row[-1])
    for group, counted in units.items():
        number = len(set(counted)) if kind.is_distinct else len(counted)
        excess = number - len(persons[group])
        if excess > 0:
            yield frozenset(zip((names[p] for p in places), group, strict=True)), excess
