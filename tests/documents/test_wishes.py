"""The table of the wishes names tests and pictures that exist, for every wish."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/oensker.md"

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| Ønske")
]


def test_both_documents_are_there() -> None:
    """Thirty wishes or more, of both, and none of them half."""
    assert len(ROWS) >= 30
    text = PAGE.read_text("utf-8")
    assert re.findall("^## (.*)$", text, flags=re.MULTILINE) == [
        "1. Faggruppens referat",
        "2. Norddjurs 24/8742",
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_a_wish_has_its_place_and_what_shows_it(row: list[str]) -> None:
    """A test by file and function, or a picture or page: each is there."""
    wish, place, shown = row
    assert wish
    assert place
    tests = re.findall(r"`(tests/[^`]+)`", shown)
    linked = re.findall(r"\]\(([^)]+)\)", shown)
    assert tests or linked
    for one in tests:
        path, _, function = one.partition("::")
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert not function or function in names, one
    assert all((PAGE.parent / target).exists() for target in linked)
