"""The certificate: worlds of citizens that leave each small number enough values.

The audit is told what binds the printed numbers, and shows what that leaves open; a relation that
nobody thought of is missing there. Here no relation is declared. Citizens come or go, real ones and
their neighbours, each counted by the queries that count the tables, until every small number has
been another while everything printed stayed possible. What no citizens are found for is narrow.

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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from fpsheet_sync.disclosure.worlds import World, WorldSearch
from fpsheet_sync.statistics.certificate.case import Case, Found, Witness
from fpsheet_sync.statistics.certificate.citizen_column import (
    BESIDE,
    COUNTRY,
    CitizenColumn,
    Place,
)
from fpsheet_sync.statistics.certificate.residents import ChangedAreas, RegionView, Residents

_SEED = 1
_BEHIND, _NEAR = 4, 8
"""Citizens behind a number, and those who count in one beside it, whose neighbours are made."""
_AROUND = 40
"""Citizens whose neighbours are made in one round."""
_REGIONS = 12
"""Kommuner, and pairs of them, looked at for one number."""
_ROUNDS = 3
"""Rounds of neighbours; in the last there are fewest numbers left to share them."""

Make = Callable[[Sequence[str]], tuple[CitizenColumn, ...]]
"""Makes neighbours of some citizens, those that the form admits, and counts them."""

Tell = Callable[[int, int], None]
"""Is told how far something is, and of how much."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What worlds prove.

    Attributes:
        pairs: How many small numbers and readers.
        witnesses: The worlds.
        narrow: Numbers for which too few worlds were found, with the readers.
        unseen: Numbers that were not looked at in time, with the readers.
        neighbours: How many neighbours of citizens were counted.
    """

    pairs: int
    witnesses: tuple[Witness, ...]
    narrow: Mapping[Place, tuple[str, ...]]
    unseen: Mapping[Place, tuple[str, ...]] = field(default_factory=dict)
    neighbours: int = 0

    @property
    def is_wide(self) -> bool:
        """Return whether every number has enough values for every reader."""
        return not self.narrow and not self.unseen


def certify(case: Case, make: Make, deadline: float, told: Tell | None = None) -> Certificate:
    """Look for worlds until every small number has enough values for every reader.

    Args:
        case: What is printed, and of whom.
        make: Makes neighbours of citizens.
        deadline: When to give up (`time.monotonic`).
        told: Told how far it is.
    """
    return _Certification(case, make, deadline, told).run()


class _Certification:
    """One certificate in the making."""

    def __init__(self, case: Case, make: Make, deadline: float, told: Tell | None = None) -> None:
        self._case, self._make, self._deadline, self._told = case, make, deadline, told
        self._found = Found(case)
        self._people = Residents(case)
        self._extra: dict[Place, tuple[CitizenColumn, ...]] = {}
        self._made: dict[str, tuple[CitizenColumn, ...]] = {}

    def run(self) -> Certificate:
        """Look among real citizens, in one kommune and in two, then with their neighbours."""
        for area in self._case.kommuner:
            self._look(ChangedAreas((area,)), list(self._case.targets), (), walks=True)
            self._tell()
        self._look_closer()
        for round_ in range(_ROUNDS):
            self._extend(self._open(), is_far=round_ > 0)
            self._look_closer()
        self._share(self._open())
        self._look_closer()
        self._look_beside()
        left = {place: tuple(readers) for place, readers in self._found.open().items()}
        is_over = self._is_over()
        return Certificate(
            pairs=sum(map(len, self._case.targets.values())),
            witnesses=self._found.needed(),
            narrow={} if is_over else left,
            unseen=left if is_over else {},
            neighbours=sum(map(len, self._made.values())),
        )

    def _tell(self) -> None:
        if self._told is not None:
            pairs = sum(map(len, self._case.targets.values()))
            self._told(pairs - sum(map(len, self._found.open().values())), pairs)

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
            self._look(ChangedAreas(areas), places, self._extra[own] if own else (), walks=False)
        self._tell()

    def _look_beside(self) -> None:
        """Look for each number and reader that are left, with all rows of that reader as they are.

        What differs is what another kommune has of citizens known to both, and of its own ones.
        """
        for place, readers in sorted(self._open().items(), key=lambda each: _words(each[0])):
            behind = {column.areas for some in self._behind(place) for column in some}
            for reader in readers:
                both = (set(areas) - {reader} for areas in behind if reader in areas)
                for areas in sorted({tuple(sorted(rest)) for rest in both if rest}):
                    where = ChangedAreas(areas, reader)
                    self._look(where, [place], self._extra.get(place, ()), walks=False)

    def _extend(self, left: Mapping[Place, Sequence[str]], *, is_far: bool) -> None:
        """Make neighbours of the citizens who count in some numbers.

        Args:
            left: The numbers, with the readers who are left.
            is_far: Make neighbours too of who counts in a number beside one of them or in one that
                has no room, first of those whom the readers do not know, and of neighbours.
        """
        behind: dict[Place, list[CitizenColumn]] = {}
        new: dict[str, None] = {}
        for place in sorted(left, key=_words):
            readers = left[place]
            near = self._people.near(place, readers) if is_far else []
            crowding = self._people.crowding(place, readers) if is_far else []
            kinds = (*self._behind(place), near, crowding)
            behind[place] = [each for columns in kinds for each in columns]
            for columns, most in zip(kinds, (_BEHIND, _BEHIND, _NEAR, _NEAR), strict=True):
                ids = [each.citizen for each in columns if each.citizen not in self._made]
                new |= dict.fromkeys(ids[:most])
        around = list(new)[:_AROUND]
        self._made |= dict.fromkeys(around, ())
        for column in self._make(around) if around else ():
            origin = column.citizen.rpartition(BESIDE)[0]
            self._made[origin] = (*self._made[origin], column)
        for place, columns in behind.items():
            self._let_come(
                place, (each for one in columns for each in self._made.get(one.citizen, ()))
            )

    def _share(self, left: Iterable[Place]) -> None:
        """Let all neighbours that count in the facts of a number come for that number too."""
        made = [column for columns in self._made.values() for column in columns]
        for place in left:
            facts = place[1].facts
            alike = (c for c in made if any(slot.facts == facts for _, slot in c.counts))
            self._let_come(place, alike)

    def _let_come(self, place: Place, made: Iterable[CitizenColumn]) -> None:
        """Add to the neighbours that may come for a number, each once."""
        columns = (*self._extra.get(place, ()), *made)
        self._extra[place] = tuple({each.citizen: each for each in columns}.values())

    def _behind(self, place: Place) -> tuple[list[CitizenColumn], list[CitizenColumn]]:
        """Return who counts in a number, wherever they live: real citizens, and made ones."""
        made = [each for each in self._extra.get(place, ()) if _counts_in(each, place)]
        return self._people.behind(place), made

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
        where: ChangedAreas,
        places: Iterable[Place],
        extra: tuple[CitizenColumn, ...],
        *,
        walks: bool,
    ) -> None:
        """Look for worlds in which the citizens of some kommuner are others."""
        wanted = [place for place in places if self._is_wanted(place, where.areas)]
        if not wanted or self._is_over():
            return
        view = self._people.view(where, extra)
        search = WorldSearch(view.region, view.mask(wanted), self._most_values, _SEED)
        for place in wanted:
            view.know(search, place, self._found.known(place, where.areas))
        for world in search.walk() if walks else self._aimed(search, view, where.areas):
            self._found.add(view.witness(world, self._case.targets))
            if self._is_over():
                return

    def _aimed(
        self, search: WorldSearch, view: RegionView, areas: tuple[str, ...]
    ) -> Iterator[World]:
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
