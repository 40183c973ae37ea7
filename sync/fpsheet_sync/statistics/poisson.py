"""The exact interval of a small count."""

import math
from collections.abc import Callable

LEVEL = 0.95
"""Coverage of the interval, split evenly on both sides (Garwood 1936)."""

_STEPS = 80


def poisson_interval(count: int) -> tuple[float, float]:
    """Give the exact (Garwood) 95 per cent interval of a Poisson count.

    The lower limit is the mean at which as many as counted or more have a probability of 2,5 per
    cent; the upper the mean at which as few or fewer have it. For 0 the lower limit is 0. No
    package among the dependencies has the chi-squared quantile it is usually taken from, so the
    two equations are solved by halving.

    >>> [round(limit, 3) for limit in poisson_interval(2)]
    [0.242, 7.225]
    """
    tail = (1 - LEVEL) / 2
    upper = _solve(lambda mean: _at_most(count, mean) < tail, count)
    if count == 0:
        return 0.0, upper
    lower = _solve(lambda mean: 1 - _at_most(count - 1, mean) > tail, count)
    return lower, upper


def _solve(is_above: Callable[[float], bool], count: int) -> float:
    """Find where a condition that turns true as the mean grows does so."""
    low, high = 0.0, count + 10 * math.sqrt(count + 1) + 10
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_above(middle) else (middle, high)
    return high


def _at_most(count: int, mean: float) -> float:
    """Give the probability of at most `count` when `mean` are expected."""
    if mean == 0:
        return 1.0
    logs = (k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(count + 1))
    return min(1.0, math.fsum(math.exp(log) for log in logs))
