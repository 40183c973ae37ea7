"""The pipeline: the steps from workbook to statistics, one after the other.

    build → (a person types) → read → check → submit → plan → apply → compute → write

The command line and Excel call these functions and nothing else. What lies behind a step is
imported when the step is taken, so that a check loads no database and a template no parser.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from fpsheet.files import write_whole
from fpsheet.progress import Progress, Silent, Step

if TYPE_CHECKING:
    from fpsheet.central import Central
    from fpsheet.check import Question
    from fpsheet.inbox import Processed
    from fpsheet.outbox import Sealing
    from fpsheet.receive import Desk
    from fpsheet.verdict import Verdict
    from fpsheet.workbook.issue import Issue
    from fpsheet_sync.access import Actor
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
    """Read and check workbooks, in their order; the next are read while one is checked."""
    from fpsheet.check import check_many

    progress.start(Step.CHECK, total=len(paths))
    for verdict in check_many(paths, question):
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


def write_page(verdict: "Verdict", form: "Form", language: str, out: Path) -> None:
    """Write the coordinator's page of what was found: one HTML file, CPR numbers masked.

    Raises:
        WorkbookFileError: The file cannot be written.
    """
    from fpsheet.views.page import render_page

    write_whole(out, render_page(verdict, form, language=language).encode(), language=language)


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
    from fpsheet.returned.explanation import current_explanations
    from fpsheet.transport.payload import Payload, without_local

    if verdict.check is None or verdict.unreadable:
        return None
    content = verdict.path.read_bytes()
    said = current_explanations(content, verdict.findings, verdict.check)
    payload = Payload(without_local(verdict.check.raw, form), said)
    if sealing is None:
        return send_plain(payload, folder)
    return send_sealed(payload, folder, sealing=sealing)


def sync_inbox(
    inbox: str, central: "Central", desk: "Desk", actor: "Actor", progress: Progress
) -> "list[Processed]":
    """Merge what lies in an inbox; the database is made where it is new.

    Raises:
        UsageError: There is no such inbox.
        StoreError: The database could not be used; what was merged before stays.
    """
    from fpsheet.central import open_central
    from fpsheet.inbox import sync_inbox as run

    store = open_central(central, create=central.is_new)
    try:
        return list(run(inbox, store, desk=desk, actor=actor, progress=progress))
    finally:
        store.close()


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
        store = open_central(place, create=place.is_new)
        try:
            return list(run(inbox, store, desk=desk, progress=progress))
        finally:
            store.close()


def keep_receipts(processed: "Sequence[Processed]", folder: Path) -> None:
    """Write the receipt of every file that has one, under the departement's number.

    Raises:
        WorkbookFileError: The folder cannot be written.
    """
    for file in processed:
        if file.receipt:
            content = json.dumps(file.receipt.to_dict(), ensure_ascii=False, indent=1) + "\n"
            write_whole(folder / f"{file.receipt.number}.json", content.encode())
