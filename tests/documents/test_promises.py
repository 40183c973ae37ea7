"""The guide and the sheet Metode promise only what tests and results of tools show.

Every sentence of the sections of the guide on editions and their numbers, and of the sheet Metode,
stands in `promises.toml` beside what shows it; one that is changed must be looked at there again.
"""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = ROOT / "templates/fpsheet_templates/data"
LISTED = tomllib.loads((Path(__file__).parent / "promises.toml").read_text("utf-8"))
PROMISES = [*LISTED["guide"], *LISTED["method"]]


def _sentences(text: str) -> list[str]:
    """Return the sentences of some lines, without marks of lists, commands and pictures."""
    kept = (line for line in text.splitlines() if not re.match(r" *fpsheet |!\[", line))
    lines = (re.sub(r"^(- |\d\. )", "", line).strip() for line in kept)
    return [each for line in lines if line for each in re.split(r"(?<=\.) (?=[A-ZÆØÅ{])", line)]


def _method() -> list[str]:
    texts = tomllib.loads((DATA / "text/da/tables.toml").read_text("utf-8"))
    parts = [each for each in texts["statistics"]["method"].values() if isinstance(each, dict)]
    return [
        sentence
        for part in parts
        for name, text in part.items()
        if name != "heading"
        for sentence in _sentences(text)
    ]


def test_every_sentence_on_protection_is_listed_once_and_none_that_is_not_there() -> None:
    """What is promised of the numbers, and beside it what is only told."""
    guide = (ROOT / "docs/vejledning-departement.md").read_text("utf-8")
    sections = re.split(r"^## ", guide, flags=re.MULTILINE)[2:6]
    said = [each for one in sections for each in _sentences(one.split("\n", 1)[1])]
    assert len(said) > 70
    promised = [each["text"] for each in PROMISES]
    assert sorted([*said, *_method()]) == sorted([*promised, *LISTED["told"]])


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise["text"][:50])
def test_a_promise_has_what_shows_it(promise: dict[str, str]) -> None:
    """A test by file and function, or a result: each is there."""
    assert promise["shown"]
    for one in promise["shown"]:
        path, _, function = one.partition("::")
        text = (ROOT / path).read_text("utf-8")
        if path.startswith("tests/"):
            names = {
                each.name for each in ast.walk(ast.parse(text)) if isinstance(each, ast.FunctionDef)
            }
            assert function in names, one
