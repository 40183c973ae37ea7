"""Rounding one part until its audit passes: first as asked for, then by ever stronger means.

Each means is tried with up to `_ROUNDS` rounds of cuts: the audit names the numbers a reader knows
too closely, each gives a cut, and the part is rounded again.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.controlled import Cut, PartSheet, round_part
from fpsheet_sync.disclosure.cuts import Reasons
from fpsheet_sync.disclosure.disclosure_error import disclosure_failure
from fpsheet_sync.disclosure.part_audit import Paper, audit_part
from fpsheet_sync.disclosure.prints import HOLD, Print, held_window, holds, widest, windows_left
from fpsheet_sync.disclosure.problem import PUBLIC, Problem
from fpsheet_sync.disclosure.proven import Proven
from fpsheet_sync.disclosure.settings import BASES, Rounding
from fpsheet_sync.disclosure.solver import SolverAnswer
from fpsheet_sync.disclosure.targets import find_targets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Mask = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

_ROUNDS = 10
_MOST_CUTS = 200
"""Cuts of one round: the rest follow in the next, where they are still needed."""

_GUARD_ROUNDS = 3
"""Rounds in which numbers that late cases could make small are looked after too."""

_LEVELS = 3
"""How many times the finest numbers of a part are left out before all of them are."""


class Means(StrEnum):
    """By what means a part was protected, from the weakest to the strongest."""

    ROUNDED = "rounded"
    """Rounded once."""
    CUTS = "cuts"
    """Rounded again, with some numbers turned the other way."""
    MOVED = "moved"
    """A revised number had to move: the part was rounded anew, old prints kept where possible."""
    WIDER = "wider"
    """New numbers lie farther from their counts, so that those printed before keep their prints."""
    OTHER_BASE = "other_base"
    """Rounded to a larger base."""
    PINS_RELEASED = "pins_released"
    """Numbers printed before were allowed other prints, all prints together being audited."""
    DEMAND_TWO = "demand_two"
    """A kommune that knows all its own is left two possible values of some number, not three."""
    COARSER = "coarser"
    """The finest numbers were left out."""
    LEFT_OUT = "left_out"
    """No number of the part that was not printed before is printed."""


@dataclass(frozen=True, slots=True, eq=False)
class PartOrder:
    """One part to be rounded.

    Attributes:
        problem: The part.
        is_printed: Whether the number is to be printed, per cell.
        is_bound: Whether the equation must hold in print, per equation.
        earlier: What stood on paper before, oldest first, per cell.
        noise: From -1 to 1, per cell.
        settings: The choices made.
        deadline: When to give up (`time.time`).
    """

    problem: Problem
    is_printed: "Mask"
    is_bound: "Mask"
    earlier: tuple[tuple[Print, ...], ...]
    noise: "Numbers"
    settings: Rounding
    deadline: float

    @property
    def pins(self) -> "Counts":
        """Return the last print of each number to be printed; -1 for none."""
        return np.array(
            [
                before[-1].value if before and printed else -1
                for before, printed in zip(self.earlier, self.is_printed.tolist(), strict=True)
            ],
            dtype=np.int64,
        )

    @property
    def base(self) -> int:
        """Return the base of the part: that of most prints it had, else the one asked for."""
        bases = [
            before[-1].base
            for before, printed in zip(self.earlier, self.is_printed.tolist(), strict=True)
            if before and printed
        ]
        return max(sorted(set(bases)), key=bases.count, default=self.settings.base)

    @property
    def refused(self) -> int:
        """Return how many means, from the weakest on, are passed over."""
        passed_over = self.settings.refused
        return max((passed_over.get(id_, 0) for id_ in self.problem.ids), default=0)

    def keeping(self, base: int) -> "Mask":
        """Return which numbers keep the print they had, if the part has a base."""
        return np.array(
            [
                bool(before) and printed and before[-1].base == base and holds(before[-1], count)
                for before, printed, count in zip(
                    self.earlier,
                    self.is_printed.tolist(),
                    self.problem.value.tolist(),
                    strict=True,
                )
            ],
            dtype=np.bool_,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """One means.

    Attributes:
        step: Its name.
        base: The base.
        is_wide: Whether prints may be as far from their counts as after revisions.
        frees: Whether numbers printed before may move.
        own_values: Whole values left to a kommune.
        omitted: Numbers not printed, per cell.
    """

    step: Means
    base: int
    is_wide: bool
    frees: bool
    own_values: int
    omitted: "Mask"


@dataclass(frozen=True, slots=True, eq=False)
class ProtectedPart:
    """One part as it may be published.

    Attributes:
        prints: What is printed, per cell; None where nothing is.
        attempt: The means that did it.
        solves: How often it was rounded.
        proven: What is proved possible for each reader.
        already: Numbers and views, the number being known from earlier editions.
    """

    prints: tuple[Print | None, ...]
    attempt: Attempt
    solves: int
    proven: Proven
    already: tuple[tuple[int, int], ...]


def protect_part(order: PartOrder) -> ProtectedPart:
    """Round a part so that its audit passes.

    Raises:
        DisclosureError: The time was over.
    """
    rounding = _PartRounding(order)
    for attempt in islice(_attempts(order), order.refused, None):
        found = rounding.attempt(attempt)
        if found is not None:
            return found
    return rounding.leave_out()


def leave_out(order: PartOrder) -> ProtectedPart:
    """Print nothing of a part but what was printed before and keeps its print."""
    return _PartRounding(order).leave_out()


def _attempts(order: PartOrder) -> Iterator[Attempt]:
    """Yield the means in the order in which they are tried; leaving the part out is the last."""
    settings, base = order.settings, order.base
    is_pinned = order.pins >= 0
    has_pins, moves = bool(is_pinned.any()), bool((is_pinned & ~order.keeping(base)).any())
    keeps = has_pins and not moves
    nothing = np.zeros(order.problem.size, dtype=np.bool_)
    plain = Attempt(Means.ROUNDED, base, moves, moves, settings.own_values, nothing)
    yield replace(plain, step=Means.MOVED) if moves else plain
    if keeps:
        yield replace(plain, step=Means.WIDER, is_wide=True)
    for other in (each for each in BASES if each > base and not has_pins):
        yield replace(plain, step=Means.OTHER_BASE, base=other)
    for omitted in _coarser(order):
        yield replace(plain, step=Means.COARSER, omitted=omitted)
    if keeps:
        yield replace(plain, step=Means.PINS_RELEASED, is_wide=True, frees=True)
    fewer = replace(plain, own_values=min(2, settings.own_values))
    if fewer.own_values < settings.own_values:
        yield replace(fewer, step=Means.DEMAND_TWO)


def _coarser(order: PartOrder) -> Iterator["Mask"]:
    """Yield ever more of the finest numbers: those that are no sums of others still printed."""
    omitted = np.zeros(order.problem.size, dtype=np.bool_)
    for _ in range(_LEVELS):
        is_total = np.zeros(order.problem.size, dtype=np.bool_)
        left = order.is_printed & ~omitted
        for row in order.problem.rows:
            is_total[row[0]] |= bool(left[list(row[1:])].any())
        omitted = omitted | (left & ~is_total & (order.pins < 0))
        if not (order.is_printed & ~omitted).any():
            return
        yield omitted


class _PartRounding:
    """The rounds of one part."""

    def __init__(self, order: PartOrder) -> None:
        self._order = order
        self._targets = find_targets(order.problem, order.settings.threshold)
        self._already: set[tuple[int, int]] = set()
        self._asked: set[tuple[int, int]] = set()
        self._solves = 0

    def attempt(self, attempt: Attempt) -> ProtectedPart | None:
        """Round with one means, and again with cuts; None where it does not do."""
        sheet = self._sheet(attempt)
        cuts: list[Cut] = []
        best: ProtectedPart | None = None
        for round_ in range(_ROUNDS + 1):
            answer, values = round_part(sheet, cuts, self._seconds)
            self._solves += 1
            if answer is SolverAnswer.UNDECIDED:
                raise disclosure_failure("time")
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
        """Print nothing but what was printed before and keeps its print."""
        order = self._order
        omitted = ~order.keeping(order.base)
        own_values = order.settings.own_values
        attempt = Attempt(Means.LEFT_OUT, order.base, True, False, own_values, omitted)  # noqa: FBT003  fields
        prints = self._prints(attempt, np.where(omitted, -1, order.pins))
        _, proven = self._audit(attempt, prints)
        # Nothing new is told, so what is known too closely was known before.
        for cell in proven.open_cells():
            self._excuse(proven, cell, proven.open_views(cell))
        return self._protected(attempt, prints, proven)

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
        return ProtectedPart(prints, attempt, self._solves, proven, tuple(sorted(self._already)))


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
