"""A text that Excel made a number of: what the cell shows is offered in the returned workbook.

FLT-032. The offer stands in the list of the caseworker's own file and in no finding.
"""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from fpsheet.returned.mark_workbook import return_workbook
from fpsheet.returned.shown_text import OFFERED, show_number
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import Row, check_bytes, edit, make_workbook, opened
from tests.support.xlsx_parts import column_of

if TYPE_CHECKING:
    from openpyxl import Workbook

FORM = load_form()
ROWS: dict[str, list[Row]] = {
    "borger": [{"cpr": "6101801234", "pensionist_foer_reform": "nej", "sagsbehandler": "ABC"}]
}
CELL = f"{column_of('borger', 'journal_nr', 'GL')}4"

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (46054, "dd\\-mm\\-yyyy", "01-02-2026"),
        (46054, "d-mmm", "1-feb"),
        (46054, "mmm-yy", "feb-26"),
        (46054, "[$-406]d. mmm yyyy;@", "1. feb 2026"),
        (44592, 'd"/"m', "31/1"),
        (61, "d-m-yyyy", "1-3-1900"),
        (2_958_465, "yyyy-mm-dd", "9999-12-31"),
        (1234, "00000000", "00001234"),
        (123, "0000-00", "0001-23"),
        (20241234, "0000\\-0000", "2024-1234"),
        (1234567, "0000", "1234567"),
        (46054, "d-m-yyyy h:mm", ""),
        (60, "d-m-yyyy", ""),
        (2_958_466, "d-m-yyyy", ""),
        (3, "0%", ""),
        (3, '0 "kr."', ""),
        (3, "", ""),
    ],
)
def test_a_number_is_shown_as_its_format_has_it(value: int, code: str, shown: str) -> None:
    """Days and zeros, worked by hand; of a format that is neither nothing is offered."""
    assert show_number(value, code) == shown


def test_days_counted_from_1904() -> None:
    """1 February 2026 is 44592 there, 1,462 days fewer."""
    assert show_number(44592, "dd-mm-yyyy", date1904=True) == "01-02-2026"


def list_of(content: bytes) -> list[str]:
    """Return the advice of each line of the list in the returned workbook."""
    checked = check_bytes(content, FORM)
    returned = return_workbook(
        opened(content), checked.findings, checked.check, SpokenForm(FORM, "da")
    )
    sheet = load_workbook(BytesIO(returned))[FORM.texts.get("returned.sheet", "da")]
    return [str(row[7].value) for row in sheet.iter_rows(min_row=4) if row[10].value in OFFERED]


@pytest.mark.parametrize(
    ("value", "look", "shown"),
    [
        (date(2026, 2, 1), "d-mmm", "»01-feb«"),
        (1234, "00000000", "»00001234«"),
        (2.02412345678901e16, "General", "»20241234567890100«"),
        (20241234567890100, "0", "»20241234567890100«"),
    ],
)
def test_what_the_cell_shows_is_offered(value: object, look: str, shown: str) -> None:
    """In the list of the returned workbook, the first and the second time, and in no finding.

    `d-mmm` is a format that is built in, which a Danish Excel shows with two digits.
    """

    def type_it(book: Workbook) -> None:
        cell = book[FORM.sheet_title("borger", "da")][CELL]
        cell.value, cell.number_format = value, look

    content = edit(make_workbook(FORM, ROWS), type_it)
    checked = check_bytes(content, FORM)
    code = "FLT-033" if isinstance(value, int | float) and value > 10**15 else "FLT-032"
    assert (code, "borger", CELL) in checked.cells()
    (advice,) = list_of(content)
    assert shown in advice
    returned = return_workbook(
        opened(content), checked.findings, checked.check, SpokenForm(FORM, "da")
    )
    assert list_of(returned) == [advice]
    assert shown.strip("»«") not in repr(checked.findings)


def test_a_text_that_is_a_text_has_no_offer() -> None:
    """Nothing is offered where nothing was changed."""
    rows: dict[str, list[Row]] = {"borger": [{**ROWS["borger"][0], "journal_nr": "00001234"}]}
    assert list_of(make_workbook(FORM, rows)) == []
