"""Wrapping: how many lines a text takes in a column of a sheet, or across a page."""

import re
from collections.abc import Iterator
from functools import lru_cache
from textwrap import wrap

PAGE_CHARACTERS = 210
"""Characters of a line that is printed across a page in letters of 7.5 points or more."""

_SENTENCE = re.compile(r"(?<=[.:;!?]) (?=[A-ZÆØÅ])")


def break_text(text: str, width: int = PAGE_CHARACTERS) -> Iterator[str]:
    """Yield a text in lines of at most so many characters, which end with a sentence if they can.

    A line above a table has the page to itself: where it is longer, programs print the whole page
    smaller.

    >>> list(break_text("Et. To er to. Tre.", 12))
    ['Et.', 'To er to.', 'Tre.']
    """
    line = ""
    for sentence in _SENTENCE.split(text):
        for part in wrap(sentence, width) if len(sentence) > width else [sentence]:
            if line and len(line) + 1 + len(part) > width:
                yield line
                line = ""
            line = f"{line} {part}" if line else part
    yield line


@lru_cache(maxsize=1024)
def count_lines(text: str, width: int) -> int:
    """Return the lines of a text, at least one; kept, because many rows say the same.

    >>> count_lines("to linjer", 5), count_lines("", 5)
    (2, 1)
    """
    if len(text) <= width and "\n" not in text:
        return 1
    return max(1, len(wrap(text, width)))
