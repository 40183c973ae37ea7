"""Smallest and largest values of numbers that linear and integer programs allow."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

import highspy
import numpy as np

from tests.attack.meaning import Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

INFINITE = math.inf
MANY = 10_000
"""What stands for no largest value."""

WHOLE = 1e-6
"""How far from a whole number a solver's value may be and still be one."""

Terms: TypeAlias = "Mapping[Key, float]"


class ContradictoryError(Exception):
    """Raise when nothing fits all that a reader believes."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A sum of numbers lies between two bounds.

    Attributes:
        terms: Each number with its factor.
        low: Smallest value of the sum.
        high: Largest value of the sum.
        why: Where a reader has it from.
        sure: Whether it follows from the headings and notes; else it is only likely.
    """

    terms: Terms
    low: float
    high: float
    why: str
    sure: bool = True


@dataclass(slots=True)
class Known:
    """All that one reader knows.

    Attributes:
        low: Smallest value of each number by itself; 0 where absent.
        high: Largest value of each number by itself; none where absent.
        facts: What is known of numbers together.
    """

    low: dict[Key, float] = field(default_factory=dict)
    high: dict[Key, float] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)

    def bound(self, key: Key, low: float, high: float) -> None:
        """Add that a number lies between two values.

        Raises:
            ContradictoryError: When it cannot, by what was known before.
        """
        low = max(low, self.low.get(key, 0.0))
        high = min(high, self.high.get(key, INFINITE))
        if low > high:
            raise ContradictoryError(str(key))
        self.low[key], self.high[key] = low, high

    def fixed(self, key: Key) -> bool:
        """Return whether a number is known exactly by itself."""
        return self.low.get(key, 0.0) == self.high.get(key, INFINITE)


@dataclass(frozen=True, slots=True)
class Range:
    """What values a number may have.

    Attributes:
        low: Smallest value.
        high: Largest value.
        proved: Whether the ends are: each possible, and nothing outside. Else whole solutions show
            `shown` values, which were enough, or time ended.
        seen: Smallest and largest value in whole solutions that were found; None where the ends
            are proved, and where there was none.
    """

    low: int
    high: int
    proved: bool
    seen: tuple[int, int] | None = None

    @property
    def possible(self) -> range:
        """Return the values that are surely possible: between whole solutions, or proved ends."""
        ends = (self.low, self.high) if self.proved else self.seen or (1, 0)
        return range(ends[0], ends[1] + 1)

    @property
    def shown(self) -> int:
        """Return how many values are surely possible."""
        return len(self.possible)

    @property
    def width(self) -> int:
        """Return how many values there are, the ends included."""
        return self.high - self.low + 1

    def less(self, part: int) -> Range:
        """Return the range without a part that is known.

        Args:
            part: What the number is less without it.
        """
        seen = None if self.seen is None else (self.seen[0] - part, self.seen[1] - part)
        return Range(self.low - part, self.high - part, proved=self.proved, seen=seen)


def ranges(
    known: Known, targets: Iterable[Key], *, enough: int, seconds: float, full: bool = False
) -> dict[Key, Range]:
    """Return the range of each target, as wide as it was worked out.

    A target is done with when whole solutions show `enough` values between their ends.

    Args:
        known: What the reader knows.
        targets: The numbers asked for.
        enough: Number of values from which nothing more is asked.
        seconds: Time for one integer program; what is open then is not proved.
        full: Whether linear programs look for both ends of what is wide enough, too.

    Raises:
        ContradictoryError: When nothing fits all that is known.
    """
    wanted = list(dict.fromkeys(targets))
    found: dict[Key, Range] = {}
    parts = parts_of(known)
    for key in wanted:
        if known.fixed(key):
            value = round(known.low[key])
            found[key] = Range(value, value, proved=True)
    part_of = {key: part for part in parts for key in part.keys}
    asked: dict[int, list[Key]] = defaultdict(list)
    for key in wanted:
        if key in found:
            continue
        if key not in part_of:
            low = round(known.low.get(key, 0.0))
            high = known.high.get(key, INFINITE)
            end = round(min(high, low + MANY))
            found[key] = Range(low, end, proved=True)
            continue
        asked[id(part_of[key])].append(key)
    for part in parts:
        if id(part) in asked:
            found |= _Search(known, part, full=full).ranges(asked[id(part)], enough, seconds)
    return found


@dataclass(slots=True)
class Part:
    """Numbers that facts bind together, none of them fixed."""

    keys: list[Key]
    facts: list[Fact]


