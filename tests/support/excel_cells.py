"""Cells of the stand-in for Excel, as xlwings asks for them: values, looks, notes, formats."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from tests.support.excel_api import Area

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.excel_backend import Rule
    from tests.support.excel_engine import Sheet


class Setter:
    """Passes each attribute that is set on to a function."""

    def __init__(self, act: Callable[[str, Any], None]) -> None:
        self.__dict__["act"] = act

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__["act"](name, value)


class Range(base_classes.Range):
    """Cells, in one rectangle or several."""

    def __init__(self, sheet: Sheet, areas: tuple[Area, ...]) -> None:
        self._sheet = sheet
        self.areas = areas

    sheet = property(lambda self: self._sheet)
    coords = property(lambda self: (self._sheet, self.row, self.column, *self.shape))
    row = property(lambda self: self.areas[0].row)
    corner = property(lambda self: (self.row, self.column))
    column = property(lambda self: self.areas[0].column)
    shape = property(lambda self: self.areas[0].shape)
    address = property(lambda self: ",".join(area.address for area in self.areas))

    @property
    def font(self) -> Font:
        """Return the letters."""
        return Font(self)

    @property
    def conditional_formats(self) -> ConditionalFormats:
        """Return those of the whole sheet."""
        return ConditionalFormats(self)

    def __len__(self) -> int:
        rows, columns = self.shape
        return int(rows * columns)

    def __call__(self, arg1: int, arg2: int = 1) -> Range:
        place = self.row + arg1 - 1, self.column + arg2 - 1
        return Range(self._sheet, (Area(*place, *place),))

    @property
    def api(self) -> SimpleNamespace:
        """Return what is asked of Excel's own cells."""
        area = self.areas[0]
        return SimpleNamespace(
            address=area.plain,
            AutoFilter=lambda: self._sheet.own.set_view("filter", area),
            Font=Setter(lambda name, value: self.look(name.casefold(), value)),
        )

    @property
    def raw_value(self) -> Any:
        """Return the value of a cell, or rows of values."""
        values = self._sheet.own.values(self.areas[0])
        return values[0][0] if self.shape == (1, 1) else values

    @raw_value.setter
    def raw_value(self, rows: list[list[str | None]]) -> None:
        self._sheet.change()
        self._sheet.own.write_texts(self.areas[0], rows)

    def _write_formulas(self, rows: list[list[str]]) -> None:
        self._sheet.change()
        self._sheet.own.write_formulas(self.areas[0], rows)

    formula = property(None, _write_formulas)

    def clear_contents(self) -> None:
        """Empty the cells."""
        self._sheet.change()
        self._sheet.own.clear(self.areas[0])

    def select(self) -> None:
        """Select the cells."""
        self._sheet.own.select(self.areas[0])

    def autofit(self, axis: str | None = None) -> None:
        """Fit the rows to what they hold."""
        self.size("fit", value=True)

    def look(self, name: str, value: Any) -> None:
        """Set how the cells look."""
        self._sheet.change()
        for area in self.areas:
            self._sheet.own.set_look(area, name, value)

    def size(self, name: str, value: Any) -> None:
        """Set the size of columns or rows."""
        self._sheet.own.set_size(self.areas[0], name, value)

    number_format = property(None, lambda self, value: self.look("format", value))
    wrap_text = property(None, lambda self, value: self.look("wrap", value))
    vertical_alignment = property(None, lambda self, value: self.look("vertical", value))
    color = property(None, lambda self, value: self.look("fill", value.lstrip("#")))
    column_width = property(None, lambda self, value: self.size("column_width", value))
    column_hidden = property(None, lambda self, value: self.size("column_hidden", value))
    row_height = property(None, lambda self, value: self.size("row_height", value))
    row_hidden = property(None, lambda self, value: self.size("row_hidden", value))

    @property
    def note(self) -> Note | None:
        """Return the note on the cell."""
        text = self._sheet.own.note(self.areas[0].plain)
        return None if text is None else Note(self, text)

    def add_note(self, text: str) -> Note:
        """Write a note on the cell."""
        self._sheet.change()
        self._sheet.own.set_note(self.areas[0].plain, text)
        return Note(self, text)


class Font(base_classes.Font):
    """The letters of cells."""

    def __init__(self, cells: Range) -> None:
        self._range = cells

    bold = property(None, lambda self, value: self._range.look("bold", value))
    size = property(None, lambda self, value: self._range.look("size", value))
    name = property(None, lambda self, value: self._range.look("font", value))
    color = property(None, lambda self, value: self._range.look("ink", value.lstrip("#")))


class Note(base_classes.Note):
    """A note on a cell."""

    def __init__(self, cells: Range, text: str) -> None:
        self._cell = cells
        self._text = text

    text = property(lambda self: self._text)
    location = property(lambda self: self._cell)
    api = property(lambda self: SimpleNamespace(Shape=SimpleNamespace()))

    def delete(self) -> None:
        """Delete it."""
        self._cell.sheet.change()
        self._cell.sheet.own.set_note(self._cell.areas[0].plain, None)


class ConditionalFormats(base_classes.ConditionalFormats):
    """The conditional formats of a sheet."""

    def __init__(self, cells: Range) -> None:
        self._range = cells

    def __len__(self) -> int:
        return len(self._range.sheet.own.rules())

    def __iter__(self) -> Iterator[ConditionalFormat]:
        sheet = self._range.sheet
        return (ConditionalFormat(sheet, rule) for rule in sheet.own.rules())

    def add_custom(self, spec: dict[str, Any]) -> None:
        """Add one by a formula."""
        sheet = self._range.sheet
        sheet.change()
        fill = "{:02X}{:02X}{:02X}".format(*spec["fill_color"])
        sheet.own.add_rule(self._range.areas, spec["formula"].lstrip("="), fill)


class ConditionalFormat(base_classes.ConditionalFormat):
    """One conditional format."""

    def __init__(self, sheet: Sheet, rule: Rule) -> None:
        self._sheet, self._rule = sheet, rule

    type = property(lambda self: "unknown" if self._rule.formula is None else "custom")
    formula = property(lambda self: self._rule.formula and "=" + self._rule.formula)

    def delete(self) -> None:
        """Delete it."""
        self._sheet.change()
        self._sheet.own.drop_rule(self._rule)
