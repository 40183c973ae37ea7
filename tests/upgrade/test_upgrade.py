"""Upgrade: a workbook of form version 1 is lifted to the form of next year, and nothing is lost.

`data/form-1.xlsx` was issued with form version 1 and stays as it is: later programs must read
and lift it. `data/form-3/` is a form of next year as an overlay: a heading renamed, a code retired,
an optional and a required field new, and a field that stands in another place.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter

from fpsheet.checking.check_file import Question, check_raw
from fpsheet.kommune.steps import check_files, submit_file, upgrade_file
from fpsheet.progress import Silent
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet.transport.folder import Folder
from fpsheet.transport.outbox import open_plain
from fpsheet.upgrade.lifted import Lifted, lift_workbook
from fpsheet.upgrade.placement import OldPlaces, place_columns
from fpsheet.views.upgrade_report import render_lifted
from fpsheet.workbook.sheet_layout import EntryColumn, SheetLayout
from fpsheet_templates.errors import SpecError, WorkbookFileError
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import Severity
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import opened
from tests.support.package_lint import lint_package

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl
    from openpyxl import Workbook

    from fpsheet.checking.verdict import Verdict
    from fpsheet_validation.raw import RawSheet
    from tests.support.libreoffice import Document, LibreOffice

DATA: Final = Path(__file__).parent / "data"
FROZEN: Final = DATA / "form-1.xlsx"
NEXT: Final = load_form(overlay=DATA / "form-3")
TODAY: Final = date(2026, 3, 2)
QUESTION: Final = Question(NEXT, TODAY)
NEW_IN_2: Final = tuple(
    (sheet.id, field.id)
    for sheet in load_form(2).entry_sheets()
    for field in sheet.fields
    if field.id not in {old.id for old in load_form(1).sheet(sheet.id).fields}
    and "GL" in field.jurisdictions
)
"""What version 2 has beside version 1 in Greenland, where the workbook is from."""


def new_letter(sheet: str, field: str, last: str) -> str:
    """Return the column of a new field: after the last of version 1, in the order of the form."""
    fresh = [each.id for each in NEXT.sheet(sheet).fields if each.since > 1]
    return get_column_letter(column_index_from_string(last) + fresh.index(field) + 1)


ASSESSED_BY: Final = new_letter("vurdering", "vurderet_af", "H")
FOLLOWED_UP: Final = "J"
"""Where Denmark's Indstilling stood, which was blank."""


def judge(path: Path, question: Question = QUESTION) -> Verdict:
    """Read and check a workbook."""
    (verdict,) = check_files([path], question, Silent())
    return verdict


def lift(path: Path, question: Question = QUESTION) -> Lifted:
    """Lift a workbook."""
    return lift_workbook(judge(path, question), question)


@pytest.fixture(scope="module")
def lifted() -> Lifted:
    """The frozen workbook, lifted as it is."""
    return lift(FROZEN)


