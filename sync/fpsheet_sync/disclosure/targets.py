"""Which numbers are small, and from which readers each must be kept."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.problem import NOBODY, PUBLIC, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """The small numbers.

    Attributes:
        is_small: Whether the public must not know the number, per cell.
        against: Whether the number must be kept from the view, per cell and view.
    """

    is_small: "Mask"
    against: "Mask"


def find_targets(problem: Problem, threshold: int) -> Targets:
    """Find the small numbers.

    A number is small when its count, or the citizens behind it, are 1 to `threshold` - 1. A
    kommune knows its own numbers, and of a number of the country its own part: what must be kept
    from it is a number in which the others are 1 to `threshold` - 1.
    """
    is_open = problem.is_count & ~problem.is_known
    few = (problem.persons > 0) & (problem.persons < threshold)
    is_small = is_open & ((problem.value > 0) & (problem.value < threshold) | few)
    others = _others(problem)
    against = is_open[:, None] & (others > 0) & ((others < threshold) | few[:, None])
    # The kommune whose number it is knows it, and only it knows how much of it is its own.
    owned = problem.owner > PUBLIC
    against[owned] = is_small[owned, None]
    against[owned, problem.owner[owned]] = False
    against[:, PUBLIC] = is_small
    return Targets(is_small, against)


def _others(problem: Problem) -> "NDArray[np.int64]":
    """Return how much of each number is not the kommune's own, per cell and view."""
    own = np.zeros((problem.size, len(problem.views)), dtype=np.int64)
    owned = np.flatnonzero(problem.owner > PUBLIC)
    own[owned, problem.owner[owned]] = problem.value[owned]
    parts_of: dict[int, list[int]] = {}
    for number, row in enumerate(problem.rows):
        parts_of.setdefault(row[0], []).append(number)
    for cell in np.argsort(-_depths(problem), kind="stable").tolist():
        if problem.owner[cell] != NOBODY:
            continue
        for number in parts_of.get(cell, ()):
            told = own[list(problem.rows[number][1:])].sum(axis=0)
            own[cell] = np.maximum(own[cell], told)
    return np.asarray(np.maximum(problem.value[:, None] - own, 0))


def _depths(problem: Problem) -> "NDArray[np.int64]":
    """Return how many sums lie above each cell: 0 for a total that is part of nothing.

    Cells in a circle of equations (possible between zeros only) keep a depth below their totals'.
    """
    depth = np.zeros(problem.size, dtype=np.int64)
    waiting = [0] * problem.size
    for row in problem.rows:
        for part in row[1:]:
            waiting[part] += 1
    ready = [cell for cell in range(problem.size) if not waiting[cell]]
    while ready:
        cell = ready.pop()
        for number in problem.rows_of[cell]:
            row = problem.rows[number]
            if row[0] != cell:
                continue
            for part in row[1:]:
                depth[part] = max(depth[part], depth[cell] + 1)
                waiting[part] -= 1
                if not waiting[part]:
                    ready.append(part)
    return depth
