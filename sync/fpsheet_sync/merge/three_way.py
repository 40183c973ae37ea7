"""Three-way merge of one sheet: per row, and per group of fields that belong together.

For each group of a row there are three values: what the file says, what its sender's copy was
told last (the base) and what the store holds. Who changed it against the base has the say; where
both did, and differently, it is a clash.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from fpsheet_sync.database.record_columns import ANNULLER
from fpsheet_sync.database.record_layout import PROVENANCE, Layout, alike
from fpsheet_sync.merge.commit import NEW
from fpsheet_sync.merge.content import BLOCKED, ROW
from fpsheet_sync.merge.lineage import SOURCE, SOURCES
from fpsheet_sync.merge.record_identity import COPY, ROW_ID
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
class Merged:
    """One sheet after a file was merged.

    Attributes:
        rows: Rows in force.
        new: Number of records that were not there.
        changed: Number of records that changed, withdrawn ones not counted.
        withdrawn: Number of records that were annulled.
        unchanged: Number of rows of the file that changed nothing.
        decided: Rows of the file that differ from the store, beside the store (`m:`) and the base
            (`b:`), with `take:` and `clash:` for each group.
        clashes: Groups that are left as the store has them and must be decided.
    """

    rows: pl.DataFrame
    new: int
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    decided: pl.DataFrame = field(default_factory=pl.DataFrame)
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
    values = list(layout.values)
    accepted = sides.said.lazy().filter(~pl.col(BLOCKED) & ~pl.col(COPY))
    if held.is_empty():
        rows = _as_new(layout, accepted, source).sort(ROW_ID).collect()
        return Merged(rows, new=rows.height)
    arriving = accepted.select(ROW_ID, ROW, *values).collect()
    stored = held.select(
        ROW_ID, pl.col(*values, *PROVENANCE).name.prefix("m:"), pl.lit(value=True).alias("m:there")
    )
    joined = arriving.join(stored, on=ROW_ID, how="left", maintain_order="left")
    is_new = pl.col("m:there").is_null()
    new = _as_new(layout, joined.lazy().filter(is_new), source).collect()
    is_open = _is_open(open_groups)
    differs = pl.any_horizontal(pl.col(v).ne_missing(pl.col(f"m:{v}")) for v in values)
    differing = joined.filter(~is_new & (differs | is_open))
    unchanged = joined.height - new.height - differing.height
    if differing.is_empty():
        rows = held if new.is_empty() else pl.concat([held, new]).sort(ROW_ID)
        return Merged(rows, new=new.height, unchanged=unchanged)
    decided = _decide(layout, differing, sides.base, open_groups)
    changed = _changed_rows(layout, decided, source)
    kept = held.join(changed, on=ROW_ID, how="anti")
    withdrawn = changed.join(held, on=ROW_ID).filter(
        pl.col(ANNULLER).is_not_null() & pl.col(f"{ANNULLER}_right").is_null()
    )
    return Merged(
        rows=pl.concat([kept, changed, new]).sort(ROW_ID),
        new=new.height,
        changed=changed.height - withdrawn.height,
        withdrawn=withdrawn.height,
        unchanged=unchanged + differing.height - changed.height,
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


def _as_new(layout: Layout, arriving: pl.LazyFrame, source: int) -> pl.LazyFrame:
    return arriving.select(
        ROW_ID,
        *layout.values,
        pl.lit(source, dtype=pl.Int64).alias(SOURCE),
        ROW,
        pl.lit(None, dtype=pl.String).alias(SOURCES),
    )


def _is_open(open_groups: Mapping[str, frozenset[str]]) -> pl.Expr:
    ids: set[str] = set().union(*open_groups.values())
    return pl.col(ROW_ID).is_in(sorted(ids))


def _decide(
    layout: Layout,
    differing: pl.DataFrame,
    base: pl.DataFrame,
    open_groups: Mapping[str, frozenset[str]],
) -> pl.DataFrame:
    """Put the base beside each row and say for each group: `take:` the file's, or a `clash:`."""
    old = base.select(
        ROW_ID,
        pl.col(SOURCE, ROW, SOURCES, *layout.values).name.prefix("b:"),
        pl.lit(value=True).alias("b:there"),
    )
    joined = differing.join(old, on=ROW_ID, how="left", maintain_order="left")
    had = pl.col("b:there").is_not_null()
    verdicts: list[pl.Expr] = []
    for group, columns in layout.groups.items():
        said_held = alike(columns, "", "m:")
        said_base = had & alike(columns, "", "b:")
        held_base = had & alike(columns, "m:", "b:")
        moved = ~said_held & ~said_base
        take, clash = moved & held_base, moved & ~held_base
        if group in open_groups:
            is_open = pl.col(ROW_ID).is_in(sorted(open_groups[group]))
            take, clash = take & ~is_open, (clash & ~is_open) | (is_open & ~said_base)
        verdicts += [take.alias(f"take:{group}"), clash.alias(f"clash:{group}")]
    return joined.with_columns(verdicts)


