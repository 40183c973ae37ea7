"""The workbook as it is issued: sheets, columns, ids, dropdowns, filled rows, hidden sheet."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from fpsheet.ooxml.zip_file import unpack
from fpsheet.workbook.build import build_workbook, premade_rows
from fpsheet.workbook.row_id import ALPHABET, mint_workbook_id
from fpsheet_templates.errors import UsageError
from fpsheet_templates.form import ColumnRole, FieldType, SheetKind
from fpsheet_templates.load import load_form
from tests.support.desk import check_bytes
from tests.support.golden import MAIN
from tests.support.issued import ISSUED, WORKBOOK_ID, blank, issue, opened

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from fpsheet_templates.form import Field, Sheet
    from tests.support.issued import Row

FORM = load_form()
BOTH = pytest.mark.parametrize("kommune", ["956", "707"])
LANGUAGES = pytest.mark.parametrize("language", ["da", "en"])


def entry(sheet_id: str, kommune: str = "956", language: str = "da") -> Worksheet:
    """Return an entry sheet of a blank workbook."""
    sheet: Worksheet = opened(kommune, language)[FORM.sheet_title(sheet_id, language)]
    return sheet


def fields_of(sheet: Sheet, place: str) -> list[Field]:
    """Return the fields of a sheet that a country uses: both name it, the field and its codes."""
    return [
        field
        for field in sheet.fields
        if place in field.jurisdictions
        and (not field.codes or FORM.code_lists[field.codes].for_jurisdiction(place))
    ]


def columns(sheet: Worksheet) -> dict[str, str]:
    """Return field to column letter, by the identity row."""
    return {
        str(cell.value).partition(".")[2]: cell.column_letter
        for cell in sheet[2]
        if cell.value and not str(cell.value).startswith("#")
    }


@LANGUAGES
def test_sheets_stand_in_the_order_of_the_form(language: str) -> None:
    """Every sheet is there under its title; only the program's own is hidden."""
    book = opened(language=language)
    assert book.sheetnames == [FORM.sheet_title(sheet.id, language) for sheet in FORM.sheets]
    hidden = [name for name in book.sheetnames if book[name].sheet_state != "visible"]
    assert hidden == ["_fpsheet"]


@LANGUAGES
@pytest.mark.parametrize("sheet", FORM.entry_sheets(), ids=lambda sheet: sheet.id)
def test_entry_sheets_have_the_columns_of_the_form(sheet: Sheet, language: str) -> None:
    """Identities stand in hidden row 2, headings in row 3 with a star where a field must be
    filled, the table begins there, and a name points at each heading.
    """
    page = entry(sheet.id, language=language)
    letters = columns(page)
    assert list(letters) == [field.id for field in fields_of(sheet, "GL")]
    assert page.row_dimensions[2].hidden
    for field in fields_of(sheet, "GL"):
        always = type(field.required_for("GL")).__name__ == "Always"
        label = FORM.field_label(sheet.id, field.id, language)
        cell = page[f"{letters[field.id]}3"]
        assert cell.value == (f"{label} *" if always else label)
        name = opened(language=language).defined_names[f"c_{sheet.id}_{field.id}"]
        assert name.attr_text.replace("'", "") == f"{page.title}!${cell.column_letter}$3"
    table = page.tables[sheet.table]
    assert table.ref.startswith("A3:")
    assert page.freeze_panes == "D4"
    assert page.sheet_view.selection[-1].activeCell == "C4"


@BOTH
def test_printing_stops_at_the_last_filled_row(kommune: str) -> None:
    """Not at the last of a thousand pre-made ones; A4 across, headings on every page."""
    book = opened(kommune)
    areas = _print_areas(unpack(blank(kommune))["xl/workbook.xml"])
    for place, sheet in enumerate(FORM.sheets):
        page = book[FORM.sheet_title(sheet.id, "da")]
        assert (place in areas) == (sheet.kind in {SheetKind.ENTRY, SheetKind.VIEW}), sheet.id
        if sheet.kind is SheetKind.ENTRY:
            shown = max(columns(page).values())
            assert areas[place] == f"'{page.title}'!$B$1:${shown}$28"
            assert page.print_title_rows == "$1:$3"
        if sheet.kind is not SheetKind.META:
            assert page.page_setup.orientation == "landscape"
            assert page.page_setup.paperSize == 9


