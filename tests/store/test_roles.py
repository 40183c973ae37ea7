"""The roles that the guide gives a PostgreSQL server: each can do its work and no more."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from fpsheet_sync.citizens.vault import log_of_citizen
from fpsheet_sync.database.access_log import Actor, find_break, read_log
from fpsheet_sync.database.schema import store_schema
from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.citizen_history import history
from fpsheet_templates.errors import StoreError
from tests.support.editions import bytes_of, cpr, first_reports, issue, write
from tests.support.submissions import KEYS, new_store, send

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.pg

ASKING = Actor("opslag", datetime(2026, 3, 3, tzinfo=UTC))
ROLES = ("udgivelse", "opslag", "statistik")


@pytest.fixture
def urls(pg_database: str) -> Iterator[dict[str, str]]:
    """URL of a small country's database as each role of the guide; names end on the database's."""
    store = new_store(pg_database)
    first_reports(store)
    store.close()
    guide = (Path(__file__).parents[2] / "docs" / "drift.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"^```sql\n(.+?)^```", guide, flags=re.MULTILINE | re.DOTALL)
    url = make_url(pg_database)
    names = {role: f"{role}_{url.database}" for role in ROLES}
    for role, name in names.items():
        script = re.sub(rf"\b(ROLE|TO|FROM) {role}\b", rf"\1 {name}", script)
    engine = create_engine(pg_database)
    with engine.begin() as connection:
        connection.execute(text(script))
    yield {
        role: url.set(username=name).render_as_string(hide_password=False)
        for role, name in names.items()
    }
    with engine.begin() as connection:
        for name in names.values():
            connection.execute(text(f"DROP OWNED BY {name}; DROP ROLE {name}"))
    engine.dispose()


def refuse(url: str, statement: str) -> None:
    """Expect that the server refuses a statement for want of a right."""
    engine = create_engine(url)
    with engine.begin() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(statement))
    engine.dispose()


def test_statistics_are_published_by_one_who_sees_no_number(
    urls: dict[str, str], tmp_path: Path
) -> None:
    """`report --publish` works as the role; vault, originals and changes are closed to it."""
    store = open_store(urls["udgivelse"])
    written = issue(store, tmp_path)
    assert written.files
    assert written.new
    assert find_break(store) is None
    store.close()
    for statement in (
        "SELECT data FROM vault",
        "SELECT data FROM original",
        "UPDATE afgoerelse SET niveau = 'hoejeste'",
        "DELETE FROM publikation",
        "UPDATE adgangslog SET bruger = 'en anden'",
        "DELETE FROM adgangslog",
    ):
        refuse(urls["udgivelse"], statement)


def test_who_uses_statistics_sees_what_was_published_and_nothing_else(
    urls: dict[str, str], tmp_path: Path
) -> None:
    """A published edition is written again to the byte; no case or hidden number is seen."""
    store = open_store(urls["udgivelse"])
    issue(store, tmp_path / "first")
    store.close()
    store = open_store(urls["statistik"])
    assert write(store, tmp_path / "again", edition=1).files
    assert bytes_of(tmp_path / "again") == bytes_of(tmp_path / "first")
    with pytest.raises(StoreError):
        write(store, tmp_path / "draft")
    store.close()
    for table in store_schema().metadata.tables:
        if table != "publikation":
            refuse(urls["statistik"], f"SELECT * FROM {table}")
    refuse(urls["statistik"], "SELECT celler FROM publikation")
    refuse(urls["statistik"], "DELETE FROM publikation")


def test_a_citizen_is_looked_up_by_one_who_changes_nothing(urls: dict[str, str]) -> None:
    """`history` and the log of a citizen work as the role, with the key; merging does not."""
    store = open_store(urls["opslag"], keys=KEYS)
    assert history(store, cpr("956", 1), actor=ASKING).records
    assert [entry.deed.action for entry in log_of_citizen(store, cpr("956", 1), ASKING)] == [
        "opslag",
        "logopslag",
    ]
    with pytest.raises(StoreError):
        send(store, "# borger\n| id | cpr | sagsbehandler |\n| 1 | 6101801999 | AB |")
    assert find_break(store) is None
    assert {entry.deed.action for entry in read_log(store)} == {"sync", "opslag", "logopslag"}
    store.close()
    for statement in (
        "SELECT data FROM original",
        "UPDATE afgoerelse SET niveau = 'hoejeste'",
        "INSERT INTO publikation SELECT * FROM publikation",
        "UPDATE adgangslog SET bruger = 'en anden'",
    ):
        refuse(urls["opslag"], statement)
