"""The live status while a person works: typing, sorting, moving, inserting and annulling rows.

Column B of Vurderinger: cpr C, vurdering_dato D, arbejdsevne_pct E, maks_timer_pr_uge F, tekst G,
annuller H.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from fpsheet_templates.load import load_form
from tests.support.desk import check_bytes
from tests.support.issued import issue, typed_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.libreoffice import Document, LibreOffice

SHEET: Final = "Vurderinger"
FINE: Final = "✔ I orden"
TOO_HIGH: Final = "✖ Arbejdsevne (pct.): Tallet er for stort eller for lille"
NO_HOURS: Final = "✖ Vurderingsdato: Skal udfyldes"

ROWS: Final = typed_rows("""
# borger
| cpr        | pensionist_foer_reform | sagsbehandler |
| 6503781234 | nej                    | ab            |
| 6103781234 | nej                    | ab            |
| 6203781234 | nej                    | ab            |

# vurdering
| cpr        | vurdering_dato | arbejdsevne_pct | maks_timer_pr_uge |
| 6503781234 | 2018-02-15     | 400             | 15                |
| 6103781234 | 2017-06-15     | 60              | 22.5              |
| 6203781234 |                | 60              | 20                |
""")


@pytest.fixture
def workbook(libreoffice: LibreOffice, tmp_path: Path) -> Iterator[Document]:
    """Three rows, the first and the third at fault, then five blank ones."""
    path = tmp_path / "956.xlsx"
    path.write_bytes(issue(ROWS, premade=5))
    with libreoffice.open(path) as document:
        yield document


def status(document: Document, *, first: int = 4, last: int = 11) -> list[str]:
    """Return what the Status column shows."""
    return [str(row[0]) for row in document.values(SHEET, f"B{first}:B{last}")]


@pytest.mark.lo
def test_the_status_follows_what_is_typed(libreoffice: LibreOffice, tmp_path: Path) -> None:
    """Blank rows say nothing; the first thing that lacks is named until the row is in order."""
    path = tmp_path / "956.xlsx"
    path.write_bytes(issue({"borger": ROWS["borger"]}, premade=2))
    with libreoffice.open(path) as document:
        assert status(document, last=5) == ["", ""]
        steps = {
            "C4": ("6503781234", "✖ Vurderingsdato: Skal udfyldes"),
            "D4": ("15-02-2018", "✖ Arbejdsevne (pct.): Skal udfyldes"),
            "E4": ("40", "⚠ Maks. timer pr. uge mangler"),
            "F4": ("15", FINE),
        }
        for cell, (text, said) in steps.items():
            document.set_text(SHEET, cell, text)
            assert status(document, last=5) == [said, ""]
        assert document.value(SHEET, "C4") == "6503781234"


PER_CENT: Final = "✖ Arbejdsevne (pct.): Skriv tallet uden procenttegn"
NO_AMOUNT: Final = "✖ Arbejdsevne (pct.): Vises som dato, tid eller beløb. Skriv tallet igen"


@pytest.mark.lo
@pytest.mark.parametrize(
    ("cell", "text", "said", "code"),
    [
        ("E5", "100%", PER_CENT, "FLT-030"),
        ("E5", "40 %", PER_CENT, "FLT-030"),
        ("E5", "100", FINE, ""),
        ("E5", "12:00", NO_AMOUNT, "FLT-031"),
        ("E5", "1-2-2026", NO_AMOUNT, "FLT-031"),
        ("E5", "30 kr.", NO_AMOUNT, "FLT-031"),
        ("F5", "22,5", FINE, ""),
    ],
)
def test_a_number_typed_as_something_else(
    workbook: Document, tmp_path: Path, cell: str, text: str, said: str, code: str
) -> None:
    """A percentage, a time, a day and money are told as such, live and in the check."""
    workbook.set_text(SHEET, cell, text)
    if text.endswith("kr."):
        # As it is typed where the language of the system has this currency.
        workbook.cell(SHEET, cell).setValue(30)
        formats = workbook.component.getNumberFormats()
        danish = workbook.office.uno.createUnoStruct("com.sun.star.lang.Locale")
        danish.Language, danish.Country = "da", "DK"
        workbook.cell(SHEET, cell).NumberFormat = formats.getStandardFormat(8, danish)
    workbook.recalculate()
    assert status(workbook)[1] == said
    saved = workbook.save_as(tmp_path / "saved.xlsx")
    found = check_bytes(saved.read_bytes(), load_form()).cells()
    at_cell = {each for each, *place in found if place == ["vurdering", cell]}
    assert at_cell == ({code} if code else set())


@pytest.mark.lo
def test_the_status_stays_with_its_row_when_rows_are_sorted(workbook: Document) -> None:
    """Sorted by CPR number, the second row comes first."""
    assert status(workbook)[:3] == [TOO_HIGH, FINE, NO_HOURS]
    area = workbook.sheet(SHEET).getCellRangeByName("A4:T11")
    field = workbook.office.uno.createUnoStruct("com.sun.star.table.TableSortField")
    field.Field, field.IsAscending = 2, True
    fields = workbook.office.uno.Any("[]com.sun.star.table.TableSortField", (field,))
    options = workbook.office.options(SortFields=fields, ContainsHeader=False)
    workbook.office.uno.invoke(area, "sort", (options,))
    workbook.recalculate()
    assert [row[0] for row in workbook.values(SHEET, "C4:C6")] == [
        "610378-1234",
        "620378-1234",
        "650378-1234",
    ]
    assert status(workbook)[:3] == [FINE, NO_HOURS, TOO_HIGH]


@pytest.mark.lo
def test_cells_cut_and_pasted_are_judged_where_they_are(workbook: Document) -> None:
    """A plain reference would follow the cells and judge the old row by them."""
    workbook.dispatch(".uno:Cut", sheet=SHEET, address="C4:H4")
    workbook.dispatch(".uno:Paste", sheet=SHEET, address="C9:H9")
    workbook.recalculate()
    assert status(workbook) == ["", FINE, NO_HOURS, "", "", TOO_HIGH, "", ""]


@pytest.mark.lo
def test_rows_inserted_and_deleted_disturb_no_other(workbook: Document) -> None:
    """An inserted row has no status until it gets the formulas; the others keep theirs."""
    workbook.dispatch(".uno:InsertRowsBefore", sheet=SHEET, address="A5:T5")
    workbook.dispatch(".uno:DeleteRows", sheet=SHEET, address="A4:T4")
    workbook.recalculate()
    assert status(workbook)[:3] == ["", FINE, NO_HOURS]
    assert workbook.error_cells(SHEET) == ()
    assert workbook.error_cells("Forside") == ()
    assert workbook.value("Forside", "D20") == 2.0


def letter(workbook: Document, sheet: str, identity: str) -> str:
    """Return the letter of the column whose hidden second row says which field it is."""
    identities = workbook.values(sheet, "A2:Z2")[0]
    return chr(ord("A") + identities.index(identity))


@pytest.mark.lo
def test_an_annulled_row_needs_no_more_than_its_citizen(workbook: Document) -> None:
    """Nothing else is judged, but the number must be there."""
    workbook.set_text(SHEET, f"{letter(workbook, SHEET, 'vurdering.annuller')}6", "Dublet")
    assert status(workbook)[2] == "– Annulleret"
    workbook.cell(SHEET, "C6").setString("")
    assert status(workbook)[2] == "✖ CPR-nummer: Skal udfyldes"


@pytest.mark.lo
def test_the_cell_at_fault_is_the_one_marked(workbook: Document) -> None:
    """The hidden heading names its column; a row in order names none."""
    at = letter(workbook, SHEET, "#felt")
    marked = [row[0] for row in workbook.values(SHEET, f"{at}4:{at}6")]
    assert marked == ["Arbejdsevne (pct.) *", "", "Vurderingsdato *"]


@pytest.mark.lo
def test_a_row_of_a_stranger_says_so_until_the_citizen_is_entered(workbook: Document) -> None:
    """A slip in the number on one sheet is the commonest of all; every row of it is marked."""
    workbook.set_text(SHEET, "C5", "610378-1243")
    assert status(workbook)[1] == "✖ Borgeren står ikke på arket Borgere"
    workbook.set_text("Borgere", "C7", "610378-1243")
    assert status(workbook)[1] == FINE
    workbook.set_text("Borgere", "C7", "")
    former = letter(workbook, "Borgere", "borger.tidligere_cpr")
    workbook.set_text("Borgere", f"{former}5", "610378-1243")
    assert status(workbook)[1] == FINE, "a former number is told of by the check"


@pytest.mark.lo
def test_a_citizen_typed_twice_is_told_at_the_second_row(workbook: Document) -> None:
    """With hyphen or without; an annulled row does not count."""

    def told() -> list[object]:
        return [row[0] for row in workbook.values("Borgere", "B4:B7")]

    for cell, text in {"C7": "6103781234", "G7": "Nej", "H7": "ab"}.items():
        workbook.set_text("Borgere", cell, text)
    first = told()
    assert first[3] == "✖ Borgeren står her i forvejen"
    assert str(first[1]).startswith("⚠ CPR-nummer: Erstatningsnummer")
    workbook.set_text("Borgere", f"{letter(workbook, 'Borgere', 'borger.annuller')}5", "Dublet")
    assert str(told()[3]).startswith("⚠ CPR-nummer: Erstatningsnummer")
