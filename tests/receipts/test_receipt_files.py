"""Receipts as files: JSON and workbook, open and sealed, the same for the same submission."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from openpyxl import load_workbook

from fpsheet.cli.program import run
from fpsheet.receipts.receipt_book import cover_lines, receipt_book
from fpsheet.receipts.receipt_file import (
    ReceiptError,
    read_receipt,
    seal_receipt,
    unseal_receipt,
    without_values,
    write_receipt,
)
from fpsheet.table_book.xlsx import write_xlsx
from fpsheet.transport.signing_key import departement_key, new_signing_key
from fpsheet_sync.ledger.receipt import Receipt
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import make_database, make_workbook
from tests.support.submissions import Sending, new_store, send

FIRST = """
# forloeb
| id | cpr        | forloeb_type | start_dato |
| 1  | 6101801234 | revurdering  | 2026-01-05 |
| 2  | 6201801234 | revurdering  | 2026-03-01 |
"""
ONE = FIRST.replace("2026-01-05", "2026-01-06").replace("2026-03-01", "2026-03-02")
OTHER = FIRST.replace("2026-01-05", "2026-01-07")
NEW_YEAR = datetime(2027, 1, 1, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def receipt(tmp_path_factory: pytest.TempPathFactory) -> Receipt:
    """Return the receipt of `make_receipt`, made once."""
    return make_receipt(tmp_path_factory.mktemp("store"))


def make_receipt(folder: Path) -> Receipt:
    """Return the receipt of a file whose sister changed the same cell another way."""
    url = f"sqlite:///{(folder / 'central.db').as_posix()}"
    with closing(new_store(url)) as store:
        first = send(store, FIRST)
        send(store, ONE, Sending(parent=first.sha256, minute=1))
        return send(store, OTHER, Sending(parent=first.sha256, minute=2))


def sheets(data: bytes) -> dict[str, list[tuple[object, ...]]]:
    """Return the filled rows of every sheet of a workbook."""
    book = load_workbook(BytesIO(data))
    return {
        sheet.title: [row for row in sheet.iter_rows(values_only=True) if any(row)]
        for sheet in book.worksheets
    }


def test_a_receipt_comes_back_from_its_file_as_it_was(receipt: Receipt) -> None:
    """Written and read, signed or not, a receipt is the same; written twice, the same bytes."""
    signer = departement_key("AGE-SECRET-KEY-1OPFUNDET")
    assert read_receipt(write_receipt(receipt)) == receipt
    assert read_receipt(write_receipt(receipt, signer), signer.public) == receipt
    assert write_receipt(receipt, signer) == write_receipt(receipt, signer)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda data: data[:-40], "ikke hel"),
        (lambda _: b"", "ikke hel"),
        (lambda _: b"PK\x03\x04 en projektmappe", "ikke hel"),
        (lambda data: data.replace(b'"flettet"', b'"karantaene"'), "ændret"),
        (lambda data: write_receipt(read_receipt(data), None), "underskrevet"),
        (
            lambda data: write_receipt(
                read_receipt(data), departement_key("AGE-SECRET-KEY-1FALSK")
            ),
            "underskrevet",
        ),
    ],
    ids=["half", "empty", "workbook", "altered", "unsigned", "forged"],
)
def test_an_altered_receipt_is_refused_with_its_sentence(
    receipt: Receipt, change: object, sentence: str
) -> None:
    """Half written, another file, altered, unsigned or signed by somebody else: each is told."""
    signer = departement_key("AGE-SECRET-KEY-1OPFUNDET")
    data = write_receipt(receipt, signer)
    assert callable(change)
    with pytest.raises(ReceiptError, match=sentence) as refused:
        read_receipt(change(data), signer.public)
    assert "Projektmappen er ikke ændret." in refused.value.remedy


def test_a_sealed_receipt_opens_with_the_key_of_the_kommune_alone(receipt: Receipt) -> None:
    """Both keys of the kommune open it, another kommune's does not, and no date stands in it."""
    keys = [new_signing_key("956"), new_signing_key("956"), new_signing_key("957")]
    data = write_receipt(receipt)
    closed = seal_receipt(data, [key.public for key in keys[:2]])
    assert b"2026-01-06" in data
    assert b"2026-01-06" not in closed
    assert [unseal_receipt(closed, key) for key in keys[:2]] == [data, data]
    with pytest.raises(ReceiptError, match="anden nøgle"):
        unseal_receipt(closed, keys[2])


def test_a_receipt_with_a_conflict_is_not_headed_as_if_all_were_well(receipt: Receipt) -> None:
    """The first line says that somebody must choose; without the conflict all was taken in."""
    spoken = SpokenForm(load_form(), "da")
    quiet = replace(receipt, conflicts=(), unexplained=0)
    assert cover_lines(receipt, spoken)[1] == "⚠ Flettet: noget er i konflikt, og I skal vælge."
    assert cover_lines(quiet, spoken)[1] == "✔ Flettet: alt er taget imod."
    assert cover_lines(replace(quiet, unexplained=1), spoken)[1] != cover_lines(quiet, spoken)[1]


