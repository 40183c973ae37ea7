"""Blocked rows: the case is accepted or held as a whole.

A case is one citizen in one kommune. One FEJL on any of its rows holds all its rows in every
sheet; a row whose CPR number cannot be read belongs to no case and is held by itself.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from fpsheet_templates.form import Form
from fpsheet_templates.rule import Severity
from fpsheet_validation.hit import Hit
from fpsheet_validation.typed import ROW, TypedSheet

_CPR = "cpr"


def block_cases(
    hits: Iterable[Hit], sheets: Mapping[str, TypedSheet], form: Form
) -> dict[str, frozenset[int]]:
    """Return the Excel rows of each sheet that are held; every sheet is there, also without any."""
    grave = {rule.code for rule in form.rules if rule.severity in {Severity.FEJL, Severity.KRITISK}}
    struck: dict[str, set[int]] = {}
    for hit in hits:
        if hit.code in grave:
            struck.setdefault(hit.sheet, set()).add(hit.row)
    held: set[str] = set()
    for sheet_id, rows in struck.items():
        if sheet_id in sheets:
            own = sheets[sheet_id].frame.filter(pl.col(ROW).is_in(sorted(rows)))
            held.update(own[_CPR].drop_nulls())
    is_held = pl.col(_CPR).is_null() | pl.col(_CPR).is_in(sorted(held))
    return {
        sheet_id: frozenset(sheet.frame.filter(is_held)[ROW]) for sheet_id, sheet in sheets.items()
    }
