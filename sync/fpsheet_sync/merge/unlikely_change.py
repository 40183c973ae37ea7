"""Jumps: changes to what the departement already holds that are possible but seldom meant."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from fpsheet_sync.database.record_columns import ANNULLER
from fpsheet_sync.database.record_layout import Layout
from fpsheet_sync.merge.content import ROW
from fpsheet_sync.merge.record_identity import ROW_ID, Row, row_number
from fpsheet_sync.merge.three_way import Decided
from fpsheet_templates.form import Form
from fpsheet_validation.finding import Finding, make_finding

# Practice, not law: what is larger than this is seldom meant. The rules only warn.
START_MOVED_DAYS = 365
PERCENT_POINTS = 25


@dataclass(frozen=True, slots=True)
class Jump:
    """One rule.

    Attributes:
        code: Rule code.
        field: Field where it shows; its sheet is any that has the field, or `sheet`.
        is_jump: Whether the file's row, against the record in force, jumps.
        sheet: The only sheet to look at; empty for all.
    """

    code: str
    field: str
    is_jump: Callable[[Row, Row], bool]
    sheet: str = ""


def _vanishes(field: str) -> Callable[[Row, Row], bool]:
    return lambda now, before: before[field] is not None and now[field] is None


def _start_moves(now: Row, before: Row) -> bool:
    new, old = now["start_dato"], before["start_dato"]
    if not isinstance(new, date) or not isinstance(old, date):
        return False
    return abs((new - old).days) > START_MOVED_DAYS


def _percent_moves(now: Row, before: Row) -> bool:
    new, old = now["arbejdsevne_pct"], before["arbejdsevne_pct"]
    if not isinstance(new, int | float) or not isinstance(old, int | float):
        return False
    return abs(new - old) > PERCENT_POINTS


def _sent_level_changes(now: Row, before: Row) -> bool:
    return before["side900_dato"] is not None and now["niveau"] != before["niveau"]


_JUMPS = (
    Jump("HIS-012", "slut_dato", _vanishes("slut_dato")),
    Jump("HIS-013", "start_dato", _start_moves),
    Jump("HIS-014", "arbejdsevne_pct", _percent_moves),
    Jump("HIS-015", "niveau", _sent_level_changes, "afgoerelse"),
    Jump(
        "HIS-016",
        "afgoerelse",
        lambda now, before: now["afgoerelse"] != before["afgoerelse"],
        "afgoerelse",
    ),
    Jump("HIS-017", ANNULLER, _vanishes(ANNULLER)),
    Jump("HIS-018", "ansoegning_dato", _vanishes("ansoegning_dato")),
)


def find_jumps(form: Form, layout: Layout, decided: Sequence[Decided]) -> Iterator[Finding]:
    """Find the jumps among the values that the store took from a file.

    Args:
        form: The form.
        layout: The sheet.
        decided: The rows that differ.

    Findings: HIS-012 to HIS-018.
    """
    group_of = {column: group for group, columns in layout.groups.items() for column in columns}
    for jump in _JUMPS:
        if jump.field not in layout.types or jump.sheet not in {"", layout.sheet}:
            continue
        for one in decided:
            if group_of[jump.field] in one.takes and jump.is_jump(one.said, one.held):
                row = row_number(one.said)
                yield make_finding(form, jump.code, sheet=layout.sheet, row=row, field=jump.field)


def find_twins(
    form: Form, layout: Layout, before: pl.DataFrame, after: pl.DataFrame
) -> Iterator[Finding]:
    """Find new records with the natural key of a record that was there already (HIS-008)."""
    if before.is_empty():
        return
    key = list(layout.key)
    new = after.join(before, on=ROW_ID, how="anti").filter(pl.col(ANNULLER).is_null())
    if new.is_empty():
        return
    old = before.filter(pl.col(ANNULLER).is_null()).select(key).unique()
    for number in new.join(old, on=key, how="semi", nulls_equal=True)[ROW]:
        yield make_finding(form, "HIS-008", sheet=layout.sheet, row=number, field="cpr")
