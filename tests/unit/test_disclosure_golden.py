"""Published numbers for disclosure control: what others have printed holds here too.

G1 Fischetti & Salazar 2001; G2 sdcTable's problem data; G3 Geurts 1992, table 10; G6 sdcTable's
linked hierarchies; G7 why one neutral symbol; G8 the kommune as attacker. G4 (cell key) and G5
(controlled rounding) are methods fpsheet does not use (docs/adr/0010-disclosure.md).

The pattern found is never compared, since many are valid: only what it must achieve.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fpsheet_sync.disclosure.cells import Cell, CellId, Equation, Release
from fpsheet_sync.disclosure.knowledge import Knowledge
from fpsheet_sync.disclosure.primary import find_primary
from fpsheet_sync.disclosure.problem import build_problem
from fpsheet_sync.disclosure.protection import Protection
from fpsheet_sync.disclosure.settings import Settings, ZeroPolicy
from fpsheet_sync.disclosure.suppression import Status, audit_hidden, suppress
from tests.support.disclosure import ids, table_release

if TYPE_CHECKING:
    from fpsheet_sync.disclosure.interval import Interval

# All published numbers suppose an attacker who knows that no cell is below zero, and no more.
NOT_BELOW_ZERO = Settings(zeros=ZeroPolicy.USUAL)

G1 = {"I": (20, 50, 10), "II": (8, 19, 22), "III": (17, 32, 12)}
G2 = {
    "w": (30, 47, 64, 89),
    "x": (90, 124, 5, 31),
    "y": (92, 100, 59, 85),
    "z": (800, 991, 651, 685),
}
G2_HIDDEN = ids("w-a", "w-b", "w-c", "x-a", "x-c", "y-b", "y-d", "z-b", "z-d")


def _ends(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high


def test_g1_published_pattern_gives_the_published_interval() -> None:
    """G1: with II-A, III-A, III-C hidden besides II-C, the attacker has II-C in [5, 30]."""
    release = table_release(G1, "ABC", sensitive=ids("II-C"))
    hidden = ids("II-C", "II-A", "III-A", "III-C")
    settings = replace(NOT_BELOW_ZERO, threshold=23)
    audit = audit_hidden(release, hidden, settings)
    assert audit.has_passed
    assert _ends(audit.views[0].intervals[CellId("II-C")]) == (5, 30)


def test_g1_hides_no_more_than_the_optimum() -> None:
    """G1: three secondary cells whose values sum to 37 or less, margins all printed."""
    release = table_release(G1, "ABC", sensitive=ids("II-C"))
    suppression = suppress(release, replace(NOT_BELOW_ZERO, threshold=23))
    values = {cell.id: cell.value for cell in release.cells}
    secondary = [id_ for id_, status in suppression.status.items() if status is Status.SECONDARY]
    assert suppression.status[CellId("II-C")] is Status.PRIMARY
    assert len(secondary) <= 3
    assert sum(values[id_] for id_ in secondary) <= 37
    assert not any("T" in id_.split("-") for id_ in secondary)


def test_g2_two_per_line_is_not_enough() -> None:
    """G2: every line has at least two hidden cells and yet w-b is exactly 47."""
    release = table_release(G2, "abcd", sensitive=ids("w-b"))
    audit = audit_hidden(release, G2_HIDDEN, replace(NOT_BELOW_ZERO, threshold=48))
    assert not audit.has_passed
    assert audit.views[0].breaches == (CellId("w-b"),)
    assert _ends(audit.views[0].intervals[CellId("w-b")]) == (47, 47)


def test_g2_one_more_cell_opens_it() -> None:
    """G2: hiding x-b as well makes the interval of w-b [0, 141]."""
    release = table_release(G2, "abcd", sensitive=ids("w-b"))
    hidden = G2_HIDDEN | ids("x-b")
    audit = audit_hidden(release, hidden, replace(NOT_BELOW_ZERO, threshold=48))
    assert audit.has_passed
    assert _ends(audit.views[0].intervals[CellId("w-b")]) == (0, 141)


def test_g2_repair_adds_the_cheapest_cell() -> None:
    """G2: given the nine hidden cells, repair adds x-d alone, the cheapest by value (31)."""
    release = table_release(G2, "abcd", sensitive=G2_HIDDEN)
    settings = replace(NOT_BELOW_ZERO, threshold=1000)
    problem = build_problem(release)
    primary = find_primary(problem, settings, Knowledge(problem).known)
    assert {problem.ids[cell] for cell in np.flatnonzero(primary.is_primary)} == G2_HIDDEN
    protection = Protection(problem, primary, primary.is_primary, settings)
    protection.protect_all()
    added = np.flatnonzero(protection.hidden & ~primary.is_primary)
    assert [problem.ids[cell] for cell in added] == ["x-d"]


def test_g3_two_by_two_interval() -> None:
    """G3: row totals 7 and 3, columns 6 and 4 left to hidden cells: X11 lies in [3, 6]."""
    release = table_release({"1": (4, 3), "2": (2, 1), "3": (3, 3)}, "12", sensitive=())
    audit = audit_hidden(release, ids("1-1", "1-2", "2-1", "2-2"), NOT_BELOW_ZERO)
    assert _ends(audit.views[0].intervals[CellId("1-1")]) == (3, 6)


@pytest.fixture
def regions() -> Release:
    """G6: eight regions in two hierarchies that share the country."""
    values = {"A": 2, "B": 2, "I": 8, "J": 8, "K": 3, "L": 3, "M": 3, "N": 7}
    values |= {"c1": 20, "c2": 16, "big": 6, "small": 30, "land": 36}
    sums = {"c1": "ABIJ", "c2": "KLMN", "big": "LM", "small": "ABIJKN"}
    equations = [Equation(name, CellId(name), tuple(map(CellId, sums[name]))) for name in sums]
    for name, parts in (("counties", ("c1", "c2")), ("sizes", ("big", "small"))):
        equations.append(Equation(name, CellId("land"), tuple(map(CellId, parts))))
    cells = tuple(Cell(CellId(name), value) for name, value in values.items())
    return Release(cells, tuple(equations))


G6_SETTINGS = replace(NOT_BELOW_ZERO, threshold=4)


def test_g6_each_hierarchy_alone_is_safe(regions: Release) -> None:
    """G6: with A, B, K, L, M hidden, either hierarchy alone gives nothing away."""
    hidden = ids("A", "B", "K", "L", "M")
    for names in ({"c1", "c2", "counties"}, {"big", "small", "sizes"}):
        equations = tuple(e for e in regions.equations if e.name in names)
        alone = replace(regions, equations=equations)
        assert audit_hidden(alone, hidden, G6_SETTINGS).has_passed


def test_g6_both_hierarchies_give_k_away(regions: Release) -> None:
    """G6: with both printed K is exactly 3; hiding N too opens it to [0, 10]."""
    hidden = ids("A", "B", "K", "L", "M")
    audit = audit_hidden(regions, hidden, G6_SETTINGS)
    assert audit.views[0].breaches == (CellId("K"),)
    assert _ends(audit.views[0].intervals[CellId("K")]) == (3, 3)
    audit = audit_hidden(regions, hidden | ids("N"), G6_SETTINGS)
    assert audit.has_passed
    assert _ends(audit.views[0].intervals[CellId("K")]) == (0, 10)


def test_g6_suppression_sees_both_hierarchies(regions: Release) -> None:
    """G6: the five small regions are hidden and protected over both hierarchies at once."""
    suppression = suppress(regions, G6_SETTINGS)
    primary = {id_ for id_, status in suppression.status.items() if status is Status.PRIMARY}
    assert primary == ids("A", "B", "K", "L", "M")
    assert any(suppression.status[id_] is Status.SECONDARY for id_ in suppression.status)


G7 = {"1": (1, 1, 5), "2": (7, 9, 6), "3": (8, 4, 11)}
G7_HIDDEN = ids("1-a", "1-b", "2-a", "2-b")


def test_g7_one_neutral_symbol_keeps_all_four_open() -> None:
    """G7: hidden by one symbol, the four cells lie in [0,2], [0,2], [6,8] and [8,10]."""
    audit = audit_hidden(table_release(G7, "abc"), G7_HIDDEN, replace(NOT_BELOW_ZERO, threshold=3))
    ends = [_ends(audit.views[0].intervals[cell]) for cell in sorted(G7_HIDDEN)]
    assert ends == [(0, 2), (0, 2), (6, 8), (8, 10)]
    assert audit.has_passed


def test_g7_saying_that_hidden_is_at_least_one_gives_all_four_away() -> None:
    """G7: "1-2", or a rule that every zero is printed, makes all four cells exact.

    So the pattern does not pass where zeros are published, and another is found.
    """
    release = table_release(G7, "abc")
    settings = Settings(threshold=3, zeros=ZeroPolicy.PUBLISHED)
    audit = audit_hidden(release, G7_HIDDEN, settings)
    assert all(audit.views[0].intervals[cell].is_exact for cell in G7_HIDDEN)
    assert set(audit.views[0].breaches) == ids("1-a", "1-b")
    suppression = suppress(release, settings)
    hidden = [cell for cell in suppression.status if suppression.is_hidden(cell)]
    assert audit_hidden(release, hidden, settings).has_passed


def _kommuner(seed: int) -> Release:
    """Five kommuner, four categories, small counts, as G8 has them."""
    chance = random.Random(seed)
    rows = {f"k{row}": tuple(chance.randint(0, 20) for _ in range(4)) for row in range(5)}
    return table_release(rows, "abcd", owned=True)


def test_g8_a_kommune_knows_more_than_the_public() -> None:
    """G8: over 40 random tables, hiding for the public alone leaves cells another kommune can work
    out exactly; hiding for every kommune's view leaves none, and hides more cells.
    """
    leaks = hidden_for_public = hidden_for_all = 0
    for seed in range(40):
        release = _kommuner(seed)
        nobodys = replace(release, cells=tuple(replace(cell, owner=None) for cell in release.cells))
        public = suppress(nobodys, NOT_BELOW_ZERO)
        hidden = frozenset(cell for cell in public.status if public.is_hidden(cell))
        audit = audit_hidden(release, hidden, NOT_BELOW_ZERO)
        assert not audit.views[0].breaches
        leaks += sum(len(view.breaches) for view in audit.views)
        suppression = suppress(release, NOT_BELOW_ZERO)
        everywhere = [cell for cell in suppression.status if suppression.is_hidden(cell)]
        assert audit_hidden(release, everywhere, NOT_BELOW_ZERO).has_passed
        hidden_for_public += len(hidden)
        hidden_for_all += len(everywhere)
    assert leaks > 40
    assert hidden_for_all > hidden_for_public
