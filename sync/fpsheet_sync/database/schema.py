"""The tables of the central database, made from the form.

Every entry sheet is a record table of versions. A version is in force from the commit that
brought it (`fra_indberetning`) until the commit that ended it (`til_indberetning`, exclusive,
NULL while in force). Commits are numbered in the order they were applied and nothing is ever
rewritten, so every past state, and with it every publication, can be read again
(`fpsheet_sync.database.in_force`).

The tables hold no CPR number: a citizen is a keyed pseudonym (`borger`); the number itself lies
encrypted in `vault`, which statistics never open. Record tables carry no foreign keys, because
checking them row by row would double the cost of a load; the store writes them together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Index, MetaData, Sequence, Table

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.tables.commit import commit_tables
from fpsheet_sync.database.tables.identity import identity_tables
from fpsheet_sync.database.tables.office import office_tables
from fpsheet_sync.database.tables.record import record_table
from fpsheet_sync.database.tables.waiting import waiting_tables
from fpsheet_templates.load import load_form

COMMIT_NUMBERS = Sequence("indberetning_nummer")
"""Numbers of commits on PostgreSQL, where several writers work at once."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


@dataclass(frozen=True, slots=True)
class Schema:
    """Every table of the database.

    Attributes:
        metadata: All tables together, as migrations and tests compare them.
        records: Sheet identifier → record table (versions of rows).
        tables: Name → table, for all the others.
    """

    metadata: MetaData
    records: Mapping[str, Table]
    tables: Mapping[str, Table]

    def __getitem__(self, name: str) -> Table:
        """Return a table by its name, record table or other; KeyError when there is none."""
        return self.metadata.tables[name]


@cache
def store_schema() -> Schema:
    """Make the tables of the newest form."""
    metadata = MetaData(naming_convention=NAMING)
    Sequence(COMMIT_NUMBERS.name, metadata=metadata)
    records = {sheet.id: record_table(metadata, sheet) for sheet in load_form().entry_sheets()}
    # The migration makes it over the rows that have one; to say so here loads all of PostgreSQL's
    # dialect, also for SQLite.
    Index(None, records[BORGER].c.tidligere_cpr)
    for make in (commit_tables, identity_tables, waiting_tables, office_tables):
        make(metadata)
    others = {name: table for name, table in metadata.tables.items() if name not in records}
    return Schema(metadata, records, others)
