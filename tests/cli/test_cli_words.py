"""The program's texts: the same keys in every language, and none unused or missing."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fpsheet_templates.load import load_form, load_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = load_texts("program.toml")
LITERAL = re.compile(r"\w{3,}\.|\.\w{3,}")
"""Enough of a key to tell it from other texts."""

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def test_languages_have_the_same_keys() -> None:
    """What Danish says, English says, and nothing more."""
    danish, english = TEXTS.by_language["da"], TEXTS.by_language["en"]
    assert set(danish) == set(english)


def test_languages_have_the_same_placeholders() -> None:
    """A sentence is filled with the same values in both languages."""
    for key, text in TEXTS.by_language["da"].items():
        other = TEXTS.by_language["en"][key]
        assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(other)), key


def test_every_text_is_used() -> None:
    """Each text is named somewhere in the program, whole or put together from parts."""
    patterns = {pattern for path in Path("fpsheet").rglob("*.py") for pattern in _named_keys(path)}
    wanted = re.compile("|".join(sorted(patterns)))
    assert [key for key in TEXTS.by_language["da"] if not wanted.fullmatch(key)] == []


def _named_keys(path: Path) -> Iterator[str]:
    """Return a pattern for every text in the code that can be a key; what is filled in is free."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            yield re.escape(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = [str(p.value) if isinstance(p, ast.Constant) else "" for p in node.values]
            if any(LITERAL.search(part) for part in parts):
                yield "".join(re.escape(part) or r"[\w.]+" for part in parts)


@pytest.mark.parametrize("language", ["da", "en"])
def test_no_remedy_sends_a_workbook_out_of_the_kommune(language: str) -> None:
    """The whole workbook has names, texts and CPR numbers: only `submit` knows what may travel."""
    away = re.compile(
        r"(?<!ikke )\bsend (den|filen|projektmappen|it|the file|the workbook)\b"
        r"[^.]*\b(til|to) (the )?(departement|support|ministry|department)",
        re.IGNORECASE,
    )
    assert away.search("Hjælper det ikke, så send filen til supporten.")
    texts = load_form().texts.by_language[language]
    remedies = {key: text for key, text in texts.items() if key.endswith("remedy")}
    assert [key for key, text in remedies.items() if away.search(text)] == []


_SENDING = re.compile(
    r"\b(?:send|mail)\b[^.]*\b(?:support|programmør|developer|udvikler)|"
    r"\bsend (?:den|filen|projektmappen|it|the file|the workbook) (?:til|to) ",
    re.IGNORECASE,
)
_FINE = {"command.keys.new.done", "excel.say.accepted"}
"""A public key is nobody's number, and the outbox is where `submit` puts its sealed package."""


def test_no_sentence_asks_to_send_a_workbook_to_anybody() -> None:
    """A workbook goes to the departement with `submit` or its folder, never to those who help."""
    languages = (*load_form().texts.by_language.values(), *TEXTS.by_language.values())
    found = {
        key
        for by_key in languages
        for key, text in by_key.items()
        if _SENDING.search(text) and key not in _FINE
    }
    assert found == set()
    assert _SENDING.search("Læg den til side, og send den til supporten.")
