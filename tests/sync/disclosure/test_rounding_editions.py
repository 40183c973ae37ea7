"""Rounded editions one after another: what keeps its print, what moves, and what is refused.

The promises are those of the method page: a number keeps its print while its count is at most 8
(base 5) or 6 (base 3) from it, so that fewer than five late cases move nothing.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fpsheet_sync.disclosure.cells import Cell, CellId, DisclosedRelease, Equation, cross_equations
from fpsheet_sync.disclosure.disclosure_error import DisclosureError
from fpsheet_sync.disclosure.means import Means, PartOrder
from fpsheet_sync.disclosure.part_rounding import protect_part
from fpsheet_sync.disclosure.prints import Print
from fpsheet_sync.disclosure.problem import build_problem
from fpsheet_sync.disclosure.rounding import (
    Rounded,
    RoundingProgress,
    round_release,
)
from fpsheet_sync.disclosure.settings import Rounding
from fpsheet_templates.errors import SpecError
from tests.support.audited_prints import audit_prints

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET = b"only for the tests"
AXES = (("955", "956", "957", "959"), ("K", "M"), ("18-39", "40-59", "60+"))
Person = tuple[str, str, str]
Earlier = dict[CellId, tuple[Print, ...]]


def people(seed: int, number: int = 160) -> list[Person]:
    """Invent persons with a kommune, a sex and an age."""
    chance = random.Random(seed)
    return [
        (chance.choice(AXES[0]), chance.choice(AXES[1]), chance.choice(AXES[2]))
        for _ in range(number)
    ]


def table(persons: list[Person]) -> DisclosedRelease:
    """Count the persons in every cell and margin."""
    counts = dict.fromkeys(itertools.product(*(("", *axis) for axis in AXES)), 0)
    for person in persons:
        for margin in itertools.product(*(("", code) for code in person)):
            counts[margin] += 1
    names = {key: CellId("|".join(("persons", *key))) for key in counts}
    cells = tuple(Cell(names[key], value, owner=key[0] or None) for key, value in counts.items())
    return DisclosedRelease(cells, cross_equations("T", names, ["kommune", "sex", "age"]))


def remember(earlier: Earlier, rounded: Rounded) -> Earlier:
    """Return the prints of all editions with those of one more."""
    return {
        **earlier,
        **{id_: (*earlier.get(id_, ()), one) for id_, one in rounded.prints.items()},
    }


def values(prints: Mapping[CellId, Print]) -> dict[CellId, int]:
    """Return what stands on paper."""
    return {id_: one.value for id_, one in prints.items()}


@pytest.mark.parametrize("base", [3, 5])
@pytest.mark.parametrize("late", range(20))
def test_one_late_case_moves_nothing(late: int, base: int) -> None:
    """Twenty late cases, one at a time: the second edition prints what the first one did."""
    persons = people(1)
    first = round_release(table(persons), Rounding(base=base), secret=SECRET)
    assert first.audit.has_passed
    (came,) = people(1000 + late, 1)
    second = round_release(
        table([*persons, came]),
        Rounding(base=base),
        secret=SECRET,
        earlier=remember({}, first),
    )
    assert values(second.prints) == values(first.prints)
    assert not second.moved
    assert second.audit.has_passed


def test_up_to_four_late_cases_in_one_cell_move_nothing() -> None:
    """Four of the same kommune, sex and age at once, or one after another: nothing moves."""
    persons = people(2)
    earlier = remember({}, round_release(table(persons), Rounding(), secret=SECRET))
    for number in range(1, 5):
        late = [("955", "K", "18-39")] * number
        second = round_release(table([*persons, *late]), Rounding(), secret=SECRET, earlier=earlier)
        assert not second.moved


@pytest.mark.parametrize("base", [3, 5])
@pytest.mark.parametrize("seed", range(12))
def test_four_corrections_move_nothing_whatever_they_make_small(seed: int, base: int) -> None:
    """Two withdrawn and two late cases: some number becomes small, and still keeps its print."""
    persons = people(seed, 110)
    first = round_release(table(persons), Rounding(base=base), secret=SECRET)
    release = table([*persons[2:], *people(500 + seed, 2)])
    second = round_release(release, Rounding(base=base), secret=SECRET, earlier=remember({}, first))
    assert not second.moved
    assert values(second.prints) == values(first.prints)


def test_many_late_cases_move_what_must_move_and_sums_still_hold() -> None:
    """Twenty late cases of one kommune: what is more than 8 off moves, the whole still adds up."""
    persons = people(3)
    earlier = remember({}, round_release(table(persons), Rounding(), secret=SECRET))
    release = table([*persons, *[("955", "K", "18-39")] * 20])
    second = round_release(release, Rounding(), secret=SECRET, earlier=earlier)
    counts = {cell.id: cell.value for cell in release.cells}
    must = {id_ for id_, before in earlier.items() if abs(before[-1].value - counts[id_]) > 8}
    assert must
    assert must <= second.moved.keys()
    printed = values(second.prints)
    for equation in release.equations:
        assert printed[equation.total] == sum(printed[part] for part in equation.parts)
    assert all(abs(printed[id_] - counts[id_]) <= 8 for id_ in printed)
    assert all(second.prints[id_].window == 8 for id_ in second.moved)
    assert [outcome.step for outcome in second.outcomes] == [Means.MOVED]
    # The other kommuner have nothing to do with it.
    assert not [id_ for id_ in second.moved if id_.split("|")[1] in {"956", "957", "959"}]


def test_that_a_number_moved_tells_no_more_than_the_audit_knows() -> None:
    """Ten, and now one: moved, it would tell that the count is 0 or 1, so it is not printed."""
    id_ = CellId("a")
    earlier = {id_: (Print(10, 5, 4, 7),)}
    rounded = round_release(
        DisclosedRelease((Cell(id_, 1),)), Rounding(), secret=SECRET, earlier=earlier
    )
    assert rounded.left_out == {id_}
    assert not rounded.moved
    # From 15 it may be anything up to 6.
    earlier = {id_: (Print(15, 5, 4, 12),)}
    rounded = round_release(
        DisclosedRelease((Cell(id_, 1),)), Rounding(), secret=SECRET, earlier=earlier
    )
    assert rounded.moved
    assert rounded.audit.has_passed


def test_who_believes_that_prints_are_as_near_as_new_ones_learns_nothing() -> None:
    """All prints may be 8 off, and these are not more than 4: 955 has two of the three.

    Who believes that takes the whole for 4 at most, and the part of 956, printed 5, for 1 at least:
    955 would be left 1 and 2. Nobody would be, who counted on 8.
    """
    whole, other, own = CellId("whole"), CellId("other"), CellId("own")
    release = DisclosedRelease(
        (Cell(whole, 3), Cell(other, 1, owner="956"), Cell(own, 2, owner="955")),
        (Equation("sum", whole, (other, own)),),
        unprinted=frozenset({own}),
    )
    prints = {whole: Print(0, 5, 8), other: Print(5, 5, 8)}
    narrow = {line.view: line.narrow for line in audit_prints(release, Rounding(), prints).readers}
    assert set(narrow["955"]) == {whole, other}
    assert not narrow[""]


def flow(year: int, start: int, begun: int, ended: int) -> DisclosedRelease:
    """Describe a year: in stock at its end = in stock a year before + begun - ended."""
    before, after = CellId(f"stock|{year - 1}"), CellId(f"stock|{year}")
    come, gone = CellId(f"begun|{year}"), CellId(f"ended|{year}")
    both = CellId(f"stock|{year} + ended (together)")
    cells = (
        Cell(before, start),
        Cell(after, start + begun - ended),
        Cell(come, begun),
        Cell(gone, ended),
        Cell(both, start + begun, is_count=False),
    )
    equations = (
        Equation(f"in {year}", both, (before, come)),
        Equation(f"out {year}", both, (after, gone)),
    )
    return DisclosedRelease(cells, equations, unprinted=frozenset({both}))


@pytest.mark.parametrize("base", [3, 5])
def test_a_number_keeps_its_print_by_name_over_three_editions(base: int) -> None:
    """The stock at the end of a year is printed alike in that year's edition and in the next."""
    earlier: Earlier = {}
    stock = 14
    known: list[DisclosedRelease] = []
    for year, (begun, ended) in enumerate([(4, 2), (2, 7), (3, 1)], start=2023):
        now = flow(year, stock, begun, ended)
        ids = {cell.id for cell in now.cells}
        past = {c.id: c for each in known for c in each.cells if c.id not in ids}
        equations = {e.name: e for each in (*known, now) for e in each.equations}
        both = frozenset(id_ for id_ in (*ids, *past) if id_.endswith("(together)"))
        joint = DisclosedRelease(
            (*now.cells, *past.values()),
            tuple(equations.values()),
            unprinted=both | past.keys(),
        )
        rounded = round_release(joint, Rounding(base=base), secret=SECRET, earlier=earlier)
        assert rounded.audit.has_passed
        assert rounded.prints.keys() == ids - both
        assert {outcome.first for outcome in rounded.outcomes} <= rounded.prints.keys()
        assert not rounded.moved
        paper = values(rounded.prints)
        left = paper[CellId(f"stock|{year - 1}")] + paper[CellId(f"begun|{year}")]
        assert left == paper[CellId(f"stock|{year}")] + paper[CellId(f"ended|{year}")]
        earlier = remember(earlier, rounded)
        known.append(now)
        stock += begun - ended
    assert {len(before) for id_, before in earlier.items() if id_.startswith("stock|202")} == {1, 2}


