"""Several reading processes at work on many files."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from fpsheet.intake.process import ReadingProcess

Given = TypeVar("Given")
Made = TypeVar("Made")

WORKERS = 2
"""More than two gain nothing: one writer takes all they give."""

FEW = 3
"""So few files are done sooner than a second process starts."""

_AHEAD = 3
"""Files per process that are done before the next is asked for; what came of them waits."""


def run_many(
    given: Iterable[Given],
    run: Callable[[ReadingProcess, Given], Made],
    *,
    count: int,
    start: Callable[[], ReadingProcess],
) -> Iterator[Made]:
    """Do something with many files in several processes; what comes of them is in their order.

    No more than a few files are taken ahead of the one that is asked for.

    Args:
        given: The files.
        run: What is done with each, in one of the processes; called in several threads.
        count: How many there are, or fewer.
        start: Starts a process for them.
    """
    workers = WORKERS if count > FEW else 1
    free: SimpleQueue[ReadingProcess] = SimpleQueue()
    processes = [start() for _ in range(workers)]
    for process in processes:
        free.put(process)

    def do(one: Given) -> Made:
        process = free.get()
        try:
            return run(process, one)
        finally:
            free.put(process)

    pending: deque[Future[Made]] = deque()
    pool = ThreadPoolExecutor(workers)
    try:
        for one in given:
            pending.append(pool.submit(do, one))
            if len(pending) > _AHEAD * workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        # Also when the caller has had enough: nothing is read on for nobody.
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.close()
        pool.shutdown()
