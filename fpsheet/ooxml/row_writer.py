"""Rows of the sheets of ours as XML: every text a string."""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple

from fpsheet.ooxml.own_style import ANSWER

_CELL_LIMIT = 32_767
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f]")
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f&<>]")
"""What XML cannot hold as it is; a list has tens of thousands of texts, nearly all without it."""
HIDDEN = ' hidden="1"'


_LINE_POINTS = 13.5


class StyledText(NamedTuple):
    """A cell with a text.

    Attributes:
        letter: Its column.
        text: The text.
        style: Offset of its style from our first one.
    """

    letter: str
    text: str
    style: int


def sheet_row(  # noqa: PLR0913 - each by name
    number: int,
    cells: Sequence[StyledText],
    first_style: int,
    *,
    height: int = 0,
    lines: int = 0,
    hidden: bool = False,
) -> str:
    """Return a row.

    Args:
        number: Its number.
        cells: Its cells; empty ones are left out, except those that wait for an answer.
        first_style: Index of our first cell style.
        height: In points; 0 for what the text needs.
        lines: Lines the text will probably take; a program that measures it may change that.
        hidden: Whether it is out of sight.
    """
    inside = "".join(
        [
            f'<c r="{letter}{number}" s="{first_style + style}" t="inlineStr">{_inline(value)}</c>'
            for letter, value, style in cells
            if value or style == ANSWER
        ]
    )
    size = f' ht="{height}" customHeight="1"' if height else ""
    size = f' ht="{_LINE_POINTS * lines:g}"' if lines else size
    return f'<row r="{number}"{size}{HIDDEN if hidden else ""}>{inside}</row>'


@lru_cache(maxsize=1024)
def _inline(text: str) -> str:
    """Return a text as the content of a cell; kept, because many rows say the same."""
    return f"<is><t{space_of(text)}>{sheet_text(text)}</t></is>"


def space_of(text: str) -> str:
    """Return the attribute that keeps the space around a text, where there is any.

    The schemas of ISO/IEC 29500 do not know it, although every program writes it where it is
    needed.
    """
    return "" if text == text.strip() else ' xml:space="preserve"'


def sheet_text(value: str) -> str:
    """Return a text as XML may hold it."""
    if _ODD.search(value) is None:
        return value[:_CELL_LIMIT]
    return escape(_UNPRINTABLE.sub("", value)[:_CELL_LIMIT], quote=False)


def attribute_text(value: str) -> str:
    """Return a text as the value of an attribute, with the quotes around it."""
    text = escape(value, quote=False).replace('"', "&quot;")
    return f'"{text}"'
