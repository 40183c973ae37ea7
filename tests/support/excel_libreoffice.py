"""A stand-in for Excel over a live LibreOffice: unseen, and with real recalculation."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.excel_api import Area
from tests.support.excel_backend import ALLOWED, Lock, Rule
from tests.support.excel_engine import App

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.support.libreoffice import Document, LibreOffice

_POINT = 35.28
_LETTER = 200
"""A point, and about the width of a letter, in hundredths of a millimetre."""

_CONTENTS = 1 | 2 | 4 | 16
"""com.sun.star.sheet.CellFlags: numbers, days, texts, formulas."""

_VERTICAL = {"top": 1, "center": 2}
_LOOKS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "bold": ("CharWeight", lambda value: 150.0 if value else 100.0),
    "size": ("CharHeight", float),
    "font": ("CharFontName", str),
    "ink": ("CharColor", lambda value: int(value, 16)),
    "fill": ("CellBackColor", lambda value: int(value, 16)),
    "underline": ("CharUnderline", int),
    "wrap": ("IsTextWrapped", bool),
    "vertical": ("VertJustify", _VERTICAL.__getitem__),
}


def start(office: LibreOffice, *paths: Path) -> App:
    """Return an Excel with these workbooks open in LibreOffice."""
    return App(partial(LibreOfficeBook, office), *map(str, paths))


class LibreOfficeBook:
    """A workbook open in LibreOffice."""

    def __init__(self, office: LibreOffice, path: str) -> None:
        self.document: Document = office.open(Path(path))
        self.own = self.document.component

    @property
    def is_locked(self) -> bool:
        """Return whether the structure is locked."""
        return bool(self.own.isProtected())

    @is_locked.setter
    def is_locked(self, value: bool) -> None:
        (self.own.protect if value else self.own.unprotect)("")

    def sheets(self) -> list[LibreOfficeSheet]:
        """Return the worksheets in order."""
        sheets = self.own.Sheets
        return [LibreOfficeSheet(self, sheets.getByIndex(at)) for at in range(sheets.Count)]

    def active(self) -> LibreOfficeSheet:
        """Return the worksheet in front."""
        return LibreOfficeSheet(self, self.own.CurrentController.ActiveSheet)

    def activate(self, sheet: LibreOfficeSheet) -> None:
        """Bring a worksheet to the front."""
        self.own.CurrentController.setActiveSheet(sheet.own)

    def add(self, title: str) -> LibreOfficeSheet:
        """Add a worksheet as the last, in front."""
        self.own.Sheets.insertNewByName(title, self.own.Sheets.Count)
        sheet = LibreOfficeSheet(self, self.own.Sheets.getByName(title))
        self.activate(sheet)
        return sheet

    def remove(self, sheet: LibreOfficeSheet) -> None:
        """Delete a worksheet."""
        self.own.Sheets.removeByName(sheet.title)

    def save(self, path: str) -> None:
        """Write a copy to a file."""
        self.document.save_as(Path(path))

    def constant(self, name: str) -> int:
        """Return a constant of LibreOffice's sheets."""
        return int(self.document.office.uno.getConstantByName(f"com.sun.star.sheet.{name}"))


