"""What is in force: the versions of rows, and of persons, as now or as known after a commit."""

from datetime import UTC, date, datetime, time

from sqlalchemy import Connection, FromClause, Subquery, Table, and_, func, or_, select
from sqlalchemy.sql.expression import ColumnElement

from fpsheet_sync.database import schema
from fpsheet_sync.database.record_columns import ANNULLER


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


def commit_of(connection: Connection, day: date) -> int:
    """Return the number of the last commit received by the end of a day (UTC), 0 for none."""
    commit = schema.indberetning
    end = datetime.combine(day, time.max, UTC)
    last = select(func.max(commit.c.id)).where(commit.c.received_at <= end)
    return int(connection.execute(last).scalar() or 0)
