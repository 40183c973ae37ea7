"""Explanations of warnings: kept until the values they were given for change."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from fpsheet_sync.database.record_layout import Layout
from fpsheet_sync.merge.content import ROW
from fpsheet_sync.merge.record_identity import ROW_ID, Placed
from fpsheet_sync.merge.state import Explained, State, to_plain
from fpsheet_sync.merge.submitted_file import File


def fingerprint(layout: Layout, row: Mapping[str, object]) -> str:
    """Return a fingerprint of a row's values; an explanation holds until it changes."""
    said = json.dumps([to_plain(row[column]) for column in layout.values])
    return hashlib.sha256(said.encode()).hexdigest()


def keep_explanations(state: State, file: File, placed: Placed) -> State:
    """Keep the explanations whose values are as they were, and add those of the file."""
    if not state.explanations and not file.explanations:
        return state
    kept = dict(state.explanations)
    for name, layout in state.layouts.items():
        frame = placed.rows[name]
        ids = sorted({row_id for sheet, row_id, _ in kept if sheet == name})
        rows = {row[ROW_ID]: row for row in frame.filter(pl.col(ROW_ID).is_in(ids)).to_dicts()}
        for key in [key for key in kept if key[0] == name and key[1] in rows]:
            if fingerprint(layout, rows[key[1]]) != kept[key].fingerprint:
                del kept[key]
        own = {e.row for e in file.explanations if e.sheet == name}
        by_row = {row[ROW]: row for row in frame.filter(pl.col(ROW).is_in(sorted(own))).to_dicts()}
        for said in (e for e in file.explanations if e.sheet == name):
            row = by_row.get(said.row)
            row_id = "" if row is None else str(row[ROW_ID])
            mark = "" if row is None else fingerprint(layout, row)
            known = kept.get((name, row_id, said.code))
            if known is None or (known.fingerprint, known.text) != (mark, said.text):
                kept[name, row_id, said.code] = Explained(file.commit.id, mark, said.text)
    return replace(state, explanations=kept)
