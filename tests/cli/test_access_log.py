"""`db log` through the real command line: who saw a citizen, and whether the log is whole."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.program import run
from fpsheet.cli.words import load_words
from fpsheet.statistics import explain_figure, publishing
from fpsheet_sync.database.access_log import CLERK, CONFLICTS, ORIGINALS
from fpsheet_sync.database.keys import write_keys
from fpsheet_sync.ledger import refusal_log, tax_income
from fpsheet_sync.merge.commit import CommitKind
from fpsheet_sync.statistics.facts import extract
from fpsheet_sync.upkeep import rebuild, retention
from fpsheet_templates.load import load_form
from fpsheet_validation.list_check import LANDSTAL
from tests.cli.test_rules_command import TRIAL
from tests.support.desk import FAULTY_ROWS, make_database, make_workbook
from tests.support.exchange import TODAY, Exchange
from tests.support.submissions import new_store, submit, sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWN = "6101801234"
OTHER = "6202801235"
ROWS = f"""
# borger
| id | cpr     | sagsbehandler |
| 1  | {OWN}   | AB            |
| 2  | {OTHER} | AB            |
"""


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A database with two citizens and its key."""
    url = f"sqlite:///{tmp_path / 'central.db'}"
    write_keys(tmp_path / "central.noegle", b"\x07" * 32, fictional=True)
    store = new_store(url)
    sync(store, submit(ROWS))
    store.close()
    return url


def ask(
    capsys: pytest.CaptureFixture[str], *arguments: str, keys: str = ""
) -> tuple[int, str, str]:
    """Run a command and return exit code, output and what it says went wrong."""
    capsys.readouterr()
    code = run(list(arguments), environment={"FPSHEET_KEYS": keys} if keys else {})
    caught = capsys.readouterr()
    return code, caught.out, caught.err


