"""Why a number is not what it was: what happened to the records behind it between two commits."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, or_, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.in_force import citizens, person_table
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.ledger.write_state import chunks
from fpsheet_sync.statistics.facts.scope import ENHED, PERSON, Scope
from fpsheet_sync.statistics.facts.workspace import fact_tables, facts_of, narrowed
from fpsheet_templates.table import ColumnSpec, Count, TableSpec

_MOVES = "overdragelse"
_CASES = "afgoerelse"
"""The sheet whose rows are units of their own in some facts (`kommune/row`)."""

_MANY = 50_000
"""So many changed citizens are not copied aside: all facts are read."""

_ANNULLED = "annuller"
_COMMON = frozenset({"maal", "kommune", ENHED, PERSON, "kommune_kode", "raekke_id", "vaerdi"})

Key = tuple[str, str]
"""Kommunekode and row id of a record."""


class Cause(StrEnum):
    """What happened to a record."""

    LATE = "sen"
    """It was reported after the earlier edition."""
    CORRECTION = "rettelse"
    WITHDRAWAL = "annulleret"
    MOVED = "flyttet"
    """The citizen belongs to another kommune (Overdragelse)."""
    OTHER = "andet"
    """No record changed: a figure it is compared with did."""


@dataclass(frozen=True, slots=True)
class ChangedFact:
    """A fact that counts in one of two states only.

    Attributes:
        facts: Source of facts.
        measure: The measure.
        codes: Dimension → code, the kommune among them.
        causes: Why.
        what: Its record, its unit and the number behind it: a fact that only changed its codes
            does nothing to a total.
        person: The citizen it is about.
        change: 1 where it counts now, -1 where it did before.
    """

    facts: str
    measure: str
    codes: Mapping[str, str]
    causes: frozenset[Cause]
    what: tuple[object, ...]
    change: int
    person: str = ""


class ChangedFacts:
    """Changed facts, found by what they count and how they are broken down.

    Every edition and every revised number asks; one pass over the facts serves all that ask for
    the same measure and dimensions.
    """

    def __init__(self, facts: Iterable[ChangedFact] = ()) -> None:
        """Take the facts."""
        self._facts = tuple(facts)
        self._by_codes: dict[tuple[str, ...], dict[tuple[str | None, ...], list[ChangedFact]]] = {}

    def __iter__(self) -> Iterator[ChangedFact]:
        """Return the facts one by one."""
        return iter(self._facts)

    def of(self, facts: str, measure: str, codes: Mapping[str, str]) -> Sequence[ChangedFact]:
        """Return the facts of a source and measure that have all of the codes."""
        names = tuple(sorted(codes))
        key = (facts, measure, *names)
        if key not in self._by_codes:
            found = self._by_codes.setdefault(key, defaultdict(list))
            for fact in self._facts:
                if (fact.facts, fact.measure) == (facts, measure):
                    found[tuple(fact.codes.get(name) for name in names)].append(fact)
        return self._by_codes[key].get(tuple(codes[name] for name in names), ())

    def of_source(self, facts: str) -> tuple[ChangedFact, ...]:
        """Return the facts of a source, whatever they measure."""
        return tuple(fact for fact in self._facts if fact.facts == facts)


@dataclass(frozen=True, slots=True)
class _Changes:
    """What happened to records: by record and by the unit it is about; and who these are."""

    by_record: Mapping[Key, frozenset[Cause]]
    by_unit: Mapping[str, frozenset[Cause]]
    units: frozenset[str]
    people: frozenset[str]


def changed_facts(
    connection: Connection, now: Scope, before: int, specs: Iterable[TableSpec]
) -> ChangedFacts:
    """Return every fact that counts now and did not count after an earlier commit, or the reverse.

    Args:
        connection: The database.
        now: What is counted now.
        before: The earlier commit.
        specs: The tables, for the facts they count.
    """
    changes = _read_changes(connection, now, before)
    if not changes.units:
        return ChangedFacts()
    names = facts_of(now.form, specs)
    with _concerned(connection, now, changes.people) as scope:
        old = _read_facts(connection, replace(scope, as_of=before), names, changes.units)
        new = _read_facts(connection, scope, names, changes.units)
    found: list[ChangedFact] = []
    for name in names:
        gone, come = old[name] - new[name], new[name] - old[name]
        for some, others, change in ((gone, come, -1), (come, gone, 1)):
            elsewhere = {_without_kommune(fact) for fact in others}
            found += (
                replace(_changed(name, fact, changes, elsewhere), change=change * times)
                for fact, times in some.items()
            )
    return ChangedFacts(found)


def causes_of(
    facts: ChangedFacts, table: TableSpec, column: ColumnSpec, codes: Mapping[str, str]
) -> frozenset[Cause]:
    """Return the causes of a revised number; `changed_behind` says of what."""
    found = changed_behind(facts, table, column, codes)
    return frozenset[Cause]().union(*(fact.causes for fact in found))


def changed_behind(
    facts: ChangedFacts, table: TableSpec, column: ColumnSpec, codes: Mapping[str, str]
) -> tuple[ChangedFact, ...]:
    """Return the facts that count in one of two states only and in a number, each once.

    A fact that leaves a number and comes back to it, its other codes changed, is none of them.

    Args:
        facts: What changed.
        table: The table the number stands in.
        column: Its declared column.
        codes: What it is broken down by, the kommune of the edition or row among them.
    """
    if column.count in {Count.SUM, Count.SHARE}:
        parts = (table.column(part) for part in column.parts)
        found = (
            fact
            for part in parts
            for fact in changed_behind(facts, table, part, {**codes, **part.where})
        )
        return tuple({id(fact): fact for fact in found}.values())
    if column.count is Count.GIVEN:
        # Expected numbers compare with the country and rest on every measure of it.
        return facts.of_source(column.facts)
    matching = facts.of(column.facts, column.measure, codes)
    net: dict[tuple[object, ...], int] = defaultdict(int)
    for fact in matching:
        net[fact.what] += fact.change
    return tuple(fact for fact in matching if net[fact.what])


def _read_changes(connection: Connection, now: Scope, before: int) -> _Changes:
    by_record: dict[Key, set[Cause]] = defaultdict(set)
    by_citizen: dict[str, set[Cause]] = defaultdict(set)
    for sheet, table in schema_of(connection).records.items():
        old, new = _versions(connection, table, now, before)
        for key in old.keys() | new.keys():
            cause = _cause(sheet, old.get(key), new.get(key))
            if cause is None:
                continue
            by_record[key].add(cause)
            for row in (old.get(key), new.get(key)):
                if row is not None:
                    by_citizen[row.borger].add(cause)
    by_unit = _by_unit(connection, now, before, by_citizen)
    cases = _cases(connection, by_citizen)
    return _Changes(
        {key: frozenset(causes) for key, causes in by_record.items()},
        {unit: frozenset(causes) for unit, causes in by_unit.items()},
        frozenset(by_unit) | cases,
        _pseudonyms(connection, by_unit.keys()),
    )


Versions = Mapping[Key, Row[Any]]


def _versions(
    connection: Connection, table: Table, now: Scope, before: int
) -> tuple[Versions, Versions]:
    """Return the versions that ended, and those that began, between two commits; read in one go."""
    begun, ended = table.c.fra_indberetning, table.c.til_indberetning
    names = ("kommune_kode", "raekke_id", BORGER, _ANNULLED, begun.name, ended.name)
    touched = or_(begun > before, ended > before)
    query = select(*(table.c[name] for name in names)).where(
        table.c.kommune_kode.in_(now.kommuner), touched
    )
    last = math.inf if now.as_of is None else now.as_of
    old: dict[Key, Row[Any]] = {}
    new: dict[Key, Row[Any]] = {}
    for row in connection.execute(query):
        key = (row.kommune_kode, row.raekke_id)
        end = math.inf if row.til_indberetning is None else row.til_indberetning
        is_over = row.til_indberetning is not None and end <= last
        if row.fra_indberetning <= before:
            if is_over:
                old[key] = row
        elif row.fra_indberetning <= last and not is_over:
            new[key] = row
    return old, new


def _cause(sheet: str, old: Row[Any] | None, new: Row[Any] | None) -> Cause | None:
    was = old is not None and old.annuller is None
    is_ = new is not None and new.annuller is None
    if not was and not is_:
        return None
    if sheet == _MOVES:
        return Cause.MOVED
    if was and not is_:
        return Cause.WITHDRAWAL
    return Cause.LATE if old is None else Cause.CORRECTION


def _by_unit(
    connection: Connection, now: Scope, before: int, by_citizen: Mapping[str, set[Cause]]
) -> Mapping[str, set[Cause]]:
    """Return the causes by the unit a citizen is counted under, then or now.

    A citizen whose CPR number was joined to another since has a correction.
    """
    merged = schema.identitet
    found: dict[str, set[Cause]] = defaultdict(set)
    since = or_(merged.c.fra_indberetning > before, merged.c.til_indberetning > before)
    if now.as_of is not None:
        since = and_(since, merged.c.fra_indberetning <= now.as_of)
    for row in connection.execute(select(merged.c.borger, merged.c.samlet).where(since)):
        found[row.borger].add(Cause.CORRECTION)
        found[row.samlet].add(Cause.CORRECTION)
    for citizen, causes in by_citizen.items():
        found[citizen] |= causes
    for as_of in (before, now.as_of):
        people = citizens(as_of, person_table(connection))
        for chunk in chunks(by_citizen):
            pairs = select(people.c.borger, people.c.samlet).where(people.c.borger.in_(chunk))
            for row in connection.execute(pairs):
                found[row.samlet] |= by_citizen[row.borger]
    return found


def _pseudonyms(connection: Connection, units: Collection[str]) -> frozenset[str]:
    """Return every pseudonym that some units were ever known by."""
    merged = schema.identitet
    found = set(units)
    for chunk in chunks(units):
        found.update(connection.scalars(select(merged.c.borger).where(merged.c.samlet.in_(chunk))))
    return frozenset(found)


def _cases(connection: Connection, by_citizen: Iterable[str]) -> frozenset[str]:
    """Return the decisions of some citizens, as facts about decisions name their unit."""
    table = schema_of(connection).records[_CASES]
    found = set()
    for chunk in chunks(by_citizen):
        rows = select(table.c.kommune_kode, table.c.raekke_id).where(table.c.borger.in_(chunk))
        found |= {f"{row.kommune_kode}/{row.raekke_id}" for row in connection.execute(rows)}
    return frozenset(found)


Fact = tuple[tuple[str, Any], ...]
"""A fact as (column, value) pairs."""


def _concerned(
    connection: Connection, now: Scope, people: frozenset[str]
) -> AbstractContextManager[Scope]:
    """Return a scope of the changed citizens; of all where copies of so many would cost more."""
    return nullcontext(now) if len(people) > _MANY else narrowed(connection, now, people)


def _read_facts(
    connection: Connection, scope: Scope, names: Iterable[str], units: frozenset[str]
) -> Mapping[str, Counter[Fact]]:
    """Return the facts about some units, by source, each as often as it is there."""
    found: dict[str, Counter[Fact]] = {}
    with fact_tables(connection, scope, names) as tables:
        for name in names:
            table = tables[name]
            rows = connection.execute(select(table).where(table.c.kommune.in_(scope.kommuner)))
            keys = tuple(rows.keys())
            place = keys.index(ENHED)
            found[name] = Counter(
                tuple(zip(keys, row, strict=True)) for row in rows if row[place] in units
            )
    return found


def _without_kommune(fact: Fact) -> Fact:
    return tuple(pair for pair in fact if pair[0] != "kommune")


def _changed(name: str, fact: Fact, changes: _Changes, elsewhere: set[Fact]) -> ChangedFact:
    values = dict(fact)
    codes = {key: str(value) for key, value in values.items() if key not in _COMMON}
    codes["kommune"] = str(values["kommune"])
    causes = changes.by_record.get((values["kommune_kode"], values["raekke_id"]), frozenset())
    if not causes:
        about = changes.by_unit.get(str(values[ENHED]), frozenset())
        has_moved = Cause.MOVED in about and _without_kommune(fact) in elsewhere
        causes = frozenset({Cause.MOVED}) if has_moved else about - {Cause.MOVED} or about
    return ChangedFact(
        facts=name,
        measure=str(values["maal"]),
        codes=codes,
        causes=causes or frozenset({Cause.CORRECTION}),
        what=tuple(values[part] for part in ("kommune_kode", "raekke_id", ENHED, "vaerdi")),
        change=0,
        person=str(values[PERSON]),
    )
