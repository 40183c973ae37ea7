"""A hostile or careless inbox: each file refused with its sentence, noted once, nothing disturbed.

Findings: PAK-001 to PAK-010 and PAK-012 as `sync` tells them; one by one in test_transport.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from fpsheet.cli.failure_output import ExitCode
from fpsheet.intake.process import ReadingProcess, Task
from fpsheet.transport.key_folder import KeyFolder
from fpsheet.transport.payload import write_payload
from fpsheet.transport.sealed_package import seal_package
from fpsheet.transport.signing_key import new_signing_key
from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.sync_submissions import sync_submissions
from fpsheet_templates.load import load_form
from tests.support.desk import Row, make_workbook
from tests.support.exchange import PASSWORD, Exchange, payload_of
from tests.support.forgery import forge, junk_payload
from tests.support.logs import find_break, read_refusals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fpsheet.transport.payload import Payload
    from fpsheet_sync.database.access_log import Actor
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.sync_submissions import Synced
    from fpsheet_sync.merge.content import Prepared

pytestmark = pytest.mark.usefixtures("warm_reading")

FORM = load_form()
CPR = "6101801234"
ROWS: dict[str, list[Row]] = {
    "borger": [{"cpr": CPR, "pensionist_foer_reform": "nej", "sagsbehandler": "ABC"}],
    "forloeb": [{"cpr": CPR, "forloeb_type": "revurdering", "start_dato": date(2026, 2, 2)}],
}
MOMENT = datetime(2026, 11, 22, tzinfo=UTC)
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
    """Return two desks that have exchanged keys, with one good package in the post."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    file = tmp_path / "956.xlsx"
    file.write_bytes(make_workbook(FORM, ROWS))
    exchange.submit(file)
    return exchange


def contents(exchange: Exchange) -> object:
    """Return what the database counts of itself."""
    _, said = exchange.call("departement", "db", "info", "--db", exchange.database, "--json")
    return json.loads(said)


def refusals(exchange: Exchange) -> list[tuple[str, ...]]:
    """Return the codes of every refusal in the log, which must be whole."""
    with closing(open_store(exchange.database, FORM, keys=None)) as store:
        assert find_break(store) is None
        return [refusal.codes for _, refusal in read_refusals(store)]


def seal(exchange: Exchange, *, kommune: str, own: bool = True) -> bytes:
    """Seal a workbook with the key of kommune 956, or with one that nobody enrolled."""
    folder = KeyFolder(exchange.root / "kommune" / "noegler")
    key = folder.signing_key(password=PASSWORD) if own else new_signing_key("956")
    load = payload(kommune=kommune)
    return seal_package(load, key=key, recipient=folder.recipient(), sealed_at=MOMENT)


def payload(*, kommune: str, sha256: str = "") -> Payload:
    """Return what a package carries; it may say that its workbook has another hash."""
    return payload_of(make_workbook(FORM, ROWS, kommune=kommune), sha256=sha256)


