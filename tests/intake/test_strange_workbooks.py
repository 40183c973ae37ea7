"""Workbooks as offices really send them: odd in their own way, told in few and plain findings.

Each was made from one sound workbook with another program (openpyxl) that knows nothing of ours.
What is expected is the number of findings of each rule beyond those of the sound workbook.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from openpyxl.utils import get_column_letter

from fpsheet_templates.load import load_form
from tests.checking.test_planted_faults import CITIZEN, FIRST_ROW
from tests.support.desk import check_bytes, edit, make_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

FORM = load_form()
CITIZENS = 8
ROWS = range(FIRST_ROW, FIRST_ROW + CITIZENS)
BELOW = FIRST_ROW + CITIZENS + 6
HEADINGS, IDENTITIES = FIRST_ROW - 1, FIRST_ROW - 2


def sheet(book: Workbook, sheet_id: str) -> Worksheet:
    """Return an entry sheet."""
    return book[FORM.sheet_title(sheet_id, "da")]


def letter(sheet_id: str, field: str) -> str:
    """Return the column of a field as issued."""
    fields = FORM.in_country("GL").sheet(sheet_id).fields
    return get_column_letter(1 + [each.id for each in fields].index(field))


def type_down(
    book: Workbook, sheet_id: str, field: str, entry: Callable[[int], str | float]
) -> None:
    """Type into a column, from the first row down."""
    for place, row in enumerate(ROWS):
        sheet(book, sheet_id)[f"{letter(sheet_id, field)}{row}"] = entry(place)


def repeat_headings(book: Workbook) -> None:
    """Have the headings once more in the middle of the rows."""
    own = sheet(book, "forloeb")
    own.insert_rows(FIRST_ROW + 3)
    for column in range(2, own.max_column + 1):
        own.cell(FIRST_ROW + 3, column).value = own.cell(HEADINGS, column).value


def sum_up(book: Workbook) -> None:
    """Have a sum below the rows."""
    own = sheet(book, "job")
    own[f"C{BELOW}"], own[f"{letter('job', 'timer_pr_uge')}{BELOW}"] = "I alt 8", 40 * 8


def note(book: Workbook) -> None:
    """Have a note below the rows and others beside them."""
    own = sheet(book, "forloeb")
    own[f"C{BELOW}"] = "NB: de over 60 står på side 2"
    own.cell(FIRST_ROW, own.max_column + 2).value = "Ring!"


def month_first(book: Workbook) -> None:
    """Have dates as a program with American settings writes them, 01/20/2026 to 02/10/2026."""
    days = [date(2026, 1, 20) + timedelta(days=3 * place) for place in range(CITIZENS)]
    type_down(book, "forloeb", "start_dato", lambda place: f"{days[place]:%m/%d/%Y}")


def look_up(book: Workbook) -> None:
    """Have formulas for the CPR numbers of a sheet."""
    type_down(book, "forloeb", "cpr", lambda place: f"=Borgere!C{FIRST_ROW + place}")


def lose_zeros(book: Workbook) -> None:
    """Have CPR numbers as Excel makes them of what is pasted: numbers of nine digits."""
    type_down(book, "vurdering", "cpr", lambda place: 101401234 + 10 * place)


def lose_column(book: Workbook) -> None:
    """Have a sheet without the column of citizens."""
    sheet(book, "forloeb").delete_cols(3)


def delete_hidden_row(book: Workbook) -> None:
    """Have a sheet whose hidden row went, with a program that moves neither names nor tables."""
    sheet(book, "forloeb").delete_rows(IDENTITIES)


def paste_into_new(book: Workbook) -> None:
    """Have sheets rebuilt from their values alone, without what they are known by."""
    for name in list(book.defined_names):
        del book.defined_names[name]
    for sheet_id in CITIZEN:
        sheet(book, sheet_id).delete_rows(IDENTITIES)


def copy_twice(book: Workbook) -> None:
    """Have two copies of a sheet beside it."""
    for _ in range(2):
        book.copy_worksheet(sheet(book, "forloeb"))


def copy_below(book: Workbook) -> None:
    """Have all rows of a sheet once more below them."""
    own = sheet(book, "forloeb")
    for row in ROWS:
        for column in range(1, own.max_column + 1):
            own.cell(row + CITIZENS, column).value = own.cell(row, column).value


def hide(book: Workbook) -> None:
    """Have rows hidden by a filter."""
    for row in list(ROWS)[2:5]:
        sheet(book, "forloeb").row_dimensions[row].hidden = True


def export_from_numbers(book: Workbook) -> None:
    """Have what another program makes of it: other tab names, a row above, no names or tables."""
    for name in list(book.defined_names):
        del book.defined_names[name]
    for own in book.worksheets:
        for table in list(own.tables):
            del own.tables[table]
        own.title = f"{own.title} - Tabel 1"
        own.insert_rows(1)


def protect(book: Workbook) -> None:
    """Have every sheet protected with the caseworker's password."""
    for own in book.worksheets:
        own.protection.sheet = True
        own.protection.password = "hendes"


def per_cent(book: Workbook) -> None:
    """Have percentages typed with their sign."""
    type_down(book, "vurdering", "arbejdsevne_pct", lambda _: 0.2)


CASES: dict[Callable[[Workbook], None], dict[str, int]] = {
    repeat_headings: {"CPR-001": 1},
    sum_up: {"CPR-001": 1},
    note: {"CPR-001": 1, "STR-056": 1},
    # The four of January cannot be read; 02/01 becomes 2 January, and 02/04, 02/07 and 02/10 begin
    # after they end and after the decision.
    month_first: {"FLT-009": 4, "FLT-021": 4, "ARB-017": 1, "FOR-001": 3, "BRG-028": 3},
    look_up: {"FLT-003": CITIZENS},
    lose_zeros: {"CPR-002": CITIZENS},
    lose_column: {"STR-053": 1},
    delete_hidden_row: {"STR-055": 1},
    paste_into_new: {"STR-067": len(CITIZEN)},
    copy_twice: {"STR-052": 2},
    copy_below: {"ARB-001": CITIZENS},
    hide: {"STR-064": 1},
    export_from_numbers: {"STR-051": len(CITIZEN) + 1},
    protect: {},
    per_cent: {"FLT-011": CITIZENS},
}


@pytest.fixture(scope="module")
def sound() -> bytes:
    """A workbook of eight citizens as issued and filled."""
    rows = {
        sheet_id: [{"cpr": f"610180123{place}", **row} for place in range(CITIZENS)]
        for sheet_id, row in CITIZEN.items()
    }
    return make_workbook(FORM, rows)


@pytest.mark.parametrize("change", CASES, ids=lambda change: change.__name__)
def test_told_in_few_findings(sound: bytes, change: Callable[[Workbook], None]) -> None:
    """One cause is one finding where it stands; rows are read as they were or named."""
    usual = Counter(finding.code for finding in check_bytes(sound, FORM).findings)
    checked = check_bytes(edit(sound, change), FORM)
    found = Counter(finding.code for finding in checked.findings)
    gone = {code for code in usual if code not in found}
    assert found - usual == Counter(CASES[change])
    # What cannot be read any more cannot be doubted either, and nothing else may go quiet.
    assert not gone or change is paste_into_new
    totals = [own.totals for own in checked.check.raw.sheets.values()]
    assert all(each.xml == each.read + each.blank + each.quarantined for each in totals)
