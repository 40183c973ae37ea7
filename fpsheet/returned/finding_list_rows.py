"""The rows of the list of findings: order, words, and what ties an explanation to its values."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from fpsheet.returned.shown_text import OFFERED
from fpsheet_templates.rule import Severity
from fpsheet_validation.finding import Finding
from fpsheet_validation.typed import ROW, ROW_ID, Check

_LONGEST_INITIALS = 10
_MOST_DIGITS = 6
"""Initials with this many digits may be a CPR number in the wrong column."""


class _Row(NamedTuple):
    """What the list has of the row that a finding is about."""

    cpr: str
    row_id: str
    fingerprint: str


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
        about = rows.get((finding.sheet, finding.row), _NO_ROW)
        caseworker = caseworkers.get(about.cpr, "")
        row_id = about.row_id or str(finding.row)
        key = f"{finding.code}|{finding.sheet}|{row_id}|{finding.field}"
        explanation = explanations.get((key, about.fingerprint), "")
        text = shown.get((finding.title, finding.cell), "") if finding.code in OFFERED else ""
        row = FaultRow(finding, caseworker, about.cpr, key, about.fingerprint, explanation, text)
        order = (bool(finding.sheet), finding.severity.rank, caseworker, about.cpr)
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
        (name, row): about
        for name, rows in wanted.items()
        if name in check.sheets
        for row, about in _read_rows(check.sheets[name].frame, rows)
    }


def _read_rows(frame: pl.DataFrame, wanted: set[int]) -> Iterator[tuple[int, _Row]]:
    """Read rows of a sheet, each with its number."""
    found = frame.filter(pl.col(ROW).is_in(sorted(wanted)))
    values = found.drop(ROW)
    names = [f"{name}=" for name in values.columns]
    known = found.select(ROW, "cpr", ROW_ID).iter_rows()
    for (row, cpr, row_id), said in zip(known, values.iter_rows(), strict=True):
        print_of_row = _fingerprint([name + str(value) for name, value in zip(names, said)])  # noqa: B905 - one each
        yield row, _Row(cpr or "", row_id or "", print_of_row)


def _fingerprint(values: Iterable[str]) -> str:
    """Hash the values of a row, not its place: sorting the sheet keeps the explanation.

    Args:
        values: `name=value` of each column.
    """
    return hashlib.blake2b("\x1f".join(values).encode(), digest_size=12).hexdigest()


_NO_ROW = _Row("", "", _fingerprint(()))


def may_be_explained(finding: Finding) -> bool:
    """Return whether an explanation can be written: warnings only."""
    return finding.severity is Severity.ADVARSEL
