"""The author of a workbook: what stands in its hidden sheet leads no command astray."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from fpsheet.cli.failure_output import ExitCode
from fpsheet.files import plain_name
from fpsheet.intake.reader import NamedBytes, read_file
from fpsheet.workbook.row_id import RESERVED
from fpsheet_sync.ledger.tax_income import ANSWER_WORKBOOK
from fpsheet_templates.load import load_form
from tests.support.desk import Row, edit, make_database, make_workbook, reading_process
from tests.support.exchange import TODAY, Exchange

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

pytestmark = pytest.mark.usefixtures("warm_reading")

FORM = load_form()
ROWS: dict[str, list[Row]] = {
    "borger": [{"cpr": "6101801234", "pensionist_foer_reform": "nej", "sagsbehandler": "ABC"}]
}
OUTSIDE = "UDENFOR"
HOSTILE = (
    f"x/../../../{OUTSIDE}/2026",
    f"C:\\..\\{OUTSIDE}:strøm",
    "\u202e6202\n<script>alert(1)</script>_x001B_[2J",
    "99999",
)
"""Paths, text that moves a cursor or a reader, markup, a year that no calendar has."""

WRONG = {
    "workbook_id": ("", "K7Q2M9X", ANSWER_WORKBOOK + "956", "CON"),
    "aar": ("", "-1", "0", "1983", "2100", "٢٠٢٦", "2026.0", "=1+1"),
    "sprog": ("xx", "A" * 30_000),
    "parent": ("AB" * 32, "a" * 63),
    "issued_at": ("i går", "0001-01-01T00:00:00+14:00"),
    "signature": ("x",),
    "kommune_kode": ("", "999"),
}
"""What each key refuses besides; one by one in the tests of the intake."""


def with_meta(content: bytes, key: str, value: str) -> bytes:
    """Return a workbook with one value of its hidden sheet exchanged."""

    def change(book: Workbook) -> None:
        sheet = next(
            s for s in book if s.sheet_state == "hidden" and s["A1"].value == "form_version"
        )
        (cell,) = [row[1] for row in sheet.iter_rows(max_col=2) if row[0].value == key]
        cell.value = value
        cell.data_type = "s"

    return edit(content, change)


def files_of(root: Path) -> set[str]:
    """Return every file below a folder."""
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def content() -> bytes:
    """Return a good workbook of kommune 956."""
    return make_workbook(FORM, ROWS)


@pytest.mark.slow
@pytest.mark.parametrize("key", WRONG)
def test_no_value_of_the_hidden_sheet_leads_astray(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, key: str
) -> None:
    """Each hostile value of each key through every command that writes: refused, in its place.

    Nothing is sent or merged, no file lies outside the folder named, no command fails in itself,
    and nothing of the value is shown.
    """
    exchange = Exchange(tmp_path, capsys)
    for number, value in enumerate(HOSTILE):
        root = tmp_path / str(number)
        root.mkdir()
        (root / "bog.xlsx").write_bytes(with_meta(content, key, value))
        before = files_of(tmp_path)
        shown = walk(exchange, root)
        made = files_of(tmp_path) - before
        assert not [name for name in made if not name.startswith(f"{number}/ud/")], (key, value)
        assert not list((root / "ud").glob("post/**/*.fpsheet")), (key, value)
        assert not (root.parent.parent / OUTSIDE).exists()
        for forbidden in (OUTSIDE, "\x1b[2J", "\u202e", "<script>"):
            assert forbidden not in shown, (key, value)


@pytest.mark.slow
@pytest.mark.parametrize("key", WRONG)
def test_a_value_that_no_program_writes_is_refused(content: bytes, key: str) -> None:
    """It is critical: nothing of the workbook can be sent."""
    for value in WRONG[key]:
        name = NamedBytes("956.xlsx", with_meta(content, key, value))
        reading = read_file(name, form=FORM, process=reading_process())
        critical = {found.code for found in reading.findings}
        assert critical & {"STR-044", "STR-045"}, value


def walk(exchange: Exchange, root: Path) -> str:
    """Run every command that reads the workbook and writes; return what was shown.

    `preview` and `--return` write the caller's own file; the others refuse.
    """
    book, out = str(root / "bog.xlsx"), root / "ud"
    out.mkdir()
    post = out / "post"
    post.mkdir()
    make_database(out / "central.db")
    database = f"sqlite:///{(out / 'central.db').as_posix()}"
    (post / "bog.xlsx").write_bytes((root / "bog.xlsx").read_bytes())
    calls = (
        ("check", book, "--return", str(out / "retur.xlsx"), "--page", str(out / "side.html")),
        ("preview", book, "--out", str(out / "tal")),
        ("submit", book, "--to", str(post)),
        ("upgrade", book, "--out", str(out / "ny.xlsx")),
        ("sync", str(post), "--db", database, "--receipts", str(out / "kvit")),
    )
    shown = ""
    for call in calls:
        day = () if call[0] == "upgrade" else TODAY
        code, said = exchange.call("ingen", *call, *day)
        assert code in {ExitCode.FINDINGS, ExitCode.USAGE}, (call[0], said)
        shown += said
    return shown


def test_a_hostile_year_in_a_package_is_no_year(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    """A package made by another program says -1: the departement refuses it by name."""
    from dataclasses import replace

    from fpsheet.transport.folder import Folder
    from fpsheet.transport.outbox import send_plain
    from tests.support.exchange import payload_of

    make_database(tmp_path / "central.db")
    exchange = Exchange(tmp_path, capsys)
    load = payload_of(content)
    for aar in ("-1", "0", "1983", "2100", f"x/../../{OUTSIDE}/2026"):
        meta = {**load.workbook.meta, "aar": aar}
        bad = replace(load, workbook=replace(load.workbook, meta=meta))
        send_plain(bad, Folder(str(exchange.post)))
    assert len(files_of(exchange.post)) == 5
    _, said = exchange.call("departement", *exchange.command, "--json")
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [line["state"] for line in lines] == ["refused"] * 5
    assert {one["code"] for line in lines for one in line["check"]["findings"]} == {"STR-045"}
    assert OUTSIDE not in said.replace(f"_{OUTSIDE}_", "")


def test_a_folder_is_never_left(tmp_path: Path) -> None:
    """Whatever a file is called, it lies in the folder it was put into."""
    from fpsheet.transport.folder import Folder

    for number, name in enumerate(
        ("../x", "..", "/etc/x", "a/../../../x", "C:\\x", "..\\x", "con", "x\0y")
    ):
        place = Folder(str(tmp_path / "post" / f"956-{number}")).put(name, b"data")
        assert (tmp_path / "post" / f"956-{number}") in type(tmp_path)(place).resolve().parents
    assert len(plain_name("x" * 10_000)) <= 100


def test_no_workbook_is_taken_for_an_answer_of_skattestyrelsen() -> None:
    """The ids of such answers are given to no workbook."""
    assert RESERVED == ANSWER_WORKBOOK
