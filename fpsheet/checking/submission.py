"""From a checked workbook to a submission: what travels, and nothing that must stay."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from fpsheet.checking.verdict import Verdict
from fpsheet.intake.core_part import to_moment
from fpsheet.intake.forside_reading import COVER, form_version, sent_cover
from fpsheet.returned.explanation import current_explanations
from fpsheet_sync.merge.file_findings import TOLD_AGAIN
from fpsheet_sync.merge.stamp import read_stamp
from fpsheet_sync.merge.submission import Choice, Explanation, Submission, SubmittedSheet
from fpsheet_templates.form import FieldType, Form, Sheet, reporting_year
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.cells.cell import judge_cell
from fpsheet_validation.cells.cpr import holds_cpr, text_holds_cpr
from fpsheet_validation.finding import Finding, count_by_severity
from fpsheet_validation.raw import RawWorkbook
from fpsheet_validation.typed import Check, TypedSheet

YES = "ja"


@dataclass(frozen=True, slots=True)
class Reception:
    """How a file came in.

    Attributes:
        received_at: When it was taken from the inbox, UTC.
        modified_at: The file's own modified time, UTC; None when it has none.
        original: Its bytes, to be kept encrypted; empty when they are not to be kept.
        explanations: What the kommune wrote about its warnings.
        choices: What the kommune chose for open conflicts.
    """

    received_at: datetime
    modified_at: datetime | None = None
    original: bytes = b""
    explanations: tuple[Explanation, ...] = ()
    choices: tuple[Choice, ...] = ()


def make_submission(
    check: Check, findings: Iterable[Finding], form: Form, reception: Reception
) -> Submission:
    """Return the submission of a checked workbook. Fields marked local are blank in it.

    Args:
        check: The checked workbook.
        findings: Everything found, in the file as well as in its rows.
        form: The form.
        reception: How the file came in.
    """
    raw, found = check.raw, tuple(findings)
    answer, _ = raw.cover.get("ingen_sager", (None, ""))
    stamp = read_stamp(raw.meta.get("parent", ""))
    labels = form.code_lists["ja_nej"].by_entry(raw.meta.get("sprog", "da"))
    return Submission(
        sha256=raw.sha256,
        kommune_kode=raw.meta.get("kommune_kode", ""),
        aar=reporting_year(raw.meta.get("aar", "")),
        workbook_id=raw.meta.get("workbook_id", ""),
        parent=stamp.parent,
        form_version=form_version(raw.meta),
        received_at=reception.received_at,
        modified_at=reception.modified_at,
        no_cases=labels.get((answer or "").strip().casefold()) == YES,
        said_on_cover=_said_on_cover(raw, form),
        sheets={
            name: _submitted(sheet, form.sheet(name), check.blocked.get(name, frozenset()))
            for name, sheet in check.sheets.items()
        },
        totals={
            name: (
                sheet.totals.xml,
                sheet.totals.read,
                sheet.totals.blank,
                sheet.totals.quarantined,
            )
            for name, sheet in check.sheets.items()
        },
        counts={severity.value: count for severity, count in count_by_severity(found).items()},
        findings=tuple(_without_words(finding) for finding in found),
        # The desk tells of these (HIS-023); a package could still bring them.
        explanations=tuple(s for s in reception.explanations if not text_holds_cpr(s.text)),
        choices=tuple(
            one for one in reception.choices if not text_holds_cpr(f"{one.by}\n{one.reason}")
        ),
        told=stamp.told,
        original=reception.original,
    )


def _said_on_cover(raw: RawWorkbook, form: Form) -> dict[str, str]:
    """Return what the Forside says of persons: who vouches and when, and a contact that agreed."""
    language = raw.meta.get("sprog", "da")
    sent, said = sent_cover(raw.cover, SpokenForm(form, language)), dict[str, str]()
    for field in form.sheet(COVER).fields if form.has_sheet(COVER) else ():
        text = (sent.get(field.id, (None, ""))[0] or "").strip()
        if field.type is FieldType.DATE:
            verdict = judge_cell(text, frozenset(), field, entries={}, date1904=raw.date1904)
            text = verdict.value.isoformat() if isinstance(verdict.value, date) else ""
        if text and not field.codes and not text_holds_cpr(text):
            said[field.id] = text[: field.max_length or None]
    return said


def _submitted(sheet: TypedSheet, layout: Sheet, blocked: frozenset[int]) -> SubmittedSheet:
    local = [field for field in layout.entry_fields() if field.local]
    frame = sheet.frame.with_columns(
        pl.lit(None, dtype=sheet.frame.schema[field.id]).alias(field.id) for field in local
    )
    if blocked:
        # FLT-026 blocks the case; what it found stands in the sealed original alone.
        texts = [f for f in layout.entry_fields() if f.type is FieldType.TEXT and not f.local]
        frame = frame.with_columns(
            pl.when(~holds_cpr(pl.col(field.id))).then(field.id).alias(field.id) for field in texts
        )
    return SubmittedSheet(sheet.sheet, frame, blocked, sheet.columns)


def _without_words(finding: Finding) -> dict[str, str]:
    """Return what is kept of a finding: its place, and no value of the file."""
    # A finding about a line of our lists is on no sheet of the form: its details name the line.
    return {
        **(dict(finding.details) if finding.code in TOLD_AGAIN else {}),
        "code": finding.code,
        "severity": finding.severity.value,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "field": finding.field,
    }


Said = tuple[tuple[Explanation, ...], tuple[Choice, ...]]
"""What was written into the lists of a workbook: explanations, and choices for conflicts."""


def said_in(verdict: Verdict) -> Said:
    """Return the explanations of a checked workbook that still hold and the choices to be used."""
    if verdict.check is None or verdict.opened is None:
        return (), ()
    opened = verdict.opened
    explanations = current_explanations(opened.faults, verdict.findings, verdict.check)
    return explanations, opened.chosen.choices


_CLOCKS_DIFFER = timedelta(days=1)
"""A file may seem saved this long after it was sealed or taken in: clocks and time zones differ."""

_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
"""No workbook of ours is older."""


def own_time(workbook: RawWorkbook, sealed_at: str, received_at: datetime) -> datetime:
    """Return the moment by which a file is ordered among those of its kommune.

    It is a function of the file alone where the file tells it, so that neither the order of
    arrival nor a copy matters: what the folder says of a file is never asked. A time before the
    workbook was issued is not that of a save; one after the package was sealed, or after the file
    was taken in, cannot be. Then the seal counts, and without one the moment it was taken in.

    Args:
        workbook: The workbook; `saved_at` is what its program wrote.
        sealed_at: When its package was sealed, ISO; empty where it came in none.
        received_at: When the departement took it in, UTC.
    """
    outside = _not_after(to_moment(sealed_at), received_at) or received_at
    saved = _not_after(workbook.saved_at, outside)
    issued = to_moment(workbook.meta.get("issued_at", "")) or _FIRST
    return saved if saved is not None and saved > issued else outside


def _not_after(moment: datetime | None, limit: datetime) -> datetime | None:
    """Return a moment; None where it lies after what must have come later."""
    if moment is None or moment - limit > _CLOCKS_DIFFER:
        return None
    return moment
