"""Who may come and go in some kommuner, and what that makes of the numbers: arrays for a search."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.worlds import Region, World, WorldSearch
from fpsheet_sync.statistics.certificate.case import Case, Witness
from fpsheet_sync.statistics.certificate.citizen_column import (
    COUNTRY,
    CitizenColumn,
    Place,
    Slot,
    SlotShape,
)
from fpsheet_sync.statistics.certificate.crowd import Crowd, PlacedCrowd, SlotNumbers, as_rows
from fpsheet_sync.statistics.certificate.paper import CertifiedPaper

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LIVING = 600
"""Citizens of one kommune who may be gone, those first who count in the fewest numbers."""
_COME = 2500
"""Kinds of citizens who may come; the neighbours made for a number beside them."""
_MOST_BEHIND = 200
"""Citizens behind a number who are looked through."""


@dataclass(frozen=True, slots=True)
class ChangedAreas:
    """Where a world is another than the truth.

    Attributes:
        areas: The kommuner whose citizens are others.
        beside: A kommune that some of them are known to as well, and that sees no difference.
    """

    areas: tuple[str, ...]
    beside: str | None = None

    @property
    def region(self) -> tuple[str, ...]:
        """Return every area whose numbers are looked at, the country first."""
        return (COUNTRY, *self.areas, *([] if self.beside is None else [self.beside]))

    def holds(self, homes: Iterable[str]) -> bool:
        """Return whether a citizen known to some kommuner may be another."""
        return set(homes) <= set(self.region) and not set(homes).isdisjoint(self.areas)


@dataclass(frozen=True, slots=True, eq=False)
class _Crowds:
    """Who may come and go in a region: some wherever they like, others as they live."""

    come: tuple[PlacedCrowd, ...]
    living: PlacedCrowd
    numbers: SlotNumbers


class Residents:
    """The citizens, by where they live and by what they count in."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._numbers = SlotNumbers(case.paper)
        self._kinds = Crowd(_kinds(case.columns), self._numbers)
        self._living: dict[tuple[str, ...], list[CitizenColumn]] = defaultdict(list)
        for column in case.columns:
            if column.areas:
                self._living[tuple(sorted(set(column.areas)))].append(column)

    def view(self, where: ChangedAreas, extra: Iterable[CitizenColumn]) -> "RegionView":
        """Return the numbers of some kommuner and the country, and who may come and go there.

        Args:
            where: What may be another.
            extra: Who may come beside the kinds of citizens there are. Where a kommune sees no
                difference they come as they live, for it knows who they are.
        """
        return RegionView(where, self._case.paper, self._crowds(where, extra))

    def _crowds(self, where: ChangedAreas, extra: Iterable[CitizenColumn]) -> _Crowds:
        inside = [homes for homes in self._living if where.holds(homes)]
        living = [each for homes in inside for each in self._living[homes]]
        reader = where.beside
        living.sort(key=lambda each: (reader not in each.areas, len(each.counts), each.citizen))
        first, made = living[:_LIVING], list(extra)
        if reader is not None:
            first = [each.seen_by(reader) for each in first]
            made = [each.seen_by(reader) for each in made if where.holds(each.areas)]
        # The slots are numbered before anything is laid out by their numbers.
        beside, here = Crowd(made, self._numbers), Crowd(first, self._numbers)
        region, areas = where.region, where.areas
        new = beside.everywhere(region, areas) if reader is None else beside.at_home(region)
        come = (new, self._kinds.everywhere(region, areas))
        return _Crowds(come, here.at_home(region), self._numbers)

    def behind(self, place: Place) -> list[CitizenColumn]:
        """Return who counts in a number, or would if it lived elsewhere."""
        return self._counting.get((place[0] == COUNTRY, place[1]), [])

    def near(self, place: Place, readers: Collection[str]) -> list[CitizenColumn]:
        """Return who counts in a number that differs in one code: one for each, then a second.

        Those of the same area first, then those whom the readers do not know, then those most like
        the citizens behind the number in what is counted of the same.

        Args:
            place: The number.
            readers: Those who are to be misled.
        """
        area, slot = place
        like = {
            other
            for each in self.behind(place)
            for _, other in each.counts
            if (other.facts, other.days) == (slot.facts, slot.days)
        }

        def order(column: CitizenColumn) -> tuple[bool, bool, int, str]:
            is_elsewhere = area not in (COUNTRY, *column.areas)
            is_known = not set(readers).isdisjoint(column.areas)
            alike = len(like.intersection(other for _, other in column.counts))
            return is_elsewhere, is_known, -alike, column.citizen

        ranked: dict[str, tuple[int, CitizenColumn]] = {}
        for other in self._alike[area == COUNTRY, slot.shape]:
            if len(slot.codes - other.codes) == 1:
                columns = sorted(self._counting[area == COUNTRY, other], key=order)
                for rank, column in enumerate(columns):
                    known, _ = ranked.get(column.citizen, (rank, column))
                    ranked[column.citizen] = (min(rank, known), column)
        every = sorted(ranked.values(), key=lambda each: (each[0], order(each[1])))
        return [column for _, column in every]

    def crowding(self, place: Place, readers: Collection[str]) -> list[CitizenColumn]:
        """Return who counts where there is room for nobody more, or nobody fewer.

        Looked at are the numbers of the same facts that the citizens behind a number count in: it
        can be another only where somebody there is another too. Those first whom the readers do
        not know.

        Args:
            place: The number.
            readers: Those who are to be misled.
        """
        _, slot = place
        full = {
            other: None
            for each in self.behind(place)
            for other in each.counts
            if other[1].facts == slot.facts and self._is_full(other)
        }
        found = {
            column.citizen: column
            for home, other in full
            for column in self._counting[home == COUNTRY, other]
            if (home, other) in column.counts
        }

        def order(column: CitizenColumn) -> tuple[bool, str]:
            return not set(readers).isdisjoint(column.areas), column.citizen

        return sorted(found.values(), key=order)

    def _is_full(self, place: Place) -> bool:
        line = self._case.paper.line(place)
        return line is not None and line.count in {line.low, line.high}

    @cached_property
    def homes(self) -> Mapping[Slot, set[str]]:
        """Return the areas in which somebody counts in each slot."""
        found: dict[Slot, set[str]] = defaultdict(set)
        for column in self._case.columns:
            for home, slot in column.counts:
                found[slot].add(home)
        return found

    @cached_property
    def _counting(self) -> Mapping[tuple[bool, Slot], list[CitizenColumn]]:
        found: dict[tuple[bool, Slot], list[CitizenColumn]] = defaultdict(list)
        for column in self._case.columns:
            for key in {(home == COUNTRY, slot) for home, slot in column.counts}:
                if len(found[key]) < _MOST_BEHIND:
                    found[key].append(column)
        return found

    @cached_property
    def _alike(self) -> Mapping[tuple[bool, SlotShape], list[Slot]]:
        """Return the slots of one shape in which somebody counts, of kommuner and the country."""
        found: dict[tuple[bool, SlotShape], list[Slot]] = defaultdict(list)
        for is_country, slot in self._counting:
            found[is_country, slot.shape].append(slot)
        return found


