"""The workbook part: which sheets there are, the defined names, the epoch of its dates."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from fpsheet.intake.received_package import Package
from fpsheet.ooxml.address import CellRange, column_number, parse_range
from fpsheet.ooxml.relation import read_relations, rels_name

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELLS = re.compile(
    r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?([0-9]{1,7})(:\$?([A-Z]{1,3})\$?[0-9]{1,7})?"
)


@dataclass(frozen=True, slots=True)
class ListedSheet:
    """One worksheet of the workbook.

    Attributes:
        title: Name on its tab.
        part: Name of its part.
    """

    title: str
    part: str


@dataclass(frozen=True, slots=True)
class NamedCells:
    """What a defined name points at: one cell, or cells of one column.

    Attributes:
        title: Name of the tab.
        column: Column number.
        row: Row of the first cell.
        is_single: It is one cell.
    """

    title: str
    column: int
    row: int
    is_single: bool


@dataclass(frozen=True, slots=True)
class WorkbookPart:
    """What the workbook part says.

    Attributes:
        sheets: Worksheets in the order of their tabs; chart sheets left out.
        names: Defined name in lower case → the cells it points at, when they lie in one column.
        has_1904_dates: Dates count from 1904 (once the habit of Excel for Mac).
        shared_strings: Name of the part with the shared texts; None where there is none.
        styles: Name of the part with the formats; None where there is none.
    """

    sheets: tuple[ListedSheet, ...]
    names: Mapping[str, NamedCells]
    has_1904_dates: bool
    shared_strings: str | None
    styles: str | None


def read_workbook_part(package: Package) -> WorkbookPart | None:
    """Read the workbook part and its relationships; None when it is damaged."""
    content = package.utf8(package.workbook)
    rels = package.utf8(rels_name(package.workbook))
    if content is None or rels is None:
        return None
    try:
        root = ET.fromstring(content)  # noqa: S314 - has no document type
        relations = read_relations(ET.fromstring(rels), part=package.workbook)  # noqa: S314 - as above
    except ET.ParseError:
        return None
    parts = {relation.id: package.find(relation.target) for relation in relations}
    kinds = {relation.id: relation.kind for relation in relations}
    by_kind = {relation.kind: parts[relation.id] for relation in relations}
    sheets = tuple(
        ListedSheet(title=element.get("name", ""), part=part)
        for element in root.iterfind(f"{MAIN}sheets/{MAIN}sheet")
        if (part := parts.get(element.get(_RELATION_ID, "")))
        and kinds[element.get(_RELATION_ID, "")] == "worksheet"
    )
    properties = root.find(f"{MAIN}workbookPr")
    epoch = "" if properties is None else properties.get("date1904", "")
    return WorkbookPart(
        sheets=sheets,
        names=dict(_named_cells(root)),
        has_1904_dates=epoch.lower() in {"1", "true", "on"},
        shared_strings=by_kind.get("sharedstrings"),
        styles=by_kind.get("styles"),
    )


def read_tables(package: Package, part: str) -> dict[str, CellRange]:
    """Return the tables of a sheet: name → the cells it covers, its headings included.

    Damaged ones are left out.
    """
    found = {}
    try:
        rels = package.utf8(rels_name(part))
        relations = read_relations(ET.fromstring(rels), part=part) if rels else ()  # noqa: S314 - has no document type
        for relation in relations:
            table = package.utf8(relation.target) if relation.kind == "table" else None
            root = ET.fromstring(table) if table else None  # noqa: S314 - as above
            place = parse_range(root.get("ref", "")) if root is not None else None
            if root is not None and place:
                found[root.get("displayName", "")] = place
    except ET.ParseError:
        return {}
    return found


def _named_cells(root: ET.Element) -> Iterator[tuple[str, NamedCells]]:
    for element in root.iterfind(f"{MAIN}definedNames/{MAIN}definedName"):
        match = _CELLS.fullmatch((element.text or "").strip())
        # A copied sheet brings names of its own; only those of the workbook tell the original.
        if match is None or element.get("localSheetId") is not None:
            continue
        quoted, plain, column, row, more, last_column = match.groups()
        if last_column in {None, column}:
            title = quoted.replace("''", "'") if quoted else plain
            name = element.get("name", "").lower()
            yield name, NamedCells(title, column_number(column), int(row), is_single=more is None)
