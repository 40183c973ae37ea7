"""Files: what the merge knows of one submission."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import ascii_uppercase

from fpsheet_sync.database.record_layout import Layouts
from fpsheet_sync.merge.commit import Commit
from fpsheet_sync.merge.content import Frames, Prepared
from fpsheet_sync.merge.submission import Choice, Explanation
from fpsheet_templates.form import Form

Codes = Mapping[tuple[str, int], tuple[str, ...]]
"""(sheet, Excel row) → codes of the findings that block the row."""


@dataclass(frozen=True, slots=True)
class File:
    """A file on its way into the state.

    Attributes:
        layouts: The sheets of the form.
        commit: The commit it is.
        kommune_kode: Whose it is.
        rows: What it says (see `fpsheet_sync.merge.content.Prepared`).
        columns: Sheet → field → column letter.
        codes: Why its rows are blocked.
        no_cases: It says that there were no cases.
        explanations: What it says about its warnings.
        choices: What it decides about open conflicts.
        unsaid: Sheet → fields that came after its version of the form: it says nothing of them.
    """

    layouts: Layouts
    commit: Commit
    kommune_kode: str
    rows: Frames
    columns: Mapping[str, Mapping[str, str]]
    codes: Codes
    no_cases: bool = False
    explanations: tuple[Explanation, ...] = ()
    choices: tuple[Choice, ...] = ()
    unsaid: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_BLOCKING = {"FEJL", "KRITISK"}


def fields_after(form: Form, version: int) -> Mapping[str, tuple[str, ...]]:
    """Return sheet → fields that came after a version of the form; none for an unknown one.

    What stays in the kommune is in no file, so no file is silent about it.
    """
    late = {
        sheet.id: tuple(f.id for f in sheet.entry_fields() if f.since > version > 0 and not f.local)
        for sheet in form.entry_sheets()
    }
    return {name: fields for name, fields in late.items() if fields}


def block_codes(findings: Iterable[Mapping[str, str]]) -> Codes:
    """Return the codes that block each row. Findings are dicts (sheet, cell, severity, code)."""
    codes: dict[tuple[str, int], set[str]] = defaultdict(set)
    for finding in findings:
        if finding.get("severity") not in _BLOCKING:
            continue
        digits = finding.get("cell", "").lstrip(ascii_uppercase)
        if digits.isdecimal():
            codes[finding.get("sheet", ""), int(digits)].add(finding.get("code", ""))
    return {place: tuple(sorted(found)) for place, found in codes.items()}


def file_of(prepared: Prepared, commit: Commit, layouts: Layouts) -> File:
    """Return the file that a prepared submission is."""
    head = prepared.head
    return File(
        layouts=layouts,
        commit=commit,
        kommune_kode=head.kommune_kode,
        rows=prepared.rows,
        columns={name: sheet.columns for name, sheet in head.sheets.items()},
        codes=block_codes(head.findings),
        no_cases=head.no_cases,
        explanations=head.explanations,
        choices=head.choices,
        unsaid=fields_after(layouts.form, head.form_version),
    )
