"""The pipeline: the steps from workbook to statistics, one after the other.

    build → (a person types) → read → check → submit → plan → apply → compute → write

The command line and Excel call these functions and nothing else. What lies behind a step is
imported when the step is taken, so that a check loads no database and a template no parser.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from fpsheet.files import write_whole

if TYPE_CHECKING:
    from fpsheet.workbook.issue import Issue


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
