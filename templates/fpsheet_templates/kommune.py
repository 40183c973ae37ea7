"""Kommuner: codes, names, where they lie, and who took over from whom."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

COUNTRIES = ("GL", "DK")
"""The countries there are, Greenland first."""
BOTH = frozenset(COUNTRIES)

_ZONES = {"GL": "America/Nuuk", "DK": "Europe/Copenhagen"}
"""Country → time zone: the one that every kommune's town hall keeps."""


@dataclass(frozen=True, slots=True)
class Kommune:
    """One kommune, of today or of the past.

    Attributes:
        code: Three digits, as in CPR ("956").
        name: Official name.
        jurisdiction: "GL" or "DK".
        valid_from: First day in force, inclusive; None for before anything recorded.
        valid_to: First day no longer in force, exclusive; None for still in force.
        successors: Codes of the kommuner that took over, empty while in force.
        premade_factor: How many times the standard number of pre-made rows its workbook has.
    """

    code: str
    name: str
    jurisdiction: str
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    premade_factor: float = 1.0

    def is_in_force(self, day: date) -> bool:
        """Return whether the kommune exists on a day (start inclusive, end exclusive)."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_to is None or day < self.valid_to)

    def local(self, moment: datetime) -> datetime:
        """Return a moment in the time that the kommune's clocks showed at that moment."""
        return moment.astimezone(ZoneInfo(_ZONES[self.jurisdiction]))
