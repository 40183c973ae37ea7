"""Row expressions as formulas: the text of each kind of node, and what is refused.

Whether the formulas mean the same as the check is for `tests/workbook/test_status_differential`.
"""

from __future__ import annotations

import pytest

from fpsheet.workbook.formula import FormulaPrinter
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.row_fault import row_faults
from fpsheet.workbook.status import make_status
from fpsheet_templates.errors import SpecError
from fpsheet_templates.expression import parse_expression
from fpsheet_templates.load import load_form
from tests.support.formula_lint import LONGEST
from tests.support.issued import ISSUED, WORKBOOK_ID

FORM = load_form()
PRINTER = FormulaPrinter(FORM.sheet("forloeb"), FORM.constants)


@pytest.mark.parametrize(
    ("expression", "formula"),
    [
        ("always", "TRUE"),
        ("blank(slut_dato)", 'n_forloeb_slut_dato=""'),
        ("filled(slut_dato)", 'n_forloeb_slut_dato<>""'),
        ("forloeb_type == 'andet'", 'n_forloeb_forloeb_type="andet"'),
        (
            "forloeb_type != 'andet'",
            (
                'AND(n_forloeb_forloeb_type<>"",LEFT(n_forloeb_forloeb_type)<>"!",'
                'n_forloeb_forloeb_type<>"andet")'
            ),
        ),
        (
            "forloeb_type in ('andet', 'revurdering')",
            'OR(n_forloeb_forloeb_type="andet",n_forloeb_forloeb_type="revurdering")',
        ),
        (
            "forloeb_type in ('a', 'b', 'c', 'd')",
            'ISNUMBER(MATCH(n_forloeb_forloeb_type,{"a","b","c","d"},0))',
        ),
        (
            "slut_dato < start_dato",
            (
                "IF(COUNT(n_forloeb_slut_dato,n_forloeb_start_dato)=2,"
                "n_forloeb_slut_dato<n_forloeb_start_dato,FALSE)"
            ),
        ),
        (
            "not timer_pr_uge > 37.5",
            "NOT(IF(COUNT(n_forloeb_timer_pr_uge)=1,n_forloeb_timer_pr_uge>37.5,FALSE))",
        ),
        # 1 July 2016 is day 42552.
        (
            "start_dato >= REFORM_IKRAFT and start_dato <= TODAY",
            (
                "AND(IF(COUNT(n_forloeb_start_dato)=1,n_forloeb_start_dato>=42552,FALSE),"
                "IF(COUNT(n_forloeb_start_dato)=1,n_forloeb_start_dato<=idag,FALSE))"
            ),
        ),
        (
            "add_years(start_dato, REVURDERING_AAR) < TODAY",
            (
                "IF(COUNT(n_forloeb_start_dato)=1,IFERROR(EDATE(n_forloeb_start_dato,12*5)<idag,"
                "FALSE),FALSE)"
            ),
        ),
        (
            "add_months(start_dato, -1) < TODAY",
            (
                "IF(COUNT(n_forloeb_start_dato)=1,IFERROR(EDATE(n_forloeb_start_dato,-1)<idag,"
                "FALSE),FALSE)"
            ),
        ),
        (
            "slut_dato - add_days(start_dato, 3) == 0",
            (
                "IF(COUNT(n_forloeb_slut_dato,n_forloeb_start_dato)=2,"
                "ROUND(n_forloeb_slut_dato-(n_forloeb_start_dato+3),9)=0,FALSE)"
            ),
        ),
    ],
)
def test_each_node_prints(expression: str, formula: str) -> None:
    """A comparison with a blank or unreadable cell is false, whatever stands beside it."""
    assert PRINTER.condition(parse_expression(expression)) == formula


@pytest.mark.parametrize(
    "expression",
    [
        "forloeb_type < 'andet'",
        "forloeb_type == 5",
        "start_dato == 'x'",
        "start_dato > UKENDT",
        "tekst == 'x'",
    ],
)
def test_what_a_worksheet_cannot_say_is_refused(expression: str) -> None:
    """Codes have no order, kinds do not mix, constants exist, texts are only blank or filled."""
    with pytest.raises(SpecError):
        PRINTER.condition(parse_expression(expression))


def test_a_field_of_another_sheet_is_refused() -> None:
    """A row rule reads its own row only."""
    with pytest.raises(KeyError):
        PRINTER.condition(parse_expression("blank(niveau)"))


@pytest.mark.parametrize("kommune", ["956", "707"])
@pytest.mark.parametrize("sheet", [sheet.id for sheet in FORM.entry_sheets()])
def test_every_rule_of_a_row_is_asked_in_the_order_of_the_check(kommune: str, sheet: str) -> None:
    """The faults of a sheet are in the order the check gives, each rule of the place once, one of
    the citizen beside them, and no formula is longer than Excel takes.
    """
    issue = Issue(FORM, FORM.kommuner[kommune], 2026, "da", WORKBOOK_ID, ISSUED)
    faults = row_faults(issue, FORM.sheet(sheet))
    assert [fault.place for fault in faults] == sorted(fault.place for fault in faults)
    wide = "ARB-002" if sheet == "borger" else "BRG-001"
    asked = [fault.codes[0] for fault in faults if fault.is_row_rule]
    assert sorted(set(asked) - {wide}) == [
        rule.code
        for rule in FORM.rules
        if rule.sheet == sheet
        and rule.level.value == "row"
        and issue.jurisdiction in rule.jurisdictions
    ]
    assert len(asked) == len(set(asked))
    assert wide in asked
    status = make_status(issue, FORM.sheet(sheet))
    named = [formula for column in status.columns for _, formula in column.named]
    formulas = [*named, *(column.formula for column in status.columns)]
    assert max(map(len, formulas)) <= LONGEST
    keys = [line.key for line in status.lines]
    assert len(set(keys)) == len(keys)
