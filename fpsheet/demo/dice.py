"""Dice: every random choice of the demo, the same for the same seed on every version of Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dice:
    """A source of choices. Only `Random.random` is used, whose sequence Python promises to keep."""

    random: Random

    def chance(self, probability: float) -> bool:
        """Return whether something happens that has a probability from 0 to 1."""
        return self.random.random() < probability

    def between(self, low: int, high: int) -> int:
        """Return a whole number, both ends inclusive."""
        return low + int(self.random.random() * (high - low + 1))

    def day(self, first: date, last: date) -> date:
        """Return a day, both ends inclusive."""
        return first + timedelta(days=self.between(0, (last - first).days))

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices, each as likely."""
        return choices[int(self.random.random() * len(choices))]

    def weigh(self, *choices: tuple[T, float]) -> T:
        """Return one of the choices, each with its weight."""
        at = self.random.random() * sum(weight for _, weight in choices)
        for choice, weight in choices:
            at -= weight
            if at < 0:
                return choice
        return choices[-1][0]


def make_dice(*key: str | int) -> Dice:
    """Return dice whose rolls follow from the key alone."""
    name = ":".join(str(part) for part in key)
    return Dice(Random(name))  # noqa: S311 - invented people, nothing secret
