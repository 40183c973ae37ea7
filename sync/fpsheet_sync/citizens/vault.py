"""The vault: from pseudonym to CPR number, for those who hold the keys, and always logged."""

from collections.abc import Iterable

import polars as pl
from sqlalchemy import Connection, select

from fpsheet_sync.citizens.merged_person import read_persons
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, Entry, log_access, read_log
from fpsheet_sync.database.bulk import is_one_of
from fpsheet_sync.database.errors import need_no_cpr
from fpsheet_sync.database.in_force import senders
from fpsheet_sync.database.keys import Keys
from fpsheet_sync.database.store import Store


def open_cprs(connection: Connection, keys: Keys, citizens: Iterable[str]) -> dict[str, str]:
    """Return the CPR numbers of pseudonyms. The caller writes the log line.

    Raises:
        StoreError: The keys are not those the numbers were sealed with.
    """
    table = schema.vault
    sealed = select(table.c.borger, table.c.data).where(
        is_one_of(connection, table.c.borger, set(citizens))
    )
    return {
        borger: keys.open_cpr(borger, bytes(data)) for borger, data in connection.execute(sealed)
    }


def with_cpr(rows: pl.DataFrame, column: str, cprs: dict[str, str], name: str) -> pl.DataFrame:
    """Return rows with a column of pseudonyms turned into one of CPR numbers."""
    old, new = list(cprs), list(cprs.values())
    opened = pl.col(column).replace_strict(old, new, default=None, return_dtype=pl.String)
    return rows.with_columns(opened.alias(name))


def look_up(store: Store, borger: str, actor: Actor, reason: str) -> str | None:
    """Return the CPR number of one pseudonym, and log who asked and why; None when unknown.

    Raises:
        StoreError: The store was opened without its keys, or the reason holds a CPR number.
    """
    keys = store.need_keys()
    need_no_cpr(reason)
    with store.write() as connection:
        log_access(connection, actor, Deed("vault", borger=borger, details={"grund": reason}))
        return open_cprs(connection, keys, [borger]).get(borger)


def pseudonyms_of(
    connection: Connection, keys: Keys, cpr: str, *, as_of: int | None = None
) -> frozenset[str]:
    """Return every pseudonym under which a CPR number is known, former and later numbers included.

    A replacement number belongs to one kommune; it is looked for in each that ever sent.

    Args:
        connection: A connection.
        keys: The keys of the database.
        cpr: Ten digits.
        as_of: Number of the last commit to know of; None for all there are.
    """
    own = {keys.pseudonyms([cpr], kommune_kode=kode)[0] for kode in senders(connection)}
    return read_persons(connection, as_of).everyone(own) | own


def log_of_citizen(store: Store, cpr: str, actor: Actor) -> list[Entry]:
    """Return every line of the access log about a citizen; that it was asked for is a line as well.

    Raises:
        StoreError: The store was opened without its keys.
    """
    keys = store.need_keys()
    with store.write() as connection:
        citizens = pseudonyms_of(connection, keys, cpr)
        deeds = [Deed("logopslag", borger=borger) for borger in sorted(citizens)]
        log_access(connection, actor, *deeds)
    return read_log(store, citizens=citizens)
