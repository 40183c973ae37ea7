"""Originals are sealed anew: their nonce was the beginning of a hash that the sender named."""

import sqlalchemy as sa
from alembic import op

from fpsheet_sync.database.errors import store_failure

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Open every kept file the old way and seal it the new way; needs the keys of the database."""
    connection = op.get_bind()
    kept = sa.table("original", *map(sa.column, ("sha256", "noegle_id", "data")))
    wanted = sa.select(kept.c.sha256, kept.c.noegle_id).where(sa.func.length(kept.c.data) > 0)
    rows = connection.execute(wanted).all()
    if not rows:
        return
    keys = connection.get_execution_options().get("fpsheet_keys")
    if keys is None:
        raise store_failure("no_keys")
    if any(row.noegle_id != keys.id for row in rows):
        raise store_failure("wrong_keys")
    if connection.dialect.name == "sqlite":
        # What was there shall not be read in the free pages of the file.
        connection.execute(sa.text("PRAGMA secure_delete = ON"))
    for row in rows:
        place = kept.c.sha256 == row.sha256
        data = connection.execute(sa.select(kept.c.data).where(place)).scalar_one()
        sealed = keys.seal_anew(row.sha256, bytes(data))
        if sealed is not None:
            connection.execute(kept.update().where(place).values(data=sealed))
