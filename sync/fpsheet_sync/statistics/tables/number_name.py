"""Names of numbers: the same number has one name wherever, and whenever, it is printed."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.statistics.stat_table import Period

COUNTRIES = frozenset({"", "GL", "DK"})
LAND = "land"

Codes = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Number:
    """The name of one number, in its parts.

    Attributes:
        of: What is counted.
        period: First and last day, the same for a stock.
        area: Kommunekode, or the country ("GL", "DK", "" for all) in the total.
        codes: What it is broken down by beyond the area.
    """

    of: str
    period: tuple[str, str]
    area: str
    codes: Codes

    @property
    def id(self) -> CellId:
        """Give the name as one string."""
        codes = (f"{dimension}={code}" for dimension, code in sorted(self.codes))
        return CellId("|".join((self.of, *self.period, f"{LAND}={self.area}", *codes)))

    @property
    def owner(self) -> str | None:
        """Give the kommune whose number it is; None for a country's."""
        return None if self.area in COUNTRIES else self.area

    @property
    def days(self) -> Period:
        """Give the period as days."""
        fra, til = self.period
        return Period(date.fromisoformat(fra), date.fromisoformat(til))

    @classmethod
    def read(cls, id_: CellId) -> Self:
        """Read a name back into its parts."""
        of, fra, til, area, *codes = id_.split("|")
        pairs = (code.partition("=") for code in codes)
        named = frozenset((name, value) for name, _, value in pairs)
        return cls(of, (fra, til), area.partition("=")[2], named)
