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
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    Sequence,
    String,
    Table,
    Text,
)

from fpsheet_sync.database.record_columns import BORGER, record_fields
from fpsheet_sync.database.record_layout import Layouts, make_layouts
from fpsheet_sync.database.tables.column import (
    KOMMUNE_LENGTH,
    NAMING,
    PSEUDONYM_LENGTH,
    ROW_ID_LENGTH,
    SHARED,
    field_column_type,
)
from fpsheet_sync.database.tables.commit import afvist, gensendt, indberetning, indhold, original
from fpsheet_sync.database.tables.office import adgangslog, frist, loghoved, opsaetning, publikation
from fpsheet_sync.database.tables.person import identitet, person, sag, slettet, vault
from fpsheet_sync.database.tables.waiting import (
    besked,
    forklaring,
    karantaene,
    konflikt,
    tilbageholdelse,
)
from fpsheet_templates.form import Form, Sheet

__all__ = [
    "COMMIT_NUMBERS",
    "SHARED",
    "Schema",
    "adgangslog",
    "afvist",
    "besked",
    "forklaring",
    "frist",
    "gensendt",
    "identitet",
    "indberetning",
    "indhold",
    "karantaene",
    "konflikt",
    "loghoved",
    "make_schema",
    "opsaetning",
    "original",
    "person",
    "publikation",
    "sag",
    "schema_of",
    "slettet",
    "tilbageholdelse",
    "vault",
    "with_schema",
]

COMMIT_NUMBERS = Sequence("indberetning_nummer")
"""Numbers of commits on PostgreSQL, where several writers work at once."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a form makes of a database: the tables of its records, and their layouts.

    Attributes:
        layouts: The entry sheets as the store holds them; `form` is theirs.
        records: Sheet identifier → record table (versions of rows).
    """

    layouts: Layouts
    records: Mapping[str, Table]

    @property
    def form(self) -> Form:
        """Return the form."""
        return self.layouts.form

    def metadata(self) -> MetaData:
        """Return all tables together, as migrations and tests compare them."""
        whole = MetaData(naming_convention=NAMING)
        Sequence(COMMIT_NUMBERS.name, metadata=whole)
        for table in (*self.records.values(), *SHARED.tables.values()):
            table.to_metadata(whole)
        return whole


def make_schema(form: Form) -> Schema:
    """Build the tables of a form's records."""
    metadata = MetaData(naming_convention=NAMING)
    records = {sheet.id: _record_table(metadata, sheet) for sheet in form.entry_sheets()}
    former = records[BORGER].c.get("tidligere_cpr") if BORGER in records else None
    if former is not None:
        # The migration leaves rows without a former number out of it. Declared here, that would
        # load PostgreSQL's dialect for SQLite too.
        Index(None, former)
    return Schema(make_layouts(form), records)


def _record_table(metadata: MetaData, sheet: Sheet) -> Table:
    """Build the table of the versions of one sheet's rows."""
    columns: list[Column[Any]] = [
        Column("kommune_kode", String(KOMMUNE_LENGTH), primary_key=True),
        Column("raekke_id", String(ROW_ID_LENGTH), primary_key=True),
        Column("fra_indberetning", Integer, primary_key=True, autoincrement=False),
        Column("til_indberetning", Integer),
        Column("kilde", Integer, nullable=False, comment="commit whose file holds the values"),
        Column("raekke", Integer, nullable=False, comment="Excel row in that file"),
        Column("kilder", Text, comment="JSON {field group: [commit, row]} where it differs"),
        Column(BORGER, String(PSEUDONYM_LENGTH), nullable=False),
    ]
    columns += [Column(field.id, field_column_type(field)) for field in record_fields(sheet)]
    return Table(sheet.id, metadata, *columns, sqlite_with_rowid=False)


def with_schema(engine: Engine, schema: Schema) -> Engine:
    """Return an engine whose connections know the schema (`schema_of`)."""
    return engine.execution_options(fpsheet_schema=schema)


def schema_of(connection: Connection) -> Schema:
    """Return the schema that the store of a connection was opened with."""
    found: Schema = connection.get_execution_options()["fpsheet_schema"]
    return found
