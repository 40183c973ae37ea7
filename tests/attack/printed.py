"""Read a printed workbook as its reader sees it: titles, headings, rows, notes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

import openpyxl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Cell: TypeAlias = int | float | str

COVER = "Forside"

_MONTHS = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
]
_DAY = re.compile(r"(\d{1,2})\. (\w+) (\d{4})")
_NOTE = re.compile(r"\s*\[note \d+\]")
_BASE = re.compile(r"(?:kan deles med|multiplum af|delelig\w* med|nærmeste) (\d+)")
_BASES = re.compile(r"kan deles med (\d+(?: eller \d+)*)")
_WINDOW = re.compile(r"højst (\d+) fra")
_LATER_WINDOW = re.compile(r"op til (\d+) fra")
_CODE = re.compile(r"(?:FORTROLIGT\. )?([TF]\d+[a-z]?)\. ")


@dataclass(frozen=True, slots=True)
class Table:
    """One printed table.

    Attributes:
        code: What the title begins with: T01 or F14b.
        headings: Of the columns, without the marks of notes.
        rows: Of the table, as long as the headings.
        first_row: Row of the sheet that the first of them stands in.
        bases: What its counts are multiples of, by the lines above it: some of one, some of others.
    """

    code: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    first_row: int
    bases: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """One printed workbook.

    Attributes:
        area: Name of the kommune, or "hele landet (Grønland)", or "4 af 98 kommuner (Danmark)".
        first: First day of the period.
        last: Last day of the period, included.
        edition: Number of the edition, 0 for an internal book.
        base: What the printed counts are multiples of; 1 where they are exact.
        reach: How far a printed count may be from the true one, by the book's own words.
        farthest: How far it may be where numbers have been shown before.
        tables: In the order of the book.
        said: The text of the cover, of the page of method and of the notes.
    """

    area: str
    first: date
    last: date
    edition: int
    base: int
    reach: int
    farthest: int
    tables: tuple[Table, ...]
    said: str

    @property
    def national(self) -> bool:
        """Return whether the book is of a country, or of those of its kommuner that reported."""
        return self.area.endswith(")")

    @property
    def total(self) -> str:
        """Return the label of the rows for all kommuner of a national book, in small letters."""
        return self.area.rsplit(" (", 1)[0].lower()

    @property
    def internal(self) -> bool:
        """Return whether the book is one that may not be passed on."""
        return "FORTROLIGT" in self.said


def read_book(path: Path) -> Book:
    """Return the workbook in a file.

    Args:
        path: An .xlsx file of the statistics.
    """
    workbook = openpyxl.load_workbook(path, read_only=True)
    sheets = {
        sheet.title: [tuple(_plain(cell) for cell in row) for row in sheet.values]
        for sheet in workbook.worksheets
    }
    workbook.close()
    return book_of(sheets)


def book_of(sheets: dict[str, list[tuple[Cell, ...]]]) -> Book:
    """Return the book that sheets of cells make.

    Args:
        sheets: Name of each sheet to its rows from the first; empty cells are "".
    """
    cover = [str(row[0]) for row in sheets[COVER] if row]
    days = next(_days(line) for line in cover if line.startswith("Periode: "))
    number = re.search(r"Udgave (\d+)", "\n".join(cover))
    tables = [table for rows in sheets.values() if (table := _table(rows)) is not None]
    said = "\n".join(
        str(cell)
        for name, rows in sheets.items()
        if not _CODE.match(str(rows[0][0])) and name != "Indhold"
        for row in rows
        for cell in row
        if cell != ""
    )
    base = _BASE.search(said) if "afrund" in said else None
    edition = int(number[1]) if number else 0
    return Book(
        area=cover[0].removeprefix("FORTROLIGT. ").split(", ", 1)[1].rsplit(", ", 1)[0],
        first=days[0],
        last=days[1],
        edition=edition,
        base=int(base[1]) if base else 1,
        reach=_reach(said, int(base[1]), edition) if base else 0,
        farthest=_reach(said, int(base[1]), edition + 1) if base else 0,
        tables=tuple(tables),
        said=said,
    )


def _reach(said: str, base: int, edition: int) -> int:
    """Return how far a print may be from the count: further where an edition replaces another."""
    patterns = [_WINDOW, _LATER_WINDOW] if edition > 1 else [_WINDOW]
    widths = [int(found[1]) for pattern in patterns if (found := pattern.search(said))]
    return max(widths, default=base - 1)


def days_in(text: str) -> list[date]:
    """Return the days that a sentence names, in order."""
    return [
        date(int(year), _MONTHS.index(month) + 1, int(day))
        for day, month, year in _DAY.findall(text)
        if month in _MONTHS
    ]


def _days(line: str) -> tuple[date, date]:
    first, last = days_in(line)[:2]
    return first, last


def _plain(cell: object) -> Cell:
    if cell is None:
        return ""
    return cell if isinstance(cell, int | float) else str(cell)


def _table(rows: Sequence[tuple[Cell, ...]]) -> Table | None:
    """Return the table of a sheet: its heading is the first row of two cells or more."""
    title = _CODE.match(str(rows[0][0])) if rows and rows[0] else None
    if title is None:
        return None
    start = next((at for at, row in enumerate(rows) if sum(cell != "" for cell in row) > 1), None)
    if start is None:
        return None
    headings = tuple(_NOTE.sub("", str(cell)).strip() for cell in rows[start] if cell != "")
    body = tuple(row[: len(headings)] for row in _body(rows[start + 1 :]))
    above = _BASES.search("\n".join(str(cell) for row in rows[:start] for cell in row))
    bases = tuple(map(int, above[1].split(" eller "))) if above else ()
    return Table(title[1], headings, body, start + 2, bases)


def _body(rows: Sequence[tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        if not row or row[0] == "":
            return
        yield row