def _print_areas(workbook_part: bytes) -> dict[int, str]:
    """Return the print areas by number of the sheet."""
    names = ET.fromstring(workbook_part).iter(f"{MAIN}definedName")
    return {
        int(name.get("localSheetId", "")): name.text or ""
        for name in names
        if name.get("name") == "_xlnm.Print_Area"
    }


@BOTH
def test_there_are_only_the_columns_of_the_own_country(kommune: str) -> None:
    """A row that is pasted in the order one sees meets no column out of sight: only the row ids
    are hidden, before the first, and nothing of the other country is there.
    """
    place = FORM.kommuner[kommune].jurisdiction
    for sheet in FORM.entry_sheets():
        page = entry(sheet.id, kommune)
        letters = columns(page)
        assert list(letters) == [field.id for field in fields_of(sheet, place)], sheet.id
        hidden = [name for name in letters if page.column_dimensions[letters[name]].hidden]
        assert hidden == ["raekke_id"], sheet.id
    others = {"956": ("indstilling", "afdeling"), "707": ("niveau", "side900_dato")}[kommune]
    names = " ".join(opened(kommune).defined_names)
    assert not [name for name in others if f"_{name}" in names]


@pytest.mark.parametrize(
    ("kommune", "foreign"),
    [
        ("956", ("tilbagevis", "rehabiliteringsteam", "pensionsnævnet")),
        ("707", ("udsættelse", "mellemste", "side 900", "førtidspensionsklagenævnet")),
    ],
)
def test_no_text_names_what_the_country_lacks(kommune: str, foreign: tuple[str, ...]) -> None:
    """Not a cell in sight, and no message of a cell."""
    texts = []
    for page in opened(kommune).worksheets:
        if page.sheet_state == "visible":
            values = (cell.value for row in page.iter_rows() for cell in row)
            texts += [text for text in values if isinstance(text, str) and text[:1] != "="]
            for each in page.data_validations.dataValidation:
                texts += [each.prompt or "", each.promptTitle or "", each.error or ""]
    told = "\n".join(texts).casefold()
    assert [word for word in foreign if word in told] == []
    assert "afslag" in told


@BOTH
@LANGUAGES
def test_dropdowns_offer_the_codes_of_the_place(kommune: str, language: str) -> None:
    """Each shown code field has a list, by name, with the labels of its jurisdiction in order;
    a kommune that is no longer is not among them.
    """
    book = opened(kommune, language)
    place = FORM.kommuner[kommune].jurisdiction
    for sheet in FORM.entry_sheets():
        page = entry(sheet.id, kommune, language)
        lists = {
            str(area).split(":")[0].rstrip("0123456789"): validation.formula1
            for validation in page.data_validations.dataValidation
            if validation.type == "list"
            for area in validation.sqref.ranges
        }
        for field in fields_of(sheet, place):
            letter = columns(page)[field.id]
            if field.type is not FieldType.CODE:
                continue
            title, _, area = book.defined_names[lists[letter]].attr_text.partition("!")
            offered = [row[0].value for row in book[title.strip("'")][area]]
            expected = [
                code.label(language, place)
                for code in FORM.code_lists[field.codes].for_jurisdiction(place)
                if (not code.valid_to or code.valid_to > "2026-01-01")
                and code.extra.get("afloest") != "ja"
            ]
            assert offered == expected, field.id


def test_cells_have_the_format_of_their_field() -> None:
    """CPR, codes and texts are text cells, so that no zero is lost; dates are day first."""
    formats = {
        FieldType.CPR: "@",
        FieldType.TEXT: "@",
        FieldType.CODE: "@",
        FieldType.DATE: "dd\\-mm\\-yyyy",
        FieldType.INTEGER: "General",
        FieldType.DECIMAL: "0.0###",
    }
    for sheet in FORM.entry_sheets():
        page = entry(sheet.id)
        for field in fields_of(sheet, "GL"):
            if field.role not in {ColumnRole.ENTRY, ColumnRole.ANNUL}:
                continue
            letter = columns(page)[field.id]
            assert page[f"{letter}4"].number_format == formats[field.type]
            assert page.column_dimensions[letter].number_format == formats[field.type]


def test_prompts_say_what_to_enter() -> None:
    """The input message of a field is its help, with a word where it must be filled."""
    page = entry("borger")
    prompts = {v.promptTitle: v.prompt for v in page.data_validations.dataValidation}
    assert prompts["CPR-nummer"].startswith(FORM.field_help("borger", "cpr", "da"))
    assert prompts["CPR-nummer"].endswith("Skal udfyldes.")
    assert prompts["Navn"] == FORM.field_help("borger", "navn", "da")


