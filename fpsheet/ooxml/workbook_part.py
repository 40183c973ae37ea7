"""The workbook part: which sheets there are, and from which day its dates count."""

from dataclasses import dataclass

from fpsheet.ooxml.parts import (
    DOCUMENT_RELATION,
    MAIN,
    DamagedPackageError,
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
    return parts.read(workbook_name(parts), _counts_from_1904)


def _counts_from_1904(book: bytes, _: str) -> bool:
    properties = parse(book).find(f"{{{MAIN}}}workbookPr")
    return properties is not None and properties.get("date1904", "") in {"1", "true"}


def list_sheets(parts: Parts) -> tuple[SheetEntry, ...]:
    """List the worksheets in tab order; a tab without a part is left out."""
    name = workbook_name(parts)
    targets = {
        entry.id: entry.target for entry in relations_of(parts, name) if entry.target in parts
    }
    return tuple(
        SheetEntry(title, targets[relation], relation)
        for title, relation in parts.read(name, _tabs)
        if relation in targets
    )


def _tabs(book: bytes, _: str) -> tuple[tuple[str, str], ...]:
    """Return name on the tab and relationship of each sheet."""
    return tuple(
        (sheet.get("name", ""), sheet.get(f"{{{DOCUMENT_RELATION}}}id", ""))
        for sheet in parse(book).iter(f"{{{MAIN}}}sheet")
    )
