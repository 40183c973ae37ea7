"""Files, issues, conflicts resolved and files released, in any sequence that Hypothesis finds.

Every value of every file is kept at its cell (I1), what was known after a commit stays readable
as it was (I12), and replaying everything, the decisions too, gives the same state (I11).
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.store import settled
from fpsheet_sync.ledger.conflict_decision import conflicts, release_file, resolve_conflict
from fpsheet_sync.ledger.delivery_status import Delivery, status
from fpsheet_sync.ledger.issued_workbook import issue_workbook
from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_sync.upkeep.rebuild import rebuild
from tests.support.kept import cells_said, cells_stored, cells_waiting, rows_of
from tests.support.submissions import ACTOR, START, Sending, sync
from tests.support.worlds import SHEETS, Book, Chance, Row, start

if TYPE_CHECKING:
    from fpsheet_sync.merge.submission import Submission
    from tests.support.stores import Stores


class Office(RuleBasedStateMachine):
    """A departement and one kommune with two people at the same workbook."""

    def __init__(self, stores: Stores) -> None:
        """Start with an empty store."""
        super().__init__()
        self.stores = stores
        self.store = stores.first()
        self.files: dict[bytes, Submission] = {}
        self.books: list[Book] = []
        self.noted: dict[int, str] = {}
        self.clock = 0

    @initialize(data=st.data())
    def first(self, data: st.DataObject) -> None:
        """Send a first workbook."""
        self.submit(start(Chance(data.draw), "AAAAAAAA"))

    def submit(self, book: Book) -> None:
        """Save a workbook and send it."""
        self.clock += 10
        sending = Sending("956", book.workbook, book.parent, self.clock, str(self.clock))
        file = book.sent(sending)
        self.files[file.original] = file
        self.books.append(book)
        receipt = sync(self.store, file)[0].receipt
        said = cells_said(file)
        waiting = {(row.sheet, row.row) for row in receipt.waiting}
        assert cells_stored(self.store, file.sha256) == said
        assert cells_waiting(self.store, file.sha256) == rows_of(said, waiting)
        self.note()

    def note(self) -> None:
        """Note the state after the newest commit."""
        self.noted[settled(self.store)] = state_hash(self.store)

    def boss(self) -> Actor:
        """Return who decides, and when."""
        self.clock += 10
        return Actor("kontorchefen", START + timedelta(minutes=self.clock))

    @rule(data=st.data())
    def edit_and_send(self, data: st.DataObject) -> None:
        """Edit any copy there is, the newest first, and send it."""
        chance = Chance(data.draw)
        self.submit(chance.edit(chance.pick(self.books[::-1])))

    @rule(data=st.data())
    def two_edit_one_field(self, data: st.DataObject) -> None:
        """Two people change the hours of one row, and one of them something else."""
        chance = Chance(data.draw)
        base = self.books[-1]
        for hours in (1.0, 2.0):
            copy = (
                chance.edit(base)
                if hours == 1.0
                else chance.edit(Book(base.workbook, base.parent, base.rows))
            )
            for row in copy.rows["forloeb"][:1]:
                row.values["timer_pr_uge"] = hours
            self.submit(copy)

    @rule()
    def issue_and_return(self) -> None:
        """Issue a workbook filled from the database, and get it back as it was."""
        workbook = f"E{len(self.noted):07d}"
        issue = issue_workbook(self.store, "956", workbook, aar=2026, actor=self.boss())
        if issue is None:
            return
        self.note()
        book = Book(workbook, issue.parent)
        for name in SHEETS:
            for values in issue.rows[name].to_dicts():
                book.rows[name].append(Row(values.pop("raekke_id"), values))
        self.submit(book)

    @precondition(lambda self: bool(conflicts(self.store)))
    @rule(data=st.data())
    def resolve(self, data: st.DataObject) -> None:
        """Decide the first open conflict for one of its sides."""
        shown = conflicts(self.store)[0].conflict
        claim = Chance(data.draw).pick(shown.claims)
        if claim.values:
            resolve_conflict(self.store, shown.id, claim.values, actor=self.boss(), reason="ringet")
            assert shown.id not in {entry.conflict.id for entry in conflicts(self.store)}
            self.note()

    @precondition(lambda self: self.held() > 0)
    @rule()
    def release(self) -> None:
        """Let the newest held file through."""
        release_file(self.store, self.held(), actor=self.boss(), reason="aftalt")
        self.note()

    def held(self) -> int:
        """Return the number of the newest file if it is held, else 0."""
        line = status(self.store, ["956"], [2026])[0]
        return line.newest if line.delivery is Delivery.HELD else 0

    def teardown(self) -> None:
        """Everything is kept, the past is as it was noted, and a rebuild gives the same."""
        try:
            for file in self.files.values():
                assert cells_stored(self.store, file.sha256) == cells_said(file)
            for commit, noted in self.noted.items():
                assert state_hash(self.store, commit) == noted
            target = self.stores.again(1)
            assert rebuild(self.store, target, self.files.__getitem__, ACTOR).is_same
        finally:
            self.stores.close()


MOST = settings.default.max_examples if settings.default else 100
some = settings(max_examples=max(4, MOST // 20), stateful_step_count=6)


@pytest.mark.slow
def test_office(stores: Stores) -> None:
    """Any sequence of what people do, on each kind of database (I1, I11, I12)."""
    run_state_machine_as_test(partial(Office, stores), settings=some)  # type: ignore[arg-type]
