"""Claims: which of several syncs over one inbox reads a file.

Reading and checking cost far more than merging, so a file is claimed before it is read. A claim is
a lock of the server's on the hash of the file: it ends with the sync that has it, also when that
one is killed. On SQLite everybody gets every claim, because only one can write anyway.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

from fpsheet_sync.database import schema
from fpsheet_sync.database.errors import translated
from fpsheet_sync.database.store import Store

_SPACE = 0x66706372


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one sync.

    Attributes:
        place: The address of the store, for messages.
        connection: What holds them; None where there is nothing to claim.
    """

    place: str
    connection: Connection | None

    def take(self, sha256: str) -> bool:
        """Claim a file; False where another sync is at it, or has merged it meanwhile."""
        if self.connection is None:
            return True
        commit = schema.indberetning
        merged = select(commit.c.id).where(func.coalesce(commit.c.pakke, commit.c.sha256) == sha256)
        taken = text("SELECT pg_try_advisory_lock(:space, hashtext(:name))")
        with translated(self.place):
            key = {"space": _SPACE, "name": sha256}
            if not self.connection.execute(taken, key).scalar():
                return False
            return self.connection.execute(merged).first() is None


@contextmanager
def claim_files(store: Store) -> Iterator[Claims]:
    """Claim files inside the block; what was claimed is free after it.

    Raises:
        StoreError: The database could not be used.
    """
    if not store.is_postgresql:
        yield Claims(store.place, None)
        return
    with translated(store.place), store.engine.connect() as raw:
        connection = raw.execution_options(isolation_level="AUTOCOMMIT")
        try:
            yield Claims(store.place, connection)
        finally:
            connection.execute(text("SELECT pg_advisory_unlock_all()"))
