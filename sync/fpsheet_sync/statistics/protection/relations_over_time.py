"""Relations from edition to edition: stock and flow, periods inside each other, a year later.

The first half of a year is printed, then the whole year: the second half is the difference, for
everybody to work out, and may be as small as any number.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import combinations

from fpsheet_sync.statistics.protection.relation import Reason, Relation, population_of
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.number_name import COUNTRIES, DISTINCT, Number
from fpsheet_templates.population import Timing, load_populations
from fpsheet_templates.table import UOPLYST, load_dimensions

_DAY = timedelta(days=1)
Sides = tuple[tuple[Number, ...], tuple[Number, ...]]


@dataclass(frozen=True, slots=True)
class Split:
    """A period that ends or begins as a shorter one inside it, and the rest."""

    whole: Number
    part: Number
    rest: Number

    @property
    def relation(self) -> Relation:
        """Return what it says: the whole is the part and the rest."""
        return Relation(Reason.REST, (self.part, self.rest), (self.whole,), is_equal=True)


def split_periods(
    numbers: MutableMapping[Number, int], earlier: Mapping[Number, int]
) -> Iterator[Relation]:
    """Bind numbers to those of earlier editions whose period begins or ends on the same day.

    The earlier number and the difference are added to the numbers. Where records came in between
    the editions the difference is not exact, and is taken as it stands; where it would be negative
    it tells nothing.
    """
    ours: dict[Number, list[Number]] = defaultdict(list)
    for number in numbers:
        if adds_up(number):
            ours[without_period(number)].append(number)
    for other, value in earlier.items():
        for number in ours.get(without_period(other), ()) if other not in numbers else ():
            split = _split(number, other)
            if split is not None:
                yield from _bind(numbers, split, {number: numbers[number], other: value})


def _bind(
    numbers: MutableMapping[Number, int], split: Split, values: Mapping[Number, int]
) -> Iterator[Relation]:
    rest = values[split.whole] - values[split.part]
    if rest < 0 or numbers.get(split.rest, rest) != rest:
        return
    numbers[split.rest] = rest
    for number, value in values.items():
        numbers.setdefault(number, value)
    yield split.relation


def adds_up(number: Number) -> bool:
    """Return whether a number is the sum over the days of its period."""
    population = population_of(number)
    happened = population is not None and population.timing is Timing.WITHIN
    return happened and not number.of.endswith(DISTINCT)


def without_period(number: Number) -> Number:
    """Return the name of the same count whatever its days."""
    return replace(number, period=("", ""))


def _split(one: Number, other: Number) -> Split | None:
    """Return how the longer period is divided by the shorter; None where that leaves two rests."""
    whole, part = sorted((one, other), key=lambda number: number.days.days, reverse=True)
    long, short = whole.days, part.days
    if long.fra == short.fra and short.til < long.til:
        rest = Period(short.til + _DAY, long.til)
    elif long.til == short.til and long.fra < short.fra:
        rest = Period(long.fra, short.fra - _DAY)
    else:
        return None
    return Split(whole, part, replace(whole, period=(str(rest.fra), str(rest.til))))


def time_relations(ours: Collection[Number], numbers: Collection[Number]) -> Iterator[Relation]:
    """Return the relations between numbers of different days.

    Args:
        ours: Numbers of the editions described; of each relation one is among them.
        numbers: All numbers, those of earlier editions too.
    """
    kin: dict[tuple[str, str, frozenset[tuple[str, str]]], list[Number]] = defaultdict(list)
    for number in numbers:
        population = population_of(number)
        if population is not None:
            once = DISTINCT if number.of.endswith(DISTINCT) else ""
            kin[population.of + once, number.area, number.codes].append(number)
    for family in kin.values():
        if len({number.period for number in family}) > 1:
            for relation in _family(sorted(family, key=lambda number: number.id)):
                if any(number in ours for number in (*relation.some, *relation.others)):
                    yield relation
    for relation in (*_fallen(numbers), *_anniversaries(numbers)):
        if any(number in ours for number in (*relation.some, *relation.others)):
            yield relation


def _family(family: list[Number]) -> Iterator[Relation]:
    """Return the relations of counts of the same things in one area, broken down alike."""
    for one, other in combinations(family, 2):
        for number, second in ((one, other), (other, one)):
            yield from _within_longer(number, second)
            yield from _held(number, second)
    present = set(family)
    for number in family:
        yield from _stock_and_flow(number, present)


def _within_longer(short: Number, long: Number) -> Iterator[Relation]:
    """Say that a count of a period is no more than that of a longer one around it."""
    population = population_of(short)
    if population is None or short.of != long.of or short.period == long.period:
        return
    is_inside = long.period[0] <= short.period[0] and short.period[1] <= long.period[1]
    if population.timing in {Timing.WITHIN, Timing.ANY_DAY} and is_inside:
        is_certain = short.days.til == long.days.til or not _moves(short)
        yield Relation(Reason.SHORTER, (short,), (long,), is_certain=is_certain)


def _held(state: Number, held: Number) -> Iterator[Relation]:
    """Say that what holds at the end of a day is held in a period with that day or the next."""
    first, second = population_of(state), population_of(held)
    if first is None or second is None:
        return
    if (first.timing, second.timing) != (Timing.LAST_DAY, Timing.ANY_DAY):
        return
    day, days = state.days.fra, held.days
    if days.fra - _DAY <= day <= days.til:
        is_same_place = first.place is second.place or state.area in COUNTRIES
        is_same_code = day == days.til or not _moves(state)
        yield Relation(Reason.HELD, (state,), (held,), is_certain=is_same_place and is_same_code)


def _moves(number: Number) -> bool:
    """Return whether what is counted may have another code where another period ends."""
    known = load_dimensions()
    return any(known[name].moving for name, _ in number.codes)


def _fallen(numbers: Collection[Number]) -> Iterator[Relation]:
    """Say that a state that nobody enters has no more in it later.

    So it is for each sex, and for those of whom something has never been known. Who was in it later
    was younger before: of those up to an age there were as many before or more.
    """
    states = [number for number in numbers if _is_closed(number)]
    days: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for number in numbers:
        days[number.of].add(number.period)
    groups = {
        each.id: [*each.values(), UOPLYST] for each in load_dimensions().values() if each.rising
    }
    for late in states:
        rising = [code for code in late.codes if code[0] in groups]
        if len(rising) > 1 or not _lasts(late.codes - {*rising}):
            continue
        for early in _earlier_states(late, numbers, sorted(days[late.of])):
            sides: Sides = ((late,), (early,))
            if rising:
                ((name, code),) = rising
                below = groups[name][: groups[name].index(code) + 1]
                sides = (
                    _present(late, rising[0], below, numbers),
                    _present(early, rising[0], below, numbers),
                )
            # Somebody may have been in another kommune or country before.
            yield Relation(Reason.FALLING, *sides, is_certain=False)


def _present(
    number: Number, code: tuple[str, str], codes: Iterable[str], numbers: Collection[Number]
) -> tuple[Number, ...]:
    """Return those numbers there are of some codes in place of one."""
    others = (_other(number, code, (code[0], each)) for each in codes)
    return tuple(each for each in others if each in numbers)


def _other(number: Number, code: tuple[str, str], other: tuple[str, str]) -> Number:
    """Return the number of another code in place of one."""
    return replace(number, codes=(number.codes - {code}) | {other})


def _is_closed(number: Number) -> bool:
    population = population_of(number)
    closed = population.closed if population else ()
    return any(f"{name}={code}" in closed for name, code in number.codes)


def _lasts(codes: frozenset[tuple[str, str]]) -> bool:
    """Return whether who has these codes later had them before."""
    known = load_dimensions()
    return all(
        known[name].lasting or code in known[name].falling or code in _closed_codes()
        for name, code in codes
    )


@cache
def _closed_codes() -> frozenset[str]:
    every = (closed for each in load_populations().values() for closed in each.closed)
    return frozenset(each.partition("=")[2] for each in every)


def _earlier_states(
    late: Number, numbers: Collection[Number], periods: Iterable[tuple[str, str]]
) -> Iterator[Number]:
    """Return the same number of earlier days; where none is printed, the one of all codes."""
    for period in periods:
        same = replace(late, period=period)
        every = replace(same, codes=frozenset())
        if period >= late.period:
            continue
        if same in numbers:
            yield same
        elif every in numbers and len(late.codes) == 1:
            yield every


def _stock_and_flow(state: Number, family: Collection[Number]) -> Iterator[Relation]:
    """Say that what is held is what was held before, and what began, less what ended."""
    population = population_of(state)
    if population is None or not population.begun or state.of.endswith(DISTINCT):
        return
    for begun in family:
        days = begun.days
        if begun.of != population.begun or days.til != state.days.til:
            continue
        ended = replace(begun, of=population.ended)
        eve = str(days.fra - _DAY)
        before = replace(state, period=(eve, eve))
        if ended in family and before in family:
            flow = population_of(begun)
            is_same_place = flow is not None and flow.place is population.place
            yield Relation(
                Reason.STOCK_FLOW,
                (state, ended),
                (before, begun),
                is_equal=True,
                is_certain=is_same_place,
            )


def _anniversaries(numbers: Collection[Number]) -> Iterator[Relation]:
    """Say that what falls due in a period is what happened a year before."""
    for number in numbers:
        population = population_of(number)
        if population is None or not population.anniversary_of or number.codes:
            continue
        days = number.days
        period = (str(_year_before(days.fra)), str(_year_before(days.til + _DAY) - _DAY))
        cause = replace(number, of=population.anniversary_of, period=period)
        if cause in numbers:
            yield Relation(Reason.ANNIVERSARY, (number,), (cause,), is_equal=True)


def _year_before(day: date) -> date:
    """Return the first day whose anniversary is on a day or later.

    29 February has its anniversary on 28 February; it is after the 28th, which has it too.

    >>> str(_year_before(date(2024, 2, 29))), str(_year_before(date(2025, 3, 1)))
    ('2023-03-01', '2024-03-01')
    """
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 3, 1)
    return day.replace(year=day.year - 1)
