"""A report killed while it writes: none of the edition or all of it is in the database, a workbook
stands for all that belongs to it, and the next run writes the rest and sweeps up.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fpsheet_sync.database.keys import write_clerk_secret
from tests.support.editions import first_reports, inside, revised_reports
from tests.support.submissions import new_store

ROOT = Path(__file__).parents[2]
ARGUMENTS = ("--from", "01-01-2025", "--to", "31-12-2025", "--today", "02-03-2026")
KILLED = 9
NATIONAL = "foertidspension-groenland-2025"

PROGRAM = f"""
import os, sys, pathlib
from fpsheet.cli.program import run

moments, arguments = [int(sys.argv[1])], sys.argv[2:]

def stop(when_zero):
    moments[0] -= 1
    if not moments[0]:
        os._exit({KILLED})

sync, replace = os.fsync, pathlib.Path.replace
os.fsync = lambda file: (stop(0), sync(file))[1]
pathlib.Path.replace = lambda self, other: (replace(self, other), stop(0))[0]
sys.exit(run(["report", *arguments]))
"""
"""Dies without a word at a moment of its writing: with a file half there, or whole just now."""


def report(url: str, out: Path, *more: str, moment: int = 0) -> int:
    """Run `report` in a process of its own, killed at some moment of its writing; 0 for never."""
    command = [sys.executable, "-c", PROGRAM, str(moment), *ARGUMENTS, *more]
    settings = out.parent / "fpsheet.toml"
    settings.write_text("threshold = 3\n", encoding="utf-8")
    environment = {**os.environ, "FPSHEET_CONFIG": str(settings)}
    place = ("--db", url, "--out", str(out))
    return subprocess.run([*command, *place], cwd=ROOT, env=environment, check=False).returncode


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file by its path in the folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def written(out: Path) -> dict[str, bytes]:
    """Return every file of a folder and of the one beside it that is for inside."""
    return contents(out) | contents(inside(out))


def is_part(name: str) -> bool:
    """Return whether a file is one that is not whole, by its name."""
    return Path(name).name.startswith(".") and name.endswith(".part")


def check_whole(left: dict[str, bytes], wanted: dict[str, bytes]) -> None:
    """Every file is the one it is to be, and all that belongs to a workbook is there."""
    whole = {name: data for name, data in left.items() if not is_part(name)}
    assert whole.items() <= wanted.items()
    for name in whole:
        stem = name.removesuffix(".xlsx")
        if name.endswith(".xlsx") and "kontrol" not in name:
            own = {other for other in wanted if other.startswith((f"{stem}.", f"{stem}-csv"))}
            assert own <= whole.keys()
            assert whole == wanted or not stem.startswith(NATIONAL)


@pytest.mark.slow
@pytest.mark.parametrize(("more", "before"), [(("--publish",), 0), (("--internal",), 1)])
def test_killed_while_it_writes(tmp_path: Path, more: tuple[str, ...], before: int) -> None:
    """Eight moments from the first file to the last; the next run makes the folder whole.

    Before the first file of an internal edition the note of where the log ends is put in its place.
    """
    url = f"sqlite:///{tmp_path / 'central.db'}"
    write_clerk_secret(tmp_path / "central.lognoegle", bytes(range(32)))
    store = new_store(url)
    first_reports(store)
    store.close()
    assert report(url, tmp_path / "whole", *more) == 0
    wanted = written(tmp_path / "whole")
    moments = 2 * len(wanted)
    for number, moment in enumerate((1, 2, 3, *range(20, moments, moments // 4), moments)):
        out = tmp_path / f"killed{number}"
        assert report(url, out, *more, moment=before + moment) == KILLED
        left = written(out)
        assert sum(map(is_part, left)) == moment % 2
        assert (left == wanted) == (moment == moments)
        check_whole(left, wanted)
    assert report(url, tmp_path / "killed2", *more) == 0
    assert written(tmp_path / "killed2") == wanted


@pytest.mark.slow
def test_killed_over_an_older_draft(tmp_path: Path) -> None:
    """No workbook of the draft before stands among the numbers of this one."""
    url = f"sqlite:///{tmp_path / 'central.db'}"
    store = new_store(url)
    first_reports(store)
    out = tmp_path / "kladde"
    assert report(url, out) == 0
    revised_reports(store)
    store.close()
    assert report(url, tmp_path / "whole") == 0
    assert report(url, out, moment=5) == KILLED
    assert [name for name in contents(out) if name.endswith(".xlsx")] == []
    assert report(url, out) == 0
    assert contents(out) == contents(tmp_path / "whole")
