"""Who is on the same machine, or has a copy of a key file: secrets are their owner's and locked."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization as s

from fpsheet.cli.program import run
from fpsheet.secret_file import EVERYBODY, GROUP, others_in, readers_of, write_secret
from fpsheet.transport.key_folder import KeyFolder
from fpsheet.transport.locked import LockError, is_trivial, lock, unlock
from fpsheet.transport.signing_key import KeyFileError, load_signing_key, new_signing_key
from fpsheet_templates.load import load_form
from tests.support.desk import make_workbook
from tests.support.exchange import PASSWORD, Exchange

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

posix = pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")


@pytest.fixture
def careless_mask() -> Iterator[None]:
    """Let everything be readable by everybody that does not see to it itself."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.slow
@posix
@pytest.mark.usefixtures("careless_mask")
def test_secret_files_are_their_owners_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under the most careless mask: keys and database 0600, receipts closed to others."""
    exchange = Exchange(tmp_path, capsys)
    exchange.make_and_trust_keys()
    file = tmp_path / "956.xlsx"
    file.write_bytes(make_workbook(load_form(), {}))
    exchange.submit(file)
    exchange.sync()
    secrets = {
        "departement": ("identitet.txt", "noeglering.json"),
        "kommune": ("underskrift.json",),
    }
    for desk, names in secrets.items():
        folder = tmp_path / desk / "noegler"
        assert folder.stat().st_mode & 0o777 == 0o700
        for name in names:
            assert (folder / name).stat().st_mode & 0o777 == 0o600, name
    for secret in (*tmp_path.glob("central.db*"), tmp_path / "central.noegle"):
        assert secret.stat().st_mode & 0o077 == 0, secret
    receipts = [*(tmp_path / "kvitteringer").rglob("*")]
    assert receipts
    assert all(path.stat().st_mode & 0o007 == 0 for path in receipts)


@posix
@pytest.mark.parametrize(
    ("mode", "above", "who"),
    [
        (0o600, 0o700, ()),
        (0o640, 0o700, (GROUP,)),
        (0o604, 0o700, (EVERYBODY,)),
        (0o602, 0o700, (EVERYBODY,)),
        (0o600, 0o777, (EVERYBODY,)),
        (0o600, 0o1777, ()),
    ],
)
def test_who_can_get_at_a_file(tmp_path: Path, mode: int, above: int, who: tuple[str, ...]) -> None:
    """By its own rights, and by a folder in which anybody can put another in its place."""
    folder = tmp_path / "n"
    write_secret(folder / "k", b"x")
    (folder / "k").chmod(mode)
    folder.chmod(above)
    assert readers_of(folder / "k") == who


def test_icacls_is_read_in_danish_and_english() -> None:
    """The user, the system and administrators are left out; the others are named."""
    path = r"C:\noegler\identitet.txt"
    lines = [
        path + r" NT-MYNDIGHED\SYSTEM:(I)(F)",
        r"    BUILTIN\Administratorer:(I)(F)",
        r"    KOMMUNE\ab12:(I)(F)",
        r"    KOMMUNE\Domain Users:(I)(RX)",
        "    Alle:(R)",
        "",
        "1 filer blev behandlet; 0 filer mislykkedes",
    ]
    found = others_in("\r\n".join(lines), path, r"KOMMUNE\AB12")
    assert found == ("Alle", r"KOMMUNE\Domain Users")


@posix
def test_a_key_that_others_can_read_is_told_at_every_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twice in two runs, by name and with who they are."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    exchange.post.mkdir()
    (tmp_path / "departement" / "noegler" / "identitet.txt").chmod(0o644)
    for _ in range(2):
        _, said = exchange.call("departement", *exchange.command)
        assert "identitet.txt er hemmelig" in said
        assert "alle på maskinen" in said
    (tmp_path / "kommune" / "noegler" / "underskrift.json").chmod(0o660)
    book = tmp_path / "956.xlsx"
    book.write_bytes(make_workbook(load_form(), {}))
    _, said = exchange.call("kommune", "submit", str(book), "--to", str(tmp_path / "ud"))
    assert "underskrift.json er hemmelig" in said
    assert "gruppen" in said


@pytest.mark.parametrize("command", [("status", "--year", "2026"), ("conflicts",), ("db", "info")])
def test_the_key_of_the_database_is_looked_at_by_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    """Also by those that need no number: told once, by name, and not when it is closed again."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    key = tmp_path / "central.noegle"
    for mode, times in ((0o644, 1), (0o600, 0)):
        key.chmod(mode)
        _, said = exchange.call("departement", *command, "--db", exchange.database)
        assert said.count("central.noegle er hemmelig") == times


