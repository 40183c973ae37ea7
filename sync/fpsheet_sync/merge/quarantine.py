"""Quarantine: the rows of blocked cases wait until a later file has them right."""

import json
from dataclasses import replace

import polars as pl

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import Layout, alike
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
    seen: list[pl.DataFrame] = []
    added: list[pl.DataFrame] = []
    for name, layout in state.layouts.items():
        frame = placed.rows[name]
        if frame.is_empty():
            continue
        asked = quarantine.filter(pl.col("ark") == name)[ROW_ID]
        answering = frame.filter(pl.col(ROW_ID).is_in(asked.implode()))
        if not answering.is_empty():
            seen.append(_seen(layout, answering, base[name]))
        blocked = frame.filter(pl.col(BLOCKED))
        if not blocked.is_empty():
            added.append(_waiting(layout, blocked, file, placed))
    if not seen and not added:
        return state
    if seen:
        answered = quarantine.join(pl.concat(seen), on=["ark", ROW_ID], how="left").select(
            pl.col("repeats").is_not_null()
            & ~(pl.col("repeats") & pl.col("indberetning_id").is_in(sorted(foreign)))
        )
        quarantine = quarantine.filter(~answered.to_series())
    waiting = pl.concat([quarantine, *added]).unique(["ark", ROW_ID], keep="first")
    return replace(state, quarantine=waiting.sort("ark", ROW_ID))


def _seen(layout: Layout, rows: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    """Return the records that rows are about, and whether a row only repeats its base."""
    known = base.filter(pl.col(ROW_ID).is_in(rows[ROW_ID].implode()))
    said = known.select(ROW_ID, pl.col(layout.values).name.prefix("b:")).unique(ROW_ID)
    same = alike(layout.values, "", "b:") & pl.col("there").fill_null(value=False)
    return (
        rows.join(said.with_columns(there=pl.lit(value=True)), on=ROW_ID, how="left")
        .select(pl.lit(layout.sheet).alias("ark"), ROW_ID, repeats=same)
        .group_by("ark", ROW_ID)
        .agg(pl.col("repeats").all())
    )


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
