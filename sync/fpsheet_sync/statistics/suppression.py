"""A release as it may be published: what the suppression hides is replaced by one symbol."""

import re
from collections.abc import Iterable
from dataclasses import replace

from fpsheet_sync.disclosure.suppression import Suppression
from fpsheet_sync.stat_table import ColumnKind, Release, Shorthand, StatTable
from fpsheet_sync.statistics.cells import figure_id, number_of
from fpsheet_sync.statistics.cube import KOMMUNE
from fpsheet_sync.statistics.release import COUNTRIES, EVERYWHERE
from fpsheet_templates.table import load_tables

_MARK = re.compile(r"\[(?P<word>[^\W\d]+) (?P<number>\d+)\]")
"""A reference to a note: "[note 3]"."""


def apply_suppression(release: Release, suppression: Suppression) -> Release:
    """Hide what must be hidden; the result is no longer internal.

    Every hidden count, and every percentage, median or other figure that rests on one, becomes
    `[c]`, whether it is small itself or protects another. Charts are drawn from the tables, so
    they show no more.

    Args:
        release: An edition that was among those described to the suppression.
        suppression: What to hide; there is none unless the audit passed.

    Raises:
        KeyError: The edition was not among those described.
    """
    tables = tuple(_apply(release, table, suppression) for table in release.tables)
    return replace(release, tables=tables, internal=False)


def public_tables(release: Release) -> Release:
    """Give the tables of an edition that are made for publication.

    Some are declared as internal. A kommune's public edition has its own rows of the national
    tables. Tables that the national edition does not divide by kommune (quarters, sex and age,
    branches) would be so small for one kommune that protecting them would hide the totals; they
    are in its internal edition.
    """
    internal = {spec.id for spec in load_tables() if spec.is_internal}
    is_national = release.area in {EVERYWHERE, *COUNTRIES}
    kept = tuple(
        table
        for table in release.tables
        if table.id not in internal and (is_national or KOMMUNE in table.dimensions)
    )
    return replace(release, tables=_renumbered(release.tables, kept))


def _renumbered(laid_out: Iterable[StatTable], kept: Iterable[StatTable]) -> tuple[StatTable, ...]:
    """Number the notes of the tables that are kept anew, in the order a reader meets them.

    They were numbered among all that were laid out, and the sheet of notes lists those of the
    tables that are kept.
    """
    tables = tuple(kept)
    old, new = (
        {note: n for n, note in enumerate(_notes_of(each), start=1)} for each in (laid_out, tables)
    )
    numbers = {str(old[note]): str(number) for note, number in new.items()}

    def mark(text: str) -> str:
        return _MARK.sub(lambda found: f"[{found['word']} {numbers[found['number']]}]", text)

    return tuple(
        replace(
            table,
            lines=tuple(mark(line) for line in table.lines),
            columns=tuple(replace(each, label=mark(each.label)) for each in table.columns),
        )
        for table in tables
    )


def _notes_of(tables: Iterable[StatTable]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(note for table in tables for note in table.notes))


def _apply(release: Release, table: StatTable, suppression: Suppression) -> StatTable:
    rows = []
    for key, row in zip(table.keys, table.rows, strict=True):
        hidden = _hidden_columns(release, table, key, suppression)
        rows.append(
            tuple(
                Shorthand.CONFIDENTIAL if column.id in hidden else cell
                for column, cell in zip(table.columns, row, strict=True)
            )
        )
    return replace(table, rows=tuple(rows))


def _hidden_columns(
    release: Release, table: StatTable, key: tuple[str, ...], suppression: Suppression
) -> frozenset[str]:
    """Give the columns of a row that must not be printed."""
    counts = (
        column.id
        for column in table.columns
        if column.of
        and column.kind is ColumnKind.COUNT
        and suppression.is_hidden(number_of(release, table, column, key).id)
    )
    figures = (
        column.id
        for column in table.columns
        if column.kind is ColumnKind.DECIMAL
        and figure_id(release, table, column, key) in suppression.hidden_figures
    )
    return frozenset((*counts, *figures))
