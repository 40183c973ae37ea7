"""T21 counted by hand: what each kommune has sent, and what waits, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.ledger.conflict_decision import release_file
from fpsheet_sync.merge.submission import Explanation
from fpsheet_sync.statistics.stat_table import Period, Shorthand
from fpsheet_sync.statistics.tables.coverage import delivered_files
from fpsheet_sync.statistics.tables.release import ReleaseRequest, compute_release
from fpsheet_templates.load import load_form
from tests.support.submissions import START, Sending, submit, sync

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.merge.submission import Submission
    from fpsheet_sync.statistics.stat_table import Cell


NOTHING = Shorthand.NOT_AVAILABLE
PERSON = Actor("N. N.", START + timedelta(days=9))


def sheet(*numbers: int, blocked: int = 0) -> str:
    """Return a sheet of forløb, one row per number; one of them belongs to a blocked case."""
    lines = [
        f"| {n} | 61018012{n:02} | revurdering | 2026-01-05 | {'x' if n == blocked else ''} |"
        for n in numbers
    ]
    head = "# forloeb\n| id | cpr | forloeb_type | start_dato | blocked |"
    return "\n".join((head, *lines))


def sent(text: str, minute: int, **details: object) -> Submission:
    """Return a file that was sent `minute` minutes after the beginning, received that day."""
    made = submit(text, Sending(minute=minute, salt=str(minute)))
    received = START + timedelta(days=minute)
    return replace(made, received_at=received, **details)  # type: ignore[arg-type]


def line(store: Store, kommune: str, years: tuple[int, int], as_of: int | None) -> tuple[Cell, ...]:
    """Return T21's numbers of a kommune."""
    period = Period(date(years[0], 1, 1), date(years[1], 12, 31))
    country = load_form().kommuner[kommune or "956"].jurisdiction
    request = ReleaseRequest(period, country, "da", date(2026, 3, 2), as_of=as_of, tables=("T21",))
    with store.read() as connection:
        (table,) = compute_release(connection, load_form(), request).tables
    return table.rows[table.keys.index((kommune,))][1:]


@pytest.mark.parametrize(
    ("kommune", "received", "day"),
    [("956", "2026-03-04T00:30Z", "3. marts 2026"), ("707", "2026-03-03T23:30Z", "4. marts 2026")],
)
def test_the_last_day_is_the_kommunes_own(
    store: Store, kommune: str, received: str, day: str
) -> None:
    """An evening in Nuuk is the next day by UTC, a night in Grenaa the day before."""
    made = submit(sheet(1), Sending(kommune))
    moment = datetime.fromisoformat(received)
    sync(store, replace(made, received_at=moment))
    own = moment.date() + timedelta(days=-1 if kommune == "956" else 1)
    assert line(store, kommune, (2026, 2026), None)[1] == day
    with store.read() as connection:
        files = delivered_files(connection, load_form(), None)
    assert files == {kommune: ((2026, own),)}


def test_t21_counts_files_rows_and_what_waits(store: Store) -> None:
    """Received, last day, rows, errors, warnings, explained, quarantined, conflicts, held.

    956 sends a file of 2025 (3 rows, 1 warning, explained), then two of 2026: 30 rows, one of them
    quarantined with 2 errors, and then 5 rows, which is held for what it lacks.
    """
    warned = {"KRITISK": 0, "FEJL": 0, "ADVARSEL": 1, "INFO": 0}
    wrong = {"KRITISK": 0, "FEJL": 2, "ADVARSEL": 3, "INFO": 0}
    explained = Explanation("ARB-001", "forloeb", 4, "set efter")
    first = sent(sheet(1, 2, 3), 1, aar=2025, counts=warned, explanations=(explained,))
    second = sent(sheet(*range(1, 31), blocked=30), 2, counts=wrong)
    third = sent(sheet(*range(1, 6)), 3)
    commits = [synced.receipt.commit for synced in sync(store, first, second, third)]
    whole = (2025, 2026)
    assert line(store, "956", whole, commits[0]) == (1, "3. marts 2026", 3, 0, 1, 1, 0, 0, 0)
    assert line(store, "956", whole, commits[1])[:6] == (2, "4. marts 2026", 33, 2, 4, 1)
    assert line(store, "956", whole, commits[1])[6:] == (1, 0, 0)
    # The held file is the last one of 2026: its 5 rows stand beside the 3 of 2025.
    assert line(store, "956", whole, commits[2]) == (3, "5. marts 2026", 8, 0, 1, 1, 1, 0, 1)
    # A later year's file reports and corrects 2025 too; one of 2025 says nothing of 2026.
    assert line(store, "956", (2025, 2025), commits[2])[:3] == (3, "5. marts 2026", 8)
    assert line(store, "956", (2026, 2026), commits[2])[:3] == (2, "5. marts 2026", 5)
    assert line(store, "", whole, commits[2]) == line(store, "956", whole, commits[2])
    assert line(store, "955", whole, commits[2]) == (NOTHING,) * 9


def test_t21_of_the_past_does_not_change(store: Store) -> None:
    """A file that was let through was held before, and T21 of that time still says so."""
    first, second = sent(sheet(*range(1, 31)), 1), sent(sheet(*range(1, 6)), 2)
    commits = [synced.receipt.commit for synced in sync(store, first, second)]
    before = line(store, "956", (2026, 2026), commits[1])
    release_file(store, commits[1], actor=PERSON, reason="aftalt")
    assert before[-1] == 1
    assert line(store, "956", (2026, 2026), commits[1]) == before
    assert line(store, "956", (2026, 2026), None)[-1] == 0
