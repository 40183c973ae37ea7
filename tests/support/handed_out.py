"""The files of a published edition as somebody outside reads them: sheets of plain texts."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from openpyxl import load_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Rows = list[list[str]]

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_AUDIT = "-kontrol-"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook, or one CSV file.

    Attributes:
        file: Name of the file it is in.
        name: Name of the sheet; of a CSV file the table, in capitals.
        rows: Every cell as text, "" where it is empty.
    """

    file: str
    name: str
    rows: Rows

    @property
    def is_csv(self) -> bool:
        """Return whether it is a file of its own, without lines above its table."""
        return self.file.endswith(".csv")

    @property
    def is_public(self) -> bool:
        """Tell by the name of its file whether it may be passed on."""
        return not re.search(r"fortroligt|confidential", self.file)

    @property
    def lines(self) -> list[str]:
        """Return the lines above the table, the title first."""
        return [row[0] for row in self.rows[: self._head]]

    @property
    def heads(self) -> list[str]:
        """Return the headings of the table."""
        return self.rows[self._head]

    @property
    def body(self) -> Rows:
        """Return the rows of the table."""
        return self.rows[self._head + 1 :]

    @property
    def _head(self) -> int:
        """Return where the headings stand: the first row of more than one text."""
        return next(place for place, row in enumerate(self.rows) if len(row) > 1 and row[1])


def read_folder(folder: Path) -> list[Sheet]:
    """Read every workbook, ODS and CSV file below a folder, the audit of an edition left out."""
    return [
        sheet
        for path in sorted(folder.rglob("*"))
        if path.suffix in _READERS and _AUDIT not in path.name
        for sheet in read_file(path)
    ]


def read_file(path: Path) -> list[Sheet]:
    """Read the sheets of one file."""
    return [Sheet(path.name, name, rows) for name, rows in _READERS[path.suffix](path)]


def _read_xlsx(path: Path) -> Iterator[tuple[str, Rows]]:
    book = load_workbook(path)
    for sheet in book.worksheets:
        rows = sheet.iter_rows(values_only=True)
        yield sheet.title, [["" if cell is None else str(cell) for cell in row] for row in rows]


def _read_ods(path: Path) -> Iterator[tuple[str, Rows]]:
    with ZipFile(path) as package:
        root = ET.fromstring(package.read("content.xml"))
    for table in root.iter(f"{_TABLE}table"):
        yield (
            table.get(f"{_TABLE}name", ""),
            [
                [_said(cell) for cell in row.iter(f"{_TABLE}table-cell")]
                for row in table.iter(f"{_TABLE}table-row")
            ],
        )


def _said(cell: ET.Element) -> str:
    return "\n".join("".join(part.itertext()) for part in cell.iter(f"{_TEXT}p"))


def _read_csv(path: Path) -> Iterator[tuple[str, Rows]]:
    text = StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
    yield path.stem.rsplit("-", 1)[-1].upper(), list(csv.reader(text, delimiter=";"))


_READERS = {".xlsx": _read_xlsx, ".ods": _read_ods, ".csv": _read_csv}
