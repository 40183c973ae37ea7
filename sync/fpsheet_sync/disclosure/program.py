"""The linear programs, solved by HiGHS: nothing else in the package knows the solver.

All programs run over the differences of a block's cells from their true values, so that "nothing
differs" always fits, and every equation sums to zero.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import highspy
import numpy as np

from fpsheet_sync.disclosure.block import Block
from fpsheet_sync.disclosure.errors import DisclosureError, disclosure_failure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

ROUNDING = 1e-6
"""Differences below this are the solver's rounding; cells are whole numbers."""

_PRIMAL_SIMPLEX = 4

_WHOLE_LIMIT = 300
"""Whole-number programs of more cells than this can take seconds."""

_NODES = 40
"""How far a search for whole numbers goes before the next, larger block is tried instead."""

_GAP = 0.25
"""Whole numbers this much dearer than the cheapest are good enough: proving the last quarter took
two thirds of the time for 98 kommuner (docs/adr/0010-disclosure.md)."""

_TURNS = 5
"""How often the costs are tilted, to find another cheapest corner that is whole."""

_GOLDEN = 0.6180339887498949

_NO_LIMIT = 2**31 - 1
_FEASIBLE = 2


class Spread:
    """How far single cells of a block can differ, one model for all of them.

    Only the objective changes from one question to the next, so that the solver goes on from
    where it stands (primal simplex); this is some ten times as fast as starting afresh.
    """

    def __init__(self, block: Block, lower: "Numbers") -> None:
        """Take the lowest difference of each cell; there is no highest."""
        self._solver = _new_solver()
        self._solver.setOptionValue("presolve", "off")
        self._solver.setOptionValue("simplex_strategy", _PRIMAL_SIMPLEX)
        endless = np.full(block.size, highspy.kHighsInf)
        model = _Model(lower, endless, block.start, block.column, block.sign)
        model.hand_to(self._solver, cost=np.zeros(block.size))

    def extreme(self, column: int, sign: int) -> "Numbers | None":
        """Give the differences with one cell as high (`sign` 1) or as low (-1) as can be.

        Returns:
            The difference of every cell, or None where the cell can be as high as you like.

        Raises:
            DisclosureError: The solver gave up.
        """
        self._solver.changeColCost(column, float(-sign))
        self._solver.run()
        status = self._solver.getModelStatus()
        found = np.array(self._solver.getSolution().col_value)
        self._solver.changeColCost(column, 0.0)
        if status == highspy.HighsModelStatus.kUnbounded:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise _gave_up()
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """In which ways one cell of a block can differ.

    Attributes:
        column: The cell.
        least: Its least difference.
        most: Its highest; both of one sign, and not 0.
        falls: How far each cell may fall, 0 or more.
        rises: How far each cell may rise, 0 or more.
        cost: Cost of a difference of one, per cell.
        thorough: Search large blocks for whole numbers too, whatever it takes.
    """

    column: int
    least: int
    most: int
    falls: "Numbers"
    rises: "Numbers"
    cost: "Numbers"
    thorough: bool = False


