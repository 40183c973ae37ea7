"""The audit: what the public and each kommune could work out from a release as it would stand.

It starts from the printed cells alone and trusts nothing that chose them: a witness is checked
before it counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.disclosure.interval import Interval
from fpsheet_sync.disclosure.primary import Primary
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
from fpsheet_sync.disclosure.witness import Reach, Witness, is_valid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]


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
    problem: Problem,
    primary: Primary,
    hidden: "Mask",
    settings: Settings,
    witnesses: Sequence[Witness] = (),
) -> Audit:
    """Audit a choice of hidden cells.

    Args:
        problem: The release.
        primary: What must be kept from whom.
        hidden: The cells that are not printed.
        settings: The width asked for, and how much is measured.
        witnesses: Other tables that fit, if any are known; wrong ones are passed over.
    """
    checked = [witness for witness in witnesses if is_valid(problem, hidden, witness)]
    groups = find_groups(problem, hidden & ~problem.is_known, checked)
    public: dict[int, Verdict] = {}
    for group in groups:
        public |= measure_group(problem, primary.against[:, PUBLIC], settings, group)
    views = range(PUBLIC + 1, len(problem.views))
    audits = [summarise(problem, primary, PUBLIC, public, set(public))]
    if np.count_nonzero(hidden) * len(problem.views) > settings.interval_limit:
        reach = Reach(problem, primary)
        for witness in checked:
            reach.add(witness)
        audits.extend(prove_view(problem, primary, settings.width, view, reach) for view in views)
        return Audit(tuple(audits))
    for view in views:
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
        audits.append(summarise(problem, primary, view, verdicts, own))
    return Audit(tuple(audits))


def _without_own(problem: Problem, view: int, group: Group) -> list[Group]:
    """Give what is left of a group for the kommune that knows some of its cells."""
    left = np.zeros(problem.size, dtype=np.bool_)
    left[group.cells] = True
    left &= problem.owner != view
    return find_groups(problem, left, group.witnesses)
