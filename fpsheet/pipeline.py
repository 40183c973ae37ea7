"""The pipeline: the steps from workbook to statistics, one after the other.

    build → (a person types) → read → check → submit → plan → apply → compute → write

The command line and Excel call these functions and nothing else. What lies behind a step is
imported when the step is taken, so that a check loads no database and a template no parser.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from fpsheet.files import write_whole
from fpsheet.progress import Progress, Silent, Step

if TYPE_CHECKING:
    from datetime import date, datetime

    from fpsheet.central import Central
    from fpsheet.check import Question
    from fpsheet.explain import Explained, Printed
    from fpsheet.exports import Extract, Wanted
    from fpsheet.imports import ImportedFigures, ListQuestion
    from fpsheet.inbox import Processed
    from fpsheet.outbox import Sealing
    from fpsheet.prefilled import Prefilled
    from fpsheet.preview import Moved, Preview
    from fpsheet.publish import Order, Written
    from fpsheet.receipts.answer import Opening
    from fpsheet.receive import Desk
    from fpsheet.rules_trial import TrialLine
    from fpsheet.upgrade.lifted import Lifted
    from fpsheet.verdict import Verdict
    from fpsheet.workbook.issue import Issue
    from fpsheet_sync.access import Actor
    from fpsheet_sync.decision import OpenConflict
    from fpsheet_sync.history import Known
    from fpsheet_sync.income import Imported
    from fpsheet_sync.rebuild import Rebuilt
    from fpsheet_sync.receipt import Receipt
    from fpsheet_sync.state import Plain
    from fpsheet_sync.status import StatusLine
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


def pull_workbook(central: "Central", issue: "Issue", actor: "Actor", out: Path) -> "Prefilled":
    """Write a workbook filled with what the database holds of a kommune. The log says who asked.

    Raises:
        UsageError: The kommune never delivered anything.
        StoreError: The database could not be used, or its key is missing.
        WorkbookFileError: The file cannot be written.
    """
    from fpsheet.central import open_central
    from fpsheet.prefilled import prefill_workbook

    with closing(open_central(central)) as store:
        prefilled = prefill_workbook(store, issue, actor)
    write_whole(out, prefilled.data, language=issue.language)
    return prefilled


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
) -> Iterator["Verdict"]:
    """Read and check workbooks, in their order; the next are read while one is checked.

    Args:
        paths: The workbooks.
        question: What they are checked against.
        progress: Where progress is shown.
        held: Also compare with this: the workbook sent or pulled the last time, or the database.

    Raises:
        UsageError: The earlier workbook cannot be read.
        StoreError: The database could not be used.
    """
    from fpsheet.check import check_many

    progress.start(Step.CHECK, total=len(paths))
    verdicts = check_many(paths, question)
    for verdict in _compared(verdicts, question, held) if held else verdicts:
        progress.advance(Step.CHECK)
        yield verdict


def _compared(
    verdicts: "Iterator[Verdict]", question: "Question", held: "Path | Central"
) -> "Iterator[Verdict]":
    from fpsheet.earlier import at_hand, compare_all, last_sent

    is_file = isinstance(held, Path)
    with last_sent(held, question) if isinstance(held, Path) else at_hand(held) as store:
        yield from compare_all(verdicts, question, store, is_whole=not is_file)


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


def write_page(verdict: "Verdict", form: "Form", language: str, out: Path) -> None:
    """Write the coordinator's page of what was found: one HTML file, CPR numbers masked.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    from fpsheet.views.page import render_page

    write_whole(out, render_page(verdict, form, language=language).encode(), language=language)


