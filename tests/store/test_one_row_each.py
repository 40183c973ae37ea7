"""One citizen has one row in force in a kommune, in whatever order number and rows come."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.ledger.state_hash import state_hash
from tests.support.submissions import KEYS, Sending, codes, rows, send, submit, sync

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from tests.support.stores import Stores

OLD, NEW, OTHER = "6101801234", "6202801235", "6303801236"
CITIZENS = "# borger\n| id | cpr | pensionist_foer_reform | sagsbehandler | tidligere_cpr |\n"
SPELLS = "# forloeb\n| id | cpr | forloeb_type | start_dato | blocked |\n"


def citizen(number: str, cpr: str, former: str = "") -> str:
    """Give a row of Borgere."""
    return f"| {number} | {cpr} | nej | AB | {former} |\n"


def spell(cpr: str, *, blocked: bool = False) -> str:
    """Give a row of Forløb."""
    return f"| 1 | {cpr} | revurdering | 2026-01-05 | {'x' if blocked else ''} |\n"


def known_as(cpr: str) -> str:
    """Give the pseudonym of a number."""
    return KEYS.pseudonyms([cpr], kommune_kode="956")[0]


def citizens(store: Store) -> list[str]:
    """Give the pseudonyms on Borgere."""
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
