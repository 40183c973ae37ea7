"""`fpsheet rules`: the catalogue as a workbook, its history, and rules on trial."""

from __future__ import annotations

import json
import os
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.program import run
from fpsheet.table_book.xlsx import write_xlsx
from fpsheet.views.rule_book import rule_book
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import Severity
from fpsheet_templates.rule_history import RuleChange, RuleEvent, load_rule_history, replay
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import Row, make_database, make_workbook
from tests.support.measured import PAPER, READABLE

if TYPE_CHECKING:
    from pathlib import Path

FORM = load_form()
ENVIRONMENT = {"FPSHEET_CONFIG": "no-such-file.toml", "FPSHEET_DEBUG": ""}
OLD = 1_770_000_000

TRIAL = """
[[rule]]
code = "NYE-001"
level = "row"
severity = "ADVARSEL"
sheet = "forloeb"
fields = ["slut_dato", "start_dato"]
fails_when = "slut_dato > add_days(start_dato, 30)"

[[rule]]
code = "NYE-002"
level = "row"
severity = "ADVARSEL"
sheet = "job"
fields = ["timer_pr_uge"]
fails_when = "timer_pr_uge > 20"
jurisdictions = ["DK"]
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with rules to be tried and a workbook of three forløb, two of them long."""
    monkeypatch.chdir(tmp_path)
    make_database(tmp_path / "base.db")
    (tmp_path / "nye.toml").write_text(TRIAL, encoding="utf-8")
    cprs = ("6101801234", "6201801234")
    days = ((1, 10), (1, 60), (2, 90))
    rows: dict[str, list[Row]] = {
        "borger": [
            {"cpr": cpr, "sagsbehandler": "AB", "pensionist_foer_reform": "nej"} for cpr in cprs
        ],
        "forloeb": [
            {
                "cpr": cprs[number > 0],
                "forloeb_type": "andet",
                "start_dato": date(2026, 1, first),
                "slut_dato": date.fromordinal(date(2026, 1, first).toordinal() + length),
                "resultat": "arbejdsevne_afklaret",
            }
            for number, (first, length) in enumerate(days)
        ],
    }
    inbox = tmp_path / "indbakke"
    inbox.mkdir()
    (inbox / "956.xlsx").write_bytes(make_workbook(FORM, rows))
    os.utime(inbox / "956.xlsx", (OLD, OLD))
    return tmp_path


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    """Run a trial and return what it says."""
    capsys.readouterr()
    assert run(["rules", "--trial", "nye.toml", *arguments, "--json"], environment=ENVIRONMENT) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.usefixtures("desk")
