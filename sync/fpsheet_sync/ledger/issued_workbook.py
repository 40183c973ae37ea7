"""Issues: what a workbook that is given out holds, so that it can be merged when it comes back."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import Connection

from fpsheet_sync.citizens.vault import open_cprs, with_cpr
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.bulk import insert
from fpsheet_sync.database.keys import Keys
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import Layout
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.database.store import Store, lock, next_commit
from fpsheet_sync.ledger.conflict_decision import commit_row
from fpsheet_sync.ledger.sound_records import ShownState, show_state
from fpsheet_sync.ledger.stored_state import read_commits, read_state
from fpsheet_sync.merge.commit import NEW, Commit, CommitKind
from fpsheet_sync.merge.content import FILE_ID, Frames, no_row, pack
from fpsheet_sync.merge.lineage import LET_GO, said_types
from fpsheet_sync.merge.record_identity import ROW_ID
from fpsheet_sync.merge.soundness import LAST_DAY
from fpsheet_sync.merge.state import State
from fpsheet_validation.record_check import Reporting


@dataclass(frozen=True, slots=True)
class IssuedWorkbook:
    """A workbook to be given out.

    Attributes:
        parent: The stamp to put into it.
        rows: Sheet → rows in force as a workbook shows them, sorted by row id: `raekke_id`,
            `cpr`, the fields that the database holds, `annuller`. Local fields are not there: they
            never came.
        waiting: Number of rows in quarantine, which are not among them.
        hidden: Number of rows in force that are not among them, because they do not fit with
            others in one workbook (see `fpsheet_sync.ledger.sound_records`).
        conflicts: Number of open conflicts; the rows have the values last agreed on.
    """

    parent: str
    rows: Frames = field(repr=False)
    waiting: int = 0
    hidden: int = 0
    conflicts: int = 0


def issue_workbook(
    store: Store, kommune_kode: str, workbook_id: str, *, aar: int, actor: Actor
) -> IssuedWorkbook | None:
    """Return what a pre-filled workbook of a kommune holds, and note that it was given out.

    Where the kommune never delivered anything, nothing is noted and the result is None.

    Raises:
        StoreError: The database could not be used, or was opened without its keys.
    """
    keys = store.need_keys()
    with store.write() as connection:
        lock(connection, kommune_kode)
        commits = read_commits(connection, kommune_kode)
        if not any(commit.kind is CommitKind.SUBMISSION for commit in commits):
            return None
        state = read_state(connection, kommune_kode)
        cprs = _open_numbers(connection, keys, state)
        citizens = pl.concat(frame[BORGER] for frame in state.rows.values()).unique()
        shown = _show(state, cprs, Reporting(kommune_kode, aar, actor.time.date()))
        known = tuple(sorted(commit.sha256 for commit in commits))
        said = f"{kommune_kode}|{workbook_id}|{actor.time.isoformat()}|{','.join(known)}"
        own = Commit(
            id=NEW,
            kind=CommitKind.ISSUE,
            sha256=hashlib.sha256(said.encode()).hexdigest(),
            workbook_id=workbook_id,
            time=actor.time,
            after=known,
            decision={"after": known},
        )
        write_issue(connection, kommune_kode, own, shown.rows, aar)
        # A citizen may ask who saw the case: whoever opens the workbook sees everybody in it.
        seen = [borger for borger in citizens.drop_nulls().sort() if borger in cprs]
        deeds = [Deed(CommitKind.ISSUE, kommune_kode, borger=borger) for borger in seen]
        log_access(connection, actor, *deeds, Deed(CommitKind.ISSUE, kommune_kode))
    return IssuedWorkbook(
        own.sha256,
        {name: _with_numbers(own, shown.rows[name], cprs) for name, own in state.layouts.items()},
        waiting=state.quarantine.height,
        hidden=shown.hidden,
        conflicts=len(state.conflicts),
    )


def without_erased(state: State, known: Collection[str]) -> State:
    """Return a state without the rows with a CPR number, former ones too, that is erased.

    Shown without, such a row would come back as one whose number was deleted.

    Args:
        state: The state.
        known: Pseudonyms whose CPR numbers there are.
    """
    there = sorted(known)
    for name, layout in state.layouts.items():
        shown = (
            pl.col(column).is_null() | pl.col(column).is_in(there)
            for column in (BORGER, *layout.secrets)
        )
        state = state.with_rows(name, state.rows[name].filter(*shown))
    return state


def write_issue_again(
    connection: Connection, keys: Keys, kommune_kode: str, own: Commit, aar: int
) -> None:
    """Note an issue as it was noted first, where every commit before it is there again."""
    state = read_state(connection, kommune_kode)
    day = LAST_DAY if own.time is None else own.time.date()
    cprs = _open_numbers(connection, keys, state)
    shown = _show(state, cprs, Reporting(kommune_kode, aar, day))
    write_issue(connection, kommune_kode, own, shown.rows, aar)


def _open_numbers(connection: Connection, keys: Keys, state: State) -> dict[str, str]:
    """Open the CPR numbers of a kommune's citizens, former ones too."""
    citizens = pl.concat(frame[BORGER] for frame in state.rows.values()).unique()
    former = state.rows["borger"]["tidligere_cpr"].drop_nulls()
    return open_cprs(connection, keys, [*citizens, *former])


def _show(state: State, cprs: dict[str, str], reporting: Reporting) -> ShownState:
    return show_state(without_erased(state, cprs), cprs, reporting)


def write_issue(
    connection: Connection, kommune_kode: str, own: Commit, rows: Frames, aar: int
) -> None:
    """Note an issue and what it says: the rows that it shows, under the numbers it shows."""
    number = next_commit(connection)
    layouts = schema_of(connection).layouts
    row = commit_row(layouts.form, kommune_kode, own, number)
    connection.execute(schema.indberetning.insert(), {**row, "aar": aar})
    lines = [
        {
            "ark": name,
            "data": pack(no_row(layouts[name])),
            "linje": pack(_line(layouts[name], frame)),
        }
        for name, frame in rows.items()
        if not frame.is_empty()
    ]
    if lines:
        frame = pl.DataFrame(
            lines, schema={"ark": pl.String, "data": pl.Binary, "linje": pl.Binary}
        )
        insert(connection, schema.indhold, frame, constants={"indberetning_id": number})


def _line(layout: Layout, rows: pl.DataFrame) -> pl.DataFrame:
    said = rows.with_columns(pl.col(ROW_ID).alias(FILE_ID), pl.lit(value=False).alias(LET_GO))
    return said.select(*said_types(layout))


def _with_numbers(layout: Layout, rows: pl.DataFrame, cprs: dict[str, str]) -> pl.DataFrame:
    rows = with_cpr(rows, BORGER, cprs, "cpr")
    for column in layout.secrets:
        rows = with_cpr(rows, column, cprs, column)
    return rows.select(ROW_ID, "cpr", *(column for column in layout.values if column != BORGER))
