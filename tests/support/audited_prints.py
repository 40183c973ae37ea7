"""Prints that stand already, audited as a release that is being rounded is.

A release is rounded and audited in one; tests ask of prints that they have chosen themselves.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.cells import CellId, DisclosedRelease, check_release
from fpsheet_sync.disclosure.disclosure_error import disclosure_failure
from fpsheet_sync.disclosure.part_audit import Paper, audit_part
from fpsheet_sync.disclosure.parts import split
from fpsheet_sync.disclosure.prints import Print, windows_left
from fpsheet_sync.disclosure.problem import PUBLIC, build_problem
from fpsheet_sync.disclosure.rounding import RoundedAudit, _check_earlier, _readers
from fpsheet_sync.disclosure.targets import find_targets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fpsheet_sync.disclosure.proven import Proven
    from fpsheet_sync.disclosure.settings import Rounding

NEVER: Mapping[CellId, tuple[Print, ...]] = {}


def audit_prints(
    release: DisclosedRelease,
    settings: Rounding,
    prints: Mapping[CellId, Print],
    *,
    earlier: Mapping[CellId, tuple[Print, ...]] = NEVER,
) -> RoundedAudit:
    """Audit prints as they stand, wherever they come from.

    A number without a print is one that nobody prints.

    Raises:
        SpecError: The release is wrong in itself.
        DisclosureError: A print is not of its count, or the time is over.
    """
    check_release(release)
    _check_earlier(earlier)
    check_prints(release, prints)
    problem = build_problem(release)
    parts = split(problem)
    deadline = time.time() + settings.time_limit
    found: list[Proven] = []
    for part in parts:
        ids = part.problem.ids
        before = tuple(earlier.get(id_, ()) for id_ in ids)
        low, high = windows_left(before, [prints.get(id_) for id_ in ids], part.problem.value)
        demand = np.full(len(problem.views), settings.own_values, dtype=np.int64)
        demand[PUBLIC] = settings.values
        against = find_targets(part.problem, settings.threshold).against
        found.append(audit_part(Paper(part.problem, against, low, high, demand), deadline))
    return RoundedAudit(_readers(problem, parts, found))


def check_prints(release: DisclosedRelease, prints: Mapping[CellId, Print]) -> None:
    """Refuse a print that is not of its count."""
    counts = {cell.id: cell.value for cell in release.cells}
    for id_, one in sorted(prints.items()):
        is_near = id_ in counts and abs(one.value - counts[id_]) <= one.window
        if not (is_near and replace(one, count=None).is_sound):
            raise disclosure_failure("misfit", cell=id_)