def parts_of(known: Known) -> list[Part]:
    """Return the parts that no fact joins, without the numbers that are fixed."""
    parent: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    loose = [[key for key in fact.terms if not known.fixed(key)] for fact in known.facts]
    for keys in loose:
        for key in keys[1:]:
            parent[root(key)] = root(keys[0])
        if len(keys) == 1:
            root(keys[0])
    grouped: dict[Key, Part] = {}
    for key in parent:
        grouped.setdefault(root(key), Part([], [])).keys.append(key)
    for keys, fact in zip(loose, known.facts, strict=True):
        if keys:
            grouped[root(keys[0])].facts.append(fact)
        elif not fact.low - WHOLE <= _value(known, fact) <= fact.high + WHOLE:
            raise ContradictoryError(fact.why)
    return list(grouped.values())


def _value(known: Known, fact: Fact) -> float:
    return sum(factor * known.low.get(key, 0.0) for key, factor in fact.terms.items())


class Solver:
    """A linear program over the numbers of a part, to be asked for one number at a time."""

    def __init__(self, known: Known, part: Part, *, whole: bool) -> None:
        self.known = known
        self.part = part
        self.index = {key: at for at, key in enumerate(part.keys)}
        self.highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self.highs.setOptionValue("output_flag", False)
        self.highs.setOptionValue("threads", 1)
        self.highs.setOptionValue("random_seed", 1)
        self.highs.passModel(self._model(whole=whole))
        self.solution: list[float] = []
        self.prices: tuple[list[float], list[float]] = ([], [])

    def _model(self, *, whole: bool) -> highspy.HighsLp:
        model = highspy.HighsLp()
        count = len(self.part.keys)
        model.num_col_ = count
        model.col_cost_ = np.zeros(count)
        model.col_lower_ = np.array([self.known.low.get(key, 0.0) for key in self.part.keys])
        model.col_upper_ = np.array([self.known.high.get(key, INFINITE) for key in self.part.keys])
        starts, indexes, values, low, high = [0], [], [], [], []
        for fact in self.part.facts:
            given = 0.0
            for key, factor in fact.terms.items():
                if key in self.index:
                    indexes.append(self.index[key])
                    values.append(factor)
                else:
                    given += factor * self.known.low.get(key, 0.0)
            starts.append(len(indexes))
            low.append(fact.low - given)
            high.append(fact.high - given)
        model.num_row_ = len(self.part.facts)
        model.row_lower_, model.row_upper_ = np.array(low), np.array(high)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.array(starts, dtype=np.int32)
        model.a_matrix_.index_ = np.array(indexes, dtype=np.int32)
        model.a_matrix_.value_ = np.array(values, dtype=np.float64)
        if whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * count
        return model

    def extreme(self, costs: Mapping[Key, float], seconds: float = 60.0) -> float | None:
        """Return the smallest value of a sum; None without an answer in time.

        Args:
            costs: The sum's factors.
            seconds: Time allowed.

        Raises:
            ContradictoryError: When nothing fits all that is known.
        """
        for key, cost in costs.items():
            self.highs.changeColCost(self.index[key], cost)
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + seconds)
        self.highs.run()
        if self.highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            # From where the last answer was, rounding errors may say so of what has solutions.
            self.highs.clearSolver()
            self.highs.run()
        status = self.highs.getModelStatus()
        value = float(self.highs.getInfo().objective_function_value)
        answer = self.highs.getSolution()
        self.solution = list(answer.col_value)
        self.prices = (list(answer.row_dual), list(answer.col_dual))
        for key in costs:
            self.highs.changeColCost(self.index[key], 0.0)
        if status == highspy.HighsModelStatus.kInfeasible:
            raise ContradictoryError(str(next(iter(costs))))
        if status == highspy.HighsModelStatus.kUnbounded:
            return -INFINITE
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        return value


def believable(known: Known) -> Known:
    """Return what is known without those likely facts that contradict the rest.

    Per part the likely facts are stretched as little as possible until something fits; those that
    had to be stretched are dropped.

    Args:
        known: What the reader knows and believes.
    """
    facts = [fact for fact in known.facts if fact.sure or _may_hold(known, fact)]
    dropped: set[int] = set()
    for part in parts_of(Known(known.low, known.high, facts)):
        if any(not fact.sure for fact in part.facts):
            dropped |= _stretched(known, part)
    kept = [fact for fact in facts if id(fact) not in dropped]
    return Known(known.low, known.high, kept)


def _may_hold(known: Known, fact: Fact) -> bool:
    """Return whether a fact fits its numbers' own bounds."""
    ends = [0.0, 0.0]
    for key, factor in fact.terms.items():
        bounds = (known.low.get(key, 0.0), known.high.get(key, INFINITE))
        low, high = sorted(factor * bound for bound in bounds)
        ends = [ends[0] + low, ends[1] + high]
    return ends[0] <= fact.high + WHOLE and ends[1] >= fact.low - WHOLE


