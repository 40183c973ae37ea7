"""The reading process, seen from outside: started, given tasks, waited for, ended.

A plain child with two pipes, and not `multiprocessing`: that one imports the main module of the
program a second time, which costs time and goes wrong in a script without a main guard.
"""

import json
import os
import pickle
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from fpsheet.intake.child import read_piece, write_piece
from fpsheet.intake.guard import WATCH_SECONDS, memory_of
from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.limits import MEBIBYTE, Limits

if TYPE_CHECKING:
    # Not loaded here: the child starts before anything heavy is imported.
    from types import TracebackType

    from fpsheet.intake.plan import ReadingPlan
    from fpsheet.intake.reading import BytesRead

# The child gets the parent's import path whole, so it runs the same code wherever that lies.
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from fpsheet.intake.child import serve; serve(sys.argv[2])"
)
# One reading process has one core; more threads would only ask for more memory.
_ENVIRONMENT = {
    "POLARS_MAX_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # glibc: what a file leaves is kept for the next, not handed back to the system page by page.
    "MALLOC_MMAP_THRESHOLD_": str(32 * MEBIBYTE),
    "MALLOC_TRIM_THRESHOLD_": str(256 * MEBIBYTE),
    "PYTHONUTF8": "1",
}
_CREATE_NO_WINDOW = 0x08000000

READING = "fpsheet.intake.reading"
"""The module that reading needs."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a reading process is to do with a file.

    Attributes:
        run: The function, as `module:name`: the parent need not load what it needs. What the
            process keeps is its first argument, where it keeps anything.
        arguments: Its arguments, by name.
        limits: How much it may ask for.
    """

    run: str
    arguments: dict[str, Any] = field(repr=False)
    limits: Limits


class ReadingProcess:
    """A process that does tasks under limits. A file that kills it costs only itself."""

    def __init__(self, needed: str = READING, *, kept: object = None) -> None:
        """Start the process at once; it gets ready while the caller does other things.

        Args:
            needed: Module that its tasks need.
            kept: What all its tasks need, sent once.
        """
        self._needed = needed
        self._kept = kept
        self._is_begun = False
        self._is_closed = False
        self._process = self._start()

    def __enter__(self) -> Self:
        """Use it in a `with` block."""
        return self

    def __exit__(
        self,
        kind: "type[BaseException] | None",
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        """End it."""
        self.close()

    def read(self, data: bytes, *, name: str, plan: "ReadingPlan") -> "BytesRead | IntakeFinding":
        """Read one file; a fault where the process ended over it.

        What is read travels without the bytes, which the caller has.

        Findings: those of `run` and of `reading.read_bytes`.
        """
        arguments = {"data": data, "name": name, "plan": plan}
        answer: BytesRead | IntakeFinding = self.run(
            Task("fpsheet.intake.child:read_and_send", arguments, plan.limits)
        )
        return answer

    def run(self, task: Task) -> Any | IntakeFinding:  # noqa: ANN401 - what the function of the task gives
        """Do one task; when the process does not survive it, start another for the next.

        Returns:
            What came of it; a fault where the process ended over it.

        Raises:
            Exception: What the task raised.

        Findings: STR-035 after the time limit, STR-036 when the process ended.
        """
        watch = _Watch(self._process, task.limits)
        watch.start()
        try:
            answer = self._ask(task)
        finally:
            watch.stop()
        if answer is None:
            self._end()
            if not self._is_closed:
                self._process = self._start()
            if watch.is_late:
                return IntakeFinding("STR-035", details=(("graense", f"{task.limits.seconds:g}"),))
            return IntakeFinding("STR-036")
        is_done, outcome = pickle.loads(answer)  # noqa: S301 - written by our own child
        if not is_done:
            raise outcome
        return outcome

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._is_closed = True
        self._end()

    def _end(self) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                try:
                    pipe.close()
                except OSError:
                    # What was still to be written has nobody to read it.
                    continue
        self._process.wait()

    def _ask(self, task: Task) -> bytes | None:
        tasks, answers = self._process.stdin, self._process.stdout
        if tasks is None or answers is None:
            return None
        try:
            if not self._is_begun:
                # Not when it starts: that would wait until it has loaded what it needs.
                write_piece(tasks, pickle.dumps(self._kept, pickle.HIGHEST_PROTOCOL))
                self._is_begun = True
            parts = task.run, task.arguments, task.limits
            write_piece(tasks, pickle.dumps(parts, pickle.HIGHEST_PROTOCOL))
            return read_piece(answers)
        except (OSError, ValueError):
            # The process died, or was closed by another thread.
            return None

    def _start(self) -> subprocess.Popen[bytes]:
        self._is_begun = False
        return subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-c", _START, json.dumps(sys.path), self._needed],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | _ENVIRONMENT,
            creationflags=_CREATE_NO_WINDOW if sys.platform == "win32" else 0,
        )


class _Watch:
    """Looks after the process while it reads one file, and ends it above its limits."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self.is_late = False
        self._process = process
        self._limits = limits
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        end = time.monotonic() + self._limits.seconds
        while not self._is_over.wait(min(WATCH_SECONDS, max(end - time.monotonic(), 0.0))):
            self.is_late = time.monotonic() >= end
            if self.is_late or memory_of(self._process.pid) > self._limits.memory_bytes:
                self._process.kill()
                return
