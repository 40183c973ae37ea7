"""The workbook part: which sheets there are, and our list of findings among them."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from fpsheet.ooxml.parts import (
    DOCUMENT_RELATION,
    MAIN,
    DamagedPackageError,
    Element,
    Parts,
    add_part,
    add_relation,
    drop_part,
    drop_relation,
    parse,
    relations_of,
    serialise,
    whole_number,
)
from fpsheet.returned.finding_list_text import HEADING_ROW

PART = "xl/worksheets/sheetFpsheet.xml"
CONFLICT_PART = "xl/worksheets/sheetFpsheetKonflikter.xml"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"

_PRINT_TITLES = "_xlnm.Print_Titles"


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One sheet as the workbook lists it: name on the tab, part, relationship."""

    title: str
    part: str
    relation: str


def workbook_name(parts: Parts) -> str:
    """Give the name of the workbook part.

    Raises:
        DamagedPackageError: The package names none.
    """
    found = (entry for entry in relations_of(parts, "") if entry.kind == "officeDocument")
    relation = next(found, None)
    if relation is None or relation.target not in parts:
        raise DamagedPackageError
    return relation.target


def counts_from_1904(parts: Parts) -> bool:
    """Tell whether a number typed for a day counts from 1904, as old Excel for Mac did."""
    properties = parse(parts[workbook_name(parts)]).find(f"{{{MAIN}}}workbookPr")
    return properties is not None and properties.get("date1904", "") in {"1", "true"}


def list_sheets(parts: Parts) -> tuple[SheetEntry, ...]:
    """List the worksheets in tab order; a tab without a part is left out."""
    name = workbook_name(parts)
    targets = {
        entry.id: entry.target for entry in relations_of(parts, name) if entry.target in parts
    }
    return tuple(_entries(parse(parts[name]), targets=targets))


def _entries(root: Element, *, targets: dict[str, str]) -> Iterator[SheetEntry]:
    for sheet in root.iter(f"{{{MAIN}}}sheet"):
        relation = sheet.get(f"{{{DOCUMENT_RELATION}}}id", "")
        if relation in targets:
            yield SheetEntry(sheet.get("name", ""), targets[relation], relation)


def add_list(parts: Parts, content: bytes, *, title: str, part: str = PART) -> None:
    """Add our sheet as the last tab.

    Last, because defined names count the sheets before them.
    """
    name = workbook_name(parts)
    add_part(parts, part, content, content_type=_SHEET_TYPE)
    link = add_relation(parts, name, kind="worksheet", target=part)
    root = parse(parts[name])
    sheets = root.find(f"{{{MAIN}}}sheets")
    if sheets is None:
        raise DamagedPackageError
    number = 1 + max((whole_number(sheet.get("sheetId")) for sheet in sheets), default=0)
    # The prefix is named here: else it hangs on what other libraries in this process registered.
    prefixes = {"r": DOCUMENT_RELATION}
    entry = etree.SubElement(
        sheets, f"{{{MAIN}}}sheet", nsmap=prefixes, name=title, sheetId=str(number)
    )
    entry.set(f"{{{DOCUMENT_RELATION}}}id", link)
    for view in root.iter(f"{{{MAIN}}}workbookView"):
        view.set("activeTab", str(len(sheets) - 1))
    _repeat_headings(root, title, place=len(sheets) - 1)
    parts.write(name, serialise(root))


def _repeat_headings(root: Element, title: str, *, place: int) -> None:
    """Have the headings of our sheet printed on every page; every workbook of ours has names."""
    names = root.find(f"{{{MAIN}}}definedNames")
    if names is not None:
        titles = etree.SubElement(
            names, f"{{{MAIN}}}definedName", name=_PRINT_TITLES, localSheetId=str(place)
        )
        quoted = title.replace("'", "''")
        titles.text = f"'{quoted}'!${HEADING_ROW}:${HEADING_ROW}"


def drop_list(parts: Parts, sheet: SheetEntry) -> None:
    """Take our sheet away; the names that pointed into it go too."""
    name = workbook_name(parts)
    root = parse(parts[name])
    sheets = list(root.iter(f"{{{MAIN}}}sheet"))
    link = f"{{{DOCUMENT_RELATION}}}id"
    place = next(n for n, entry in enumerate(sheets) if entry.get(link) == sheet.relation)
    _drop_names(root, place)
    for view in root.iter(f"{{{MAIN}}}workbookView"):
        if whole_number(view.get("activeTab")) >= place:
            view.set("activeTab", "0")
    parent = sheets[place].getparent()
    if parent is not None:
        parent.remove(sheets[place])
    parts.write(name, serialise(root))
    drop_part(parts, sheet.part)
    drop_relation(parts, name, sheet.relation)


def _drop_names(root: Element, place: int) -> None:
    """Drop the names local to a sheet and renumber those of the sheets behind it."""
    names = root.find(f"{{{MAIN}}}definedNames")
    for entry in [] if names is None else list(names):
        local = whole_number(entry.get("localSheetId"), otherwise=-1)
        if local == place and names is not None:
            names.remove(entry)
        elif local > place:
            entry.set("localSheetId", str(local - 1))
    if names is not None and not len(names):
        root.remove(names)
