"""No reader of the demo's editions is left with fewer than three values of a small number.

The whole battery, of three seeds, is `python -m tools.attack_editions`; what it found last stands
beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.attack.battery import COUNTRIES, DEMO_PERIOD, Demo, make_demo
from tests.attack.figures import recomputed
from tests.attack.outside import foreign, unrounded
from tests.attack.verdict import PUBLIC, Country, Found, attack, false_facts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

pytestmark = pytest.mark.slow

PERIODS = (DEMO_PERIOD, "2024")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Return the demo of seed 1 with two years published."""
    folder: Path = tmp_path_factory.mktemp("attacked") / "demo"
    return make_demo(folder, 1, PERIODS)


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
    """No fact that it counts on is false of the true numbers."""
    country: Country = demo.books(land, PERIODS)
    assert len(country.printed.known.facts) > 4000
    assert false_facts(country) == []


@pytest.mark.parametrize("land", COUNTRIES)
def test_nothing_beside_the_counts_is_more_exact_than_they_are(demo: Demo, land: str) -> None:
    """Charts print what their tables print, counts are multiples of five, T12 is of its prints."""
    for book in demo.books(land, PERIODS).public:
        assert [*foreign(book), *unrounded(book), *recomputed(book)] == []
