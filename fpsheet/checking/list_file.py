"""List files: what another office filled in, read and checked like a kommune's workbook."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from fpsheet.checking.verdict import Verdict
from fpsheet.intake.reader import read_list_file
from fpsheet_sync.statistics.tables.benchmark import Benchmark
from fpsheet_templates.form import ColumnRole
from fpsheet_templates.rule import RuleLevel
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.finding import Finding, sort_findings
from fpsheet_validation.list_check import LANDSTAL, check_list

_FIGURE = ("omraade", "aar", "maal", "vaerdi", "kilde")
"""Columns of a line of published figures, in the order of `Benchmark`; the quarter comes last."""
_QUARTER = pl.col("kvartal").fill_null(0)

_NAMING_HEADINGS = frozenset({"LST-001", "LST-003"})
_COMPARED = frozenset({RuleLevel.HISTORY, RuleLevel.BETWEEN})
"""There is nothing to compare the lines of a list with, so no rule is left unasked."""


def read_list(path: Path, sheet_id: str, lists: SpokenForm, *, today: date) -> tuple[Verdict, str]:
    """Read and check a list; the file passes the same scan and process as a workbook.

    Args:
        path: The file.
        sheet_id: Which list it is to be.
        lists: The lists (`fpsheet_templates.load.load_lists`), in the language of the headings
            that sentences name.
        today: The day of the check.

    Returns:
        What was found, and the hash of the file; "" where it could not be opened.
    """
    reading = read_list_file(path, sheet_id, lists=lists.form)
    found = tuple(_with_headings(each, sheet_id, lists) for each in reading.findings)
    if reading.raw is None:
        return Verdict(path, sort_findings(found, lists.form), None, is_list=True), reading.sha256
    check = check_list(reading.raw, lists.form, today=today)
    findings = sort_findings((*found, *check.findings), lists.form)
    return Verdict(path, findings, check, _COMPARED, is_list=True), reading.sha256


def read_figures(
    path: Path, lists: SpokenForm, *, today: date
) -> tuple[Verdict, tuple[Benchmark, ...], str]:
    """Read a list of published figures; none where anything is wrong with it.

    Returns:
        What was found, the figures in the order of the list, and the hash of the file.
    """
    verdict, sha256 = read_list(path, LANDSTAL, lists, today=today)
    if verdict.check is None or not verdict.accepted:
        return verdict, (), sha256
    rows = verdict.check.sheets[LANDSTAL].frame.select(*_FIGURE, _QUARTER).iter_rows()
    return verdict, tuple(Benchmark(*row) for row in rows), sha256


def headings(lists: SpokenForm, sheet_id: str) -> tuple[str, ...]:
    """Return the headings of a list, in the order of its columns."""
    own = (f for f in lists.form.sheet(sheet_id).fields if f.role is ColumnRole.ENTRY)
    return tuple(lists.label(sheet_id, field.id) for field in own)


def _with_headings(finding: Finding, sheet_id: str, lists: SpokenForm) -> Finding:
    if finding.code not in _NAMING_HEADINGS:
        return finding
    named = ", ".join(headings(lists, sheet_id))
    return replace(finding, details=(*finding.details, ("overskrifter", named)))
