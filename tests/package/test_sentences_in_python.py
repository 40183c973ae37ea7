"""A sentence that a user can meet stands in the catalogue, translated, and not in Python."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("fpsheet", "sync/fpsheet_sync", "validation/fpsheet_validation", "templates")
INVENTED = ("demo", "documents", "migrations")
"""Folders with names of invented people, with guides, and with steps of the database."""

DANISH = re.compile(
    r"\b(ikke|og|eller|allerede|kan|skal|findes|mangler|mappen|filen|nøglen|prøv|vælg|hent|ring|"
    r"kommunen|projektmappen|linje|rækker?)\b",
    re.IGNORECASE,
)
ENOUGH = 2
"""With so many such words a text is Danish and not a name."""


def sentences(path: Path) -> Iterator[str]:
    """Yield the texts of a module that read as Danish, without docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    spoken_to_nobody = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and id(node) not in spoken_to_nobody
        value = getattr(node, "value", None) if is_text else None
        words = value.split() if isinstance(value, str) else []
        if len(words) > ENOUGH and len(DANISH.findall(" ".join(words))) >= ENOUGH:
            yield f"{path.name}: {value}"


def test_danish_sentences_stand_in_the_catalogue() -> None:
    """Whoever asks for English gets English everywhere."""
    modules = [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if not {*path.parts} & {*INVENTED}
    ]
    assert len(modules) > 100
    assert [line for path in modules for line in sentences(path)] == []


def test_a_danish_sentence_is_found() -> None:
    """The search finds sentences: this module's own examples of them."""
    examples = ("Cifrene passer ikke til nøglen og kan ikke læses.", "Mappen mangler.")
    found = list(sentences(Path(__file__)))
    assert [any(example in line for line in found) for example in examples] == [True, False]
