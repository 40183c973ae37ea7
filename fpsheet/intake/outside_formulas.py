"""Formulas that fetch from outside by themselves: WEBSERVICE, RTD and what else is of their kind.

No part and no relationship tells of them: Excel asks the address when it calculates. So they are
looked for where formulas stand: cells, rules, charts and names. Nothing is ever calculated here.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from xml.parsers import expat

import polars as pl

from fpsheet.ooxml.escape import has_markup

_CALLS = (
    "WEBSERVICE|RTD|STOCKHISTORY|IMAGE|TRANSLATE|DETECTLANGUAGE|COPILOT|DDE|SQL\\.REQUEST"
    "|IMPORT(?:XML|DATA|HTML|FEED|RANGE)|GOOGLE(?:FINANCE|TRANSLATE)|_XLWS\\.PY"
)
_LETTER = (
    "&#(?:x0*(?:2[8e]|[46][1-9a-f]|[57][0-9a])"
    r"|0*(?:40|46|6[5-9]|[78]\d|9[0578]|99|1[01]\d|12[0-2]));"
)
_GAP = r"(?:\s|&#[0-9a-zA-Z]+;)*"
_PERHAPS = rf"(?i:(?:{_CALLS}){_GAP}[(<]|{_LETTER})|<!\[CDATA\[|<!--|[^>\s]<\?"
"""What a part with such a formula has: a call by its name, or a spelling that may hide it.

The name alone will not do: "startdato" has RTD in it, and is in every formula of the form.
"""

_FETCHES = re.compile(rf"(?<![\w.])(?:[A-Z_]+\.)*(?:{_CALLS})\s*\(", re.IGNORECASE)
_TEXT = re.compile(r'"[^"]*"' + r"|'[^']*'")
_QUOTED_CALL = "DUMMYFUNCTION"
"""Google Sheets leaves its own functions in a text, and calls them when it opens the file."""

_CELL, _CELL_FORMULA, _NAME = "c", "f", "definedName"
_CELL_PLACE, _RULE, _MINI, _CHART = "celle", "regel", "minidiagram", "diagram"
_RULES = dict.fromkeys(("formula", "formula1", "formula2"), _RULE)
_COLUMNS = dict.fromkeys(("calculatedColumnFormula", "totalsRowFormula"), _CELL_PLACE)
_ROOTS = {
    "worksheet": {_CELL_FORMULA: _CELL_PLACE, **_RULES},
    "workbook": {_NAME: "navn"},
    "chartSpace": {_CELL_FORMULA: _CHART},
    "table": _COLUMNS,
}
_ANY_ROOT = {_CELL_FORMULA: _CELL_PLACE, **_RULES, **_COLUMNS}
_SPARKLINES = "sparklineGroups"
_NEWER = "http://schemas.microsoft.com/office/excel/2006/main"
"""In it stand the formulas of rules and sparklines that came with newer Excel (`xm:f`)."""

_PIECE_BYTES = 1 << 18
_PIECES_TOGETHER = 64
_OVERLAP = 1 << 16
"""A formula has 8,192 letters, each of which may be spelled with a few."""

_SIGNS = (b"(", b"#", b"!")
"""One of them stands in every call, or in the spelling that hides it (`&#40;`, `<!--`)."""


@dataclass(slots=True)
class _Walk:
    places: dict[str, str]
    is_told: Callable[[str], bool]
    found: list[tuple[str, str]] = field(default_factory=list)
    newer: set[str] = field(default_factory=set)
    cell: str = ""
    is_mini: bool = False
    place: str = ""
    text: list[str] = field(default_factory=list)

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        prefix, _, tag = tag.rpartition(":")
        bound = (name for name, value in attributes.items() if value == _NEWER)
        self.newer.update(name.partition(":")[2] for name in bound if name.startswith("xmlns"))
        if tag == _CELL:
            self.cell = attributes.get("r", "")
        elif tag == _SPARKLINES:
            self.is_mini = True
        if tag in self.places:
            place = self.places[tag]
            if place == _CELL_PLACE and prefix in self.newer:
                place = _MINI if self.is_mini else _RULE
            self.place, self.text = place, []

    def add(self, text: str) -> None:
        if self.place:
            self.text.append(text)

    def close(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in self.places and self.place:
            if self.is_told("".join(self.text)):
                self.found.append((self.place, self.cell))
            self.place = ""
        if tag == _CELL:
            self.cell = ""
        elif tag == _SPARKLINES:
            self.is_mini = False


def may_have_formulas(root: str) -> bool:
    """Return whether a part may have formulas, by its root element (`namespace name`)."""
    return root.rpartition(" ")[2] in _ROOTS


def fetches(formula: str) -> bool:
    """Return whether a formula fetches from outside by itself, and not in a text."""
    bare = formula if _QUOTED_CALL in formula.upper() else _TEXT.sub("", formula)
    return bool(_FETCHES.search(bare))


def find_suspects(parts: Iterable[tuple[str, bytes]]) -> set[str]:
    """Return the names of the parts that may have a formula that fetches.

    The pieces of all of them are looked through together, some megabytes at a time: the engine
    learns a pattern anew with each call, which takes as long as the looking.

    Args:
        parts: Name and content as UTF-8 of each, unpacked one after the other.
    """
    pieces = ((name, piece) for name, content in parts for piece in _pieces_with_calls(content))
    suspects = set[str]()
    while batch := list(islice(pieces, _PIECES_TOGETHER)):
        texts = pl.Series([piece for _, piece in batch], dtype=pl.String)
        are_suspect = texts.str.contains(_PERHAPS)
        suspects.update(
            name for (name, _), is_one in zip(batch, are_suspect, strict=True) if is_one
        )
    return suspects


def find_formulas(
    content: bytes, root: str, is_told: Callable[[str], bool]
) -> Iterator[tuple[str, str]]:
    """Yield where formulas of a part stand, each with its cell or nothing.

    Where is `celle`, `regel`, `minidiagram`, `diagram` or `navn`.

    Args:
        content: The part as UTF-8.
        root: Its root element (`namespace name`).
        is_told: Which formulas are told of.
    """
    walk = _Walk(_ROOTS.get(root.rpartition(" ")[2], _ANY_ROOT), is_told)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = walk.open
    parser.CharacterDataHandler = walk.add
    parser.EndElementHandler = walk.close
    # Damage is told of where the part is read.
    with suppress(expat.ExpatError, ValueError):
        parser.Parse(content, True)  # noqa: FBT003 - expat's own signature
    yield from walk.found


def _pieces_with_calls(content: bytes) -> Iterator[str]:
    for start in range(0, len(content), _PIECE_BYTES):
        end = start + _PIECE_BYTES + _OVERLAP
        if _may_call(content, start, end):
            yield content[start:end].decode("utf-8", "replace")


def _may_call(content: bytes, start: int, end: int) -> bool:
    """Tell cheaply whether a call may stand in a piece: most rows have no text of a formula."""
    has_sign = any(content.find(sign, start, end) >= 0 for sign in _SIGNS)
    return has_sign or has_markup(content, b"?", start, end)
