"""Folding: one cause, one finding.

A rule over a row is not judged on a row where a cell it reads is at fault by itself: the finding
of the cell says it all, and once it is mended the rule speaks. Repairs and doubts about a CPR
number hide nothing.
"""

from collections.abc import Iterable

from fpsheet_templates.form import Form
from fpsheet_templates.rule import RuleLevel, Severity
from fpsheet_validation.hit import Hit
from fpsheet_validation.reads import reads_of

Cell = tuple[str, int, str]

# A date before anything can have happened is a slip; what follows from it is not said again.
_HIDING_WARNINGS = frozenset({"FLT-025"})


def faulty_cells(hits: Iterable[Hit], form: Form) -> set[Cell]:
    """Give the cells (sheet, row, field) that are at fault by themselves."""
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
