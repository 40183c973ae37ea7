"""What each reader can work out from printed cells, one equation at a time."""

from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.problem import PUBLIC, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Step = tuple[int, Mask]

_ENDLESS = 1 << 40
"""Room of an equation whose total the reader lacks: more than any count."""


class Knowledge:
    """Which cells each view knows, and for each equation what the view still lacks.

    An equation that lacks one cell gives it away; one whose lacking parts cannot be less than
    they are gives all of them away. This is followed to its end, for all views at once. It finds
    most of what can be worked out, not all: two equations together can give away a cell that
    neither gives alone. The audit finds the rest.

    Attributes:
        known: Whether the view knows the cell, per cell and view.
    """

    def __init__(self, problem: Problem) -> None:
        """Start with everything hidden: a reader knows what was printed before, and its own."""
        views = len(problem.views)
        self._problem = problem
        self._slack = (problem.value - problem.hidden_from).tolist()
        self.known = np.repeat(problem.is_known[:, None], views, axis=1)
        owned = np.flatnonzero(problem.owner > PUBLIC)
        self.known[owned, problem.owner[owned]] = True
        self._lacks = np.zeros((len(problem.rows), views), dtype=np.int64)
        # The sum of the indices of the lacking cells names the cell when only one is lacking.
        self._names = np.zeros_like(self._lacks)
        # How much lower the lacking parts could be together: no part can be higher by more.
        self._room = np.zeros_like(self._lacks)
        for number, row in enumerate(problem.rows):
            unknown = ~self.known[list(row)]
            self._lacks[number] = unknown.sum(axis=0)
            self._names[number] = np.array(row) @ unknown
            room = [_ENDLESS, *(self._slack[part] for part in row[1:])]
            self._room[number] = np.array(room) @ unknown
        everybody = np.ones(views, dtype=np.bool_)
        for number in np.flatnonzero(self._is_plain().any(axis=1)).tolist():
            self._learn(self._given_away(number, everybody), against=None, width=0)

    def publish(self, cell: int, against: "Mask", width: int) -> bool:
        """Print a cell if no reader can then work out what must be kept from it.

        Args:
            cell: The cell.
            against: Whether a cell must be kept from a view, per cell and view.
            width: How wide the interval of a cell kept from a view must be.

        Returns:
            Whether the cell was printed; otherwise nothing has changed.
        """
        views = ~self.known[cell]
        self.known[cell] = True
        return self._learn([(cell, views)], against=against, width=width)

    def _learn(self, steps: "list[Step]", *, against: "Mask | None", width: int) -> bool:
        """Follow what cells marked as known give away; undo it all when that must not be."""
        done: list[Step] = []
        while steps:
            cell, mask = steps.pop()
            self._count(cell, mask, -1)
            done.append((cell, mask))
            if against is not None and self._is_harmful(cell, mask, against, width):
                for learnt, by in (*done, *steps):
                    self.known[learnt] &= ~by
                for learnt, by in done:
                    self._count(learnt, by, 1)
                return False
            for number in self._problem.rows_of[cell]:
                steps.extend(self._given_away(number, mask))
        return True

    def _count(self, cell: int, mask: "Mask", times: int) -> None:
        """Take a cell off what some views lack (`times` -1), or put it back (1)."""
        signed = mask * times
        for number in self._problem.rows_of[cell]:
            self._lacks[number] += signed
            self._names[number] += cell * signed
            is_total = self._problem.rows[number][0] == cell
            self._room[number] += (_ENDLESS if is_total else self._slack[cell]) * signed

    def _is_harmful(self, cell: int, mask: "Mask", against: "Mask", width: int) -> bool:
        """Tell whether some views must not know a cell, or know one beside it too closely."""
        if (against[cell] & mask).any():
            return True
        for number in self._problem.rows_of[cell]:
            close = mask & (self._room[number] < width) & (self._lacks[number] > 0)
            if not close.any():
                continue
            row = list(self._problem.rows[number])
            if (against[row] & ~self.known[row] & close).any():
                return True
        return False

    def _is_plain(self) -> "Mask":
        """Mark the equations and views in which all that is lacking is plain."""
        return np.asarray((self._lacks == 1) | ((self._lacks > 1) & (self._room == 0)))

    def _given_away(self, number: int, mask: "Mask") -> "list[Step]":
        """Give the cells that an equation now gives away, marked as known, with the views."""
        lacks = self._lacks[number]
        single = mask & (lacks == 1)
        empty = mask & (lacks > 1) & (self._room[number] == 0)
        cells = self._names[number][single].tolist() if single.any() else []
        if empty.any():
            cells.extend(self._problem.rows[number])
        steps: list[Step] = []
        for cell in sorted(set(cells)):
            new = (single & (self._names[number] == cell)) | empty
            new &= ~self.known[cell]
            if new.any():
                self.known[cell] |= new
                steps.append((cell, new))
        return steps
