"""The page of attackers: every "cannot" names tests, and each of them exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "angribere.md"
LINES = [
    line.strip("|").split("|")
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| kan ikke |"))
]


KINDS = (
    "En kommune med sin egen nøgle",
    "En, der kan skrive i én mappe i indbakken",
    "En, der har stjålet databasen og sikkerhedskopierne, men ikke nøglen",
    "Den, der ejer databasen, men ikke nøglen",
    "En medarbejder med en mindre ret",
    "Den, der skriver en projektmappe",
)
"""The kinds of attacker that issue 15 names."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_attacker_has_its_part(kind: str) -> None:
    """It says what they can do, and has lines of what they cannot."""
    _, _, part = PAGE.read_text(encoding="utf-8").partition(f"\n## {kind}\n")
    part = part.partition("\n## ")[0]
    assert "\nKan:\n\n- " in part
    assert "\n| kan ikke | prøvet af |\n|---|---|\n| " in part


def test_the_page_says_what_cannot_be_done() -> None:
    """There are lines, each with what cannot be done and who tries it."""
    assert len(LINES) >= 8
    assert all(len(line) == 2 for line in LINES)


@pytest.mark.parametrize("line", LINES, ids=[line[0].strip() for line in LINES])
def test_every_cannot_names_a_test_that_exists(line: list[str]) -> None:
    """Each name is that of a function in its file."""
    names = re.findall(r"`([^`]+)`", line[1])
    assert names
    for name in names:
        path, _, function = name.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert function in found, name