class LibreOfficeSheet:
    """A worksheet in LibreOffice."""

    def __init__(self, book: LibreOfficeBook, own: Any) -> None:
        self.book = book
        self.own = own

    @property
    def title(self) -> str:
        """Return the name on the tab."""
        return str(self.own.Name)

    @title.setter
    def title(self, value: str) -> None:
        self.own.Name = value

    @property
    def is_visible(self) -> bool:
        """Return whether its tab is shown."""
        return bool(self.own.IsVisible)

    @property
    def lock(self) -> Lock | None:
        """Return its protection; what LibreOffice leaves free is kept by itself."""
        if not self.own.isProtected():
            return None
        return Lock("", dict.fromkeys((*ALLOWED, "DrawingObjects", "Scenarios"), False))

    @lock.setter
    def lock(self, lock: Lock | None) -> None:
        (self.own.protect if lock else self.own.unprotect)("")

    def _range(self, area: Area) -> Any:
        return self.own.getCellRangeByPosition(
            area.column - 1, area.row - 1, area.last_column - 1, area.last_row - 1
        )

    def values(self, area: Area) -> tuple[tuple[Any, ...], ...]:
        """Return what the cells hold."""
        rows = self._range(area).getDataArray()
        return tuple(tuple(None if value == "" else value for value in row) for row in rows)

    def write_texts(self, area: Area, rows: Sequence[Sequence[str | None]]) -> None:
        """Write texts."""
        cells = self._range(area)
        assert cells.NumberFormat == self._format("@"), "Excel would read the text anew"
        cells.setDataArray(tuple(tuple(value or "" for value in row) for row in rows))

    def write_formulas(self, area: Area, rows: Sequence[Sequence[str]]) -> None:
        """Write formulas."""
        cells = self._range(area)
        assert cells.NumberFormat != self._format("@"), "Excel would take the formula as a text"
        # LibreOffice's own grammar parts arguments by semicolons.
        parser = self.book.own.createInstance("com.sun.star.sheet.FormulaParser")
        parser.CompileEnglish = True
        parser.FormulaConvention = self.book.constant("AddressConvention.XL_OOX")
        place = self.own.getCellByPosition(area.column - 1, area.row - 1).CellAddress
        tokens = [[parser.parseFormula(text[1:], place) for text in row] for row in rows]
        for at, row in enumerate(tokens):
            for across, token in enumerate(row):
                cells.getCellByPosition(across, at).setTokens(token)

    def _format(self, code: str) -> int:
        uno = self.book.document.office.uno
        locale = uno.createUnoStruct("com.sun.star.lang.Locale")
        return int(self.book.own.NumberFormats.queryKey(code, locale, False))

    def clear(self, area: Area) -> None:
        """Empty cells."""
        self._range(area).clearContents(_CONTENTS)

    def used(self) -> tuple[int, int]:
        """Return the last row and column in use."""
        cursor = self.own.createCursor()
        cursor.gotoEndOfUsedArea(False)
        return cursor.RangeAddress.EndRow + 1, cursor.RangeAddress.EndColumn + 1

    def _annotations(self) -> list[tuple[str, str]]:
        found = (self.own.Annotations.getByIndex(at) for at in range(self.own.Annotations.Count))
        return [(_cell(note.Position), note.String) for note in found]

    def notes(self) -> dict[str, str]:
        """Return the notes."""
        return dict(self._annotations())

    def note(self, cell: str) -> str | None:
        """Return the note of one cell."""
        place = self.own.getCellRangeByName(cell).getCellByPosition(0, 0)
        return place.Annotation.String or None

    def set_note(self, cell: str, text: str | None) -> None:
        """Write a note, or take it away."""
        if text is None:
            cells = [other for other, _ in self._annotations()]
            self.own.Annotations.removeByIndex(cells.index(cell))
        else:
            place = self.own.getCellRangeByName(cell).getCellByPosition(0, 0).CellAddress
            self.own.Annotations.insertNew(place, text)

    def rules(self) -> list[Rule]:
        """List the conditional formats."""
        formula = self.book.constant("ConditionFormatOperator.EXPRESSION")
        found = []
        for group in self.own.ConditionalFormats.getConditionalFormats():
            for at in range(group.getCount()):
                entry = group.getByIndex(at)
                is_formula = entry.getType() == 0 and entry.Operator == formula
                found.append(Rule(entry.Formula1 if is_formula else None, (group, at)))
        return found

    def add_rule(self, areas: Sequence[Area], formula: str, fill: str) -> None:
        """Add a conditional format."""
        ranges = self.book.own.createInstance("com.sun.star.sheet.SheetCellRanges")
        for area in areas:
            ranges.addRangeAddress(self._range(area).RangeAddress, False)
        formats = self.own.ConditionalFormats
        number = formats.createByRange(ranges)
        group = next(one for one in formats.getConditionalFormats() if number == one.ID)
        group.createEntry(0, 0)
        entry = group.getByIndex(0)
        entry.Operator = self.book.constant("ConditionFormatOperator.EXPRESSION")
        entry.Formula1 = formula
        entry.StyleName = self._style(fill)

    def _style(self, fill: str) -> str:
        styles = self.book.own.StyleFamilies.getByName("CellStyles")
        name = f"mark {fill}"
        if not styles.hasByName(name):
            # LibreOffice changes no style as long as any sheet is protected.
            locked = [sheet for sheet in self.book.sheets() if sheet.lock]
            for sheet in locked:
                sheet.lock = None
            style = self.book.own.createInstance("com.sun.star.style.CellStyle")
            styles.insertByName(name, style)
            style.CellBackColor = int(fill, 16)
            for sheet in locked:
                sheet.lock = Lock("", {})
        return name

    def drop_rule(self, rule: Rule) -> None:
        """Take a conditional format away.

        LibreOffice 7.4 takes single entries out of no group: its own check of the place is wrong.
        """
        group, _ = rule.own
        assert group.getCount() == 1
        self.own.ConditionalFormats.removeByID(group.ID)

    def set_look(self, area: Area, name: str, value: Any) -> None:
        """Set how cells look."""
        if name == "format":
            self._range(area).NumberFormat = self._format(value)
            return
        attribute, convert = _LOOKS[name]
        setattr(self._range(area), attribute, convert(value))

    def set_size(self, area: Area, name: str, value: Any) -> None:
        """Set the size of columns or rows."""
        rows, columns = self._range(area).Rows, self._range(area).Columns
        if name == "column_width":
            columns.Width = int(value * _LETTER)
        elif name == "row_height":
            rows.Height = int(value * _POINT)
        elif name == "fit":
            rows.OptimalHeight = value
        else:
            (columns if name == "column_hidden" else rows).IsVisible = not value

    def set_view(self, name: str, value: Any) -> None:
        """Set what belongs to the whole sheet; LibreOffice unseen has no filter to show."""
        if name == "tab":
            self.own.TabColor = int.from_bytes(value.to_bytes(3, "little"))
        elif name == "frozen":
            self.book.own.CurrentController.freezeAtPosition(0, value)
        elif name == "FitToPagesWide":
            self.own.PageStyle = self._wide_page()

    def _wide_page(self) -> str:
        styles = self.book.own.StyleFamilies.getByName("PageStyles")
        name = "wide"
        if not styles.hasByName(name):
            page = self.book.own.createInstance("com.sun.star.style.PageStyle")
            styles.insertByName(name, page)
            page.IsLandscape, page.Width, page.Height = True, 29700, 21000
            page.ScaleToPagesX, page.ScaleToPagesY = 1, 0
        return name

    def select(self, area: Area) -> None:
        """Select cells."""
        self.book.own.CurrentController.select(self._range(area))

    def selected(self) -> Area:
        """Return the selected cells."""
        found = self.book.own.CurrentController.Selection.RangeAddress
        return Area(
            found.StartRow + 1, found.StartColumn + 1, found.EndRow + 1, found.EndColumn + 1
        )


def _cell(place: Any) -> str:
    return Area(place.Row + 1, place.Column + 1, place.Row + 1, place.Column + 1).plain
