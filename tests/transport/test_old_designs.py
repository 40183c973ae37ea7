"""The attacks of today's tests against what was there before, made again in a few lines.

Each shows that the attack is a real one: the old way, as it was, gives way to it. The test of
today's design that withstands the same attack stands beside it in docs/attacks.md.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from openpyxl import Workbook
from pyrage import DecryptError, decrypt, encrypt, x25519

from fpsheet.cli.console import Console
from fpsheet.config import Settings, read_settings
from fpsheet.transport.fingerprint import spoken_fingerprint
from fpsheet.transport.signing_key import new_signing_key
from fpsheet_templates.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

CPR = b"6101801234"
posix = pytest.mark.skipif(os.name != "posix", reason="rights of files as POSIX has them")


def test_a_nonce_that_the_sender_names_gives_the_other_file_away() -> None:
    """957 names the first 24 digits of 956's hash; the thief has both sealed files and 957's own.

    What is sealed under one nonce differs as the plain bytes differ: no key is needed.
    """
    cipher = AESGCM(secrets.token_bytes(32))

    def seal(claimed: str, data: bytes) -> bytes:
        return cipher.encrypt(bytes.fromhex(claimed)[:12], data, None)

    theirs = b"en projektmappe med " + CPR
    hash_of_956 = hashlib.sha256(theirs).hexdigest()
    ours = bytes(len(theirs))
    stolen, own = seal(hash_of_956, theirs), seal(hash_of_956[:24] + "0" * 40, ours)
    opened = bytes(a ^ b ^ c for a, b, c in zip(stolen, own, ours, strict=False))
    assert CPR in opened


def test_a_hash_that_was_believed_made_another_kommunes_workbook_known() -> None:
    """957 names the hash of the workbook that 956 has on its way, which is then never read."""
    known = set[str]()

    def take(data: bytes, claimed: str = "") -> str:
        name = claimed or hashlib.sha256(data).hexdigest()
        state = "known" if name in known else "flettet"
        known.add(name)
        return state

    theirs = b"en projektmappe fra 956"
    assert take(b"en pakke fra 957", hashlib.sha256(theirs).hexdigest()) == "flettet"
    assert take(theirs) == "known"


def test_digits_of_the_key_alone_are_those_of_another_kommunes_file() -> None:
    """The file says 956, the digits are those that 957 read aloud."""
    own = new_signing_key("957").public
    forged = replace(own, kommune_kode="956")
    assert spoken_fingerprint(own.key) == spoken_fingerprint(forged.key)
    assert own.fingerprint != forged.fingerprint


@posix
def test_a_key_written_by_the_umask_is_everybodys(tmp_path: Path) -> None:
    """The departement's identity was written as any other file."""
    before = os.umask(0o022)
    try:
        (tmp_path / "identitet.txt").write_text("AGE-SECRET-KEY-1OPFUNDET", encoding="ascii")
    finally:
        os.umask(before)
    assert (tmp_path / "identitet.txt").stat().st_mode & 0o044 == 0o044


def test_a_key_file_of_before_is_locked_by_2048_rounds_that_need_no_memory() -> None:
    """PKCS 8 as OpenSSL writes it: PBKDF2 (1.2.840.113549.1.5.12) with 2,048 rounds, by DER."""
    locked = Ed25519PrivateKey.generate().private_bytes(
        s.Encoding.DER, s.PrivateFormat.PKCS8, s.BestAvailableEncryption(b"sommer2026")
    )
    pbkdf2, rounds = bytes.fromhex("2a864886f70d01050c"), bytes.fromhex("02020800")
    assert pbkdf2 in locked
    assert rounds in locked
    tries = (b"1234", b"password", b"sommer2026")
    assert any(opens(locked, each) for each in tries)


def opens(locked: bytes, password: bytes) -> bool:
    """Return whether a password opens a key."""
    try:
        s.load_der_private_key(locked, password)
    except ValueError:
        return False
    return True


LEFT = """
import os, tempfile, time
folder = tempfile.mkdtemp()
open(os.path.join(folder, "sheet1.xml"), "w").write("6101801234")
print(folder, flush=True)
time.sleep(60)
"""


