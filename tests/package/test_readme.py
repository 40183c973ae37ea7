"""What the first page shows works as it stands there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_the_commands_of_the_readme_run_one_after_the_other(root: Path, tmp_path: Path) -> None:
    """Each line succeeds in an empty folder after those above it."""
    text = (root / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^    fpsheet (.+)$", text, flags=re.MULTILINE)
    assert [line.split()[0] for line in lines] == [
        "template",
        "check",
        "submit",
        "db",
        "sync",
        "report",
    ]
    for line in lines:
        command = [sys.executable, "-m", "fpsheet", *shlex.split(line)]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert result.returncode == 0, (line, result.stderr)


def test_every_folder_and_file_the_readme_names_is_there(root: Path) -> None:
    """A description of something that moved is a defect."""
    text = (root / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w./-]+(?:/|\.md|\.txt))`", text)
    assert len(named) > 5
    assert [name for name in named if not (root / name).exists()] == []


def test_the_readme_begins_with_two_sentences_and_shows_two_pictures(root: Path) -> None:
    """What it is, how it looks, which guide is whose, the example, and what is said of rights."""
    text = (root / "README.md").read_text(encoding="utf-8")
    first = text.partition("\n\n")[2].partition("\n\n")[0]
    assert len(re.findall(r"\.(?: |$)", first)) == 2
    shown = re.findall(r"!\[[^]]{20,}\]\(([^)]+)\)", text)
    assert len(shown) == 2
    linked = set(re.findall(r"\]\(([^)]+\.md)\)", text))
    guides = {path.relative_to(root).as_posix() for path in (root / "docs").glob("vejledning-*.md")}
    example = {path.relative_to(root).as_posix() for path in (root / "docs").glob("eksempel-*.md")}
    assert {*guides, *example, "CONTRIBUTING.md"} <= linked
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert headings[:3] == ["Install and try", "Five commands", "Which guide is mine"]
    assert "Nobody has chosen a licence" in text
    assert not [path for path in root.iterdir() if path.name.upper().startswith("LICEN")]
