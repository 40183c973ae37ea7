"""Fates: what the database notes about each commit that was folded."""

from collections.abc import Mapping

import polars as pl
from sqlalchemy import Connection

from fpsheet_sync.database.schema import store_schema
from fpsheet_sync.merge.commit import NEW, Status
from fpsheet_sync.merge.content import BLOCKED, FILE_ID, no_rows, pack
from fpsheet_sync.merge.file_merge import Outcome
from fpsheet_sync.merge.identity import REFUSING, ROW_ID
from fpsheet_sync.merge.lineage import SOURCE
from fpsheet_sync.merge.record_layout import layouts


def status_of(outcome: Outcome) -> Status:
    """Give what became of a file as a whole."""
    if outcome.hold is not None:
        return Status.HELD
    waits = any(numbers.quarantined for numbers in outcome.sheets.values())
    return Status.QUARANTINE if waits else Status.MERGED


def parent_of(outcome: Outcome, number: int) -> int | None:
    """Give the commit a file was merged against; the planned one has `number`."""
    parent = outcome.descended.ancestry.parent
    return None if parent is None else parent.id or number


def pack_lines(outcome: Outcome, number: int) -> dict[str, bytes | None]:
    """Give what the line of descent says, per sheet; None where the rows of the file say it all."""
    lines: dict[str, bytes | None] = {}
    is_plain = outcome.hold is None and all(f.code not in REFUSING for f in outcome.findings)
    for name in layouts():
        placed, base = outcome.placed[name], outcome.descended.base[name]
        is_silent = placed.is_empty() and base.is_empty()
        if is_silent or (is_plain and _says_it_all(placed, base)):
            lines[name] = None
            continue
        line = outcome.line_of(name)
        lines[name] = pack(line.with_columns(pl.col(SOURCE).replace(NEW, number)))
    return lines


def _says_it_all(placed: pl.DataFrame, base: pl.DataFrame) -> bool:
    """Tell whether a line is the rows that the check let through, under the ids of the file."""
    if placed.is_empty():
        return base.is_empty()
    if placed[ROW_ID].ne_missing(placed[FILE_ID]).any():
        return False
    return (
        base.is_empty()
        or base.join(placed.filter(~pl.col(BLOCKED)), on=ROW_ID, how="anti").is_empty()
    )


def update_others(connection: Connection, outcomes: Mapping[int, Outcome], number: int) -> None:
    """Bring the other commits in step, where the kommune was folded again."""
    schema = store_schema()
    commit, contents = schema["indberetning"], schema["indhold"]
    for commit_id, outcome in outcomes.items():
        if commit_id == NEW:
            continue
        connection.execute(
            commit.update().where(commit.c.id == commit_id),
            {"status": status_of(outcome), "afstamning": parent_of(outcome, number)},
        )
        for name, line in pack_lines(outcome, number).items():
            place = {"indberetning_id": commit_id, "ark": name}
            is_place = contents.c.indberetning_id == commit_id, contents.c.ark == name
            found = connection.execute(contents.update().where(*is_place), {"linje": line})
            if line is not None and not found.rowcount:
                data = pack(no_rows()[name])
                connection.execute(contents.insert(), {**place, "data": data, "linje": line})
