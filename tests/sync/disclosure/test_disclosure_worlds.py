"""Worlds: citizens who come and go under what is printed, by hand and tried one by one."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

from fpsheet_sync.disclosure.worlds import FREE, Region, WorldSearch

TOTAL, WOMEN, MEN = range(3)
WOMAN, MAN = (1, 1, 0), (1, 0, 1)


def region(come: object, living: object, down: object, up: object) -> Region:
    """Return a region of plain lists."""
    size = len(np.array(up))
    come, living = (np.array(rows, dtype=np.int16).reshape(-1, size) for rows in (come, living))
    return Region(come, living, np.array(down), np.array(up))


def search(of: Region, wanted: set[int]) -> WorldSearch:
    """Look for three values of some numbers."""
    mask = np.array([number in wanted for number in range(len(of.up))])
    return WorldSearch(of, mask, 3, seed=1)


def test_citizens_who_come_and_go_make_a_number_another() -> None:
    """Two women and a man live here; of all three numbers the prints leave one more or less."""
    of = region([WOMAN, MAN], [WOMAN, WOMAN, MAN], down=[1, 1, 1], up=[1, 1, 1])
    found = search(of, {WOMEN})
    worlds = list(found.walk())
    assert len(found.left) == 0
    assert set(found.changes(WOMEN)) == {-1, 0, 1}
    for world in worlds:
        come, gone = of.come[list(world.come)], of.living[list(world.gone)]
        assert (come.sum(axis=0) - gone.sum(axis=0)).tolist() == world.change.tolist()
        assert (np.abs(world.change) <= 1).all()


def test_a_forgotten_relation_makes_a_number_exact() -> None:
    """Nobody said that who is in the first number is in the second; of that nothing may change.

    The first print leaves four values. All citizens there are, or could come, count in both.
    """
    both, neither = (1, 1), (0, 0)
    of = region([both, neither], [both, both], down=[2, 0], up=[2, 0])
    found = search(of, {0})
    assert list(found.walk()) == []
    assert list(found.aim(0)) == []
    assert found.changes(0) == [0]
    assert found.extent(0) == pytest.approx((0.0, 0.0))


def test_one_other_citizen_undoes_the_relation() -> None:
    """With somebody who counts in the first alone the number is wide: it was none."""
    both, first = (1, 1), (1, 0)
    of = region([both, first], [both, both], down=[2, 0], up=[2, 0])
    found = search(of, {0})
    list(found.walk())
    assert set(found.changes(0)) >= {0, 1, 2}


def test_an_exchange_of_several_citizens_is_found_by_aiming() -> None:
    """Fewer is possible only where two come at once whom no single step lets in.

    The last two numbers must stay: who goes takes one of each along, and each who comes brings one.
    """
    of = region([(0, 1, 0), (0, 0, 1)], [(1, 1, 1)], down=[FREE, 0, 0], up=[FREE, 0, 0])
    found = search(of, {0})
    assert list(found.walk()) == []
    (world,) = list(found.aim(0))
    assert (world.come, world.gone, world.change.tolist()) == ((0, 1), (0,), [-1, 0, 0])


@pytest.mark.parametrize("seed", range(60))
def test_what_is_found_is_what_trying_everything_finds(seed: int) -> None:
    """Small random regions: every world is one, and no number of three values is called narrow."""
    chance = random.Random(seed)
    size = 3
    rows = [[chance.choice((0, 0, 1, 1, 2)) for _ in range(size)] for _ in range(5)]
    room = [[chance.choice((0, 1, 2)) for _ in range(size)] for _ in range(2)]
    of = region(rows[:3], rows[3:], down=room[0], up=room[1])
    possible = _tried(of)
    for number in range(size):
        found = search(of, {number})
        worlds = [*found.walk(), *found.aim(number)]
        assert {tuple(world.change.tolist()) for world in worlds} <= possible
        values = {change[number] for change in possible}
        assert set(found.changes(number)) <= values
        assert len(found.changes(number)) >= min(3, len(values))


def _tried(of: Region) -> set[tuple[int, ...]]:
    """Try every set of citizens, of each kind that comes up to six."""
    found = set()
    for come in product(range(7), repeat=len(of.come)):
        for gone in product(range(2), repeat=len(of.living)):
            change = np.array(come) @ of.come - np.array(gone) @ of.living
            if (change <= of.up).all() and (change >= -of.down).all():
                found.add(tuple(change.tolist()))
    return found
