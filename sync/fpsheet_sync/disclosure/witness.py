"""Witnesses: other tables of whole numbers that fit everything a reader sees.

A witness says how far each of some hidden cells could differ from its true value with nobody able
to tell. Two such tables with different values of a cell prove that the cell is not known, without
any solver; a reader who knows one of the differing cells is not taken in.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.primary import Primary
from fpsheet_sync.disclosure.problem import PUBLIC, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Witness:
    """One other table.

    Attributes:
        cells: The cells that differ.
        change: By how much, per cell; never 0.
        purpose: Cell it was sought for, and the view against which.
    """

    cells: "NDArray[np.int64]"
    change: "NDArray[np.int64]"
    purpose: tuple[int, int]


class Reach:
    """How far below and above its true value each primary cell may lie, by the witnesses seen.

    Attributes:
        below: Lowest difference, per place and view; 0 or less.
        above: Highest difference, likewise; 0 or more.
        place: Row of `below` and `above` per cell; -1 for a cell that is not primary.
    """

    def __init__(self, problem: Problem, primary: Primary) -> None:
        """Start with the true values alone."""
        self._problem = problem
        cells = np.flatnonzero(primary.is_primary)
        self.place = np.full(problem.size, -1, dtype=np.int64)
        self.place[cells] = np.arange(len(cells))
        self.below = np.zeros((len(cells), len(problem.views)), dtype=np.int64)
        self.above = np.zeros_like(self.below)

    def widths(self, cell: int) -> "NDArray[np.int64]":
        """Give how far apart the lowest and the highest value of a primary cell are, per view."""
        place = self.place[cell]
        return np.asarray(self.above[place] - self.below[place])

    def add(self, witness: Witness) -> None:
        """Take a witness into account, and its opposite where that leaves no cell too low."""
        views = views_taken_in(self._problem, witness)
        place = self.place[witness.cells]
        at = np.ix_(place[place >= 0], views)
        change = witness.change[place >= 0][:, None]
        slack = (self._problem.value - self._problem.hidden_from)[witness.cells]
        if (slack + witness.change >= 0).all():
            self._widen(at, change)
        if (slack - witness.change >= 0).all():
            self._widen(at, -change)

    def _widen(self, at: "tuple[NDArray[np.int64], ...]", change: "NDArray[np.int64]") -> None:
        self.below[at] = np.minimum(self.below[at], change)
        self.above[at] = np.maximum(self.above[at], change)


def views_taken_in(problem: Problem, witness: Witness) -> "NDArray[np.int64]":
    """Give the views that know none of the differing cells."""
    taken_in = np.ones(len(problem.views), dtype=np.bool_)
    owners = problem.owner[witness.cells]
    taken_in[owners[owners > PUBLIC]] = False
    return np.flatnonzero(taken_in)


def is_valid(problem: Problem, hidden: "NDArray[np.bool_]", witness: Witness) -> bool:
    """Tell whether a witness changes hidden cells only and keeps every equation."""
    sums: dict[int, int] = {}
    for cell, change in zip(witness.cells.tolist(), witness.change.tolist(), strict=True):
        if not hidden[cell] or problem.is_known[cell]:
            return False
        for number in problem.rows_of[cell]:
            sign = 1 if problem.rows[number][0] == cell else -1
            sums[number] = sums.get(number, 0) + sign * change
    return not any(sums.values())
