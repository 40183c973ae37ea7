"""The tables of the central database: those of records are made from the form.

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
from fpsheet_sync.database.tables.column import NAMING, SHARED
from fpsheet_sync.database.tables.commit import afvist, gensendt, indberetning, indhold, original
from fpsheet_sync.database.tables.identity import identitet, person, sag, slettet, vault
from fpsheet_sync.database.tables.office import adgangslog, loghoved, opsaetning, publikation
from fpsheet_sync.database.tables.record import record_table
from fpsheet_sync.database.tables.waiting import (
    besked,
    forklaring,
    karantaene,
    konflikt,
    tilbageholdelse,
)
from fpsheet_templates.load import load_form

__all__ = [
    "COMMIT_NUMBERS",
    "SHARED",
    "Schema",
    "adgangslog",
    "afvist",
    "besked",
    "forklaring",
    "gensendt",
    "identitet",
    "indberetning",
    "indhold",
    "karantaene",
    "konflikt",
    "loghoved",
    "opsaetning",
    "original",
    "person",
    "publikation",
    "sag",
    "slettet",
    "store_schema",
    "tilbageholdelse",
    "vault",
]

COMMIT_NUMBERS = Sequence("indberetning_nummer")
"""Numbers of commits on PostgreSQL, where several writers work at once."""


@dataclass(frozen=True, slots=True)
class Schema:
    """Every table of a database of one form.

    Attributes:
        metadata: All tables together, as migrations and tests compare them.
        records: Sheet identifier → record table (versions of rows).
    """

    metadata: MetaData
    records: Mapping[str, Table]


@cache
def store_schema() -> Schema:
    """Make the tables of the newest form."""
    metadata = MetaData(naming_convention=NAMING)
    Sequence(COMMIT_NUMBERS.name, metadata=metadata)
    records = {sheet.id: record_table(metadata, sheet) for sheet in load_form().entry_sheets()}
    # The migration makes it over the rows that have one; to say so here loads all of PostgreSQL's
    # dialect, also for SQLite.
    Index(None, records[BORGER].c.tidligere_cpr)
    for table in SHARED.tables.values():
        table.to_metadata(metadata)
    return Schema(metadata, records)
