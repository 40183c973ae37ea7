"""The store: one central database, SQLite or PostgreSQL, opened and locked in one place."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    create_engine,
    event,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from fpsheet_sync.database import schema
from fpsheet_sync.database.errors import store_failure, translated
from fpsheet_sync.database.keys import Keys
from fpsheet_sync.database.log_end import LogEnd, LogMark
from fpsheet_sync.database.log_seal import Sealer
from fpsheet_sync.database.migrate import HEAD, upgrade
from fpsheet_sync.database.schema import COMMIT_NUMBERS, Schema, make_schema, with_schema
from fpsheet_templates.errors import StoreError
from fpsheet_templates.form import Form

LOCK_SECONDS = 30
"""How long a second writer waits before it says that the database is busy."""

LOG_END = "fpsheet_log_end"
"""Where a connection keeps the end of the log until the transaction is through."""

Transaction = Connection
"""What a reading or writing block works in; above this floor it is only passed along."""

_KEY_SETTING = "noegle_id"
_LOCK_SPACE = 0x66707368
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # a receipt handed out must survive a power cut
    "temp_store = MEMORY",
    "cache_size = -65536",
    "wal_autocheckpoint = 8000",
)


@dataclass(frozen=True, slots=True)
class Store:
    """An open database.

    Attributes:
        engine: SQLAlchemy's engine.
        place: The address without password, for messages.
        schema: The form it was opened with, and what that makes of the database.
        keys: The keys of vault, originals and pseudonyms; None where they are not at hand, as
            for statistics.
        sealer: What seals lines of the access log: the keys, or a clerk's own.
        mark: The file in which the end of the log is noted; None for nowhere.
    """

    engine: Engine
    place: str
    schema: Schema
    keys: Keys | None = field(default=None, repr=False)
    sealer: Sealer | None = field(default=None, repr=False)
    mark: LogMark | None = None

    @property
    def form(self) -> Form:
        """Return the form that the store was opened with."""
        return self.schema.form

    @property
    def is_postgresql(self) -> bool:
        """Return whether a PostgreSQL server holds the data."""
        return self.engine.dialect.name == "postgresql"

    def need_keys(self) -> Keys:
        """Return the keys.

        Raises:
            StoreError: The store was opened without.
        """
        if self.keys is None:
            raise store_failure("no_keys")
        return self.keys

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read inside the block: one view of the data, whatever others write meanwhile.

        Raises:
            StoreError: The database could not be used.
        """
        level = {"isolation_level": "REPEATABLE READ"} if self.is_postgresql else {}
        with translated(self.place), self.engine.connect() as raw:
            connection = raw.execution_options(**level)
            with connection.begin() as transaction:
                yield connection
                transaction.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Write inside the block: all of it or nothing.

        On SQLite one writer at a time; a second one waits. On PostgreSQL writers of different
        kommuner work side by side (`lock`).

        Raises:
            StoreError: The database could not be used; nothing was changed.
        """
        with translated(self.place), self.engine.connect() as raw:
            connection = raw.execution_options(
                fpsheet_writes=True,
                fpsheet_keys=self.keys,
                fpsheet_sealer=self.sealer,
                fpsheet_mark=self.mark,
            )
            connection.info.pop(LOG_END, None)
            with connection.begin():
                yield connection
            end: LogEnd | None = connection.info.pop(LOG_END, None)
        if self.mark and end:
            self.mark.keep(end)

    def close(self) -> None:
        """Let go of the database; the store must not be used afterwards."""
        self.engine.dispose()


def open_store(  # noqa: PLR0913 - an address, a form, and what is done with a new or older one
    url: str,
    form: Form,
    *,
    keys: Keys | None = None,
    create: bool = False,
    lift: bool = False,
    mark: LogMark | None = None,
) -> Store:
    """Open the central database.

    Args:
        url: SQLAlchemy URL (`sqlite:///central.db`, `postgresql://server/name`).
        form: The form whose records it holds.
        keys: Keys of the database; needed to merge, to look a citizen up and to read originals.
        create: Make the tables where the database is new, and lift an older one.
        lift: Lift an older one; one without tables is refused.
        mark: Where the end of the access log is noted.

    Raises:
        StoreError: It is missing, locked, of another version, lacks a column that the form has,
            or the keys are not its own.
    """
    store = _reach(url, form, keys, mark)
    if create:
        _make_file(store)
    else:
        _need_file(store)
    try:
        if create or lift:
            with store.write() as connection:
                if not create:
                    _need_tables(connection, store.place)
                upgrade(connection)
                if not form.is_shipped:
                    _make_records(connection, store.schema)
        _check_version(store)
        _check_columns(store)
        if keys is not None:
            _check_keys(store, keys)
    except StoreError:
        store.close()
        raise
    return store


def _make_records(connection: Connection, own: Schema) -> None:
    """Make the record tables of a form of another field, in the place of those of the migrations.

    One that has its columns already stays.
    """
    for table in own.records.values():
        if inspect(connection).has_table(table.name):
            found = {column["name"] for column in inspect(connection).get_columns(table.name)}
            if found == set(table.columns.keys()):
                continue
            table.drop(connection)
        table.create(connection)


def noted_key(url: str, form: Form) -> str:
    """Return the name of the key that a server's database was first opened with.

    Returns:
        The name (`Keys.id`); empty where the database is empty or has had no key yet.

    Raises:
        StoreError: The database could not be used.
    """
    with closing(_reach(url, form, None)) as store, store.read() as connection:
        if not inspect(connection).has_table("opsaetning"):
            return ""
        return connection.execute(_noted()).scalar() or ""


def holds_nothing(url: str, form: Form) -> bool:
    """Return whether a database has no table at all, as an empty file has none.

    Raises:
        StoreError: The database could not be used.
    """
    with closing(_reach(url, form, None)) as store, store.read() as connection:
        return not inspect(connection).get_table_names()


def key_of(store: Store) -> str:
    """Return the name of the key that a database was first opened with; empty for none yet."""
    with store.read() as connection:
        return connection.execute(_noted()).scalar() or ""


def lock(connection: Connection, name: str) -> None:
    """Wait for the lock of a name; it is held until the transaction ends.

    On SQLite there is nothing to do, because a writing transaction is alone already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:space, hashtext(:name))"),
            {"space": _LOCK_SPACE, "name": name},
        )


