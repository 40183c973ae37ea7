"""Which numbers are small, and to whom: worked by hand on one country of two kommuner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from fpsheet_sync.disclosure.cells import Cell, CellId, DisclosedRelease, Equation
from fpsheet_sync.disclosure.problem import build_problem
from fpsheet_sync.disclosure.targets import find_targets

if TYPE_CHECKING:
    from collections.abc import Mapping

LAND, FIRST, SECOND = CellId("land"), CellId("955"), CellId("956")


def kept_from(
    counts: tuple[int, int], persons: Mapping[CellId, int] | None = None
) -> dict[CellId, set[str]]:
    """Return the readers that must not know each number: "" is the public."""
    behind = persons or {}
    release = DisclosedRelease(
        (
            Cell(LAND, sum(counts), persons=behind.get(LAND)),
            Cell(FIRST, counts[0], owner="955", persons=behind.get(FIRST)),
            Cell(SECOND, counts[1], owner="956", persons=behind.get(SECOND)),
        ),
        (Equation("sum", LAND, (FIRST, SECOND)),),
    )
    problem = build_problem(release)
    against = find_targets(problem, 5).against
    found: dict[CellId, set[str]] = {id_: set() for id_ in problem.ids}
    for cell, view in np.argwhere(against).tolist():
        found[problem.ids[cell]].add(problem.views[view])
    return found


@pytest.mark.parametrize(
    ("counts", "land", "first", "second"),
    [
        # Five and more are nobody's secret, and what the other has of the country is small.
        ((9, 8), set(), set(), set()),
        ((6, 2), {"955"}, set(), {"", "955"}),
        # All three of the country are small, and all are small to the other.
        ((1, 2), {"", "955", "956"}, {"", "956"}, {"", "955"}),
        # Of a country of which a kommune holds every case it learns nothing.
        ((3, 0), {"", "956"}, {"", "956"}, set()),
        ((0, 0), set(), set(), set()),
        # A country with five of the one and four of the other is not small, but the four are.
        ((5, 4), {"955"}, set(), {"", "955"}),
    ],
)
def test_a_number_is_kept_from_those_who_do_not_hold_it(
    counts: tuple[int, int], land: set[str], first: set[str], second: set[str]
) -> None:
    """Small numbers are kept from the public and from every kommune but their own."""
    assert kept_from(counts) == {LAND: land, FIRST: first, SECOND: second}


def test_a_number_of_few_citizens_is_small_whatever_it_counts() -> None:
    """Six jobs of four citizens in 955 are kept from all but 955, and so is a country of three."""
    found = kept_from((6, 9), {FIRST: 4, SECOND: 9, LAND: 13})
    assert found == {LAND: set(), FIRST: {"", "956"}, SECOND: set()}
    # Of the country's three citizens 955 has some and 956 the others: each is kept from the other.
    found = kept_from((6, 9), {FIRST: 1, SECOND: 2, LAND: 3})
    assert found == {LAND: {"", "955", "956"}, FIRST: {"", "956"}, SECOND: {"", "955"}}


def test_an_unprinted_rest_is_no_number_of_anybody() -> None:
    """What a limit leaves is no count, and what everybody knows is not kept."""
    rest = CellId("rest")
    release = DisclosedRelease(
        (Cell(LAND, 4), Cell(FIRST, 3), Cell(rest, 1, is_count=False)),
        (Equation("limit", LAND, (FIRST, rest)),),
        known={LAND: 4},
        unprinted=frozenset({rest}),
    )
    problem = build_problem(release)
    is_small = find_targets(problem, 5).is_small
    assert {problem.ids[cell] for cell in np.flatnonzero(is_small)} == {FIRST}
