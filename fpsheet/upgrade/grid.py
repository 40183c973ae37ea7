"""The cells of an entry sheet: new columns put in, old formulas taken out, others untouched."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree
from openpyxl.utils import column_index_from_string, get_column_letter

from fpsheet.ooxml.parts import MAIN, Element
from fpsheet.ooxml.shared_strings import SharedStrings
from fpsheet.upgrade.placement import Placement
from fpsheet.workbook.sheet_layout import FIRST_ROW, HEADER_ROW, IDENTITY_ROW

_C, _F, _V, _IS, _T, _ROW = (f"{{{MAIN}}}{tag}" for tag in ("c", "f", "v", "is", "t", "row"))
_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True, slots=True)
class Pattern:
    """How the cells of one column look in a blank workbook.

    Attributes:
        style: Number of their style in the file's list of styles.
        formula: Their formula; empty where people type.
        heading_style: Number of the heading's style.
        identity_style: Number of the style of the identity's cell.
    """

    style: str
    formula: str
    heading_style: str
    identity_style: str


def read_patterns(sheet: Element) -> dict[str, Pattern]:
    """Return letter → pattern of a blank entry sheet, its styles shifted already."""
    rows = {row.get("r"): cells_of(row) for row in sheet.iter(_ROW)}
    first = rows[str(FIRST_ROW)]
    heading, identity = rows[str(HEADER_ROW)], rows[str(IDENTITY_ROW)]
    return {
        get_column_letter(column): Pattern(
            style=cell.get("s", "0"),
            formula=cell.findtext(_F) or "",
            heading_style=heading[column].get("s", "0"),
            identity_style=identity[column].get("s", "0"),
        )
        for column, cell in first.items()
    }


def cells_of(row: Element) -> dict[int, Element]:
    """Return column → cell."""
    found = {}
    for cell in row.iterchildren(_C):
        address = _ADDRESS.fullmatch(cell.get("r", ""))
        if address:
            found[column_index_from_string(address[1])] = cell
    return found


def text_of(cell: Element, shared: SharedStrings) -> str:
    """Return the text a cell shows, or its number as written."""
    if cell.get("t") == "inlineStr":
        return "".join(node.text or "" for node in cell.iter(_T))
    value = cell.findtext(_V) or ""
    return shared.text(value) if cell.get("t") == "s" else value


def is_filled(cell: Element) -> bool:
    """Return whether a cell holds anything beside its format."""
    return bool(cell.findtext(_V)) or cell.find(_F) is not None or cell.find(_IS) is not None


def renew_cells(sheet: Element, placement: Placement, patterns: Mapping[str, Pattern]) -> None:
    """Write identities, headings, formulas and blank cells of the new form into a sheet.

    Args:
        sheet: The whole worksheet element; changed in place.
        placement: Where the columns stand.
        patterns: Letter in this sheet → pattern.
    """
    layout = placement.layout
    formulas = {
        column_index_from_string(c.letter): patterns[c.letter] for c in layout.columns if c.formula
    }
    fresh = {
        column_index_from_string(layout[name].letter): patterns[layout[name].letter]
        for name in placement.fresh
        if not layout[name].formula
    }
    rows = list(sheet.iter(_ROW))
    shared = _free_number(rows)
    masters: set[int] = set()
    for row in rows:
        number = int(row.get("r", "0"))
        cells = cells_of(row)
        if number in {IDENTITY_ROW, HEADER_ROW}:
            for column in placement.cleared:
                cells.pop(column, None)
            for column, text, style in _heads(placement, patterns, number):
                cells[column] = _text_cell(column, number, style or _style(cells, column), text)
        elif number >= FIRST_ROW:
            for column in placement.cleared - formulas.keys() - fresh.keys():
                cells.pop(column, None)
            for column, pattern in fresh.items():
                cells[column] = _blank_cell(column, number, pattern.style)
            if number <= layout.last_row:
                for place, (column, pattern) in enumerate(formulas.items()):
                    master = "" if column in masters else f"{number}:{layout.last_row}"
                    masters.add(column)
                    cell = _blank_cell(column, number, pattern.style)
                    cells[column] = _with_formula(cell, pattern.formula, shared + place, master)
        else:
            continue
        row.attrib.pop("spans", "")
        _put_cells(row, cells)


def fill_headings(row: Element, columns: Iterable[int]) -> None:
    """Write a heading for every column of a table that has none: Excel demands one."""
    cells = cells_of(row)
    for column in columns:
        if column not in cells or not is_filled(cells[column]):
            text = f"Kolonne{column}"
            cells[column] = _text_cell(column, HEADER_ROW, _style(cells, column), text)
    _put_cells(row, cells)


def _put_cells(row: Element, cells: Mapping[int, Element]) -> None:
    for cell in list(row.iterchildren(_C)):
        row.remove(cell)
    row[:0] = [cell for _, cell in sorted(cells.items(), key=lambda entry: entry[0])]


def _heads(
    placement: Placement, patterns: Mapping[str, Pattern], row: int
) -> Iterator[tuple[int, str, str]]:
    for column in placement.layout.columns:
        place, pattern = column_index_from_string(column.letter), patterns[column.letter]
        is_new = column.id in placement.fresh or column.field is None
        if row == HEADER_ROW:
            yield place, column.header, pattern.heading_style if is_new else ""
        else:
            text = placement.layout.identity(column)
            yield place, text, pattern.identity_style if is_new else ""


def _style(cells: Mapping[int, Element], column: int) -> str:
    return cells[column].get("s", "") if column in cells else ""


def _free_number(rows: Iterable[Element]) -> int:
    """Return the first number of a shared formula that the sheet does not use."""
    used = [int(f.get("si", "0")) for row in rows for f in row.iter(_F) if f.get("t") == "shared"]
    return max(used, default=-1) + 1


def _blank_cell(column: int, row: int, style: str) -> Element:
    cell = etree.Element(_C, r=f"{get_column_letter(column)}{row}")
    if style:
        cell.set("s", style)
    return cell


def _text_cell(column: int, row: int, style: str, text: str) -> Element:
    cell = _blank_cell(column, row, style)
    put_text(cell, text)
    return cell


def put_text(cell: Element, text: str) -> None:
    """Write a text into a cell, in place of all it held."""
    for child in list(cell):
        cell.remove(child)
    cell.set("t", "inlineStr")
    holder = etree.SubElement(etree.SubElement(cell, _IS), _T)
    holder.text = text
    if text != text.strip():
        holder.set(_SPACE, "preserve")


def _with_formula(cell: Element, formula: str, number: int, rows: str) -> Element:
    """Return a cell with its shared formula: written in the first row, named by number below."""
    cell.set("t", "str")
    node = etree.SubElement(cell, _F, t="shared", si=str(number))
    if rows:
        letter = re.sub(r"[0-9]", "", cell.get("r", ""))
        first, last = rows.split(":")
        node.set("ref", f"{letter}{first}:{letter}{last}")
        node.text = formula
    etree.SubElement(cell, _V)
    return cell
