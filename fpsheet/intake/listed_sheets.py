"""The workbook part: which sheets there are, the defined names, the epoch of its dates."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from fpsheet.intake.received_package import Package
from fpsheet.ooxml.address import CellRange, column_number, parse_range
from fpsheet.ooxml.workbook_part import read_workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
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
    try:
        content = package.read(package.workbook, read_workbook)
    except ET.ParseError:
        return None
    relations = package.relations_of(package.workbook)
    if relations is None:
        return None
    parts = {relation.id: package.find(relation.target) for relation in relations}
    kinds = {relation.id: relation.kind for relation in relations}
    by_kind = {relation.kind: parts[relation.id] for relation in relations}
    sheets = tuple(
        ListedSheet(title=tab.title, part=part)
        for tab in content.tabs
        if (part := parts.get(tab.relation)) and kinds[tab.relation] == "worksheet"
    )
    return WorkbookPart(
        sheets=sheets,
        names=dict(_named_cells(content.names)),
        has_1904_dates=content.has_1904_dates,
        shared_strings=by_kind.get("sharedstrings"),
        styles=by_kind.get("styles"),
    )


def read_tables(package: Package, part: str) -> dict[str, CellRange]:
    """Return the tables of a sheet: name → the cells it covers, its headings included.

    Damaged ones are left out.
    """
    found = {}
    try:
        for relation in package.relations_of(part) or ():
            table = package.utf8(relation.target) if relation.kind == "table" else None
            root = ET.fromstring(table) if table else None  # noqa: S314 - has no document type
            place = parse_range(root.get("ref", "")) if root is not None else None
            if root is not None and place:
                found[root.get("displayName", "")] = place
    except ET.ParseError:
        return {}
    return found


def _named_cells(names: Iterable[tuple[str, str]]) -> Iterator[tuple[str, NamedCells]]:
    for name, text in names:
        match = _CELLS.fullmatch(text.strip())
        if match is None:
            continue
        quoted, plain, column, row, more, last_column = match.groups()
        if last_column in {None, column}:
            title = quoted.replace("''", "'") if quoted else plain
            cells = NamedCells(title, column_number(column), int(row), is_single=more is None)
            yield name.lower(), cells
