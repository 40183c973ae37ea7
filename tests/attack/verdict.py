"""Judge what readers work out by the internal books, which they never see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tests.attack.explain import derivation
from tests.attack.knowledge import Printed, knowledge, read
from tests.attack.meaning import LAND, Key
from tests.attack.program import Known, Range, believable, ranges
from tests.attack.revised import window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.attack.meaning import Print
    from tests.attack.printed import Book

SMALL = 4
"""Largest number that is small."""

ENOUGH = 3
"""How many values a small number must be left with."""

PUBLIC = "the public"

SECONDS = 10.0
"""Time for one integer program."""

_CITIZENS = {
    "jobs": "job_citizens",
    "ongoing": "ongoing_citizens",
    "last_day_jobs": "last_day_citizens",
}
"""Cases whose citizens are counted in a column beside them."""


@dataclass(frozen=True)
class Country:
    """What was printed of one country, and the truth.

    Attributes:
        public: Editions of the country and of its kommuner.
        internal: Internal books of the same periods, of the country and its kommuner.
    """

    public: Sequence[Book]
    internal: Sequence[Book]

    @cached_property
    def printed(self) -> Printed:
        """Return what the public books tell everybody."""
        return knowledge(self.public)

    @cached_property
    def truth(self) -> dict[Key, int]:
        """Return the true value of each number that an internal book holds."""
        return {
            key: int(prints[0][1].cell)
            for key, prints in read(self.internal).prints.items()
            if isinstance(prints[0][1].cell, int | float)
        }

    def prints(self) -> list[tuple[Book, Print]]:
        """Return each printed count of the countries' own editions, with its book."""
        books = [book for book in self.public if book.national]
        return [pair for prints in read(books).prints.values() for pair in prints]

    def areas(self) -> list[str]:
        """Return the kommuner with an internal book of their own."""
        return list(dict.fromkeys(book.area for book in self.internal if not book.national))

    def known(self, reader: str, *, trusting: bool) -> Known:
        """Return what a reader knows.

        Args:
            reader: PUBLIC or the name of a kommune.
            trusting: Whether the reader also believes what is only likely, unless it contradicts
                what is printed.
        """
        known = self.printed.also([book for book in self.internal if book.area == reader])
        if trusting:
            return believable(known)
        return Known(known.low, known.high, [fact for fact in known.facts if fact.sure])


@dataclass(frozen=True, slots=True)
class Found:
    """A small number of others and the values a reader is left with.

    Attributes:
        reader: PUBLIC or the name of a kommune.
        trusting: Whether the reader believed what is only likely.
        key: The number.
        truth: Its value; of the country's numbers for a kommune, the part of the others.
        range: The values left, as far as they were asked for.
        why: The derivation in words, for a narrow one.
    """

    reader: str
    trusting: bool
    key: Key
    truth: int
    range: Range
    why: str = ""

    @property
    def narrow(self) -> bool:
        """Return whether too few values are left."""
        return self.range.width < ENOUGH

    @property
    def exact(self) -> bool:
        """Return whether one value is left."""
        return self.range.width == 1

    @property
    def open(self) -> bool:
        """Return whether the program could not tell in time."""
        return not self.narrow and not self.range.proved and self.range.shown < ENOUGH


def attack(country: Country, reader: str, *, trusting: bool, full: bool = False) -> list[Found]:
    """Return what a reader finds of each small number of others.

    Args:
        country: What was printed, and the truth to choose the numbers by.
        reader: PUBLIC or the name of a kommune.
        trusting: Whether the reader believes what is only likely.
        full: Whether all values of what is wide enough are looked for, too.
    """
    truth = country.truth
    targets = dict(small_numbers(country.printed.cells, truth, reader))
    known = country.known(reader, trusting=trusting)
    found = []
    for key, left in ranges(known, targets, enough=ENOUGH, seconds=SECONDS, full=full).items():
        own = truth.get(key.at(reader), 0) if key.area == LAND and reader != PUBLIC else 0
        why = derivation(known, key) if left.width < ENOUGH else ""
        found.append(Found(reader, trusting, key, targets[key], left.less(own), why))
    return found


def small_numbers(
    printed: Iterable[Key], truth: Mapping[Key, int], reader: str
) -> Iterable[tuple[Key, int]]:
    """Return each printed number that is small in cases or in citizens, with its true value.

    For a kommune its own numbers are none, and of the country's it is the part of the others.

    Args:
        printed: Numbers that have a cell in a public book.
        truth: True values.
        reader: PUBLIC or the name of a kommune.
    """
    for key in printed:
        if key not in truth or key.area == reader:
            continue
        value, citizens = truth[key], _citizens(key, truth)
        if key.area == LAND and reader != PUBLIC:
            own = key.at(reader)
            value -= truth.get(own, 0)
            citizens = value if citizens is None else citizens - (_citizens(own, truth) or 0)
        if 1 <= value <= SMALL or (citizens is not None and 1 <= citizens <= SMALL and value > 0):
            yield key, value


def _citizens(key: Key, truth: Mapping[Key, int]) -> int | None:
    """Return how many citizens the cases are of, where a column beside them tells."""
    if key.measure not in _CITIZENS:
        return None
    return truth.get(
        Key(_CITIZENS[key.measure], key.area, key.first, key.last, key.attributes), None
    )


def false_facts(country: Country) -> list[str]:
    """Return each sure fact that is not so in the truth.

    Args:
        country: What was printed, and the truth.
    """
    truth = country.truth
    return [
        fact.why
        for fact in country.printed.known.facts
        if fact.sure
        and all(key in truth for key in fact.terms)
        and not fact.low <= sum(c * truth[key] for key, c in fact.terms.items()) <= fact.high
    ]


def too_far(country: Country) -> list[str]:
    """Return the place of each print that is farther from its count than its book says it may be.

    Args:
        country: What was printed, and the truth.
    """
    found = []
    for book, printed in country.prints():
        low, high = window(book, printed, book.farthest)
        if not low <= country.truth.get(printed.key, low) <= high:
            found.append(printed.place)
    return found
