"""`python -m fpsheet.documents.pictures [ROOT]`: the pictures of the guides, from real workbooks.

An invented country (`fpsheet.demo`) is typed, checked, sent, merged and published; LibreOffice
prints its workbooks and poppler makes the pages pictures. Both must be installed. The day is the
demo's, whatever day it is, so that deadlines and ages stand still.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fpsheet.checking.check_file import Question
from fpsheet.demo.country import DEMO_DAY, DemoWorkbook, invent_country
from fpsheet.demo.fill import fill_workbook
from fpsheet.demo.raw_cell import RawCell, RawKind, put_cells
from fpsheet.demo.run import Demo, DemoPlaces, run_demo
from fpsheet.demo.scale import SMALL, Scale
from fpsheet.files import write_whole
from fpsheet.kommune.steps import check_files, return_workbook
from fpsheet.ooxml.zip_file import pack, unpack
from fpsheet.progress import Silent
from fpsheet.workbook.huskeliste import DAYS_CELL
from fpsheet.workbook.overview.overblik import CHOSEN_CELL
from fpsheet_templates.errors import FpsheetError, UsageError
from fpsheet_templates.form import Form
from fpsheet_templates.load import load_form, load_texts
from fpsheet_templates.spoken import SpokenForm

FOLDER = "docs/billeder"
KOMMUNE = "956"
"""The kommune whose workbook is shown."""

_CITIZENS = 9
_DAYS_AHEAD = 900
"""How far ahead the Huskeliste looks, so that so few citizens have deadlines on it."""

_SEED = 1
_PREMADE = 4
"""Blank rows below the typed ones; they are not printed and only take time."""

_DOTS_PER_INCH = 120
_PAGE_WIDTH, _PAGE_HEIGHT = 1403, 992
"""A4 landscape in dots."""

_MARGIN_SIDE, _MARGIN_TOP = 35, 55
"""Dots of the paper's margins that are cut off."""

# Formulas are calculated again on load, since the day is not the one the file was made on.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale"
 oor:op="fuse"><value>da-DK</value></prop></item>
</oor:items>
"""


class ProgramMissingError(FpsheetError):
    """A program that makes pictures is not installed."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the first page of a printed workbook that begins with a title.

    Attributes:
        name: File name without ending.
        book: Which workbook: `typed`, `returned`, `receipt` or `statistics`.
        title: How the first line of the page begins.
        height: How much of the page is shown, from its top, in per cent.
    """

    name: str
    book: str
    title: str
    height: int


def pictures(form: Form) -> tuple[Picture, ...]:
    """Return the pictures the guides show."""

    def titled(sheet: str) -> str:
        return form.sheet_title(sheet, "da")

    def say(file: str, key: str) -> str:
        return load_texts(file).get(key, "da")

    return (
        Picture("ark-forside", "typed", form.texts.get("workbook.cover.title"), 92),
        Picture("ark-borgere", "typed", titled("borger"), 30),
        Picture("ark-forloeb", "typed", titled("forloeb"), 42),
        Picture("ark-overblik", "typed", titled("overblik"), 62),
        Picture("ark-huskeliste", "typed", titled("huskeliste"), 32),
        Picture("retur-ark", "returned", titled("vurdering"), 46),
        Picture("retur-fejlliste", "returned", say("returned.toml", "returned.sheet"), 59),
        Picture("kvittering", "receipt", say("receipt.toml", "receipt.page.cover"), 50),
        Picture("statistik", "statistics", "F01. ", 95),
    )


def find_program(name: str) -> str:
    """Return the path of a program, also where Windows keeps LibreOffice and nobody put it on PATH.

    Raises:
        ProgramMissingError: It is not installed.
    """
    roots = (os.environ.get("PROGRAMFILES", ""), os.environ.get("PROGRAMFILES(X86)", ""))
    places = [str(Path(root, "LibreOffice", "program")) for root in roots if root]
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(places) or os.defpath)
    if found is None:
        sentence = f"The pictures need the program {name}, which is not installed."
        remedy = "Install LibreOffice Calc (soffice) and poppler (pdftoppm, pdftotext)."
        raise ProgramMissingError(sentence, remedy=remedy)
    return found


def make_books(form: Form, folder: Path) -> dict[str, Path]:
    """Write the workbooks that are shown; return them by the name a `Picture` uses."""
    places = DemoPlaces(folder / "demo")
    run_demo(Demo(form, SMALL, _SEED), places, Silent())
    typed = folder / "typed.xlsx"
    write_whole(typed, _typed_workbook(form))
    (verdict,) = check_files([typed], Question(form, DEMO_DAY), Silent())
    returned = folder / "returned.xlsx"
    return_workbook(verdict, SpokenForm(form, "da"), returned)
    return {
        "typed": typed,
        "returned": returned,
        "receipt": _only(places.receipts / KOMMUNE, "*.xlsx"),
        "statistics": _only(places.statistics, "*groenland*-udgave-1.xlsx"),
    }


def _only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def _typed_workbook(form: Form) -> bytes:
    """Return a small workbook on the demo's day, with a citizen chosen on the Overblik."""
    scale = Scale(citizens={KOMMUNE: _CITIZENS}, planted=(KOMMUNE,))
    (book,) = invent_country(form, scale=scale, seed=_SEED)
    issued_at = Demo(form, scale, _SEED).now
    parts = unpack(fill_workbook(form, book, issued_at=issued_at, premade=_PREMADE))
    numbers = {sheet.id: number for number, sheet in enumerate(form.sheets, start=1)}
    chosen = {
        "overblik": {CHOSEN_CELL: RawCell(RawKind.TEXT, _most_told(book))},
        "huskeliste": {DAYS_CELL.replace("$", ""): RawCell(RawKind.NUMBER, str(_DAYS_AHEAD))},
    }
    for sheet, cells in chosen.items():
        name = f"xl/worksheets/sheet{numbers[sheet]}.xml"
        parts[name] = put_cells(parts[name], cells)
    day = f"<f>DATE({DEMO_DAY.year},{DEMO_DAY.month},{DEMO_DAY.day})</f>".encode()
    parts = {name: data.replace(b"<f>TODAY()</f>", day) for name, data in parts.items()}
    return pack(parts, issued_at=issued_at)


