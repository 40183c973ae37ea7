"""The lines of the Overblik's table: an event takes as many as its longest text needs.

A sheet of formulas cannot make a row higher when a citizen is chosen, so a long text goes on in the
line below, where the other columns are blank. Each line begins the next event or goes on with what
the line above it left. Functions of Excel 2010 only.
"""

from collections.abc import Mapping

from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.formula_parts import EMPTY, FALSE, blank, if_, if_error, or_
from fpsheet.workbook.overview.candidates import (
    FIRST_EVENT,
    KEY,
    POSITION,
    SHEET,
    all_candidates,
)
from fpsheet.workbook.overview.event import LONGEST
from fpsheet.workbook.view import put_formula

SHOWN_ROWS = 150
"""Lines of the table."""

CANDIDATE, SHOWN_SHEET, SHOWN_POSITION = "S", "T", "U"
"""Columns out of sight, of a line: number of its candidate, number of the sheet, position."""

ABILITY, LEVEL, IS_HEAD = "AM", "AN", "AO"
"""Work capacity and level after the event; whether it lies in no other."""

LAST_COLUMN = 41
"""Number of the last hidden column of the sheet."""

_EVENT, _GOES_ON = "AH", "AI"
"""Number of the event, from 1; whether its text goes on in the line below."""

LINE_LENGTH: Mapping[str, int] = {"D": 35, "E": 38, "F": 27}
"""Column with texts that may be long → characters of one line of it."""

INDENT = "\u00a0"
"""What texts of an event inside another one begin with: programs drop plain spaces there."""

_STILL = {"D": "AJ", "E": "AK", "F": "AL"}
"""Column with texts → what is still to be told, from this line on."""


def all_lines(letter: str) -> str:
    """Return the cells of a column of the table."""
    return f"${letter}${FIRST_EVENT}:${letter}${FIRST_EVENT + SHOWN_ROWS - 1}"


def begins(row: int, formula: str) -> str:
    """Return a formula for a cell that is filled in the first line of an event alone."""
    nothing = blank(f"${CANDIDATE}{row}")
    return if_(or_(nothing, _goes_on_from(row)), EMPTY, formula)


def line_of(letter: str, row: int) -> str:
    """Return the formula of a text's part in one line: as many whole words as there is room for."""
    still, room = f"${_STILL[letter]}{row}", LINE_LENGTH[letter]
    window = f"LEFT({still},{room + 1})"
    spaces = f'LEN({window})-LEN(SUBSTITUTE({window}," ",""))'
    last_space = f'FIND(CHAR(1),SUBSTITUTE({window}," ",CHAR(1),{spaces}))'
    words = if_error(f"LEFT({still},{last_space}-1)", f"LEFT({still},{room})")
    return if_(f"LEN({still})>{room}", words, still)


def has_more(found: str) -> str:
    """Return a condition that the table is full before every event is told.

    Args:
        found: Formula text of the number of events.
    """
    last = FIRST_EVENT + SHOWN_ROWS - 1
    return or_(f"${_EVENT}${last}<{found}", f"${_GOES_ON}${last}")


def add_helpers(sheet: Worksheet, row: int, texts: Mapping[str, str]) -> None:
    """Find which event a line tells, and what of its texts is left to tell.

    Args:
        sheet: The Overblik.
        row: The line.
        texts: Column → formula of an event's whole text.
    """
    candidate, event, keys = f"${CANDIDATE}{row}", f"${_EVENT}{row}", all_candidates(KEY)
    goes_on, above = _goes_on_from(row), row - 1
    number = "1" if row == FIRST_EVENT else f"${_EVENT}{above}+{if_(goes_on, 0, 1)}"
    put_formula(sheet[f"{_EVENT}{row}"], number)
    found = if_error(f"MATCH(SMALL({keys},{event}),{keys},0)", EMPTY)
    put_formula(sheet[f"{CANDIDATE}{row}"], _or_above(row, CANDIDATE, found))
    for letter, source in ((SHOWN_SHEET, SHEET), (SHOWN_POSITION, POSITION)):
        value = f"INDEX({all_candidates(source)},{candidate})"
        put_formula(sheet[f"{letter}{row}"], if_(blank(candidate), EMPTY, value))
    for letter, text in texts.items():
        still = if_(goes_on, _rest_of(letter, above), text) if row > FIRST_EVENT else text
        put_formula(sheet[f"{_STILL[letter]}{row}"], if_(blank(candidate), EMPTY, still))
    longer = or_(*(f"LEN(${still}{row})>LEN(${own}{row})" for own, still in _STILL.items()))
    put_formula(sheet[f"{_GOES_ON}{row}"], if_(blank(candidate), FALSE, longer))
    put_formula(sheet[f"{IS_HEAD}{row}"], _or_above(row, IS_HEAD, f'LEFT($D{row},1)<>"{INDENT}"'))


def is_last_line() -> str:
    """Return a condition for marks, that of the first line: its event ends there."""
    return f"AND(${CANDIDATE}{FIRST_EVENT}<>{EMPTY},NOT(${_GOES_ON}{FIRST_EVENT}))"


def _goes_on_from(row: int) -> str:
    """Return a condition that a line goes on with what the line above it left."""
    return FALSE if row == FIRST_EVENT else f"${_GOES_ON}{row - 1}"


def _or_above(row: int, letter: str, value: str) -> str:
    """Return what the line above holds where the line goes on, and a value where it begins."""
    return value if row == FIRST_EVENT else if_(_goes_on_from(row), f"${letter}{row - 1}", value)


def _rest_of(letter: str, row: int) -> str:
    """Return what a line leaves of a text, without the space between."""
    still, shown = f"${_STILL[letter]}{row}", f"LEN(${letter}{row})"
    space = if_(f'MID({still},{shown}+1,1)=" "', 2, 1)
    return f"MID({still},{shown}+{space},{LONGEST})"
