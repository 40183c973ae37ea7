"""What one reader could work out, measured with linear programs or proven by witnesses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.block import connected
from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.disclosure.interval import Extent, Interval, measure, start_extent
from fpsheet_sync.disclosure.primary import Primary
from fpsheet_sync.disclosure.problem import Problem
from fpsheet_sync.disclosure.program import ROUNDING, Changes, Question
from fpsheet_sync.disclosure.settings import Settings
from fpsheet_sync.disclosure.witness import Reach, Witness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Group:
    """Hidden cells that hang together, sorted, and the witnesses that change only them."""

    cells: "Cells"
    witnesses: tuple[Witness, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The interval of a cell, and whether it is wide enough for a primary cell."""

    interval: Interval
    is_safe: bool


@dataclass(frozen=True, slots=True)
class ViewAudit:
    """What one reader could work out.

    Attributes:
        view: Kommunekode, or "" for the public.
        intervals: Interval per hidden cell that the reader does not know; for a kommune only
            where it may differ from the public's.
        breaches: Primary cells that the reader could work out too closely, sorted.
        narrowest: The narrowest interval of the primary cells kept from the reader, with its
            cell; None where none is.
        is_measured: All ends come from linear programs; otherwise no interval is listed, and the
            narrowest is at least as wide as stated.
    """

    view: str
    intervals: Mapping[CellId, Interval]
    breaches: tuple[CellId, ...]
    narrowest: tuple[CellId, Interval] | None
    is_measured: bool = True


def find_groups(
    problem: Problem, hidden: "NDArray[np.bool_]", witnesses: Sequence[Witness]
) -> list[Group]:
    """Give the connected groups of hidden cells, each with its witnesses."""
    groups = connected(problem, hidden)
    label = np.full(problem.size, -1, dtype=np.int64)
    for number, cells in enumerate(groups):
        label[cells] = number
    own: list[list[Witness]] = [[] for _ in groups]
    for witness in witnesses:
        labels = label[witness.cells]
        if labels[0] >= 0 and (labels == labels[0]).all():
            own[labels[0]].append(witness)
    return [Group(cells, tuple(found)) for cells, found in zip(groups, own, strict=True)]


def measure_group(
    problem: Problem,
    kept: "NDArray[np.bool_]",
    settings: Settings,
    group: Group,
    public: Mapping[int, Verdict] | None = None,
) -> dict[int, Verdict]:
    """Measure the interval of every cell of a group.

    Args:
        problem: The release.
        kept: Whether the cell must be kept from the reader, per cell of the release.
        settings: The width asked for.
        group: The cells.
        public: What the public can say of them, for a reader who knows more.
    """
    extent = start_extent(problem, group.cells, group.witnesses)
    wanted = ~problem.is_unprinted[group.cells]
    measure(extent, within=_ends(problem, group, public), wanted=wanted)
    changes = Changes()
    verdicts: dict[int, Verdict] = {}
    extent.low[~wanted], extent.high[~wanted] = extent.lower[~wanted], np.inf
    for column, cell in enumerate(group.cells.tolist()):
        value = int(problem.value[cell])
        interval = Interval(_plain(value + extent.low[column]), _plain(value + extent.high[column]))
        is_safe = interval.width > settings.width - ROUNDING and not interval.is_exact
        if kept[cell] and is_safe:
            is_safe = _has_whole_choice(extent, column, changes)
        verdicts[cell] = Verdict(interval, is_safe)
    return verdicts


def summarise(
    problem: Problem, primary: Primary, view: int, verdicts: Mapping[int, Verdict], own: set[int]
) -> ViewAudit:
    """Put together what a reader could work out.

    Args:
        problem: The release.
        primary: What must be kept from the reader.
        view: The reader.
        verdicts: Verdict per cell it does not know.
        own: The cells whose interval is listed.
    """
    kept = np.flatnonzero(primary.against[:, view]).tolist()
    # A cell kept from the reader and yet without a verdict is printed: that is the worst breach.
    breaches = [cell for cell in kept if cell not in verdicts or not verdicts[cell].is_safe]
    narrowest = min(
        ((verdicts[cell].interval.width, cell) for cell in kept if cell in verdicts), default=None
    )
    ids = problem.ids
    return ViewAudit(
        view=problem.views[view],
        intervals={
            ids[cell]: verdicts[cell].interval
            for cell in sorted(own)
            if not problem.is_unprinted[cell]
        },
        breaches=tuple(ids[cell] for cell in breaches),
        narrowest=narrowest and (ids[narrowest[1]], verdicts[narrowest[1]].interval),
    )


def prove_view(
    problem: Problem, primary: Primary, width: int, view: int, reach: Reach
) -> ViewAudit:
    """Put together what a reader cannot work out, by the witnesses that take it in."""
    kept = np.flatnonzero(primary.against[:, view])
    place = reach.place[kept]
    below, above = reach.below[place, view], reach.above[place, view]
    widths = above - below
    narrowest = None
    if len(kept):
        first = int(np.argmin(widths))
        value = int(problem.value[kept[first]])
        ends = Interval(float(value + below[first]), float(value + above[first]), is_measured=False)
        narrowest = (problem.ids[kept[first]], ends)
    return ViewAudit(
        view=problem.views[view],
        intervals={},
        breaches=tuple(problem.ids[cell] for cell in kept[widths < width].tolist()),
        narrowest=narrowest,
        is_measured=False,
    )


def _ends(
    problem: Problem, group: Group, public: Mapping[int, Verdict] | None
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """Give the differences that the public holds possible; anything, where it was not asked."""
    if public is None:
        anything = np.full(len(group.cells), np.inf)
        return -anything, anything
    intervals = [public[cell].interval for cell in group.cells.tolist()]
    value = problem.value[group.cells]
    low = np.array([interval.low for interval in intervals], dtype=np.float64)
    high = np.array([interval.high for interval in intervals], dtype=np.float64)
    return low - value, high - value


def _has_whole_choice(extent: Extent, column: int, changes: Changes) -> bool:
    """Tell whether a table of whole numbers fits in which the cell is not what it is."""
    if extent.whole_low[column] < 0 or extent.whole_high[column] > 0:
        return True
    free = np.full(extent.block.size, np.inf)
    most = np.iinfo(np.int32).max
    for ends in ((1, most), (-most, -1)):
        question = Question(column, *ends, -extent.lower, free, np.ones_like(free), thorough=True)
        change = changes.cheapest(extent.block, question)
        if change is not None:
            extent.take(change.astype(np.float64))
            return True
    return False


def _plain(value: float) -> float:
    """Round off the solver's last digits."""
    return round(float(value), 6)
