"""Where to look for a witness: the cells near a cell, few enough for a small program."""

from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.block import connected
from fpsheet_sync.disclosure.problem import PUBLIC, Problem

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
        self._shared: list[NDArray[np.float32]] = []
        self._last = (-1, np.zeros(0, dtype=np.int64))
        for number, group in enumerate(connected(problem, hidden)):
            self._group[group] = number
            self._shared.append(_shared_rows(problem, group))

    def of(self, cell: int, without: int, number: int) -> "Mask":
        """Mark the views whose cells may serve a cell: its owner's, and the best few others.

        Args:
            cell: The cell.
            without: View that must not be taken in; its cells never serve.
            number: How many other kommuner.

        Returns:
            One entry per view; that of the public stands for the country's own cells.
        """
        best = self._best(cell)
        chosen = np.zeros(len(self._problem.views), dtype=np.bool_)
        chosen[best[best != without][:number]] = True
        chosen[[PUBLIC, max(int(self._problem.owner[cell]), PUBLIC)]] = True
        return chosen

    def _best(self, cell: int) -> "NDArray[np.int64]":
        """Give the other kommuner in a cell's equations: those that hide there, most shared."""
        if self._last[0] == cell:
            return self._last[1]
        of_cell, in_row = self._problem.of_cell, self._problem.in_row
        owner = int(self._problem.owner[cell])
        shared = self._shared[self._group[cell]][max(owner, PUBLIC)]
        beside = in_row.item[in_row.places(of_cell.item[of_cell.places(np.array([cell]))])]
        is_there = np.zeros(len(self._problem.views), dtype=np.bool_)
        hides = is_there.copy()
        views = self._problem.owner[beside]
        is_there[views[views > PUBLIC]] = True
        hides[views[(views > PUBLIC) & self._hidden[beside]]] = True
        if owner > PUBLIC:
            is_there[owner] = False
        others = np.flatnonzero(is_there)
        best = others[np.lexsort((others, -shared[others], ~hides[others]))]
        self._last = (cell, best)
        return best


def _shared_rows(problem: Problem, group: "NDArray[np.int64]") -> "NDArray[np.float32]":
    """Count for every two views the equations in which both own a cell of a group."""
    of_cell = problem.of_cell
    rows, place = np.unique(of_cell.item[of_cell.places(group)], return_inverse=True)
    side = np.repeat(np.maximum(problem.owner[group], PUBLIC), of_cell.counts(group))
    # Whole numbers, exact in any kind; as fractions they are multiplied many times as fast.
    has = np.zeros((len(rows), len(problem.views)), dtype=np.float32)
    has[place, side] = 1
    return np.asarray(has.T @ has, dtype=np.float32)
