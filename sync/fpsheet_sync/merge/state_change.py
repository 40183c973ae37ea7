"""Changes: what must be written so that one state becomes another."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import polars as pl

from fpsheet_sync.merge.record_identity import ROW_ID
from fpsheet_sync.merge.state import Conflict, Explained, Hold, Key, Notice, State

K = TypeVar("K")
V = TypeVar("V")
N = TypeVar("N", Notice, Explained)


@dataclass(frozen=True, slots=True)
class RowChange:
    """Versions of one sheet.

    Attributes:
        opened: New versions, as the state has rows.
        closed: Row ids whose version in force ends.
    """

    opened: pl.DataFrame
    closed: pl.Series


@dataclass(frozen=True, slots=True)
class Change:
    """The difference between two states of a kommune; each part says what begins and what ends.

    Attributes:
        rows: Sheet → versions; sheets without a change are left out.
        quarantine_opened: Rows that begin to wait.
        quarantine_closed: Rows that no longer wait (`indberetning_id`, `ark`, `raekke`).
        conflicts: Key → conflict, None where it was closed.
        notices: Key → notices, None where there are none any more.
        holds: Commit → hold, None where it was released.
        explanations: Key → explanation, None where it no longer holds.
    """

    rows: Mapping[str, RowChange]
    quarantine_opened: pl.DataFrame
    quarantine_closed: pl.DataFrame
    conflicts: Mapping[Key, Conflict | None]
    notices: Mapping[Key, tuple[Notice, ...] | None]
    holds: Mapping[int, Hold | None]
    explanations: Mapping[Key, Explained | None]


def compare(before: State, after: State) -> Change:
    """Return what must be written so that `before` becomes `after`."""
    place = ["indberetning_id", "ark", "raekke"]
    same = [name for name in after.quarantine.columns if name not in place]
    opened = _differing(after.quarantine, before.quarantine, place, same)
    closed = _differing(before.quarantine, after.quarantine, place, same)
    return Change(
        rows=dict(_row_changes(before, after)),
        quarantine_opened=opened,
        quarantine_closed=closed.select(place),
        conflicts=_compare(before.conflicts, after.conflicts),
        notices=_compare(before.notices, after.notices),
        holds=_compare(before.holds, after.holds),
        explanations=_compare(before.explanations, after.explanations),
    )


def _row_changes(before: State, after: State) -> list[tuple[str, RowChange]]:
    found: list[tuple[str, RowChange]] = []
    for name, layout in after.layouts.items():
        old, new = before.rows[name], after.rows[name]
        if old is new:
            continue
        columns = [column for column in layout.record_types() if column != ROW_ID]
        opened = new if old.is_empty() else _differing(new, old, [ROW_ID], columns)
        ids, begun, left = (frame[ROW_ID] for frame in (old, opened, new))
        ended = ids.filter(ids.is_in(begun.implode()) | ~ids.is_in(left.implode()))
        if opened.height or len(ended):
            found.append((name, RowChange(opened, ended)))
    return found


def _differing(
    these: pl.DataFrame, those: pl.DataFrame, key: list[str], columns: list[str]
) -> pl.DataFrame:
    """Return the rows of the one frame that the other lacks or has with other values."""
    if these.is_empty() or those.is_empty():
        return these
    whole = [*key, *columns]
    return these.join(those, on=whole, how="anti", nulls_equal=True, maintain_order="left")


def _compare(before: Mapping[K, V], after: Mapping[K, V]) -> dict[K, V | None]:
    changes: dict[K, V | None] = {
        key: value for key, value in after.items() if before.get(key) != value
    }
    changes.update(dict.fromkeys(key for key in before if key not in after))
    return changes


def renumber(change: Change, number: int) -> Change:
    """Return a planned change under the number its commit got.

    Rows get theirs as they are written.
    """
    commit = pl.col("indberetning_id").replace(0, number)
    return Change(
        rows=change.rows,
        quarantine_opened=change.quarantine_opened.with_columns(commit),
        quarantine_closed=change.quarantine_closed,
        conflicts={
            key: None if conflict is None else _own_conflict(conflict, number)
            for key, conflict in change.conflicts.items()
        },
        notices={
            key: None if notices is None else tuple(_own(notice, number) for notice in notices)
            for key, notices in change.notices.items()
        },
        holds={number if key == 0 else key: hold for key, hold in change.holds.items()},
        explanations={
            key: None if explained is None else _own(explained, number)
            for key, explained in change.explanations.items()
        },
    )


def _own(value: N, number: int) -> N:
    return replace(value, source=number) if value.source == 0 else value


def _own_conflict(conflict: Conflict, number: int) -> Conflict:
    claims = tuple(
        replace(claim, source=number) if claim.source == 0 else claim for claim in conflict.claims
    )
    return replace(conflict, claims=claims)
