"""Functions of a worksheet that read single values only."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from fpsheet.workbook.calculation.cell_value import (
    NO_NUMBER,
    NO_VALUE,
    ErrorValue,
    UnknownResultError,
    Value,
    check_plain,
    fold,
    is_number,
    to_number,
    to_text,
)

_EPOCH = date(1899, 12, 30)
_FIRST_SURE_DAY = 61
"""Excel counts a day that never was before it, and other programs do not."""
_LAST_DAY = 2_958_465
_MONTHS = 12
_FIRST_YEAR, _LAST_YEAR = 1900, 9999
_ASCII = 128
_SURE_FROM, _SURE_TO = 0.001, 1e9
"""Between them a number is written with digits and a comma only."""

PlainFunction = Callable[..., Value]


def _text_alone(function: Callable[[str], Value]) -> PlainFunction:
    """Return a function of one text, called at once where nothing has to be turned into it."""
    turned = _texts(function, "t")

    def call(value: Value) -> Value:
        return function(value) if type(value) is str and value.isascii() else turned(value)

    return call


def _texts(function: Callable[..., Value], kinds: str) -> PlainFunction:
    """Return a function whose arguments are turned into texts (t) and numbers (n) first."""

    def call(*values: Value) -> Value:
        turned: list[float | str] = []
        for kind, value in zip(kinds, values, strict=False):
            one = value
            if kind == "n":
                one = to_number(value)
            elif type(value) is not str:
                one = to_text(value)
            if type(one) is str:
                check_plain(one)
            elif isinstance(one, ErrorValue):
                return one
            turned.append(one)  # type: ignore[arg-type]  # no blank is left
        return function(*turned)

    return call


def _left_of(value: Value, count: Value = 1) -> Value:
    """Return the first characters: the digits before a comma are the same in every country."""
    if count == 1 and isinstance(value, str) and value.isascii():
        return value[:1]
    if isinstance(value, float) and _SURE_FROM <= value < _SURE_TO and round(value, 6) == value:
        whole, length = str(int(value)), to_number(count)
        if not isinstance(length, ErrorValue) and 0 <= length <= len(whole):
            return whole[: int(length)]
    return _LEFT(value, count)


def _left(text: str, count: float = 1) -> Value:
    return NO_VALUE if count < 0 else text[: int(count)]


_LEFT = _texts(_left, "tn")


def _right(text: str, count: float = 1) -> Value:
    return NO_VALUE if count < 0 else text[max(len(text) - int(count), 0) :]


def _mid(text: str, start: float, count: float) -> Value:
    if start < 1 or count < 0:
        return NO_VALUE
    return text[int(start) - 1 : int(start) - 1 + int(count)]


def _replace(text: str, start: float, count: float, new: str) -> Value:
    if start < 1 or count < 0:
        return NO_VALUE
    at = int(start) - 1
    return text[:at] + new + text[at + int(count) :]


def _substitute_in(text: Value, old: Value, new: Value, *place: Value) -> Value:
    """Replace a text in another; most that is looked for is not there."""
    if not place and isinstance(text, str) and isinstance(old, str) and isinstance(new, str):
        is_there = old in text or not text.isascii()
        return _SUBSTITUTE(text, old, new) if is_there else text
    return _SUBSTITUTE(text, old, new, *place)


def _substitute(text: str, old: str, new: str, place: float | None = None) -> Value:
    if not old:
        return text
    if place is None:
        return text.replace(old, new)
    if place < 1:
        return NO_VALUE
    parts = text.split(old)
    count = int(place)
    if count >= len(parts):
        return text
    return old.join(parts[:count]) + new + old.join(parts[count:])


_SUBSTITUTE = _texts(_substitute, "tttn")


def _find(wanted: str, text: str, start: float = 1) -> Value:
    at = text.find(wanted, int(start) - 1) if start >= 1 else -1
    return at + 1 if at >= 0 else NO_VALUE


def _search(wanted: str, text: str, start: float = 1) -> Value:
    found = wildcard(wanted).search(fold(text), int(start) - 1) if start >= 1 else None
    return found.start() + 1 if found else NO_VALUE


@cache
def wildcard(pattern: str) -> re.Pattern[str]:
    """Return the pattern of a text with `*`, `?` and `~`, in small letters."""
    out, letters = "", iter(fold(pattern))
    for letter in letters:
        if letter == "~":
            out += re.escape(next(letters, "~"))
        else:
            out += {"*": ".*", "?": "."}.get(letter, re.escape(letter))
    return re.compile(out, re.DOTALL)


def _char(number: float) -> Value:
    """Return a control character or a letter of ASCII; the others differ between computers."""
    if not 1 <= number < _ASCII:
        raise UnknownResultError
    return chr(int(number))


def _trim(text: str) -> Value:
    return " ".join(part for part in text.split(" ") if part)


def _text(value: Value, shape: Value) -> Value:
    """Return digits filled up with zeros; other formats depend on the country."""
    number = to_number(value)
    if isinstance(number, ErrorValue):
        return number
    if not isinstance(shape, str) or set(shape) != {"0"} or number < 0 or number != int(number):
        raise UnknownResultError
    return str(int(number)).zfill(len(shape))


_ALL_WHOLE = 2.0**53
"""From here on a number has no decimals, and more digits than a decimal of ours holds."""


def _round(number: float, places: float) -> Value:
    if abs(number) >= _ALL_WHOLE:
        return number
    step = Decimal(1).scaleb(-int(places))
    rounded = Decimal(repr(number)).quantize(step, rounding=ROUND_HALF_UP)
    return int(rounded) if rounded == int(rounded) else float(rounded)


def _mod(number: float, divisor: float) -> Value:
    if divisor == 0:
        return ErrorValue("#DIV/0!")
    return number - divisor * math.floor(number / divisor)


def _date(year: float, month: float, day: float) -> Value:
    years, months = divmod(int(month) - 1, _MONTHS)
    whole = int(year) + (_FIRST_YEAR if 0 <= year < _FIRST_YEAR else 0) + years
    if not _FIRST_YEAR <= whole <= _LAST_YEAR:
        return NO_NUMBER
    serial = (date(whole, months + 1, 1) - _EPOCH).days + int(day) - 1
    return _sure_day(serial)


def _sure_day(serial: int) -> Value:
    if serial > _LAST_DAY or serial < 0:
        return NO_NUMBER
    if serial < _FIRST_SURE_DAY:
        raise UnknownResultError
    return serial


def _day_part(part: str) -> Callable[[float], Value]:
    def read(serial: float) -> Value:
        day = _sure_day(math.floor(serial))
        if isinstance(day, ErrorValue):
            return day
        read_part: int = getattr(_EPOCH + timedelta(days=math.floor(serial)), part)
        return read_part

    return read


def _edate(serial: float, months: float) -> Value:
    day = _sure_day(math.floor(serial))
    if isinstance(day, ErrorValue):
        return day
    start = _EPOCH + timedelta(days=math.floor(serial))
    years, month = divmod(start.month - 1 + math.trunc(months), _MONTHS)
    if not _FIRST_YEAR <= start.year + years <= _LAST_YEAR:
        return NO_NUMBER
    first = date(start.year + years, month + 1, 1)
    following = first.replace(day=28) + timedelta(days=4)
    last = (following - timedelta(days=following.day)).day
    return _sure_day((first - _EPOCH).days + min(start.day, last) - 1)


def _absolute(number: float) -> float:
    return abs(number)


def _whole(number: float) -> Value:
    return math.floor(number)


PLAIN_FUNCTIONS: Mapping[str, PlainFunction] = {
    "LEN": _text_alone(len),
    "LEFT": _left_of,
    "RIGHT": _texts(_right, "tn"),
    "MID": _texts(_mid, "tnn"),
    "REPLACE": _texts(_replace, "tnnt"),
    "SUBSTITUTE": _substitute_in,
    "FIND": _texts(_find, "ttn"),
    "SEARCH": _texts(_search, "ttn"),
    "TRIM": _text_alone(_trim),
    "CHAR": _texts(_char, "n"),
    "TEXT": _text,
    "INT": _texts(_whole, "n"),
    "ABS": _texts(_absolute, "n"),
    "MOD": _texts(_mod, "nn"),
    "ROUND": _texts(_round, "nn"),
    "DATE": _texts(_date, "nnn"),
    "DAY": _texts(_day_part("day"), "n"),
    "MONTH": _texts(_day_part("month"), "n"),
    "YEAR": _texts(_day_part("year"), "n"),
    "EDATE": _texts(_edate, "nn"),
    "N": lambda value: 0 if value is None or isinstance(value, str) else value,
    "ISBLANK": lambda value: value is None,
    "ISERROR": lambda value: isinstance(value, ErrorValue),
    "ISNUMBER": is_number,
    "ISTEXT": lambda value: isinstance(value, str),
    "ISLOGICAL": lambda value: isinstance(value, bool),
    # As LibreOffice writes the constants.
    "TRUE": lambda: True,
    "FALSE": lambda: False,
}
"""Functions of single values, by name."""
