"""Which cells lie near a cell, counted in equations: where a witness for it is looked for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.problem import PUBLIC, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = NDArray[np.int64]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Reachable:
    """The cells that may be used.

    Attributes:
        usable: Whether a cell may, per cell.
        views: Whether the cells of a kommune may, per view; the country's are the public's.
    """

    usable: "Mask"
    views: "Mask"


class Nearness:
    """Finds the cells near a cell, with notes of what it has seen that last for all questions.

    The work grows with the cells found and not with those of the release.
    """

    def __init__(self, problem: Problem) -> None:
        """Start with nothing seen."""
        self._problem = problem
        self._side = np.maximum(problem.owner, PUBLIC)
        self._seen_cell = np.zeros(problem.size, dtype=np.int64)
        self._seen_row = np.zeros(len(problem.rows), dtype=np.int64)
        self._question = 0

    def of(self, cell: int, among: Reachable, limit: int) -> "Cells":
        """Give the usable cells nearest to a cell, the cell first, each ring of them sorted.

        Looking further stops once there are more than `limit`.
        """
        self._question += 1
        self._seen_cell[cell] = self._question
        rings = [np.array([cell])]
        total = 1
        while len(rings[-1]) and total <= limit:
            ring = self._beside(rings[-1], among)
            rings.append(ring)
            total += len(ring)
        return np.concatenate(rings)

    def trim(self, cells: "Cells") -> "Cells":
        """Drop the cells that cannot differ because some equation names no other of the cells."""
        of_cell, rows = self._problem.of_cell, len(self._problem.rows)
        while True:
            counts = of_cell.counts(cells)
            named = of_cell.item[of_cell.places(cells)]
            is_alone = np.bincount(named, minlength=rows)[named] == 1
            if not is_alone.any():
                return cells
            stays = np.ones(len(cells), dtype=np.bool_)
            stays[np.repeat(np.arange(len(cells)), counts)[is_alone]] = False
            cells = cells[stays]

    def _beside(self, ring: "Cells", among: Reachable) -> "Cells":
        """Give the cells that stand in an equation with one of the ring and were not seen yet."""
        of_cell, in_row = self._problem.of_cell, self._problem.in_row
        rows = of_cell.item[of_cell.places(ring)]
        rows = _distinct(rows[self._seen_row[rows] != self._question])
        self._seen_row[rows] = self._question
        beside = in_row.item[in_row.places(rows)]
        may = among.usable[beside] & among.views[self._side[beside]]
        may &= self._seen_cell[beside] != self._question
        found = _distinct(beside[may])
        self._seen_cell[found] = self._question
        return found


def _distinct(numbers: "Cells") -> "Cells":
    """Give numbers sorted, each once; for short lists several times as fast as `np.unique`."""
    if not len(numbers):
        return numbers
    ordered = np.sort(numbers)
    is_new = np.empty(len(ordered), dtype=np.bool_)
    is_new[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    return ordered[is_new]
