"""Nights without anybody watching: what lies outside the program fails, and the rest is merged.

One folder, one file, one address and one server fail in turn. Each is told as what it is, with
exit code 2, and the next run does what was left.
"""

from __future__ import annotations

import errno
import json
import os
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fsspec import AbstractFileSystem, register_implementation
from fsspec.implementations.memory import MemoryFileSystem
from sqlalchemy import create_engine, text

from fpsheet.central import locate_central, open_central
from fpsheet.cli.failure_output import ExitCode, run_guarded
from fpsheet.cli.program import run
from fpsheet.cli.words import load_words
from fpsheet.progress import Silent, Step
from fpsheet_sync.database.store import PRAGMAS, open_store
from fpsheet_sync.ledger.stored_state import read_commits
from fpsheet_templates.load import load_form
from tests.support.desk import make_database, make_workbook, of_another
from tests.support.exchange import TODAY, Exchange
from tests.support.refusing_server import refusing_server

if TYPE_CHECKING:
    from collections.abc import Sequence

KOMMUNER = ("955", "956", "957", "959")
OLD = datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp()


class Night:
    """A departement whose inbox has a workbook of each kommune, and a database of some kind."""

    def __init__(
        self,
        root: Path,
        url: str,
        capsys: pytest.CaptureFixture[str],
        kommuner: Sequence[str] = KOMMUNER,
    ) -> None:
        self.root, self.url, self.capsys, self.kommuner = root, url, capsys, kommuner
        self.inbox = root / "indbakke"
        row = {"cpr": "6101801230", "sagsbehandler": "AB", "pensionist_foer_reform": "nej"}
        first = make_workbook(load_form(), {"borger": [row]}, kommune=kommuner[0])
        for number, kode in enumerate(kommuner):
            file = self.inbox / kode / f"{kode}.xlsx"
            file.parent.mkdir(parents=True)
            file.write_bytes(of_another(first, kode, {"610180-1230": f"610180-{1230 + number}"}))
            os.utime(file, (OLD, OLD))

    def call(self, *words: str) -> tuple[int, str, str]:
        """Run a command; return its exit code, what it said, and what it warned of."""
        environment = {
            "FPSHEET_CONFIG": str(self.root / "none"),
            "FPSHEET_KEY_FOLDER": str(self.root / "noegler"),
            "FPSHEET_DB": self.url,
            "FPSHEET_KEYS": str(self.root / "central.noegle"),
        }
        self.capsys.readouterr()
        code = run(list(words), environment=environment)
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def sync(self, *options: str) -> tuple[int, dict[str, dict[str, Any]], str]:
        """Merge the inbox; return the exit code, a line per file, and the warnings."""
        code, said, warned = self.call("sync", str(self.inbox), *options, *TODAY, "--json")
        lines = [json.loads(line) for line in said.splitlines()]
        return code, {line["file"]: line for line in lines}, warned

    def send(self, name: str, cpr: str, *, later: int) -> Path:
        """Put another workbook of 956 with one citizen into the inbox, some seconds later."""
        rows = {"borger": [{"cpr": cpr, "pensionist_foer_reform": "nej"}]}
        file = self.inbox / "956" / name
        file.write_bytes(make_workbook(load_form(), rows, kommune="956"))
        os.utime(file, (OLD + later, OLD + later))
        return file

    def receipts(self) -> set[str]:
        """Return the kommuner whose receipt is in their folder."""
        return {file.parent.name for file in (self.root / "kvitteringer").glob("*/*.json")}

    def merged(self) -> set[str]:
        """Return the kommuner with a submission in the database."""
        store = open_store(self.url, load_form())
        with closing(store), store.read() as connection:
            return {kode for kode in self.kommuner if read_commits(connection, kode)}


