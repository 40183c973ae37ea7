"""The command that tells all that is known of a citizen: history."""

from textwrap import wrap
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand
from fpsheet.cli.help import SpokenArgument
from fpsheet.cli.parameters import database_option, json_option
from fpsheet.cli.session import Session
from fpsheet.cli.values import CprValue, ReceiptValue
from fpsheet.cli.words import Words

if TYPE_CHECKING:
    from datetime import date


def make_history_commands(words: Words) -> tuple[click.Command, ...]:
    """Give the command."""
    cpr = SpokenArgument(
        "cpr",
        kind=CprValue(words),
        metavar=words.get("program.metavar.cpr"),
        spoken_help=words.get("command.history.cpr"),
    )
    as_of = click.Option(
        ["--as-of"],
        type=ReceiptValue(words),
        metavar=words.get("program.metavar.receipt"),
        help=words.get("command.history.as_of"),
    )
    history = SpokenCommand(
        "history",
        words=words,
        params=[cpr, as_of, database_option(words), json_option(words)],
        run=show_history,
    )
    return (history,)


@click.pass_obj
def show_history(
    session: Session, *, cpr: str, as_of: "date | str | None", db: str | None, as_json: bool
) -> int:
    """Show everything the database knows about a citizen; the look-up is logged."""
    from fpsheet.departement.statistics_steps import look_up
    from fpsheet.views.history_view import known_lines, known_value, standing_lines

    actor = session.actor()
    form, words = session.form(), session.words
    found = look_up(session.central(db), form, cpr, actor, as_of)
    records = found.records
    console = session.console(as_json=as_json)
    if as_json:
        console.give([known_value(known, found.standing) for known in records])
        return 0
    if not records:
        console.say(words.get("command.history.none"))
        return 0
    lines = [*standing_lines(found.standing, found.day, form, words.language)]
    lines += [line for known in records for line in known_lines(known, form, words.language)]
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        for part in wrap(line, console.width, subsequent_indent=indent) or [line]:
            console.say(part)
    return 0
