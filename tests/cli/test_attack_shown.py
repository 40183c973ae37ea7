"""Who names files, or writes among receipts: a reader sees what is there, no link is followed."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from fpsheet.cli.console import Console
from fpsheet.file_name import without_controls
from fpsheet.receipts.receipt_file import ReceiptError, read_receipt, unseal_receipt
from fpsheet.transport.keyring import load_keyring
from fpsheet.transport.signing_key import KeyFileError, load_public_key
from fpsheet_templates.load import load_form
from tests.support.desk import make_database, make_workbook
from tests.support.exchange import TODAY, Exchange

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("warm_reading")

MOVES = (
    "\x1b[2J",
    "\x1b]0;x\x07",
    "\x1b[8m",
    "\r",
    "\x9b2J",
    "\u202e",
    "\u2066",
    "\u200f",
    "\u061c",
)
"""Clears the screen, names the window, hides, writes over, turns the order of letters."""


@pytest.fixture
def exchange(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Exchange:
    """Return two desks with one package merged and its receipts written."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    file = tmp_path / "956.xlsx"
    file.write_bytes(make_workbook(load_form(), {}))
    exchange.submit(file)
    exchange.sync()
    return exchange


@pytest.mark.parametrize(
    "data", [b"[" * 200_000, b'{"segl":' * 200_000, b'{"segl":{"a":' + b"[" * 99_999]
)
def test_a_receipt_of_absurd_depth_ends_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    """So do a key file and a keyring."""
    with pytest.raises(ReceiptError):
        read_receipt(data)
    deep = tmp_path / "dyb.json"
    deep.write_bytes(data)
    with pytest.raises(KeyFileError):
        load_public_key(deep)
    with pytest.raises(KeyFileError):
        load_keyring(deep)
    book = tmp_path / "956.xlsx"
    book.write_bytes(b"PK")
    code, said = Exchange(tmp_path, capsys).call("x", "receive", str(deep), str(book), *TODAY)
    assert code in {1, 2}, said


@pytest.mark.parametrize("change", ["garbage", "one word", "empty", "another signer"])
def test_an_overwritten_receipt_is_written_again(exchange: Exchange, change: str) -> None:
    """Whoever may write in the folder changes it: the next run puts the true one back."""
    (receipt,) = exchange.receipts(".json")
    true = receipt.read_bytes()
    told = json.loads(true)
    if change == "another signer":
        told["segl"]["underskrift"] = "A" * 86 + "=="
    elif change == "one word":
        told["kommune_kode"] = "957"
    new = {"garbage": b"\x00\xff", "empty": b""}.get(change, json.dumps(told).encode())
    receipt.write_bytes(new)
    exchange.sync()
    assert receipt.read_bytes() == true


@pytest.mark.parametrize("suffix", [".kvittering", ".xlsx", ".json"])
@pytest.mark.parametrize("change", ["other bytes", "cut", "gone"])
def test_every_file_of_a_receipt_is_compared_by_content(
    exchange: Exchange, suffix: str, change: str
) -> None:
    """A closed receipt or a workbook that was changed beside an unchanged receipt is found, too."""
    (file,) = exchange.receipts(suffix)
    true, others = file.read_bytes(), exchange.receipts("")
    if change == "gone":
        file.unlink()
    else:
        file.write_bytes(true[:-1] if change == "cut" else b"x" * len(true))
    exchange.sync()
    assert exchange.receipts("") == others
    if suffix == ".kvittering":  # closed anew, with another key of its own
        key = exchange.key("kommune")
        assert unseal_receipt(file.read_bytes(), key) == unseal_receipt(true, key)
    else:
        assert file.read_bytes() == true


def test_a_returned_workbook_that_was_changed_is_written_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The kommune that dropped its workbook in as it is gets the true one back."""
    exchange = Exchange(tmp_path, capsys)
    make_database(tmp_path / "central.db")
    exchange.put("956.xlsx", make_workbook(load_form(), {}))
    exchange.sync()
    (returned,) = exchange.receipts("-retur.xlsx")
    true = returned.read_bytes()
    returned.write_bytes(true[:-1])
    exchange.sync()
    assert returned.read_bytes() == true
    seen = returned.stat().st_mtime_ns
    exchange.sync()
    assert returned.stat().st_mtime_ns == seen


@pytest.mark.parametrize("forged", ["gone", "garbage", "other marks"])
def test_the_list_of_sent_files_cannot_be_forged(exchange: Exchange, forged: str) -> None:
    """Who changes a file and its mark as well has no key for the mark: the file is found."""
    noted = exchange.root / "kvitteringer" / "afsendt-956.txt"
    true = noted.read_text("ascii")
    (book,) = exchange.receipts(".xlsx")
    whole = book.read_bytes()
    book.write_bytes(b"PK")
    marks = dict(line.split(" ") for line in true.splitlines())
    marks[book.name] = hashlib.sha256(b"PK").hexdigest()
    other = "".join(f"{name} {mark}\n" for name, mark in marks.items())
    noted.write_bytes({"gone": b"", "garbage": b"\xff\x00 \n x"}.get(forged, other.encode()))
    exchange.sync()
    assert book.read_bytes() == whole
    assert sorted(dict(line.split(" ") for line in noted.read_text().splitlines())) == sorted(marks)


def test_a_folder_of_receipts_that_became_a_link_is_not_followed(exchange: Exchange) -> None:
    """Nothing is written where it leads; the run says so, and ends with code 2."""
    own, elsewhere = exchange.root / "kvitteringer" / "956", exchange.root / "andet"
    shutil.rmtree(own)
    elsewhere.mkdir()
    try:
        own.symlink_to(elsewhere, target_is_directory=True)
    except OSError:
        pytest.skip("no links without rights on this system")
    code, said = exchange.call("departement", *exchange.command)
    assert not list(elsewhere.iterdir())
    assert "genvej" in said
    assert code == 2


@pytest.mark.parametrize("move", MOVES)
def test_nothing_moves_the_reader_of_a_terminal(
    capsys: pytest.CaptureFixture[str], move: str
) -> None:
    """Neither in a line, a warning, a table nor in JSON, which says the same."""
    text = f"a{move}b"
    console = Console()
    console.say(text)
    console.warn(text)
    console.table(["Fil"], [[text]])
    console.give({"fil": text})
    said = capsys.readouterr()
    shown = said.out + said.err
    assert move not in shown
    assert json.loads(said.out.splitlines()[-1]) == {"fil": text}
    assert without_controls("Linje 1\nLinje\t2 æøå ✓") == "Linje 1\nLinje\t2 æøå ✓"


def test_the_programs_own_colours_stay(capsys: pytest.CaptureFixture[str]) -> None:
    """What paints a severity is no attack."""
    painted = Console().paint("FEJL", "FEJL")
    assert without_controls(painted) == painted
    assert "\x1b[31m" in painted
    capsys.readouterr()


def test_a_file_name_turns_no_order_on_screen_or_page(exchange: Exchange) -> None:
    """A workbook called `956\u202exslx.exe.xlsx`, checked with its page and sent in an inbox."""
    file = exchange.root / "956\u202exslx.exe.xlsx"
    file.write_bytes(make_workbook(load_form(), {}))
    page = exchange.root / "side.html"
    _, said = exchange.call("x", "check", str(file), "--page", str(page), *TODAY)
    assert "\u202e" not in said + page.read_text("utf-8")
    exchange.put("956\u202ex.xlsx", b"junk")
    _, said = exchange.call("departement", *exchange.command)
    assert "\u202e" not in said
