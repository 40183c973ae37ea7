"""No reader of the demo's editions is left with fewer than three values of a small number.

The whole battery, of three seeds, is `python -m tools.attack_editions`; what it found last stands
beside it.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.attack.battery import COUNTRIES, DEMO_PERIOD, Demo
from tests.attack.figures import recomputed
from tests.attack.outside import foreign, unread, unrounded
from tests.attack.verdict import PUBLIC, Country, Found, attack, false_facts, too_far

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from tests.attack.printed import Cell

pytestmark = pytest.mark.slow

PERIODS = (DEMO_PERIOD, "2024")
DECIDED, REFUSED = "Tilkendelser og afslag (antal)", "Afslag (antal)"
GRANTED = ("Tilkendelser i alt (antal)", "Tilkendelser (antal)")
"""Headings of one count, in T11 and in T12."""
MADE = {
    "Forventede afslag, landets andel (antal)",
    "Afslag, nedre grænse (antal)",
    "Afslag, øvre grænse (antal)",
}
"""Headings of T12 that are worked out and not counted."""


@pytest.fixture(scope="module")
def demo(demo_folder: Path, made_once: Callable[[str, Callable[[Path], None]], Path]) -> Demo:
    """Return the demo of seed 1 with a year published, and the draft of another.

    A draft is what rounding alone made safe: the certificate of worlds, which has tests of its own
    and took most of the time, could only add to it. The battery attacks both years published.
    """

    def make(folder: Path) -> None:
        shutil.copytree(demo_folder, folder)
        for period in PERIODS:
            Demo(folder).publish(period, draft=True)

    return Demo(made_once("attacked", make))


def _told(found: Iterable[Found]) -> list[str]:
    return [
        f"{item.reader}: {item.key} is {item.truth}, left {item.range}. {item.why}"
        for item in found
        if item.narrow or item.open
    ]


@pytest.mark.parametrize("land", COUNTRIES)
def test_the_public_is_left_with_three_values_by_one_year_and_by_two(demo: Demo, land: str) -> None:
    """The small numbers are those of the internal books; none is exact or one of two."""
    country = demo.books(land, PERIODS[:1])
    assert {book.base for book in country.public} == {5}
    for trusting in (False, True):
        found = attack(country, PUBLIC, trusting=trusting)
        assert len(found) > 200
        assert _told(found) == []
    assert _told(attack(demo.books(land, PERIODS), PUBLIC, trusting=True)) == []


@pytest.mark.parametrize("land", COUNTRIES)
def test_a_kommune_is_left_with_three_values_of_the_numbers_of_others(
    demo: Demo, land: str
) -> None:
    """Each knows its own internal book to the last number, and takes its own off the country's."""
    country = demo.books(land, PERIODS[:1])
    assert len(country.areas()) > 3
    for reader in country.areas():
        assert _told(attack(country, reader, trusting=True)) == []


@pytest.mark.parametrize("land", COUNTRIES)
def test_what_the_attacker_is_sure_of_is_so(demo: Demo, land: str) -> None:
    """No fact that it counts on is false of the true numbers; no print is farther than is said."""
    country: Country = demo.books(land, PERIODS)
    assert len(country.printed.known.facts) > 4000
    assert false_facts(country) == []
    assert too_far(country) == []


@pytest.mark.parametrize("land", COUNTRIES)
def test_the_attacker_reads_every_heading(demo: Demo, land: str) -> None:
    """A heading that it does not know would hide what is told, or make two numbers one."""
    country = demo.books(land, PERIODS)
    for book in (*country.public, *country.internal):
        assert list(unread(book)) == []


@pytest.mark.parametrize("land", COUNTRIES)
def test_nothing_beside_the_counts_is_more_exact_than_they_are(demo: Demo, land: str) -> None:
    """Charts print what their tables print, counts are multiples of five, T12 is of its prints."""
    for book in demo.books(land, PERIODS).public:
        assert [*foreign(book), *unrounded(book), *recomputed(book)] == []


def test_awards_and_refusals_are_printed_whole_and_add_up(demo: Demo) -> None:
    """T11 and T12 of Greenland leave out no count, and every sum holds in print, in each format."""
    public = demo.books("groenland", PERIODS).public
    books = [book for book in public if book.national]
    assert len(books) == 3 * len(PERIODS)
    for book in books:
        tables = {
            table.code: [dict(zip(table.headings, row, strict=True)) for row in table.rows]
            for table in book.tables
            if table.code in {"T11", "T11b", "T11c", "T12"}
        }
        assert len(tables) == 4
        for row in (row for rows in tables.values() for row in rows):
            decided, refused = _counts(row, DECIDED, REFUSED)
            (granted,) = _counts(row, *(name for name in GRANTED if name in row))
            assert decided == granted + refused
        for country, *kommuner in (tables["T11"], tables["T12"]):
            _add_up(country, kommuner)
        for row in tables["T11"]:
            levels = [name for name in row if name.startswith("Tilkendelser: ")]
            assert sum(_counts(row, *levels)) == sum(_counts(row, GRANTED[0]))
        year, *quarters = tables["T11b"]
        _add_up(year, quarters)
        _of_sex_and_age(tables["T11c"])
        assert _counts(year, DECIDED) == _counts(tables["T12"][0], DECIDED)


def _counts(row: Mapping[str, Cell], *names: str) -> list[int]:
    """Return counts of a row, of which none is a sign."""
    cells = [row[name] for name in names]
    assert all(isinstance(cell, int) for cell in cells), row
    return [int(cell) for cell in cells]


def _add_up(whole: Mapping[str, Cell], parts: Sequence[Mapping[str, Cell]]) -> None:
    """Compare every count of a row with the rows it is the sum of."""
    names = [name for name in whole if name.endswith("(antal)") and name not in MADE]
    assert len(names) >= 3
    assert len(parts) >= 2
    for name in names:
        assert _counts(whole, name) == [sum(sum(_counts(part, name)) for part in parts)], name


def _of_sex_and_age(rows: Sequence[Mapping[str, Cell]]) -> None:
    """Compare the rows of T11c: the sexes add up at each age, and the ages for each sex."""
    by = {(str(row["Køn"]), str(row["Alder"])): row for row in rows}
    sexes, ages = (list(dict.fromkeys(labels)) for labels in zip(*by, strict=True))
    for age in ages:
        _add_up(by["I alt", age], [by[sex, age] for sex in sexes if sex != "I alt"])
    for sex in sexes:
        _add_up(by[sex, "I alt"], [by[sex, age] for age in ages if age != "I alt"])
