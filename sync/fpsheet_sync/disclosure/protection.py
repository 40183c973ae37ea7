"""Protecting every primary cell from every view, each with a witness; hiding more where none is.

Hiding more never spoils a witness, so the search goes over the primary cells once, and ends.
"""

from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.block import make_block
from fpsheet_sync.disclosure.companions import Companions
from fpsheet_sync.disclosure.errors import DisclosureError, disclosure_failure
from fpsheet_sync.disclosure.knowledge import Knowledge
from fpsheet_sync.disclosure.nearness import Nearness, Reachable
from fpsheet_sync.disclosure.pattern import Pattern
from fpsheet_sync.disclosure.primary import Primary, find_primary
from fpsheet_sync.disclosure.problem import PUBLIC, Problem
from fpsheet_sync.disclosure.program import Changes, Question
from fpsheet_sync.disclosure.secondary import choose_hidden
from fpsheet_sync.disclosure.settings import Settings
from fpsheet_sync.disclosure.witness import Reach, Witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Cells = NDArray[np.int64]
    Numbers = NDArray[np.float64]

_HIDDEN_COST = 0.01
"""Cost of using a cell that is hidden anyway, against a weight of 1 or more."""


def protect(order: tuple[Problem, Settings]) -> Pattern:
    """Choose what to hide of a release, or of an independent part of one.

    Raises:
        DisclosureError: Some cell cannot be protected even with everything hidden.
    """
    problem, settings = order
    knowledge = Knowledge(problem)
    primary = find_primary(problem, settings, knowledge.known)
    candidates = choose_hidden(problem, primary, knowledge, settings.width)
    protection = Protection(problem, primary, candidates, settings)
    protection.protect_all()
    return Pattern(problem, primary, protection.hidden, tuple(protection.witnesses))


class Protection:
    """The search for witnesses.

    Attributes:
        witnesses: Those found so far.
        hidden: The primary cells and every cell that a witness needs hidden.
    """

    def __init__(
        self, problem: Problem, primary: Primary, candidates: "Mask", settings: Settings
    ) -> None:
        """Start with no witness.

        Args:
            problem: The release.
            primary: What to protect.
            candidates: Cells that are probably enough; others are used only where they are not.
            settings: The width to reach, and what the attacker takes for granted.
        """
        self._problem = problem
        self._primary = primary
        self._width = settings.width
        self._slack = problem.value - problem.hidden_from
        self._movable = ~problem.is_known
        self._is_small = (problem.value > 0) & (problem.value < settings.threshold)
        self._candidates = candidates & self._movable
        self._nearness = Nearness(problem)
        self._companions = Companions(problem, self._candidates)
        self._reach = Reach(problem, primary)
        self._changes = Changes()
        self.hidden = primary.is_primary | problem.was_hidden
        self.witnesses: list[Witness] = []

    def protect_all(self) -> None:
        """Find a witness for every primary cell against every view it must be kept from.

        A count that is not small any more, though it was in an earlier edition, may have become
        plain by itself (all others of its sum revised to zero): it stays hidden, and the report
        says that it is known.

        Raises:
            DisclosureError: Some cell cannot be protected even with everything hidden.
        """
        for cell in np.flatnonzero(self._primary.is_primary).tolist():
            while (view := self._first_unprotected(cell)) is not None:
                if self._protect(cell, view):
                    continue
                if not self._problem.was_small[cell] or self._is_small[cell]:
                    raise self._unprotectable(cell, view)
                self._primary.against[cell, view] = False
                self._primary.too_late[cell, view] = True

    def _first_unprotected(self, cell: int) -> int | None:
        open_ = self._primary.against[cell] & (self._reach.widths(cell) < self._width)
        return int(np.argmax(open_)) if open_.any() else None

    def _protect(self, cell: int, view: int) -> bool:
        searched = (0, False)
        for cells, thorough in self._places(cell, view):
            inside = self._nearness.trim(cells)
            if not len(inside) or inside[0] != cell or (len(inside), thorough) == searched:
                continue
            searched = (len(inside), thorough)
            for change in self._found(inside, thorough=thorough):
                self._keep(inside, change, (cell, view))
                if self._reach.widths(cell)[view] >= self._width:
                    return True
        return False

    def _places(self, cell: int, view: int) -> "Iterator[tuple[Cells, bool]]":
        """Give ever larger sets of cells to look in: hidden ones, then any; the cell comes first.

        Yields:
            The cells, and whether to look through them thoroughly.
        """
        hidden = self._movable & (self._candidates | self.hidden)
        for number, limit in ((4, 150), (12, 2000), (30, 4000)):
            yield self._near((cell, view), hidden, number, limit), False
        positive = hidden | (self._movable & (self._slack > 0))
        for number, limit in ((4, 600), (12, 3000)):
            yield self._near((cell, view), positive, number, limit), False
        # Thoroughly first where it is cheap: of 72,000 cells it can take minutes.
        for number, limit in ((4, 600), (12, 1500)):
            yield self._near((cell, view), positive, number, limit), True
        anybody = np.ones(len(self._problem.views), dtype=np.bool_)
        anybody[view] = view == PUBLIC
        among = Reachable(self._movable, anybody)
        yield self._nearness.of(cell, among, self._problem.size), True

    def _near(self, purpose: tuple[int, int], usable: "Mask", number: int, limit: int) -> "Cells":
        """Give the cells of the country, of the cell's owner and of its best companions."""
        cell, view = purpose
        among = Reachable(usable, self._companions.of(cell, view, number))
        return self._nearness.of(cell, among, limit)

    def _found(self, inside: "Cells", *, thorough: bool) -> "Iterator[Cells]":
        """Look for differences of the first cell: both ways at once, far up, far down."""
        block = make_block(self._problem, inside)
        falls = self._slack[inside].astype(np.float64)
        free = np.full(len(inside), np.inf)
        half = (self._width + 1) // 2
        down = min(self._width, int(falls[0]))

        def ask(least: int, most: int, rises: "Numbers") -> Question:
            cost = np.where(self.hidden[inside], _HIDDEN_COST, self._problem.weight[inside])
            return Question(0, least, most, falls, rises, cost, thorough=thorough)

        if falls[0] >= half:
            change = self._changes.cheapest(block, ask(half, half, falls))
            if change is not None:
                yield change
        for least, most in ((1, self._width), (-down, -1)):
            full = most if least > 0 else least
            change = self._changes.cheapest(block, ask(full, full, free)) if full else None
            if change is None and abs(full) > 1:
                far = self._changes.farthest(block, ask(least, most, free))
                change = self._changes.cheapest(block, ask(far, far, free)) if far else None
            if change is not None:
                yield change

    def _keep(self, inside: "Cells", change: "Cells", purpose: tuple[int, int]) -> None:
        differs = np.flatnonzero(change)
        witness = Witness(inside[differs], change[differs], purpose)
        self.witnesses.append(witness)
        self.hidden[witness.cells] = True
        self._reach.add(witness)

    def _unprotectable(self, cell: int, view: int) -> DisclosureError:
        name = self._problem.ids[cell]
        if view == PUBLIC:
            return disclosure_failure("public", cell=name)
        return disclosure_failure("kommune", cell=name, kommune=self._problem.views[view])