def write_rule_book(form: "Form", language: str, out: Path) -> None:
    """Write the catalogue of rules as a workbook: the rules, and what changed when.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    from fpsheet.views.rule_book import rule_book

    write_whole(out, rule_book(form, language), language=language)


def try_rules_on_files(
    rules: Path, paths: Sequence[Path], question: "Question"
) -> "Iterator[TrialLine]":
    """Give what new row rules, spelled as in floor 1, would strike in workbooks.

    Raises:
        UsageError: The file holds no rules that can be tried.
    """
    from fpsheet.rules_trial import read_trial_rules, try_on_files

    return try_on_files(read_trial_rules(rules), paths, question)


def try_rules_on_stored(rules: Path, central: "Central", desk: "Desk") -> "Iterator[TrialLine]":
    """Give what new row rules would strike in the last submission of every kommune and year.

    Raises:
        UsageError: The file holds no rules that can be tried.
        StoreError: The database could not be used, or an original is missing.
    """
    from fpsheet.rules_trial import read_trial_rules, try_on_stored

    return try_on_stored(read_trial_rules(rules), central, desk)


def submit_file(
    path: Path, question: "Question", folder: Path, sealing: "Sealing | None" = None
) -> tuple["Verdict", Path | None]:
    """Check a workbook and put what may travel of it into a folder.

    Args:
        path: The workbook.
        question: What it is checked against.
        folder: Where it is sent.
        sealing: Keys to sign and seal it with; unsigned where there are none.

    Returns:
        What was found, and the file that was sent; None where nothing could be read.

    Raises:
        WorkbookFileError: The folder cannot be written.
    """
    (verdict,) = check_files([path], question, Silent())
    return verdict, send_checked(verdict, question.form, folder, sealing)


def send_checked(
    verdict: "Verdict", form: "Form", folder: Path, sealing: "Sealing | None" = None
) -> Path | None:
    """Put what may travel of a checked workbook into a folder; None where it cannot be read.

    Raises:
        WorkbookFileError: The folder cannot be written.
    """
    from fpsheet.outbox import send_plain, send_sealed
    from fpsheet.said import said_in
    from fpsheet.transport.payload import Payload, without_local

    if verdict.check is None or verdict.refused:
        return None
    content = verdict.path.read_bytes()
    payload = Payload(without_local(verdict.check.raw, form), *said_in(content, verdict, form))
    if sealing is None:
        return send_plain(payload, folder)
    return send_sealed(payload, folder, sealing=sealing)


def stamp_sent(verdict: "Verdict", language: str) -> None:
    """Write into a workbook that was sent that the next submission descends from this one.

    Raises:
        WorkbookFileError: It is open in another program, was saved since, or cannot be written.
    """
    from fpsheet.receipts.stamp import stamp_file

    if verdict.check is not None:
        stamp_file(verdict.path, verdict.check.raw.sha256, language=language)


def open_receipt(path: Path, opening: "Opening", language: str) -> "Receipt":
    """Open the file of a receipt.

    Raises:
        ReceiptError: It is damaged, altered, not signed, or for somebody else.
    """
    from fpsheet.receipts.answer import open_receipt as read

    return read(path, opening, language=language)


def take_receipt(
    receipt: "Receipt", file: Path, question: "Question", *, out: Path, language: str
) -> "Verdict":
    """Put a receipt into the kommune's own file, or into a copy of it.

    Raises:
        ReceiptError: The receipt cannot be used for this file; the file is unchanged.
        WorkbookFileError: The returned workbook cannot be made or written.
    """
    from fpsheet.receipts.answer import take_receipt as take

    return take(receipt, file, question, out=out, language=language)


def preview_file(
    path: Path,
    question: "Question",
    language: str,
    days: "tuple[date | None, date | None]" = (None, None),
    explain: "Printed | None" = None,
) -> "tuple[Verdict, Preview | None]":
    """Count what a workbook would add to the statistics of its kommune; nothing is sent.

    Args:
        path: The workbook.
        question: What it is checked against.
        language: Language of the tables.
        days: First and last day counted; the ends of the reporting year where left out.
        explain: A figure whose rows are wanted too.

    Raises:
        UsageError: The period ends before it begins, or there is no such figure to explain.
    """
    from datetime import date

    from fpsheet.preview import Wish, preview
    from fpsheet_sync.stat_table import Period

    (verdict,) = check_files([path], question, Silent())
    year = question.today.year
    if verdict.check is not None and verdict.check.raw.meta.get("aar", "").isdecimal():
        year = int(verdict.check.raw.meta["aar"])
    period = Period(days[0] or date(year, 1, 1), days[1] or date(year, 12, 31))
    wish = Wish(period, question.today, language, explain)
    return verdict, preview(verdict, question.form, wish)


def compare_previews(before: "Preview", now: "Preview") -> "tuple[Moved, ...]":
    """Give the figures that differ from those of the workbook as it was sent last."""
    from fpsheet.preview import moved_figures

    return moved_figures(before.release, now.release)


def write_preview(preview: "Preview", form: "Form", folder: Path) -> Path:
    """Write the figures of a preview as a workbook that must not be passed on.

    Raises:
        WorkbookFileError: The folder cannot be written.
    """
    from fpsheet.statistics.publish import write_release

    return write_release(preview.release, folder, form)[0]


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
    from fpsheet.statistics.publish import render_book

    name, data = render_book(preview.release, form)
    stem, _, ending = name.rpartition(".")
    used = {other.casefold() for other in taken}
    names = (name if n == 1 else f"{stem}-{n}.{ending}" for n in range(1, len(used) + 2))
    path = folder / next(free for free in names if free.casefold() not in used)
    write_whole(path, data, language=preview.release.language)
    return path


def sync_inbox(
    inbox: str, central: "Central", desk: "Desk", actor: "Actor", progress: Progress
) -> "Iterator[Processed]":
    """Merge what lies in an inbox, file by file; the database is made where it is new.

    Raises:
        UsageError: There is no such inbox.
        StoreError: The database could not be used; what was merged before stays.
    """
    from fpsheet.central import open_central
    from fpsheet.inbox import sync_inbox as run

    with closing(open_central(central, create=central.is_new)) as store:
        yield from run(inbox, store, desk=desk, actor=actor, progress=progress)


def plan_inbox(
    inbox: str, central: "Central", desk: "Desk", progress: Progress
) -> "list[Processed]":
    """Plan what `sync_inbox` would do; nothing is written, and no database is made."""
    from fpsheet.central import locate_central, open_central
    from fpsheet.inbox import plan_inbox as run

    with TemporaryDirectory(prefix="fpsheet-") as folder:
        place = central
        if central.is_new:
            # Planned against an empty database that is thrown away.
            place = locate_central(f"sqlite:///{Path(folder) / 'empty.db'}")
            desk = replace(desk, key_file=place.key_file)
        with closing(open_central(place, create=place.is_new)) as store:
            return list(run(inbox, store, desk=desk, progress=progress))


def post_receipts(
    processed: "Iterable[Processed]", folder: str, desk: "Desk", form: "Form", language: str
) -> "Iterator[Processed]":
    """Write the receipt of every file that has one, under the departement's number, and pass it on.

    Args:
        processed: What became of the files of an inbox.
        folder: A folder or any fsspec address; each kommune has its own in it.
        desk: The keys that receipts are signed and sealed with.
        form: The form.
        language: Language of the workbooks.

    Raises:
        WorkbookFileError: The folder cannot be written.
    """
    from fpsheet.receipts.post import Post
    from fpsheet.receipts.post import post_receipts as write
    from fpsheet.transport.folder import Folder

    return write(processed, Folder(folder), Post(form, desk.today, language, desk.unsealing))


def publish_statistics(
    central: "Central", form: "Form", order: "Order", folder: Path, progress: Progress
) -> "Written":
    """Compute the statistics of a period, write them as workbooks, and publish them if asked.

    Raises:
        UsageError: The period ends before it begins, or there is no such edition.
        StoreError: The database could not be used.
        WorkbookFileError: The folder cannot be written.
    """
    from fpsheet.central import open_central
    from fpsheet.publish import publish

    with closing(open_central(central, with_keys=False)) as store:
        return publish(store, form, order, folder, progress)


def explain_figure(
    central: "Central", form: "Form", order: "Order", printed: "Printed", actor: "Actor"
) -> "Explained":
    """Give the records behind a cell of an internal edition; the log says who asked.

    Raises:
        UsageError: There is no such figure, or it has no records behind it.
        StoreError: The database could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet.explain import explain_cell

    with closing(open_central(central, with_keys=False)) as store:
        return explain_cell(store, form, order, printed, actor)


