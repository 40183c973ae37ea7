"""`check` beside what was sent before: the last workbook (`--earlier`) or the database (`--db`)."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.program import run
from fpsheet_templates.load import load_form
from tests.support.desk import Row, edit, make_database, make_workbook, saved

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

FORM = load_form()
ENVIRONMENT = {"FPSHEET_CONFIG": "no-such-file.toml", "FPSHEET_DEBUG": ""}
TODAY = ("--today", "22-11-2026")
SENT = datetime(2026, 2, 2, 8, tzinfo=UTC)
CITIZENS = [f"{day}01801234" for day in range(61, 71)]
ONE = CITIZENS[0]

ROWS: dict[str, list[Row]] = {
    "borger": [
        {
            "cpr": cpr,
            "sagsbehandler": "AB",
            "pensionist_foer_reform": "nej",
            "ansoegning_dato": date(2026, 1, 2),
        }
        for cpr in CITIZENS
    ],
    "forloeb": [
        {
            "cpr": ONE,
            "forloeb_type": "afklaringsforloeb",
            "start_dato": date(2026, 1, 10),
            "slut_dato": date(2026, 2, 10),
            "resultat": "arbejdsevne_afklaret",
        }
    ],
    "vurdering": [
        {
            "cpr": cpr,
            "vurdering_dato": date(2026, 2, 11),
            "arbejdsevne_pct": 20,
            "maks_timer_pr_uge": 5,
        }
        for cpr in CITIZENS
    ],
    "afgoerelse": [
        {
            "cpr": ONE,
            "afgoerelse_dato": date(2026, 3, 1),
            "afgoerelse": "tilkendelse",
            "niveau": "hoejeste",
            "virkning_dato": date(2026, 4, 1),
            "instans": "kommunalbestyrelse",
        }
    ],
}


def change(book: Workbook) -> None:
    """Lose an assessment, blank an application date, move a start and change a percentage.

    One row of 22 is lost: a file that lost more than a tenth would be held, and not compared.
    """
    for cell in book["Vurderinger"][4]:
        cell.value = None
    book["Borgere"]["F4"] = None
    book["Forløb"]["E4"] = date(2024, 6, 1)
    book["Vurderinger"]["E5"] = 60


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the workbook as it was sent, and as it is now."""
    monkeypatch.chdir(tmp_path)
    make_database(tmp_path / "base.db")
    sent = saved(make_workbook(FORM, ROWS), SENT)
    (tmp_path / "indbakke").mkdir()
    (tmp_path / "indbakke" / "sendt.xlsx").write_bytes(sent)
    os.utime(tmp_path / "indbakke" / "sendt.xlsx", (SENT.timestamp(), SENT.timestamp()))
    (tmp_path / "nu.xlsx").write_bytes(edit(sent, change))
    return tmp_path


def found(capsys: pytest.CaptureFixture[str], *arguments: str) -> set[tuple[str, str]]:
    """Check the workbook of now and return (code, cell)."""
    capsys.readouterr()
    run(["check", "nu.xlsx", *TODAY, *arguments, "--json"], environment=ENVIRONMENT)
    answer = json.loads(capsys.readouterr().out)
    return {(finding["code"], finding["cell"]) for finding in answer["findings"]}


