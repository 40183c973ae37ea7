"""Which values of each small number are proved possible in the eyes of each reader."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fpsheet_sync.disclosure.alternatives import Table
from fpsheet_sync.disclosure.problem import PUBLIC, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Mask = NDArray[np.bool_]

_FARTHEST = 7
"""Values farther than this from the count are not kept: three beside it are enough."""


class KeptNumbers(NamedTuple):
    """The small numbers of a part that are kept from a view.

    Attributes:
        number: How many they are.
        fewest: Values proved possible of the one it knows best; -1 where there is none.
        cell: That number; -1 where there is none.
    """

    number: int
    fewest: int
    cell: int


class Proven:
    """The values seen so far, a bit for each: from `_FARTHEST` below the count to as far above."""

    def __init__(self, problem: Problem, against: "Mask", demand: "Counts") -> None:
        """Start with the counts alone.

        Args:
            problem: The part.
            against: Whether the number must be kept from the view, per cell and view.
            demand: How many values each view must hold possible.
        """
        self._owner = problem.owner
        self._demand = demand
        self._cells = np.flatnonzero(against.any(axis=1))
        self._against = against[self._cells]
        self._place = np.full(problem.size, -1, dtype=np.int64)
        self._place[self._cells] = np.arange(len(self._cells))
        self._seen = np.full((len(self._cells), len(demand)), 1 << _FARTHEST, dtype=np.uint16)

    @property
    def cells(self) -> list[int]:
        """Return the small numbers, sorted."""
        return [int(cell) for cell in self._cells]

    def add(self, table: Table) -> None:
        """Take in another table: a possible one for every reader that knows no number of it."""
        taken_in = np.ones(self._seen.shape[1], dtype=np.bool_)
        owners = self._owner[table.cells]
        taken_in[owners[owners > PUBLIC]] = False
        place = self._place[table.cells]
        kept = (place >= 0) & (np.abs(table.change) <= _FARTHEST)
        bits = (1 << (table.change[kept] + _FARTHEST)).astype(np.uint16)
        self._seen[np.ix_(place[kept], taken_in)] |= bits[:, None]

    def values(self, cell: int) -> "Counts":
        """Return how many values of a small number are possible, per view."""
        return np.asarray(np.bitwise_count(self._seen[self._place[cell]]), dtype=np.int64)

    def open_views(self, cell: int) -> "Mask":
        """Return which views know a small number too closely, as far as is proved."""
        missing = self.values(cell) < self._demand
        return np.asarray(self._against[self._place[cell]] & missing)

    def open_cells(self) -> list[int]:
        """Return the small numbers that some view knows too closely, as far as is proved."""
        missing = np.bitwise_count(self._seen) < self._demand
        return [int(cell) for cell in self._cells[(self._against & missing).any(axis=1)]]

    def narrow(self, view: int) -> list[int]:
        """Return the small numbers that a view knows too closely, as far as is proved."""
        values = np.bitwise_count(self._seen[:, view])
        return [
            int(cell)
            for cell in self._cells[self._against[:, view] & (values < self._demand[view])]
        ]

    def excuse(self, cell: int, view: int) -> None:
        """Keep a small number from a view no more: it knew it before."""
        self._against[self._place[cell], view] = False

    def kept_from(self, view: int) -> KeptNumbers:
        """Return the small numbers that are kept from a view."""
        places = np.flatnonzero(self._against[:, view])
        if not len(places):
            return KeptNumbers(0, -1, -1)
        values = np.bitwise_count(self._seen[places, view])
        first = int(np.argmin(values))
        return KeptNumbers(len(places), int(values[first]), int(self._cells[places[first]]))
