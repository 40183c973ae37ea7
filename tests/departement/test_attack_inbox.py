"""Who fills the inbox with what costs time: it is bounded, remembered and said."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fpsheet.checking.verdict import Verdict
from fpsheet.departement import refused_file
from fpsheet.departement.read_inbox_files import Desk, Received, Way
from fpsheet.receipts.receipt_file import ReceiptError, unseal_receipt
from fpsheet.transport.inbox import Arrival, read_arrival
from fpsheet.transport.keyring import Keyring
from fpsheet.transport.sealed_package import new_identity, open_package
from fpsheet.transport.signing_key import new_signing_key
from fpsheet_templates.load import load_form
from fpsheet_validation.finding import make_finding
from tests.support.desk import Row, make_workbook
from tests.support.exchange import Exchange

FORM = load_form()
CPR = "6101801234"
ROWS: dict[str, list[Row]] = {
    "borger": [{"cpr": CPR, "pensionist_foer_reform": "nej", "sagsbehandler": "ABC"}],
    "forloeb": [{"cpr": CPR, "forloeb_type": "revurdering", "start_dato": date(2026, 2, 2)}],
}
STANZA = (
    b"-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc\n"
    b"EmECAEcKN+n/Vs9SbWiV+Hu0r+E8R77DdWYyd83nw7U\n"
)


def many_stanzas(count: int) -> bytes:
    """Return an age file with so many recipients, none of whom anybody is."""
    mac = b"--- uEUKiiYpnzJ/AjvTzUoEbGZBGBZLRqSLbCPdPTG5lOE\n"
    return b"age-encryption.org/v1\n" + STANZA * count + mac + bytes(64)


@pytest.fixture
def exchange(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Exchange:
    """Return a departement that takes unsigned files of 956, 957 and 959 from their own folders."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    codes = ("956", "957", "959")
    folders = {(exchange.post / code).as_posix(): [code] for code in codes}
    exchange.trust(folders, despite_key=["956"])
    return exchange


def test_a_header_of_thousands_of_stanzas_costs_nothing() -> None:
    """490 kB of stanzas took a minute; the departement refuses it unread, and so does a kommune."""
    identity, _ = new_identity()
    data = many_stanzas(5_000)
    assert len(data) > 490_000
    start = time.process_time()
    opened, found = open_package(data, identity=identity, keyring=Keyring(), form=FORM)
    assert (opened, [one.code for one in found]) == (None, ["PAK-001"])
    with pytest.raises(ReceiptError):
        unseal_receipt(data, new_signing_key("956"))
    assert time.process_time() - start < 1


