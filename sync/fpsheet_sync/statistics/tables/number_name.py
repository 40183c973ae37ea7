"""Names of numbers: the same number has one name wherever, and whenever, it is printed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.statistics.facts.scope import quarters
from fpsheet_sync.statistics.stat_table import Column, Period, Release, StatTable
from fpsheet_sync.statistics.tables.cube import KOMMUNE
from fpsheet_templates.population import Timing, load_populations
from fpsheet_templates.table import TOTAL, ColumnSpec, TableSpec, load_dimensions

COUNTRIES = frozenset({"", "GL", "DK"})
LAND = "land"
DISTINCT = ".distinct"
"""End of the names of numbers that count each citizen or case once."""


_KVARTAL = "kvartal"
_DAY = timedelta(days=1)

Codes = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Number:
    """The name of one number, in its parts.

    Attributes:
        of: What is counted.
        period: First and last day, the same for a stock that is broken down by nothing that
            happened in a period.
        area: Kommunekode, or the country ("GL", "DK", "" for all) in the total.
        codes: What it is broken down by beyond the area.
    """

    of: str
    period: tuple[str, str]
    area: str
    codes: Codes

    @property
    def id(self) -> CellId:
        """Return the name as one string."""
        codes = (f"{dimension}={code}" for dimension, code in sorted(self.codes))
        return CellId("|".join((self.of, *self.period, f"{LAND}={self.area}", *codes)))

    @property
    def owner(self) -> str | None:
        """Return the kommune whose number it is; None for a country's."""
        return None if self.area in COUNTRIES else self.area

    @property
    def days(self) -> Period:
        """Return the period as days."""
        fra, til = self.period
        return Period(date.fromisoformat(fra), date.fromisoformat(til))

    @classmethod
    def read(cls, id_: CellId) -> Self:
        """Read a name back into its parts."""
        of, fra, til, area, *codes = id_.split("|")
        pairs = (code.partition("=") for code in codes)
        named = frozenset((name, value) for name, _, value in pairs)
        return cls(of, (fra, til), area.partition("=")[2], named)


def codes_of(area: str, table: StatTable, key: Sequence[str], column: Column) -> dict[str, str]:
    """Return what a number is broken down by: dimension → code, totals left out."""
    codes = {name: code for name, code in zip(table.dimensions, key, strict=True) if code}
    codes |= dict(column.codes)
    return codes if area in COUNTRIES else {**codes, KOMMUNE: area}


def declared_column(spec: TableSpec, column: Column) -> ColumnSpec:
    """Return the declared column that a laid out one comes from."""
    return max(
        (
            each
            for each in spec.columns
            if each.id == column.id or (each.by and column.id.startswith(f"{each.id}_"))
        ),
        key=lambda each: len(each.id),
    )


def dated(of: str, period: Period, dimensions: Iterable[str] = ()) -> tuple[str, Period]:
    """Return the name of a count and its days: a state is one of a single day, whatever the period.

    Broken down by what happened on any day of the period, it is one of the whole period.

    Args:
        of: What is counted.
        period: First and last day that the table is about.
        dimensions: What the count is broken down by.

    >>> dated("bestand.primo", Period(date(2025, 1, 1), date(2025, 12, 31)))[0]
    'bestand.bestand'
    """
    population = load_populations().get(of.removesuffix(DISTINCT))
    if population is None or population.timing not in {Timing.LAST_DAY, Timing.DAY_BEFORE}:
        return of, period
    if _of_whole_period(dimensions):
        return of, period
    day = period.til if population.timing is Timing.LAST_DAY else period.fra - _DAY
    return population.same_as or of, Period(day, day)


def _of_whole_period(dimensions: Iterable[str]) -> bool:
    known = load_dimensions()
    return any(name in known and known[name].whole_period for name in dimensions)


def renamed(id_: CellId, period: Period) -> CellId:
    """Return the name that a number of an edition has today.

    Those of what happened in the period were named by its last day alone until 30 November 2026.

    Args:
        id_: The name as it was kept.
        period: The period of the edition.
    """
    number = Number.read(id_)
    if number.period != (str(period.til),) * 2 or not _of_whole_period(dict(number.codes)):
        return id_
    return replace(number, period=(str(period.fra), str(period.til))).id


def number_of(release: Release, table: StatTable, column: Column, key: Sequence[str]) -> Number:
    """Name the number in a cell."""
    codes = dict(zip(table.dimensions, key, strict=True)) | dict(column.codes)
    codes = {name: code for name, code in codes.items() if code != TOTAL}
    period = table.period
    quarter = codes.pop(_KVARTAL, "")
    if quarter:
        period = next(each.period for each in quarters(period) if each.id == quarter)
    area = codes.pop(KOMMUNE, release.area)
    of, period = dated(column.of, period, codes)
    days = (str(period.fra), str(period.til))
    return Number(of, days, area, frozenset(codes.items()))


def figure_id(release: Release, table: StatTable, column: Column, key: Sequence[str]) -> str:
    """Name a figure that is no count: a percentage, a median, an expected number."""
    return "|".join((table.id, f"{LAND}={release.area}", column.id, *key))
