"""The lines of the access log that tell of merged files, found by the file."""

from sqlalchemy import select

from fpsheet_sync.database import schema
from fpsheet_sync.database.log_end import LogEnd
from fpsheet_sync.database.store import Store


class MergeLines:
    """Finds where the log ended when a file was merged; each line of the log is read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: dict[str, LogEnd] = {}
        self._last = 0

    def of(self, sha256: str) -> LogEnd | None:
        """Return the number and the link of the line of a file; None for one that has none."""
        if sha256 not in self._found:
            self._read_on()
        return self._found.get(sha256)

    def _read_on(self) -> None:
        table = schema.adgangslog
        wanted = select(table.c.id, table.c.kaede, table.c.detaljer).where(
            table.c.handling == "sync", table.c.id > self._last
        )
        with self._store.read() as connection:
            for row in connection.execute(wanted.order_by(table.c.id)):
                self._found[str(row.detaljer.get("fil"))] = LogEnd(row.id, row.kaede)
                self._last = row.id
