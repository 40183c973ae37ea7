"""Temporary tables of facts, made when a release is counted and dropped after it.

A temporary table is made once and counted many times; as common table expressions the same facts
were worked out again for every total (measured in docs/adr/0011-statistics.md).
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, CreateTableAs, Index, Table, text

from fpsheet_sync.statistics.facts import (
    afgoerelse,
    bestand,
    bevaegelse,
    borger,
    forloeb,
    job,
    pension,
)
from fpsheet_sync.statistics.facts.fact import FactSource
from fpsheet_sync.statistics.facts.scope import Scope

FACT_SOURCES: Mapping[str, FactSource] = {
    **borger.SOURCES,
    **forloeb.SOURCES,
    **pension.SOURCES,
    **bestand.SOURCES,
    **job.SOURCES,
    **afgoerelse.SOURCES,
    **bevaegelse.SOURCES,
}


@contextmanager
def fact_tables(
    connection: Connection, scope: Scope, names: Iterable[str]
) -> Iterator[Mapping[str, Table]]:
    """Make the named tables of facts, and what they rest on, for the length of the block.

    Raises:
        KeyError: A name is no source of facts.
    """
    made: dict[str, Table] = {}
    try:
        with _no_nested_loops(connection):
            for name in _in_order(names):
                made[name] = _make(connection, scope, made, name)
        yield made
    finally:
        for table in made.values():
            table.drop(connection)


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


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Give the names with everything they need, each after what it needs."""
    order: dict[str, None] = {}
    for name in names:
        for needed in _in_order(FACT_SOURCES[name].needs):
            order.setdefault(needed)
        order.setdefault(name)
    return tuple(order)


def _make(connection: Connection, scope: Scope, made: Mapping[str, Table], name: str) -> Table:
    source = FACT_SOURCES[name]
    query = source.select(scope, made)
    creation = CreateTableAs(query, f"statistik_{name}", temporary=True)
    connection.execute(creation)
    if source.index:
        Index(f"ix_statistik_{name}", creation.table.c[source.index]).create(connection)
    if connection.dialect.name == "postgresql":
        # A temporary table has no statistics of its own, and joins are planned as if it were tiny.
        connection.execute(text(f"ANALYZE statistik_{name}"))
    return creation.table
