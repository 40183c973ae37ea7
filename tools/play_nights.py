"""Play nights of 98 folders in which a folder, a disk, a file and a server fail, each in its turn.

    python -m tools.play_nights

Each of the 98 kommuner has a folder in the inbox and a new workbook in it each night; the database
is on a PostgreSQL server that is thrown away, and the night is `fpsheet sync --json` as the guide
has it. What fails is real: a file stands where a folder of receipts should be, the disk under one
is full, one workbook is cut off in the middle, the server is ended at once and started again while
files are merged. Afterwards it is mended, and the next night does the rest. The last result stands
in tools/play_nights.txt. Needs the right to mount (root), and PostgreSQL's own programs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy

from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.stored_state import read_commits
from fpsheet_templates.load import load_form
from tests.support.desk import make_workbook, of_another
from tests.support.postgresql import find_programs, new_database, start_postgresql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

KOMMUNER = tuple(
    one.code
    for one in load_form().kommuner.values()
    if one.jurisdiction == "DK" and one.valid_to is None
)
CPR = "610180-1230"
MANY = 98
FOLDER, DISK, FILE = KOMMUNER[3], KOMMUNER[50], KOMMUNER[90]
SERVER_ENDS_AFTER = 40
"""So many files are merged when the server is ended."""
FIRST = datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp()
ACCOUNT = "postgres"


class Departement:
    """A departement with an inbox of 98 folders, and the database that it merges into."""

    def __init__(self, root: Path, url: str) -> None:
        """Make the database."""
        self.root, self.url, self.nights = root, url, 0
        self.inbox, self.receipts = root / "indbakke", root / "kvitteringer"
        self.environment = {
            **os.environ,
            "FPSHEET_CONFIG": str(root / "none"),
            "FPSHEET_KEY_FOLDER": str(root / "noegler"),
            "FPSHEET_DB": url,
            "FPSHEET_KEYS": str(root / "central.noegle"),
        }
        row = {"cpr": CPR.replace("-", ""), "pensionist_foer_reform": "nej", "sagsbehandler": "N0"}
        self.first = make_workbook(load_form(), {"borger": [row]}, kommune=KOMMUNER[0])
        self.run("db", "init")

    def run(self, *words: str) -> None:
        """Run a command of fpsheet that must not fail."""
        run(sys.executable, "-m", "fpsheet", *words, env=self.environment)

    def deliver(self) -> None:
        """Put a new workbook of every kommune into its folder: a caseworker for each night."""
        self.nights += 1
        for number, code in enumerate(KOMMUNER):
            file = self.inbox / code / f"{code}-{self.nights}.xlsx"
            file.parent.mkdir(parents=True, exist_ok=True)
            said = {CPR: f"610180-{1230 + number}", "N0": f"N{self.nights}"}
            file.write_bytes(of_another(self.first, code, said))
            self.age(file)

    def age(self, file: Path) -> None:
        """Let a file look as if it came before this night."""
        moment = FIRST + 86_400 * self.nights
        os.utime(file, (moment, moment))

    def sync(
        self, at_line: Callable[[int], None] = lambda _: None
    ) -> tuple[int, dict[str, str], str]:
        """Merge the inbox; return exit code, what became of each kommune's file, and warnings."""
        warned = self.root / "nat.log"
        states: dict[str, str] = {}
        sync = (sys.executable, "-m", "fpsheet", "sync", str(self.inbox), "--json")
        with (
            warned.open("w", encoding="utf-8") as errors,
            subprocess.Popen(  # noqa: S603 - our own program
                sync, env=self.environment, stdout=subprocess.PIPE, stderr=errors, text=True
            ) as night,
        ):
            for line in night.stdout or ():
                said = json.loads(line)
                if said["file"].endswith(f"-{self.nights}.xlsx"):
                    code = said["file"].partition("-")[0]
                    states[code] = "outside" if said["outside"] else said["state"]
                at_line(len(states))
        return night.returncode, states, warned.read_text(encoding="utf-8")

    def merged(self) -> set[str]:
        """Return the kommuner with a submission of every night in the database."""
        store = open_store(self.url, load_form())
        with closing(store), store.read() as connection:
            return {code for code in KOMMUNER if len(read_commits(connection, code)) == self.nights}

    def receipted(self) -> set[str]:
        """Return the kommuner with a receipt of every night in their folders."""
        found = {code: list((self.receipts / code).glob("*.json")) for code in KOMMUNER}
        return {code for code, files in found.items() if len(files) == self.nights}


