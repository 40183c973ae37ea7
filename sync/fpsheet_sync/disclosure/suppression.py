"""What is printed of a release and what is hidden, with the audit that allows it."""

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from fpsheet_sync.disclosure.audit import Audit, audit_pattern
from fpsheet_sync.disclosure.cells import CellId, Release, check_release
from fpsheet_sync.disclosure.errors import disclosure_failure
from fpsheet_sync.disclosure.knowledge import Knowledge
from fpsheet_sync.disclosure.parts import Workers, split, workers_for
from fpsheet_sync.disclosure.pattern import Pattern, join
from fpsheet_sync.disclosure.primary import find_primary
from fpsheet_sync.disclosure.problem import Problem, build_problem
from fpsheet_sync.disclosure.protection import protect
from fpsheet_sync.disclosure.settings import Settings
from fpsheet_sync.disclosure.share import add_rests, hidden_figures


class Status(StrEnum):
    """What becomes of a cell. The reader sees one symbol for both kinds of hidden cell."""

    PUBLISHED = "published"
    PRIMARY = "primary"
    """Hidden because it is small."""
    SECONDARY = "secondary"
    """Hidden because a primary cell could be worked out from it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a secondary cell is hidden.

    Attributes:
        protects: The first primary cell that needs it; for a share, possibly its rest.
        against: Kommunekode of the kommune that could work that out otherwise; "" for the public.
    """

    protects: CellId
    against: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """A release that may be published.

    Which hidden cells are primary is itself confidential: it says how large they are.

    Attributes:
        status: What becomes of each cell.
        hidden_figures: The derived figures that must not be printed.
        reasons: Why, per secondary cell.
        already_known: Primary cells that a reader knows from what was printed before, with the
            reader ("" for the public): they are hidden from now on, but nothing can take them
            back.
        audit: The passed audit.
        settings: The choices it was made with.
    """

    status: Mapping[CellId, Status]
    hidden_figures: frozenset[str]
    reasons: Mapping[CellId, Reason]
    already_known: tuple[tuple[CellId, str], ...]
    audit: Audit
    settings: Settings

    def is_hidden(self, cell: CellId) -> bool:
        """Tell whether a cell must not be printed."""
        return self.status[cell] is not Status.PUBLISHED


def suppress(release: Release, settings: Settings | None = None) -> Suppression:
    """Choose what to hide so that nobody is revealed, and prove it.

    Small counts are hidden, then as much else as it takes to keep every reader from working them
    out: the public, and each kommune, which knows its own numbers. The same release gives the
    same result, whatever the order of its cells and equations.

    Raises:
        SpecError: The release is wrong in itself (a sum that does not add up, a cell that is not
            there).
        DisclosureError: Some cell cannot be protected whatever is hidden.
    """
    settings = settings or Settings()
    problem, rests = _read(release, settings)
    parts = split(problem)
    with workers_for(problem, parts) as workers:
        orders = [(part.problem, settings) for part in parts]
        pattern = join(problem, parts, workers.run(protect, orders))
        audit = audit_pattern(pattern, settings, parts, workers)
    if not audit.has_passed:
        raise disclosure_failure("audit")
    status = _status(pattern, rests)
    hidden = frozenset(cell for cell, kind in status.items() if kind is not Status.PUBLISHED)
    return Suppression(
        status=status,
        hidden_figures=hidden_figures(release, hidden),
        reasons=_reasons(pattern, status),
        already_known=tuple(
            (problem.ids[cell], problem.views[view])
            for cell, view in np.argwhere(pattern.primary.too_late).tolist()
        ),
        audit=audit,
        settings=settings,
    )


def audit_hidden(
    release: Release, hidden: Collection[CellId], settings: Settings | None = None
) -> Audit:
    """Audit a release as it stands, with the cells given not printed and all others printed.

    Every interval is measured in every view, which for all kommuner of Denmark takes hours.

    Raises:
        SpecError: The release is wrong in itself.
    """
    settings = replace(settings or Settings(), interval_limit=sys.maxsize)
    problem, rests = _read(release, settings)
    primary = find_primary(problem, settings, Knowledge(problem).known)
    unprinted = rests.union(hidden)
    mask = np.array([id_ in unprinted for id_ in problem.ids], dtype=np.bool_)
    return audit_pattern(Pattern(problem, primary, mask), settings, split(problem), Workers())


def _read(release: Release, settings: Settings) -> tuple[Problem, frozenset[CellId]]:
    """Check a release and put it into arrays, with the rests of its shares."""
    check_release(release)
    extended, rests = add_rests(release)
    check_release(extended)
    unprinted = rests | release.unprinted
    return build_problem(extended, hidden_from=settings.hidden_from), unprinted


def _status(pattern: Pattern, rests: frozenset[CellId]) -> dict[CellId, Status]:
    status: dict[CellId, Status] = {}
    for cell, id_ in enumerate(pattern.problem.ids):
        if id_ in rests:
            continue
        if pattern.primary.is_primary[cell]:
            status[id_] = Status.PRIMARY
        else:
            status[id_] = Status.SECONDARY if pattern.hidden[cell] else Status.PUBLISHED
    return status


def _reasons(pattern: Pattern, status: Mapping[CellId, Status]) -> dict[CellId, Reason]:
    problem = pattern.problem
    reasons: dict[CellId, Reason] = {}
    for witness in pattern.witnesses:
        cell, view = witness.purpose
        reason = Reason(problem.ids[cell], problem.views[view])
        for other in witness.cells.tolist():
            id_ = problem.ids[other]
            if status.get(id_) is Status.SECONDARY:
                reasons.setdefault(id_, reason)
    return dict(sorted(reasons.items()))
