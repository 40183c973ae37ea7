"""The events of the chosen citizen, found sheet by sheet and put under each other out of sight.

Each look-up starts below the last row found; a sort key per row then brings them in order.
"""

from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.formula import LAST_DAY
from fpsheet.workbook.formula_parts import (
    EMPTY,
    FALSE,
    TRUE,
    and_,
    blank,
    if_,
    if_error,
    is_number,
    is_text,
    or_,
)
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.overview.event import EVENTS, NESTED_SHEET, PARENT_TYPE, Event, Teller
from fpsheet.workbook.overview.level_now import LevelNow
from fpsheet.workbook.sheet_layout import column_name
from fpsheet.workbook.view import put_formula
from fpsheet_templates.codes import APPLICATION

FIRST_EVENT = 11
"""Row of the first candidate, and of the first event that is shown."""

KEY, SHEET, POSITION, SPAN_START, SPAN_END = "N", "O", "P", "Q", "R"
"""Columns of the candidates: sort key, number of the sheet, position on it, span of a row that
others may lie in."""

CHOSEN, CITIZEN, FOUND, NAMED = "$N$4", "$N$5", "$N$6", "$N$7"
"""Ten digits of the chosen citizen, position on the sheet of citizens, number of events; digits of
the first whose name holds what is typed, empty where a number is typed."""


def _rows_of_sheets() -> dict[str, tuple[int, int]]:
    rows, first = dict[str, tuple[int, int]](), FIRST_EVENT
    for event in EVENTS:
        rows[event.sheet] = first, first + event.limit - 1
        first += event.limit
    return rows


CANDIDATES = _rows_of_sheets()
"""Sheet → first and last row of its candidates."""

LATE = 200_000
"""Sort key of an event whose day cannot be read: after all others."""


def plain_address(address: str) -> str:
    """Return an address without its dollar signs."""
    return address.replace("$", "")


def all_candidates(letter: str) -> str:
    """Return the cells of a column beside all candidates."""
    last = max(last for _, last in CANDIDATES.values())
    return f"${letter}${FIRST_EVENT}:${letter}${last}"


def add_candidates(sheet: Worksheet, issue: Issue, level: LevelNow) -> None:
    """Find the citizen's rows of every sheet."""
    for number, event in enumerate(EVENTS, start=1):
        first, last = CANDIDATES[event.sheet]
        for row in range(first, last + 1):
            sheet[f"{SHEET}{row}"] = number
            _find_row(sheet, event, row, is_first=row == first)
            told = Teller(issue, event.sheet, f"{POSITION}{row}")
            _add_order(sheet, event, told, row, level)
            if event.sheet == "borger":
                _add_application(sheet, f"{KEY}{row}", level)
            if event.sheet == "afgoerelse":
                level.add_decision(sheet, row)
            if event.sheet == "overdragelse":
                level.add_move(sheet, row)
    put_formula(sheet[plain_address(FOUND)], f"COUNT({all_candidates(KEY)})")


def _find_row(sheet: Worksheet, event: Event, row: int, *, is_first: bool) -> None:
    """Find the citizen's next row below the one found before."""
    citizens, before = column_name(event.sheet, "#cpr"), f"{POSITION}{row - 1}"
    if is_first:
        found = if_(blank(CHOSEN), EMPTY, f"MATCH({CHOSEN},{citizens},0)")
    else:
        rest = f"INDEX({citizens},{before}+1):INDEX({citizens},ROWS({citizens}))"
        found = if_(blank(before), EMPTY, f"{before}+MATCH({CHOSEN},{rest},0)")
    put_formula(sheet[f"{POSITION}{row}"], if_error(found, EMPTY))


def _add_order(sheet: Worksheet, event: Event, told: Teller, row: int, level: LevelNow) -> None:
    """Add the sort key of a row, and of a revurdering or an application its span.

    Others may lie in it: an application holds what begins until something is decided.
    """
    start, key = told.value(event.start), f"{KEY}{row}"
    # An application is an event where its day is known; every other row is shown.
    is_event = is_number(start) if event.sheet == "borger" else TRUE
    visible = if_(blank(told.value("annuller")), is_event, FALSE)
    place = f"{row - FIRST_EVENT}/1000"
    earlier = ""
    if event.sheet == NESTED_SHEET:
        kind = told.value("forloeb_type")
        applied = is_text(kind, APPLICATION)
        parent = or_(is_text(kind, PARENT_TYPE), applied)
        # It stands before what begins on its first day.
        earlier = f"-{if_(parent, '0.5', 0)}"
        ended = if_(is_number(told.value(event.end)), told.value(event.end), LAST_DAY)
        end = if_(applied, level.first_decision(start), ended)
        spans = if_(blank(key), FALSE, and_(parent, is_number(start)))
        put_formula(sheet[f"{SPAN_START}{row}"], if_(spans, start, LAST_DAY))
        put_formula(sheet[f"{SPAN_END}{row}"], if_(spans, end, 0))
    order = f"{if_(is_number(start), f'{start}{earlier}', LATE)}+{place}"
    put_formula(sheet[key], if_(blank(told.position), EMPTY, if_(visible, order, EMPTY)))


def _add_application(sheet: Worksheet, key: str, level: LevelNow) -> None:
    """Add the span of the first application, as `_add_order` gives it to those on Forløb."""
    row, day = key.removeprefix(KEY), f"INT({key})"
    put_formula(sheet[f"{SPAN_START}{row}"], if_(blank(key), LAST_DAY, day))
    put_formula(sheet[f"{SPAN_END}{row}"], if_(blank(key), 0, level.first_decision(day)))
