"""Folding: one cause, one finding.

A rule over a row is not judged on a row where a cell it reads is at fault by itself: the finding
of the cell says it all, and once it is mended the rule speaks. Repairs and doubts about a CPR
number hide nothing. A row that is no citizen's (a heading, a sum, a note) is told once.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from fpsheet_templates.form import FieldType, Form
from fpsheet_templates.rule import RuleLevel, Severity
from fpsheet_validation.hit import Cell, Hit
from fpsheet_validation.raw import RawWorkbook
from fpsheet_validation.reads import reads_of
from fpsheet_validation.typed import ROW, TypedSheet

_DIGITS_OF_A_DAY = 6
"""With so many digits somebody's number was meant."""

_CPR, _NOT_A_NUMBER, _NUMBER_IN_TEXT = "cpr", "CPR-001", "FLT-026"

# A date before anything can have happened is a slip; what follows from it is not said again.
_HIDING_WARNINGS = frozenset({"FLT-025"})


def fold_stray_rows(
    hits: Iterable[Hit], raw: RawWorkbook, sheets: Mapping[str, TypedSheet], form: Form
) -> list[Hit]:
    """Leave out what the other cells say of a row with words where the CPR number belongs.

    Only where no date and no code of the row can be read, or it is a citizen's row after all. A
    number in a text that travels (FLT-026) is told all the same.
    """
    listed = list(hits)
    wordy: dict[str, set[int]] = {}
    for hit in listed:
        if hit.code == _NOT_A_NUMBER and hit.field == _CPR:
            wordy.setdefault(hit.sheet, set()).add(hit.row)
    stray = {
        (sheet_id, row)
        for sheet_id, rows in wordy.items()
        for row in _stray_rows(raw, sheets[sheet_id], form, rows)
    }
    return [
        hit
        for hit in listed
        if (hit.sheet, hit.row) not in stray or hit.code in {_NOT_A_NUMBER, _NUMBER_IN_TEXT}
    ]


def _stray_rows(raw: RawWorkbook, sheet: TypedSheet, form: Form, rows: set[int]) -> list[int]:
    """Return those of some rows that hold words for a CPR number, no date and no code."""
    telling = {FieldType.DATE, FieldType.CODE}
    fields = [f.id for f in form.sheet(sheet.sheet).entry_fields() if f.type in telling]
    typed = raw.sheets[sheet.sheet].frame[_CPR].alias("#")
    found = sheet.frame.with_columns(typed).filter(
        pl.col(ROW).is_in(sorted(rows)),
        pl.col("#").str.contains(r"\p{L}"),
        pl.col("#").str.count_matches(r"\d") < _DIGITS_OF_A_DAY,
        pl.all_horizontal(pl.col(fields).is_null()),
    )
    return found[ROW].to_list()


def faulty_cells(hits: Iterable[Hit], form: Form) -> set[Cell]:
    """Return the cells (sheet, row, field) that are at fault by themselves."""
    hiding = {
        rule.code
        for rule in form.rules
        if rule.level is RuleLevel.FIELD
        and (rule.severity is Severity.FEJL or rule.code in _HIDING_WARNINGS)
    }
    return {(hit.sheet, hit.row, hit.field) for hit in hits if hit.code in hiding}


def fold_consequences(hits: Iterable[Hit], faulty: set[Cell], form: Form) -> list[Hit]:
    """Leave out what rules over rows say of a row where a cell they read is at fault.

    Args:
        hits: Hits of any rules.
        faulty: Cells at fault by themselves (`faulty_cells`).
        form: The form, which says what each rule reads.
    """
    if not faulty:
        return list(hits)
    rows = {(sheet, row) for sheet, row, _ in faulty}
    # What a cell says of itself is never folded.
    reads = {rule.code: reads_of(rule) for rule in form.rules if rule.level is not RuleLevel.FIELD}
    return [
        hit
        for hit in hits
        if (hit.sheet, hit.row) not in rows
        or hit.code not in reads
        or not any((hit.sheet, hit.row, field) in faulty for field in (hit.field, *reads[hit.code]))
    ]
