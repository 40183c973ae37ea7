"""The certificate: worlds of citizens that leave each small number enough values.

The audit is told what binds the printed numbers, and shows what that leaves open; a relation that
nobody thought of is missing there. Here nothing is told. Citizens come or go, real ones and their
neighbours, each counted by the queries that count the tables, until every small number has been
another while everything printed stayed possible. What no citizens are found for is narrow.

A world changes the citizens of one kommune alone, or of two, so that it stands against every other
reader, who knows its own.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.worlds import FREE, Region, World, WorldSearch
from fpsheet_sync.statistics.certificate.case import Case, Found, Witness
from fpsheet_sync.statistics.certificate.citizen_column import BESIDE, COUNTRY, CitizenColumn, Place

if TYPE_CHECKING:
    from numpy.typing import NDArray


_SEED = 1
_LIVING = 600
"""Citizens of one kommune who may be gone, those first who count in the fewest numbers."""
_COME = 2500
"""Kinds of citizens who may come; the neighbours made for a number beside them."""
_BEHIND = 4
"""Citizens behind a number whose neighbours are made."""
_AROUND = 40
"""Citizens whose neighbours are made in one round."""
_REGIONS = 12
"""Kommuner, and pairs of them, looked at for one number."""
_ROUNDS = 2

Make = Callable[[Sequence[str]], tuple[CitizenColumn, ...]]
"""Makes neighbours of some citizens, those that the form admits, and counts them."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What worlds prove.

    Attributes:
        numbers: How many small numbers there are.
        pairs: How many small numbers and readers.
        witnesses: The worlds.
        narrow: Numbers for which too few worlds were found, with the readers.
        unseen: Numbers that were not looked at in time, with the readers.
        neighbours: How many neighbours of citizens were counted.
    """

    numbers: int
    pairs: int
    witnesses: tuple[Witness, ...]
    narrow: Mapping[Place, tuple[str, ...]]
    unseen: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)
    neighbours: int = 0

    @property
    def is_wide(self) -> bool:
        """Return whether every number has enough values for every reader."""
        return not self.narrow and not self.unseen


def certify(case: Case, make: Make, deadline: float) -> Certificate:
    """Look for worlds until every small number has enough values for every reader.

    Args:
        case: What is printed, and of whom.
        make: Makes neighbours of citizens.
        deadline: When to give up (`time.monotonic`).
    """
    return _Certification(case, make, deadline).run()


class _Certification:
    """One certificate in the making."""

    def __init__(self, case: Case, make: Make, deadline: float) -> None:
        self._case, self._make, self._deadline = case, make, deadline
        self._found = Found(case)
        self._columns = {column.citizen: column for column in case.columns}
        self._extra: dict[Place, tuple[CitizenColumn, ...]] = {}
        self._made: dict[str, tuple[CitizenColumn, ...]] = {}
        self._kinds = _kinds(case.columns)

    def run(self) -> Certificate:
        """Look among real citizens, then in two kommuner at once, then with their neighbours."""
        for area in self._case.kommuner:
            self._look((area,), list(self._case.targets), walks=True)
        self._look_closer()
        for _ in range(_ROUNDS):
            self._extend(sorted(self._open(), key=_words))
            self._look_closer()
        left = {place: tuple(readers) for place, readers in self._found.open().items()}
        is_over = time.monotonic() > self._deadline
        targets = self._case.targets
        return Certificate(
            numbers=len(targets),
            pairs=sum(map(len, targets.values())),
            witnesses=self._found.needed(),
            narrow={} if is_over else left,
            unseen=left if is_over else {},
            neighbours=sum(map(len, self._made.values())),
        )

    def _open(self) -> Mapping[Place, list[str]]:
        return {} if time.monotonic() > self._deadline else self._found.open()

    def _look_closer(self) -> None:
        """Look for each number that is left, with the neighbours that were made for it."""
        for place in sorted(self._open(), key=_words):
            for areas in self._regions(place):
                if not self._found.left(place) or time.monotonic() > self._deadline:
                    break
                self._look(areas, [place], walks=False)

    def _extend(self, places: Sequence[Place]) -> None:
        """Make neighbours of the citizens who count in some numbers, or of their neighbours."""
        behind = {place: self._behind(place) for place in places}
        new = {
            each.citizen: None
            for columns in behind.values()
            for each in [one for one in columns if one.citizen not in self._made][:_BEHIND]
        }
        around = list(new)[:_AROUND]
        self._made |= dict.fromkeys(around, ())
        for column in self._make(around) if around else ():
            origin = column.citizen.rpartition(BESIDE)[0]
            self._made[origin] = (*self._made[origin], column)
        for place, columns in behind.items():
            made = [each for one in columns for each in self._made.get(one.citizen, ())]
            known = self._extra.get(place, ())
            self._extra[place] = tuple({each.citizen: each for each in (*known, *made)}.values())

    def _behind(self, place: Place) -> list[CitizenColumn]:
        """Return the citizens who count in a number, real ones first, whoever lives elsewhere."""
        every = (*self._case.columns, *self._extra.get(place, ()))
        return [each for each in every if _counts_in(each, place)]

    def _regions(self, place: Place) -> Iterator[tuple[str, ...]]:
        """Yield the kommuner in which a number may become another: one, then two.

        Those first in which somebody counts in it.
        """
        area, slot = place
        living = {home for each in self._case.columns for home, own in each.counts if own == slot}
        kommuner = sorted(self._case.kommuner, key=lambda each: (each not in living, each))
        yield from [(each,) for each in kommuner if area in {COUNTRY, each}][:_REGIONS]
        pairs = [pair for pair in combinations(kommuner, 2) if area in {COUNTRY, *pair}]
        yield from pairs[:_REGIONS]

    def _look(self, areas: tuple[str, ...], places: Iterable[Place], *, walks: bool) -> None:
        """Look for worlds in which the citizens of some kommuner are others."""
        wanted = [place for place in places if self._is_wanted(place, areas)]
        if not wanted or time.monotonic() > self._deadline:
            return
        extra = () if walks else self._extra.get(wanted[0], ())
        view = _View(self._case, areas, self._kinds, extra)
        values = max(self._case.values, self._case.own_values)
        search = WorldSearch(view.region, view.mask(wanted), values, _SEED)
        for world in search.walk() if walks else ():
            self._found.add(view.witness(world))
        for number in search.left.tolist():
            if time.monotonic() > self._deadline:
                return
            if self._is_wanted(view.places[number], areas):
                for world in search.aim(number):
                    self._found.add(view.witness(world))

    def _is_wanted(self, place: Place, areas: tuple[str, ...]) -> bool:
        """Return whether a number is left that a world in some kommuner may help."""
        is_there = place[0] in {COUNTRY, *areas}
        return is_there and any(reader not in areas for reader in self._found.left(place))


class _View:
    """The numbers of some kommuner and the country, as rows and columns."""

    def __init__(
        self,
        case: Case,
        areas: tuple[str, ...],
        kinds: Sequence[CitizenColumn],
        extra: Sequence[CitizenColumn],
    ) -> None:
        self._case, self._areas = case, areas
        come = {
            frozenset(counts.items()): (column.citizen, homes, counts)
            for column in (*extra, *kinds)
            for homes in _homes(column, areas)
            for counts in [column.placed(homes)]
        }
        self._come = list(come.values())
        living = [each for each in case.columns if each.areas and set(each.areas) <= set(areas)]
        self._living = sorted(living, key=lambda each: (len(each.counts), each.citizen))[:_LIVING]
        self._places = self._told_places()
        self.places = list(self._places)
        self.region = self._region()

    def mask(self, wanted: Iterable[Place]) -> "NDArray[np.bool_]":
        """Return which numbers are wanted."""
        found = np.zeros(len(self.places), dtype=np.bool_)
        found[[self._places[place] for place in wanted if place in self._places]] = True
        return found

    def witness(self, world: World) -> Witness:
        """Name the citizens of a world."""
        targets = self._case.targets
        changed = {self.places[at]: int(world.change[at]) for at in np.flatnonzero(world.change)}
        return Witness(
            areas=self._areas,
            come=tuple(self._come[each][:2] for each in world.come),
            gone=tuple(self._living[each].citizen for each in world.gone),
            counts={
                place: self._case.paper.lines[place].count + change
                for place, change in changed.items()
                if place in targets
            },
        )

    def _told_places(self) -> Mapping[Place, int]:
        """Number the places of which something is told and in which somebody counts."""
        counted = [counts for _, _, counts in self._come] + [each.counts for each in self._living]
        found: dict[Place, int] = {}
        for counts in counted:
            for place in counts:
                if place not in found and self._case.paper.line(place) is not None:
                    found[place] = len(found)
        return found

    def _region(self) -> Region:
        lines = [self._case.paper.line(place) for place in self.places]
        ends = [
            (min(line.count - line.low, FREE), min(line.high - line.count, FREE))
            for line in lines
            if line is not None
        ]
        down, up = np.array(ends, dtype=np.int64).reshape(-1, 2).T
        come = self._matrix([counts for _, _, counts in self._come])
        return Region(come, self._matrix([each.counts for each in self._living]), down, up)

    def _matrix(
        self, rows: Sequence[Mapping[Place, int]]
    ) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
        found = np.zeros((len(rows), len(self.places)), dtype=np.int64)
        for row, counts in enumerate(rows):
            for place, value in counts.items():
                at = self._places.get(place)
                if at is not None:
                    found[row, at] = value
        return found


def _kinds(columns: Iterable[CitizenColumn]) -> tuple[CitizenColumn, ...]:
    """Return citizens that differ in more than where they live, those of few numbers first."""
    found: dict[frozenset[tuple[Place, int]], CitizenColumn] = {}
    for column in sorted(columns, key=lambda each: (len(each.counts), each.citizen)):
        homes = tuple(f"{number}" for number in range(len(column.areas)))
        found.setdefault(frozenset(column.placed(homes).items()), column)
    return tuple(found.values())[:_COME]


def _homes(column: CitizenColumn, areas: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Return where a citizen may live: in some of the areas, each for each of its own."""
    return permutations(areas, len(column.areas)) if column.counts else ()


def _counts_in(column: CitizenColumn, place: Place) -> bool:
    """Return whether a citizen counts in a number, wherever it lives."""
    area, slot = place
    return any(
        slot == other and (area == COUNTRY) == (home == COUNTRY) for home, other in column.counts
    )


def _words(place: Place) -> str:
    area, slot = place
    codes = "|".join(f"{name}={code}" for name, code in sorted(slot.codes))
    return "|".join((area, slot.facts, *sorted(slot.measures), *slot.days, codes))
