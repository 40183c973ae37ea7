"""Who looks for what a killed run left: nothing of it stays, and its readers end with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fpsheet.private_temp import PREFIX, private_temp, sweep_dead_runs
from fpsheet_templates.load import load_form
from tests.support.desk import FAULTY_ROWS, make_database, make_workbook
from tests.support.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable

RUN = """
import sys, tempfile, time
from fpsheet.private_temp import private_temp
with private_temp():
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(b"6101801234")
    print(file.name, flush=True)
    time.sleep(60)
"""
READ = """
import sys
from fpsheet.intake.limits import DEFAULT_LIMITS
from fpsheet.intake.process import ReadingProcess, Task
with ReadingProcess() as process:
    print(process._process.pid, flush=True)
    process.run(Task("subprocess:run", {"args": ["sleep", "15"]}, DEFAULT_LIMITS))
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a temporary folder for this test alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def start(code: str, place: Path) -> tuple[subprocess.Popen[str], str]:
    """Start a program with a temporary folder; return what it says first."""
    environment = {**os.environ, "TMPDIR": str(place), "TEMP": str(place), "TMP": str(place)}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    run = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert run.stdout is not None
    return run, run.stdout.readline().strip()


def end(run: subprocess.Popen[str]) -> None:
    """Kill a program as nobody can prepare for."""
    run.kill()
    run.wait()
    assert run.stdout is not None
    run.stdout.close()


def age(folder: Path) -> None:
    """Let a folder look some minutes old."""
    moment = time.time() - 300
    os.utime(folder, (moment, moment))


def test_a_run_has_a_folder_of_its_own_and_leaves_nothing(place: Path) -> None:
    """What is made inside lies in it, for its owner alone, and goes with it."""
    with private_temp():
        folder = Path(tempfile.gettempdir())
        assert folder.parent == place
        with tempfile.NamedTemporaryFile() as file:
            assert Path(file.name).parent == folder
        if os.name == "posix":
            assert folder.stat().st_mode & 0o777 == 0o700
    assert list(place.iterdir()) == []
    assert tempfile.tempdir == str(place)


def test_a_run_without_room_for_a_folder_goes_on(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What needs no temporary file works; what needs one says so itself."""
    monkeypatch.setattr(tempfile, "tempdir", str(place / "findes ikke"))
    with private_temp():
        assert tempfile.gettempdir() == str(place / "findes ikke")


def test_what_a_killed_run_left_is_removed_by_the_next(place: Path) -> None:
    """Not while it lives, and not what is another's: only the folder of the dead run goes."""
    run, left = start(RUN, place)
    folder = Path(left).parent
    assert folder.name.startswith(PREFIX)
    age(folder)
    sweep_dead_runs()
    assert Path(left).read_bytes() == b"6101801234"
    end(run)
    (place / "andet").mkdir()
    (place / f"{PREFIX}fil").write_bytes(b"no folder")
    age(folder)
    with private_temp():
        assert not folder.exists()
    assert sorted(path.name for path in place.iterdir()) == ["andet", f"{PREFIX}fil"]


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_a_link_with_the_name_of_a_run_is_not_followed(place: Path) -> None:
    """What it leads to stays."""
    precious = place / "vigtigt"
    precious.mkdir()
    (precious / "fil").write_bytes(b"x")
    age(precious)
    (place / f"{PREFIX}x").symlink_to(precious, target_is_directory=True)
    sweep_dead_runs()
    assert (precious / "fil").read_bytes() == b"x"


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_reading_process_ends_with_its_parent(place: Path) -> None:
    """In the middle of a file, within seconds, though nobody closes anything."""
    run, reader = start(READ, place)
    time.sleep(2)
    os.kill(int(reader), 0)
    end(run)
    for _ in range(60):
        if not is_running(int(reader)):
            return
        time.sleep(0.1)
    pytest.fail("it reads on")


def is_running(process: int) -> bool:
    """Return whether a process is there, and not only its exit code."""
    try:
        state = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture
def removed(place: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Return what files below the temporary folder held when they were removed, by name."""
    found: dict[str, bytes] = {}

    def look(path: os.PathLike[str] | str) -> None:
        file = Path(path)
        if place in file.parents and file.is_file():
            found[f"{len(found)} {file.name}"] = file.read_bytes()

    def spy_on(remove: Callable[..., None]) -> Callable[..., None]:
        def removing(path: os.PathLike[str] | str, *rest: object, **more: object) -> None:
            look(path)
            remove(path, *rest, **more)

        return removing

    clear = shutil.rmtree

    def clear_tree(path: os.PathLike[str] | str, *rest: Any, **more: Any) -> None:  # noqa: ANN401
        for file in sorted(Path(path).rglob("*")):
            look(file)
        clear(path, *rest, **more)

    for name in ("remove", "unlink"):
        monkeypatch.setattr(os, name, spy_on(getattr(os, name)))
    monkeypatch.setattr(shutil, "rmtree", clear_tree)
    return found


@pytest.mark.slow
def test_no_number_lies_in_plain_text_in_a_temporary_file(
    removed: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`sync`, `pull`, the lists, `report` and `rebuild` need files; no number stands in any.

    openpyxl writes each worksheet into a temporary file, before the rows are put into it in memory.
    """
    numbers = [row["cpr"] for row in FAULTY_ROWS["borger"]]
    make_database(tmp_path / "central.db")
    exchange = Exchange(tmp_path, capsys)
    exchange.put("956.xlsx", make_workbook(load_form(), FAULTY_ROWS))
    removed.clear()
    base, out = ("--db", exchange.database), ("--out", str(tmp_path / "ud.xlsx"))
    year = ("--from", "2026-01-01", "--to", "2026-06-30")
    for words in (
        (*exchange.command,),
        ("pull", "--kommune", "956", "--year", "2027", *base, *out),
        ("export", "side900", *base, "--out", str(tmp_path / "side900.xlsx")),
        ("export", "skat", *base, "--out", str(tmp_path / "skat.xlsx")),
        ("report", *year, "--internal", *base, "--out", str(tmp_path / "intern")),
        ("rebuild", "--verify", *base),
    ):
        with private_temp():
            code, said = exchange.call("departement", *words)
        assert code in {0, 1}, (words, said)
    assert len(removed) > 10
    kinds = {name.rpartition(" ")[2].partition(".")[0] for name in removed}
    assert {"openpyxl", "rebuilt"} <= kinds
    for name, held in removed.items():
        for number in numbers:
            assert str(number).encode() not in held, name
            assert f"{str(number)[:6]}-{str(number)[6:]}".encode() not in held, name
    assert "6101801234" in "".join(map(str, numbers))
