"""The sweep: every rule on empty, minimal, full and damaged data, and every word it says."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fpsheet_templates.load import load_form
from fpsheet_templates.rule import RuleLevel
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.catalogue import catalogue_lines
from fpsheet_validation.check import check_workbook
from tests.support.rows import make_raw_sheet, make_raw_workbook
from tests.validation.rules.example import TODAY, assert_places_exist

FORM = load_form()
STATUS_LENGTH = 60
OWN_LEVELS = {RuleLevel.FIELD, RuleLevel.ROW, RuleLevel.CITIZEN, RuleLevel.WORKBOOK}
PLACEHOLDERS = {"felt", "ark", "anden", "mindst", "hoejst", "laengde"}


@pytest.mark.parametrize("kommune", ["956", "707"])
def test_every_rule_on_an_empty_workbook(kommune: str) -> None:
    """Nothing is at fault but that there is nothing."""
    raw = make_raw_workbook(FORM, [], meta={"kommune_kode": kommune})
    check = check_workbook(raw, FORM, today=TODAY)
    assert_places_exist(check, FORM)
    assert {finding.code for finding in check.findings} <= {"ARB-006"}
    assert check.not_run == ()


@pytest.mark.parametrize("kommune", ["956", "707"])
def test_every_rule_on_rows_with_a_number_alone(kommune: str) -> None:
    """Rows that hold a CPR number and nothing else lack what is required, and no rule stops."""
    minimal = [
        make_raw_sheet(FORM, sheet.id, [{"cpr": "7107760001"}]) for sheet in FORM.entry_sheets()
    ]
    raw = make_raw_workbook(FORM, minimal, meta={"kommune_kode": kommune})
    check = check_workbook(raw, FORM, today=TODAY)
    assert_places_exist(check, FORM)
    assert {finding.code for finding in check.findings} == {"FLT-001", "CPR-005"}
    assert check.not_run == ()


def test_rules_of_one_country_could_not_run_when_the_kommune_is_unknown() -> None:
    """The rules of both countries run all the same; the workbook is not accepted."""
    row = {"cpr": "7107760001", "sagsbehandler": "AB"}
    sheets = [make_raw_sheet(FORM, "borger", [row])]
    raw = make_raw_workbook(FORM, sheets, meta={"kommune_kode": "000"})
    check = check_workbook(raw, FORM, today=TODAY)
    assert {finding.code for finding in check.findings} == {"CPR-005", "BRG-048"}
    assert {"AFG-001", "AFG-004", "BRG-006", "BRG-016"} <= set(check.not_run)
    assert {"FOR-001", "BRG-001"}.isdisjoint(check.not_run)
    assert not check.accepted


@pytest.mark.parametrize("sheet_id", [sheet.id for sheet in FORM.entry_sheets()])
def test_every_rule_with_a_column_or_a_sheet_lost(sheet_id: str) -> None:
    """A lost column stops rules by name and makes none of the others strike."""
    full = [
        make_raw_sheet(FORM, sheet.id, [{"cpr": "7107760001"}]) for sheet in FORM.entry_sheets()
    ]
    raw = make_raw_workbook(FORM, full)
    usual = {finding.code for finding in check_workbook(raw, FORM, today=TODAY).findings}
    for field in FORM.sheet(sheet_id).entry_fields():
        lost = make_raw_sheet(FORM, sheet_id, [{"cpr": "7107760001"}], missing=(field.id,))
        damaged = replace(raw, sheets={**raw.sheets, sheet_id: lost})
        check = check_workbook(damaged, FORM, today=TODAY)
        assert_places_exist(check, FORM)
        assert {finding.code for finding in check.findings} <= usual
        assert not check.accepted
    rest = {name: sheet for name, sheet in raw.sheets.items() if name != sheet_id}
    check = check_workbook(replace(raw, sheets=rest, missing=(sheet_id,)), FORM, today=TODAY)
    assert {finding.code for finding in check.findings} <= usual
    assert check.not_run


def test_there_are_more_than_eighty_rules_of_cells_rows_citizens_and_workbook() -> None:
    """Design section 5 asks for at least 80 codes over all levels."""
    assert len([rule for rule in FORM.rules if rule.level in OWN_LEVELS]) >= 80


def test_every_code_is_of_its_family_and_has_its_words() -> None:
    """A code is letters and number; cells and rows have a short status without placeholders."""
    for rule in FORM.rules:
        assert re.fullmatch(r"[A-Z]{3}-\d{3}", rule.code)
        for language in FORM.texts.languages():
            texts = FORM.texts.by_language[language]
            for part in ("message", "remedy"):
                holes = set(re.findall(r"\{(\w+)\}", texts[f"rule.{rule.code}.{part}"]))
                assert rule.level not in OWN_LEVELS or holes <= PLACEHOLDERS, rule.code
            if rule.level in {RuleLevel.FIELD, RuleLevel.ROW}:
                status = texts[f"rule.{rule.code}.status"]
                assert 0 < len(status) <= STATUS_LENGTH
                assert "{" not in status


def test_the_catalogue_has_a_line_per_rule_in_both_languages() -> None:
    """Lines name sheet and fields in words, and no placeholder is left."""
    for language in FORM.texts.languages():
        lines = catalogue_lines(SpokenForm(FORM, language))
        assert [line.code for line in lines] == [rule.code for rule in FORM.rules]
        assert not any("{" in line.message + line.remedy for line in lines)
    by_code = {line.code: line for line in catalogue_lines(SpokenForm(FORM, "da"))}
    assert by_code["BRG-006"].sheet == "Afgørelser"
    assert "Vurderinger: Vurderingsdato" in by_code["BRG-006"].fields
    assert by_code["BRG-006"].jurisdictions == ("GL",)
