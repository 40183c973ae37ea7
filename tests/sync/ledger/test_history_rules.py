"""Rules against what the departement already holds: each with a failing and a passing file.

HIS-001, HIS-002 and HIS-024 are shown in test_merge, HIS-003 to HIS-007 and HIS-010 in
test_identity, HIS-009, HIS-011 and HIS-019 in test_descent, HIS-025 in test_joint_cases, HIS-026 in
test_one_row_each, HIS-021, HIS-022 and HIS-023 (what is written into the lists) in
tests/returned/test_answer, HIS-027 in tests/checking/test_own_time. Here: HIS-008, HIS-012 to
HIS-018, HIS-020.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fpsheet_templates.load import load_form
from fpsheet_templates.rule import RuleLevel
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.finding import Finding
from tests.support.submissions import Sending, codes, send

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store

ANCHOR = "# indkomst\n| id | cpr | indkomst_kilde | fra_dato | oplyst_af |\n" + "\n".join(
    f"| {n} | 6404801237 | loen | 2025-01-{n:02d} | kommune |" for n in range(1, 15)
)


@dataclass(frozen=True, slots=True)
class Example:
    """One rule: what was sent first, then a file that fails in a row and one that passes."""

    code: str
    row: int
    header: str
    first: str
    fails: str
    passes: str


EXAMPLES = [
    Example(
        "HIS-008",
        5,
        "# forloeb\n| id | cpr | forloeb_type | start_dato | slut_dato |",
        "| 1 | 6101801234 | revurdering | 2026-01-05 | |",
        "| 1 | 6101801234 | revurdering | 2026-01-05 | |\n"
        "| 2 | 6101801234 | revurdering | 2026-01-05 | |",
        "| 1 | 6101801234 | revurdering | 2026-01-05 | |\n"
        "| 2 | 6101801234 | revurdering | 2026-01-06 | |",
    ),
    Example(
        "HIS-012",
        4,
        "# forloeb\n| id | cpr | forloeb_type | start_dato | slut_dato |",
        "| 1 | 6101801234 | revurdering | 2026-01-05 | 2026-02-01 |",
        "| 1 | 6101801234 | revurdering | 2026-01-05 | |",
        "| 1 | 6101801234 | revurdering | 2026-01-05 | 2026-02-02 |",
    ),
    Example(
        "HIS-013",
        4,
        "# job\n| id | cpr | job_type | start_dato | branche | timer_pr_uge |",
        "| 1 | 6101801234 | fleksjob | 2024-01-05 | 561010 | 10 |",
        "| 1 | 6101801234 | fleksjob | 2025-01-05 | 561010 | 10 |",
        "| 1 | 6101801234 | fleksjob | 2025-01-04 | 561010 | 10 |",
    ),
    Example(
        "HIS-014",
        4,
        "# vurdering\n| id | cpr | vurdering_dato | arbejdsevne_pct |",
        "| 1 | 6101801234 | 2026-01-05 | 30 |",
        "| 1 | 6101801234 | 2026-01-05 | 56 |",
        "| 1 | 6101801234 | 2026-01-05 | 55 |",
    ),
    Example(
        "HIS-015",
        4,
        "# afgoerelse\n| id | cpr | afgoerelse_dato | afgoerelse | niveau | side900_dato |",
        "| 1 | 6101801234 | 2026-01-05 | tilkendelse | laveste | 2026-01-09 |",
        "| 1 | 6101801234 | 2026-01-05 | tilkendelse | hoejeste | 2026-01-09 |",
        "| 1 | 6101801234 | 2026-01-05 | tilkendelse | laveste | 2026-01-10 |",
    ),
    Example(
        "HIS-016",
        4,
        "# afgoerelse\n| id | cpr | afgoerelse_dato | afgoerelse | niveau |",
        "| 1 | 6101801234 | 2026-01-05 | tilkendelse | laveste |",
        "| 1 | 6101801234 | 2026-01-05 | afslag | |",
        "| 1 | 6101801234 | 2026-01-05 | tilkendelse | mellemste |",
    ),
    Example(
        "HIS-017",
        4,
        "# overdragelse\n| id | cpr | til_kommune | dato | annuller |",
        "| 1 | 6101801234 | 957 | 2026-01-05 | dublet |",
        "| 1 | 6101801234 | 957 | 2026-01-05 | |",
        "| 1 | 6101801234 | 957 | 2026-01-05 | andet |",
    ),
    Example(
        "HIS-018",
        4,
        "# borger\n| id | cpr | ansoegning_dato | sagsbehandler |",
        "| 1 | 6101801234 | 2026-01-05 | AB |",
        "| 1 | 6101801234 | | AB |",
        "| 1 | 6101801234 | 2026-01-06 | AB |",
    ),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.code)
@pytest.mark.parametrize("verdict", ["fails", "passes"])
def test_rule(store: Store, example: Example, verdict: str) -> None:
    """The rule points at the cell of the failing file, and is silent about the passing one."""
    send(store, f"{ANCHOR}\n{example.header}\n{example.first}")
    rows = example.fails if verdict == "fails" else example.passes
    receipt = send(store, f"{ANCHOR}\n{example.header}\n{rows}", Sending(minute=5))
    found = [place for place in codes(receipt) if place[0] == example.code]
    assert found == (
        [(example.code, f"{column(example)}{example.row}")] if verdict == "fails" else []
    )


def column(example: Example) -> str:
    """Return the letter of the rule's field in files of `tests.support.submissions`."""
    sheet = example.header.split("\n", 1)[0].removeprefix("# ")
    names = ["raekke_id", *(field.id for field in load_form().sheet(sheet).entry_fields())]
    return chr(ord("A") + names.index(load_form().rule(example.code).fields[0]))


def test_no_cases_and_yet_rows(store: Store) -> None:
    """A cover that says there are no cases, in a workbook with rows (HIS-020)."""
    assert ("HIS-020", "") in codes(send(store, ANCHOR, Sending(no_cases=True)))
    quiet = send(store, ANCHOR, Sending(kommune="957"))
    assert "HIS-020" not in [code for code, _ in codes(quiet)]


@pytest.mark.parametrize("level", [RuleLevel.HISTORY, RuleLevel.BETWEEN])
def test_every_rule_has_a_test(level: RuleLevel) -> None:
    """Each code of the catalogue is named by a test of the sync."""
    folder = Path(__file__).parents[1]
    named = set()
    for file in folder.rglob("test_*.py"):
        named |= set(re.findall(r"(?:HIS|MEL)-\d{3}", file.read_text(encoding="utf-8")))
    assert {rule.code for rule in load_form().rules if rule.level is level} <= named


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("level", [RuleLevel.HISTORY, RuleLevel.BETWEEN])
def test_every_sentence_can_be_filled(level: RuleLevel, language: str) -> None:
    """Sentence and remedy need nothing but the place and the details the rule gives."""
    form = load_form()
    details = tuple(
        (name, "7")
        for name in ("antal", "af", "anden", "kommune", "raekker", "regler", "sted", "liste")
    )
    for rule in form.rules:
        if rule.level is level:
            sheet = rule.sheet or "forloeb"
            field = (
                rule.fields[0] if rule.fields else "cpr" if sheet != "forside" else "ingen_sager"
            )
            finding = Finding(rule.code, rule.severity, sheet, "", 4, "B", field, details)
            assert "{" not in finding.message(SpokenForm(form, language)) + finding.remedy(
                SpokenForm(form, language)
            )
