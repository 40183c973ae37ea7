"""The audit report as data: what was hidden, why, and how safe the rest is.

It tells primary cells from secondary ones, and so is for the departement alone.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fpsheet_sync.disclosure.cells import CellId, Release
from fpsheet_sync.disclosure.interval import Interval
from fpsheet_sync.disclosure.saving import Saving
from fpsheet_sync.disclosure.settings import Settings
from fpsheet_sync.disclosure.suppression import Reason, Status, Suppression


@dataclass(frozen=True, slots=True)
class TableLine:
    """How much of a table, or of one breakdown in it, is hidden.

    A cell printed in two tables counts in both.

    Attributes:
        table: The table.
        breakdown: What the cells are broken down by; empty for its totals, None for all cells.
        cells: How many there are.
        primary: Those hidden for being small.
        secondary: Those hidden to protect others.
    """

    table: str
    breakdown: tuple[str, ...] | None
    cells: int
    primary: int
    secondary: int


@dataclass(frozen=True, slots=True)
class ViewLine:
    """How safe the release is from one reader.

    Attributes:
        view: Kommunekode, or "" for the public.
        cell: The primary cell it can work out most closely; None where there is none to keep.
        interval: What it can say of that cell.
        is_measured: By linear programs; otherwise proven at least as wide as stated.
        breaches: Primary cells it can work out too closely; none in a release that is published.
    """

    view: str
    cell: CellId | None
    interval: Interval | None
    is_measured: bool
    breaches: int


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the departement reads before it publishes.

    Attributes:
        settings: The choices made.
        has_passed: Whether the audit passed.
        counts: Number of cells of each status.
        figures: Number of derived figures hidden.
        tables: One line per table, by name, each before its breakdowns, coarse to fine.
        views: One line per reader, the public first.
        narrowest: View, cell and interval of the closest any reader comes to a primary cell.
        reasons: Why, per secondary cell.
        already_known: Primary cells that a reader knows from earlier editions, with the reader.
        savings: What fewer breakdowns would have saved, if asked for.
    """

    settings: Settings
    has_passed: bool
    counts: Mapping[Status, int]
    figures: int
    tables: tuple[TableLine, ...]
    views: tuple[ViewLine, ...]
    narrowest: tuple[str, CellId, Interval] | None
    reasons: Mapping[CellId, Reason]
    already_known: tuple[tuple[CellId, str], ...]
    savings: tuple[Saving, ...] = ()


def make_report(
    release: Release, suppression: Suppression, *, savings: tuple[Saving, ...] = ()
) -> AuditReport:
    """Put the report together."""
    counted = Counter(suppression.status.values())
    views = tuple(
        ViewLine(
            view=audit.view,
            cell=audit.narrowest[0] if audit.narrowest else None,
            interval=audit.narrowest[1] if audit.narrowest else None,
            is_measured=audit.is_measured,
            breaches=len(audit.breaches),
        )
        for audit in suppression.audit.views
    )
    return AuditReport(
        settings=suppression.settings,
        has_passed=suppression.audit.has_passed,
        counts={status: counted[status] for status in Status},
        figures=len(suppression.hidden_figures),
        tables=_table_lines(release, suppression.status),
        views=views,
        narrowest=suppression.audit.narrowest,
        reasons=suppression.reasons,
        already_known=suppression.already_known,
        savings=savings,
    )


def _table_lines(release: Release, status: Mapping[CellId, Status]) -> tuple[TableLine, ...]:
    members: dict[str, dict[CellId, set[str]]] = {}
    for equation in release.equations:
        if equation.table:
            cells = members.setdefault(equation.table, {})
            cells.setdefault(equation.total, set())
            for part in equation.parts:
                cells.setdefault(part, set()).add(equation.breakdown)
    lines: list[TableLine] = []
    for table, cells in sorted(members.items()):
        groups: dict[tuple[str, ...], list[Status]] = {}
        for cell, breakdown in cells.items():
            groups.setdefault(tuple(sorted(breakdown)), []).append(status[cell])
        lines.append(_line(table, None, [status[cell] for cell in cells]))
        by_size = sorted(groups, key=lambda group: (len(group), group))
        lines += [_line(table, group, groups[group]) for group in by_size]
    return tuple(lines)


def _line(table: str, breakdown: tuple[str, ...] | None, statuses: Collection[Status]) -> TableLine:
    counted = Counter(statuses)
    primary, secondary = counted[Status.PRIMARY], counted[Status.SECONDARY]
    return TableLine(table, breakdown, len(statuses), primary, secondary)
