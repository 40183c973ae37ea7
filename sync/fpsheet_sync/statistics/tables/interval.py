"""The exact interval of a share of a few."""

import math
from collections.abc import Callable, Sequence

LEVEL = 0.95
"""Coverage of the interval, split evenly on both sides (Clopper and Pearson 1934)."""

_STEPS = 60


def binomial_interval(count: int, number: int) -> tuple[float, float]:
    """Give the exact (Clopper-Pearson) 95 per cent interval of a share, as two shares.

    The lower limit is the share at which as many as counted or more have a probability of 2,5 per
    cent; the upper the share at which as few or fewer have it. For 0 the lower limit is 0, for all
    the upper is 1. No package among the dependencies has the quantile of the beta distribution it
    is usually taken from, so the two equations are solved by halving.

    >>> [round(limit, 3) for limit in binomial_interval(2, 10)]
    [0.025, 0.556]

    Args:
        count: How many were counted, from 0 to `number`.
        number: Of how many, 1 or more.
    """
    tail = (1 - LEVEL) / 2
    ways = _ways(count, number)
    fewer = ways[:-1]
    lower = 0.0 if count == 0 else _solve(lambda p: 1 - _sum(fewer, number, p) > tail)
    upper = 1.0 if count == number else _solve(lambda p: _sum(ways, number, p) < tail)
    return lower, upper


def _ways(count: int, number: int) -> Sequence[float]:
    """Give the logarithm of how many ways there are to draw 0 to `count` of a number."""
    whole = math.lgamma(number + 1)
    return [
        whole - math.lgamma(drawn + 1) - math.lgamma(number - drawn + 1)
        for drawn in range(count + 1)
    ]


def _sum(ways: Sequence[float], number: int, share: float) -> float:
    """Give the probability of as few as are listed, or fewer, at a share between 0 and 1."""
    hit, miss = math.log(share), math.log1p(-share)
    terms = (way + drawn * hit + (number - drawn) * miss for drawn, way in enumerate(ways))
    return min(1.0, math.fsum(math.exp(term) for term in terms))


def _solve(is_above: Callable[[float], bool]) -> float:
    """Find where a condition that turns true as the share grows does so."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_above(middle) else (middle, high)
    return high
