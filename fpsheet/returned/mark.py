"""Marks: a conditional format of ours over the faulty cells; the cells keep their own look."""

from collections.abc import Sequence

from lxml import etree

from fpsheet.ooxml.parts import MAIN, whole_number
from fpsheet.ooxml.sheet_part import SheetPart

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
    """Tell whether the formula of a conditional format is ours, however it is spaced.

    >>> is_signature('= "fpsheet" = "fpsheet"')
    True
    """
    return formula.replace(" ", "").lstrip("=") == SIGNATURE
