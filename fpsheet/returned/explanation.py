"""Explanations: what the caseworker wrote beside a warning in the list of findings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fpsheet.returned.finding_list_rows import make_fault_rows, may_be_explained
from fpsheet.returned.own_list import OwnList
from fpsheet_sync.merge.submission import Explanation as SentExplanation
from fpsheet_templates.form import Form
from fpsheet_validation.cells.cpr import text_holds_cpr
from fpsheet_validation.finding import Finding, make_finding
from fpsheet_validation.typed import Check

KEYS = tuple(f"fejlliste.{name}" for name in ("noegle", "aftryk", "forklaring"))
"""Identifiers by which the list of findings is known and read again."""


@dataclass(frozen=True, slots=True)
class TypedExplanation:
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
    """Our list as found in a workbook: its part, the name on its tab, what was written in it."""

    part: str
    title: str
    explanations: tuple[TypedExplanation, ...]

    def known(self) -> dict[tuple[str, str], str]:
        """Return (key, fingerprint) → text."""
        return {(said.key, said.fingerprint): said.text for said in self.explanations}


def read_explanations(found: OwnList) -> FaultList:
    """Read what was written in the list of findings of a workbook."""
    return FaultList(found.part, found.title, tuple(_explanations(found.rows)))


def _explanations(rows: Iterable[Mapping[str, str]]) -> Iterator[TypedExplanation]:
    for row in rows:
        key, fingerprint, text = (row[name] for name in KEYS)
        if key and text:
            yield TypedExplanation(key, fingerprint, text)


def current_explanations(
    found: FaultList | None, findings: Iterable[Finding], check: Check
) -> tuple[SentExplanation, ...]:
    """Return the explanations of a workbook whose rows still are as they were explained.

    Args:
        found: Our list in it; None for none.
        findings: What the intake and the check found in it now.
        check: The checked rows.
    """
    if found is None or not found.explanations:
        return ()
    return tuple(
        SentExplanation(row.finding.code, row.finding.sheet, row.finding.row, row.explanation)
        for row in make_fault_rows(findings, check, found.known())
        if row.explanation and may_be_explained(row.finding) and not text_holds_cpr(row.explanation)
    )


def unsafe_explanations(found: FaultList | None, form: Form) -> tuple[Finding, ...]:
    """Tell of explanations that hold a CPR number, and are therefore not sent.

    Args:
        found: Our list in a workbook; None for none.
        form: The form.

    Findings: HIS-023.
    """
    if found is None:
        return ()
    told = (said.key for said in found.explanations if text_holds_cpr(said.text))
    return tuple(
        make_finding(form, "HIS-023", details={"liste": found.title, "sted": key.partition("|")[0]})
        for key in told
    )
