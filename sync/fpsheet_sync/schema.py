"""The tables of the central database, made from the form.

Every entry sheet is a record table of versions. A version is in force from the commit that
brought it (`fra_indberetning`) until the commit that ended it (`til_indberetning`, exclusive,
NULL while in force). Commits are numbered in the order they were applied and nothing is ever
rewritten, so every past state, and with it every publication, can be read again (`current`).

The tables hold no CPR number: a citizen is a keyed pseudonym (`borger`); the number itself lies
encrypted in `vault`, which statistics never open. Record tables carry no foreign keys, because
checking them row by row would double the cost of a load; the store writes them together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Dialect,
    Double,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    String,
    Subquery,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.types import DateTime, TypeDecorator, TypeEngine

from fpsheet_sync.record import ANNULLER, BORGER, record_fields
from fpsheet_templates.form import Field, FieldType, Sheet
from fpsheet_templates.load import load_form

BOOKKEEPING = (
    "kommune_kode",
    "raekke_id",
    "fra_indberetning",
    "til_indberetning",
    "kilde",
    "raekke",
    "kilder",
)
"""The columns that every record table has before `borger` and the fields of the form."""

KOMMUNE_LENGTH = 3
ROW_ID_LENGTH = 40
PSEUDONYM_LENGTH = 24
SHA256_LENGTH = 64
COMMIT_NUMBERS = Sequence("indberetning_nummer")
"""Numbers of commits on PostgreSQL, where several writers work at once."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: stored without a zone, so that both databases give back the same."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turn an aware moment into the stored form."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give the stored moment its zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


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
        """Give a table by its name, record table or other; KeyError when there is none."""
        return self.metadata.tables[name]


@cache
def store_schema() -> Schema:
    """Make the tables of the newest form."""
    metadata = MetaData(naming_convention=NAMING)
    Sequence(COMMIT_NUMBERS.name, metadata=metadata)
    records = {sheet.id: _record_table(metadata, sheet) for sheet in load_form().entry_sheets()}
    # The migration makes it over the rows that have one; to say so here loads all of PostgreSQL's
    # dialect, also for SQLite.
    Index(None, records[BORGER].c.tidligere_cpr)
    for make in (_commit_tables, _identity_tables, _case_tables, _office_tables):
        make(metadata)
    others = {name: table for name, table in metadata.tables.items() if name not in records}
    return Schema(metadata, records, others)


def current(table: Table, as_of: int | None = None) -> Subquery:
    """Give the versions in force, annulled rows left out, as a selectable of the same name.

    Args:
        table: A record table.
        as_of: Number of the last commit to know of; None for all commits there are.
    """
    in_force = [in_force_at(table, as_of), table.c[ANNULLER].is_(None)]
    return select(table).where(*in_force).subquery(table.name)


def in_force_at(table: FromClause, as_of: int | None = None) -> ColumnElement[bool]:
    """Give the condition that a version was in force after commit `as_of` (None: now)."""
    if as_of is None:
        return table.c.til_indberetning.is_(None)
    ended = table.c.til_indberetning
    return and_(table.c.fra_indberetning <= as_of, or_(ended.is_(None), ended > as_of))


def citizens(as_of: int | None = None, persons: Table | None = None) -> Subquery:
    """Give one row per pseudonym: `borger`, `samlet`, `koen`, `foedselsdato`.

    `samlet` is the pseudonym under which a citizen's whole history is counted: another one than
    `borger` where a CPR number was replaced by a new one (`tidligere_cpr`), else the same.

    Args:
        as_of: Number of the last commit to know of; None for all commits there are.
        persons: The table of persons, or a part of it; the stored one when None.
    """
    schema = store_schema()
    person = schema["person"] if persons is None else persons
    merged = schema["identitet"]
    linked = select(merged).where(in_force_at(merged, as_of)).subquery("identitet")
    joined = person.outerjoin(linked, person.c.borger == linked.c.borger)
    return (
        select(
            person.c.borger,
            func.coalesce(linked.c.samlet, person.c.borger).label("samlet"),
            person.c.koen,
            person.c.foedselsdato,
        )
        .select_from(joined)
        .subquery("borgere")
    )


def _record_table(metadata: MetaData, sheet: Sheet) -> Table:
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
    columns += [Column(field.id, _column_type(field)) for field in record_fields(sheet)]
    return Table(sheet.id, metadata, *columns, sqlite_with_rowid=False)


