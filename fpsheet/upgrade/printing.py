"""How an upgraded workbook prints: in letters that can be read, and no page of nothing."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from lxml import etree

from fpsheet.ooxml.parts import MAIN, Element, Parts
from fpsheet.ooxml.print_area import last_column, last_printed
from fpsheet.ooxml.printed_page import PrintedPart, pages_across
from fpsheet.workbook.sheet_layout import HEADER_ROW

_NAME = f"{{{MAIN}}}definedName"
_AREA, _TITLES = "_xlnm.Print_Area", "_xlnm.Print_Titles"
_ONE_WIDE = re.compile(rb'(<(?:\w+:)?pageSetup\b(?![^>]*fitToWidth="(?!1"))[^>]*?)(/?>)')
_HEADING = re.compile(rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]+)%d"' % HEADER_ROW)
_WIDTH = re.compile(rb' fitToWidth="\d+"')
_FIRST, _REPEATED = 2, 3
"""Numbers of the columns Status and CPR number, which stand on each page."""


def take_areas(book: Element, blank: Element, calculated: AbstractSet[str]) -> None:
    """Give the calculated sheets the print areas that they are made for.

    Args:
        book: The workbook part; changed in place.
        blank: That of a blank workbook.
        calculated: Names on the tabs of the sheets.
    """
    wanted = {title: name.text for title, name in _named(blank, _AREA) if title in calculated}
    for title, name in _named(book, _AREA):
        if title in wanted:
            name.text = wanted[title]


def add_areas(book: Element, parts: Parts, sheets: Mapping[str, str]) -> None:
    """Add print areas to entry sheets without one, down to their headings.

    Those of version 1 had none, and all rows that were made in advance were printed.

    Args:
        book: The workbook part; changed in place.
        parts: The package.
        sheets: Name on the tab of an entry sheet → its part.
    """
    having = {title for title, _ in _named(book, _AREA)}
    for title, name in list(_named(book, _TITLES)):
        cells = _HEADING.findall(parts[sheets[title]]) if title in sheets else []
        if title in having or not cells:
            continue
        area = etree.Element(_NAME, name=_AREA, localSheetId=name.get("localSheetId", ""))
        tab = (name.text or "").partition(",")[0].rpartition("!")[0]
        last = last_printed(HEADER_ROW)
        area.text = f"{tab}!$B$1:${cells[-1].decode()}${last}"
        name.addprevious(area)


def widen_pages(book: Element, parts: Parts, sheets: Mapping[str, str]) -> None:
    """Print entry sheets as many pages wide as letters that can be read need.

    Version 1 printed every sheet one page wide. What somebody set otherwise stays.

    Args:
        book: The workbook part; changed in place.
        parts: The package; its sheets are changed.
        sheets: Name on the tab of an entry sheet → its part.
    """
    areas = {title: last_column(name.text or "") for title, name in _named(book, _AREA)}
    for title, name in _named(book, _TITLES):
        if not areas.get(title) or title not in sheets:
            continue
        content = parts[sheets[title]]
        printed = PrintedPart(_FIRST, areas[title], _REPEATED, HEADER_ROW)
        pages, found = pages_across(content, printed), _ONE_WIDE.search(content)
        if pages <= 1 or found is None:
            continue
        setup = _WIDTH.sub(b"", found[1]) + f' fitToWidth="{pages}"'.encode() + found[2]
        parts.write(sheets[title], content[: found.start()] + setup + content[found.end() :])
        rows = (name.text or "").partition(",")[0]
        name.text = f"{rows},{rows.rpartition('!')[0]}!$B:$C"


def _named(book: Element, kind: str) -> Iterator[tuple[str, Element]]:
    """Return the names of a kind that sheets have, with the name on the tab of each."""
    titles = [sheet.get("name", "") for sheet in book.iter(f"{{{MAIN}}}sheet")]
    for name in book.iter(_NAME):
        place = name.get("localSheetId", "")
        if name.get("name") == kind and place.isdigit() and int(place) < len(titles):
            yield titles[int(place)], name
