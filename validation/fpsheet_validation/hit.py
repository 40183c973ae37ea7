"""Hits: where a rule struck, before it is worded as a finding. No hit holds a cell's value."""

from collections.abc import Iterable
from typing import NamedTuple

Cell = tuple[str, int, str]
"""A cell of a workbook: sheet identifier, Excel row, field identifier."""


class Hit(NamedTuple):
    """One place where one rule struck.

    Attributes:
        sheet: Sheet identifier; empty for the workbook.
        row: Excel row; 0 when it is not about a row.
        field: Field identifier; empty when it is not about a field.
        code: Code of the rule.
        other: Address of another cell, or a count, that the sentence names; empty for none.
    """

    sheet: str
    row: int
    field: str
    code: str
    other: str = ""


def hits_at(rows: Iterable[int], *, sheet: str, field: str, code: str) -> list[Hit]:
    """Return one hit of a rule per Excel row."""
    return [Hit(sheet, row, field, code) for row in rows]