def test_a_part_keeps_the_base_it_was_first_printed_with() -> None:
    """Editions rounded to 3 stay so when the setting becomes 5: nothing moves for that reason."""
    release = table(people(4))
    first = round_release(release, Rounding(base=3), secret=SECRET)
    second = round_release(release, Rounding(base=5), secret=SECRET, earlier=remember({}, first))
    assert values(second.prints) == values(first.prints)
    assert {one.base for one in second.prints.values()} == {3}


def test_prints_that_contradict_each_other_are_let_go_under_the_audit_of_both() -> None:
    """A total printed 10 and its parts printed 0 in other editions: some move, all is audited."""
    total, parts = CellId("all"), tuple(CellId(name) for name in "abc")
    counts = {total: 9, parts[0]: 4, parts[1]: 4, parts[2]: 1}
    release = DisclosedRelease(
        tuple(Cell(id_, value) for id_, value in counts.items()), (Equation("sum", total, parts),)
    )
    earlier = {id_: (Print(0, 5, 4, counts[id_]),) for id_ in parts}
    earlier[total] = (Print(10, 5, 4, 9),)
    rounded = round_release(release, Rounding(), secret=SECRET, earlier=earlier)
    assert [outcome.step for outcome in rounded.outcomes] == [Means.PINS_RELEASED]
    paper = values(rounded.prints)
    assert paper[total] == sum(paper[part] for part in parts)
    assert rounded.moved
    assert rounded.audit.has_passed