@pytest.mark.parametrize("way", ["--earlier", "--db"])
@pytest.mark.usefixtures("desk")
def test_what_changed_since_is_told(way: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A row that vanished, a date that is gone, a start that moved, a leap of the capacity.

    The assessment that vanished is still in force, so no award lacks one.
    """
    base = ("--db", "sqlite:///base.db")
    run(["sync", "indbakke", *base, *TODAY], environment=ENVIRONMENT)
    alone = found(capsys)
    beside = found(capsys, *(base if way == "--db" else (way, "indbakke/sendt.xlsx")))
    assert ("BRG-006", "E4") in alone
    assert {code for code, _ in beside - alone} == {"HIS-001", "HIS-013", "HIS-014", "HIS-018"}
    assert {("HIS-013", "E4"), ("HIS-014", "E5"), ("HIS-018", "F4")} <= beside
    assert ("BRG-006", "E4") not in beside


def test_a_column_sorted_alone_is_told_at_the_desk(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside the workbook that was sent, HIS-024 is said before anything is sent again."""

    def differ(book: Workbook) -> None:
        for row in range(4, 4 + len(CITIZENS)):
            book["Vurderinger"][f"D{row}"] = date(2026, 2, row)

    def sort(book: Workbook) -> None:
        cells = [book["Vurderinger"][f"C{row}"] for row in range(4, 4 + len(CITIZENS))]
        for cell, value in zip(cells, [cell.value for cell in reversed(cells)], strict=True):
            cell.value = value

    sent = edit((desk / "indbakke" / "sendt.xlsx").read_bytes(), differ)
    (desk / "indbakke" / "sendt.xlsx").write_bytes(sent)
    (desk / "nu.xlsx").write_bytes(edit(sent, sort))
    told = found(capsys, "--earlier", "indbakke/sendt.xlsx")
    assert "HIS-024" in {code for code, _ in told}


@pytest.mark.usefixtures("desk")
def test_the_database_is_only_read(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Checking beside the database changes no byte of it."""
    base = ("--db", "sqlite:///base.db")
    run(["sync", "indbakke", *base, *TODAY], environment=ENVIRONMENT)
    before = hashlib.sha256((desk / "base.db").read_bytes()).hexdigest()
    found(capsys, *base)
    assert hashlib.sha256((desk / "base.db").read_bytes()).hexdigest() == before


@pytest.mark.usefixtures("desk")
def test_the_same_workbook_as_before_is_nothing_new(capsys: pytest.CaptureFixture[str]) -> None:
    """What was sent, compared with itself, gives what it gives alone."""
    arguments = ["check", "indbakke/sendt.xlsx", *TODAY, "--json"]
    run(arguments, environment=ENVIRONMENT)
    alone = json.loads(capsys.readouterr().out)
    run([*arguments, "--earlier", "indbakke/sendt.xlsx"], environment=ENVIRONMENT)
    assert json.loads(capsys.readouterr().out) == alone


@pytest.mark.usefixtures("desk")
def test_what_was_not_asked_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """The report never lets a rule that was not asked pass for one that passed."""
    run(["check", "nu.xlsx", *TODAY], environment=ENVIRONMENT)
    alone = " ".join(capsys.readouterr().out.split())
    assert "Ikke sammenlignet med det, der er sendt før" in alone
    assert "Ikke sammenlignet med andre kommuner" in alone
    run(["check", "nu.xlsx", "--earlier", "indbakke/sendt.xlsx", *TODAY], environment=ENVIRONMENT)
    beside = " ".join(capsys.readouterr().out.split())
    assert "det, der er sendt før" not in beside
    assert "Ikke sammenlignet med andre kommuner" in beside


@pytest.mark.usefixtures("desk")
def test_wrong_calls(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both ways at once, an earlier workbook that is none, and a database that is not there."""
    (desk / "andet.xlsx").write_bytes(b"x")
    for more in (
        ("--earlier", "andet.xlsx"),
        ("--earlier", "nix.xlsx"),
        ("--db", "sqlite:///nix.db"),
        ("--db", "sqlite:///nix.db", "--earlier", "indbakke/sendt.xlsx"),
    ):
        assert run(["check", "nu.xlsx", *more], environment=ENVIRONMENT) == ExitCode.USAGE
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.usefixtures("desk")
def test_an_earlier_workbook_that_cannot_be_used_is_told_as_any_other(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its own finding and remedy, in the language of the person, and no bare code."""
    (desk / "andet.xlsx").write_bytes(b"navn;tal")
    arguments = ["check", "nu.xlsx", "--earlier", "andet.xlsx", *TODAY]
    assert run(arguments, environment=ENVIRONMENT) == ExitCode.USAGE
    assert "»andet.xlsx« kan ikke sammenlignes med: Filen er en tekst" in capsys.readouterr().err
    assert run([*arguments, "--lang", "en"], environment=ENVIRONMENT) == ExitCode.USAGE
    assert "“andet.xlsx” cannot be compared with: The file is a text" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("command", ["check", "preview"])
def test_another_kommunes_workbook_is_no_earlier_one(
    desk: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """Both kommuner are named, in the language of the person, and nothing is compared."""
    (desk / "anden.xlsx").write_bytes(make_workbook(FORM, ROWS, kommune="957"))
    arguments = [command, "nu.xlsx", "--earlier", "anden.xlsx", *TODAY]
    assert run(arguments, environment=ENVIRONMENT) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "»anden.xlsx« er fra kommune 957" in said
    assert "fra kommune 956" in said
    assert run([*arguments, "--lang", "en"], environment=ENVIRONMENT) == ExitCode.USAGE
    assert "“anden.xlsx” is of municipality 957" in capsys.readouterr().err
