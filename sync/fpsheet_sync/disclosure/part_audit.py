"""The audit of one part: from the prints alone, for the public and for every kommune.

Readers are told the prints, how far each is from its count at most, every sum and limit, and what
earlier editions printed; a kommune knows all its own numbers too. Of each small number kept from a
reader enough other whole values must be possible. Other tables are looked for where they are cheap
to find first: among the numbers of one kommune and the country, then of two, of several, in the
whole part, and at last in whole numbers. What is not decided counts as narrow.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.alternatives import TRIALS, Search
from fpsheet_sync.disclosure.disclosure_error import disclosure_failure
from fpsheet_sync.disclosure.problem import NOBODY, PUBLIC, Problem
from fpsheet_sync.disclosure.proven import Proven

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Mask = NDArray[np.bool_]

_PARTNERS = 4
"""How many other kommuner are tried, one at a time, beside the one whose number it is."""

_SEVERAL = 14
"""How many others are tried together where one is not enough."""

_WHOLE_PART = 8_000
"""Cells of a part up to which all are searched at once: beyond, one program takes half a minute."""

_SECONDS = 4.0
"""How long one search in whole numbers may last."""

_THOROUGH = (1, -1, 2, -2, 3, -3)


@dataclass(frozen=True, slots=True, eq=False)
class Paper:
    """A part as its readers have it.

    Attributes:
        problem: The part.
        against: Whether the number must be kept from the view, per cell and view.
        low: The lowest count that the prints leave, per cell.
        high: The highest.
        demand: How many whole values must be possible, per view.
    """

    problem: Problem
    against: "Mask"
    low: "Counts"
    high: "Counts"
    demand: "Counts"

    @property
    def room(self) -> "tuple[Counts, Counts]":
        """Return how far below and above its count each number may lie."""
        value, known = self.problem.value, self.problem.is_known
        low, high = (np.where(known, value, end) for end in (self.low, self.high))
        cases, citizens = self.problem.behind.T
        np.maximum.at(low, citizens, (low[cases] > 0).astype(low.dtype))
        high[cases[high[citizens] == 0]] = 0
        return low - value, high - value


def audit_part(paper: Paper, deadline: float) -> Proven:
    """Prove how many values of each small number are possible for each reader.

    Args:
        paper: The part as its readers have it.
        deadline: When to give up (`time.time`).

    Raises:
        DisclosureError: The time was over.
    """
    audit = _Audit(paper, deadline)
    audit.run()
    return audit.proven


class _Audit:
    """The search, from small sets of numbers to large ones."""

    def __init__(self, paper: Paper, deadline: float) -> None:
        self._paper = paper
        self._deadline = deadline
        self._owner = paper.problem.owner
        self._owners = sorted(set(self._owner[self._owner > PUBLIC].tolist()))
        self.proven = Proven(paper.problem, paper.against, paper.demand)

    def run(self) -> None:
        """Look until nothing is open, or nothing is left to try."""
        for owners in self._sets():
            serves = np.ones(len(self._paper.problem.views), dtype=np.bool_)
            serves[owners] = False
            self._search(owners, serves)
        if self._paper.problem.size > _WHOLE_PART:
            return
        for view in (PUBLIC, *self._open_views()):
            only = np.arange(len(self._paper.problem.views)) == view
            self._search([owner for owner in self._owners if owner != view], only)
        for view in self._open_views():
            self._think_hard(view)

    def _sets(self) -> Iterator[list[int]]:
        """Yield the kommuner whose numbers may differ, beside the country's."""
        yield []
        yield from ([owner] for owner in self._owners)
        count = len(self._owners)
        if count <= _PARTNERS:
            return
        for step in (*range(1, _PARTNERS + 1), _SEVERAL, -_SEVERAL):
            for place, owner in enumerate(self._owners):
                if not self._is_wanted(owner):
                    continue
                far = range(step, step + 1) if abs(step) <= _PARTNERS else _range(step)
                others = {self._owners[(place + each) % count] for each in far} - {owner}
                yield [owner, *sorted(others)]

    def _is_wanted(self, owner: int) -> bool:
        """Return whether a number of a kommune, or of the country, is still open."""
        owners = self._owner[self.proven.open_cells()]
        return bool(((owners == owner) | (owners == NOBODY)).any())

    def _search(self, owners: "list[int]", serves: "Mask") -> None:
        """Look for tables among the numbers of some kommuner and the country.

        Args:
            owners: The kommuner.
            serves: The views for which such tables are sought.
        """
        is_inside = np.isin(self._owner, [NOBODY, *owners])
        targets = [
            cell
            for cell in self.proven.open_cells()
            if is_inside[cell] and (self.proven.open_views(cell) & serves).any()
        ]
        if not targets:
            return
        problem, room = self._paper.problem, self._paper.room
        search = Search(problem, np.flatnonzero(is_inside), room)
        for trial in TRIALS:
            wanted = (cell for cell in targets if (self.proven.open_views(cell) & serves).any())
            for tables in search.tables(trial, wanted):
                self._check_time()
                for table in tables:
                    self.proven.add(table)

    def _open_views(self) -> list[int]:
        cells = self.proven.open_cells()
        found = np.zeros(len(self._paper.problem.views), dtype=np.bool_)
        for cell in cells:
            found |= self.proven.open_views(cell)
        return [int(view) for view in np.flatnonzero(found)]

    def _think_hard(self, view: int) -> None:
        """Look in whole numbers for the numbers that a view still knows too closely."""
        others = np.flatnonzero(self._owner != view)
        search = Search(self._paper.problem, others, self._paper.room)
        for cell in self.proven.open_cells():
            for change in _THOROUGH:
                if not self.proven.open_views(cell)[view]:
                    break
                self._check_time()
                for table in search.thorough(cell, change, _SECONDS):
                    self.proven.add(table)

    def _check_time(self) -> None:
        if time.time() > self._deadline:
            raise disclosure_failure("time")


def _range(step: int) -> range:
    return range(1, step + 1) if step > 0 else range(step, 0)
