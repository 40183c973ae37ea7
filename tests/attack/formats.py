"""Read the same edition in its other formats: an OpenDocument spreadsheet, and CSV files."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from tests.attack.printed import Book, Table, book_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.attack.printed import Cell

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

_WIDE = 100
"""Most cells or rows that one element may repeat and stand for content."""

_ABOUT = ("omraade", "fra", "til", "opgjort_pr", "daekning", "kilde")
"""Columns at the end of every CSV file that say what the file is of."""


def read_ods(path: Path) -> Book:
    """Return the book in an OpenDocument spreadsheet.

    Args:
        path: An .ods file of the statistics.
    """
    return book_of({name: rows for name, rows in ods_sheets(path).items() if rows})


def ods_sheets(path: Path) -> dict[str, list[tuple[Cell, ...]]]:
    """Return the rows of each sheet of an OpenDocument spreadsheet.

    Args:
        path: An .ods file.
    """
    with ZipFile(path) as package:
        root = ET.fromstring(package.read("content.xml"))
    return {
        str(sheet.get(f"{_TABLE}name")): [_row(row) for row in _repeated(sheet, "row")]
        for sheet in root.iter(f"{_TABLE}table")
    }


def _repeated(parent: ET.Element, what: str) -> Iterator[ET.Element]:
    """Return the rows or cells of an element, each as often as it stands."""
    for child in parent.iter(f"{_TABLE}table-{what}"):
        times = int(
            child.get(f"{_TABLE}number-{'rows' if what == 'row' else 'columns'}-repeated", 1)
        )
        yield from [child] * (times if times <= _WIDE else 1)


def _row(row: ET.Element) -> tuple[Cell, ...]:
    return tuple(_cell(cell) for cell in _repeated(row, "cell"))


def _cell(cell: ET.Element) -> Cell:
    if cell.get(f"{_OFFICE}value-type") == "float":
        return _number(str(cell.get(f"{_OFFICE}value")))
    return "\n".join("".join(text.itertext()) for text in cell.iter(f"{_TEXT}p"))


def read_csv(folder: Path, beside: Book) -> Book:
    """Return the book in a folder of CSV files, with the headings of its workbook.

    The files have short names for headings; their columns stand in the order of the workbook's,
    each label with a code before it.

    Args:
        folder: Of the files of one edition.
        beside: The same edition as a workbook.

    Raises:
        ValueError: When a file has no table in the workbook, or other columns than it.
    """
    known = {table.code.lower(): table for table in beside.tables}
    tables = []
    for path in sorted(folder.glob("*.csv")):
        code = path.stem.rsplit("-", 1)[1]
        if code == "indhold":
            continue
        if code not in known:
            raise ValueError(f"{path.name} is no table of the workbook")
        tables.append(_table(path, known[code]))
    return replace(beside, tables=tuple(tables))


def _table(path: Path, beside: Table) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream, delimiter=";")
    coded = {name.removesuffix("_kode") for name in header if name.endswith("_kode")}
    kept = [
        at
        for at, name in enumerate(header)
        if name not in _ABOUT
        and not (name.endswith("_kode") and name.removesuffix("_kode") in coded)
    ]
    if len(kept) != len(beside.headings):
        raise ValueError(f"{path.name} has other columns than the workbook: {header}")
    body = tuple(tuple(_number(row[at]) for at in kept) for row in rows)
    return replace(beside, rows=body)


def _number(text: str) -> Cell:
    plain = text.replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        return text
    return int(value) if value.is_integer() and "." not in plain else value
