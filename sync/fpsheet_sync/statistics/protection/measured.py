"""What cannot be made of rounded counts: means and quartiles, and how many rows were reported.

A mean or quartile is printed in wider steps, of ten citizens or more, and stays as it was printed
until five citizens behind it have changed: one late case never moves it.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.disclosure.prints import Print, holds
from fpsheet_sync.statistics.facts.changed_facts import ChangedFacts, changed_behind
from fpsheet_sync.statistics.protection.kept_rounding import Measured
from fpsheet_sync.statistics.protection.printed_release import whole_number
from fpsheet_sync.statistics.stat_table import (
    Cell,
    Column,
    ColumnKind,
    Release,
    Shorthand,
    StatTable,
)
from fpsheet_sync.statistics.tables.citizen_counts import MEASURED
from fpsheet_sync.statistics.tables.cube import Figure
from fpsheet_sync.statistics.tables.number_name import (
    codes_of,
    declared_column,
    figure_id,
    number_of,
)
from fpsheet_templates.table import ColumnSpec, Count, TableSpec, load_tables

LEAST_CITIZENS = 10
"""A mean or quartile of fewer is not printed."""

_STEP_DAYS = 5
"""Quartiles are rounded to so many days, so that none is a single citizen's own."""

_FILES = "indberetninger"
"""Of T21: how many files came, which tells nothing of their rows."""


@dataclass(frozen=True, slots=True)
class MeasuredGround:
    """What means and quartiles of a country are chosen from.

    Attributes:
        as_of: The last commit known now.
        threshold: So many citizens must have changed before a printed figure moves.
        prints: The prints of the counts.
        persons: Citizens behind each figure.
        earlier: Figures of the last edition of the period, by name.
        changed: Gives what changed since a commit.
    """

    as_of: int
    threshold: int
    prints: Mapping[CellId, Print]
    persons: Mapping[Figure, int]
    earlier: Mapping[str, Measured]
    changed: Callable[[int], ChangedFacts]


def measure(release: Release, ground: MeasuredGround) -> Mapping[str, Measured]:
    """Choose what is printed of every mean and quartile of an edition, by name of the figure.

    Args:
        release: The edition in full.
        ground: What it is chosen from.
    """
    specs = {spec.id: spec for spec in load_tables()}
    found = {}
    for table in release.tables:
        for key, row in zip(table.keys, table.rows, strict=True):
            for column, cell in zip(table.columns, row, strict=True):
                if column.kind is not ColumnKind.DECIMAL:
                    continue
                spec = specs[table.id]
                declared = declared_column(spec, column)
                if declared.count in MEASURED:
                    place = _Place(release, table, spec, key, column)
                    found[place.name] = _choose(place, declared, cell, ground)
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """The cell of a figure."""

    release: Release
    table: StatTable
    spec: TableSpec
    key: tuple[str, ...]
    column: Column

    @property
    def name(self) -> str:
        """Return the name of the figure."""
        return figure_id(self.release, self.table, self.column, self.key)

    @property
    def codes(self) -> dict[str, str]:
        """Return what it is broken down by."""
        return codes_of(self.release.area, self.table, self.key, self.column)

    @property
    def count(self) -> CellId:
        """Return the name of the count that the figure is about."""
        columns = {column.id: column for column in self.table.columns}
        about = columns[self.column.rests_on[0]]
        return number_of(self.release, self.table, about, self.key).id


def _choose(place: _Place, declared: ColumnSpec, cell: Cell, ground: MeasuredGround) -> Measured:
    last = ground.earlier.get(place.name)
    if last is not None:
        changed = changed_behind(ground.changed(last.as_of), place.spec, declared, place.codes)
        if len({fact.person for fact in changed}) < ground.threshold:
            return last
    codes = frozenset(place.codes.items())
    figure = Figure(declared.facts, declared.measure, declared.count, codes)
    # What is printed of the count alone says that there are enough; the count itself is asked too,
    # for a case is no citizen, and a citizen's days or hours may be missing.
    count = ground.prints.get(place.count)
    says_enough = count is not None and count.value - count.window >= LEAST_CITIZENS
    is_enough = ground.persons.get(figure, 0) >= LEAST_CITIZENS
    if not (says_enough and is_enough and isinstance(cell, float)):
        return Measured(Shorthand.UNRELIABLE, ground.as_of)
    step = 1 if declared.count is Count.MEAN else _STEP_DAYS
    return Measured(step * whole_number(Decimal(repr(cell)) / step), ground.as_of)


def round_tallies(
    release: Release, base: int, secret: bytes, earlier: Mapping[str, int]
) -> Mapping[str, int]:
    """Round the numbers of rows and findings of T21, by name of the figure; their sums hold.

    A kommune's number is rounded up or down by chance, and keeps what was printed of it while that
    is as near as the hold rule asks. Without this one more row would tell that a case came late.

    Args:
        release: The national edition in full.
        base: What they are rounded to a multiple of.
        secret: Key of the chance.
        earlier: What the last edition of the period printed.
    """
    printed: dict[str, int] = {}
    for table, column in _tallied(release):
        place = table.columns.index(column)
        total = ""
        parts = 0
        for key, row in zip(table.keys, table.rows, strict=True):
            name, cell = figure_id(release, table, column, key), row[place]
            if not any(key):
                total = name
            elif isinstance(cell, int):
                printed[name] = _rounded(name, cell, base, secret, earlier)
                parts += printed[name]
        if total:
            printed[total] = parts
    return printed


def _tallied(release: Release) -> Iterator[tuple[StatTable, Column]]:
    for table in release.tables:
        for column in table.columns:
            if column.kind is ColumnKind.COUNT and not column.of and column.id != _FILES:
                yield table, column


def _rounded(name: str, count: int, base: int, secret: bytes, earlier: Mapping[str, int]) -> int:
    if name in earlier and holds(Print(earlier[name], base, base - 1), count):
        return earlier[name]
    below, rest = divmod(count, base)
    chance = int.from_bytes(hmac.digest(secret, name.encode(), hashlib.sha256)[:8], "big")
    return base * (below + (chance % base < rest))
