"""Arithmetic on dates that SQLite and PostgreSQL write differently but must do alike."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Date

_LEAP_DAY = (2, 29)


class DaysBetween(GenericFunction[int]):
    """Whole days from the first date to the second; negative where the second is earlier."""

    type = Integer()
    inherit_cache = True


class AgeYears(GenericFunction[int]):
    """Completed years from a birth date to a day. Born on 29 February: older on 1 March."""

    type = Integer()
    inherit_cache = True


class AddOneYear(GenericFunction[date]):
    """The same day of the next year; 28 February where that year has no 29."""

    type = Date()
    inherit_cache = True


def add_years(day: date, years: int) -> date:
    """Return the same day some years later (earlier when negative), 28 February for want of 29.

    >>> add_years(date(2024, 2, 29), 1), add_years(date(2026, 3, 1), -5)
    (datetime.date(2025, 2, 28), datetime.date(2021, 3, 1))
    """
    if (day.month, day.day) == _LEAP_DAY and not _is_leap(day.year + years):
        return date(day.year + years, 2, 28)
    return day.replace(year=day.year + years)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _arguments(element: GenericFunction[Any], compiler: SQLCompiler, **kw: object) -> list[str]:
    parts: list[ColumnElement[Any]] = list(element.clauses)
    return [compiler.process(part, **kw) for part in parts]


@compiles(DaysBetween, "sqlite")
def _days_sqlite(element: DaysBetween, compiler: SQLCompiler, **kw: object) -> str:
    start, end = _arguments(element, compiler, **kw)
    return f"CAST(julianday({end}) - julianday({start}) AS INTEGER)"


@compiles(DaysBetween, "postgresql")
def _days_postgresql(element: DaysBetween, compiler: SQLCompiler, **kw: object) -> str:
    start, end = _arguments(element, compiler, **kw)
    return f"(CAST({end} AS date) - CAST({start} AS date))"


# As numbers YYYYMMDD the difference of two dates, cut after the four last digits, is the age.
@compiles(AgeYears, "sqlite")
def _age_sqlite(element: AgeYears, compiler: SQLCompiler, **kw: object) -> str:
    birth, day = (
        f"CAST(replace({part}, '-', '') AS INTEGER)" for part in _arguments(element, compiler, **kw)
    )
    return f"(({day} - {birth}) / 10000)"


@compiles(AgeYears, "postgresql")
def _age_postgresql(element: AgeYears, compiler: SQLCompiler, **kw: object) -> str:
    birth, day = (
        f"CAST(to_char(CAST({part} AS date), 'YYYYMMDD') AS integer)"
        for part in _arguments(element, compiler, **kw)
    )
    return f"(({day} - {birth}) / 10000)"


@compiles(AddOneYear, "sqlite")
def _year_sqlite(element: AddOneYear, compiler: SQLCompiler, **kw: object) -> str:
    (day,) = _arguments(element, compiler, **kw)
    # SQLite would step from 29 February to 1 March.
    return f"date({day}, '+1 year', CASE strftime('%m%d', {day}) WHEN '0229' THEN '-1 day' ELSE '+0 day' END)"  # noqa: E501 - one expression


@compiles(AddOneYear, "postgresql")
def _year_postgresql(element: AddOneYear, compiler: SQLCompiler, **kw: object) -> str:
    (day,) = _arguments(element, compiler, **kw)
    return f"CAST(CAST({day} AS date) + INTERVAL '1 year' AS date)"
