"""The workbook open in Excel: checked, marked and listed as the returned one, and nothing else.

Real xlwings objects over the openpyxl stand-in. The second implementation that the marks and the
list are held against is `fpsheet.returned`, which writes XML and knows no xlwings.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.protection import SheetProtection

from fpsheet.cli.program import run
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet.transport.outbox import open_plain
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import FAULTY_ROWS, check_bytes, make_workbook
from tests.support.desk import opened as opened_workbook
from tests.support.excel_api import read_areas
from tests.support.excel_case import Case, contents, fills, listed, load, notes
from tests.support.excel_openpyxl import link_target, shown

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from fpsheet_validation.raw import RawSheet

FAULT = ("Forløb", "F4")
LIST = "Fejlliste"


def returned(content: bytes) -> Workbook:
    """Return the returned workbook of the same file."""
    form = load_form()
    checked = check_bytes(content, form)
    back = return_workbook(
        opened_workbook(content), checked.findings, checked.check, SpokenForm(form, "da")
    )
    return load(back)


def test_the_marks_and_notes_are_those_of_the_returned_workbook(case: Case) -> None:
    """The same cells, the same colours, the same words, on protected sheets as well."""
    other = returned(case.saved())
    assert case.run() == 1
    assert fills(case.sheets) == fills(other)
    assert (*FAULT, "FFF6B8B2") in fills(case.sheets)
    assert notes(case.sheets) == notes(other)
    assert {tab for tab, _ in notes(case.sheets)} == {"Forside", "Borgere", "Forløb"}


def test_the_list_is_that_of_the_returned_workbook(case: Case) -> None:
    """The same rows in the same order, with the same links, widths and hidden parts."""
    other = returned(case.saved())[LIST]
    case.run()
    own = case.sheets[LIST]
    assert case.sheets.worksheets[-1] is own
    assert listed(own) == listed(other)
    assert links(own) == links(other)
    assert "'Forløb'!F4" in links(own).values()
    for letter in "ABCDEFGHIJK":
        here, there = own.column_dimensions[letter], other.column_dimensions[letter]
        assert (here.width, here.hidden) == (there.width, there.hidden), letter
    assert own.row_dimensions[2].hidden
    assert (own.freeze_panes, own.auto_filter.ref) == (other.freeze_panes, other.auto_filter.ref)
    assert own.sheet_properties.tabColor == other.sheet_properties.tabColor
    for cell in ("C1", "C3", "C4", "E4", "G4", "J5"):
        for look in ("name", "sz", "b", "u"):
            assert getattr(own[cell].font, look) == getattr(other[cell].font, look), (cell, look)
        assert ink(own, cell) == ink(other, cell), cell
        assert own[cell].fill.fgColor.rgb == other[cell].fill.fgColor.rgb, cell


def ink(sheet: Worksheet, cell: str) -> object:
    """Return the colour of a cell's letters."""
    colour = sheet[cell].font.color
    return colour and colour.rgb


def links(sheet: Worksheet) -> dict[str, str]:
    """Return where each cell of our list leads, by a link or by a formula."""
    cells = [cell for (cell,) in sheet["E4:E40"]]
    targets = {
        cell.coordinate: cell.hyperlink.location if cell.hyperlink else link_target(cell.value)
        for cell in cells
    }
    return {cell: target for cell, target in targets.items() if target}


