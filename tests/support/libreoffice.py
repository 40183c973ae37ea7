"""A real LibreOffice that a test types into, recalculates and saves with.

One `soffice` process with a profile of its own (Danish locale, recalculation on load) is
driven over UNO. Start it through the session fixture `libreoffice`.
"""

from __future__ import annotations

import builtins
import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from tests.support.run_watch import ended_with_this_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

START_SECONDS = 60.0
"""How long a cold start may take before the test run gives up."""

STOP_SECONDS = 10.0
"""How long it may take to leave before it is killed."""

# Debian keeps UNO's Python modules here; they fit that Debian's minor version of Python.
_UNO_FOLDERS = (Path("/usr/lib/python3/dist-packages"),)

_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".ods": "calc8",
    ".xls": "MS Excel 97",
    ".csv": "Text - txt - csv (StarCalc)",
    ".pdf": "calc_pdf_Export",
}

# Danish settings make "02-05-2024" a date by day-month-year, as it is at the users' desks;
# RecalcMode 0 recalculates on load, since written files carry no or empty cached results.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>da-DK</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="FirstRun" oor:op="fuse"><value>false</value></prop></item>
</oor:items>
"""  # noqa: E501 - LibreOffice writes one item per line; kept so for comparison


CellValue: TypeAlias = str | float | None
"""What a cell holds, as LibreOffice tells it: number, text, or None for an error."""


class LibreOfficeMissingError(Exception):
    """There is no usable LibreOffice here; the text says what lacks."""


@cache
def load_uno() -> ModuleType:
    """Return the module `uno`.

    Raises:
        LibreOfficeMissingError: Not installed, or made for another version of Python.
    """
    added = [str(folder) for folder in _UNO_FOLDERS if folder.is_dir()]
    sys.path.extend(added)
    # uno replaces the import statement to allow `from com.sun.star…`; not wanted in a test run.
    plain_import = builtins.__import__
    try:
        return importlib.import_module("uno")
    except ImportError as error:
        version = ".".join(map(str, sys.version_info[:2]))
        raise LibreOfficeMissingError(f"python3-uno is missing for Python {version}") from error
    finally:
        builtins.__import__ = plain_import
        for folder in added:
            sys.path.remove(folder)


def find_soffice() -> str:
    """Return the path of the program.

    Raises:
        LibreOfficeMissingError: It is not on the path.
    """
    path = shutil.which("soffice")
    if path is None:
        raise LibreOfficeMissingError("soffice is not installed (Debian: libreoffice-calc)")
    return path


@contextmanager
def start_libreoffice(*, profile: Path, pipe: str) -> Iterator[LibreOffice]:
    """Run a LibreOffice of its own for the length of the block.

    Args:
        profile: Folder for its settings; made when missing.
        pipe: Name of the pipe to talk over; unique on the machine.

    Raises:
        LibreOfficeMissingError: Program or UNO modules are missing, or it did not start.
    """
    uno, program = load_uno(), find_soffice()
    user = profile / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    arguments = [
        program,
        "--headless",
        "--norestore",
        "--nologo",
        "--nodefault",
        f"--accept=pipe,name={pipe};urp;",
        f"-env:UserInstallation={profile.resolve().as_uri()}",
    ]
    with subprocess.Popen(
        arguments,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"SAL_USE_VCLPLUGIN": "svp"},
        start_new_session=True,
    ) as process:
        try:
            with ended_with_this_run(process.pid, by=signal.SIGKILL, folder=profile):
                services = _connect(uno, pipe=pipe, process=process)
                desktop = services.createInstance("com.sun.star.frame.Desktop")
                dispatcher = services.createInstance("com.sun.star.frame.DispatchHelper")
                yield LibreOffice(uno=uno, desktop=desktop, dispatcher=dispatcher)
                _stop(uno, desktop=desktop, process=process)
        finally:
            # soffice is a shell script around the program; the whole group goes.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _stop(uno: ModuleType, *, desktop: Any, process: subprocess.Popen[bytes]) -> None:
    """Ask it to leave, so that it removes its pipes; the caller kills it if it does not."""
    with suppress(uno.getClass("com.sun.star.lang.DisposedException"), subprocess.TimeoutExpired):
        desktop.terminate()
        process.wait(timeout=STOP_SECONDS)


def _connect(uno: ModuleType, *, pipe: str, process: subprocess.Popen[bytes]) -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    refused = uno.getClass("com.sun.star.connection.NoConnectException")
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except refused as error:
            if process.poll() is not None or time.monotonic() > end:
                raise LibreOfficeMissingError("soffice is installed but did not start") from error
            time.sleep(0.05)
        else:
            return context.ServiceManager


@dataclass(frozen=True, slots=True)
class LibreOffice:
    """A running LibreOffice.

    Attributes:
        uno: The module, for calls this class has no word for.
        desktop: Its `com.sun.star.frame.Desktop`.
        dispatcher: Its `com.sun.star.frame.DispatchHelper`.
    """

    uno: ModuleType
    desktop: Any
    dispatcher: Any

    def open(self, path: Path) -> Document:
        """Open a workbook unseen; close it with `with`. Formulas are recalculated on load."""
        options = self.options(Hidden=True, MacroExecutionMode=0, UpdateDocMode=0)
        component = self.desktop.loadComponentFromURL(path.resolve().as_uri(), "_blank", 0, options)
        if component is None:
            raise ValueError(f"LibreOffice cannot open {path.name}")
        return Document(office=self, component=component)

    def new(self) -> Document:
        """Open an empty workbook unseen."""
        options = self.options(Hidden=True)
        component = self.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, options)
        return Document(office=self, component=component)

    def options(self, **values: object) -> tuple[Any, ...]:
        """Return UNO property values for a call."""
        made = []
        for name, value in values.items():
            item = self.uno.createUnoStruct("com.sun.star.beans.PropertyValue")
            item.Name, item.Value = name, value
            made.append(item)
        return tuple(made)


@dataclass(frozen=True, slots=True)
class Document:
    """A workbook open in LibreOffice.

    Sheets are named as on their tabs and cells as `B4`, ranges as `A4:C9`.

    Attributes:
        office: The program it is open in.
        component: The `com.sun.star.sheet.SpreadsheetDocument`, for all else.
    """

    office: LibreOffice
    component: Any

    def __enter__(self) -> Self:
        """Close the workbook, unsaved, at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close without saving."""
        self.component.close(True)

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """Tabs in order, the hidden ones too."""
        return tuple(self.component.Sheets.ElementNames)

    def sheet(self, name: str) -> Any:
        """Return the UNO sheet."""
        return self.component.Sheets.getByName(name)

    def cell(self, sheet: str, address: str) -> Any:
        """Return the UNO cell at the upper left of the address."""
        return self.sheet(sheet).getCellRangeByName(address).getCellByPosition(0, 0)

    def set_text(self, sheet: str, address: str, text: str) -> None:
        """Type a text into a cell as a person does: `02-05-2024` becomes a date, `=A1` a formula.

        Locked cells refuse; data validation is not asked (LibreOffice asks it only in dialogs).
        The sheet must be visible.
        """
        self.dispatch(".uno:EnterString", sheet=sheet, address=address, StringName=text)

    def type_row(self, sheet: str, address: str, texts: Sequence[str]) -> None:
        """Type texts into the cells from an address rightwards; an empty text leaves its cell."""
        start = self.cell(sheet, address).CellAddress
        for step, text in enumerate(texts):
            if text:
                cell = self.sheet(sheet).getCellByPosition(start.Column + step, start.Row)
                self.set_text(sheet, cell.AbsoluteName.rsplit(".", 1)[1].replace("$", ""), text)

    def fill(self, sheet: str, address: str, rows: Sequence[Sequence[str | float]]) -> None:
        """Put many values at once: text stays text, numbers numbers; no typing, locks ignored.

        For thousands of rows. An empty text leaves an empty cell. The rows have one length.
        """
        if rows:
            start = self.cell(sheet, address).CellAddress
            area = self.sheet(sheet).getCellRangeByPosition(
                start.Column,
                start.Row,
                start.Column + len(rows[0]) - 1,
                start.Row + len(rows) - 1,
            )
            area.setDataArray(tuple(tuple(row) for row in rows))

    def values(self, sheet: str, address: str) -> tuple[tuple[CellValue, ...], ...]:
        """Read a range: numbers and dates as float, text and blank as str, errors as None."""
        rows: tuple[tuple[CellValue, ...], ...] = (
            self.sheet(sheet).getCellRangeByName(address).getDataArray()
        )
        return rows

    def value(self, sheet: str, address: str) -> CellValue:
        """Read one cell as `values` does."""
        return self.values(sheet, address)[0][0]

    def shown(self, sheet: str, address: str) -> str:
        """Read one cell as it is displayed, an error as its name (`#N/A`)."""
        return str(self.cell(sheet, address).String)

    def formula(self, sheet: str, address: str) -> str:
        """Read one cell's formula in LibreOffice's own English spelling, or its content."""
        return str(self.cell(sheet, address).Formula)

    def error_cells(self, sheet: str) -> tuple[str, ...]:
        """List ranges of formulas that hold an error value."""
        formula_result_error = 4  # com.sun.star.sheet.FormulaResult.ERROR
        found = self.sheet(sheet).queryFormulaCells(formula_result_error)
        addresses = found.RangeAddressesAsString.split(";")
        return tuple(text.rsplit(".", 1)[1] for text in addresses if text)

    def recalculate(self) -> None:
        """Recalculate every formula, also those not marked as changed."""
        self.component.calculateAll()

    def dispatch(self, command: str, *, sheet: str, address: str, **values: object) -> None:
        """Select a range and run a menu command on it (`.uno:Copy`, `.uno:DeleteRows`, …)."""
        controller = self.component.CurrentController
        controller.setActiveSheet(self.sheet(sheet))
        controller.select(self.sheet(sheet).getCellRangeByName(address))
        self.office.dispatcher.executeDispatch(
            controller.Frame, command, "", 0, self.office.options(**values)
        )

    def save_as(self, path: Path) -> Path:
        """Save a copy in the format of the suffix (.xlsx, .ods, .xls, .csv, .pdf)."""
        options = self.office.options(FilterName=_FILTERS[path.suffix], Overwrite=True)
        self.component.storeToURL(path.resolve().as_uri(), options)
        return path


def render_pdf(pdf: Path, *, folder: Path, dots_per_inch: int = 80) -> tuple[Path, ...]:
    """Make one PNG per page, in page order.

    Raises:
        LibreOfficeMissingError: poppler's `pdftoppm` is not installed.
    """
    program = shutil.which("pdftoppm")
    if program is None:
        raise LibreOfficeMissingError("pdftoppm is not installed (Debian: poppler-utils)")
    folder.mkdir(parents=True, exist_ok=True)
    command = [program, "-png", "-r", str(dots_per_inch), str(pdf), str(folder / pdf.stem)]
    subprocess.run(command, check=True, capture_output=True)
    return tuple(sorted(folder.glob(f"{pdf.stem}-*.png")))
