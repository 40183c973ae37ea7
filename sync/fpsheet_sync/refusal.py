"""Refusals: files of which nothing could be used, each noted once in the log."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from fpsheet_sync.access import Actor, Deed, log_access
from fpsheet_sync.schema import store_schema
from fpsheet_sync.store import Store

ACTION = "afvist"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was refused: the hash of its bytes, and the codes that say why."""

    sha256: str
    codes: tuple[str, ...]


def note_refusals(store: Store, refusals: Iterable[Refusal], actor: Actor) -> int:
    """Note refused files in the log; those noted before with the same codes are left out.

    Returns:
        The number of lines added.

    Raises:
        StoreError: The database could not be used.
    """
    wanted = {(one.sha256, one.codes): one for one in refusals}
    if not wanted:
        return 0
    table = store_schema()["adgangslog"]
    noted = select(table.c.detaljer).where(table.c.handling == ACTION)
    with store.write() as connection:
        for details in connection.execute(noted).scalars():
            wanted.pop((details["fil"], tuple(details["regler"])), None)
        for one in wanted.values():
            details = {"fil": one.sha256, "regler": list(one.codes)}
            log_access(connection, actor, Deed(ACTION, details=details))
    return len(wanted)


def read_refusals(store: Store) -> list[tuple[Actor, Refusal]]:
    """Give every file that was ever refused, oldest first, with when and by whose run."""
    table = store_schema()["adgangslog"]
    wanted = select(table.c.bruger, table.c.tid, table.c.detaljer).where(table.c.handling == ACTION)
    with store.read() as connection:
        return [
            (
                Actor(row.bruger, row.tid),
                Refusal(row.detaljer["fil"], tuple(row.detaljer["regler"])),
            )
            for row in connection.execute(wanted.order_by(table.c.id))
        ]
