"""A marked CPR number, driven through every failure of the real command line.

It may stand in the kommune's own files and, sealed, in the vault. It is in nothing that is said,
logged or sent: no output, no log record, no receipt, no page, no comment of ours, no temporary
file, also where the program itself fails (with debugging off, as it is shipped).
"""

from __future__ import annotations

import logging
import os
import re
import sqlite3
from contextlib import closing
from datetime import date
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl
import pytest

from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.program import run
from fpsheet.intake import reader
from fpsheet.intake.process import ReadingProcess
from fpsheet_templates.form import FieldType
from fpsheet_templates.load import load_form
from fpsheet_validation.rules import registry, row_schema
from tests.support.desk import Row, make_database, make_workbook
from tests.support.xlsx_parts import (
    CONTENT_TYPES,
    Package,
    entry_row,
    open_parts,
    part_of,
)
from tests.support.xlsx_parts import make_workbook as make_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FORM = load_form()
CPR = "6302769417"
SHOWN = "630276-9417"
NAME = "Mærket Navnesen"
FREE = "fortroligt om helbred"
MARKS = (CPR, SHOWN, NAME, FREE)
TODAY = ("--today", "22-11-2026")
BASE = ("--db", "sqlite:///base.db")
OLD = 1_770_000_000
ENVIRONMENT = {"FPSHEET_CONFIG": "no-such-file.toml", "FPSHEET_DEBUG": ""}


@cache
def sound() -> bytes:
    """A workbook with the number, a name and free text, and a fault so that there are findings."""
    rows: dict[str, list[Row]] = {
        "borger": [
            {
                "cpr": CPR,
                "navn": NAME,
                "sagsbehandler": "AB",
                "pensionist_foer_reform": "nej",
                "bemaerkning": FREE,
            }
        ],
        "forloeb": [
            {
                "cpr": CPR,
                "forloeb_type": "andet",
                "start_dato": date(2026, 3, 1),
                "slut_dato": date(2026, 2, 1),
                "tekst": FREE,
            }
        ],
    }
    return make_workbook(FORM, rows)


@cache
def everywhere() -> Package:
    """A workbook with the number in every field of every sheet, once as text in each spelling."""
    sheets = {}
    for sheet in FORM.entry_sheets():
        rows = ""
        for at, mark in enumerate((CPR, SHOWN, f"{SHOWN} {NAME}", f" {FREE}\u00a0{CPR}"), start=4):
            texts = {
                field.id: SHOWN if field.type is FieldType.CPR and at % 2 else mark
                for field in sheet.entry_fields()
            }
            rows += entry_row(sheet.id, at, **texts)
        sheets[sheet.id] = rows
    return make_parts(sheets)


def with_title(package: Package) -> Package:
    """Put the number into the name of a tab that is none of ours, and of one that is."""
    return package.replace("xl/workbook.xml", 'name="Job"', f'name="{SHOWN}"')


def with_part_name(package: Package) -> Package:
    """Put the number into the name of a part that is refused."""
    return package.with_part(f"xl/embeddings/{CPR}.bin", b"x")


