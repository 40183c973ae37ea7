"""Citizens as arrays: who adds how much to which number, wherever each of them lives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.worlds import FREE
from fpsheet_sync.statistics.certificate.citizen_column import COUNTRY, CitizenColumn, Place, Slot
from fpsheet_sync.statistics.certificate.paper import CertifiedPaper

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

_UNTOLD = -1


class SlotNumbers:
    """Slots numbered in the order in which they are met, and what is told of them by area."""

    def __init__(self, paper: CertifiedPaper) -> None:
        """Take what is told."""
        self._paper = paper
        self._slots: dict[Slot, int] = {}
        self._known: dict[str, tuple[Counts, Counts]] = {}

    def __len__(self) -> int:
        """Return how many slots were met."""
        return len(self._slots)

    def number(self, slot: Slot) -> int:
        """Return the number of a slot."""
        return self._slots.setdefault(slot, len(self._slots))

    def places(self, areas: Sequence[str], numbers: "Counts") -> list[Place]:
        """Return places from their numbers in a region: area times all slots, and slot."""
        slots = list(self._slots)
        each = zip(*np.divmod(numbers, len(slots)), strict=True)
        return [(areas[int(area)], slots[int(slot)]) for area, slot in each]

    def room(self, areas: Sequence[str], fixed: str | None = None) -> "tuple[Counts, Counts]":
        """Return how far every number of some areas may fall and rise; -1 where nothing is told.

        Args:
            areas: The areas.
            fixed: The one of them, if any, in which no number may, told or not.
        """
        none = np.zeros(len(self._slots), dtype=np.int64)
        ends = [(none, none) if area == fixed else self._room_of(area) for area in areas]
        down, up = zip(*ends, strict=True)
        return np.concatenate(down), np.concatenate(up)

    def _room_of(self, area: str) -> "tuple[Counts, Counts]":
        known = self._known.get(area, (_nothing(), _nothing()))
        if len(known[0]) < len(self._slots):
            new = [self._ends((area, slot)) for slot in list(self._slots)[len(known[0]) :]]
            more = np.array(new, dtype=np.int64).T
            known = (np.concatenate([known[0], more[0]]), np.concatenate([known[1], more[1]]))
            self._known[area] = known
        return known

    def _ends(self, place: Place) -> tuple[int, int]:
        line = self._paper.line(place)
        if line is None:
            return _UNTOLD, _UNTOLD
        return min(line.count - line.low, FREE), min(line.high - line.count, FREE)


@dataclass(frozen=True, slots=True, eq=False)
class PlacedCrowd:
    """Citizens who live in some areas of a region.

    Attributes:
        citizens: Each with the areas it lives in.
        row: The citizen, per entry.
        place: The number, per entry: the area's in the region, times all slots, and the slot's.
        value: How much the citizen adds, per entry.
    """

    citizens: tuple[tuple[CitizenColumn, tuple[str, ...]], ...]
    row: "Counts"
    place: "Counts"
    value: "Counts"


class Crowd:
    """Some citizens."""

    def __init__(self, columns: Sequence[CitizenColumn], numbers: SlotNumbers) -> None:
        """Take the citizens apart.

        Args:
            columns: The citizens.
            numbers: Gives each slot its number.
        """
        self._columns, self._numbers = tuple(columns), numbers
        home: list[int] = []
        slot: list[int] = []
        value: list[int] = []
        size: list[int] = []
        for column in columns:
            at = {COUNTRY: 0, **{area: n for n, area in enumerate(column.areas, start=1)}}
            home += [at[area] for area, _ in column.counts]
            slot += [numbers.number(each) for _, each in column.counts]
            value += column.counts.values()
            size.append(len(column.counts))
        self._home, self._slot, self._value = (
            np.array(each, dtype=np.int64) for each in (home, slot, value)
        )
        self._start = np.concatenate([[0], np.cumsum(size, dtype=np.int64)])

    def everywhere(self, areas: Sequence[str], among: Sequence[str]) -> PlacedCrowd:
        """Return the citizens once for every way to replace their kommuner by some areas.

        Args:
            areas: Those of a region, the country first.
            among: The areas in which they may live.
        """
        return self._placed(
            areas,
            [
                (number, homes)
                for number, column in enumerate(self._columns)
                if column.counts
                for homes in permutations(among, len(column.areas))
            ],
        )

    def at_home(self, areas: Sequence[str]) -> PlacedCrowd:
        """Return the citizens where they live."""
        homes = [(number, column.areas) for number, column in enumerate(self._columns)]
        return self._placed(areas, homes)

    def _placed(
        self, areas: Sequence[str], chosen: Sequence[tuple[int, tuple[str, ...]]]
    ) -> PlacedCrowd:
        at = {area: number for number, area in enumerate(areas)}
        most = max((len(homes) for _, homes in chosen), default=0)
        where = np.zeros((len(chosen), 1 + most), dtype=np.int64)
        for number, (_, homes) in enumerate(chosen):
            where[number, 1 : 1 + len(homes)] = [at[home] for home in homes]
        who = np.array([number for number, _ in chosen], dtype=np.int64)
        size = self._start[who + 1] - self._start[who]
        row = np.repeat(np.arange(len(who)), size)
        first = np.cumsum(size) - size
        entry = np.arange(len(row)) - first[row] + self._start[who][row]
        place = where[row, self._home[entry]] * len(self._numbers) + self._slot[entry]
        citizens = tuple((self._columns[number], homes) for number, homes in chosen)
        return PlacedCrowd(citizens, row, place, self._value[entry])


def as_rows(placed: Iterable[PlacedCrowd], told: "Counts", size: int) -> "list[NDArray[np.int16]]":
    """Return what citizens add to some numbers, a row per citizen.

    Args:
        placed: The citizens.
        told: The numbers.
        size: How many numbers there are.
    """
    column = np.full(size, _UNTOLD, dtype=np.int64)
    column[told] = np.arange(len(told))
    found = []
    for each in placed:
        rows = np.zeros((len(each.citizens), len(told)), dtype=np.int16)
        at = column[each.place]
        rows[each.row[at >= 0], at[at >= 0]] = each.value[at >= 0]
        found.append(rows)
    return found


def _nothing() -> "Counts":
    return np.zeros(0, dtype=np.int64)