def next_commit(connection: Connection) -> int:
    """Return the number of a new commit, larger than all there are.

    On PostgreSQL a number is taken under a shared lock, so that `settled` can wait for all the
    smaller ones.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock_shared(:space, 0)"), {"space": _LOCK_SPACE}
        )
        return int(connection.execute(select(COMMIT_NUMBERS.next_value())).scalar_one())
    return last_commit(connection) + 1


def last_commit(connection: Connection) -> int:
    """Return the number of the last commit, 0 where there is none."""
    commit = schema.indberetning
    return int(connection.execute(select(func.coalesce(func.max(commit.c.id), 0))).scalar_one())


def settled(store: Store) -> int:
    """Return a commit number below which nothing is under way any more.

    A publication is made as of this number, and reads the same for ever.
    """
    with store.write() as connection:
        wait_for_commits(connection)
        return last_commit(connection)


def wait_for_commits(connection: Connection) -> None:
    """Wait until no commit is under way, and let none begin before the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:space, 0)"), {"space": _LOCK_SPACE})


def _is_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


def _reach(url: str, form: Form, keys: Keys | None, mark: LogMark | None = None) -> Store:
    """Return the store of an address, without asking the database anything yet."""
    with translated("?"):
        address = make_url(url)
    if address.drivername in {"postgresql", "postgres"}:
        address = address.set(drivername="postgresql+psycopg")
    place = address.database or "?" if _is_sqlite(address) else address.render_as_string()
    with translated(place):
        own = make_schema(form)
        return Store(with_schema(_make_engine(address), own), place, own, keys, keys, mark)


def _make_file(store: Store) -> None:
    """Make the file of a new database so that its owner alone may read it, where owners are known.

    What lies beside it while it is written gets the same rights from SQLite.
    """
    database = store.engine.url.database
    if not store.is_postgresql and database not in {None, "", ":memory:"}:
        # What is in the way is told when the database is opened.
        with suppress(OSError):
            os.close(os.open(str(database), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _need_file(store: Store) -> None:
    file = store.engine.url.database
    in_memory = file in {None, "", ":memory:"}
    if not store.is_postgresql and not in_memory and not Path(str(file)).is_file():
        raise store_failure("missing", {"sted": store.place})


def _make_engine(address: URL) -> Engine:
    if not _is_sqlite(address):
        options = f"-c lock_timeout={LOCK_SECONDS * 1000} -c timezone=UTC"
        return create_engine(
            address, hide_parameters=True, connect_args={"options": options}, pool_pre_ping=True
        )
    engine = create_engine(address, hide_parameters=True, connect_args={"timeout": LOCK_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001 - SQLAlchemy's signature
    # The driver must not open transactions of its own; `_begin_sqlite` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("fpsheet_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _need_tables(connection: Connection, place: str) -> None:
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        raise store_failure("foreign" if tables else "empty", {"sted": place})


def _check_version(store: Store) -> None:
    with store.read() as connection:
        _need_tables(connection, store.place)
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found != HEAD:
        key = "older" if str(found) < HEAD else "newer"
        raise store_failure(key, {"sted": store.place, "version": found})


def _check_columns(store: Store) -> None:
    """Refuse a database without a column that the form has: a migration is missing."""
    records = store.schema.records
    with store.read() as connection:
        found = inspect(connection).get_multi_columns(filter_names=list(records))
    there = {(key[-1], column["name"]) for key, columns in found.items() for column in columns}
    wanted = [(name, column.name) for name, table in records.items() for column in table.columns]
    missing = [f"{table}.{column}" for table, column in wanted if (table, column) not in there]
    if missing:
        raise store_failure("columns", {"sted": store.place, "felter": ", ".join(missing)})


def _noted() -> Select[str]:
    setting = schema.opsaetning
    return select(setting.c.vaerdi).where(setting.c.navn == _KEY_SETTING)


def _check_keys(store: Store, keys: Keys) -> None:
    """Compare the keys with those the database was first opened with; note them if none."""
    setting, wanted = schema.opsaetning, _noted()
    with store.read() as connection:
        known = connection.execute(wanted).scalar()
    if known is None:
        with store.write() as connection:
            lock(connection, _KEY_SETTING)
            known = connection.execute(wanted).scalar()
            if known is None:
                row = {"navn": _KEY_SETTING, "vaerdi": keys.id}
                connection.execute(setting.insert(), row)
                known = keys.id
    if known != keys.id:
        raise store_failure("wrong_keys")
