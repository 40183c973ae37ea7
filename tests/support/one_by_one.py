"""Citizens counted one by one, by the same facts and queries as every table.

Every printed count is a sum over citizens, so one citizen is a world: what the tables of any
country say together is a sum of such rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import Connection

from fpsheet_sync.statistics.certificate.citizen import CountedCitizen, loaded
from fpsheet_sync.statistics.facts.scope import ENHED, Scope, quarters
from fpsheet_sync.statistics.facts.workspace import FACT_SOURCES, fact_tables
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.column_layout import counted_name
from fpsheet_sync.statistics.tables.crossed_counts import cross_specs
from fpsheet_sync.statistics.tables.cube import KOMMUNE, count_tables
from fpsheet_sync.statistics.tables.number_name import Number, dated
from fpsheet_templates.form import Form
from fpsheet_templates.table import ColumnSpec, Count, TableSpec, load_tables
from tests.support.schema import SCHEMA

_BATCH = 500
_KVARTAL = "kvartal"


@dataclass(frozen=True)
class Worlds:
    """What each citizen counts in each number.

    Attributes:
        citizens: Their pseudonyms.
        numbers: The numbers, those of the country and of each kommune.
        counts: One row per citizen, one column per number.
    """

    citizens: tuple[str, ...]
    numbers: Mapping[Number, int]
    counts: "np.ndarray[Any, np.dtype[np.int16]]"

    def of(self, number: Number) -> "np.ndarray[Any, np.dtype[np.int16]]":
        """Return what each citizen counts in a number; nothing where nobody counts."""
        place = self.numbers.get(number)
        if place is None:
            return np.zeros(len(self.citizens), dtype=np.int16)
        return self.counts[:, place]


def count_worlds(
    citizens: Collection[CountedCitizen], form: Form, country: str, periods: Sequence[Period]
) -> Worlds:
    """Count citizens one by one, for every period.

    Args:
        citizens: The citizens.
        form: The form.
        country: "GL" or "DK".
        periods: The periods.
    """
    specs = public_specs(country)
    every = list(citizens)
    order = {citizen.id: place for place, citizen in enumerate(every)}
    numbers: dict[Number, int] = {}
    found: list[tuple[int, int, int]] = []
    for first in range(0, len(every), _BATCH):
        with loaded(SCHEMA, every[first : first + _BATCH]) as connection:
            for period in periods:
                one_by_one = count_citizens(connection, _scope(form, country, period), specs)
                for id_, counted in one_by_one.items():
                    for number, value in counted.items():
                        place = numbers.setdefault(number, len(numbers))
                        found.append((order[id_], place, value))
    counts = np.zeros((len(order), len(numbers)), dtype=np.int16)
    for row, column, value in found:
        counts[row, column] = value
    return Worlds(tuple(order), numbers, counts)


def _scope(form: Form, country: str, period: Period) -> Scope:
    ours = (each.code for each in form.kommuner.values() if each.jurisdiction == country)
    return Scope(SCHEMA, period, tuple(ours))


def public_specs(country: str) -> list[TableSpec]:
    """Return the tables that are published of a country."""
    tables = load_tables()
    return [spec for spec in tables if country in spec.jurisdictions and not spec.is_internal]


def count_citizens(
    connection: Connection, scope: Scope, specs: Sequence[TableSpec]
) -> Mapping[str, Mapping[Number, int]]:
    """Return citizen → number → count, of all citizens that a database holds.

    A sum of counts is a number as well as each of them. What two tables count, each in its way, is
    counted once.
    """
    country = scope.form.kommuner[scope.kommuner[0]].jurisdiction
    counted = [_by_citizen(spec) for spec in (*specs, *cross_specs(specs, scope.form))]
    names = sorted({c.facts for spec in counted for c in spec.columns if c.facts in FACT_SOURCES})
    with fact_tables(connection, scope, names) as tables:
        cube = count_tables(connection, scope, tables, counted)
    of = {
        (column.facts, column.measure, column.count): counted_name(spec, column)
        for spec in specs
        for column in spec.columns
    }
    sums = _sums(specs)
    days = {quarter.id: quarter.period for quarter in quarters(scope.period)}
    found: dict[tuple[Number, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for figure, value in cube.items():
        codes = dict(figure.codes)
        unit = codes.pop(ENHED, "")
        if unit and value:
            name = of[figure.facts, figure.measure, figure.kind]
            id_ = unit.rpartition("/")[2].partition("-")[0]
            # Of several tables that count one number any will do; units of a citizen add up.
            for each in (name, *sums.get(name, ())):
                source = name if each != name else f"{figure.facts} {figure.kind}"
                number = _number(each, codes, scope.period, days, country)
                found[number, id_][source] += int(value)
    citizens: dict[str, dict[Number, int]] = defaultdict(dict)
    for (number, id_), by in found.items():
        total = sum(by.values()) if "+" in number.of else next(iter(by.values()))
        citizens[id_][number] = total
    return citizens


def _number(
    name: str,
    codes: Mapping[str, str],
    period: Period,
    days: Mapping[str, Period],
    country: str,
) -> Number:
    rest = dict(codes)
    area = rest.pop(KOMMUNE, country)
    of, own = dated(name, days.get(rest.pop(_KVARTAL, ""), period), rest)
    return Number(of, (str(own.fra), str(own.til)), area, frozenset(rest.items()))


def _by_citizen(spec: TableSpec) -> TableSpec:
    """Return a table with its counts, each broken down by citizen too."""
    counts = [column for column in spec.columns if column.count in {Count.ROWS, Count.DISTINCT}]
    return replace(
        spec,
        dimensions=(*spec.dimensions, ENHED),
        columns=tuple(replace(column, adds=_adds(column)) for column in counts),
    )


def _adds(column: ColumnSpec) -> tuple[str, ...] | None:
    """Return what a column adds up along; along citizens all do, for each counts by itself."""
    if column.adds is None and column.count is Count.ROWS:
        return None
    return (*(column.adds or ()), ENHED)


def _sums(specs: Iterable[TableSpec]) -> Mapping[str, tuple[str, ...]]:
    """Return the name of a count → the names of the sums it is part of."""
    found: dict[str, set[str]] = defaultdict(set)
    for spec in specs:
        for column in spec.columns:
            if column.count is Count.SUM:
                for part in column.parts:
                    found[counted_name(spec, spec.column(part))].add(counted_name(spec, column))
    return {name: tuple(sorted(sums)) for name, sums in found.items()}
