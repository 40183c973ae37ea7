"""Every rule of the catalogue, whatever its level, is reported by the program and tested."""

from __future__ import annotations

import re
from pathlib import Path

from fpsheet_templates.load import load_form

ROOT = Path(__file__).parents[2]
PROGRAM = ("fpsheet", "sync", "validation", "templates")
_CODE = re.compile(r"\b[A-Z]{3}-\d{3}\b")
_QUOTED = re.compile(r"[\"']([A-Z]{3}-\d{3})[\"']")


def codes_in(folder: str, pattern: re.Pattern[str], *kinds: str) -> set[str]:
    """Return the rule codes that stand in the files of a folder."""
    return {
        code
        for kind in kinds
        for file in (ROOT / folder).rglob(f"*.{kind}")
        for code in pattern.findall(file.read_text(encoding="utf-8"))
    }


def test_every_rule_is_reported_by_the_program() -> None:
    """A rule is an expression of its own, or some code gives its findings."""
    named = set().union(*(codes_in(folder, _QUOTED, "py") for folder in PROGRAM))
    rules = load_form().rules
    assert [r.code for r in rules if r.fails_when is None and r.code not in named] == []


def test_every_rule_is_expected_by_a_test() -> None:
    """Each code of each level is named where something is expected of it."""
    tested = codes_in("tests", _CODE, "py", "md")
    assert [rule.code for rule in load_form().rules if rule.code not in tested] == []
