"""Repeated files: a workbook that comes again in other bytes is known by those, too."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from fpsheet_sync.database.schema import store_schema
from fpsheet_sync.merge.content import Prepared


def note_repeated(connection: Connection, prepared: Prepared) -> None:
    """Note the bytes of a workbook that is in the store already; they are not read again."""
    schema = store_schema()
    commit, repeated = schema["indberetning"], schema["gensendt"]
    sha256 = prepared.head.sha256
    package = prepared.package or sha256
    first = select(commit.c.pakke).where(commit.c.sha256 == sha256)
    noted = select(repeated.c.pakke).where(repeated.c.pakke == package)
    if (connection.execute(first).scalar() or sha256) == package:
        return
    if connection.execute(noted).first() is None:
        connection.execute(repeated.insert(), {"pakke": package, "sha256": sha256})


def read_repeated(connection: Connection) -> Mapping[str, str]:
    """Give the hash of each package that repeated a workbook → the hash of the workbook."""
    repeated = store_schema()["gensendt"]
    return {row.pakke: row.sha256 for row in connection.execute(select(repeated))}
