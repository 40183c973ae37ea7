"""Jumps: changes to what the departement already holds that are possible but seldom meant."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from fpsheet_sync.database.record_columns import ANNULLER
from fpsheet_sync.database.record_layout import Layout
from fpsheet_sync.merge.content import ROW
from fpsheet_sync.merge.record_identity import ROW_ID
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
        condition: True where the file's value (plain name) against the store's (`m:`) jumps.
        sheet: The only sheet to look at; empty for all.
    """

    code: str
    field: str
    condition: pl.Expr
    sheet: str = ""


def _jumps() -> tuple[Jump, ...]:
    def now(field: str) -> pl.Expr:
        return pl.col(field)

    def before(field: str) -> pl.Expr:
        return pl.col(f"m:{field}")

    def differs(field: str) -> pl.Expr:
        return now(field).ne_missing(before(field))

    moved = (now("start_dato") - before("start_dato")).dt.total_days().abs()
    points = (now("arbejdsevne_pct") - before("arbejdsevne_pct")).abs()
    sent = before("side900_dato").is_not_null()
    return (
        Jump(
            "HIS-012", "slut_dato", before("slut_dato").is_not_null() & now("slut_dato").is_null()
        ),
        Jump("HIS-013", "start_dato", moved > START_MOVED_DAYS),
        Jump("HIS-014", "arbejdsevne_pct", points > PERCENT_POINTS),
        Jump("HIS-015", "niveau", sent & differs("niveau"), "afgoerelse"),
        Jump("HIS-016", "afgoerelse", differs("afgoerelse"), "afgoerelse"),
        Jump("HIS-017", ANNULLER, before(ANNULLER).is_not_null() & now(ANNULLER).is_null()),
        Jump(
            "HIS-018",
            "ansoegning_dato",
            before("ansoegning_dato").is_not_null() & now("ansoegning_dato").is_null(),
        ),
    )


def find_jumps(form: Form, layout: Layout, decided: pl.DataFrame) -> Iterator[Finding]:
    """Find the jumps among the values that the store took from a file.

    Args:
        form: The form.
        layout: The sheet.
        decided: The rows that differ (see `fpsheet_sync.merge.three_way.Merged`).

    Findings: HIS-012 to HIS-018.
    """
    if decided.is_empty():
        return
    group_of = {column: group for group, columns in layout.groups.items() for column in columns}
    for jump in _jumps():
        if jump.field not in layout.types or jump.sheet not in {"", layout.sheet}:
            continue
        taken = pl.col(f"take:{group_of[jump.field]}")
        for number in decided.filter(taken & jump.condition)[ROW]:
            yield make_finding(form, jump.code, sheet=layout.sheet, row=number, field=jump.field)


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
