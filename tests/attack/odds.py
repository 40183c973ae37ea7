"""What share a reader's best guess at one number has, among the values it can not exclude.

A reader is given more than it has: how often each count stands behind a print, counted over all
numbers of the editions that it reads. Of one number it keeps the values that it can not exclude,
each as likely as that is often, and guesses the likeliest.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.attack.meaning import LAND, Key
from tests.attack.verdict import PUBLIC

if TYPE_CHECKING:
    from tests.attack.verdict import Country, Found

FAR = 2
"""From so many times the base on, prints are alike but for their size."""


@dataclass(frozen=True, slots=True)
class Chance:
    """What a reader can make of one small number by guessing.

    Attributes:
        printed: "0", "5" or so; "more" for what is larger than the base.
        values: How many values it can not exclude.
        best: Share of the likeliest of them.
        truth: Share of the true one.
    """

    printed: str
    values: int
    best: float
    truth: float

    @property
    def right(self) -> bool:
        """Return whether the guess is the true value, or one of several equally likely."""
        return self.truth == self.best


@dataclass(slots=True)
class Behind:
    """How often each count stands behind a print, by the size of the print.

    Attributes:
        often: Size of the print → distance of the count from it → how often.
    """

    often: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def weight(self, printed: int, base: int, value: int) -> int:
        """Return how often a count stands that far from such a print."""
        return self.often[size(printed, base)][value - printed]


def size(printed: int, base: int) -> str:
    """Return the class of a print: prints of twice the base and more are alike."""
    return str(printed) if printed < FAR * base else "more"


def behind(country: Country) -> Behind:
    """Return how often each count stands behind the prints of a country's editions."""
    found = Behind()
    for key, (printed, base) in prints_of(country).items():
        if key in country.truth:
            found.often[size(printed, base)][country.truth[key] - printed] += 1
    return found


def prints_of(country: Country) -> dict[Key, tuple[int, int]]:
    """Return the print and the base of each number of a country's rounded editions."""
    return {
        printed.key: (int(printed.cell), book.base)
        for book, printed in country.prints()
        if book.base > 1 and not isinstance(printed.cell, str)
    }


def chances(country: Country, found: list[Found]) -> list[Chance]:
    """Return what share the best guess has at each small number that a reader was left with.

    Args:
        country: What was printed, and the truth that the guesses are made from.
        found: Of one reader.
    """
    prints, often = prints_of(country), behind(country)
    return [
        chance
        for each in found
        if each.key in prints
        for chance in [_chance(country, each, prints[each.key], often)]
        if chance is not None
    ]


def _chance(
    country: Country, found: Found, print_: tuple[int, int], often: Behind
) -> Chance | None:
    printed, base = print_
    own = 0
    if found.key.area == LAND and found.reader != PUBLIC:
        own = country.truth.get(found.key.at(found.reader), 0)
    near = [value for value in found.range.possible if abs(value + own - printed) < 2 * base]
    weights = {value: often.weight(printed, base, value + own) for value in near}
    total = sum(weights.values())
    if not total:
        return None
    return Chance(
        size(printed, base),
        len(near),
        max(weights.values()) / total,
        weights.get(found.truth, 0) / total,
    )