def test_a_new_number_that_tells_too_much_beside_earlier_ones_is_left_out_and_they_stay() -> None:
    """Two quarters are printed 0, so their half would be: at most 4, of which 730 has 2 itself.

    That 707 has at least one is known from the year. So 730 would be left 1 and 2 for 707. Without
    the half, of which the quarters allow 8, nothing has to move.
    """
    half, quarters = CellId("half"), (CellId("quarter 3"), CellId("quarter 4"))
    of_707, of_730 = CellId("half|707"), CellId("half|730")
    year, other_half = CellId("year|707"), CellId("other half|707")
    release = DisclosedRelease(
        (
            Cell(half, 3),
            Cell(quarters[0], 1),
            Cell(quarters[1], 2),
            Cell(of_707, 1, owner="707"),
            Cell(of_730, 2, owner="730"),
            Cell(year, 1, owner="707"),
            Cell(other_half, 0, owner="707"),
        ),
        (
            Equation("quarters", half, quarters),
            Equation("kommuner", half, (of_707, of_730)),
            Equation("halves", year, (of_707, other_half)),
        ),
        unprinted=frozenset({year, other_half}),
        known={other_half: 0},
    )
    earlier = {
        quarters[0]: (Print(0, 5, 4, 1),),
        quarters[1]: (Print(0, 5, 4, 2),),
        year: (Print(5, 5, 4, 1),),
    }
    rounded = round_release(release, Rounding(), secret=SECRET, earlier=earlier)
    assert not rounded.moved
    assert [outcome.step for outcome in rounded.outcomes] == [Means.SOME_LEFT_OUT]
    assert rounded.left_out == {half}
    assert {rounded.prints[each].value for each in quarters} == {0}
    assert rounded.audit.has_passed
    assert not rounded.audit.already_known


