"""The script that sets a bare machine up."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def call(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script as a person does."""
    command = [sys.executable, str(root / "run.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [(), ("tset",), ("--help",)], ids=["none", "slip", "help"])
def test_a_call_it_does_not_know_shows_what_it_knows(
    arguments: tuple[str, ...], root: Path
) -> None:
    """Nothing is set up, the commands are listed, the exit code says usage."""
    result = call(root, *arguments)
    assert result.returncode == 2
    assert "python run.py demo" in result.stdout


def test_the_environment_is_made_anew_only_when_the_pins_change(root: Path, tmp_path: Path) -> None:
    """The mark left in the environment depends on the content of the pin file."""
    fingerprint = runpy.run_path(str(root / "run.py"))["fingerprint"]
    pins = tmp_path / "pins.txt"
    pins.write_text("polars==2.1.0\n", encoding="utf-8")
    before = fingerprint(pins)
    assert fingerprint(pins) == before
    pins.write_text("polars==2.1.1\n", encoding="utf-8")
    assert fingerprint(pins) != before


def test_the_readme_and_the_script_name_the_same_commands(root: Path) -> None:
    """A command on the first two pages is one that the script has, and the other way round."""
    first, second, listed = (
        set(re.findall(r"python run\.py (\w+)", (root / name).read_text(encoding="utf-8")))
        for name in ("README.md", "CONTRIBUTING.md", "run.py")
    )
    assert first | second == listed


def test_the_quick_tests_are_files_that_exist(root: Path) -> None:
    """A file that moved would end the newcomer's first command, and the oldest versions' tests."""
    names = (root / "tests/quick.txt").read_text("utf-8").split()
    assert len(names) > 40
    assert [name for name in names if not (root / name).is_file()] == []
