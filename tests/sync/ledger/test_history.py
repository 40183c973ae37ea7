"""A citizen's history, its origins to the cell, any past state, and status of kommuner."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from fpsheet_sync.database.store import settled
from fpsheet_sync.ledger.citizen_history import history
from fpsheet_sync.ledger.delivery_status import Delivery, status
from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_sync.merge.submission import Explanation
from tests.support.submissions import ACTOR, Sending, send, submit, sync
from tests.support.waiting import explanations

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store

TEXT = """
# forloeb
| id | cpr        | forloeb_type | start_dato | slut_dato  |
| 1  | 6101801234 | revurdering  | 2026-01-05 |            |
| 2  | 6101801234 | revalidering | 2025-01-12 | 2025-02-01 |
| 3  | 6202801235 | revalidering | 2025-01-12 | 2025-02-01 |
"""


def test_every_value_knows_its_cell_and_what_it_replaced(store: Store) -> None:
    """A changed date comes from the second file's cell, the rest from the first one's."""
    first = submit(TEXT)
    second = submit(
        TEXT.replace("2026-01-05 |            |", "2026-01-05 | 2026-03-01 |"), Sending(minute=5)
    )
    again = submit(
        TEXT.replace("2026-01-05 |            |", "2026-01-05 | 2026-03-02 |"), Sending(minute=9)
    )
    sync(store, first, second, again)
    found = history(store, "6101801234", actor=ACTOR)
    assert [(known.sheet, known.row_id, known.day) for known in found.records] == [
        ("forloeb", "K7Q2M9XA-F-0002", date(2025, 1, 12)),
        ("forloeb", "K7Q2M9XA-F-0001", date(2026, 1, 5)),
    ]
    known = found.records[1]
    assert dict(known.values) == {
        "forloeb_type": "revurdering",
        "start_dato": "2026-01-05",
        "slut_dato": "2026-03-02",
    }
    assert known.versions == 3
    assert [(o.field, o.sha256, o.cell, o.replaced) for o in known.origins] == [
        ("forloeb_type", first.sha256, "C4", None),
        ("start_dato", again.sha256, "D4", None),
        ("slut_dato", again.sha256, "E4", "2026-03-01"),
    ]


def test_the_past_can_be_asked(store: Store) -> None:
    """As of an earlier commit a citizen's history is what it was then, and so is the state."""
    first = send(store, TEXT)
    then = state_hash(store)
    send(store, TEXT.replace("2026-01-05", "2026-01-06"), Sending(minute=5))
    found = history(store, "6101801234", actor=ACTOR, as_of=first.commit)
    assert found.records[1].values["start_dato"] == "2026-01-05"
    assert state_hash(store, first.commit) == then
    assert state_hash(store) != then
    assert settled(store) == first.commit + 1


def test_a_citizen_whose_row_went_to_another_is_no_longer_shown(store: Store) -> None:
    """A corrected CPR number moves the record; before, it was the former citizen's."""
    first = send(store, TEXT)
    moved = TEXT.replace("| 3  | 6202801235 |", "| 3  | 6303801236 |")
    send(store, moved, Sending(minute=5))
    assert history(store, "6202801235", actor=ACTOR).records == ()
    assert len(history(store, "6202801235", actor=ACTOR, as_of=first.commit).records) == 1
    assert len(history(store, "6303801236", actor=ACTOR).records) == 1


def test_a_replaced_number_shows_one_history(store: Store) -> None:
    """Asked by the old or the new number, the history is the same (tidligere CPR)."""
    text = TEXT + "\n# borger\n| id | cpr | sagsbehandler | tidligere_cpr |\n"
    send(store, text + "| 1 | 6303801236 | AB | 6101801234 |\n")
    old, new = (history(store, cpr, actor=ACTOR) for cpr in ("6101801234", "6303801236"))
    assert old == new
    assert len(old.pseudonyms) == 2
    assert len(old.records) == 3


def test_status_says_how_each_kommune_stands(store: Store) -> None:
    """Not received, in order, quarantine, held, waiting for an answer: the first that holds."""
    blocked = """
    # forloeb
    | id | cpr        | forloeb_type | start_dato | blocked |
    | 1  | 6101801234 | revurdering  | 2026-01-05 | x       |
    """
    send(store, TEXT, Sending(kommune="955", workbook="AAAAAAAA"))
    send(store, blocked, Sending(kommune="956"))
    send(store, TEXT, Sending(kommune="957", workbook="BBBBBBBB"))
    short = "\n".join(TEXT.splitlines()[:4])
    send(store, short, Sending(kommune="957", workbook="BBBBBBBB", minute=5))
    warned = {"code": "FOR-009", "severity": "ADVARSEL", "sheet": "forloeb", "cell": "C4"}
    send(store, TEXT, Sending(kommune="959", workbook="CCCCCCCC", findings=(warned,)))
    lines = status(store, ["955", "956", "957", "959", "960"], [2026])
    assert [(line.kommune_kode, line.delivery) for line in lines] == [
        ("955", Delivery.IN_ORDER),
        ("956", Delivery.QUARANTINE),
        ("957", Delivery.HELD),
        ("959", Delivery.WAITING),
        ("960", Delivery.MISSING),
    ]
    assert lines[2].files == 2
    assert lines[0].last == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def test_explanations_hold_until_the_values_change(store: Store) -> None:
    """An explanation given once covers the warning until the row changes."""
    warned = {"code": "FOR-009", "severity": "ADVARSEL", "sheet": "forloeb", "cell": "C4"}
    said = Explanation("FOR-009", "forloeb", 4, "aftalt med borgeren")
    plain = Sending(findings=(warned,))
    assert send(store, TEXT, plain).unexplained == 1
    explained = Sending(minute=5, findings=(warned,), explanations=(said,))
    assert send(store, TEXT, explained).unexplained == 0
    again = Sending(minute=9, findings=(warned,))
    other_row = TEXT.replace("2025-02-01", "2025-02-02")
    assert send(store, other_row, again).unexplained == 0
    assert [(e.code, e.row_id) for e in explanations(store, "956")] == [
        ("FOR-009", "K7Q2M9XA-F-0001")
    ]
    changed = Sending(minute=12, findings=(warned,))
    assert send(store, other_row.replace("2026-01-05", "2026-01-06"), changed).unexplained == 1
    assert explanations(store, "956") == []
