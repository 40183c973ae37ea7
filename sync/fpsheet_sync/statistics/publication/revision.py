"""Revisions: what an edition prints otherwise than the last one of its period, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from fpsheet_sync.statistics.facts.changed_facts import Cause, ChangedFacts, causes_of
from fpsheet_sync.statistics.publication.explain import Wanted
from fpsheet_sync.statistics.stat_table import (
    REVISED,
    Cell,
    Column,
    ColumnKind,
    Release,
    StatTable,
)
from fpsheet_sync.statistics.tables.number_name import codes_of, declared_column
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.table import TableSpec, load_tables

REVISIONS = {ColumnKind.COUNT: "T22", ColumnKind.WHOLE: "T22", ColumnKind.DECIMAL: "T22b"}
"""Revised whole numbers and those with decimals stand in tables of their own, by their format."""
_FORMATS = {"T22": ColumnKind.COUNT, "T22b": ColumnKind.DECIMAL}

MARK = "revideret"
_DIMENSIONS = ("tabel", "raekke", "kolonne")


@dataclass(frozen=True, slots=True)
class Revision:
    """One number that is printed, or counted, otherwise than before.

    Attributes:
        table: The table.
        key: The row.
        column: The column.
        before: What the last edition printed.
        now: What is printed now.
        causes: Why, in the order of `Cause`; none in an edition for everybody, where a cause would
            tell of single citizens.
    """

    table: StatTable
    key: tuple[str, ...]
    column: Column
    before: Cell
    now: Cell
    causes: tuple[Cause, ...]

    @property
    def row_label(self) -> str:
        """Return the labels of the row, left to right."""
        row = self.table.rows[self.table.keys.index(self.key)]
        return ", ".join(str(label) for label in row[: len(self.table.dimensions)])


def find_revisions(release: Release, before: Release, facts: ChangedFacts) -> tuple[Revision, ...]:
    """Return the numbers that two internal editions both have, and that differ, with the causes.

    One that the earlier edition did not have is passed over, and so is T21, which is about the
    reports themselves.
    """
    old = {table.id: table for table in before.tables}
    specs = {spec.id: spec for spec in load_tables()}
    return tuple(
        Revision(table, *each, _causes(release, table, specs[table.id], facts, each))
        for table in release.tables
        if table.id in old and table.id in specs
        for each in _differing(table, old[table.id])
    )


def find_moved(release: Release, before: Release) -> tuple[Revision, ...]:
    """Return the counts that two editions for everybody both print, and print differently.

    A print moves when its number has changed by five or more, or with one that has; what is made
    of the prints moves with them and is not listed. An edition from before numbers were rounded is
    not comparable. Neither is a number that one of the two does not print.
    """
    if not before.base:
        return ()
    old = {table.id: table for table in before.tables}
    return tuple(
        Revision(table, *each, ())
        for table in release.tables
        if table.id in old
        for each in _differing(table, old[table.id])
        if each.column.kind is ColumnKind.COUNT
        and isinstance(each.before, int)
        and isinstance(each.now, int)
    )


def print_the_same(before: Sequence[Release], after: Sequence[Release]) -> bool:
    """Return whether editions have the same tables, rows and columns with the same cells.

    What they say of an edition before them, the mark of revised numbers and T22, counts not.
    """
    return _printed_cells(before) == _printed_cells(after)


def _printed_cells(releases: Sequence[Release]) -> Mapping[tuple[str, ...], Cell]:
    lists = frozenset(REVISIONS.values())
    return {
        (release.area, release.language, table.id, *key, column.id): cell
        for release in releases
        for table in release.tables
        if table.id not in lists
        for key, row in zip(table.keys, table.rows, strict=True)
        for column, cell in zip(table.columns, row, strict=True)
        if column.id != MARK
    }


class _Difference(NamedTuple):
    """A number that two editions print differently."""

    key: tuple[str, ...]
    column: Column
    before: Cell
    now: Cell


def _differing(table: StatTable, before: StatTable) -> Iterator[_Difference]:
    printed = _cells(before)
    width = len(table.dimensions)
    for key, row in zip(table.keys, table.rows, strict=True):
        for column, now in zip(table.columns[width:], row[width:], strict=True):
            was = printed.get((key, column.id))
            if column.of and column.kind in REVISIONS and was is not None and was != now:
                yield _Difference(key, column, was, now)


def _cells(table: StatTable) -> Mapping[tuple[tuple[str, ...], str], Cell]:
    return {
        (key, column.id): cell
        for key, row in zip(table.keys, table.rows, strict=True)
        for column, cell in zip(table.columns, row, strict=True)
    }


def _causes(
    release: Release,
    table: StatTable,
    spec: TableSpec,
    facts: ChangedFacts,
    number: _Difference,
) -> tuple[Cause, ...]:
    codes = codes_of(release.area, table, number.key, number.column)
    found = causes_of(facts, spec, declared_column(spec, number.column), codes)
    return tuple(cause for cause in Cause if cause in (found or {Cause.OTHER}))


def find_revised(release: Release, revisions: StatTable, row: int) -> Wanted:
    """Return the number that a line of T22 is about."""
    table_id, key, column_id = revisions.keys[row]
    table = next(each for each in release.tables if each.id == table_id)
    column = next(each for each in table.columns if each.id == column_id)
    return Wanted(table, tuple(key.split("/")), column, release.area)


def mark_revisions(
    release: Release, revisions: Iterable[Revision], wording: Wording, number: int
) -> Release:
    """Return an edition with its revised numbers marked, and listed in T22.

    The marks stand in a column of their own at the end, in words, so that the columns of numbers
    hold numbers alone.

    Args:
        release: The edition.
        revisions: What it revises.
        wording: Its language.
        number: The edition it is compared with.
    """
    line = "revised" if release.internal else "moved_since"
    by_table: dict[str, dict[tuple[str, ...], list[Revision]]] = {}
    listed: dict[str, list[Revision]] = {id_: [] for id_ in _FORMATS}
    for revision in revisions:
        rows = by_table.setdefault(revision.table.id, {})
        rows.setdefault(revision.key, []).append(revision)
        listed[REVISIONS[revision.column.kind]].append(revision)
    tables = [
        _marked(table, by_table[table.id], wording, line, number) if table.id in by_table else table
        for table in release.tables
    ]
    tables += [
        _list(release, id_, found, wording, number) for id_, found in listed.items() if found
    ]
    return replace(release, tables=tuple(tables))


def _marked(
    table: StatTable,
    rows: Mapping[tuple[str, ...], Sequence[Revision]],
    wording: Wording,
    line: str,
    number: int,
) -> StatTable:
    column = Column(MARK, wording.text(f"column.{MARK}"), ColumnKind.NOTE)
    marks = (
        f"{REVISED} {', '.join(each.column.name for each in rows[key])}" if key in rows else None
        for key in table.keys
    )
    lists = ", ".join(
        sorted({REVISIONS[each.column.kind] for found in rows.values() for each in found})
    )
    told = {"number": number, "lists": lists}
    return replace(
        table,
        columns=(*table.columns, column),
        rows=tuple((*row, mark) for row, mark in zip(table.rows, marks, strict=True)),
        lines=(*table.lines, wording.fill(f"line.{line}", told)),
    )


def _list(
    release: Release,
    id_: str,
    revisions: Sequence[Revision],
    wording: Wording,
    number: int,
) -> StatTable:
    """Return T22: a row per revised number."""
    of = "" if release.internal else "_moved"
    heads = [Column(name, wording.dimension(name), ColumnKind.DIMENSION) for name in _DIMENSIONS]
    numbers = [
        Column(name, wording.text(f"column.{id_}.{name}"), _FORMATS[id_]) for name in ("foer", "nu")
    ]
    cause = Column("aarsag", wording.text(f"column.{id_}.aarsag"), ColumnKind.NOTE)
    columns = (*heads, *numbers, *([cause] if release.internal else []))
    subject = {
        "subject": wording.text(f"table.{id_}.title"),
        "area": release.area_label,
        "period": wording.period(revisions[0].table.period),
    }
    first = revisions[0].table
    return StatTable(
        id=id_,
        title=f"{id_}. {wording.fill('title', subject)}",
        lines=(
            wording.fill(f"table.{id_}.measure{of}", {"number": number}),
            wording.text(f"table.{id_}.population{of}"),
            wording.text("line.revision_causes" if release.internal else "line.moved"),
            _counted_line(first),
        ),
        columns=columns,
        rows=tuple(_row(each, wording)[: len(columns)] for each in revisions),
        keys=tuple((each.table.id, "/".join(each.key), each.column.id) for each in revisions),
        notes=(),
        source=wording.text("source.central"),
        period=first.period,
        provisional=first.provisional,
        dimensions=_DIMENSIONS,
    )


def _counted_line(table: StatTable) -> str:
    """Return the line "opgjort pr." as the other tables have it: the fourth."""
    return table.lines[3]


def _row(revision: Revision, wording: Wording) -> tuple[Cell, ...]:
    causes = "; ".join(wording.text(f"cause.{cause}") for cause in revision.causes)
    column = revision.column
    place = (revision.table.id, revision.row_label, column.heading)
    return (*place, revision.before, revision.now, causes)
