"""Which cells are marked, how, and what is said there."""

from collections.abc import Iterable
from dataclasses import dataclass

from fpsheet.returned.finding_list_rows import FaultRow
from fpsheet.returned.finding_list_text import severity_words
from fpsheet_templates.form import Form
from fpsheet_templates.rule import Severity

COMMENT_LEAD = "fpsheet: "
"""First word of each comment of ours; survives programs that drop authors."""

_SYMBOLS = ("✖", "⚠", "ℹ")
"""What the words of a severity begin with."""

MOST_COMMENTS = 2000
"""Comments on one sheet; the list of findings has every one."""


@dataclass(frozen=True, slots=True)
class CellMark:
    """One marked cell.

    Attributes:
        cell: Address (`D17`).
        is_fault: Whether something there blocks; only warnings and repairs otherwise.
        text: What is said there, without the lead.
    """

    cell: str
    is_fault: bool
    text: str


def plan_marks(
    rows: Iterable[FaultRow], form: Form, language: str
) -> dict[str, tuple[CellMark, ...]]:
    """Give the cells to mark: tab → marks, in the order of the findings."""
    found: dict[str, dict[str, list[FaultRow]]] = {}
    for row in rows:
        cell = _marked_cell(row, form)
        if cell:
            title = row.finding.tab(form, language)
            found.setdefault(title, {}).setdefault(cell, []).append(row)
    return {
        title: tuple(
            CellMark(cell, _is_fault(own), _say(own, form, language)) for cell, own in cells.items()
        )
        for title, cells in found.items()
    }


def is_our_comment(text: str) -> bool:
    """Tell whether a comment is ours by its words: she may begin one of hers with our name.

    >>> is_our_comment("fpsheet: ✖ Fejl. Datoen mangler."), is_our_comment("fpsheet: ring")
    (True, False)
    """
    return text.startswith(tuple(COMMENT_LEAD + symbol for symbol in _SYMBOLS))


def _marked_cell(row: FaultRow, form: Form) -> str:
    """Give the cell to mark: the finding's own, or the status of its row; empty for none."""
    finding = row.finding
    if finding.row and finding.column:
        return finding.cell
    is_entry = finding.sheet in {sheet.id for sheet in form.entry_sheets()}
    return f"B{finding.row}" if finding.row and is_entry else ""


def _is_fault(rows: list[FaultRow]) -> bool:
    return any(row.finding.severity in {Severity.KRITISK, Severity.FEJL} for row in rows)


def _say(rows: list[FaultRow], form: Form, language: str) -> str:
    return "\n".join(
        f"{severity_words(row.finding.severity, form, language)}."
        f" {row.finding.message(form, language)}"
        f" {row.finding.remedy(form, language)}"
        for row in rows
    )
