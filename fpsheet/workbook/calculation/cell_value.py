"""Values of cells, and how a worksheet turns one kind into another.

Where programs or countries differ (a text such as `1-2` taken as a day, the order of letters),
nothing is guessed: `UnknownResultError` ends the formula, and its cell stays without a result.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

_SAMENESS = frozenset({"=", "<>"})
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBERS = frozenset({int, float})
_PLAIN = re.compile(r"[+-]?\d{1,15}(?:[Ee][+-]?\d{1,2})?")
_LARGEST_WHOLE = 10**15
_FIRST_COUNTED_TWICE = "\U00010000"


class UnknownResultError(Exception):
    """What the formula gives cannot be told here."""


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An error as a cell shows it (`#N/A`)."""

    code: str


NO_VALUE = ErrorValue("#VALUE!")
NOT_THERE = ErrorValue("#N/A")
NO_CELL = ErrorValue("#REF!")
NO_NUMBER = ErrorValue("#NUM!")

Value = float | str | bool | ErrorValue | None
"""What one cell holds; None for a blank one. Whole numbers are `int`."""


class Area(NamedTuple):
    """A range of cells: sheet, first and last row, first and last column."""

    sheet: str
    top: int
    bottom: int
    left: int
    right: int

    @staticmethod
    def of(place: "Place") -> "Area":
        """Return the range of one cell."""
        sheet, row, column = place
        return Area(sheet, row, row, column, column)


Result = Value | Area | list[Value]


Place = tuple[str, int, int]
"""Sheet, row and column of a cell."""

At = tuple[str, int, int, tuple[float, ...]]
"""The cell that is calculated, and the numbers that stand in its formula."""

Evaluate = Callable[[At], Result]
EvaluateOne = Callable[[At], Value]


class Cells(Protocol):
    """A workbook as the functions of a worksheet see it."""

    today: int

    def result(self, at: Place, /) -> Value:
        """Return what a cell shows."""
        ...

    def value(self, result: Result) -> Value:
        """Return the one value that a formula gave."""
        ...

    def values(self, result: Result) -> list[Value]:
        """Return the values of a range or list."""
        ...

    def place(self, wanted: Value, result: Result) -> Value:
        """Return where a value stands in a range or list."""
        ...

    def numbers(self, result: Result) -> list[float] | ErrorValue:
        """Return the numbers of a range in order of size."""
        ...

    def is_percent(self, at: Place, /) -> bool | None:
        """Return whether a cell shows per cent; None where its format is not known."""
        ...


def is_several(result: Result) -> bool:
    """Return whether a formula gave more than one value."""
    if type(result) is Area:
        return result.top != result.bottom or result.left != result.right
    return type(result) is list


def is_number(value: object) -> bool:
    """Return whether a value is a number; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def to_number(value: Value) -> float | ErrorValue:
    """Return a value as arithmetic takes it.

    Raises:
        UnknownResultError: It is a text that is a number in some countries only.
    """
    if value is None:
        return 0
    if isinstance(value, str):
        return _text_to_number(value)
    return value


def _text_to_number(text: str) -> float | ErrorValue:
    plain = text.strip(" ")
    if _PLAIN.fullmatch(plain):
        return int(plain) if plain.lstrip("+-").isdecimal() else float(plain)
    if any(letter.isdigit() for letter in plain):
        raise UnknownResultError
    return NO_VALUE


def to_text(value: Value) -> str | ErrorValue:
    """Return a value as it stands in a text.

    Raises:
        UnknownResultError: It is written differently in different countries.
    """
    if value is None:
        return ""
    if isinstance(value, str | ErrorValue):
        return value
    if not isinstance(value, bool) and value == int(value) and abs(value) < _LARGEST_WHOLE:
        return str(int(value))
    raise UnknownResultError


def to_truth(value: Value) -> bool | ErrorValue:
    """Return a value as a condition takes it."""
    if isinstance(value, ErrorValue):
        return value
    if isinstance(value, str):
        return NO_VALUE
    return bool(value)


def check_plain(text: str) -> str:
    """Return a text whose letters every program counts alike.

    Raises:
        UnknownResultError: It has a letter that counts as two in Excel.
    """
    if not text.isascii() and max(text) >= _FIRST_COUNTED_TWICE:
        raise UnknownResultError
    return text


fold = str.lower
"""Returns a text as it is compared: capital letters are the same as small ones."""


def compare(sign: str, left: Value, right: Value) -> bool | ErrorValue:
    """Compare two values as a worksheet does: numbers before texts before truth values."""
    if type(left) is str and type(right) is str and sign in _SAMENESS:
        return (fold(left) == fold(right)) is (sign == "=")
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        return _ORDER[sign](left, right)
    for each in (left, right):
        if isinstance(each, ErrorValue):
            return each
    one, other = _alike(left, right), _alike(right, left)
    if sign in _SAMENESS:
        same = type(one[1]) is type(other[1]) and one == other
        same = one == other if one[0] == other[0] == 0 else same
        return same is (sign == "=")
    if isinstance(one[1], str) and isinstance(other[1], str):
        _check_ordered(one[1], other[1])
    return _ORDER[sign](one, other)


def _alike(value: Value, other: Value) -> tuple[int, float | str]:
    """Return a value with its rank; a blank cell is what its like beside it would be."""
    if value is None:
        value = "" if isinstance(other, str) else 0
    if isinstance(value, bool):
        return 2, int(value)
    if isinstance(value, str):
        return 1, fold(value)
    return 0, value if not isinstance(value, ErrorValue) else 0


def _check_ordered(one: str, other: str) -> None:
    if not all(text.isascii() and (text.isdecimal() or not text) for text in (one, other)):
        raise UnknownResultError