Places = dict[tuple[str, str], int]
ROWS, COLUMNS = ("955", "956", "957"), ("a", "b")


def small_table(inner: Places) -> DisclosedRelease:
    """Describe a table of three kommuner and two columns, with all its margins."""
    counts = {
        (row, column): sum(
            count for (r, c), count in inner.items() if row in {"", r} and column in {"", c}
        )
        for row in ("", *ROWS)
        for column in ("", *COLUMNS)
    }
    names: dict[tuple[str, ...], CellId] = {key: CellId("|".join(("n", *key))) for key in counts}
    cells = tuple(Cell(names[key], count, owner=key[0] or None) for key, count in counts.items())
    return DisclosedRelease(cells, cross_equations("T", names, ["kommune", "column"]))


def can_stand_together(release: DisclosedRelease, pinned: Mapping[CellId, int]) -> bool:
    """Try every table of multiples of 5: does one have all these numbers, margins and all?"""
    inner = [CellId(f"n|{row}|{column}") for row in ROWS for column in COLUMNS]
    choices = [[pinned[id_]] if id_ in pinned else range(0, 45, 5) for id_ in inner]
    for values_ in itertools.product(*choices):
        found = small_table(dict(zip(itertools.product(ROWS, COLUMNS), values_, strict=True)))
        counts = {cell.id: cell.value for cell in found.cells}
        if all(counts[id_] == value for id_, value in pinned.items()):
            return True
    return False


