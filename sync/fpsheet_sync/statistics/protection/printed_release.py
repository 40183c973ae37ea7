"""A release as it may be published: every count rounded, every other figure made from these.

What is printed is a function of the prints alone, so that it tells no more than they do. Means and
quartiles, which need the days themselves, are decided apart (`measured`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.statistics.protection.rare_codes import without_rare
from fpsheet_sync.statistics.stat_table import (
    Cell,
    Column,
    ColumnKind,
    Release,
    Shorthand,
    StatTable,
)
from fpsheet_sync.statistics.tables.benchmark import Benchmark, compare
from fpsheet_sync.statistics.tables.column_layout import say_missing
from fpsheet_sync.statistics.tables.counting import Counting
from fpsheet_sync.statistics.tables.cube import KOMMUNE, Cube, Figure
from fpsheet_sync.statistics.tables.number_name import (
    Number,
    codes_of,
    dated,
    declared_column,
    figure_id,
    number_of,
)
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.table import ColumnSpec, Count, TableSpec, load_tables

_COMPARED = ("tilkendelse", "afslag", "tilbagevist")
"""The measures of decisions that T12 and T13 compare with the country or with a target."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large printed numbers must be for a figure made of them to say anything.

    Attributes:
        share: Denominator of a percentage.
        index: What an expected number, an index or an interval rests on.
    """

    share: int
    index: int


SIZES: Mapping[int, Sizes] = {3: Sizes(50, 20), 5: Sizes(100, 30), 10: Sizes(200, 60)}
"""Base → sizes. With these rounding moves a share by at most 3 percentage points in 95 of 100."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What the editions of a country may print.

    Attributes:
        base: What numbers are rounded to a multiple of.
        numbers: Every count, by name.
        left_out: Counts that cannot be printed.
        bases: The base of numbers that have another one.
        figures: Means and quartiles, by name of the figure.
        tallies: Numbers of rows and findings (T21), by name of the figure.
        given: What is compared with the country and with targets, worked out from the prints.
    """

    base: int
    numbers: Mapping[CellId, int]
    left_out: frozenset[CellId] = frozenset()
    bases: Mapping[CellId, int] = field(default_factory=dict)
    figures: Mapping[str, Cell] = field(default_factory=dict)
    tallies: Mapping[str, int] = field(default_factory=dict)
    given: Cube = field(default_factory=dict)


def compare_prints(
    counting: Counting, numbers: Mapping[CellId, int], figures: Sequence[Benchmark]
) -> Cube:
    """Work out expected numbers, intervals and targets from printed counts alone.

    Args:
        counting: What was counted, for its kommuner and period; no number of it is used.
        numbers: The prints.
        figures: Imported figures to compare with.
    """
    period, kommuner = counting.scope.period, counting.scope.kommuner
    (country,) = counting.jurisdictions
    days = (str(period.fra), str(period.til))
    cube: dict[Figure, float] = {}
    for area in ("", *kommuner):
        codes = frozenset({(KOMMUNE, area)} if area else ())
        for measure in _COMPARED:
            name = Number(f"afgoerelse.{measure}", days, area or country, frozenset()).id
            figure = Figure("afgoerelse", measure, Count.ROWS, codes)
            cube[figure] = numbers.get(name, 0)
        of, day = dated("bestand.bestand", period)
        name = Number(of, (str(day.fra), str(day.til)), area or country, frozenset()).id
        cube[Figure("bestand", "bestand", Count.ROWS, codes)] = numbers.get(name, 0)
    return compare(cube, kommuner, country, period, figures)


def print_release(
    release: Release, printed: Printed, counting: Counting, wording: Wording
) -> Release:
    """Return an edition as it may be published; the result is no longer internal.

    Charts are drawn from the tables, so they show no more. A rare code is shown where its numbers
    are printed as anything but 0, whether or not it occurs.

    Args:
        release: An edition in full, of the tables that are made for publication.
        printed: What may be printed.
        counting: What it was counted from, for which codes are always shown.
        wording: Its language.

    Raises:
        KeyError: A number of the edition has not been rounded.
    """
    specs = {spec.id: spec for spec in load_tables()}
    tables = tuple(
        _print_table(release, without_rare(release, shown, counting), printed, wording)
        for table in release.tables
        for shown in [_with_prints(release, table, specs[table.id], printed)]
    )
    return replace(release, tables=tables, internal=False, base=printed.base)


def _with_prints(
    release: Release, table: StatTable, spec: TableSpec, printed: Printed
) -> StatTable:
    """Return a table with every number replaced by what may be printed of it."""
    width = len(table.dimensions)
    columns = tuple(
        replace(column, kind=ColumnKind.WHOLE)
        if column.kind is ColumnKind.DECIMAL and column.rests_on
        else column
        for column in table.columns
    )
    shown = replace(table, columns=columns)
    rows = []
    for key, row in zip(table.keys, table.rows, strict=True):
        cells = _Row(release, shown, spec, key, printed)
        numbers = zip(columns[width:], row[width:], strict=True)
        rows.append((*row[:width], *(cells.cell(column, cell) for column, cell in numbers)))
    return replace(shown, rows=tuple(rows))


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a table, and what may be printed of its numbers."""

    release: Release
    table: StatTable
    spec: TableSpec
    key: tuple[str, ...]
    printed: Printed

    def cell(self, column: Column, cell: Cell) -> Cell:
        """Return what is printed in a column of the row."""
        if column.kind is ColumnKind.NOTE:
            return cell
        if not column.of:
            return self.printed.tallies.get(self._name(column), cell)
        if column.kind is ColumnKind.COUNT:
            return self._count(column)
        declared = declared_column(self.spec, column)
        if declared.count in {Count.SHARE, Count.GIVEN}:
            return self._made(column, declared)
        return self.printed.figures[self._name(column)]

    def _count(self, column: Column) -> int | Shorthand:
        number = number_of(self.release, self.table, column, self.key).id
        if number in self.printed.left_out:
            return Shorthand.CONFIDENTIAL
        return self.printed.numbers[number]

    def _made(self, column: Column, declared: ColumnSpec) -> Cell:
        """Return a figure that is made of the prints of its row, where these are large enough."""
        columns = {each.id: each for each in self.table.columns}
        rests_on = [self._count(columns[name]) for name in column.rests_on]
        counts = [count for count in rests_on if isinstance(count, int)]
        if len(counts) < len(rests_on):
            return Shorthand.CONFIDENTIAL
        sizes = SIZES[self.printed.base]
        if declared.count is Count.SHARE:
            part, whole = counts
            is_large = whole >= sizes.share
            return whole_number(Decimal(100 * part) / whole) if is_large else Shorthand.UNRELIABLE
        codes = frozenset(codes_of(self.release.area, self.table, self.key, column).items())
        found = self.printed.given.get(Figure(declared.facts, declared.measure, Count.GIVEN, codes))
        needed = (self.cell(columns[name], None) for name in declared.needs)
        missing = None if found is not None else say_missing(needed)
        if missing is Shorthand.NOT_AVAILABLE:
            return missing
        if min(counts, default=sizes.index) < sizes.index:
            return Shorthand.UNRELIABLE
        if found is None:
            return missing
        is_whole = column.kind is ColumnKind.WHOLE
        return whole_number(Decimal(repr(found))) if is_whole else found

    def _name(self, column: Column) -> str:
        return figure_id(self.release, self.table, column, self.key)


def whole_number(number: Decimal) -> int:
    """Round to a whole number, halves away from zero.

    >>> whole_number(Decimal("2.5")), whole_number(Decimal("0.4"))
    (3, 0)
    """
    return int(number.quantize(Decimal(1), ROUND_HALF_UP))


def _print_table(
    release: Release, table: StatTable, printed: Printed, wording: Wording
) -> StatTable:
    """Say above a table what its numbers are rounded to."""
    names = set(_names(release, table))
    if not names:
        return table
    bases = sorted({printed.bases.get(name, printed.base) for name in names})
    word = f" {wording.text('or')} "
    line = wording.fill("line.rounded", {"base": word.join(map(str, bases))})
    return replace(table, lines=(*table.lines, line))


def _names(release: Release, table: StatTable) -> Iterator[CellId]:
    for key in table.keys:
        for column in table.columns:
            if column.of and column.kind is ColumnKind.COUNT:
                yield number_of(release, table, column, key).id
