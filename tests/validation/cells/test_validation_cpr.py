"""CPR numbers a column at a time, against python-stdnum one at a time."""

from __future__ import annotations

import random
from datetime import date

import polars as pl
import pytest
from stdnum.dk import cpr as registry
from stdnum.exceptions import ValidationError

from fpsheet_validation.cells.cpr import (
    born_number,
    day_number,
    day_of_birth,
    holds_cpr,
    is_replacement,
    passes_modulus_11,
    text_holds_cpr,
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


# One number, as people write it: what stands between its groups, and in which digits.
PARTS = (
    *("", "-", " ", "  ", "   ", "\t", "\n", "\r\n", ".", ". ", "_", "__", ",", ", ", "--", " - "),
    *("- ", " -", "\u00a0", "\u2009", "\u202f", "\u3000", "\u200b", "\u00ad", "\u2010", "\u2011"),
    *("\u2012", "\u2013", "\u2014", " \u2014 ", "\u2015", "\u2212", "\ufe58", "\ufe63", "\uff0d"),
    *(
        "\u00b7",
        "\u2022",
        "\u2043",
        "~",
        "*",
        "|",
        ";",
        "+",
        "=",
        "#",
        "&",
        "@",
        "\u00a7",
        "\u00d7",
    ),
    *(
        "'",
        "\u2019",
        "\u00b4",
        "`",
        '"',
        "\u2026",
        "\u2192",
        ">",
        "\\",
        "!",
        "?",
        "\u2060",
        "\u034f",
    ),
)
SPELLED = (
    *(f"610180{part}1234" for part in PARTS),
    *(f"61{part}01{part}80{part}1234" for part in ("-", " ", ".", ". ", "_", "\u2013", "  ")),
    *("610180:1234", "610180 : 1234", "61:01:80:1234"),
    *("6101 801234", "6101-801234", "6101.801234", "6101\u2013801234"),
    *("61 01 80 12 34", "61.01.80-1234", "610180 12 34", "6101 80 1234", "610 180 1234"),
    *(
        "6 1 0 1 8 0 1 2 3 4",
        "J610180-1234",
        "(610180)1234",
        "24-610180-1234",
        "nr 5 61.01.80 1234",
        "[610180]-[1234]",
    ),
    *(
        "610180cpr1234",
        "610180, l\u00f8benr. 1234",
        "610180 (sidste fire: 1234)",
        "1980-01-61-1234",
    ),
    *("\uff16\uff11\uff10\uff11\uff18\uff10\uff0d\uff11\uff12\uff13\uff14",),
    *(
        "\u0666\u0661\u0660\u0661\u0668\u0660-\u0661\u0662\u0663\u0664",
        "\u2076\u00b9\u2070180-1234",
    ),
)


@pytest.mark.parametrize("around", ["{}", "Se {}.", "cpr: {} (mor)", "{}\nog mere"])
def test_a_number_in_a_text_is_found_however_it_is_written(around: str) -> None:
    """Of one column and of each text by itself, in any of some seventy spellings."""
    texts = [around.format(number) for number in SPELLED]
    column = pl.DataFrame({"text": texts}).select(holds_cpr(pl.col("text")))["text"]
    assert [text for text, held in zip(texts, column, strict=True) if not held] == []
    assert all(map(text_holds_cpr, texts))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "20 64 11 22",
            "+45 20 64 11 22",
            "+299 32 11 22",
            "2064 1122, 3211 2233",
            "0045 20641122",
        ),
        *("20 64 11 22, 32 11 22 33", "2024-123456", "24/012345", "610180/1234", "61/01/80-1234"),
        *("32.03.04-G01-5-24", "10.-12.03.2024", "02.01.2024 - 04.02.2024", "04-05-2024 12:30"),
        *("120324 og 2024", "120324 nr. 1234", "1980-01-13-99", "2019-05-12-3456", "cpr. 120324"),
        *("5799012345678", "6101801", "61018012345", "920180-1234", "611380-1234", ""),
    ],
)
def test_other_numbers_are_not_taken_for_one(text: str) -> None:
    """Telephone numbers, journal numbers, days, and what is no day or no month."""
    assert not text_holds_cpr(text)


@pytest.mark.parametrize("year", [1996, 2014, 2026])
def test_a_number_that_ends_like_a_year_is_found_where_its_digits_hold(year: int) -> None:
    """27.03.56-2024 may be a number of KLE: a CPR number passes modulus 11, as those do here.

    With any other sign between the groups it is no number of KLE, and counts all the same.
    """
    numbers = [
        number
        for day in range(61, 92)
        for month in range(1, 13)
        for short in range(30, 100)
        if registry.checksum(number := f"{day}{month:02d}{short}{year}") == 0
    ]
    assert len(numbers) > 1000
    dotted = [f"sag {n[:2]}.{n[2:4]}.{n[4:6]}-{n[6:]}" for n in numbers]
    assert pl.DataFrame({"text": dotted}).select(holds_cpr(pl.col("text")).all()).item()
    assert text_holds_cpr(f"61-01-80-{year}")
    assert text_holds_cpr(f"610180-{year}")
    assert not text_holds_cpr(f"61.01.81-{year}") or registry.checksum(f"610181{year}") == 0


def _journal_numbers(count: int) -> list[str]:
    """Invent numbers of KLE (group, subject, sub-subject) and of journals, with their year."""
    chance = random.Random(20261129)
    found = []
    for _ in range(count):
        kle = f"{chance.randint(0, 31):02d}.{chance.randint(0, 40):02d}.{chance.randint(0, 99):02d}"
        year, own = chance.randint(2005, 2026), chance.randint(1, 99_999)
        forms = (
            *(f"{kle}-{year}", f"{kle} {year}", f"KLE {kle}, {year}", f"{kle}/{year}"),
            *(f"{kle}-{year}-{own}", f"{kle}-G01-{own % 100}-{year % 100}", f"{year}-{kle}"),
            *(f"{year}-{own:06d}", f"sag {year}-{own:06d} ({kle})", f"{year}/{own:06d}"),
        )
        found.append(chance.choice(forms))
    return found


def test_few_journal_numbers_are_taken_for_a_cpr_number() -> None:
    """At most two in a hundred; without the control of the digits it is one in eight."""
    texts = _journal_numbers(5000)
    held = pl.DataFrame({"text": texts}).select(holds_cpr(pl.col("text")).mean()).item()
    assert held < 0.02


def test_what_is_blank_holds_none() -> None:
    """A blank cell is neither."""
    column = pl.DataFrame({"text": [None, "x", "610180-1234"]})
    assert column.select(holds_cpr(pl.col("text")))["text"].to_list() == [None, False, True]
