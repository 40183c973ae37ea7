"""The styles of ours: two fills for marks, and the few looks of the list of findings."""

from lxml import etree

from fpsheet.ooxml.parts import MAIN, Element, Parts, parse, relations_of, same, serialise
from fpsheet.ooxml.workbook_part import workbook_name

FAULT_FILL, WARNING_FILL, ANSWER_FILL = "F6B8B2", "FFE699", "FFF3CF"
INK, PAPER, ACCENT, LINK_INK = "22303C", "FFFFFF", "8E1B1B", "1F4E9E"
FONT, SIZE, TITLE_SIZE = "Arial", 10, 16
"""Colours (red, green, blue) and letters of the marks and of the list."""

_MARK = '<dxf xmlns="{{ns}}"><fill><patternFill><bgColor rgb="{}"/></patternFill></fill></dxf>'
_MARKS = (_MARK.format(f"FF{FAULT_FILL}"), _MARK.format(f"FF{WARNING_FILL}"))

_FONT = '<font xmlns="{{ns}}">{}<sz val="{}"/><color rgb="FF{}"/>' + f'<name val="{FONT}"/></font>'
_FONTS = (
    _FONT.format("", SIZE, INK),
    _FONT.format("<b/>", SIZE, PAPER),
    _FONT.format("<b/>", TITLE_SIZE, ACCENT),
    _FONT.format("<u/>", SIZE, LINK_INK),
)
_FILL = (
    '<fill xmlns="{{ns}}"><patternFill patternType="solid"><fgColor rgb="{}"/></patternFill></fill>'
)
_FILLS = (_FILL.format(f"FF{ACCENT}"), _FILL.format(f"FF{ANSWER_FILL}"))
_IN = 'horizontal="left" indent="1"'
"""A text stands a little in from the border, so that it does not touch the next column's."""

_WRAP = f'<alignment {_IN} vertical="top" wrapText="1"/>'
_XFS = (  # (font, fill or None, alignment): offsets into _FONTS and _FILLS
    (0, None, _WRAP),
    (1, 0, f'<alignment {_IN} vertical="center" wrapText="1"/>'),
    (2, None, '<alignment vertical="center"/>'),
    (3, None, f'<alignment {_IN} vertical="top"/>'),
    (0, 1, _WRAP),
    (0, None, '<alignment vertical="top"/>'),
)
BODY, HEADER, TITLE, LINK, ANSWER, LINE = range(len(_XFS))
"""Offsets of our cell styles; add the first index that `add_styles` returns."""

_GROUPS = (
    *("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"),
    *("tableStyles", "colors", "extLst"),
)
"""The order the schema demands of the lists of styles (ECMA-376 part 1, 18.8.39)."""

FAULT_MARK, WARNING_MARK = range(2)
"""Offsets of our differential styles."""


def add_styles(parts: Parts) -> tuple[int, int]:
    """Append our styles at the ends of the lists, so that the numbers of all others stay.

    Returns:
        Index of our first cell style and of our first differential style.

    Raises:
        DamagedPackageError: The workbook has no styles that can be read.
    """
    name = styles_name(parts)
    root = parse(parts[name])
    if _stand_last(root, "fonts", _FONTS) and _stand_last(root, "dxfs", _MARKS):
        # Another list of ours is in the file, and looks the same.
        return _count_of(root, "cellXfs") - len(_XFS), _count_of(root, "dxfs") - len(_MARKS)
    fonts = _append(root, "fonts", _FONTS)
    fills = _append(root, "fills", _FILLS)
    xfs = tuple(
        f'<xf xmlns="{{ns}}" numFmtId="49" fontId="{fonts + font}"'
        f' fillId="{0 if fill is None else fills + fill}" borderId="0" xfId="0"'
        ' applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1">'
        f"{alignment}</xf>"
        for font, fill, alignment in _XFS
    )
    first_xf = _append(root, "cellXfs", xfs)
    first_dxf = _append(root, "dxfs", _MARKS)
    parts.write(name, serialise(root))
    return first_xf, first_dxf


def drop_styles(parts: Parts) -> None:
    """Take our styles away where they still stand last; elsewhere nobody uses them any more."""
    name = styles_name(parts)
    if name not in parts:
        return
    root = parse(parts[name])
    dropped = _drop_tail(root, "dxfs", _MARKS)
    if _stand_last(root, "fonts", _FONTS):
        xfs = root.find(f"{{{MAIN}}}cellXfs")
        if xfs is not None:
            _shorten(xfs, len(_XFS))
        _drop_tail(root, "fonts", _FONTS)
        _drop_tail(root, "fills", _FILLS)
        dropped = True
    if dropped:
        parts.write(name, serialise(root))


def styles_name(parts: Parts) -> str:
    """Return the name of the part with the styles; empty where the workbook has none."""
    relations = relations_of(parts, workbook_name(parts))
    return next((entry.target for entry in relations if entry.kind == "styles"), "")


def _append(root: Element, tag: str, texts: tuple[str, ...]) -> int:
    group = root.find(f"{{{MAIN}}}{tag}")
    if group is None:
        group = etree.Element(f"{{{MAIN}}}{tag}")
        later = {f"{{{MAIN}}}{each}" for each in _GROUPS[_GROUPS.index(tag) + 1 :]}
        at = next((n for n, other in enumerate(root) if other.tag in later), len(root))
        root.insert(at, group)
    first = len(group)
    group.extend(etree.fromstring(text.format(ns=MAIN)) for text in texts)
    _count(group)
    return first


def _stand_last(root: Element, tag: str, texts: tuple[str, ...]) -> bool:
    """Return whether entries of ours are the last of a list."""
    group = root.find(f"{{{MAIN}}}{tag}")
    tail = [] if group is None else list(group)[-len(texts) :]
    ours = [etree.fromstring(text.format(ns=MAIN)) for text in texts]
    return len(tail) == len(ours) and all(map(same, tail, ours))


def _count_of(root: Element, tag: str) -> int:
    group = root.find(f"{{{MAIN}}}{tag}")
    return 0 if group is None else len(group)


def _drop_tail(root: Element, tag: str, texts: tuple[str, ...]) -> bool:
    group = root.find(f"{{{MAIN}}}{tag}")
    if group is None or not _stand_last(root, tag, texts):
        return False
    _shorten(group, len(texts))
    return True


def _shorten(group: Element, number: int) -> None:
    for entry in list(group)[-number:]:
        group.remove(entry)
    _count(group)


def _count(group: Element) -> None:
    parent = group.getparent()
    if not len(group) and parent is not None:
        parent.remove(group)
    if "count" in group.attrib:
        group.set("count", str(len(group)))