def refused(found: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the codes of every file that was refused; each must have its sentence and remedy."""
    told = {
        str(file["file"]): file["check"]["findings"] for file in found if file["state"] == "refused"
    }
    assert all(one["message"] and one["remedy"] for findings in told.values() for one in findings)
    return {name: [one["code"] for one in findings] for name, findings in told.items()}


def revoke(exchange: Exchange, kommune: str) -> None:
    """Revoke the only key of a kommune."""
    command = ("keys", "revoke", "--digits", exchange.digits_of(kommune), "--reason", "Pc mistet")
    assert exchange.call("departement", *command)[0] == 0


def test_false_packages_are_refused_and_noted_once(exchange: Exchange) -> None:
    """Damaged, unknown signer, another kommune's rows: refused; a replay gets the same receipt."""
    (good,) = exchange.post.iterdir()
    (first,) = exchange.sync()
    before = contents(exchange)
    exchange.put("beskadiget.fpsheet", good.read_bytes()[:-1])
    exchange.put("fremmed.fpsheet", seal(exchange, kommune="956", own=False))
    exchange.put("anden.fpsheet", seal(exchange, kommune="957"))
    exchange.put("igen (1).fpsheet", good.read_bytes())
    found = {str(file["file"]): file for file in exchange.sync()}
    assert refused(list(found.values())) == {
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


def test_each_contradiction_is_refused_with_its_own_sentence(exchange: Exchange) -> None:
    """Signature, recipient, payload, manifest: what does not agree is refused and noted."""
    exchange.sync()
    before = contents(exchange)
    identity = KeyFolder(exchange.root / "departement" / "noegler").identity(password=PASSWORD)
    key = KeyFolder(exchange.root / "kommune" / "noegler").signing_key(password=PASSWORD)
    false: dict[str, dict[str, Any]] = {
        "PAK-004": {"manifest": {"aar": "2025"}, "sign": False},
        "PAK-005": {"manifest": {"recipient": "age1other"}},
        "PAK-006": {"content": b"other bytes"},
        "PAK-008": {"manifest": {"rows": {"borger": 3}}},
        "PAK-009": junk_payload(),
    }
    for code, change in false.items():
        load = payload(kommune="956")
        data = forge(load, key=key, identity=identity, sealed_at=MOMENT, **change)
        exchange.put(f"{code}.fpsheet", data)
    codes = refused(exchange.sync())
    assert codes == {f"{code}.fpsheet": [code] for code in false}
    assert contents(exchange) == before
    assert sorted(refusals(exchange)) == [(code,) for code in false]


def test_a_package_cannot_take_the_place_of_another_kommunes_file(exchange: Exchange) -> None:
    """It names the hash of a file of 956 and is signed by 957: refused, and sync goes on (I8)."""
    exchange.sync()
    before = contents(exchange)
    key = exchange.enrol("957")
    (receipt,) = exchange.receipts(".json")
    taken = json.loads(receipt.read_bytes())["sha256"]
    recipient = KeyFolder(exchange.root / "kommune" / "noegler").recipient()
    for name, sha256 in (("a.fpsheet", taken), ("b.fpsheet", "")):
        load = payload(kommune="957", sha256=sha256)
        sealed = seal_package(load, key=key, recipient=recipient, sealed_at=MOMENT)
        exchange.put(name, sealed)
    code, said = exchange.call("departement", *exchange.command, "--dry-run")
    assert code == 1
    assert "PAK-012" in said
    found = exchange.sync()
    assert refused(found) == {"a.fpsheet": ["PAK-012"]}
    assert sorted(str(file["state"]) for file in found) == ["flettet", "known", "refused"]
    assert refusals(exchange) == [("PAK-012",)]
    assert contents(exchange) != before


def test_what_was_accepted_stays_known_when_its_key_is_revoked(exchange: Exchange) -> None:
    """The same bytes get the same receipt (I3); a new package of the revoked key is refused."""
    (first,) = exchange.sync()
    again = seal(exchange, kommune="956")
    revoke(exchange, "956")
    exchange.put("ny.fpsheet", again)
    (good, new) = sorted(exchange.sync(), key=lambda file: str(file["file"]))
    assert (good["state"], good["receipt"]) == ("known", first["receipt"])
    assert refused([new]) == {"ny.fpsheet": ["PAK-003"]}
    assert refusals(exchange) == [("PAK-003",)]


def test_a_workbook_sealed_twice_is_one_submission(exchange: Exchange) -> None:
    """Both packages get one receipt, and neither is read again: a revoked key is no bar."""
    (first,) = exchange.sync()
    exchange.put("igen.fpsheet", seal(exchange, kommune="956"))
    for revoked in (False, True):
        if revoked:
            revoke(exchange, "956")
        found = exchange.sync()
        assert [file["state"] for file in found] == ["known", "known"]
        assert {json.dumps(file["receipt"]) for file in found} == {json.dumps(first["receipt"])}
    assert refusals(exchange) == []
    assert exchange.call("departement", "rebuild", "--verify", "--db", exchange.database)[0] == 0


@pytest.mark.slow
def test_a_thousand_junk_files_disturb_nothing(exchange: Exchange) -> None:
    """Random bytes, empty files, pictures and texts under good names; the one package is merged."""
    dice = random.Random(1)
    for number in range(JUNK):
        suffix = (".xlsx", ".fpsheet")[number % 2]
        exchange.put(f"{number:04d}{suffix}", STARTS[number % 6] + dice.randbytes(200))
    for name in ("~$956.xlsx", ".956.xlsx.part", "956.xlsx.crdownload", "x.lock"):
        exchange.put(name, b"spor")
    exchange.put("noter.txt", b"Til departementet")
    found = exchange.sync()
    states = [file["state"] for file in found]
    assert states.count("refused") == JUNK + 1
    assert states.count("flettet") == 1
    traces = {str(file["file"]) for file in found if file["state"] == "trace"}
    assert traces == {"~$956.xlsx", "956.xlsx.crdownload", "x.lock"}
    assert len(found) == JUNK + 2 + len(traces)
    for file in found:
        for finding in file["check"]["findings"] if file["check"] else ():
            assert finding["message"]
            assert finding["remedy"] or file["state"] != "refused"
    assert len(refusals(exchange)) == JUNK + 1


def test_files_refused_alike_are_told_together(exchange: Exchange) -> None:
    """Each sentence stands once, with the names of some files; the table has every file."""
    exchange.trust_the_post()
    for number in range(20):
        exchange.put(f"tom-{number:02d}.xlsx", b"")
        exchange.put(f"side-{number:02d}.xlsx", b"<html><table></table></html>")
    code, said = exchange.call("departement", *exchange.command)
    assert code == 1
    assert (said.count("STR-004"), said.count("STR-013")) == (1, 1)
    assert "tom-01.xlsx, tom-02.xlsx, tom-03.xlsx, tom-04.xlsx, tom-05.xlsx og 14 til" in said
    # The first stands above and below its findings, five in the sentence, and all in the table.
    assert [said.count(f"tom-{number:02d}.xlsx") for number in range(20)] == [
        3,
        *[2] * 5,
        *[1] * 14,
    ]


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
    exchange.age(good)
    (taken,) = exchange.sync()
    assert taken["state"] == "flettet"


def test_no_content_of_a_package_stops_the_others(exchange: Exchange) -> None:
    """Nested without end, columns of unequal length, sealed and signed or not: refused alone.

    So is one of a form that nobody made, as the workbook itself would be.
    """
    identity = KeyFolder(exchange.root / "departement" / "noegler").identity(password=PASSWORD)
    key = KeyFolder(exchange.root / "kommune" / "noegler").signing_key(password=PASSWORD)
    load = payload(kommune="956")
    bad = {"dyb.fpsheet": zlib.compress(b"[" * 200_000), "skaev.fpsheet": uneven(load)}
    for name, content in bad.items():
        signed = {"payload_sha256": hashlib.sha256(content).hexdigest()}
        change: dict[str, Any] = {"manifest": signed, "content": content}
        exchange.put(name, forge(load, key=key, identity=identity, sealed_at=MOMENT, **change))
    book = load.workbook
    future = replace(load, workbook=replace(book, meta={**book.meta, "form_version": "999"}))
    exchange.put("nyere.fpsheet", forge(future, key=key, identity=identity, sealed_at=MOMENT))
    found = exchange.sync()
    assert refused(found) == {
        "dyb.fpsheet": ["PAK-009"],
        "skaev.fpsheet": ["PAK-009"],
        "nyere.fpsheet": ["STR-042"],
    }
    assert [file["state"] for file in found if file["receipt"]] == ["flettet"]


def uneven(load: Payload) -> bytes:
    """Return a payload in which one column is shorter than the others."""
    content = json.loads(zlib.decompress(write_payload(load)))
    content["sheets"]["borger"]["rows"]["cpr"] = []
    return zlib.compress(json.dumps(content).encode())


@pytest.mark.parametrize("where", ["reading", "merging"])
def test_a_failure_of_the_program_over_one_file_stops_no_other(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """The file is named without a word of what is in it, the others are merged, exit code 3."""
    enrolled = exchange.enrol("957")
    folder = KeyFolder(exchange.root / "kommune" / "noegler")
    load = payload(kommune="957")
    data = seal_package(load, key=enrolled, recipient=folder.recipient(), sealed_at=MOMENT)
    exchange.put("a.fpsheet", data)
    real_run, real_merge = ReadingProcess.run, sync_submissions

    def run(process: ReadingProcess, task: Task) -> object:
        if task.arguments["arrival"].name == "a.fpsheet":
            raise RuntimeError(CPR)
        return real_run(process, task)

    def merge(store: Store, submissions: list[Prepared], actor: Actor) -> Iterator[Synced]:
        if submissions[0].head.kommune_kode == "957":
            raise OverflowError(CPR)
        return real_merge(store, submissions, actor)

    if where == "reading":
        monkeypatch.setattr(ReadingProcess, "run", run)
    else:
        monkeypatch.setattr("fpsheet.departement.inbox_run.sync_submissions", merge)
    code, said = exchange.call("departement", *exchange.command)
    assert code == ExitCode.OURS
    assert "Programmet fejlede over a.fpsheet" in said
    assert CPR not in said
    assert "1 modtaget, 0 kendt i forvejen, 1 afvist" in said
    assert refusals(exchange) == []
    monkeypatch.undo()
    assert {file["state"] for file in exchange.sync()} == {"known", "flettet"}
