"""Quarantine: the rows of blocked cases wait until a later file has them right."""

import json
from dataclasses import replace

import polars as pl

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import Layout
from fpsheet_sync.merge.content import BLOCKED, ROW, Frames
from fpsheet_sync.merge.record_identity import ROW_ID, Placed
from fpsheet_sync.merge.state import QUARANTINE_TYPES, State
from fpsheet_sync.merge.submitted_file import File
from fpsheet_templates.rule import Severity


def quarantine_rows(
    state: State, file: File, placed: Placed, *, base: Frames, foreign: frozenset[int]
) -> State:
    """Let the file's blocked rows wait, in place of what waited for the same records.

    What another workbook sent goes on waiting where the file's row only repeats what it was
    issued with: such a row answers nothing.

    Args:
        state: The state before.
        file: The file.
        placed: Its rows, each with its record.
        base: What its line of descent said before.
        foreign: Commits of other workbooks.
    """
    quarantine = state.quarantine
    answered: set[tuple[str, str]] = set()
    added: list[pl.DataFrame] = []
    for name, layout in state.layouts.items():
        frame = placed.rows[name]
        if frame.is_empty():
            continue
        waiting = quarantine.filter(pl.col("ark") == name)
        if not waiting.is_empty():
            found = _answered(layout, frame, waiting, (base[name], foreign))
            answered.update((name, record) for record in found)
        blocked = frame.filter(pl.col(BLOCKED))
        if not blocked.is_empty():
            added.append(_waiting(layout, blocked, file, placed))
    if not answered and not added:
        return state
    if answered:
        places = quarantine.select("ark", ROW_ID).iter_rows()
        quarantine = quarantine.filter(pl.Series([place not in answered for place in places]))
    waiting = pl.concat([quarantine, *added]).unique(["ark", ROW_ID], keep="first")
    return replace(state, quarantine=waiting.sort("ark", ROW_ID))


def _answered(
    layout: Layout,
    rows: pl.DataFrame,
    waiting: pl.DataFrame,
    line: tuple[pl.DataFrame, frozenset[int]],
) -> set[str]:
    """Return the records of a sheet that wait no longer as they did.

    Args:
        layout: The sheet.
        rows: The rows of the file.
        waiting: What waits.
        line: What its line of descent said before, and the commits of other workbooks.
    """
    base, foreign = line
    answering = rows.filter(pl.col(ROW_ID).is_in(waiting[ROW_ID].implode()))
    answered = set(answering[ROW_ID])
    is_foreign = pl.col("indberetning_id").is_in(sorted(foreign))
    theirs = set(waiting.filter(is_foreign)[ROW_ID]) if foreign else set()
    if theirs & answered:
        whole = [ROW_ID, *layout.values]
        new = answering.join(base, on=whole, how="anti", nulls_equal=True)
        answered -= theirs - set(new[ROW_ID])
    return answered


def _waiting(layout: Layout, blocked: pl.DataFrame, file: File, placed: Placed) -> pl.DataFrame:
    found = {row: set(codes) for (name, row), codes in file.codes.items() if name == layout.sheet}
    for finding in placed.findings:
        if finding.sheet == layout.sheet and finding.severity is Severity.FEJL:
            found.setdefault(finding.row, set()).add(finding.code)
    codes = {row: json.dumps(sorted(names)) for row, names in found.items()}
    waiting = blocked.select(
        pl.lit(layout.sheet).alias("ark"),
        ROW_ID,
        pl.lit(file.commit.id, dtype=pl.Int64).alias("indberetning_id"),
        ROW,
        BORGER,
        pl.col(ROW)
        .replace_strict(list(codes), list(codes.values()), default="[]", return_dtype=pl.String)
        .alias("koder"),
        pl.struct(list(layout.values)[1:]).struct.json_encode().alias("vaerdier"),
    )
    return waiting.select(pl.col(name).cast(dtype) for name, dtype in QUARANTINE_TYPES.items())
