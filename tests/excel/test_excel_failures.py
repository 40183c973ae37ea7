"""What goes wrong with Excel: one sentence with a remedy, exit code 2, and no work lost.

The errors are those of pywin32 with its codes; their own text holds a CPR number, which must never
be shown.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.worksheet.protection import SheetProtection

from fpsheet.cli.program import run
from fpsheet.excel.attach import load_xlwings
from fpsheet_templates.load import load_form
from tests.support import excel_openpyxl
from tests.support.desk import FAULTY_ROWS, make_workbook
from tests.support.excel_api import CALL_REJECTED, DISCONNECTED, ComError, engine_in_use
from tests.support.excel_case import Case, contents, fills, listed, load, notes, opened, place
from tests.support.excel_engine import Engine

if TYPE_CHECKING:
    import pytest

    from tests.support.excel_engine import App

CPR = "6101801234"
LIST = "Fejlliste"


def said(capsys: pytest.CaptureFixture[str], *apps: App, arguments: tuple[str, ...] = ()) -> str:
    """Run `fpsheet excel` on these Excels; it must refuse. Return what it says."""
    capsys.readouterr()
    with engine_in_use(Engine(*apps)):
        assert run(["excel", *arguments], environment={"FPSHEET_CONFIG": "none"}) == 2
    return told(capsys)


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was said: one paragraph, and never a value of a cell."""
    caught = capsys.readouterr()
    assert CPR not in caught.err + caught.out
    assert caught.err.startswith("Fejl: ")
    return caught.err


def test_without_a_program_to_control(capsys: pytest.CaptureFixture[str]) -> None:
    """On a machine without Excel it says so, and what to do instead."""
    assert load_xlwings().engines.active is None
    assert run(["excel"], environment={"FPSHEET_CONFIG": "none"}) == 2
    assert "fpsheet check FIL --return FIL" in told(capsys)


def test_excel_is_not_running_or_has_no_workbook(capsys: pytest.CaptureFixture[str]) -> None:
    """Each has its own sentence; Protected View is told from nothing open."""
    assert "Excel er ikke åbent" in said(capsys)
    app = excel_openpyxl.start()
    assert "ingen projektmappe åben" in said(capsys, app)
    app.desk.protected_views = 1
    assert "Aktivér redigering" in said(capsys, app)


def test_two_workbooks_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The only one of ours is taken; of two of ours the name decides, in any Excel."""
    Workbook().save(tmp_path / "privat.xlsx")
    one, two = place(tmp_path, name="en.xlsx"), place(tmp_path, name="to.xlsx")
    mine = tmp_path / "privat.xlsx"
    assert "en.xlsx, to.xlsx" in said(capsys, excel_openpyxl.start(one, mine, two))
    apps = excel_openpyxl.start(one), excel_openpyxl.start(two, pid=2)
    assert "--book" in said(capsys, *apps)
    wrong = said(capsys, *apps, arguments=("--book", "tre"))
    assert "en.xlsx, to.xlsx" in wrong
    strangers = excel_openpyxl.start(mine, mine)
    assert "ligner" in said(capsys, strangers)
    environment = {"FPSHEET_CONFIG": str(tmp_path / "fpsheet.toml")}
    with engine_in_use(Engine(*apps)):
        assert run(["excel", "--book", "TO"], environment=environment) == 1
        assert run(["excel", "next", "--book", "to.xlsx"], environment=environment) == 0
        assert "ingen fejlliste" in run_and_read(capsys, ["excel", "next", "--book", "en"])
    with engine_in_use(Engine(excel_openpyxl.start(mine, one))):
        assert run(["excel"], environment=environment) == 1


def run_and_read(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    """Run a command that refuses and return what it says."""
    capsys.readouterr()
    assert run(arguments, environment={"FPSHEET_CONFIG": "none"}) == 2
    return told(capsys)


def test_a_workbook_that_is_not_ours_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The findings are those of check, and nothing is marked."""
    Workbook().save(tmp_path / "sager.xlsx")
    with opened(tmp_path, (tmp_path / "sager.xlsx").read_bytes()) as case:
        before = contents(case.sheets)
        assert case.run() == 1
        assert contents(case.sheets) == before
    assert "ikke markeret" in capsys.readouterr().out


