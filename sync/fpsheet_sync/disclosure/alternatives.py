"""Other tables: whole numbers that fit all that is printed, in which a small number is another.

A table is given as the differences of some numbers from their counts. It takes in every reader
that knows none of the numbers that differ. It proves by itself that a value is possible: it is
checked in whole numbers, and what found it is not trusted.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.block import Block, make_block
from fpsheet_sync.disclosure.problem import Problem
from fpsheet_sync.disclosure.solver import ENDLESS, Model, Solver, SolverAnswer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = NDArray[np.int64]
    Counts = NDArray[np.int64]
    Numbers = NDArray[np.float64]

_WHOLE = 1e-6
_TILTS = 3
_NODES = 1_000
_GOLDEN = 0.6180339887498949
_BEYOND = 1 << 39


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Another table.

    Attributes:
        cells: The numbers that differ.
        change: By how much, per number; never 0.
    """

    cells: "Cells"
    change: "Counts"


@dataclass(frozen=True, slots=True)
class ValueTrial:
    """One way to look for another value of a number.

    Attributes:
        change: By how much the number is to differ.
        also: Times the whole table must fit too: -1 for the opposite, 2 for the double. One
            program then proves two values.
    """

    change: int
    also: int = 1


TRIALS = (
    ValueTrial(1, also=-1),
    ValueTrial(1, also=2),
    ValueTrial(-1, also=2),
    ValueTrial(1),
    ValueTrial(-1),
    ValueTrial(2),
    ValueTrial(-2),
    ValueTrial(3),
    ValueTrial(-3),
)
"""In this order: a value beside the count is most often possible."""


class Search:
    """The search for other tables among some numbers, the others being as they are.

    One program for all of them: a number's rise and its fall are two columns, so that every
    difference costs and few numbers differ.
    """

    def __init__(self, problem: Problem, cells: "Cells", room: "tuple[Counts, Counts]") -> None:
        """Take the numbers that may differ.

        Args:
            problem: The part.
            cells: The numbers, sorted.
            room: Lowest and highest difference of every number of the part, 0 or less and 0 or
                more.
        """
        self._block = make_block(problem, cells, room)
        self._place = {cell: column for column, cell in enumerate(cells.tolist())}
        self._low, self._high = self._block.room(*room)
        self._columns = np.arange(2 * self._block.size, dtype=np.int32)
        self._solver = Solver(_model(self._block))

    def tables(self, trial: ValueTrial, targets: Iterable[int]) -> Iterator[list[Table]]:
        """Look for a table in which each of some numbers differs as the trial says.

        Yields:
            The tables found, for each number: none where there is none in whole numbers, or where
            none was found by linear programs alone.
        """
        low, high = self._bounds(trial.also)
        self._solver.set_bounds(self._columns, low, high)
        for target in targets:
            column = self._place[target]
            rise, fall = max(trial.change, 0), max(-trial.change, 0)
            if high[column] < rise or high[column + self._block.size] < fall:
                yield []
                continue
            pair = np.array([column, column + self._block.size], dtype=np.int32)
            ends = np.array([rise, fall], dtype=np.float64)
            self._solver.set_bounds(pair, ends, ends)
            yield self._read(trial, self._solved(self._solver))
            self._solver.set_bounds(pair, low[pair], high[pair])

    def thorough(self, target: int, change: int, seconds: float) -> list[Table]:
        """Look for a table in whole numbers, with tilted costs and by a whole-number program."""
        column, size = self._place[target], self._block.size
        low, high = (end.copy() for end in self._bounds(1))
        rise, fall = max(change, 0), max(-change, 0)
        if high[column] < rise or high[column + size] < fall:
            return []
        low[[column, column + size]] = high[[column, column + size]] = rise, fall
        trial = ValueTrial(change)
        for turn in range(_TILTS):
            change_found = self._solved(self._tilted(turn, low, high))
            if change_found is None:
                return []
            if found := self._read(trial, change_found):
                return found
        solver = self._tilted(0, low, high)
        solver.make_whole(nodes=_NODES, seconds=seconds)
        return self._read(trial, self._solved(solver))

    def _tilted(self, turn: int, low: "Numbers", high: "Numbers") -> Solver:
        solver = Solver(_model(self._block, turn))
        solver.set_bounds(self._columns, low, high)
        return solver

    def _solved(self, solver: Solver) -> "Numbers | None":
        """Return the differences that the solver finds; None where it finds none."""
        if solver.solve() is not SolverAnswer.FOUND:
            return None
        values, size = solver.values, self._block.size
        return np.asarray(values[:size] - values[size:])

    def _bounds(self, also: int) -> "tuple[Numbers, Numbers]":
        """Return the bounds of the columns, so that a table and its multiple both fit."""
        rise, fall = self._high, -self._low
        if also < 0:
            rise = fall = np.minimum(rise, fall)
        high = np.concatenate([rise // abs(also), fall // abs(also)])
        ends = np.where(high > _BEYOND // 2, ENDLESS, high).astype(np.float64)
        return np.zeros(len(ends)), ends

    def _read(self, trial: ValueTrial, change: "Numbers | None") -> list[Table]:
        """Return a table, and its multiple, if it is whole and really fits."""
        if change is None or np.abs(change - np.rint(change)).max(initial=0.0) > _WHOLE:
            return []
        whole = np.rint(change).astype(np.int64)
        tables = []
        for times in sorted({1, trial.also}, reverse=True):
            if self._fits(times * whole):
                cells = np.flatnonzero(whole[: len(self._place)])
                tables.append(Table(self._block.cells[cells], times * whole[cells]))
        return tables

    def _fits(self, change: "Counts") -> bool:
        """Return whether every sum holds and every number stays within what readers are told."""
        if ((change < self._low) | (change > self._high)).any():
            return False
        block = self._block
        if not len(block.column):
            return True
        signed = change[block.column] * block.sign.astype(np.int64)
        return not np.add.reduceat(signed, block.start[:-1]).any()


def _model(block: Block, turn: int = 0) -> Model:
    """Build the program; in later turns costs are tilted, to find another corner that is whole."""
    columns = np.empty((len(block.column), 2), dtype=np.int32)
    columns[:, 0], columns[:, 1] = block.column, block.column + block.size
    factors = np.empty((len(block.sign), 2))
    factors[:, 0], factors[:, 1] = block.sign, -block.sign
    rows, size = len(block.start) - 1, 2 * block.size
    tilt = (np.arange(size, dtype=np.float64) * _GOLDEN * turn) % 1.0
    # What citizens leave of their cases costs nothing, or they would hardly differ.
    costs = np.concatenate([np.ones(len(block.cells)), np.zeros(len(block.left))])
    return Model(
        cost=np.tile(costs, 2) * (1.0 + tilt),
        low=np.zeros(size),
        high=np.zeros(size),
        start=(block.start * 2).astype(np.int32),
        column=columns.ravel(),
        factor=factors.ravel(),
        row_low=np.zeros(rows),
        row_high=np.zeros(rows),
    )