@pytest.mark.parametrize("seed", range(100))
def test_an_unrevised_number_never_gets_another_print_unless_the_old_ones_contradict_each_other(
    seed: int,
) -> None:
    """Any prints that counts allow, some to another base; what is not moved is not printed anew."""
    dice = random.Random(seed)
    places = itertools.product(ROWS, COLUMNS)
    release = small_table({place: dice.choice((0, 0, 1, 1, 2, 3, 4, 7)) for place in places})
    earlier: Earlier = {}
    for cell in release.cells:
        if dice.random() < (0.8 if cell.id.count("|") == 2 and not cell.id.endswith("|") else 0.3):
            base = 10 if dice.random() < 0.05 else 5
            value = dice.choice((cell.value // base * base, -(-cell.value // base) * base))
            earlier[cell.id] = (Print(value, base, base - 1, cell.value),)
    rounded = round_release(release, Rounding(), secret=SECRET, earlier=earlier)
    paper = values(rounded.prints)
    base = rounded.outcomes[0].base
    pinned = {id_: ones[-1].value for id_, ones in earlier.items() if ones[-1].base == base}
    if rounded.moved:
        assert [outcome.step for outcome in rounded.outcomes] == [Means.PINS_RELEASED]
        assert not can_stand_together(release, pinned)
    assert rounded.audit.has_passed
    for equation in release.equations:
        if equation.total in paper:
            shown = sum(paper.get(part, 0) for part in equation.parts)
            is_whole = all(part in paper for part in equation.parts)
            assert shown == paper[equation.total] if is_whole else shown <= paper[equation.total]


def test_a_new_row_in_a_held_table_is_printed_so_that_the_sums_still_hold() -> None:
    """A row first counted in the second edition makes room for the prints that are held."""
    total, old, new = CellId("all"), CellId("old"), CellId("new")
    first = DisclosedRelease((Cell(total, 6), Cell(old, 6)), (Equation("sum", total, (old,)),))
    kept = round_release(first, Rounding(), secret=SECRET)
    second = DisclosedRelease(
        (Cell(total, 11), Cell(old, 6), Cell(new, 5)), (Equation("sum", total, (old, new)),)
    )
    rounded = round_release(second, Rounding(), secret=SECRET, earlier=remember({}, kept))
    paper = values(rounded.prints)
    assert paper[total] == paper[old] + paper[new]
    if not rounded.moved:
        assert [outcome.step for outcome in rounded.outcomes] == [Means.WIDER]
        assert rounded.prints[new] == Print(0, 5, 8, 5)


def lines_of_a_plane() -> list[list[int]]:
    """Return the 21 lines of 5 of the plane of order 4: every two points lie on one line."""
    difference_set = (0, 1, 4, 14, 16)
    return [[(start + step) % 21 for step in difference_set] for start in range(21)]


def test_a_part_that_no_base_can_round_is_printed_without_its_finest_numbers() -> None:
    """Twos on a plane of order 4: no choice of 0 and 5, or 0 and 10, gives every line its 10.

    Each point lies on five lines: 21 lines of two fives would need 42 / 5 fives, of one ten 21 / 5.
    """
    points = [CellId(f"point {place:02}") for place in range(21)]
    lines = lines_of_a_plane()
    totals = [CellId(f"line {place:02}") for place in range(21)]
    release = DisclosedRelease(
        (*(Cell(id_, 2) for id_ in points), *(Cell(id_, 10) for id_ in totals)),
        tuple(
            Equation(f"sum {total}", total, tuple(points[place] for place in line))
            for total, line in zip(totals, lines, strict=True)
        ),
    )
    rounded = round_release(release, Rounding(), secret=SECRET)
    assert [outcome.step for outcome in rounded.outcomes] == [Means.COARSER]
    assert rounded.left_out == frozenset(points)
    assert values(rounded.prints) == dict.fromkeys(totals, 10)
    assert rounded.audit.has_passed


def test_a_part_left_out_prints_only_what_was_printed_before() -> None:
    """The last means: nothing new is told, and what was told stands as it stood."""
    release = table(people(5))
    problem = build_problem(release)
    kept = problem.ids[3]
    count = int(problem.value[3])
    before = Print(-(-count // 5) * 5, 5, 4, count)
    order = PartOrder(
        problem=problem,
        is_printed=np.ones(problem.size, dtype=np.bool_),
        is_bound=np.ones(len(problem.rows), dtype=np.bool_),
        earlier=tuple((before,) if id_ == kept else () for id_ in problem.ids),
        noise=np.zeros(problem.size),
        settings=Rounding(refused={kept: len(Means)}),
        deadline=float("inf"),
    )
    found = protect_part(order)
    assert [one.value for one in found.prints if one] == [before.value]
    assert found.attempt.step is Means.LEFT_OUT
    assert not found.proven.open_cells()


def test_what_an_earlier_suppressed_edition_gave_away_is_named_and_is_no_breach() -> None:
    """Printed exactly before, 10 and 8 leave 2: no rounding takes that back, and it is said."""
    total, large, small = CellId("all"), CellId("large"), CellId("small")
    release = DisclosedRelease(
        (Cell(total, 10), Cell(large, 8), Cell(small, 2)),
        (Equation("sum", total, (large, small)),),
        known={total: 10, large: 8},
    )
    rounded = round_release(release, Rounding(), secret=SECRET)
    assert rounded.audit.already_known == ((small, ""),)
    assert rounded.audit.has_passed
    audit = audit_prints(release, Rounding(), rounded.prints)
    assert audit.readers[0].narrow == (small,)


def test_the_same_numbers_rounded_anew_are_seen_through_by_the_audit() -> None:
    """Two prints of an unrevised 4, 0 and 5, leave 1 to 4; at base 3, 3 and 6, only 4 and 5."""
    small = CellId("small")
    release = DisclosedRelease((Cell(small, 4),))
    earlier = {small: (Print(3, 3, 2, 4),)}
    audit = audit_prints(release, Rounding(base=3), {small: Print(6, 3, 2)}, earlier=earlier)
    assert audit.readers[0].narrow == (small,)
    earlier = {small: (Print(0, 5, 4, 4),)}
    audit = audit_prints(release, Rounding(), {small: Print(5, 5, 4)}, earlier=earlier)
    assert not audit.readers[0].narrow


@pytest.mark.parametrize("base", [2, 1, 0, -5, 4, 7])
def test_a_base_that_hides_nobody_is_refused(base: int) -> None:
    """A base below 3, or one that nothing was measured with, ends in a sentence."""
    with pytest.raises(DisclosureError, match=f"deles med {base}"):
        Rounding(base=base)


def test_a_short_secret_is_refused() -> None:
    """A secret that can be guessed ends in a sentence."""
    with pytest.raises(DisclosureError, match="Hemmeligheden"):
        round_release(DisclosedRelease((Cell(CellId("a"), 3),)), Rounding(), secret=b"short")


@pytest.mark.parametrize(
    "before", [Print(7, 5, 4), Print(5, 5, 4, count=12), Print(5, 5, 2), Print(-5, 5, 4)]
)
def test_an_earlier_print_that_cannot_be_one_is_refused(before: Print) -> None:
    """A stored edition that somebody altered is not built upon."""
    release = DisclosedRelease((Cell(CellId("a"), 3),))
    with pytest.raises(DisclosureError, match="kan ikke være afrundet her"):
        round_release(release, Rounding(), secret=SECRET, earlier={CellId("a"): (before,)})


def test_prints_of_another_count_are_refused_by_the_auditor() -> None:
    """A swapped file does not pass for the edition of the database."""
    release = DisclosedRelease((Cell(CellId("a"), 3),))
    with pytest.raises(DisclosureError, match="passer ikke"):
        audit_prints(release, Rounding(), {CellId("a"): Print(10, 5, 4)})
    with pytest.raises(DisclosureError, match="passer ikke"):
        audit_prints(release, Rounding(), {CellId("b"): Print(5, 5, 4)})


def test_a_time_limit_ends_in_a_sentence_with_a_choice() -> None:
    """Neither a solver nor an audit without time publishes anything."""
    release = table(people(6))
    for settings in (Rounding(time_limit=1e-9), Rounding(seconds=1e-9)):
        with pytest.raises(DisclosureError, match="inden for tiden"):
            round_release(release, settings, secret=SECRET)


def test_progress_is_told_to_its_end() -> None:
    """Every part that is done is told of, in numbers out of all."""
    told: list[RoundingProgress] = []
    alone = DisclosedRelease((*table(people(7)).cells, Cell(CellId("alone"), 3)))
    release = replace(alone, equations=table(people(7)).equations)
    round_release(release, Rounding(), secret=SECRET, progress=told.append)
    size = len(release.cells)
    assert told == [RoundingProgress(size - 1, size), RoundingProgress(size, size)]


@pytest.mark.parametrize("count", [-1, 10**10 + 1, 10**30])
def test_what_is_no_count_is_refused(count: int) -> None:
    """A negative number, or more than there are people, is not rounded to something."""
    with pytest.raises(SpecError, match="only counts"):
        round_release(DisclosedRelease((Cell(CellId("a"), count),)), Rounding(), secret=SECRET)


@pytest.mark.parametrize("most", [0, 1, 10**8])
def test_numbers_of_any_size_are_rounded(most: int) -> None:
    """No number, nobody in it, or a hundred million: all sums hold."""
    assert not round_release(DisclosedRelease(()), Rounding(), secret=SECRET).prints
    parts = tuple(CellId(f"part {place}") for place in range(50))
    counts = [most - most // (place + 1) for place in range(50)]
    total = CellId("total")
    release = DisclosedRelease(
        (*map(Cell, parts, counts), Cell(total, sum(counts))), (Equation("sum", total, parts),)
    )
    paper = values(round_release(release, Rounding(), secret=SECRET).prints)
    assert paper[total] == sum(paper[part] for part in parts)
    assert abs(paper[total] - sum(counts)) < 5
