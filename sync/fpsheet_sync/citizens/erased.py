"""Erased citizens: their rows are counted, and nobody gets from them to a person any more."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import Connection, select

from fpsheet_sync.citizens.merged_person import read_persons
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.bulk import is_one_of

RETURNED = "genoptaget"
"""What the log calls it when something new comes about an erased citizen."""


def read_erased(connection: Connection) -> dict[str, date]:
    """Return the pseudonym of every erased citizen, and when it was."""
    table = schema.slettet
    return {row.borger: row.dato for row in connection.execute(select(table))}


def note_erased(connection: Connection, citizens: Iterable[str], day: date) -> None:
    """Take the CPR numbers of citizens out of the vault, and note that they are erased."""
    vault, erased = schema.vault, schema.slettet
    gone = sorted(citizens)
    if gone:
        connection.execute(vault.delete().where(is_one_of(connection, vault.c.borger, gone)))
        connection.execute(erased.insert(), [{"borger": one, "dato": day} for one in gone])


def take_back(
    connection: Connection, changed: Collection[str], kommune_kode: str, actor: Actor
) -> frozenset[str]:
    """Undo the erasure of persons about whom a file says something new, each with a log line.

    Args:
        connection: A connection in a transaction that may write.
        changed: Pseudonyms of citizens with a new or changed row.
        kommune_kode: Who sent it.
        actor: Who merges it.

    Returns:
        Those that stay erased: their CPR numbers must not go into the vault again.
    """
    erased = read_erased(connection)
    if not erased:
        return frozenset()
    back = sorted(erased.keys() & read_persons(connection).everyone(changed))
    if back:
        table = schema.slettet
        connection.execute(table.delete().where(is_one_of(connection, table.c.borger, back)))
        deeds = (Deed(RETURNED, kommune_kode, borger=borger) for borger in back)
        log_access(connection, actor, *deeds)
    return frozenset(erased.keys() - set(back))
