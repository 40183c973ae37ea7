"""How long records are kept; apart, so that settings are read without loading SQLAlchemy."""

from datetime import date

LOWEST_YEARS = 5
"""Fewer would reach into cases that are to be reassessed every fifth year (REVURDERING_AAR)."""


def limit_of(today: date, years: int) -> date:
    """Return the first day that is kept.

    >>> limit_of(date(2032, 2, 29), 5)
    datetime.date(2027, 2, 28)
    """
    is_leap_day = (today.month, today.day) == (2, 29)
    return date(today.year - years, today.month, 28 if is_leap_day else today.day)
