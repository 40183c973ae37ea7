"""Strict reading of JSON that somebody else wrote: every value is of its kind, or it is refused.

What a package says goes on to rules and a database that trust their types, so nothing is
converted here: a number where a text belongs is damage, not a text.
"""

import json
from collections.abc import Mapping
from typing import NoReturn

MOST_ROWS = 1 << 20
"""Rows of a sheet in Excel."""

_LONGEST = 1 << 15
"""Characters of a cell in Excel, and one more."""


def parse_json(text: bytes) -> object:
    """Return what JSON says; numbers that are none, like NaN, are refused.

    Raises:
        ValueError: It is no JSON, or nested deeper than anything of ours.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(_: str) -> NoReturn:
    raise ValueError("not a number")


def text_of(value: object) -> str:
    """Return a text that every database can hold."""
    if not isinstance(value, str) or len(value) > _LONGEST or "\0" in value:
        raise TypeError("not a text")
    value.encode()  # a lone surrogate is a UnicodeEncodeError, which is a ValueError
    return value


def text_or_none(value: object) -> str | None:
    """Return a text, or nothing."""
    return None if value is None else text_of(value)


def number_of(value: object, *, most: int = MOST_ROWS) -> int:
    """Return a whole number from 0."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise TypeError("not a number in its range")
    return value


def truth_of(value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def plain_of(value: object) -> str | float | None:
    """Return what a field holds: a text, a number, or nothing."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) > MOST_ROWS:
            raise TypeError("not a number in its range")
        return value
    return text_or_none(value)


def list_of(value: object, *, length: int | None = None) -> list[object]:
    """Return a list, of a length where one is named."""
    if not isinstance(value, list) or length not in {None, len(value)}:
        raise TypeError("not a list of its length")
    return value


def texts_of(value: object) -> tuple[str, ...]:
    """Return a list of texts."""
    return tuple(map(text_of, list_of(value)))


def table_of(value: object) -> Mapping[str, object]:
    """Return names and what stands under each."""
    if not isinstance(value, dict):
        raise TypeError("not a table")
    return {text_of(name): entry for name, entry in value.items()}
