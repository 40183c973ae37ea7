"""A file that is released stays released, and has a receipt that says what was merged."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.ledger.citizen_history import commit_of_receipt
from fpsheet_sync.ledger.conflict_decision import release_file
from fpsheet_sync.ledger.sync_submissions import known_receipts
from fpsheet_sync.merge.commit import Status
from tests.support.submissions import START, Sending, rows, send

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.receipt import Receipt

HEAD = "# forloeb\n| id | cpr | forloeb_type | start_dato | timer_pr_uge |\n"


def spells(count: int, hours: int = 5, first: int = 1) -> str:
    """Return a file with so many rows."""
    return HEAD + "".join(
        f"| {n} | 61{n:04d}1234 | revurdering | 2026-01-05 | {hours} |\n"
        for n in range(first, count + 1)
    )


def release(store: Store, number: int, minute: int) -> None:
    """Let a file through."""
    boss = Actor("kontorchefen", START + timedelta(minutes=minute))
    release_file(store, number, actor=boss, reason="aftalt")


def receipt_of(store: Store, first: Receipt) -> Receipt:
    """Return the receipt that the store has of a file now."""
    return known_receipts(store, [first.sha256])[first.sha256]


def test_later_files_are_not_held_for_the_same_rows(store: Store) -> None:
    """26 of 150 rows are gone: held, released, and the next months merge; more lost is held."""
    send(store, spells(150))
    held = send(store, spells(124), Sending(minute=10))
    assert held.held == (26, 150)
    release(store, held.commit, 15)
    for month, hours in enumerate((6, 7), start=2):
        receipt = send(store, spells(124, hours), Sending(minute=10 * month))
        assert (receipt.held, receipt.missing) == (None, ())
        assert rows(store)["timer_pr_uge"].to_list().count(hours) == 124
    again = send(store, spells(100, 7), Sending(minute=50))
    assert again.held == (24, 124)
    back = send(store, spells(150, 7), Sending(minute=60))
    assert (back.held, back.missing) == (None, ())
    assert send(store, spells(124, 7), Sending(minute=70)).held == (26, 150)


def test_a_release_writes_a_receipt(store: Store) -> None:
    """It has a number of its own and says what was merged; the first one said nothing was."""
    send(store, spells(150))
    held = send(store, spells(124, 6), Sending(minute=10))
    assert (held.status, held.sheets["forloeb"].changed) == (Status.HELD, 0)
    release(store, held.commit, 15)
    later = receipt_of(store, held)
    assert (later.status, later.held) == (Status.MERGED, None)
    assert later.sheets["forloeb"].changed == 124
    assert len(later.missing) == 26
    assert (later.number, later.sha256) == ("956-2026-000003", held.sha256)
    assert "HIS-002" not in [found["code"] for found in later.findings]
    with store.read() as connection:
        assert commit_of_receipt(connection, later.number) == 3


def test_files_that_were_held_for_the_same_rows_are_through_as_well(store: Store) -> None:
    """Two months waited; the first is released, and both have receipts under names of their own."""
    send(store, spells(150))
    first = send(store, spells(124, 6), Sending(minute=10))
    second = send(store, spells(124, 7), Sending(minute=20, parent=first.sha256))
    assert second.held is not None
    release(store, first.commit, 25)
    assert rows(store)["timer_pr_uge"].to_list().count(7) == 124
    assert [receipt_of(store, one).number for one in (first, second)] == [
        "956-2026-000004",
        "956-2026-000004b",
    ]
    assert receipt_of(store, second).sheets["forloeb"].changed == 124


def test_every_night_of_a_month_that_was_held_has_its_receipt(store: Store) -> None:
    """Thirty files waited for one release; letters go on after z, and no two receipts are alike."""
    send(store, spells(12))
    held = [send(store, spells(9), Sending(minute=1))]
    for night in range(2, 31):
        sending = Sending(minute=night, parent=held[-1].sha256, salt=str(night))
        held.append(send(store, spells(9), sending))
    assert all(one.held for one in held)
    release(store, held[0].commit, 40)
    later = [receipt_of(store, one) for one in held]
    assert [one.held for one in later] == [None] * 30
    assert [one.number.removeprefix("956-2026-000032") for one in later] == [
        "",
        *"bcdefghijklmnopqrstuvwxyz",
        *("aa", "ab", "ac", "ad"),
    ]
    with store.read() as connection:
        assert {commit_of_receipt(connection, one.number) for one in later} == {32}


def test_two_copies_of_a_held_file_are_two_copies(store: Store) -> None:
    """What the held file said is in both and tells nothing: one released does not free the other.

    Each copy marks a row of its own; the second one is no later edition of the first.
    """
    send(store, spells(150))
    held = send(store, spells(124, 6), Sending(minute=10))
    one = spells(124, 6).replace("6100011234 | revurdering | 2026-01-05 | 6", CHANGED)
    other = spells(124, 6).replace("6100021234 | revurdering | 2026-01-05 | 6", CHANGED_TOO)
    first = send(store, one, Sending(minute=20, parent=held.sha256))
    second = send(store, other, Sending(minute=30, parent=held.sha256))
    assert None not in {first.held, second.held}
    release(store, first.commit, 35)
    assert receipt_of(store, second).held is not None
    assert rows(store)["timer_pr_uge"].to_list().count(8) == 0


CHANGED = "6100011234 | revurdering | 2026-01-05 | 7"
CHANGED_TOO = "6100021234 | revurdering | 2026-01-05 | 8"
