"""What a cell shows of a text that Excel has made a number of: the text to be typed again.

Excel makes a date of `1-2` and a number of `00001234`, which a format may show as before. The cell
keeps another value then, and what it shows is offered in the list of the caseworker's own file. It
is written into no finding: a finding holds no values.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from fpsheet.ooxml.archive import DamagedPackageError
from fpsheet.ooxml.own_style import styles_name
from fpsheet.ooxml.parts import MAIN, Element, Parts, parse
from fpsheet.ooxml.workbook_part import list_sheets
from fpsheet_validation.cells.cell import day_of_serial
from fpsheet_validation.finding import Finding

SHOWN_OTHERWISE = "FLT-032"
TOO_LONG = "FLT-033"
OFFERED = frozenset({SHOWN_OTHERWISE, TOO_LONG})
"""Codes of a text that Excel has made a number of, and of one with too many digits for it."""

_TAG = f"{{{MAIN}}}"
# ECMA-376-1, 18.8.30, as a Danish Excel shows them; times are left out.
_BUILT_IN = {"14": "dd-mm-yyyy", "15": "dd-mmm-yy", "16": "dd-mmm", "17": "mmm-yy"}
_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_LEFT_OUT = re.compile(r"\[[^\]]*\]|[\"\\]|_.|\*.")
_TOKEN = re.compile(r"y+|m+|d+|.", re.IGNORECASE)
_DAY_FORMAT = re.compile(r"[dmy .,/-]+", re.IGNORECASE)
_DIGITS_FORMAT = re.compile(r"[0# ./-]*0[0# ./-]*")
_NUMBER = re.compile(r"\d{1,30}(?:\.\d{1,30})?(?:[eE]\+?\d{1,2})?")
_FIRST_TOO_LONG = 10**15
"""The first number with more digits than a cell keeps."""
_FIRST_SHOWN = 61
"""Serial number of 1 March 1900; before it Excel counts a day too many."""


def find_shown(
    parts: Parts, findings: Iterable[Finding], *, date1904: bool
) -> dict[tuple[str, str], str]:
    """Return what cells with a text that became a number show: (tab, cell) → text.

    A cell whose format is none of the usual ones is left out. A number with more than 15 digits
    is told as the cell holds it, with noughts for the digits that are lost.
    """
    wanted: dict[str, set[str]] = {}
    for finding in findings:
        if finding.code in OFFERED:
            wanted.setdefault(finding.title, set()).add(finding.cell)
    try:
        return dict(_shown(parts, wanted, date1904=date1904)) if wanted else {}
    except DamagedPackageError:
        return {}


def _shown(
    parts: Parts, wanted: Mapping[str, set[str]], *, date1904: bool
) -> Iterable[tuple[tuple[str, str], str]]:
    formats = _formats(parse(parts[styles_name(parts)]))
    for entry in list_sheets(parts):
        cells = wanted.get(entry.title)
        for cell in parse(parts[entry.part]).iter(f"{_TAG}c") if cells else ():
            place, style = cell.get("r", ""), cell.get("s", "")
            value = cell.findtext(f"{_TAG}v") or ""
            if cells and place in cells and (number := _whole(value)) is not None:
                text = show_number(number, formats.get(style, ""), date1904=date1904)
                if not text and number >= _FIRST_TOO_LONG:
                    text = str(number)
                if text:
                    yield (entry.title, place), text


def _whole(value: str) -> int | None:
    """Return a whole number as it stands in a cell (`2.02412345678901E+16`); None for any other.

    >>> _whole("2.02412345678901E+16"), _whole("1.5"), _whole("1e400"), _whole("-1")
    (20241234567890100, None, None, None)
    """
    found = _NUMBER.fullmatch(value)
    if found is None:
        return None
    number = Decimal(value)
    return int(number) if number == number.to_integral_value() else None


def _formats(styles: Element) -> dict[str, str]:
    """Return the format of each style of a cell, by its number."""
    written = {one.get("numFmtId"): one.get("formatCode") for one in styles.iter(f"{_TAG}numFmt")}
    numbers = [one.get("numFmtId", "") for one in styles.iterfind(f"{_TAG}cellXfs/{_TAG}xf")]
    return {
        str(place): str(written.get(number) or _BUILT_IN.get(number, ""))
        for place, number in enumerate(numbers)
    }


def show_number(number: int, code: str, *, date1904: bool = False) -> str:
    r"""Return what a whole number shows in a format of days or of zeros; empty for any other.

    >>> show_number(46054, "dd\\-mm\\-yyyy"), show_number(46054, "d-mmm")
    ('01-02-2026', '1-feb')
    >>> show_number(1234, "00000000"), show_number(20241234, "0000\\-000000")
    ('00001234', '0020-241234')
    >>> show_number(3, "0.0%")
    ''
    """
    plain = _LEFT_OUT.sub("", code.partition(";")[0])
    if _DIGITS_FORMAT.fullmatch(plain) and "." not in plain:
        return _show_digits(str(number), plain)
    day = day_of_serial(number, date1904=date1904)
    is_sure = date1904 or number >= _FIRST_SHOWN
    return _show_day(day, plain) if day and is_sure and _DAY_FORMAT.fullmatch(plain) else ""


def _show_digits(digits: str, code: str) -> str:
    """Put digits into their places from the right; what there is no place for stands before."""
    shown = []
    for sign in reversed(code):
        if sign not in "0#":
            shown.append(sign)
        elif digits or sign == "0":
            shown.append(digits[-1:] or "0")
            digits = digits[:-1]
    return digits + "".join(reversed(shown))


def _show_day(day: date, code: str) -> str:
    parts = {
        "d": str(day.day),
        "dd": f"{day.day:02d}",
        "m": str(day.month),
        "mm": f"{day.month:02d}",
        "mmm": _MONTHS[day.month - 1],
        "yy": f"{day.year % 100:02d}",
        "yyyy": str(day.year),
    }
    tokens: list[str] = _TOKEN.findall(code)
    return "".join(parts.get(token.lower(), token) for token in tokens)