def test_a_new_workbook_must_be_saved_first(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """One that never was a file has no name to be read by."""
    case.book.place = "Mappe1"
    assert case.run() == 2
    assert "aldrig blevet gemt" in told(capsys)


def test_a_workbook_in_the_cloud_needs_an_outbox(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside an address there is no folder; it is checked all the same."""
    case.book.place = "https://kommune.sharepoint.example/sager/sager.xlsx"
    assert case.run("submit") == 2
    assert "--to" in told(capsys)
    assert case.run() == 1


def test_a_read_only_workbook_is_marked_and_told(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    """The marks can be seen; that they cannot be saved is said."""
    case.book.api.ReadOnly = True
    assert case.run() == 1
    assert "skrivebeskyttet" in capsys.readouterr().out


def test_a_structure_under_a_password_is_not_forced(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is marked then: half the marks without their list would be worse."""
    case.book.api.password = "hemmelig"
    before = contents(case.sheets)
    assert case.run() == 2
    assert "Beskyt projektmappe" in told(capsys)
    assert contents(case.sheets) == before
    assert fills(case.sheets) == set()
    assert case.own.is_locked


def test_a_sheet_under_a_password_gets_no_marks(case: Case) -> None:
    """It stays as it is; its findings are on the list."""
    case.sheets["Forløb"].protection = SheetProtection(sheet=True, password="hemmelig")
    lock = dict(case.sheets["Forløb"].protection)
    assert case.run() == 1
    assert {tab for tab, _, _ in fills(case.sheets)} == {"Forside", "Borgere"}
    assert "Forløb" in {row[3] for row in listed(case.sheets[LIST])}
    assert dict(case.sheets["Forløb"].protection) == lock


def test_next_says_what_stands_in_its_way(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """No list yet, sheets that are hidden, sheets renamed since."""
    assert case.run("next") == 2
    assert "Kør kontrollen først" in told(capsys)
    case.run()
    capsys.readouterr()
    listed_tabs = [case.sheets[name] for name in ("Forside", "Borgere", "Forløb")]
    for sheet in listed_tabs:
        sheet.sheet_state = "hidden"
    assert case.run("next") == 2
    assert "skjult" in told(capsys)
    for sheet in listed_tabs:
        sheet.title = f"Min {sheet.title}"
    assert case.run("next") == 2
    assert "Kør kontrollen igen" in told(capsys)


def test_a_cell_being_edited(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """Excel turns every call away; she is told to leave the cell."""
    case.app.desk.trouble = ComError(CALL_REJECTED)
    assert case.run() == 2
    assert "Enter eller Esc" in told(capsys)


def test_closed_or_refusing_at_any_moment(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """A failure is told in a sentence, leaves the values alone, and the next check mends all."""
    before = contents(case.sheets)
    case.run()
    marks, lines = fills(case.sheets), listed(case.sheets[LIST])
    for count, code in zip(range(1, 400, 45), (DISCONNECTED, CALL_REJECTED) * 9, strict=False):
        capsys.readouterr()
        case.app.desk.trouble = ComError(code)
        case.app.desk.calls_before_trouble = count
        answer = case.run()
        still_counting = case.app.desk.calls_before_trouble > 0
        case.app.desk.trouble = None
        if still_counting:
            break
        assert answer == 2, count
        told(capsys)
        assert case.app.is_shown
    assert case.run() == 1
    assert fills(case.sheets) == marks
    kept = [name for name in case.sheets.sheetnames if name.startswith(LIST)]
    assert lines in [listed(case.sheets[name]) for name in kept]
    after = contents(case.sheets)
    assert {place: after[place] for place in before} == before


def test_the_findings_of_a_huge_list_of_cells_fit_excels_addresses(tmp_path: Path) -> None:
    """Hundreds of marked cells on one sheet: no address is longer than Excel takes."""
    rows = dict(FAULTY_ROWS)
    rows["forloeb"] = [
        {**FAULTY_ROWS["forloeb"][0], "cpr": f"6{day}0180{number:04d}"}
        for day in (1, 2)
        for number in range(1000, 1125)
    ]
    with opened(tmp_path, make_workbook(load_form(), rows)) as case:
        assert case.run() == 1
        faults = {cell for tab, cell, colour in fills(case.sheets) if colour == "FFF6B8B2"}
        assert {f"F{row}" for row in range(4, 254)} <= faults
        assert len(notes(load(case.saved()))) > 250


def test_the_paid_part_of_xlwings_is_never_loaded(tmp_path: Path) -> None:
    """Not by the command, although xlwings tries to when it is imported; and pandas neither."""
    program = (
        "import sys; from fpsheet.cli.program import run; code = run(['excel']);"
        "print(code, 'xlwings.main' in sys.modules,"
        " [n for n, m in sys.modules.items() if n.startswith('xlwings.pro') and m],"
        " 'pandas' in sys.modules)"
    )
    environment = {"FPSHEET_CONFIG": str(tmp_path / "none"), "XLWINGS_LICENSE_KEY": "noncommercial"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        env=environment,
    )
    assert done.stdout.split() == ["2", "True", "[]", "False"]


def test_one_module_imports_xlwings_where_it_is_used() -> None:
    """The others name its types at most, which costs nothing and loads nothing."""
    import ast

    importing = set()
    for path in Path("fpsheet").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        typing_only = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            for inner in ast.walk(node)
        }
        for node in ast.walk(tree):
            names = [alias.name for alias in getattr(node, "names", []) if hasattr(alias, "name")]
            named = [*names, getattr(node, "module", None) or ""]
            is_import = isinstance(node, ast.Import | ast.ImportFrom)
            if (
                is_import
                and id(node) not in typing_only
                and any(name.split(".")[0] == "xlwings" for name in named)
            ):
                importing.add(path.as_posix())
    assert importing == {"fpsheet/excel/attach.py"}
