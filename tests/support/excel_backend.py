"""What an engine of xlwings asks of the program behind it: only what fpsheet needs of Excel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.excel_api import Area

ALLOWED = (
    "AllowFormattingCells",
    "AllowFormattingColumns",
    "AllowFormattingRows",
    "AllowInsertingColumns",
    "AllowInsertingRows",
    "AllowInsertingHyperlinks",
    "AllowDeletingColumns",
    "AllowDeletingRows",
    "AllowSorting",
    "AllowFiltering",
    "AllowUsingPivotTables",
)
"""What Excel's protection of a sheet may leave free."""


@dataclass(frozen=True)
class Rule:
    """One conditional format: its formula, none where it has no formula, and the program's own."""

    formula: str | None
    own: Any


@dataclass(frozen=True)
class Lock:
    """The protection of a sheet: its password, and what it says of each name Excel has."""

    password: str
    says: dict[str, bool]


class SheetBackend(Protocol):
    """One worksheet in the program behind an engine."""

    title: str
    lock: Lock | None

    @property
    def is_visible(self) -> bool:
        """Return whether its tab is shown."""

    def values(self, area: Area) -> tuple[tuple[Any, ...], ...]:
        """Return what the cells hold; None for an empty one."""

    def write_texts(self, area: Area, rows: Sequence[Sequence[str | None]]) -> None:
        """Write texts; a cell that is not formatted as text is a mistake of the caller."""

    def write_formulas(self, area: Area, rows: Sequence[Sequence[str]]) -> None:
        """Write formulas; a cell that is formatted as text is a mistake of the caller."""

    def clear(self, area: Area) -> None:
        """Empty cells."""

    def used(self) -> tuple[int, int]:
        """Return the last row and column in use."""

    def notes(self) -> dict[str, str]:
        """Return the notes: cell → text."""

    def note(self, cell: str) -> str | None:
        """Return the note of one cell."""

    def set_note(self, cell: str, text: str | None) -> None:
        """Write a note, or take it away."""

    def rules(self) -> list[Rule]:
        """List the conditional formats."""

    def add_rule(self, areas: Sequence[Area], formula: str, fill: str) -> None:
        """Add a conditional format."""

    def drop_rule(self, rule: Rule) -> None:
        """Take a conditional format away."""

    def set_look(self, area: Area, name: str, value: Any) -> None:
        """Set how cells look: bold, size, font, ink, fill, underline, wrap, vertical, format."""

    def set_size(self, area: Area, name: str, value: Any) -> None:
        """Set column_width, column_hidden, row_height, row_hidden, or fit the rows."""

    def set_view(self, name: str, value: Any) -> None:
        """Set tab (colour), filter (area), gridlines, frozen (rows)."""

    def select(self, area: Area) -> None:
        """Select cells."""

    def selected(self) -> Area:
        """Return the selected cells."""


class BookBackend(Protocol):
    """One workbook in the program behind an engine."""

    is_locked: bool

    def sheets(self) -> list[SheetBackend]:
        """Return the worksheets in order."""

    def active(self) -> SheetBackend:
        """Return the worksheet in front."""

    def activate(self, sheet: SheetBackend) -> None:
        """Bring a worksheet to the front."""

    def add(self, title: str) -> SheetBackend:
        """Add a worksheet as the last, in front."""

    def remove(self, sheet: SheetBackend) -> None:
        """Delete a worksheet."""

    def save(self, path: str) -> None:
        """Write a copy to a file."""
