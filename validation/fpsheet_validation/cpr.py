"""CPR numbers, a whole column at a time.

A CPR number is ten digits, ddmmyy and a serial; digit 7 gives the century, digit 10 the sex
(odd is a man). A replacement number has 60 added to the day; each kommune makes its own.
Source: cpr.dk, "Opbygning af CPR-nummeret" and "Erstatningspersonnummer".
"""

import polars as pl

WRITTEN = r"^\d{6}-?\d{4}$"
"""What a cell may hold: ten digits, a hyphen after the sixth or none."""

REPLACEMENT_DAY = 60
"""Added to the day of birth in a replacement number."""

# cpr.dk: weights of the ten digits; the sum is divisible by 11 in numbers issued before 2007.
_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_MODULUS = 11
_FEBRUARY = 2


def to_digits(text: pl.Expr) -> pl.Expr:
    """Give the ten digits of a CPR number as written, null for anything else."""
    digits = text.str.replace("-", "", literal=True, n=1)
    return pl.when(text.str.contains(WRITTEN)).then(digits)


def has_birth_date(cpr: pl.Expr) -> pl.Expr:
    """Tell whether the first six digits are a day that exists; null for null."""
    year, month, day = _date_parts(cpr)
    return month.is_between(1, 12) & day.is_between(1, _days_in_month(year, month))


def birth_date(cpr: pl.Expr) -> pl.Expr:
    """Give the date of birth; null where there is no such day. Replacement days count as days."""
    year, month, day = _date_parts(cpr)
    exists = has_birth_date(cpr)
    # The constructor raises on an impossible day, also in rows that are thrown away afterwards.
    safe = pl.date(
        year, pl.when(exists).then(month).otherwise(1), pl.when(exists).then(day).otherwise(1)
    )
    return pl.when(exists).then(safe)


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


def whole_years(born: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Give the age in whole years on a day; who is born 29 February has birthday 1 March."""
    had_birthday = (day.dt.month() * 100 + day.dt.day()) >= (born.dt.month() * 100 + born.dt.day())
    return day.dt.year() - born.dt.year() - (~had_birthday).cast(pl.Int32)


def _number(cpr: pl.Expr) -> pl.Expr:
    return cpr.cast(pl.Int64, strict=False)


def _date_parts(cpr: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Give year (with century), month and day (without the 60 of a replacement)."""
    number = _number(cpr)
    day = number // 100_000_000
    day = pl.when(day > REPLACEMENT_DAY).then(day - REPLACEMENT_DAY).otherwise(day)
    short_year = number // 10_000 % 100
    year = short_year + _century(number // 1_000 % 10, short_year)
    return year, number // 1_000_000 % 100, day


def _century(seventh: pl.Expr, short_year: pl.Expr) -> pl.Expr:
    """Give the century from digit 7 and the two digits of the year (table at cpr.dk)."""
    nineteen = (seventh <= 3) | (seventh.is_in([4, 9]) & (short_year >= 37))  # noqa: PLR2004
    eighteen = seventh.is_between(5, 8) & (short_year >= 58)  # noqa: PLR2004
    return pl.when(nineteen).then(1900).when(eighteen).then(1800).otherwise(2000)


def _days_in_month(year: pl.Expr, month: pl.Expr) -> pl.Expr:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return (
        pl.when(month == _FEBRUARY)
        .then(pl.when(leap).then(29).otherwise(28))
        .when(month.is_in([4, 6, 9, 11]))
        .then(30)
        .otherwise(31)
    )
