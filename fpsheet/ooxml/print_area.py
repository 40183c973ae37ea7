"""Print areas: plain ranges from B1 down to the last filled row, and on to the end of its page.

A formula would follow what is typed, but no program except Excel prints by one, and Excel makes a
range of it when somebody changes the page. What is a range of ours is fitted each time that a
workbook is written; an area that somebody chose otherwise is theirs. Rows below the last filled
one are printed for those typed since, as many as begin no page of their own in any program.
"""

import re
from collections.abc import Iterator, Mapping

from fpsheet.ooxml.address import column_number
from fpsheet.ooxml.parts import MAIN, Element, Parts, parse, serialise
from fpsheet.ooxml.printed_page import PrintedPart, rows_on_page
from fpsheet.ooxml.workbook_part import list_sheets, workbook_name
from fpsheet_validation.raw import RawWorkbook

BLANK_ROWS = 25
"""Rows of a sheet that are printed where fewer are filled: a page, for those who note by hand."""

_ROOM = 8
"""Rows that are printed below the last filled one where it cannot be told what a page holds."""

PRINT_AREA, PRINT_TITLES = "_xlnm.Print_Area", "_xlnm.Print_Titles"
"""Names that a sheet has for what of it is printed, and what of that on each page."""

_ROWS, _COLUMNS = re.compile(r"\$1:\$(\d+)"), re.compile(r"\$B:\$([A-Z]+)")
_FIRST = 2
"""Number of the first column that is printed, B."""

_OURS = re.compile(
    r"(?P<tab>'(?:[^']|'')+'|[^\s'!(),:]+)!\$B\$1:"
    r"(?:\$(?P<letter>[A-Z]+)\$(?P<row>\d+)|INDEX\((?P=tab)!\$(?P<old>[A-Z]+)\$1:.*)"
)
_TWICE = re.compile(r"CHOOSE\(1,([^,]+),\1\)")
"""How areas of ours began in workbooks of some earlier versions."""


def last_printed(heading_row: int, last_filled: int = 0) -> int:
    """Return the last row to print of a sheet whose pages are not known yet.

    Args:
        heading_row: Row of its headings.
        last_filled: Last row in which something is typed; 0 for none.
    """
    return max(heading_row + BLANK_ROWS, last_filled)


def filled_rows(raw: RawWorkbook) -> dict[str, int]:
    """Return the last filled row of each entry sheet with rows, by the name on the tab."""
    filled = (sheet for sheet in raw.sheets.values() if not sheet.frame.is_empty())
    return {sheet.title: int(sheet.frame["raekke"][-1]) for sheet in filled}


def fit_to_rows(parts: Parts, raw: RawWorkbook) -> None:
    """Fit our print areas in a package to what is filled in; one that holds all rows stays."""
    name = workbook_name(parts)
    book = parse(parts[name])
    ends = {title: _last_row(area.text or "") for title, area in names_of_sheets(book, PRINT_AREA)}
    beyond = {title: row for title, row in filled_rows(raw).items() if row > ends.get(title, 0)}
    if beyond and fit_print_areas(book, sheets_of(parts), filled=beyond):
        parts.write(name, serialise(book))


def sheets_of(parts: Parts) -> dict[str, bytes]:
    """Return the parts of the sheets of a package by the name on the tab."""
    return {entry.title: parts[entry.part] for entry in list_sheets(parts)}


def fit_print_areas(
    book: Element,
    sheets: Mapping[str, bytes],
    *,
    filled: Mapping[str, int],
    letters: Mapping[str, str] | None = None,
) -> bool:
    """Fit our print areas to other rows and columns; return whether any changed.

    Args:
        book: The workbook part; changed in place.
        sheets: Name on the tab → part of the sheet.
        filled: Name on the tab → last filled row; an area never becomes shorter.
        letters: Name on the tab → last column to print, where it is another than before.
    """
    repeated = {title: name.text or "" for title, name in names_of_sheets(book, PRINT_TITLES)}
    is_changed = False
    for title, entry in names_of_sheets(book, PRINT_AREA):
        before = entry.text or ""
        found = _find_ours(before)
        if found is None or title not in filled:
            continue
        letter = (letters or {}).get(title) or found["letter"] or found["old"]
        last = _end_of_page(sheets.get(title, b""), letter, repeated.get(title, ""), filled[title])
        row = max(last, int(found["row"] or 0))
        entry.text = f"{found['tab']}!$B$1:${letter}${row}"
        is_changed |= entry.text != before
    return is_changed


def last_column(area: str) -> int:
    """Return the number of the last column of an area of ours; 0 for one that is not."""
    found = _find_ours(area)
    return column_number(found["letter"] or found["old"]) if found else 0


def _last_row(area: str) -> int:
    """Return the last row of an area of ours; 0 for a formula, and for one that is not."""
    found = _find_ours(area)
    return int(found["row"] or 0) if found else 0


def _find_ours(area: str) -> re.Match[str] | None:
    return _OURS.fullmatch(_TWICE.sub(r"\1", area))


def names_of_sheets(book: Element, kind: str) -> Iterator[tuple[str, Element]]:
    """Yield the names of a kind that sheets have, each with the name on the tab.

    Args:
        book: The workbook part.
        kind: `PRINT_AREA` or `PRINT_TITLES`.
    """
    titles = [sheet.get("name", "") for sheet in book.iter(f"{{{MAIN}}}sheet")]
    for name in book.iter(f"{{{MAIN}}}definedName"):
        place = name.get("localSheetId", "")
        if name.get("name") == kind and place.isdigit() and int(place) < len(titles):
            yield titles[int(place)], name


def _end_of_page(sheet: bytes, letter: str, repeated: str, last_filled: int) -> int:
    """Return the last row on the page of the last filled one, in every program."""
    rows, columns = _ROWS.search(repeated), _COLUMNS.search(repeated)
    if rows is None:
        return last_filled + _ROOM
    heading_row, held = int(rows[1]), column_number(columns[1]) if columns else 0
    printed = PrintedPart(_FIRST, column_number(letter), held, heading_row)
    count = max(1, last_filled - heading_row)
    ends = [heading_row + -(-count // page) * page for page in rows_on_page(sheet, printed)]
    return max(last_filled, min(ends, default=last_filled + _ROOM))
