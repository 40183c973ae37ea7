"""What is in force: the versions of rows, and of persons, as now or as known after a commit."""

from datetime import UTC, date, datetime, time, tzinfo
from typing import TypedDict

from sqlalchemy import (
    Column,
    Connection,
    Date,
    FromClause,
    MetaData,
    String,
    Subquery,
    Table,
    and_,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.sql.expression import ColumnElement

from fpsheet_sync.database import schema
from fpsheet_sync.database.migrate import HEAD
from fpsheet_sync.database.record_columns import ANNULLER, BORGER
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.database.store import Store

PERSON = "person"
_OF_AGES = Table(
    "person_alder",
    MetaData(),
    Column(BORGER, String),
    Column("koen", String),
    Column("foedselsdato", Date),
)
"""The view of migration 0012: a day that gives the same age on the days statistics ask about."""
_MAY_READ = text("SELECT has_column_privilege('person', 'foedselsdato', 'SELECT')")


def current(table: Table, as_of: int | None = None) -> Subquery:
    """Return the versions in force, annulled rows left out, as a selectable of the same name.

    Args:
        table: A record table.
        as_of: Number of the last commit to know of; None for all commits there are.
    """
    in_force = [in_force_at(table, as_of), table.c[ANNULLER].is_(None)]
    return select(table).where(*in_force).subquery(table.name)


def in_force_at(table: FromClause, as_of: int | None = None) -> ColumnElement[bool]:
    """Return the condition that a version was in force after commit `as_of` (None: now)."""
    if as_of is None:
        return table.c.til_indberetning.is_(None)
    ended = table.c.til_indberetning
    return and_(table.c.fra_indberetning <= as_of, or_(ended.is_(None), ended > as_of))


def citizens(as_of: int | None = None, persons: Table | None = None) -> Subquery:
    """Return one row per pseudonym: `borger`, `samlet`, `koen`, `foedselsdato`.

    `samlet` is the pseudonym under which a citizen's whole history is counted: another one than
    `borger` where a CPR number was replaced by a new one (`tidligere_cpr`), else the same.

    Args:
        as_of: Number of the last commit to know of; None for all commits there are.
        persons: The table of persons, or a part of it; the stored one when None.
    """
    person = schema.person if persons is None else persons
    merged = schema.identitet
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


def person_table(connection: Connection) -> Table:
    """Return the table of persons, or `person_alder` for a user that may not read birth dates.

    What `person_alder` has as the day of birth lies in the month of birth. The age by it is right
    on the days of the citizen's own decisions and on the last day of each month.
    """
    has_roles = connection.dialect.name == "postgresql"
    is_readable = not has_roles or connection.scalar(_MAY_READ)
    return schema.person if is_readable else _OF_AGES


def commit_of(connection: Connection, day: date, zone: tzinfo = UTC) -> int:
    """Return the number of the last commit received by the end of a day in a zone, 0 for none."""
    commit = schema.indberetning
    end = datetime.combine(day, time.max, zone)
    last = select(func.max(commit.c.id)).where(commit.c.received_at <= end)
    return int(connection.execute(last).scalar() or 0)


def senders(connection: Connection, as_of: int | None = None) -> list[str]:
    """Return the kommuner of all commits, or of those up to one, in order of code."""
    commit = schema.indberetning
    wanted = select(commit.c.kommune_kode).distinct()
    if as_of is not None:
        wanted = wanted.where(commit.c.id <= as_of)
    return sorted(connection.execute(wanted).scalars())


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
