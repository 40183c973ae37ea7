"""How far hidden cells can differ at most, by each equation alone: cheap, and often the truth."""

from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.block import Block

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_ROUNDS = 50


def outer_bounds(block: Block, lower: "Numbers") -> "tuple[Numbers, Numbers]":
    """Give differences that no cell can fall below or rise above.

    Every equation bounds each of its cells by the bounds of its others; this is repeated until
    nothing changes. The true ends lie on or inside these bounds.

    Args:
        block: The cells and equations.
        lower: Lowest difference per cell, 0 or less.

    Returns:
        Lowest and highest difference per cell, infinite where no equation bounds it.
    """
    low, high = lower.copy(), np.full(block.size, np.inf)
    if not len(block.column):
        return low, high
    for _ in range(_ROUNDS):
        new_low, new_high = _tightened(block, low, high)
        if (new_low == low).all() and (new_high == high).all():
            break
        low, high = new_low, new_high
    return low, high


def _tightened(block: Block, low: "Numbers", high: "Numbers") -> "tuple[Numbers, Numbers]":
    is_total = block.sign > 0
    # The signed differences of an equation sum to zero: one is the negative of all others' sum.
    least = np.where(is_total, low[block.column], -high[block.column])
    most = np.where(is_total, high[block.column], -low[block.column])
    at_most = -_sum_of_others(block, least, -np.inf)
    at_least = -_sum_of_others(block, most, np.inf)
    new_low, new_high = low.copy(), high.copy()
    np.maximum.at(new_low, block.column, np.where(is_total, at_least, -at_most))
    np.minimum.at(new_high, block.column, np.where(is_total, at_most, -at_least))
    return new_low, new_high


def _sum_of_others(block: Block, terms: "Numbers", infinity: float) -> "Numbers":
    """Give per entry the sum of the equation's other entries, infinite if one of them is."""
    row = np.repeat(np.arange(len(block.start) - 1), np.diff(block.start))
    is_infinite = np.isinf(terms)
    finite = np.where(is_infinite, 0.0, terms)
    others = np.add.reduceat(finite, block.start[:-1])[row] - finite
    infinite = np.add.reduceat(is_infinite.astype(np.int64), block.start[:-1])[row] - is_infinite
    return np.asarray(np.where(infinite > 0, infinity, others))
