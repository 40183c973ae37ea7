"""Three-way merge of one sheet: per row, and per group of fields that belong together.

For each group of a row there are three values: what the file says, what its sender's copy was
told last (the base) and what the store holds. Who changed it against the base has the say; where
both did, and differently, it is a clash.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from fpsheet_sync.database.record_columns import ANNULLER
from fpsheet_sync.database.record_layout import Layout
from fpsheet_sync.merge.commit import NEW
from fpsheet_sync.merge.content import ROW
from fpsheet_sync.merge.lineage import SOURCE, SOURCES
from fpsheet_sync.merge.record_identity import ACCEPTED, ROW_ID, Row, row_number
from fpsheet_sync.merge.state import Claim, Plain, from_plain, to_plain

Sources = dict[str, list[int]]
"""Field group → [commit, Excel row]."""

CHOSEN = 0
"""The row of a value that comes from a decision and not from a cell."""


NO_GROUPS: Mapping[str, frozenset[str]] = {}


@dataclass(frozen=True, slots=True)
class Sides:
    """The three versions of one sheet.

    Attributes:
        held: Rows in force.
        said: Rows of the file, each with its record; blocked ones and copies are left out.
        base: What the sender's copy was told last (see `fpsheet_sync.merge.replay.descend`).
    """

    held: pl.DataFrame
    said: pl.DataFrame
    base: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Clash:
    """A group of a row that must be decided apart from the rest of the sheet.

    Attributes:
        row_id: The record.
        group: The field group.
        said: What the file says.
        held: What the store holds, and where that came from.
        base: What the file's parent said and where that came from; None where the row was new.
    """

    row_id: str
    group: str
    said: Claim
    held: Claim
    base: Claim | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A row of a file that differs from the store, or has an open conflict.

    Attributes:
        said: The row of the file.
        held: The record in force.
        told: What the base says; None where the row was new to it.
        takes: Field groups of which the file has the say.
        clashes: Field groups that must be decided apart.
    """

    said: Row = field(repr=False)
    held: Row = field(repr=False)
    told: Row | None = field(repr=False)
    takes: frozenset[str]
    clashes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Merged:
    """One sheet after a file was merged.

    Attributes:
        rows: Rows in force.
        new: Number of records that were not there.
        changed: Number of records that changed, withdrawn ones not counted.
        withdrawn: Number of records that were annulled.
        unchanged: Number of rows of the file that changed nothing.
        decided: Rows of the file that differ from the store, in the order of the file.
        clashes: Groups that are left as the store has them and must be decided.
    """

    rows: pl.DataFrame
    new: int
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    decided: tuple[Decided, ...] = ()
    clashes: tuple[Clash, ...] = ()


def merge_sheet(
    layout: Layout,
    sides: Sides,
    *,
    source: int = NEW,
    open_groups: Mapping[str, frozenset[str]] = NO_GROUPS,
) -> Merged:
    """Merge the accepted rows of a file into the rows in force.

    Args:
        layout: The sheet.
        sides: The three versions.
        source: The commit of the file.
        open_groups: Field group → records whose conflict on it is open; always a clash.
    """
    held = sides.held
    if sides.said.is_empty():
        return Merged(held, new=0)
    accepted = sides.said.filter(ACCEPTED)
    if held.is_empty():
        rows = _as_new(layout, accepted, source).sort(ROW_ID)
        return Merged(rows, new=rows.height)
    asking = _asking(layout, accepted, held, frozenset().union(*open_groups.values()))
    if asking.is_empty():
        return Merged(held, new=0, unchanged=accepted.height)
    stored = by_record(held, asking[ROW_ID])
    new = held.clear()
    if len(stored) < asking.height:
        new = _as_new(layout, asking.filter(~pl.col(ROW_ID).is_in(list(stored))), source)
    told = by_record(sides.base, stored)
    said = {str(row[ROW_ID]): row for row in asking.to_dicts()}
    decided = tuple(
        _decide(layout, row, (stored[record], told.get(record)), open_groups)
        for record, row in said.items()
        if record in stored
    )
    changed = [_changed_row(layout, one, source) for one in decided if one.takes]
    withdrawn = sum(
        row[ANNULLER] is not None and stored[str(row[ROW_ID])][ANNULLER] is None for row in changed
    )
    return Merged(
        rows=_with_changed(held, changed, new),
        new=new.height,
        changed=len(changed) - withdrawn,
        withdrawn=withdrawn,
        unchanged=accepted.height - new.height - len(changed),
        decided=decided,
        clashes=tuple(_clashes(layout, decided, source)),
    )


def set_groups(
    layout: Layout, rows: pl.DataFrame, changes: Mapping[tuple[str, str], Claim]
) -> pl.DataFrame:
    """Return the rows with some groups set, and where the values came from noted.

    Args:
        layout: The sheet.
        rows: Rows in force, or of a line of descent.
        changes: (row id, field group) → the values and their source.
    """
    by_record: dict[str, dict[str, Claim]] = {}
    for (row_id, group), claim in changes.items():
        by_record.setdefault(row_id, {})[group] = claim
    touched = pl.col(ROW_ID).is_in(sorted(by_record))
    records = rows.filter(touched).to_dicts()
    for record in records:
        sources = record_sources(layout, record)
        for group, claim in by_record[str(record[ROW_ID])].items():
            for column, value in zip(layout.groups[group], claim.values, strict=True):
                record[column] = from_plain(layout, column, value)
            sources[group] = [claim.source, claim.row]
        record[SOURCE], record[ROW], record[SOURCES] = _fold_sources(layout, sources)
    changed = pl.DataFrame(records, schema=rows.schema)
    return pl.concat([rows.filter(~touched), changed]).sort(ROW_ID)


