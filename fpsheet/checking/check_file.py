"""Checking a file: what intake found in it and what the rules found in its rows, together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.limits import CHECKING_LIMITS
from fpsheet.intake.pool import run_many
from fpsheet.intake.process import ReadingProcess, Task
from fpsheet_templates.form import Form
from fpsheet_templates.spoken import SpokenForm

if TYPE_CHECKING:
    from fpsheet.checking.verdict import Verdict
    from fpsheet.intake.reader import FileReading, Reader, Source
    from fpsheet.returned.opened_workbook import OpenedWorkbook
    from fpsheet_validation.finding import Finding
    from fpsheet_validation.raw import RawWorkbook


@dataclass(frozen=True, slots=True)
class Question:
    """What a file is checked against.

    Attributes:
        form: The form.
        today: The day of the check.
        kommune: Only this kommune's workbook is wanted; empty for any.
        passed: Codes that refuse nothing: of an original, what was looked for only after it came.
    """

    form: Form
    today: date
    kommune: str = ""
    passed: frozenset[str] = frozenset()


def check_many(paths: Sequence[Path], question: Question) -> Iterator["Verdict"]:
    """Read and check workbooks in their order."""
    if len(paths) == 1:
        with ReadingProcess() as process:
            yield check_source(paths[0], paths[0], question, process)
        return
    start = partial(ReadingProcess, "fpsheet_validation.check", kept=question)
    yield from run_many(paths, partial(_check_there, question), count=len(paths), start=start)


def check_here(question: Question, *, path: Path) -> "Verdict":
    """Read and check a workbook in this process, which is a reading process."""
    from fpsheet.intake.reader import HereReader

    return check_source(path, path, question, HereReader())


def _check_there(question: Question, process: ReadingProcess, path: Path) -> "Verdict":
    """Read and check a workbook in a reading process; one that it dies of is refused."""
    verdict: Verdict | IntakeFinding = process.run(
        Task("fpsheet.checking.check_file:check_here", {"path": path}, CHECKING_LIMITS)
    )
    if isinstance(verdict, IntakeFinding):
        return check_raw(None, (verdict.to_finding(question.form),), path, question)
    return verdict


def check_source(source: "Source", path: Path, question: Question, process: "Reader") -> "Verdict":
    """Read and check a workbook.

    Args:
        source: The file, or its bytes.
        path: What the file is called in reports.
        question: What it is checked against.
        process: Where it is read. It gets ready while this module loads the rules, so it is
            started before.
    """
    from fpsheet.intake.reader import read_file

    reading = read_file(
        source, form=question.form, expected_kommune=question.kommune or None, process=process
    )
    opened, wrong = _read_lists(reading, question)
    found = (*reading.findings, *wrong)
    looked_for = tuple(each for each in found if each.code not in question.passed)
    return replace(check_raw(reading.raw, looked_for, path, question), opened=opened)


def _read_lists(
    reading: "FileReading", question: Question
) -> "tuple[OpenedWorkbook | None, tuple[Finding, ...]]":
    """Return a workbook that can be read with what was written in its lists, and what is wrong."""
    from fpsheet.returned.explanation import unsafe_explanations
    from fpsheet.returned.opened_workbook import read_lists

    if reading.raw is None or reading.archive is None:
        return None, ()
    spoken = SpokenForm(question.form, reading.raw.meta.get("sprog", "da"))
    opened = read_lists(reading.archive, spoken)
    return opened, (*opened.chosen.findings, *unsafe_explanations(opened.faults, question.form))


def check_raw(
    raw: "RawWorkbook | None", found: "tuple[Finding, ...]", path: Path, question: Question
) -> "Verdict":
    """Check a workbook that was read already; `found` is what reading found."""
    from fpsheet.checking.verdict import Verdict
    from fpsheet_validation.check import check_workbook
    from fpsheet_validation.finding import sort_findings

    if raw is None:
        return Verdict(path, sort_findings(found, question.form), None)
    check = check_workbook(raw, question.form, today=question.today)
    return Verdict(path, sort_findings((*found, *check.findings), question.form), check)
