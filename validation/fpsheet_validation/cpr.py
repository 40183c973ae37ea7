"""CPR numbers, one by one and a whole column at a time.

A CPR number is ten digits, ddmmyy and a serial; digit 7 gives the century, digit 10 the sex
(odd is a man). A replacement number has 60 added to the day; each kommune makes its own.
Source: cpr.dk, "Opbygning af CPR-nummeret" and "Erstatningspersonnummer".
"""

import re
import unicodedata
from datetime import date

import polars as pl
from stdnum.dk import cpr as registry
from stdnum.exceptions import ValidationError

WRITTEN = r"^\d{6}-?\d{4}$"
"""What a cell may hold: ten digits, a hyphen after the sixth or none."""

_MAY_BE_IN_TEXT = r"\p{N}(?:\P{N}{0,8}\p{N}){9}"
"""Ten digits of any kind, not far from each other (spelling of Rust)."""

_UNSEEN, _PARTING = "Cf", {"Zs", "Zl", "Zp", "Cc", "Pd", "Pc"}
_OTHER_PARTING = ".,;|=+'()~*\u00b7\u2022\u2043\u02d7\u2212\u00af"
_RUN = re.compile(r"\d(?:-?\d)*", re.ASCII)
_DAY, _MONTH = r"(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])", r"(?:0[1-9]|1[0-2])"
_DAY_AND_MONTH = re.compile(_DAY + _MONTH, re.ASCII)
_DATE = re.compile(r"\d\d-(?:0\d|1[0-2])-(?:19|20)\d\d", re.ASCII)

_ANYWHERE = ((10,), (6, 4), (6, 2, 2), (2, 2, 2, 4))
"""Lengths of the groups of digits of a CPR number, also where other groups stand beside them."""

_BY_ITSELF = ((2,) * 5, (4, 2, 4), (3, 3, 4), (3, 3, 2, 2), (1,) * 10)
"""The same, where no other digits do."""

REPLACEMENT_DAY = 60
"""Added to the day of birth in a replacement number."""

# cpr.dk: weights of the ten digits; the sum is divisible by 11 in numbers issued before 2007.
_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_MODULUS = 11


def day_of_birth(cpr: str) -> date | None:
    """Give the date of birth of one CPR number (ten digits); None where there is no such day.

    >>> day_of_birth("6101600003")
    datetime.date(1960, 1, 1)
    """
    tens = int(cpr[:2])
    day = tens - REPLACEMENT_DAY if tens > REPLACEMENT_DAY else tens
    try:
        return registry.get_birth_date(f"{day:02d}{cpr[2:]}")
    except ValidationError:
        return None


def born_number(cpr: pl.Expr) -> pl.Expr:
    """Give the day of birth as the number yyyymmdd; replacement days count as days.

    Takes the day for granted: parsing lets no CPR number through whose day does not exist.
    """
    number = _number(cpr)
    day = number // 100_000_000
    short_year = number // 10_000 % 100
    century = _century(number // 1_000 % 10, short_year)
    lived = day - REPLACEMENT_DAY * (day > REPLACEMENT_DAY).cast(pl.Int64)
    return (century + short_year) * 10_000 + number // 1_000_000 % 100 * 100 + lived


def day_number(day: pl.Expr) -> pl.Expr:
    """Give a day as the number yyyymmdd, to be compared with `born_number`."""
    return (
        day.dt.year().cast(pl.Int64) * 10_000
        + day.dt.month().cast(pl.Int64) * 100
        + day.dt.day().cast(pl.Int64)
    )


def whole_years(born: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Give the age in whole years, both days as yyyymmdd.

    Who is born on 29 February has birthday on 1 March in other years.
    """
    return (day - born) // 10_000


def is_replacement(cpr: pl.Expr) -> pl.Expr:
    """Tell whether the number is a replacement number (day 61 to 91)."""
    return _number(cpr) // 100_000_000 > REPLACEMENT_DAY


def passes_modulus_11(cpr: pl.Expr) -> pl.Expr:
    """Tell whether the weighted sum of the digits is divisible by 11.

    Numbers that fail have been issued since 2007, so a failure is a hint and no more.
    """
    number = _number(cpr)
    digits = (number // 10 ** (9 - place) % 10 for place in range(10))
    weighted = (digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return pl.sum_horizontal(weighted) % _MODULUS == 0


def holds_cpr(text: pl.Expr) -> pl.Expr:
    """Tell whether a text holds what looks like a CPR number; null where there is no text.

    The form of the number alone counts (day 01 to 31 or 61 to 91, month 01 to 12), since a number
    that fails the control of its digits may be somebody's. It may be written in groups, with
    spaces, dots, commas, underscores or any dash between them and in digits of any kind. A slash
    keeps a journal number apart.
    """
    return text.map_batches(_which_hold_cpr, return_dtype=pl.Boolean())


def _which_hold_cpr(texts: pl.Series) -> pl.Series:
    found = texts.str.contains(_MAY_BE_IN_TEXT)
    places = found.arg_true()
    if places.is_empty():
        return found
    held = [text_holds_cpr(text) for text in texts.gather(places)]
    return found.scatter(places, held)


def text_holds_cpr(text: str) -> bool:
    """Tell of one text what `holds_cpr` tells of a column.

    >>> text_holds_cpr("se 610180-1234"), text_holds_cpr("se 61.01.80 \u2013 1234")
    (True, True)
    >>> text_holds_cpr("j.nr. 610180/1234"), text_holds_cpr("10.-12.03.2024")
    (False, False)
    """
    return any(_may_be_cpr(run.split("-")) for run in _RUN.findall(_plain(text)))


def _plain(text: str) -> str:
    """Give a text with plain digits and a hyphen for whatever stands between groups of them."""
    seen = unicodedata.normalize("NFKC", text)
    kinds = ((sign, unicodedata.category(sign)) for sign in seen)
    plain = "".join(
        "-" if kind in _PARTING or sign in _OTHER_PARTING else str(unicodedata.digit(sign, sign))
        for sign, kind in kinds
        if kind != _UNSEEN
    )
    return re.sub("-+", "-", plain)


def _may_be_cpr(groups: list[str]) -> bool:
    """Tell whether groups of digits that stand in a row may be, or hold, a CPR number."""
    lengths = tuple(map(len, groups))
    if lengths in _BY_ITSELF and _DAY_AND_MONTH.match("".join(groups)):
        return True
    return any(
        lengths[start : start + len(shape)] == shape
        and _DAY_AND_MONTH.match("".join(groups[start : start + len(shape)]))
        # "10.-12.03.2024" are days, not a number.
        and not _DATE.fullmatch("-".join(groups[start + 1 : start + 4]))
        for shape in _ANYWHERE
        for start in range(len(groups))
    )


def _number(cpr: pl.Expr) -> pl.Expr:
    return cpr.cast(pl.Int64, strict=False)


def _century(seventh: pl.Expr, short_year: pl.Expr) -> pl.Expr:
    """Give the century from digit 7 and the two digits of the year (table at cpr.dk)."""
    nineteen = (seventh <= 3) | (seventh.is_in([4, 9]) & (short_year >= 37))  # noqa: PLR2004
    eighteen = seventh.is_between(5, 8) & (short_year >= 58)  # noqa: PLR2004
    return pl.when(nineteen).then(1900).when(eighteen).then(1800).otherwise(2000)
