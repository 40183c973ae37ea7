"""Extensions: a kommune asks for a later deadline on its Forside, the departement grants one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.store import Store, lock
from fpsheet_sync.ledger.receipt import Receipt
from fpsheet_sync.merge.commit import CommitKind

ASKED = "frist_oensket"
"""Field of the Forside: the deadline that a kommune asks for."""
ACTION = "frist"


@dataclass(frozen=True, slots=True)
class Extension:
    """A deadline that the departement granted a kommune for a reporting year.

    Attributes:
        until: The last day of delivery.
        asked: The day that the kommune had asked for; None where it had not asked.
        granted_at: When, UTC.
        by: Who.
    """

    until: date
    asked: date | None
    granted_at: datetime
    by: str


def asked_deadline(said_on_cover: Mapping[str, str]) -> date | None:
    """Return the deadline that a Forside asks for; None for none."""
    try:
        return date.fromisoformat(said_on_cover.get(ASKED, ""))
    except ValueError:
        return None


def open_request(said_on_cover: Mapping[str, str], extension: Extension | None) -> date | None:
    """Return the deadline that a Forside asks for, where the departement has not answered it."""
    asked = asked_deadline(said_on_cover)
    return None if extension is not None and extension.asked == asked else asked


def tell_deadlines(
    receipt: Receipt, said_on_cover: Mapping[str, str], extension: Extension | None
) -> Receipt:
    """Return a receipt that tells what its Forside asks for and what was granted."""
    asked = open_request(said_on_cover, extension)
    return replace(
        receipt,
        asked=asked.isoformat() if asked else "",
        granted=extension.until.isoformat() if extension else "",
    )


def with_deadlines(connection: Connection) -> Callable[[Receipt], Receipt]:
    """Return what tells a receipt the deadlines of today.

    It does so to the newest receipt of a kommune and year; older ones stay as they were given.
    """
    commit, extensions = schema.indberetning, read_extensions(connection)
    columns = ("sha256", "kommune_kode", "aar", "handling")
    files = (
        select(*(commit.c[name] for name in columns))
        .where(commit.c.art == CommitKind.SUBMISSION)
        .order_by(commit.c.received_at, commit.c.id)
    )
    newest = {(row.kommune_kode, row.aar): row for row in connection.execute(files)}

    def tell(receipt: Receipt) -> Receipt:
        period = (receipt.kommune_kode, receipt.aar)
        if period not in newest or newest[period].sha256 != receipt.sha256:
            return receipt
        said = (newest[period].handling or {}).get("forside", {})
        return tell_deadlines(receipt, said, extensions.get(period))

    return tell


def grant_extension(
    store: Store, kommune_kode: str, aar: int, until: date, actor: Actor
) -> Extension:
    """Grant a kommune a deadline of its own; the newest counts, and the log says who.

    Raises:
        StoreError: The database could not be used; nothing was granted.
    """
    table, commit = schema.frist, schema.indberetning
    newest = (
        select(commit.c.handling)
        .where(
            commit.c.art == CommitKind.SUBMISSION,
            commit.c.kommune_kode == kommune_kode,
            commit.c.aar == aar,
        )
        .order_by(commit.c.received_at.desc(), commit.c.id.desc())
        .limit(1)
    )
    with store.write() as connection:
        lock(connection, kommune_kode)
        handling = connection.execute(newest).scalar() or {}
        asked = asked_deadline(handling.get("forside", {}))
        granted = Extension(until, asked, actor.time, actor.name)
        place = {"kommune_kode": kommune_kode, "aar": aar}
        said = {"frist": until, "oensket": asked, "tid": actor.time, "bruger": actor.name}
        connection.execute(
            table.delete().where(table.c.kommune_kode == kommune_kode, table.c.aar == aar)
        )
        connection.execute(table.insert().values(**place, **said))
        details = {"aar": aar, "frist": until.isoformat()}
        log_access(connection, actor, Deed(ACTION, kommune_kode, details=details))
    return granted


def read_extensions(connection: Connection) -> dict[tuple[str, int], Extension]:
    """Return the extension of each kommune and reporting year that has one."""
    table = schema.frist
    rows = connection.execute(select(table))
    return {
        (row.kommune_kode, row.aar): Extension(row.frist, row.oensket, row.tid, row.bruger)
        for row in rows
    }
