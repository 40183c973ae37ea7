"""Number formats: what a cell's format says of the number in it.

The styles are read once, here. The bulk reader gets a part of our own making that says of each
format only whether it shows days, so that a style has one meaning for everybody.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from fpsheet.intake.listed_sheets import MAIN
from fpsheet_validation.raw import CellKind

_DAYS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Built-in formats that show a date or a time (ECMA-376-1, 18.8.30)."""

_PERCENT, _MONEY = frozenset({9, 10}), frozenset((*range(5, 9), 42, 44))
_PLAIN_DAY = 14
_QUOTED = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?!\$|[hmsHMS]+\])[^\]]*\]')
_LOCALE = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_CURRENCY = re.compile(
    r"(?<![^\W\d_])(?:[tm]?kr(?:oner?)?|øre|dkk|eur(?:o)?|usd|gbp|nok|sek|isk|chf|zł)(?![^\W\d_])"
    r"|[$¢-¥\u20a0-\u20cf]",
    re.IGNORECASE,
)
_DAY = re.compile(r"[dmyhsDMYHS]|\[[hmsHMS]+\]")
_ZEROS = re.compile(r"[^0.]*00")
_ZERO_WRITTEN = re.compile(r'(?:\[[^\]]*\])*(?:"[^"]*0"|\\0)[#0]')
"""A zero that the format writes itself before the number."""
_SECTION = re.compile(r'(?:"[^"]*"?|\\.|[^;"\\])+')
_CONDITION = re.compile(r"\[[<>=]")
_NUMBER = re.compile(r"[0-9]{1,6}")
_DAMAGED = (ET.ParseError, ValueError)
_WORDS = re.compile(r"General|Standard|Generelt|Allmänt|Estándar|Algemeen|Yleinen", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NumberFormats:
    """The formats of a workbook.

    Attributes:
        kinds: Number of a cell's format (`s`) → what it says of a number; plain ones left out.
        count: How many formats there are.
    """

    kinds: Mapping[int, CellKind]
    count: int = 0

    def plain_part(self) -> bytes:
        """Return a part with styles that says of each format whether it shows days, and no more."""
        formats = "".join(
            f'<xf numFmtId="{_PLAIN_DAY if self.kinds.get(number) is CellKind.DAY else 0}"/>'
            for number in range(self.count)
        )
        main = MAIN.strip("{}")
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="{main}">'
            f'<cellXfs count="{self.count}">{formats}</cellXfs></styleSheet>'
        ).encode()


def read_formats(styles: bytes | None) -> NumberFormats | None:
    """Read the number formats; None when the part is damaged.

    Args:
        styles: The part with the styles as UTF-8; None where there is none.
    """
    if styles is None:
        return NumberFormats({})
    try:
        root = ET.fromstring(styles)  # noqa: S314 - has no document type
    except _DAMAGED:
        return None
    codes = {
        element.get("numFmtId", ""): element.get("formatCode", "")
        for element in root.iterfind(f"{MAIN}numFmts/{MAIN}numFmt")
    }
    numbers = [xf.get("numFmtId", "0") for xf in root.iterfind(f"{MAIN}cellXfs/{MAIN}xf")]
    known = {number: _kind_of(number, codes) for number in set(numbers)}
    kinds = {place: kind for place, number in enumerate(numbers) if (kind := known[number])}
    return NumberFormats(kinds, len(numbers))


def kind_of_format(code: str) -> CellKind | None:
    r"""Tell what a format says of a number; None where it shows it as it is.

    >>> kind_of_format("0%"), kind_of_format("dd\\-mm\\-yyyy"), kind_of_format('#,##0.00 "kr."')
    (<CellKind.PERCENT: 'percent'>, <CellKind.DAY: 'day'>, <CellKind.CURRENCY: 'currency'>)
    >>> kind_of_format("0000000000"), kind_of_format('0.0 "timer"'), kind_of_format("General")
    (<CellKind.ZEROS: 'zeros'>, None, None)
    """
    sections = _SECTION.findall(code)
    # A condition says which section a number takes; without one it is the first.
    shown = sections[:3] if sections and _CONDITION.search(sections[0]) else sections[:1]
    return next((kind for section in shown if (kind := _kind_of_section(section))), None)


def _kind_of_section(section: str) -> CellKind | None:
    signs = _LOCALE.findall(section)
    bare = _WORDS.sub("", _LOCALE.sub("", _QUOTED.sub("", section)))
    if "%" in bare:
        return CellKind.PERCENT
    if any(signs) or _CURRENCY.search(_LOCALE.sub("", _WORDS.sub("", section)).replace("\\", "")):
        return CellKind.CURRENCY
    if _DAY.search(bare):
        return CellKind.DAY
    return CellKind.ZEROS if _ZEROS.match(bare) or _ZERO_WRITTEN.match(section) else None


def _kind_of(number: str, codes: Mapping[str, str]) -> CellKind | None:
    if number in codes:
        return kind_of_format(codes[number])
    built_in = int(number) if _NUMBER.fullmatch(number) else 0
    if built_in in _PERCENT:
        return CellKind.PERCENT
    if built_in in _MONEY:
        return CellKind.CURRENCY
    return CellKind.DAY if built_in in _DAYS else None
