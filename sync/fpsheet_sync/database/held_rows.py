"""What a database holds, in numbers."""

from typing import TypedDict

from sqlalchemy import func, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.in_force import current
from fpsheet_sync.database.migrate import HEAD
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.database.store import Store


class HeldRows(TypedDict):
    """What a database is and holds; `records` counts the rows in force, sheet by sheet."""

    database: str
    version: str
    submissions: int
    records: dict[str, int]


def count_held(store: Store) -> HeldRows:
    """Count what a database holds."""
    with store.read() as connection:
        submissions = connection.execute(select(func.count()).select_from(schema.indberetning))
        records = {
            name: connection.execute(select(func.count()).select_from(current(table))).scalar_one()
            for name, table in schema_of(connection).records.items()
        }
        return {
            "database": store.place,
            "version": HEAD,
            "submissions": submissions.scalar_one(),
            "records": records,
        }
