"""Fixtures and options of every kind of test."""

from __future__ import annotations

import gc
import os
import time
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.program import run
from fpsheet.transport import locked
from tests.support.libreoffice import LibreOfficeMissingError, start_libreoffice
from tests.support.missing import skip_or_fail
from tests.support.once import make_once
from tests.support.postgresql import PostgresqlMissingError, new_database, start_postgresql
from tests.support.stores import careless, pg_stores, sqlite_template, store, stores
from tests.support.warm import warm_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.libreoffice import LibreOffice

__all__ = [
    "careless",
    "pg_stores",
    "sqlite_template",
    "store",
    "store_url",
    "stores",
    "warm_reading",
]

# One run is like the next in CI; --long looks wider and at random.
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("long", settings.get_profile("ci"), derandomize=False, max_examples=2000)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this suite."""
    parser.addoption("--long", action="store_true", help="more examples, chosen at random")
    parser.addoption("--golden-update", action="store_true", help="write the golden workbooks anew")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples Hypothesis tries, and let the garbage collector look seldom.

    It went through thousands of tests and all they import for a sixth of a whole run. They are not
    frozen: Hypothesis asks the collector who holds an object, and it knows nothing of the frozen.
    """
    settings.load_profile("long" if config.getoption("--long") else "ci")
    gc.set_threshold(50_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slow tests last, so that a run without enough time leaves out those alone."""
    items.sort(key=is_slow)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out a slow test that would begin after `FPSHEET_SLOW_UNTIL`, a number of `time()`."""
    until = os.environ.get("FPSHEET_SLOW_UNTIL")
    if until and is_slow(item) and time.time() > float(until):
        pytest.skip("no time left for slow tests: python run.py test -m slow runs them")


def is_slow(item: pytest.Item) -> bool:
    """Return whether a test is marked as slow."""
    return item.get_closest_marker("slow") is not None


@pytest.fixture(scope="session")
def long_run(request: pytest.FixtureRequest) -> bool:
    """Whether this run was asked to take its time (`--long`)."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session", autouse=True)
def quick_locks() -> Iterator[None]:
    """A password is slow to try on purpose; the key that comes of one and its salt is kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locked, "_key_of", cache(locked._key_of))
        yield


@pytest.fixture(scope="session")
def today() -> date:
    """The day on which every test takes place: a Monday in the demo's reporting year."""
    return date(2026, 3, 2)


@pytest.fixture(scope="session")
def made_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, Callable[[Path], None]], Path]:
    """A function from a name to a folder that one process of the run fills, for all to read."""
    return partial(make_once, tmp_path_factory)


@pytest.fixture(scope="session")
def demo_folder(
    tmp_path_factory: pytest.TempPathFactory,
    made_once: Callable[[str, Callable[[Path], None]], Path],
) -> Path:
    """What `fpsheet demo --seed 1` leaves, made once in a run: to be read, or to be copied."""

    def make(folder: Path) -> None:
        settings = tmp_path_factory.mktemp("settings") / "none.toml"
        environment = {"FPSHEET_CONFIG": str(settings), "FPSHEET_KEY_FOLDER": str(settings.parent)}
        arguments = ["demo", "--out", str(folder), "--seed", "1"]
        assert run(arguments, environment=environment) == ExitCode.DONE

    return made_once("demo", make)


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibreOffice]:
    """One LibreOffice per test process, with Danish settings. Mark the test `lo`."""
    profile = tmp_path_factory.mktemp("libreoffice")
    try:
        with start_libreoffice(profile=profile, pipe=f"fpsheet-{os.getpid()}") as office:
            yield office
    except LibreOfficeMissingError as error:
        skip_or_fail(f"no LibreOffice: {error}")


@pytest.fixture(scope="session")
def pg_url() -> Iterator[str]:
    """SQLAlchemy URL of a PostgreSQL server made for this test process. Mark the test `pg`.

    `FPSHEET_PG_URL` names a server to use instead; its user must be allowed to create databases.
    """
    given = os.environ.get("FPSHEET_PG_URL")
    if given:
        yield given
        return
    try:
        with start_postgresql() as url:
            yield url
    except PostgresqlMissingError as error:
        skip_or_fail(f"no PostgreSQL: {error}")


@pytest.fixture
def pg_database(pg_url: str) -> Iterator[str]:
    """SQLAlchemy URL of a fresh empty database, dropped after the test. Mark the test `pg`."""
    with new_database(pg_url) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database that does not exist yet (SQLite) or is empty (PostgreSQL)."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'central.db'}"
    url: str = request.getfixturevalue("pg_database")
    return url
