"""Reading processes that are handed on: a command takes the one that the command before left.

A process reads many files in the program, too; only between two commands is another one started,
which loads all that reading needs. What is kept for all tasks is not handed on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fpsheet.intake.process import ReadingProcess, Task

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator


class _Left:
    """The processes that commands left, by the module they have loaded."""

    def __init__(self) -> None:
        self.processes: dict[str, list[subprocess.Popen[bytes]]] = {}
        self.busy = set[int]()

    def start(self, own: ReadingProcess) -> subprocess.Popen[bytes]:
        spare = self.processes.get(own._needed, [])
        while own._kept is None and spare:
            process = spare.pop()
            if process.poll() is None:
                own._is_begun = True
                return process
        return _START(own)

    def ask(self, own: ReadingProcess, task: Task) -> bytes | None:
        self.busy.add(id(own))
        answer = _ASK(own, task)
        if answer is not None:
            self.busy.discard(id(own))
        return answer

    def end(self, own: ReadingProcess) -> None:
        # One that was ended in the middle of a task, or never got one, is of no use.
        is_free = own._is_begun and id(own) not in self.busy
        self.busy.discard(id(own))
        if own._is_closed and own._kept is None and is_free:
            self.processes.setdefault(own._needed, []).append(own._process)
        else:
            _END(own)

    def close(self) -> None:
        for process in (each for own in self.processes.values() for each in own):
            process.kill()
            process.communicate()


_START, _ASK, _END = ReadingProcess._start, ReadingProcess._ask, ReadingProcess._end


@pytest.fixture(scope="module")
def warm_reading() -> Iterator[None]:
    """Hand reading processes on from command to command of a module's tests."""
    left = _Left()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ReadingProcess, "_start", lambda own: left.start(own))  # noqa: PLW0108 - a method bound already gets no process
        patch.setattr(ReadingProcess, "_ask", lambda own, task: left.ask(own, task))  # noqa: PLW0108 - as above
        patch.setattr(ReadingProcess, "_end", lambda own: left.end(own))  # noqa: PLW0108 - as above
        yield
    left.close()
