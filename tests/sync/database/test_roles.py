"""The roles that the guide gives a PostgreSQL server: each can do its work and no more."""

from __future__ import annotations

import hashlib
import json
from calendar import monthrange
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.exc import DBAPIError

from fpsheet_sync.citizens.vault import log_of_citizen
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, read_log
from fpsheet_sync.database.log_check import LogFault, check_log
from fpsheet_sync.database.log_seal import clerk_key
from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.citizen_history import history
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.release import ReleaseRequest, compute_release
from fpsheet_templates.errors import StoreError
from fpsheet_templates.load import load_form
from tests.support.editions import (
    ACTOR,
    YEAR,
    bytes_of,
    cpr,
    first_reports,
    issue,
    report,
    ten_of_each,
    write,
)
from tests.support.logs import find_break
from tests.support.roles import guide_script, refuse, roles_of
from tests.support.schema import SCHEMA
from tests.support.submissions import KEYS, Sending, new_store, send

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fpsheet_sync.database.store import Store

pytestmark = pytest.mark.pg

ASKING = Actor("opslag", datetime(2026, 3, 3, tzinfo=UTC))
CLERK_KEY = clerk_key(b"\x05" * 32)


@pytest.fixture
def urls(pg_database: str) -> Iterator[dict[str, str]]:
    """URL of a small country's database as each role of the guide; names end on the database's."""
    store = new_store(pg_database)
    first_reports(store)
    store.close()
    with roles_of(guide_script(), pg_database) as urls:
        yield urls


def as_clerk(url: str) -> Store:
    """Open as a role without the database's key; the clerk has another for the log."""
    return replace(open_store(url, load_form()), sealer=CLERK_KEY)


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
        "SELECT foedselsdato FROM person",
        "SELECT * FROM person",
        "UPDATE afgoerelse SET niveau = 'hoejeste'",
        "DELETE FROM publikation",
        "UPDATE publikation SET nummer = 9",
    ):
        refuse(urls["udgivelse"], statement)


def born_near_decisions() -> str:
    """Return what a kommune reports of citizens who turn 30, 40 or 60 about the day of a decision.

    Each has the decision in the month of birth, a day or two before or after the birthday, or on
    it; some were born on 29 February or on the last day of a month.
    """
    random = Random(3)
    citizens = ["# borger", "| id | cpr | pensionist_foer_reform | tidligere_cpr |"]
    decided = ["# afgoerelse", "| id | cpr | afgoerelse_dato | afgoerelse | niveau |"]
    births = [date(1985, 3, day) for day in range(1, 10)] + [date(1965, 12, 31), date(1995, 3, 31)]
    births += [date(1960, 2, 29), date(1964, 2, 29), date(1984, 2, 28), date(1996, 2, 29)] * 2
    for n, born in enumerate(births, start=1):
        number = f"{born.day + 60:02}{born:%m%y}9{100 + n}"
        former = f"{born.day + 60:02}{born:%m%y}9{300 + n}" if n % 4 == 0 else ""
        citizens.append(f"| {n} | {number} | {random.choice(('ja', 'nej'))} | {former} |")
        last = monthrange(2025, born.month)[1]
        days = {min(max(born.day + random.choice((-2, -1, 0, 1)), 1), last), 1, last}
        for m, day in enumerate(sorted(days)):
            told = f"2025-{born.month:02}-{day:02} | {random.choice(('tilkendelse', 'afslag'))}"
            decided.append(f"| {10 * n + m} | {number} | {told} | |")
    return "\n".join((*citizens, "", *decided))


