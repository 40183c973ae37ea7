"""Settlements: the decisions that a receipt tells, those of the file and those it does not know.

A workbook goes on saying what its cells say. Where a conflict was decided elsewhere, the receipt
brings the decision, and the returned workbook has it in its cells.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from sqlalchemy import Connection

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import Layout
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.ledger.merge_plan import MergePlan
from fpsheet_sync.ledger.receipt import Settlement, ShownClaim, show_conflict
from fpsheet_sync.ledger.settled_conflicts import Conflicts, given_rulings
from fpsheet_sync.merge.commit import NEW
from fpsheet_sync.merge.record_identity import ACCEPTED, ROW_ID
from fpsheet_sync.merge.stamp import short_identity
from fpsheet_sync.merge.state import Key, key_id, to_plain
from fpsheet_sync.merge.three_way import CHOSEN, record_sources

Row = Mapping[str, Any]


def find_settlements(connection: Connection, plan: MergePlan) -> Iterator[Settlement]:
    """Yield the settlements for the receipt of a planned file, in the order of sheets."""
    if plan.outcome.hold is not None:
        return
    for name, layout in schema_of(connection).layouts.items():
        for record, said in _decided(plan, name):
            for group, (commit, row) in record_sources(layout, record).items():
                key = (name, str(record[ROW_ID]), group)
                if row == CHOSEN and key not in plan.after.conflicts:
                    yield from _settlement(connection, plan, key, commit, (record, said))


def _decided(plan: MergePlan, name: str) -> Iterator[tuple[Row, Row | None]]:
    """Yield the records of a sheet that hold a decision, each with the row of the file, if any."""
    rows = plan.after.rows[name]
    mark = f",{CHOSEN}]"
    decided = rows.filter(
        (pl.col("raekke") == CHOSEN) | pl.col("kilder").str.contains(mark, literal=True)
    )
    if decided.is_empty():
        return
    placed = plan.outcome.placed[name].filter(ACCEPTED)
    said = {row[ROW_ID]: row for row in placed.iter_rows(named=True)}
    for record in decided.iter_rows(named=True):
        yield record, said.get(record[ROW_ID])


def _settlement(
    connection: Connection, plan: MergePlan, key: Key, commit: int, rows: tuple[Row, Row | None]
) -> Iterator[Settlement]:
    name, row_id, group = key
    layout, (record, said) = schema_of(connection).layouts[name], rows
    values = _shown(layout, group, record)
    told = {} if said is None else _shown(layout, group, said)
    number = key_id(plan.prepared.head.kommune_kode, key)
    if commit != NEW and (said is None or told == values):
        return
    by, reason, claims = (
        _own(plan, key, number) if commit == NEW else _ruling(connection, plan, key, commit)
    )
    identity = plan.prepared.head.sha256 if commit == NEW else plan.hashes[commit]
    decision = short_identity(identity)
    yield Settlement(number, name, row_id, values, told, by, reason, claims, decision)


def _shown(layout: Layout, group: str, row: Row) -> dict[str, Any]:
    secret = {BORGER, *layout.secrets}
    return {name: to_plain(row[name]) for name in layout.groups[group] if name not in secret}


def _own(plan: MergePlan, key: Key, number: str) -> tuple[str, str, tuple[ShownClaim, ...]]:
    """Return who chose in the file itself."""
    head = plan.prepared.head
    choice = next(one for one in head.choices if one.conflict_id == number)
    known = plan.before.conflicts.get(key)
    if known is None:
        return choice.by, choice.reason, ()
    shown = show_conflict(plan.after.layouts, head.kommune_kode, key, known, plan.hashes)
    return choice.by, choice.reason, shown.claims


def _ruling(
    connection: Connection, plan: MergePlan, key: Key, commit: int
) -> tuple[str, str, tuple[ShownClaim, ...]]:
    """Return who decided elsewhere, and between what."""
    kommune = plan.prepared.head.kommune_kode
    number = key_id(kommune, key)
    for one in reversed(Conflicts(connection).settled(kommune, key[1])):
        ruling = one.ruling
        if one.conflict.id == number and ruling is not None and ruling.commit == commit:
            return ruling.by, ruling.reason, one.conflict.claims
    for given in given_rulings(connection, kommune):
        if given.conflict_id == number and given.ruling.commit == commit:
            return given.ruling.by, given.ruling.reason, ()
    return "", "", ()
