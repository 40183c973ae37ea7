"""Explanations: what the caseworker wrote beside a warning in the list of findings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice

from fpsheet.returned.cell_text import read_texts
from fpsheet.returned.fault_row import make_fault_rows, may_be_explained
from fpsheet.returned.parts import DamagedPackageError, Parts
from fpsheet.returned.workbook_part import list_sheets
from fpsheet_sync.submission import Explanation as SentExplanation
from fpsheet_templates.load import load_form
from fpsheet_validation.finding import Finding
from fpsheet_validation.typed import Check

_MOST_ROWS = 100_000
_MOST_HEAD_ROWS = 20
"""So many rows are searched for the identifiers: she may have put some of her own above them."""
_WANTED = tuple(f"fejlliste.{name}" for name in ("noegle", "aftryk", "forklaring"))


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
    """Our list as found in a workbook: its part, and what was written in it."""

    part: str
    explanations: tuple[Explanation, ...]


def find_fault_list(parts: Parts) -> FaultList | None:
    """Find our list by the hidden row of identifiers, whatever the tab is called now.

    Args:
        parts: A workbook that the intake has found safe.

    Returns:
        The list, or None when the workbook has none that can be read.
    """
    try:
        others = [entry.part for entry in list_sheets(parts) if entry.title not in _form_titles()]
        for part in others:
            rows = read_texts(parts, part)
            for row in islice(rows, _MOST_HEAD_ROWS):
                letters = {text: letter for letter, text in row.items()}
                if all(name in letters for name in _WANTED):
                    places = tuple(letters[name] for name in _WANTED)
                    return FaultList(part, tuple(_explanations(rows, places)))
    except DamagedPackageError:
        return None
    return None


@cache
def _form_titles() -> frozenset[str]:
    """Give the tabs of the form in every language: a workbook with no others has no list."""
    form = load_form()
    languages = form.texts.languages()
    return frozenset(
        form.sheet_title(sheet.id, word) for sheet in form.sheets for word in languages
    )


def _explanations(
    rows: Iterable[Mapping[str, str]], places: tuple[str, ...]
) -> Iterator[Explanation]:
    for row in islice(rows, _MOST_ROWS):
        key, fingerprint, text = (row.get(letter, "").strip() for letter in places)
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
    found = find_fault_list(Parts(content))
    if found is None or not found.explanations:
        return ()
    known = {(said.key, said.fingerprint): said.text for said in found.explanations}
    return tuple(
        SentExplanation(row.finding.code, row.finding.sheet, row.finding.row, row.explanation)
        for row in make_fault_rows(findings, check, known)
        if row.explanation and may_be_explained(row.finding)
    )
