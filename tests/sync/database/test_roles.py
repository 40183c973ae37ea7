"""The roles that the guide gives a PostgreSQL server: each can do its work and no more."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from fpsheet_sync.citizens.vault import log_of_citizen
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, read_log
from fpsheet_sync.database.log_check import LogFault, check_log, find_break
from fpsheet_sync.database.log_seal import clerk_key
from fpsheet_sync.database.schema import store_schema
from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.citizen_history import history
from fpsheet_templates.errors import StoreError
from tests.support.editions import (
    ACTOR,
    bytes_of,
    cpr,
    first_reports,
    issue,
    report,
    ten_of_each,
    write,
)
from tests.support.submissions import KEYS, new_store, send

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fpsheet_sync.database.store import Store

pytestmark = pytest.mark.pg

ASKING = Actor("opslag", datetime(2026, 3, 3, tzinfo=UTC))
CLERK_KEY = clerk_key(b"\x05" * 32)
ROLES = ("udgivelse", "opslag", "statistik")


@pytest.fixture
def urls(pg_database: str) -> Iterator[dict[str, str]]:
    """URL of a small country's database as each role of the guide; names end on the database's."""
    store = new_store(pg_database)
    first_reports(store)
    store.close()
    guide = (Path(__file__).parents[3] / "docs" / "drift.md").read_text(encoding="utf-8")
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


def refuse(url: str, statement: str, said: str = "permission denied") -> None:
    """Expect that the server refuses a statement for want of a right."""
    engine = create_engine(url)
    with engine.begin() as connection, pytest.raises(ProgrammingError, match=said):
        connection.execute(text(statement))
    engine.dispose()


def as_clerk(url: str) -> Store:
    """Open as a role without the database's key; the clerk has her own for the log."""
    return replace(open_store(url), sealer=CLERK_KEY)


def test_statistics_are_published_by_one_who_sees_no_number(
    urls: dict[str, str], tmp_path: Path
) -> None:
    """`report --publish` works as the role; vault, originals and changes are closed to it."""
    store = as_clerk(urls["udgivelse"])
    written = issue(store, tmp_path)
    assert written.files
    assert written.new
    assert write(store, tmp_path / "internt", internal=True, reader=ACTOR).files
    store.close()
    for statement in (
        "SELECT data FROM vault",
        "SELECT data FROM original",
        "SELECT vaerdier FROM karantaene",
        "SELECT koder FROM karantaene",
        "SELECT gaeldende FROM konflikt",
        "SELECT tekst FROM forklaring",
        "SELECT beskeder FROM besked",
        "SELECT fund FROM afvist",
        "SELECT bruger FROM adgangslog",
        "UPDATE afgoerelse SET niveau = 'hoejeste'",
        "DELETE FROM publikation",
        "UPDATE publikation SET nummer = 9",
    ):
        refuse(urls["udgivelse"], statement)


@pytest.mark.parametrize("role", ["udgivelse", "opslag", "statistik"])
def test_no_role_writes_the_log_itself(urls: dict[str, str], role: str) -> None:
    """Neither lines nor head; and a user of statistics may not even call what adds a line."""
    for statement in (
        "UPDATE adgangslog SET bruger = 'en anden'",
        "DELETE FROM adgangslog",
        "INSERT INTO adgangslog SELECT * FROM adgangslog",
        "UPDATE loghoved SET antal = 99",
        "DELETE FROM loghoved",
        "DROP FUNCTION fpsheet_log(text, text, text, text)",
    ):
        refuse(urls[role], statement, "permission denied|must be owner")
    if role == "statistik":
        refuse(urls[role], "SELECT fpsheet_log('[]', '', '', '')")