def test_a_citizen_can_be_told_who_looked(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only looks at that citizen are shown, the look at the log with them, and no number."""
    place = ("--db", database)
    ask(capsys, "history", OTHER, *place)
    ask(capsys, "history", OWN, *place)
    code, out, _ = ask(capsys, "db", "log", "--cpr", OWN, *place, "--json")
    log = json.loads(out)
    assert code == ExitCode.DONE
    assert log["broken_at"] is None
    assert [entry["action"] for entry in log["entries"]] == ["opslag", "logopslag"]
    assert [entry["number"] for entry in log["entries"]] == [3, 4]
    code, out, _ = ask(capsys, "db", "log", "--cpr", OWN[:6] + "-" + OWN[6:], *place)
    assert out.count("så loggen om en borger") == 2
    assert "Loggen er hel, og seglet" in out
    assert "noteret til og med linje" in out
    assert OWN not in out


def test_a_kommune_has_its_own_lines(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines of one kommune; of another there are none. Nothing is added by looking."""
    for kommune, count in (("956", 1), ("957", 0), ("956", 1)):
        code, out, _ = ask(capsys, "db", "log", "--kommune", kommune, "--db", database, "--json")
        assert code == ExitCode.DONE
        assert len(json.loads(out)["entries"]) == count


def test_the_log_is_told_in_the_language_asked_for(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its details too, which stand in Danish in the database."""
    place = ("--db", database)
    ask(capsys, "conflicts", "--settled", *place)
    _, danish, _ = ask(capsys, "db", "log", *place)
    assert "nr.: 956-" in danish
    assert "; fil: " in danish
    assert "også afgjorte: ja" in danish
    _, english, _ = ask(capsys, "--lang", "en", "db", "log", *place)
    assert "no.: 956-" in english
    assert "; file: " in english
    assert "closed ones too: yes" in english


def test_a_log_is_shown_from_a_day_on(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--since` leaves out earlier lines, and still says of the whole log that it is whole."""
    place = ("--db", database, "--json")
    whole = json.loads(ask(capsys, "db", "log", *place)[1])
    for day, entries in (("01-01-1984", whole["entries"]), ("31-12-2098", [])):
        code, out, _ = ask(capsys, "db", "log", "--since", day, *place)
        shown = json.loads(out)
        assert (code, shown["lines"]) == (0, whole["lines"])
        assert [entry["number"] for entry in shown["entries"]] == [e["number"] for e in entries]
    assert whole["entries"]


@pytest.fixture
def two_hours_behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the clock of the machine as it stands in Nuuk in winter, and back."""
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of this system is set for all its programs")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "<-02>2")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("two_hours_behind")
def test_a_log_tells_the_time_at_the_desk(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The heading names the zone; the JSON stays UTC, and `--since` counts the days shown."""
    entries = json.loads(ask(capsys, "db", "log", "--db", database, "--json")[1])["entries"]
    _, shown, _ = ask(capsys, "db", "log", "--db", database)
    assert "Tid (UTC-02:00)" in shown
    at = datetime.fromisoformat(entries[0]["time"])
    assert at.utcoffset() == timedelta()
    assert f"{at - timedelta(hours=2):%d-%m-%Y %H:%M}" in shown


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("UPDATE adgangslog SET bruger = 'en anden' WHERE id = 2", 2),
        ("UPDATE adgangslog SET borger = NULL WHERE id = 2", 2),
        ("DELETE FROM adgangslog WHERE id = 2", 3),
        ("DELETE FROM adgangslog WHERE id = 1", 2),
    ],
)
def test_a_line_that_was_altered_or_removed_is_named(
    database: str, change: str, line: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 1 and the number of the line, whatever part of the log was asked for."""
    for _ in range(2):
        ask(capsys, "history", OWN, "--db", database)
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    code, _, err = ask(capsys, "db", "log", "--kommune", "957", "--db", database)
    assert code == ExitCode.FINDINGS
    assert f"Linje {line} er rettet" in err


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_deed_has_its_words(language: str) -> None:
    """Whatever is written in the log can be read in both languages."""
    deeds = {"sync", "opslag", "vault", "logopslag", "udgivelse", LANDSTAL, refusal_log.ACTION}
    deeds |= {tax_income.DEED, extract.DEED, explain_figure.DEED, publishing.INTERNAL}
    deeds |= {CLERK, CONFLICTS, ORIGINALS, rebuild.ACTION, retention.ACTION}
    deeds |= {"genoptaget", "tilbagetrukket"}
    deeds |= {str(kind) for kind in CommitKind} - {CommitKind.SUBMISSION}
    words = load_words(language)
    for deed in deeds:
        assert words.get(f"command.db.log.deed.{deed}")


def actions(database: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the actions of a log that must be whole."""
    code, out, _ = ask(capsys, "db", "log", "--db", database, "--json")
    assert code == ExitCode.DONE
    log = json.loads(out)
    assert log["faults"] == []
    assert log["sealed"] == log["lines"]
    return [entry["action"] for entry in log["entries"]]


def test_looks_that_change_nothing_leave_a_line(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Conflicts, open and closed, and an internal edition; each line is sealed by its own run."""
    place = ("--db", database)
    period = ("--from", "2026-01-01", "--to", "2026-06-30")
    ask(capsys, "conflicts", *place)
    ask(capsys, "conflicts", "--settled", *place)
    ask(capsys, "report", *period, "--internal", "--out", str(tmp_path / "intern"), *place)
    assert actions(database, capsys) == ["sync", "konflikter", "konflikter", "intern"]


def test_who_opens_originals_leaves_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`rebuild` and `rules --trial` over the database, each with its own sealed line."""
    make_database(tmp_path / "central.db")
    exchange = Exchange(tmp_path, capsys)
    exchange.put("956.xlsx", make_workbook(load_form(), FAULTY_ROWS))
    assert [one["state"] for one in exchange.sync()] == ["karantaene"]
    place = ("--db", exchange.database)
    (tmp_path / "nye.toml").write_text(TRIAL, encoding="utf-8")
    assert exchange.call("x", "rebuild", "--verify", *place)[0] == ExitCode.DONE
    trial = ("rules", "--trial", str(tmp_path / "nye.toml"), *TODAY, *place)
    assert exchange.call("x", *trial)[0] == ExitCode.DONE
    wanted = ["sync", "genopbygning", "originaler"]
    assert [one for one in actions(exchange.database, capsys) if one != "afvist"] == wanted


def test_a_rebuild_that_fails_leaves_its_line(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An original that cannot be read ends it; that the originals were opened is known."""
    code, _, err = ask(capsys, "rebuild", "--verify", "--db", database)
    assert code == ExitCode.USAGE, err
    assert actions(database, capsys) == ["sync", "genopbygning"]


def test_a_log_cut_off_with_its_head_is_seen_and_stays_seen(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The owner takes the last look away and mends the head; the note beside the key tells."""
    ask(capsys, "history", OWN, "--db", database)
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM adgangslog WHERE id = 2"))
        connection.execute(
            text("UPDATE loghoved SET antal = 1, kaede = (SELECT kaede FROM adgangslog)")
        )
    engine.dispose()
    for _ in range(2):
        code, _, err = ask(capsys, "db", "log", "--db", database)
        assert code == ExitCode.FINDINGS
        assert "Loggen har ikke den linje 2, som er noteret uden for databasen" in err
        ask(capsys, "history", OTHER, "--db", database)


def test_a_clerk_without_the_key_has_her_own(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused without any key; with the clerk's own noted, and whole once it was vouched for."""
    own = str(tmp_path / "hos ane" / "central.noegle")
    code, _, err = ask(capsys, "conflicts", "--db", database, keys=own)
    assert code == ExitCode.USAGE
    assert "kan ikke forsegles" in err
    assert actions(database, capsys) == ["sync"]
    code, said, _ = ask(capsys, "keys", "clerk", "--db", database, keys=own)
    assert code == ExitCode.DONE
    assert ask(capsys, "conflicts", "--db", database, keys=own)[0] == ExitCode.DONE
    code, _, err = ask(capsys, "db", "log", "--db", database)
    assert code == ExitCode.FINDINGS
    assert "som ingen har sagt god for" in err
    (public,) = (tmp_path / "hos ane").glob("lognoegle-*.json")
    vouch = ("keys", "vouch", str(public), "--db", database, "--heard")
    code, _, err = ask(capsys, *vouch, "12345 12345 12345 12345 12345")
    assert code == ExitCode.USAGE
    assert "Cifrene er ikke dem" in err
    digits = said.strip().splitlines()[-1].split(":")[-1].strip(" .")
    heard = digits.replace(" ", "-")
    assert ask(capsys, *vouch, heard)[0] == ExitCode.DONE
    assert actions(database, capsys) == ["sync", "konflikter", "lognoegle"]


def test_a_text_that_notes_no_end_is_told(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder without receipts, and a text that is no end; a true one is compared."""
    for wrong in ("42", "9:abc"):
        code, _, err = ask(capsys, "db", "log", "--db", database, "--against", wrong)
        assert code == ExitCode.USAGE
        assert "hvor adgangsloggen sluttede" in err
    code, _, err = ask(capsys, "db", "log", "--db", database, "--against", "7:" + "ab" * 32)
    assert code == ExitCode.FINDINGS
    assert "linje 7" in err
