"""The registry: four outcomes, and nothing of what goes wrong inside a rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from fpsheet_templates.load import load_form
from fpsheet_templates.rule import RuleLevel
from fpsheet_validation.cells.parse import parse_sheet
from fpsheet_validation.check import check_workbook
from fpsheet_validation.raw import CellKind
from fpsheet_validation.rules import registry
from fpsheet_validation.rules.book import CheckedBook
from fpsheet_validation.rules.registry import BOOK_RULES, CASE_RULES, DUPLICATE_RULES, RuleOutcome
from fpsheet_validation.setting import read_setting
from tests.support.rows import FIRST_ROW, make_raw_sheet, make_raw_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

    from fpsheet_validation.hit import Hit
    from fpsheet_validation.raw import RawSheet

FORM = load_form()
TODAY = date(2026, 3, 2)
CITIZEN = {"cpr": "7107760001", "pensionist_foer_reform": "Nej", "sagsbehandler": "AB"}
AWARD = {
    "cpr": "7107760001",
    "afgoerelse_dato": "2020-05-01 00:00:00",
    "afgoerelse": "Tilkendelse",
    "niveau": "Mellemste",
    "virkning_dato": "2020-06-01 00:00:00",
    "instans": "Kommunalbestyrelsen",
}


def outcomes(*sheets: RawSheet, kommune: str = "956") -> dict[str, RuleOutcome]:
    """Return how each rule came out."""
    raw = make_raw_workbook(FORM, sheets, meta={"kommune_kode": kommune})
    setting = read_setting(raw, FORM, today=TODAY)
    typed = {sheet_id: parse_sheet(sheet, setting).typed for sheet_id, sheet in raw.sheets.items()}
    book = CheckedBook(raw, setting, typed, known={}, hits=[], faulty=frozenset())
    return dict(registry.run_registry(book).outcomes)


def citizens() -> RawSheet:
    """One citizen."""
    return make_raw_sheet(FORM, "borger", [CITIZEN])


def test_every_rule_of_the_catalogue_is_in_the_registry_and_the_other_way_round() -> None:
    """A rule across rows that stands in the catalogue alone would never run."""
    registered = [rule.code for rule in CASE_RULES]
    registered += [code for rule in (*BOOK_RULES, *DUPLICATE_RULES) for code in rule.codes]
    levels = {RuleLevel.CITIZEN, RuleLevel.WORKBOOK}
    assert sorted(registered) == sorted(rule.code for rule in FORM.rules if rule.level in levels)


def test_a_rule_shows_a_field_that_the_catalogue_names_first() -> None:
    """What the catalogue says of a rule's place is where the rule looks."""
    for rule in CASE_RULES:
        listed = FORM.rule(rule.code)
        for place in rule.places:
            assert FORM.sheet(place.view)[place.field].id == place.field
        if listed.sheet:
            assert [(place.view, place.field) for place in rule.places] == [
                (listed.sheet, listed.fields[0])
            ]


def test_passed_failed_and_not_applicable() -> None:
    """An award without assessment fails its rule; a rule of Denmark does not apply."""
    found = outcomes(citizens(), make_raw_sheet(FORM, "afgoerelse", [AWARD]))
    assert found["BRG-006"] is RuleOutcome.FAILED
    assert found["BRG-015"] is RuleOutcome.PASSED
    assert found["BRG-016"] is RuleOutcome.NOT_APPLICABLE
    danish = outcomes(citizens(), make_raw_sheet(FORM, "afgoerelse", [AWARD]), kommune="707")
    assert danish["BRG-006"] is RuleOutcome.NOT_APPLICABLE
    assert danish["BRG-016"] is RuleOutcome.PASSED


def test_a_missing_column_of_another_sheet_stops_the_rules_that_read_it() -> None:
    """The rule does not take a lost column for rows without entries."""
    lost = make_raw_sheet(FORM, "vurdering", [{"cpr": "7107760001"}], missing=("vurdering_dato",))
    found = outcomes(citizens(), make_raw_sheet(FORM, "afgoerelse", [AWARD]), lost)
    assert found["BRG-006"] is RuleOutcome.COULD_NOT_RUN
    assert found["BRG-015"] is RuleOutcome.PASSED


