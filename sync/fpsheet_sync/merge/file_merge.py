"""One step of the merge: a state and a file give the next state, and the fate of every row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from fpsheet_sync.database.record_columns import ANNULLER
from fpsheet_sync.database.record_layout import Layouts
from fpsheet_sync.merge.conflict import Settled, choose, note_replaced, settle
from fpsheet_sync.merge.content import BLOCKED, Frames
from fpsheet_sync.merge.explanation import keep_explanations
from fpsheet_sync.merge.file_findings import (
    finish,
    tell_clashes,
    tell_doubled,
    tell_file,
    tell_refused,
    tell_unfit,
)
from fpsheet_sync.merge.lineage import LET_GO, Ancestry, continue_sheet
from fpsheet_sync.merge.one_row_each import (
    find_doubled,
    follow_records,
    rows_of_doubled,
    unite_citizens,
)
from fpsheet_sync.merge.quarantine import quarantine_rows
from fpsheet_sync.merge.record_identity import ROW_ID, Placed, Sender, refuse_cases, row_number
from fpsheet_sync.merge.row_matching import place
from fpsheet_sync.merge.sorted_column import SortedColumn, find_sorted
from fpsheet_sync.merge.soundness import CaseRules
from fpsheet_sync.merge.state import Claim, Hold, Key, State, to_plain
from fpsheet_sync.merge.submitted_file import File
from fpsheet_sync.merge.three_way import Merged, Sides, by_record, is_same, merge_sheet
from fpsheet_sync.merge.unlikely_change import find_jumps, find_twins
from fpsheet_validation.finding import Finding


@dataclass(frozen=True, slots=True)
class Descended:
    """What a file is compared with.

    Attributes:
        ancestry: What it was edited from.
        base: What the sender's copy was told last (docs/merge.md).
        origin: What the parent was compared with, where descent from the parent is unsure.
        foreign: Earlier commits of other workbooks.
        line: Commits of its line of descent.
    """

    ancestry: Ancestry
    base: Frames
    origin: Frames | None = None
    foreign: frozenset[int] = frozenset()
    line: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class SheetOutcome:
    """Numbers of rows of one sheet of a file, by their fate.

    Attributes:
        new: Records that were not there.
        changed: Records that changed.
        withdrawn: Records that were annulled.
        unchanged: Rows that say what the store holds, or less than it knows already.
        conflicting: Records with an open conflict that the file has a say in.
        quarantined: Rows that wait.
        missing: Records that the file's parent had and the file lacks.
    """

    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    conflicting: int = 0
    quarantined: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a file did.

    Attributes:
        layouts: The sheets of the form.
        descended: What it was compared with.
        hold: Why it is held; None when it was merged.
        sheets: Sheet → numbers.
        missing: (sheet, row id) of the records that it lacks.
        conflicts: Open conflicts that it has a say in.
        findings: What the merge found, in order.
        placed: Its rows, each with its record.
        source: Its commit.
        was_released: It lost too many rows, and somebody let it through; they are known as gone.
    """

    layouts: Layouts
    descended: Descended
    hold: Hold | None
    sheets: Mapping[str, SheetOutcome]
    missing: tuple[tuple[str, str], ...]
    conflicts: tuple[Key, ...]
    findings: tuple[Finding, ...]
    placed: Frames = field(repr=False)
    source: int
    was_released: bool = False

    def line(self) -> Frames:
        """Return what its line of descent says from now on."""
        return {name: self.line_of(name) for name in self.layouts}

    def line_of(self, sheet: str) -> pl.DataFrame:
        """Return what its line of descent says of one sheet from now on."""
        base = self.descended.base[sheet]
        if self.hold is not None:
            return base
        gone = [row_id for name, row_id in self.missing if name == sheet]
        return continue_sheet(
            base,
            self.placed[sheet],
            self.layouts[sheet],
            source=self.source,
            let_go=gone if self.was_released else (),
        )


