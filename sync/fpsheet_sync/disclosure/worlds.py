"""Other worlds: citizens come or go so that all that is printed stays, and a number is another.

The audit looks at printed numbers from outside: it is told what binds them and shows what that
leaves open. Here no relation is declared. Every printed count is a sum over citizens, so a world is
a set of citizens, and a number is safe if citizens exist who make it another and everything printed
possible. Whatever relation was forgotten binds them too.

This module knows no table: a citizen is a row of whole numbers, what it adds to each number.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.solver import Model, Solver, SolverAnswer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Moves = NDArray[np.int16]
    Mask = NDArray[np.bool_]

FREE = 1 << 20
"""How far a number may rise or fall of which nothing is printed."""

_REACH = 8
"""Values farther than this from the truth are not told apart."""
_STEPS = 60
"""Citizens who come or go in one walk."""
_TRIED = 400
"""Citizens looked at in one step of a walk."""
_VAIN = 25
"""Walks in a row that find nothing new, after which no more are made."""
_OFTEN = 2.0
"""How many of one kind of citizen may come, where whole numbers are sought."""
_NODES, _SECONDS = 200, 30.0
"""How far a whole-number program is followed; so long only where the machine is busy."""
_NEAR = 1e-6
_ENDLESS = 1 << 14
"""In walks, what stands for no end: no walk gets so far."""


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """The numbers of one kommune and of its country, and the citizens who may come or go there.

    Attributes:
        come: What a citizen who may come adds to each number; a row per citizen.
        living: The same of each citizen who lives there, and may be gone.
        down: How far each number may fall and everything printed still be true.
        up: How far each may rise.
    """

    come: "Moves"
    living: "Moves"
    down: "Counts"
    up: "Counts"


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A world in which everything printed is the same.

    Attributes:
        come: Rows of `Region.come`, one as often as so many of it come.
        gone: Rows of `Region.living`.
        change: By how much each number is larger than in truth.
    """

    come: tuple[int, ...]
    gone: tuple[int, ...]
    change: "Counts"


class WorldSearch:
    """Looks for worlds until enough numbers have enough values."""

    def __init__(self, region: Region, wanted: "Mask", values: int, seed: int) -> None:
        """Take what may change.

        Args:
            region: The numbers and citizens.
            wanted: Which numbers must have other values.
            values: How many values each must have, the true one among them.
            seed: Seed of the walks; the same seed finds the same worlds.
        """
        self.region, self._wanted, self._values = region, wanted, values
        self._moves = np.concatenate([region.come, -region.living])
        self._by_number = np.ascontiguousarray(self._moves.T)
        # What a citizen does not count in stays as it was found: only the others are looked at.
        self._mover, self._moved = np.nonzero(self._moves)
        self._by = self._moves[self._mover, self._moved].astype(np.int64)
        self._start = np.searchsorted(self._mover, np.arange(len(self._moves) + 1))
        self._ends = (_within_reach(region.down), _within_reach(region.up))
        self._chance = np.random.default_rng(seed)
        self.seen = np.zeros((len(wanted), 2 * _REACH + 1), dtype=np.bool_)
        self.seen[:, _REACH] = True
        self._left: Counts | None = None

    @property
    def left(self) -> "Counts":
        """Return the numbers that have too few values."""
        if self._left is None:
            self._left = np.flatnonzero(self._wanted & (self.seen.sum(axis=1) < self._values))
        return self._left

    def changes(self, number: int) -> list[int]:
        """Return the changes of a number that were found, none (0) among them."""
        return [int(place) - _REACH for place in np.flatnonzero(self.seen[number])]

    def know(self, number: int, changes: Iterable[int]) -> None:
        """Take changes of a number as found already, so that others are looked for."""
        for change in changes:
            if abs(change) <= _REACH:
                self.seen[number, change + _REACH] = True
        self._left = None

    def walk(self) -> Iterator[World]:
        """Let citizens come and go at random, those first who give a number a new value.

        Yields:
            Worlds in which some number that is left has a value not seen before.
        """
        vain = 0
        while vain < _VAIN and len(self.left):
            vain += 1
            for world in self._walk_once():
                vain = 0
                yield world

    def aim(self, number: int) -> Iterator[World]:
        """Look for worlds in which one number is another, by whole-number programs."""
        lowest, highest = self._program.extent(number)
        for change in sorted(range(-_REACH, _REACH + 1), key=abs):
            if self.seen[number].sum() >= self._values:
                return
            is_within = lowest - _NEAR <= change <= highest + _NEAR
            if is_within and not self.seen[number, change + _REACH]:
                world = self._program.find(number, change)
                if world is not None:
                    self._note(world.change)
                    yield world

    def extent(self, number: int) -> tuple[float, float]:
        """Return how far a number falls and rises with parts of citizens too."""
        return self._program.extent(number)

    def _walk_once(self) -> Iterator[World]:
        number = len(self.region.come)
        change = np.zeros(len(self._wanted), dtype=np.int64)
        blocked = self._blocked_at_first.copy()
        taken = np.zeros(len(self._moves), dtype=np.bool_)
        steps: list[int] = []
        for _ in range(_STEPS):
            fits = np.flatnonzero((blocked == 0) & ~taken)
            left = self.left
            if not (len(fits) and len(left)):
                return
            tried = self._chance.choice(fits, min(_TRIED, len(fits)), replace=False)
            step = int(tried[np.argmax(self._worth(tried, left, change))])
            counted = np.flatnonzero(self._moves[step])
            blocked -= self._blocked(counted, change)
            change = change + self._moves[step]
            blocked += self._blocked(counted, change)
            taken[step] = step >= number
            steps.append(step)
            if self._note(change):
                come = tuple(sorted(each for each in steps if each < number))
                gone = tuple(sorted(each - number for each in steps if each >= number))
                yield World(come, gone, change)

    @cached_property
    def _blocked_at_first(self) -> "Counts":
        every = np.arange(len(self._wanted))
        return self._blocked(every, np.zeros(len(every), dtype=np.int64))

    def _blocked(self, numbers: "Counts", change: "Counts") -> "Counts":
        """Return in how many of some numbers a citizen may not come or go after a change so far."""
        down, up = (end[numbers] for end in self._ends)
        most = (up - change[numbers]).astype(np.int16)[:, None]
        least = (-down - change[numbers]).astype(np.int16)[:, None]
        moves = self._by_number[numbers]
        return np.asarray(((moves > most) | (moves < least)).sum(axis=0), dtype=np.int64)

    def _worth(self, tried: "Counts", left: "Counts", change: "Counts") -> "NDArray[np.float64]":
        """Return how many new values each step gives, with some chance."""
        size = self._start[tried + 1] - self._start[tried]
        who = np.repeat(np.arange(len(tried)), size)
        first = np.cumsum(size) - size
        entry = np.arange(len(who)) - first[who] + self._start[tried][who]
        number = self._moved[entry]
        after = change[number] + self._by[entry]
        is_left = np.zeros(len(change), dtype=np.bool_)
        is_left[left] = True
        is_new = is_left[number] & (np.abs(after) <= _REACH)
        is_new[is_new] = ~self.seen[number[is_new], after[is_new] + _REACH]
        new = np.bincount(who[is_new], minlength=len(tried))
        return np.asarray(new + 1.5 * self._chance.random(len(tried)))

    def _note(self, change: "Counts") -> bool:
        """Take in a world; tell whether it gave a number that was left a new value."""
        near = np.flatnonzero(change)
        near = near[np.abs(change[near]) <= _REACH]
        new = near[~self.seen[near, change[near] + _REACH]]
        if not len(new):
            return False
        is_new = bool(np.isin(new, self.left).any())
        self.seen[new, change[new] + _REACH] = True
        self._left = None
        return is_new

    @cached_property
    def _program(self) -> "_Program":
        return _Program(self.region)


