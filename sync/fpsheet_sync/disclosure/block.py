"""Hidden cells that hang together through equations, and the equations between them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.prints import MANY
from fpsheet_sync.disclosure.problem import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = NDArray[np.int64]
    Mask = NDArray[np.bool_]

_MOST_CASES = 100
"""No citizen is thought to have more, where no print says how many there are."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some cells and every equation that names one of them, cut down to these cells.

    What a reader does not know of the cells is how far they differ from their true values. The
    differences of each equation, the total's less the parts', sum to zero when all other cells
    are known. Where there may be cases or none, and citizens or none, a further column says how far
    the cases are from the most that so many citizens can have: less than none for no citizens.

    Attributes:
        cells: Cell per column, of the first columns.
        left: What the citizens leave of the most cases they can have, per further column.
        start: Where each equation's entries start; one more than there are equations.
        column: Column per entry.
        sign: 1 for a total and -1 for a part, per entry; the most cases of one, for citizens.
    """

    cells: "Cells"
    left: "Cells"
    start: "NDArray[np.int32]"
    column: "NDArray[np.int32]"
    sign: "NDArray[np.float64]"

    @property
    def size(self) -> int:
        """Return the number of columns."""
        return len(self.cells) + len(self.left)

    def room(self, low: "Cells", high: "Cells") -> "tuple[Cells, Cells]":
        """Return how far below and above each column may lie.

        Args:
            low: Lowest difference per cell of the problem.
            high: Highest difference.
        """
        endless = np.full(len(self.left), MANY)
        return (
            np.concatenate([low[self.cells], -self.left]),
            np.concatenate([high[self.cells], endless]),
        )


def make_block(problem: Problem, cells: "Cells", room: "tuple[Cells, Cells]") -> Block:
    """Cut the equations down to the cells given; columns are in their order.

    Args:
        problem: The problem.
        cells: Some of its cells, sorted.
        room: How far below and above its value each cell of the problem may lie.
    """
    places = problem.of_cell.places(cells)
    rows = problem.of_cell.item[places]
    column = np.repeat(np.arange(len(cells)), problem.of_cell.counts(cells))
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    pairs, most = _undecided(problem, cells, room)
    value = problem.value[pairs]
    beside = np.empty((len(pairs), 3), dtype=np.int64)
    beside[:, :2] = np.searchsorted(cells, pairs)
    beside[:, 2] = len(cells) + np.arange(len(pairs))
    ones = np.ones(len(most))
    signs = np.column_stack([-ones, most.astype(np.float64), -ones])
    starts = [first, len(rows) + 3 * np.arange(len(pairs) + 1)]
    return Block(
        cells=cells,
        left=most * value[:, 1] - value[:, 0],
        start=np.concatenate(starts).astype(np.int32),
        column=np.concatenate([column[order], beside.ravel()]).astype(np.int32),
        sign=np.concatenate([problem.sign[places][order], signs.ravel()]),
    )


def _undecided(
    problem: Problem, cells: "Cells", room: "tuple[Cells, Cells]"
) -> "tuple[Cells, Cells]":
    """Return the pairs of cases and citizens of which each may be none, or some.

    With the most cases that there may be, for each pair: so many are then the most of one citizen.
    """
    pairs = problem.behind[np.isin(problem.behind, cells).all(axis=1)]
    least, most = (problem.value[pairs] + end[pairs] for end in room)
    is_open = (least == 0).all(axis=1) & (most > 0).all(axis=1)
    held = np.maximum(problem.value[pairs[:, 0]], _MOST_CASES)
    return pairs[is_open], np.minimum(most[:, 0], held)[is_open]


def connected(problem: Problem, mask: "Mask") -> "list[Cells]":
    """Return the groups of marked cells that hang together through equations or pairs, sorted."""
    cells = np.flatnonzero(mask)
    rows = problem.of_cell.item[problem.of_cell.places(cells)]
    column = np.repeat(np.arange(len(cells)), problem.of_cell.counts(cells))
    pairs = problem.behind[mask[problem.behind].all(axis=1)]
    rows = np.concatenate([rows, np.repeat(len(problem.rows) + np.arange(len(pairs)), 2)])
    column = np.concatenate([column, np.searchsorted(cells, pairs).ravel()])
    label = np.arange(len(cells))
    while True:
        # Every equation passes the lowest label on to all its cells, until nothing changes.
        lowest = np.full(len(problem.rows) + len(pairs), len(cells))
        np.minimum.at(lowest, rows, label[column])
        new = label.copy()
        np.minimum.at(new, column, lowest[rows])
        new = np.minimum(new, new[new])
        if (new == label).all():
            break
        label = new
    order = np.argsort(label, kind="stable")
    _, first = np.unique(label[order], return_index=True)
    return np.split(cells[order], first[1:]) if len(cells) else []
