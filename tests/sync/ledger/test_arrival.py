"""A receipt tells what a file changed on the day it came, in whatever order the files came."""

from __future__ import annotations

from itertools import permutations
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.support.submissions import Sending, rows, submit, sync

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.receipt import Receipt
    from fpsheet_sync.merge.submission import Submission
    from tests.support.stores import Stores

CITIZENS = ("6101801234", "6202801235", "6303801236")
WORKBOOKS = ("K7Q2M9XA", "P3W8T5NB", "R6V4H2KC")
SHEETS = ("borger", "forloeb")


def tables(citizens: Sequence[str], spells: Sequence[str], initials: str = "AB") -> str:
    """Return rows of Borgere and Forløb, one for each citizen named."""
    known = "".join(
        f"| {number} | {cpr} | nej | {initials} |\n" for number, cpr in enumerate(citizens, start=1)
    )
    begun = "".join(
        f"| {number} | {cpr} | revurdering | 2026-01-05 |\n"
        for number, cpr in enumerate(spells, start=1)
    )
    return (
        f"# borger\n| id | cpr | pensionist_foer_reform | sagsbehandler |\n{known}"
        f"# forloeb\n| id | cpr | forloeb_type | start_dato |\n{begun}"
    )


def told(receipt: Receipt) -> dict[str, tuple[int, int, int]]:
    """Return the new, changed and unchanged rows that a receipt tells, by sheet."""
    found = receipt.sheets
    return {name: (found[name].new, found[name].changed, found[name].unchanged) for name in SHEETS}


def likened(receipt: Receipt) -> list[tuple[str, int]]:
    """Return the rows that a receipt says are like a line known before."""
    return [(one["sheet"], one["row"]) for one in receipt.findings if one["code"] == "HIS-008"]


@pytest.mark.parametrize("minutes", [(0, 1), (1, 0), (0, 0)])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_workbooks_of_the_same_rows(
    store: Store, order: tuple[int, int], minutes: tuple[int, int]
) -> None:
    """The citizens of the second to come are known, and its spell is one more, like the first."""
    said = tables(CITIZENS, CITIZENS[:1])
    files = [
        submit(said, Sending(workbook=name, minute=minute))
        for name, minute in zip(WORKBOOKS, minutes, strict=False)
    ]
    first, second = (sync(store, files[place])[0].receipt for place in order)
    assert told(first) == {"borger": (3, 0, 0), "forloeb": (1, 0, 0)}
    assert told(second) == {"borger": (0, 0, 3), "forloeb": (1, 0, 0)}
    assert (likened(first), likened(second)) == ([], [("forloeb", 4)])
    assert [rows(store, name).height for name in SHEETS] == [3, 2]


def test_an_old_version_that_comes_late_brings_nothing_new(store: Store) -> None:
    """Its rows came with the newer one; what it says differently changes nothing."""
    older = submit(tables(CITIZENS[:2], CITIZENS[:2], "CD"), Sending(minute=0))
    newer = submit(tables(CITIZENS, CITIZENS), Sending(minute=1, parent=older.sha256))
    sync(store, newer)
    late = sync(store, older)[0].receipt
    assert told(late) == {"borger": (0, 0, 2), "forloeb": (0, 0, 2)}
    assert likened(late) == []


def drawn(chance: Random) -> list[Submission]:
    """Return three workbooks with some citizens each, saved at any time."""

    def some() -> list[str]:
        return [cpr for cpr in CITIZENS if chance.random() < 0.6]

    return [
        submit(
            tables(some(), some()),
            Sending(workbook=name, minute=chance.randrange(3), salt=str(chance.random())),
        )
        for name in WORKBOOKS
    ]


@pytest.mark.parametrize("seed", range(2))
def test_new_rows_are_those_that_came_into_force(stores: Stores, seed: int) -> None:
    """Who counts what is in force before and after each file counts what the receipts tell."""
    files = drawn(Random(seed))
    for order in permutations(files):
        store = stores.first()
        before = dict.fromkeys(SHEETS, 0)
        for file in order:
            receipt = sync(store, file)[0].receipt
            now = {name: rows(store, name).height for name in SHEETS}
            assert {name: receipt.sheets[name].new for name in SHEETS} == {
                name: now[name] - before[name] for name in SHEETS
            }
            for name in SHEETS:
                numbers = receipt.sheets[name]
                said = file.sheets[name].frame.height
                assert numbers.new + numbers.changed + numbers.unchanged == said
            before = now
