"""The independent parts of a release: no sum binds a cell of one to a cell of another.

What is printed of one says nothing of the others, so each is rounded and audited by itself, on
several processors where that is worth their start. The result is the same on any number of them.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from fpsheet_sync.disclosure.block import connected
from fpsheet_sync.disclosure.disclosure_error import disclosure_failure
from fpsheet_sync.disclosure.problem import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")
R = TypeVar("R")

_MANY = 6_000
"""Cells from which on processes of their own gain more than their start costs (a second)."""

_MOST = 4
"""More processes gain nothing: the largest part takes a third of the time."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some cells of a release with all equations between them.

    Attributes:
        cells: The cells in the release, sorted.
        problem: The part as a release of its own, cells and equations in the same order.
    """

    cells: "NDArray[np.int64]"
    problem: Problem


def split(problem: Problem) -> tuple[Part, ...]:
    """Return the independent parts of a release, the largest first."""
    groups = connected(problem, np.ones(problem.size, dtype=np.bool_))
    ordered = sorted(groups, key=lambda cells: (-len(cells), int(cells[0])))
    return tuple(Part(cells, problem.part(cells)) for cells in ordered)


class Workers:
    """What works on the parts: this process, or several others."""

    def __init__(self, pool: ProcessPoolExecutor | None = None) -> None:
        """Take the other processes, if there are any."""
        self._pool = pool

    def follow(
        self, task: Callable[[T], R], orders: Sequence[T], told: Callable[[int], None]
    ) -> list[R]:
        """Carry out a task for every order, and tell of each that is done: its place among them.

        Raises:
            DisclosureError: A task raised it, or a process ended before its task did.
        """
        if self._pool is None:
            found = []
            for place, order in enumerate(orders):
                found.append(task(order))
                told(place)
            return found
        places = {self._pool.submit(task, order): place for place, order in enumerate(orders)}
        try:
            for future in as_completed(places):
                future.result()
                told(places[future])
        except BrokenProcessPool:
            raise disclosure_failure("ended") from None
        return [future.result() for future in places]


@contextmanager
def workers_for(problem: Problem, parts: Sequence[Part]) -> Iterator[Workers]:
    """Return as many workers as a release is worth."""
    count = min(os.cpu_count() or 1, len(parts), _MOST)
    if count == 1 or problem.size < _MANY:
        yield Workers()
        return
    pool = ProcessPoolExecutor(count, get_context("spawn"))
    try:
        yield Workers(pool)
    finally:
        # Also when one part cannot be protected: nobody has use for the others then.
        pool.shutdown(cancel_futures=True)
