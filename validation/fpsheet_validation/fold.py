"""Folding: one cause, one finding.

A rule over a row is not judged on a row where a cell it reads is at fault by itself: the finding
of the cell says it all, and once it is mended the rule speaks. Repairs and doubts about a CPR
number hide nothing.
"""

import polars as pl

from fpsheet_templates.form import Form
from fpsheet_templates.rule import RuleLevel, Severity
from fpsheet_validation.hit import CODE, FIELD, SHEET
from fpsheet_validation.reads import reads_of
from fpsheet_validation.typed import ROW

# A date before anything can have happened is a slip; what follows from it is not said again.
_HIDING_WARNINGS = frozenset({"FLT-025"})
_PLACE = [SHEET, ROW, FIELD]


def faulty_cells(hits: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Give the cells that are at fault by themselves: `ark`, `raekke`, `felt`, each once."""
    hiding = [
        rule.code
        for rule in form.rules
        if rule.level is RuleLevel.FIELD
        and (rule.severity is Severity.FEJL or rule.code in _HIDING_WARNINGS)
    ]
    return hits.filter(pl.col(CODE).is_in(hiding)).select(_PLACE).unique()


def fold_consequences(hits: pl.DataFrame, faulty: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Leave out what rules over rows say of a row where a cell they read is at fault.

    Args:
        hits: Hits of rules over a row, a citizen or the workbook, and of fields.
        faulty: Cells at fault by themselves (`faulty_cells`).
        form: The form, which says what each rule reads.
    """
    if not (hits.height and faulty.height):
        return hits
    reads = _reads(form)
    numbered = hits.with_row_index("n")
    hidden = (
        numbered.select("n", SHEET, ROW, CODE)
        .join(reads, on=CODE)
        .join(faulty, on=_PLACE, how="semi")
    )
    return numbered.join(hidden, on="n", how="anti", maintain_order="left").drop("n")


def _reads(form: Form) -> pl.DataFrame:
    """Give code → field for every rule over rows, as far as the field is of the rule's own row."""
    pairs = [
        (rule.code, field)
        for rule in form.rules
        if rule.level is not RuleLevel.FIELD
        for field in reads_of(rule)
    ]
    return pl.DataFrame(pairs, schema={CODE: pl.String(), FIELD: pl.String()}, orient="row")
