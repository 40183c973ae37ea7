"""Whatever a release holds, no reader can work out a primary cell: checked by trying everything.

The attackers of these tests share nothing with the program: they fill in tables cell by cell, and
visit every corner of what fits with exact fractions.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from fpsheet_sync.disclosure.cells import Cell, CellId, Equation, Release
from fpsheet_sync.disclosure.errors import DisclosureError
from fpsheet_sync.disclosure.settings import Settings, ZeroPolicy
from fpsheet_sync.disclosure.suppression import Status, Suppression, audit_hidden, suppress
from tests.support.disclosure import Attacker, cross_release, table_release

if TYPE_CHECKING:
    from collections.abc import Iterator

# Mostly small, as the counts of a kommune are.
counts = st.sampled_from((0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 9))
policies = st.sampled_from(tuple(ZeroPolicy))


@st.composite
def crossed(draw: st.DrawFn) -> Release:
    """One table of 2 or 3 dimensions with all margins, whose rows are kommuner or are not."""
    sizes = draw(st.sampled_from(((2, 2), (2, 3), (3, 2), (3, 3), (2, 2, 2), (3, 2, 2))))
    codes = [
        [f"{letter}{place}" for place in range(size)]
        for letter, size in zip("kab", sizes, strict=False)
    ]
    inner = {key: draw(counts) for key in itertools.product(*codes)}
    return cross_release("T", ["k", "a", "b"][: len(sizes)], inner, owned=draw(st.booleans()))


@st.composite
def linked(draw: st.DrawFn) -> Release:
    """Two tables of the same people that share the totals of their rows."""
    first: dict[str, tuple[int, ...]] = {}
    second: dict[str, tuple[int, ...]] = {}
    for row in ("k0", "k1", "k2"):
        first[row] = tuple(draw(counts) for _ in range(2))
        part = draw(st.integers(0, sum(first[row])))
        second[row] = (part, sum(first[row]) - part)
    owned = draw(st.booleans())
    one = table_release(first, "ab", owned=owned)
    two = table_release(second, "xy", owned=owned)
    cells = {cell.id: cell for cell in (*one.cells, *two.cells)}
    return Release(tuple(cells.values()), (*one.equations, *two.equations))


releases = st.one_of(crossed(), linked())


def _views(release: Release) -> list[str]:
    return ["", *sorted({cell.owner for cell in release.cells if cell.owner})]


def _hidden(suppression: Suppression) -> frozenset[CellId]:
    return frozenset(cell for cell in suppression.status if suppression.is_hidden(cell))


def _kept_from(release: Release, suppression: Suppression, view: str) -> Iterator[CellId]:
    """Give the primary cells a reader must not know.

    Not its own, not numbers of the country to which nobody else contributes, and not what it
    knows already.
    """
    for cell in release.cells:
        if suppression.status[cell.id] is not Status.PRIMARY:
            continue
        known = (cell.id, view) in suppression.already_known
        if not known and not (view and _is_wholly(release, cell, view)):
            yield cell.id


def _is_wholly(release: Release, cell: Cell, kommune: str) -> bool:
    """Tell whether a number counts people of one kommune only, by its parts."""
    if cell.owner is not None:
        return cell.owner == kommune
    cells = {each.id: each for each in release.cells}
    for equation in release.equations:
        if equation.total == cell.id:
            parts = [cells[part] for part in equation.parts if cells[part].value]
            if parts and all(_is_wholly(release, part, kommune) for part in parts):
                return True
    return False


def _check_safe(release: Release, choices: Settings) -> None:
    suppression = suppress(release, choices)
    hidden = _hidden(suppression)
    for view in _views(release):
        attacker = Attacker.of(release, hidden, view=view, least=choices.hidden_from)
        for cell in _kept_from(release, suppression, view):
            assert not attacker.is_exact(cell), (cell, view)


@settings(max_examples=150)
@given(releases, policies, st.sampled_from((3, 5)))
def test_no_primary_cell_is_ever_exact(release: Release, zeros: ZeroPolicy, threshold: int) -> None:
    """Neither the public nor any kommune can work out a primary cell, for whole numbers."""
    _check_safe(release, Settings(threshold=threshold, zeros=zeros))


@settings(max_examples=60)
@given(releases, policies)
def test_proofs_protect_as_well_as_measuring(release: Release, zeros: ZeroPolicy) -> None:
    """Where kommuner's views are proven instead of measured, the same holds."""
    _check_safe(release, Settings(zeros=zeros, interval_limit=0))


