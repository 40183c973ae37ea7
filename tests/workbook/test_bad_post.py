"""A hostile or careless inbox: each file refused with its sentence, noted once, nothing disturbed.

Findings: PAK-001 to PAK-010 as `sync` tells them; the codes one by one in test_transport.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from contextlib import closing
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from fpsheet.transport.key_folder import KeyFolder
from fpsheet.transport.package import seal_package
from fpsheet.transport.payload import Payload, without_local
from fpsheet.transport.signing_key import new_signing_key
from fpsheet_sync.access import find_break
from fpsheet_sync.refusal import read_refusals
from fpsheet_sync.store import open_store
from fpsheet_templates.load import load_form
from tests.support.desk import Row, check_bytes, make_workbook
from tests.support.exchange import PASSWORD, Exchange

if TYPE_CHECKING:
    from pathlib import Path

FORM = load_form()
CPR = "6101801234"
ROWS: dict[str, list[Row]] = {
    "borger": [{"cpr": CPR, "pensionist_foer_reform": "nej", "sagsbehandler": "ABC"}],
    "forloeb": [{"cpr": CPR, "forloeb_type": "revurdering", "start_dato": date(2026, 2, 2)}],
}
JUNK = 1000
STARTS = (
    b"",
    b"PK\x03\x04",
    b"age-encryption.org/v1\n",
    b"fpsheet-payload 1 ",
    b"\x89PNG",
    b"<?xml",
)
"""What junk pretends to be."""


@pytest.fixture
def exchange(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Exchange:
    """Give two desks that have exchanged keys, with one good package in the post."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    file = tmp_path / "956.xlsx"
    file.write_bytes(make_workbook(FORM, ROWS))
    exchange.submit(file)
    return exchange


def contents(exchange: Exchange) -> object:
    """Give what the database counts of itself."""
    _, said = exchange.call("departement", "db", "info", "--db", exchange.database, "--json")
    return json.loads(said)


def refusals(exchange: Exchange) -> list[tuple[str, ...]]:
    """Give the codes of every refusal in the log, which must be whole."""
    with closing(open_store(exchange.database, keys=None)) as store:
        assert find_break(store) is None
        return [refusal.codes for _, refusal in read_refusals(store)]


def age(file: Path) -> None:
    """Let a file look a minute old."""
    moment = file.stat().st_mtime - 60
    os.utime(file, (moment, moment))


def put(exchange: Exchange, name: str, data: bytes) -> None:
    """Lay a file into the post."""
    file = exchange.post / name
    file.write_bytes(data)
    age(file)


def seal(exchange: Exchange, *, kommune: str, own: bool = True) -> bytes:
    """Seal a workbook with the key of kommune 956, or with one that nobody enrolled."""
    book = check_bytes(make_workbook(FORM, ROWS, kommune=kommune), FORM).check.raw
    folder = KeyFolder(exchange.root / "kommune" / "noegler")
    key = folder.signing_key(password=PASSWORD) if own else new_signing_key("956")
    payload = Payload(without_local(book, FORM))
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    return seal_package(payload, key=key, recipient=folder.recipient(), sealed_at=moment)


def test_false_packages_are_refused_and_noted_once(exchange: Exchange) -> None:
    """Damaged, unknown signer, another kommune's rows: refused; a replay gets the same receipt."""
    (good,) = exchange.post.iterdir()
    (first,) = exchange.sync()
    before = contents(exchange)
    put(exchange, "beskadiget.fpsheet", good.read_bytes()[:-1])
    put(exchange, "fremmed.fpsheet", seal(exchange, kommune="956", own=False))
    put(exchange, "anden.fpsheet", seal(exchange, kommune="957"))
    put(exchange, "igen (1).fpsheet", good.read_bytes())
    found = {str(file["file"]): file for file in exchange.sync()}
    codes = {
        name: [finding["code"] for finding in file["check"]["findings"]]
        for name, file in found.items()
        if file["state"] == "refused"
    }
    assert codes == {
        "beskadiget.fpsheet": ["PAK-001"],
        "fremmed.fpsheet": ["PAK-002"],
        "anden.fpsheet": ["PAK-007"],
    }
    assert found["igen (1).fpsheet"]["state"] == "known"
    assert found["igen (1).fpsheet"]["receipt"] == first["receipt"]
    assert contents(exchange) == before
    assert sorted(refusals(exchange)) == [("PAK-001",), ("PAK-002",), ("PAK-007",)]
    exchange.sync()
    assert len(refusals(exchange)) == 3


def test_a_thousand_junk_files_disturb_nothing(exchange: Exchange) -> None:
    """Random bytes, empty files, pictures and texts under good names; the one package is merged."""
    dice = random.Random(1)
    for number in range(JUNK):
        suffix = (".xlsx", ".fpsheet")[number % 2]
        put(exchange, f"{number:04d}{suffix}", STARTS[number % 6] + dice.randbytes(200))
    for name in ("~$956.xlsx", ".956.xlsx.part", "956.xlsx.crdownload", "noter.txt", "x.lock"):
        put(exchange, name, b"spor")
    found = exchange.sync()
    states = [file["state"] for file in found]
    assert states.count("refused") == JUNK
    assert states.count("flettet") == 1
    assert len(found) == JUNK + 1
    for file in found:
        for finding in file["check"]["findings"] if file["check"] else ():
            assert finding["message"]
            assert finding["remedy"] or file["state"] != "refused"
    assert len(refusals(exchange)) == JUNK


def test_copies_under_other_names_are_one_submission(exchange: Exchange) -> None:
    """Names like (1), a conflicted copy and a copy in a subfolder: merged once, one receipt."""
    (good,) = exchange.post.iterdir()
    for name in ("956 (1).fpsheet", "956 (conflicted copy 2026-11-22).fpsheet", "ned/956.fpsheet"):
        target = exchange.post / name
        target.parent.mkdir(exist_ok=True)
        shutil.copy2(good, target)
    found = exchange.sync()
    assert sorted(str(file["state"]) for file in found) == ["flettet", "known", "known", "known"]
    assert len({file["receipt"] for file in found}) == 1


def test_a_file_on_its_way_waits(exchange: Exchange) -> None:
    """A workbook that changed this very moment is told of, not refused; the next run takes it."""
    (package,) = exchange.post.iterdir()
    good = package.rename(package.with_suffix(".xlsx"))
    os.utime(good)
    (waiting,) = exchange.sync()
    assert waiting["state"] == "waiting"
    age(good)
    (taken,) = exchange.sync()
    assert taken["state"] == "flettet"
