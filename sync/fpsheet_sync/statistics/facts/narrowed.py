"""The records of some citizens copied aside, so that their facts alone are worked out."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Column, Connection, CreateTableAs, MetaData, String, Table, insert, select

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.schema import store_schema
from fpsheet_sync.statistics.facts.scope import Scope

_PERSON = "person"


@contextmanager
def narrowed(connection: Connection, scope: Scope, people: Collection[str]) -> Iterator[Scope]:
    """Give a scope that reads the records of some citizens alone, every version of them.

    Every fact rests on one citizen's records, so their facts are the same as in the whole.

    Args:
        connection: The database.
        scope: What is counted.
        people: Pseudonyms of the citizens, all that one was ever known by.
    """
    schema = store_schema()
    key = Column(BORGER, String, primary_key=True)
    chosen = Table("statistik_udvalgte", MetaData(), key, prefixes=["TEMPORARY"])
    made = [chosen]
    try:
        chosen.create(connection)
        rows = [{BORGER: each} for each in sorted(people)]
        if rows:
            connection.execute(insert(chosen), rows)
        copies = {}
        for name, table in (*schema.records.items(), (_PERSON, schema[_PERSON])):
            theirs = select(table).where(table.c[BORGER].in_(select(chosen.c[BORGER])))
            creation = CreateTableAs(theirs, f"statistik_udvalgt_{name}", temporary=True)
            connection.execute(creation)
            copies[name] = creation.table
            made.append(creation.table)
        yield replace(scope, copies=copies)
    finally:
        for table in reversed(made):
            table.drop(connection)
