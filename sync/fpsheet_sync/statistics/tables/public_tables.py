"""The tables of an edition that are made for publication, their notes numbered among them."""

import re
from collections.abc import Iterable
from dataclasses import replace

from fpsheet_sync.statistics.stat_table import Release, StatTable
from fpsheet_sync.statistics.tables.cube import KOMMUNE
from fpsheet_sync.statistics.tables.release import EVERYWHERE
from fpsheet_templates.kommune import COUNTRIES
from fpsheet_templates.table import load_tables

_MARK = re.compile(r"\[(?P<word>[^\W\d]+) (?P<number>\d+)\]")
"""A reference to a note: "[note 3]"."""


def public_tables(release: Release) -> Release:
    """Return the tables of an edition that are made for publication.

    Some are declared as internal. A kommune's public edition has its own rows of the national
    tables. Tables that the national edition does not divide by kommune (quarters, sex and age,
    branches) are in its internal edition: of one kommune they would be little but rounding.
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
