"""What a file was edited from, and what happens where two copies go their own way.

HIS-009, HIS-011, HIS-019.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.ledger.conflict_decision import conflicts, release_file, resolve_conflict
from fpsheet_sync.ledger.issued_workbook import issue_workbook
from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_sync.merge.submission import Choice
from fpsheet_templates.errors import StoreError
from tests.support.submissions import Sending, codes, rows, send, submit, sync
from tests.support.waiting import notices

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.merge.submission import Submission
    from tests.support.stores import Stores

BOSS = Actor("kontorchefen", datetime(2026, 3, 9, tzinfo=UTC))
BASE = """
# forloeb
| id | cpr        | forloeb_type | start_dato | slut_dato  | timer_pr_uge | resultat |
| 1  | 6101801234 | revurdering  | 2026-01-05 |            | 10           |          |
| 2  | 6202801235 | revalidering | 2026-01-12 |            | 20           |          |
"""
CITIZENS = """
# borger
| id              | cpr        | pensionist_foer_reform | sagsbehandler |
| K7Q2M9XA-B-0001 | 6101801234 | nej                    | AB            |
| K7Q2M9XA-B-0002 | 6202801235 | nej                    | AB            |
"""
ENDED = BASE.replace("2026-01-12 |            |", "2026-01-12 | 2026-02-01 |")
FIRST_TIMER, SECOND_TIMER = BASE.replace("| 10 ", "| 11 "), BASE.replace("| 10 ", "| 12 ")


def timer(store: Store) -> list[float]:
    """Return the hours in force of the two rows."""
    return rows(store)["timer_pr_uge"].to_list()


def _without(file: Submission, field: str) -> Submission:
    """Return a file in which a sheet lacks the column of a blank field."""
    sheet = file.sheets["forloeb"]
    columns = {name: at for name, at in sheet.columns.items() if name != field}
    return replace(file, sheets={**file.sheets, "forloeb": replace(sheet, columns=columns)})


def test_a_column_of_the_other_country_that_is_gone_is_blank(store: Store) -> None:
    """An upgrade leaves it out where it is blank, so what was taken out of it is not kept."""
    written = BASE.replace("| resultat |", "| indstilling |").replace(
        "|          |", "| fleksjob |"
    )
    blanked = written.replace("| fleksjob |", "|          |")
    without = _without(submit(blanked, Sending(minute=1)), "indstilling")
    sync(store, submit(written, Sending(minute=0)), without)
    assert rows(store)["indstilling"].to_list() == [None, None]


def test_a_copy_without_the_column_does_not_blank_what_another_wrote(store: Store) -> None:
    """Blank is what both copies began with: the copy that lacks the column changed nothing."""
    blank = BASE.replace("| resultat |", "| indstilling |")
    written = blank.replace("|          |", "| fleksjob |")
    first = submit(blank, Sending(minute=0))
    one = submit(written, Sending(minute=1, parent=first.sha256))
    other = _without(submit(blank, Sending(minute=2, parent=first.sha256)), "indstilling")
    sync(store, first, one, other)
    assert rows(store)["indstilling"].to_list() == ["fleksjob", "fleksjob"]


def test_a_column_of_the_other_country_can_be_emptied(store: Store) -> None:
    """Where the column is there, a blank in it is what the file says."""
    written = BASE.replace("| resultat |", "| indstilling |").replace(
        "|          |", "| fleksjob |"
    )
    blanked = written.replace("| fleksjob |", "|          |")
    sync(store, submit(written, Sending(minute=0)), submit(blanked, Sending(minute=1)))
    assert rows(store)["indstilling"].to_list() == [None, None]


def test_edited_and_sent_again_and_again(store: Store) -> None:
    """Without any tool in the kommune the stamp never changes, and there is no conflict."""
    for minute, hours in enumerate(["10", "11", "12", "10", "13"]):
        edition = BASE.replace("| 10 ", f"| {hours} ").rstrip()
        for n in range(minute):
            edition += f"\n| {n + 3} | 6303801236 | revurdering | 2025-0{n + 1}-01 | | | |"
        receipt = send(store, edition, Sending(minute=minute * 10))
        assert receipt.conflicts == ()
    assert timer(store)[:2] == [13, 20]
    assert conflicts(store) == []


def test_copies_that_changed_different_fields_merge(store: Store) -> None:
    """Two diverging copies that changed different rows both count."""
    send(store, BASE)
    send(store, ENDED, Sending(minute=5))
    receipt = send(store, FIRST_TIMER, Sending(minute=9))
    assert receipt.conflicts == ()
    assert timer(store) == [11, 20]
    assert rows(store)["slut_dato"].null_count() == 1


def test_copies_that_changed_one_field_differently_conflict(store: Store) -> None:
    """Both values are kept, the last agreed one counts, both sides are told (HIS-009)."""
    send(store, BASE)
    one = submit(
        FIRST_TIMER.replace("2026-01-12 |            |", "2026-01-12 | 2026-02-01 |"),
        Sending(minute=5),
    )
    other = submit(SECOND_TIMER, Sending(minute=9))
    sync(store, one)
    receipt = sync(store, other)[0].receipt
    assert codes(receipt) == [("HIS-009", "G4")]
    assert timer(store) == [10, 20]
    (shown,) = receipt.conflicts
    assert (shown.sheet, shown.group, dict(shown.agreed)) == (
        "forloeb",
        "timer_pr_uge",
        {"timer_pr_uge": 10},
    )
    assert {(c.sha256, c.values["timer_pr_uge"]) for c in shown.claims} == {
        (one.sha256, 11),
        (other.sha256, 12),
    }
    assert [entry.conflict for entry in conflicts(store, "956")] == [shown]


def test_a_conflict_ends_when_both_sides_agree(store: Store) -> None:
    """A side that changes its value to the other's ends the conflict."""
    send(store, BASE)
    mine = FIRST_TIMER.replace("2026-01-12 |            |", "2026-01-12 | 2026-02-01 |")
    send(store, mine, Sending(minute=5))
    other = submit(SECOND_TIMER, Sending(minute=9))
    sync(store, other)
    receipt = send(store, FIRST_TIMER, Sending(minute=12, parent=other.sha256))
    assert receipt.conflicts == ()
    assert conflicts(store) == []
    assert timer(store) == [11, 20]


