"""The check as a whole: cases held together, one finding per cause, what was accepted earlier."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from fpsheet_templates.errors import SpecError
from fpsheet_templates.expression import parse_expression
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import Rule, RuleLevel, Severity
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.check import check_workbook
from fpsheet_validation.raw import CellKind
from fpsheet_validation.rules.fault_order import fault_place, status_rules
from fpsheet_validation.trial import try_row_rules
from fpsheet_validation.typed import empty_frame
from tests.support.first_fault import first_fault
from tests.support.rows import make_raw_sheet, make_raw_workbook

if TYPE_CHECKING:
    from fpsheet_validation.typed import Check

FORM = load_form()
TODAY = date(2026, 3, 2)
ONE, TWO = "7107760001", "7107760002"


def citizen(cpr: str | None) -> dict[str, str | None]:
    """A row of Borgere without a fault."""
    return {
        "cpr": cpr,
        "pensionist_foer_reform": "Nej",
        "sagsbehandler": "AB",
        "ansoegning_dato": "2026-01-05 00:00:00",
    }


def course(cpr: str | None, start: str, **more: str) -> dict[str, str | None]:
    """A row of Forløb without a fault."""
    return {"cpr": cpr, "forloeb_type": "Andet forløb", "start_dato": f"{start} 00:00:00", **more}


def check(*sheets: object, **more: object) -> Check:
    """Check a workbook of the given sheets."""
    return check_workbook(make_raw_workbook(FORM, sheets), FORM, today=TODAY, **more)  # type: ignore[arg-type]


def test_one_grave_fault_holds_all_rows_of_the_citizen_and_nobody_else() -> None:
    """The unit of acceptance is the case: rows of one CPR number in every sheet."""
    done = check(
        make_raw_sheet(FORM, "borger", [citizen(ONE), citizen(TWO)]),
        make_raw_sheet(
            FORM,
            "forloeb",
            [course(ONE, "2026-01-05"), course(TWO, "2026-01-05", timer_pr_uge="41")],
        ),
    )
    assert done.blocked["borger"] == {5}
    assert done.blocked["forloeb"] == {5}
    assert done.blocked["job"] == frozenset()
    assert not done.accepted


def test_a_row_without_a_readable_number_is_held_by_itself() -> None:
    """It belongs to no case, so it can hold no other row."""
    done = check(
        make_raw_sheet(FORM, "borger", [citizen(ONE)]),
        make_raw_sheet(FORM, "forloeb", [course(None, "2026-01-05"), course(ONE, "2026-01-05")]),
    )
    assert done.blocked == {sheet: frozenset() for sheet in done.sheets} | {"forloeb": {4}}


def test_warnings_and_repairs_hold_nothing() -> None:
    """A workbook with warnings alone is accepted."""
    done = check(
        make_raw_sheet(FORM, "borger", [citizen(ONE)]),
        make_raw_sheet(
            FORM,
            "forloeb",
            [{**course(ONE, "2026-01-05"), "start_dato": "05-03-2026"}],
            kinds={(4, "start_dato"): frozenset({CellKind.TEXT})},
        ),
    )
    assert [finding.code for finding in done.findings] == ["CPR-005", "FLT-021", "FOR-008"]
    assert not any(done.blocked.values())
    assert done.accepted


def test_an_unreadable_day_is_told_once() -> None:
    """Not also missing, not also out of order, not also missing for another sheet's rule."""
    done = check(
        make_raw_sheet(FORM, "borger", [citizen(ONE)]),
        make_raw_sheet(
            FORM,
            "forloeb",
            [{**course(ONE, "x", slut_dato="2026-01-05 00:00:00"), "resultat": "udsat"}],
        ),
    )
    own = [finding.code for finding in done.findings if finding.sheet == "forloeb"]
    assert own == ["FLT-006", "FOR-016"]


