"""The list of findings as it stands in the open workbook: where to go next."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpsheet.returned.finding_list_text import COLUMNS, FIRST_ROW, IDENTITY_ROW, identity

Place = tuple[str, str]
"""Tab and cell."""


@dataclass(frozen=True, slots=True)
class OpenList:
    """Our list.

    Attributes:
        tab: What its tab is called now.
        row: The row of its identifiers; two rows below is the first finding.
        places: Tab and cell of each finding, in the order shown; empty texts where it has none.
    """

    tab: str
    row: int
    places: tuple[Place, ...]


def is_list(row: Sequence[object]) -> bool:
    """Return whether a row is that of the identifiers of our list."""
    return set(identity()) <= set(row)


def read_list(tab: str, row: int, rows: Sequence[Sequence[object]]) -> OpenList:
    """Read our list, whatever order its columns are in now.

    Args:
        tab: The name of its tab.
        row: The row of its identifiers.
        rows: That row and those below it.
    """
    at_tab, at_cell = (rows[0].index(f"fejlliste.{name}") for name in ("ark", "celle"))
    places = tuple((_text(line[at_tab]), _text(line[at_cell])) for line in rows[_TO_FIRST:])
    return OpenList(tab, row, places)


def next_place(found: OpenList, here: Place | None) -> Place | None:
    """Return the place of the finding after the one a person stands at; the first after the last.

    On the list itself the next is that of the line where the cursor stands.

    Args:
        found: The list.
        here: The tab and cell selected now; None when unknown.

    Returns:
        Tab and cell; None when no finding has a cell.
    """
    places = list(found.places)
    start = 0
    if here is not None and here[0] == found.tab:
        start = max(int("".join(filter(str.isdecimal, here[1])) or 0) - found.row - _TO_FIRST, 0)
    elif here in places:
        start = len(places) - places[::-1].index(here)
    ahead = (*places[start:], *places[:start])
    return next((place for place in ahead if all(place) and place != here), None) or (
        here if here in places else None
    )


WIDTH = len(COLUMNS)
"""Columns of the list."""

_TO_FIRST = FIRST_ROW - IDENTITY_ROW


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