class _Program:
    """How many of each citizen come, who goes, and how each number changes: linear programs."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self._people = len(region.come) + len(region.living)
        self._parts = Solver(_model(region, 0.0))
        self._extents: dict[int, tuple[float, float]] = {}

    @cached_property
    def _whole(self) -> Solver:
        return Solver(_model(self._region, 1.0))

    def extent(self, number: int) -> tuple[float, float]:
        if number not in self._extents:
            lowest, highest = self._ends(number)
            self._extents[number] = (lowest, highest)
        return self._extents[number]

    def _ends(self, number: int) -> Iterator[float]:
        """Yield the lowest and the highest change of a number."""
        column = np.array([self._people + number], dtype=np.int32)
        for sign in (1.0, -1.0):
            self._parts.set_costs(column, np.array([sign]))
            is_found = self._parts.solve() is SolverAnswer.FOUND
            yield float(self._parts.values[column[0]]) if is_found else 0.0
        self._parts.set_costs(column, np.zeros(1))

    def find(self, number: int, change: int) -> World | None:
        """Return a world in which a number is so much larger; None where none is found."""
        column = np.array([self._people + number], dtype=np.int32)
        at = np.array([float(change)])
        self._whole.set_bounds(column, at, at)
        self._whole.make_whole(nodes=_NODES, seconds=_SECONDS)
        is_found = self._whole.solve() is SolverAnswer.FOUND
        values = np.rint(self._whole.values[: self._people]).astype(np.int64) if is_found else None
        low, high = float(-self._region.down[number]), float(self._region.up[number])
        self._whole.set_bounds(column, np.array([low]), np.array([high]))
        return None if values is None else self._checked(values)

    def _checked(self, values: "Counts") -> World | None:
        """Return the world of a solution, counted in whole numbers; None if it does not fit."""
        region = self._region
        come, gone = values[: len(region.come)], values[len(region.come) :]
        change = come @ region.come - gone @ region.living
        if (change > region.up).any() or (-change > region.down).any():
            return None
        return World(
            tuple(np.repeat(np.arange(len(come)), come).tolist()),
            tuple(np.flatnonzero(gone).tolist()),
            np.asarray(change),
        )


def _within_reach(ends: "Counts") -> "Counts":
    return np.minimum(ends, _ENDLESS)


def _model(region: Region, cost: float) -> Model:
    """Return the program: what citizens add and take away is the change of each number."""
    people, size = len(region.come) + len(region.living), len(region.up)
    factors = np.concatenate([region.come, -region.living]).T
    rows, columns = np.nonzero(factors)
    every = np.arange(size)
    row = np.concatenate([rows, every])
    order = np.argsort(row, kind="stable")
    column = np.concatenate([columns, people + every])[order]
    factor = np.concatenate([factors[rows, columns].astype(np.float64), -np.ones(size)])[order]
    most = np.concatenate([np.full(len(region.come), _OFTEN), np.ones(len(region.living))])
    nothing = np.zeros(size)
    return Model(
        cost=np.concatenate([np.full(people, cost), nothing]),
        low=np.concatenate([np.zeros(people), -region.down.astype(np.float64)]),
        high=np.concatenate([most, region.up.astype(np.float64)]),
        start=np.searchsorted(row[order], np.arange(size + 1)).astype(np.int32),
        column=column.astype(np.int32),
        factor=factor,
        row_low=nothing,
        row_high=nothing,
    )
