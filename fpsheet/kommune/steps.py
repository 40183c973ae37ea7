"""The steps of a kommune: build, check, return, submit, take the receipt, preview."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fpsheet.files import write_whole
from fpsheet.progress import Progress, Silent, Step

if TYPE_CHECKING:
    from datetime import date

    from fpsheet.central import Central
    from fpsheet.checking.check_file import Question
    from fpsheet.checking.verdict import Verdict
    from fpsheet.statistics.explain_figure import PrintedCell
    from fpsheet.statistics.preview import Moved, Preview
    from fpsheet.transport.folder import Folder
    from fpsheet.transport.outbox import Sealing
    from fpsheet.upgrade.lifted import Lifted
    from fpsheet.workbook.issue import Issue
    from fpsheet_sync.database.access_log import Actor
    from fpsheet_sync.statistics.facts.extract import Extract, WantedExtract
    from fpsheet_sync.statistics.tables.benchmark import Benchmark
    from fpsheet_templates.form import Form
    from fpsheet_templates.spoken import SpokenForm


def build_template(issue: "Issue", *, out: Path) -> None:
    """Write a blank workbook for a kommune.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    from fpsheet.workbook.build import build_issue

    own = replace(issue, form=issue.form.in_country(issue.kommune.jurisdiction))
    write_whole(out, build_issue(own), language=issue.language)


def upgrade_file(path: Path, question: "Question", out: Path) -> "Lifted":
    """Lift a kommune's workbook to the newest form; nothing is written where it cannot be.

    Raises:
        WorkbookFileError: The file is not as it can be lifted, or cannot be written.
    """
    from fpsheet.upgrade.lifted import lift_workbook

    (verdict,) = check_files([path], question, Silent())
    lifted = lift_workbook(verdict, question)
    if lifted.data:
        write_whole(out, lifted.data)
    return lifted


def check_files(
    paths: Sequence[Path],
    question: "Question",
    progress: Progress,
    *,
    held: "Path | Central | None" = None,
    language: str = "da",
) -> Iterator["Verdict"]:
    """Read and check workbooks, in their order; the next are read while one is checked.

    Args:
        paths: The workbooks.
        question: What they are checked against.
        progress: Where progress is shown.
        held: Also compare with this: the workbook sent or pulled the last time, or the database.
        language: Language of what is said of an earlier workbook that cannot be used.

    Raises:
        UsageError: The earlier workbook cannot be read.
        StoreError: The database could not be used.
    """
    from fpsheet.checking.check_file import check_many

    progress.start(Step.CHECK, total=len(paths))
    verdicts = check_many(paths, question)
    if held:
        verdicts = _compared(verdicts, question, held, language)
    for verdict in verdicts:
        progress.advance(Step.CHECK)
        yield verdict


def _compared(
    verdicts: "Iterator[Verdict]", question: "Question", held: "Path | Central", language: str
) -> "Iterator[Verdict]":
    from fpsheet.kommune.compare_earlier import at_hand, compare_all, last_sent, of_same_kommune

    if isinstance(held, Path):
        with last_sent(held, question, language=language) as store:
            own = of_same_kommune(verdicts, held, store, language=language)
            yield from compare_all(own, question, store, is_whole=False)
    else:
        with at_hand(held) as store:
            yield from compare_all(verdicts, question, store, is_whole=True)


def return_workbook(verdict: "Verdict", spoken: "SpokenForm", out: Path) -> None:
    """Write the kommune's own file again with its findings marked and listed.

    Raises:
        WorkbookFileError: The file cannot be marked or written.
    """
    from fpsheet.returned.mark_workbook import return_workbook as mark

    if verdict.check is not None and verdict.opened is not None:
        data = mark(verdict.opened, verdict.findings, verdict.check, spoken)
        write_whole(out, data, language=spoken.language)


def submit_file(
    path: Path, question: "Question", folder: "Folder", sealing: "Sealing | None" = None
) -> tuple["Verdict", str | None]:
    """Check a workbook and put what may travel of it into a folder.

    Args:
        path: The workbook.
        question: What it is checked against.
        folder: Where it is sent.
        sealing: Keys to sign and seal it with; unsigned where there are none.

    Returns:
        What was found, and where the file that was sent lies; None where nothing could be read.

    Raises:
        WorkbookFileError: The folder cannot be written.
    """
    (verdict,) = check_files([path], question, Silent())
    return verdict, send_checked(verdict, question.form, folder, sealing)