@pytest.mark.parametrize(
    ("kode", "at", "told"),
    [
        ("956", NEW_YEAR, "31-12-2026 23:30 grønlandsk tid"),
        ("956", NEW_YEAR + timedelta(days=181), "01-07-2027 00:30 grønlandsk tid"),
        ("707", NEW_YEAR, "01-01-2027 02:30 dansk tid"),
        ("707", NEW_YEAR + timedelta(days=181), "01-07-2027 03:30 dansk tid"),
        ("000", NEW_YEAR, "01-01-2027 01:30 (UTC)"),
    ],
    ids=["Nuuk, winter", "Nuuk, summer", "Danish winter", "Danish summer", "nobody's"],
)
def test_a_receipt_tells_the_time_of_its_kommune(
    receipt: Receipt, kode: str, at: datetime, told: str
) -> None:
    """In the workbook and the terminal alike, winter and summer; the file for machines is UTC."""
    form = load_form()
    one = replace(receipt, kommune_kode=kode, received_at=at, conflicts=(), replaced=(), settled=())
    line = f"Modtaget: {told}"
    assert line in cover_lines(one, SpokenForm(form, "da"))
    book = receipt_book(one, SpokenForm(form, "da"))
    assert line in [line.text for line in book.pages[0].lines]
    assert f"{book.made_on:%d-%m-%Y}" == told[:10]
    assert json.loads(write_receipt(one))["received_at"] == at.isoformat()


def test_the_workbook_shows_both_sides_of_a_conflict(receipt: Receipt) -> None:
    """Value in force and both claims stand in one row; without values only where it is."""
    shown = sheets(write_xlsx(receipt_book(receipt, SpokenForm(load_form(), "da"))))
    (conflict,) = receipt.conflicts
    start, _ = shown["Konflikter"][-2:]
    assert start[:4] == ("Forløb", "K7Q2M9XA-F-0001", "Startdato", "05-01-2026")
    assert str(start[4]).startswith("06-01-2026 (fil ")
    assert start[5] == "07-01-2026 (denne fil, række 4)"
    assert start[6] == conflict.id
    hidden = sheets(
        write_xlsx(
            receipt_book(without_values(receipt), SpokenForm(load_form(), "da"), values=False)
        )
    )
    said = json.dumps(hidden, default=str) + write_receipt(without_values(receipt)).decode()
    assert conflict.id in said
    assert "2026-01-0" not in said.replace("956-2026-0", "")
    assert "-01-2026" not in said


def test_a_value_that_a_later_file_replaced_is_shown_with_its_successor(tmp_path: Path) -> None:
    """Without a common parent the later counts: both values are in the receipt, and stay sealed."""
    with closing(new_store(f"sqlite:///{(tmp_path / 'central.db').as_posix()}")) as store:
        send(store, FIRST)
        send(store, FIRST.replace("2026-01-05", "2026-01-06"), Sending(minute=1))
        told = send(store, OTHER, Sending(minute=2))
    again = read_receipt(write_receipt(told))
    assert again == told
    shown = sheets(write_xlsx(receipt_book(again, SpokenForm(load_form(), "da"))))
    (line,) = [row for row in shown["Overskrevet"] if "Startdato" in str(row[2])]
    assert "07-01-2026 (denne fil, række 4)" in str(line[3])
    assert str(line[4]) == "06-01-2026"
    hidden = receipt_book(without_values(told), SpokenForm(load_form(), "da"), values=False)
    assert "Overskrevet" not in sheets(write_xlsx(hidden))
    assert without_values(told).replaced == ()


def test_control_totals_of_every_sheet_add_up(receipt: Receipt) -> None:
    """Rows in the XML = read + blank + unreadable, and the last line sums the others."""
    shown = sheets(write_xlsx(receipt_book(receipt, SpokenForm(load_form(), "da"))))
    *rows, total = shown["Kontroltal"][3:]
    for _, xml, *parts in (*rows, total):
        assert xml == sum(number for number in parts if isinstance(number, int))
    for place in range(1, 5):
        numbers = [row[place] for row in rows]
        assert total[place] == sum(number for number in numbers if isinstance(number, int))


def test_sync_from_and_to_addresses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Inbox and receipts may be fsspec addresses; nothing half written is left there."""
    system = MemoryFileSystem()
    system.makedirs("/post/ind", exist_ok=True)
    rows = {"borger": [{"cpr": "6101801234", "pensionist_foer_reform": "nej"}]}
    system.pipe_file("/post/ind/956.xlsx", make_workbook(load_form(), rows))
    system.store["/post/ind/956.xlsx"].created = datetime(2026, 1, 2, tzinfo=UTC)
    make_database(tmp_path / "central.db")
    command = ["sync", "memory://post/ind", "--db", f"sqlite:///{tmp_path / 'central.db'}"]
    environment = {"FPSHEET_CONFIG": str(tmp_path / "none"), "FPSHEET_KEY_FOLDER": str(tmp_path)}
    try:
        run([*command, "--json"], environment=environment)
        answer = json.loads(capsys.readouterr().out)
        found = system.find("/post/kvitteringer")
        number = answer["receipt"]
        assert f"/post/kvitteringer/956/{number}.json" in found
        assert f"/post/kvitteringer/956/{number}.xlsx" in found
        assert not [path for path in found if ".part" in path]
        before = {path: system.cat_file(path) for path in found}
        run(command, environment=environment)
        assert {path: system.cat_file(path) for path in found} == before
    finally:
        system.rm("/post", recursive=True)
