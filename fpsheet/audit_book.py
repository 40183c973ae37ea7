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
_WIDTHS = {"about": 22, "name": 54, "why": 66}
_NARROW = 12

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

    Its rows are the tables and their breakdowns, what fewer of these would have saved, the readers
    with the closest they come to a small number, and the numbers hidden to protect others with the
    reason.

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
                    width=_WIDTHS.get(name, _NARROW),
                )
                for name in _COLUMNS
            ),
            rows=tuple(_rows(report, told_as)),
            made_on=made_on,
            is_confidential=True,
            wraps=True,
        )
    )


def _rows(report: "AuditReport", told_as: _Told) -> Iterator[Row]:
    words = told_as.words
    for line in report.tables:
        if line.breakdown is None:
            about, name = words.text("audit.about.table"), _title(words, line.table)
        else:
            about = words.text("audit.about.breakdown")
            name = f"{line.table}: {_by(words, line.breakdown)}"
        yield about, name, line.cells, line.primary, line.secondary, None, None, ""
    for saving in (each for each in report.savings if each.freed > 0):
        is_whole = not saving.breakdown
        name = f"{saving.table}: {_breakdown(words, saving.breakdown)}"
        numbers = {"freed": saving.freed, "lost": saving.lost}
        why = words.fill("audit.saves_table" if is_whole else "audit.saves", numbers)
        about = words.text("audit.about.saving")
        yield _reasoned(about, _title(words, saving.table) if is_whole else name, why)
    for view in report.views:
        if view.interval is None:
            continue
        how = words.text(f"audit.{'measured' if view.is_measured else 'proven'}")
        ends = (view.interval.low, _finite(view.interval.high))
        closest = "" if view.cell is None else told_as.number(view.cell)
        why = words.fill("audit.closest", {"cell": closest, "how": how})
        about, name = words.text("audit.about.reader"), told_as.reader(view.view)
        yield about, name, None, None, None, *ends, why
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


def _reasoned(about: str, name: str, why: str) -> Row:
    """Give a line of a number that says why, and counts nothing."""
    return about, name, None, None, None, None, None, why


def _finite(high: float) -> float | None:
    return None if high == float("inf") else high


def _title(words: Wording, table: str) -> str:
    """Give a table's number and title."""
    return f"{table}. {words.text(f'table.{table}.title')}"


def _by(words: Wording, breakdown: tuple[str, ...]) -> str:
    """Give what numbers are broken down by; totals have a word of their own."""
    labels = [_breakdown(words, dimension) for dimension in breakdown]
    return ", ".join(labels) or words.text("audit.totals")


def _breakdown(words: Wording, dimension: str) -> str:
    """Give a dimension's heading; columns that divide another have a word of their own."""
    known = dimension in load_dimensions()
    return words.dimension(dimension) if known else words.text("audit.columns")
