"""The pipeline: the steps from workbook to statistics, one after the other.

    build → (a person types) → read → check → submit → plan → apply → compute → write

The command line and Excel call these functions and nothing else. What lies behind a step is
imported when the step is taken, so that a check loads no database and a template no parser.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fpsheet.files import write_whole
from fpsheet.progress import Progress, Step

if TYPE_CHECKING:
    from fpsheet.check import Question
    from fpsheet.verdict import Verdict
    from fpsheet.workbook.issue import Issue
    from fpsheet_templates.form import Form


def build_template(issue: "Issue", *, out: Path) -> None:
    """Write a blank workbook for a kommune.

    Raises:
        UsageError: The kommune does not exist.
        WorkbookFileError: The file cannot be written.
    """
    from fpsheet.workbook.build import build_workbook

    data = build_workbook(
        issue.form,
        kommune_kode=issue.kommune.code,
        aar=issue.aar,
        language=issue.language,
        workbook_id=issue.workbook_id,
        issued_at=issue.issued_at,
    )
    write_whole(out, data, language=issue.language)


def check_files(
    paths: Sequence[Path], question: "Question", progress: Progress
) -> Iterator["Verdict"]:
    """Read and check workbooks, one after the other, in their order."""
    from fpsheet.intake.process import ReadingProcess

    with ReadingProcess() as process:
        from fpsheet.check import check_source

        progress.start(Step.CHECK, total=len(paths))
        for path in paths:
            verdict = check_source(path, path, question, process)
            progress.advance(Step.CHECK)
            yield verdict


def return_workbook(verdict: "Verdict", form: "Form", language: str, out: Path) -> None:
    """Write the kommune's own file again with its findings marked and listed.

    Raises:
        WorkbookFileError: The file cannot be marked or written.
    """
    from fpsheet.returned.returned import return_workbook as mark

    if verdict.check is not None:
        content = verdict.path.read_bytes()
        data = mark(content, verdict.findings, verdict.check, form=form, language=language)
        write_whole(out, data, language=language)
