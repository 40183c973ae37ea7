"""Numbers that are no larger than others, though they are no sums of them: readers know that too.

Citizens counted once are no more than their cases, and no more in all than in every part together.
A part is no larger than its whole. What is left between the two is a number that nobody prints and
that may be zero. Without it an attack on small countries made 2 to 29 small numbers exact in 5 of 6
(`tests/property/test_release_attack.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from fpsheet_sync.disclosure.cells import Cell, CellId, Equation
from fpsheet_sync.statistics.number import COUNTRIES, LAND, Number

DISTINCT = ".distinct"
"""End of the names of numbers that count each citizen or case once."""

_INCOME, _STOCK = "indkomst.borgere.distinct", "bestand.bestand"
_TIMED, _UNTIMED = "sagstid.afgjort", "sagstid.uden_ansoegning"
_DECISIONS, _KIND = "afgoerelse", "sagsafgoerelse"


@dataclass(frozen=True, slots=True)
class Limits:
    """Equations with what is left, and these cells, which nobody prints."""

    cells: tuple[Cell, ...]
    equations: tuple[Equation, ...]


@dataclass(frozen=True, slots=True)
class _Limit:
    """Some numbers together are no larger than others together; all of one area, or of all."""

    some: tuple[Number, ...]
    others: tuple[Number, ...]

    @property
    def name(self) -> str:
        """Name the limit, once for all that it limits."""
        some, others = ("+".join(each.id for each in side) for side in (self.some, self.others))
        return f"{some} <= {others}" if len(self.others) == 1 else f"{some} <= parts of {others}"

    def owner(self) -> str | None:
        """Give the kommune that knows what is left; None where it takes more than its own."""
        owners = {number.owner for number in (*self.some, *self.others)}
        return owners.pop() if len(owners) == 1 else None


def find_limits(numbers: Mapping[Number, int], equations: Iterable[Equation]) -> Limits:
    """Find which numbers limit others, beyond the sums that are described already."""
    summed = {(each.total, part) for each in equations for part in each.parts}
    cells: list[Cell] = []
    found: list[Equation] = []
    for limit in _limits(numbers, summed):
        whole = sum(numbers[number] for number in limit.others)
        left = whole - sum(numbers[number] for number in limit.some)
        if left < 0:
            continue
        name, owner = limit.name, limit.owner()
        rest, total = CellId(f"{name} (rest)"), limit.others[0].id
        cells.append(Cell(rest, left, is_count=False, owner=owner))
        if len(limit.others) > 1:
            total = CellId(f"{name} (together)")
            cells.append(Cell(total, whole, is_count=False, owner=owner))
            together = tuple(number.id for number in limit.others)
            found.append(Equation(total, total, together))
        some = tuple(number.id for number in limit.some)
        found.append(Equation(name, total, (*some, rest)))
    return Limits(tuple(cells), tuple(found))


def _limits(numbers: Mapping[Number, int], summed: set[tuple[CellId, CellId]]) -> Iterator[_Limit]:
    parts: dict[tuple[str, Number], list[Number]] = defaultdict(list)
    for number in numbers:
        for dimension, whole in _coarser(number):
            if whole in numbers and (whole.id, number.id) not in summed:
                yield _Limit((number,), (whole,))
                parts[dimension, whole].append(number)
        yield from (_Limit((number,), (w,)) for w in _containing(number) if w in numbers)
        yield from _answered(number, numbers)
    for (_, whole), some in parts.items():
        if whole.of.endswith(DISTINCT) and len(some) > 1:
            yield _Limit((whole,), tuple(sorted(some, key=lambda number: number.id)))


def _coarser(number: Number) -> Iterator[tuple[str, Number]]:
    """Give the numbers of which a number is a part, with what divides them."""
    for code in sorted(number.codes):
        yield code[0], replace(number, codes=number.codes - {code})
    if number.area not in COUNTRIES:
        for country in sorted(COUNTRIES):
            yield LAND, replace(number, area=country)


def _containing(number: Number) -> Iterator[Number]:
    """Give what else a number is at most: its cases, and pensionists where all are such."""
    if number.of.endswith(DISTINCT):
        yield replace(number, of=number.of.removesuffix(DISTINCT))
    if number.of == _INCOME:
        yield replace(number, of=_STOCK)


def _answered(number: Number, numbers: Mapping[Number, int]) -> Iterator[_Limit]:
    """Say that decisions of known and of unknown length are no more than all of their kind."""
    if number.of == _TIMED and len(number.codes) == 1:
        ((dimension, kind),) = number.codes
        whole = replace(number, of=f"{_DECISIONS}.{kind}", codes=frozenset())
        some = (number, replace(number, of=_UNTIMED))
        if dimension == _KIND and whole in numbers and some[1] in numbers:
            yield _Limit(some, (whole,))
