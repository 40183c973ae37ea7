"""Whose row it is stands beside it, and what the users of both countries asked to write."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell

from fpsheet.ooxml.archive import open_archive
from fpsheet.ooxml.cell_writer import write_cells
from fpsheet.ooxml.parts import Parts
from fpsheet.workbook.calculation.kept_results import renew_results, stored_day
from fpsheet_templates.load import load_form
from tests.support.desk import Row, make_workbook
from tests.support.issued import opened

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FORM = load_form()
EVENTS = ("forloeb", "vurdering", "job", "afgoerelse", "indkomst", "overdragelse")
HEADING_ROW, IDENTITY_ROW, FIRST_ROW = 3, 2, 4
ONE, OTHER = "6101801234", "6201801234"


def shown(sheet: Worksheet) -> dict[str, str]:
    """Return identity → letter of the columns that people see."""
    cells = [cell for cell in sheet[IDENTITY_ROW] if isinstance(cell, Cell) and cell.value]
    return {
        str(cell.value): cell.column_letter
        for cell in cells
        if not sheet.column_dimensions[cell.column_letter].hidden
    }


def test_name_and_caseworker_stand_beside_the_row() -> None:
    """Two citizens, a spell of the second: name and caseworker, and nothing to type."""
    rows: dict[str, list[Row]] = {
        "borger": [
            {"cpr": ONE, "navn": "Ane Prøve", "sagsbehandler": "AB"},
            {"cpr": OTHER, "navn": "Bo Prøve", "sagsbehandler": "CD"},
        ],
        "forloeb": [{"cpr": OTHER, "start_dato": date(2026, 1, 10)}, {"cpr": "6301801234"}],
    }
    book = load_workbook(BytesIO(make_workbook(FORM, rows)), data_only=True)
    sheet = book[FORM.sheet_title("forloeb", "da")]
    columns = shown(sheet)
    beside = [columns["#navn"], columns["#sagsbehandler"]]
    told = [[sheet[f"{letter}{row}"].value for letter in beside] for row in (4, 5, 6)]
    assert told == [["Bo Prøve", "CD"], [None, None], [None, None]]
    assert [sheet[f"{letter}{HEADING_ROW}"].value for letter in beside] == ["Navn", "Sagsbehandler"]


def test_a_number_that_is_not_on_borgere_is_told_at_once() -> None:
    """Status says so; with and without its hyphen a citizen of Borgere is found."""
    rows: dict[str, list[Row]] = {
        "borger": [{"cpr": ONE, "navn": "Ane Prøve", "sagsbehandler": "AB"}],
        "forloeb": [{"cpr": OTHER, "forloeb_type": "andet", "start_dato": date(2026, 1, 10)}],
    }
    book = load_workbook(BytesIO(make_workbook(FORM, rows)), data_only=True)
    sheet = book[FORM.sheet_title("forloeb", "da")]
    assert "Borgeren står ikke på arket Borgere" in str(sheet["B4"].value)


@pytest.mark.parametrize("kommune", ["956", "707"])
def test_a_citizen_is_chosen_and_may_be_typed(kommune: str) -> None:
    """On every event sheet CPR has the list of Borgere; Excel refuses no other number."""
    book = opened(kommune)
    for sheet_id in EVENTS:
        sheet = book[FORM.sheet_title(sheet_id, "da")]
        cell = f"{shown(sheet)[f'{sheet_id}.cpr']}{FIRST_ROW}"
        (rule,) = (each for each in sheet.data_validations.dataValidation if cell in each.sqref)
        assert (rule.type, rule.formula1) == ("list", "borgere_cpr")
        assert not rule.showErrorMessage
    assert "borgere_cpr" in book.defined_names


def test_every_event_has_its_journal_number_and_its_text() -> None:
    """Borgere and each event sheet have the field, and people see it; events have a text too."""
    book = opened()
    for sheet_id in ("borger", *EVENTS):
        columns = shown(book[FORM.sheet_title(sheet_id, "da")])
        assert f"{sheet_id}.journal_nr" in columns
        assert sheet_id == "borger" or f"{sheet_id}.tekst" in columns


def test_a_case_has_a_caseworker_and_a_consultant() -> None:
    """Both on Borgere, in both countries."""
    for kommune in ("956", "707"):
        columns = shown(opened(kommune)[FORM.sheet_title("borger", "da")])
        assert {"borger.sagsbehandler", "borger.fagkonsulent"} <= columns.keys()


def test_a_meeting_has_who_took_part_in_denmark_alone() -> None:
    """Who led it, five kinds of participants and the section; Greenland sees none of them."""
    kinds = ("borger", "sagsbehandler", "sundhed", "andre", "eksterne")
    took_part = {"forloeb.moedeleder", *(f"forloeb.deltog_{kind}" for kind in kinds)}
    for kommune, is_seen in (("707", True), ("956", False)):
        book = opened(kommune)
        columns = shown(book[FORM.sheet_title("forloeb", "da")]).keys()
        assert (took_part <= columns, bool(took_part & columns)) == (is_seen, is_seen)
        assert ("borger.afdeling" in shown(book[FORM.sheet_title("borger", "da")])) == is_seen


@pytest.mark.parametrize(
    ("pattern", "link", "told"),
    [
        ("https://journal.kommunen/sag/[nr]", "24/17", None),
        ("journal i kælderen", None, "⚠"),
        ("https://journal.kommunen/sag/", None, "⚠"),
        (None, None, None),
    ],
)
def test_a_row_links_to_the_journal_of_the_kommune(
    pattern: str | None, link: str | None, told: str | None
) -> None:
    """Where its own address stands on Forside; what is no address is said beside it."""
    rows: dict[str, list[Row]] = {
        "forloeb": [{"cpr": ONE, "journal_nr": "24/17"}, {"cpr": ONE}],
    }
    parts = Parts(open_archive(make_workbook(FORM, rows)))
    cover = load_workbook(BytesIO(parts.to_bytes()))["Forside"]
    at = next(cell.row for cell in cover["A"] if cell.value == "forside.journal_adresse")
    if pattern:
        write_cells(parts, "xl/worksheets/sheet1.xml", {f"C{at}": pattern})
    renew_results(parts, day=stored_day(parts))
    book = load_workbook(BytesIO(parts.to_bytes()), data_only=True)
    letter = shown(book["Forløb"])["#journal"]
    assert [book["Forløb"][f"{letter}{row}"].value for row in (4, 5)] == [link, None]
    said = book["Forside"][f"D{at}"].value
    assert (said or "")[:1] == (told or "")