def test_only_the_structure_is_locked() -> None:
    """Entry sheets can be sorted and filtered; calculated ones keep their formulas, and their
    entry cells are open.
    """
    book = opened()
    assert book.security.lockStructure
    for sheet in FORM.sheets:
        page = book[FORM.sheet_title(sheet.id, "da")]
        kept = sheet.kind in {SheetKind.COVER, SheetKind.VIEW, SheetKind.HELP}
        assert page.protection.sheet == kept, sheet.id
    for title, cells in (("Forside", "C8 C28 C29"), ("Overblik", "C4"), ("Huskeliste", "D4 G4")):
        for cell in cells.split():
            assert not book[title][cell].protection.locked


def test_the_hidden_sheet_says_what_the_workbook_is() -> None:
    """Keys and values, all text."""
    page = opened()["_fpsheet"]
    assert {page[f"A{row}"].value: page[f"B{row}"].value for row in range(1, 9)} == {
        "form_version": str(FORM.version),
        "workbook_id": WORKBOOK_ID,
        "kommune_kode": "956",
        "aar": "2026",
        "sprog": "da",
        "parent": None,
        "issued_at": "2026-01-05T09:00:00+00:00",
        "signature": None,
    }


def test_cover_cells_are_found_by_identity() -> None:
    """Each entry cell in column C has its identifier in hidden column A."""
    page = opened()["Forside"]
    found = [cell.value for cell in page["A"] if cell.value]
    assert found == [f"forside.{field.id}" for field in FORM.sheet("forside").fields]
    assert page.column_dimensions["A"].hidden


def test_rows_are_premade_as_the_form_says() -> None:
    """Sermersooq has twice the standard, each row with an id of its own."""
    book = load_workbook(BytesIO(issue(premade=None)), read_only=True)
    page = book["Borgere"]
    ids = [row[0] for row in page.iter_rows(min_row=4, max_col=1, values_only=True)]
    assert ids == [f"{WORKBOOK_ID}-B-{number:04d}" for number in range(1, 801)]
    assert premade_rows(FORM.sheet("borger"), FORM.kommuner["955"]) == 400


def test_rows_are_filled_as_a_person_would() -> None:
    """CPR with hyphen, codes as labels, days as days, text as text; a row id given is kept and
    the other rows do not use it again.
    """
    citizen: Row = {
        "raekke_id": f"{WORKBOOK_ID}-B-0002",
        "cpr": "6503781234",
        "navn": "=1+1",
        "sagsbehandler": "-ab",
        "pensionist_foer_reform": "ja",
        "bemaerkning": " \x02 _x0041_ & <b> ",
    }
    course: Row = {
        "cpr": "6503781234",
        "forloeb_type": "rehabiliteringsmoede",
        "start_dato": date(2024, 2, 29),
        "timer_pr_uge": 12.5,
        "tekst": None,
    }
    book = load_workbook(BytesIO(issue({"borger": [citizen], "forloeb": [course]}, premade=2)))
    page = book["Borgere"]
    letters = columns(page)
    shown = {field: unescape(page[f"{letters[field]}4"].value) for field in citizen}
    assert shown == {
        "raekke_id": f"{WORKBOOK_ID}-B-0002",
        "cpr": "650378-1234",
        "navn": "=1+1",
        "sagsbehandler": "-ab",
        "pensionist_foer_reform": "Ja",
        "bemaerkning": " \x02 _x0041_ & <b> ",
    }
    assert page[f"{letters['navn']}4"].data_type == "s"
    assert [page[f"A{row}"].value for row in (5, 6)] == [
        f"{WORKBOOK_ID}-B-0001",
        f"{WORKBOOK_ID}-B-0003",
    ]
    page = book["Forløb"]
    letters = columns(page)
    assert page[f"{letters['forloeb_type']}4"].value == "Møde i rehabiliteringsteam"
    assert page[f"{letters['start_dato']}4"].value == datetime(2024, 2, 29)  # noqa: DTZ001
    assert page[f"{letters['timer_pr_uge']}4"].value == 12.5
    assert page[f"{letters['tekst']}4"].value is None


