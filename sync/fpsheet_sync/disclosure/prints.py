"""What stands on paper, and what a reader is told of the count behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.settings import BASES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

MANY = 1 << 40
"""Highest count a reader can think of where nothing is printed."""

HOLD = 4
"""A print stays while the count is no further from it than by a new rounding and this much more.

Four is one below the threshold: a print moves only when the count has changed by five or more."""


@dataclass(frozen=True, slots=True)
class Print:
    """A number as it was printed.

    Attributes:
        value: What stood on paper: a multiple of the base.
        base: What it was rounded to a multiple of.
        window: How far it is from the count at most, as readers are told.
        count: The count it was printed for, which nobody outside may see; None where that was not
            kept.
    """

    value: int
    base: int
    window: int
    count: int | None = None

    @property
    def is_sound(self) -> bool:
        """Tell whether it can have been printed: a multiple of its base, near enough its count."""
        is_multiple = self.base >= BASES[0] and self.value >= 0 and self.value % self.base == 0
        is_near = self.count is None or abs(self.value - self.count) <= self.window
        return is_multiple and is_near and self.window >= self.base - 1

    def is_of(self, count: int) -> bool:
        """Return whether it may be taken to be of a count: within its window, and not revised."""
        return abs(self.value - count) <= self.window and self.count in {None, count}


def held_window(last: Print, count: int) -> int:
    """Return how far a print that is kept may be from the count, as readers are told."""
    return last.window if abs(last.value - count) <= last.window else widest(last.base)


def believed_window(one: Print, count: int) -> int:
    """Return how far a print is from the count in the belief of a reader who trusts the likely.

    Most numbers lie no further off than new ones do, also where they may; who takes that for
    certain is right of these, and must not learn a small one by it.

    >>> believed_window(Print(5, base=5, window=8), 2), believed_window(Print(5, 5, 8), 11)
    (4, 8)
    """
    near = one.base - 1
    return near if abs(one.value - count) <= near else one.window


def widest(base: int) -> int:
    """Return how far a print may be from the count once numbers are revised."""
    return base - 1 + HOLD


def holds(last: Print, count: int) -> bool:
    """Return whether a number keeps the print it had.

    >>> holds(Print(10, base=5, window=4), 18), holds(Print(10, base=5, window=4), 19)
    (True, False)
    """
    return abs(last.value - count) <= widest(last.base)


def readers_window(prints: Sequence[Print], now: Print | None, count: int) -> tuple[int, int]:
    """Return the lowest and highest count that the prints of one number leave a reader.

    A print of a count that was revised since is about another count, and tells nothing of this
    one, but that it is far from it where the number moved. Where the count was not kept the reader
    is taken to know that it was not revised.

    Args:
        prints: What stood on paper before, oldest first.
        now: What stands there now; None where the number is not printed.
        count: The count now.
    """
    low, high = 0, MANY
    said = [one for one in prints if one.is_of(count)]
    for one in (*said, *([now] if now else [])):
        near = believed_window(one, count)
        low, high = max(low, one.value - near), min(high, one.value + near)
    if now and not prints and now.value and count:
        # A zero is never printed as anything else the first time.
        low = max(low, 1)
    if now and prints and now.value != prints[-1].value and not holds(prints[-1], count):
        # That a number moved may tell that its count left the print it had.
        is_below, farthest = count < prints[-1].value, widest(prints[-1].base) + 1
        low = low if is_below else max(low, prints[-1].value + farthest)
        high = min(high, prints[-1].value - farthest) if is_below else high
    return low, high


def windows_left(
    earlier: Sequence[Sequence[Print]], now: Sequence[Print | None], count: "Counts"
) -> "tuple[Counts, Counts]":
    """Return the lowest and highest count of each number that readers can think of."""
    ends = [
        readers_window(before, one, int(value))
        for before, one, value in zip(earlier, now, count, strict=True)
    ]
    low, high = zip(*ends, strict=True) if ends else ((), ())
    return np.array(low, dtype=np.int64), np.array(high, dtype=np.int64)
