"""`db log` through the real command line: who saw a citizen, and whether the log is whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from fpsheet.cli.failure import ExitCode
from fpsheet.cli.program import run
from fpsheet.cli.words import load_words
from fpsheet.departement import exports
from fpsheet.statistics import explain_figure
from fpsheet_sync.database.keys import write_keys
from fpsheet_sync.ledger import refusal_log, tax_income
from fpsheet_sync.merge.commit import CommitKind
from fpsheet_validation.list_check import LANDSTAL
from tests.support.submissions import new_store, submit, sync

if TYPE_CHECKING:
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


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command and give exit code, output and what it says went wrong."""
    capsys.readouterr()
    code = run(list(arguments), environment={})
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
    assert OWN not in out


def test_a_kommune_has_its_own_lines(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines of one kommune; of another there are none. Nothing is added by looking."""
    for kommune, count in (("956", 1), ("957", 0), ("956", 1)):
        code, out, _ = ask(capsys, "db", "log", "--kommune", kommune, "--db", database, "--json")
        assert code == ExitCode.DONE
        assert len(json.loads(out)["entries"]) == count


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
    assert f"linje {line} er rettet" in err


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_deed_has_its_words(language: str) -> None:
    """Whatever is written in the log can be read in both languages."""
    deeds = {"sync", "opslag", "vault", "logopslag", "udgivelse", LANDSTAL, refusal_log.ACTION}
    deeds |= {tax_income.DEED, exports.DEED, explain_figure.DEED}
    deeds |= {str(kind) for kind in CommitKind} - {CommitKind.SUBMISSION}
    words = load_words(language)
    for deed in deeds:
        assert words.get(f"command.db.log.deed.{deed}")
