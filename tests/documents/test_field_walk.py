"""docs/field-cases.md has every line of the check against the field, and what it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from fpsheet_templates.load import load_form
from fpsheet_templates.table import load_tables
from tests.validation.rules.example import read_examples
from tests.validation.test_field_cases import citizens

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/field-cases.md").read_text("utf-8")
FORM = load_form()
LINES = {
    "1a. Silent errors": 9,
    "1b. Wrongly blocked": 9,
    "1c. False alarms": 25,
    "2. Missing rules": 20,
    "3. Codes": 12,
    "4. Tables": 12,
    "5. Sentences of the requirement documents": 13,
    "Bad input": 7,
}
"""Section → its lines in the check of November 2026; the table has at least one for each."""


def section(title: str) -> str:
    """Return the text below a heading."""
    _, _, rest = PAGE.partition(f"\n### {title}\n")
    return re.split(r"\n##+ ", rest)[0]


def lines(title: str) -> list[list[str]]:
    """Return the rows of the table below a heading."""
    rows = [line.strip("|").split(" | ") for line in section(title).splitlines() if line[:1] == "|"]
    return [[cell.strip(" |") for cell in row] for row in rows[2:]]


@pytest.mark.parametrize("title", LINES)
def test_every_line_of_the_check_is_there(title: str) -> None:
    """None is left out, and none stands twice."""
    found = lines(title)
    assert len(found) == LINES[title]
    assert len({row[0] for row in found}) == len(found)
    assert all(cell for row in found for cell in row[:2])


def test_what_is_named_exists() -> None:
    """Rules and tables, cases, and tests by file and function."""
    codes = {rule.code for rule in FORM.rules}
    assert set(re.findall(r"\b[A-Z]{3}-\d{3}\b", PAGE)) <= codes
    tables = {spec.id for spec in load_tables()}
    assert set(re.findall(r"\bT\d\d[a-z]?\b", PAGE)) <= tables
    assert set(re.findall(r"\b[GDS]\d{1,2}\b", PAGE)) <= set(citizens())
    for one in re.findall(r"`(tests/[^`]+\.py[^`]*)`", PAGE):
        path, _, function = one.partition("::")
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert not function or function in names, one


def test_the_codes_named_are_in_their_lists() -> None:
    """Each code of section 3 stands in the list of its line."""
    for name, said in lines("3. Codes"):
        told = set(re.findall(r"`([\w-]+)`", said))
        assert told <= set(FORM.code_lists[name].ids()), name


def test_every_missing_rule_has_examples_that_pass_and_that_fail() -> None:
    """The 20 of section 2, whose cases stand in the examples by name."""
    examples = read_examples()
    for _, said, *_ in lines("2. Missing rules"):
        for code in re.findall(r"\b[A-Z]{3}-\d{3}\b", said):
            own = [example for example in examples if example.code == code]
            assert {bool(example.fails_at) for example in own} == {True, False}, code