@settings(max_examples=60)
@given(releases, policies)
def test_every_interval_is_as_wide_as_asked(release: Release, zeros: ZeroPolicy) -> None:
    """An audit that knows only what is hidden finds every interval of the width asked for."""
    choices = Settings(zeros=zeros, width=4)
    suppression = suppress(release, choices)
    audit = audit_hidden(release, _hidden(suppression), choices)
    assert audit.has_passed
    assert audit.narrowest is None or audit.narrowest[2].width >= 4


@settings(max_examples=80)
@given(crossed(), st.data())
def test_intervals_are_those_of_the_corners(release: Release, data: st.DataObject) -> None:
    """Hiding any inner cells of a table, the audit's ends are the extreme corners of what fits."""
    inner = sorted(cell.id for cell in release.cells if "T" not in cell.id.split("-"))
    hidden = frozenset(data.draw(st.lists(st.sampled_from(inner), unique=True, max_size=9)))
    choices = Settings(zeros=ZeroPolicy.USUAL)
    audit = audit_hidden(release, hidden, choices)
    for view in audit.views:
        attacker = Attacker.of(release, hidden, view=view.view, least=0)
        for cell in attacker.unknown:
            # What a kommune's knowledge does not touch is listed for the public alone.
            interval = view.intervals.get(cell, audit.views[0].intervals[cell])
            assert (interval.low, interval.high) == attacker.extremes(cell)


@settings(max_examples=40)
@given(releases, st.integers(0, 1000))
def test_order_of_input_changes_nothing(release: Release, seed: int) -> None:
    """Cells and equations in another order give the same result, down to the reasons."""
    chance = random.Random(seed)
    shuffled = replace(
        release,
        cells=tuple(chance.sample(release.cells, len(release.cells))),
        equations=tuple(
            replace(equation, parts=tuple(chance.sample(equation.parts, len(equation.parts))))
            for equation in chance.sample(release.equations, len(release.equations))
        ),
    )
    assert suppress(release) == suppress(shuffled)


@settings(max_examples=40)
@given(releases, st.integers(0, 1000))
def test_other_names_protect_as_well(release: Release, seed: int) -> None:
    """With all cells renamed the pattern may differ; nobody can work out more."""
    chance = random.Random(seed)
    old = [cell.id for cell in release.cells]
    new = dict(
        zip(old, (CellId(f"c{n}") for n in chance.sample(range(1000), len(old))), strict=True)
    )
    renamed = Release(
        tuple(replace(cell, id=new[cell.id]) for cell in release.cells),
        tuple(
            Equation(each.name, new[each.total], tuple(new[part] for part in each.parts))
            for each in release.equations
        ),
    )
    _check_safe(renamed, Settings())
    statuses = suppress(renamed).status
    for id_, status in suppress(release).status.items():
        assert (status is Status.PRIMARY) == (statuses[new[id_]] is Status.PRIMARY)


@settings(max_examples=60)
@given(releases, st.data())
def test_what_was_printed_before_is_not_counted_on(release: Release, data: st.DataObject) -> None:
    """With some larger cells printed in an earlier edition, nobody can work out more from both."""
    large = [cell for cell in release.cells if cell.value == 0 or cell.value >= 5]
    known = (
        data.draw(st.lists(st.sampled_from(large), unique_by=lambda cell: cell.id)) if large else []
    )
    later = replace(release, known={cell.id: cell.value for cell in known})
    try:
        suppression = suppress(later)
    except DisclosureError:
        # What was printed may leave a cell less room than the width asked for.
        return
    assert not any(suppression.is_hidden(cell.id) for cell in known)
    _check_safe(later, Settings())
