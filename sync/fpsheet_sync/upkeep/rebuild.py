"""Rebuilding: the database made again from the files as they came, to see that it is the same."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_look, write_head
from fpsheet_sync.database.errors import store_failure
from fpsheet_sync.database.keys import Keys
from fpsheet_sync.database.log_end import LogEnd
from fpsheet_sync.database.store import Store, lock
from fpsheet_sync.ledger.apply_plan import write_plan
from fpsheet_sync.ledger.conflict_decision import add_commit
from fpsheet_sync.ledger.issued_workbook import write_issue_again
from fpsheet_sync.ledger.merge_plan import make_plan
from fpsheet_sync.ledger.original_files import open_original
from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_sync.ledger.stored_state import read_commits
from fpsheet_sync.merge.commit import NEW, Commit, CommitKind
from fpsheet_sync.merge.content import prepare
from fpsheet_sync.merge.submission import Submission
from fpsheet_sync.statistics.tables.benchmark import load_benchmarks, save_benchmarks

ACTION = "genopbygning"

Read = Callable[[bytes], Submission]
"""Reads the bytes of a file the way they were read when it came (floor 4 knows how)."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild gave.

    Attributes:
        commits: Number of commits replayed.
        before: State hash of the store.
        after: State hash of the rebuilt one.
    """

    commits: int
    before: str
    after: str

    @property
    def is_same(self) -> bool:
        """Return whether both say the same."""
        return self.before == self.after


def rebuild(store: Store, target: Store, read: Read, actor: Actor) -> Rebuilt:
    """Replay every commit of a store into an empty one, and compare the two; the log says who.

    Args:
        store: The store, opened with its keys.
        target: An empty store, opened with the same keys.
        read: Gives the submission of a file's bytes.
        actor: Who rebuilds: every original is opened.

    Raises:
        StoreError: The target holds something, an original is missing or was altered, or a
            database could not be used.
    """
    _need_empty(target)
    log_look(store, actor, Deed(ACTION))
    count = 0
    for row in _commits(store):
        count += 1
        if row.art == CommitKind.SUBMISSION:
            _submit(
                target,
                replace(read(open_original(store, row.id, row.sha256)), **_as_received(row)),
                row,
            )
        else:
            _decide(target, row)
    _carry(store, target)
    return Rebuilt(count, state_hash(store), state_hash(target))


def _need_empty(target: Store) -> None:
    commit = schema.indberetning
    with target.read() as connection:
        if connection.execute(select(commit.c.id).limit(1)).first() is not None:
            raise store_failure("not_empty", {"sted": target.place})


def _carry(store: Store, target: Store) -> None:
    """Bring along what no original gives: editions, the log, deadlines granted, national figures.

    An edition names the last commit that it knew; commits may have other numbers in the target.
    """
    commit, edition, log = schema.indberetning, schema.publikation, schema.adgangslog
    known = select(commit.c.id, commit.c.sha256)
    with store.read() as connection:
        carried = {
            table: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in (edition, log, schema.frist, schema.gensendt)
        }
        names = {row.id: row.sha256 for row in connection.execute(known)}
        figures = load_benchmarks(connection)
    with target.write() as connection:
        numbers = {row.sha256: row.id for row in connection.execute(known)}
        connection.execute(log.delete())
        for row in carried[edition]:
            last = row["til_og_med"]
            before = (numbers[name] for number, name in names.items() if number <= last)
            row["til_og_med"] = max(before, default=0)
        for table, rows in carried.items():
            if rows:
                connection.execute(table.insert(), rows)
        if carried[log]:
            last = max(carried[log], key=lambda line: int(line["id"]))
            write_head(connection, LogEnd(last["id"], last["kaede"]))
        if figures:
            save_benchmarks(connection, figures)


def _commits(store: Store) -> Iterator[Row[Any]]:
    table = schema.indberetning
    columns = ("id", "art", "sha256", "kommune_kode", "aar", "workbook_id", "parent")
    more = ("received_at", "modified_at", "handling")
    wanted = select(*(table.c[name] for name in (*columns, *more))).order_by(table.c.id)
    with store.read() as connection:
        rows = connection.execute(wanted).all()
    yield from rows


def _as_received(row: Row[Any]) -> dict[str, Any]:
    """Return what a file does not tell about itself: when it came."""
    return {
        "sha256": row.sha256,
        "received_at": row.received_at,
        "modified_at": row.modified_at,
    }


def _submit(target: Store, submission: Submission, row: Row[Any]) -> None:
    prepared = prepare(submission, target.need_keys(), target.schema.layouts)
    with target.write() as connection:
        lock(connection, row.kommune_kode)
        write_plan(connection, make_plan(connection, prepared), Actor("rebuild", row.received_at))


def _decide(target: Store, row: Row[Any]) -> None:
    own = Commit(
        id=NEW,
        kind=CommitKind(row.art),
        sha256=row.sha256,
        workbook_id=row.workbook_id,
        parent=row.parent,
        time=row.modified_at,
        after=tuple((row.handling or {}).get("after", ())),
        decision=row.handling,
    )
    with target.write() as connection:
        _replay(connection, target.need_keys(), row.kommune_kode, own, row.aar)


def _replay(connection: Connection, keys: Keys, kommune_kode: str, own: Commit, aar: int) -> None:
    lock(connection, kommune_kode)
    if own.kind is CommitKind.ISSUE:
        write_issue_again(connection, keys, kommune_kode, own, aar)
    else:
        add_commit(connection, kommune_kode, own, read_commits(connection, kommune_kode))
