"""Workbooks written by hand as text: a line "=== T06" begins a sheet, "|" parts its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl

from tests.attack.printed import Book, read_book

if TYPE_CHECKING:
    from pathlib import Path

    from tests.attack.printed import Cell


def workbook_of(text: str, path: Path) -> Path:
    """Write the workbook that a text describes.

    Args:
        text: Sheets and their rows; whole numbers and decimals are written as numbers.
        path: The .xlsx file to be written.
    """
    workbook = openpyxl.Workbook()
    default = workbook.active
    if default is not None:
        workbook.remove(default)
    sheet = None
    for line in text.strip().splitlines():
        if line.startswith("=== "):
            sheet = workbook.create_sheet(line.removeprefix("=== ").strip())
        elif sheet is not None:
            sheet.append([_cell(cell) for cell in line.strip().split("|")])
    workbook.save(path)
    return path


def books_of(texts: list[str], folder: Path) -> list[Book]:
    """Return the books that texts describe, written and read again.

    Args:
        texts: One a workbook.
        folder: Where they are written.
    """
    return [read_book(workbook_of(text, folder / f"{at}.xlsx")) for at, text in enumerate(texts)]


def _cell(text: str) -> Cell:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text
