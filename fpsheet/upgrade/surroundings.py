"""What stands around the cells of an entry sheet: widths, dropdowns, marks, the table."""

import re
from collections.abc import Iterator, Mapping

from lxml import etree
from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries

from fpsheet.ooxml.parts import MAIN, Element
from fpsheet.ooxml.sheet_part import SheetPart
from fpsheet.upgrade.placement import Placement
from fpsheet.workbook.sheet_layout import HEADER_ROW, SPARE_ROWS

_REFERENCE = re.compile(r"(\$?)([A-Z]{1,3})(\$?[0-9]+)")
_OWN_MARK = "COLUMN()=COLUMN("
"""Stands in the one conditional format that shows the fault of a row, and in no other."""

_NAMED_COLUMNS = 300
"""Columns of which the width is written one by one; what lies beyond keeps its own entry."""


def renew_surroundings(sheet: SheetPart, ours: Element, placement: Placement) -> None:
    """Renew widths, dropdowns and marks of the form's columns; added columns stay.

    Args:
        sheet: The caseworker's sheet; changed in place.
        ours: The same sheet of a blank workbook, its styles shifted already.
        placement: Where the columns stand.
    """
    _renew_widths(sheet, ours, placement)
    _renew_marks(sheet, ours, placement)
    _renew_validations(sheet, ours, placement)
    dimension = sheet.find("dimension")
    if dimension is not None:
        sheet.root.remove(dimension)


def _renew_widths(sheet: SheetPart, ours: Element, placement: Placement) -> None:
    widths = dict(_widths(sheet.find("cols")))
    own = dict(_widths(ours.find(f"{{{MAIN}}}cols")))
    beyond = [
        entry for entry in sheet.root.iter(f"{{{MAIN}}}col") if _first(entry) > _NAMED_COLUMNS
    ]
    for number in placement.cleared:
        widths.setdefault(number, {})["hidden"] = "1"
    for letter, place in placement.letters.items():
        column = column_index_from_string(place)
        is_new = place in {placement.layout[name].letter for name in placement.fresh}
        is_renewed = is_new or place == placement.layout["status"].letter
        if is_renewed or column not in widths or column in placement.cleared:
            widths[column] = own.get(column_index_from_string(letter), {})
    for helper in (c for c in placement.layout.columns if c.field is None and c.is_hidden):
        widths.setdefault(column_index_from_string(helper.letter), {})["hidden"] = "1"
    for number in placement.shown:
        widths.setdefault(number, {}).pop("hidden", None)
    old = sheet.find("cols")
    if old is not None:
        sheet.root.remove(old)
    columns = etree.Element(f"{{{MAIN}}}cols")
    for number, attributes in sorted(widths.items()):
        if attributes:
            said = {"width": "9.14", **attributes, "min": str(number), "max": str(number)}
            etree.SubElement(columns, f"{{{MAIN}}}col", said)
    columns.extend(beyond)
    if len(columns):
        sheet.insert(columns)


def _first(entry: Element) -> int:
    return int(entry.get("min", "1"))


def _widths(columns: Element | None) -> Iterator[tuple[int, dict[str, str]]]:
    for entry in [] if columns is None else columns:
        first, last = _first(entry), int(entry.get("max", "1"))
        for number in range(first, min(last, _NAMED_COLUMNS) + 1):
            attributes = {k: v for k, v in entry.attrib.items() if k not in {"min", "max"}}
            yield number, {str(k): str(v) for k, v in attributes.items()}


def _renew_marks(sheet: SheetPart, ours: Element, placement: Placement) -> None:
    for block in sheet.find_all("conditionalFormatting"):
        for rule in list(block):
            if any(_OWN_MARK in (node.text or "") for node in rule):
                block.remove(rule)
        if not len(block):
            sheet.root.remove(block)
    for block in ours.findall(f"{{{MAIN}}}conditionalFormatting"):
        block.set("sqref", _area(placement))
        for node in block.iter(f"{{{MAIN}}}formula"):
            node.text = _moved(node.text or "", placement.letters)
        sheet.insert(block)


def _area(placement: Placement) -> str:
    shown = [column_index_from_string(c.letter) for c in placement.layout.columns if c.field]
    first = placement.layout["status"].letter
    return f"{first}4:{get_column_letter(max(shown))}{placement.layout.last_row + SPARE_ROWS}"


def _moved(formula: str, letters: Mapping[str, str]) -> str:
    return _REFERENCE.sub(
        lambda found: f"{found[1]}{letters.get(found[2], found[2])}{found[3]}", formula
    )


def _renew_validations(sheet: SheetPart, ours: Element, placement: Placement) -> None:
    form = {column_index_from_string(c.letter) for c in placement.layout.columns}
    form |= placement.cleared
    holder = sheet.find("dataValidations")
    if holder is None:
        holder = etree.Element(f"{{{MAIN}}}dataValidations")
        sheet.insert(holder)
    for entry in list(holder):
        kept = [rest for area in entry.get("sqref", "").split() for rest in _outside(area, form)]
        if kept:
            entry.set("sqref", " ".join(kept))
        else:
            holder.remove(entry)
    for entry in list(ours.iter(f"{{{MAIN}}}dataValidation")):
        letter = re.sub(r"[^A-Z].*", "", entry.get("sqref", ""))
        column = placement.letters[letter]
        last = placement.layout.last_row + SPARE_ROWS
        entry.set("sqref", f"{column}{HEADER_ROW + 1}:{column}{last}")
        holder.append(entry)
    holder.set("count", str(len(holder)))
    if not len(holder):
        sheet.root.remove(holder)


def _outside(area: str, columns: set[int]) -> Iterator[str]:
    """Yield what is left of an area without some columns."""
    first, top, end, bottom = range_boundaries(area)
    if not (first and top and end and bottom):
        yield area
        return
    for column in range(first, end + 1):
        if column not in columns:
            letter = get_column_letter(column)
            yield f"{letter}{top}:{letter}{bottom}"


def renew_table(table: Element, placement: Placement, headings: Mapping[int, str]) -> None:
    """Fit the table to the form's columns; added columns in it stay.

    Args:
        table: The table's part; changed in place.
        placement: Where the columns stand.
        headings: Column → text of its heading, as it stands now.
    """
    first, *_ = range_boundaries(table.get("ref", "A3"))
    reference = f"{get_column_letter(first or 1)}{HEADER_ROW}:"
    reference += f"{get_column_letter(placement.table_end)}{placement.layout.last_row}"
    table.set("ref", reference)
    for entry in table.iter(f"{{{MAIN}}}autoFilter"):
        entry.set("ref", reference)
    holder = table.find(f"{{{MAIN}}}tableColumns")
    if holder is None:
        return
    formulas = {column_index_from_string(c.letter): c.formula for c in placement.layout.columns}
    old = dict(enumerate(holder, start=first or 1))
    free = 1 + max(int(entry.get("id", "0")) for entry in holder)
    for entry in list(holder):
        holder.remove(entry)
    for column in range(first or 1, placement.table_end + 1):
        if column not in old:
            old[column] = etree.Element(f"{{{MAIN}}}tableColumn", id=str(free))
            free += 1
        entry = old[column]
        entry.set("name", headings.get(column, ""))
        if column in formulas or column in placement.cleared:
            for child in list(entry):
                entry.remove(child)
        if formulas.get(column):
            node = etree.SubElement(entry, f"{{{MAIN}}}calculatedColumnFormula")
            node.text = formulas[column]
        holder.append(entry)
    holder.set("count", str(len(holder)))
