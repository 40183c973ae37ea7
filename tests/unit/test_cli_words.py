"""The program's texts: the same keys in every language, and none unused or missing."""

from __future__ import annotations

import re
from pathlib import Path

from fpsheet_templates.load import load_texts

TEXTS = load_texts("program.toml")
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
    """Each text is named in the code, whole or by the part of its key that is not put together."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in Path("fpsheet").rglob("*.py"))
    unused = [
        key for key in TEXTS.by_language["da"] if key not in code and not _is_built(key, code)
    ]
    assert unused == []


def _is_built(key: str, code: str) -> bool:
    """Keys of families are put together from a prefix and a name that the code gives."""
    prefix = key.rpartition(".")[0]
    return f"{prefix}.{{" in code or f'"{prefix}."' in code