def test_a_trial_on_workbooks_names_what_it_would_strike(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Two of three rows are longer than 30 days; the rule of Denmark does not apply."""
    (line,) = answer(capsys, "indbakke/956.xlsx", "--today", "22-11-2026")
    assert line == {
        "code": "NYE-001",
        "source": "956.xlsx",
        "kommune_kode": "956",
        "rows": 3,
        "struck": 2,
        "citizens": 1,
        "cells": ["Forløb!F5", "Forløb!F6"],
    }


@pytest.mark.usefixtures("desk")
def test_a_trial_on_what_the_database_received(capsys: pytest.CaptureFixture[str]) -> None:
    """The stored original is read again; nothing in the database changes."""
    base = ("--db", "sqlite:///base.db", "--today", "22-11-2026")
    run(["sync", "indbakke", *base], environment=ENVIRONMENT)
    (line,) = answer(capsys, *base)
    assert (line["source"], line["rows"], line["struck"]) == ("956 2026 (1)", 3, 2)
    assert run(["rules", "--trial", "nye.toml", *base], environment=ENVIRONMENT) == 0
    shown = capsys.readouterr().out
    assert "ville ramme 2 af 3 linjer (borgere: 1) i 1 af 1 projektmapper" in shown
    assert "Forløb!F5, Forløb!F6" in shown


@pytest.mark.parametrize(
    "text", ["", "[[rule]]", "x", TRIAL.replace("slut_dato > ", "findes_ikke > ")]
)
@pytest.mark.usefixtures("desk")
def test_rules_that_cannot_be_tried_are_a_wrong_call(text: str, desk: Path) -> None:
    """Whoever writes a rule is told what is wrong with it, and no traceback."""
    (desk / "nye.toml").write_text(text, encoding="utf-8")
    arguments = ["rules", "--trial", "nye.toml", "indbakke/956.xlsx"]
    assert run(arguments, environment=ENVIRONMENT) == ExitCode.USAGE


FAULTS = {
    "en = = x": ("Linje 1 er ikke gyldig TOML", "Line 1 is no valid TOML"),
    "[[rule]]": ("mangler »code«", "lacks “code”"),
    TRIAL.replace('"FEJL"', '"STOR"').replace('"ADVARSEL"', '"STOR"'): (
        "en værdi, der ikke kan bruges",
        "a value that cannot be used",
    ),
    TRIAL.replace("slut_dato > ", "slut_dato >> "): ("som ikke betyder noget", "no meaning"),
    TRIAL.replace("slut_dato > ", "slut_dato > > "): ("kan ikke læses", "cannot be read"),
    TRIAL.replace("slut_dato > ", "findes_ikke > "): ("som dens ark ikke har", "its sheet lacks"),
    TRIAL.replace("slut_dato > ", "7 > "): ("kan ikke sammenlignes", "cannot be compared"),
}


@pytest.mark.parametrize("text", FAULTS)
@pytest.mark.parametrize("language", ["da", "en"])
def test_what_is_wrong_with_a_rule_is_told_in_the_chosen_language(
    text: str, language: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each kind of fault in Danish and in English, and neither in the other."""
    (desk / "nye.toml").write_text(text, encoding="utf-8")
    arguments = ["rules", "--trial", "nye.toml", "indbakke/956.xlsx"]
    capsys.readouterr()
    assert run(["--lang", language, *arguments], environment=ENVIRONMENT) == ExitCode.USAGE
    said = capsys.readouterr().err
    danish, english = FAULTS[text]
    assert (danish in said, english in said) == (language == "da", language == "en")
    assert "nye.toml" in said
    if "[[rule]]" in text:
        first = ("linje 1", "line 1")
        place = first if text == "[[rule]]" else ("NYE-001 (linje 2", "NYE-001 (line 2")
        assert place[language == "en"] in said.replace("Linje", "linje").replace("Line", "line")


@pytest.mark.usefixtures("desk")
def test_a_file_that_holds_no_rules_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A workbook in the place of the rules: a sentence, and nothing of how it was read."""
    arguments = ["rules", "--trial", "indbakke/956.xlsx", "indbakke/956.xlsx"]
    assert run(arguments, environment=ENVIRONMENT) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "»956.xlsx« indeholder ingen regler" in said
    assert "codec" not in said


def test_the_catalogue_as_a_workbook_has_every_rule_once() -> None:
    """A table of rules and a table of changes, each from A1, and the same bytes each time."""
    data = write_xlsx(rule_book(SpokenForm(FORM, "da")))
    assert data == write_xlsx(rule_book(SpokenForm(FORM, "da")))
    book = load_workbook(BytesIO(data))
    rules, changes = book.worksheets
    assert [cell.value for cell in rules["A"][1:]] == [rule.code for rule in FORM.rules]
    assert len(changes["A"]) == 1 + len(load_rule_history())
    assert [len(sheet.tables) for sheet in (rules, changes)] == [1, 1]
    assert [sheet.freeze_panes for sheet in (rules, changes)] == ["B2", "B2"]
    cells = [cell for sheet in (rules, changes) for row in sheet for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)


def test_the_history_of_the_rules_leads_to_the_catalogue() -> None:
    """Replayed, it gives every rule of today with its severity: none changes unsaid."""
    events = load_rule_history()
    told, rules = replay(events), {rule.code: rule.severity for rule in FORM.rules}
    unsaid = sorted(code for code in {*told, *rules} if told.get(code) != rules.get(code))
    assert not unsaid, f"rule-history.csv lacks a line about {' and '.join(unsaid)}"
    assert {event.version for event in events} <= set(range(1, FORM.version + 1))


@pytest.mark.parametrize(
    "changes",
    [
        [RuleChange.NEW, RuleChange.NEW],
        [RuleChange.SEVERITY],
        [RuleChange.NEW, RuleChange.ENDED, RuleChange.NEW],
        [RuleChange.NEW, RuleChange.ENDED, RuleChange.SEVERITY],
    ],
)
def test_a_code_is_never_used_again(changes: list[RuleChange]) -> None:
    """A rule comes once, changes only while it is in force, and does not come back."""
    events = [
        RuleEvent(version, "AFG-099", change, Severity.FEJL)
        for version, change in enumerate(changes, start=1)
    ]
    with pytest.raises(ValueError, match="AFG-099"):
        replay(events)


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_catalogue_prints_in_letters_of_seven_points(language: str) -> None:
    """Letters of eleven points, on one page across: a character of a column's width is at most
    8.75 pixels (LibreOffice, Arial of 11 points).
    """
    book = load_workbook(BytesIO(write_xlsx(rule_book(SpokenForm(FORM, language)))))
    for sheet in book.worksheets:
        wide = sum(column.width for column in sheet.column_dimensions.values()) * 8.75
        paper = PAPER - (sheet.page_margins.left + sheet.page_margins.right) * 96
        assert 11 * min(1, paper / wide) >= READABLE, sheet.title
