"""Refusals: files of which nothing could be used, noted in the log and not read again."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.bulk import is_one_of
from fpsheet_sync.database.store import Store, lock

ACTION = "afvist"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was refused.

    Attributes:
        sha256: Hash of its bytes.
        codes: Codes that say why.
        judged_by: Names what it was judged by: program, keys, settings, folder. Where any of it
            has changed since, the file may be judged otherwise and is read again.
        findings: What was found, without values and without names of tabs.
    """

    sha256: str
    codes: tuple[str, ...]
    judged_by: str = ""
    findings: tuple[Mapping[str, object], ...] = ()


def note_refusals(store: Store, refusals: Iterable[Refusal], actor: Actor) -> int:
    """Note refused files: in the log, once for the same codes, and to be known when they lie there.

    Returns:
        The number of lines added to the log.

    Raises:
        StoreError: The database could not be used.
    """
    wanted = {(one.sha256, one.codes): one for one in refusals}
    if not wanted:
        return 0
    table = schema.adgangslog
    noted = select(table.c.detaljer).where(table.c.handling == ACTION)
    with store.write() as connection:
        _remember(connection, wanted.values())
        for details in connection.execute(noted).scalars():
            wanted.pop((details["fil"], tuple(details["regler"])), None)
        for one in wanted.values():
            details = {"fil": one.sha256, "regler": list(one.codes)}
            log_access(connection, actor, Deed(ACTION, details=details))
    return len(wanted)


def _remember(connection: Connection, refusals: Iterable[Refusal]) -> None:
    table = schema.afvist
    rows = {
        one.sha256: {
            "sha256": one.sha256,
            "bedoemt": one.judged_by,
            "fund": [dict(finding) for finding in one.findings],
        }
        for one in refusals
    }
    lock(connection, ACTION)
    connection.execute(delete(table).where(is_one_of(connection, table.c.sha256, set(rows))))
    connection.execute(table.insert(), list(rows.values()))


def known_refusals(store: Store, hashes: Collection[str]) -> dict[str, Refusal]:
    """Return what is remembered of refused files, by the hash of their bytes."""
    table = schema.afvist
    with store.read() as connection:
        wanted = select(table).where(is_one_of(connection, table.c.sha256, set(hashes)))
        return {
            row.sha256: Refusal(
                row.sha256,
                tuple(sorted({str(finding["code"]) for finding in row.fund})),
                row.bedoemt,
                tuple(row.fund),
            )
            for row in connection.execute(wanted)
        }
