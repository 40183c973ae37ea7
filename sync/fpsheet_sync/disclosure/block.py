"""Hidden cells that hang together through equations, and the equations between them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.problem import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = NDArray[np.int64]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some cells and every equation that names one of them, cut down to these cells.

    What a reader does not know of the cells is how far they differ from their true values. The
    differences of each equation, the total's less the parts', sum to zero when all other cells
    are known.

    Attributes:
        cells: Cell per column.
        start: Where each equation's entries start; one more than there are equations.
        column: Column per entry.
        sign: 1 for a total and -1 for a part, per entry.
    """

    cells: "Cells"
    start: "NDArray[np.int32]"
    column: "NDArray[np.int32]"
    sign: "NDArray[np.float64]"

    @property
    def size(self) -> int:
        """Return the number of cells."""
        return len(self.cells)


def make_block(problem: Problem, cells: "Cells") -> Block:
    """Cut the equations down to the cells given; columns are in their order."""
    places = problem.of_cell.places(cells)
    rows = problem.of_cell.item[places]
    column = np.repeat(np.arange(len(cells)), problem.of_cell.counts(cells))
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    return Block(
        cells=cells,
        start=np.append(first, len(rows)).astype(np.int32),
        column=column[order].astype(np.int32),
        sign=problem.sign[places][order],
    )


def connected(problem: Problem, mask: "Mask") -> "list[Cells]":
    """Return the groups of marked cells that hang together through equations, each sorted."""
    cells = np.flatnonzero(mask)
    rows = problem.of_cell.item[problem.of_cell.places(cells)]
    column = np.repeat(np.arange(len(cells)), problem.of_cell.counts(cells))
    label = np.arange(len(cells))
    while True:
        # Every equation passes the lowest label on to all its cells, until nothing changes.
        lowest = np.full(len(problem.rows), len(cells))
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
