"""Merge plans: what a submission would do, as a value that can be printed, tested and applied."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.database.store import Store
from fpsheet_sync.ledger.arrival import seen_on_arrival
from fpsheet_sync.ledger.receipt import STORED_RECEIPT, Receipt, receipt_from
from fpsheet_sync.ledger.stored_state import DatabaseLibrary, read_commits, read_state
from fpsheet_sync.merge.commit import NEW, Commit, CommitKind
from fpsheet_sync.merge.content import Prepared, prepare
from fpsheet_sync.merge.file_merge import Outcome, take_file
from fpsheet_sync.merge.lineage import order_commits
from fpsheet_sync.merge.replay import Folded, descend, fold, known_workbooks, rules_on
from fpsheet_sync.merge.sorted_column import find_sorted
from fpsheet_sync.merge.soundness import CitizenFacts
from fpsheet_sync.merge.state import State, empty_state
from fpsheet_sync.merge.state_change import Change, compare
from fpsheet_sync.merge.submission import Submission
from fpsheet_sync.merge.submitted_file import File, file_of


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a submission would do to the store.

    Attributes:
        prepared: The submission.
        seen: Last commit of the kommune that the plan knows of; it is stale when there are more.
        before: State of the kommune before.
        after: State of the kommune after.
        change: The difference.
        outcomes: Commit → what its file did, for the submission (`NEW`) and, where the kommune
            was folded again, for all the others.
        hashes: Commit → hash of its file.
        already: The receipt, where the store has these bytes already; then nothing changes.
        follows: Hashes of files that are taken before this one whatever their times.
    """

    prepared: Prepared
    seen: int
    before: State = field(repr=False)
    after: State = field(repr=False)
    change: Change = field(repr=False)
    outcomes: Mapping[int, Outcome] = field(repr=False)
    hashes: Mapping[int, str] = field(repr=False)
    already: Receipt | None = None
    follows: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Return what the submission itself does; KeyError where the store has it already."""
        return self.outcomes[NEW]


def plan_merge(store: Store, submission: Submission) -> MergePlan:
    """Plan what a submission would do; nothing is written.

    Raises:
        StoreError: The database could not be read, or was opened without keys.
    """
    prepared = prepare(submission, store.need_keys(), store.schema.layouts)
    with store.read() as connection:
        return make_plan(connection, prepared)


def make_plan(connection: Connection, prepared: Prepared) -> MergePlan:
    """Plan inside a transaction."""
    head, layouts = prepared.head, schema_of(connection).layouts
    commits = read_commits(connection, head.kommune_kode)
    hashes = {commit.id: commit.sha256 for commit in commits}
    seen = max(hashes, default=NEW)
    own = Commit(
        id=NEW,
        kind=CommitKind.SUBMISSION,
        sha256=head.sha256,
        workbook_id=head.workbook_id,
        parent=head.parent,
        time=head.modified_at,
        filled=prepared.filled,
        told=head.told,
    )
    before = read_state(connection, head.kommune_kode) if commits else empty_state(layouts)
    if head.sha256 in hashes.values():
        change = compare(before, before)
        known = _known_receipt(connection, head.sha256)
        return MergePlan(prepared, seen, before, before, change, {}, hashes, known)
    by_number = {commit.id: commit for commit in commits}
    people = {
        borger: CitizenFacts(born, sex == "M")
        for borger, sex, born in prepared.citizens[[BORGER, "koen", "foedselsdato"]].iter_rows()
    }
    library = DatabaseLibrary(connection, head.kommune_kode, by_number, people=people)
    file = library.files[NEW] = file_of(prepared, own, layouts)
    comes_last = _comes_last(own, commits)
    if not comes_last:
        own = replace(own, after=tuple(_spoiled(file, commits, library)))
        library.files[NEW] = replace(file, commit=own)
    is_last = comes_last and not _frees_refused(connection, head, commits)
    folded = (
        _take_last(before, commits, own, library)
        if is_last
        else fold(head.kommune_kode, [*commits, own], library)
    )
    outcomes = dict(folded.outcomes)
    if not is_last:
        outcomes[NEW] = seen_on_arrival(outcomes[NEW], library.files[NEW], before, folded.state)
    return MergePlan(
        prepared=prepared,
        seen=seen,
        before=before,
        after=folded.state,
        change=compare(before, folded.state),
        outcomes=outcomes,
        hashes=hashes,
        follows=own.after,
    )


def _spoiled(file: File, commits: list[Commit], library: DatabaseLibrary) -> Iterator[str]:
    """Yield the files of a later time beside which a file has a column that was sorted alone.

    By its time the file would be taken before them and be compared with nothing, so its rows
    would be merged though each is another citizen's. It is taken after them instead, and held.
    """
    own, rows = file.commit, file.rows
    if any(commit.builds_on(own) for commit in commits):
        return
    for other in commits:
        is_beside = other.is_file_of(own.workbook_id) and other.parent == own.parent
        if not is_beside or other.order < own.order:
            continue
        said = library.rows(other)
        if any(find_sorted(lay, rows[name], said[name]) for name, lay in library.layouts.items()):
            yield other.sha256


def _comes_last(own: Commit, commits: list[Commit]) -> bool:
    """Return whether a file can be taken on top of the state, as the fold would take it last."""
    is_parent = any(commit.builds_on(own) for commit in commits)
    return not is_parent and all(own.order > commit.order for commit in commits)


def _frees_refused(connection: Connection, head: Submission, commits: list[Commit]) -> bool:
    """Return whether a new workbook of the kommune may free rows refused as another's (HIS-006)."""
    if head.workbook_id in known_workbooks(commits):
        return False
    table = schema.karantaene
    refused = table.c.koder.contains("HIS-006", autoescape=True)
    wanted = select(table.c.ark).where(table.c.kommune_kode == head.kommune_kode, refused)
    return connection.execute(wanted.limit(1)).first() is not None


def _take_last(
    before: State, commits: list[Commit], own: Commit, library: DatabaseLibrary
) -> Folded:
    file = library.file(own)
    earlier = order_commits(commits)
    descended = descend(file, earlier, library)
    known = known_workbooks([*commits, own])
    rules = rules_on(own, file.kommune_kode, library)
    after, outcome = take_file(before, file, descended, known=known, rules=rules)
    return Folded(after, {NEW: outcome})


def _known_receipt(connection: Connection, sha256: str) -> Receipt | None:
    table = schema.indberetning
    stored = connection.execute(select(STORED_RECEIPT).where(table.c.sha256 == sha256)).scalar()
    return None if stored is None else receipt_from(stored)
