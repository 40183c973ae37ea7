"""Another kommune with keys of its own: what it signs says things that are not so of others."""

from __future__ import annotations

import hashlib
from contextlib import closing
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from fpsheet.transport.key_folder import KeyFolder
from fpsheet.transport.sealed_package import seal_package
from fpsheet_sync.database import schema
from fpsheet_sync.database.store import open_store
from fpsheet_templates.load import load_form
from tests.support.desk import Row, edit, make_workbook
from tests.support.exchange import Exchange, payload_of

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

CPR = "6101801234"
FORM = load_form()
MOMENT = datetime(2026, 11, 22, tzinfo=UTC)
ROWS: dict[str, list[Row]] = {
    "borger": [{"cpr": CPR, "pensionist_foer_reform": "nej", "sagsbehandler": "ABC"}],
    "forloeb": [
        {"cpr": "6101801234", "forloeb_type": "revurdering", "start_dato": date(2026, 2, 2)}
    ],
}


@pytest.fixture
def exchange(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Exchange:
    """Return a departement with which 956 and 957 have exchanged keys."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    exchange.enrol("957")
    return exchange


def signed_by_957(exchange: Exchange, name: str, *, sha256: str, minutes_ago: int) -> bytes:
    """Put an ordinary package of 957 into the post, which names a hash of its own choice."""
    load = payload_of(make_workbook(FORM, ROWS, kommune="957"), sha256=sha256)
    own = exchange.key("957")
    recipient = KeyFolder(exchange.root / "kommune" / "noegler").recipient()
    data = seal_package(load, key=own, recipient=recipient, sealed_at=MOMENT)
    exchange.put(name, data, minutes_ago=minutes_ago)
    return data


def originals(exchange: Exchange) -> dict[str, bytes]:
    """Return what a thief of the database has of the kept files, by kommune."""
    original, commit = schema.original, schema.indberetning
    wanted = select(commit.c.kommune_kode, original.c.data).where(
        commit.c.sha256 == original.c.sha256
    )
    with closing(open_store(exchange.database, FORM)) as store, store.read() as connection:
        return {row.kommune_kode: bytes(row.data) for row in connection.execute(wanted)}


def test_a_thief_with_a_kommune_at_hand_opens_no_original(exchange: Exchange) -> None:
    """957 names 24 digits of 956's hash and knows its own bytes: 956's bytes stay sealed.

    Two originals under one nonce give the difference of what they hold, wherever it begins.
    """
    file = exchange.root / "956.xlsx"
    file.write_bytes(make_workbook(FORM, ROWS))
    secret = exchange.submit(file).read_bytes()
    exchange.sync()
    claimed = exchange.receipt_hash()[:24] + "0" * 40
    own = signed_by_957(exchange, "957.fpsheet", sha256=claimed, minutes_ago=1)
    assert sorted(str(file["state"]) for file in exchange.sync()) == ["flettet", "known"]
    kept = originals(exchange)
    length = min(len(secret), len(own))
    for start in range(64):
        theirs, ours = kept["956"][start:], kept["957"][start:]
        stream = bytes(a ^ b for a, b in zip(ours, own, strict=False))
        opened = bytes(a ^ b for a, b in zip(theirs, stream, strict=False))
        assert opened[: length - 64] != secret[: length - 64]
        assert secret[64:128] not in opened


def test_a_named_hash_makes_no_package_known(exchange: Exchange) -> None:
    """957 names the hash of the package that 956 has on its way; it is merged all the same."""
    file = exchange.root / "956.xlsx"
    file.write_bytes(make_workbook(FORM, ROWS))
    package = exchange.submit(file)
    data = package.read_bytes()
    package.unlink()
    signed_by_957(exchange, "957.fpsheet", sha256=hashlib.sha256(data).hexdigest(), minutes_ago=60)
    assert [each["state"] for each in exchange.sync()] == ["flettet"]
    exchange.put("956.fpsheet", data)
    states = {str(each["file"]): each["state"] for each in exchange.sync()}
    assert states == {"957.fpsheet": "known", "956.fpsheet": "flettet"}


def test_a_named_hash_makes_no_workbook_known(exchange: Exchange) -> None:
    """957 names the hash of a workbook of 956: dropped in as it is, it is refused and not "known".

    956 saves it once more, and it is merged.
    """
    exchange.trust_the_post()
    data = make_workbook(FORM, ROWS)
    signed_by_957(exchange, "957.fpsheet", sha256=hashlib.sha256(data).hexdigest(), minutes_ago=60)
    assert [each["state"] for each in exchange.sync()] == ["flettet"]
    exchange.put("956.xlsx", data)
    states = {str(each["file"]): each["state"] for each in exchange.sync()}
    assert states == {"957.fpsheet": "known", "956.xlsx": "refused"}
    exchange.put("956.xlsx", edit(data, nothing))
    states = {str(each["file"]): each["state"] for each in exchange.sync()}
    assert states == {"957.fpsheet": "known", "956.xlsx": "flettet"}


def nothing(book: Workbook) -> None:
    """Save a workbook as it is, by another program."""
