"""What cannot be of a case: each gets a sentence with the way out, which works done literally.

A code of another country or time, an appeal of a decision that is not there or is made later, two
authorities on one day, and one application written twice.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from fpsheet_templates.load import load_form
from tests.support.desk import Row, check_bytes, edit, make_workbook
from tests.support.xlsx_parts import column_of

if TYPE_CHECKING:
    from openpyxl import Workbook

FORM = load_form()
APPLIED, DECIDED, APPEALED = date(2025, 2, 3), date(2025, 6, 2), date(2026, 1, 5)
NUMBERS = [f"610180{1234 + number}" for number in range(7)]
FOREIGN, EXPIRED, LOST, EARLY, SAME_DAY, AGAIN, TWICE = NUMBERS

BODY = "klagenaevn"
UPHELD: Row = {"afgoerelse": "stadfaestet", "instans": BODY}
REFUSED: Row = {
    "afgoerelse_dato": DECIDED,
    "afgoerelse": "afslag",
    "instans": "kommunalbestyrelse",
    "afslagsaarsag": "arbejdsevne",
}
ROWS: dict[str, list[Row]] = {
    "borger": [
        {
            "cpr": cpr,
            "ansoegning_dato": APPLIED,
            "pensionist_foer_reform": "nej",
            "sagsbehandler": "ABC",
        }
        for cpr in NUMBERS
    ],
    "vurdering": [
        {
            "cpr": cpr,
            "vurdering_dato": DECIDED,
            "arbejdsevne_pct": 80,
            "maks_timer_pr_uge": 30,
        }
        for cpr in NUMBERS
    ],
    "forloeb": [
        {"cpr": AGAIN, "forloeb_type": "ansoegning", "start_dato": APPLIED},
        {"cpr": TWICE, "forloeb_type": "ansoegning", "start_dato": APPEALED},
        {"cpr": TWICE, "forloeb_type": "ansoegning", "start_dato": APPEALED},
    ],
    "afgoerelse": [
        {**REFUSED, "cpr": FOREIGN, "afgoerelse": "tilbagevist", "afslagsaarsag": None},
        *({**REFUSED, "cpr": cpr} for cpr in (LOST, EARLY, SAME_DAY, AGAIN, TWICE)),
        {
            **UPHELD,
            "cpr": LOST,
            "afgoerelse_dato": APPEALED,
            "paaklaget_dato": date(2025, 6, 3),
        },
        {
            **UPHELD,
            "cpr": EARLY,
            "afgoerelse_dato": date(2025, 1, 5),
            "paaklaget_dato": DECIDED,
        },
        {**UPHELD, "cpr": SAME_DAY, "afgoerelse_dato": DECIDED, "paaklaget_dato": DECIDED},
    ],
    "overdragelse": [{"cpr": EXPIRED, "til_kommune": "958", "dato": APPEALED}],
}
WAYS_OUT: list[tuple[str, str, str, int, str | date]] = [
    # code; sheet, field and row that are changed as the advice says, and what is typed there.
    ("FLT-016", "afgoerelse", "afgoerelse", 4, "Afslag"),
    ("FLT-017", "overdragelse", "til_kommune", 4, "959 Kommune Qeqertalik"),
    ("BRG-073", "afgoerelse", "paaklaget_dato", 10, DECIDED),
    ("AFG-024", "afgoerelse", "afgoerelse_dato", 11, APPEALED),
    ("BRG-079", "afgoerelse", "afgoerelse_dato", 12, APPEALED),
    ("BRG-082", "forloeb", "annuller", 4, "Dublet"),
    ("ARB-001", "forloeb", "annuller", 6, "Dublet"),
]


@pytest.fixture(scope="module")
def bad() -> bytes:
    """Return the workbook with every fault."""
    return make_workbook(FORM, ROWS, premade=2)


def found(content: bytes) -> set[str]:
    """Return the codes of what the check finds, but of the file and the invented numbers."""
    codes = {finding.code for finding in check_bytes(content, FORM).findings}
    return codes - {"CPR-005", "ARB-006", "ARB-007"}


def test_each_fault_is_found_and_nothing_else(bad: bytes) -> None:
    """Each has its own code, and none brings another along."""
    assert found(bad) == {code for code, *_ in WAYS_OUT}


def test_the_advice_done_literally_makes_every_fault_go(bad: bytes) -> None:
    """A value of the list, the right day, or Dublet: then nothing is found."""

    def mend(book: Workbook) -> None:
        for _, sheet, field, row, value in WAYS_OUT:
            place = f"{column_of(sheet, field, 'GL')}{row}"
            book[FORM.sheet_title(sheet, "da")][place] = value

    assert found(edit(bad, mend)) == set()
