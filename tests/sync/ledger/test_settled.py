"""A settled conflict: both sides' values, who chose, when and why, for good.

Also two people who decide the same thing at once.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.ledger.citizen_history import history
from fpsheet_sync.ledger.conflict_decision import conflicts, release_file, resolve_conflict, settled
from fpsheet_sync.merge.submission import Choice
from fpsheet_templates.errors import StoreError
from tests.support.submissions import ACTOR, Sending, rows, send

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.receipt import Receipt

BOSS = Actor("kontorchefen", datetime(2026, 3, 9, tzinfo=UTC))
CPR = "6101801234"
BASE = """
# forloeb
| id | cpr        | forloeb_type | start_dato | slut_dato  | timer_pr_uge |
| 1  | 6101801234 | revurdering  | 2026-01-05 |            | 10           |
| 2  | 6202801235 | revalidering | 2026-01-12 |            | 20           |
"""
ELEVEN = BASE.replace("| 10 ", "| 11 ").replace(
    "2026-01-12 |            |", "2026-01-12 | 2026-02-01 |"
)
TWELVE = BASE.replace("| 10 ", "| 12 ")


def diverge(store: Store) -> tuple[Receipt, Receipt]:
    """Send two copies that changed the hours differently; return their receipts."""
    send(store, BASE)
    return send(store, ELEVEN, Sending(minute=5)), send(store, TWELVE, Sending(minute=9))


def test_who_decided_and_why_stays_beside_both_values(store: Store) -> None:
    """The departement decides: history and the list of conflicts tell it with both sides."""
    one, other = diverge(store)
    (shown,) = other.conflicts
    assert history(store, CPR, actor=ACTOR).records[0].conflicts == (shown,)
    resolve_conflict(store, shown.id, {"timer_pr_uge": 11.5}, actor=BOSS, reason="ringet op")
    (told,) = settled(store)
    assert told.conflict == shown
    assert {(c.sha256, c.row, c.values["timer_pr_uge"]) for c in told.conflict.claims} == {
        (one.sha256, 4, 11),
        (other.sha256, 4, 12),
    }
    assert dict(told.values) == {"timer_pr_uge": 11.5}
    assert told.ruling is not None
    assert (told.ruling.by, told.ruling.reason, told.ruling.at) == (
        "kontorchefen",
        "ringet op",
        BOSS.time,
    )
    (known,) = history(store, CPR, actor=ACTOR).records
    assert (known.conflicts, known.settled) == ((), (told,))
    assert settled(store, "956") == [told]
    assert settled(store, "955") == []


def test_the_past_shows_the_conflict_as_it_was(store: Store) -> None:
    """As of the second copy the conflict is open, as of the decision it is settled, for good."""
    _, other = diverge(store)
    (shown,) = other.conflicts
    resolve_conflict(store, shown.id, {"timer_pr_uge": 12}, actor=BOSS, reason="ringet op")
    send(store, TWELVE.replace("| 12 ", "| 13 "), Sending(minute=20000, parent=other.sha256))
    (before,) = history(store, CPR, actor=ACTOR, as_of=other.commit).records
    assert (before.conflicts, before.settled) == ((shown,), ())
    (after,) = history(store, CPR, actor=ACTOR).records
    assert after.values["timer_pr_uge"] == 13
    assert [dict(one.values) for one in after.settled] == [{"timer_pr_uge": 12}]


def test_a_clock_that_is_slow_does_not_undo_a_decision(store: Store) -> None:
    """A file that brings the decided value home counts as knowing it, whatever its time says."""
    _, other = diverge(store)
    number = other.conflicts[0].id
    resolve_conflict(store, number, {"timer_pr_uge": 11.5}, actor=BOSS, reason="ringet op")
    home = Sending(minute=12, parent=other.sha256)
    receipt = send(store, TWELVE.replace("| 12 ", "| 11.5 "), home)
    assert receipt.conflicts == ()
    assert rows(store)["timer_pr_uge"].to_list() == [11.5, 20]
    assert [one.ruling.by for one in settled(store) if one.ruling] == ["kontorchefen"]


def test_a_decision_does_not_count_against_what_it_never_saw(store: Store) -> None:
    """A third value from a file that the decision did not know stands against it, openly."""
    _, other = diverge(store)
    number = other.conflicts[0].id
    resolve_conflict(store, number, {"timer_pr_uge": 11.5}, actor=BOSS, reason="ringet op")
    third = Sending(minute=12, parent=other.sha256)
    receipt = send(store, TWELVE.replace("| 12 ", "| 13 "), third)
    assert [conflict.id for conflict in receipt.conflicts] == [number]
    assert rows(store)["timer_pr_uge"].to_list() == [11.5, 20]
    said = [claim.values["timer_pr_uge"] for claim in receipt.conflicts[0].claims]
    assert said == [11.5, 13]


def test_a_choice_of_the_kommune_has_its_name_too(store: Store) -> None:
    """Chosen in the returned workbook: the person of the kommune stands there, not the sync."""
    _, other = diverge(store)
    (shown,) = other.conflicts
    late = Choice(shown.id, {"timer_pr_uge": 40.0}, seen="00000000", by="XY", reason="gammel liste")
    choice = Choice(shown.id, {"timer_pr_uge": 12.0}, seen=shown.seen, by="AB", reason="set efter")
    send(store, TWELVE, Sending(minute=19, choices=(late,)))
    sent = send(store, TWELVE, Sending(minute=20, choices=(choice,)))
    (told,) = settled(store)
    assert told.ruling is not None
    assert (told.ruling.by, told.ruling.reason, told.ruling.commit, told.ruling.sha256) == (
        "AB",
        "set efter",
        sent.commit,
        sent.sha256,
    )


def test_sides_that_came_to_agree_need_no_name(store: Store) -> None:
    """One copy takes the other's value: the conflict is over, and nobody is named."""
    _, other = diverge(store)
    agreed = TWELVE.replace("| 12 ", "| 11 ")
    send(store, agreed, Sending(minute=12, parent=other.sha256))
    (told,) = settled(store)
    assert told.ruling is None
    assert dict(told.values) == {"timer_pr_uge": 11}