def diverged(store: Store) -> str:
    """Bring about a conflict and return its identifier."""
    send(store, BASE)
    mine = FIRST_TIMER.replace("2026-01-12 |            |", "2026-01-12 | 2026-02-01 |")
    send(store, mine, Sending(minute=5))
    return send(store, SECOND_TIMER, Sending(minute=9)).conflicts[0].id


def test_the_departement_resolves(store: Store) -> None:
    """A named person decides, by reason; the value counts and later files do not reopen it."""
    number = diverged(store)
    resolve_conflict(store, number, {"timer_pr_uge": 11.5}, actor=BOSS, reason="ringet op")
    assert timer(store) == [11.5, 20]
    assert conflicts(store) == []
    receipt = send(
        store,
        SECOND_TIMER + "| 3 | 6303801236 | revurdering | 2025-01-01 | | | |",
        Sending(minute=20000),
    )
    assert receipt.conflicts == ()
    assert timer(store)[0] == 11.5


def test_the_kommune_resolves_in_its_workbook(store: Store) -> None:
    """A choice in the returned workbook closes the conflict it saw, and no other."""
    number = diverged(store)
    seen = conflicts(store)[0].conflict.seen
    stale = Choice(number, {"timer_pr_uge": 40.0}, seen="00000000", by="AB", reason="gammel")
    send(store, SECOND_TIMER, Sending(minute=19, choices=(stale,)))
    assert len(conflicts(store)) == 1
    choice = Choice(number, {"timer_pr_uge": 12.0}, seen=seen, by="AB", reason="set efter")
    send(store, SECOND_TIMER, Sending(minute=20, choices=(choice,)))
    assert conflicts(store) == []
    assert timer(store) == [12, 20]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "kan ikke have den værdi"),
        ({"timer_pr_uge": "mange"}, "kan ikke have den værdi"),
    ],
)
def test_impossible_decisions_are_refused(store: Store, values: dict[str, str], says: str) -> None:
    """A value that the field cannot hold, and a decision without name or reason, change nothing."""
    number = diverged(store)
    with pytest.raises(StoreError, match=says):
        resolve_conflict(store, number, values, actor=BOSS, reason="prøve")
    with pytest.raises(StoreError, match="navn og en begrundelse"):
        resolve_conflict(store, number, {"timer_pr_uge": 1.0}, actor=BOSS, reason=" ")
    with pytest.raises(StoreError, match="ingen åben konflikt"):
        resolve_conflict(store, "0123456789", {"timer_pr_uge": 1.0}, actor=BOSS, reason="prøve")
    assert len(conflicts(store)) == 1


