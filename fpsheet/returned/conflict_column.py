"""The columns of the list of conflicts, and finding it again in a workbook."""

from fpsheet.ooxml.parts import Parts
from fpsheet.returned.finding_list_text import Column
from fpsheet.returned.own_list import OwnList, find_own_list

LETTERS = "ABCDEFGH"
"""Names of the sides of a conflict, by which one is chosen."""

PREFIX = "konflikter"
ANSWERS = ("valg", "skriv", "navn", "grund")
"""Columns that a person fills; all but `skriv` once per conflict."""

_BEFORE = (
    Column("konflikt", 10, hidden=True),
    Column("aftryk", 10, hidden=True),
    Column("felt_id", 10, hidden=True),
    Column("sider", 10, hidden=True),
    Column("ark", 14),
    Column("celle", 9),
    Column("felt", 22),
    Column("gaelder", 22),
)
_AFTER = (
    Column("valg", 9),
    Column("skriv", 22),
    Column("navn", 18),
    Column("grund", 40),
)
_SIDE_WIDTH = 26.0

KEYS = tuple(
    f"{PREFIX}.{name}"
    for name in ("konflikt", "aftryk", "felt_id", "sider", "ark", "celle", *ANSWERS)
)
"""Identifiers by which the list is known and read again."""


def conflict_columns(sides: int) -> tuple[Column, ...]:
    """Give the columns of a list whose conflicts have at most so many sides."""
    between = (Column(f"udgave_{letter.lower()}", _SIDE_WIDTH) for letter in LETTERS[:sides])
    return (*_BEFORE, *between, *_AFTER)


def find_conflict_list(parts: Parts) -> OwnList | None:
    """Find the list of conflicts in a workbook, whatever it is called now."""
    return find_own_list(parts, KEYS)
