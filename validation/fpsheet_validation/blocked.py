"""Blocked rows: the case is accepted or held as a whole.

A case is one citizen in one kommune. One FEJL on any of its rows holds all its rows in every
sheet; a row whose CPR number cannot be read belongs to no case and is held by itself.
"""

from collections.abc import Iterable, Mapping

from fpsheet_templates.form import Form
from fpsheet_templates.rule import Severity
from fpsheet_validation.hit import Hit
from fpsheet_validation.typed import ROW, TypedSheet

_CPR = "cpr"


def block_cases(
    hits: Iterable[Hit], sheets: Mapping[str, TypedSheet], form: Form
) -> dict[str, frozenset[int]]:
    """Give the Excel rows of each sheet that are held; every sheet is there, also without any."""
    grave = {rule.code for rule in form.rules if rule.severity in {Severity.FEJL, Severity.KRITISK}}
    struck = {(hit.sheet, hit.row) for hit in hits if hit.code in grave}
    rows = {
        sheet_id: list(zip(sheet.frame[ROW].to_list(), sheet.frame[_CPR].to_list(), strict=True))
        for sheet_id, sheet in sheets.items()
    }
    held: set[str | None] = {
        cpr for sheet_id, pairs in rows.items() for row, cpr in pairs if (sheet_id, row) in struck
    }
    held.add(None)
    return {
        sheet_id: frozenset(row for row, cpr in pairs if cpr in held)
        for sheet_id, pairs in rows.items()
    }