class RegionView:
    """The numbers of some kommuner and the country, as rows and columns."""

    def __init__(self, where: ChangedAreas, paper: CertifiedPaper, people: _Crowds) -> None:
        self._areas, self._paper = where.areas, paper
        self._come = [each for placed in people.come for each in placed.citizens]
        self._living = [column for column, _ in people.living.citizens]
        every = (*people.come, people.living)
        down, up = people.numbers.room(where.region, where.beside)
        counted = np.unique(np.concatenate([each.place for each in every]))
        told = counted[down[counted] >= 0]
        rows = as_rows(every, told, len(down))
        self.region = Region(np.concatenate(rows[:-1]), rows[-1], down[told], up[told])
        self.places = people.numbers.places(where.region, told)
        self._number = {place: number for number, place in enumerate(self.places)}

    def mask(self, wanted: Iterable[Place]) -> "NDArray[np.bool_]":
        """Return which numbers are wanted."""
        found = np.zeros(len(self.places), dtype=np.bool_)
        found[[self._number[place] for place in wanted if place in self._number]] = True
        return found

    def know(self, search: WorldSearch, place: Place, counts: Iterable[int]) -> None:
        """Tell a search which counts of a number need not be found any more."""
        number = self._number.get(place)
        if number is not None:
            truth = self._paper.lines[place].count
            search.know(number, [count - truth for count in counts])

    def witness(self, world: World, targets: Container[Place]) -> Witness:
        """Name the citizens of a world, and what it makes of some numbers."""
        changed = {self.places[at]: int(world.change[at]) for at in np.flatnonzero(world.change)}
        come = [self._come[each] for each in world.come]
        return Witness(
            areas=self._areas,
            come=tuple((column.citizen, homes) for column, homes in come),
            gone=tuple(self._living[each].citizen for each in world.gone),
            counts={
                place: self._paper.lines[place].count + change
                for place, change in changed.items()
                if place in targets
            },
        )


def _kinds(columns: Iterable[CitizenColumn]) -> tuple[CitizenColumn, ...]:
    """Return citizens that differ in more than where they live, those of few numbers first."""
    found: dict[frozenset[tuple[Place, int]], CitizenColumn] = {}
    for column in sorted(columns, key=lambda each: (len(each.counts), each.citizen)):
        homes = tuple(f"{number}" for number in range(len(column.areas)))
        found.setdefault(frozenset(column.placed(homes).items()), column)
        if len(found) == _COME:
            break
    return tuple(found.values())
