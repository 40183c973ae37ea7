"""A reader who has every edition of a release and knows what its numbers count.

What is known of a number is put into one linear program per reader: how far its print may be from
it, the sums, that people counted once are no more than their cases, that a part is no more than its
whole, and, of two editions, that what did not change is the same. The smallest and largest value of
every small number is asked for. Nothing of the program's own search or audit is used.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import highspy
import numpy as np

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.statistics.tables.number_name import COUNTRIES, LAND, Number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fpsheet_sync.disclosure.cells import DisclosedRelease as Disclosed

DECIDED = ("tilkendelse", "afslag")
LISTED = ("sagstid.afgjort", "sagstid.uden_ansoegning")
INCOME, STOCK = "indkomst.borgere.distinct", "bestand.bestand"

Terms = dict[str, float]


@dataclass(frozen=True, slots=True)
class Said:
    """A linear combination of numbers lies between two bounds."""

    terms: Terms
    low: float
    high: float


@dataclass(slots=True)
class Attack:
    """What one reader knows of one or several editions.

    Attributes:
        least: Smallest value of a number that is not known.
        said: What is known of numbers together.
        values: Values of the numbers known one by one.
    """

    least: dict[str, float] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)

    def know(self, name: str, value: float) -> None:
        """Take in a number."""
        self.values[name] = value

    def extremes(self, names: Iterable[str]) -> Iterator[tuple[str, float, float]]:
        """Return the smallest and the largest value of each unknown number."""
        unknown = [name for name in self.least if name not in self.values]
        place = {name: column for column, name in enumerate(unknown)}
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        for name in unknown:
            solver.addVar(self.least[name], highspy.kHighsInf)
        for low, high, columns, signs in self._rows(place):
            solver.addRow(low, high, len(columns), columns, signs)
        for name in names:
            ends = []
            for sign in (1.0, -1.0):
                solver.changeColCost(place[name], sign)
                solver.run()
                status = solver.getModelStatus()
                if status == highspy.HighsModelStatus.kOptimal:
                    ends.append(sign * solver.getInfo().objective_function_value)
                else:
                    assert status == highspy.HighsModelStatus.kUnbounded, (name, status)
                    ends.append(-sign * math.inf)
            solver.changeColCost(place[name], 0.0)
            yield name, ends[0], ends[1]

    def _rows(
        self, place: Mapping[str, int]
    ) -> Iterator[tuple[float, float, np.ndarray, np.ndarray]]:
        for said in self.said:
            columns = [place[name] for name in said.terms if name in place]
            if not columns:
                continue
            signs = [sign for name, sign in said.terms.items() if name in place]
            known = sum(
                sign * self.values[name] for name, sign in said.terms.items() if name not in place
            )
            yield (
                said.low - known,
                said.high - known,
                np.array(columns, dtype=np.int32),
                np.array(signs),
            )


def sums(described: Disclosed) -> Iterator[Said]:
    """Say that every total is the sum of its parts; what is left is for `bounds` to say."""
    for equation in described.equations:
        if not described.unprinted.isdisjoint((equation.total, *equation.parts)):
            continue
        parts: Terms = dict.fromkeys(map(str, equation.parts), -1.0)
        yield Said(parts | {str(equation.total): 1.0}, 0.0, 0.0)


def bounds(names: Iterable[str]) -> Iterator[Said]:
    """Say which numbers cannot be larger than others, by what they count."""
    numbers = {Number.read(CellId(name)) for name in names}
    areas = {number.area for number in numbers} - COUNTRIES
    wholes: dict[tuple[str, Number], list[Number]] = defaultdict(list)
    for number in numbers:
        for whole in _wholes(number):
            if whole in numbers:
                yield _at_most([number], [whole])
        for dimension, rest in _without_one(number):
            wholes[dimension, rest].append(number)
    for (dimension, whole), parts in wholes.items():
        # People counted once are no more than counted in every part, if all parts are there.
        is_whole = dimension != LAND or {part.area for part in parts} == areas
        if is_whole and whole in numbers and whole.of.endswith(".distinct"):
            yield _at_most([whole], parts)
    for number in numbers:
        if number.of == LISTED[0] and len(number.codes) == 1:
            yield from _answered(number, numbers)


def _wholes(number: Number) -> Iterator[Number]:
    """Return the numbers that a number is a part of, or at most as large as."""
    yield from (_with(number, codes=codes) for codes in _fewer(number))
    if number.of.endswith(".distinct"):
        yield _with(number, of=number.of.removesuffix(".distinct"))
    if number.of == INCOME:
        yield from (_with(number, of=STOCK, codes=codes) for codes in _fewer(number))
    if number.area not in COUNTRIES:
        yield from (_with(number, area=area) for area in COUNTRIES)


def _fewer(number: Number) -> Iterator[frozenset[tuple[str, str]]]:
    codes = sorted(number.codes)
    for size in range(len(codes)):
        yield from (frozenset(some) for some in combinations(codes, size))


def _without_one(number: Number) -> Iterator[tuple[str, Number]]:
    for code in number.codes:
        yield code[0], _with(number, codes=number.codes - {code})
    if number.area not in COUNTRIES:
        yield from ((LAND, _with(number, area=area)) for area in COUNTRIES)


def _answered(number: Number, numbers: set[Number]) -> Iterator[Said]:
    """Say that decisions with a known time, and those without, are no more than there are."""
    ((_, kind),) = number.codes
    whole = _with(number, of=f"afgoerelse.{kind}", codes=frozenset())
    parts = [_with(number, of=of) for of in LISTED]
    if kind in DECIDED and whole in numbers:
        yield _at_most([part for part in parts if part in numbers], [whole])


def _with(
    number: Number,
    *,
    of: str = "",
    area: str | None = None,
    codes: frozenset[tuple[str, str]] | None = None,
) -> Number:
    return Number(
        of or number.of,
        number.period,
        number.area if area is None else area,
        number.codes if codes is None else codes,
    )


def _at_most(some: Sequence[Number], others: Sequence[Number]) -> Said:
    terms: Terms = {str(number.id): 1.0 for number in some}
    terms |= {str(number.id): -1.0 for number in others}
    return Said(terms, -math.inf, 0.0)
