"""The add-in's "Run main" on a plain .xlsx: how it finds fpsheet, and what it does.

The button itself is VBA and runs in Excel alone; what it asks Python to do stands in the add-in's
source, which a test reads, and is done here word by word.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from importlib.resources import files
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from fpsheet.cli import ribbon
from fpsheet.excel.attach import load_xlwings
from fpsheet.excel.install import better_name, is_usable, settings_file
from fpsheet.excel.open_book import OpenBook
from fpsheet.private_temp import PREFIX
from tests.excel.test_excel_live import empty
from tests.support.excel_api import read_areas
from tests.support.excel_case import Case, fills, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = 'RunPython "import " & mymodule & ";" & mymodule & ".main()"'
PATHS = 'AddExcelDir & ";" & ActiveFullName & ";" & ThisFullName & ";"'


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    """One open workbook in which the button is pressed."""
    with opened(tmp_path) as opened_case:
        for name, value in opened_case.environment.items():
            monkeypatch.setenv(name, value)
        xlwings = load_xlwings()
        xlwings.Book(impl=opened_case.book).set_mock_caller()
        yield opened_case
        del xlwings.Book._mock_caller


def test_the_add_in_still_works_as_written_for() -> None:
    """The pinned version imports the workbook's name and calls main, on its settings' paths."""
    addin = files("xlwings") / "addin"
    assert COMMAND in (addin / "RibbonXlwings.bas").read_text(encoding="latin-1")
    main = (addin / "Main.bas").read_text(encoding="latin-1")
    assert PATHS in main
    assert 'GetConfig("ADD_WORKBOOK_TO_PYTHONPATH", "true")' in main
    assert '"import xlwings.utils;xlwings.utils.prepare_sys_path(' in main.replace('""', '"')


def press(case: Case, name: str) -> subprocess.CompletedProcess[str]:
    """Run what the add-in runs, in a Python of its own, by the settings that were written."""
    text = settings_file(case.environment).read_text(encoding="utf-8")
    settings = {row[0]: row[1] for row in csv.reader(StringIO(text))}
    book = case.folder / f"{name}.xlsx"
    beside = settings["ADD_WORKBOOK_TO_PYTHONPATH"]
    paths = f"{beside};{book};addin.xlam;;;;{settings['PYTHONPATH']}"
    command = (
        f"import xlwings.utils;xlwings.utils.prepare_sys_path({paths!r});"
        f" import {name};{name}.main()"
    )
    return subprocess.run(
        [
            settings["INTERPRETER_WIN"],
            "-B",
            "-c",
            command,
            f"--wb={book.name}",
            "--from_xl=1",
            "--app=Excel",
            "--hwnd=1",
        ],
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        env={"PATH": "", **case.environment},
    )


def test_run_main_finds_fpsheet_after_install(case: Case) -> None:
    """The command of the add-in reaches us; without Excel we say so on what the add-in shows.

    A file that somebody else put beside the workbook is not run.
    """
    name = "foertidspension_956"
    (case.folder / f"{name}.xlsx").write_bytes(case.saved())
    assert case.run("install", str(case.folder / f"{name}.xlsx")) == 0
    (case.folder / f"{name}.py").write_text("def main(): raise SystemExit(77)", encoding="utf-8")
    (case.folder / "polars.py").write_text("raise SystemExit(78)", encoding="utf-8")
    done = press(case, name)
    assert done.returncode == 2, done.stderr
    assert "kan ikke styre Excel" in done.stderr
    assert "Traceback" not in done.stderr


def test_install_keeps_what_the_add_in_was_told(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other settings stay; another Python is told, not replaced; twice is as once."""
    conf = settings_file(case.environment)
    conf.parent.mkdir(parents=True)
    conf.write_text('"SHOW CONSOLE","True"\n"PYTHONPATH","C:\\mine"\n', encoding="utf-8")
    workbook = str(case.folder / "sager.xlsx")
    assert case.run("install", workbook) == 0
    once = conf.read_text(encoding="utf-8")
    assert case.run("install", workbook) == 0
    assert conf.read_text(encoding="utf-8") == once
    rows = dict(csv.reader(StringIO(once)))
    assert rows["SHOW CONSOLE"] == "True"
    own = str(case.folder / "settings" / "excel")
    assert rows["PYTHONPATH"] == f"C:\\mine;{own}"
    assert rows["INTERPRETER_WIN"] == sys.executable
    conf.write_text('"INTERPRETER_WIN","C:\\other\\python.exe"\n', encoding="utf-8")
    capsys.readouterr()
    assert case.run("install", workbook) == 1
    said = capsys.readouterr().out
    assert "C:\\other\\python.exe" in said
    assert sys.executable in said


