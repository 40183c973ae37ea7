"""A stand-in for Excel over openpyxl: in memory, quick, and without calculation."""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar, cast

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, PatternFill
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.protection import SheetProtection

from tests.support.excel_api import Area, read_areas
from tests.support.excel_backend import Lock, Rule
from tests.support.excel_engine import App

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.styles import Font
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.worksheet import Worksheet


_LANDSCAPE = 2
"""xlLandscape."""


def start(*paths: Path, pid: int = 1) -> App:
    """Return an Excel with these workbooks open."""
    return App(OpenpyxlBook, *map(str, paths), pid=pid)


class OpenpyxlBook:
    """A workbook in memory."""

    def __init__(self, path: str) -> None:
        self.book: Workbook = load_workbook(path)

    @property
    def is_locked(self) -> bool:
        """Return whether the structure is locked."""
        return bool(self.book.security and self.book.security.lockStructure)

    @is_locked.setter
    def is_locked(self, value: bool) -> None:
        self.book.security = WorkbookProtection(lockStructure=value)

    def sheets(self) -> list[OpenpyxlSheet]:
        """Return the worksheets in order."""
        return [OpenpyxlSheet(sheet) for sheet in self.book.worksheets]

    def active(self) -> OpenpyxlSheet:
        """Return the worksheet in front."""
        return OpenpyxlSheet(cast("Worksheet", self.book.active))

    def activate(self, sheet: OpenpyxlSheet) -> None:
        """Bring a worksheet to the front."""
        self.book.active = sheet.own

    def add(self, title: str) -> OpenpyxlSheet:
        """Add a worksheet as the last, in front."""
        self.book.active = sheet = self.book.create_sheet(title)
        return OpenpyxlSheet(sheet)

    def remove(self, sheet: OpenpyxlSheet) -> None:
        """Delete a worksheet."""
        self.book.remove(sheet.own)
        self.book.active = 0

    def save(self, path: str) -> None:
        """Write it to a file."""
        self.book.save(path)


