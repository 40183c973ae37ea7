"""What a receipt tells of the rows of a file: what was found, what waits, what got a record."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from typing import Any

import polars as pl

from fpsheet_sync.ledger.receipt import WaitingRow
from fpsheet_sync.merge.content import FILE_ID, ROW, Frames
from fpsheet_sync.merge.record_identity import ROW_ID
from fpsheet_sync.merge.state import State
from fpsheet_validation.finding import Finding


def plain_findings(findings: Iterable[Finding], placed: Frames) -> Iterator[dict[str, Any]]:
    """Yield findings as JSON has them, each with the record of its row.

    Args:
        findings: What was found.
        placed: The rows of the file, each with its record.
    """
    found = tuple(findings)
    records = {
        (name, row): row_id
        for name in {finding.sheet for finding in found if finding.row} & set(placed)
        for row, row_id in placed[name].select(ROW, ROW_ID).iter_rows()
    }
    for finding in found:
        record = records.get((finding.sheet, finding.row), "")
        yield {**finding_dict(finding), "row_id": record}


def finding_dict(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON has it; it holds no values."""
    return {**asdict(finding), "cell": finding.cell, "details": dict(finding.details)}


def waiting_rows(state: State, source: int) -> Iterator[WaitingRow]:
    """Yield the rows of a file (its commit is `source`) that wait, by sheet and row."""
    mine = state.quarantine.filter(pl.col("indberetning_id") == source)
    read_codes = cache(json.loads)
    for sheet, row, row_id, codes in (
        mine.sort("ark", ROW).select("ark", ROW, ROW_ID, "koder").iter_rows()
    ):
        yield WaitingRow(sheet, row, row_id, tuple(read_codes(codes)))


def assigned_rows(placed: Frames, rows: Frames) -> Iterator[tuple[str, int, str]]:
    """Yield the rows that got a record other than their id in the file names."""
    for name, frame in placed.items():
        is_other = frame[ROW_ID].ne_missing(rows[name][FILE_ID])
        if is_other.any():
            for row, row_id in frame.filter(is_other).select(ROW, ROW_ID).iter_rows():
                yield name, row, row_id