@pytest.fixture
def night(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Night:
    """A night on SQLite."""
    make_database(tmp_path / "central.db")
    return Night(tmp_path, f"sqlite:///{(tmp_path / 'central.db').as_posix()}", capsys)


def test_one_folder_of_receipts_that_cannot_be_written_stops_no_other(night: Night) -> None:
    """A file stands where 956's folder should be: all are merged, three get receipts, 956's next.

    The folder is named, the exit code is 2, and every file has its line.
    """
    (night.root / "kvitteringer").mkdir()
    (night.root / "kvitteringer" / "956").write_bytes(b"")
    code, lines, warned = night.sync()
    assert code == ExitCode.USAGE
    assert {line["state"] for line in lines.values()} == {"flettet"}
    assert len(lines) == len(KOMMUNER)
    assert night.merged() == set(KOMMUNER)
    assert night.receipts() == {"955", "957", "959"}
    assert [name for name, line in lines.items() if line["outside"]] == ["956.xlsx"]
    assert "Kvitteringen til 956 er ikke skrevet" in warned
    assert "skrives ved næste sync" in warned
    (night.root / "kvitteringer" / "956").unlink()
    code, lines, warned = night.sync()
    assert (code, warned) == (ExitCode.DONE, "")
    assert {line["state"] for line in lines.values()} == {"known"}
    assert night.receipts() == set(KOMMUNER)
    # The workbook that goes back was not forgotten either.
    assert len(list((night.root / "kvitteringer").glob("*/*-retur.xlsx"))) == len(KOMMUNER)


@pytest.mark.slow
def test_a_night_of_98_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One folder, one disk and one file fail: the other 95 are as ever, and each of the three told.

    The server that goes is `test_a_server_that_starts_again_in_the_middle_is_waited_for`. In the
    next night, all mended, the last receipts are written and nobody's is written twice.
    """
    every = load_form().kommuner.values()
    kommuner = [one.code for one in every if one.jurisdiction == "DK" and one.valid_to is None]
    assert len(kommuner) == 98
    make_database(tmp_path / "central.db")
    url = f"sqlite:///{(tmp_path / 'central.db').as_posix()}"
    night = Night(tmp_path, url, capsys, kommuner)
    folder, disk, file = kommuner[3], kommuner[50], kommuner[90]
    receipts = tmp_path / "kvitteringer"
    receipts.mkdir()
    (receipts / folder).write_bytes(b"")
    opened, fetched = os.open, AbstractFileSystem.cat_file

    def open_or_fill(path: Any, *rest: Any, **more: Any) -> int:  # noqa: ANN401 - os.open's own
        if receipts / disk in Path(os.fspath(path)).parents:
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened(path, *rest, **more)

    def fetch_or_lose(system: AbstractFileSystem, path: str, **more: Any) -> bytes:  # noqa: ANN401 - as above
        if path.endswith(f"{file}.xlsx"):
            raise FileNotFoundError(path)
        data: bytes = fetched(system, path, **more)
        return data

    monkeypatch.setattr(os, "open", open_or_fill)
    monkeypatch.setattr(AbstractFileSystem, "cat_file", fetch_or_lose)
    code, lines, warned = night.sync()
    monkeypatch.undo()
    assert (code, len(lines)) == (ExitCode.USAGE, 98)
    states = {name.removesuffix(".xlsx"): line["state"] for name, line in lines.items()}
    assert {kode for kode, state in states.items() if state == "flettet"} == {*kommuner} - {file}
    assert (states[file], night.merged()) == ("waiting", {*kommuner} - {file})
    assert night.receipts() == {*kommuner} - {folder, disk, file}
    outside = {name.removesuffix(".xlsx") for name, line in lines.items() if line["outside"]}
    assert outside == {folder, disk}
    for kode in (folder, disk):
        assert f"Kvitteringen til {kode} er ikke skrevet" in warned
    assert "Der er ikke plads" in warned
    (receipts / folder).unlink()
    before = {one: one.read_bytes() for one in receipts.rglob("*.json")}
    code, lines, warned = night.sync()
    assert (code, warned, night.merged(), night.receipts()) == (0, "", {*kommuner}, {*kommuner})
    assert {one: one.read_bytes() for one in before} == before


class Failing(MemoryFileSystem):  # type: ignore[misc]
    """Files in memory on a disk or a server that fails: what it raises hangs on the address."""

    protocol = "failing"
    store: dict[str, Any] = {}  # noqa: RUF012 - as MemoryFileSystem has it
    raised: Exception = OSError(errno.ENOSPC, "No space left on device")

    def pipe_file(self, path: str, value: bytes, **_: Any) -> None:  # noqa: ANN401 - fsspec's signature
        """Fail for one kommune, write for the others."""
        if "/957/" in path:
            raise self.raised
        super().pipe_file(path, value)


class BucketError(Exception):
    """What a library of a cloud raises: no OSError, and with a secret in its text."""


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "Der er ikke plads"),
        (PermissionError(errno.EACCES, "denied"), "må ikke læses eller skrives"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "ingen forbindelse"),
        (TimeoutError("timed out"), "ingen forbindelse"),
        (FileNotFoundError(errno.ENOENT, "no such bucket"), "findes ikke"),
        (BucketError("hemmelig-9417"), "svarede med en fejl (BucketError)"),
    ],
)
def test_one_address_of_receipts_that_fails_stops_no_other(
    night: Night, raised: Exception, told: str
) -> None:
    """Whatever a file system raises has its sentence, exit code 2, and no word of its own text."""
    register_implementation("failing", Failing, clobber=True)
    Failing.store, Failing.raised = {}, raised
    address = "failing://bruger:kodeord@post/kvitteringer"
    code, lines, warned = night.sync("--receipts", address)
    assert (code, len(lines)) == (ExitCode.USAGE, len(KOMMUNER))
    assert night.merged() == set(KOMMUNER)
    assert {path.split("/")[-2] for path in Failing.store if path.endswith(".json")} == {
        "955",
        "956",
        "959",
    }
    assert told in warned
    assert "hemmelig" not in warned
    assert "kodeord" not in warned


def test_a_file_that_goes_before_it_is_read_waits(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program takes 956's file away in the middle of the run: the others are merged."""
    from fpsheet.transport.inbox import read_arrival

    def take(arrival: Any) -> bytes:  # noqa: ANN401 - the file as the inbox lists it
        if arrival.name == "956.xlsx":
            (night.inbox / "956" / "956.xlsx").unlink(missing_ok=True)
        return read_arrival(arrival)

    monkeypatch.setattr("fpsheet.departement.read_inbox_files.read_arrival", take)
    code, lines, _ = night.sync()
    assert code == ExitCode.FINDINGS
    assert lines["956.xlsx"]["state"] == "waiting"
    assert night.merged() == {"955", "957", "959"}


def test_a_folder_of_the_inbox_that_may_not_be_read_is_named(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was passed over without a word; the rights are played, since root may read everything."""
    real = os.scandir

    def listed(path: str) -> Any:  # noqa: ANN401 - what os.scandir returns
        if str(path).endswith("956"):
            raise PermissionError(errno.EACCES, "denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", listed)
    code, _, warned = night.sync()
    assert code == ExitCode.USAGE
    assert "sprunget over" in warned
    assert f"{night.inbox.name}{os.sep}956" in warned
    assert night.merged() == {"955", "957", "959"}


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_sync_makes_no_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    """A typo in the address or a drive that is not there: refused by place, and nothing is made."""
    night = Night(tmp_path, f"sqlite:///{(tmp_path / 'drev' / 'central.db').as_posix()}", capsys)
    before = sorted(tmp_path.rglob("*"))
    code, said, warned = night.call("sync", str(night.inbox), *options, *TODAY)
    assert (code, said) == (ExitCode.USAGE, "")
    assert str(tmp_path / "drev" / "central.db") in warned
    assert "fpsheet db init" in warned
    assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_file_where_the_database_should_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy that was broken off at once leaves one: `sync` names `db init`, which makes it."""
    (tmp_path / "central.db").write_bytes(b"")
    night = Night(tmp_path, f"sqlite:///{(tmp_path / 'central.db').as_posix()}", capsys, ("956",))
    assert night.call("db", "init")[0] == ExitCode.DONE
    (tmp_path / "central.db").write_bytes(b"")
    code, said, warned = night.call("sync", str(night.inbox), *TODAY)
    assert (code, said) == (ExitCode.USAGE, "")
    assert "fpsheet db init" in warned
    (tmp_path / "central.noegle").unlink()
    assert night.call("db", "init")[0] == ExitCode.DONE
    assert night.sync()[0] == ExitCode.DONE


@pytest.mark.pg
def test_no_key_is_made_where_a_database_is(
    tmp_path: Path, pg_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The key file is lost: `db init` says so, and lays no new key where the back-up takes it."""
    night = Night(tmp_path, pg_database, capsys)
    assert night.call("db", "init")[0] == 0
    key = night.root / "central.noegle"
    kept = key.read_bytes()
    key.unlink()
    code, _, warned = night.call("db", "init")
    assert (code, key.exists()) == (ExitCode.USAGE, False)
    assert "har en nøgle i forvejen" in warned
    key.write_bytes(kept)
    assert night.call("db", "init")[0] == 0


@pytest.mark.pg
@pytest.mark.parametrize("command", [("db", "upgrade"), ("sync", "indbakke", *TODAY)])
def test_an_empty_database_on_a_server_is_made_by_init_alone(
    tmp_path: Path, pg_database: str, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    """Neither lifting nor merging makes tables, or a key."""
    night = Night(tmp_path, pg_database, capsys)
    words = [str(night.inbox) if word == "indbakke" else word for word in command]
    assert night.call(*words)[0] == ExitCode.USAGE
    assert not (night.root / "central.noegle").exists()
    engine = create_engine(pg_database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        query = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert connection.execute(query).scalar() == 0
    engine.dispose()


class Interrupting(Silent):
    """Ends every other connection of the server when the second file is merged."""

    def __init__(self, url: str) -> None:
        self.url, self.merged = url, 0

    def advance(self, step: Step, *, parts: int = 1) -> None:
        """Count files; the server drops everybody once."""
        del parts
        self.merged += step is Step.APPLY
        if self.merged == 2:
            self.merged += 1
            engine = create_engine(self.url.replace("postgresql://", "postgresql+psycopg://"))
            with engine.connect() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                    )
                )
            engine.dispose()


@pytest.mark.pg
def test_a_server_that_starts_again_in_the_middle_is_waited_for(
    tmp_path: Path,
    pg_database: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every connection is ended while files are merged: all are merged, each given once."""
    from fpsheet.departement import steps
    from fpsheet.departement.read_inbox_files import Desk
    from fpsheet_sync.database.access_log import Actor

    monkeypatch.setattr(steps, "SERVER_WAITS", (0.0,))
    night = Night(tmp_path, pg_database, capsys)
    central = locate_central(pg_database, load_form(), night.root / "central.noegle")
    open_central(central, create=True).close()
    moment = datetime(2026, 3, 3, tzinfo=UTC)
    desk = Desk(load_form(), date(2026, 3, 3), moment, central.key_file)
    files = list(
        steps.sync_inbox(
            str(night.inbox), central, desk, Actor("nat", moment), Interrupting(pg_database)
        )
    )
    assert sorted(file.arrival.name for file in files) == [f"{kode}.xlsx" for kode in KOMMUNER]
    assert night.merged() == set(KOMMUNER)


def test_no_file_is_passed_over_in_silence(night: Night) -> None:
    """Old, binary and foreign files are named with what each is, lock files as such."""
    kinds = {
        "gammel.xls": bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600),
        "fri.ods": b"PK\x03\x04" + bytes(60),
        "makro.xlsm": b"PK\x03\x04" + bytes(60),
        "brev.pdf": b"%PDF-1.7",
        "liste.csv": b"cpr;navn",
        "_956.xlsx": (night.inbox / "956" / "956.xlsx").read_bytes() + b" ",
        "~$956.xlsx": b"x",
        "Thumbs.db": b"x",
        ".DS_Store": b"x",
    }
    for name, data in kinds.items():
        (night.inbox / name).write_bytes(data)
        os.utime(night.inbox / name, (OLD, OLD))
    code, lines, _ = night.sync()
    assert code == ExitCode.FINDINGS
    named = {name for name in lines if name not in {f"{kode}.xlsx" for kode in KOMMUNER}}
    assert named == set(kinds) - {"Thumbs.db", ".DS_Store"}
    assert lines["~$956.xlsx"]["state"] == "trace"
    for name in named - {"_956.xlsx", "~$956.xlsx"}:
        assert lines[name]["check"]["findings"], name


@pytest.mark.slow
def test_numbers_given_again_after_a_restore(night: Night) -> None:
    """The database is put back a night: the number's first receipt is put aside, nobody lacks one.

    Its kommune is told by name and in words, `receive` refuses it, and the same night twice
    changes nothing more.
    """
    late = night.inbox / "959" / "959.xlsx"
    late.rename(night.root / "959.xlsx")
    night.sync()
    copy = (night.root / "central.db").read_bytes()
    second = night.send("to.xlsx", "6101801239", later=60)
    night.sync()
    folder = night.root / "kvitteringer"
    lost = json.loads((folder / "956" / "956-2026-000004.json").read_bytes())["sha256"]
    (night.root / "central.db").write_bytes(copy)
    night.send("tre.xlsx", "6101801238", later=30)
    night.sync()
    now = json.loads((folder / "956" / "956-2026-000004.json").read_bytes())["sha256"]
    aside = folder / "956" / f"956-2026-000004-gaelder-ikke-{lost[:8]}.json"
    assert json.loads(aside.read_bytes())["sha256"] == lost
    assert now != lost
    assert "gælder ikke længere" in aside.with_suffix(".txt").read_text(encoding="utf-8")
    # The file that lost its number got another one.
    again = json.loads((folder / "956" / "956-2026-000005.json").read_bytes())["sha256"]
    assert again == lost
    code, _, warned = night.call("receive", str(aside), str(second), *TODAY)
    assert code == ExitCode.USAGE
    assert "gælder ikke længere" in warned
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    night.sync()
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


@pytest.mark.slow
def test_a_receipt_that_a_restored_database_does_not_know_is_put_aside(night: Night) -> None:
    """The database is put back, and the file that came later is gone from the inbox.

    Nobody gets its number again: the receipt is put aside all the same, its kommune has a note, the
    departement is told its number with exit code 1, and the next night is quiet. A release that is
    known keeps its receipt.
    """
    night.sync()
    copy = (night.root / "central.db").read_bytes()
    second = night.send("to.xlsx", "6101801239", later=60)
    night.sync()
    folder = night.root / "kvitteringer" / "956"
    number = "956-2026-000005"
    lost = json.loads((folder / f"{number}.json").read_bytes())["sha256"]
    second.unlink()
    (night.root / "central.db").write_bytes(copy)
    code, lines, warned = night.sync()
    assert (code, {line["state"] for line in lines.values()}) == (ExitCode.FINDINGS, {"known"})
    assert number in warned
    aside = folder / f"{number}-gaelder-ikke-{lost[:8]}.json"
    assert json.loads(aside.read_bytes())["sha256"] == lost
    assert "gælder ikke længere" in aside.with_suffix(".txt").read_text(encoding="utf-8")
    assert [file for file in folder.glob(f"{number}*") if "gaelder-ikke" not in file.name] == []
    assert (folder / "956-2026-000002.json").is_file()
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    code, _, warned = night.sync()
    assert (code, warned) == (ExitCode.DONE, "")
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


def test_two_databases_never_mix_their_receipts(night: Night) -> None:
    """A trial with a database of its own over the same inbox: the folder of receipts is refused."""
    night.sync()
    before = set((night.root / "kvitteringer").rglob("*"))
    other = Night.__new__(Night)
    other.__dict__.update(night.__dict__, url=f"sqlite:///{(night.root / 'p.db').as_posix()}")
    (night.root / "central.noegle").rename(night.root / "rigtig.noegle")
    assert other.call("db", "init")[0] == ExitCode.DONE
    (night.inbox / "956" / "956.xlsx").unlink()
    code, _, warned = other.sync()
    assert code == ExitCode.USAGE
    assert "kvitteringer fra en anden database" in warned
    assert set((night.root / "kvitteringer").rglob("*")) == before


def test_a_user_without_a_name_is_told_by_number(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container's user that no list of users has: the log has the number, not LOGNAME."""
    import pwd

    monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)
    monkeypatch.setenv("LOGNAME", "Minister\nforfalsket")
    code, _, _ = night.sync()
    assert code == ExitCode.DONE
    _, said, _ = night.call("db", "log", "--json")
    names = {entry["who"] for entry in json.loads(said)["entries"]}
    assert names == {f"uid {os.getuid()}"}


def test_a_password_is_not_asked_for_where_nobody_sits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`submit` in a scheduled task says which variable it wants, and nothing is sent."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    book = tmp_path / "956.xlsx"
    rows = {
        "borger": [{"cpr": "6101801234", "sagsbehandler": "AB", "pensionist_foer_reform": "nej"}]
    }
    book.write_bytes(make_workbook(load_form(), rows))
    capsys.readouterr()
    nobody = {**exchange.desk("kommune"), "FPSHEET_KEY_PASSWORD": ""}
    with open(os.devnull, encoding="utf-8") as nothing:  # noqa: PTH123 - a device
        monkeypatch.setattr("sys.stdin", nothing)
        command = ["submit", str(book), "--to", str(exchange.post), *TODAY]
        assert run(command, environment=nobody) == ExitCode.USAGE
    assert "FPSHEET_KEY_PASSWORD" in capsys.readouterr().err
    assert not exchange.post.exists()


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (OSError(errno.ENOSPC, "full", "ud.xlsx"), "Der er ikke plads til at skrive på ud.xlsx."),
        (PermissionError(errno.EACCES, "no", "610180-1234.xlsx"), "xxxxxx-xxxx.xlsx må ikke"),
        (TimeoutError("x"), "Der er ingen forbindelse til "),
    ],
)
def test_what_lies_outside_is_never_our_failure(
    raised: Exception, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3 and »Send ingen filer« are for our own faults."""

    def fail() -> int:
        raise raised

    assert run_guarded(fail, words=load_words("da"), environment={}) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert told in said
    assert "Send ingen filer" not in said


def make_key(night: Night) -> None:
    """Lay a key where a departement has it, for a database that is never reached."""
    key = f"fpsheet-noegle-1\n{bytes(32).hex()}\n"
    (night.root / "central.noegle").write_text(key, encoding="ascii")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://x@127.0.0.1:1/x", "Der er ingen forbindelse til databasen"),
        ("postgresql://x@findes-ikke.invalid/x", "Der er ingen forbindelse til databasen"),
    ],
)
def test_a_database_server_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str, told: str
) -> None:
    """A closed port and an unknown name: a sentence, exit code 2, and nothing written."""
    night = Night(tmp_path, url, capsys)
    make_key(night)
    code, _, warned = night.call("sync", str(night.inbox), *TODAY)
    assert code == ExitCode.USAGE
    assert told in warned
    assert night.receipts() == set()


@pytest.mark.parametrize(
    ("code", "said", "told"),
    [
        ("28P01", 'password authentication failed for user "x"', "lukker ikke brugeren ind"),
        ("28000", 'no pg_hba.conf entry for host "10.0.0.9"', "lukker ikke brugeren ind"),
        ("28000", 'role "x" does not exist', "lukker ikke brugeren ind"),
        ("3D000", 'database "x" does not exist', "Der er ingen database på"),
        ("57P03", "the database system is starting up", "ingen forbindelse til databasen"),
        ("53300", "sorry, too many clients already", "ingen forbindelse til databasen"),
    ],
)
def test_a_database_server_that_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str, said: str, told: str
) -> None:
    """Each refusal has its sentence, without the password, and exit code 2."""
    with refusing_server(code, said) as address:
        night = Night(tmp_path, f"postgresql://x:sesam-9417@{address}/x", capsys, ("956",))
        make_key(night)
        ended, _, warned = night.call("sync", str(night.inbox), *TODAY)
    assert ended == ExitCode.USAGE
    assert told in warned
    assert "sesam-9417" not in warned
    assert night.receipts() == set()


def test_a_full_disk_under_the_database_keeps_what_was_merged(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is room for one file or two: they stay, with their lines, and the next night goes on.

    Nobody is told to close a file in Excel, nor that nothing is changed.
    """
    page = 4096
    file = night.inbox / "956" / "956.xlsx"
    full = ((night.root / "central.db").stat().st_size + 2 * file.stat().st_size) // page
    module = "fpsheet_sync.database.store.PRAGMAS"
    monkeypatch.setattr(module, (*PRAGMAS, f"max_page_count = {full}"))
    code, lines, warned = night.sync()
    monkeypatch.setattr(module, PRAGMAS)
    assert code == ExitCode.USAGE
    merged = night.merged()
    assert set() < merged < set(KOMMUNER)
    assert {name.removesuffix(".xlsx") for name in lines} == merged
    assert "Der er ikke plads på disken" in warned
    assert "det, der var færdigt, er" in warned
    assert "Excel" not in warned
    assert "Intet er ændret" not in warned
    assert night.sync()[0] == ExitCode.DONE
    assert (night.merged(), night.receipts()) == (set(KOMMUNER), set(KOMMUNER))


def test_a_driver_that_is_not_installed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL without psycopg: what to install is said."""
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    night = Night(tmp_path, "postgresql://x@127.0.0.1:1/x", capsys)
    code, _, warned = night.call("db", "info")
    assert code == ExitCode.USAGE
    assert "fpsheet[postgresql]" in warned