def look_up(
    central: "Central", cpr: str, actor: "Actor", as_of: "date | None" = None
) -> "tuple[Known, ...]":
    """Give everything the database knows about a citizen, now or as it was on a day; logged.

    Raises:
        StoreError: The database could not be used, or its key is missing.
    """
    from fpsheet.central import open_central
    from fpsheet.publish import commit_of
    from fpsheet_sync.history import history

    with closing(open_central(central)) as store:
        last = None
        if as_of is not None:
            with store.read() as connection:
                last = commit_of(connection, as_of)
        return history(store, cpr, actor=actor, as_of=last).records


def read_status(central: "Central", form: "Form", aar: int) -> "list[StatusLine]":
    """Give how each kommune stands in a year: those of every country that has delivered.

    Raises:
        StoreError: The database could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet.publish import delivered_countries, expected_kommuner
    from fpsheet_sync.status import status

    with closing(open_central(central, with_keys=False)) as store:
        with store.read() as connection:
            countries = delivered_countries(connection, form, None)
        return status(store, expected_kommuner(form, countries, aar), [aar])


def write_status(
    lines: "Sequence[StatusLine]", form: "Form", language: str, now: "datetime", out: Path
) -> None:
    """Write how each kommune stands as a workbook.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    from fpsheet.statistics.xlsx import write_xlsx
    from fpsheet.views.status_book import status_book

    book = status_book(lines, form, language=language, now=now)
    write_whole(out, write_xlsx(book), language=language)


