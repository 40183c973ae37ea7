"""What fewer breakdowns would have saved: cells that need not be hidden without them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from fpsheet_sync.disclosure.cells import CellId, Equation, Release
from fpsheet_sync.disclosure.knowledge import Knowledge
from fpsheet_sync.disclosure.primary import find_primary
from fpsheet_sync.disclosure.problem import build_problem
from fpsheet_sync.disclosure.secondary import choose_hidden
from fpsheet_sync.disclosure.settings import Settings
from fpsheet_sync.disclosure.share import add_rests


@dataclass(frozen=True, slots=True)
class Saving:
    """What leaving out one breakdown, or a whole table, would change.

    The numbers are those of the choice before its last repairs, and differ from a full
    suppression by some per cent.

    Attributes:
        table: The table.
        breakdown: The breakdown left out; "" for the whole table.
        lost: Cells that would not be printed any more because they would not exist; those that
            are hidden anyway are not counted.
        freed: Cells hidden now, of those that stay, that could be printed.
    """

    table: str
    breakdown: str
    lost: int
    freed: int


def find_savings(
    release: Release, settings: Settings, *, tables: Iterable[str] | None = None
) -> tuple[Saving, ...]:
    """Try each breakdown of each table, and each table as a whole.

    Args:
        release: The release, already found to be in order.
        settings: The choices to make it with.
        tables: Only these tables; None for all. Each trial costs some tenths of a second for 5
            kommuner and some seconds for 98.

    Returns:
        One saving per trial, by most cells freed, then table and breakdown.
    """
    wanted = None if tables is None else set(tables)
    trials = sorted(
        {
            (equation.table, breakdown)
            for equation in release.equations
            if equation.table and (wanted is None or equation.table in wanted)
            for breakdown in ("", equation.breakdown)
        }
    )
    now = _hidden(release, settings)
    found = [_try(release, settings, now, trial) for trial in trials]
    return tuple(sorted(found, key=lambda one: (-one.freed, one.table, one.breakdown)))


def drop_breakdown(release: Release, table: str, breakdown: str = "") -> Release:
    """Give the release without one breakdown of a table, or without the table.

    Cells that another table prints stay.
    """
    dropped = [
        equation
        for equation in release.equations
        if equation.table == table and breakdown in {"", equation.breakdown}
    ]
    elsewhere = {
        id_
        for equation in release.equations
        if equation.table != table
        for id_ in (equation.total, *equation.parts)
    }
    gone = {
        id_
        for equation in dropped
        for id_ in (equation.parts if breakdown else (equation.total, *equation.parts))
    } - elsewhere

    def stays(equation: Equation) -> bool:
        return gone.isdisjoint((equation.total, *equation.parts))

    left = set(dropped)
    return replace(
        release,
        cells=tuple(cell for cell in release.cells if cell.id not in gone),
        equations=tuple(
            equation for equation in release.equations if equation not in left and stays(equation)
        ),
        derived=tuple(
            figure
            for figure in release.derived
            if gone.isdisjoint((*figure.rests_on, *(figure.share_of or ())))
        ),
    )


def _try(
    release: Release, settings: Settings, now: frozenset[CellId], trial: tuple[str, str]
) -> Saving:
    smaller = drop_breakdown(release, *trial)
    stay = {cell.id for cell in smaller.cells}
    hidden = _hidden(smaller, settings) & stay
    printed = {cell.id for cell in release.cells} - now
    return Saving(*trial, lost=len(printed - stay), freed=len(now & stay) - len(hidden))


def _hidden(release: Release, settings: Settings) -> frozenset[CellId]:
    extended, _ = add_rests(release)
    problem = build_problem(extended, hidden_from=settings.hidden_from)
    knowledge = Knowledge(problem)
    primary = find_primary(problem, settings, knowledge.known)
    hidden = choose_hidden(problem, primary, knowledge, settings.width)
    return frozenset(problem.ids[cell] for cell in np.flatnonzero(hidden).tolist())
