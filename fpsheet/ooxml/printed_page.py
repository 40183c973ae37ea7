"""How many rows of a sheet a printed page holds, worked out from the sheet's part alone.

A program prints a sheet that is to be so many pages wide in the greatest percentage at which its
columns fit, and as many rows then fit below the headings as there is room for. Excel and
LibreOffice differ by some per cent, since they measure letters differently.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LONG, _SHORT = 297 / 25.4, 210 / 25.4
"""Inches of A4 across."""

_PIXELS, _POINTS = 96, 72
"""Of an inch."""

_DIGIT = 7
"""Pixels of a character of a column's width."""

_SMALLER = 0.92
"""Part of the percentage that the program with the widest letters prints in, at the least."""

_PLAIN_WIDTH, _PLAIN_HEIGHT = 9.14, 15.0
"""Of columns (characters) and rows (points) of which a sheet says nothing."""

_HEAD, _TAIL = 60_000, 4000
"""Bytes of a part in which its columns and first rows stand, and its page."""

_READABLE = 78
"""Per cent in which letters of ten points are printed with seven or more in every program."""

_MOST_PAGES = 9

_TAG = r"<(?:\w+:)?{name}\b([^>]*)>"
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_TRUE = {"1", "true"}


@dataclass(frozen=True, slots=True)
class PrintedPart:
    """What of a sheet is printed.

    Attributes:
        first: Number of the first column, from 1.
        last: Number of the last column.
        repeated: Number of the last column that stands on every page; 0 for none.
        heading_row: Last of the rows that stand on every page.
    """

    first: int
    last: int
    repeated: int
    heading_row: int


def rows_on_page(sheet: bytes, printed: PrintedPart) -> range:
    """Return how many rows below the headings a page holds: from the fewest to the most.

    Args:
        sheet: The part of the sheet.
        printed: What of it is printed.

    Returns:
        Each number that some program may print; none where it cannot be told.
    """
    head = sheet[:_HEAD].decode("utf-8", errors="replace")
    end = _end(sheet)
    setup, margins = _attributes(end, "pageSetup"), _attributes(end, "pageMargins")
    if setup is None or margins is None or setup.get("orientation") != "landscape":
        return range(0)
    try:
        widths = _widths(head, printed)
        heights = _heights(head, printed.heading_row + 1)
        wide = (_LONG - float(margins["left"]) - float(margins["right"])) * _PIXELS
        high = (_SHORT - float(margins["top"]) - float(margins["bottom"])) * _POINTS
        scale = _scale(widths, printed, wide, pages=int(setup.get("fitToWidth", "1")))
        fewest, most = (
            int((high * 100 / percent - sum(heights[:-1])) / heights[-1])
            for percent in (scale, scale * _SMALLER)
        )
    except (KeyError, ValueError, ZeroDivisionError):
        return range(0)
    return range(max(fewest, 1), most + 1) if most > 0 else range(0)


def pages_across(sheet: bytes, printed: PrintedPart) -> int:
    """Return how many pages wide a sheet is printed in letters that can be read.

    Args:
        sheet: The part of the sheet.
        printed: What of it is printed.

    Returns:
        From 1 on; 0 where it cannot be told.
    """
    margins = _attributes(_end(sheet), "pageMargins")
    try:
        widths = _widths(sheet[:_HEAD].decode("utf-8", errors="replace"), printed)
        sides = float((margins or {})["left"]) + float((margins or {})["right"])
    except (KeyError, ValueError):
        return 0
    wide = (_LONG - sides) * _PIXELS
    fits = (n for n in range(1, _MOST_PAGES) if _scale(widths, printed, wide, pages=n) >= _READABLE)
    return next(fits, _MOST_PAGES)


def _end(sheet: bytes) -> str:
    """Return the last part of a sheet, behind its rows."""
    tail = sheet[sheet.rfind(b"</") - _TAIL if len(sheet) > _HEAD else 0 :]
    return tail.decode("utf-8", errors="replace")


def _scale(widths: Sequence[int], printed: PrintedPart, wide: float, *, pages: int) -> int:
    """Return the percentage at which the columns fit on so many pages."""
    held = max(0, printed.repeated - printed.first + 1)
    for percent in range(100, 10, -1):
        room, needed = wide * 100 / percent, 1
        left = room
        for place, width in enumerate(widths):
            if width > left:
                needed, left = needed + 1, room - (sum(widths[:held]) if place >= held else 0)
            left -= width
        if needed <= pages and max(widths) <= room:
            return percent
    return 10


def _widths(head: str, printed: PrintedPart) -> list[int]:
    """Return the pixels of each printed column; 0 for a hidden one."""
    plain = _attributes(head, "sheetFormatPr") or {}
    usual = _pixels(float(plain.get("defaultColWidth", _PLAIN_WIDTH)))
    widths = [usual] * (printed.last - printed.first + 1)
    for found in re.finditer(_TAG.format(name="col"), head):
        told = dict(_ATTRIBUTE.findall(found.group(1)))
        for number in range(int(told["min"]), min(int(told["max"]), printed.last) + 1):
            if number >= printed.first:
                is_hidden = told.get("hidden") in _TRUE
                width = float(told.get("width", _PLAIN_WIDTH))
                widths[number - printed.first] = 0 if is_hidden else _pixels(width)
    return widths


def _heights(head: str, rows: int) -> list[float]:
    """Return the points of the first rows; 0 for a hidden one."""
    plain = _attributes(head, "sheetFormatPr") or {}
    heights = [float(plain.get("defaultRowHeight", _PLAIN_HEIGHT))] * rows
    for found in re.finditer(_TAG.format(name="row"), head):
        told = dict(_ATTRIBUTE.findall(found.group(1)))
        number = int(told.get("r", "0"))
        if number > rows:
            break
        if number and told.get("hidden") in _TRUE:
            heights[number - 1] = 0
        elif number and "ht" in told:
            heights[number - 1] = float(told["ht"])
    return heights


def _pixels(width: float) -> int:
    return int(width * _DIGIT)


def _attributes(text: str, name: str) -> dict[str, str] | None:
    found = re.search(_TAG.format(name=name), text)
    return dict(_ATTRIBUTE.findall(found.group(1))) if found else None