def _column_type(field: Field) -> TypeEngine[Any]:
    types: dict[FieldType, TypeEngine[Any]] = {
        FieldType.CPR: String(PSEUDONYM_LENGTH),
        FieldType.DATE: Date(),
        FieldType.INTEGER: Integer(),
        FieldType.DECIMAL: Double(),
    }
    return types.get(field.type, Text())


def _number(name: str, *, primary_key: bool = False, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=primary_key, autoincrement=False, nullable=nullable)


def _text(
    name: str, length: int, *, primary_key: bool = False, nullable: bool = False
) -> Column[str]:
    return Column(name, String(length), primary_key=primary_key, nullable=nullable)


def _kommune(*, primary_key: bool = False) -> Column[str]:
    return _text("kommune_kode", KOMMUNE_LENGTH, primary_key=primary_key)


def _interval() -> tuple[Column[int], Column[int]]:
    start = _number("fra_indberetning", primary_key=True)
    return start, _number("til_indberetning", nullable=True)


def _commit_tables(metadata: MetaData) -> None:
    """Commits, what they said, and the bytes they came as."""
    Table(
        "indberetning",
        metadata,
        _number("id", primary_key=True),
        Column("art", String(12), nullable=False, comment="see fpsheet_sync.commit.CommitKind"),
        _kommune(),
        _number("aar"),
        _text("sha256", SHA256_LENGTH),
        Column("pakke", String(SHA256_LENGTH), comment="hash of the package that it came in"),
        _text("workbook_id", ROW_ID_LENGTH),
        Column("parent", String(SHA256_LENGTH), nullable=False, comment="as stamped in the file"),
        Column("afstamning", Integer, comment="the commit it was merged against"),
        _number("form_version"),
        Column("udfyldt", Integer, nullable=False, comment="filled cells; orders like moments"),
        Column("received_at", UtcDateTime, nullable=False),
        Column("modified_at", UtcDateTime),
        Column("no_cases", Boolean, nullable=False),
        Column("status", String(16), nullable=False, comment="see fpsheet_sync.commit.Status"),
        Column("raekker", JSON, nullable=False, comment="sheet → xml, read, blank, quarantined"),
        Column("fund", JSON, nullable=False, comment="severity → number of findings"),
        Column("findings", JSON, nullable=False, comment="findings without values"),
        Column("kolonner", JSON, nullable=False, comment="sheet → field → column letter"),
        Column("handling", JSON, comment="what a named person decided (release, resolution)"),
        Column("kvittering", JSON, comment="the receipt, as it was given"),
        Index(None, "sha256", unique=True),
        Index(None, "kommune_kode", "id"),
    )
    Table(
        "indhold",
        metadata,
        _number("indberetning_id", primary_key=True),
        Column("ark", String(20), primary_key=True),
        Column("data", LargeBinary, nullable=False, comment="rows of the file, Arrow IPC, no CPR"),
        Column(
            "linje",
            LargeBinary,
            comment="what its line of descent says, where that is more or less than its rows",
        ),
    )
    Table(
        "original",
        metadata,
        _text("sha256", SHA256_LENGTH, primary_key=True),
        _text("noegle_id", 16),
        Column("data", LargeBinary, nullable=False, comment="encrypted bytes of the file"),
    )


def _identity_tables(metadata: MetaData) -> None:
    """Citizens: derived facts, merged identities, and the vault apart from them."""
    Table(
        "person",
        metadata,
        _text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
        Column("koen", String(1), comment="K or M, from the CPR number"),
        Column("foedselsdato", Date),
        sqlite_with_rowid=False,
    )
    Table(
        "identitet",
        metadata,
        _text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
        *_interval(),
        _text("samlet", PSEUDONYM_LENGTH),
    )
    Table(
        "sag",
        metadata,
        _text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
        _kommune(primary_key=True),
        sqlite_with_rowid=False,
    )
    Table(
        "vault",
        metadata,
        _text(BORGER, PSEUDONYM_LENGTH, primary_key=True),
        _text("noegle_id", 16),
        Column("data", LargeBinary, nullable=False, comment="encrypted CPR number"),
        sqlite_with_rowid=False,
    )


