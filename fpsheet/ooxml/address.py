"""Cell addresses: letters and numbers."""

import re
from typing import NamedTuple

LAST_ROW = 1_048_576
"""Last row of a sheet in Excel."""

LAST_COLUMN = 16_384
"""Last column of a sheet in Excel (XFD)."""

_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


class CellRange(NamedTuple):
    """Cells of a sheet from one corner to the other, both included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


def column_number(letters: str) -> int:
    """Return the number of a column, A being 1.

    >>> column_number("A"), column_number("AZ"), column_number("XFD")
    (1, 52, 16384)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column, 1 being A.

    >>> column_letters(1), column_letters(52), column_letters(16384)
    ('A', 'AZ', 'XFD')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def parse_address(text: str) -> tuple[int, int] | None:
    """Return row and column of a cell; None when Excel has no such cell.

    >>> parse_address("C14"), parse_address("XFE1")
    ((14, 3), None)
    """
    match = _ADDRESS.fullmatch(text)
    if match is None:
        return None
    row, column = int(match[2]), column_number(match[1].upper())
    return (row, column) if 1 <= row <= LAST_ROW and column <= LAST_COLUMN else None


def parse_range(text: str) -> CellRange | None:
    """Return the cells of a range; None when it is none.

    >>> parse_range("C5:B2")
    CellRange(first_row=2, first_column=2, last_row=5, last_column=3)
    """
    first_text, _, last_text = text.partition(":")
    first = parse_address(first_text)
    last = parse_address(last_text or first_text)
    if first is None or last is None:
        return None
    rows, columns = sorted((first[0], last[0])), sorted((first[1], last[1]))
    return CellRange(rows[0], columns[0], rows[1], columns[1])
