"""The page of attackers: every "cannot" names tests, and each of them exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "angribere.md"
ATTACKS = ROOT / "docs" / "attacks.md"
OLD_WAYS = ("tests/transport/test_old_designs.py", "tests/sync/database/test_old_roles.py")
_NAMED = re.compile(r"`(tests/[^`]+::[^`]+)`")
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


def need_tests(names: list[str]) -> None:
    """Expect that each name is that of a function in its file."""
    for name in names:
        path, _, function = name.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert function in found, name


@pytest.mark.parametrize("line", LINES, ids=[line[0].strip() for line in LINES])
def test_every_cannot_names_a_test_that_exists(line: list[str]) -> None:
    """Each name is that of a function in its file."""
    names = re.findall(r"`([^`]+)`", line[1])
    assert names
    need_tests(names)


def test_every_attack_names_tests_that_exist() -> None:
    """Each of the ten points has its attacks, each with both tests; no test of old ways is left."""
    text = ATTACKS.read_text(encoding="utf-8")
    rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    assert {row[0].strip() for row in rows[1:]} == {str(number) for number in range(1, 11)}
    assert all(_NAMED.search(row[2]) and _NAMED.search(row[3]) for row in rows[1:])
    names = _NAMED.findall(text)
    need_tests(names)
    for old in OLD_WAYS:
        tree = ast.parse((ROOT / old).read_text(encoding="utf-8"))
        made = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        fallen = {name.partition("::")[2] for name in names if name.startswith(old)}
        assert fallen == {name for name in made if name.startswith("test_")}