def _case_tables(metadata: MetaData) -> None:
    """What waits: quarantine, conflicts, held files, notices and explanations, as versions."""
    Table(
        "karantaene",
        metadata,
        _number("indberetning_id", primary_key=True),
        Column("ark", String(20), primary_key=True),
        _number("raekke", primary_key=True),
        *_interval(),
        _kommune(),
        _text("raekke_id", ROW_ID_LENGTH),
        _text(BORGER, PSEUDONYM_LENGTH, nullable=True),
        Column("koder", Text, nullable=False, comment="JSON: codes of the findings of the row"),
        Column("vaerdier", Text, nullable=False, comment="JSON: field → value as read, no CPR"),
        Index(None, "kommune_kode"),
    )
    Table(
        "konflikt",
        metadata,
        _text("konflikt_id", 10, primary_key=True),
        *_interval(),
        _kommune(),
        Column("ark", String(20), nullable=False),
        _text("raekke_id", ROW_ID_LENGTH),
        Column("gruppe", String(30), nullable=False, comment="field group"),
        Column("gaeldende", JSON, nullable=False, comment="value in force: the last agreed one"),
        Column("paastande", JSON, nullable=False, comment="[{indberetning, raekke, vaerdi}]"),
        Index(None, "kommune_kode"),
    )
    Table(
        "tilbageholdelse",
        metadata,
        _number("indberetning_id", primary_key=True),
        *_interval(),
        _kommune(),
        Column("mistet", Integer, nullable=False, comment="rows that the file lacks"),
        Column("af", Integer, nullable=False, comment="rows that it should have had"),
    )
    Table(
        "besked",
        metadata,
        _text("besked_id", 10, primary_key=True),
        *_interval(),
        _kommune(),
        Column("ark", String(20), nullable=False),
        _text("raekke_id", ROW_ID_LENGTH),
        Column("gruppe", String(30), nullable=False),
        Column("beskeder", JSON, nullable=False, comment="what counts and what it replaced"),
        Index(None, "kommune_kode"),
    )
    Table(
        "forklaring",
        metadata,
        _kommune(primary_key=True),
        _text("kode", 10, primary_key=True),
        Column("ark", String(20), primary_key=True),
        _text("raekke_id", ROW_ID_LENGTH, primary_key=True),
        *_interval(),
        _number("indberetning_id"),
        Column("aftryk", String(SHA256_LENGTH), nullable=False, comment="of the values explained"),
        Column("tekst", Text, nullable=False),
    )


def _office_tables(metadata: MetaData) -> None:
    """Publications, the access log and the store's own facts."""
    Table(
        "publikation",
        metadata,
        _number("id", primary_key=True),
        Column("omraade", String(KOMMUNE_LENGTH), nullable=False, comment="GL or DK"),
        Column("fra", Date, nullable=False),
        Column("til", Date, nullable=False),
        Column("nummer", Integer, nullable=False, comment="edition of that country and period"),
        Column("aftryk", String(SHA256_LENGTH), nullable=False, comment="of all it depends on"),
        _number("til_og_med"),
        _text("tilstand", SHA256_LENGTH),
        Column("opgjort", Date, nullable=False),
        Column("oprettet", UtcDateTime, nullable=False),
        Column("indstillinger", JSON, nullable=False),
        Column("celler", LargeBinary, nullable=False, comment="numbers printed, cells hidden"),
        Column("udgaver", LargeBinary, nullable=False, comment="the editions as laid out"),
        Column("filer", LargeBinary, comment="the files handed out, a zip"),
        Index(None, "omraade", "fra", "til", "nummer", unique=True),
    )
    Table(
        "adgangslog",
        metadata,
        _number("id", primary_key=True),
        Column("tid", UtcDateTime, nullable=False),
        Column("bruger", String(80), nullable=False),
        Column("handling", String(30), nullable=False),
        Column("kommune_kode", String(KOMMUNE_LENGTH)),
        Column(BORGER, String(PSEUDONYM_LENGTH)),
        Column("detaljer", JSON, nullable=False),
        _text("forrige", SHA256_LENGTH),
        _text("kaede", SHA256_LENGTH),
        Index(None, BORGER),
    )
    Table(
        "opsaetning",
        metadata,
        Column("navn", String(30), primary_key=True),
        Column("vaerdi", Text, nullable=False),
    )
