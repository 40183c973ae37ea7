"""How an upgraded workbook prints: in letters that can be read, and no page of nothing."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from lxml import etree

from fpsheet.ooxml.parts import MAIN, Element, Parts
from fpsheet.ooxml.print_area import (
    PRINT_AREA,
    PRINT_TITLES,
    last_column,
    last_printed,
    names_of_sheets,
)
from fpsheet.ooxml.printed_page import PrintedPart, pages_across
from fpsheet.workbook.sheet_layout import HEADER_ROW

_NAME = f"{{{MAIN}}}definedName"
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
    wanted = {
        title: name.text
        for title, name in names_of_sheets(blank, PRINT_AREA)
        if title in calculated
    }
    for title, name in names_of_sheets(book, PRINT_AREA):
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
    having = {title for title, _ in names_of_sheets(book, PRINT_AREA)}
    for title, name in list(names_of_sheets(book, PRINT_TITLES)):
        cells = _HEADING.findall(parts[sheets[title]]) if title in sheets else []
        if title in having or not cells:
            continue
        area = etree.Element(_NAME, name=PRINT_AREA, localSheetId=name.get("localSheetId", ""))
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
    areas = {
        title: last_column(name.text or "") for title, name in names_of_sheets(book, PRINT_AREA)
    }
    for title, name in names_of_sheets(book, PRINT_TITLES):
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