def with_macro_type(package: Package) -> Package:
    """Put it into a content type."""
    added = (
        f'<Override PartName="/xl/{CPR}.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    )
    return package.with_part(f"xl/{CPR}.bin", b"x").replace(
        CONTENT_TYPES, "</Types>", f"{added}</Types>"
    )


def twice(package: Package) -> Package:
    """Have two rows of one number, which are set aside."""
    row = entry_row("forloeb", 4, cpr=SHOWN, tekst=FREE)
    return package.replace(part_of("forloeb"), "</sheetData>", f"{row}</sheetData>")


def with_entity(package: Package) -> Package:
    """Have an entity that is not declared right behind the number."""
    return package.edit(part_of("forloeb"), lambda text: text.replace(CPR, f"{CPR}&nix;"))


FILES: dict[str, Callable[[], bytes]] = {
    "sound": sound,
    "everywhere": lambda: everywhere().data(),
    "cut off": lambda: sound()[:-300],
    "half": lambda: everywhere().data(compression=0)[:9000],
    "flipped": lambda: sound().replace(b"PK\x01\x02", b"PK\x01\x03", 1),
    "text": f"cpr;navn\n{CPR};{NAME}\n".encode,
    "page": f"<html>{SHOWN} {NAME}</html>".encode,
    "sealed by Excel": lambda: bytes.fromhex("D0CF11E0A1B11AE1") + CPR.encode() * 99,
    "tab": lambda: with_title(everywhere()).data(),
    "part name": lambda: with_part_name(everywhere()).data(),
    "content type": lambda: with_macro_type(everywhere()).data(),
    "two rows of one number": lambda: twice(everywhere()).data(),
    "entity": lambda: with_entity(everywhere()).data(),
    "document type": lambda: (
        everywhere()
        .edit(part_of("job"), lambda text: text.replace("<work", f"<!DOCTYPE x '{CPR}'><work", 1))
        .data()
    ),
    "meta": lambda: make_parts(meta={"form_version": CPR, "kommune_kode": SHOWN}).data(),
}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with an inbox, where temporary files land too."""
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "indbakke").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(tmp_path)
    make_database(tmp_path / "base.db")
    return tmp_path


@pytest.fixture
def said(
    desk: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Callable[[], str]:
    """Return what was shown, logged and left behind, the kommune's own files left out."""
    caplog.set_level(logging.DEBUG)

    def collect() -> str:
        shown = capfd.readouterr()
        logged = [f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records]
        left = [path for path in desk.rglob("*") if path.is_file() and not is_hers(path)]
        names = [str(path.relative_to(desk)) for path in left]
        contents = [text for path in left for text in readable(path.read_bytes())]
        return "\n".join([shown.out, shown.err, *logged, *names, *contents])

    return collect


def is_hers(path: Path) -> bool:
    """Return whether a file is the kommune's own and stays with it, or is the database.

    What stands in the database has tests of its own.
    """
    return path.name in {"ind.xlsx", "indbakke.xlsx"} or path.name.startswith("base.db")


def readable(data: bytes) -> Iterator[str]:
    """Return what can be read in a file: of a workbook we give back, the parts that are ours."""
    if data.startswith(b"PK"):
        for name, content in open_parts(data).parts.items():
            if "fpsheet" in name.lower() or "manifest" in name.lower():
                text = content.decode("utf-8", "replace")
                # A link has to say the tab's own name, whatever she wrote on it.
                yield re.sub("<hyperlinks>.*?</hyperlinks>", "", text)
    else:
        yield data.decode("latin-1")
        yield data.decode("utf-8", "replace")


def put(desk: Path, data: bytes) -> None:
    """Put a file on the desk and into the inbox."""
    (desk / "ind.xlsx").write_bytes(data)
    (desk / "indbakke" / "indbakke.xlsx").write_bytes(data)
    os.utime(desk / "indbakke" / "indbakke.xlsx", (OLD, OLD))


def go(*arguments: str) -> int:
    """Run a command as a user would."""
    return run(arguments, environment=ENVIRONMENT)


def leaks(text: str) -> list[str]:
    """Return where a mark stands in a text, with what is around it."""
    assert text
    return [text[max(at - 60, 0) : at + 60] for mark in MARKS if (at := text.find(mark)) >= 0]


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_every_file_that_may_come(desk: Path, said: Callable[[], str], file: str) -> None:
    """Checked, shown in every way, given back, previewed, sent and merged: nothing is told."""
    put(desk, FILES[file]())
    for arguments in (
        ("check", "ind.xlsx", "--return", "ud.xlsx", "--page", "side.html", *TODAY),
        ("check", "ind.xlsx", "--json", "--earlier", "indbakke/indbakke.xlsx", *TODAY),
        ("preview", "ind.xlsx", *TODAY),
        ("sync", "indbakke", *BASE, "--receipts", "kvitteringer", *TODAY),
        ("status", *BASE, "--json"),
        ("conflicts", *BASE, "--json"),
    ):
        assert go(*arguments) in {ExitCode.DONE, ExitCode.FINDINGS, ExitCode.USAGE}
    assert leaks(said()) == []


def test_a_file_that_is_named_after_a_citizen(
    desk: Path, said: Callable[[], str], caplog: pytest.LogCaptureFixture
) -> None:
    """A name with the number is masked where it is listed, logged or sent on.

    What fsspec notes of each file it opens is for those who mend fsspec: nothing here turns it on.
    """
    caplog.set_level(logging.INFO, logger="fsspec")
    for name, data in (("sag.xlsx", sound()), ("tekst.xlsx", CPR.encode())):
        file = desk / "indbakke" / f"{SHOWN} {name}"
        file.write_bytes(data)
        os.utime(file, (OLD, OLD))
    (desk / f"{CPR}.xlsx").write_bytes(sound())
    assert go("check", f"{CPR}.xlsx", "--page", "side.html", *TODAY) == ExitCode.FINDINGS
    (desk / f"{CPR}.xlsx").unlink()
    sync = ("sync", "indbakke", *BASE, "--receipts", "kvitteringer", *TODAY)
    for options in ((), ("--json",)):
        assert go(*sync, *options) == ExitCode.FINDINGS
    for path in (desk / "indbakke").iterdir():
        path.unlink()
    assert leaks(said()) == []


RULE = f"""[[rule]]
code = "NYE-001"
level = "row"
severity = "ADVARSEL"
sheet = "forloeb"
fields = ["cpr"]
fails_when = "cpr == '{CPR}'"
"""


@pytest.mark.slow
def test_every_other_command_that_reads_the_file(desk: Path, said: Callable[[], str]) -> None:
    """Returned, upgraded, imported, explained, tried and published: nothing is told of it."""
    put(desk, sound())
    (desk / "alle.xlsx").write_bytes(everywhere().data())
    (desk / "regel.toml").write_text(RULE, encoding="utf-8")
    (desk / "fil").write_bytes(b"x")
    go("sync", "indbakke", *BASE, "--receipts", "kvit", *TODAY)
    (receipt,) = desk.glob("kvit/*/*-000001.json")
    year = ("--from", "01-01-2026", "--to", "31-12-2026", *BASE, *TODAY)
    for arguments in (
        ("check", "ind.xlsx", "--earlier", "alle.xlsx", *TODAY),
        ("receive", str(receipt), "alle.xlsx"),
        ("receive", "alle.xlsx", "ind.xlsx"),
        ("upgrade", "alle.xlsx", "--out", "fil/op.xlsx"),
        ("pull", "--kommune", "956", "--out", "fil/hent.xlsx", *BASE),
        ("history", CPR, "--db", "sqlite:///ingen.db"),
        ("history", f"x{CPR}", *BASE),
        ("preview", "alle.xlsx", "--out", "tal.xlsx", *TODAY),
        ("preview", "ind.xlsx", "--explain", "T01", "C9", *TODAY),
        ("report", *year, "--explain", "T01", "D9"),
        ("report", *year, "--publish", "--out", "udgave"),
        ("export", "side900", "--out", "fil/900.xlsx", *BASE),
        ("export", "skat", "--out", "fil/skat.xlsx", *BASE),
        ("import", "skat", "alle.xlsx", *BASE),
        ("import", "benchmark", "alle.xlsx", *BASE),
        ("rules", "--trial", "regel.toml", "ind.xlsx"),
        ("rules", "--trial", "regel.toml", *BASE),
        ("rules", "--trial", "alle.xlsx", "ind.xlsx"),
        ("excel", *TODAY),
    ):
        assert go(*arguments) in {ExitCode.DONE, ExitCode.FINDINGS, ExitCode.USAGE}, arguments
    for name in ("alle.xlsx", "regel.toml"):
        (desk / name).unlink()
    assert leaks(said()) == []


def stored(desk: Path) -> bytes:
    """Return the bytes of the database, and once more what is packed in it, unpacked.

    A frame is unpacked with all its buffers: a value that is null may have left its bytes there.
    """
    found = [path.read_bytes() for path in desk.glob("base.db*")]
    with closing(sqlite3.connect(desk / "base.db")) as base:
        tables = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in base.execute(f"SELECT * FROM {table}"):
                found += [unpacked(cell) for cell in row if isinstance(cell, bytes)]
    return b"".join(found)


def unpacked(cell: bytes) -> bytes:
    """Return what a packed frame holds; any other bytes as they are."""
    if not cell.startswith(b"ARROW1"):
        return cell
    buffer = BytesIO()
    pl.read_ipc(BytesIO(cell)).write_ipc(buffer, compression="uncompressed")
    return buffer.getvalue()


def test_the_database_holds_it_in_the_vault_alone(desk: Path) -> None:
    """Of a file with the number where it belongs, nothing marked is readable in the database."""
    put(desk, sound())
    go("sync", "indbakke", *BASE, *TODAY)
    data = stored(desk)
    assert len(data) > 10_000
    assert not any(mark.encode() in data for mark in MARKS)


def test_the_database_does_not_hold_it_in_any_text_that_travels(desk: Path) -> None:
    """FLT-026: a case with the number in a text waits, and waits without that text."""
    put(desk, everywhere().data())
    go("sync", "indbakke", *BASE, *TODAY)
    data = stored(desk)
    assert b"FLT-026" in data
    assert not any(mark.encode() in data for mark in (CPR, SHOWN))


@pytest.mark.parametrize("text", [SHOWN, f"se {SHOWN}", f"Hun er omtalt i sagen om {SHOWN}."])
def test_a_text_that_was_emptied_leaves_no_byte_behind(desk: Path, text: str) -> None:
    """FLT-026 in texts that travel, short and long: what became null is not in what is kept."""
    row: Row = {
        "cpr": CPR,
        "lokalitet": text,
        "sagsbehandler": text,
        "pensionist_foer_reform": "nej",
    }
    other: Row = {**row, "cpr": "620276-0001", "lokalitet": "Nuuk", "sagsbehandler": "AB"}
    put(desk, make_workbook(FORM, {"borger": [row, other]}))
    go("sync", "indbakke", *BASE, *TODAY)
    data = stored(desk)
    assert b"FLT-026" in data
    assert b"Nuuk" in data
    assert not any(mark.encode() in data for mark in (CPR, SHOWN))


def test_a_database_that_fails_in_the_middle(desk: Path, said: Callable[[], str]) -> None:
    """What the driver says, with statement and values, goes nowhere."""
    put(desk, sound())
    go("db", "init", *BASE)
    with sqlite3.connect(desk / "base.db") as base:
        base.execute(
            "CREATE TRIGGER stop BEFORE INSERT ON indberetning"
            " BEGIN SELECT RAISE(FAIL, 'stoppet'); END"
        )
    base.close()
    assert go("sync", "indbakke", *BASE, *TODAY) == ExitCode.USAGE
    assert leaks(said()) == []


def test_a_database_that_is_none(desk: Path, said: Callable[[], str]) -> None:
    """A file that is no database, and one whose key is gone."""
    put(desk, sound())
    (desk / "base.db").write_bytes(b"SQLite format 3\0" + bytes(999))
    assert go("sync", "indbakke", *BASE, *TODAY) == ExitCode.USAGE
    assert go("check", "ind.xlsx", *BASE, *TODAY) == ExitCode.USAGE
    assert go("history", CPR, *BASE) == ExitCode.USAGE
    assert leaks(said()) == []


def test_a_place_that_cannot_be_written(desk: Path, said: Callable[[], str]) -> None:
    """The marked workbook, the page and the package have nowhere to go."""
    put(desk, sound())
    (desk / "fil").write_bytes(b"x")
    for arguments in (
        ("check", "ind.xlsx", "--return", "fil/ud.xlsx", *TODAY),
        ("check", "ind.xlsx", "--page", "fil/side.html", *TODAY),
        ("submit", "ind.xlsx", "--to", "fil/post", *TODAY),
        ("report", "--from", "01-01-2026", "--to", "31-12-2026", "--out", "fil/tal", *BASE),
    ):
        assert go(*arguments) == ExitCode.USAGE
    assert leaks(said()) == []


@pytest.mark.parametrize("where", ["pandera", "rule", "facts", "view", "program", "child"])
def test_the_program_itself_fails(
    desk: Path, said: Callable[[], str], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """An exception with the number in its text ends where it is caught, or in a class name."""
    put(desk, everywhere().data())

    def explode(*_: object, **__: object) -> pl.DataFrame:
        raise RuntimeError(f"{CPR} {SHOWN} {NAME}")

    def cast(*_: object, **__: object) -> pl.Expr:
        return pl.lit(CPR).cast(pl.Int8)

    match where:
        case "pandera":
            monkeypatch.setattr(row_schema, "_first_pass", cast, raising=False)
            monkeypatch.setattr("pandera.api.polars.container.DataFrameSchema.validate", explode)
        case "rule":
            monkeypatch.setattr(registry, "_strike", explode)
        case "facts":
            monkeypatch.setattr(registry, "case_facts", explode)
        case "view":
            monkeypatch.setattr("fpsheet.views.terminal.render_verdict", explode)
        case "program":
            monkeypatch.setattr(reader, "read_file", explode)
        case _:
            monkeypatch.setattr(ReadingProcess, "_ask", lambda *_, **__: None)
    codes = {go("check", "ind.xlsx", *TODAY), go("submit", "ind.xlsx", "--to", "post", *TODAY)}
    assert codes <= {ExitCode.FINDINGS, ExitCode.OURS}
    assert leaks(said()) == []


def test_a_package_that_was_spoilt_on_its_way(desk: Path, said: Callable[[], str]) -> None:
    """An unsealed package with a byte changed is refused without a word of what is in it."""
    put(desk, sound())
    assert go("submit", "ind.xlsx", "--to", "post", *TODAY) == ExitCode.FINDINGS
    said()
    (package,) = (desk / "post").iterdir()
    data = bytearray(package.read_bytes())
    package.unlink()
    for at in (len(data) // 3, len(data) // 2, len(data) - 40):
        spoilt = desk / "indbakke" / f"{at}{package.suffix}"
        spoilt.write_bytes(bytes(data[:at]) + b"\x00" + bytes(data[at + 1 :]))
        os.utime(spoilt, (OLD, OLD))
    assert go("sync", "indbakke", *BASE, *TODAY) == ExitCode.FINDINGS
    for path in (desk / "indbakke").iterdir():
        path.unlink()
    assert leaks(said()) == []
