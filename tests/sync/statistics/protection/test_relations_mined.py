"""No relation that the audit is told is false, and none that holds is kept from it.

Every printed count is a sum over citizens, so relations are tried on citizens one by one
(`tests/support/mining.py`): some thousands that the form admits, drawn from the form. What holds of
all of them and is not told must stand in `mined_relations.toml` with its explanation.
`tools/mine_relations.py` does the same with more citizens; its last result stands beside it.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pytest

from fpsheet_sync.statistics.protection.relation import Reason, Relation
from fpsheet_sync.statistics.tables.number_name import Number
from tests.support.mining import (
    EVERY,
    FAMILIES,
    Mine,
    make_mine,
    refuted,
    unexplained,
    unknown_limits,
    violations,
)

CITIZENS = 4500
SUPPORT, FEW = 200, 25
"""A number of fewer citizens is not tried enough: beside a larger one, and for an equality."""
SEED = 1
COUNTRIES = ("GL", "DK")
EXPLAINED = Path(__file__).parent / "mined_relations.toml"

pytestmark = pytest.mark.slow


@cache
def mine(country: str) -> Mine:
    """Return a country, counted once for all tests."""
    return make_mine(country, CITIZENS, SEED)


@cache
def explained() -> dict[str, str]:
    """Return the relations that hold and are not told → why that tells a reader nothing."""
    entries = tomllib.loads(EXPLAINED.read_text(encoding="utf-8")).get("relation", [])
    return {entry["says"]: entry["because"] for entry in entries}


@pytest.mark.parametrize("country", COUNTRIES)
def test_citizens_one_by_one_add_up_to_what_the_editions_print(country: str) -> None:
    """So a citizen is a world: what is false of none is false of no country."""
    found = mine(country)
    wrong = [
        (number.id, value, counted)
        for number, value in found.printed.items()
        if (counted := int(found.worlds.of(number).sum())) != value
    ]
    assert wrong == []
    assert len(found.worlds.citizens) > CITIZENS * 0.7


@pytest.mark.parametrize("country", COUNTRIES)
def test_no_relation_of_the_audit_is_false_of_a_citizen(country: str) -> None:
    """Sums, limits, flows: those told as certain. Those that are not are false of somebody."""
    found = mine(country)
    assert refuted(found) == {}
    probable = [each for each in found.relations if not each.is_certain]
    broken = {each.reason for each in probable if violations(found, each)}
    assert broken == {each.reason for each in probable}


def test_a_false_relation_is_refuted() -> None:
    """Who lacks the hours does not always lack the ability: the two Uoplyst are not equal."""
    found = mine("GL")
    day = ("2025-12-31", "2025-12-31")
    lacking = [
        Number("bestand.bestand", day, "GL", frozenset({(name, "uoplyst")}))
        for name in ("arbejdsevne", "timer")
    ]
    equal = Relation(Reason.READ_TOGETHER, (lacking[0],), (lacking[1],), is_equal=True)
    other_way = Relation(Reason.READ_TOGETHER, (lacking[1],), (lacking[0],))
    assert violations(found, equal) > SUPPORT
    assert violations(found, other_way) > SUPPORT


@pytest.mark.parametrize("family", [*FAMILIES, EVERY])
@pytest.mark.parametrize("country", COUNTRIES)
def test_no_equality_is_kept_from_the_audit(country: str, family: str) -> None:
    """Of any length: the null space of the counts is what the audit is told."""
    left = unexplained(mine(country), family, FEW)
    assert [each for each in map(_line, left) if each not in explained()] == []


@pytest.mark.parametrize("of_kommuner", [False, True])
@pytest.mark.parametrize("family", [*FAMILIES, EVERY])
@pytest.mark.parametrize("country", COUNTRIES)
def test_no_limit_is_kept_from_the_audit(country: str, family: str, of_kommuner: bool) -> None:
    """Whatever number is no more than another, within a year or over two, follows from the list."""
    left = unknown_limits(mine(country), family, SUPPORT, of_kommuner=of_kommuner)
    assert [each for each in left if each not in explained()] == []


def test_a_relation_that_is_not_told_is_found() -> None:
    """With the limits between the two Uoplyst taken out, both ways of mining say so."""
    found = mine("GL")
    kept = tuple(r for r in found.relations if r.reason is not Reason.READ_TOGETHER)
    poorer = Mine(found.country, found.worlds, found.printed, kept, found.sums)
    left = unknown_limits(poorer, EVERY, SUPPORT, of_kommuner=True)
    assert (
        "bestand.bestand 2025-12-31 arbejdsevne=uoplyst <= bestand.bestand 2025-12-31 timer=uoplyst"
        in left
    )
    less = tuple(r for r in found.relations if r.reason is not Reason.ANNIVERSARY)
    poorer = Mine(found.country, found.worlds, found.printed, less, found.sums)
    assert any("udsaettelse.frister" in _line(each) for each in unexplained(poorer, EVERY, FEW))


def _line(terms: dict[str, int]) -> str:
    return " ".join(f"{factor:+d} {name}" for name, factor in sorted(terms.items()))
