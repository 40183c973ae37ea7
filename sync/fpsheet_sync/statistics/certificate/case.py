"""What is to be certified: which numbers are small for which readers, and what worlds showed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from fpsheet_sync.statistics.certificate.citizen_column import COUNTRY, CitizenColumn, Place
from fpsheet_sync.statistics.certificate.paper import CertifiedPaper

PUBLIC = ""
"""The reader who knows no number but the printed ones."""


@dataclass(frozen=True)
class Case:
    """Editions to certify.

    Attributes:
        paper: What is printed.
        columns: Every citizen that is counted.
        kommuner: Those that know their own numbers, by code.
        threshold: Numbers of fewer citizens or cases than it are small.
        values: Values that must be possible of a small number for the public.
        own_values: The same for a kommune.
    """

    paper: CertifiedPaper
    columns: tuple[CitizenColumn, ...]
    kommuner: tuple[str, ...]
    threshold: int
    values: int
    own_values: int

    @cached_property
    def targets(self) -> Mapping[Place, frozenset[str]]:
        """Return each number that is small, with the readers from whom it must be kept.

        A kommune knows its own numbers, and how much of one of the country is its own: small are
        the others.
        """
        found = {}
        for place, line in self.paper.lines.items():
            if line.low == line.high:
                continue  # everybody has it from an edition that was not rounded
            readers = frozenset(self._readers(place, line.count))
            if readers:
                found[place] = readers
        return found

    def _readers(self, place: Place, count: int) -> Iterator[str]:
        few = 0 < self._persons[place] < self.threshold
        if few or 0 < count < self.threshold:
            yield PUBLIC
            if place[0] != COUNTRY:
                yield from (each for each in self.kommuner if each != place[0])
        if place[0] == COUNTRY:
            for each in self.kommuner:
                others = count - self._totals[each, place[1]]
                if others > 0 and (few or others < self.threshold):
                    yield each

    @cached_property
    def _totals(self) -> Mapping[Place, int]:
        found: dict[Place, int] = defaultdict(int)
        for column in self.columns:
            for place, value in column.counts.items():
                found[place] += value
        return found

    @cached_property
    def _persons(self) -> Mapping[Place, int]:
        found: dict[Place, int] = defaultdict(int)
        for column in self.columns:
            for place in column.counts:
                found[place] += 1
        return found

    def demand(self, reader: str) -> int:
        """Return how many values must be possible for a reader."""
        return self.own_values if reader else self.values


@dataclass(frozen=True, slots=True)
class Witness:
    """A world in which everything printed is possible.

    Attributes:
        areas: The kommuner that can tell it from the truth, by their own citizens or numbers.
        come: Who is there besides: the citizen it is like, and the kommuner it lives in.
        gone: The citizens who are not there.
        counts: What the numbers are that must be kept from some reader.
    """

    areas: tuple[str, ...]
    come: tuple[tuple[str, tuple[str, ...]], ...]
    gone: tuple[str, ...]
    counts: Mapping[Place, int]


@dataclass(slots=True)
class Found:
    """The worlds found of a case.

    Attributes:
        case: The case.
        witnesses: The worlds.
    """

    case: Case
    witnesses: list[Witness] = field(default_factory=list)
    # Number → another count of it → the kommuner that see through every world in which it is so.
    _seen: dict[Place, dict[int, frozenset[str]]] = field(default_factory=lambda: defaultdict(dict))
    _left: dict[Place, list[str]] = field(default_factory=dict)

    def add(self, witness: Witness) -> None:
        """Take in a world."""
        self.witnesses.append(witness)
        areas = frozenset(witness.areas)
        for place, count in witness.counts.items():
            seen = self._seen[place]
            through = seen.get(count, areas) & areas
            if count != self.case.paper.lines[place].count and through != seen.get(count):
                seen[count] = through
                self._left.pop(place, None)

    def values(self, place: Place, reader: str) -> int:
        """Return how many values of a number a reader cannot tell apart, as far as is found.

        A kommune sees a world that is other than the truth in its own citizens.
        """
        return 1 + sum(reader not in through for through in self._seen[place].values())

    def left(self, place: Place) -> list[str]:
        """Return the readers for whom a number has too few values."""
        if place not in self._left:
            readers = sorted(self.case.targets.get(place, ()))
            few = [each for each in readers if self.values(place, each) < self.case.demand(each)]
            self._left[place] = few
        return self._left[place]

    def known(self, place: Place, areas: Sequence[str]) -> list[int]:
        """Return other counts of a number that a world in some kommuner need not show.

        Those that every reader holds possible who is left and whom such a world is to mislead.
        """
        readers = set(self.left(place)).difference(areas)
        return [count for count, through in self._seen[place].items() if not readers & through]

    def open(self) -> Mapping[Place, list[str]]:
        """Return the numbers that some reader knows too closely, as far as is found."""
        found = {place: self.left(place) for place in self.case.targets}
        return {place: readers for place, readers in found.items() if readers}

    def needed(self) -> tuple[Witness, ...]:
        """Return some of the worlds that prove as much as all of them: those that tell most."""
        kept = Found(self.case)
        for witness in sorted(self.witnesses, key=lambda each: (-len(each.counts), each.areas)):
            if kept.gains(witness):
                kept.add(witness)
        return tuple(kept.witnesses)

    def gains(self, witness: Witness) -> bool:
        """Return whether a world gives a reader who is left another value of a number."""
        return any(
            count != self.case.paper.lines[place].count
            and any(
                reader in self._seen[place].get(count, (reader,))
                for reader in self.left(place)
                if reader not in witness.areas
            )
            for place, count in witness.counts.items()
        )
