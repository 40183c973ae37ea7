"""Every rule of cells, rows, citizens and workbook, by its examples in `examples/*.md`.

They are read by `tests.validation.rules.example`; one test per example, named after rule and line.
"""

from __future__ import annotations

import pytest

from fpsheet_templates.load import load_form
from fpsheet_templates.rule import RuleLevel
from tests.validation.rules.example import (
    Example,
    assert_places_exist,
    check_example,
    expected_at,
    found_at,
    read_examples,
)

EXAMPLES = read_examples()
FORM = load_form()
FILES = "tests/validation/rules/examples/*.md"
LEVELS = {RuleLevel.FIELD, RuleLevel.ROW, RuleLevel.CITIZEN, RuleLevel.WORKBOOK}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example(example: Example) -> None:
    """A rule strikes where its failing example says, and nothing else strikes in either."""
    check = check_example(example, FORM)
    assert found_at(check, example.code) == expected_at(example, check)
    assert not check.not_run
    assert_places_exist(check, FORM)


@pytest.mark.parametrize(
    "code", [rule.code for rule in FORM.rules if rule.level in LEVELS], ids=lambda code: code
)
def test_every_rule_has_an_example_that_passes_and_one_that_fails(code: str) -> None:
    """A rule without both is a rule nobody has seen work."""
    own = [example for example in EXAMPLES if example.code == code]
    clean = any(not example.fails_at for example in own)
    strikes = any(found.startswith(code) for example in own for found in example.fails_at)
    assert clean, f"{code} has no example that passes: {FILES}, below ## {code}"
    assert strikes, f"{code} has no example that it strikes: {FILES}, ## {code}"


def test_every_example_is_of_a_rule_of_the_catalogue() -> None:
    """A code that was taken back takes its examples with it."""
    codes = {rule.code for rule in FORM.rules}
    assert {example.code for example in EXAMPLES} <= codes
