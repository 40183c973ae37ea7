"""A decision can be corrected by who was told of it, and stands against who was not (ADR 0005)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.ledger.conflict_decision import conflicts, resolve_conflict
from fpsheet_sync.ledger.issued_workbook import issue_workbook
from fpsheet_sync.merge.stamp import ToldDecision
from fpsheet_sync.merge.submission import Choice
from fpsheet_sync.merge.three_way import CHOSEN, record_sources
from tests.support.schema import SCHEMA
from tests.support.submissions import RowSpec, Sending, build, rows, send, sync

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.receipt import Receipt

BOSS = Actor("kontorchefen", datetime(2026, 3, 2, 9, tzinfo=UTC))
BASE = """
# borger
| id | cpr        | pensionist_foer_reform | sagsbehandler |
| 1  | 6101801234 | nej                    | AB            |
| 2  | 6202801235 | nej                    | AB            |
# forloeb
| id | cpr        | forloeb_type | start_dato | slut_dato  | timer_pr_uge |
| 1  | 6101801234 | revurdering  | 2026-01-05 |            | 11           |
| 2  | 6202801235 | revalidering | 2026-01-12 |            | 20           |
"""
THEIRS = BASE.replace("| 11 ", "| 12 ").replace(
    "2026-01-12 |            |", "2026-01-12 | 2026-02-01 |"
)


def says(hours: str) -> str:
    """Return the other copy with some hours."""
    return BASE.replace("| 11 ", f"| {hours} ")


def decide(store: Store, hours: float = 12) -> Receipt:
    """Let two copies say 12 and 10, decide, and send the second again: it is told."""
    send(store, BASE)
    send(store, THEIRS, Sending(minute=5))
    mine = send(store, says("10"), Sending(minute=9))
    (shown,) = mine.conflicts
    resolve_conflict(store, shown.id, {"timer_pr_uge": hours}, actor=BOSS, reason="ringet op")
    return send(store, says("10"), Sending(minute=70, parent=mine.sha256, salt="igen"))


def told(receipt: Receipt) -> tuple[ToldDecision, ...]:
    """Return what the stamp says once the receipt was put into the workbook."""
    return tuple(ToldDecision(one.conflict_id, one.decision) for one in receipt.settled)


def take(store: Store, hours: float, *, minute: int, shown: int = 12) -> Receipt:
    """Send a workbook pulled now, with other hours of the first citizen."""
    day = datetime(2026, 3, 3, tzinfo=UTC)
    workbook = f"EEEEEE{minute:02d}"
    actor = Actor("departementet", day)
    issue = issue_workbook(store, "956", workbook, aar=2027, actor=actor)
    assert issue is not None
    specs = {
        name: [RowSpec(n, row.pop("raekke_id"), row) for n, row in enumerate(frame.to_dicts(), 4)]
        for name, frame in issue.rows.items()
    }
    row = specs["forloeb"][0]
    assert row.values["timer_pr_uge"] == shown
    specs["forloeb"][0] = RowSpec(row.row, row.row_id, {**row.values, "timer_pr_uge": hours})
    return sync(store, build(specs, Sending("956", workbook, issue.parent, minute)))[0].receipt


@pytest.mark.parametrize("hours", ["10", "11", "15", "20"])
def test_who_was_told_corrects(store: Store, hours: str) -> None:
    """The receipt wrote 12; whatever is typed over it counts, the own earlier value too."""
    receipt = decide(store)
    sending = Sending(minute=80, parent=receipt.sha256, told=told(receipt))
    corrected = send(store, says(hours), sending)
    assert corrected.conflicts == ()
    assert corrected.settled == ()
    assert rows(store)["timer_pr_uge"].to_list() == [float(hours), 20]
    assert conflicts(store) == []


def test_who_was_told_and_types_nothing_changes_nothing(store: Store) -> None:
    """The workbook with 12 in it comes back: 12 stays, as a decision."""
    receipt = decide(store)
    sending = Sending(minute=80, parent=receipt.sha256, told=told(receipt))
    assert send(store, says("12"), sending).conflicts == ()
    assert rows(store)["timer_pr_uge"].to_list() == [12, 20]


def test_who_was_not_told_says_nothing_new(store: Store) -> None:
    """The same 10 from a workbook that took no receipt: the decision stands and is told again."""
    receipt = decide(store)
    again = send(store, says("10"), Sending(minute=80, parent=receipt.sha256))
    assert again.conflicts == ()
    assert [dict(one.values) for one in again.settled] == [{"timer_pr_uge": 12}]
    assert rows(store)["timer_pr_uge"].to_list() == [12, 20]


def test_the_decision_is_in_force_while_somebody_contradicts_it_unknowing(store: Store) -> None:
    """15 from who was not told makes a conflict with the decision, which counts meanwhile."""
    receipt = decide(store)
    other = send(store, says("15"), Sending(minute=80, parent=receipt.sha256))
    (shown,) = other.conflicts
    assert dict(shown.agreed) == {"timer_pr_uge": 12}
    assert [claim.values["timer_pr_uge"] for claim in shown.claims] == [12, 15]
    assert rows(store)["timer_pr_uge"].to_list() == [12, 20]


def test_what_was_told_stays_told_through_a_blocked_case(store: Store) -> None:
    """The corrected row waits for a fault elsewhere; mended, it is still a correction."""
    receipt = decide(store)
    blocked = says("10").replace("timer_pr_uge |", "timer_pr_uge | blocked |")
    blocked = blocked.replace("| 10           |", "| 10 | x |").replace(
        "| 20           |", "| 20 | |"
    )
    waits = send(store, blocked, Sending(minute=80, parent=receipt.sha256, told=told(receipt)))
    assert len(waits.waiting) == 1
    assert rows(store)["timer_pr_uge"].to_list() == [12, 20]
    send(store, says("10"), Sending(minute=90, parent=waits.sha256))
    assert rows(store)["timer_pr_uge"].to_list() == [10, 20]


def test_two_files_with_one_stamp_are_told_once(store: Store) -> None:
    """Corrected to 10, sent without a tool, set back to 12: the last one counts."""
    receipt = decide(store)
    stamped = Sending(parent=receipt.sha256, told=told(receipt))
    send(store, says("10"), replace(stamped, minute=80))
    assert rows(store)["timer_pr_uge"].to_list() == [10, 20]
    extra = "| 3 | 6303801236 | revurdering | 2025-01-01 | | |"
    send(store, says("10") + extra, replace(stamped, minute=85))
    send(store, says("12") + extra, replace(stamped, minute=90))
    assert rows(store)["timer_pr_uge"].to_list()[:2] == [12, 20]


def test_who_was_told_corrects_with_a_slow_clock(store: Store) -> None:
    """The stamp names the decision, so the file comes after it whatever its clock says."""
    receipt = decide(store)
    corrected = Sending(minute=3, parent=receipt.sha256, told=told(receipt))
    assert send(store, says("10"), corrected).conflicts == ()
    assert rows(store)["timer_pr_uge"].to_list() == [10, 20]


def test_a_choice_of_the_kommune_can_be_corrected_too(store: Store) -> None:
    """Chosen in the list of conflicts, written into the cell, typed back: it counts."""
    send(store, BASE)
    send(store, THEIRS, Sending(minute=5))
    mine = send(store, says("10"), Sending(minute=9))
    (shown,) = mine.conflicts
    choice = Choice(shown.id, {"timer_pr_uge": 12.0}, seen=shown.seen, by="AB", reason="set efter")
    chosen = send(
        store, says("10"), Sending(minute=20, parent=mine.sha256, choices=(choice,), salt="valg")
    )
    assert rows(store)["timer_pr_uge"].to_list() == [12, 20]
    back = Sending(minute=30, parent=chosen.sha256, told=told(chosen))
    assert send(store, says("10"), back).conflicts == ()
    assert rows(store)["timer_pr_uge"].to_list() == [10, 20]


def test_a_pulled_workbook_knew_everything_before_it(store: Store) -> None:
    """Corrected in a pulled workbook by a slow clock: no conflict with what it was filled from."""
    decide(store)
    assert take(store, 10.0, minute=2).conflicts == ()
    assert rows(store)["timer_pr_uge"].to_list() == [10, 20]


def test_what_was_sent_since_the_receipt_is_what_was_told(store: Store) -> None:
    """10 was typed over the decision and sent, and 15 came elsewhere; 10 again says nothing."""
    receipt = decide(store)
    stamped = Sending(parent=receipt.sha256, told=told(receipt))
    send(store, says("10"), replace(stamped, minute=80))
    assert take(store, 15.0, minute=85, shown=10).conflicts == ()
    extra = "| 3 | 6303801236 | revurdering | 2025-01-01 | | |"
    assert send(store, says("10") + extra, replace(stamped, minute=90)).conflicts == ()
    assert rows(store)["timer_pr_uge"].to_list()[:2] == [15, 20]


OTHER_MARK = "| 3 | 6303801236 | revurdering | 2025-01-01 | | |"
LATE = {
    "unedited": ("11", "", (12, [])),
    "the value of one side from a third copy": ("10", "", (12, [])),
    "the value of one side again from its own copy": ("10", "mine", (12, [])),
    "the value of the other side, so that both agreed": ("12", "mine", (13, [])),
    "the decided value": ("13", "", (13, [])),
    "another value from a third copy": ("15", "", (12, [12, 15])),
    "another value from the copy of one side": ("15", "mine", (13, [13, 15])),
    "what one side took back": ("11", "mine", (13, [11, 13])),
}
"""What a file says → whose copy it is, and what is in force and in conflict afterwards."""


@pytest.mark.parametrize("case", LATE)
def test_a_file_saved_before_the_decision_comes_after_it(store: Store, case: str) -> None:
    """What was known when it was decided is decided; only another value stands against it."""
    said, parent, (decided, left) = LATE[case]
    send(store, BASE)
    send(store, THEIRS, Sending(minute=5))
    mine = send(store, says("10"), Sending(minute=9))
    (shown,) = mine.conflicts
    resolve_conflict(store, shown.id, {"timer_pr_uge": decided}, actor=BOSS, reason="ringet op")
    sending = Sending(minute=20, parent=mine.sha256 if parent else "")
    late = send(store, says(said) + OTHER_MARK, sending)
    assert rows(store)["timer_pr_uge"].to_list()[:2] == [decided, 20]
    assert [sides(late)] == [left] if left else late.conflicts == ()
    told = [one.values["timer_pr_uge"] for one in late.settled]
    assert told == ([] if left or float(said) == decided else [decided])
    assert [one.by for one in late.settled] == [BOSS.name] * len(told)


def test_copies_that_agreed_unseen_are_told_the_decision(store: Store) -> None:
    """The other copy had come to 10 too before 12 was decided, and nobody knew: 12 counts."""
    send(store, BASE)
    theirs = send(store, THEIRS, Sending(minute=5))
    mine = send(store, says("10"), Sending(minute=9))
    (shown,) = mine.conflicts
    resolve_conflict(store, shown.id, {"timer_pr_uge": 12}, actor=BOSS, reason="ringet op")
    late = send(store, says("10") + OTHER_MARK, Sending(minute=20, parent=theirs.sha256))
    assert [dict(one.values) for one in late.settled] == [{"timer_pr_uge": 12}]
    assert rows(store)["timer_pr_uge"].to_list()[:2] == [12, 20]
    assert conflicts(store) == []


def choose(store: Store) -> Receipt:
    """Let one copy choose 12 in its list of conflicts, and send a third with 11: it is told."""
    send(store, BASE)
    send(store, THEIRS, Sending(minute=5))
    mine = send(store, says("10"), Sending(minute=9))
    (shown,) = mine.conflicts
    choice = Choice(shown.id, {"timer_pr_uge": 12.0}, seen=shown.seen, by="AB", reason="set efter")
    chosen = Sending(minute=20, parent=mine.sha256, choices=(choice,), salt="valg")
    send(store, says("10"), chosen)
    return send(store, BASE.replace("| 20 ", "| 21 "), Sending(minute=30))


def test_who_was_told_of_anothers_choice_corrects_it(store: Store) -> None:
    """The receipt wrote what the other copy chose; what is typed over it is no contradiction."""
    receipt = choose(store)
    assert [dict(one.values) for one in receipt.settled] == [{"timer_pr_uge": 12}]
    third = says("15").replace("| 20 ", "| 21 ")
    sending = Sending(minute=40, parent=receipt.sha256, told=told(receipt))
    assert send(store, third, sending).conflicts == ()
    assert rows(store)["timer_pr_uge"].to_list() == [15, 21]


def test_what_two_knew_is_traced_to_the_decision(store: Store) -> None:
    """Two who were told correct a decision differently: it counts, and is said to be one."""
    receipt = decide(store)
    decision = max(commit for commit, _ in sources(store, 12.0))
    take(store, 15.0, minute=75)
    corrected = Sending(minute=80, parent=receipt.sha256, told=told(receipt))
    assert len(send(store, says("10"), corrected).conflicts) == 1
    assert sources(store, 12.0) == [(decision, CHOSEN)]


def sources(store: Store, hours: float) -> list[tuple[int, int]]:
    """Return where the hours of the first citizen came from; they must be as many as said."""
    record = rows(store).to_dicts()[0]
    assert record["timer_pr_uge"] == hours
    commit, row = record_sources(SCHEMA.layouts["forloeb"], record)["timer_pr_uge"]
    return [(commit, row)]


def quarrel(store: Store) -> Receipt:
    """Let two copies of 11 say 12 and 10, each beside something else; return the second receipt."""
    send(store, BASE)
    send(store, THEIRS, Sending(minute=5))
    return send(store, says("10").replace("| 20 ", "| 22 "), Sending(minute=9))


def sides(receipt: Receipt) -> list[float]:
    """Return what the sides of the only conflict say."""
    (shown,) = receipt.conflicts
    return sorted(float(str(claim.values["timer_pr_uge"])) for claim in shown.claims)


def test_a_side_that_takes_back_what_it_said_says_so(store: Store) -> None:
    """10 becomes 11 again, which is in force meanwhile: the sides are 11 and 12."""
    mine = quarrel(store)
    back = says("11").replace("| 20 ", "| 22 ")
    assert sides(send(store, back, Sending(minute=20, parent=mine.sha256))) == [11, 12]
    assert rows(store)["timer_pr_uge"].to_list() == [11, 22]


def test_a_third_side_does_not_come_into_force(store: Store) -> None:
    """A copy of 11 that says 13 to an open conflict is a side of it; 11 counts."""
    quarrel(store)
    assert sides(send(store, says("13"), Sending(minute=30))) == [10, 12, 13]
    assert rows(store)["timer_pr_uge"].to_list() == [11, 22]


def test_what_two_copies_both_say_is_no_conflict(store: Store) -> None:
    """Both type 12 and differ in the end of the same row: a new value beside one that is known."""
    send(store, BASE)
    send(store, says("12"), Sending(minute=5))
    theirs = says("12").replace("2026-01-05 |            |", "2026-01-05 | 2026-02-01 |")
    extra = "| 3 | 6303801236 | revurdering | 2025-01-01 | | |"
    mark = send(store, says("11") + extra, Sending(minute=7))
    receipt = send(store, theirs + extra, Sending(minute=9, parent=mark.sha256))
    assert receipt.conflicts == ()
    assert rows(store)["timer_pr_uge"].to_list()[:2] == [12, 20]
    assert rows(store)["slut_dato"].to_list()[0] == date(2026, 2, 1)


def test_what_a_kommune_left_undecided_when_it_ended_can_be_decided(store: Store) -> None:
    """958 was no more from 2018: its conflict waits, 959 has none of it, and the departement rules.

    What is in force of 959, which goes on with the citizen, stays as it was.
    """
    before, theirs = (text.replace("2026-", "2016-") for text in (BASE, THEIRS))
    send(store, before, Sending(kommune="958", aar=2017))
    send(store, theirs, Sending(kommune="958", aar=2017, minute=5))
    third = Sending(kommune="958", aar=2017, minute=9)
    assert len(send(store, before.replace("| 11 ", "| 10 "), third).conflicts) == 1
    heir = send(
        store,
        before.replace("| 11 ", "| 7 "),
        Sending(kommune="959", workbook="NNNNNNNN", aar=2018, minute=20),
    )
    assert heir.conflicts == ()
    (shown,) = conflicts(store)
    assert shown.kommune_kode == "958"
    assert rows(store, kommune="958")["timer_pr_uge"].to_list() == [11.0, 20.0]
    number = shown.conflict.id
    resolve_conflict(store, number, {"timer_pr_uge": 12.0}, actor=BOSS, reason="arkivet")
    assert conflicts(store) == []
    assert rows(store, kommune="958")["timer_pr_uge"].to_list() == [12.0, 20.0]
    assert rows(store, kommune="959")["timer_pr_uge"].to_list() == [7.0, 20.0]
