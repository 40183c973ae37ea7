"""Where to look for a witness: the cells near a cell, few enough for a small program."""

from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.block import connected
from fpsheet_sync.disclosure.problem import NOBODY, PUBLIC, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]


class Companions:
    """Which kommuner hide the same cells, and so can stand in for each other in a witness.

    Where the country is printed, what one kommune has more another must have less of, in every
    equation at once: a witness mostly runs between two kommuner that hide the same pattern.
    """

    def __init__(self, problem: Problem, hidden: "Mask") -> None:
        """Count, per group of connected hidden cells, the equations two kommuner share."""
        self._problem = problem
        self._hidden = hidden
        self._group = np.zeros(problem.size, dtype=np.int64)
        self._shared: list[NDArray[np.int32]] = []
        for number, group in enumerate(connected(problem, hidden)):
            self._group[group] = number
            rows = np.unique(problem.of_cell.item[problem.of_cell.places(group)]).tolist()
            self._shared.append(_shared_rows(problem, hidden, rows))

    def of(self, cell: int, without: int, number: int) -> "Mask":
        """Mark the views whose cells may serve a cell: its owner's, and the best few others.

        Args:
            cell: The cell.
            without: View that must not be taken in; its cells never serve.
            number: How many other kommuner.

        Returns:
            One entry per view; that of the public stands for the country's own cells.
        """
        owner = int(self._problem.owner[cell])
        shared = self._shared[self._group[cell]][max(owner, PUBLIC)]
        order: dict[int, tuple[bool, int, int]] = {}
        for row in self._problem.rows_of[cell]:
            for other in self._problem.rows[row]:
                view = int(self._problem.owner[other])
                rank = (not self._hidden[other], -int(shared[view]), view)
                order[view] = min(rank, order.get(view, rank))
        others = order.keys() - {owner, NOBODY, without}
        best = sorted(others, key=order.__getitem__)[:number]
        chosen = np.zeros(len(self._problem.views), dtype=np.bool_)
        chosen[[PUBLIC, max(owner, PUBLIC), *best]] = True
        return chosen


def _shared_rows(problem: Problem, hidden: "Mask", rows: list[int]) -> "NDArray[np.int32]":
    """Count for every two views the equations in which both own a hidden cell."""
    has = np.zeros((len(rows), len(problem.views)), dtype=np.int32)
    for place, number in enumerate(rows):
        for cell in problem.rows[number]:
            if hidden[cell]:
                has[place, max(int(problem.owner[cell]), PUBLIC)] = 1
    return np.asarray(has.T @ has, dtype=np.int32)
