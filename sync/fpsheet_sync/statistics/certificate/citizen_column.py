"""Citizens' columns: what each citizen adds to every number that is printed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import NamedTuple

from sqlalchemy import Connection

from fpsheet_sync.statistics.facts.scope import PERSON, Scope
from fpsheet_sync.statistics.facts.workspace import fact_tables, facts_of
from fpsheet_sync.statistics.tables.cube import KOMMUNE, Codes, Figure, count_tables
from fpsheet_templates.table import ColumnSpec, Count, TableSpec

COUNTRY = ""
"""The area of the country's own numbers."""

BESIDE = "~"
"""In the id of a neighbour, between whom it is a neighbour of and its number."""

_COUNTED = frozenset({Count.ROWS, Count.DISTINCT})


class Slot(NamedTuple):
    """A number without its area: what is counted, of which days, broken down how.

    Several measures are counts that are added.
    """

    facts: str
    measures: frozenset[str]
    is_distinct: bool
    days: tuple[str, str]
    codes: Codes

    @property
    def shape(self) -> "SlotShape":
        """Return the slot without the codes themselves: what column of a table it may stand in."""
        return (*self[:4], frozenset(name for name, _ in self.codes))


SlotShape = tuple[str, frozenset[str], bool, tuple[str, str], frozenset[str]]
Place = tuple[str, Slot]
"""A number: its kommune, or `COUNTRY`, and slot."""
Counts = Mapping[Place, int]


@dataclass(frozen=True, slots=True)
class CitizenColumn:
    """What one citizen adds, by place.

    Attributes:
        citizen: Its id.
        areas: The kommuner that know of the citizen.
        counts: What it adds to each number.
        known: Of a citizen whom several kommuner know: all that each of them has, as one text.
    """

    citizen: str
    areas: tuple[str, ...]
    counts: Counts
    known: Mapping[str, str] = field(default_factory=dict)

    def placed(self, areas: Sequence[str]) -> Counts:
        """Return what the citizen would add living in other kommuner, one for each of its own."""
        homes = {COUNTRY: COUNTRY, **dict(zip(self.areas, areas, strict=True))}
        return {(homes[area], slot): value for (area, slot), value in self.counts.items()}

    def seen_by(self, kommune: str) -> "CitizenColumn":
        """Return the citizen with one more number: how many look like this to a kommune."""
        if kommune not in self.known:
            return self
        word = frozenset({("", self.known[kommune])})
        slot = Slot("", frozenset(), is_distinct=False, days=("", ""), codes=word)
        return replace(self, counts={**self.counts, (kommune, slot): 1})


@dataclass(frozen=True)
class Counted:
    """What is counted.

    Attributes:
        scope: The period, the kommuner and the state of the database.
        specs: The tables.
    """

    scope: Scope
    specs: tuple[TableSpec, ...]

    @property
    def days(self) -> tuple[str, str]:
        """Return the first and last day."""
        return str(self.scope.period.fra), str(self.scope.period.til)

    @cached_property
    def sums(self) -> frozenset[frozenset[str]]:
        """Return the measures that a column adds."""
        return frozenset(
            frozenset(spec.column(part).measure for part in column.parts)
            for spec in self.specs
            for column in spec.columns
            if column.count is Count.SUM
        )

    def slots(self, figure: Figure) -> list[Place]:
        """Return the numbers that a counted one is, or is a part of."""
        codes = dict(figure.codes)
        area = codes.pop(KOMMUNE, COUNTRY)
        own = frozenset({figure.measure})
        is_distinct = figure.kind is Count.DISTINCT
        measures = [own, *(each for each in self.sums if own < each and not is_distinct)]
        rest = (is_distinct, self.days, frozenset(codes.items()))
        return [(area, Slot(figure.facts, each, *rest)) for each in measures]


def count_by_citizen(connection: Connection, counted: Counted) -> Mapping[str, dict[Place, int]]:
    """Count every citizen of a database alone, by the queries that count the tables.

    Returns:
        Citizen → number → count; what is absent is 0.
    """
    found: dict[str, dict[Place, int]] = defaultdict(lambda: defaultdict(int))
    specs = tuple(map(_by_citizen, counted.specs))
    places = cache(counted.slots)  # many citizens share a number
    for figure, value in _count(connection, counted.scope, specs):
        of = [pair for pair in figure.codes if pair[0] == PERSON]
        if value and of and of[0][1]:
            own = found[of[0][1]]
            for place in places(figure._replace(codes=figure.codes.difference(of))):
                own[place] += value
    return found


def count_together(connection: Connection, counted: Counted) -> Counts:
    """Count all citizens of a database together, as the tables do."""
    found: dict[Place, int] = defaultdict(int)
    specs = tuple(replace(spec, columns=_counts(spec)) for spec in counted.specs)
    for figure, value in _count(connection, counted.scope, specs):
        for place in counted.slots(figure):
            found[place] += value
    return found


def _count(
    connection: Connection, scope: Scope, specs: Sequence[TableSpec]
) -> Iterator[tuple[Figure, int]]:
    with fact_tables(connection, scope, facts_of(scope.form, specs)) as tables:
        cube = count_tables(connection, scope, tables, specs)
    yield from ((figure, int(value)) for figure, value in cube.items() if figure.kind in _COUNTED)


def _by_citizen(spec: TableSpec) -> TableSpec:
    """Return a table with its counts, each broken down by citizen too."""
    return replace(
        spec,
        dimensions=(*spec.dimensions, PERSON),
        columns=tuple(replace(column, adds=_adds(column)) for column in _counts(spec)),
    )


def _counts(spec: TableSpec) -> tuple[ColumnSpec, ...]:
    """Return the columns that are counted: what is measured of days is no sum of citizens."""
    return tuple(column for column in spec.columns if column.count in _COUNTED)


def _adds(column: ColumnSpec) -> tuple[str, ...] | None:
    """Return what a column adds up along; along citizens all do, for each counts by itself."""
    if column.adds is None and column.count is Count.ROWS:
        return None
    return (*(column.adds or ()), PERSON)
