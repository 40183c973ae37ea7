"""A workbook of test citizens that is open in a stand-in for Excel, and fpsheet run on it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from fpsheet.cli.program import run
from fpsheet_templates.load import load_form
from tests.support import excel_openpyxl
from tests.support.desk import FAULTY_ROWS, TODAY, make_workbook
from tests.support.excel_api import engine_in_use
from tests.support.excel_engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.cell_range import MultiCellRange
    from openpyxl.worksheet.worksheet import Worksheet

    from tests.support.excel_engine import App, Book


@dataclass(frozen=True)
class Case:
    """One workbook open in one Excel, with a settings folder of its own."""

    app: App
    folder: Path

    @property
    def book(self) -> Book:
        """Return the workbook."""
        return next(iter(self.app.books))  # type: ignore[no-any-return]

    @property
    def own(self) -> Any:
        """Return the workbook as the program behind Excel holds it."""
        return self.book.own

    @property
    def sheets(self) -> Workbook:
        """Return the workbook in memory; of the openpyxl stand-in."""
        return self.own.book  # type: ignore[no-any-return]

    @property
    def environment(self) -> dict[str, str]:
        """Return environment variables without this machine's settings."""
        return {
            "FPSHEET_CONFIG": str(self.folder / "settings" / "fpsheet.toml"),
            "USERPROFILE": str(self.folder / "home"),
        }

    def run(self, *arguments: str) -> int:
        """Run `fpsheet excel …` on a fixed day where the command takes one."""
        takes_day = not {"next", "install"} & set(arguments)
        day = ("--today", f"{TODAY:%d-%m-%Y}") if takes_day else ()
        return run(["excel", *arguments, *day], environment=self.environment)

    def saved(self, name: str = "copy.xlsx") -> bytes:
        """Return the workbook as it would be saved now."""
        path = self.folder / name
        self.own.save(str(path))
        return path.read_bytes()


def place(folder: Path, content: bytes | None = None, name: str = "sager.xlsx") -> Path:
    """Write the workbook of a case into a folder."""
    path = folder / name
    path.write_bytes(make_workbook(load_form(), FAULTY_ROWS) if content is None else content)
    return path


@contextmanager
def opened(folder: Path, content: bytes | None = None, name: str = "sager.xlsx") -> Iterator[Case]:
    """Open a workbook in the openpyxl stand-in for the length of the block."""
    app = excel_openpyxl.start(place(folder, content, name))
    with engine_in_use(Engine(app)):
        yield Case(app, folder)


def listed(sheet: Worksheet) -> list[tuple[object, ...]]:
    """Return what every cell of our list shows; an empty text is an empty cell."""
    rows = sheet.iter_rows(max_col=11, values_only=True)
    return [tuple(excel_openpyxl.shown(value) or None for value in row) for row in rows]


def fills(book: Workbook) -> set[tuple[str, str, str]]:
    """Return (tab, cell, colour) of every mark of ours."""
    found = set()
    for sheet in book.worksheets:
        for area in sheet.conditional_formatting:
            for rule in area.rules:
                if rule.formula == ['"fpsheet"="fpsheet"']:
                    colour = rule.dxf.fill.bgColor.rgb
                    found |= {(sheet.title, cell, colour) for cell in _cells(area.sqref)}
    return found


def _cells(areas: MultiCellRange) -> set[str]:
    """Return every cell of some areas."""
    return {
        f"{get_column_letter(column)}{row}" for area in areas.ranges for row, column in area.cells
    }


def notes(book: Workbook) -> dict[tuple[str, str], str]:
    """Return the text of every note: (tab, cell) → text."""
    return {
        (sheet.title, cell.coordinate): cell.comment.text
        for sheet in book.worksheets
        for cell in sheet._cells.values()
        if cell.comment
    }


def contents(book: Workbook, without: str = "") -> dict[tuple[str, str], tuple[object, ...]]:
    """Return value, format and looks of every cell outside one sheet.

    An empty cell without a look is none: openpyxl makes such by looking at them.
    """
    return {
        (sheet.title, cell.coordinate): (cell.value, cell.number_format, cell.style_id)
        for sheet in book.worksheets
        if sheet.title != without
        for cell in sheet._cells.values()
        if cell.value is not None or cell.style_id
    }


def load(content: bytes) -> Workbook:
    """Open saved bytes with openpyxl."""
    return load_workbook(BytesIO(content))
