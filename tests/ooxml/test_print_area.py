"""Print areas of ours are plain ranges that are fitted when a workbook is written."""

from __future__ import annotations

import re
import subprocess
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from fpsheet.documents.pictures import find_program
from fpsheet.ooxml.parts import MAIN, Element, parse
from fpsheet.ooxml.print_area import fit_print_areas
from fpsheet.ooxml.printed_page import PrintedPart, rows_on_page
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import FAULTY_ROWS, Row, check_bytes, edit, make_workbook, opened

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

    from tests.support.libreoffice import LibreOffice

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


@pytest.mark.parametrize(("count", "last"), [(0, 28), (26, 29), (40, 55), (52, 55), (104, 107)])
def test_a_workbook_prints_what_is_filled_and_no_page_more(count: int, last: int) -> None:
    """Row 3 has the headings, and a page of Borgere holds 26 rows or, in some programs, more: 28 in
    LibreOffice.

    40 rows end at 43, and two pages at 55 in every program. 104 rows fill four pages of 26, so that
    a row more would begin a page of nothing there. A blank sheet has a page of 25 rows.
    """
    told = areas(make_workbook(FORM, many(count)))
    assert all(PLAIN.fullmatch(area) for area in told.values())
    assert told["Borgere"].endswith(f"${last}")
    assert told["Job"].endswith("$28")


def test_the_returned_workbook_prints_what_was_typed_since() -> None:
    """Rows typed far below the area are in the area of the workbook that comes back."""

    def fill(book: Workbook) -> None:
        book["Borgere"]["C80"] = "6101801234"

    content = edit(make_workbook(FORM, FAULTY_ROWS), fill)
    checked = check_bytes(content, FORM)
    back = return_workbook(opened(content), checked.findings, checked.check, SpokenForm(FORM, "da"))
    assert areas(content)["Borgere"].endswith("$29")
    assert 80 <= int(areas(back)["Borgere"].rpartition("$")[2]) <= 88
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
        ("Job!$B$1:$J$28", "Job!$B$1:$K$48"),
        ("'Job'!$B$1:$J$90", "'Job'!$B$1:$K$90"),
        ("'Job'!$B$1:INDEX('Job'!$J$1:$J$20000,MAX(33,1))", "'Job'!$B$1:$K$48"),
        (
            "CHOOSE(1,'Job'!$B$1,'Job'!$B$1):INDEX('Job'!$J$1:$J$20000,MAX(28,ROW()))",
            "'Job'!$B$1:$K$48",
        ),
        ("Job!$A$1:$J$28", "Job!$A$1:$J$28"),
        ("Job!$B$1:$J$28,Job!$L$1:$M$5", "Job!$B$1:$J$28,Job!$L$1:$M$5"),
        ("#REF!", "#REF!"),
    ],
)
def test_only_areas_of_ours_are_fitted(area: str, after: str) -> None:
    """Plain ones and the formulas they once were; what somebody chose otherwise stays.

    What a page of such a sheet holds is not known, and 8 rows more than the 40 are printed.
    """
    book = book_with(area)
    assert fit_print_areas(book, {}, filled={"Job": 40}, letters={"Job": "K"}) == (area != after)
    assert book[1][0].text == after
    assert not fit_print_areas(book, {}, filled={"A": 99})
    assert book[1][0].text == after


SHEET: Final = (
    '<worksheet><sheetFormatPr defaultRowHeight="20" customHeight="1"/><cols>'
    '<col min="1" max="1" width="9" hidden="1"/><col min="2" max="5" width="{width}"/>{more}</cols>'
    '<sheetData><row r="1" ht="30" customHeight="1"/><row r="2" hidden="1"/></sheetData>'
    '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
    '<pageSetup orientation="{turned}" paperSize="9" fitToWidth="{pages}" fitToHeight="0"/>'
    "</worksheet>"
)
"""Four columns to print, B to E, and rows of 20 points below a heading of 30."""


def page(width: float, pages: int = 1, more: str = "", turned: str = "landscape") -> bytes:
    """Return a sheet with columns of a width in characters."""
    return SHEET.format(width=width, pages=pages, more=more, turned=turned).encode()


@pytest.mark.parametrize(
    ("sheet", "fewest"),
    [
        # 516 points of paper less the heading are 486, of 20 each.
        (page(10), 24),
        # 4 x 60 characters are 1,680 pixels on 1,045 of paper: 62 per cent, 802 points less 30.
        (page(60), 40),
        # On two pages wide two columns, 840 pixels, need no smaller letters.
        (page(60, pages=2), 24),
        # A hidden column is not printed.
        (page(10, more='<col min="6" max="6" width="300" hidden="1"/>'), 24),
        (page(10, turned="portrait"), 0),
        (b"<worksheet/>", 0),
        (b"", 0),
        (b'<pageMargins left="x"/><pageSetup orientation="landscape"/>', 0),
    ],
)
def test_rows_of_a_page_by_hand(sheet: bytes, fewest: int) -> None:
    """The fewest that some program prints; another one holds a tenth more at the most."""
    told = rows_on_page(sheet, PrintedPart(2, 6 if b"300" in sheet else 5, 0, 2))
    assert min(told, default=0) == fewest
    assert max(told, default=0) <= fewest * 1.12 + 1


@pytest.mark.slow
def test_libreoffice_prints_no_page_of_nothing(libreoffice: LibreOffice, tmp_path: Path) -> None:
    """Each page of a filled sheet has a citizen on it, whatever their number."""
    for count in (27, 28, 30, 53, 81):
        path = tmp_path / f"{count}.xlsx"
        path.write_bytes(make_workbook(FORM, many(count), premade=120))
        with libreoffice.open(path) as document:
            document.save_as(path.with_suffix(".pdf"))
        told = subprocess.run(
            [
                find_program("pdftotext"),
                "-layout",
                "-enc",
                "UTF-8",
                str(path.with_suffix(".pdf")),
                "-",
            ],
            check=True,
            capture_output=True,
        ).stdout.decode()
        shown = [page for page in told.split("\f") if page.lstrip().startswith("Borgere")]
        assert len(shown) >= 2
        assert all(re.search(r"\d{6}-\d{4}", page) for page in shown), count
