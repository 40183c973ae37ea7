"""Rounding one part until its audit passes: first as asked for, then by ever stronger means.

Each means is tried with up to `_ROUNDS` rounds of cuts: the audit names the numbers a reader knows
too closely, each gives a cut, and the part is rounded again.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.controlled import Cut, PartSheet, round_part
from fpsheet_sync.disclosure.cuts import Reasons
from fpsheet_sync.disclosure.disclosure_error import disclosure_failure
from fpsheet_sync.disclosure.means import Attempt, Means, PartOrder, attempts, find_finest
from fpsheet_sync.disclosure.part_audit import Paper, audit_part
from fpsheet_sync.disclosure.prints import HOLD, Print, held_window, holds, widest, windows_left
from fpsheet_sync.disclosure.problem import PUBLIC
from fpsheet_sync.disclosure.proven import Proven
from fpsheet_sync.disclosure.solver import SolverAnswer
from fpsheet_sync.disclosure.targets import find_targets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Mask = NDArray[np.bool_]

_ROUNDS = 10
_MOST_CUTS = 200
"""Cuts of one round: the rest follow in the next, where they are still needed."""

_GUARD_ROUNDS = 3
"""Rounds in which numbers that late cases could make small are looked after too."""


@dataclass(frozen=True, slots=True, eq=False)
class ProtectedPart:
    """One part as it may be published.

    Attributes:
        prints: What is printed, per cell; None where nothing is.
        attempt: The means that did it.
        proven: What is proved possible for each reader.
        already: Numbers and views, the number being known from earlier editions.
    """

    prints: tuple[Print | None, ...]
    attempt: Attempt
    proven: Proven
    already: tuple[tuple[int, int], ...]


def protect_part(order: PartOrder) -> ProtectedPart:
    """Round a part so that its audit passes.

    Raises:
        DisclosureError: The time was over.
    """
    rounding = _PartRounding(order)
    for attempt in islice(attempts(order), order.refused, None):
        found = rounding.attempt(attempt)
        if found is not None:
            return found
    return rounding.leave_out()


class _PartRounding:
    """The rounds of one part."""

    def __init__(self, order: PartOrder) -> None:
        self._order = order
        self._targets = find_targets(order.problem, order.settings.threshold)
        self._already: set[tuple[int, int]] = set()
        self._asked: set[tuple[int, int]] = set()

    def attempt(self, attempt: Attempt) -> ProtectedPart | None:
        """Round with one means, and again with cuts; None where it does not do."""
        if attempt.step is Means.SOME_LEFT_OUT:
            return self._spare(attempt)
        if attempt.step is Means.PINS_RELEASED and self._kept_values is not None:
            # What was printed before adds up.
            return None
        sheet = self._sheet(attempt)
        cuts: list[Cut] = []
        best: ProtectedPart | None = None
        for round_ in range(_ROUNDS + 1):
            values = self._round(sheet, cuts)
            if values is None:
                return best
            prints = self._prints(attempt, values)
            paper, proven = self._audit(attempt, prints)
            if proven.open_cells():
                found = _find_cuts(sheet, values, paper, proven)
            else:
                step = Means.CUTS if round_ and attempt.step is Means.ROUNDED else attempt.step
                best = self._protected(replace(attempt, step=step), prints, proven)
                found = self._guard(sheet, values, paper) if round_ < _GUARD_ROUNDS else None
            if not found:
                return best
            cuts.extend(found)
        return best

    def _spare(self, attempt: Attempt) -> ProtectedPart | None:
        """Leave out the new numbers by which small ones are known, until none is; else None."""
        for _ in range(_ROUNDS):
            sheet = self._sheet(attempt)
            values = self._round(sheet, ())
            if values is None:
                return None
            prints = self._prints(attempt, values)
            paper, proven = self._audit(attempt, prints)
            telling = _find_telling(sheet, values, paper, proven)
            if not proven.open_cells():
                return self._protected(attempt, prints, proven)
            if not telling.any():
                return None
            attempt = replace(attempt, omitted=attempt.omitted | telling)
        return None

    def _round(self, sheet: PartSheet, cuts: Sequence[Cut]) -> "Counts | None":
        """Choose the prints of a sheet; None where there are none."""
        answer, values = round_part(sheet, cuts, self._seconds)
        if answer is SolverAnswer.UNDECIDED:
            raise disclosure_failure("time")
        return values

    def _guard(self, sheet: PartSheet, values: "Counts", paper: Paper) -> list[Cut]:
        """Return cuts for numbers that late cases could make small, where any can be found.

        A print that is held when its number becomes small should leave as many values then.
        """
        if (sheet.held >= 0).any() or (sheet.preferred >= 0).any():
            return []
        near = find_targets(self._order.problem, self._order.settings.threshold + HOLD).against
        against = near & ~self._targets.against
        proven = audit_part(replace(paper, against=against), self._order.deadline)
        return _find_cuts(sheet, values, paper, proven, all_or_none=False) or []

    def leave_out(self) -> ProtectedPart:
        """Print nothing but what was printed before and keeps its print, as far as sums hold."""
        attempt, values = self._nothing_new, self._kept_values
        while values is None:
            finest = find_finest(self._order.problem, ~attempt.omitted)
            attempt = replace(attempt, omitted=attempt.omitted | finest)
            values = self._round(self._sheet(attempt), ())
        prints = self._prints(attempt, values)
        _, proven = self._audit(attempt, prints)
        # Nothing new is told, so what is known too closely was known before.
        for cell in proven.open_cells():
            self._excuse(proven, cell, proven.open_views(cell))
        return self._protected(attempt, prints, proven)

    @property
    def _nothing_new(self) -> Attempt:
        order = self._order
        omitted = ~order.keeping(order.base)
        own_values = order.settings.own_values
        return Attempt(Means.LEFT_OUT, order.base, True, False, own_values, omitted)  # noqa: FBT003  fields

    @cached_property
    def _kept_values(self) -> "Counts | None":
        """Return the prints of what was printed before, alone; None where it does not add up."""
        return self._round(self._sheet(self._nothing_new), ())

    @property
    def _seconds(self) -> float:
        """Return how long one solve may last: what is asked for, or what is left."""
        left = self._order.deadline - time.time()
        if left <= 0:
            raise disclosure_failure("time")
        return min(self._order.settings.seconds, left)

    def _sheet(self, attempt: Attempt) -> PartSheet:
        order = self._order
        keeping = order.keeping(attempt.base)
        kept = np.where(keeping, order.pins, -1)
        none = np.full_like(kept, -1)
        return PartSheet(
            problem=order.problem,
            is_printed=order.is_printed & ~attempt.omitted,
            is_bound=order.is_bound,
            held=none if attempt.frees else kept,
            preferred=kept if attempt.frees else none,
            base=attempt.base,
            is_wide=attempt.is_wide,
            noise=order.noise,
        )

    def _prints(self, attempt: Attempt, values: "Counts") -> tuple[Print | None, ...]:
        """Return the prints with what readers are told of how far they are from the counts."""
        own = widest(attempt.base) if attempt.is_wide else attempt.base - 1
        found: list[Print | None] = []
        counts = self._order.problem.value.tolist()
        for value, before, count in zip(values.tolist(), self._order.earlier, counts, strict=True):
            is_kept = bool(before) and before[-1].value == value
            window = held_window(before[-1], count) if is_kept else own
            base = before[-1].base if is_kept else attempt.base
            found.append(None if value < 0 else Print(value, base, window, count))
        return tuple(found)

    def _audit(self, attempt: Attempt, prints: Sequence[Print | None]) -> tuple[Paper, Proven]:
        """Audit the prints, and excuse what was known before them."""
        order = self._order
        low, high = windows_left(order.earlier, prints, order.problem.value)
        demand = np.full(len(order.problem.views), attempt.own_values, dtype=np.int64)
        demand[PUBLIC] = order.settings.values
        against = self._targets.against.copy()
        for cell, view in self._already:
            against[cell, view] = False
        paper = Paper(order.problem, against, low, high, demand)
        proven = audit_part(paper, order.deadline)
        self._find_already(paper, proven)
        return paper, proven

    def _find_already(self, paper: Paper, proven: Proven) -> None:
        """Excuse the numbers that are known too closely without what is printed anew.

        What keeps its print tells nothing new, whatever has become of the count behind it.
        """
        order = self._order
        if not (any(order.earlier) or order.problem.is_known.any()):
            return
        against = np.zeros_like(paper.against)
        for cell in proven.open_cells():
            against[cell] = proven.open_views(cell)
        for cell, view in self._asked:
            against[cell, view] = False
        if not against.any():
            return
        self._asked.update((int(cell), int(view)) for cell, view in np.argwhere(against))
        kept = [
            Print(before[-1].value, before[-1].base, held_window(before[-1], count), count)
            if before and holds(before[-1], count)
            else None
            for before, count in zip(order.earlier, order.problem.value.tolist(), strict=True)
        ]
        low, high = windows_left(order.earlier, kept, order.problem.value)
        before = audit_part(replace(paper, against=against, low=low, high=high), order.deadline)
        for cell in before.open_cells():
            self._excuse(proven, cell, before.open_views(cell))

    def _excuse(self, proven: Proven, cell: int, views: "Mask") -> None:
        for view in np.flatnonzero(views).tolist():
            self._already.add((cell, view))
            proven.excuse(cell, view)

    def _protected(
        self, attempt: Attempt, prints: tuple[Print | None, ...], proven: Proven
    ) -> ProtectedPart:
        return ProtectedPart(prints, attempt, proven, tuple(sorted(self._already)))


def _find_telling(sheet: PartSheet, values: "Counts", paper: Paper, proven: Proven) -> "Mask":
    """Return the new numbers whose prints bound a number known too closely."""
    telling = np.zeros(paper.problem.size, dtype=np.bool_)
    reasons: dict[int, Reasons] = {}
    for cell in proven.open_cells():
        for view in np.flatnonzero(proven.open_views(cell)).tolist():
            if view not in reasons:
                reasons[view] = Reasons(sheet, values, paper, view)
            telling[reasons[view].telling(cell)] = True
    return telling & sheet.is_printed & (sheet.held < 0)


def _find_cuts(
    sheet: PartSheet, values: "Counts", paper: Paper, proven: Proven, *, all_or_none: bool = True
) -> list[Cut] | None:
    """Return a cut for each number known too closely.

    Args:
        sheet: What the prints were chosen from.
        values: The print per cell.
        paper: The part as its readers have it.
        proven: What is proved possible.
        all_or_none: Return None where for some number nothing can be turned.
    """
    reasons: dict[int, Reasons] = {}
    cuts: list[Cut] = []
    for cell in proven.open_cells():
        for view in np.flatnonzero(proven.open_views(cell)).tolist():
            if view not in reasons:
                reasons[view] = Reasons(sheet, values, paper, view)
            if (cut := reasons[view].cut(cell)) is not None:
                cuts.append(cut)
            elif all_or_none:
                return None
            if len(cuts) == _MOST_CUTS:
                return cuts
    return cuts