def test_what_stands_in_a_field_of_the_other_country_is_seen() -> None:
    """A value that an older workbook brought gets its column, in sight; check says it is unused."""
    course: Row = {
        "cpr": "6503781234",
        "forloeb_type": "rehabiliteringsmoede",
        "start_dato": date(2024, 2, 29),
        "indstilling": "fleksjob",
        "deltog_borger": None,
    }
    data = issue({"borger": [{"cpr": "6503781234"}], "forloeb": [course]}, premade=2)
    page = load_workbook(BytesIO(data))["Forløb"]
    letters = columns(page)
    assert "deltog_borger" not in letters
    assert not page.column_dimensions[letters["indstilling"]].hidden
    told = [(f.code, f.field) for f in check_bytes(data, FORM).findings if f.sheet == "forloeb"]
    assert ("FLT-018", "indstilling") in told


def test_the_same_arguments_give_the_same_bytes() -> None:
    """Nothing of the time or place of building is in the file."""
    assert issue(premade=3) == issue(premade=3)


def test_the_moment_of_issue_stands_in_four_places_only() -> None:
    """Properties, hidden sheet, the day the calculated sheets start from, and the drawing of the
    Overblik, which begins five years before it.
    """
    later = build_workbook(
        FORM,
        kommune_kode="956",
        aar=2026,
        language="da",
        workbook_id=WORKBOOK_ID,
        issued_at=ISSUED + timedelta(days=1),
        premade=2,
    )
    before, after = unpack(blank()), unpack(later)
    assert [name for name in before if before[name] != after[name]] == [
        "docProps/core.xml",
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet13.xml",
        "xl/worksheets/sheet9.xml",
    ]


def test_every_formula_has_a_result_for_protected_view() -> None:
    """Before anything calculates, counts are right and no formula shows 0 by accident."""
    data = issue({"borger": [{"cpr": "6503781234"}]}, premade=2)
    book = load_workbook(BytesIO(data), data_only=True)
    for name, xml in unpack(data).items():
        if name.startswith("xl/worksheets/"):
            assert b"</f><v/>" not in xml
            assert b"</f><v />" not in xml
    counts = [book["Forside"][f"D{row}"].value for row in range(18, 26)]
    assert counts == [1, 0, 0, 0, 0, 0, 0, 1]
    empty = load_workbook(BytesIO(blank()), data_only=True)["Forside"]
    assert empty["B13"].value == "→ Skriv navn og e-mail på kontaktpersonen ovenfor."
    assert [empty[f"E{row}"].value for row in range(18, 26)] == [0] * 8


def test_workbook_ids_can_be_read_aloud() -> None:
    """Eight characters without I, L, O and U, from the given source."""
    minted = mint_workbook_id(Random(7))
    assert minted == mint_workbook_id(Random(7))
    assert len(minted) == 8
    assert set(minted) <= set(ALPHABET)
    assert not set("ILOU") & set(ALPHABET)


@pytest.mark.parametrize(("kommune", "language"), [("999", "da"), ("956", "xx")])
def test_an_unknown_kommune_or_language_is_refused(kommune: str, language: str) -> None:
    """The sentence says which."""
    with pytest.raises(UsageError, match="findes ikke"):
        issue(kommune=kommune, language=language)


def test_every_status_is_short_in_every_language() -> None:
    """Each rule a row can break has a sentence that fits the column; no placeholders."""
    for rule in FORM.rules:
        if rule.level.value not in {"field", "row"} or rule.severity.value == "INFO":
            continue
        for language in FORM.texts.languages():
            text = FORM.texts.get(f"rule.{rule.code}.status", language)
            assert 0 < len(text) <= 60, rule.code
            assert "{" not in text


def test_the_texts_of_the_workbook_are_complete_in_every_language() -> None:
    """English has each key that Danish has; the fallback is for translators, not for us."""
    keys = {key for key in FORM.texts.by_language["da"] if key.startswith("workbook.")}
    for language in FORM.texts.languages():
        assert keys <= set(FORM.texts.by_language[language])


@BOTH
@LANGUAGES
def test_a_heading_needs_no_more_than_two_lines(kommune: str, language: str) -> None:
    """The row has room for two; the letters are bold and share the width with the air beside."""
    for sheet in FORM.entry_sheets():
        page = entry(sheet.id, kommune, language)
        for letter in columns(page).values():
            cell, size = page[f"{letter}3"], page.column_dimensions[letter]
            if not size.hidden:
                lines = 1
                filled = 0
                for word in str(cell.value).split():
                    filled += len(word) + bool(filled)
                    if filled > size.width - 2:
                        lines, filled = lines + 1, len(word)
                assert lines <= 2, cell.value
