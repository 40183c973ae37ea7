"""The invariants of sync, on SQLite and PostgreSQL, for worlds that Hypothesis draws.

I1 nothing received is lost. I2 every value traces to its cell, every row to its fate. I3 the
same bytes are a no-op. I4 the same content changes nothing. I5 any order and repetition of
arrivals gives the same state. I6 a subset changes nothing. I7 issue, no edit, submit: nothing.
I8 kommuner cannot touch each other. I9 a blocked case changes nothing in force. I10 control
totals. I11 rebuilding gives the same. I12 the past stays as it was.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from fpsheet_sync.citizens.between import find_between
from fpsheet_sync.citizens.merged_person import read_persons
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.ledger.issued_workbook import issue_workbook
from fpsheet_sync.ledger.state_hash import kommune_hash, state_hash
from fpsheet_sync.ledger.stored_state import read_state
from fpsheet_sync.merge.content import unpack
from fpsheet_sync.merge.record_identity import REFUSING
from fpsheet_sync.merge.three_way import record_sources
from fpsheet_sync.upkeep.rebuild import rebuild
from tests.support.kept import (
    cells_said,
    cells_stored,
    cells_waiting,
    expect_nobody_gone,
    rows_of,
)
from tests.support.schema import SCHEMA
from tests.support.submissions import ACTOR, KEYS, START, RowSpec, Sending, build, in_force, sync
from tests.support.worlds import WORKBOOKS, worlds

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.receipt import Receipt
    from fpsheet_sync.merge.submission import Submission, SubmittedSheet
    from tests.support.stores import Stores


LATER = START + timedelta(days=30)
MOST = settings.default.max_examples if settings.default else 100
# Each example syncs a dozen files; --long tries more than a hundred worlds.
some = settings(max_examples=max(6, MOST // 16))
# All that is drawn is drawn before the database is used: where it fails once and not again (a
# server too busy, a lock), Hypothesis says so, and not that the example was another one.


@pytest.mark.slow
@some
@given(files=worlds(), data=st.data())
def test_a_world_keeps_every_promise(
    stores: Stores, files: list[Submission], data: st.DataObject
) -> None:
    """One by one, then again, shuffled elsewhere, and rebuilt (I1-I3, I5, I8, I10-I12)."""
    order = data.draw(st.permutations([*files, files[0]]), label="order")
    store = stores.first()
    noted: dict[int, str] = {}
    receipts: list[Receipt] = []
    for file in files:
        others = elsewhere(store, file.kommune_kode)
        receipt = sync(store, file)[0].receipt
        receipts.append(receipt)
        check_totals(file, receipt)
        check_kept(store, file, receipt)
        assert elsewhere(store, file.kommune_kode) == others
        noted[receipt.commit] = known_by(store, receipt.commit)
    assert {commit: known_by(store, commit) for commit in noted} == noted
    for kommune in {file.kommune_kode for file in files}:
        check_traced(store, kommune)
    check_repeated(store, files, receipts)
    other = stores.new()
    sync(other, *order)
    assert state_hash(other) == state_hash(store)
    assert told_between(other) == told_between(store)
    other.close()
    by_bytes = {file.original: file for file in files}
    third = stores.again(1)
    assert rebuild(store, third, by_bytes.__getitem__, ACTOR).is_same
    stores.close()


def told_between(store: Store) -> dict[str, list[tuple[str, str, int, str]]]:
    """Return who is one person, and what each kommune is told of the others."""
    with store.read() as connection:
        told = {"": [("", "", 0, repr(sorted(read_persons(connection).newest.items())))]}
        for kommune in sorted(set(WORKBOOKS.values())):
            found = find_between(connection, kommune)
            pairs = zip(found.findings, found.records, strict=True)
            told[kommune] = sorted((f.code, f.sheet, f.row, record) for f, record in pairs)
    return told


def elsewhere(store: Store, kommune: str) -> dict[str, str]:
    """Return the state of every other kommune."""
    with store.read() as connection:
        return {
            other: kommune_hash(connection, other)
            for other in sorted(set(WORKBOOKS.values()) - {kommune})
        }


def check_repeated(store: Store, files: list[Submission], receipts: list[Receipt]) -> None:
    """I3: the same files again are not new and get the same receipts."""
    again = sync(store, *files)
    assert [synced.is_new for synced in again] == [False] * len(files)
    assert [synced.receipt for synced in again] == receipts


def check_totals(file: Submission, receipt: Receipt) -> None:
    """I10: each row of the file is new, changed, withdrawn, unchanged, waiting, or a copy."""
    for name, numbers in receipt.sheets.items():
        merged = numbers.new + numbers.changed + numbers.withdrawn + numbers.unchanged
        rows = file.sheets[name].frame
        if receipt.held is not None:
            assert merged == 0
            continue
        copies = rows.height - merged - numbers.quarantined
        repeated = rows.height - rows.drop("raekke").unique().height
        assert 0 <= copies <= repeated


def check_kept(store: Store, file: Submission, receipt: Receipt) -> None:
    """I1: the store holds each value at its cell and no other; what waits, the quarantine too.

    The bytes of the file are there as well.
    """
    said = cells_said(file)
    assert cells_stored(store, file.sha256) == said
    waiting = {(row.sheet, row.row) for row in receipt.waiting}
    assert cells_waiting(store, file.sha256) == rows_of(said, waiting)
    original = schema.original
    wanted = select(original.c.data).where(original.c.sha256 == file.sha256)
    with store.read() as connection:
        sealed = bytes(connection.execute(wanted).scalar_one())
    assert KEYS.open_original(file.sha256, sealed) == file.original


def check_traced(store: Store, kommune: str) -> None:
    """I2: each value in force stands in the row of the file it is said to come from."""
    with store.read() as connection:
        state = read_state(connection, kommune)
        contents = schema.indhold
        said = {
            (row.indberetning_id, row.ark): {r["raekke"]: r for r in unpack(row.data).to_dicts()}
            for row in connection.execute(select(contents))
        }
    for name, layout in SCHEMA.layouts.items():
        for record in state.rows[name].to_dicts():
            for group, (commit, row) in record_sources(layout, record).items():
                cells = said[commit, name][row]
                assert [record[c] for c in layout.groups[group]] == [
                    cells[c] for c in layout.groups[group]
                ]


def known_by(store: Store, commit: int) -> str:
    """Return the state of the kommuner as it was after a commit."""
    table = schema.indberetning
    wanted = select(table.c.kommune_kode).where(table.c.id <= commit).distinct()
    with store.read() as connection:
        kommuner = sorted(connection.execute(wanted).scalars())
        return "".join(kommune_hash(connection, kommune, commit) for kommune in kommuner)


@pytest.mark.slow
@some
@given(files=worlds(), keep=st.sampled_from([0, 1, 2, 3]))
def test_who_says_nothing_changes_nothing(
    stores: Stores, files: list[Submission], keep: int
) -> None:
    """The last file saved again, a subset of it, an issue sent back: no change (I4, I6, I7).

    But where a citizen had several rows (nothing here was checked before it was merged), those
    that the issue does not show may be gone when it has come back; somebody's row never is.
    """
    store = stores.first()
    last = replace(files[-1], modified_at=LATER, sha256="1" * 64)
    sync(store, *files, last)
    before = in_force(store, last.kommune_kode)
    saved = replace(last, modified_at=LATER + timedelta(hours=1), sha256="2" * 64)
    sync(store, saved)
    assert in_force(store, last.kommune_kode) == before
    subset = {name: fewer(sheet, keep) for name, sheet in last.sheets.items()}
    sync(
        store, replace(last, sheets=subset, modified_at=LATER + timedelta(hours=2), sha256="3" * 64)
    )
    assert in_force(store, last.kommune_kode) == before
    actor = Actor("departementet", datetime(2026, 6, 1, tzinfo=UTC))
    issue = issue_workbook(store, last.kommune_kode, "EEEEEEEE", aar=2026, actor=actor)
    assert issue is not None
    rows = {
        name: [RowSpec(n, row.pop("raekke_id"), row) for n, row in enumerate(frame.to_dicts(), 4)]
        for name, frame in issue.rows.items()
    }
    sending = Sending(last.kommune_kode, "EEEEEEEE", issue.parent, minute=200_000)
    receipt = sync(store, build(rows, sending))[0].receipt
    assert not [found for found in receipt.findings if found["code"] in REFUSING]
    expect_nobody_gone(before, in_force(store, last.kommune_kode))
    stores.close()


def fewer(sheet: SubmittedSheet, keep: int) -> SubmittedSheet:
    """Return a sheet with some of its rows, as a filtered copy has."""
    kept = [n for n in range(sheet.frame.height) if n % 4 < keep]
    return replace(sheet, frame=sheet.frame[kept])


@some
@given(files=worlds(), data=st.data())
def test_a_blocked_case_changes_nothing(
    stores: Stores, files: list[Submission], data: st.DataObject
) -> None:
    """A file that is edited all over, with one case blocked: the case stays as it was (I9)."""
    last = files[-1]
    sheets = [sheet.frame["cpr"].drop_nulls() for sheet in last.sheets.values()]
    cpr = data.draw(st.sampled_from(sorted(set(pl.concat(sheets))) or ["6101801234"]))
    store = stores.first()
    sync(store, *files)
    borger = KEYS.pseudonyms([cpr], kommune_kode=last.kommune_kode)[0]
    before = case_of(store, last.kommune_kode, borger)
    blocked = {name: spoil(sheet, cpr) for name, sheet in last.sheets.items()}
    sync(store, replace(last, sheets=blocked, modified_at=LATER, sha256="4" * 64))
    assert case_of(store, last.kommune_kode, borger) == before
    stores.close()


def case_of(store: Store, kommune: str, borger: str) -> list[tuple[object, ...]]:
    """Return everything in force about one citizen."""
    rows = in_force(store, kommune)
    return [row for name in rows for row in rows[name] if row[1] == borger]


def spoil(sheet: SubmittedSheet, cpr: str) -> SubmittedSheet:
    """Edit the rows of a case and block them."""
    frame = sheet.frame
    mine = pl.col("cpr") == cpr
    for name in ("slut_dato", "arbejdsevne_pct", "sagsbehandler"):
        if name in frame.columns:
            other = pl.when(mine).then(None).otherwise(pl.col(name)).alias(name)
            frame = frame.with_columns(other)
    rows = frame.filter(mine)["raekke"].to_list()
    return replace(sheet, frame=frame, blocked=sheet.blocked | frozenset(rows))


@some
@given(files=worlds())
def test_every_value_of_a_blocked_case_waits(stores: Stores, files: list[Submission]) -> None:
    """A file that comes alone: each row of a case it blocks is in the quarantine whole (I1)."""
    for file in files:
        store = stores.first()
        receipt = sync(store, file)[0].receipt
        waiting = {(row.sheet, row.row) for row in receipt.waiting}
        own = {(name, row) for name, sheet in file.sheets.items() for row in sheet.blocked}
        repeated = {place for place in own - waiting if is_repeated(file, place, own & waiting)}
        assert own - waiting <= repeated
        said = cells_said(file)
        assert cells_waiting(store, file.sha256) == rows_of(said, waiting)
        stores.close()


def is_repeated(file: Submission, place: tuple[str, int], among: set[tuple[str, int]]) -> bool:
    """Return whether a row says to the letter what another one says."""
    sheet, row = place
    rows = {r["raekke"]: r for r in file.sheets[sheet].frame.to_dicts()}
    mine = {**rows[row], "raekke": 0}
    return any({**rows[other], "raekke": 0} == mine for name, other in among if name == sheet)