class OpenpyxlSheet:
    """A worksheet in memory."""

    _LOCKS: ClassVar[dict[str, str]] = {
        "AllowFormattingCells": "formatCells",
        "AllowFormattingColumns": "formatColumns",
        "AllowFormattingRows": "formatRows",
        "AllowInsertingColumns": "insertColumns",
        "AllowInsertingRows": "insertRows",
        "AllowInsertingHyperlinks": "insertHyperlinks",
        "AllowDeletingColumns": "deleteColumns",
        "AllowDeletingRows": "deleteRows",
        "AllowSorting": "sort",
        "AllowFiltering": "autoFilter",
        "AllowUsingPivotTables": "pivotTables",
    }
    """Excel's name of what is allowed → openpyxl's of what is forbidden."""

    def __init__(self, own: Worksheet) -> None:
        self.own = own

    @property
    def title(self) -> str:
        """Return the name on the tab."""
        return str(self.own.title)

    @title.setter
    def title(self, value: str) -> None:
        self.own.title = value

    @property
    def is_visible(self) -> bool:
        """Return whether its tab is shown."""
        return bool(self.own.sheet_state == "visible")

    @property
    def lock(self) -> Lock | None:
        """Return its protection."""
        found = self.own.protection
        if not found.sheet:
            return None
        says = {name: not getattr(found, attribute) for name, attribute in self._LOCKS.items()}
        says |= {"DrawingObjects": bool(found.objects), "Scenarios": bool(found.scenarios)}
        return Lock(found.password or "", says)

    @lock.setter
    def lock(self, lock: Lock | None) -> None:
        if lock is None:
            self.own.protection.sheet = False
            return
        forbidden = {attribute: not lock.says[name] for name, attribute in self._LOCKS.items()}
        self.own.protection = SheetProtection(
            sheet=True,
            objects=lock.says["DrawingObjects"],
            scenarios=lock.says["Scenarios"],
            **forbidden,  # type: ignore[arg-type]
        )

    def _rows(self, area: Area) -> Iterator[tuple[Cell, ...]]:
        return self.own.iter_rows(  # type: ignore[return-value]
            area.row, area.last_row, area.column, area.last_column
        )

    def values(self, area: Area) -> tuple[tuple[Any, ...], ...]:
        """Return what the cells hold."""
        return tuple(tuple(shown(cell.value) for cell in row) for row in self._rows(area))

    def write_texts(self, area: Area, rows: Sequence[Sequence[str | None]]) -> None:
        """Write texts."""
        for cells, values in zip(self._rows(area), rows, strict=True):
            for cell, value in zip(cells, values, strict=True):
                assert cell.number_format == "@", "Excel would read the text anew"
                cell.value = value
                if value is not None:
                    cell.data_type = "s"

    def write_formulas(self, area: Area, rows: Sequence[Sequence[str]]) -> None:
        """Write formulas."""
        for cells, values in zip(self._rows(area), rows, strict=True):
            for cell, value in zip(cells, values, strict=True):
                assert cell.number_format != "@", "Excel would take the formula as a text"
                cell.value = value

    def clear(self, area: Area) -> None:
        """Empty cells."""
        for row in self._rows(area):
            for cell in row:
                cell.value = None

    def used(self) -> tuple[int, int]:
        """Return the last row and column in use."""
        return self.own.max_row, self.own.max_column

    def notes(self) -> dict[str, str]:
        """Return the notes."""
        # Not by rows, which would make every cell between.
        cells = self.own._cells.values()
        return {cell.coordinate: note.text for cell in cells if (note := cell.comment)}

    def note(self, cell: str) -> str | None:
        """Return the note of one cell."""
        note = self.own[cell].comment
        return note.text if note else None

    def set_note(self, cell: str, text: str | None) -> None:
        """Write a note, or take it away."""
        self.own[cell].comment = None if text is None else Comment(text, "Excel")

    def rules(self) -> list[Rule]:
        """List the conditional formats."""
        return [
            Rule(rule.formula[0] if rule.type == "expression" else None, (area, rule))
            for area in self.own.conditional_formatting
            for rule in area.rules
        ]

    def add_rule(self, areas: Sequence[Area], formula: str, fill: str) -> None:
        """Add a conditional format."""
        pattern = PatternFill(bgColor="FF" + fill, fill_type="solid")
        cells = " ".join(area.plain for area in areas)
        rule = FormulaRule(formula=[formula], fill=pattern)  # type: ignore[no-untyped-call]
        self.own.conditional_formatting.add(cells, rule)

    def drop_rule(self, rule: Rule) -> None:
        """Take a conditional format away; a range without any goes too."""
        known = self.own.conditional_formatting._cf_rules  # type: ignore[attr-defined]
        area, own = rule.own
        known[area].remove(own)
        if not known[area]:
            del known[area]

    def set_look(self, area: Area, name: str, value: Any) -> None:
        """Set how cells look."""
        known: dict[tuple[int, ...], StyleArray] = {}
        for row in self._rows(area):
            for cell in row:
                own: Any = cell
                before = tuple(own._style or ())
                if before not in known:
                    _set_look(cell, name, value)
                    known[before] = own._style
                own._style = copy(known[before])

    def set_size(self, area: Area, name: str, value: Any) -> None:
        """Set the size of a column or a row; openpyxl knows no heights to fit."""
        kind, _, what = name.partition("_")
        if kind == "column":
            setattr(self.own.column_dimensions[area.plain[0]], what, value)
        elif kind == "row":
            setattr(self.own.row_dimensions[area.row], what, value)

    def set_view(self, name: str, value: Any) -> None:
        """Set what belongs to the whole sheet."""
        if name == "tab":
            self.own.sheet_properties.tabColor = "FF" + value.to_bytes(3, "little").hex().upper()
        elif name == "filter":
            self.own.auto_filter.ref = value.plain
        elif name == "gridlines":
            self.own.sheet_view.showGridLines = value
        elif name == "frozen":
            self.own.freeze_panes = f"A{value + 1}"
        elif name == "Orientation":
            self.own.page_setup.orientation = "landscape" if value == _LANDSCAPE else "portrait"
        elif name == "FitToPagesWide":
            self.own.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=bool(value))
            self.own.page_setup.fitToHeight = 0

    def select(self, area: Area) -> None:
        """Select cells."""
        chosen = self.own.sheet_view.selection[0]
        chosen.activeCell = chosen.sqref = area.plain

    def selected(self) -> Area:
        """Return the selected cells."""
        return read_areas(self.own.sheet_view.selection[0].sqref)[0]


_LINK = re.compile(r'=HYPERLINK\("#((?:[^"]|"")*)","([A-Z0-9]*)"\)')
_TEXT = re.compile(r'="([A-Z0-9]*)"')


def link_target(value: object) -> str | None:
    """Return where a formula that is a link inside the workbook leads."""
    found = _LINK.fullmatch(value) if isinstance(value, str) else None
    return found[1].replace('""', '"') if found else None


def shown(value: Any) -> Any:
    """Return what a cell shows: the formulas of our list are all that is calculated."""
    if not isinstance(value, str):
        return value
    if found := _LINK.fullmatch(value):
        return found[2]
    return found[1] or None if (found := _TEXT.fullmatch(value)) else value


def _set_look(cell: Cell, name: str, value: Any) -> None:
    """Set one look of one cell."""
    if name == "format":
        cell.number_format = value
    elif name == "fill":
        cell.fill = PatternFill("solid", fgColor="FF" + value)
    elif name in {"wrap", "vertical"}:
        old = cell.alignment
        look = {"wrap_text": old.wrap_text, "vertical": old.vertical}
        cell.alignment = Alignment(**(look | {"wrap_text" if name == "wrap" else name: value}))
    else:
        attribute = {"font": "name", "ink": "color"}.get(name, name)
        given = {"ink": f"FF{value}", "underline": "single" if value else None}.get(name, value)
        font = copy(cell.font)
        setattr(font, attribute, given)
        cell.font = cast("Font", font)
