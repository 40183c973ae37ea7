"""Bad files through the real command line: a finding with sentence and remedy, never a traceback.

`check` and `sync` give exit code 1, and the database stays as it was.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook

from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.program import run
from fpsheet.demo.country import invent_country
from fpsheet.demo.fill import fill_workbook
from fpsheet.demo.scale import Scale
from fpsheet_templates.load import load_form
from tests.support.desk import make_database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORM = load_form()
ISSUED_AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
OLE = bytes.fromhex("D0CF11E0A1B11AE1")
"""How an .xls begins, and an encrypted workbook too."""


@pytest.fixture(scope="module")
def good() -> bytes:
    """A sound workbook of a few cases."""
    book = next(invent_country(FORM, scale=Scale(citizens={"957": 4}), seed=5))
    return fill_workbook(FORM, book, issued_at=ISSUED_AT, premade=5)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with no settings of the machine."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


ENVIRONMENT = {"FPSHEET_CONFIG": "no-such-file.toml", "FPSHEET_DEBUG": ""}


def saved(book: Workbook) -> bytes:
    """Return the bytes of a workbook as openpyxl saves it."""
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def foreign(_: bytes) -> bytes:
    """A workbook, but none of ours."""
    book = Workbook()
    book.worksheets[0]["A1"] = "Indkøbsliste"
    return saved(book)


def without_sheet(good: bytes) -> bytes:
    """Our workbook with the sheet Job deleted."""
    book = load_workbook(BytesIO(good))
    book.security.lockStructure = False
    del book["Job"]
    return saved(book)


def without_column(good: bytes) -> bytes:
    """Our workbook with the column Startdato of Forløb deleted."""
    book = load_workbook(BytesIO(good))
    book["Forløb"].delete_cols(5)
    return saved(book)


CASES: dict[str, tuple[Callable[[bytes], bytes], set[str]]] = {
    "no zip": (lambda _: b"\x00\x01\x02 no zip at all" * 40, {"KRITISK"}),
    "empty": (lambda _: b"", {"KRITISK"}),
    "truncated": (lambda good: good[: len(good) // 2], {"KRITISK"}),
    "foreign": (foreign, {"KRITISK"}),
    "xls": (lambda _: OLE + bytes(4096), {"KRITISK"}),
    "text": (lambda _: b"cpr;navn\n6101704285;Fiktiv\n", {"KRITISK"}),
    "sheet missing": (without_sheet, {"KRITISK", "FEJL"}),
    "column missing": (without_column, {"KRITISK", "FEJL"}),
}


def test_check_says_what_is_wrong(
    good: bytes, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`check` gives each file a blocking finding with sentence and remedy, and code 1."""
    write_cases(good, desk)
    arguments = ["check", *(f"{name}.xlsx" for name in CASES), "--json"]
    assert run(arguments, environment=ENVIRONMENT) == ExitCode.FINDINGS
    caught = capsys.readouterr()
    assert "Traceback" not in caught.err
    answers = [json.loads(line) for line in caught.out.splitlines()]
    assert [answer["file"] for answer in answers] == [f"{name}.xlsx" for name in CASES]
    for answer, (_, grave) in zip(answers, CASES.values(), strict=True):
        assert not answer["accepted"], answer
        assert any(found["severity"] in grave for found in answer["findings"]), answer
        assert all(found["message"] and found["remedy"] for found in answer["findings"])


def test_check_reads_well(good: bytes, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The report for people names each file and says what to do."""
    write_cases(good, desk)
    arguments = ["check", *(f"{name}.xlsx" for name in CASES)]
    assert run(arguments, environment=ENVIRONMENT) == ExitCode.FINDINGS
    shown = capsys.readouterr().out
    assert all(f"{name}.xlsx: Kan ikke sendes" in shown for name in CASES)
    assert shown.count("Det gør du:") >= len(CASES)
    assert "0 af 8 projektmapper kan sendes." in shown


def test_what_is_written_of_several_files_lies_apart(good: bytes, desk: Path) -> None:
    """Two workbooks of one name come back as two files; neither takes the other's place."""
    (desk / "nord").mkdir()
    for folder in (desk, desk / "nord"):
        (folder / "Sager.xlsx").write_bytes(good)
    arguments = ["check", "Sager.xlsx", "nord/Sager.xlsx", "--return", "retur", "--page", "sider"]
    run([*arguments, "--today", "02-03-2026"], environment=ENVIRONMENT)
    assert sorted(path.name for path in (desk / "retur").iterdir()) == [
        "Sager-2.xlsx",
        "Sager.xlsx",
    ]
    assert sorted(path.name for path in (desk / "sider").iterdir()) == [
        "Sager-2.html",
        "Sager.html",
    ]


def write_cases(good: bytes, folder: Path) -> None:
    """Write every bad file."""
    for name, (make, _) in CASES.items():
        (folder / f"{name}.xlsx").write_bytes(make(good))


def test_sync_leaves_the_database_alone(
    good: bytes, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files that cannot be used are refused by name; the log and the list of refusals alone tell.

    A workbook that lacks a sheet or a column is one of them: rules that could not run block it.
    """
    inbox, base = desk / "indbakke", desk / "base.db"
    inbox.mkdir()
    (inbox / "god.xlsx").write_bytes(good)
    arguments = ["sync", "indbakke", "--db", f"sqlite:///{base}", "--today", "02-03-2026"]
    make_database(base)
    age(inbox)
    assert run(arguments, environment=ENVIRONMENT) == ExitCode.DONE
    before = dump(base)
    write_cases(good, inbox)
    age(inbox)
    capsys.readouterr()
    assert run(arguments, environment=ENVIRONMENT) == ExitCode.FINDINGS
    caught = capsys.readouterr()
    assert "0 modtaget, 1 kendt i forvejen, 8 afvist." in caught.out
    told = caught.out.partition("Tilstand")[0]
    for name in CASES:
        # Alone, or among those that are refused for the same reason.
        assert re.search(rf"(?m)^{name}\.xlsx: Kan ikke sendes|gælder: .*\b{name}\.xlsx", told)
    assert "Traceback" not in caught.err
    assert dump(base) == before


def dump(base: Path) -> list[str]:
    """Return all that a database holds, as statements, but for the log and the list of refusals."""
    log = '"adgangslog"', '"loghoved"', '"afvist"'
    with closing(sqlite3.connect(base)) as connection:
        return [line for line in connection.iterdump() if not any(name in line for name in log)]


def age(folder: Path) -> None:
    """Let files look as if they came some time ago: what changed just now may be half copied."""
    for path in folder.iterdir():
        os.utime(path, (ISSUED_AT.timestamp(), ISSUED_AT.timestamp()))
