"""Counting what is asked of the stand-in for Excel: with the real one each call costs the same."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support import excel_cells, excel_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_COUNTED = {excel_cells.__file__, excel_engine.__file__}
"""The modules whose functions and attributes are asked by fpsheet, mostly through xlwings."""


@dataclass
class Calls:
    """How often the stand-in was asked."""

    count: int = 0


@contextmanager
def counted() -> Iterator[Calls]:
    """Count the calls inside the block; what the stand-in asks of itself is none."""
    calls = Calls()

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename in _COUNTED:
            asked_by = frame.f_back
            if asked_by is not None and asked_by.f_code.co_filename not in _COUNTED:
                calls.count += 1

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield calls
    finally:
        sys.setprofile(before)