@pytest.fixture(scope="module")
def lifted_path(lifted: Lifted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file."""
    path = tmp_path_factory.mktemp("lifted") / "løftet.xlsx"
    path.write_bytes(lifted.data)
    return path


def test_next_years_form_is_an_overlay() -> None:
    """The overlay names only what differs; everything else is the form that is shipped."""
    now = load_form()
    assert (NEXT.version, NEXT.versions) == (now.version + 1, (*now.versions, now.version + 1))
    names = [field.id for field in NEXT.sheet("forloeb").fields]
    assert names[2:4] == ["cpr", "journal_nr"]
    assert names[names.index("slut_dato") + 1] == "opfoelgning_dato"
    assert NEXT.sheet("forloeb")["journal_nr"] == now.sheet("forloeb")["journal_nr"]
    assert NEXT.field_label("forloeb", "motivation", "da") == "Borgerens motivation"
    assert NEXT.code_lists["forloeb_type"].ids() == now.code_lists["forloeb_type"].ids()
    assert NEXT.code_lists["forloeb_type"]["arbejdsproevning"].valid_to == "2020-01-01"
    assert NEXT.sheet("borger") == now.sheet("borger")
    assert load_form(now.version, overlay=DATA / "form-3").sheets == now.sheets
    assert load_form(1, overlay=DATA / "form-3").sheets == load_form(1).sheets


def test_an_overlay_that_names_no_field_is_refused(tmp_path: Path) -> None:
    """A field cannot stand after one that does not exist."""
    form = '[[sheet]]\nid = "job"\nfield = [{ id = "x", type = "text", after = "y" }]\n'
    (tmp_path / "form-3.toml").write_text(form, encoding="utf-8")
    with pytest.raises(SpecError, match="x cannot stand after y"):
        load_form(overlay=tmp_path)


def test_an_old_version_is_read_without_upgrade() -> None:
    """What came later is not missing in it: the check has nothing to say of the new fields."""
    verdict = judge(FROZEN)
    assert verdict.check is not None
    assert verdict.accepted
    new = {"opfoelgning_dato", "vurderet_af"}
    assert not [found for found in verdict.findings if found.field in new]
    # The retired code is named where it was used after its last day.
    assert {f.code for f in verdict.findings if f.sheet == "forloeb"} == {"FLT-017"}


def test_an_old_version_is_sent_without_upgrade(tmp_path: Path) -> None:
    """What travels of it is accepted at the other end as it was at this one."""
    verdict, sent = submit_file(FROZEN, QUESTION, Folder(str(tmp_path)))
    assert verdict.accepted
    assert sent is not None
    payload = open_plain(Path(sent).read_bytes(), NEXT)
    assert payload is not None
    arrived = check_raw(payload.workbook, (), Path(sent), QUESTION)
    assert arrived.check is not None
    assert arrived.check.not_run == ()
    assert arrived.accepted
    assert arrived.totals == verdict.totals


def test_a_newer_version_is_refused(lifted_path: Path) -> None:
    """A program of today says so, and lifts nothing."""
    question = Question(load_form(), TODAY)
    verdict = judge(lifted_path, question)
    assert [f.code for f in verdict.findings if f.severity is Severity.KRITISK] == ["STR-042"]
    assert lift_workbook(verdict, question).data == b""


def of_greenland(sheet: RawSheet) -> pl.DataFrame:
    """Return the rows of a sheet without Denmark's columns, which are blank."""
    danish = [
        field.id
        for field in load_form(1).sheet(sheet.sheet).fields
        if "GL" not in field.jurisdictions
    ]
    assert not any(sheet.frame[name].count() for name in danish if name in sheet.frame.columns)
    return sheet.frame.drop(danish, strict=False)


def test_every_value_and_id_is_carried(lifted: Lifted, lifted_path: Path) -> None:
    """Rows, row ids, cover and the marks of origin read as before; the version is the new one."""
    old, new = judge(FROZEN), judge(lifted_path)
    assert old.check is not None
    assert new.check is not None
    for sheet_id, sheet in old.check.raw.sheets.items():
        frame, own = new.check.raw.sheets[sheet_id].frame, of_greenland(sheet)
        assert frame.select(own.columns).equals(own)
    assert new.check.raw.meta == {**old.check.raw.meta, "form_version": "3"}
    before, after = (
        {name: text for name, (text, _) in each.check.raw.cover.items() if text is not None}
        for each in (old, new)
        if each.check
    )
    assert after == before
    assert len(before) >= 2
    assert lifted.rows == old.totals.read == 21


def test_the_report(lifted: Lifted) -> None:
    """New columns, renamed headings, and which new field lacks an answer in how many rows."""
    fresh = [(f.sheet, f.field) for f in lifted.fresh]
    assert set(fresh) == {
        ("forloeb", "opfoelgning_dato"),
        ("vurdering", "vurderet_af"),
        *NEW_IN_2,
    }
    assert [(r.before, r.after) for r in lifted.renamed] == [
        ("Motivation", "Borgerens motivation"),
        ("Branche (DB07) *", "Branche *"),
    ]
    assert list(lifted.unanswered(SpokenForm(NEXT, "da"))) == [("vurdering", "Vurderet af", 3)]
    assert (lifted.version_before, lifted.version, lifted.blocking) == (1, 3, 3)


def test_the_report_reads_well(lifted: Lifted) -> None:
    """What a person is told, line by line."""
    lines = list(render_lifted(lifted, SpokenForm(NEXT, "da"), Path("ny.xlsx")))
    of_2 = [f"»{NEXT.field_label(*place, 'da')}«" for place in NEW_IN_2]
    assert [line for line in lines if not any(label in line for label in of_2)] == [
        "Projektmappen er opgraderet fra version 1 til version 3: ny.xlsx",
        "Ført med: linjer med deres række-id: 21, kommentarer: 0, andre ark: 0.",
        f"Nyt på arket Forløb: »Opfølgning« står i kolonne {FOLLOWED_UP}.",
        f"Nyt på arket Vurderinger: »Vurderet af« står i kolonne {ASSESSED_BY}.",
        NEXT.texts.get("command.upgrade.since_2", "da"),
        "På arket Forløb hedder »Motivation« nu »Borgerens motivation«.",
        "På arket Job hedder »Branche (DB07) *« nu »Branche *«.",
        "Mangler svar på arket Vurderinger: »Vurderet af«. Antal linjer: 3.",
        "Kontrollen finder nu 3 fejl. Se dem med fpsheet check ny.xlsx",
    ]
    assert all(any(label in line for line in lines) for label in of_2)


def test_the_lifted_workbook_is_sound(lifted: Lifted) -> None:
    """Nothing in it makes Excel offer a repair."""
    assert lint_package(lifted.data) == ()


def test_the_lifted_overblik_has_its_chart(lifted: Lifted) -> None:
    """The drawing of a new workbook comes with its chart, which draws the cells of that tab."""
    with ZipFile(BytesIO(lifted.data)) as package:
        charts = [name for name in package.namelist() if name.startswith("xl/charts/")]
        (chart,) = (package.read(name).decode() for name in charts)
    drawn = set(re.findall(r"f>('?\w+'?)!", chart))
    assert drawn == {"'Overblik'"}
    with ZipFile(FROZEN) as package:
        assert not [name for name in package.namelist() if name.startswith("xl/charts/")]


def test_new_columns_stand_beside_the_old_ones(lifted: Lifted) -> None:
    """With heading, message, limits and the table reaching over them; only formulas are hidden."""
    book = load_workbook(BytesIO(lifted.data))
    sheet = book["Vurderinger"]
    last = column_index_from_string(ASSESSED_BY)
    headings = [cell.value for cell in sheet[3]][:last]
    assert headings[2:8] == [
        *("CPR-nummer *", "Vurderingsdato *", "Arbejdsevne (pct.) *", "Maks. timer pr. uge"),
        *("Tekst", "Annullér"),
    ]
    assert headings[-1] == "Vurderet af *"
    assert not sheet.column_dimensions[ASSESSED_BY].hidden
    assert sheet.column_dimensions[get_column_letter(last + 1)].hidden
    prompts = {v.promptTitle: str(v.sqref) for v in sheet.data_validations.dataValidation}
    assert prompts["Vurderet af"].startswith(f"{ASSESSED_BY}4:{ASSESSED_BY}")
    table = sheet.tables["tVurdering"]
    assert [column.name for column in table.tableColumns][:last] == headings
    assert sheet[f"{ASSESSED_BY}3"].fill.start_color.rgb == sheet["H3"].fill.start_color.rgb


def test_the_cover_tells_the_rows_before_it_is_calculated(lifted: Lifted) -> None:
    """In Protected View the Forside shows as many lines as there are."""
    book = load_workbook(BytesIO(lifted.data), data_only=True)
    assert book["Forside"]["D25"].value == 21


def test_upgrading_twice_changes_nothing(lifted: Lifted, lifted_path: Path) -> None:
    """A workbook of the newest version is given back byte for byte."""
    again = lift(lifted_path)
    assert again.is_newest
    assert again.data == lifted.data


@pytest.mark.lo
def test_it_lives(libreoffice: LibreOffice, lifted_path: Path) -> None:
    """Every formula calculates, and the status names what the check finds."""
    verdict = judge(lifted_path)
    with libreoffice.open(lifted_path) as document:
        for name in document.sheet_names:
            assert document.error_cells(name) == (), name
        assert str(document.value("Vurderinger", "B4")) == "✖ Vurderet af: Skal udfyldes"
        document.set_text("Vurderinger", f"{ASSESSED_BY}4", "Kommunens læge")
        assert "Vurderet af" not in str(document.value("Vurderinger", "B4"))
        assert document.value("Forside", "D25") == float(verdict.totals.read)
        assert document.value("Forside", "E25") == 2.0


def edit(document: Document) -> None:
    """Do to a workbook what a caseworker does in a year."""
    forloeb = document.sheet("Forløb")
    # An added column between ours, one of ours hidden, one moved, a note to the right.
    forloeb.Columns.insertByIndex(5, 1)
    document.cell("Forløb", "F3").setString("Husk")
    document.cell("Forløb", "F4").setString("ring onsdag")
    document.cell("Forløb", "F5").setFormula("=E5+30")
    forloeb.Columns.getByName("L").IsVisible = False
    document.cell("Forløb", "D4").CellBackColor = 0xFFFF00
    address = document.cell("Forløb", "D5").CellAddress
    forloeb.Annotations.insertNew(address, "spørg lægen")
    # An added sheet that counts ours, a tab renamed, a text where a date belongs.
    document.component.Sheets.insertNewByName("Mine tal", 13)
    document.cell("Mine tal", "A1").setFormula("=COUNTA($'Forløb'.C4:C13)")
    document.cell("Mine tal", "A2").setFormula("=$'Forløb'.F5")
    document.sheet("Job").Name = "Job 2026"
    document.set_text("Vurderinger", "D4", "i foråret")
    # An added column beside all of ours, in the way of the new form's formulas.
    identities = document.values("Vurderinger", "A2:AZ2")[0]
    beside = 1 + max(n for n, text in enumerate(identities) if text)
    note = document.sheet("Vurderinger").getCellByPosition(beside, 2)
    note.setString("Min kolonne")
    document.sheet("Vurderinger").getCellByPosition(beside, 4).setFormula("=D5+365")
    # A row typed below the pre-made ones.
    document.set_text("Vurderinger", "C20", "610160-1234")


def own_copy(folder: Path) -> Path:
    """Copy the frozen workbook: LibreOffice locks what it opens, and tests run side by side."""
    return shutil.copyfile(FROZEN, folder / "frosset.xlsx")


@pytest.fixture(scope="module")
def edited(libreoffice: LibreOffice, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The frozen workbook as edited and saved by LibreOffice, and the same lifted."""
    folder = tmp_path_factory.mktemp("edited")
    with libreoffice.open(own_copy(folder)) as document:
        edit(document)
        before = document.save_as(folder / "rettet.xlsx")
    after = folder / "løftet.xlsx"
    after.write_bytes(lift(before).data)
    return before, after


@pytest.mark.lo
def test_what_she_made_is_still_there(edited: tuple[Path, Path], libreoffice: LibreOffice) -> None:
    """Own columns, sheets, formulas, comments, colours, names of tabs; all calculates."""
    _, after = edited
    with libreoffice.open(after) as document:
        assert "Mine tal" in document.sheet_names
        assert "Job 2026" in document.sheet_names
        assert document.value("Forløb", "F3") == "Husk"
        assert document.value("Forløb", "F4") == "ring onsdag"
        assert document.value("Forløb", "F5") == document.value("Mine tal", "A2")
        assert document.value("Mine tal", "A1") == 8.0
        assert document.cell("Forløb", "D4").CellBackColor == 0xFFFF00
        notes = document.sheet("Forløb").Annotations
        assert [notes.getByIndex(n).String for n in range(notes.Count)] == ["spørg lægen"]
        assert not document.sheet("Forløb").Columns.getByName("L").IsVisible
        for name in document.sheet_names:
            assert document.error_cells(name) == (), name
        assert str(document.value("Vurderinger", "B4")).startswith("✖ Vurderingsdato: ")
        assert str(document.value("Vurderinger", "B5")) == "✖ Vurderet af: Skal udfyldes"
        headings = document.values("Vurderinger", "A3:AZ3")[0]
        place = document.sheet("Vurderinger").getCellByPosition(headings.index("Min kolonne"), 4)
        assert place.Value - 365 == document.value("Vurderinger", "D5")


@pytest.mark.lo
def test_errors_and_rows_below_are_carried(edited: tuple[Path, Path]) -> None:
    """What cannot be read is still there to be corrected, cell for cell."""
    before, after = (judge(path) for path in edited)
    assert before.check is not None
    assert after.check is not None
    for sheet_id, sheet in before.check.raw.sheets.items():
        other, own = after.check.raw.sheets[sheet_id], of_greenland(sheet)
        assert other.frame.select(own.columns).equals(own)
        assert other.title == sheet.title
        places = {f: c for f, c in sheet.columns.items() if f in own.columns}
        assert {f: c for f, c in other.columns.items() if f in own.columns} == places
    known = [(f.code, f.sheet, f.cell) for f in before.findings]
    assert ("FLT-006", "vurdering", "D4") in known
    new = [(f.code, f.sheet, f.cell) for f in after.findings if f.field != "vurderet_af"]
    assert new == known


@pytest.mark.lo
def test_the_edited_workbook_is_sound(edited: tuple[Path, Path]) -> None:
    """Lifting adds no breach of the rules by which Excel offers a repair."""
    before, after = (set(lint_package(path.read_bytes())) for path in edited)
    assert after <= before


@pytest.mark.lo
def test_her_own_sheet_is_the_same_bytes(edited: tuple[Path, Path]) -> None:
    """Parts that are not ours are not touched."""
    with ZipFile(edited[0]) as before, ZipFile(edited[1]) as after:
        own = [n for n in before.namelist() if b"COUNTA(" in before.read(n) and "sheet14" in n]
        own += [n for n in before.namelist() if "comments" in n or "theme" in n]
        assert len(own) >= 2
        for name in own:
            assert before.read(name) == after.read(name)


def columns(*ids: str, hidden: int) -> SheetLayout:
    """Return a layout of some fields of Vurderinger and some hidden formulas."""
    sheet = NEXT.sheet("vurdering")
    fields = [EntryColumn(i, "", i, i, sheet[i], "", 10, is_hidden=False) for i in ids]
    helpers = [
        EntryColumn(f"#{n}", "", f"#{n}", f"n{n}", None, "1", 10, True) for n in range(hidden)
    ]
    every = enumerate([*fields, *helpers], start=1)
    placed = tuple(replace(column, letter=get_column_letter(n)) for n, column in every)
    return SheetLayout(sheet, "Vurderinger", placed, 10)


@pytest.mark.parametrize(
    ("last", "table_end", "formulas", "ends"),
    [
        # Nothing beside our columns: the new field, then the formulas, all in the table.
        (4, 4, "DEF", 6),
        # Her own column in E, outside the table or in it: the formulas stand beyond it.
        (5, 4, "FGH", 4),
        (5, 5, "FGH", 5),
        # Her own column in G: three formulas fit before it.
        (7, 4, "DEF", 6),
        (7, 7, "DEF", 7),
    ],
)
def test_new_columns_are_never_put_on_hers(
    last: int, table_end: int, formulas: str, ends: int
) -> None:
    """A and B are fields, C and D hold the old form's two formulas; one field and one are new."""
    layout = columns("cpr", "vurdering_dato", "vurderet_af", hidden=3)
    standing = OldPlaces({"cpr": 1, "vurdering_dato": 2}, frozenset({3, 4}), last, table_end)
    if last == 7:
        standing = replace(standing, own=frozenset({7}))
    elif last == 5:
        standing = replace(standing, own=frozenset({5}))
    placement = place_columns(layout, standing)
    assert placement.layout["vurderet_af"].letter == "C"
    assert "".join(c.letter for c in placement.layout.columns if not c.field) == formulas
    assert placement.table_end == ends


@pytest.mark.slow
def test_a_returned_workbook_is_lifted_with_its_list(tmp_path: Path) -> None:
    """The list of findings and its marks stay, and it can be returned again."""
    question = Question(load_form(), TODAY)
    verdict = judge(FROZEN, question)
    assert verdict.check is not None
    path, out = tmp_path / "retur.xlsx", tmp_path / "retur-2.xlsx"
    findings, check = verdict.findings, verdict.check
    data = return_workbook(
        opened(FROZEN.read_bytes(), question.form), findings, check, SpokenForm(question.form, "da")
    )
    path.write_bytes(data)
    lifted = lift(path)
    assert (lifted.own_sheets, lint_package(lifted.data)) == (1, ())
    out.write_bytes(lifted.data)
    again = judge(out)
    assert again.check is not None
    returned = return_workbook(
        opened(lifted.data, NEXT), again.findings, again.check, SpokenForm(NEXT, "da")
    )
    assert lint_package(returned) == ()


def leave_half_filled(book: Workbook) -> None:
    """Take the dates out of a row, and begin another with the citizen alone."""
    sheet = book["Forløb"]
    first = next(row for row in range(4, sheet.max_row) if sheet.cell(row, 3).value is None)
    sheet.cell(first, 3).value = sheet.cell(4, 3).value
    for column in range(4, 8):
        sheet.cell(5, column).value = None


def sort_backwards(book: Workbook) -> None:
    """Turn the rows around, each whole with its row id; formulas stay where they are."""
    sheet = book["Forløb"]
    rows = [row for row in range(4, sheet.max_row) if sheet.cell(row, 3).value is not None]
    for column in range(1, sheet.max_column + 1):
        values = [sheet.cell(row, column).value for row in rows]
        if not any(str(value).startswith("=") for value in values):
            for row, value in zip(rows, reversed(values), strict=True):
                sheet.cell(row, column).value = value


def rename(book: Workbook) -> None:
    """Give a tab another name; the file has another too."""
    book["Forløb"].title = "Forløb 2026"


@pytest.mark.slow
@pytest.mark.parametrize("change", [leave_half_filled, sort_backwards, rename])
def test_a_workbook_as_it_lay_on_the_desk_is_lifted(
    change: Callable[[Workbook], None], tmp_path: Path
) -> None:
    """Half filled, sorted, or renamed: each cell and row id is where it was, and is found so."""
    book = load_workbook(FROZEN)
    change(book)
    path, after = tmp_path / "Kopi af 956 (2).xlsx", tmp_path / "ny.xlsx"
    book.save(path)
    after.write_bytes(lift(path).data)
    old, new = judge(path), judge(after)
    assert old.check is not None
    assert new.check is not None
    known = [(f.code, f.sheet, f.cell) for f in old.findings]
    assert [(f.code, f.sheet, f.cell) for f in new.findings if f.field != "vurderet_af"] == known
    frozen = judge(FROZEN).check
    assert frozen is not None
    for sheet_id, sheet in old.check.raw.sheets.items():
        frame, own = new.check.raw.sheets[sheet_id].frame, of_greenland(sheet)
        assert frame.select(own.columns).equals(own)
        assert new.check.raw.sheets[sheet_id].title == sheet.title
    changed = old.check.raw.sheets["forloeb"]
    before = frozen.raw.sheets["forloeb"]
    assert changed.title != before.title or not changed.frame.equals(before.frame)


def test_rows_above_the_headings_are_refused(tmp_path: Path) -> None:
    """The sentence says which sheet and what to do, and nothing is written."""
    book = load_workbook(FROZEN)
    book["Job"].insert_rows(1, 2)
    path = tmp_path / "flyttet.xlsx"
    book.save(path)
    with pytest.raises(WorkbookFileError, match=r"arket »Job« står overskrifterne ikke i række 3"):
        lift(path)


def test_a_missing_sheet_is_refused(tmp_path: Path) -> None:
    """A deleted sheet is not made up."""
    book = load_workbook(FROZEN)
    del book["Job"]
    path = tmp_path / "mangler.xlsx"
    book.save(path)
    with pytest.raises(WorkbookFileError, match="»Job« mangler"):
        lift(path)


@pytest.mark.parametrize("name", ["fremmed.xlsx", "tekst.xlsx"])
def test_a_foreign_file_is_refused(name: str, tmp_path: Path) -> None:
    """What is no workbook of ours is named by the check, and nothing is written."""
    path = tmp_path / name
    if name == "tekst.xlsx":
        path.write_text("cpr;navn\n", encoding="utf-8")
    else:
        book = load_workbook(FROZEN)
        for title in book.sheetnames[1:]:
            del book[title]
        book["Forside"].delete_rows(1, 40)
        book.save(path)
    lifted = lift(path)
    assert lifted.data == b""
    assert lifted.before.counts[Severity.KRITISK] == 1


@pytest.mark.slow
@pytest.mark.lo
def test_a_lost_column_comes_back(libreoffice: LibreOffice, tmp_path: Path) -> None:
    """A column that somebody deleted is made again, blank, and reported as new."""
    with libreoffice.open(own_copy(tmp_path)) as document:
        document.sheet("Vurderinger").Columns.removeByIndex(5, 1)
        path = document.save_as(tmp_path / "slettet.xlsx")
    assert "STR-053" in {found.code for found in judge(path).findings}
    lifted = lift(path)
    assert ("vurdering", "maks_timer_pr_uge") in {(f.sheet, f.field) for f in lifted.fresh}
    assert "STR-053" not in {found.code for found in lifted.after.findings}
    assert set(lint_package(lifted.data)) <= set(lint_package(path.read_bytes()))


def test_the_file_itself_is_not_touched(tmp_path: Path) -> None:
    """The command writes the other file only."""
    path, out = tmp_path / "f.xlsx", tmp_path / "g.xlsx"
    path.write_bytes(FROZEN.read_bytes())
    told = upgrade_file(path, replace(QUESTION), out)
    assert path.read_bytes() == FROZEN.read_bytes()
    assert out.read_bytes() == told.data


@pytest.fixture(scope="module")
def in_2() -> Lifted:
    """The frozen workbook, lifted to the form that is shipped."""
    return lift(FROZEN, Question(load_form(), TODAY))


def identities(data: bytes, title: str) -> dict[str, str]:
    """Return field → letter of a sheet, by its identity row."""
    row = load_workbook(BytesIO(data))[title][2]
    own = [cell for cell in row if cell.value and not str(cell.value).startswith("#")]
    return {str(cell.value).partition(".")[2]: cell.column_letter for cell in own}


@pytest.mark.slow
def test_blank_columns_of_the_other_country_go(in_2: Lifted) -> None:
    """No column is hidden any more but the row ids: new fields take the places of Denmark's, and
    what is left is in sight, blank and told, so that a row pasted in the order one sees goes where
    one sees it.
    """
    book = load_workbook(BytesIO(in_2.data))
    for sheet in load_form().entry_sheets():
        title = load_form().sheet_title(sheet.id, "da")
        letters = identities(in_2.data, title)
        danish = {field.id for field in sheet.fields if "GL" not in field.jurisdictions}
        assert not danish & letters.keys(), sheet.id
        hidden = [n for n, at in letters.items() if book[title].column_dimensions[at].hidden]
        assert hidden == ["raekke_id"], sheet.id
    assert identities(in_2.data, "Afgørelser")["paaklaget_dato"] == "J"
    assert identities(in_2.data, "Afgørelser")["afslagsaarsag"] == "K"
    assert identities(in_2.data, "Afgørelser")["tekst"] == "L"
    free = [(column.sheet, column.letter, column.field) for column in in_2.foreign]
    assert free == [("forloeb", "J", "")]
    for title, letter in (("Forløb", "J"), ("Afgørelser", "L")):
        assert {cell.value for cell in book[title][letter][3:]} == {None}
        assert not book[title].column_dimensions[letter].hidden
    assert lint_package(in_2.data) == ()


def test_what_stands_in_a_column_of_the_other_country_is_carried_and_told(tmp_path: Path) -> None:
    """It comes into sight where it stood, the report names it, and the check says it is unused."""
    book = load_workbook(FROZEN)
    book["Forløb"]["J5"] = "Fleksjob"
    path = tmp_path / "udfyldt.xlsx"
    book.save(path)
    lifted = lift(path, Question(load_form(), TODAY))
    sheet = load_workbook(BytesIO(lifted.data))["Forløb"]
    assert (sheet["J5"].value, sheet["J3"].value) == ("Fleksjob", "Indstilling")
    assert not sheet.column_dimensions["J"].hidden
    assert ("forloeb", "J", "indstilling") in {(c.sheet, c.letter, c.field) for c in lifted.foreign}
    assert ("FLT-018", "J5") in {(found.code, found.cell) for found in lifted.after.findings}
    lines = list(render_lifted(lifted, SpokenForm(load_form(), "da"), Path("ny.xlsx")))
    assert any("»Indstilling«" in line and "Kolonne J" in line for line in lines)


def test_an_upgraded_workbook_shows_whose_a_row_is(in_2: Lifted) -> None:
    """Navn and Sagsbehandler stand in sight, as in a workbook that is issued today."""
    sheet = load_workbook(BytesIO(in_2.data))["Job"]
    shown = {
        sheet[f"{letter}2"].value: not each.hidden
        for letter, each in sheet.column_dimensions.items()
    }
    assert shown["#navn"]
    assert shown["#sagsbehandler"]


def test_an_upgraded_workbook_prints_in_letters_that_can_be_read(in_2: Lifted) -> None:
    """Version 1 printed every row that was made in advance, one page wide.

    Now each sheet ends a page below its headings or with its rows, is two pages wide or more, with
    Status and CPR number on each, and the calculated sheets have no page of nothing.
    """
    book = load_workbook(BytesIO(in_2.data))
    for sheet in load_form().entry_sheets():
        page = book[load_form().sheet_title(sheet.id, "da")]
        last = int(page.print_area.rpartition("$")[2])
        assert page.print_area.startswith(f"'{page.title}'!$B$1:"), page.title
        assert 28 <= last <= 3 + 40, page.title
        assert (page.page_setup.fitToWidth or 1) >= 2
        assert (page.print_title_rows, page.print_title_cols) == ("$1:$3", "$B:$C")
    for sheet_id, last in (("overblik", 40), ("huskeliste", 32)):
        page = book[load_form().sheet_title(sheet_id, "da")]
        assert page.print_area.endswith(f"${last}"), sheet_id
