"""The finding that the live status of a row names."""

from collections.abc import Iterable

from fpsheet_templates.form import Form
from fpsheet_templates.rule import RuleLevel, Severity
from fpsheet_validation.finding import Finding
from fpsheet_validation.rules.fault_order import fault_place

STATUS_LEVELS = frozenset({RuleLevel.FIELD, RuleLevel.ROW})
"""Levels a row can judge alone; the others need the whole workbook and show in the check."""


def first_fault(findings: Iterable[Finding], form: Form) -> Finding | None:
    """Return the finding that a row's status names, of the findings on that row.

    Repairs and findings of rules that need more than the row are passed over; None where
    nothing is left.
    """
    shown = [
        finding
        for finding in findings
        if finding.severity is not Severity.INFO and form.rule(finding.code).level in STATUS_LEVELS
    ]
    if not shown:
        return None
    return min(shown, key=lambda f: fault_place(form, f.sheet, f.code, f.field))
