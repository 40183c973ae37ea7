"""Print areas of ours are plain ranges that are fitted when a workbook is written."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from fpsheet.ooxml.parts import MAIN, Element, parse
from fpsheet.ooxml.print_area import fit_print_areas
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import FAULTY_ROWS, Row, check_bytes, edit, make_workbook, opened

if TYPE_CHECKING:
    from openpyxl import Workbook

FORM: Final = load_form()
PLAIN: Final = re.compile(r"'?[^'!]+'?!\$B\$1:\$[A-Z]+\$\d+")


def areas(content: bytes) -> dict[str, str]:
    """Return the print area of each sheet that has one, read from the XML."""
    with ZipFile(BytesIO(content)) as archive:
        book = parse(archive.read("xl/workbook.xml"))
    titles = [sheet.get("name", "") for sheet in book.iter(f"{{{MAIN}}}sheet")]
    return {
        titles[int(name.get("localSheetId", ""))]: name.text or ""
        for name in book.iter(f"{{{MAIN}}}definedName")
        if name.get("name") == "_xlnm.Print_Area"
    }


def many(count: int) -> dict[str, list[Row]]:
    """Return citizens for a workbook."""
    return {"borger": [{"cpr": f"{61 + n // 12}{n % 12 + 1:02d}801234"} for n in range(count)]}


@pytest.mark.parametrize(("count", "last"), [(0, 28), (40, 51)])
def test_a_workbook_prints_what_is_filled_and_a_little_more(count: int, last: int) -> None:
    """Row 3 has the headings: 40 rows end at 43, and 8 more are for what is typed next.

    A blank sheet has a page of 25 rows, and the Overblik, whose table begins in row 11, one of 23.
    """
    told = areas(make_workbook(FORM, many(count)))
    assert all(PLAIN.fullmatch(area) for area in told.values())
    assert told["Borgere"].endswith(f"${last}")
    assert told["Job"].endswith("$28")
    assert told["Overblik"].endswith("$33")


def test_the_returned_workbook_prints_what_was_typed_since() -> None:
    """Rows typed far below the area are in the area of the workbook that comes back."""

    def fill(book: Workbook) -> None:
        book["Borgere"]["C80"] = "6101801234"

    content = edit(make_workbook(FORM, FAULTY_ROWS), fill)
    checked = check_bytes(content, FORM)
    back = return_workbook(opened(content), checked.findings, checked.check, SpokenForm(FORM, "da"))
    assert areas(content)["Borgere"].endswith("$28")
    assert areas(back)["Borgere"].endswith("$88")
    assert areas(back)["Borgere"] == load_workbook(BytesIO(back))["Borgere"].print_area


def book_with(area: str) -> Element:
    """Return a workbook part whose second sheet, Job, has a print area."""
    return parse(
        f'<workbook xmlns="{MAIN}"><sheets><sheet name="A"/><sheet name="Job"/></sheets>'
        f'<definedNames><definedName name="_xlnm.Print_Area" localSheetId="1">{area}'
        "</definedName></definedNames></workbook>".encode()
    )


@pytest.mark.parametrize(
    ("area", "after"),
    [
        ("Job!$B$1:$J$28", "Job!$B$1:$K$40"),
        ("'Job'!$B$1:$J$90", "'Job'!$B$1:$K$90"),
        ("'Job'!$B$1:INDEX('Job'!$J$1:$J$20000,MAX(33,1))", "'Job'!$B$1:$K$40"),
        (
            "CHOOSE(1,'Job'!$B$1,'Job'!$B$1):INDEX('Job'!$J$1:$J$20000,MAX(28,ROW()))",
            "'Job'!$B$1:$K$40",
        ),
        ("Job!$A$1:$J$28", "Job!$A$1:$J$28"),
        ("Job!$B$1:$J$28,Job!$L$1:$M$5", "Job!$B$1:$J$28,Job!$L$1:$M$5"),
        ("#REF!", "#REF!"),
    ],
)
def test_only_areas_of_ours_are_fitted(area: str, after: str) -> None:
    """Plain ones and the formulas they once were; what somebody chose otherwise stays."""
    book = book_with(area)
    assert fit_print_areas(book, rows={"Job": 40}, letters={"Job": "K"}) == (area != after)
    assert book[1][0].text == after
    assert not fit_print_areas(book, rows={"A": 99})
    assert book[1][0].text == after
