"""Published numbers for disclosure control: what others have printed is what the auditor finds.

G1 Fischetti & Salazar 2001; G2 sdcTable's problem data; G3 Geurts 1992, table 10; G5 Handbook on
SDC 5.5 (controlled rounding); G6 sdcTable's linked hierarchies; G7 why one neutral symbol; G8 the
kommune as attacker. G4 (cell key) is a method fpsheet does not use (docs/adr/0010-disclosure.md).

A number that others hid is one without a print; what they printed as it is, is known to all.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.disclosure.cells import Cell, CellId, DisclosedRelease, Equation
from fpsheet_sync.disclosure.rounding import RoundedAudit, round_release
from fpsheet_sync.disclosure.settings import Rounding
from tests.support.audited_prints import audit_prints
from tests.support.disclosure import ids, table_release

if TYPE_CHECKING:
    from collections.abc import Collection

SECRET = b"only for the tests"
G1 = {"I": (20, 50, 10), "II": (8, 19, 22), "III": (17, 32, 12)}
G2 = {
    "w": (30, 47, 64, 89),
    "x": (90, 124, 5, 31),
    "y": (92, 100, 59, 85),
    "z": (800, 991, 651, 685),
}
G2_HIDDEN = ids("w-a", "w-b", "w-c", "x-a", "x-c", "y-b", "y-d", "z-b", "z-d")


def known_too_well(
    release: DisclosedRelease, hidden: Collection[CellId], threshold: int, *, values: int = 3
) -> set[CellId]:
    """Return the numbers below the threshold of which the public holds fewer values possible."""
    known = {cell.id: cell.value for cell in release.cells if cell.id not in hidden}
    settings = Rounding(threshold=threshold, values=values)
    return set(audit_prints(replace(release, known=known), settings, {}).readers[0].narrow)


def test_g1_published_pattern_is_safe_and_less_is_not() -> None:
    """G1: with II-A, III-A, III-C hidden besides II-C II-C is in [5, 30]; with II-A alone, 22."""
    release = table_release(G1, "ABC", sensitive=ids("II-C"))
    assert not known_too_well(release, ids("II-C", "II-A", "III-A", "III-C"), 23, values=4)
    assert known_too_well(release, ids("II-C", "II-A"), 23) == ids("II-C")


def test_g2_two_per_line_is_not_enough() -> None:
    """G2: every line has two hidden cells and yet w-b is exactly 47; x-b or x-d more opens it."""
    release = table_release(G2, "abcd", sensitive=ids("w-b"))
    assert known_too_well(release, G2_HIDDEN, 48) == ids("w-b")
    for more in ("x-b", "x-d"):
        assert not known_too_well(release, G2_HIDDEN | ids(more), 48, values=4)


def test_g3_two_by_two_interval() -> None:
    """G3: row totals 7 and 3, columns 6 and 4 left to hidden cells: each has four values."""
    release = table_release({"1": (4, 3), "2": (2, 1), "3": (3, 3)}, "12")
    hidden = ids("1-1", "1-2", "2-1", "2-2")
    assert not known_too_well(release, hidden, 5, values=4)
    # One more known leaves no choice.
    assert known_too_well(release, hidden - ids("1-1"), 5) == hidden - ids("1-1")


def test_g5_controlled_rounding_keeps_its_rules() -> None:
    """G5: every number is one of the two multiples of 5 beside it, and all margins add up.

    The answer printed there, 5 0 | 5, 0 5 | 5, 10 20 | 30, 15 25 | 40, is one of those allowed.
    """
    release = table_release({"A": (1, 0), "B": (3, 3), "C": (12, 20)}, "12", sensitive=())
    prints = round_release(release, Rounding(), secret=SECRET).prints
    paper = {id_: one.value for id_, one in prints.items()}
    for cell in release.cells:
        assert paper[cell.id] in {cell.value // 5 * 5, -(-cell.value // 5) * 5}
    for equation in release.equations:
        assert paper[equation.total] == sum(paper[part] for part in equation.parts)


@pytest.fixture
def regions() -> DisclosedRelease:
    """G6: eight regions in two hierarchies that share the country."""
    values = {"A": 2, "B": 2, "I": 8, "J": 8, "K": 3, "L": 3, "M": 3, "N": 7}
    values |= {"c1": 20, "c2": 16, "big": 6, "small": 30, "land": 36}
    sums = {"c1": "ABIJ", "c2": "KLMN", "big": "LM", "small": "ABIJKN"}
    equations = [Equation(name, CellId(name), tuple(map(CellId, sums[name]))) for name in sums]
    for name, parts in (("counties", ("c1", "c2")), ("sizes", ("big", "small"))):
        equations.append(Equation(name, CellId("land"), tuple(map(CellId, parts))))
    cells = tuple(Cell(CellId(name), value) for name, value in values.items())
    return DisclosedRelease(cells, tuple(equations))


def test_g6_both_hierarchies_give_k_away(regions: DisclosedRelease) -> None:
    """G6: A, B, K, L, M hidden is safe in each alone; with both K is exactly 3; N opens it."""
    hidden = ids("A", "B", "K", "L", "M")
    for names in ({"c1", "c2", "counties"}, {"big", "small", "sizes"}):
        equations = tuple(e for e in regions.equations if e.name in names)
        assert not known_too_well(replace(regions, equations=equations), hidden, 4)
    assert known_too_well(regions, hidden, 4) == ids("K")
    assert not known_too_well(regions, hidden | ids("N"), 4, values=4)


def test_g6_rounded_over_both_hierarchies_nobody_is_known(regions: DisclosedRelease) -> None:
    """G6: rounded, every region is printed, both hierarchies add up, and nobody is known."""
    rounded = round_release(regions, Rounding(threshold=4), secret=SECRET)
    paper = {id_: one.value for id_, one in rounded.prints.items()}
    assert paper.keys() == {cell.id for cell in regions.cells}
    for equation in regions.equations:
        assert paper[equation.total] == sum(paper[part] for part in equation.parts)
    assert rounded.audit.has_passed


G7 = {"1": (1, 1, 5), "2": (7, 9, 6), "3": (8, 4, 11)}
G7_HIDDEN = ids("1-a", "1-b", "2-a", "2-b")


def test_g7_one_neutral_symbol_keeps_all_four_open() -> None:
    """G7: hidden by one symbol, the four lie in [0,2], [0,2], [6,8] and [8,10]: three values."""
    release = table_release(G7, "abc", sensitive=G7_HIDDEN)
    assert not known_too_well(release, G7_HIDDEN, 10)
    assert known_too_well(release, G7_HIDDEN, 10, values=4) == G7_HIDDEN


def test_g7_saying_that_hidden_is_at_least_one_gives_all_four_away() -> None:
    """G7: "1-2", or a rule that every zero is printed, makes all four cells exact."""
    release = table_release(G7, "abc", sensitive=G7_HIDDEN)
    one, rest = CellId("one"), {id_: CellId(f"{id_} beyond one") for id_ in G7_HIDDEN}
    values = {cell.id: cell.value for cell in release.cells}
    told = replace(
        release,
        cells=(
            *release.cells,
            Cell(one, 1, is_count=False),
            *(Cell(rest[id_], values[id_] - 1, is_count=False) for id_ in sorted(G7_HIDDEN)),
        ),
        equations=(
            *release.equations,
            *(Equation(f"{id_} >= 1", id_, (one, rest[id_])) for id_ in sorted(G7_HIDDEN)),
        ),
        unprinted=frozenset(rest.values()),
    )
    hidden = G7_HIDDEN | frozenset(rest.values())
    assert known_too_well(told, hidden, 10, values=2) == G7_HIDDEN


def test_g8_a_kommune_knows_more_than_the_public() -> None:
    """G8: 12 tables of five kommuner, cells hidden one by one until the public knows none too well:
    in some, another kommune that takes its own off knows one. Rounded, no reader does.
    """
    leaks = 0
    settings = Rounding(values=2, own_values=2)
    for seed in range(12):
        chance = random.Random(seed)
        rows = {f"k{row}": tuple(chance.randint(0, 20) for _ in range(4)) for row in range(5)}
        release = table_release(rows, "abcd", owned=True)
        audit = _hide_for_the_public(release, settings, chance)
        assert not audit.readers[0].narrow
        leaks += sum(len(line.narrow) for line in audit.readers)
        rounded = round_release(release, settings, secret=SECRET)
        assert audit_prints(release, settings, rounded.prints).has_passed
    assert leaks > 4


def _hide_for_the_public(
    release: DisclosedRelease, settings: Rounding, chance: random.Random
) -> RoundedAudit:
    """Hide the small cells, then others by chance, until the public audit passes."""
    hidden = {cell.id for cell in release.cells if 1 <= cell.value < settings.threshold}
    while True:
        known = {cell.id: cell.value for cell in release.cells if cell.id not in hidden}
        audit = audit_prints(replace(release, known=known), settings, {})
        if not audit.readers[0].narrow:
            return audit
        hidden.add(chance.choice(sorted(known)))
