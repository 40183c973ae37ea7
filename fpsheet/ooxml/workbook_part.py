"""The workbook part: which sheets there are, which names, and from which day its dates count."""

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from fpsheet.ooxml.archive import DamagedPackageError
from fpsheet.ooxml.parts import DOCUMENT_RELATION, MAIN, Parts, relations_of

_TAG = f"{{{MAIN}}}"


@dataclass(frozen=True, slots=True)
class Tab:
    """One sheet as the workbook part lists it.

    Attributes:
        title: Name on its tab.
        relation: Identifier of the relationship to its part.
        is_seen: It is not hidden.
    """

    title: str
    relation: str
    is_seen: bool


@dataclass(frozen=True, slots=True)
class WorkbookContent:
    """What the workbook part says.

    Attributes:
        tabs: Sheets from the left.
        names: Defined name and what it stands for, those of a single sheet left out.
        has_1904_dates: Dates count from 1904 (once the habit of Excel for Mac).
    """

    tabs: tuple[Tab, ...]
    names: tuple[tuple[str, str], ...]
    has_1904_dates: bool


def read_workbook(content: bytes, _: str) -> WorkbookContent:
    """Read the workbook part, in UTF-8 and without a document type.

    Raises:
        ElementTree.ParseError: It is no XML.
    """
    root = ET.fromstring(content)  # noqa: S314 - has no document type
    properties = root.find(f"{_TAG}workbookPr")
    epoch = "" if properties is None else properties.get("date1904", "")
    return WorkbookContent(
        tabs=tuple(
            Tab(
                sheet.get("name", ""),
                sheet.get(f"{{{DOCUMENT_RELATION}}}id", ""),
                sheet.get("state", "visible") == "visible",
            )
            for sheet in root.iterfind(f"{_TAG}sheets/{_TAG}sheet")
        ),
        # A copied sheet brings names of its own; only those of the workbook tell the original.
        names=tuple(
            (name.get("name", ""), name.text or "")
            for name in root.iterfind(f"{_TAG}definedNames/{_TAG}definedName")
            if name.get("localSheetId") is None
        ),
        has_1904_dates=epoch.lower() in {"1", "true", "on"},
    )


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One sheet as the workbook lists it: name on the tab, part, relationship."""

    title: str
    part: str
    relation: str


def workbook_name(parts: Parts) -> str:
    """Return the name of the workbook part.

    Raises:
        DamagedPackageError: The package names none.
    """
    found = (entry for entry in relations_of(parts, "") if entry.kind == "officedocument")
    relation = next(found, None)
    if relation is None or relation.target not in parts:
        raise DamagedPackageError
    return relation.target


def counts_from_1904(parts: Parts) -> bool:
    """Return whether a number typed for a day counts from 1904, as old Excel for Mac did."""
    return _content(parts, workbook_name(parts)).has_1904_dates


def list_sheets(parts: Parts) -> tuple[SheetEntry, ...]:
    """List the worksheets in tab order; a tab without a part is left out."""
    name = workbook_name(parts)
    targets = {
        entry.id: entry.target for entry in relations_of(parts, name) if entry.target in parts
    }
    return tuple(
        SheetEntry(tab.title, targets[tab.relation], tab.relation)
        for tab in _content(parts, name).tabs
        if tab.relation in targets
    )


def _content(parts: Parts, name: str) -> WorkbookContent:
    try:
        return parts.read(name, read_workbook)
    except ET.ParseError:
        raise DamagedPackageError from None
