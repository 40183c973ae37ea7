"""A worksheet part edited around its cells: the bytes of the cells are never parsed or written."""

import re
from dataclasses import dataclass

from lxml import etree

from fpsheet.ooxml.archive import DamagedPackageError
from fpsheet.ooxml.escape import has_markup
from fpsheet.ooxml.parts import (
    MAIN,
    PREFIX,
    Element,
    Parts,
    parse,
    serialise,
)

_ORDER = tuple(
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection"  # noqa: SIM905 - as the schema prints it
    " protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells"
    " phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins"
    " pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors"
    " smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls"
    " webPublishItems tableParts extLst".split()
)
"""The order the schema demands of a worksheet's children (ECMA-376 part 1, 18.3.1.99)."""

_CELLS = re.compile(rb"<(%b)sheetData\s*(?:/>|>.*</\1sheetData\s*>)" % PREFIX, re.DOTALL)
_PLACEHOLDER = re.compile(rb"<%bsheetData\s*/>" % PREFIX)


@dataclass(slots=True)
class SheetPart:
    """One worksheet: everything but its cells as a tree, the cells as the bytes they were.

    Attributes:
        name: Part name.
        root: The worksheet element with an empty `sheetData`.
        cells: The bytes of the whole `sheetData` element, as they lie in the part.
    """

    name: str
    root: Element
    cells: bytes | memoryview

    def insert(self, child: Element) -> None:
        """Put a child where the schema wants it, after its likes."""
        rank = _rank(child)
        at = next((n for n, other in enumerate(self.root) if _rank(other) > rank), len(self.root))
        self.root.insert(at, child)

    def find(self, tag: str) -> Element | None:
        """Return the first child of a name, or None."""
        return self.root.find(f"{{{MAIN}}}{tag}")

    def find_all(self, tag: str) -> list[Element]:
        """Return every child of a name."""
        return self.root.findall(f"{{{MAIN}}}{tag}")

    def save(self, parts: Parts) -> None:
        """Write the worksheet back with its cells' own bytes."""
        content = serialise(self.root)
        place = _PLACEHOLDER.search(content)
        before, after = place.span() if place else (len(content), len(content))
        cells = self.cells if place else b""
        parts.write(self.name, b"".join((content[:before], cells, content[after:])))


def open_sheet(parts: Parts, name: str) -> SheetPart:
    """Open a worksheet part for editing around its cells.

    Raises:
        DamagedPackageError: The part is no XML, or has no cells element.
    """
    content = parts[name]
    if has_markup(content, b"!"):
        content = _plainly(content)
    found = _CELLS.search(content)
    if found is None:
        raise DamagedPackageError
    empty = b"<" + found.group(1) + b"sheetData/>"
    root = parse(content[: found.start()] + empty + content[found.end() :])
    return SheetPart(name, root, memoryview(content)[found.start() : found.end()])


def _plainly(content: bytes) -> bytes:
    """Write a sheet without comments and the like, in which there may be what looks like cells."""
    root = parse(content)
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    return serialise(root)


def _rank(child: Element) -> int:
    name = str(child.tag).rpartition("}")[2]
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