def read_conflicts(central: "Central", kommune_kode: str) -> "list[OpenConflict]":
    """Give the open conflicts of a kommune, or of all.

    Raises:
        StoreError: The database could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet_sync.decision import conflicts

    with closing(open_central(central, with_keys=False)) as store:
        return conflicts(store, kommune_kode)


def resolve_conflict(
    central: "Central", conflict: str, values: "Mapping[str, Plain]", actor: "Actor", reason: str
) -> None:
    """Decide a conflict; the values count from now on.

    Raises:
        StoreError: There is no such conflict, or a field cannot hold the value.
    """
    from fpsheet.central import open_central
    from fpsheet_sync.decision import resolve_conflict as resolve

    with closing(open_central(central)) as store:
        resolve(store, conflict, values, actor=actor, reason=reason)


def release_file(central: "Central", number: int, actor: "Actor", reason: str) -> None:
    """Let a held file through; the rows it lacks stay in force.

    Raises:
        StoreError: The commit is not held.
    """
    from fpsheet.central import open_central
    from fpsheet_sync.decision import release_file as release

    with closing(open_central(central)) as store:
        release(store, number, actor=actor, reason=reason)


def rebuild_database(central: "Central", desk: "Desk", to: str | None = None) -> "Rebuilt":
    """Replay the stored originals into another database, and compare the two.

    Args:
        central: The database.
        desk: What is needed to read the originals.
        to: URL of the database to make; thrown away when left out.

    Raises:
        StoreError: An original is missing or was altered, or a database could not be used.
    """
    from fpsheet.central import Central, open_central
    from fpsheet.receive import read_original
    from fpsheet_sync.rebuild import rebuild

    with TemporaryDirectory(prefix="fpsheet-") as folder:
        url = to or f"sqlite:///{Path(folder) / 'rebuilt.db'}"
        place = Central(url, central.key_file)
        with (
            closing(open_central(central)) as store,
            closing(open_central(place, create=True)) as target,
            read_original(desk) as read,
        ):
            return rebuild(store, target, read)


def export_citizens(
    central: "Central", form: "Form", wanted: "Wanted", actor: "Actor", out: Path
) -> "Extract":
    """Write an export with CPR numbers, and give it. The log says who asked.

    Raises:
        StoreError: The database could not be used, or its key is missing.
        WorkbookFileError: The file cannot be written.
    """
    from fpsheet.central import open_central
    from fpsheet.exports import draw_extract, write_extract

    with closing(open_central(central)) as store:
        extract = draw_extract(store, form, wanted, actor)
    write_whole(out, write_extract(extract, form, wanted), language=wanted.language)
    return extract


def import_figures(
    path: Path, central: "Central", question: "ListQuestion", actor: "Actor"
) -> "tuple[Verdict, ImportedFigures | None]":
    """Read national figures to compare with; nothing where anything is wrong with the list.

    Raises:
        StoreError: The database could not be used.
    """
    from fpsheet.central import open_central
    from fpsheet.imports import import_figures as read

    with closing(open_central(central, with_keys=False)) as store:
        return read(path, store, question, actor)


def import_answer(
    path: Path, central: "Central", question: "ListQuestion", actor: "Actor"
) -> "tuple[Verdict, Imported | None]":
    """Read Skattestyrelsen's answer into Indkomst; nothing where anything is wrong with it.

    Raises:
        StoreError: The database could not be used, or its key is missing.
    """
    from fpsheet.central import open_central
    from fpsheet.imports import import_answer as read

    with closing(open_central(central)) as store:
        return read(path, store, question, actor)


def write_blank_list(sheet_id: str, question: "ListQuestion", out: Path) -> None:
    """Write a blank list for another office to fill in.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    from fpsheet.imports import blank_list

    write_whole(out, blank_list(sheet_id, question), language=question.language)
