"""Controlled rounding: what is printed holds together, and the audit says what counting would.

The audit is tried against every table of whole numbers that fits what is printed, found by trying
all: it shares no code with the program.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpsheet_sync.disclosure.cells import Cell, CellId, DisclosedRelease, Equation, cross_equations
from fpsheet_sync.disclosure.prints import Print
from fpsheet_sync.disclosure.rounding import Rounded, round_release
from fpsheet_sync.disclosure.settings import Rounding
from fpsheet_templates.errors import SpecError
from tests.support.audited_prints import audit_prints

SECRET = b"only for the tests"
KOMMUNER = ("955", "956", "957")
SEEDS = st.integers(0, 10**6)


def country(
    seed: int, *, kommuner: int = 3, codes: tuple[int, ...] = (3, 2), most: int = 12
) -> DisclosedRelease:
    """Invent a table by kommune and one or more codes, and of how many citizens the cases are."""
    chance = random.Random(seed)
    axes = [KOMMUNER[:kommuner], *(tuple(f"c{place}" for place in range(n)) for n in codes)]
    values: dict[tuple[str, ...], int] = {}
    for key in itertools.product(*(("", *axis) for axis in axes)):
        values[key] = 0
    for inner in itertools.product(*axes):
        number = chance.choice([0, 0, 1, 2, 3, 4, chance.randint(0, most)])
        for margin in itertools.product(*(("", code) for code in inner)):
            values[margin] += number
    names = {key: CellId("|".join(("cases", *key))) for key in values}
    cells = [Cell(names[key], value, owner=key[0] or None) for key, value in values.items()]
    equations = list(cross_equations("T", names, ["kommune", *map(str, codes)]))
    behind = []
    for kommune in axes[0]:
        key = (kommune, *("" for _ in codes))
        citizens = CellId(f"citizens|{kommune}")
        rest = CellId(f"rest|{kommune}")
        persons = chance.randint((values[key] + 1) // 2, values[key])
        left = values[key] - persons
        cells.append(Cell(citizens, persons, owner=kommune))
        cells.append(Cell(rest, left, is_count=False, owner=kommune))
        equations.append(Equation(f"limit {kommune}", names[key], (citizens, rest)))
        behind.append((names[key], citizens))
    unprinted = frozenset(cell.id for cell in cells if not cell.is_count)
    told = tuple(behind)
    return DisclosedRelease(tuple(cells), tuple(equations), unprinted=unprinted, behind=told)


def check_paper(release: DisclosedRelease, rounded: Rounded, *, window: int) -> None:
    """Check by hand what the method page promises of the prints."""
    counts = {cell.id: cell.value for cell in release.cells}
    printed = {id_: one.value for id_, one in rounded.prints.items()}
    for id_, one in rounded.prints.items():
        assert one.value % one.base == 0
        assert abs(one.value - counts[id_]) <= window
        if counts[id_] == 0:
            assert one.value == 0
    for equation in release.equations:
        names = {equation.total, *equation.parts}
        unprinted = names & release.unprinted
        if unprinted:
            (rest,) = unprinted
            said = [printed.get(part) for part in equation.parts if part != rest]
            if equation.total in printed and None not in said:
                assert printed[equation.total] >= sum(one or 0 for one in said), equation.name
        elif names <= printed.keys():
            parts = sum(printed[part] for part in equation.parts)
            assert printed[equation.total] == parts, equation.name


@given(seed=SEEDS, base=st.sampled_from([3, 5]), dimensions=st.sampled_from([(3,), (3, 2), (2, 4)]))
def test_every_sum_and_limit_holds_in_print(
    seed: int, base: int, dimensions: tuple[int, ...]
) -> None:
    """Prints are multiples of the base, near their counts, zeros are 0, sums and limits hold."""
    release = country(seed, codes=dimensions)
    rounded = round_release(release, Rounding(base=base), secret=SECRET)
    check_paper(release, rounded, window=max(one.base for one in rounded.prints.values()) - 1)
    assert rounded.audit.has_passed
    assert not rounded.moved
    assert set(rounded.prints) | rounded.left_out == {
        cell.id for cell in release.cells if cell.id not in release.unprinted
    }


@given(seed=SEEDS)
def test_the_same_secret_gives_the_same_prints_whatever_the_order(seed: int) -> None:
    """Order of cells and equations does not matter."""
    release = country(seed)
    shuffled = replace(
        release, cells=release.cells[::-1], equations=tuple(sorted(release.equations, key=hash))
    )
    first, again = (
        round_release(each, Rounding(), secret=SECRET).prints for each in (release, shuffled)
    )
    assert first == again


def test_another_secret_rounds_otherwise() -> None:
    """The prints are no function of the counts: ten secrets give many papers, not one."""
    release = country(4, codes=(4, 3), most=60)
    papers = {
        tuple(
            one.value
            for one in round_release(release, Rounding(), secret=bytes([key] * 16)).prints.values()
        )
        for key in range(10)
    }
    assert len(papers) > 4


def possible(
    release: DisclosedRelease, prints: dict[CellId, Print], reader: str
) -> dict[CellId, set[int]]:
    """Return the values each number can have in a reader's eyes, by trying every table.

    Written from the method page alone: a print is a multiple of the base, less than the base from
    its count; sums add up; citizens are no more than cases, and some where there are cases; a
    kommune knows its own.
    """
    totals = {equation.total for equation in release.equations}
    cells = {cell.id: cell for cell in release.cells}
    free = [id_ for id_ in cells if id_ not in totals and id_ not in release.unprinted]
    choices = []
    for id_ in free:
        one = prints[id_]
        near = range(max(one.value - one.base + 1, 0), one.value + one.base)
        choices.append([cells[id_].value] if cells[id_].owner == reader else list(near))
    found: dict[CellId, set[int]] = {id_: set() for id_ in cells if id_ not in release.unprinted}
    sums = [e for e in release.equations if not set(e.parts) & release.unprinted]
    limits = [e for e in release.equations if set(e.parts) & release.unprinted]
    for tried in itertools.product(*choices):
        table = dict(zip(free, tried, strict=True))
        while len(table) < len(found):
            for equation in sums:
                if equation.total not in table and all(part in table for part in equation.parts):
                    table[equation.total] = sum(table[part] for part in equation.parts)
        fits = (
            all(sum(table[part] for part in e.parts) == table[e.total] for e in sums)
            and all(table[e.total] >= table[e.parts[0]] for e in limits)
            and all(table[citizens] or not table[cases] for cases, citizens in release.behind)
            and all(abs(table[id_] - one.value) < one.base for id_, one in prints.items())
            and all(table[id_] == cells[id_].value for id_ in found if cells[id_].owner == reader)
        )
        if fits:
            for id_, values in found.items():
                values.add(table[id_])
    return found


def small_country(seed: int) -> DisclosedRelease:
    """Invent two kommuner with two codes each, without and with citizens counted once."""
    release = country(seed, kommuner=2, codes=(2,), most=7)
    if seed % 2:
        return release
    kept = tuple(c for c in release.cells if c.id.startswith("cases"))
    equations = tuple(e for e in release.equations if not e.name.startswith("limit"))
    return DisclosedRelease(kept, equations)


@given(seed=SEEDS, base=st.sampled_from([3, 5]))
def test_the_audit_says_what_trying_every_table_says(seed: int, base: int) -> None:
    """Of prints put together anyhow, the audit calls narrow what has fewer than three values."""
    release = small_country(seed)
    if base == 5:
        release = small_country(seed - seed % 2)
    chance = random.Random(seed)
    prints = _put_together(release, base, chance)
    audit = audit_prints(release, Rounding(base=base), prints)
    for line in audit.readers:
        values = possible(release, prints, line.view)
        cells = {cell.id: cell for cell in release.cells}
        for id_, found in values.items():
            if 1 <= cells[id_].value < 5 and cells[id_].owner == line.view:
                assert id_ not in line.narrow
            elif 1 <= cells[id_].value < 5 and cells[id_].owner is not None:
                assert (id_ in line.narrow) == (len(found) < 3), (line.view, id_, found)
            elif line.view == "" and 1 <= cells[id_].value < 5:
                assert (id_ in line.narrow) == (len(found) < 3), (id_, found)
            elif id_ in line.narrow:
                assert len(found) < 3


def _put_together(
    release: DisclosedRelease, base: int, chance: random.Random
) -> dict[CellId, Print]:
    """Round every inner number up or down by chance, and add up: windows of sums are wider then.

    What comes out far from its count is drawn anew, so that the prints are such as are published.
    """
    cells = {cell.id: cell.value for cell in release.cells}
    while True:
        prints = {}
        for id_, value in cells.items():
            if id_ not in release.unprinted:
                near = {value // base * base, -(-value // base) * base}
                prints[id_] = Print(chance.choice(sorted(near)), base, base - 1)
        sums = [e for e in release.equations if not set(e.parts) & release.unprinted]
        if chance.random() < 0.02 or all(
            prints[e.total].value == sum(prints[part].value for part in e.parts) for e in sums
        ):
            return prints


@given(seed=SEEDS, base=st.sampled_from([3, 5]))
def test_nobody_knows_a_small_number_of_what_is_printed(seed: int, base: int) -> None:
    """Of what is printed, every reader holds three values of each small number possible."""
    release = small_country(seed - seed % 2 if base == 5 else seed)
    rounded = round_release(release, Rounding(base=base), secret=SECRET)
    if rounded.left_out or any(one.base != base for one in rounded.prints.values()):
        return
    demand = min(outcome.own_values for outcome in rounded.outcomes)
    cells = {cell.id: cell for cell in release.cells}
    for reader in ("", *KOMMUNER[:2]):
        values = possible(release, dict(rounded.prints), reader)
        for id_, found in values.items():
            owner = cells[id_].owner
            if 1 <= cells[id_].value < 5 and owner != reader and (owner or not reader):
                assert len(found) >= (demand if reader else 3), (reader, id_, found)


def test_where_there_is_a_case_there_is_a_citizen() -> None:
    """Beside 3 cases (1 to 5) a printed 0 is 1 or 2 citizens; beside 0 cases it may be none.

    At base 5 it may be 1 to 4.
    """
    cases, citizens, rest = map(CellId, ("cases", "citizens", "rest"))
    release = DisclosedRelease(
        (Cell(cases, 2), Cell(citizens, 1), Cell(rest, 1, is_count=False)),
        (Equation("limit", cases, (citizens, rest)),),
        unprinted=frozenset({rest}),
        behind=((cases, citizens),),
    )
    narrow = {}
    for base, above in ((3, 3), (3, 0), (5, 5)):
        prints = {cases: Print(above, base, base - 1), citizens: Print(0, base, base - 1)}
        (public,) = audit_prints(release, Rounding(base=base), prints).readers
        narrow[base, above] = public.narrow
    assert narrow == {(3, 3): (citizens,), (3, 0): (), (5, 5): ()}
    rounded = round_release(release, Rounding(base=3), secret=SECRET)
    assert [one.value for one in rounded.prints.values()] in ([0, 0], [3, 3])


@pytest.mark.parametrize("above", [(3, 0), (0, 3)])
def test_citizens_stand_behind_several_numbers_of_cases(above: tuple[int, int]) -> None:
    """Whichever of the two numbers has cases, there is a citizen: 1 or 2 where 0 is printed."""
    citizens, *cases = (CellId(name) for name in ("citizens", "jobs", "courses"))
    values = zip(cases, above, strict=True)
    release = DisclosedRelease(
        (Cell(citizens, 1), *(Cell(id_, min(value, 1)) for id_, value in values)),
        behind=tuple((id_, citizens) for id_ in cases),
    )
    prints = {citizens: Print(0, 3, 2)} | {
        id_: Print(value, 3, 2) for id_, value in zip(cases, above, strict=True)
    }
    (public,) = audit_prints(release, Rounding(base=3), prints).readers
    assert public.narrow == (citizens,)


def test_cases_of_nobody_are_refused() -> None:
    """A release in which there are cases of no citizen is wrong in itself."""
    cells = (Cell(CellId("cases"), 1), Cell(CellId("citizens"), 0))
    release = DisclosedRelease(cells, behind=((cells[0].id, cells[1].id),))
    with pytest.raises(SpecError, match="none of their citizens"):
        round_release(release, Rounding(), secret=SECRET)


@pytest.mark.parametrize("base", [3, 5])
def test_five_jobs_of_four_citizens_are_a_small_number(base: int) -> None:
    """A count is small by the citizens behind it too: it is then kept from every reader."""
    jobs = Cell(CellId("jobs"), 5, persons=4)
    cases = Cell(CellId("cases"), 5, persons=5)
    audit = round_release(DisclosedRelease((jobs, cases)), Rounding(base=base), secret=SECRET).audit
    (public,) = audit.readers
    assert public.small == 1
    assert public.cell == "jobs"
