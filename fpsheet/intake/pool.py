"""Several reading processes at work on many files."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from queue import SimpleQueue
from typing import TypeVar

from fpsheet.intake.process import ReadingProcess

Given = TypeVar("Given")
Made = TypeVar("Made")

WORKERS = 2
"""More than two gain nothing: the one process that writes takes no more than two give."""

FEW = 3
"""So few files are done sooner than a second process starts."""

_AHEAD = 3
"""Files per process that are done before the next is asked for; what came of them waits."""


class Pool(AbstractContextManager["Pool"]):
    """Reading processes that share what there is to do; they start when there is something."""

    def __init__(self, start: Callable[[], ReadingProcess], *, count: int) -> None:
        """Get ready.

        Args:
            start: Starts one of the processes.
            count: How many files there will be, or fewer.
        """
        self._start, self._workers = start, WORKERS if count > FEW else 1
        self._processes: list[ReadingProcess] = []
        self._free: SimpleQueue[ReadingProcess] = SimpleQueue()
        self._files, self._others = (ThreadPoolExecutor(self._workers) for _ in range(2))

    def each(
        self, given: Iterable[Given], run: Callable[[ReadingProcess, Given], Made]
    ) -> Iterator[Made]:
        """Do something with many files; what comes of them is in their order.

        No more than a few files are taken ahead of the one that is asked for.

        Args:
            given: The files.
            run: What is done with each, in one of the processes; called in several threads.
        """
        pending: deque[Future[Made]] = deque()
        for one in given:
            self._start_all()
            pending.append(self._files.submit(self._do, run, one))
            if len(pending) > _AHEAD * self._workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def beside(self, run: Callable[[ReadingProcess, Given], Made], one: Given) -> Future[Made]:
        """Do something else in a process as soon as one is free, between two files."""
        self._start_all()
        return self._others.submit(self._do, run, one)

    def _start_all(self) -> None:
        while len(self._processes) < self._workers:
            self._processes.append(self._start())
            self._free.put(self._processes[-1])

    def _do(self, run: Callable[[ReadingProcess, Given], Made], one: Given) -> Made:
        process = self._free.get()
        try:
            return run(process, one)
        finally:
            self._free.put(process)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the processes. What was asked for beside the files is done first, after errors too.

        When the caller asks for no more, nothing more is read.
        """
        self._files.shutdown(wait=False, cancel_futures=True)
        has_had_enough = kind is not None and not issubclass(kind, Exception)
        self._others.shutdown(wait=not has_had_enough, cancel_futures=has_had_enough)
        for process in self._processes:
            process.close()
        self._files.shutdown()
        self._others.shutdown()


def run_many(
    given: Iterable[Given],
    run: Callable[[ReadingProcess, Given], Made],
    *,
    count: int,
    start: Callable[[], ReadingProcess],
) -> Iterator[Made]:
    """Do something with many files in several processes; what comes of them is in their order.

    Args:
        given: The files.
        run: What is done with each, in one of the processes; called in several threads.
        count: How many there are, or fewer.
        start: Starts a process for them.
    """
    with Pool(start, count=count) as pool:
        yield from pool.each(given, run)