def test_the_findings_are_those_of_check(
    case: Case, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`fpsheet excel` and `fpsheet check` on the saved copy say the same, word by word."""
    case.saved("sager.xlsx")
    arguments = ["check", str(tmp_path / "sager.xlsx"), "--today", "22-11-2026", "--json"]
    capsys.readouterr()
    assert run(arguments, environment=case.environment) == 1
    expected = json.loads(capsys.readouterr().out)
    assert case.run("--json") == 1
    said = json.loads(capsys.readouterr().out)
    for answer in (said, expected):
        answer.pop("file")
    assert said == expected
    assert said["counts"]["FEJL"] == 1


def test_what_is_not_saved_is_read(case: Case) -> None:
    """A date typed a moment ago counts, and the file on disk stays as it was."""
    before = (case.folder / "sager.xlsx").read_bytes()
    case.sheets["Forløb"]["F4"] = date(2026, 4, 1)
    case.run()
    assert FAULT not in {(tab, cell) for tab, cell, _ in fills(case.sheets)}
    assert (case.folder / "sager.xlsx").read_bytes() == before


def test_no_value_format_lock_or_tab_of_hers_changes(case: Case) -> None:
    """Only marks, notes and our list are new; locks are as before, and she stays where she was."""
    before = contents(case.sheets)
    lock = dict(case.sheets["Forside"].protection)
    case.sheets.active = 2
    case.run()
    assert contents(case.sheets, without=LIST) == before
    assert case.own.is_locked
    assert dict(case.sheets["Forside"].protection) == lock
    assert case.sheets.active is case.sheets["Forløb"]
    assert case.app.is_shown


def test_the_next_check_takes_our_marks_away_and_nothing_else(case: Case) -> None:
    """Hers stay: a colour rule, a comment in a faulty cell, one that begins with our name."""
    sheet = case.sheets["Forløb"]
    sheet["F4"].comment = Comment("Husk at ringe", "ABC")
    sheet["G7"].comment = Comment("fpsheet: spørg koordinatoren", "ABC")
    green = PatternFill("solid", bgColor="FF00FF00")
    hers = FormulaRule(formula=["$F4>45000"], fill=green)  # type: ignore[no-untyped-call]
    sheet.conditional_formatting.add("F4:F9", hers)
    rules = rule_list(case.sheets)
    case.run()
    assert sheet["F4"].comment.text == "Husk at ringe"
    assert FAULT in {(tab, cell) for tab, cell, _ in fills(case.sheets)}
    empty(case.sheets)
    assert case.run() == 0
    assert fills(case.sheets) == set()
    assert notes(case.sheets) == {
        ("Forløb", "F4"): "Husk at ringe",
        ("Forløb", "G7"): "fpsheet: spørg koordinatoren",
    }
    assert rule_list(case.sheets) == rules
    assert LIST not in case.sheets.sheetnames
    assert case.own.is_locked


def rule_list(book: Workbook) -> list[tuple[str, str, list[str]]]:
    """Return every conditional format as (tab, cells, formula)."""
    return [
        (sheet.title, str(area.sqref), list(rule.formula))
        for sheet in book.worksheets
        for area in sheet.conditional_formatting
        for rule in area.rules
    ]


def empty(book: Workbook) -> None:
    """Take the typed rows out and fill the cover, so that nothing is left to remark."""
    for title in ("Borgere", "Forløb"):
        for row in book[title].iter_rows(min_row=4, min_col=3, max_col=15):
            for cell in row:
                if not str(cell.value or "").startswith("="):
                    cell.value = None
    cover = book["Forside"]
    cover["C8"], cover["C9"], cover["C10"] = "Kontoret", "post@kommune.example", "Ja"


def test_a_clean_workbook_is_not_touched(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing found and no list: nothing changes, so it stays saved and can be sent."""
    empty(case.sheets)
    assert case.run() == 0
    assert case.book.api.Saved
    assert "ingen fejl og ingen advarsler" in capsys.readouterr().out


def test_a_sheet_of_hers_named_as_ours_stays(case: Case) -> None:
    """Our list takes another name, time after time the same."""
    case.own.is_locked = False
    case.sheets.create_sheet(LIST)["A1"] = "min egen"
    for _ in range(2):
        case.run()
        assert case.sheets.sheetnames[-2:] == [LIST, f"{LIST} 2"]
    assert case.sheets[LIST]["A1"].value == "min egen"


def test_what_she_writes_beside_the_list_is_kept(case: Case) -> None:
    """Her sheet stays under another name, and the new list gets the old one."""
    case.run()
    case.sheets[LIST]["M5"] = "ring til lægen"
    case.run()
    assert case.sheets.sheetnames[-2:] == [f"{LIST} 2", LIST]
    assert case.sheets[f"{LIST} 2"]["M5"].value == "ring til lægen"
    case.run()
    assert case.sheets.sheetnames[-2:] == [f"{LIST} 2", LIST]


def test_a_comment_of_hers_in_the_list_is_kept(case: Case) -> None:
    """Her comment stays on the old sheet."""
    case.run()
    case.sheets[LIST]["G4"].comment = Comment("spørg chefen", "ABC")
    case.run()
    assert notes(case.sheets)[f"{LIST} 2", "G4"] == "spørg chefen"


def test_an_explanation_stays_until_the_values_change(case: Case) -> None:
    """Written in the open list, kept by the next check, gone when its row changes."""
    case.run()
    explain(case.sheets, "FOR-002", "Resultatet kommer i maj")
    case.run()
    assert explanation(case.sheets, "FOR-002") == "Resultatet kommer i maj"
    case.sheets["Forløb"]["F5"] = date(2026, 2, 2)
    case.run()
    assert explanation(case.sheets, "FOR-002") is None


def explain(book: Workbook, code: str, text: str) -> None:
    """Write an explanation beside a rule's line."""
    for row in book[LIST].iter_rows(min_row=4):
        if row[10].value == code:
            assert isinstance(row[9], Cell)
            row[9].value = text


def explanation(book: Workbook, code: str) -> object:
    """Return the explanation beside a rule's line."""
    rows = book[LIST].iter_rows(min_row=4, values_only=True)
    return next(row[9] for row in rows if row[10] == code)


def test_the_returned_workbook_and_excel_take_over_from_each_other(case: Case) -> None:
    """Marks made in Excel go when the file is returned, and the other way round."""
    case.run()
    back = returned(case.saved())
    assert [name for name in back.sheetnames if name.startswith(LIST)] == [LIST]
    assert fills(back) == fills(case.sheets)
    assert notes(back) == notes(case.sheets)


def test_next_follows_the_list_and_begins_again(case: Case) -> None:
    """Each cell with a finding is visited once, in the list's order, then the first again."""
    case.run()
    rows = list(case.sheets[LIST].iter_rows(min_row=4, values_only=True))
    order = list(dict.fromkeys((row[3], shown(row[4])) for row in rows))
    visited = []
    case.own.active().select(read_areas("A1")[0])
    for _ in range(len(order) + 1):
        assert case.run("next") == 0
        visited.append((case.own.active().title, case.own.active().selected().plain))
    assert visited == [*order, order[0]]


def test_next_on_the_list_goes_to_the_line_she_stands_on(case: Case) -> None:
    """Standing in line six, the cell of line six is next."""
    case.run()
    sheet = case.sheets[LIST]
    case.sheets.active = sheet
    sheet.sheet_view.selection[-1].sqref = sheet.sheet_view.selection[0].sqref = "G6"
    case.run("next")
    place = (case.own.active().title, case.own.active().selected().plain)
    assert place == (sheet["D6"].value, shown(sheet["E6"].value))


@pytest.mark.slow
def test_preview_opens_the_figures(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """They open beside it, a second time under another name, and say whose they are."""
    assert case.run("preview") == 1
    assert case.run("preview") == 1
    names = [book.name for book in case.app.books]
    assert names[1] == "foertidspension-956-2026-foreloebig-fortroligt.xlsx"
    assert names[2] == "foertidspension-956-2026-foreloebig-fortroligt-2.xlsx"
    assert str(case.folder) in capsys.readouterr().out
    assert list(case.folder.glob("settings/egne-tal/*.xlsx"))


def test_submit_sends_what_is_open(case: Case) -> None:
    """The package lies in the outbox beside the workbook and holds its rows and explanations."""
    case.run()
    explain(case.sheets, "FOR-002", "Resultatet kommer i maj")
    case.book.save()
    assert case.run("submit") == 1
    (package,) = (case.folder / "udbakke").iterdir()
    payload = open_plain(package.read_bytes(), load_form())
    assert payload is not None
    sheet = payload.workbook.sheets["forloeb"]
    assert sheet.totals.read == 2
    assert [(said.code, said.text) for said in payload.explanations] == [
        ("FOR-002", "Resultatet kommer i maj")
    ]


def test_what_is_open_descends_from_what_was_sent(case: Case) -> None:
    """As `submit` does with a file: the next submission names this one as its parent."""
    assert case.run("submit") == 1
    (package,) = (case.folder / "udbakke").iterdir()
    sent = open_plain(package.read_bytes(), load_form())
    assert sent is not None
    assert case.book.api.Saved
    stamped = check_bytes(case.saved(), load_form()).check.raw
    assert stamped.meta["parent"] == sent.workbook.sha256
    assert sent.workbook.meta["parent"] == ""
    assert all(
        stamped.sheets[name].frame.equals(sheet.frame) for name, sheet in issued_sheets().items()
    )


def issued_sheets() -> dict[str, RawSheet]:
    """Return the sheets of the case as they were made."""
    return dict(check_bytes(make_workbook(load_form(), FAULTY_ROWS), load_form()).check.raw.sheets)


def test_a_stamp_that_cannot_be_written_is_said(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    """The hidden sheet is under a password: it was sent, and what to do later is said."""
    case.sheets["_fpsheet"].protection = SheetProtection(sheet=True, password="hemmelig")
    assert case.run("submit") == 1
    assert len(list((case.folder / "udbakke").iterdir())) == 1
    assert "fpsheet receive" in capsys.readouterr().out


def test_submit_asks_to_save_first(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """What is sent must lie in the kommune as well; nothing is sent until it does."""
    case.run()
    assert case.run("submit") == 2
    assert "Ctrl+S" in capsys.readouterr().err
    assert not (case.folder / "udbakke").exists()


def test_the_outbox_is_that_of_the_command_then_of_the_settings(case: Case) -> None:
    """`--to` comes first, then `outbox` in the settings file."""
    settings = case.folder / "settings" / "fpsheet.toml"
    settings.parent.mkdir()
    one, two = case.folder / "en", case.folder / "to"
    settings.write_text(f"outbox = '{one}'\n", encoding="utf-8")
    case.run("submit")
    case.run("submit", "--to", str(two))
    assert len(list(one.iterdir())) == len(list(two.iterdir())) == 1
