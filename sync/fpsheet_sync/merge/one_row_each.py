"""One citizen has one row on Borgere in a kommune, whatever workbooks and numbers they came by."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import polars as pl

from fpsheet_sync.database.record_columns import ANNULLER, BORGER
from fpsheet_sync.database.record_layout import Layout
from fpsheet_sync.merge.conflict import note_replaced
from fpsheet_sync.merge.content import ROW, Frames
from fpsheet_sync.merge.record_identity import ACCEPTED, ROW_ID, Row
from fpsheet_sync.merge.state import Claim, State, to_plain


def is_one_each(layout: Layout) -> bool:
    """Return whether a citizen has one record of a sheet, under this or a former number."""
    return layout.key == (BORGER,) and bool(layout.secrets)


def valid_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the records that are not annulled and belong to a citizen."""
    return rows.filter(pl.col(ANNULLER).is_null(), pl.col(BORGER).is_not_null())


def known_numbers(layout: Layout, rows: pl.DataFrame) -> Mapping[str, Row]:
    """Return number → the record of the citizen who has it, or had it before."""
    records = rows.sort(ROW_ID, descending=True).to_dicts()
    former = {str(row[name]): row for row in records for name in layout.secrets if row[name]}
    return former | {str(row[BORGER]): row for row in records}


def is_link(layout: Layout, row: Row, newer: Row) -> bool:
    """Return whether a row under a former number of another one has a still older number itself.

    Without it nobody would know that the oldest and the newest number are one citizen's.
    """
    former = {newer[name] for name in layout.secrets} - {None}
    older = {row[name] for name in layout.secrets} - {None, newer[BORGER], *former}
    return row[BORGER] != newer[BORGER] and row[BORGER] in former and bool(older)


def is_same_citizen(layout: Layout, row: Row, known: Row) -> bool:
    """Return whether a row and a record have one number, or one has the other's as a former one.

    A former number that both of them name says nothing of the two: one of them is a slip.
    """
    own, theirs = ({one[name] for name in layout.secrets} for one in (row, known))
    return row[BORGER] in {known[BORGER], *theirs} or known[BORGER] in own


def numbers_unsaid(layout: Layout, row: Row, known: Row) -> Row:
    """Return the numbers of a record that a row does not know: column → number.

    With the citizen's own number among them the row knows a former number alone, and lets the
    newer one stand.
    """
    if row[BORGER] == known[BORGER]:
        lacks = [name for name in layout.secrets if row[name] is None]
        return {name: known[name] for name in lacks if known[name] is not None}
    if row[BORGER] in {known[name] for name in layout.secrets}:
        return {name: known[name] for name in (BORGER, *layout.secrets)}
    return {}


def follow_records(base: Frames, moved: Mapping[str, Mapping[str, str]]) -> Frames:
    """Return what a copy was told under the records that its rows belong to since.

    Args:
        base: What it was told.
        moved: Sheet → record that is no more → the one in its place.
    """
    told = dict(base)
    for name, records in moved.items():
        known = base[name].filter(pl.col(ROW_ID).is_in(list(records.values())))[ROW_ID]
        doubled = [old for old, new in records.items() if new in known.to_list()]
        frame = base[name].filter(~pl.col(ROW_ID).is_in(doubled))
        renamed = pl.col(ROW_ID).replace(list(records), list(records.values()))
        told[name] = frame.with_columns(renamed.alias(ROW_ID))
    return told


Doubled: TypeAlias = "Mapping[str, Sequence[tuple[Row, Sequence[Row]]]]"
"""Sheet → of each citizen with several records the one that stays, and those it stands for."""


def find_doubled(state: State, placed: Frames) -> Doubled:
    """Find the citizens with several records in force.

    They met because somebody told that one number follows another. The record under the newest
    number stays. One that links a still older number stays beside it. Where two numbers are said
    to follow the same one, nobody knows whose it was, and all records stay.

    Args:
        state: The state with a file merged.
        placed: Its rows, each with its record.
    """
    return {
        name: tuple(_doubled(layout, state, frozenset(placed[name][ROW_ID])))
        for name, layout in state.layouts.items()
        if is_one_each(layout)
    }


def rows_of_doubled(
    layouts: Mapping[str, Layout], doubled: Doubled, placed: Frames
) -> Iterator[tuple[str, int]]:
    """Yield the rows of a file that would give a citizen two records: sheet and Excel row.

    Nothing in the file says that they are one citizen's, or its own check tells of them: another
    workbook told it.

    Args:
        layouts: The layouts of the sheets.
        doubled: The citizens with several records.
        placed: The rows of the file, each with its record.
    """
    for name, citizens in doubled.items():
        heard = placed[name].filter(ACCEPTED)
        said = dict(heard.select(ROW_ID, ROW).iter_rows()) if citizens else {}
        secrets = layouts[name].secrets
        former = {number for column in secrets for number in heard[column].drop_nulls()}
        for kept, others in citizens:
            own = [row for row in (kept, *others) if row[ROW_ID] in said]
            if len(own) > 1 and not former & {row[BORGER] for row in own}:
                yield from ((name, said[row[ROW_ID]]) for row in own)


