"""Findings of a file as machines need them."""

from typing import TypedDict

from fpsheet.checking.verdict import Verdict
from fpsheet_templates.spoken import SpokenForm


class FindingValue(TypedDict):
    """One finding; never the value of the cell."""

    code: str
    severity: str
    sheet: str
    cell: str
    field: str
    message: str
    remedy: str


class VerdictValue(TypedDict):
    """One file: `fpsheet check --json` writes one line of this per file."""

    file: str
    accepted: bool
    counts: dict[str, int]
    rows: dict[str, int]
    findings: list[FindingValue]


def verdict_value(verdict: Verdict, spoken: SpokenForm) -> VerdictValue:
    """Return what was found in a file; every severity and every control total is there."""
    totals = verdict.totals
    return {
        "file": str(verdict.path),
        "accepted": verdict.accepted,
        "counts": {severity.value: count for severity, count in verdict.counts.items()},
        "rows": {
            "xml": totals.xml,
            "read": totals.read,
            "blank": totals.blank,
            "quarantined": totals.quarantined,
        },
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity.value,
                "sheet": finding.sheet,
                "cell": finding.cell,
                "field": finding.field,
                "message": finding.message(spoken),
                "remedy": finding.remedy(spoken),
            }
            for finding in verdict.findings
        ],
    }
