"""Blocked rows: the case is accepted or held as a whole.

A case is one citizen in one kommune. One FEJL on any of its rows holds all its rows in every
sheet; a row whose CPR number cannot be read belongs to no case and is held by itself.
"""

from collections.abc import Mapping

import polars as pl

from fpsheet_templates.form import Form
from fpsheet_templates.rule import Severity
from fpsheet_validation.hit import CODE, SHEET
from fpsheet_validation.typed import ROW, TypedSheet

_CPR = "cpr"


def block_cases(
    hits: pl.DataFrame, sheets: Mapping[str, TypedSheet], form: Form
) -> dict[str, frozenset[int]]:
    """Give the Excel rows of each sheet that are held; every sheet is there, also without any."""
    grave = [rule.code for rule in form.rules if rule.severity in {Severity.FEJL, Severity.KRITISK}]
    struck = hits.filter(pl.col(CODE).is_in(grave) & (pl.col(ROW) > 0))
    cases = set[str]()
    for sheet_id, sheet in sheets.items():
        rows = struck.filter(pl.col(SHEET) == sheet_id)[ROW]
        found = sheet.frame.filter(pl.col(ROW).is_in(rows.implode()))[_CPR].drop_nulls()
        cases.update(found.to_list())
    held = pl.Series(sorted(cases), dtype=pl.String).implode()
    blocked = {}
    for sheet_id, sheet in sheets.items():
        is_held = pl.col(_CPR).is_in(held) | pl.col(_CPR).is_null()
        blocked[sheet_id] = frozenset(sheet.frame.filter(is_held)[ROW].to_list())
    return blocked
