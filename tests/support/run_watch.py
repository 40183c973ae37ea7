"""Programs that a test run starts end with it, also where the run itself is killed.

A fixture ends its program at the end of its block; a killed run never gets there. So beside each
program a small process waits for the end of a pipe that only the run holds open.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from signal import Signals

_DONE = b"done"

# Reads until the run closes the pipe, or until it is dead and the system closes it.
_WATCHER = f"""
import os, shutil, sys, time
pid, number, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
if sys.stdin.buffer.read() != {_DONE!r}:
    try:
        (os.killpg if os.getpgid(pid) == pid else os.kill)(pid, number)
        for _ in range(20):
            os.kill(pid, 0)
            time.sleep(0.05)
    except ProcessLookupError:
        pass
    shutil.rmtree(folder, ignore_errors=True)
"""


@contextmanager
def ended_with_this_run(pid: int, *, by: Signals, folder: Path) -> Iterator[None]:
    """End a process, and remove its folder, if this one dies inside the block.

    Args:
        pid: The process; where it leads a group of processes, all of them.
        by: The signal that ends it.
        folder: What it keeps on disk.
    """
    command = (sys.executable, "-c", _WATCHER, str(pid), str(int(by)), str(folder))
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as watcher:
        try:
            yield
        finally:
            watcher.communicate(_DONE)
