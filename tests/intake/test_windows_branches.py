"""The branches for Windows, run here with stand-ins for what only Windows has.

No Windows machine runs the tests. What these hold is that the branches do what their callers
expect, as far as a stand-in can tell: who is asked, with which numbers, and what is made of the
answer. That Windows itself answers so is Microsoft's documentation and not tested.
"""

from __future__ import annotations

import codecs
import ctypes
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from fpsheet import secret_file
from fpsheet.cli.session import Session
from fpsheet.cli.words import load_words
from fpsheet.private_temp import PREFIX
from fpsheet.secret_file import EVERYBODY, readers_of
from tests.support.submissions import START

if TYPE_CHECKING:
    from collections.abc import Iterator

posix = pytest.mark.skipif(os.name != "posix", reason="the stand-ins rest on POSIX")
pytestmark = posix


def load_as_on_windows(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load a module a second time, as Windows would."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with monkeypatch.context() as on_windows:
        on_windows.setattr(sys, "platform", "win32")
        spec.loader.exec_module(module)
    return module


@pytest.fixture
def private_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module of private folders with a stand-in for msvcrt; folders lie in tmp_path."""
    import fcntl

    def locking(handle: int, mode: int, count: int) -> None:
        assert (mode, count) == (2, 1)  # LK_NBLCK, one byte
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    stand_in = ModuleType("msvcrt")
    stand_in.locking, stand_in.LK_NBLCK = locking, 2  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "msvcrt", stand_in)
    module = load_as_on_windows("fpsheet.private_temp", monkeypatch)
    assert module._user() == 0  # what stat says of every file there
    monkeypatch.setattr(module, "_user", os.getuid)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return module


def age(folder: Path) -> None:
    """Let a folder look some minutes old."""
    moment = time.time() - 300
    os.utime(folder, (moment, moment))


def test_a_private_folder_is_kept_while_its_run_lives(
    private_temp: ModuleType, tmp_path: Path
) -> None:
    """The lock by msvcrt is held for the run: another start leaves it, and removes a dead one's."""
    dead = tmp_path / f"{PREFIX}dead"
    dead.mkdir()
    (dead / "i-brug").touch()
    (dead / "sheet1.xml").write_text("6101801234", encoding="ascii")
    age(dead)
    with private_temp.private_temp():
        assert not dead.exists()
        (own,) = tmp_path.iterdir()
        age(own)
        private_temp.sweep_dead_runs()
        assert own.exists()
    assert list(tmp_path.iterdir()) == []


class Kernel:
    """Stands in for kernel32: what is called is written down, and answered with 7."""

    def __init__(self) -> None:
        """Begin with nothing called."""
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a function of a library
        """Return a function of the library."""

        def call(*arguments: Any) -> int:  # noqa: ANN401
            plain = (
                bytes(each._obj) if hasattr(each, "_obj") else getattr(each, "value", each)
                for each in arguments
            )
            self.calls.append((name, *plain))
            return 7

        self.__dict__[name] = call
        return call


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """Put a stand-in in the place of kernel32."""
    stand_in = Kernel()
    monkeypatch.setattr(ctypes, "WinDLL", lambda *_, **__: stand_in, raising=False)
    return stand_in


def test_a_reading_process_waits_for_its_parent(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens the parent for waiting (SYNCHRONIZE) and waits for ever."""
    guard = load_as_on_windows("fpsheet.intake.guard", monkeypatch)
    guard.wait_for_end(4242)
    assert kernel.calls == [
        ("OpenProcess", 0x0010_0000, 0, 4242),
        ("WaitForSingleObject", 7, 0xFFFF_FFFF),
    ]


@pytest.mark.skipif(sys.maxsize < 2**32, reason="the places of a 64-bit Windows")
def test_a_reading_process_is_limited_by_a_job(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION has 144 bytes: flags at 16, the memory at 112."""
    guard = load_as_on_windows("fpsheet.intake.guard", monkeypatch)
    guard.limit_memory(3 << 30)
    guard.set_alarm(5)
    names = [name for name, *_ in kernel.calls]
    assert names[-2:] == ["SetInformationJobObject", "AssignProcessToJobObject"] or names[-3:] == [
        "SetInformationJobObject",
        "GetCurrentProcess",
        "AssignProcessToJobObject",
    ]
    (said,) = [call for call in kernel.calls if call[0] == "SetInformationJobObject"]
    _, job, kind, limits, size = said
    assert (job, kind, size, len(limits)) == (7, 9, 144, 144)
    assert int.from_bytes(limits[16:20], "little") == 0x100  # JOB_OBJECT_LIMIT_PROCESS_MEMORY
    assert int.from_bytes(limits[112:120], "little") == 3 << 30


@pytest.fixture
def on_windows(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[str]]]:
    """Let the module of secret files think that it is on Windows; return the programs it asks."""
    asked: list[list[str]] = []
    environment = {"USERDOMAIN": "KOMMUNE", "USERNAME": "ab12"}
    monkeypatch.setattr(secret_file, "os", SimpleNamespace(name="nt", environ=environment))
    monkeypatch.setattr(secret_file, "subprocess", StandInIcacls(asked))
    codecs.register(_oem)
    yield asked
    codecs.unregister(_oem)


def _oem(name: str) -> codecs.CodecInfo | None:
    """Return the code page of a Danish console under the name that only Windows knows."""
    return codecs.lookup("cp850") if name == "oem" else None


class StandInIcacls:
    """Stands in for `subprocess`: icacls names the user, the system and one other."""

    SubprocessError = subprocess.SubprocessError

    def __init__(self, asked: list[list[str]]) -> None:
        """Keep where to write down what is asked."""
        self._asked = asked

    def run(self, command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        """Answer as icacls does in Danish; a file that is called `ukendt` cannot be asked about."""
        assert options == {"capture_output": True, "check": True, "timeout": 20}
        self._asked.append(command)
        if command[1].endswith("ukendt"):
            raise subprocess.CalledProcessError(5, command)
        said = f"{command[1]} NT-MYNDIGHED\\SYSTEM:(I)(F)\r\n   KOMMUNE\\ab12:(I)(F)\r\n"
        said += "   KOMMUNE\\Økonomi:(I)(RX)\r\n\r\n1 filer blev behandlet\r\n"
        return subprocess.CompletedProcess(command, 0, said.encode("cp850"), b"")


def test_icacls_is_asked_who_can_read_a_key(on_windows: list[list[str]], tmp_path: Path) -> None:
    """The account beside the user's own is named, with its letters as the console has them."""
    key = tmp_path / "central.noegle"
    assert readers_of(key) == ()
    key.touch()
    assert readers_of(key) == ("KOMMUNE\\Økonomi",)
    assert on_windows == [["icacls", str(key)]]


def test_a_key_that_icacls_cannot_tell_of(
    on_windows: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the user's own folder nobody else, outside of it everybody is supposed to read it."""
    key = tmp_path / "ukendt"
    key.touch()
    assert readers_of(key) == (EVERYBODY,)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert readers_of(key) == ()
    assert len(on_windows) == 2


def test_the_user_is_the_one_that_windows_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows is asked, not the environment."""
    monkeypatch.setitem(sys.modules, "pwd", None)
    monkeypatch.setattr(os, "getlogin", lambda: "ab12")
    environment = {"USERNAME": "minister", "LOGNAME": "minister"}
    session = Session(load_words("da"), environment, now=START)
    assert session.user() == "ab12"
