"""Formulas as trees: the part of the language of worksheets that fpsheet writes."""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import count

from openpyxl.utils import column_index_from_string

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"]|"")*")
      | (?P<number>\d+(?:\.\d+)?(?:[Ee][+-]?\d+)?)
      | (?P<place>\#\d+)
      | (?P<sheet>'(?:[^']|'')+'!|[^\W\d][\w.]*!)
      | (?P<cell>\$?[A-Z]{1,3}\$?\d+)(?![\w.(])
      | (?P<word>[^\W\d][\w.]*)
      | (?P<sign><=|>=|<>|[-+*/^&=<>:(),{}])
    )""",
    re.VERBOSE,
)
_VARYING = re.compile(
    r"""
    "(?:[^"]|"")*" | '(?:[^']|'')*' | \{[^}]*\}
  | (?P<cell>\$?[A-Z]{1,3}\$?\d+)(?![\w.(!])
  | [^\W\d][\w.]*
  | (?P<number>\d+(?:\.\d+)?(?:[Ee][+-]?\d+)?)
    """,
    re.VERBOSE,
)
"""What differs between formulas that are alike: the cells beside them, and numbers."""

_CELL = re.compile(r"(\$?)([A-Z]+)(\$?)(\d+)")
_STRENGTH = {
    **dict.fromkeys(("=", "<>", "<", ">", "<=", ">="), 1),
    "&": 2,
    **dict.fromkeys(("+", "-"), 3),
    **dict.fromkeys(("*", "/"), 4),
}
_UNARY = 5


class FormulaError(Exception):
    """The formula is none of ours: it has a word or a sign that is not known here."""


@dataclass(frozen=True, slots=True)
class FormulaConstant:
    """A number, a text or a truth value."""

    value: float | str | bool


@dataclass(frozen=True, slots=True)
class NumberOf:
    """One of the numbers that stand in a formula, by its place among them from 0."""

    index: int


@dataclass(frozen=True, slots=True)
class CellReference:
    """A cell: the sheet (empty for the own), and column and row with whether each is fixed."""

    sheet: str
    column: int
    is_column_fixed: bool
    row: int
    is_row_fixed: bool


@dataclass(frozen=True, slots=True)
class NameReference:
    """A defined name."""

    name: str


@dataclass(frozen=True, slots=True)
class Span:
    """From one reference to another."""

    first: "Tree"
    last: "Tree"


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign before a value: `-` or `+`."""

    sign: str
    operand: "Tree"


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two values."""

    sign: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Call:
    """A function of a worksheet."""

    function: str
    arguments: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list written out, `{"a","b"}`."""

    values: tuple[float | str | bool, ...]


Tree = (
    FormulaConstant
    | NumberOf
    | CellReference
    | NameReference
    | Span
    | Unary
    | Binary
    | Call
    | Listed
)


@lru_cache(maxsize=4096)
def parse_formula(text: str) -> Tree:
    """Read a formula, without the sign of equality that begins it.

    Raises:
        FormulaError: It has something that fpsheet never writes.
    """
    parser = _Parser(_split(text))
    tree = parser.expression(0)
    if parser.kind:
        raise FormulaError
    return tree


def shape_of(text: str, row: int, column: int) -> tuple[str, tuple[float, ...]]:
    """Return what formulas that are alike have in common, and the numbers that stand in it."""
    numbers: list[float] = []

    def shape(found: re.Match[str]) -> str:
        if found["number"]:
            numbers.append(_number(found["number"]))
            return "#"
        return _seen_from(found["cell"], row, column) if found["cell"] else found[0]

    return _VARYING.sub(shape, text), tuple(numbers)


def number_numbers(text: str) -> str:
    """Return a formula with its numbers as places among them (`#0`, `#1`)."""
    places = count()
    return _VARYING.sub(lambda m: f"#{next(places)}" if m["number"] else m[0], text)


def _seen_from(cell: str, row: int, column: int) -> str:
    own = _cell("", cell)
    down = own.row - (0 if own.is_row_fixed else row)
    across = own.column - (0 if own.is_column_fixed else column)
    return f"R{own.is_row_fixed:d}{down}C{own.is_column_fixed:d}{across}"


def _split(text: str) -> list[tuple[str, str]]:
    tokens, at, end = [], 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise FormulaError
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


class _Parser:
    """Reads tokens from left to right, stronger operators first."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    @property
    def word(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        word = self.word
        self._at += 1
        return word

    def _take(self, sign: str) -> None:
        if self.kind != "sign" or self._next() != sign:
            raise FormulaError

    def expression(self, weakest: int) -> Tree:
        left = self._operand()
        while self.kind == "sign" and _STRENGTH.get(self.word, 0) > weakest:
            sign = self._next()
            left = Binary(sign, left, self.expression(_STRENGTH[sign]))
        return left

    def _operand(self) -> Tree:
        if self.kind == "sign" and self.word in {"-", "+"}:
            return Unary(self._next(), self.expression(_UNARY))
        tree = self._plain()
        while self.kind == "sign" and self.word == ":":
            self._next()
            tree = Span(tree, _on_sheet_of(tree, self._plain()))
        return tree

    def _plain(self) -> Tree:
        if self.kind in {"word", "sign"}:
            return self._composed()
        kind, word = self.kind, self._next()
        match kind:
            case "text" | "number":
                return FormulaConstant(_constant(kind, word))
            case "place":
                return NumberOf(int(word[1:]))
            case "cell":
                return _cell("", word)
            case "sheet":
                return _cell(word[:-1].strip("'").replace("''", "'"), self._next())
        raise FormulaError

    def _composed(self) -> Tree:
        kind, word = self.kind, self._next()
        match kind:
            case "word" if self.word == "(":
                return Call(word.upper(), self._arguments())
            case "word" if word.upper() in {"TRUE", "FALSE"}:
                return FormulaConstant(word.upper() == "TRUE")
            case "word":
                return NameReference(word.casefold())
            case "sign" if word == "(":
                tree = self.expression(0)
                self._take(")")
                return tree
            case "sign" if word == "{":
                return self._listed()
        raise FormulaError

    def _arguments(self) -> tuple[Tree, ...]:
        self._take("(")
        found: list[Tree] = []
        while self.word != ")" or self.kind != "sign":
            if found:
                self._take(",")
            found.append(self.expression(0))
        self._take(")")
        return tuple(found)

    def _listed(self) -> Listed:
        values = []
        while self.kind in {"text", "number"}:
            kind = self.kind
            values.append(_constant(kind, self._next()))
            if self.word == ",":
                self._next()
        self._take("}")
        return Listed(tuple(values))


def _constant(kind: str, word: str) -> float | str:
    if kind == "text":
        return word[1:-1].replace('""', '"')
    return _number(word)


def _number(word: str) -> float:
    return float(word) if {".", "e", "E"} & set(word) else int(word)


def _on_sheet_of(first: Tree, last: Tree) -> Tree:
    """Return the end of a range; a sheet named at its beginning holds for both."""
    if isinstance(first, CellReference) and isinstance(last, CellReference) and not last.sheet:
        return replace(last, sheet=first.sheet)
    return last


@cache
def _cell(sheet: str, word: str) -> CellReference:
    found = _CELL.fullmatch(word)
    if found is None:
        raise FormulaError
    column = column_index_from_string(found[2])
    return CellReference(sheet, column, found[1] == "$", int(found[4]), found[3] == "$")
