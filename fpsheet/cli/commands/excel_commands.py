"""Commands for the workbook that is open in Excel: excel, next, preview, submit, install."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand, SpokenGroup
from fpsheet.cli.commands.key_commands import ask_sealing
from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.parameters import (
    address_option,
    file_argument,
    json_option,
    kommune_option,
    text_option,
    today_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.verdict_view import show_sent, show_verdict
from fpsheet.cli.words import Words

if TYPE_CHECKING:
    from fpsheet.excel.open_book import OpenBook


def make_excel_commands(words: Words) -> tuple[click.Command, ...]:
    """Return the group; without a command it checks the open workbook."""
    shared = [
        text_option(words, "--book", key="command.excel.book"),
        kommune_option(words),
        today_option(words),
    ]
    outbox = address_option(words, "--to", key="command.excel.to")
    commands = [
        SpokenCommand(
            "excel.next",
            words=words,
            params=[text_option(words, "--book", key="command.excel.book")],
            run=go_to_next,
        ),
        SpokenCommand("excel.preview", words=words, params=shared, run=preview_book),
        SpokenCommand(
            "excel.submit",
            words=words,
            params=[outbox, *shared, json_option(words)],
            run=submit_book,
        ),
        SpokenCommand(
            "excel.install",
            words=words,
            params=[file_argument(words, "file", key="command.excel.install.file")],
            run=install_button,
        ),
    ]
    group = SpokenGroup(
        "excel",
        words=words,
        params=[*shared, json_option(words)],
        run=check_book,
        commands=commands,
    )
    return (group,)


@click.pass_obj
def check_book(
    session: Session, *, book: str | None, kommune: str | None, today: date | None, as_json: bool
) -> int:
    """Check the open workbook, mark it, and show what was found."""
    from fpsheet.excel.open_workbook_steps import validate

    question = session.question(kommune, today)
    open_book = _attach(session, book)
    found = validate(open_book, question)
    show_verdict(session, found.verdict, as_json=as_json)
    console = session.console(as_json=as_json)
    for key in _remarks(open_book, tab=found.tab, unreadable=found.verdict.check is None):
        console.say(_said(session, key, tab=found.tab))
    return ExitCode.DONE if found.verdict.accepted else ExitCode.FINDINGS


def _remarks(book: "OpenBook", *, tab: str, unreadable: bool) -> list[str]:
    if unreadable:
        return ["unmarked"]
    if not tab:
        return ["clean"]
    return ["marked", "read_only"] if book.is_read_only else ["marked"]


@click.pass_obj
def go_to_next(session: Session, *, book: str | None) -> int:
    """Select the next error in the open workbook."""
    from fpsheet.excel.open_workbook_steps import go_to_next as go

    place = go(_attach(session, book))
    if place is None:
        session.console().say(_said(session, "no_place"))
        return ExitCode.DONE
    tab, cell = place
    session.console().say(_said(session, "place", tab=tab, cell=cell))
    return ExitCode.DONE


@click.pass_obj
def preview_book(
    session: Session, *, book: str | None, kommune: str | None, today: date | None
) -> int:
    """Open the figures the workbook would give."""
    from fpsheet.excel.open_workbook_steps import FIGURES, preview

    question = session.question(kommune, today)
    folder = session.own_folder(FIGURES)
    verdict, figures = preview(_attach(session, book), question, folder)
    if figures is None:
        show_verdict(session, verdict, as_json=False)
        return ExitCode.FINDINGS
    session.console().say(_said(session, "preview", file=figures))
    return ExitCode.DONE if verdict.accepted else ExitCode.FINDINGS


@click.pass_obj
def submit_book(  # noqa: PLR0913 - one parameter per option
    session: Session,
    *,
    to: str | None,
    book: str | None,
    kommune: str | None,
    today: date | None,
    as_json: bool,
) -> int:
    """Check the open workbook and send what may travel of it."""
    from fpsheet.excel.excel_failure import ExcelError
    from fpsheet.excel.open_workbook_steps import stamp_sent, submit
    from fpsheet.transport.folder import Folder

    question = session.question(kommune, today)
    open_book = _attach(session, book)
    sealing = ask_sealing(session)
    outbox = Folder(to) if to else session.outbox()
    verdict, sent = submit(open_book, question, outbox, sealing)
    answer = show_sent(session, verdict, sent, is_sealed=sealing is not None, as_json=as_json)
    if sent is not None:
        try:
            stamp_sent(open_book, verdict)
        except ExcelError as error:
            session.console(as_json=as_json).say(f"{error} {error.remedy}")
    return answer


@click.pass_obj
def install_button(session: Session, *, file: Path) -> int:
    """Make the add-in's "Run main" work in a workbook."""
    import sys

    from fpsheet.excel.install import install

    done = install(file, session.own_folder("excel"), session.environment, session.words.language)
    console = session.console()
    console.say(_said(session, "installed", name=file.name))
    if done.other_python:
        console.say(_said(session, "interpreter", path=done.other_python, wanted=sys.executable))
        return ExitCode.FINDINGS
    return ExitCode.DONE


def _attach(session: Session, name: str | None) -> "OpenBook":
    from fpsheet.excel.attach import attach

    return attach(name or "", session.words.language)


def _said(session: Session, key: str, **values: object) -> str:
    from fpsheet_templates.load import load_texts

    return load_texts("excel.toml").fill(f"excel.say.{key}", session.words.language, values)
