"""A citizen's history as the departement reads it, through the real command line."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from fpsheet.cli.program import run
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.in_force import commit_of
from fpsheet_sync.database.keys import write_keys
from fpsheet_sync.ledger.conflict_decision import resolve_conflict
from tests.support.submissions import Sending, new_store, send

if TYPE_CHECKING:
    from pathlib import Path

CPR = "6101801234"
BASE = """
# forloeb
| id | cpr        | forloeb_type | start_dato | slut_dato  | timer_pr_uge |
| 1  | 6101801234 | revurdering  | 2026-01-05 | 2026-02-20 | 10           |
| 2  | 6202801235 | revalidering | 2026-01-12 | 2026-02-01 | 20           |
"""
CLEARED = BASE.replace("2026-01-05 | 2026-02-20 |", "2026-01-05 |            |")
ELEVEN = CLEARED.replace("| 10 ", "| 11 ").replace("| 20 ", "| 25 ")
TWELVE = CLEARED.replace("| 10 ", "| 12 ")


@pytest.fixture(autouse=True)
def _width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are folded as on a terminal of 100 columns, whatever runs the tests."""
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def database(tmp_path: Path) -> str:
    """Return a database in which a date was cleared and a conflict was decided."""
    write_keys(tmp_path / "central.noegle", b"\x07" * 32, fictional=True)
    url = f"sqlite:///{(tmp_path / 'central.db').as_posix()}"
    with closing(new_store(url)) as store:
        send(store, BASE)
        send(store, CLEARED, Sending(minute=2))
        send(store, ELEVEN, Sending(minute=5))
        receipt = send(store, TWELVE, Sending(minute=9))
        at = datetime(2026, 3, 10, 1, tzinfo=UTC)  # the evening before in Nuuk
        boss = Actor("kontorchefen", at)
        values = {"timer_pr_uge": 11.5}
        number = receipt.conflicts[0].id
        resolve_conflict(store, number, values, actor=boss, reason="ringet op")
    return url


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    """Run a command; return its exit code and the lines it said, spaces around them gone."""
    code = run(list(words), environment={"FPSHEET_CONFIG": "none", "FPSHEET_KEY_FOLDER": "none"})
    said = capsys.readouterr()
    return code, [line.strip() for line in (said.out + said.err).splitlines()]


def test_every_value_stands_with_its_cell_and_what_it_replaced(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cells of the first file and of the second, the cleared date, both sides, who and why."""
    code, said = ask(capsys, "history", CPR, "--db", database)
    assert code == 0
    assert said[0].startswith("Ingen førtidspension den ")
    said = said[1:]
    assert said[0].split() == ["05-01-2026", "Forløb", "Kommuneqarfik", "Sermersooq"]
    assert said[1] == "Forløbstype: Revurdering; Startdato: 05-01-2026; Timer pr. uge: 11,5"
    assert said[2].endswith(", celle C4, modtaget 03-03-2026")
    assert said[3].endswith(", celle D4, E4, modtaget 03-03-2026")
    assert said[4:7] == [
        "Afgjort 09-03-2026 i en konflikt",
        "Slutdato (E4) er slettet; var før: 20-02-2026",
        "Timer pr. uge var før: 10",
    ]
    ruled, one, other = said[8:]
    assert ruled.startswith("Afgjort den 09-03-2026 af kontorchefen: Timer pr. uge: 11,5.")
    assert ruled.endswith("Begrundelse: ringet op")
    assert one.endswith(", række 4: Timer pr. uge: 11")
    assert other.endswith(", række 4: Timer pr. uge: 12")


def test_a_receipt_names_the_past(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As of the first receipt the date is there; an unknown number and no day are refused."""
    when = ("history", CPR, "--db", database, "--as-of")
    code, said = ask(capsys, *when, "956-2026-000001")
    assert code == 0
    assert "Slutdato: 20-02-2026; Timer pr. uge: 10" in said[2]
    assert len(said) == 4
    for number in ("956-2026-000099", "955-2026-000001", "956-2025-000001"):
        code, said = ask(capsys, *when, number)
        assert (code, "ingen kvittering" in said[0]) == (2, True)
    code, said = ask(capsys, *when, "i går")
    assert (code, "hverken nummeret" in said[0]) == (2, True)


def test_the_pension_of_the_day_is_told_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """S1: the appeal decided last holds, its record says so in JSON; S2: the dead has none."""
    write_keys(tmp_path / "central.noegle", b"\x07" * 32, fictional=True)
    database = f"sqlite:///{(tmp_path / 'central.db').as_posix()}"
    with closing(new_store(database)) as store:
        send(store, PENSIONS)
    code, said = ask(capsys, "history", CPR, "--db", database)
    assert code == 0
    assert said[0].startswith("Førtidspension den ")
    assert said[0].endswith(": Mellemste, Kommuneqarfik Sermersooq")
    code, said = ask(capsys, "history", "6202801235", "--db", database)
    assert said[0].startswith("Ingen førtidspension den ")
    code = run(["history", CPR, "--db", database, "--json"], environment={"FPSHEET_CONFIG": "none"})
    records = json.loads(capsys.readouterr().out)
    holds = [each["values"]["afgoerelse"] for each in records if each["pension"] == "mellemste"]
    assert (code, holds) == (0, ["aendring"])


PENSIONS = """
# afgoerelse
| id | cpr        | afgoerelse_dato | afgoerelse  | niveau    | virkning_dato | bortfald_aarsag |
| 1  | 6101801234 | 2017-06-30      | tilkendelse | laveste   | 2017-07-01    |                 |
| 2  | 6101801234 | 2018-10-23      | aendring    | mellemste | 2017-06-01    |                 |
| 3  | 6202801235 | 2018-05-10      | tilkendelse | laveste   | 2018-06-01    |                 |
| 4  | 6202801235 | 2026-01-10      | aendring    | hoejeste  | 2026-03-01    |                 |
| 5  | 6202801235 | 2026-01-21      | bortfald    |           | 2026-01-20    | doedsfald       |
"""


def test_a_day_ends_where_the_desk_is(database: str) -> None:
    """What came at 23.30 UTC came that evening in Nuuk, and the day after in Copenhagen."""
    with closing(new_store(database)) as store:
        with store.write() as connection:
            late = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)
            connection.execute(schema.indberetning.update().values(received_at=late))
        with store.read() as connection:
            nuuk = commit_of(connection, date(2026, 3, 5), ZoneInfo("America/Nuuk"))
            copenhagen = commit_of(connection, date(2026, 3, 5), ZoneInfo("Europe/Copenhagen"))
    assert (nuuk > 0, copenhagen) == (True, 0)
