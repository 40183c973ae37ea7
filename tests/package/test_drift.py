"""The guide for those who run fpsheet at the departement: its commands work as they stand."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from fpsheet.cli.program import run
from fpsheet_templates.load import load_form
from tests.support.desk import make_workbook
from tests.support.exchange import TODAY, digits, keys_of
from tests.support.postgresql import (
    PostgresqlMissingError,
    find_programs,
    start_postgresql,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OWN = ("createuser", "createdb", "pg_dump", "pg_restore", "dropdb")
"""Commands of PostgreSQL that the guide names."""


class Server:
    """A PostgreSQL server of the departement, at which the guide's own commands are run."""

    def __init__(self, url: str, folder: Path) -> None:
        """Keep where it is and where dumps lie."""
        self.address = make_url(url)
        self.folder = folder

    def run(self, command: list[str]) -> None:
        """Run a command of PostgreSQL; a new user's password is typed twice."""
        host = self.address.host or str(self.address.query["host"])
        subprocess.run(
            [find_programs() / command[0], "-h", host, "-U", "postgres", *command[1:]],
            check=True,
            cwd=self.folder,
            input=b"tre ord til os\ntre ord til os\n",
            start_new_session=True,
        )

    def url(self, database: str) -> str:
        """Return the address of a database, as the user the guide makes."""
        own = self.address.set(username="fpsheet", database=database)
        return own.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server | None]:
    """Return the server, or None where the database is a file."""
    if request.param == "sqlite":
        yield None
        return
    # One of its own: the names of the guide could be those of a real database.
    try:
        with start_postgresql() as url:
            yield Server(url, tmp_path)
    except PostgresqlMissingError as error:
        pytest.skip(str(error))


def commands_of(guide: str) -> list[list[str]]:
    """Return the guide's commands in order."""
    names = "|".join(("fpsheet", *OWN))
    found = re.findall(rf"^ {{4,}}((?:{names}) .+)$", guide, flags=re.MULTILINE)
    return [shlex.split(line) for line in found]


def answer_to(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    capsys: pytest.CaptureFixture[str],
    allowed: tuple[int, ...] = (0,),
) -> str:
    """Run a command that must end with one of some codes, and return what it says."""
    capsys.readouterr()
    code = run(list(arguments), environment=environment)
    said = capsys.readouterr()
    assert code in allowed, (arguments, said.out + said.err)
    return said.out


@pytest.mark.slow
def test_the_commands_of_the_guide_run_one_after_the_other(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    server: Server | None,
) -> None:
    """Each line succeeds, on a file and on a server; a copy that was restored is whole."""
    monkeypatch.chdir(tmp_path)
    environment = keys_of(tmp_path)
    trial = "sqlite:///central.db"
    if server is not None:
        trial = server.url("fpsheet_proeve")
        environment["FPSHEET_DB"] = server.url("fpsheet")
        settings = f'keys = "{(tmp_path / "central.noegle").as_posix()}"\n'
        (tmp_path / "fpsheet.toml").write_text(settings, encoding="utf-8")
    moved = "sqlite:///ny.db" if server is None else server.url("fpsheet_ny")
    heard = {"PRØVENS ADRESSE": trial, "NY ADRESSE": moved}

    def call(*arguments: str, allowed: tuple[int, ...] = (0,)) -> str:
        return answer_to(arguments, environment, capsys, allowed)

    done = []
    for program, *rest in commands_of((root / "docs" / "drift.md").read_text(encoding="utf-8")):
        command = [heard.get(word, word) for word in rest]
        done.append(program if program in OWN else command[0])
        if program in OWN:
            if server is not None:
                server.run([program, *command])
            continue
        if command[:2] == ["keys", "revoke"]:
            book = tmp_path / "956.xlsx"
            rows = {"borger": [{"cpr": "6101801234", "pensionist_foer_reform": "nej"}]}
            book.write_bytes(make_workbook(load_form(), rows))
            call("submit", str(book), "--to", "indbakke", *TODAY, allowed=(0, 1))
            (package,) = (tmp_path / "indbakke").iterdir()
            os.utime(package, (1_760_000_000, 1_760_000_000))
            call("sync", "indbakke", *TODAY, allowed=(0, 1))
        said = call(*command)
        if command[:2] == ["keys", "departement"]:
            heard["DEPARTEMENTETS CIFRE"] = digits(said)
        if command[:2] == ["keys", "new"]:
            heard["KOMMUNENS CIFRE"] = digits(said)
        if command[:2] == ["keys", "clerk"]:
            heard["MEDARBEJDERENS CIFRE"] = digits(said)
            (public,) = tmp_path.rglob("lognoegle-*.json")
            heard["lognoegle-MEDARBEJDER.json"] = str(public)
    assert set(done) == {*OWN, "db", "rebuild", "keys", "sync", "status", "conflicts"}
    assert "er den samme" in call("rebuild", "--verify")


