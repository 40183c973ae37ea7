"""The audit report as a workbook: what a publication hides, why, and how safe the rest is.

It tells small numbers from those that protect them, so it is for the departement alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fpsheet.list_book import ListBook, ListColumn, write_list_book
from fpsheet_sync.statistics.wording import Wording
from fpsheet_templates.form import FieldType
from fpsheet_templates.table import load_dimensions

if TYPE_CHECKING:
    # Not loaded here: it brings the solver along.
    from fpsheet_sync.disclosure.cells import CellId
    from fpsheet_sync.disclosure.report import AuditReport

_COLUMNS = ("about", "name", "cells", "small", "others", "low", "high", "why")
_TYPES = {
    **dict.fromkeys(("cells", "small", "others"), FieldType.INTEGER),
    **dict.fromkeys(("low", "high"), FieldType.DECIMAL),
}
_WIDTHS = {"about": 26, "name": 60, "why": 70}

Row = tuple[str | int | float | None, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """How things are said.

    Attributes:
        words: The language.
        names: Number → where a reader finds it.
    """

    words: Wording
    names: "Mapping[CellId, str]"

    def number(self, cell: "CellId") -> str:
        """Give where a number stands; its name where no table has it."""
        return self.names.get(cell, cell)

    def reader(self, view: str) -> str:
        """Give a kommune's name, or the public."""
        return self.words.area(view) if view else self.words.text("audit.public")


def write_audit(
    report: "AuditReport", words: Wording, names: "Mapping[CellId, str]", *, made_on: date
) -> bytes:
    """Give the audit report of a publication as a workbook marked FORTROLIGT.

    Its rows are the tables, the readers with the closest they come to a small number, the numbers
    hidden to protect others with the reason, and what fewer breakdowns would have saved.

    Args:
        report: The report.
        words: The language.
        names: Number → where it stands in the editions, in words.
        made_on: The day printed on it.
    """
    told_as = _Told(words, names)
    settings = report.settings
    counts = {status.value: number for status, number in report.counts.items()}
    told = {
        "threshold": settings.threshold,
        "zeros": words.text(f"audit.zeros.{settings.zeros}"),
        "width": settings.width,
        "small": counts.get("primary", 0),
        "others": counts.get("secondary", 0),
        "figures": report.figures,
    }
    lines = [words.text("audit.confidential"), words.fill("audit.settings", told)]
    lines.append(words.fill("audit.counts", told))
    if report.narrowest is not None:
        view, cell, interval = report.narrowest
        width = f"{interval.width:g}"
        closest = {"who": told_as.reader(view), "cell": told_as.number(cell), "width": width}
        lines.append(words.fill("audit.narrowest", closest))
    return write_list_book(
        ListBook(
            title=words.text("audit.title"),
            table="tRevision",
            lines=tuple(lines),
            columns=tuple(
                ListColumn(
                    words.text(f"audit.column.{name}"),
                    _TYPES.get(name, FieldType.TEXT),
                    width=_WIDTHS.get(name, 16),
                )
                for name in _COLUMNS
            ),
            rows=tuple(_rows(report, told_as)),
            made_on=made_on,
            is_confidential=True,
        )
    )


def _rows(report: "AuditReport", told_as: _Told) -> Iterator[Row]:
    words = told_as.words
    for line in report.tables:
        about = words.text("audit.about.table")
        yield about, line.table, line.cells, line.primary, line.secondary, None, None, ""
    for view in report.views:
        if view.interval is None:
            continue
        how = words.text(f"audit.{'measured' if view.is_measured else 'proven'}")
        ends = (view.interval.low, _finite(view.interval.high))
        closest = "" if view.cell is None else told_as.number(view.cell)
        name = f"{told_as.reader(view.view)}: {closest}"
        yield words.text("audit.about.reader"), name, None, None, None, *ends, how
    for cell, reason in report.reasons.items():
        told = {
            "cell": told_as.number(reason.protects),
            "who": told_as.reader(reason.against),
        }
        why = words.fill("audit.protects", told)
        yield _reasoned(words.text("audit.about.hidden"), told_as.number(cell), why)
    for cell, view_id in report.already_known:
        why = words.fill("audit.known", {"who": told_as.reader(view_id)})
        yield _reasoned(words.text("audit.about.known"), told_as.number(cell), why)
    for saving in report.savings:
        name = f"{saving.table} {_breakdown(words, saving.breakdown)}".strip()
        why = words.fill("audit.saves", {"freed": saving.freed, "lost": saving.lost})
        yield words.text("audit.about.saving"), name, saving.freed, None, None, None, None, why


def _reasoned(about: str, name: str, why: str) -> Row:
    """Give a line of a number that says why, and counts nothing."""
    return about, name, None, None, None, None, None, why


def _finite(high: float) -> float | None:
    return None if high == float("inf") else high


def _breakdown(words: Wording, dimension: str) -> str:
    """Give a dimension's heading; columns that divide another have a word of their own."""
    if not dimension:
        return words.text("audit.whole_table")
    known = dimension in load_dimensions()
    return words.dimension(dimension) if known else words.text("audit.columns")