class Changes:
    """The ways in which the cells of one block after another can differ."""

    def __init__(self) -> None:
        """Make one solver for all questions."""
        self._solver = _new_solver()
        self._solver.setOptionValue("presolve", "off")
        self._solver.setOptionValue("mip_rel_gap", _GAP)

    def cheapest(self, block: Block, question: Question) -> "NDArray[np.int64] | None":
        """Find the cheapest whole-number differences.

        Returns:
            The difference of every cell, or None where there is none. Where the cheapest are
            halves, their doubles are given if no cell falls too far. Unless the search is
            thorough, large blocks are not searched further, and None means only that no whole
            numbers were found.
        """
        model = _split_model(block, question)
        cost = np.concatenate([question.cost, question.cost])
        for turn in range(_TURNS):
            model.hand_to(self._solver, cost=cost * _tilt(2 * block.size, turn))
            change = self._solve(block.size)
            if change is None:
                return None
            for times in (1, 2):
                if is_whole(times * change) and (question.falls + times * change > -ROUNDING).all():
                    return np.rint(times * change).astype(np.int64)
        if block.size > _WHOLE_LIMIT and not question.thorough:
            return None
        model.hand_to(self._solver, cost=cost, is_whole=True)
        is_large = block.size > _WHOLE_LIMIT
        self._solver.setOptionValue("mip_max_nodes", _NO_LIMIT if is_large else _NODES)
        self._solver.setOptionValue("mip_max_improving_sols", 1 if is_large else _NO_LIMIT)
        change = self._solve(block.size)
        return None if change is None else np.rint(change).astype(np.int64)

    def farthest(self, block: Block, question: Question) -> int:
        """Find how far the cell can differ between its least and its highest; 0 for not at all."""
        model = _split_model(block, question)
        cost = np.zeros(2 * block.size)
        cost[[question.column, block.size + question.column]] = -1.0
        model.hand_to(self._solver, cost=cost)
        change = self._solve(block.size)
        return 0 if change is None else math.trunc(change[question.column] * (1 + ROUNDING))

    def _solve(self, size: int) -> "Numbers | None":
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status == highspy.HighsModelStatus.kSolutionLimit:
            if self._solver.getInfo().primal_solution_status != _FEASIBLE:
                return None
        elif status != highspy.HighsModelStatus.kOptimal:
            raise _gave_up()
        found = np.array(self._solver.getSolution().col_value)
        return np.asarray(found[:size] - found[size:])


def is_whole(change: "Numbers") -> bool:
    """Tell whether all differences are whole numbers, but for rounding."""
    return bool(np.abs(change - np.rint(change)).max(initial=0.0) < ROUNDING)


def _tilt(size: int, turn: int) -> "Numbers":
    """Give factors from 1 to 2 that differ from column to column, other ones each turn; at first 1.

    A program whose cheapest corner has halves often has a whole one beside it that costs little
    more. Finding that takes some programs of a tenth of a second; whole numbers asked for took up
    to 16 seconds for one cell of 98 kommuner.
    """
    places = np.arange(size, dtype=np.float64)
    return np.ones(size) if not turn else 1.0 + (places * _GOLDEN * turn) % 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """Columns within bounds, and equations that sum to zero.

    Attributes:
        lower: Least value per column.
        upper: Highest value per column.
        start: Where each equation's entries start; one more than there are equations.
        index: Column per entry.
        sign: 1 or -1 per entry.
    """

    lower: "Numbers"
    upper: "Numbers"
    start: "NDArray[np.int32]"
    index: "NDArray[np.int32]"
    sign: "Numbers"

    def hand_to(self, solver: highspy.Highs, *, cost: "Numbers", is_whole: bool = False) -> None:
        """Hand it to the solver, which forgets what it had.

        As arrays: the solver's own model object copies them number by number.
        """
        kind = highspy.HighsVarType.kInteger if is_whole else highspy.HighsVarType.kContinuous
        zero = np.zeros(len(self.start) - 1)
        solver.passModel(
            len(cost),
            len(zero),
            len(self.index),
            int(highspy.MatrixFormat.kRowwise),
            int(highspy.ObjSense.kMinimize),
            0.0,
            cost,
            self.lower,
            self.upper,
            zero,
            zero,
            self.start,
            self.index,
            self.sign,
            np.full(len(cost), int(kind), dtype=np.int32),
        )


def _split_model(block: Block, question: Question) -> _Model:
    """Make the model in which rise and fall of a cell are two columns, so that both cost."""
    least, most = question.least, question.most
    lower = np.zeros(2 * block.size)
    upper = np.concatenate([question.rises, question.falls])
    up, down = question.column, block.size + question.column
    lower[up], upper[up] = max(least, 0), max(most, 0)
    lower[down], upper[down] = max(-most, 0), max(-least, 0)
    index = np.empty((len(block.column), 2), dtype=np.int32)
    index[:, 0], index[:, 1] = block.column, block.column + block.size
    sign = np.empty((len(block.sign), 2))
    sign[:, 0], sign[:, 1] = block.sign, -block.sign
    return _Model(lower, upper, block.start * 2, index.ravel(), sign.ravel())


def _new_solver() -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)  # noqa: FBT003  the solver's own interface
    solver.setOptionValue("threads", 1)
    return solver


def _gave_up() -> DisclosureError:
    return disclosure_failure("gave_up")