def test_an_ordinary_temporary_folder_outlives_a_killed_run(tmp_path: Path) -> None:
    """Nobody who makes one later looks for those of the dead."""
    environment = {**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)}
    run = subprocess.Popen(
        [sys.executable, "-c", LEFT], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert run.stdout is not None
    left = Path(run.stdout.readline().strip())
    run.kill()
    run.wait()
    run.stdout.close()
    with tempfile.TemporaryDirectory(dir=tmp_path):
        assert (left / "sheet1.xml").read_bytes() == CPR


def test_a_workbook_saved_the_ordinary_way_lies_in_plain_text_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worksheet is written into a temporary file, which a killed run does not remove."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    book = Workbook()
    book.create_sheet("borger").append([CPR.decode()])
    with monkeypatch.context() as killed:
        killed.setattr(os, "remove", lambda _: None)
        book.save(tmp_path / "956.xlsx")
    left = [path.read_bytes() for path in tmp_path.glob("openpyxl*")]
    assert any(CPR in data for data in left)


def test_a_year_that_is_not_judged_chooses_the_folder(tmp_path: Path) -> None:
    """`udbakke/956/<year>` with the year of the hidden sheet is 957's folder."""
    year = "x/../../../957/2026"
    place = tmp_path / "udbakke" / "956" / year / "fil.fpsheet"
    place = Path(os.path.normpath(place))
    place.parent.mkdir(parents=True)
    place.write_bytes(CPR)
    assert not place.is_relative_to(tmp_path / "udbakke" / "956")
    assert place.is_relative_to(tmp_path / "957")
    assert int("-1") < 0  # a year, as it was converted


def test_a_trusted_folder_without_a_kommune_delivers_for_all(tmp_path: Path) -> None:
    """Where a file lies was asked, and not whose it is."""
    trusted = (tmp_path / "957",)

    def is_taken(file: Path, kommune: str) -> bool:
        del kommune
        return any(file.is_relative_to(folder) for folder in trusted)

    assert is_taken(tmp_path / "957" / "fil.xlsx", "957")
    assert is_taken(tmp_path / "957" / "fil.xlsx", "956")


def test_the_library_tries_every_stanza_of_a_header() -> None:
    """A file for forty recipients is refused only because none of them is ours: each was tried."""
    recipients = [x25519.Identity.generate().to_public() for _ in range(40)]
    data = encrypt(b"x", recipients)
    assert data.count(b"\n-> X25519") == 40
    with pytest.raises(DecryptError, match=r"(?i)no matching keys"):
        decrypt(data, [x25519.Identity.generate()])


def test_a_run_that_remembers_what_it_merged_alone_reads_the_refused_each_night() -> None:
    """A hundred files that cannot be used cost the same on the second night as on the first."""
    inbox = [b"<html>%d</html>" % number for number in range(100)] + [b"PK en projektmappe"]
    merged, read = set[str](), list[bytes]()

    def run() -> None:
        for data in inbox:
            name = hashlib.sha256(data).hexdigest()
            if name not in merged:
                read.append(data)
                merged.update({name} if data.startswith(b"PK") else ())

    run()
    run()
    assert [read.count(data) for data in inbox] == [2] * 100 + [1]


def test_a_deep_receipt_is_no_value_error() -> None:
    """What catches what JSON says of bad JSON does not catch what it says of deep JSON."""
    with pytest.raises(RecursionError):
        json.loads(b"[" * 200_000)
    assert not issubclass(RecursionError, ValueError)


@posix
def test_a_folder_that_became_a_link_leads_elsewhere(tmp_path: Path) -> None:
    """Who makes the folder and then writes into it follows the link."""
    (tmp_path / "andet").mkdir()
    (tmp_path / "kvitteringer").mkdir()
    own = tmp_path / "kvitteringer" / "956"
    own.symlink_to(tmp_path / "andet", target_is_directory=True)
    own.mkdir(exist_ok=True)
    (own / "956-2026-000001.json").write_bytes(b"{}")
    assert (tmp_path / "andet" / "956-2026-000001.json").exists()


def test_a_receipt_that_is_there_was_left_as_it_is(tmp_path: Path) -> None:
    """By its name it is there, whatever stands in it."""
    (tmp_path / "956-2026-000001.kvittering").write_bytes(b"noget andet")

    def post(name: str, data: bytes) -> None:
        if not (tmp_path / name).exists():
            (tmp_path / name).write_bytes(data)

    post("956-2026-000001.kvittering", b"den rigtige")
    assert (tmp_path / "956-2026-000001.kvittering").read_bytes() == b"noget andet"


@pytest.mark.parametrize("mark", ["\x1b[2J", "\x1b]0;x\x07", "\r", "\x9b2J", "\u202e", "\u2066"])
def test_what_was_written_as_it_came_moved_the_reader_of_a_terminal(
    capsys: pytest.CaptureFixture[str], mark: str
) -> None:
    """As printed, the mark in a file's name is in the line; the console of today takes it out."""
    name = f"956{mark}slx.exe.xlsx"
    click.echo(name, color=True)
    assert mark in capsys.readouterr().out
    Console().say(name)
    said = capsys.readouterr().out
    assert mark not in said
    assert said.startswith("956")


def test_the_setting_that_the_guide_named_was_none_that_was_known(tmp_path: Path) -> None:
    """Every command ended with a setting that is not known; today it is, and others are not."""
    file = tmp_path / "fpsheet.toml"
    file.write_text("takes_unsigned = false\n", encoding="utf-8")
    before = {setting.name for setting in fields(Settings)} - {"takes_unsigned"}
    assert set(tomllib.loads(file.read_text(encoding="utf-8"))) - before == {"takes_unsigned"}
    assert read_settings({"FPSHEET_CONFIG": str(file)}).takes_unsigned is False
    file.write_text("tager_uden_underskrift = false\n", encoding="utf-8")
    with pytest.raises(UsageError, match="tager_uden_underskrift"):
        read_settings({"FPSHEET_CONFIG": str(file)})


@dataclass
class OldLog:
    """The log as it was: lines in a chain, and a head with one seal over the last of them."""

    lines: list[tuple[str, str]]
    head: tuple[int, str, str | None]
    """Number of lines sealed, the link of the last of them, and the seal."""

    @staticmethod
    def link(before: str, said: str) -> str:
        """Return the link of a line."""
        return hashlib.sha256(f"{before}\n{said}".encode()).hexdigest()

    @classmethod
    def of(cls, told: Sequence[str], key: bytes) -> OldLog:
        """Write lines and seal the head."""
        links = [""]
        for said in told:
            links.append(cls.link(links[-1], said))
        lines = list(zip(told, links[1:], strict=True))
        return cls(lines, (len(told), links[-1], cls.seal(key, len(told), links[-1])))

    @staticmethod
    def seal(key: bytes, count: int, link: str) -> str:
        """Return the seal of a head."""
        return hashlib.blake2b(f"{count}:{link}".encode(), key=key).hexdigest()

    def is_whole(self, key: bytes) -> bool:
        """Return what the old check said: a head that has no seal was one that waits for it."""
        before = ""
        for said, link in self.lines:
            if self.link(before, said) != link:
                return False
            before = link
        count, link, seal = self.head
        if seal is None:
            return True
        known = self.lines[count - 1][1] if count <= len(self.lines) else ""
        return known == link and seal == self.seal(key, count, link)


KEY = b"noeglen".ljust(32)
TOLD = ("ane sync", "spion opslag", "bo sync")


def test_a_head_whose_seal_is_set_to_nothing_hid_a_cut() -> None:
    """The owner cuts the look off and takes the seal away: whole, and the next look seals it."""
    log = OldLog.of(TOLD, KEY)
    assert log.is_whole(KEY)
    log.lines = log.lines[:1]
    assert not log.is_whole(KEY)
    log.head = (0, "", None)
    assert log.is_whole(KEY)


def test_an_older_head_put_back_hid_a_cut() -> None:
    """The seal of a shorter log is a true one."""
    older, log = OldLog.of(TOLD[:1], KEY), OldLog.of(TOLD, KEY)
    log.lines, log.head = log.lines[:1], older.head
    assert log.is_whole(KEY)


def test_a_line_of_somebody_else_taken_out_and_chained_anew_was_whole() -> None:
    """The chain needs no key; the seal covers what is before it alone."""
    log = OldLog.of(TOLD[:1], KEY)
    forged = OldLog.of((TOLD[0], TOLD[2]), b"ingen".ljust(32))
    log.lines = forged.lines
    assert log.is_whole(KEY)


@posix
def test_the_environment_says_who_the_user_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """`getpass.getuser`, which was asked, reads a variable that anybody sets."""
    monkeypatch.setenv("LOGNAME", "Minister\nogsaa en linje")
    assert getpass.getuser() == "Minister\nogsaa en linje"
