"""Migrations: the database is made, and lifted to the newest version, by Alembic's scripts."""

from importlib.resources import as_file, files

from sqlalchemy import Connection

HEAD = "0017"
"""The newest migration. Kept here so that opening a database need not load Alembic."""


def upgrade(connection: Connection, revision: str = HEAD) -> None:
    """Apply the migrations that the database lacks, in the transaction of the connection.

    Args:
        connection: A connection in a transaction that may write.
        revision: The version to reach.
    """
    # Alembic is slow to load and needed only when the database is made or lifted.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    with as_file(files("fpsheet_sync") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
