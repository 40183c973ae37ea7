"""Extensions: a kommune asks for a later deadline on its Forside, the departement grants one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.bulk import is_one_of
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


def with_deadlines(connection: Connection, receipts: Sequence[Receipt]) -> Iterator[Receipt]:
    """Yield receipts with the deadlines of today.

    The newest receipt of a kommune and year tells them; older ones stay as they were given.
    """
    commit, extensions = schema.indberetning, read_extensions(connection)
    asked = (receipt.sha256 for receipt in receipts)
    newest = select(commit.c.sha256, commit.c.handling).where(
        commit.c.id.in_(_newest_files()), is_one_of(connection, commit.c.sha256, asked)
    )
    covers = {row.sha256: _cover(row.handling) for row in connection.execute(newest)}
    for receipt in receipts:
        said = covers.get(receipt.sha256)
        granted = extensions.get((receipt.kommune_kode, receipt.aar))
        yield receipt if said is None else tell_deadlines(receipt, said, granted)


def _newest_files() -> Select[int]:
    """Return the query for the commit of the newest file of each kommune and year."""
    commit = schema.indberetning
    rank = func.row_number().over(
        partition_by=[commit.c.kommune_kode, commit.c.aar],
        order_by=[commit.c.received_at.desc(), commit.c.id.desc()],
    )
    ranked = select(commit.c.id, rank.label("nr")).where(commit.c.art == CommitKind.SUBMISSION)
    files = ranked.subquery()
    return select(files.c.id).where(files.c.nr == 1)


def _cover(handling: Mapping[str, Any] | None) -> Mapping[str, str]:
    """Return what the Forside of a file says, as its commit keeps it."""
    said: Mapping[str, str] = (handling or {}).get("forside", {})
    return said


def grant_extension(
    store: Store, kommune_kode: str, aar: int, until: date, actor: Actor
) -> Extension:
    """Grant a kommune a deadline of its own; the newest counts, and the log says who.

    Raises:
        StoreError: The database could not be used; nothing was granted.
    """
    table, commit = schema.frist, schema.indberetning
    newest = select(commit.c.handling).where(
        commit.c.id.in_(_newest_files()),
        commit.c.kommune_kode == kommune_kode,
        commit.c.aar == aar,
    )
    with store.write() as connection:
        lock(connection, kommune_kode)
        asked = asked_deadline(_cover(connection.execute(newest).scalar()))
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