def test_a_refused_file_is_known_by_its_bytes(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told of at every run, with its finding, and read once: also under another name."""
    exchange.put("957/a.xlsx", b"<html><table></table></html>")
    exchange.put("957/b.fpsheet", many_stanzas(5))
    first = exchange.sync()
    assert [each["state"] for each in first] == ["refused", "refused"]
    read = count_reads(monkeypatch)
    (exchange.post / "957" / "a.xlsx").rename(exchange.post / "957" / "c.xlsx")
    again = exchange.sync()
    assert read == []
    told = {each["check"]["findings"][0]["message"] for each in first}
    assert {each["check"]["findings"][0]["message"] for each in again} == told
    assert len(told) == 2
    code, said = exchange.call("departement", *exchange.command)
    assert code == 1
    assert "2 af de afviste er afvist af en tidligere kørsel" in said
    exchange.call("departement", *exchange.command, "--again")
    assert sorted(read) == ["b.fpsheet", "c.xlsx"]


def test_what_a_killed_run_refused_is_known_to_the_next(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends after its first refused file: that one is noted, and not read again."""
    for number in range(3):
        exchange.put(f"957/{number}.xlsx", b"<html>%d</html>" % number)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as ending:
        ending.setattr("fpsheet.departement.inbox_run._merge", killed)
        exchange.call("departement", *exchange.command)
    read = count_reads(monkeypatch)
    assert [each["state"] for each in exchange.sync()] == ["refused"] * 3
    assert len(read) == 2


def test_what_judges_a_refused_file_makes_it_new(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer program, a setting, a key or another folder: it is read again, and may be merged."""
    exchange.put("andre/959.xlsx", make_workbook(FORM, ROWS, kommune="959"))
    assert [each["state"] for each in exchange.sync()] == ["refused"]
    read = count_reads(monkeypatch)
    exchange.sync()
    assert read == []
    monkeypatch.setattr("importlib.metadata.version", lambda _: "99.0.0")
    exchange.sync()
    assert read == ["959.xlsx"]
    monkeypatch.undo()
    (exchange.post / "andre" / "959.xlsx").rename(exchange.place("959/959.xlsx"))
    assert [each["state"] for each in exchange.sync()] == ["flettet"]


def test_a_package_is_read_again_when_its_key_is_enrolled(exchange: Exchange) -> None:
    """Refused as of an unknown signer, merged as soon as the departement has taken the key."""
    key = exchange.root / "ny" / "noegler"
    key.mkdir(parents=True)
    recipient = exchange.root / "kommune" / "noegler" / "modtager.txt"
    (key / "modtager.txt").write_bytes(recipient.read_bytes())
    _, said = exchange.call("ny", "keys", "new", "--kommune", "957")
    book = exchange.root / "957.xlsx"
    book.write_bytes(make_workbook(FORM, ROWS, kommune="957"))
    exchange.call("ny", "submit", str(book), "--to", str(exchange.post))
    assert [each["check"]["findings"][0]["code"] for each in exchange.sync()] == ["PAK-002"]
    public = str(key / "underskrift-957.json")
    digits = said.rstrip().rpartition(":")[2].strip()
    enrol = ("keys", "enrol", public, "--kommune", "957", "--heard", digits)
    assert exchange.call("departement", *enrol)[0] == 0
    assert [each["state"] for each in exchange.sync()] == ["flettet"]


def test_who_sends_what_cannot_be_used_has_a_budget(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of its folder waits for the next run and is told of; the others are merged."""
    for number in range(30):
        exchange.put(f"957/{number:02d}.xlsx", b"<html>%d</html>" % number, minutes_ago=90)
    exchange.put("959/959.xlsx", make_workbook(FORM, ROWS, kommune="959"))
    monkeypatch.setattr(refused_file, "BUDGET_SECONDS", 1e-9)
    _, said = exchange.call("departement", *exchange.command)
    assert "Filer, der venter til næste kørsel" in said
    assert "(957)" in said
    states = [each["state"] for each in exchange.sync()]
    assert len(states) == 31
    assert states.count("waiting") > 0
    monkeypatch.undo()
    states = [each["state"] for each in exchange.sync()]
    assert (states.count("refused"), states.count("known")) == (30, 1)


def test_a_file_beyond_all_size_is_never_held_in_memory(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is hashed piece by piece, refused by its size, and not handed to a reading process."""
    read = count_reads(monkeypatch)
    large = exchange.put("957/stor.xlsx", b"PK")
    with large.open("r+b") as file:
        file.truncate(51 << 20)
    exchange.age(large)
    (found,) = exchange.sync()
    assert [one["code"] for one in found["check"]["findings"]] == ["STR-005"]
    assert read == []


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that are read from now on."""
    read: list[str] = []

    def reading(arrival: Arrival) -> bytes:
        read.append(arrival.name)
        return read_arrival(arrival)

    monkeypatch.setattr("fpsheet.departement.read_inbox_files.read_arrival", reading)
    return read


def test_a_refusal_keeps_no_name_of_a_tab() -> None:
    """A tab may be named after a citizen: what is remembered has the sheet's identifier alone."""
    finding = make_finding(FORM, "STR-052", sheet="borger", title="Borger 610180-1234")
    arrival = Arrival("/x/a.xlsx", "a.xlsx", None, 1)
    verdict = Verdict(Path("a.xlsx"), (finding,), None)
    received = Received(arrival, verdict, None, Way.WORKBOOK, "ab" * 32)
    desk = Desk(FORM, date(2026, 11, 22), datetime(2026, 11, 22, tzinfo=UTC), Path("x"))
    assert "1234" not in repr(refused_file.refusal_of(received, desk))
