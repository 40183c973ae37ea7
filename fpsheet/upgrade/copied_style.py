"""Styles of the new form, appended to those of the file, which keep their numbers."""

from dataclasses import dataclass

from lxml import etree

from fpsheet.ooxml.own_style import styles_name
from fpsheet.ooxml.parts import MAIN, Element, Parts, parse, serialise

_FIRST_OWN_FORMAT = 164
_GROUPS = {"fonts": "fontId", "fills": "fillId", "borders": "borderId"}


@dataclass(frozen=True, slots=True)
class Offsets:
    """What to add to the number of a style of ours.

    Attributes:
        cell: Of a cell's style.
        differential: Of the look of a conditional format.
    """

    cell: int
    differential: int


def append_styles(parts: Parts, ours: bytes) -> Offsets:
    """Append every style of ours to the workbook's own, and return where they stand now."""
    name = styles_name(parts)
    root, other = parse(parts[name]), parse(ours)
    moved = {attribute: _append(root, other, group) for group, attribute in _GROUPS.items()}
    formats = _append_formats(root, other)
    for style in _children(other, "cellXfs"):
        for attribute, offset in moved.items():
            style.set(attribute, str(int(style.get(attribute, "0")) + offset))
        number = style.get("numFmtId", "0")
        style.set("numFmtId", formats.get(number, number))
        style.set("xfId", "0")
    offsets = Offsets(_append(root, other, "cellXfs"), _append(root, other, "dxfs"))
    parts.write(name, serialise(root))
    return offsets


def shift_styles(sheet: Element, offsets: Offsets) -> None:
    """Shift every style number in a sheet of ours, so that it means what it meant before."""
    for element in sheet.iter(f"{{{MAIN}}}c", f"{{{MAIN}}}row"):
        if element.get("s") is not None:
            element.set("s", str(int(element.get("s", "0")) + offsets.cell))
    for element in sheet.iter(f"{{{MAIN}}}col"):
        if element.get("style") is not None:
            element.set("style", str(int(element.get("style", "0")) + offsets.cell))
    for element in sheet.iter(f"{{{MAIN}}}cfRule"):
        if element.get("dxfId") is not None:
            element.set("dxfId", str(int(element.get("dxfId", "0")) + offsets.differential))


def _children(root: Element, group: str) -> list[Element]:
    found = root.find(f"{{{MAIN}}}{group}")
    return [] if found is None else list(found)


def _append(root: Element, other: Element, group: str) -> int:
    """Append one list to another; return how many there were before."""
    target = root.find(f"{{{MAIN}}}{group}")
    if target is None:
        target = etree.Element(f"{{{MAIN}}}{group}")
        before = root.find(f"{{{MAIN}}}tableStyles")
        root.insert(len(root) if before is None else root.index(before), target)
    first = len(target)
    target.extend(_children(other, group))
    target.set("count", str(len(target)))
    return first


def _append_formats(root: Element, other: Element) -> dict[str, str]:
    """Append number formats under free numbers; return our number → theirs."""
    ours = _children(other, "numFmts")
    if not ours:
        return {}
    target = root.find(f"{{{MAIN}}}numFmts")
    if target is None:
        target = etree.Element(f"{{{MAIN}}}numFmts")
        root.insert(0, target)
    taken = [int(entry.get("numFmtId", "0")) for entry in target]
    free = max([*taken, _FIRST_OWN_FORMAT - 1]) + 1
    moved = {entry.get("numFmtId", ""): str(free + n) for n, entry in enumerate(ours)}
    for entry in ours:
        entry.set("numFmtId", moved[entry.get("numFmtId", "")])
        target.append(entry)
    target.set("count", str(len(target)))
    return moved
