"""The xlwings ribbon's "Run main": check the workbook, say what was found, offer the next step."""

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fpsheet.cli.commands.key_commands import PASSWORD_VARIABLE, ask_sealing
from fpsheet.cli.console import prepare_streams
from fpsheet.cli.failure_output import ExitCode, run_guarded
from fpsheet.cli.session import Session
from fpsheet.cli.words import find_language, load_words
from fpsheet.excel.attach import attach_caller
from fpsheet.excel.excel_failure import ExcelError
from fpsheet.excel.open_book import OpenBook
from fpsheet.excel.open_workbook_steps import (
    FIGURES,
    Validated,
    go_to_next,
    preview,
    stamp_sent,
    submit,
    validate,
)
from fpsheet.private_temp import private_temp
from fpsheet_templates.load import load_texts
from fpsheet_templates.spoken import SpokenForm

if TYPE_CHECKING:
    from fpsheet.checking.check_file import Question


def main() -> None:
    """Do what "Run main" does; a failure is shown by the add-in, which reads standard error.

    Raises:
        SystemExit: Something failed; the code says to the add-in that there is something to show.
    """
    prepare_streams()
    words = load_words(find_language([], os.environ))
    now = datetime.now(UTC)  # noqa: TID251 - the other place where a program starts
    session = Session(words, os.environ, now=now, zone=now.astimezone().tzinfo or UTC)
    with private_temp():
        code = run_guarded(lambda: run(session), words=words, environment=os.environ)
    if code != ExitCode.DONE:
        sys.exit(code)


def run(session: Session) -> int:
    """Check the workbook the button was pressed in, and do what is answered."""
    book = attach_caller(session.words.language)
    question = session.question(None, None)
    found = validate(book, question)
    if found.verdict.check is None:
        _tell(book, _read_aloud(found, question, book.language))
        return ExitCode.DONE
    answer = _ask(book, found)
    if answer == "no":
        preview(book, question, session.own_folder(FIGURES))
    elif answer == "yes" and found.verdict.accepted:
        _send(book, question, session)
    elif answer == "yes" and go_to_next(book) is None:
        _tell(book, load_texts("excel.toml").get("excel.say.no_place", book.language))
    return ExitCode.DONE


def _ask(book: OpenBook, found: Validated) -> str:
    texts = load_texts("excel.toml")
    counts = {severity.value: count for severity, count in found.verdict.counts.items()}
    kind = "accepted" if found.verdict.accepted else "faults"
    text = texts.fill(f"excel.say.{kind}", book.language, {**counts, "tab": found.tab})
    return book.ask(text, texts.get("excel.say.title", book.language), "yes_no_cancel")


def _send(book: OpenBook, question: "Question", session: Session) -> None:
    keys = session.keys()
    is_sealed = keys.signing.exists() and keys.recipient_file.exists()
    if is_sealed and not session.environment.get(PASSWORD_VARIABLE):
        raise ExcelError("needs_password", book.language)  # the console is hidden
    book.save()
    sealing = ask_sealing(session)
    verdict, package = submit(book, question, session.outbox(), sealing)
    if package is None:
        return
    key = "plain" if sealing is None else "done"
    said = load_texts("program.toml").fill(
        f"command.submit.{key}", book.language, {"file": package}
    )
    try:
        stamp_sent(book, verdict)
    except ExcelError as error:
        said = f"{said}\n\n{error} {error.remedy}"
    _tell(book, said)


def _tell(book: OpenBook, text: str) -> None:
    title = load_texts("excel.toml").get("excel.say.title", book.language)
    book.ask(text, title, "ok")


def _read_aloud(found: Validated, question: "Question", language: str) -> str:
    """Return every sentence of a file that cannot be read; there are few."""
    spoken = SpokenForm(question.form, language)
    said = (
        f"{finding.message(spoken)} {finding.remedy(spoken)}" for finding in found.verdict.findings
    )
    return "\n".join(said)
