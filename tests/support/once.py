"""What a run of the tests makes once, whichever of its processes asks first."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

LONGEST = 1800
"""Seconds that another process is waited for."""


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that one process of the run fills; the others wait for it, and only read it.

    Args:
        factory: Knows the folder of the run.
        name: What the folder is called.
        make: Makes what is at a path that is not there yet; called once in the run.

    Raises:
        RuntimeError: It went wrong in another process, which shows why.
    """
    own = factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    begun, made, failed = (run / f"once-{name}.{state}" for state in ("begun", "made", "failed"))
    try:
        begun.touch(exist_ok=False)
    except FileExistsError:
        _wait(made, failed)
        return run / f"once-{name}"
    try:
        make(run / f"once-{name}")
    except BaseException:
        failed.touch()
        raise
    made.touch()
    return run / f"once-{name}"


def _wait(made: Path, failed: Path) -> None:
    end = time.monotonic() + LONGEST
    while not made.exists():
        if failed.exists() or time.monotonic() > end:
            raise RuntimeError(f"{made.stem} was not made by another process of this run")
        time.sleep(0.1)
