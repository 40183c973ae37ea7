"""Primary cells: which numbers reveal somebody, and to whom they must not be known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.problem import NOBODY, PUBLIC, Problem
from fpsheet_sync.disclosure.settings import Settings, ZeroPolicy

if TYPE_CHECKING:
    from numpy.typing import NDArray

MANY = -2
"""Contributor of a number to which several kommuner contribute."""


@dataclass(frozen=True, slots=True, eq=False)
class Primary:
    """The cells to protect.

    Attributes:
        is_primary: Whether the cell is hidden for its own sake, per cell.
        against: Whether the cell must be kept from the view, per cell and view. A kommune's own
            numbers need not be kept from it, nor a number of the country that no other kommune
            contributes to.
        too_late: Whether the view knows the cell whatever is hidden now, per cell and view; such
            a cell is not kept from it.
    """

    is_primary: "NDArray[np.bool_]"
    against: "NDArray[np.bool_]"
    too_late: "NDArray[np.bool_]"


def find_primary(problem: Problem, settings: Settings, known: "NDArray[np.bool_]") -> Primary:
    """Find the counts below the threshold, now or in an earlier edition, and who is not to know.

    Args:
        problem: The release.
        settings: The choices made.
        known: What each view knows with everything hidden, per cell and view.
    """
    small = problem.value < settings.threshold
    if settings.zeros is not ZeroPolicy.HIDDEN:
        small &= problem.value > 0
    is_primary = (small | problem.was_small) & problem.is_count
    against = np.repeat(is_primary[:, None], len(problem.views), axis=1)
    for alone in (problem.owner, _contributors(problem)):
        cells = np.flatnonzero(alone > PUBLIC)
        against[cells, alone[cells]] = False
    return Primary(is_primary, against & ~known, against & known)


def depths(problem: Problem) -> "NDArray[np.int64]":
    """Give how many sums lie above each cell: 0 for a total that is part of nothing.

    Cells in a circle of equations (possible between zeros only) keep a depth below their totals'.
    """
    depth = np.zeros(problem.size, dtype=np.int64)
    waiting = [0] * problem.size
    for row in problem.rows:
        for part in row[1:]:
            waiting[part] += 1
    ready = [cell for cell in range(problem.size) if not waiting[cell]]
    while ready:
        cell = ready.pop()
        for number in problem.rows_of[cell]:
            row = problem.rows[number]
            if row[0] != cell:
                continue
            for part in row[1:]:
                depth[part] = max(depth[part], depth[cell] + 1)
                waiting[part] -= 1
                if not waiting[part]:
                    ready.append(part)
    return depth


def _contributors(problem: Problem) -> "NDArray[np.int64]":
    """Give the only kommune that contributes to each number, `NOBODY` for zero, else `MANY`."""
    found = problem.owner.copy()
    found[problem.value == 0] = NOBODY
    found[(problem.owner == NOBODY) & (problem.value > 0)] = MANY
    deepest_first = np.argsort(-depths(problem), kind="stable")
    for cell in deepest_first:
        if found[cell] != MANY:
            continue
        for number in problem.rows_of[cell]:
            row = problem.rows[number]
            if row[0] != cell:
                continue
            alone = {int(found[part]) for part in row[1:]} - {NOBODY}
            if len(alone) == 1 and MANY not in alone:
                found[cell] = alone.pop()
    return found
