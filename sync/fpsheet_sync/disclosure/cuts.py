"""Why a reader knows a number too closely: the prints on which the proof rests.

The linear program that bounds the number names, by its reduced costs, the prints whose windows
hold it. While all of them stay, so does the bound: one must be printed otherwise.
"""

from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.block import make_block
from fpsheet_sync.disclosure.controlled import Cut, PartSheet
from fpsheet_sync.disclosure.part_audit import Paper
from fpsheet_sync.disclosure.solver import ENDLESS, Model, Solver, SolverAnswer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Mask = NDArray[np.bool_]

_PRICE = 1e-7
_BEYOND = 1 << 39


class Reasons:
    """The proofs of what one reader knows of a part."""

    def __init__(self, sheet: PartSheet, prints: "Counts", paper: Paper, view: int) -> None:
        """Take what is printed, and the reader.

        Args:
            sheet: What the prints were chosen from.
            prints: The print per cell.
            paper: The part as its readers have it.
            view: The reader.
        """
        problem = paper.problem
        self._cells = np.flatnonzero(problem.owner != view)
        block = make_block(problem, self._cells, paper.room)
        low, high = block.room(*paper.room)
        rows = len(block.start) - 1
        self._ends = low, high
        self._solver = Solver(
            Model(
                cost=np.zeros(block.size),
                low=low.astype(np.float64),
                high=np.where(high > _BEYOND, ENDLESS, high).astype(np.float64),
                start=block.start,
                column=block.column,
                factor=block.sign,
                row_low=np.zeros(rows),
                row_high=np.zeros(rows),
            )
        )
        multiples = prints // sheet.base
        least, most = sheet.ends
        turns = sheet.is_printed & (least < most)
        self._is_above_zero = (paper.low > 0)[self._cells]
        self._may_rise = (turns & (multiples == least))[self._cells]
        self._may_fall = (turns & (multiples == most))[self._cells]

    def cut(self, cell: int) -> Cut | None:
        """Return what must be printed otherwise; None where nothing can be."""
        at_top, at_bottom = self._held(cell)
        raised, lowered = at_top & self._may_rise, at_bottom & self._may_fall
        if not (raised | lowered).any():
            return None
        return Cut(self._cells[raised], self._cells[lowered])

    def telling(self, cell: int) -> "Counts":
        """Return the cells of which a reader would know less if nothing were printed of them."""
        at_top, at_bottom = self._held(cell)
        return self._cells[at_top | (at_bottom & self._is_above_zero)]

    def _held(self, cell: int) -> "tuple[Mask, Mask]":
        """Return which numbers bound the number by the highest, and by the lowest, they may be."""
        column = np.flatnonzero(self._cells == cell).astype(np.int32)
        size = len(self._cells)
        low, high = self._ends[0][:size], self._ends[1][:size]
        at_top = np.zeros(size, dtype=np.bool_)
        at_bottom = at_top.copy()
        for sign in (1.0, -1.0):
            self._solver.set_costs(column, np.array([sign]))
            if self._solver.solve() is SolverAnswer.FOUND:
                values = self._solver.values[:size]
                holds = np.abs(self._solver.prices[:size]) > _PRICE
                at_top |= holds & (values > high - _PRICE)
                at_bottom |= holds & (values < low + _PRICE)
        self._solver.set_costs(column, np.zeros(1))
        return at_top, at_bottom