def test_where_descent_cannot_be_told_the_later_counts(store: Store) -> None:
    """One field changed, and changed again or otherwise: the later counts, both kept (HIS-011)."""
    send(store, BASE)
    send(store, FIRST_TIMER, Sending(minute=5))
    receipt = send(store, SECOND_TIMER, Sending(minute=9))
    assert codes(receipt) == [("HIS-011", "G4")]
    assert timer(store) == [12, 20]
    (notice,) = notices(store, "956")
    assert (dict(notice.kept), dict(notice.left)) == ({"timer_pr_uge": 12}, {"timer_pr_uge": 11})


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_copies_of_a_pulled_workbook_conflict_over_their_only_edit(
    store: Store, order: tuple[int, int]
) -> None:
    """Neither has anything but that field; what was pulled counts until somebody chooses."""
    send(store, CITIZENS + BASE)
    issue = issue_workbook(store, "956", "ZZZZZZZZ", aar=2026, actor=BOSS)
    assert issue is not None
    pulled = [
        text.replace("| 1  |", "| K7Q2M9XA-F-0001 |").replace("| 2  |", "| K7Q2M9XA-F-0002 |")
        for text in (FIRST_TIMER, SECOND_TIMER)
    ]
    files = [
        submit(CITIZENS + text, Sending("956", "ZZZZZZZZ", issue.parent, minute))
        for text, minute in zip(pulled, (20000, 20005), strict=True)
    ]
    receipt = sync(store, *(files[at] for at in order))[-1].receipt
    assert timer(store) == [10, 20]
    (shown,) = receipt.conflicts
    assert {claim.values["timer_pr_uge"] for claim in shown.claims} == {11, 12}
    assert not notices(store, "956")


def test_an_old_copy_sent_again_changes_nothing(store: Store) -> None:
    """The unedited original, saved again after an edited file was sent, takes nothing back."""
    send(store, BASE)
    send(store, ENDED, Sending(minute=5))
    receipt = send(store, BASE, Sending(minute=9))
    assert receipt.sheets["forloeb"].changed == 0
    assert rows(store)["slut_dato"].null_count() == 1


def test_a_stamp_is_believed(store: Store) -> None:
    """A file stamped with an earlier one takes its values back where it says so."""
    send(store, BASE)
    ended = submit(ENDED, Sending(minute=5))
    sync(store, ended)
    receipt = send(store, BASE, Sending(minute=9, parent=ended.sha256))
    assert receipt.sheets["forloeb"].changed == 1
    assert rows(store)["slut_dato"].null_count() == 2
    assert [code for code, _ in codes(receipt)] == ["HIS-012"]


def test_an_unknown_stamp_is_told(store: Store) -> None:
    """A stamp nobody knows is treated as none, and the kommune is told (HIS-019)."""
    receipt = send(store, BASE, Sending(parent="0" * 64))
    assert codes(receipt) == [("HIS-019", "")]
    assert receipt.sheets["forloeb"].new == 2


def test_a_child_before_its_parent(stores: Stores) -> None:
    """A file whose parent comes later ends up as if it had come in order."""
    first = submit(BASE)
    second = submit(ENDED, Sending(minute=5, parent=first.sha256))
    hashes = set()
    store = stores.new()
    sync(store, second, first)
    hashes.add(state_hash(store))
    stores.close()
    store = stores.new()
    sync(store, first, second)
    hashes.add(state_hash(store))
    assert len(hashes) == 1


def test_every_order_gives_the_same_state(stores: Stores) -> None:
    """Six orders of a base, two diverging copies: one state (I5)."""
    files = [submit(BASE), submit(FIRST_TIMER, Sending(minute=5)), submit(ENDED, Sending(minute=9))]
    hashes = set()
    for order in permutations(files):
        store = stores.new()
        sync(store, *order)
        hashes.add(state_hash(store))
        stores.close()
    assert len(hashes) == 1


def test_issue_without_edit_changes_nothing(store: Store) -> None:
    """A workbook filled from the database and sent back as it was changes nothing (I7)."""
    send(store, CITIZENS + BASE)
    issue = issue_workbook(store, "956", "ZZZZZZZZ", aar=2026, actor=BOSS)
    assert issue is not None
    before = rows(store)
    assert issue.rows["forloeb"]["cpr"].to_list() == ["6101801234", "6202801235"]
    text = BASE.replace("| 1  |", "| K7Q2M9XA-F-0001 |").replace("| 2  |", "| K7Q2M9XA-F-0002 |")
    text = CITIZENS + text
    sending = Sending(workbook="ZZZZZZZZ", parent=issue.parent, minute=20000)
    receipt = send(store, text, sending)
    assert receipt.sheets["forloeb"].unchanged == 2
    assert rows(store).equals(before)
    edited = send(
        store, text.replace("| 10 ", "| 11 "), Sending("956", "ZZZZZZZZ", issue.parent, 20005)
    )
    assert edited.sheets["forloeb"].changed == 1
    assert timer(store) == [11, 20]


def test_a_held_file_is_released_by_name(store: Store) -> None:
    """A named person lets a held file through; the rows it lacks stay in force."""
    send(store, BASE)
    short = "\n".join(line for line in FIRST_TIMER.splitlines() if not line.startswith("| 2 "))
    held = send(store, short, Sending(minute=5))
    assert held.held == (1, 2)
    with pytest.raises(StoreError, match="ikke tilbageholdt"):
        release_file(store, 1, actor=BOSS, reason="prøve")
    release_file(store, held.commit, actor=BOSS, reason="aftalt med kommunen")
    assert timer(store) == [11, 20]
