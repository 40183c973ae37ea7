"""The table of the wishes names tests and pictures that exist, for every wish."""

import ast
import re
from pathlib import Path

import pytest

from fpsheet_templates.load import load_form
from fpsheet_templates.table import load_tables

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/oensker.md"
COMMANDS = (ROOT / "docs/kommandoer.md").read_text("utf-8")
FORM = load_form()
TABLES = {table.id for table in load_tables()}
CODES = {code.label("da") for codes in FORM.code_lists.values() for code in codes.codes}

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
        assert {name for name in names if name.startswith("test_")}, path
        assert not function or (function in names and function.startswith("test_")), one
    assert all((PAGE.parent / target).stat().st_size for target in linked)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_the_place_of_a_wish_is_there(row: list[str]) -> None:
    """Each table, rule, command, option, sheet and heading that is named exists in the form."""
    place = row[1]
    assert set(re.findall(r"\bT\d\d[a-z]?\b", place)) <= TABLES
    assert set(re.findall(r"\b[A-Z]{3}-\d{3}\b", place)) <= {rule.code for rule in FORM.rules}
    for command in re.findall(r"`fpsheet ([^`]+)`", place):
        words = command.split()
        name = " ".join(word for word in words if not word.startswith("-"))
        own = COMMANDS.partition(f"\n## fpsheet {name}\n")[2].partition("\n## ")[0]
        assert own, command
        for option in words:
            assert not option.startswith("-") or f"  {option} " in own, (command, option)
    sheets = {FORM.sheet_title(sheet.id, "da"): sheet.id for sheet in FORM.sheets}
    for title, heading in re.findall(r"(?:^|; )(\w+), ([A-ZÆØÅ][^;,(]*)", place):
        if title in sheets:
            labels = {
                FORM.field_label(sheets[title], field.id, "da")
                for field in FORM.sheet(sheets[title]).fields
            }
            found = re.split(r" og (?=[A-ZÆØÅ])", heading.strip())
            assert {name.removesuffix(":").partition(":")[0] for name in found} <= labels | CODES