def test_two_people_cannot_decide_one_conflict(store: Store) -> None:
    """At the same moment: one decision counts, the others are told that there is none open."""
    _, other = diverge(store)
    (shown,) = other.conflicts

    def decide(hours: int) -> bool:
        actor = Actor(f"medarbejder {hours}", BOSS.time)
        try:
            resolve_conflict(store, shown.id, {"timer_pr_uge": hours}, actor=actor, reason="x")
        except StoreError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        counted = list(pool.map(decide, range(30, 34)))
    assert counted.count(True) == 1
    assert rows(store)["timer_pr_uge"].to_list() == [30 + counted.index(True), 20]
    assert [one.ruling.by for one in settled(store) if one.ruling] == [
        f"medarbejder {30 + counted.index(True)}"
    ]
    assert conflicts(store) == []


def test_two_people_cannot_release_one_file(store: Store) -> None:
    """At the same moment: the file is released once."""
    send(store, BASE)
    held = send(store, "# forloeb\n| id | cpr |", Sending(minute=5))
    assert held.held is not None

    def release(number: int) -> bool:
        actor = Actor(f"medarbejder {number}", BOSS.time)
        try:
            release_file(store, held.commit, actor=actor, reason="aftalt")
        except StoreError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(release, range(4))) == [False, False, False, True]
    with store.read() as connection:
        kinds = connection.execute(schema.indberetning.select()).all()
    assert [row.art for row in kinds].count("frigivelse") == 1


def test_a_cleared_value_tells_what_it_was(store: Store) -> None:
    """An end date that was taken back stands in the history as blank, with what it replaced."""
    ended = BASE.replace("2026-01-05 |            |", "2026-01-05 | 2026-02-20 |")
    first = send(store, ended)
    cleared = send(store, BASE, Sending(minute=5))
    (known,) = history(store, CPR, actor=ACTOR).records
    assert "slut_dato" not in known.values
    (origin,) = [one for one in known.origins if one.field == "slut_dato"]
    assert (origin.value, origin.replaced, origin.commit) == (None, "2026-02-20", cleared.commit)
    assert origin.cell == "E4"
    (then,) = history(store, CPR, actor=ACTOR, as_of=first.commit).records
    assert then.values["slut_dato"] == "2026-02-20"


def test_numbers_that_were_joined_later_are_apart_in_the_past(store: Store) -> None:
    """As of the day before the link was sent, each CPR number has its own history."""
    text = "\n# borger\n| id | cpr | sagsbehandler | tidligere_cpr |\n"
    first = send(store, BASE + text + "| 1 | 6303801236 | AB | |")
    send(store, BASE + text + "| 1 | 6303801236 | AB | 6101801234 |", Sending(minute=5))
    assert len(history(store, CPR, actor=ACTOR).records) == 2
    past = history(store, CPR, actor=ACTOR, as_of=first.commit)
    assert [(known.sheet, len(past.pseudonyms)) for known in past.records] == [("forloeb", 1)]


@pytest.mark.parametrize("reason", ["se 610180-1234", "aftalt med 6101801234"])
def test_a_reason_with_a_cpr_number_is_refused(store: Store, reason: str) -> None:
    """A decision's reason is kept for good, so that no CPR number may stand in it."""
    _, other = diverge(store)
    with pytest.raises(StoreError, match="CPR"):
        resolve_conflict(
            store, other.conflicts[0].id, {"timer_pr_uge": 12}, actor=BOSS, reason=reason
        )
    assert len(conflicts(store)) == 1


def test_a_former_number_is_shown_as_a_number(store: Store) -> None:
    """The look-up shows ten digits and not a pseudonym, in the values and in what they replaced."""
    head = "# borger\n| id | cpr | sagsbehandler | tidligere_cpr |\n"
    send(store, f"{head}| 1 | {CPR} | AB | 6202801235 |")
    send(store, f"{head}| 1 | {CPR} | AB | 6303801236 |", Sending(minute=5))
    (known,) = history(store, CPR, actor=ACTOR).records
    assert known.values["tidligere_cpr"] == "6303801236"
    (origin,) = [one for one in known.origins if one.field == "tidligere_cpr"]
    assert (origin.value, origin.replaced) == ("6303801236", "6202801235")
    with store.write() as connection:
        connection.execute(schema.vault.delete())
    (known,) = history(store, CPR, actor=ACTOR).records
    assert known.values["tidligere_cpr"] == ""
