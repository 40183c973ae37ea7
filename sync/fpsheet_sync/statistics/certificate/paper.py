"""What stands on paper, number by number: what a reader may take each count to be."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from fpsheet_sync.statistics.certificate.citizen_column import COUNTRY, Place, Slot
from fpsheet_sync.statistics.stat_table import Column, ColumnKind, Release, StatTable
from fpsheet_sync.statistics.tables.cube import KOMMUNE
from fpsheet_sync.statistics.tables.number_name import codes_of, declared_column
from fpsheet_templates.table import ColumnSpec, Count, TableSpec, load_tables


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One number as readers have it.

    Attributes:
        name: The name under which its print is kept.
        low: The lowest count that its prints leave.
        count: The count.
        high: The highest that they leave.
    """

    name: str
    low: int
    count: int
    high: int


@dataclass(frozen=True, slots=True)
class CertifiedCell:
    """One count in a table of an edition in full."""

    release: Release
    table: StatTable
    key: tuple[str, ...]
    column: Column
    count: int


Told = Callable[[CertifiedCell], PaperLine]
"""Gives what is told of a number."""


@dataclass(frozen=True)
class CertifiedPaper:
    """All that is printed.

    Attributes:
        lines: Every number that an edition has a cell for.
        unseen: How many a count may be whose cell no edition has, because its code is shown only
            where it occurs: all that may be printed as 0.
    """

    lines: Mapping[Place, PaperLine]
    unseen: int

    def line(self, place: Place) -> PaperLine | None:
        """Return a number as readers have it; None where nothing is told of it."""
        found = self.lines.get(place)
        if found is None and (place[0] == COUNTRY, place[1].shape) in self._shapes:
            return PaperLine("", 0, 0, self.unseen)
        return found

    @cached_property
    def _shapes(self) -> frozenset[tuple[bool, tuple[object, ...]]]:
        return frozenset((area == COUNTRY, slot.shape) for area, slot in self.lines)


def read_paper(releases: Iterable[Release], told: Told) -> Mapping[Place, PaperLine]:
    """Read the numbers that editions print.

    Args:
        releases: The editions in full, of the tables that are made for publication.
        told: Gives what is told of a number.
    """
    specs = {spec.id: spec for spec in load_tables()}
    found: dict[Place, PaperLine] = {}
    for release in releases:
        for table in release.tables:
            for cell in _cells(release, table):
                place, line = _place(cell, specs[table.id]), told(cell)
                was = found.get(place, line)
                low, high = max(line.low, was.low), min(line.high, was.high)
                found[place] = PaperLine(line.name, low, line.count, high)
    return found


def _cells(release: Release, table: StatTable) -> Iterator[CertifiedCell]:
    for key, row in zip(table.keys, table.rows, strict=True):
        for column, count in zip(table.columns, row, strict=True):
            if column.of and column.kind is ColumnKind.COUNT and isinstance(count, int):
                yield CertifiedCell(release, table, key, column, count)


def _place(cell: CertifiedCell, spec: TableSpec) -> Place:
    """Say what a cell counts, from the declaration of its table."""
    codes = codes_of(cell.release.area, cell.table, cell.key, cell.column)
    area = codes.pop(KOMMUNE, COUNTRY)
    parts = _parts(spec, declared_column(spec, cell.column))
    return area, Slot(
        facts=parts[0].facts,
        measures=frozenset(part.measure for part in parts),
        is_distinct=parts[0].count is Count.DISTINCT,
        days=_days(cell.table),
        codes=frozenset(codes.items()),
    )


def _parts(spec: TableSpec, column: ColumnSpec) -> Sequence[ColumnSpec]:
    return [spec.column(part) for part in column.parts] if column.count is Count.SUM else [column]


def _days(table: StatTable) -> tuple[str, str]:
    return str(table.period.fra), str(table.period.til)