@pytest.mark.parametrize("role", ["udgivelse", "opslag"])
def test_a_role_adds_lines_in_its_own_name_alone(
    urls: dict[str, str], pg_database: str, role: str
) -> None:
    """The server writes who was logged in, whatever name is given, and follows the chain itself.

    A line with a false seal is told with that user; what honest runs write after it is good.
    """
    engine = create_engine(urls[role])
    name = make_url(urls[role]).username or ""
    with engine.begin() as connection:
        last = connection.execute(text("SELECT id, kaede FROM adgangslog ORDER BY id DESC")).first()
        assert last is not None
        said = json.dumps(
            [last.id + 1, "2026-03-03T00:00:00+00:00", "minister", "sync", "", "", {}]
        )
        link = hashlib.sha256(f"{last.kaede}\n{name}\n{said}".encode()).hexdigest()
        add = text("SELECT fpsheet_log(:said, :link, 'x', 'x')")
        connection.execute(add, {"said": said, "link": link})
    for wrong in ({"said": said, "link": link}, {"said": "[1]", "link": "a" * 64}):
        with engine.begin() as connection, pytest.raises(DBAPIError):
            connection.execute(add, wrong)
    engine.dispose()
    store = open_store(pg_database, keys=KEYS)
    report(store, "956", ten_of_each(), minute=20)
    assert check_log(store).faults == (LogFault(last.id + 1, "unsealed", name),)
    entry = read_log(store)[-2]
    assert (entry.actor.name, entry.session) == ("minister", name)
    store.close()


def test_what_a_role_may_not_do_is_refused_in_those_words(
    urls: dict[str, str], tmp_path: Path
) -> None:
    """The database is not broken, the user lacks a right; nothing is said of files or folders."""
    store = open_store(urls["statistik"])
    with pytest.raises(StoreError, match="har ikke lov til det") as caught:
        write(store, tmp_path / "draft")
    assert "docs/drift.md" in str(caught.value.remedy)
    store.close()
    store = as_clerk(urls["udgivelse"])
    with pytest.raises(StoreError, match="har ikke lov til det"):
        read_log(store)
    store.close()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("celler", "'\\x00'"),
        ("udgaver", "'\\x00'"),
        ("udgaver", "''"),
        ("indstillinger", "'[]'"),
        ("indstillinger", "'{}'"),
        ("indstillinger", "'{\"tilbagetrukket\": 7}'"),
        ("aftryk", "'x'"),
        ("omraade", "'XX'"),
    ],
)
def test_a_malformed_edition_row_is_told_and_the_next_publication_goes_on(
    urls: dict[str, str], pg_database: str, tmp_path: Path, column: str, value: str
) -> None:
    """Whatever a role wrote into an edition's row, a later one ends in a sentence or is published.

    With the row taken away by the owner, as the sentence says, publishing works.
    """
    store = as_clerk(urls["udgivelse"])
    issue(store, tmp_path / "first")
    names = [one.name for one in schema.publikation.columns if one.name != "id"]
    given = ["2" if name == "nummer" else name for name in names]
    given = [value if name == column else each for name, each in zip(names, given, strict=True)]
    with store.write() as connection:
        connection.execute(
            text(
                f"INSERT INTO publikation (id, {', '.join(names)}) SELECT 2, {', '.join(given)}"
                " FROM publikation WHERE id = 1"
            )
        )
    owner = open_store(pg_database, keys=KEYS)
    report(owner, "956", ten_of_each() | {31: ("hoejeste", "")}, minute=30)
    written = None
    with suppress(StoreError):
        written = issue(store, tmp_path / "second")
    if written is None:
        with pytest.raises(StoreError, match=r"publikation.*id = 2"):
            issue(store, tmp_path / "second")
        with owner.write() as connection:
            connection.execute(text("DELETE FROM publikation WHERE id = 2"))
        written = issue(store, tmp_path / "second")
    assert written.new
    owner.close()
    store.close()


def test_who_uses_statistics_sees_what_was_published_and_nothing_else(
    urls: dict[str, str], tmp_path: Path
) -> None:
    """A published edition is written again to the byte; no case or hidden number is seen."""
    store = as_clerk(urls["udgivelse"])
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
