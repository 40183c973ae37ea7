"""A kommune and a departement that exchange packages and receipts through the command line."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fpsheet.cli.program import run
from fpsheet.transport.key_folder import KeyFolder
from fpsheet.transport.payload import Payload, without_local
from fpsheet_templates.load import load_form
from tests.support.desk import check_bytes, make_database

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pytest

    from fpsheet.transport.signing_key import SigningKey

TODAY = ("--today", "22-11-2026")
PASSWORD = "kun til prøve"


_EXCHANGED: dict[Path, tuple[bytes, int]] = {}
"""What `Exchange.exchange_keys` leaves: file below the root → its bytes and its mode."""


def keys_of(folder: Path) -> dict[str, str]:
    """Return the environment of somebody with a folder of keys and settings of their own."""
    return {
        "FPSHEET_CONFIG": str(folder / "fpsheet.toml"),
        "FPSHEET_KEY_FOLDER": str(folder / "noegler"),
        "FPSHEET_KEY_PASSWORD": PASSWORD,
    }


def digits(text: str) -> str:
    """Return the digits that a command says are to be read aloud."""
    return text.rstrip().rpartition(":")[2].strip()


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two desks and the post between them.

    Attributes:
        root: Folder of everything.
        capsys: What the commands say is read here.
    """

    root: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def post(self) -> Path:
        """The departement's inbox."""
        return self.root / "post"

    @property
    def database(self) -> str:
        """The address of the central database."""
        return f"sqlite:///{(self.root / 'central.db').as_posix()}"

    @property
    def command(self) -> tuple[str, ...]:
        """The command that merges the post."""
        return "sync", str(self.post), "--db", self.database, *TODAY

    def desk(self, name: str) -> dict[str, str]:
        """Return the environment of a desk."""
        return keys_of(self.root / name)

    def call(self, desk: str, *arguments: str) -> tuple[int, str]:
        """Run a command at a desk; return its exit code and what it said."""
        self.capsys.readouterr()
        code = run(list(arguments), environment=self.desk(desk))
        said = self.capsys.readouterr()
        return code, said.out + said.err

    def exchange_keys(self) -> None:
        """Let both sides make keys and read their digits to each other; make the database.

        What that leaves is made once in a process, and copied for every exchange after the first.
        """
        if not _EXCHANGED:
            self.make_and_trust_keys()
            files = (path for path in self.root.rglob("*") if path.is_file())
            made = {path: path.relative_to(self.root) for path in files}
            _EXCHANGED.update(
                (name, (path.read_bytes(), path.stat().st_mode))
                for path, name in made.items()
                if name.parts[0] in {"kommune", "departement", "central.db", "central.noegle"}
            )
            return
        for name, (data, mode) in _EXCHANGED.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_bytes(data)
            (self.root / name).chmod(mode)

    def make_and_trust_keys(self) -> None:
        """Do what `exchange_keys` leaves, by the commands themselves."""
        make_database(self.root / "central.db")
        _, said = self.call("departement", "keys", "departement")
        recipient = str(self.root / "departement" / "noegler" / "modtager.txt")
        trust = ("keys", "trust", recipient, "--kommune", "956", "--heard", digits(said))
        assert self.call("kommune", *trust)[0] == 0
        _, said = self.call("kommune", "keys", "new", "--kommune", "956")
        public = str(self.root / "kommune" / "noegler" / "underskrift-956.json")
        enrol = ("keys", "enrol", public, "--kommune", "956", "--heard", digits(said))
        assert self.call("departement", *enrol)[0] == 0

    def enrol(self, kommune: str) -> SigningKey:
        """Let another kommune make a key, and the departement enrol it."""
        _, said = self.call(kommune, "keys", "new", "--kommune", kommune)
        public = str(self.root / kommune / "noegler" / f"underskrift-{kommune}.json")
        enrol = ("keys", "enrol", public, "--kommune", kommune, "--heard", digits(said))
        assert self.call("departement", *enrol)[0] == 0
        return self.key(kommune)

    def key(self, desk: str) -> SigningKey:
        """Return the signing key of a desk."""
        return KeyFolder(self.root / desk / "noegler").signing_key(password=PASSWORD)

    def place(self, name: str) -> Path:
        """Return the path of a file in the post, its folder made."""
        file = self.post / name
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    def put(self, name: str, data: bytes, *, minutes_ago: int = 1) -> Path:
        """Lay a file into the post, which looks some minutes old."""
        file = self.place(name)
        file.write_bytes(data)
        self.age(file, minutes=minutes_ago)
        return file

    @staticmethod
    def age(file: Path, *, minutes: int = 1) -> None:
        """Let a file look some minutes old."""
        moment = file.stat().st_mtime - 60 * minutes
        os.utime(file, (moment, moment))

    def digits_of(self, kommune: str) -> str:
        """Return the digits of the only key of a kommune, as the departement lists them."""
        _, said = self.call("departement", "keys", "list", "--json")
        (own,) = [entry for entry in json.loads(said) if entry["kommune"] == kommune]
        return str(own["digits"])

    def trust_the_post(self) -> None:
        """Let the departement take unsigned files from the inbox, so that they are read."""
        self.trust({self.post.as_posix(): ["956", "957"]}, despite_key=["956", "957"])

    def trust(self, folders: Mapping[str, Sequence[str]], despite_key: Sequence[str] = ()) -> None:
        """Write into the departement's settings whose unsigned files are taken from where."""
        lines = [f"unsigned_despite_key = {json.dumps(list(despite_key))}", "[unsigned_folders]"]
        lines += [f"'{folder}' = {json.dumps(list(codes))}" for folder, codes in folders.items()]
        settings = self.root / "departement" / "fpsheet.toml"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text("\n".join(lines) + "\n", "utf-8")

    def submit(self, file: Path, *, minutes_ago: int = 1) -> Path:
        """Send a workbook; return the file in the post, which looks some minutes old."""
        before = set(self.post.iterdir()) if self.post.is_dir() else set()
        code, said = self.call("kommune", "submit", str(file), "--to", str(self.post), *TODAY)
        assert code in {0, 1}, said
        (package,) = set(self.post.iterdir()) - before
        self.age(package, minutes=minutes_ago)
        return package

    def sync(self) -> list[dict[str, Any]]:
        """Merge the post; return what became of its files."""
        _, said = self.call("departement", *self.command, "--json")
        return [json.loads(line) for line in said.splitlines()]

    def receipt_hash(self) -> str:
        """Return the hash of the workbook that the first receipt is of."""
        (first, *_) = self.receipts(".json")
        return str(json.loads(first.read_bytes())["sha256"])

    def all_receipts(self) -> list[Path]:
        """Return the receipts of every kommune."""
        return sorted((self.root / "kvitteringer").glob("*/*.json"))

    def receipts(self, suffix: str) -> list[Path]:
        """Return the receipts so far, oldest first."""
        return sorted((self.root / "kvitteringer" / "956").glob(f"*{suffix}"))


def payload_of(workbook: bytes, *, sha256: str = "") -> Payload:
    """Return what a package of a workbook carries; it may name another hash for it."""
    form = load_form()
    book = check_bytes(workbook, form).check.raw
    return Payload(without_local(replace(book, sha256=sha256 or book.sha256), form))
