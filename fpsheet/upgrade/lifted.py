"""Lifting a checked workbook, and the proof that nothing of it was lost on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from fpsheet.checking.check_file import Question, check_source
from fpsheet.checking.verdict import Verdict
from fpsheet.intake.process import ReadingProcess
from fpsheet.intake.reader import NamedBytes
from fpsheet.ooxml.archive import DamagedPackageError
from fpsheet.ooxml.parts import MAIN, parse
from fpsheet.upgrade.entry_renewal import ForeignColumn, FreshColumn, Renaming, refuse
from fpsheet.upgrade.upgraded import Upgraded, language_of, upgrade_workbook
from fpsheet_templates.form import Form
from fpsheet_templates.rule import Severity
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.raw import RawWorkbook

_BLANK_REQUIRED = "FLT-001"


class UnansweredField(NamedTuple):
    """A new field that must be filled and is blank in some rows."""

    sheet: str
    label: str
    rows: int


@dataclass(frozen=True, slots=True)
class Lifted:
    """What came of lifting a workbook.

    Attributes:
        before: What was found in the file.
        after: What is found in the lifted one; as before where nothing was lifted.
        version_before: Its version; 0 where it names none.
        version: The newest version.
        data: The lifted workbook; the file as it was where it is the newest already, empty where
            it cannot be lifted.
        fresh: Columns that are new.
        renamed: Headings that changed.
        own_sheets: Number of sheets that the caseworker added.
        comments: Number of comments.
        foreign: Columns of the other country, which were out of sight.
    """

    before: Verdict
    after: Verdict
    version_before: int
    version: int
    data: bytes = field(default=b"", repr=False)
    fresh: tuple[FreshColumn, ...] = ()
    renamed: tuple[Renaming, ...] = ()
    own_sheets: int = 0
    comments: int = 0
    foreign: tuple[ForeignColumn, ...] = ()

    @property
    def is_newest(self) -> bool:
        """Return whether there was nothing to do."""
        return self.version_before == self.version

    @property
    def rows(self) -> int:
        """Count the rows that were carried."""
        return self.after.totals.read

    @property
    def blocking(self) -> int:
        """Count the errors of the lifted workbook."""
        return self.after.counts[Severity.KRITISK] + self.after.counts[Severity.FEJL]

    def unanswered(self, spoken: SpokenForm) -> Iterator[UnansweredField]:
        """Yield the new fields that must be filled."""
        for new in self.fresh:
            blank = [
                found
                for found in self.after.findings
                if (found.code, found.sheet, found.field) == (_BLANK_REQUIRED, new.sheet, new.field)
            ]
            if blank:
                yield UnansweredField(new.sheet, spoken.label(new.sheet, new.field), len(blank))

    def to_dict(self) -> dict[str, object]:
        """Return the report as JSON has it."""
        return {
            "from": self.version_before,
            "to": self.version,
            "rows": self.rows,
            "own_sheets": self.own_sheets,
            "comments": self.comments,
            "new": [{"sheet": f.sheet, "field": f.field, "column": f.letter} for f in self.fresh],
            "renamed": [
                {"sheet": r.sheet, "field": r.field, "from": r.before, "to": r.after}
                for r in self.renamed
            ],
            "foreign": [
                {"sheet": f.sheet, "field": f.field or None, "column": f.letter}
                for f in self.foreign
            ],
            "counts": {severity.value: n for severity, n in self.after.counts.items()},
        }


def lift_workbook(verdict: Verdict, question: Question) -> Lifted:
    """Lift a workbook that was checked to the newest form.

    The lifted workbook is read again before it is given away: every row and every value that the
    intake reads in it must be as it was.

    Raises:
        WorkbookFileError: A sheet of it is not as it can be lifted.
    """
    form = question.form
    raw = verdict.check.raw if verdict.check else None
    version = raw.meta.get("form_version", "") if raw else ""
    before = int(version) if version.isdecimal() else 0
    if raw is None or verdict.opened is None or verdict.counts[Severity.KRITISK]:
        return Lifted(verdict, verdict, before, form.version)
    archive = verdict.opened.archive
    if before == form.version:
        return Lifted(verdict, verdict, before, form.version, archive.data)
    try:
        upgraded = upgrade_workbook(archive, raw, form)
    except DamagedPackageError:
        raise refuse(SpokenForm(form, language_of(raw, form)), "damaged") from None
    with ReadingProcess() as process:
        source = NamedBytes(verdict.path.name, upgraded.data)
        after = check_source(source, verdict.path, question, process)
    _compare(raw, after.check.raw if after.check else None, form)
    return _told(verdict, after, before, form, upgraded)


def _told(verdict: Verdict, after: Verdict, version: int, form: Form, upgraded: Upgraded) -> Lifted:
    return Lifted(
        verdict,
        after,
        version,
        form.version,
        data=upgraded.data,
        fresh=upgraded.fresh,
        renamed=upgraded.renamed,
        own_sheets=upgraded.own_sheets,
        comments=_count_comments(after),
        foreign=upgraded.foreign,
    )


def _compare(before: RawWorkbook, after: RawWorkbook | None, form: Form) -> None:
    """See that every value of every row is read as before.

    Raises:
        WorkbookFileError: One is not.
    """
    for sheet_id, sheet in before.sheets.items():
        lifted = after.sheets.get(sheet_id) if after else None
        if lifted is None or not _is_carried(sheet.frame, lifted.frame):
            raise refuse(SpokenForm(form, language_of(before, form)), "changed", ark=sheet.title)


def _is_carried(before: pl.DataFrame, after: pl.DataFrame) -> bool:
    """Return whether every value is there; a blank column of the other country may be gone."""
    gone = [name for name in before.columns if name not in after.columns]
    rest = before.drop(gone)
    return not any(before[name].count() for name in gone) and rest.equals(after[rest.columns])


def _count_comments(verdict: Verdict) -> int:
    """Count the notes in a workbook that was read again."""
    if verdict.opened is None:
        return 0
    archive = verdict.opened.archive
    found = [name for name in archive.entries if "/comments" in name and name.endswith(".xml")]
    roots = [parse(archive.inflate(name)) for name in found]
    return sum(1 for root in roots for _ in root.iter(f"{{{MAIN}}}comment"))