def _as_new(layout: Layout, arriving: pl.DataFrame, source: int) -> pl.DataFrame:
    return arriving.select(
        ROW_ID,
        *layout.values,
        pl.lit(source, dtype=pl.Int64).alias(SOURCE),
        ROW,
        pl.lit(None, dtype=pl.String).alias(SOURCES),
    )


def _asking(
    layout: Layout, accepted: pl.DataFrame, held: pl.DataFrame, open_ids: frozenset[str]
) -> pl.DataFrame:
    """Return the rows of a file that say anything but what is in force, or have an open conflict.

    They are few: nearly all of a month's rows were there before.
    """
    whole = [ROW_ID, *layout.values]
    asking = accepted.join(held, on=whole, how="anti", nulls_equal=True, maintain_order="left")
    if not open_ids:
        return asking
    wanted = sorted(open_ids.union(asking[ROW_ID]))
    return accepted.filter(pl.col(ROW_ID).is_in(wanted))


def by_record(rows: pl.DataFrame, records: Iterable[str]) -> dict[str, Row]:
    """Return the rows of some records: row id → row."""
    wanted = rows.filter(pl.col(ROW_ID).is_in(list(records)))
    return {str(row[ROW_ID]): row for row in wanted.to_dicts()}


def _decide(
    layout: Layout,
    said: Row,
    known: tuple[Row, Row | None],
    open_groups: Mapping[str, frozenset[str]],
) -> Decided:
    """Say for each group whether the row of the file is taken, or clashes with what is in force.

    Args:
        layout: The sheet.
        said: The row of the file.
        known: The record in force, and what the base says.
        open_groups: Field group → records whose conflict on it is open.
    """
    held, told = known
    takes: set[str] = set()
    clashes: set[str] = set()
    for group, columns in layout.groups.items():
        if told is not None and is_same(columns, said, told):
            continue  # it repeats what it was told, and says nothing of its own
        if said[ROW_ID] in open_groups.get(group, ()):
            clashes.add(group)
        elif not is_same(columns, said, held):
            is_known = told is not None and is_same(columns, held, told)
            (takes if is_known else clashes).add(group)
    return Decided(said, held, told, frozenset(takes), frozenset(clashes))


def is_same(columns: Iterable[str], one: Row, other: Row) -> bool:
    """Return whether two rows say the same in some columns; blank equals blank."""
    return all(one[column] == other[column] for column in columns)


def _changed_row(layout: Layout, one: Decided, source: int) -> Row:
    """Return a record that took something from the file, with its new provenance."""
    sources = record_sources(layout, one.held)
    row = {name: one.held[name] for name in (ROW_ID, *layout.values)}
    for group in one.takes:
        sources[group] = [source, row_number(one.said)]
        row |= {column: one.said[column] for column in layout.groups[group]}
    row[SOURCE], row[ROW], row[SOURCES] = _fold_sources(layout, sources)
    return row


def _with_changed(held: pl.DataFrame, changed: list[Row], new: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in force with some in another version, and with new ones."""
    ids = [str(row[ROW_ID]) for row in changed]
    others = held.filter(~pl.col(ROW_ID).is_in(ids)) if ids else held
    versions = pl.DataFrame(changed, schema=held.schema)
    return pl.concat([others, versions, new]).sort(ROW_ID)


def record_sources(layout: Layout, row: Mapping[str, object]) -> Sources:
    """Return where each group of a record came from."""
    common = [int(str(row[SOURCE])), row_number(row)]
    special: Sources = json.loads(str(row[SOURCES] or "{}"))
    return {group: special.get(group, common) for group in layout.groups}


def _fold_sources(layout: Layout, sources: Sources) -> tuple[int, int, str | None]:
    """Write sources shortly: the most common one, and JSON for the groups that differ."""
    counted: dict[tuple[int, int], int] = {}
    for commit, row in sources.values():
        counted[commit, row] = counted.get((commit, row), 0) + 1
    # Of equals the first in group order: numbers of commits depend on arrival.
    common = max(counted, key=lambda pair: counted[pair])
    special = {g: sources[g] for g in layout.groups if tuple(sources[g]) != common}
    return *common, json.dumps(special, separators=(",", ":")) if special else None


def _clashes(layout: Layout, decided: Iterable[Decided], source: int) -> Iterator[Clash]:
    for one in decided:
        if not one.clashes:
            continue
        held = record_sources(layout, one.held)
        told = {} if one.told is None else record_sources(layout, one.told)
        for group in layout.groups:
            if group in one.clashes:
                base = None
                if one.told is not None:
                    base = _claim(layout, one.told, group, told[group])
                yield Clash(
                    row_id=str(one.said[ROW_ID]),
                    group=group,
                    said=_claim(layout, one.said, group, [source, row_number(one.said)]),
                    held=_claim(layout, one.held, group, held[group]),
                    base=base,
                )


def _claim(layout: Layout, row: Row, group: str, place: Sequence[int]) -> Claim:
    values: tuple[Plain, ...] = tuple(to_plain(row[column]) for column in layout.groups[group])
    commit, number = place
    return Claim(commit, number, values)
