"""Codes of structure: catalogue, code and tests name the same ones, in sentences that fill."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import fpsheet.intake
from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import RuleLevel
from fpsheet_templates.spoken import SpokenForm

FORM = load_form()
CODES = sorted(rule.code for rule in FORM.rules if rule.level is RuleLevel.STRUCTURE)
_CODE = re.compile(r'"(STR-\d{3})"')

DETAILS = {
    "STR-005": {"graense"},
    "STR-024": {"graense"},
    "STR-025": {"graense"},
    **{f"STR-{number:03d}": {"del", "fane"} for number in range(27, 33)},
    "STR-033": {"graense"},
    "STR-035": {"graense"},
    "STR-042": {"nyeste"},
    "STR-043": {"fundet", "ventet"},
    "STR-045": {"noegler"},
    "STR-055": {"antal"},
    "STR-056": {"kolonner"},
    "STR-057": {"antal"},
    "STR-068": {"kolonner"},
    "STR-069": {"antal"},
    "STR-060": {"graense"},
    **{f"STR-{number:03d}": {"del", "fane"} for number in range(70, 73)},
    "STR-073": {"del", "fane", "celle"},
    "STR-064": {"antal"},
}
"""What a fault tells beside its place; every other code tells nothing."""

PLACES = {"ark", "felt", "celle", "raekke"}
PARTS = {"del", "sted", "raad"}
"""What a sentence may ask for where the fault tells of parts: words for them, and their place."""

GIVEN = {"del": "word,formel", "fane": "2"}
"""Details that stand for words; any other is a number here."""


def codes_in(folder: Path, pattern: str) -> set[str]:
    """Return the codes that stand in quotes in some files."""
    return {
        code
        for file in folder.rglob(pattern)
        for code in _CODE.findall(file.read_text(encoding="utf-8"))
    }


def test_intake_uses_the_codes_of_the_catalogue() -> None:
    """No code without a rule, and no rule that nothing reports."""
    folder = Path(str(fpsheet.intake.__file__)).parent
    assert sorted(codes_in(folder, "*.py")) == CODES


def test_every_code_has_a_test() -> None:
    """Each code is expected somewhere in the tests of the intake."""
    own = Path(__file__)
    tested = set[str]()
    for file in own.parent.glob("test_intake_*.py"):
        if file != own:
            tested |= codes_in(file.parent, file.name)
    assert sorted(tested) == CODES


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("code", CODES)
def test_sentences_fill(code: str, language: str) -> None:
    """A sentence asks for no more than its fault tells, and says something in every language."""
    for part in ("message", "remedy"):
        text = FORM.texts.by_language[language][f"rule.{code}.{part}"]
        asked = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        details = DETAILS.get(code, set())
        assert asked <= PLACES | details | (PARTS if "del" in details else set())
    given = tuple((name, GIVEN.get(name, "7")) for name in sorted(DETAILS.get(code, set())))
    finding = IntakeFinding(
        code, sheet="job", row=4, column="C", field="cpr", details=given
    ).to_finding(FORM)
    assert "{" not in finding.message(SpokenForm(FORM, language)) + finding.remedy(
        SpokenForm(FORM, language)
    )


def test_the_place_of_a_part_stands_apart_from_what_it_is() -> None:
    """A space stands before the bracket; a hidden tab and no tab have places of their own."""

    def told(tab: str) -> str:
        details = (("celle", "D9"), ("del", "udefra_celle"), ("fane", tab))
        return (
            IntakeFinding("STR-073", details=details)
            .to_finding(FORM)
            .message(SpokenForm(FORM, "da"))
        )

    assert " RTD (celle D9 på ark nummer 3 fra venstre)." in told("3")
    assert " RTD (på et skjult ark)." in told("0")
    assert " RTD. " in told("")