def send_checked(
    verdict: "Verdict", form: "Form", folder: "Folder", sealing: "Sealing | None" = None
) -> str | None:
    """Put what may travel of a checked workbook into a folder, and return its place there.

    None where it cannot be read.

    Raises:
        WorkbookFileError: The folder cannot be written.
    """
    from fpsheet.checking.submission import said_in
    from fpsheet.transport.outbox import send_plain, send_sealed
    from fpsheet.transport.payload import Payload, without_local

    if verdict.check is None or verdict.refused:
        return None
    payload = Payload(without_local(verdict.check.raw, form), *said_in(verdict))
    if sealing is None:
        return send_plain(payload, folder)
    return send_sealed(payload, folder, sealing=sealing)


def stamp_sent(verdict: "Verdict", language: str) -> None:
    """Write into a workbook that was sent that the next submission descends from this one.

    Raises:
        WorkbookFileError: It is open in another program, was saved since, or cannot be written.
    """
    from fpsheet.kommune.stamp_sent import stamp_file

    if verdict.check is not None and verdict.opened is not None:
        stamp_file(verdict.path, verdict.opened, verdict.check.raw.sha256, language=language)


def preview_file(  # noqa: PLR0913, PLR0917 - what is counted, for whom and beside what
    path: Path,
    question: "Question",
    language: str,
    days: "tuple[date | None, date | None]" = (None, None),
    explain: "PrintedCell | None" = None,
    figures: "tuple[Benchmark, ...]" = (),
) -> "tuple[Verdict, Preview | None]":
    """Count what a workbook would add to the statistics of its kommune; nothing is sent.

    Args:
        path: The workbook.
        question: What it is checked against.
        language: Language of the tables.
        days: First and last day counted; the ends of the reporting year where left out.
        explain: A figure whose rows are wanted too.
        figures: Published figures of the country, to compare with.

    Raises:
        UsageError: The period ends before it begins, or there is no such figure to explain.
    """
    from datetime import date

    from fpsheet.statistics.preview import Wish, preview
    from fpsheet_sync.statistics.stat_table import Period
    from fpsheet_templates.form import reporting_year

    (verdict,) = check_files([path], question, Silent())
    named = verdict.check.raw.meta.get("aar", "") if verdict.check else ""
    year = reporting_year(named) or question.today.year
    period = Period(days[0] or date(year, 1, 1), days[1] or date(year, 12, 31))
    wish = Wish(period, question.today, language, explain, figures)
    return verdict, preview(verdict, question.form, wish)


def export_workbook(
    path: Path, question: "Question", wanted: "WantedExtract", actor: "Actor", out: Path
) -> "tuple[Verdict, Extract | None]":
    """Write the list for another system of a kommune's own workbook; no database is opened.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    from fpsheet.statistics.extract_book import write_extract
    from fpsheet.statistics.preview import draw_from_workbook

    (verdict,) = check_files([path], question, Silent())
    extract = draw_from_workbook(verdict, question.form, wanted, actor)
    if extract is not None:
        data = write_extract(extract, question.form, wanted)
        write_whole(out, data, language=wanted.language)
    return verdict, extract


def need_same_kommune(verdict: "Verdict", before: "Verdict", path: Path, language: str) -> None:
    """Refuse to compare the figures of a workbook with those of another kommune.

    Raises:
        UsageError: The two are of different kommuner.
    """
    from fpsheet.kommune.compare_earlier import kommune_of, need_same_kommune

    need_same_kommune(verdict, path, kommune_of(before), language=language)


def compare_previews(before: "Preview", now: "Preview") -> "tuple[Moved, ...]":
    """Return the figures that differ from those of the workbook as it was sent last."""
    from fpsheet.statistics.preview import moved_figures

    return moved_figures(before.release, now.release)


def write_preview(preview: "Preview", form: "Form", folder: Path) -> Path:
    """Write the figures of a preview as a workbook that must not be passed on.

    Raises:
        WorkbookFileError: The folder cannot be written.
    """
    from fpsheet.statistics.render_files import write_release

    return write_release(preview.release, folder, form)


def write_figures(
    preview: "Preview", form: "Form", folder: Path, *, taken: Collection[str] = ()
) -> Path:
    """Write the figures of a preview as one workbook to be looked at beside those open in Excel.

    Args:
        preview: What `preview_file` counted.
        form: The form.
        folder: Where it is written.
        taken: File names that are open in Excel and cannot be written over.

    Raises:
        WorkbookFileError: The folder cannot be written.
    """
    from fpsheet.statistics.render_files import render_book

    name, data = render_book(preview.release, form)
    stem, _, ending = name.rpartition(".")
    used = {other.casefold() for other in taken}
    names = (name if n == 1 else f"{stem}-{n}.{ending}" for n in range(1, len(used) + 2))
    path = folder / next(free for free in names if free.casefold() not in used)
    write_whole(path, data, language=preview.release.language)
    return path