def take_file(  # noqa: PLR0913 - a state, a file, and what is known of both
    state: State,
    file: File,
    descended: Descended,
    *,
    known: frozenset[str],
    rules: CaseRules,
    released: bool = False,
) -> tuple[State, Outcome]:
    """Merge one file into the state of its kommune.

    Args:
        state: The state before.
        file: The file.
        descended: What it is compared with.
        known: Every workbook that the kommune ever sent.
        rules: What a value must pass that somebody chose in the file, and a case that the file
            and others make up together.
        released: A named person let the file through although it lost rows.

    Findings: HIS-001 to HIS-020, HIS-024, HIS-025.
    """
    sender = Sender(file.commit.workbook_id, known, file.rows)
    placed = place(file.rows, descended.base, state, sender)
    descended = replace(descended, base=follow_records(descended.base, placed.moved))
    expected = {name: _expected(base, state.rows[name]) for name, base in descended.base.items()}
    missing = tuple(_missing(placed, expected))
    lost = _hold(missing, expected)
    moved = _sorted_columns(file, expected)
    hold = lost or _swapped(moved, file)
    if hold is not None and not released:
        told = tell_file(file, descended.ancestry, missing, lost, moved=moved)
        return _held(state, file, descended, placed, (hold, missing, finish(told, file)))
    chosen = choose(state, file.choices, file.commit.id, rules=rules)
    before = chosen.state
    merged, settled = _combine(before, file, descended, placed)
    unfit = rules.find_unfit(before, settled.state, placed.rows)
    doubled = find_doubled(settled.state, placed.rows)
    twice = tuple(rows_of_doubled(file.layouts, doubled, placed.rows))
    if unfit or twice:
        broken = (
            *tell_unfit(unfit, settled.state, placed.rows),
            *tell_doubled(file.layouts.form, twice),
        )
        placed = refuse_cases(placed, broken)
        merged, settled = _combine(before, file, descended, placed)
        doubled = find_doubled(settled.state, placed.rows)
    united = unite_citizens(settled.state, file.commit.id, placed.rows, doubled)
    touched = tuple(key for key in settled.touched if key in united.conflicts)
    state = quarantine_rows(united, file, placed, base=descended.base, foreign=descended.foreign)
    state = keep_explanations(state, file, placed)
    findings = [*placed.findings, *tell_file(file, descended.ancestry, missing, None)]
    form = file.layouts.form
    for name, layout in file.layouts.items():
        findings += find_jumps(form, layout, merged[name].decided)
        if merged[name].new:
            findings += find_twins(form, layout, before.rows[name], state.rows[name])
    findings += tell_refused(form, chosen.refused)
    findings += tell_clashes(before, state, touched, file.commit.id)
    outcome = Outcome(
        layouts=file.layouts,
        descended=descended,
        hold=None,
        sheets=_count(placed, merged, touched, missing),
        missing=missing,
        conflicts=touched,
        findings=finish(findings, file),
        placed=placed.rows,
        source=file.commit.id,
        was_released=lost is not None,
    )
    return state, outcome


