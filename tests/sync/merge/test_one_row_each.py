"""One citizen has one row in force in a kommune, in whatever order number and rows come."""

from __future__ import annotations

from itertools import permutations
from random import Random
from typing import TYPE_CHECKING, TypeAlias

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpsheet_sync.ledger.issued_workbook import issue_workbook
from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_sync.ledger.stored_state import read_state
from tests.support.submissions import (
    ACTOR,
    KEYS,
    RowSpec,
    Sending,
    build,
    codes,
    rows,
    send,
    submit,
    sync,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.merge.submission import Submission
    from tests.support.stores import Stores

Typed: TypeAlias = "tuple[int, str, str | None, float]"
"""A row of Borgere: its number, CPR number, former number, and a mark for the initials."""

OLD, NEW, OTHER = "6101801234", "6202801235", "6303801236"
MOST = settings.default.max_examples if settings.default else 100
CITIZENS = "# borger\n| id | cpr | pensionist_foer_reform | sagsbehandler | tidligere_cpr |\n"
SPELLS = "# forloeb\n| id | cpr | forloeb_type | start_dato | blocked |\n"


def citizen(number: str, cpr: str, former: str = "") -> str:
    """Return a row of Borgere."""
    return f"| {number} | {cpr} | nej | AB | {former} |\n"


def spell(cpr: str, *, blocked: bool = False) -> str:
    """Return a row of Forløb."""
    return f"| 1 | {cpr} | revurdering | 2026-01-05 | {'x' if blocked else ''} |\n"


def known_as(cpr: str) -> str:
    """Return the pseudonym of a number."""
    return KEYS.pseudonyms([cpr], kommune_kode="956")[0]


def citizens(store: Store) -> list[str]:
    """Return the pseudonyms on Borgere."""
    return rows(store, "borger")["borger"].to_list()


FIRST = CITIZENS + citizen("1", OLD) + citizen("9", OTHER) + SPELLS + spell(OLD)
STEPS = {
    "number first": (
        CITIZENS + citizen("1", NEW, OLD) + citizen("9", OTHER) + SPELLS + spell(OLD, blocked=True),
        CITIZENS + citizen("1", NEW, OLD) + citizen("9", OTHER) + SPELLS + spell(NEW),
    ),
    "rows first": (
        CITIZENS + citizen("1", OLD) + citizen("9", OTHER) + SPELLS + spell(NEW, blocked=True),
        CITIZENS + citizen("1", NEW, OLD) + citizen("9", OTHER) + SPELLS + spell(NEW),
    ),
    "at once": (CITIZENS + citizen("1", NEW, OLD) + citizen("9", OTHER) + SPELLS + spell(NEW),),
    "on a new line": (
        CITIZENS + citizen("2", NEW, OLD) + citizen("9", OTHER) + SPELLS + spell(NEW),
    ),
    "old line gone before": (
        CITIZENS + citizen("9", OTHER) + SPELLS + spell(OLD, blocked=True),
        CITIZENS + citizen("2", NEW, OLD) + citizen("9", OTHER) + SPELLS + spell(NEW),
    ),
    "a line without an id": (
        CITIZENS + citizen("", NEW, OLD) + citizen("9", OTHER) + SPELLS + spell(NEW),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_a_new_number_in_any_steps(stores: Stores, steps: tuple[str, ...]) -> None:
    """Borgere has the citizen once, under the new number, and any order of arrival says so."""
    # Seven more, so that one line that is gone holds no file.
    more = "".join(citizen(str(20 + n), f"67078012{n:02d}") for n in range(12))
    files = [
        submit(text.replace(SPELLS, more + SPELLS), Sending(minute=10 * n))
        for n, text in enumerate((FIRST, *steps))
    ]
    store = stores.first()
    sync(store, *files)
    found = citizens(store)
    assert len(found) == len(set(found)) == 14
    assert known_as(OLD) not in found
    assert known_as(NEW) in found
    assert rows(store)["borger"].to_list() == [known_as(NEW)]
    said = state_hash(store)
    for order in permutations(files):
        other = stores.again(1)
        sync(other, *order)
        assert state_hash(other) == said
        other.close()


def test_two_workbooks_with_one_citizen_share_the_row(stores: Stores) -> None:
    """Typed anew in another workbook, under either number: one row, and both values are told."""
    store = stores.first()
    send(store, CITIZENS + citizen("1", OLD))
    again = CITIZENS + citizen("1", OLD).replace("AB", "CD")
    receipt = send(store, again, Sending(workbook="BBBBBBBB", minute=10))
    assert citizens(store) == [known_as(OLD)]
    assert ("HIS-011", "G4") in codes(receipt)
    send(store, CITIZENS + citizen("1", NEW, OLD), Sending(workbook="CCCCCCCC", minute=20))
    assert citizens(store) == [known_as(NEW)]


def test_a_line_used_for_somebody_else_is_another_row(store: Store) -> None:
    """Without the former number it is another citizen, and the first one stays in force."""
    more = "".join(citizen(str(20 + n), f"67078012{n:02d}") for n in range(12))
    send(store, CITIZENS + citizen("1", OLD) + more + SPELLS + spell(OLD))
    other = CITIZENS + citizen("1", OTHER) + more + SPELLS + spell(OLD)
    receipt = send(store, other, Sending(minute=5))
    assert "HIS-003" in [code for code, _ in codes(receipt)]
    assert {known_as(OLD), known_as(OTHER)} <= set(citizens(store))


FORMS = {
    "old": citizen("1", OLD),
    "new": citizen("1", NEW),
    "new after old": citizen("1", NEW, OLD),
    "newest after new": citizen("1", OTHER, NEW),
}
"""What a workbook may say of one citizen, who had up to three numbers."""


@pytest.mark.slow
@settings(max_examples=max(12, MOST // 8))
@given(chance=st.randoms(use_true_random=False))
def test_two_workbooks_with_any_numbers_share_one_row(stores: Stores, chance: Random) -> None:
    """No number in force is another row's, nor the former number of another row, in any order.

    But for a row that tells of a still older number: without it nobody would know.
    """
    files: list[Submission] = []
    last: dict[str, str] = {}
    for minute in range(chance.choice((2, 3, 4))):
        workbook = chance.choice(("AAAAAAAA", "BBBBBBBB"))
        text = CITIZENS + chance.choice(tuple(FORMS.values()))
        sending = Sending(workbook=workbook, minute=minute * 10, parent=last.get(workbook, ""))
        files.append(submit(text, sending))
        last[workbook] = files[-1].sha256
    store = stores.first()
    sync(store, *files)
    in_force = rows(store, "borger").filter(pl.col("annuller").is_null())
    is_link = (pl.col("borger") == known_as(NEW)) & (pl.col("tidligere_cpr") == known_as(OLD))
    if (in_force["tidligere_cpr"] == known_as(NEW)).any():
        in_force = in_force.filter(~is_link.fill_null(value=False))
    numbers = in_force["borger"].to_list()
    former = in_force["tidligere_cpr"].drop_nulls().to_list()
    assert len({*numbers, *former}) == len(numbers) + len(former)
    other = stores.again(1)
    sync(other, *chance.sample(files, len(files)))
    assert state_hash(other) == state_hash(store)
    stores.close()


def test_who_knows_the_former_number_alone_is_told_of_the_newer(store: Store) -> None:
    """HIS-026: the old number in another workbook is the same citizen; the newer number stays.

    What else the row says counts, the file once more says nothing new, and with the number typed
    as it is told all is as it was.
    """
    send(store, CITIZENS + citizen("1", NEW, OLD))
    other = Sending(workbook="BBBBBBBB", minute=10)
    first = send(store, CITIZENS + citizen("1", OLD).replace("AB", "CD"), other)
    assert [code for code, _ in codes(first)].count("HIS-026") == 1
    assert citizens(store) == [known_as(NEW)]
    assert rows(store, "borger")["sagsbehandler"].to_list() == ["CD"]
    again = Sending(workbook="BBBBBBBB", minute=20, parent=first.sha256)
    second = send(store, CITIZENS + citizen("1", OLD).replace("AB", "CD"), again)
    assert codes(second) == []
    typed = Sending(workbook="BBBBBBBB", minute=30, parent=second.sha256)
    send(store, CITIZENS + citizen("1", NEW, OLD).replace("AB", "CD"), typed)
    assert citizens(store) == [known_as(NEW)]


def test_a_link_told_late_leaves_one_row_and_both_values(store: Store) -> None:
    """Two rows were in force before anybody said that they are one citizen: the newer number stays.

    The other row's value is told (HIS-011), and its workbook goes on with the row that stayed.
    """
    first = send(store, CITIZENS + citizen("1", NEW))
    other = send(
        store,
        CITIZENS + citizen("1", OLD).replace("AB", "CD"),
        Sending(workbook="BBBBBBBB", minute=10),
    )
    assert len(citizens(store)) == 2
    receipt = send(
        store, CITIZENS + citizen("1", NEW, OLD), Sending(minute=20, parent=first.sha256)
    )
    assert citizens(store) == [known_as(NEW)]
    assert "HIS-011" in [code for code, _ in codes(receipt)]
    assert [one.left.get("sagsbehandler") for one in receipt.replaced if one.left] == ["CD"]
    later = Sending(workbook="BBBBBBBB", minute=30, parent=other.sha256)
    send(store, CITIZENS + citizen("1", OLD).replace("AB", "EF"), later)
    assert citizens(store) == [known_as(NEW)]
    assert len(rows(store, "borger")) == 1


@pytest.mark.slow
def test_a_workbook_with_both_numbers_is_told_that_they_are_one_citizen(stores: Stores) -> None:
    """HIS-025: two rows were in force, another workbook tells that they are one citizen's.

    One row stays, with both values told. In the workbook that has both, both wait as it comes
    again, whatever they say, and it comes through once it has the citizen once.
    """
    both = CITIZENS + citizen("1", OLD).replace("AB", "CD") + citizen("2", NEW)
    first = submit(both)
    link = submit(CITIZENS + citizen("1", NEW, OLD), Sending(workbook="BBBBBBBB", minute=10))
    again = submit(both, Sending(minute=20, parent=first.sha256))
    typed = submit(both.replace("CD", "EF"), Sending(minute=30, parent=again.sha256))
    once = submit(
        CITIZENS + citizen("2", NEW, OLD).replace("AB", "EF"),
        Sending(minute=40, parent=typed.sha256),
    )
    store = stores.first()
    _, linked, *held, done = sync(store, first, link, again, typed, once)
    (left,) = [
        one.left["sagsbehandler"]
        for one in linked.receipt.replaced
        if one.left.get("sagsbehandler")
    ]
    assert left == "CD"
    for one in held:
        told = [found for found in one.receipt.findings if found["code"] == "HIS-025"]
        assert [found["cell"] for found in told] == ["B4", "B5"]
        assert {dict(found["details"])["regler"] for found in told} == {"BRG-034"}
        assert [waits.codes for waits in one.receipt.waiting] == [("HIS-025",)] * 2
    assert done.receipt.waiting == ()
    in_force = rows(store, "borger")
    assert in_force["borger"].to_list() == [known_as(NEW)]
    assert in_force["sagsbehandler"].to_list() == ["EF"]
    said = state_hash(store)
    for order in tuple(permutations((first, link, again, typed, once)))[::53]:
        other = stores.again(1)
        sync(other, *order)
        assert state_hash(other) == said
        other.close()


def test_two_rows_of_one_file_are_one_when_a_pulled_workbook_comes_back(store: Store) -> None:
    """The check lets no such file through (BRG-034); merged unchecked, both of its rows stay.

    A workbook shows the citizen once. As it comes back one row stays, and the receipt tells what
    the other says differently (HIS-011): nothing is gone unseen.
    """
    send(store, CITIZENS + citizen("1", OLD).replace("AB", "CD") + citizen("2", NEW, OLD))
    assert citizens(store) == [known_as(OLD), known_as(NEW)]
    issue = issue_workbook(store, "956", "PPPPPPPP", aar=2026, actor=ACTOR)
    assert issue is not None
    (row_id,) = issue.rows["borger"]["raekke_id"]
    assert issue.hidden == 1
    back = Sending(workbook="PPPPPPPP", minute=10, parent=issue.parent)
    receipt = send(store, CITIZENS + citizen(row_id, NEW, OLD), back)
    assert citizens(store) == [known_as(NEW)]
    assert rows(store, "borger")["sagsbehandler"].to_list() == ["AB"]
    assert "HIS-011" in [code for code, _ in codes(receipt)]
    assert "CD" in [one.left.get("sagsbehandler") for one in receipt.replaced]


NUMBERS = (OLD, NEW, OTHER, "6404801236")


def typed_rows(chance: Random, before: Sequence[Typed]) -> tuple[Typed, ...]:
    """Return the rows of Borgere as a caseworker may type them next, fit for the check.

    One number has one row, and no former number has a row of its own (ARB-002, BRG-034).
    """
    while True:
        rows = list(before)
        for _ in range(chance.choice((1, 2))):
            cpr, former = chance.choice(NUMBERS), chance.choice((None, None, *NUMBERS))
            place = chance.randrange(len(rows) + 1)
            known = rows[place] if place < len(rows) else None
            if known is None:
                rows.append((len(rows) + 1, cpr, former, chance.random()))
            elif chance.random() < 0.5:
                rows[place] = (known[0], cpr, known[1], known[3])
            else:
                rows[place] = (known[0], known[1], former, chance.random())
        own = [row[1] for row in rows]
        former_ones = {row[2] for row in rows} - {None}
        if len(set(own)) == len(own) and not former_ones & {*own}:
            return tuple(rows)


@pytest.mark.slow
@settings(max_examples=max(6, MOST // 16))
@given(seed=st.integers(0, 1 << 32))
def test_nobody_has_two_rows_and_nothing_is_lost_unseen(stores: Stores, seed: int) -> None:
    """Three workbooks with rows of four numbers that follow each other in any way.

    Numbers that lead to one newest have one row, but for links. What was in force is there still,
    or its sender changed it, or a notice or a conflict has it; what was typed is in force, or
    waits, or a notice or a conflict has it. Any order says the same.
    """
    chance, store = Random(seed), stores.first()
    files: list[Submission] = []
    books: dict[str, tuple[tuple[Typed, ...], str]] = {}
    for minute in range(chance.choice((3, 4, 5))):
        workbook = chance.choice(("AAAAAAAA", "BBBBBBBB", "CCCCCCCC"))
        known, parent = books.get(workbook, ((), ""))
        said = typed_rows(chance, known)
        text = [
            RowSpec(
                at,
                f"{workbook}-B-{number:04d}",
                {"cpr": cpr, "tidligere_cpr": former, "sagsbehandler": f"{mark}"},
            )
            for at, (number, cpr, former, mark) in enumerate(said, start=4)
        ]
        sending = Sending(workbook=workbook, minute=minute * 10, parent=parent, salt=str(minute))
        files.append(build({"borger": text}, sending))
        before = marks(store)
        receipt = sync(store, files[-1])[0].receipt
        with store.read() as connection:
            state = read_state(connection, "956")
        beside = {str(one) for key in state.notices.values() for n in key for one in n.left}
        for conflict in state.conflicts.values():
            beside |= {str(one) for claim in conflict.claims for one in claim.values}
        after, own = marks(store), {str(row[3]) for row in known}
        assert before <= after | beside | own
        if not receipt.waiting and not receipt.held:
            assert {str(row[3]) for row in said} - own <= after | beside
        assert several(state.rows["borger"]) == []
        books[workbook] = said, files[-1].sha256
    other = stores.again(1)
    sync(other, *chance.sample(files, len(files)))
    assert state_hash(other) == state_hash(store)
    stores.close()


def marks(store: Store) -> set[str]:
    """Return the initials in force, by which these tests tell who typed a row."""
    return set(rows(store, "borger")["sagsbehandler"])


def several(citizens: pl.DataFrame) -> list[str]:
    """Return the newest numbers of the citizens with more than one row that is no link."""
    found = citizens.select("borger", "tidligere_cpr").rows()
    former = {old for _, old in found}
    twice: list[str] = []
    for newest in {number for number, _ in found} - former:
        group, grew = {newest}, True
        while grew:
            more = {n for pair in found if group & {*pair} for n in pair if n is not None}
            grew, group = not more <= group, group | more
        own = [pair for pair in found if pair[0] in group]
        links = [pair for pair in own if pair[0] in former and pair[1] is not None]
        is_plain = len({number for number, _ in own} - former) == 1
        if is_plain and len(own) - len(links) > 1:
            twice.append(newest)
    return twice
