"""By what means a part is protected: the order of one part, and what is tried for it, in turn.

No means moves a number that was printed before and has not been revised, but where earlier prints
contradict each other: what cannot be hidden beside it is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.prints import Print, holds
from fpsheet_sync.disclosure.problem import Problem
from fpsheet_sync.disclosure.settings import BASES, Rounding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Mask = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

_LEVELS = 3
"""How many times the finest numbers of a part are left out before all of them are."""


class Means(StrEnum):
    """By what means a part was protected, from the weakest to the strongest."""

    ROUNDED = "rounded"
    """Rounded once."""
    CUTS = "cuts"
    """Rounded again, with some numbers turned the other way."""
    MOVED = "moved"
    """A revised number had to move: the part was rounded anew, old prints kept where possible."""
    WIDER = "wider"
    """New numbers lie farther from their counts, so that those printed before keep their prints."""
    PINS_RELEASED = "pins_released"
    """Numbers printed before do not add up, and were allowed other prints, all audited together."""
    OTHER_BASE = "other_base"
    """Rounded to a larger base."""
    SOME_LEFT_OUT = "some_left_out"
    """The new numbers that, beside those printed before, give a small one away were left out."""
    DEMAND_TWO = "demand_two"
    """A kommune that knows all its own is left two possible values of some number, not three."""
    COARSER = "coarser"
    """The finest numbers were left out."""
    LEFT_OUT = "left_out"
    """No number of the part that was not printed before is printed."""


@dataclass(frozen=True, slots=True, eq=False)
class PartOrder:
    """One part to be rounded.

    Attributes:
        problem: The part.
        is_printed: Whether the number is to be printed, per cell.
        is_bound: Whether the equation must hold in print, per equation.
        earlier: What stood on paper before, oldest first, per cell.
        noise: From -1 to 1, per cell.
        settings: The choices made.
        deadline: When to give up (`time.time`).
    """

    problem: Problem
    is_printed: "Mask"
    is_bound: "Mask"
    earlier: tuple[tuple[Print, ...], ...]
    noise: "Numbers"
    settings: Rounding
    deadline: float

    @property
    def pins(self) -> "Counts":
        """Return the last print of each number to be printed; -1 for none."""
        return np.array(
            [
                before[-1].value if before and printed else -1
                for before, printed in zip(self.earlier, self.is_printed.tolist(), strict=True)
            ],
            dtype=np.int64,
        )

    @property
    def base(self) -> int:
        """Return the base of the part: that of most prints it had, else the one asked for."""
        bases = [
            before[-1].base
            for before, printed in zip(self.earlier, self.is_printed.tolist(), strict=True)
            if before and printed
        ]
        return max(sorted(set(bases)), key=bases.count, default=self.settings.base)

    @property
    def refused(self) -> int:
        """Return how many means, from the weakest on, are passed over."""
        passed_over = self.settings.refused
        return max((passed_over.get(id_, 0) for id_ in self.problem.ids), default=0)

    @property
    def unrevised(self) -> "Mask":
        """Return which numbers have a print that their count is still near enough to."""
        counts = self.problem.value.tolist()
        return np.array(
            [
                bool(before) and holds(before[-1], count)
                for before, count in zip(self.earlier, counts, strict=True)
            ],
            dtype=np.bool_,
        )

    def keeping(self, base: int) -> "Mask":
        """Return which numbers keep the print they had, if the part has a base."""
        has_base = [bool(before) and before[-1].base == base for before in self.earlier]
        return self.is_printed & np.array(has_base, dtype=np.bool_) & self.unrevised


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """One means.

    Attributes:
        step: Its name.
        base: The base.
        is_wide: Whether prints may be as far from their counts as after revisions.
        frees: Whether numbers printed before may move.
        own_values: Whole values left to a kommune.
        omitted: Numbers not printed, per cell.
    """

    step: Means
    base: int
    is_wide: bool
    frees: bool
    own_values: int
    omitted: "Mask"


def attempts(order: PartOrder) -> Iterator[Attempt]:
    """Yield the means in the order in which they are tried; leaving the part out is the last."""
    settings, base = order.settings, order.base
    is_pinned, keeping = order.pins >= 0, order.keeping(base)
    has_pins, moves = bool(is_pinned.any()), bool((is_pinned & ~order.unrevised).any())
    keeps = has_pins and not moves
    # What stands at another base stays as it stands, and is not printed beside this one.
    apart = is_pinned & order.unrevised & ~keeping
    plain = Attempt(Means.ROUNDED, base, moves, moves, settings.own_values, apart)
    yield replace(plain, step=Means.MOVED) if moves else plain
    if keeps:
        yield replace(plain, step=Means.WIDER, is_wide=True)
        yield replace(plain, step=Means.PINS_RELEASED, is_wide=True, frees=True)
        yield replace(plain, step=Means.SOME_LEFT_OUT, is_wide=True)
    if not has_pins:
        for other in (each for each in BASES if each > base):
            yield replace(plain, step=Means.OTHER_BASE, base=other)
    for omitted in _coarser(order):
        yield replace(plain, step=Means.COARSER, omitted=apart | omitted)
    fewer = replace(plain, own_values=min(2, settings.own_values))
    if fewer.own_values < settings.own_values:
        yield replace(fewer, step=Means.DEMAND_TWO)


def _coarser(order: PartOrder) -> Iterator["Mask"]:
    """Yield ever more of the finest new numbers, while anything is left to print."""
    is_new = order.is_printed & (order.pins < 0)
    omitted = np.zeros(order.problem.size, dtype=np.bool_)
    for _ in range(_LEVELS):
        finest = find_finest(order.problem, is_new & ~omitted)
        omitted = omitted | finest
        if not finest.any() or not (order.is_printed & ~omitted).any():
            return
        yield omitted


def find_finest(problem: Problem, some: "Mask") -> "Mask":
    """Return those of some numbers that are no sums of others of them."""
    is_total = np.zeros(problem.size, dtype=np.bool_)
    for row in problem.rows:
        is_total[row[0]] |= bool(some[list(row[1:])].any())
    return some & ~is_total
