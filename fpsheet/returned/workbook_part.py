"""The workbook part: which sheets there are, and our list of findings among them."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from fpsheet.returned.parts import (
    DOCUMENT_RELATION,
    MAIN,
    Element,
    Parts,
    add_part,
    add_relation,
    drop_part,
    drop_relation,
    parse,
    relations_of,
    serialise,
)
from fpsheet_templates.errors import WorkbookFileError

PART = "xl/worksheets/sheetFpsheet.xml"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One sheet as the workbook lists it: name on the tab, part, relationship."""

    title: str
    part: str
    relation: str


def workbook_name(parts: Parts) -> str:
    """Give the name of the workbook part.

    Raises:
        WorkbookFileError: The package names none.
    """
    found = (entry for entry in relations_of(parts, "") if entry.kind == "officeDocument")
    relation = next(found, None)
    if relation is None or relation.target not in parts:
        sentence = "Projektmappen mangler sin hoveddel."
        raise WorkbookFileError(sentence)
    return relation.target


def list_sheets(parts: Parts) -> tuple[SheetEntry, ...]:
    """List the worksheets in tab order."""
    name = workbook_name(parts)
    targets = {entry.id: entry for entry in relations_of(parts, name)}
    return tuple(_entries(parse(parts[name]), targets={k: v.target for k, v in targets.items()}))


def _entries(root: Element, *, targets: dict[str, str]) -> Iterator[SheetEntry]:
    for sheet in root.iter(f"{{{MAIN}}}sheet"):
        relation = sheet.get(f"{{{DOCUMENT_RELATION}}}id", "")
        if relation in targets:
            yield SheetEntry(sheet.get("name", ""), targets[relation], relation)


def add_list(parts: Parts, content: bytes, *, title: str) -> None:
    """Add our sheet as the last tab.

    Last, because defined names count the sheets before them.
    """
    name = workbook_name(parts)
    add_part(parts, PART, content, content_type=_SHEET_TYPE)
    link = add_relation(parts, name, kind="worksheet", target=PART)
    root = parse(parts[name])
    sheets = root.find(f"{{{MAIN}}}sheets")
    if sheets is None:
        sentence = "Projektmappen har ingen ark."
        raise WorkbookFileError(sentence)
    number = 1 + max(int(sheet.get("sheetId", "0")) for sheet in sheets)
    entry = etree.SubElement(sheets, f"{{{MAIN}}}sheet", name=title, sheetId=str(number))
    entry.set(f"{{{DOCUMENT_RELATION}}}id", link)
    for view in root.iter(f"{{{MAIN}}}workbookView"):
        view.set("activeTab", str(len(sheets) - 1))
    parts.write(name, serialise(root))


def drop_list(parts: Parts, sheet: SheetEntry) -> None:
    """Take our sheet away; the names that pointed into it go too."""
    name = workbook_name(parts)
    root = parse(parts[name])
    sheets = list(root.iter(f"{{{MAIN}}}sheet"))
    place = next(n for n, entry in enumerate(sheets) if entry.get("name") == sheet.title)
    _drop_names(root, place)
    for view in root.iter(f"{{{MAIN}}}workbookView"):
        if int(view.get("activeTab", "0")) >= place:
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
        local = entry.get("localSheetId")
        if local is not None and int(local) == place and names is not None:
            names.remove(entry)
        elif local is not None and int(local) > place:
            entry.set("localSheetId", str(int(local) - 1))
    if names is not None and not len(names):
        root.remove(names)
