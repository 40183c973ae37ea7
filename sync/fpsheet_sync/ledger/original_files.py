"""Originals: the files as they came, kept sealed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.errors import store_failure
from fpsheet_sync.database.store import Store
from fpsheet_sync.merge.commit import CommitKind


@dataclass(frozen=True, slots=True)
class Original:
    """One file as it came.

    Attributes:
        number: Number of its commit.
        kommune_kode: Whose it is.
        aar: Its reporting year.
        data: Its bytes.
    """

    number: int
    kommune_kode: str
    aar: int
    data: bytes = field(repr=False)


def open_original(store: Store, number: int, sha256: str) -> bytes:
    """Return the bytes of a file that was kept.

    Raises:
        StoreError: It is missing or was altered, or the store was opened without its keys.
    """
    table = schema.original
    with store.read() as connection:
        data = connection.execute(select(table.c.data).where(table.c.sha256 == sha256)).scalar()
    if data is None:
        raise store_failure("lost_original", {"nummer": number})
    if not data:
        raise store_failure("erased_original", {"nummer": number})
    return store.need_keys().open_original(sha256, bytes(data))


def latest_originals(store: Store) -> Iterator[Original]:
    """Yield the last file of every kommune and year, in that order; erased ones are left out.

    Raises:
        StoreError: One is missing or was altered, or the store was opened without its keys.
    """
    table = schema.indberetning
    last = (
        select(func.max(table.c.id))
        .where(table.c.art == CommitKind.SUBMISSION)
        .group_by(table.c.kommune_kode, table.c.aar)
    )
    original = schema.original
    erased = select(original.c.sha256).where(func.length(original.c.data) == 0)
    wanted = (
        select(table.c.id, table.c.kommune_kode, table.c.aar, table.c.sha256)
        .where(table.c.id.in_(last), table.c.sha256.not_in(erased))
        .order_by(table.c.kommune_kode, table.c.aar)
    )
    with store.read() as connection:
        rows = connection.execute(wanted).all()
    for row in rows:
        yield Original(row.id, row.kommune_kode, row.aar, open_original(store, row.id, row.sha256))
