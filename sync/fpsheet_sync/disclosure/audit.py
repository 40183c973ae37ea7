"""The audit: what the public and each kommune could work out from a release as it would stand.

It starts from the printed cells alone and trusts nothing that chose them: a witness is checked
before it counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.disclosure.interval import Interval
from fpsheet_sync.disclosure.parts import Part, Workers
from fpsheet_sync.disclosure.pattern import Pattern
from fpsheet_sync.disclosure.problem import PUBLIC, Problem
from fpsheet_sync.disclosure.settings import Settings
from fpsheet_sync.disclosure.view import (
    Group,
    Verdict,
    ViewAudit,
    find_groups,
    measure_group,
    prove_view,
    summarise,
)
from fpsheet_sync.disclosure.witness import Reach


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit from every view, the public first."""

    views: tuple[ViewAudit, ...]

    @property
    def has_passed(self) -> bool:
        """Tell whether no reader can work out any primary cell kept from it."""
        return not any(view.breaches for view in self.views)

    @property
    def narrowest(self) -> tuple[str, CellId, Interval] | None:
        """Give the narrowest interval of all, after its view and its cell; None if none is."""
        found = [(view.view, *view.narrowest) for view in self.views if view.narrowest]
        return min(found, key=lambda one: (one[2].width, one[0], one[1]), default=None)


def audit_pattern(
    pattern: Pattern, settings: Settings, parts: Sequence[Part], workers: Workers
) -> Audit:
    """Audit a choice of hidden cells.

    Args:
        pattern: The choice; of its witnesses, wrong ones are passed over.
        settings: The width asked for, and how much is measured.
        parts: The independent parts of the release.
        workers: Those who measure them.
    """
    pattern = pattern.checked()
    problem, primary = pattern.problem, pattern.primary
    orders = [(part, settings) for part in pattern.divided(parts)]
    public: dict[int, Verdict] = {}
    for part, found in zip(parts, workers.run(_measure_public, orders), strict=True):
        public |= {int(part.cells[cell]): verdict for cell, verdict in found.items()}
    views = range(PUBLIC + 1, len(problem.views))
    audits = [summarise(problem, primary, PUBLIC, public, set(public))]
    if np.count_nonzero(pattern.hidden) * len(problem.views) > settings.interval_limit:
        reach = Reach(problem, primary)
        for witness in pattern.witnesses:
            reach.add(witness)
        audits.extend(prove_view(problem, primary, settings.width, view, reach) for view in views)
    else:
        groups = _groups(pattern)
        audits.extend(_measure_view(pattern, settings, view, (groups, public)) for view in views)
    return Audit(tuple(audits))


def _groups(pattern: Pattern) -> list[Group]:
    unknown = pattern.hidden & ~pattern.problem.is_known
    return find_groups(pattern.problem, unknown, pattern.witnesses)


def _measure_public(order: tuple[Pattern, Settings]) -> dict[int, Verdict]:
    """Measure what the public can say of every hidden cell."""
    pattern, settings = order
    found: dict[int, Verdict] = {}
    for group in _groups(pattern):
        kept = pattern.primary.against[:, PUBLIC]
        found |= measure_group(pattern.problem, kept, settings, group)
    return found


def _measure_view(
    pattern: Pattern, settings: Settings, view: int, told: tuple[list[Group], dict[int, Verdict]]
) -> ViewAudit:
    """Measure what a kommune can say, where it knows some cells of a group; else it is public."""
    problem, primary = pattern.problem, pattern.primary
    groups, public = told
    verdicts = dict(public)
    own: set[int] = set()
    for group in groups:
        if not (problem.owner[group.cells] == view).any():
            continue
        for cell in group.cells.tolist():
            del verdicts[cell]
        for part in _without_own(problem, view, group):
            found = measure_group(problem, primary.against[:, view], settings, part, public)
            verdicts |= found
            own |= found.keys()
    return summarise(problem, primary, view, verdicts, own)


def _without_own(problem: Problem, view: int, group: Group) -> list[Group]:
    """Give what is left of a group for the kommune that knows some of its cells."""
    left = np.zeros(problem.size, dtype=np.bool_)
    left[group.cells] = True
    left &= problem.owner != view
    return find_groups(problem, left, group.witnesses)
