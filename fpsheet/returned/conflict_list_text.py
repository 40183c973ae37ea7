"""The list of conflicts as rows of text: both values, and a place to choose or to type."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fpsheet.returned.finding_list_text import FindingColumn, link_location
from fpsheet.returned.record_words import SHORT_HASH, told_value
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import make_layouts
from fpsheet_templates.form import Form
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.typed import ROW, ROW_ID, Check, TypedSheet

if TYPE_CHECKING:
    # Not loaded here: a check has no receipt, and needs only what a list is known by.
    from fpsheet_sync.ledger.receipt import Receipt, ShownClaim, ShownConflict


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One field of one conflict.

    Attributes:
        values: Column identifier → text.
        link: Where its cell is in the workbook; empty where the record is not in it.
        is_first: The first line of its conflict, where the choice is made.
    """

    values: Mapping[str, str]
    link: str
    is_first: bool


def fields_of(conflict: "ShownConflict", form: Form) -> tuple[str, ...]:
    """Return the fields a conflict is about; that of a CPR number by its heading alone."""
    columns = make_layouts(form)[conflict.sheet].groups[conflict.group]
    return tuple("cpr" if column == BORGER else column for column in columns)


def is_choosable(conflict: "ShownConflict", form: Form) -> bool:
    """Return whether a conflict can be chosen in: not where it is about a CPR number."""
    return set(fields_of(conflict, form)) == set(conflict.agreed)


def side_words(claim: "ShownClaim", receipt: "Receipt", spoken: SpokenForm) -> str:
    """Return which file a side is, as the receiver knows it."""
    key, file = "receipt.side.other", claim.sha256[:SHORT_HASH]
    if claim.is_decision:
        key = "receipt.side.decided"
    elif claim.sha256 == receipt.sha256:
        key = "receipt.side.own"
    return spoken.fill(key, {"row": claim.row, "file": file})


def conflict_lines(receipt: "Receipt", check: Check, spoken: SpokenForm) -> Iterator[ConflictLine]:
    """Yield the lines of a list, conflict after conflict."""
    for conflict in receipt.conflicts:
        sheet = check.sheets.get(conflict.sheet)
        row = row_of(sheet, conflict.row_id)
        for number, field in enumerate(fields_of(conflict, spoken.form)):
            letter = sheet.columns.get(field, "") if sheet is not None else ""
            place = (sheet.title, f"{letter or 'A'}{row}") if sheet is not None and row else None
            values = {
                "konflikt": conflict.id,
                "aftryk": conflict.seen,
                "felt_id": f"{conflict.sheet}.{field}",
                "sider": json.dumps([claim.values.get(field) for claim in conflict.claims]),
                "ark": spoken.sheet_title(conflict.sheet),
                "celle": place[1] if place else conflict.row_id,
                "felt": spoken.label(conflict.sheet, field),
                **_told(conflict, field, receipt, spoken),
            }
            yield ConflictLine(values, link_location(place) if place else "", number == 0)


def _told(
    conflict: "ShownConflict", field: str, receipt: "Receipt", spoken: SpokenForm
) -> Mapping[str, str]:
    if not is_choosable(conflict, spoken.form):
        return {"gaelder": spoken.text("conflicts.not_here")}
    kind = spoken.form.sheet(conflict.sheet)[field]
    told = {"gaelder": told_value(spoken, kind, conflict.agreed[field])}
    for letter, claim in zip(LETTERS, conflict.claims, strict=False):
        value = told_value(spoken, kind, claim.values.get(field))
        who = side_words(claim, receipt, spoken)
        told[f"udgave_{letter.lower()}"] = f"{value}\n({who})"
    return told


def row_of(sheet: TypedSheet | None, row_id: str) -> int:
    """Return the Excel row of a record in a workbook; 0 where it is not there."""
    if sheet is None:
        return 0
    found = [row for row, own in sheet.frame.select(ROW, ROW_ID).iter_rows() if own == row_id]
    return int(found[0]) if found else 0


def headings(columns: Sequence[FindingColumn], spoken: SpokenForm) -> tuple[str, ...]:
    """Return the texts of the heading row; a hidden column has none."""
    return tuple(
        "" if column.hidden else spoken.text(f"conflicts.column.{column.id}") for column in columns
    )


LETTERS = "ABCDEFGH"
"""Names of the sides of a conflict, by which one is chosen."""

PREFIX = "konflikter"
ANSWERS = ("valg", "skriv", "navn", "grund")
"""Columns that a person fills; all but `skriv` once per conflict."""

_BEFORE = (
    FindingColumn("konflikt", 10, hidden=True),
    FindingColumn("aftryk", 10, hidden=True),
    FindingColumn("felt_id", 10, hidden=True),
    FindingColumn("sider", 10, hidden=True),
    FindingColumn("ark", 14),
    FindingColumn("celle", 9),
    FindingColumn("felt", 22),
    FindingColumn("gaelder", 22),
)
_AFTER = (
    FindingColumn("valg", 9),
    FindingColumn("skriv", 22),
    FindingColumn("navn", 18),
    FindingColumn("grund", 40),
)
_SIDE_WIDTH = 26.0

KEYS = tuple(
    f"{PREFIX}.{name}"
    for name in ("konflikt", "aftryk", "felt_id", "sider", "ark", "celle", *ANSWERS)
)
"""Identifiers by which the list is known and read again."""


def conflict_columns(sides: int) -> tuple[FindingColumn, ...]:
    """Return the columns of a list whose conflicts have at most so many sides."""
    between = (FindingColumn(f"udgave_{letter.lower()}", _SIDE_WIDTH) for letter in LETTERS[:sides])
    return (*_BEFORE, *between, *_AFTER)
