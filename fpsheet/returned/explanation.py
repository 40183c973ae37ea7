"""Explanations: what the caseworker wrote beside a warning in the list of findings."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

from fpsheet.returned.fault_line import COLUMNS, FIRST_ROW, IDENTITY_ROW
from fpsheet.returned.fault_row import make_fault_rows, may_be_explained
from fpsheet_sync.submission import Explanation as SentExplanation
from fpsheet_templates.load import load_form
from fpsheet_validation.finding import Finding
from fpsheet_validation.typed import Check

_MOST_ROWS = 100_000
_TAB = re.compile(rb"<(?:\w+:)?sheet\s")


@dataclass(frozen=True, slots=True)
class Explanation:
    """One explanation.

    Attributes:
        key: What it is about: rule, sheet, row id and field, joined by bars.
        fingerprint: Hash of the row's values when it was written.
        text: What was written. Free text: it is shown to the departement, never logged.
    """

    key: str
    fingerprint: str
    text: str


@dataclass(frozen=True, slots=True)
class FaultList:
    """Our list as found in a workbook: the name on its tab now, and what was written in it."""

    title: str
    explanations: tuple[Explanation, ...]


def read_fault_list(content: bytes) -> FaultList | None:
    """Find our list in a workbook, by the hidden row of identifiers, whatever it is called now.

    Args:
        content: A workbook that the intake has found safe.

    Returns:
        The list, or None when the workbook has none.
    """
    if not _has_more_sheets(content):
        return None
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(content), read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows = sheet.iter_rows(
                min_row=IDENTITY_ROW, max_row=_MOST_ROWS, max_col=len(COLUMNS), values_only=True
            )
            places = _places(next(rows, ()))
            if places is not None:
                return FaultList(sheet.title, tuple(_explanations(rows, places)))
    finally:
        book.close()
    return None


def _has_more_sheets(content: bytes) -> bool:
    """Tell whether a workbook has more tabs than the form: without one more there is no list."""
    with ZipFile(BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith("/workbook.xml")]
        tabs = sum(len(_TAB.findall(archive.read(name))) for name in names)
    return tabs > len(load_form().sheets)


def _places(identity: tuple[object, ...]) -> tuple[int, int, int] | None:
    wanted = tuple(f"fejlliste.{name}" for name in ("noegle", "aftryk", "forklaring"))
    if not all(name in identity for name in wanted):
        return None
    key, fingerprint, text = (identity.index(name) for name in wanted)
    return key, fingerprint, text


def _explanations(
    rows: Iterator[tuple[object, ...]], places: tuple[int, int, int]
) -> Iterator[Explanation]:
    for _ in range(FIRST_ROW - IDENTITY_ROW - 1):
        next(rows, ())
    for row in rows:
        if len(row) > max(places):
            key, fingerprint, text = (str(row[place] or "").strip() for place in places)
            if key and text:
                yield Explanation(key, fingerprint, text)


def current_explanations(
    content: bytes, findings: Iterable[Finding], check: Check
) -> tuple[SentExplanation, ...]:
    """Give the explanations of a workbook whose rows still are as they were explained.

    Args:
        content: The workbook, found safe by the intake.
        findings: What the intake and the check found in it now.
        check: The checked rows.
    """
    found = read_fault_list(content)
    if found is None or not found.explanations:
        return ()
    known = {(said.key, said.fingerprint): said.text for said in found.explanations}
    return tuple(
        SentExplanation(row.finding.code, row.finding.sheet, row.finding.row, row.explanation)
        for row in make_fault_rows(findings, check, known)
        if row.explanation and may_be_explained(row.finding)
    )
