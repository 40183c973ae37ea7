"""Empty stores for tests, on SQLite and on PostgreSQL, made once and handed out clean."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from fpsheet.transport.inbox import Arrival
from fpsheet_sync.database import schema
from fpsheet_sync.database.schema import COMMIT_NUMBERS
from fpsheet_sync.database.store import PRAGMAS, Store, open_store
from fpsheet_templates.load import load_form
from tests.support.postgresql import new_database
from tests.support.schema import SCHEMA
from tests.support.submissions import KEYS, sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from fpsheet.departement.reading_worker import Worker
    from fpsheet_sync.database.keys import Keys
    from fpsheet_sync.ledger.receipt import Receipt

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)]


def receive(store: Store, worker: Worker, content: bytes, moment: datetime) -> Receipt:
    """Read, check and merge a file at a moment; one that tells no own time counts from then."""
    then = replace(worker, desk=replace(worker.desk, now=moment))
    arrival = Arrival("arrived.xlsx", "arrived.xlsx", moment, len(content))
    verdict, submission = then.read(content, arrival)
    assert submission is not None, verdict.findings
    return sync(store, submission)[0].receipt


class Stores:
    """Hands out empty stores of one kind."""

    def __init__(self, folder: Path, template: Path | None, servers: list[str]) -> None:
        self.folder = folder
        self.template = template
        self.servers = servers
        self.given: list[Store] = []
        self.bare: dict[int, Store] = {}
        """The databases of the servers without keys, as one that is emptied has none."""

    def first(self) -> Store:
        """Return the first store of an example, and let go of those of the example before.

        One that failed did not come to the point of closing its own.
        """
        self.close()
        return self.new()

    def new(self, keys: Keys | None = KEYS) -> Store:
        """Return an empty store; on PostgreSQL there are as many as there are databases."""
        return self.again(len(self.given), keys)

    def again(self, number: int, keys: Keys | None = KEYS) -> Store:
        """Return an empty store in the place of one that was given before and is closed."""
        if self.template is not None:
            place = self.folder / f"central-{number}.db"
            shutil.copyfile(self.template, place)
            store = open_store(f"sqlite:///{place}", load_form(), keys=keys)
        else:
            if number not in self.bare:
                self.bare[number] = open_store(self.servers[number], load_form())
            empty(self.bare[number])
            self.bare[number].engine.dispose()
            store = open_store(self.servers[number], load_form(), keys=keys)
        self.given.append(store)
        return store

    def close(self) -> None:
        """Let go of every store, and start again from the first."""
        for store in self.given:
            store.close()
        self.given.clear()


def empty(store: Store, *, is_small_again: bool = False) -> None:
    """Empty every table of a PostgreSQL store.

    Rows are deleted: a test leaves few, and TRUNCATE makes the files of every table anew.

    Args:
        store: What is emptied.
        is_small_again: Make them anew all the same, so that the disk has its room back.
    """
    tables = [table.name for table in reversed(SCHEMA.metadata().sorted_tables)]
    emptied = "; ".join(f"DELETE FROM {name}" for name in tables)
    with store.write() as connection:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)}" if is_small_again else emptied)
        connection.execute(text(f"ALTER SEQUENCE {COMMIT_NUMBERS.name} RESTART"))
        head = {"id": 1, "antal": 0, "kaede": "0" * 64}
        connection.execute(schema.loghoved.insert(), head)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite store, to be copied."""
    place = tmp_path_factory.mktemp("template") / "central.db"
    open_store(f"sqlite:///{place}", load_form(), create=True).close()
    return place


@pytest.fixture(scope="session")
def pg_stores(pg_url: str) -> Iterator[list[str]]:
    """URLs of two PostgreSQL databases with all tables."""
    with new_database(pg_url) as one, new_database(pg_url) as other:
        for url in (one, other):
            open_store(url, load_form(), create=True).close()
        yield [one, other]


@contextmanager
def shared_store(request: pytest.FixtureRequest, folder: Path, template: Path) -> Iterator[Store]:
    """Return one empty store of the kind that a fixture is asked for (`KINDS`), for many tests."""
    stores = _stores_of(request, folder, template)
    yield stores.new()
    stores.close()


def _stores_of(request: pytest.FixtureRequest, folder: Path, template: Path) -> Stores:
    if request.param == "sqlite":
        return Stores(folder, template, [])
    return Stores(folder, None, request.getfixturevalue("pg_stores"))


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite that does not wait for the disk; no test pulls the plug, and waiting is slow."""
    monkeypatch.setattr("fpsheet_sync.database.store.PRAGMAS", (*PRAGMAS, "synchronous = OFF"))


@pytest.fixture(params=KINDS)
def stores(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path, careless: None
) -> Iterator[Stores]:
    """Empty stores of each kind."""
    made = _stores_of(request, tmp_path, sqlite_template)
    yield made
    made.close()


@pytest.fixture
def store(stores: Stores) -> Store:
    """One empty store of each kind."""
    return stores.new()