def completed_years(born: date, day: date) -> int:
    """Return the age on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def test_ages_are_counted_by_one_who_reads_no_birth_date(
    urls: dict[str, str], pg_database: str
) -> None:
    """Every cell is the owner's; what is read instead of a birth date tells the month alone.

    The age by it is right on each of the citizen's decisions and at the end of every month.
    """
    owner = open_store(pg_database, load_form(), keys=KEYS)
    send(owner, born_near_decisions(), Sending(kommune="957", workbook="BBBBBBBB"))
    person = select(schema.person)
    decisions = select(SCHEMA.records["afgoerelse"])
    with owner.read() as connection:
        truly = {row.borger: row.foedselsdato for row in connection.execute(person)}
        decided = [(row.borger, row.afgoerelse_dato) for row in connection.execute(decisions)]
        linked = connection.execute(select(schema.identitet)).all()
    now = {row.borger: row.samlet for row in linked}
    engine = create_engine(urls["udgivelse"])
    with engine.begin() as connection:
        found = connection.execute(text("SELECT borger, foedselsdato FROM person_alder"))
        seen = {row.borger: row.foedselsdato for row in found}
    engine.dispose()
    assert seen.keys() == truly.keys()
    ends = [date(2025, month, monthrange(2025, month)[1]) for month in range(1, 13)]
    days = [*decided, *((borger, day) for borger in truly for day in (*ends, date(2024, 2, 29)))]
    for borger, day in days:
        assert completed_years(seen[borger], day) == completed_years(truly[borger], day)
    assert {seen[each].month == truly[each].month for each in truly} == {True}
    # The day itself is known of who was born on the first, on the day after an own decision, or on
    # 29 February, and of nobody else.
    after = {(now.get(borger, borger), day.month, day.day + 1) for borger, day in decided}
    hidden = [each for each, born in truly.items() if seen[each] != born]
    known = set(truly) - set(hidden)
    assert hidden
    for each in known:
        born = truly[each]
        is_told = born.day == 1 or (now.get(each, each), born.month, born.day) in after
        assert is_told or (born.month, born.day) == (2, 29)
    clerk = as_clerk(urls["udgivelse"])
    for period in (YEAR, Period(date(2025, 2, 1), date(2025, 2, 28))):
        request = ReleaseRequest(period, "GL", "da", date(2026, 3, 2))
        counted = []
        for store in (owner, clerk):
            with store.read() as connection:
                counted.append(compute_release(connection, load_form(), request).tables)
        assert counted[0] == counted[1]
    request = replace(request, period=Period(date(2025, 2, 1), date(2025, 3, 15)))
    with clerk.read() as connection, pytest.raises(StoreError, match="sidste dag i en måned"):
        compute_release(connection, load_form(), request)
    clerk.close()
    owner.close()


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
    store = open_store(pg_database, load_form(), keys=KEYS)
    report(store, "956", ten_of_each(), minute=20)
    assert check_log(store).faults == (LogFault(last.id + 1, "unsealed", name),)
    entry = read_log(store)[-2]
    assert (entry.actor.name, entry.session) == ("minister", name)
    store.close()


def test_what_a_role_may_not_do_is_refused_in_those_words(
    urls: dict[str, str], tmp_path: Path
) -> None:
    """The database is not broken, the user lacks a right; nothing is said of files or folders."""
    store = open_store(urls["statistik"], load_form())
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
    owner = open_store(pg_database, load_form(), keys=KEYS)
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
    store = open_store(urls["statistik"], load_form())
    assert write(store, tmp_path / "again", edition=1).files
    assert bytes_of(tmp_path / "again") == bytes_of(tmp_path / "first")
    with pytest.raises(StoreError):
        write(store, tmp_path / "draft")
    store.close()
    for table in SCHEMA.metadata().tables:
        if table != "publikation":
            refuse(urls["statistik"], f"SELECT * FROM {table}")
    refuse(urls["statistik"], "SELECT celler FROM publikation")
    refuse(urls["statistik"], "DELETE FROM publikation")


def test_a_citizen_is_looked_up_by_one_who_changes_nothing(urls: dict[str, str]) -> None:
    """`history` and the log of a citizen work as the role, with the key; merging does not."""
    store = open_store(urls["opslag"], load_form(), keys=KEYS)
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
