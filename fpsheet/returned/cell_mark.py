"""Which cells are marked, how, and what is said there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from fpsheet.ooxml.parts import MAIN, whole_number
from fpsheet.ooxml.sheet_part import SheetPart
from fpsheet.returned.finding_list_rows import FaultRow
from fpsheet.returned.finding_words import FindingWording
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
    rows: Iterable[FaultRow], wording: FindingWording
) -> dict[str, tuple[CellMark, ...]]:
    """Return the cells to mark: tab → marks, in the order of the findings."""
    found: dict[str, dict[str, list[FaultRow]]] = {}
    spoken = wording.spoken
    for row in rows:
        cell = _marked_cell(row, spoken.form)
        if cell:
            title = row.finding.tab(spoken)
            found.setdefault(title, {}).setdefault(cell, []).append(row)
    return {
        title: tuple(
            CellMark(cell, _is_fault(own), _say(own, wording)) for cell, own in cells.items()
        )
        for title, cells in found.items()
    }


def is_our_comment(text: str) -> bool:
    """Return whether a comment is ours by its words: others may begin with our name too.

    >>> is_our_comment("fpsheet: ✖ Fejl. Datoen mangler."), is_our_comment("fpsheet: ring")
    (True, False)
    """
    return text.startswith(tuple(COMMENT_LEAD + symbol for symbol in _SYMBOLS))


def _marked_cell(row: FaultRow, form: Form) -> str:
    """Return the cell to mark: the finding's own, or the status of its row; empty for none."""
    finding = row.finding
    if finding.row and finding.column:
        return finding.cell
    is_entry = finding.sheet in {sheet.id for sheet in form.entry_sheets()}
    return f"B{finding.row}" if finding.row and is_entry else ""


def _is_fault(rows: list[FaultRow]) -> bool:
    return any(row.finding.severity in {Severity.KRITISK, Severity.FEJL} for row in rows)


def _say(rows: list[FaultRow], wording: FindingWording) -> str:
    words = [wording.of(row.finding) for row in rows]
    return "\n".join(f"{said.severity}. {said.message} {said.remedy}" for said in words)


SIGNATURE = '"fpsheet"="fpsheet"'
"""The formula of our conditional formats: always true, and nobody else writes it.

No function and no separator, since Excel's own language for formulas differs between countries.
"""

_CELLS_PER_FORMAT = 200


def mark_cells(sheet: SheetPart, cells: Sequence[str], *, style: int) -> None:
    """Colour cells.

    Args:
        sheet: The worksheet.
        cells: Addresses (`D17`).
        style: Index of the differential style.
    """
    priority = 1 + max(
        (whole_number(rule.get("priority")) for rule in sheet.root.iter(f"{{{MAIN}}}cfRule")),
        default=0,
    )
    for start in range(0, len(cells), _CELLS_PER_FORMAT):
        chunk = cells[start : start + _CELLS_PER_FORMAT]
        element = etree.Element(f"{{{MAIN}}}conditionalFormatting", sqref=" ".join(chunk))
        rule = etree.SubElement(
            element,
            f"{{{MAIN}}}cfRule",
            type="expression",
            dxfId=str(style),
            priority=str(priority),
        )
        etree.SubElement(rule, f"{{{MAIN}}}formula").text = SIGNATURE
        sheet.insert(element)
        priority += 1


def unmark_cells(sheet: SheetPart) -> bool:
    """Take our conditional formats away; tell whether there were any.

    A spreadsheet program may have joined ranges or re-spaced the formula when it saved.
    """
    found = False
    for element in sheet.find_all("conditionalFormatting"):
        for rule in element.findall(f"{{{MAIN}}}cfRule"):
            if is_signature(rule.findtext(f"{{{MAIN}}}formula") or ""):
                element.remove(rule)
                found = True
        if not len(element):
            sheet.root.remove(element)
    return found


def is_signature(formula: str) -> bool:
    """Return whether the formula of a conditional format is ours, however it is spaced.

    >>> is_signature('= "fpsheet" = "fpsheet"')
    True
    """
    return formula.replace(" ", "").lstrip("=") == SIGNATURE
