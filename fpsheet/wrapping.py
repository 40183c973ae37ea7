"""Wrapping: how many lines a text takes in a column of a sheet."""

from functools import lru_cache
from textwrap import wrap


@lru_cache(maxsize=1024)
def count_lines(text: str, width: int) -> int:
    """Return the lines of a text, at least one; kept, because many rows say the same.

    >>> count_lines("to linjer", 5), count_lines("", 5)
    (2, 1)
    """
    if len(text) <= width and "\n" not in text:
        return 1
    return max(1, len(wrap(text, width)))
