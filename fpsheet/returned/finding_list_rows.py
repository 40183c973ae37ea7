"""The rows of the list of findings: order, words, and what ties an explanation to its values."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from fpsheet.returned.shown_text import OFFERED
from fpsheet_templates.rule import Severity
from fpsheet_validation.finding import Finding
from fpsheet_validation.typed import ROW, ROW_ID, Check

_LONGEST_INITIALS = 10
_MOST_DIGITS = 6
"""Initials with this many digits may be a CPR number in the wrong column."""


_Row = tuple[Mapping[str, object], str]
"""Values by name, and their fingerprint."""


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One finding as the caseworker sees it.

    Attributes:
        finding: The finding.
        caseworker: Initials from Borgere; empty when unknown.
        cpr: The citizen of the row, to group by; views show it masked or not at all.
        key: What the finding is about: rule, sheet, row id and field.
        fingerprint: Hash of the row's values; an explanation holds as long as it stays.
        explanation: What was written the last time, if the values are still the same.
        shown: What the cell shows, to be typed again; empty where that is not asked for.
    """

    finding: Finding
    caseworker: str
    cpr: str
    key: str
    fingerprint: str
    explanation: str = ""
    shown: str = ""


def make_fault_rows(
    findings: Iterable[Finding],
    check: Check,
    explanations: Mapping[tuple[str, str], str],
    shown: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> tuple[FaultRow, ...]:
    """Return the findings ordered by severity, then caseworker, case and place.

    Args:
        findings: Of the intake and of the check.
        check: The checked workbook, for the rows the findings are about.
        explanations: (key, fingerprint) → explanation written earlier.
        shown: (tab, cell) → what the cell shows, where that is to be typed again.

    Returns:
        One row per finding; those about the file as a whole come first.
    """
    findings = tuple(findings)
    caseworkers = _caseworkers(check)
    rows = _rows_of(findings, check)
    placed: list[tuple[tuple[bool, int, str, str], int, FaultRow]] = []
    for finding in findings:
        values, print_of_row = rows.get((finding.sheet, finding.row), _NO_ROW)
        cpr = str(values.get("cpr") or "")
        caseworker = caseworkers.get(cpr, "")
        key = "|".join(
            (
                finding.code,
                finding.sheet,
                str(values.get(ROW_ID) or finding.row),
                finding.field,
            )
        )
        explanation = explanations.get((key, print_of_row), "")
        text = shown.get((finding.title, finding.cell), "") if finding.code in OFFERED else ""
        row = FaultRow(finding, caseworker, cpr, key, print_of_row, explanation, text)
        order = (bool(finding.sheet), finding.severity.rank, caseworker, cpr)
        placed.append((order, len(placed), row))
    return tuple(row for _, _, row in sorted(placed, key=lambda entry: entry[:2]))


def _caseworkers(check: Check) -> dict[str, str]:
    """Return the initials by citizen; what may be a number or a text gone astray is not shown."""
    borger = check.sheets.get("borger")
    if borger is None:
        return {}
    pairs = borger.frame.select("cpr", "sagsbehandler").drop_nulls().iter_rows()
    return {
        str(cpr): str(initials)
        for cpr, initials in pairs
        if len(initials) <= _LONGEST_INITIALS and sum(map(str.isdigit, initials)) < _MOST_DIGITS
    }


def _rows_of(findings: Iterable[Finding], check: Check) -> dict[tuple[str, int], _Row]:
    """Return the rows that findings are about, by sheet and row."""
    wanted: dict[str, set[int]] = {}
    for finding in findings:
        wanted.setdefault(finding.sheet, set()).add(finding.row)
    return {
        (name, values[ROW]): (values, _fingerprint(values))
        for name, rows in wanted.items()
        if name in check.sheets
        for values in check.sheets[name]
        .frame.filter(pl.col(ROW).is_in(sorted(rows)))
        .iter_rows(named=True)
    }


def _fingerprint(values: Mapping[str, object]) -> str:
    """Hash the values of a row, not its place: sorting the sheet keeps the explanation."""
    said = "\x1f".join([f"{name}={value}" for name, value in values.items() if name != ROW])
    return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()


_NO_ROW: _Row = ({}, _fingerprint({}))


def may_be_explained(finding: Finding) -> bool:
    """Return whether an explanation can be written: warnings only."""
    return finding.severity is Severity.ADVARSEL