def unite_citizens(state: State, source: int, placed: Frames, doubled: Doubled) -> State:
    """Leave one of several records of a citizen in force, and note what the others say differently.

    Args:
        state: The state after a file.
        source: The commit of the file.
        placed: Its rows, each with its record.
        doubled: The citizens with several records.
    """
    for name, citizens in doubled.items():
        said = dict(placed[name].select(ROW_ID, ROW).iter_rows()) if citizens else {}
        for kept, others in citizens:
            # Of two rows of the file its own check tells.
            found = kept, [one for one in others if not {kept[ROW_ID], one[ROW_ID]} <= said.keys()]
            state = _absorb(state, state.layouts[name], found, (source, said))
    return state


def _doubled(
    layout: Layout, state: State, said: Container[str]
) -> Iterator[tuple[Row, Sequence[Row]]]:
    for group in _groups(layout, valid_rows(state.rows[layout.sheet])):
        if _has_one_newest(layout, group):
            kept, *others = _in_order(layout, group, said)
            yield kept, [row for row in others if not _is_needed(layout, row, group)]


def _groups(layout: Layout, rows: pl.DataFrame) -> Iterator[Sequence[Row]]:
    """Return the rows that are about one citizen, wherever there are several."""
    former = pl.concat([rows[column].drop_nulls() for column in layout.secrets])
    is_linked = pl.any_horizontal(pl.col(c).is_in(rows[BORGER].implode()) for c in layout.secrets)
    is_met = pl.col(BORGER).is_in(former.implode()) | pl.col(BORGER).is_duplicated()
    found = rows.filter(is_met | is_linked.fill_null(value=False)).sort(ROW_ID).to_dicts()
    groups: list[tuple[set[str], list[Row]]] = []
    for row in found:
        numbers = {str(row[name]) for name in (BORGER, *layout.secrets) if row[name]}
        own = [group for group in groups if group[0] & numbers]
        groups = [group for group in groups if group not in own]
        groups.append(
            (numbers.union(*(one for one, _ in own)), [r for _, rs in own for r in rs] + [row])
        )
    return (rows for _, rows in groups if len(rows) > 1)


def _in_order(layout: Layout, rows: Sequence[Row], said: Container[str]) -> list[Row]:
    """Order rows of one citizen: not under a former number, then of the file, then by record."""
    former = {row[column] for row in rows for column in layout.secrets} - {None}
    return sorted(
        rows,
        key=lambda row: (row[BORGER] in former, str(row[ROW_ID]) not in said, str(row[ROW_ID])),
    )


def _has_one_newest(layout: Layout, group: Sequence[Row]) -> bool:
    """Tell whether all numbers of some rows lead to one that no other follows."""
    former = {row[column] for row in group for column in layout.secrets}
    return len({row[BORGER] for row in group} - former) == 1


def _is_needed(layout: Layout, row: Row, group: Sequence[Row]) -> bool:
    return any(is_link(layout, row, other) for other in group if other is not row)


def _absorb(
    state: State,
    layout: Layout,
    rows: tuple[Row, Sequence[Row]],
    file: tuple[int, Mapping[str, int]],
) -> State:
    """Take rows out of force for the sake of another one, and note what they say differently.

    An open conflict about such a row is closed with it, and what each side said is noted too.
    """
    (kept, others), (source, said) = rows, file
    name, record = layout.sheet, str(kept[ROW_ID])
    gone = {str(row[ROW_ID]) for row in others}
    for row in others:
        for group, columns in layout.groups.items():
            now = tuple(to_plain(kept[c]) for c in columns)
            claim = Claim(source, said.get(record, 0), now)
            conflict = state.conflicts.get((name, str(row[ROW_ID]), group))
            sides = () if conflict is None else tuple(one.values for one in conflict.claims)
            for left in dict.fromkeys((tuple(to_plain(row[c]) for c in columns), *sides)):
                if left != now:
                    state = note_replaced(state, (name, record, group), claim, left)
    waiting = state.quarantine.with_columns(
        pl.when((pl.col("ark") == name) & pl.col(ROW_ID).is_in(sorted(gone)))
        .then(pl.lit(record))
        .otherwise(pl.col(ROW_ID))
        .alias(ROW_ID)
    )
    open_ones = {
        key: conflict
        for key, conflict in state.conflicts.items()
        if key[0] != name or key[1] not in gone
    }
    left_rows = state.rows[name].filter(~pl.col(ROW_ID).is_in(sorted(gone)))
    return replace(
        state.with_rows(name, left_rows),
        conflicts=open_ones,
        quarantine=waiting.unique(["ark", ROW_ID], keep="first").sort("ark", ROW_ID),
    )
