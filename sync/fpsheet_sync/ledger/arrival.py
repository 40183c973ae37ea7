"""Arrival: what a file that does not come last did to what was in force when it came.

It is merged at its place among the others (`fpsheet_sync.merge.replay`), where rows may be new
that a later file brought long ago. Its receipt tells what it changed on the day it came.
"""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from fpsheet_sync.database.record_columns import ANNULLER, BORGER
from fpsheet_sync.database.record_layout import Layout
from fpsheet_sync.merge.content import ROW
from fpsheet_sync.merge.file_findings import finish
from fpsheet_sync.merge.file_merge import Outcome, SheetOutcome
from fpsheet_sync.merge.one_row_each import is_one_each
from fpsheet_sync.merge.record_identity import ACCEPTED, ROW_ID
from fpsheet_sync.merge.state import State
from fpsheet_sync.merge.submitted_file import File
from fpsheet_sync.merge.unlikely_change import find_twins
from fpsheet_validation.finding import Finding


def seen_on_arrival(outcome: Outcome, file: File, before: State, after: State) -> Outcome:
    """Return what a file did, with its rows counted by what was in force when it came.

    Args:
        outcome: What it did at its place.
        file: The file.
        before: The state when it came.
        after: The state with the file at its place.

    Findings: HIS-008.
    """
    if outcome.hold is not None:
        return outcome
    sheets = {
        name: _count(layout, outcome, before.rows[name], after.rows[name])
        for name, layout in outcome.layouts.items()
    }
    found = finish((*outcome.findings, *_twins(outcome, before)), file)
    return replace(outcome, sheets=sheets, findings=found)


def _accepted(outcome: Outcome, sheet: str) -> pl.DataFrame:
    return outcome.placed[sheet].filter(ACCEPTED)


def _count(
    layout: Layout, outcome: Outcome, before: pl.DataFrame, after: pl.DataFrame
) -> SheetOutcome:
    """Count the rows of a sheet by what became of their records since the file came."""
    accepted, whole = _accepted(outcome, layout.sheet), list(layout.values)
    if not is_one_each(layout):
        whole.append(ROW_ID)
    now = after.filter(pl.col(ROW_ID).is_in(accepted[ROW_ID].implode()))
    other = now.join(before, on=whole, how="anti", nulls_equal=True)
    was_there = other.select(_is_in(layout, before)).to_series()
    annulled = before.filter(pl.col(ANNULLER).is_not_null())[ROW_ID]
    changed = other.filter(was_there)
    withdrawn = changed.filter(
        pl.col(ANNULLER).is_not_null(), ~pl.col(ROW_ID).is_in(annulled.implode())
    ).height
    new = other.height - changed.height
    return replace(
        outcome.sheets[layout.sheet],
        new=new,
        changed=changed.height - withdrawn,
        withdrawn=withdrawn,
        unchanged=accepted.height - new - changed.height,
    )


def _is_in(layout: Layout, before: pl.DataFrame) -> pl.Expr:
    """Return the condition that a record was in force, or on Borgere the citizen, by any number."""
    is_there = pl.col(ROW_ID).is_in(before[ROW_ID].implode())
    if is_one_each(layout):
        numbers = pl.concat([before[column].drop_nulls() for column in (BORGER, *layout.secrets)])
        is_there |= pl.any_horizontal(
            pl.col(column).is_in(numbers.implode()).fill_null(value=False)
            for column in (BORGER, *layout.secrets)
        )
    return is_there


def _twins(outcome: Outcome, before: State) -> Iterator[Finding]:
    """Yield the new rows like one in force that stand behind them in the order of the files."""
    told = {(one.sheet, one.row) for one in outcome.findings if one.code == "HIS-008"}
    for name, layout in outcome.layouts.items():
        if not is_one_each(layout):
            rows = _accepted(outcome, name).filter(
                ~pl.col(ROW).is_in([row for sheet, row in told if sheet == name])
            )
            yield from find_twins(outcome.layouts.form, layout, before.rows[name], rows)