def test_rows_accepted_earlier_are_seen_and_never_pointed_at() -> None:
    """An assessment of an earlier submission satisfies the award; an overlap with one is told."""
    schema = empty_frame(FORM, "vurdering").schema
    assessment = {
        "cpr": ONE,
        "vurdering_dato": date(2025, 12, 1),
        "arbejdsevne_pct": 40,
        "maks_timer_pr_uge": 20.0,
        "raekke": 4,
    }
    known = {"vurdering": pl.DataFrame([assessment], schema=schema)}
    award = {
        "cpr": ONE,
        "afgoerelse_dato": "2026-01-05 00:00:00",
        "afgoerelse": "Tilkendelse",
        "niveau": "Laveste",
        "virkning_dato": "2026-02-01 00:00:00",
        "instans": "Kommunalbestyrelsen",
        "foreliggende_grundlag": "Ja",
    }
    sheets = (
        make_raw_sheet(FORM, "borger", [citizen(ONE)]),
        make_raw_sheet(FORM, "afgoerelse", [award]),
    )
    alone = check(*sheets)
    assert "BRG-006" in {finding.code for finding in alone.findings}
    done = check(*sheets, known=known)
    found = {finding.code: finding for finding in done.findings}
    assert "BRG-006" not in found
    assert found["BRG-007"].cell == "F4"
    assert "(see –)" in found["BRG-007"].message(SpokenForm(FORM, "en"))


def test_findings_stand_in_the_order_of_sheets_rows_and_columns() -> None:
    """The reader goes through the workbook once."""
    done = check(
        make_raw_sheet(FORM, "forloeb", [course(ONE, "2030-01-05"), course(None, "2026-01-05")]),
        make_raw_sheet(FORM, "borger", [citizen(TWO)]),
    )
    places = [(finding.sheet, finding.row, finding.column) for finding in done.findings]
    order = [sheet.id for sheet in FORM.sheets]
    assert places == sorted(places, key=lambda place: (order.index(place[0]), *place[1:]))


def test_the_first_fault_is_the_gravest_then_the_leftmost_then_the_lowest_code() -> None:
    """The status of a row and the check name the same fault."""
    done = check(
        make_raw_sheet(FORM, "borger", [citizen(ONE)]),
        make_raw_sheet(
            FORM,
            "forloeb",
            [course(ONE, "2030-01-05", timer_pr_uge="41", motivation="ukendt")],
        ),
    )
    own = [finding for finding in done.findings if finding.sheet == "forloeb"]
    assert {finding.code for finding in own} == {"FOR-008", "FLT-013", "FLT-015"}
    named = first_fault(own, FORM)
    assert named is not None
    assert named.code == "FLT-013"
    assert first_fault([f for f in done.findings if f.code.startswith("BRG")], FORM) is None
    rules = status_rules(FORM, "forloeb", "GL")
    places = [fault_place(FORM, "forloeb", rule.code, rule.fields[0]) for rule in rules]
    assert places == sorted(places)
    assert {rule.code for rule in rules}.isdisjoint({"FOR-005", "FOR-006"})


def test_a_new_rule_can_be_tried_before_it_is_in_the_catalogue() -> None:
    """The trial tells where it would strike; an expression without meaning is refused."""
    rule = Rule(
        code="FOR-999",
        level=RuleLevel.ROW,
        severity=Severity.ADVARSEL,
        sheet="forloeb",
        fields=("start_dato",),
        fails_when=parse_expression("start_dato >= add_months(TODAY, -1)"),
    )
    raw = make_raw_workbook(
        FORM,
        [make_raw_sheet(FORM, "forloeb", [course(ONE, "2026-02-01"), course(ONE, "2026-02-02")])],
    )
    (trial,) = try_row_rules([rule], raw, FORM, today=TODAY)
    assert (trial.code, trial.rows, trial.struck, trial.citizens) == (rule.code, 2, (5,), 1)
    assert trial.cells == (f"Forløb!{raw.sheets['forloeb'].columns['start_dato']}5",)
    senseless = Rule(
        **{
            **{name: getattr(rule, name) for name in Rule.__slots__},
            "fails_when": parse_expression("start_dato > 5"),
        }
    )
    with pytest.raises(SpecError):
        try_row_rules([senseless], raw, FORM, today=TODAY)