@contextmanager
def folder_fails(there: Departement) -> Iterator[set[str]]:
    """Let a file stand where the receipts of one kommune should go."""
    place, aside = there.receipts / FOLDER, there.root / "til side"
    if place.is_dir():
        place.rename(aside)
    there.receipts.mkdir(exist_ok=True)
    place.write_bytes(b"")
    yield {FOLDER}
    place.unlink()
    if aside.is_dir():
        aside.rename(place)


@contextmanager
def disk_fails(there: Departement) -> Iterator[set[str]]:
    """Put a small disk, full already, under the receipts of one kommune."""
    place = there.receipts / DISK
    run("mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", str(place))
    (place / "fyld").write_bytes(bytes(1 << 20))
    yield {DISK}
    run("umount", "-l", str(place))


@contextmanager
def file_fails(there: Departement) -> Iterator[set[str]]:
    """Cut one workbook off in the middle, as a copy that was broken off leaves it."""
    file = there.inbox / FILE / f"{FILE}-{there.nights}.xlsx"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    there.age(file)
    yield {FILE}
    file.write_bytes(whole)
    there.age(file)


def restart_server(url: str) -> None:
    """End the server as a power cut does, and start it again with its own settings."""
    data = Path(str(sqlalchemy.make_url(url).query["host"])) / "data"
    account = ACCOUNT if os.geteuid() == 0 else None
    program = str(find_programs() / "pg_ctl")
    run(program, "-D", str(data), "-m", "immediate", "-w", "restart", user=account)


def run(*command: str, env: Mapping[str, str] | None = None, user: str | None = None) -> None:
    """Run a program of our own or of the system that must not fail, without its words."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", env=env, user=user)  # noqa: S603 - as it says


def check(name: str, is_so: object) -> None:
    """Raise SystemExit where something is not as it should be."""
    if not is_so:
        raise SystemExit(f"not so: {name}")


def play_failing(there: Departement, name: str, state: str, code: int, told: str) -> None:
    """Play the night in which something of one kommune fails, and the one after it is mended."""
    everyone = set(KOMMUNER)
    there.deliver()
    fails = {"folder": folder_fails, "disk": disk_fails, "file": file_fails}[name]
    with fails(there) as failed:
        got, states, warned = there.sync()
        check(f"{name}: code {got} instead of {code}", got == code)
        check(f"{name}: a line for each, {len(states)}", states.keys() == everyone)
        others = {states[one] for one in everyone - failed}
        check(f"{name}: the others are merged, {others}", others == {"flettet"})
        check(f"{name}: {states}", {states[one] for one in failed} == {state})
        check(f"{name}: told, {warned!r}", told in warned)
        check(f"{name}: receipts of the others", everyone - failed <= there.receipted())
    got, states, warned = there.sync()
    check(f"{name}, mended: code {got}, {warned}", (got, warned) == (0, ""))
    check(f"{name}, mended: all merged", there.merged() == everyone)
    check(f"{name}, mended: all receipts", there.receipted() == everyone)
    print(f"{name}: 97 merged, the one told with code {code}; mended, all 98", flush=True)


def play_server(there: Departement) -> None:
    """Play the night in which the server is ended and started again while files are merged."""
    there.deliver()
    ended: list[int] = []

    def end(merged: int) -> None:
        if merged == SERVER_ENDS_AFTER and not ended:
            restart_server(there.url)
            ended.append(merged)

    code, states, warned = there.sync(end)
    check(f"server: ended, {ended}", ended)
    check(f"server: code {code}, {warned}", code == 0)
    check(f"server: {states}", set(states.values()) == {"flettet"} and len(states) == MANY)
    check("server: all merged", there.merged() == set(KOMMUNER))
    check("server: all receipts", there.receipted() == set(KOMMUNER))
    print(f"server: ended after {ended[0]} files and started again; all 98 merged", flush=True)


def main() -> None:
    """Play the four nights."""
    check(f"98 kommuner, {len(KOMMUNER)}", len(KOMMUNER) == MANY)
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        start_postgresql() as server,
        new_database(server) as url,
    ):
        there = Departement(Path(folder), url)
        play_failing(there, "folder", "outside", 2, f"Kvitteringen til {FOLDER} er ikke skrevet")
        play_failing(there, "disk", "outside", 2, "Der er ikke plads")
        play_failing(there, "file", "refused", 1, "")
        play_server(there)
    print(f"{time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
