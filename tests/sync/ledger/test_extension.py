"""A deadline that a kommune asks for on its Forside, and the one that it is granted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from fpsheet_sync.database.access_log import Actor, read_log
from fpsheet_sync.ledger.delivery_status import status
from fpsheet_sync.ledger.extension import grant_extension
from fpsheet_sync.ledger.sync_submissions import known_receipts
from tests.support.submissions import Sending, submit, sync

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.delivery_status import StatusLine
    from fpsheet_sync.merge.submission import Submission

BOSS = Actor("kontorchefen", datetime(2026, 3, 9, tzinfo=UTC))
ROW = "# forloeb\n| id | cpr | forloeb_type | start_dato |\n| 1 | 6101801234 | andet | 2026-01-05 |"
APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


def asking(minute: int, day: date | None) -> Submission:
    """Return a file whose Forside asks for a deadline, or does not."""
    said = {"frist_oensket": day.isoformat()} if day else {}
    return replace(submit(ROW, Sending(minute=minute, salt=str(minute))), said_on_cover=said)


def line_of(store: Store) -> StatusLine:
    """Return how the kommune stands."""
    (line,) = status(store, ["956"], [2026])
    return line


def test_asked_for_granted_and_told_on_both_sides(store: Store) -> None:
    """The status has the wish until it is answered, the receipt the answer; the log who gave it."""
    first = asking(0, APRIL)
    receipt = sync(store, first)[0].receipt
    assert (receipt.asked, receipt.granted) == ("2026-04-01", "")
    assert (line_of(store).asked_until, line_of(store).extension) == (APRIL, None)
    grant_extension(store, "956", 2026, MAY, BOSS)
    line = line_of(store)
    assert line.extension is not None
    assert (line.asked_until, line.extension.until, line.extension.by) == (None, MAY, BOSS.name)
    (known,) = known_receipts(store, [first.sha256]).values()
    assert (known.asked, known.granted) == ("", "2026-05-01")
    assert [one.deed.details for one in read_log(store) if one.deed.action == "frist"] == [
        {"aar": 2026, "frist": "2026-05-01"}
    ]


def test_a_new_wish_is_asked_anew_and_the_newest_answer_counts(store: Store) -> None:
    """The same wish in a later file is answered already; another one is not."""
    first, second, third = asking(0, APRIL), asking(1, APRIL), asking(2, MAY)
    sync(store, first)
    grant_extension(store, "956", 2026, APRIL, BOSS)
    assert sync(store, second)[0].receipt.asked == ""
    receipt = sync(store, third)[0].receipt
    assert (receipt.asked, receipt.granted) == ("2026-05-01", "2026-04-01")
    # The receipt of an earlier file stays as it was given.
    old = known_receipts(store, [first.sha256])[first.sha256]
    assert (old.asked, old.granted) == ("2026-04-01", "")
    grant_extension(store, "956", 2026, MAY, BOSS)
    line = line_of(store)
    assert line.extension is not None
    assert (line.asked_until, line.extension.until) == (None, MAY)


def test_a_kommune_that_sent_nothing_can_be_granted_one(store: Store) -> None:
    """Asked for over the telephone; of another year and kommune nothing changes."""
    grant_extension(store, "956", 2026, MAY, BOSS)
    line = line_of(store)
    assert line.extension is not None
    assert (line.extension.until, line.extension.asked) == (MAY, None)
    others = status(store, ["956", "957"], [2025, 2026])
    assert [one.kommune_kode for one in others if one.extension] == ["956"]
