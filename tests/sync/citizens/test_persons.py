"""Citizens across kommuner: replaced numbers and transfers, in every order of arrival.

Each world is a few files of some kommuner. Whatever order they come in, the state, who is one
person and what each kommune is told (MEL-001 to MEL-011) must be the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.citizens.between import find_between
from fpsheet_sync.citizens.merged_person import read_persons
from fpsheet_sync.ledger.state_hash import state_hash
from tests.support.submissions import KEYS, Sending, submit, sync

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.merge.submission import Submission
    from tests.support.stores import Stores

A, B, C, D = "6101801234", "6202801235", "6303801236", "6404801237"
CITIZEN = "# borger\n| id | cpr | sagsbehandler | tidligere_cpr | annuller |\n"
FORLOEB = "# forloeb\n| id | cpr | forloeb_type | start_dato | slut_dato | annuller |\n"
MOVE = "# overdragelse\n| id | cpr | til_kommune | dato | annuller |\n"


def replaced(new: str, old: str = "", number: int = 1, annulled: str = "") -> str:
    """Return a row of a citizen with a former CPR number."""
    return f"| {number} | {new} | AB | {old} | {annulled} |\n"


@dataclass(frozen=True)
class World:
    """Files, and what must come of them.

    Attributes:
        files: (kommune, minute, tables) of each.
        persons: CPR numbers that are one person each; a number alone is left out.
        told: Kommune → codes that it is told, in order, each as often as it is told.
    """

    files: tuple[tuple[str, int, str], ...]
    persons: tuple[frozenset[str], ...] = ()
    told: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def submissions(self) -> list[Submission]:
        """Return the files."""
        return [
            submit(text, Sending(kommune=kommune, workbook=f"AAAAA{kommune}", minute=minute))
            for kommune, minute, text in self.files
        ]


WORLDS = {
    "a chain, told by one kommune": World(
        (
            ("956", 0, CITIZEN + replaced(A)),
            ("956", 5, CITIZEN + replaced(A) + replaced(B, A, 2)),
            ("956", 9, CITIZEN + replaced(A) + replaced(B, A, 2) + replaced(C, B, 3)),
        ),
        (frozenset({A, B, C}),),
        (("956", ("MEL-009", "MEL-009")),),
    ),
    "a chain, each link told by another kommune": World(
        (
            ("955", 0, CITIZEN + replaced(A)),
            ("956", 0, CITIZEN + replaced(B, A)),
            ("957", 0, CITIZEN + replaced(C, B)),
        ),
        (frozenset({A, B, C}),),
        (
            ("955", ("MEL-006",)),
            ("956", ("MEL-006", "MEL-009")),
            ("957", ("MEL-006", "MEL-009")),
        ),
    ),
    "two kommuner name one former number that none reports": World(
        (
            ("955", 0, CITIZEN + replaced(B, A)),
            ("956", 0, CITIZEN + replaced(C, A)),
        ),
        (frozenset({A, B, C}),),
        (("955", ("MEL-006", "MEL-009")), ("956", ("MEL-006", "MEL-009"))),
    ),
    "a former number that nobody knows": World(
        (("956", 0, CITIZEN + replaced(B, A)), ("955", 0, CITIZEN + replaced(C))),
        (frozenset({A, B}),),
        (("955", ()), ("956", ())),
    ),
    "the old and the new number work in two kommuner at once": World(
        (
            ("955", 0, FORLOEB + f"| 1 | {A} | revurdering | 2026-01-05 | | |"),
            (
                "956",
                0,
                CITIZEN + replaced(B, A) + FORLOEB + f"| 1 | {B} | revalidering | 2026-02-01 | | |",
            ),
        ),
        (frozenset({A, B}),),
        (("955", ("MEL-001",)), ("956", ("MEL-001", "MEL-009"))),
    ),
    "a wrong replacement, corrected": World(
        (
            ("955", 0, CITIZEN + replaced(A) + replaced(D, "", 2)),
            ("956", 0, CITIZEN + replaced(B, A)),
            ("956", 5, CITIZEN + replaced(B, D)),
        ),
        (frozenset({B, D}),),
        (("956", ("MEL-006", "MEL-009")),),
    ),
    "a wrong replacement, annulled": World(
        (
            ("955", 0, CITIZEN + replaced(A)),
            ("956", 0, CITIZEN + replaced(B, A)),
            ("956", 5, CITIZEN + replaced(B, A, 1, "dublet")),
        ),
        (),
        (("955", ()), ("956", ())),
    ),
    "a wrong replacement, emptied": World(
        (
            ("955", 0, CITIZEN + replaced(A)),
            ("956", 0, CITIZEN + replaced(B, A)),
            ("956", 5, CITIZEN + replaced(B)),
        ),
        (),
        (("955", ()), ("956", ())),
    ),
    "a circle": World(
        (
            ("955", 0, CITIZEN + replaced(A, B)),
            ("956", 0, CITIZEN + replaced(B, A)),
        ),
        (frozenset({A, B}),),
        (("955", ("MEL-006", "MEL-009")), ("956", ("MEL-006", "MEL-009"))),
    ),
    "itself": World((("955", 0, CITIZEN + replaced(A, A)),), (), (("955", ()),)),
    "handed over to a kommune that never delivers": World(
        (("956", 0, CITIZEN + replaced(A) + MOVE + f"| 1 | {A} | 957 | 2026-01-31 | |"),),
        (),
        (("956", ("MEL-005",)), ("957", ("MEL-010",))),
    ),
    "handed over under the old number, taken over under the new one": World(
        (
            ("956", 0, CITIZEN + replaced(A) + MOVE + f"| 1 | {A} | 957 | 2026-01-31 | |"),
            ("957", 0, CITIZEN + replaced(B, A)),
        ),
        (frozenset({A, B}),),
        (("956", ()), ("957", ("MEL-009", "MEL-012"))),
    ),
    "handed over and back, and at work again": World(
        (
            (
                "956",
                0,
                FORLOEB
                + f"| 1 | {A} | revurdering | 2025-01-05 | 2026-01-31 | |\n"
                + f"| 2 | {A} | revalidering | 2026-06-30 | | |\n"
                + MOVE
                + f"| 1 | {A} | 957 | 2026-01-31 | |",
            ),
            (
                "957",
                0,
                FORLOEB
                + f"| 1 | {A} | revurdering | 2026-01-31 | 2026-06-30 | |\n"
                + MOVE
                + f"| 1 | {A} | 956 | 2026-06-30 | |",
            ),
        ),
        (),
        (("956", ()), ("957", ())),
    ),
    "handed over, and still at work until the return": World(
        (
            (
                "956",
                0,
                FORLOEB
                + f"| 1 | {A} | revurdering | 2025-01-05 | 2026-07-31 | |\n"
                + MOVE
                + f"| 1 | {A} | 957 | 2026-01-31 | |",
            ),
            ("957", 0, CITIZEN + replaced(A) + MOVE + f"| 1 | {A} | 956 | 2026-06-30 | |"),
        ),
        (),
        (("956", ("MEL-004",)), ("957", ())),
    ),
    "a transfer annulled": World(
        (
            ("956", 0, CITIZEN + replaced(A) + MOVE + f"| 1 | {A} | 957 | 2026-01-31 | |"),
            ("956", 5, CITIZEN + replaced(A) + MOVE + f"| 1 | {A} | 957 | 2026-01-31 | dublet |"),
            ("957", 0, CITIZEN + replaced(B)),
        ),
        (),
        (("956", ()), ("957", ())),
    ),
    "taken over by a slip that was corrected": World(
        (
            ("957", 0, CITIZEN + replaced(A) + MOVE + f"| 1 | {A} | 956 | 2026-01-31 | |"),
            ("956", 0, CITIZEN + replaced(A) + replaced(D, "", 2)),
            ("956", 5, CITIZEN + replaced(B) + replaced(D, "", 2)),
        ),
        (),
        (("956", ("MEL-010",)), ("957", ("MEL-005",))),
    ),
    "a former number that another kommune had by a slip": World(
        (
            ("955", 0, CITIZEN + replaced(A) + replaced(D, "", 2)),
            ("955", 5, CITIZEN + replaced(C) + replaced(D, "", 2)),
            ("956", 0, CITIZEN + replaced(B, A)),
        ),
        (frozenset({A, B}),),
        (("955", ()), ("956", ())),
    ),
    "taken over and annulled": World(
        (
            ("957", 0, CITIZEN + replaced(A) + MOVE + f"| 1 | {A} | 956 | 2026-01-31 | |"),
            ("956", 0, CITIZEN + replaced(A, "", 1, "dublet")),
        ),
        (),
        (("956", ("MEL-010",)), ("957", ("MEL-005",))),
    ),
    "overlapping, and one side withdraws": World(
        (
            ("955", 0, FORLOEB + f"| 1 | {A} | revurdering | 2026-01-05 | | |"),
            ("956", 0, FORLOEB + f"| 1 | {A} | revurdering | 2026-02-01 | | |"),
            ("956", 5, FORLOEB + f"| 1 | {A} | revurdering | 2026-02-01 | | dublet |"),
        ),
        (),
        (("955", ()), ("956", ())),
    ),
    "a kommune that is no more leaves open work to its successor": World(
        (
            (
                "958",
                0,
                CITIZEN + replaced(A) + FORLOEB + f"| 1 | {A} | revurdering | 2017-01-05 | | |",
            ),
            (
                "959",
                0,
                CITIZEN + replaced(A) + FORLOEB + f"| 1 | {A} | revurdering | 2018-01-05 | | |",
            ),
        ),
        (),
        (("958", ()), ("959", ())),
    ),
    "nobody has taken over a citizen of a kommune that is no more": World(
        (
            ("958", 0, CITIZEN + replaced(A) + replaced(B, number=2)),
            ("959", 0, CITIZEN + replaced(A)),
            ("956", 0, CITIZEN + replaced(C)),
        ),
        (),
        (("958", ()), ("959", ("MEL-011",)), ("960", ("MEL-011",)), ("956", ())),
    ),
    "every citizen of a kommune that is no more is taken over, moved or gone": World(
        (
            (
                "958",
                0,
                CITIZEN
                + replaced(A)
                + replaced(B, number=2)
                + replaced(C, number=3)
                + MOVE
                + f"| 1 | {B} | 956 | 2017-06-01 | |\n"
                + "# afgoerelse\n| id | cpr | afgoerelse_dato | afgoerelse | bortfald_aarsag |\n"
                + f"| 1 | {C} | 2017-06-01 | bortfald | doedsfald |\n",
            ),
            ("960", 0, CITIZEN + replaced(A)),
        ),
        (),
        (("959", ()), ("960", ()), ("956", ("MEL-010",))),
    ),
    "a pension that lapsed and was granted again is still there when the kommune is no more": World(
        (
            (
                "958",
                0,
                CITIZEN
                + replaced(A)
                + "# afgoerelse\n| id | cpr | afgoerelse_dato | afgoerelse | bortfald_aarsag |\n"
                + f"| 1 | {A} | 2012-06-01 | bortfald | frakendt |\n"
                + f"| 2 | {A} | 2014-06-01 | tilkendelse | |\n",
            ),
            ("959", 0, CITIZEN + replaced(B)),
        ),
        (),
        (("959", ("MEL-011",)), ("960", ("MEL-011",))),
    ),
    "another kommune overlaps with one that is no more, while it was": World(
        (
            ("958", 0, FORLOEB + f"| 1 | {A} | revurdering | 2017-01-05 | | |"),
            ("956", 0, FORLOEB + f"| 1 | {A} | revurdering | 2017-06-01 | | |"),
        ),
        (),
        (("958", ("MEL-001",)), ("956", ("MEL-001",))),
    ),
}


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_the_order_of_arrival_does_not_matter(stores: Stores, world: World) -> None:
    """State, persons and findings are the same whatever comes first, and as expected."""
    hashes: set[str] = set()
    for order in permutations(world.submissions()):
        store = stores.first()
        sync(store, *order)
        hashes.add(state_hash(store))
        assert groups(store) == set(world.persons)
        for kommune, codes in world.told:
            assert told(store, kommune) == sorted(codes)
    assert len(hashes) == 1
    stores.close()


def groups(store: Store) -> set[frozenset[str]]:
    """Return the CPR numbers that are one person, where there are several."""
    number = dict(zip(KEYS.pseudonyms([A, B, C, D], kommune_kode="956"), (A, B, C, D), strict=True))
    with store.read() as connection:
        found = read_persons(connection).newest
    members: dict[str, set[str]] = {}
    for borger, person in found.items():
        members.setdefault(person, {number[person]}).add(number[borger])
    return {frozenset(group) for group in members.values()}


def told(store: Store, kommune: str) -> list[str]:
    """Return the codes of what a kommune is told."""
    with store.read() as connection:
        return sorted(found.code for found in find_between(connection, kommune).findings)


def test_a_person_counts_under_the_newest_number(stores: Stores) -> None:
    """A became B, B became C: whichever link comes first, all three count under C."""
    world = WORLDS["a chain, each link told by another kommune"]
    numbers = dict(zip((A, B, C), KEYS.pseudonyms([A, B, C], kommune_kode="956"), strict=True))
    for order in permutations(world.submissions()):
        store = stores.first()
        sync(store, *order)
        with store.read() as connection:
            newest = read_persons(connection).newest
        assert newest == {numbers[A]: numbers[C], numbers[B]: numbers[C]}
    stores.close()
