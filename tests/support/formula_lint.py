"""What a formula may be in every Excel since 2010 and in LibreOffice 7.4."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST: Final = 8192
DEEPEST: Final = 64
MOST_ARGUMENTS: Final = 255
LONGEST_TEXT: Final = 255
"""Of a text inside a formula."""

_NAMES: Final = """
    ABS AND CELL CHAR CHOOSE COLUMN COUNT COUNTA COUNTIF COUNTIFS DATE DAY EDATE FALSE FIND
    HYPERLINK IF IFERROR INDEX INT ISBLANK ISERROR ISLOGICAL ISNUMBER ISTEXT LEFT LEN MATCH MAX
    MID MIN MOD MONTH N NOT OR REPLACE RIGHT ROUND ROW ROWS SEARCH SMALL SUBSTITUTE SUM
    SUMPRODUCT TEXT TODAY TRIM TRUE YEAR
"""
FUNCTIONS: Final = frozenset(_NAMES.split())
"""Known to Excel 2007 and later, and to LibreOffice 7.4. None of them is a dynamic array."""

_WORD: Final = re.compile(r"[^\W\d][\w.]*\(?")
_CELL: Final = re.compile(r"[A-Z]{1,3}\d+")
_TOKEN: Final = re.compile(
    r"""
    "(?:[^"]|"")*"                         # text
    | (?:'(?:[^']|'')+'|[\w.]+)!\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?   # other sheet
    | \$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?\b                           # cells
    | [^\W\d][\w.]*\(                      # function
    | [^\W\d][\w.]*                        # name
    | \d+(?:\.\d+)?(?:E[+-]?\d+)?          # number
    | [(){},:;+\-*/&=<>%^ ]
    """,
    re.VERBOSE,
)


@cache
def lint_formula(formula: str, names: frozenset[str]) -> tuple[str, ...]:
    """Return every breach of a formula, written without `=`.

    Args:
        formula: As in the file: English, commas between arguments.
        names: Defined names, case folded.
    """
    return tuple(_lint(formula, names))


def _lint(formula: str, names: frozenset[str]) -> Iterator[str]:
    if formula.startswith("="):
        yield "a formula begins with ="
    if len(formula) > LONGEST:
        yield f"a formula has {len(formula)} characters"
    tokens = _TOKEN.findall(formula)
    if sum(map(len, tokens)) != len(formula):
        yield f"the formula {formula[:40]!r} holds something unknown"
        return
    yield from _lint_nesting(tokens)
    for text in set(tokens):
        yield from _lint_word(text, names)


def _lint_nesting(tokens: list[str]) -> Iterator[str]:
    arguments: list[int] = []
    for text in tokens:
        if text.endswith("(") and text[0] != '"':
            arguments.append(1)
        elif text == ")" and arguments:
            arguments.pop()
        elif text == "," and arguments:
            arguments[-1] += 1
        if len(arguments) > DEEPEST or (arguments and arguments[-1] > MOST_ARGUMENTS):
            yield "a formula is nested too deep or has too many arguments"
            return
    if arguments:
        yield "a formula has brackets without a partner"


def _lint_word(text: str, names: frozenset[str]) -> Iterator[str]:
    if text[0] == '"' and len(text[1:-1].replace('""', '"')) > LONGEST_TEXT:
        yield f"a text in a formula is longer than {LONGEST_TEXT}"
    if text[0] == '"' or not _WORD.fullmatch(text):
        return
    if text.endswith("("):
        if text[:-1] not in FUNCTIONS:
            yield f"{text[:-1]} is no function of Excel 2010"
    elif not _CELL.fullmatch(text) and text not in FUNCTIONS and text.casefold() not in names:
        yield f"the name {text} is not defined"


_RANGE_ARGUMENTS: Final[dict[str, set[int]]] = {
    "INDEX": {1},
    "MATCH": {2},
    "COUNTIF": {1},
    "SMALL": {1},
    **{name: set(range(1, MOST_ARGUMENTS + 1)) for name in ("COUNT", "COUNTA", "ROWS", "SUM")},
}
"""Where a function takes a whole range as it is; every other argument wants one value."""

_NO_ARRAYS: Final = {"IF", "IFERROR"}
"""These look at one value only, even inside SUMPRODUCT, in an Excel before dynamic arrays."""


@cache
def lint_arrays(formula: str, wide: frozenset[str]) -> tuple[str, ...]:
    """Return every range where a cell's formula needs one value.

    An Excel with dynamic arrays would put `@` there or spill, an older one would take the cell of
    the same row, and LibreOffice does as the older one.

    Args:
        formula: Of a cell, sound by `lint_formula`.
        wide: Names of ranges of several cells, case folded.
    """
    return tuple(_lint_arrays(_TOKEN.findall(formula), wide))


def _lint_arrays(tokens: list[str], wide: frozenset[str]) -> Iterator[str]:
    stack: list[list[str | int]] = []
    for place, text in enumerate(tokens):
        if text.endswith("(") and text[0] != '"':
            stack.append([text[:-1], 1])
        elif text == ")":
            stack.pop()
        elif text == "," and stack and stack[-1][0]:
            stack[-1][1] = int(stack[-1][1]) + 1
        elif text[0] != '"' and (text.casefold() in wide or ":" in text[1:]):
            beside = (tokens[place - 1] if place else "", (*tokens, "")[place + 1])
            if not _takes_range(stack, beside):
                yield f"the range {text} stands where one value is wanted"


def _takes_range(stack: list[list[str | int]], beside: tuple[str, str]) -> bool:
    names = [str(name) for name, _ in stack]
    if "SUMPRODUCT" in names:
        inner = names[len(names) - names[::-1].index("SUMPRODUCT") :]
        return not set(inner) & _NO_ARRAYS
    before, after = beside
    is_whole = (before.endswith("(") or before in {",", ":"}) and after in {",", ")", ":"}
    name, argument = stack[-1] if stack else ("", 0)
    return is_whole and argument in _RANGE_ARGUMENTS.get(str(name), set())
