"""What is to be certified: which numbers are small for which readers, and what worlds showed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
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
        areas: The kommuner whose citizens are others than in truth.
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
    _worlds: dict[Place, dict[int, set[tuple[str, ...]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def add(self, witness: Witness) -> None:
        """Take in a world."""
        self.witnesses.append(witness)
        for place, count in witness.counts.items():
            self._worlds[place][count].add(witness.areas)

    def values(self, place: Place, reader: str) -> int:
        """Return how many values of a number a reader cannot tell apart, as far as is found.

        A kommune sees a world that is other than the truth in its own citizens.
        """
        truth = self.case.paper.lines[place].count
        others = {
            count
            for count, where in self._worlds[place].items()
            if count != truth and any(reader not in areas for areas in where)
        }
        return 1 + len(others)

    def left(self, place: Place) -> list[str]:
        """Return the readers for whom a number has too few values."""
        readers = sorted(self.case.targets.get(place, ()))
        return [each for each in readers if self.values(place, each) < self.case.demand(each)]

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
            count not in self._worlds[place]
            or all(reader in areas for areas in self._worlds[place][count])
            for place, count in witness.counts.items()
            for reader in self.left(place)
            if reader not in witness.areas
        )
