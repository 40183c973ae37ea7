"""Which cells may be needed to protect the primary ones: print one by one while it is safe."""

from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.knowledge import Knowledge
from fpsheet_sync.disclosure.primary import Primary, depths
from fpsheet_sync.disclosure.problem import PUBLIC, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray


def choose_hidden(
    problem: Problem, primary: Primary, knowledge: Knowledge, width: int
) -> "NDArray[np.bool_]":
    """Choose the cells to hide, starting with all hidden and printing whatever can be.

    Zeros are printed first (printed last, they leave equations whose hidden cells sum to zero,
    and the reader knows that no cell is below zero), then totals from the top, then the rest from
    large to small. What the public can work out anyway is printed too.

    Args:
        problem: The release.
        primary: What must be kept from whom.
        knowledge: What the readers know at the start; afterwards, what they know at the end.
        width: How wide the interval of a primary cell must be.
    """
    for cell in _printing_order(problem):
        if not (primary.is_primary[cell] or problem.was_hidden[cell]):
            knowledge.publish(int(cell), primary.against, width)
    return primary.is_primary | problem.was_hidden | ~knowledge.known[:, PUBLIC]


def _printing_order(problem: Problem) -> "NDArray[np.int64]":
    is_total = np.zeros(problem.size, dtype=np.bool_)
    is_total[[row[0] for row in problem.rows]] = True
    depth = np.where(is_total, depths(problem), problem.size)
    return np.lexsort((np.arange(problem.size), -problem.weight, depth, problem.value > 0))