class Machine:
    """A machine of the departement's: a folder of its own, and its commands."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], url: str = "") -> None:
        """Make the folder; without an address the database is a file in it."""
        folder.mkdir()
        self.folder, self.capsys, self.environment = folder, capsys, keys_of(folder)
        if url:
            self.environment |= {"FPSHEET_DB": url, "FPSHEET_KEYS": "central.noegle"}

    def call(self, *arguments: str) -> str:
        """Run a command that must not fail, and return what it says."""
        return answer_to(arguments, self.environment, self.capsys, (0, 1))

    def sync(self) -> dict[str, str]:
        """Merge the inbox; return receipt → what became of its file."""
        lines = map(json.loads, self.call("sync", "indbakke", *TODAY, "--json").splitlines())
        return {line["receipt"]: line["state"] for line in lines}

    def deliver(self, cpr: str) -> dict[str, str]:
        """Seal a workbook with one citizen, send it and merge it."""
        rows = {"borger": [{"cpr": cpr, "sagsbehandler": "AB", "pensionist_foer_reform": "nej"}]}
        book = self.folder / "956.xlsx"
        book.write_bytes(make_workbook(load_form(), rows))
        self.call("submit", str(book), "--to", "indbakke", *TODAY)
        for package in (self.folder / "indbakke").iterdir():
            os.utime(package, (1_780_000_000, 1_780_000_000))
        return self.sync()

    def receipts(self) -> dict[Path, bytes]:
        """Return every file of the folder of receipts."""
        files = self.folder.glob("kvitteringer/*/*")
        return {file.relative_to(self.folder): file.read_bytes() for file in files}


@pytest.mark.slow
def test_the_departement_moves_to_another_machine(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    server: Server | None,
) -> None:
    """What the guide names is carried over, and no more: the other machine goes on where it was.

    All is known, no receipt is written again, what was sealed is opened, the log is whole, and a
    new file gets the next number.
    """
    guide = (root / "docs" / "drift.md").read_text(encoding="utf-8")
    urls = ("", "") if server is None else (server.url("fpsheet"), server.url("fpsheet_ny"))
    commands = {(line[0], line[-1]): line for line in commands_of(guide)}

    def serve(*names: str, database: str = "") -> None:
        if server is not None:
            words = commands[names[0], names[1]]
            server.run([word.replace("fpsheet_proeve", database) for word in words])

    here = Machine(tmp_path / "her", capsys, urls[0])
    monkeypatch.chdir(here.folder)
    serve("createuser", "fpsheet")
    serve("createdb", "fpsheet")
    here.call("db", "init")
    heard = digits(here.call("keys", "departement"))
    here.call("keys", "trust", "noegler/modtager.txt", "--kommune", "956", "--heard", heard)
    heard = digits(here.call("keys", "new", "--kommune", "956"))
    here.call("keys", "enrol", "noegler/underskrift-956.json", "--kommune", "956", "--heard", heard)
    assert here.deliver("6101801234") == {"956-2026-000001": "flettet"}
    receipts = here.receipts()
    there = Machine(tmp_path / "der", capsys, urls[1])
    moved = {name: name for name in ("central.noegle", "noegler", "indbakke", "kvitteringer")}
    if server is None:
        moved |= {"central.db": "central.db", "central.logende": "central.logende"}
    else:
        moved["fpsheet.logende"] = "fpsheet_ny.logende"
    for name, new_name in moved.items():
        assert name in guide
        copy = shutil.copytree if (here.folder / name).is_dir() else shutil.copyfile
        copy(here.folder / name, there.folder / new_name)
    serve("pg_dump", "fpsheet")
    serve("createdb", "fpsheet_ny")
    serve("pg_restore", "fpsheet.dump", database="fpsheet_ny")
    shutil.rmtree(here.folder)
    monkeypatch.chdir(there.folder)
    assert there.sync() == {"956-2026-000001": "known"}
    assert there.receipts() == receipts
    assert there.deliver("6202801235")["956-2026-000002"] == "flettet"
    assert "er den samme" in there.call("rebuild", "--verify")
    assert run(["db", "log", "--against", "kvitteringer"], environment=there.environment) == 0


@pytest.mark.slow
@pytest.mark.pg
@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_a_database_moves_from_a_file_to_a_server(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    server: Server,
) -> None:
    """The two lines of the guide: the server says the same, and the night after finds all known.

    No receipt is written again, none is put aside, and a new file gets the next number.
    """
    monkeypatch.chdir(tmp_path)
    environment = keys_of(tmp_path)

    def call(*arguments: str) -> str:
        return answer_to(arguments, environment, capsys)

    def drop(name: str, cpr: str) -> None:
        rows = {"borger": [{"cpr": cpr, "sagsbehandler": "AB", "pensionist_foer_reform": "nej"}]}
        book = tmp_path / "indbakke" / name
        book.parent.mkdir(exist_ok=True)
        book.write_bytes(make_workbook(load_form(), rows))
        os.utime(book, (1_780_000_000, 1_780_000_000))

    call("db", "init")
    drop("956.xlsx", "6101801234")
    call("sync", "indbakke", *TODAY)
    receipts = {one: one.read_bytes() for one in (tmp_path / "kvitteringer").rglob("*.*")}
    guide = commands_of((root / "docs" / "drift.md").read_text(encoding="utf-8"))
    (create,) = [line for line in guide if line[0] == "createdb" and line[-1] == "fpsheet_ny"]
    (move,) = [line[1:] for line in guide if line[1:3] == ["rebuild", "--to"]]
    server.run(["createuser", "--pwprompt", "fpsheet"])
    server.run(create)
    address = server.url("fpsheet_ny")
    assert "er den samme" in call(*[address if word == "NY ADRESSE" else word for word in move])
    environment |= {"FPSHEET_DB": address, "FPSHEET_KEYS": str(tmp_path / "central.noegle")}
    assert "er den samme" in call("rebuild", "--verify")
    (line,) = call("sync", "indbakke", *TODAY, "--json").splitlines()
    assert json.loads(line)["state"] == "known"
    assert {one: one.read_bytes() for one in (tmp_path / "kvitteringer").rglob("*.*")} == receipts
    drop("956 ny.xlsx", "6202801235")
    lines = map(json.loads, call("sync", "indbakke", *TODAY, "--json").splitlines())
    assert {"956-2026-000002"} < {line["receipt"] for line in lines} | {""}


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a line for crontab")
def test_the_line_for_the_night_runs(root: Path, tmp_path: Path) -> None:
    """What crontab runs, run by a shell: the code and the lines are where the guide says."""
    guide = (root / "docs" / "drift.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^15 2 \* \* \* (.+)$", guide, flags=re.MULTILINE)
    environment = {
        **os.environ,
        **keys_of(tmp_path),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    for command in ("fpsheet db init", line.replace("/srv/fpsheet", str(tmp_path))):
        (tmp_path / "indbakke").mkdir(exist_ok=True)
        book = tmp_path / "indbakke" / "956.xlsx"
        book.write_bytes(make_workbook(load_form(), {}))
        os.utime(book, (1_760_000_000, 1_760_000_000))
        subprocess.run(command, shell=True, cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "nat.kode").read_text(encoding="utf-8")[:2] == "0 "
    (told,) = (tmp_path / "nat.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(told)["outside"] == ""
