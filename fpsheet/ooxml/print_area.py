"""Print areas: plain ranges from B1 down to the last filled row, and room for some more.

A formula would follow what is typed, but no program except Excel prints by one, and Excel makes a
range of it when somebody changes the page. What is a range of ours is fitted each time that a
workbook is written; an area that somebody chose otherwise is theirs.
"""

import re
from collections.abc import Mapping

from fpsheet.ooxml.parts import MAIN, Element, Parts, parse, serialise
from fpsheet.ooxml.workbook_part import workbook_name
from fpsheet_validation.raw import RawWorkbook

BLANK_ROWS = 25
"""Rows of a sheet that are printed where fewer are filled: a page, for those who note by hand."""

ROOM = 8
"""Rows that are printed below the last filled one, for those typed after the workbook was made:
few, so that it is seldom a page of nothing."""

_NAME = "_xlnm.Print_Area"
_OURS = re.compile(
    r"(?P<tab>'(?:[^']|'')+'|[^\s'!(),:]+)!\$B\$1:"
    r"(?:\$(?P<letter>[A-Z]+)\$(?P<row>\d+)|INDEX\((?P=tab)!\$(?P<old>[A-Z]+)\$1:.*)"
)
_TWICE = re.compile(r"CHOOSE\(1,([^,]+),\1\)")
"""How areas of ours began for a time."""


def last_printed(heading_row: int, last_filled: int = 0) -> int:
    """Return the last row to print of a sheet.

    Args:
        heading_row: Row of its headings.
        last_filled: Last row in which something is typed; 0 for none.
    """
    return max(heading_row + BLANK_ROWS, last_filled + ROOM)


def printed_rows(raw: RawWorkbook) -> dict[str, int]:
    """Return the last row to print of each entry sheet with rows, by the name on the tab."""
    filled = (sheet for sheet in raw.sheets.values() if not sheet.frame.is_empty())
    return {sheet.title: int(sheet.frame["raekke"][-1]) + ROOM for sheet in filled}


def fit_to_rows(parts: Parts, raw: RawWorkbook) -> None:
    """Fit our print areas in a package to what is filled in."""
    name = workbook_name(parts)
    book = parse(parts[name])
    if fit_print_areas(book, rows=printed_rows(raw)):
        parts.write(name, serialise(book))


def fit_print_areas(
    book: Element, *, rows: Mapping[str, int], letters: Mapping[str, str] | None = None
) -> bool:
    """Fit our print areas to other rows and columns; return whether any changed.

    Args:
        book: The workbook part; changed in place.
        rows: Name on the tab → last row to print; an area never becomes shorter.
        letters: Name on the tab → last column to print, where it is another than before.
    """
    titles = [sheet.get("name", "") for sheet in book.iter(f"{{{MAIN}}}sheet")]
    is_changed = False
    for entry in book.iter(f"{{{MAIN}}}definedName"):
        place = entry.get("localSheetId", "")
        if entry.get("name") != _NAME or not place.isdigit() or int(place) >= len(titles):
            continue
        title = titles[int(place)]
        before = entry.text or ""
        found = _OURS.fullmatch(_TWICE.sub(r"\1", before))
        if found is None or title not in rows:
            continue
        row = max(rows[title], int(found["row"] or 0))
        letter = (letters or {}).get(title) or found["letter"] or found["old"]
        entry.text = f"{found['tab']}!$B$1:${letter}${row}"
        is_changed |= entry.text != before
    return is_changed