def _expected(base: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a line of descent that should be in the file and are in force.

    Those that somebody let go before are not missed again.
    """
    if base.is_empty() or held.is_empty():
        return base.clear()
    in_force, kept = held, base
    if held[ANNULLER].null_count() < held.height:
        in_force = held.filter(pl.col(ANNULLER).is_null())
    if base[LET_GO].any():
        kept = base.filter(~pl.col(LET_GO).fill_null(value=False))
    return kept.join(in_force, on=ROW_ID, how="semi")


def _missing(placed: Placed, expected: Frames) -> Iterable[tuple[str, str]]:
    """Yield the records that the file lacks: its line of descent had them, and they are in force.

    A row that the line of descent annulled is not missed.
    """
    for name, frame in expected.items():
        lacking = frame.filter(
            pl.col(ANNULLER).is_null(), ~pl.col(ROW_ID).is_in(placed.rows[name][ROW_ID].implode())
        )
        for row_id in lacking[ROW_ID].sort():
            yield name, row_id


def _hold(missing: tuple[tuple[str, str], ...], expected: Frames) -> Hold | None:
    if not missing:
        return None
    hold = Hold(len(missing), sum(frame.height for frame in expected.values()))
    return hold if hold.is_due else None


def _sorted_columns(file: File, expected: Frames) -> tuple[SortedColumn, ...]:
    """Return the columns that seem to have been sorted alone, sheet by sheet."""
    found = (
        find_sorted(layout, file.rows[name], expected[name])
        for name, layout in file.layouts.items()
    )
    return tuple(one for one in found if one is not None)


def _swapped(columns: tuple[SortedColumn, ...], file: File) -> Hold | None:
    """Return the hold of a file with columns sorted alone: rows that got other rows' values."""
    if not columns:
        return None
    of = sum(frame.height for frame in file.rows.values())
    return Hold(sum(column.moved for column in columns), of)


def _held(
    state: State,
    file: File,
    descended: Descended,
    placed: Placed,
    why: tuple[Hold, tuple[tuple[str, str], ...], tuple[Finding, ...]],
) -> tuple[State, Outcome]:
    hold, missing, findings = why
    outcome = Outcome(
        layouts=file.layouts,
        descended=descended,
        hold=hold,
        sheets=_count(placed, {}, (), missing),
        missing=missing,
        conflicts=(),
        findings=findings,
        placed=placed.rows,
        source=file.commit.id,
    )
    return replace(state, holds={**state.holds, file.commit.id: hold}), outcome


def _merge(
    state: State, file: File, descended: Descended, placed: Placed
) -> tuple[dict[str, Merged], State]:
    """Merge the accepted rows of every sheet."""
    waiting: dict[str, dict[str, set[str]]] = {}
    for sheet, row_id, group in state.conflicts:
        waiting.setdefault(sheet, {}).setdefault(group, set()).add(row_id)
    merged: dict[str, Merged] = {}
    for name, layout in state.layouts.items():
        open_groups = {group: frozenset(ids) for group, ids in waiting.get(name, {}).items()}
        held = state.rows[name]
        said = _with_unsaid(placed.heard(name), held, file.unsaid.get(name, ()))
        sides = Sides(held=held, said=said, base=descended.base[name])
        merged[name] = merge_sheet(layout, sides, source=file.commit.id, open_groups=open_groups)
        state = state.with_rows(name, merged[name].rows)
    return merged, state


def _combine(
    state: State, file: File, descended: Descended, placed: Placed
) -> tuple[dict[str, Merged], Settled]:
    """Merge the accepted rows and decide what clashes."""
    merged, state = _merge(state, file, descended, placed)
    state = _note_unsure(state, file, descended, merged)
    clashes = {name: result.clashes for name, result in merged.items() if result.clashes}
    settled = settle(
        state, clashes, descended.ancestry, file.commit.workbook_id, line=descended.line
    )
    return merged, settled


def _note_unsure(
    state: State, file: File, descended: Descended, merged: Mapping[str, Merged]
) -> State:
    """Note each value of the parent that a file of unsure descent has in another way."""
    if descended.origin is None:
        return state
    for name, layout in state.layouts.items():
        taken = {str(one.said[ROW_ID]): one for one in merged[name].decided if one.takes}
        origin = by_record(descended.origin[name], taken) if taken else {}
        for group, columns in layout.groups.items():
            for row_id, one in taken.items():
                was, told = origin.get(row_id), one.told
                if was is None or told is None or group not in one.takes:
                    continue
                if is_same(columns, told, was):
                    continue
                values = tuple(to_plain(one.said[c]) for c in columns)
                said = Claim(file.commit.id, row_number(one.said), values)
                left = tuple(to_plain(one.held[c]) for c in columns)
                state = note_replaced(state, (name, row_id, group), said, left)
    return state


def _count(
    placed: Placed,
    merged: Mapping[str, Merged],
    touched: tuple[Key, ...],
    missing: tuple[tuple[str, str], ...],
) -> dict[str, SheetOutcome]:
    outcome: dict[str, SheetOutcome] = {}
    for name in placed.rows:
        result = merged.get(name)
        outcome[name] = SheetOutcome(
            new=0 if result is None else result.new,
            changed=0 if result is None else result.changed,
            withdrawn=0 if result is None else result.withdrawn,
            unchanged=0 if result is None else result.unchanged,
            conflicting=len({row_id for sheet, row_id, _ in touched if sheet == name}),
            quarantined=int(placed.rows[name][BLOCKED].sum()),
            missing=sum(sheet == name for sheet, _ in missing),
        )
    return outcome


def _with_unsaid(said: pl.DataFrame, held: pl.DataFrame, fields: tuple[str, ...]) -> pl.DataFrame:
    """Return the rows of a file with what the store holds in the fields it says nothing of."""
    if not fields or said.is_empty():
        return said
    kept = held.select(ROW_ID, *fields).unique(ROW_ID)
    return said.drop(*fields).join(kept, on=ROW_ID, how="left", maintain_order="left")
