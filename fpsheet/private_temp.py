"""The temporary folder of a run: its own, for its owner alone, and gone when the run is.

Libraries put worksheets in plain text into the temporary folder while they write a workbook, and a
rebuilt database lies there. A run that was killed cannot remove them; the next one does.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

PREFIX = "fpsheet-koersel-"
_LOCK = "i-brug"
_YOUNG_SECONDS = 60.0
"""A folder made less than this ago may not have its lock yet."""


@contextmanager
def private_temp() -> Iterator[None]:
    """Put all temporary files of the block into a folder of its own; sweep dead runs' first.

    The folder is its owner's alone; on Windows it lies in the user's own temporary folder.
    """
    before = tempfile.tempdir
    try:
        sweep_dead_runs()
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = (folder / _LOCK).open("wb")
    except OSError:
        # A full disk, or no such folder: told by what needs one, if anything does.
        yield
        return
    try:
        with lock:
            _take(lock)
            tempfile.tempdir = str(folder)
            yield
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)


def sweep_dead_runs() -> None:
    """Remove the folders of runs that are no more, which nobody holds the lock of."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            is_old = time.time() - folder.stat().st_mtime > _YOUNG_SECONDS
            if is_old and _is_ours(folder) and _is_free(folder / _LOCK):
                shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Return whether a folder is one that this user made, and no link to another."""
    return folder.is_dir() and not folder.is_symlink() and folder.lstat().st_uid == _user()


def _is_free(lock: Path) -> bool:
    """Return whether no run holds a lock; one that is not there is held by none."""
    if not lock.exists():
        return True
    try:
        with lock.open("r+b") as file:
            _take(file)
    except OSError:
        return False
    return True


if sys.platform == "win32":
    import msvcrt

    def _user() -> int:
        return 0

    def _take(lock: IO[bytes]) -> None:
        msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _user() -> int:
        return os.getuid()

    def _take(lock: IO[bytes]) -> None:
        """Take a lock that ends with the process.

        Raises:
            OSError: Another process has it.
        """
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