def test_without_the_column_of_citizens_a_sheet_says_nothing_of_them() -> None:
    """A rule that looks there for a citizen's row could not run, and misses nothing."""
    lost = make_raw_sheet(FORM, "vurdering", [{"vurdering_dato": "2026-01-05"}], missing=("cpr",))
    found = outcomes(citizens(), make_raw_sheet(FORM, "afgoerelse", [AWARD]), lost)
    assert found["BRG-006"] is RuleOutcome.COULD_NOT_RUN
    assert found["BRG-043"] is RuleOutcome.COULD_NOT_RUN
    assert found["BRG-015"] is RuleOutcome.PASSED


def test_nobody_lacks_a_row_where_the_column_of_citizens_cannot_be_read() -> None:
    """One cause (a column of formulas), one finding; one row without hides nothing."""
    numbers = [f"7107760{place:03}" for place in range(10)]
    several = make_raw_sheet(FORM, "borger", [{**CITIZEN, "cpr": cpr} for cpr in numbers])
    awards = make_raw_sheet(FORM, "afgoerelse", [{**AWARD, "cpr": cpr} for cpr in numbers])
    day = {"vurdering_dato": "2019-01-05 00:00:00", "arbejdsevne_pct": "40"}
    rows = [{**day, "cpr": cpr} for cpr in numbers]
    for unreadable, outcome in (
        (0, RuleOutcome.PASSED),
        (10, RuleOutcome.PASSED),
        (1, RuleOutcome.FAILED),
    ):
        kinds = {
            (FIRST_ROW + place, "cpr"): frozenset({CellKind.FORMULA}) for place in range(unreadable)
        }
        lost = make_raw_sheet(FORM, "vurdering", rows, kinds=kinds)
        assert outcomes(several, awards, lost)["BRG-006"] is outcome


def test_a_missing_sheet_stops_the_rules_that_read_it_and_blocks_acceptance() -> None:
    """Orphans cannot be told without Borgere; everything else is still checked."""
    raw = make_raw_workbook(FORM, [make_raw_sheet(FORM, "afgoerelse", [AWARD])])
    sheets = {sheet_id: sheet for sheet_id, sheet in raw.sheets.items() if sheet_id != "borger"}
    check = check_workbook(replace(raw, sheets=sheets, missing=("borger",)), FORM, today=TODAY)
    assert "BRG-001" in check.not_run
    assert "BOR-002" in check.not_run
    assert not check.accepted
    codes = {finding.code for finding in check.findings}
    assert "BRG-001" not in codes
    # The citizen is unknown, so nothing that might be missed is told; the row itself is judged.
    assert not {code for code in codes if code.startswith("AFG")}


def test_a_rule_that_raises_could_not_run_and_takes_no_other_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The exception ends in the outcome of its rule; its text, with a value in it, is gone."""

    def explode(*_: object) -> pl.Expr:
        return pl.lit("7107769417").cast(pl.Int8)

    broken = tuple(
        replace(rule, fault=explode) if rule.code == "BRG-007" else rule for rule in CASE_RULES
    )
    monkeypatch.setattr(registry, "CASE_RULES", broken)
    found = outcomes(citizens(), make_raw_sheet(FORM, "afgoerelse", [AWARD]))
    assert found["BRG-007"] is RuleOutcome.COULD_NOT_RUN
    assert found["BRG-006"] is RuleOutcome.FAILED
    raw = make_raw_workbook(FORM, [citizens(), make_raw_sheet(FORM, "afgoerelse", [AWARD])])
    check = check_workbook(raw, FORM, today=TODAY)
    assert check.not_run == ("BRG-007",)
    assert not check.accepted


def test_a_workbook_rule_that_raises_could_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a rule that is a function ends in its own outcome."""

    def explode(book: CheckedBook, facts: pl.DataFrame) -> Iterable[Hit]:
        raise RuntimeError("7107769417")

    broken = tuple(replace(rule, find=explode) for rule in BOOK_RULES)
    monkeypatch.setattr(registry, "BOOK_RULES", broken)
    found = outcomes(citizens())
    codes = [code for rule in broken for code in rule.codes]
    assert {found[code] for code in codes} == {RuleOutcome.COULD_NOT_RUN}


def test_facts_that_cannot_be_gathered_stop_every_rule_that_needs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing passes that did not run."""

    def explode(book: CheckedBook) -> pl.DataFrame:
        raise RuntimeError("7107769417")

    monkeypatch.setattr(registry, "case_facts", explode)
    found = outcomes(citizens(), make_raw_sheet(FORM, "afgoerelse", [AWARD]))
    assert found["BRG-006"] is RuleOutcome.COULD_NOT_RUN
    assert found["ARB-010"] is RuleOutcome.COULD_NOT_RUN
