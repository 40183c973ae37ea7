"""Our lists as tabs of a workbook: added as the last one, and taken away."""

from lxml import etree

from fpsheet.ooxml.archive import DamagedPackageError
from fpsheet.ooxml.parts import (
    DOCUMENT_RELATION,
    MAIN,
    Element,
    Parts,
    add_part,
    add_relation,
    drop_part,
    drop_relation,
    parse,
    serialise,
    whole_number,
)
from fpsheet.ooxml.print_area import PRINT_TITLES
from fpsheet.ooxml.workbook_part import SheetEntry, workbook_name
from fpsheet.returned.finding_list_text import HEADING_ROW

PART = "xl/worksheets/sheet9001.xml"
CONFLICT_PART = "xl/worksheets/sheet9002.xml"
"""Numbers that no workbook reaches; ExcelJS passes over a sheet whose part has another name."""
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def add_list(parts: Parts, content: bytes, *, title: str, part: str) -> None:
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
    for view in _views(root, sheets):
        view.set("activeTab", str(len(sheets) - 1))
    _repeat_headings(root, title, place=len(sheets) - 1)
    parts.write(name, serialise(root))


def _views(root: Element, sheets: Element) -> list[Element]:
    """Return the views of the workbook; SheetJS writes none, and then the first tab is in front."""
    found = list(root.iter(f"{{{MAIN}}}workbookView"))
    if not found:
        views = etree.Element(f"{{{MAIN}}}bookViews")
        root.insert(root.index(sheets), views)
        found.append(etree.SubElement(views, f"{{{MAIN}}}workbookView"))
    return found


def _repeat_headings(root: Element, title: str, *, place: int) -> None:
    """Add the name that prints our headings on every page; every workbook of ours has names."""
    names = root.find(f"{{{MAIN}}}definedNames")
    if names is not None:
        titles = etree.SubElement(
            names, f"{{{MAIN}}}definedName", name=PRINT_TITLES, localSheetId=str(place)
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
    for view in list(root.iter(f"{{{MAIN}}}workbookView")):
        views = view.getparent()
        if whole_number(view.get("activeTab")) >= place:
            view.set("activeTab", "0")
            if views is not None and view.keys() == ["activeTab"] and len(views) == 1:
                root.remove(views)  # it is ours, or says nothing
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