def _stretched(known: Known, part: Part) -> set[int]:
    """Return the ids of the likely facts that must be stretched for anything to fit."""
    keys = {id(fact): _slack(at) for at, fact in enumerate(part.facts) if not fact.sure}
    slacks = [key for pair in keys.values() for key in pair]
    loose = [
        replace(
            fact,
            terms=dict(fact.terms) | {keys[id(fact)][0]: 1.0, keys[id(fact)][1]: -1.0},
        )
        if id(fact) in keys
        else fact
        for fact in part.facts
    ]
    solver = Solver(known, Part([*part.keys, *slacks], loose), whole=False)
    solver.extreme(dict.fromkeys(slacks, 1.0))
    values = dict(zip(solver.part.keys, solver.solution, strict=True))
    return {at for at, pair in keys.items() if any(values[key] > WHOLE for key in pair)}


def _slack(at: int) -> tuple[Key, Key]:
    more, less = (Key(f"stretch {at} {end}", "", date.min, date.min) for end in "+-")
    return more, less


class _Search:
    """Asks for the range of many numbers of a part, and uses each answer for all of them."""

    def __init__(self, known: Known, part: Part, *, full: bool) -> None:
        self.full = full
        self.linear = Solver(known, part, whole=False)
        self.whole: Solver | None = None
        self.low: dict[Key, int] = {}
        self.high: dict[Key, int] = {}

    def ranges(self, keys: list[Key], enough: int, seconds: float) -> dict[Key, Range]:
        """Return the range of each of the part's numbers asked for."""
        self._sample(keys)
        return {key: self._range(key, enough, seconds) for key in keys}

    def _sample(self, keys: list[Key]) -> None:
        """Look for whole solutions in corners where many of the numbers are small or large."""
        rng = np.random.default_rng(1)
        for _ in range(min(len(keys), 24)):
            signs = rng.choice((-1.0, 1.0), len(keys))
            cost = dict(zip(keys, signs, strict=True))
            if self.linear.extreme(cost) not in {None, -INFINITE}:
                self._note(self.linear)

    def _note(self, solver: Solver) -> bool:
        """Widen all ranges by a solution, if it is whole."""
        values = np.array(solver.solution)
        rounded = np.rint(values)
        if np.abs(values - rounded).max(initial=0.0) > WHOLE:
            return False
        for key, value in zip(solver.part.keys, rounded, strict=True):
            self.low[key] = min(int(value), self.low.get(key, int(value)))
            self.high[key] = max(int(value), self.high.get(key, int(value)))
        return True

    def _range(self, key: Key, enough: int, seconds: float) -> Range:
        if self._wide(key, enough) and not self.full:
            return self._seen(key)
        ends: list[int] = []
        proved = True
        for sign in (1.0, -1.0):
            value = self.linear.extreme({key: sign})
            whole = value == -INFINITE or (value is not None and self._note(self.linear))
            ends.append(_end(value, sign))
            if self._wide(key, enough) and not self.full:
                return self._seen(key)
            proved = proved and whole
        if ends[1] - ends[0] + 1 < enough or proved or self._wide(key, enough):
            return Range(ends[0], ends[1], proved=proved, seen=self._between(key))
        return self._by_whole(key, ends, enough, seconds)

    def _between(self, key: Key) -> tuple[int, int] | None:
        return (self.low[key], self.high[key]) if key in self.low else None

    def _wide(self, key: Key, enough: int) -> bool:
        return key in self.low and self.high[key] - self.low[key] + 1 >= enough

    def _seen(self, key: Key) -> Range:
        ends = (self.low[key], self.high[key])
        return Range(*ends, proved=False, seen=ends)

    def _by_whole(self, key: Key, ends: list[int], enough: int, seconds: float) -> Range:
        """Return the range by integer programs; where time ends, the linear one stays."""
        if self.whole is None:
            self.whole = Solver(self.linear.known, self.linear.part, whole=True)
        proved = True
        for at, sign in enumerate((1.0, -1.0)):
            value = self.whole.extreme({key: sign}, seconds)
            if value is None:
                proved = False
                continue
            if value != -INFINITE:
                self._note(self.whole)
            ends[at] = _end(value, sign)
            if self._wide(key, enough):
                return self._seen(key)
        return Range(ends[0], ends[1], proved=proved, seen=self._between(key))


def _end(value: float | None, sign: float) -> int:
    """Return the whole number at one end of what a program allows."""
    if value is None or value == -INFINITE:
        return 0 if sign > 0 else MANY
    return math.ceil(value - WHOLE) if sign > 0 else math.floor(-value + WHOLE)
