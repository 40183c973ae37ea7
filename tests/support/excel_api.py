"""What both stand-ins for Excel need beside their objects: errors, dialogs, addresses."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

from openpyxl.utils import get_column_letter, range_boundaries

from fpsheet.excel.attach import load_xlwings

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUSED = -2146827284
"""0x800A03EC: what Excel says to nearly everything it will not do."""

EXCEPTION = -2147352567
"""DISP_E_EXCEPTION: the code around it."""

CALL_REJECTED = -2147418111
"""RPC_E_CALL_REJECTED: a cell is being edited."""

DISCONNECTED = -2147417848
"""RPC_E_DISCONNECTED: the workbook was closed."""


class ComError(Exception):
    """What pywin32 raises, with the same attributes."""

    def __init__(self, hresult: int, inner: int | None = None) -> None:
        """Keep the codes; the text holds a value of a cell, which must never be shown."""
        super().__init__(hresult, "6101801234")
        self.hresult = hresult
        self.excepinfo = (0, "Microsoft Excel", "6101801234", None, 0, inner) if inner else None


def refuse() -> None:
    """Raise what Excel raises when it will not do something."""
    raise ComError(EXCEPTION, REFUSED)


@contextmanager
def windows_errors() -> Iterator[None]:
    """Let ComError be what Windows raises, for the length of the block."""
    module = ModuleType("pywintypes")
    vars(module)["com_error"] = ComError
    sys.modules["pywintypes"] = module
    try:
        yield
    finally:
        del sys.modules["pywintypes"]


@contextmanager
def engine_in_use(impl: Any) -> Iterator[None]:
    """Make an engine the active one of xlwings, for the length of the block."""
    xlwings = load_xlwings()
    before = xlwings.engines.active
    xlwings.engines.add(xlwings.Engine(impl=impl))
    xlwings.engines[impl.name].activate()
    try:
        with windows_errors():
            yield
    finally:
        xlwings.engines.active = before
        xlwings.engines.engines = [e for e in xlwings.engines.engines if e.impl is not impl]
        del xlwings.engines.engines_by_name[impl.name]


@dataclass
class Desk:
    """What happens at the screen of one Excel.

    Attributes:
        answers: Buttons pressed in the dialogs to come.
        said: Texts of the dialogs that were shown.
        trouble: Raised by the next call that looks at a workbook, until it is taken away.
        calls_before_trouble: Calls that still succeed.
    """

    answers: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    trouble: Exception | None = None
    calls_before_trouble: int = 0
    protected_views: int = 0

    def ask(self, text: str) -> str:
        """Show a dialog and press the next button."""
        self.said.append(text)
        return self.answers.pop(0) if self.answers else "ok"

    def touch(self) -> None:
        """Fail when Excel is busy or gone."""
        if self.trouble is None:
            return
        if self.calls_before_trouble:
            self.calls_before_trouble -= 1
            return
        raise self.trouble


@dataclass(frozen=True)
class Area:
    """A rectangle of cells, ends inclusive, counted from one."""

    row: int
    column: int
    last_row: int
    last_column: int

    @property
    def address(self) -> str:
        """Return it as Excel does: `$A$1` or `$A$1:$B$2`."""
        first = f"${get_column_letter(self.column)}${self.row}"
        last = f"${get_column_letter(self.last_column)}${self.last_row}"
        return first if first == last else f"{first}:{last}"

    @property
    def plain(self) -> str:
        """Return it without dollar signs."""
        return self.address.replace("$", "")

    @property
    def shape(self) -> tuple[int, int]:
        """Return rows and columns."""
        return self.last_row - self.row + 1, self.last_column - self.column + 1


LIMIT = 255
"""Excel takes no longer address."""


def read_areas(arg1: Any, arg2: Any = None) -> tuple[Area, ...]:
    """Read what xlwings passes to `Sheet.range`: an address of one or many areas, or corners.

    A corner is a row and a column, or a cell of the engine.
    """
    arg1, arg2 = (getattr(arg, "corner", arg) for arg in (arg1, arg2))
    if isinstance(arg1, tuple):
        row, column = arg1
        last_row, last_column = arg2 or arg1
        return (Area(row, column, last_row, last_column),)
    if len(arg1) > LIMIT:
        refuse()
    areas = []
    for part in re.split(",", arg1):
        column, row, last_column, last_row = range_boundaries(part)
        areas.append(
            Area(int(row or 1), int(column or 1), int(last_row or 1), int(last_column or 1))
        )
    return tuple(areas)
