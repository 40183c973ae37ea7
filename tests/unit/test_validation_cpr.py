"""CPR numbers a column at a time, against python-stdnum one at a time."""

from __future__ import annotations

import random
from datetime import date

import polars as pl
from stdnum.dk import cpr as registry
from stdnum.exceptions import ValidationError

from fpsheet_validation.cpr import (
    born_number,
    day_number,
    day_of_birth,
    is_replacement,
    passes_modulus_11,
    whole_years,
)


def _numbers(count: int) -> list[str]:
    chance = random.Random(20260302)
    return [
        f"{chance.randint(0, 35):02d}{chance.randint(0, 13):02d}"
        f"{chance.randint(0, 99):02d}{chance.randint(0, 9999):04d}"
        for _ in range(count)
    ]


def _registry_day(number: str) -> date | None:
    try:
        return registry.get_birth_date(number)
    except ValidationError:
        return None


def test_day_of_birth_agrees_with_the_registry_library() -> None:
    """The century table is that of cpr.dk for every digit 7 and year."""
    for number in _numbers(5000):
        assert day_of_birth(number) == _registry_day(number)


def test_column_of_births_agrees_with_one_at_a_time() -> None:
    """`born_number` is the day as yyyymmdd, replacement numbers included."""
    numbers = [number for number in _numbers(5000) if day_of_birth(number)]
    replaced = [f"{int(number[:2]) + 60}{number[2:]}" for number in numbers]
    frame = pl.DataFrame({"cpr": numbers + replaced})
    born = frame.select(born_number(pl.col("cpr"))).to_series().to_list()
    days = [day_of_birth(number) for number in numbers]
    expected = [int(day.strftime("%Y%m%d")) for day in days if day]
    assert born == expected * 2


def test_modulus_11_agrees_with_the_registry_library() -> None:
    """The weights are those of cpr.dk; 070761-4285 is its own sample and gives 154 = 14 * 11."""
    numbers = [*_numbers(5000), "0707614285"]
    frame = pl.DataFrame({"cpr": numbers})
    passes = frame.select(passes_modulus_11(pl.col("cpr"))).to_series().to_list()
    assert passes == [registry.checksum(number) == 0 for number in numbers]
    assert passes[-1]


def test_replacement_numbers_have_day_61_to_91() -> None:
    """Sixty is added to the day (cpr.dk, Erstatningspersonnummer)."""
    frame = pl.DataFrame({"cpr": ["3101600001", "6101600001", "9101600001"]})
    found = frame.select(is_replacement(pl.col("cpr"))).to_series().to_list()
    assert found == [False, True, True]
    assert day_of_birth("9101600001") == date(1960, 1, 31)


def test_whole_years_turn_on_the_birthday() -> None:
    """Born 29 February, the birthday in other years is 1 March."""
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2028, 2, 28), date(2028, 2, 29)]
    frame = pl.DataFrame({"day": days, "born": [20080229] * 4})
    age = whole_years(pl.col("born"), day_number(pl.col("day")))
    assert frame.select(age).to_series().to_list() == [17, 18, 19, 20]
