"""Descent: in which order files count, and what each of them was edited from.

The stamp inside a workbook names its parent. Where several files carry the same stamp, because
the workbook was edited and sent again without any tool, content and the file's own modified
time tell whether a later file was edited from an earlier one or from a copy beside it.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass
from enum import Enum, auto
from operator import add
from typing import Protocol

import polars as pl

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import Layout, Layouts, alike
from fpsheet_sync.merge.commit import NEW, Commit
from fpsheet_sync.merge.content import FILE_ID, ROW, Frames, alone, empty_frame
from fpsheet_sync.merge.record_identity import ACCEPTED, ROW_ID
from fpsheet_sync.merge.stamp import short_identity
from fpsheet_sync.merge.submission import Choice

SOURCE = "kilde"
LET_GO = "sluppet"
"""True for a row that is gone from the workbook, as somebody knew who released the file."""
SOURCES = "kilder"
"""Field group → commit and row, as JSON, where a group came from somewhere else than the row."""


class Descent(Enum):
    """How a later file stands to an earlier one of the same workbook and stamp."""

    EDITED_FROM = auto()
    """It carries every change of the earlier file, the same or changed further."""
    UNSURE = auto()
    """It carries some changes and lacks others (taken back, or never had), or has something else
    in the place of all of them, and nobody knows what both began with."""
    BESIDE = auto()
    """It carries none, or has something else in the place of all of them: a copy that went its own
    way."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a later file has of the changes that an earlier one made to its own parent.

    Attributes:
        same: Changes it has too.
        further: Changes in whose place it has something else, which was not there before.
        corrected: New rows that it has with another citizen, and otherwise the same.
        lost: Changes it does not have: the value is the old one, or another row stands there.
        absent: New rows of the earlier file that it lacks.
    """

    same: int = 0
    further: int = 0
    corrected: int = 0
    lost: int = 0
    absent: int = 0

    def __add__(self, other: "Evidence") -> "Evidence":
        return Evidence(*map(add, astuple(self), astuple(other)))

    @property
    def is_empty(self) -> bool:
        """Return whether the earlier file changed nothing at all."""
        return self == Evidence()

    def descent(self, *, is_stamped: bool) -> Descent:
        """Judge the evidence; `is_stamped` where both name a known commit (a pulled workbook)."""
        changed = self.further or self.corrected
        if not self.lost and not self.absent and (self.same or not changed):
            return Descent.EDITED_FROM
        if self.lost or self.absent:
            return Descent.UNSURE if self.same else Descent.BESIDE
        return Descent.BESIDE if is_stamped and not self.corrected else Descent.UNSURE


def order_commits(commits: Iterable[Commit]) -> list[Commit]:
    """Order commits: each after those it builds on, else by time, filled cells and hash.

    The order is the same for the same set of commits, however they arrived.
    """
    by_identity = {commit.sha256: commit for commit in commits}
    by_short = {short_identity(identity): identity for identity in by_identity}
    children: dict[str, list[Commit]] = defaultdict(list)
    waiting: dict[str, int] = {}
    for commit in by_identity.values():
        told = (by_short.get(one.decision, "") for one in commit.told)
        parents = {p for p in (commit.parent, *commit.after, *told) if p in by_identity}
        parents.discard(commit.sha256)
        waiting[commit.sha256] = len(parents)
        for parent in parents:
            children[parent].append(commit)
    ready = [(c.order, c.sha256) for c in by_identity.values() if not waiting[c.sha256]]
    heapq.heapify(ready)
    ordered: list[Commit] = []
    while ready:
        _, identity = heapq.heappop(ready)
        ordered.append(by_identity[identity])
        for child in children[identity]:
            waiting[child.sha256] -= 1
            if not waiting[child.sha256]:
                heapq.heappush(ready, (child.order, child.sha256))
    return ordered


@dataclass(frozen=True, slots=True)
class Ancestry:
    """What a file descends from.

    Attributes:
        parent: The commit it was edited from; None for a blank template.
        stamped: The stamp (or the lack of one in a blank template) is known, so a row that the
            parent lacks was certainly not there.
        unsure: Whether it was edited from the parent, or from a copy beside it, cannot be told.
    """

    parent: Commit | None
    stamped: bool
    unsure: bool = False


class Past(Protocol):
    """The commits before a file."""

    @property
    def layouts(self) -> Layouts:
        """Return the sheets of the form."""
        ...

    def rows(self, commit: Commit) -> Frames:
        """Return the rows of an earlier file."""
        ...

    def line(self, commit: Commit) -> Frames:
        """Return what a commit left its line of descent saying."""
        ...

    def parent(self, commit: Commit) -> Commit | None:
        """Return the commit that an earlier file was found to be edited from."""
        ...

    def base(self, commit: Commit) -> Frames:
        """Return what an earlier file was compared with."""
        ...

    def choices(self, commit: Commit) -> tuple[Choice, ...]:
        """Return what an earlier file decided about open conflicts."""
        ...


def find_parent(commit: Commit, rows: Frames, earlier: Sequence[Commit], past: Past) -> Ancestry:
    """Find the commit that a file was edited from.

    Candidates are the earlier files of the same workbook with the same stamp, the latest first,
    and after them what the stamp itself names.

    Args:
        commit: The file.
        rows: What it says.
        earlier: The commits before it, in order.
        past: What they said.
    """
    by_identity = {other.sha256: other for other in earlier}
    origin = by_identity.get(commit.parent)
    judged: dict[str, Descent] = {}
    for other in reversed(earlier):
        is_own = other.is_file_of(commit.workbook_id)
        if not is_own or by_identity.get(other.parent) is not origin:
            continue
        descent = _judge(other, rows, origin, past, judged)
        if descent is not Descent.BESIDE:
            return Ancestry(other, stamped=True, unsure=descent is Descent.UNSURE)
    return Ancestry(origin, stamped=origin is not None or not commit.parent)


def _judge(
    other: Commit,
    rows: Frames,
    origin: Commit | None,
    past: Past,
    judged: dict[str, Descent],
) -> Descent:
    """Judge whether a file was edited from `other`; one that changed nothing is as its parent."""
    if other.sha256 not in judged:
        before = past.parent(other)
        base = None
        if before is not None:
            base = _with_unaccepted(past.base(other), before, past.rows(before), past.layouts)
        evidence = weigh(base, past.rows(other), rows, past.layouts)
        descent = evidence.descent(is_stamped=origin is not None)
        if evidence.is_empty and before is not None and before is not origin:
            descent = _judge(before, rows, origin, past, judged)
        elif (
            descent is Descent.BESIDE
            and not evidence.lost
            and weigh(base, rows, rows, past.layouts).is_empty
        ):
            # It lacks rows and says nothing of its own: an emptied or filtered copy.
            descent = Descent.EDITED_FROM
        judged[other.sha256] = descent
    return judged[other.sha256]


def _with_unaccepted(base: Frames, parent: Commit, rows: Frames, layouts: Layouts) -> Frames:
    """Return what a file was compared with, and the rows of its parent that were not accepted.

    Rows that waited or were held are in both copies of the parent, so they are no change.
    """
    found = dict(base)
    for name, layout in layouts.items():
        accepted = base[name].filter(pl.col(SOURCE) == parent.id)[FILE_ID].drop_nulls()
        others = rows[name].filter(
            pl.col(FILE_ID).is_not_null(),
            ~pl.col(FILE_ID).is_duplicated(),
            ~pl.col(FILE_ID).is_in(accepted.implode()),
        )
        if not others.is_empty():
            kept = base[name].filter(
                pl.col(FILE_ID).is_null() | ~pl.col(FILE_ID).is_in(others[FILE_ID].implode())
            )
            columns = [one for one in said_types(layout) if one in others.columns]
            found[name] = pl.concat([kept, others.select(columns)], how="diagonal")
    return found


def weigh(base: Frames | None, earlier: Frames, later: Frames, layouts: Layouts) -> Evidence:
    """Weigh whether a later file was edited from an earlier one.

    Args:
        base: What the earlier file was edited from; None for a blank template.
        earlier: Rows of the earlier file.
        later: Rows of the later file.
        layouts: The sheets of the form.
    """
    total = Evidence()
    for name, layout in layouts.items():
        if not earlier[name].is_empty():
            old = None if base is None else base[name]
            total += _weigh_sheet(layout, old, earlier[name], later[name])
    return total


def _weigh_sheet(
    layout: Layout, base: pl.DataFrame | None, earlier: pl.DataFrame, later: pl.DataFrame
) -> Evidence:
    if base is None or base.is_empty():
        return _weigh_kept(layout, earlier, later)
    # A row that says what its base said is no change, and nothing is asked of it.
    whole, named = [FILE_ID, *layout.values], base.filter(pl.col(FILE_ID).is_not_null())
    said = earlier.join(named, on=whole, how="anti", nulls_equal=True).select(whole)
    if said.is_empty():
        return Evidence()
    joined = _beside(layout, _beside(layout, said, later, "s:"), base, "b:")
    was_there, is_there = pl.col("b:there").is_not_null(), pl.col("s:there").is_not_null()
    arrived = _weigh_new(layout, joined.filter(~was_there))
    kept = joined.filter(was_there & is_there)
    if kept.is_empty():
        return arrived
    changed = {g: ~alike(columns, "", "b:") for g, columns in layout.groups.items()}
    both = kept.select(
        changed=_count(changed.values()),
        same=_count(changed[g] & alike(c, "", "s:") for g, c in layout.groups.items()),
        lost=_count(changed[g] & alike(c, "s:", "b:") for g, c in layout.groups.items()),
    )
    all_changed, same, lost = both.row(0)
    return arrived + Evidence(same, further=all_changed - same - lost, lost=lost)


def _weigh_kept(layout: Layout, earlier: pl.DataFrame, later: pl.DataFrame) -> Evidence:
    """Weigh a sheet of a file that nothing came before: every row of it is a change."""
    same = [FILE_ID, BORGER]
    others = earlier.join(alone(later).select(same), on=same, how="anti")
    kept = Evidence(same=earlier.height - others.height)
    if others.is_empty():
        return kept
    said = others.select(FILE_ID, *dict.fromkeys((BORGER, *layout.key)))
    return kept + _weigh_new(layout, _beside(layout, said, later, "s:"))


def _weigh_new(layout: Layout, joined: pl.DataFrame) -> Evidence:
    """Weigh rows that the earlier file was the first to have, each beside that of the later one."""
    is_there = pl.col("s:there").is_not_null()
    differing = pl.sum_horizontal(
        pl.col(column).ne_missing(pl.col(f"s:{column}")).cast(pl.Int64) for column in layout.key
    )
    same_citizen = pl.col(BORGER).eq_missing(pl.col(f"s:{BORGER}"))
    # Another citizen in a row that is otherwise the same is a corrected CPR number.
    corrected = ~same_citizen & (differing == 1) & pl.lit(len(layout.key) > 1)
    new = joined.select(
        same=(is_there & same_citizen).sum(),
        corrected=(is_there & corrected).sum(),
        lost=(is_there & ~same_citizen & ~corrected).sum(),
        absent=(~is_there).sum(),
    )
    return Evidence(**new.row(0, named=True))


def _beside(layout: Layout, left: pl.DataFrame, right: pl.DataFrame, mark: str) -> pl.DataFrame:
    """Put beside each row the row of another frame with its id, else with its natural key."""
    values = [column for column in layout.values if column in left.columns]
    named = right.select(
        FILE_ID, pl.col(values).name.prefix(mark), pl.lit(value=True).alias(f"{mark}there")
    )
    if named.is_empty():
        marked = {name: dtype for name, dtype in named.schema.items() if name != FILE_ID}
        return left.with_columns(pl.lit(None, dtype=d).alias(name) for name, d in marked.items())
    is_asked = pl.col(FILE_ID).is_in(left[FILE_ID].drop_nulls().implode())
    by_id = named.filter(is_asked).unique(FILE_ID, keep="first")
    found = left.join(by_id, on=FILE_ID, how="left")
    missed = pl.col(f"{mark}there").is_null()
    again = found.filter(missed).select(left.columns)
    if again.is_empty():
        return found
    key = [f"{mark}{column}" for column in layout.key]
    by_key = named.drop(FILE_ID).unique(key, keep="first")
    again = again.join(
        by_key.with_columns(pl.col(key).name.map(lambda name: f"k{name}")),
        left_on=list(layout.key),
        right_on=[f"k{column}" for column in key],
        how="left",
        nulls_equal=True,
    )
    return pl.concat([found.filter(~missed), again.select(found.columns)])


def _count(conditions: Iterable[pl.Expr]) -> pl.Expr:
    return pl.sum_horizontal(condition.cast(pl.Int64).sum() for condition in conditions)


def said_types(layout: Layout) -> dict[str, pl.DataType]:
    """Return the columns of what a line of descent said."""
    return {
        ROW_ID: pl.String(),
        FILE_ID: pl.String(),
        SOURCE: pl.Int64(),
        ROW: pl.Int32(),
        SOURCES: pl.String(),
        LET_GO: pl.Boolean(),
        **layout.types,
    }


def nothing_said(layouts: Layouts) -> Frames:
    """Return what a blank template says."""
    return {name: no_said(layout) for name, layout in layouts.items()}


def no_said(layout: Layout) -> pl.DataFrame:
    """Return what a blank template says of one sheet."""
    return empty_frame(*said_types(layout).items())


def continue_sheet(
    base: pl.DataFrame,
    placed: pl.DataFrame,
    layout: Layout,
    *,
    source: int = NEW,
    let_go: Collection[str] = (),
) -> pl.DataFrame:
    """Return what the line says of one sheet after a file: its rows, and those it does not have.

    A row that is blocked or missing goes on as it was said last, so that a later file is
    compared with what was last accepted.

    Args:
        base: What the line said before.
        placed: The rows of the file, each with its record.
        layout: The sheet.
        source: The commit of the file.
        let_go: Records that it lacks, as somebody knew who released it.
    """
    is_let_go = pl.col(LET_GO).fill_null(value=False) | pl.col(ROW_ID).is_in(sorted(let_go))
    base = base.with_columns(is_let_go.alias(LET_GO))
    if placed.is_empty():
        return base
    own = (
        placed.lazy()
        .filter(ACCEPTED)
        .with_columns(
            pl.lit(source, dtype=pl.Int64).alias(SOURCE),
            pl.lit(None, dtype=pl.String).alias(SOURCES),
            pl.lit(value=False).alias(LET_GO),
        )
        .select(*said_types(layout))
        .collect()
    )
    inherited = base.join(own, on=ROW_ID, how="anti")
    if inherited.is_empty():
        return own
    retaken = own[FILE_ID].drop_nulls().implode()
    keeps = pl.when(~pl.col(FILE_ID).is_in(retaken)).then(pl.col(FILE_ID))
    return pl.concat([own, inherited.with_columns(keeps.alias(FILE_ID))])