def _changed_rows(layout: Layout, decided: pl.DataFrame, source: int) -> pl.DataFrame:
    """Return the records that took something from the file, with their new provenance."""
    takes = [f"take:{group}" for group in layout.groups]
    taking = decided.filter(pl.any_horizontal(takes))
    merged = taking.select(
        ROW_ID,
        *(
            pl.when(f"take:{group}")
            .then(pl.col(column))
            .otherwise(pl.col(f"m:{column}"))
            .alias(column)
            if taking[f"take:{group}"].any()
            else pl.col(f"m:{column}").alias(column)
            for group, columns in layout.groups.items()
            for column in columns
        ),
    )
    provenance = pl.DataFrame(
        [_new_sources(layout, row, source) for row in taking.iter_rows(named=True)],
        schema=dict(PROVENANCE),
        orient="row",
    )
    return merged.hstack(provenance).select(*layout.record_types())


def _new_sources(
    layout: Layout, row: Mapping[str, object], source: int
) -> tuple[int, int, str | None]:
    sources = record_sources(layout, row, "m:")
    for group in layout.groups:
        if row[f"take:{group}"]:
            sources[group] = [source, _whole(row[ROW])]
    return _fold_sources(layout, sources)


def record_sources(layout: Layout, row: Mapping[str, object], mark: str = "") -> Sources:
    """Return where each group of a record came from; `mark` is the prefix of its columns."""
    common = [_whole(row[f"{mark}{SOURCE}"]), _whole(row[f"{mark}{ROW}"])]
    special: Sources = json.loads(str(row[f"{mark}{SOURCES}"] or "{}"))
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


def _clashes(layout: Layout, decided: pl.DataFrame, source: int) -> Iterator[Clash]:
    marks = [f"clash:{group}" for group in layout.groups]
    for row in decided.filter(pl.any_horizontal(marks)).iter_rows(named=True):
        held = record_sources(layout, row, "m:")
        told = record_sources(layout, row, "b:") if row["b:there"] else {}
        for group in layout.groups:
            if row[f"clash:{group}"]:
                base = None
                if row["b:there"]:
                    base = _claim(layout, row, group, "b:", *told[group])
                yield Clash(
                    row_id=str(row[ROW_ID]),
                    group=group,
                    said=_claim(layout, row, group, "", source, row[ROW]),
                    held=_claim(layout, row, group, "m:", *held[group]),
                    base=base,
                )


def _claim(  # noqa: PLR0913, PLR0917 - one value of each kind
    layout: Layout,
    row: Mapping[str, object],
    group: str,
    mark: str,
    source: object,
    number: object,
) -> Claim:
    values: tuple[Plain, ...] = tuple(to_plain(row[f"{mark}{c}"]) for c in layout.groups[group])
    return Claim(_whole(source), _whole(number), values)


def _whole(value: object) -> int:
    return int(str(value))
