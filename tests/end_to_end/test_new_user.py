"""A new caseworker's first workbook: typed, mended and sent by what the workbook itself says.

She types as people do, LibreOffice recalculates, and each mistake has to say what to type instead.
What is mended is typed into the same cell, formats and all: a remedy that works in a fresh cell
only would leave her where she was.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from fpsheet.cli.program import run
from fpsheet.workbook.style import date_serial
from tests.support.desk import make_database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.libreoffice import Document, LibreOffice

pytestmark = pytest.mark.lo

TODAY: Final = date(2026, 11, 22)

ROWS: Final = (
    ("Borgere", "C4", ("710776-0001", "Opdigtet Et", "Nuuk", "3.1.2026", "nej", "AB")),
    ("Borgere", "C5", ("620380 1234", "Opdigtet To", "Nuuk", "5. januar", "NEJ", "ab")),
    ("Borgere", "C6", ("6301801234", "Opdigtet Tre", "", "", "Nej", "AB")),
    ("Borgere", "D7", ("Opdigtet Fire", "", "", "Nej", "AB")),
    ("Borgere", "C8", ("650180-123", "Opdigtet Fem", "", "31-02-2026", "Måske", "AB")),
    ("Forløb", "C4", ("710776-0001", "afklaringsforløb", "01-02-2026", "01-01-2026")),
    ("Forløb", "I4", ("Afsluttet til nyt forløb",)),
    ("Forløb", "C5", ("710776-0001", "Afklaring", "1.2.26", "", "", "37 timer")),
    ("Vurderinger", "C4", ("710776-0001", "05-01-2026", "50%", "10,25")),
    ("Vurderinger", "C5", ("6301801234", "05-01-2026", "50 pct", "10")),
    ("Afgørelser", "C4", ("710776-0001", "10-02-2026", "afslag", "Laveste", "", "Sagsbehandler")),
)
"""Tab, first cell, and what is typed from there; as Danes write days, hours and shares."""

FIRST_SAID: Final = {
    "Borgere!B4": "⚠ CPR-nummer: Erstatningsnummer",
    "Borgere!B5": "✖ CPR-nummer: Skriv ti cifre: ddmmåå-xxxx",
    "Borgere!B6": "⚠ CPR-nummer: Erstatningsnummer",
    "Borgere!B7": "✖ CPR-nummer: Står som et tal. Skriv ddmmåå-xxxx",
    "Borgere!B8": "✖ CPR-nummer: Skriv ti cifre: ddmmåå-xxxx",
    "Forløb!B4": "✖ Slutdatoen ligger før startdatoen",
    "Vurderinger!B4": "✖ Arbejdsevne (pct.): Skriv tallet uden procenttegn",
    "Vurderinger!B5": "✖ Arbejdsevne (pct.): Skal være et tal",
}
"""The first thing each row says of itself."""

MENDED: Final = (
    (("Borgere", "C5", "620380-1234"), ("Borgere", "F5", "05-01-2026")),
    (("Borgere", "C7", "010180-1234"),),
    (("Borgere", "C8", "650180-1234"), ("Borgere", "F8", "28-02-2026"), ("Borgere", "G8", "Nej")),
    (("Forløb", "F4", "01-03-2026"),),
    (("Forløb", "D5", "Afklaringsforløb"), ("Forløb", "E5", "02-03-2026"), ("Forløb", "H5", "37")),
    (("Vurderinger", "E4", "50"), ("Vurderinger", "F4", "10,5")),
    (("Vurderinger", "E5", "50"),),
    (("Afgørelser", "F4", ""), ("Afgørelser", "H4", "Sagsbehandler efter delegation")),
)
"""What each remedy says to type, row by row."""


@pytest.fixture
def fpsheet(tmp_path: Path) -> Callable[..., int]:
    """The program with settings of its own."""
    environment = {
        "FPSHEET_CONFIG": str(tmp_path / "fpsheet.toml"),
        "FPSHEET_KEY_FOLDER": str(tmp_path / "noegler"),
        "FPSHEET_DB": f"sqlite:///{tmp_path / 'central.db'}",
    }

    make_database(tmp_path / "central.db")

    def call(command: str, *arguments: object) -> int:
        day = () if command == "template" else ("--today", f"{TODAY:%d-%m-%Y}")
        return run([command, *map(str, arguments), *day], environment=environment)

    return call


def said(document: Document) -> dict[str, str]:
    """Return what Status says of every row that says something."""
    document.cell("_fpsheet", "D1").setValue(date_serial(TODAY))
    document.recalculate()
    found = {}
    for tab in ("Borgere", "Forløb", "Vurderinger", "Afgørelser"):
        for row in range(4, 12):
            text = document.shown(tab, f"B{row}")
            if text:
                found[f"{tab}!B{row}"] = text
    return found


def next_step(document: Document) -> str:
    """Return what the Forside says to do next."""
    return document.shown("Forside", "B13")


@pytest.mark.slow
def test_a_new_user_is_led_to_a_workbook_that_is_merged(
    libreoffice: LibreOffice, tmp_path: Path, fpsheet: Callable[..., int]
) -> None:
    """Blank, typed with mistakes, checked, mended in the returned workbook, sent, and received."""
    blank, typed = tmp_path / "blank.xlsx", tmp_path / "sager.xlsx"
    assert fpsheet("template", "--kommune", "956", "--year", "2026", "--out", blank) == 0
    with libreoffice.open(blank) as document:
        assert next_step(document).startswith("→ Skriv navn og e-mail")
        document.set_text("Forside", "C8", "Opdigtet Koordinator")
        document.set_text("Forside", "C9", "post@kommune.example")
        assert next_step(document).startswith("→ Skriv den første borger på arket Borgere.")
        type_all(libreoffice, document)
        first = said(document)
        assert {place: first[place] for place in FIRST_SAID} == FIRST_SAID
        wrong = sum(text.startswith("✖") for text in first.values())
        assert next_step(document).startswith(f"✖ Ret {wrong} fejl.")
        document.save_as(typed)
    back = tmp_path / "retur.xlsx"
    assert fpsheet("check", typed, "--return", back) == 1
    mended = tmp_path / "rettet.xlsx"
    with libreoffice.open(back) as document:
        assert document.sheet_names[-1] == "Fejlliste"
        for cells in MENDED:
            for tab, cell, text in cells:
                mend(document, tab, cell, text)
        faults = {place: text for place, text in said(document).items() if text.startswith("✖")}
        assert faults == {}
        assert next_step(document).startswith("⚠ ")
        document.save_as(mended)
    assert fpsheet("check", mended) == 0
    receive(libreoffice, mended, fpsheet)


def type_all(office: LibreOffice, document: Document) -> None:
    """Type every row; one number comes from a cell of another program, and two rows are pasted."""
    for tab, cell, texts in ROWS:
        document.type_row(tab, cell, texts)
    with office.new() as other:
        sheet = other.sheet_names[0]
        other.cell(sheet, "A1").setValue(101801234.0)
        other.fill(sheet, "A3", [["630180-1234", "Arbejdsprøvning", "2026-02-02", "03-03-2026"]])
        other.fill(sheet, "A4", [["630180-1234", "revalidering ", "04-03-2026", ""]])
        for source, tab, target in (("A1", "Borgere", "C7"), ("A3:D4", "Forløb", "C6")):
            other.dispatch(".uno:Copy", sheet=sheet, address=source)
            document.dispatch(".uno:Paste", sheet=tab, address=target)
    document.set_text("Forløb", "G7", "Opkvalificering")
    document.set_text("Forløb", "H7", "20")


def mend(document: Document, tab: str, cell: str, text: str) -> None:
    """Type what the remedy says; a percentage loses its format first, as it also says."""
    own: Any = document.cell(tab, cell)
    if "%" in str(own.String):
        own.NumberFormat = 0
    document.set_text(tab, cell, text)


def receive(office: LibreOffice, sent: Path, fpsheet: Callable[..., int]) -> None:
    """Send the workbook, merge it, and look at what comes back."""
    folder = sent.parent
    assert fpsheet("submit", sent, "--to", folder / "indbakke") == 0
    assert fpsheet("sync", folder / "indbakke", "--receipts", folder / "kvitteringer") == 0
    (receipt,) = (folder / "kvitteringer" / "956").glob("*.json")
    own = folder / "videre.xlsx"
    assert fpsheet("receive", receipt, sent, "--out", own) == 0
    with office.open(own) as document:
        document.recalculate()
        for name in document.sheet_names:
            assert document.error_cells(name) == (), name
        assert document.shown("Borgere", "C7") == "010180-1234"
        assert document.value("Vurderinger", "E4") == 50
        assert document.shown("Forløb", "D6") == "Arbejdsprøvning"
    assert fpsheet("check", own) == 0