def _most_told(book: DemoWorkbook) -> str:
    """Return the CPR number with the most rows, as it is typed on the Overblik."""
    told = [str(row["cpr"]) for rows in book.rows.values() for row in rows]
    most = max(sorted(set(told)), key=told.count)
    return f"{most[:6]}-{most[6:]}"


def print_book(path: Path, folder: Path) -> Path:
    """Print a workbook to PDF with LibreOffice, with settings of its own.

    Raises:
        ProgramMissingError: LibreOffice is not installed.
    """
    user = folder / "profile" / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    _run(
        find_program("soffice"),
        "--headless",
        "--norestore",
        f"-env:UserInstallation={user.parent.resolve().as_uri()}",
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        str(path),
    )
    return folder / f"{path.stem}.pdf"


def page_of(pdf: Path, title: str) -> int:
    """Return the number, from 1, of the first page whose first line begins with a title.

    Raises:
        UsageError: There is no such page.
    """
    text = _run(find_program("pdftotext"), "-layout", "-enc", "UTF-8", str(pdf), "-")
    for number, page in enumerate(text.split("\f"), start=1):
        if page.lstrip().startswith(title):
            return number
    raise UsageError(f"{pdf.name} has no page that begins with {title!r}.")


def draw(pdf: Path, picture: Picture, folder: Path) -> Path:
    """Write the picture of a page as PNG."""
    target = folder / picture.name
    page = str(page_of(pdf, picture.title))
    area = {
        "-r": _DOTS_PER_INCH,
        "-x": _MARGIN_SIDE,
        "-y": _MARGIN_TOP,
        "-W": _PAGE_WIDTH - 2 * _MARGIN_SIDE,
        "-H": _PAGE_HEIGHT * picture.height // 100 - _MARGIN_TOP,
    }
    size = [word for name, dots in area.items() for word in (name, str(dots))]
    pages = ("-f", page, "-l", page, "-singlefile")
    _run(find_program("pdftoppm"), "-png", *size, *pages, str(pdf), str(target))
    return target.with_suffix(".png")


def make_pictures(form: Form, folder: Path) -> Iterator[Path]:
    """Write all pictures into a folder.

    Raises:
        ProgramMissingError: LibreOffice or poppler is not installed; nothing is written.
    """
    for program in ("soffice", "pdftotext", "pdftoppm"):
        find_program(program)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="fpsheet-", ignore_cleanup_errors=True) as name:
        books = make_books(form, Path(name))
        printed = {key: print_book(book, Path(name)) for key, book in books.items()}
        for picture in pictures(form):
            yield draw(printed[picture.book], picture, folder)


def _run(program: str, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], check=True, capture_output=True)  # noqa: S603 - our own arguments
    return done.stdout.decode("utf-8", errors="replace")


def main(arguments: list[str] | None = None) -> int:
    """Write the pictures; return the exit code."""
    parser = argparse.ArgumentParser(description="The pictures of the guides.")
    parser.add_argument("root", nargs="?", type=Path, default=Path())
    chosen = parser.parse_args(arguments)
    try:
        for path in make_pictures(load_form(), chosen.root / FOLDER):
            sys.stdout.write(f"written: {path.name}\n")
    except ProgramMissingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
