"""The workbook part: which sheets there are, and from which day its dates count."""

from collections.abc import Iterator
from dataclasses import dataclass

from fpsheet.ooxml.parts import (
    DOCUMENT_RELATION,
    MAIN,
    DamagedPackageError,
    Element,
    Parts,
    parse,
    relations_of,
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