def test_a_stolen_identity_opens_with_its_password_alone(tmp_path: Path) -> None:
    """The file shows nothing of the identity, and a wrong password none of it."""
    folder = KeyFolder(tmp_path)
    recipient = folder.make_identity(password=PASSWORD)
    assert b"AGE-SECRET-KEY" not in folder.identity_file.read_bytes()
    assert folder.identity(password=PASSWORD).startswith("AGE-SECRET-KEY-1")
    assert recipient.startswith(folder.recipient())
    for wrong in ("", f"{PASSWORD} "):
        with pytest.raises(KeyFileError, match="låses op"):
            folder.identity(password=wrong)


def test_an_identity_that_lies_open_is_told_of_and_can_be_locked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the first program wrote it: it is used, told of at each use, and locked on request."""
    exchange = Exchange(tmp_path, capsys)
    exchange.exchange_keys()
    exchange.post.mkdir()
    folder = KeyFolder(tmp_path / "departement" / "noegler")
    identity = folder.identity(password=PASSWORD)
    folder.identity_file.write_text(f"{identity}\n", "ascii")
    assert "er ikke låst" in exchange.call("departement", *exchange.command)[1]
    code, said = exchange.call("departement", "keys", "departement")
    assert (code, "er låst" in said) == (0, True)
    assert folder.identity(password=PASSWORD) == identity
    assert "er ikke låst" not in exchange.call("departement", *exchange.command)[1]


def test_a_lock_is_slow_to_try_and_bound_to_what_it_locks() -> None:
    """128 MB a try; another kind or owner, a changed cost or salt do not open."""
    locked = lock(b"secret", password="x", what="a 956")
    assert int(locked["scrypt"]) * 8 * 128 == 128 << 20
    assert unlock(locked, password="x", what="a 956") == b"secret"
    for changed in (
        {**locked, "scrypt": 1 << 30},
        {**locked, "scrypt": 2},
        {**locked, "salt": "AAAA"},
        {**locked, "locked": ""},
        {},
    ):
        with pytest.raises(LockError):
            unlock(changed, password="x", what="a 956")
    with pytest.raises(LockError):
        unlock(locked, password="x", what="a 957")


def test_a_key_that_was_locked_the_old_way_still_opens(tmp_path: Path) -> None:
    """PKCS 8 with PBKDF2, as the first keys were written."""
    key = new_signing_key("956")
    pem = key.private.private_bytes(
        s.Encoding.PEM, s.PrivateFormat.PKCS8, s.BestAvailableEncryption(PASSWORD.encode())
    )
    content = {"fpsheet": "signing key", "kommune": "956", "pem": pem.decode()}
    file = tmp_path / "underskrift.json"
    file.write_text(json.dumps(content), "utf-8")
    assert load_signing_key(file, password=PASSWORD).public == key.public
    with pytest.raises(KeyFileError):
        load_signing_key(file, password="forkert")


@pytest.mark.parametrize(
    "password",
    ["aaaaaaaaaaaaaa", "password1234", "123456789012", "abababababab", "abcdefghijklm"],
)
def test_a_trivial_password_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], password: str
) -> None:
    """Of a kommune and of the departement; no file is written. The remedy's is taken."""
    assert not is_trivial("lampe havn tirsdag kaffe")
    environment = {**Exchange(tmp_path, capsys).desk("x"), "FPSHEET_KEY_PASSWORD": password}
    for command in (["keys", "new", "--kommune", "956"], ["keys", "departement"]):
        assert run(command, environment=environment) == 2
        assert "prøves først" in capsys.readouterr().err
    assert not (tmp_path / "x" / "noegler").exists()
