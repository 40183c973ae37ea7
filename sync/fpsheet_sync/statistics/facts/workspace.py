"""Temporary tables of facts, made when a release is counted and dropped after it.

A temporary table is made once and counted many times; as common table expressions the same facts
were worked out again for every total (measured in docs/adr/0011-statistics.md).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import (
    Column,
    Connection,
    CreateTableAs,
    Index,
    MetaData,
    String,
    Table,
    insert,
    select,
    text,
)

from fpsheet_sync.database import schema
from fpsheet_sync.database.errors import store_failure
from fpsheet_sync.database.in_force import PERSON, person_table
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.statistics.facts import (
    afgoerelse,
    bestand,
    bevaegelse,
    borger,
    forloeb,
    indstilling,
    job,
    klage,
    lokalitet,
    pension,
)
from fpsheet_sync.statistics.facts.declared import declared_sources
from fpsheet_sync.statistics.facts.fact import FactSource
from fpsheet_sync.statistics.facts.scope import Scope
from fpsheet_templates.form import Form
from fpsheet_templates.table import TableSpec

FACT_SOURCES: Mapping[str, FactSource] = {
    **borger.SOURCES,
    **forloeb.SOURCES,
    **pension.SOURCES,
    **bestand.SOURCES,
    **job.SOURCES,
    **afgoerelse.SOURCES,
    **klage.SOURCES,
    **indstilling.SOURCES,
    **lokalitet.SOURCES,
    **bevaegelse.SOURCES,
}
"""The facts of førtidspension."""


def fact_sources(form: Form) -> Mapping[str, FactSource]:
    """Return the sources of the facts of a form, by name."""
    return FACT_SOURCES if form.folder is None else declared_sources(form.folder)


def facts_of(form: Form, specs: Iterable[TableSpec]) -> list[str]:
    """Return the names of the facts that the columns of some tables count, in order."""
    sources = fact_sources(form)
    return sorted({c.facts for spec in specs for c in spec.columns if c.facts in sources})


@contextmanager
def fact_tables(
    connection: Connection, scope: Scope, names: Iterable[str]
) -> Iterator[Mapping[str, Table]]:
    """Make the named tables of facts, and what they rest on, for the length of the block.

    Raises:
        KeyError: A name is no source of facts.
        StoreError: The user may not read birth dates, and the period ends within a month.
    """
    scope = _with_persons(connection, scope)
    sources = fact_sources(scope.form)
    made: dict[str, Table] = {}
    try:
        with _no_nested_loops(connection):
            for name in _in_order(sources, names):
                made[name] = _make(connection, scope, made, name, sources[name])
        yield made
    finally:
        for table in made.values():
            table.drop(connection)


def _with_persons(connection: Connection, scope: Scope) -> Scope:
    """Return a scope that reads the persons that the user of a connection may read.

    Raises:
        StoreError: The user may not read birth dates, and the period ends within a month.
    """
    readable = person_table(connection)
    if readable is schema.person:
        return scope
    if (scope.period.til + timedelta(days=1)).day > 1:
        raise store_failure("whole_months")
    return replace(scope, copies={PERSON: readable, **scope.copies})


@contextmanager
def _no_nested_loops(connection: Connection) -> Iterator[None]:
    """Have PostgreSQL join whole tables by hashing inside the block.

    Facts are made of whole tables. Of a table that nobody has analysed since it was filled the
    planner believes that one row in 40,000 is in force, and so takes every row of one table
    through all of another. A role that only reads may not analyse.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    chosen = connection.scalar(text("SHOW enable_nestloop"))
    connection.execute(text("SET LOCAL enable_nestloop = off"))
    yield
    # Not where the block fails: the transaction takes no more commands, and its end undoes it.
    connection.execute(text(f"SET LOCAL enable_nestloop = {chosen}"))


def _in_order(sources: Mapping[str, FactSource], names: Iterable[str]) -> tuple[str, ...]:
    """Return the names with everything they need, each after what it needs."""
    order: dict[str, None] = {}
    for name in names:
        for needed in _in_order(sources, sources[name].needs):
            order.setdefault(needed)
        order.setdefault(name)
    return tuple(order)


def _make(
    connection: Connection, scope: Scope, made: Mapping[str, Table], name: str, source: FactSource
) -> Table:
    query = source.select(scope, made)
    creation = CreateTableAs(query, f"statistik_{name}", temporary=True)
    connection.execute(creation)
    if source.index:
        Index(f"ix_statistik_{name}", creation.table.c[source.index]).create(connection)
    if connection.dialect.name == "postgresql":
        # A temporary table has no statistics of its own, and joins are planned as if it were tiny.
        connection.execute(text(f"ANALYZE statistik_{name}"))
    return creation.table


@contextmanager
def narrowed(connection: Connection, scope: Scope, people: Collection[str]) -> Iterator[Scope]:
    """Return a scope that reads the records of some citizens alone, every version of them.

    Every fact rests on one citizen's records, so their facts are the same as in the whole.

    Args:
        connection: The database.
        scope: What is counted.
        people: Pseudonyms of the citizens, all that one was ever known by.
    """
    key = Column(BORGER, String, primary_key=True)
    chosen = Table("statistik_udvalgte", MetaData(), key, prefixes=["TEMPORARY"])
    made = [chosen]
    try:
        chosen.create(connection)
        rows = [{BORGER: each} for each in sorted(people)]
        if rows:
            connection.execute(insert(chosen), rows)
        copies = {}
        for name, table in (
            *schema_of(connection).records.items(),
            (PERSON, person_table(connection)),
        ):
            theirs = select(table).where(table.c[BORGER].in_(select(chosen.c[BORGER])))
            creation = CreateTableAs(theirs, f"statistik_udvalgt_{name}", temporary=True)
            connection.execute(creation)
            copies[name] = creation.table
            made.append(creation.table)
        yield replace(scope, copies=copies)
    finally:
        for table in reversed(made):
            table.drop(connection)