@pytest.mark.parametrize("name", ["956-2026", "sager 2026", "2026", "json", "class", "fpsheet"])
def test_a_name_that_cannot_be_imported_is_refused(
    name: str, case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    """She is told a name like it that can be used."""
    better = better_name(name)
    assert is_usable(better)
    assert not is_usable(name)
    path = case.folder / f"{name}.xlsx"
    path.write_bytes(b"")
    assert case.run("install", str(path)) == 2
    assert better in capsys.readouterr().err
    assert not settings_file(case.environment).exists()


def test_yes_goes_to_the_next_error(case: Case) -> None:
    """The dialog tells the numbers; the fault's cell is selected after enough presses."""
    case.own.active().select(read_areas("A1")[0])
    case.app.desk.answers = ["yes"]
    ribbon.main()
    (said,) = case.app.desk.said
    assert said.startswith("Fejl: 1. Advarsler: 7.")
    # The one error comes first in the list, before the warnings of Forside.
    assert (case.own.active().title, case.own.active().selected().plain) == ("Forløb", "F4")


@pytest.mark.slow
def test_no_opens_the_figures_and_cancel_ends(case: Case) -> None:
    """The figures open beside it; cancel leaves the marks."""
    case.app.desk.answers = ["cancel"]
    ribbon.main()
    assert len(case.app.books) == 1
    assert fills(case.sheets)
    case.app.desk.answers = ["no"]
    ribbon.main()
    names = [book.name for book in case.app.books]
    assert names[1:] == ["foertidspension-956-2026-foreloebig-fortroligt.xlsx"]


def test_a_workbook_in_order_is_saved_and_sent(case: Case) -> None:
    """Yes saves it, puts it into the outbox and says where."""
    empty(case.sheets)
    case.book.api.Saved = False
    case.app.desk.answers = ["yes", "ok"]
    ribbon.main()
    asked, told = case.app.desk.said
    assert asked.startswith("Projektmappen kan sendes")
    (package,) = (case.folder / "udbakke").iterdir()
    assert str(package) in told
    assert case.book.api.Saved


def test_the_button_copies_the_workbook_into_a_folder_of_its_own(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy that is read, and all else that is temporary, lies in it and goes with it."""
    place = tmp_path / "temp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    copies: list[tuple[str, int]] = []
    copy_to = OpenBook._copy_to

    def spy(self: OpenBook, path: Path) -> None:
        copy_to(self, path)
        own = path.parents[1]
        copies.append((own.name, own.stat().st_mode & 0o777))
        assert own.parent == place

    monkeypatch.setattr(OpenBook, "_copy_to", spy)
    case.app.desk.answers = ["cancel"]
    ribbon.main()
    assert copies
    assert {name.startswith(PREFIX) for name, _ in copies} == {True}
    if os.name == "posix":
        assert {mode for _, mode in copies} == {0o700}
    assert list(place.iterdir()) == []


def test_a_password_is_never_asked_for_unseen(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a signing key the button says where to send from; it would wait for ever."""
    keys = case.folder / "settings" / "noegler"
    keys.mkdir(parents=True)
    from fpsheet.transport.key_folder import KeyFolder

    folder = KeyFolder(keys)
    folder.signing.write_text("x", encoding="utf-8")
    folder.recipient_file.write_text("x", encoding="utf-8")
    empty(case.sheets)
    case.app.desk.answers = ["yes"]
    with pytest.raises(SystemExit) as ended:
        ribbon.main()
    assert ended.value.code == 2
    assert "fpsheet excel submit" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_says_why(case: Case) -> None:
    """The dialog has the sentences of the findings, and nothing is marked."""
    case.own.book = Workbook()
    ribbon.main()
    (said,) = case.app.desk.said
    assert "ikke" in said
    assert case.sheets.sheetnames == ["Sheet"]
