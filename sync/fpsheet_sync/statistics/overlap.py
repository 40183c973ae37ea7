"""Editions of overlapping periods: what one less the other tells.

The first half of a year is printed, then the whole year: the second half is the difference, for
everybody to work out, and may be as small as any number.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace
from datetime import timedelta

from fpsheet_sync.disclosure.cells import CellId, Equation
from fpsheet_sync.stat_table import Period
from fpsheet_sync.statistics.number import Number

FLOWS = (
    "afgoerelse.",
    "afklaring.afsluttet",
    "forloeb.afsluttet",
    "forloeb.paabegyndt",
    "overgang.afgjort",
    "sagstid.",
    "tilbagevisning.tilbagevist",
    "udsaettelse.frister",
)
"""Beginnings of the names of counts that for a period are the sum over its days. Not those of
distinct citizens, of what was going on, or of what came and went between two days."""

_SPLITS = "periode"


@dataclass(frozen=True, slots=True)
class _Split:
    """A period that ends or begins as a shorter one inside it, and the rest."""

    whole: Number
    part: Number
    rest: Number


def period_sums(
    numbers: MutableMapping[Number, int], known: Mapping[CellId, int]
) -> Iterator[Equation]:
    """Bind numbers to those of earlier editions whose period begins or ends on the same day.

    The earlier number and the difference are added to the numbers. Where records came in between
    the editions the difference is not exact, and is taken as it stands; where it would be negative
    it tells nothing.
    """
    ours: dict[Number, list[Number]] = defaultdict(list)
    for number in numbers:
        if number.of.startswith(FLOWS) and not number.of.endswith(".distinct"):
            ours[_without_period(number)].append(number)
    for id_, value in known.items():
        if not id_.startswith(FLOWS):
            continue
        earlier = Number.read(id_)
        if earlier in numbers:
            continue
        for number in ours.get(_without_period(earlier), ()):
            split = _split(number, earlier)
            if split is not None:
                yield from _bind(numbers, split, {number: numbers[number], earlier: value})


def _bind(
    numbers: MutableMapping[Number, int], split: _Split, values: Mapping[Number, int]
) -> Iterator[Equation]:
    rest = values[split.whole] - values[split.part]
    if rest < 0 or numbers.get(split.rest, rest) != rest:
        return
    numbers[split.rest] = rest
    for number, value in values.items():
        numbers.setdefault(number, value)
    name = f"{split.whole.id} = {split.part.id} + {split.rest.id}"
    parts = (split.part.id, split.rest.id)
    yield Equation(name, split.whole.id, parts, breakdown=_SPLITS)


def _without_period(number: Number) -> Number:
    return replace(number, period=("", ""))


def _split(one: Number, other: Number) -> _Split | None:
    """Give how the longer period is divided by the shorter; None where that leaves two rests."""
    whole, part = sorted((one, other), key=lambda number: number.days.days, reverse=True)
    long, short = whole.days, part.days
    if long.fra == short.fra and short.til < long.til:
        rest = Period(short.til + timedelta(days=1), long.til)
    elif long.til == short.til and long.fra < short.fra:
        rest = Period(long.fra, short.fra - timedelta(days=1))
    else:
        return None
    return _Split(whole, part, replace(whole, period=(str(rest.fra), str(rest.til))))
