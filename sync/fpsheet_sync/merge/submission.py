"""Submissions: one kommune's checked workbook on its way into the central database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from fpsheet_sync.merge.stamp import ToldDecision


@dataclass(frozen=True, slots=True)
class SubmittedSheet:
    """The rows of one sheet.

    Attributes:
        sheet: Sheet identifier, also the record table.
        frame: Typed rows (see `fpsheet_validation.typed`): `raekke`, `raekke_id`, the fields,
            `annuller`. Local fields are blank: they never leave the kommune.
        blocked: Excel rows that belong to a quarantined case.
        columns: Field identifier → column letter, for provenance to the cell.
    """

    sheet: str
    frame: pl.DataFrame
    blocked: frozenset[int]
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a kommune wrote about a warning; it holds until the row's values change.

    Attributes:
        code: Code of the rule.
        sheet: Sheet identifier.
        row: Excel row; 0 for the sheet or the file as a whole.
        text: The explanation.
    """

    code: str
    sheet: str
    row: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a kommune chose in the returned workbook for one open conflict.

    Attributes:
        conflict_id: Identifier of the conflict, as the receipt named it.
        values: Field → value in force from now on, as ISO text, number or code; None for blank.
        seen: Fingerprint of the claims as they were shown; the choice does not count where the
            claims have changed since. Empty to decide whatever is open.
        by: Name of the person who decided.
        reason: Why.
    """

    conflict_id: str
    values: Mapping[str, str | float | None] = field(repr=False)
    seen: str = ""
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """One file of one kommune.

    Attributes:
        sha256: Hash of the file's bytes, hexadecimal; the identity of the submission.
        kommune_kode: Sender.
        aar: Reporting year.
        workbook_id: Identity of the workbook, kept through sort, edit and re-save.
        parent: Identity of the state the workbook was issued from; empty for a blank template.
        form_version: Version of the form.
        received_at: When it was taken from the inbox, UTC.
        modified_at: The file's own modified time, UTC; None when it has none.
        no_cases: The kommune says it had no cases (explicit nil return).
        sheets: Every entry sheet.
        totals: Sheet → (rows in XML, read, blank, quarantined).
        counts: Severity → number of findings.
        findings: Findings as dicts without values (code, severity, sheet, cell, field), for the
            receipt and the quarantine.
        explanations: What the kommune wrote about its warnings.
        choices: What the kommune chose for open conflicts.
        told: Decisions that a receipt wrote into the workbook since it was `parent`.
        said_on_cover: What the Forside says of persons: field → text, a day in ISO form.
        original: The bytes of the file, kept encrypted; empty when they are not to be kept.
    """

    sha256: str
    kommune_kode: str
    aar: int
    workbook_id: str
    parent: str
    form_version: int
    received_at: datetime
    modified_at: datetime | None
    no_cases: bool
    sheets: Mapping[str, SubmittedSheet]
    totals: Mapping[str, tuple[int, int, int, int]]
    counts: Mapping[str, int]
    findings: tuple[Mapping[str, str], ...]
    explanations: tuple[Explanation, ...] = ()
    choices: tuple[Choice, ...] = ()
    told: tuple[ToldDecision, ...] = ()
    said_on_cover: Mapping[str, str] = field(default_factory=dict, repr=False)
    original: bytes = field(default=b"", repr=False)
