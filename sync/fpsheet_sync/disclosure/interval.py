"""The attacker's interval of a hidden cell: what it could be, for all that is printed."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.block import Block, make_block
from fpsheet_sync.disclosure.bounds import outer_bounds
from fpsheet_sync.disclosure.problem import Problem
from fpsheet_sync.disclosure.program import ROUNDING, Spread, is_whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from fpsheet_sync.disclosure.witness import Witness

    Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """What a reader can say of a hidden cell.

    Attributes:
        low: Lowest value that fits, 0 or more.
        high: Highest value that fits; infinite where nothing bounds it.
        is_measured: The ends come from the two linear programs. Otherwise both ends are values
            that are proven to fit, and the reader may be even less certain.
    """

    low: float
    high: float
    is_measured: bool = True

    @property
    def width(self) -> float:
        """Give the distance between the ends."""
        return self.high - self.low

    @property
    def is_exact(self) -> bool:
        """Tell whether a reader who counts on whole numbers knows the value."""
        if math.isinf(self.high):
            return False
        return math.floor(self.high + ROUNDING) - math.ceil(self.low - ROUNDING) < 1


@dataclass(slots=True, eq=False)
class Extent:
    """How far each cell of a block can differ from its true value.

    Attributes:
        block: The cells.
        lower: Lowest differences that leave no cell too small.
        low: Lowest difference found, per cell.
        high: Highest difference found, per cell.
        whole_low: Lowest difference in a table of whole numbers, per cell.
        whole_high: Highest difference in a table of whole numbers, per cell.
    """

    block: Block
    lower: "Numbers"
    low: "Numbers"
    high: "Numbers"
    whole_low: "Numbers"
    whole_high: "Numbers"

    def take(self, change: "Numbers") -> None:
        """Widen by the differences of a table that fits."""
        np.minimum(self.low, change, out=self.low)
        np.maximum(self.high, change, out=self.high)
        if is_whole(change):
            np.minimum(self.whole_low, np.rint(change), out=self.whole_low)
            np.maximum(self.whole_high, np.rint(change), out=self.whole_high)


def start_extent(
    problem: Problem, cells: "NDArray[np.int64]", witnesses: "Iterable[Witness]"
) -> Extent:
    """Give what the witnesses that lie within the cells prove."""
    block = make_block(problem, cells)
    lower = (problem.hidden_from[cells] - problem.value[cells]).astype(np.float64)
    size = block.size
    extent = Extent(block, lower, *(np.zeros(size) for _ in range(4)))
    for witness in witnesses:
        change = np.zeros(size)
        change[np.searchsorted(cells, witness.cells)] = witness.change
        for direction in (change, -change):
            if (direction >= lower).all():
                extent.take(direction)
    return extent


def measure(
    extent: Extent, *, within: "tuple[Numbers, Numbers]", wanted: "NDArray[np.bool_]"
) -> None:
    """Find both ends of every wanted cell: two linear programs each, save where they are plain.

    They are plain where a table already found reaches the bound that single equations give, or
    the end that somebody has who knows less.

    Args:
        extent: What is proven so far; widened to the ends.
        within: Differences that the cells cannot fall below or rise above, as far as known.
        wanted: Whether its ends are asked for, per cell.
    """
    low, high = outer_bounds(extent.block, extent.lower)
    low, high = np.maximum(low, within[0]), np.minimum(high, within[1])
    spread = Spread(extent.block, extent.lower)
    for sign, found, bound in ((1, extent.high, high), (-1, extent.low, low)):
        for column in range(extent.block.size):
            if abs(found[column] - bound[column]) < ROUNDING or not wanted[column]:
                continue
            change = spread.extreme(column, sign)
            if change is None:
                found[column] = np.inf
            else:
                extent.take(change)
