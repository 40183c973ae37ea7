"""Commands of a kommune: check, preview, submit."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand
from fpsheet.cli.commands.key_commands import ask_sealing
from fpsheet.cli.commands.preview_command import make_preview_command
from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.output import PAGE, OutputOption, own_names
from fpsheet.cli.parameters import (
    address_option,
    file_argument,
    given_file_option,
    json_option,
    kommune_option,
    text_option,
    today_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.verdict_view import show_sent, show_verdict
from fpsheet.cli.words import Words
from fpsheet.files import PAGE_MARK
from fpsheet_templates.errors import UsageError, WorkbookFileError

if TYPE_CHECKING:
    from fpsheet.checking.verdict import Verdict


def make_kommune_commands(words: Words) -> tuple[click.Command, ...]:
    """Return the commands."""
    check = SpokenCommand(
        "check",
        words=words,
        params=[
            file_argument(words, "files", key="command.check.files", many=True),
            OutputOption(
                words, "--return", name="returned", key="command.check.returned", many="files"
            ),
            OutputOption(
                words,
                "--page",
                key="command.check.page",
                endings=PAGE,
                many="files",
                own_mark=PAGE_MARK,
            ),
            given_file_option(words, "--earlier", key="command.check.earlier"),
            text_option(words, "--db", key="command.check.db", metavar="url"),
            kommune_option(words),
            today_option(words),
            json_option(words),
        ],
        run=check_workbooks,
    )
    submit = SpokenCommand(
        "submit",
        words=words,
        params=[
            file_argument(words, "file", key="command.submit.file"),
            address_option(words, "--to", key="command.submit.to", required=True),
            kommune_option(words),
            today_option(words),
            json_option(words),
        ],
        run=submit_workbook,
    )
    return check, make_preview_command(words), submit


@click.pass_obj
def check_workbooks(  # noqa: PLR0913 - one parameter per option
    session: Session,
    *,
    files: tuple[Path, ...],
    returned: Path | None,
    page: Path | None,
    earlier: Path | None,
    db: str | None,
    kommune: str | None,
    today: date | None,
    as_json: bool,
) -> int:
    """Check workbooks and show what was found."""
    from fpsheet.kommune.steps import check_files

    if earlier and db:
        raise UsageError(session.words.get("command.check.both"))
    question = session.question(kommune, today)
    held = earlier or (session.central(db) if db else None)
    wanted = _Wanted(returned, page, many=len(files) > 1)
    accepted, names, failures = 0, own_names(files), list[WorkbookFileError]()
    with session.progress(quiet=as_json or len(files) == 1) as progress:
        language = session.words.language
        for verdict in check_files(files, question, progress, held=held, language=language):
            show_verdict(session, verdict, as_json=as_json)
            accepted += verdict.accepted
            try:
                _write_views(session, verdict, wanted, next(names), as_json=as_json)
            except WorkbookFileError as error:
                # One file that cannot be written keeps no other from being checked.
                failures.append(error)
    if len(files) > 1:
        counts = {"accepted": accepted, "count": len(files)}
        session.console(as_json=as_json).say(session.words.fill("program.report.files", counts))
    if failures:
        raise failures[0]
    return ExitCode.DONE if accepted == len(files) else ExitCode.FINDINGS


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What `check` writes beside its report; folders where there are several files."""

    returned: Path | None
    page: Path | None
    many: bool


def _write_views(
    session: Session, verdict: "Verdict", wanted: _Wanted, name: str, *, as_json: bool
) -> None:
    """Write the marked workbook and the coordinator's page of a file, and say where they are."""
    from fpsheet.kommune.steps import return_workbook
    from fpsheet.views.page import write_page

    words = session.words
    console = session.console(as_json=as_json)
    if wanted.returned and not verdict.check:
        console.say(words.get("command.check.not_marked"))
    elif wanted.returned:
        out = wanted.returned / f"{name}.xlsx" if wanted.many else wanted.returned
        return_workbook(verdict, session.spoken(), out)
        console.say(words.fill("command.check.marked", {"file": out}))
    if wanted.page:
        out = wanted.page / f"{name}.html" if wanted.many else wanted.page
        write_page(verdict, session.spoken(), out)
        console.say(words.fill("command.check.page_done", {"file": out}))


@click.pass_obj
def submit_workbook(  # noqa: PLR0913 - one parameter per option
    session: Session,
    *,
    file: Path,
    to: str,
    kommune: str | None,
    today: date | None,
    as_json: bool,
) -> int:
    """Check a workbook and send what may travel of it."""
    from fpsheet.kommune.steps import stamp_sent, submit_file
    from fpsheet.transport.folder import Folder

    question = session.question(kommune, today)
    sealing = ask_sealing(session)
    verdict, sent = submit_file(file, question, Folder(to), sealing)
    answer = show_sent(session, verdict, sent, is_sealed=sealing is not None, as_json=as_json)
    if sent is None:
        return answer
    try:
        stamp_sent(verdict, session.words.language)
    except WorkbookFileError:
        console = session.console(as_json=as_json)
        console.say(session.words.get("command.submit.unstamped"))
    return answer
