"""The certificate: worlds of citizens that leave each small number enough values.

The audit is told what binds the printed numbers, and shows what that leaves open; a relation that
nobody thought of is missing there. Here nothing is told. Citizens come or go, real ones and their
neighbours, each counted by the queries that count the tables, until every small number has been
another while everything printed stayed possible. What no citizens are found for is narrow.

A world changes the citizens of one kommune alone, or of two, so that it stands against every other
reader, who knows its own. One world is another for many numbers: all of them are looked at together
first, kommune by kommune, and by themselves only those that are left.

A citizen may be known to two kommuner. A world in which such a citizen is another stands against
one of them only if it has nothing to tell it by: its own rows of the citizen, the moves to it, the
sex and the birthday are the same, and so is everything that is counted in it, printed or not. Such
worlds are looked for at the end, for the readers who are left.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.worlds import Region, World, WorldSearch
from fpsheet_sync.statistics.certificate.case import Case, Found, Witness
from fpsheet_sync.statistics.certificate.citizen_column import (
    BESIDE,
    COUNTRY,
    CitizenColumn,
    Place,
    Slot,
)
from fpsheet_sync.statistics.certificate.crowd import Crowd, PlacedCrowd, SlotNumbers, as_rows
from fpsheet_sync.statistics.certificate.paper import CertifiedPaper

if TYPE_CHECKING:
    from numpy.typing import NDArray


_SEED = 1
_LIVING = 600
"""Citizens of one kommune who may be gone, those first who count in the fewest numbers."""
_COME = 2500
"""Kinds of citizens who may come; the neighbours made for a number beside them."""
_BEHIND = 4
"""Citizens behind a number whose neighbours are made."""
_MOST_BEHIND = 200
"""Citizens behind a number who are looked through."""
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
        self._people = _People(case)
        self._extra: dict[Place, tuple[CitizenColumn, ...]] = {}
        self._made: dict[str, tuple[CitizenColumn, ...]] = {}

    def run(self) -> Certificate:
        """Look among real citizens, then in two kommuner at once, then with their neighbours."""
        for area in self._case.kommuner:
            self._look(_Where((area,)), list(self._case.targets), (), walks=True)
        self._look_closer()
        for _ in range(_ROUNDS):
            self._extend(sorted(self._open(), key=_words))
            self._look_closer()
        self._look_beside()
        left = {place: tuple(readers) for place, readers in self._found.open().items()}
        is_over = self._is_over()
        targets = self._case.targets
        return Certificate(
            numbers=len(targets),
            pairs=sum(map(len, targets.values())),
            witnesses=self._found.needed(),
            narrow={} if is_over else left,
            unseen=left if is_over else {},
            neighbours=sum(map(len, self._made.values())),
        )

    def _is_over(self) -> bool:
        return time.monotonic() > self._deadline

    def _open(self) -> Mapping[Place, list[str]]:
        return {} if self._is_over() else self._found.open()

    def _look_closer(self) -> None:
        """Look for each number that is left: where one kommune is another first, then two.

        Numbers are looked at together where the same citizens may come, by themselves where
        neighbours were made for them.
        """
        groups: dict[tuple[tuple[str, ...], Place | None], list[Place]] = defaultdict(list)
        for place in sorted(self._open(), key=_words):
            for areas in self._regions(place):
                groups[areas, place if self._extra.get(place) else None].append(place)
        for (areas, own), places in sorted(groups.items(), key=lambda each: len(each[0][0])):
            self._look(_Where(areas), places, self._extra[own] if own else (), walks=False)

    def _look_beside(self) -> None:
        """Look for each number and reader left where all that the reader has stays as it is.

        Other is what another kommune has of citizens known to both, and of its own.
        """
        for place, readers in sorted(self._open().items(), key=lambda each: _words(each[0])):
            behind = {column.areas for column in self._behind(place)}
            for reader in readers:
                both = (set(areas) - {reader} for areas in behind if reader in areas)
                for areas in sorted({tuple(sorted(rest)) for rest in both if rest}):
                    where = _Where(areas, reader)
                    self._look(where, [place], self._extra.get(place, ()), walks=False)

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
        made = [each for each in self._extra.get(place, ()) if _counts_in(each, place)]
        return [*self._people.behind(place), *made]

    def _regions(self, place: Place) -> Iterator[tuple[str, ...]]:
        """Yield the kommuner in which a number may become another: one, then two.

        Those first in which somebody counts in it.
        """
        area, slot = place
        living = self._people.homes[slot]
        kommuner = sorted(self._case.kommuner, key=lambda each: (each not in living, each))
        yield from [(each,) for each in kommuner if area in {COUNTRY, each}][:_REGIONS]
        near = kommuner if area == COUNTRY else [area, *(k for k in kommuner if k != area)]
        pairs = (pair for pair in combinations(near, 2) if area in {COUNTRY, *pair})
        yield from (pair for pair, _ in zip(pairs, range(_REGIONS), strict=False))

    def _look(
        self,
        where: "_Where",
        places: Iterable[Place],
        extra: tuple[CitizenColumn, ...],
        *,
        walks: bool,
    ) -> None:
        """Look for worlds in which the citizens of some kommuner are others."""
        wanted = [place for place in places if self._is_wanted(place, where.areas)]
        if not wanted or self._is_over():
            return
        view = _View(where, self._case.paper, self._people.crowds(where, extra))
        search = WorldSearch(view.region, view.mask(wanted), self._most_values, _SEED)
        for place in wanted:
            view.know(search, place, self._found.known(place, where.areas))
        for world in search.walk() if walks else self._aimed(search, view, where.areas):
            self._found.add(view.witness(world, self._case.targets))
            if self._is_over():
                return

    def _aimed(self, search: WorldSearch, view: "_View", areas: tuple[str, ...]) -> Iterator[World]:
        for number in search.left.tolist():
            if not self._is_over() and self._is_wanted(view.places[number], areas):
                yield from search.aim(number)

    @cached_property
    def _most_values(self) -> int:
        return max(self._case.values, self._case.own_values)

    def _is_wanted(self, place: Place, areas: tuple[str, ...]) -> bool:
        """Return whether a number is left that a world in some kommuner may help."""
        is_there = place[0] in {COUNTRY, *areas}
        return is_there and any(reader not in areas for reader in self._found.left(place))


@dataclass(frozen=True, slots=True)
class _Where:
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


class _People:
    """The citizens, by where they live and by what they count in."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._numbers = SlotNumbers(case.paper)
        self._kinds = Crowd(_kinds(case.columns), self._numbers)
        self._living: dict[tuple[str, ...], list[CitizenColumn]] = defaultdict(list)
        for column in case.columns:
            if column.areas:
                self._living[tuple(sorted(set(column.areas)))].append(column)

    def crowds(self, where: _Where, extra: tuple[CitizenColumn, ...]) -> _Crowds:
        """Return who may come to some kommuner, and who may go from there."""
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


class _View:
    """The numbers of some kommuner and the country, as rows and columns."""

    def __init__(self, where: _Where, paper: CertifiedPaper, people: _Crowds) -> None:
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
