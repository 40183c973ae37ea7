"""The command that takes a receipt in: receive."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand
from fpsheet.cli.commands.key_commands import ask_password
from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.output import OutputOption
from fpsheet.cli.parameters import file_argument, json_option, today_option
from fpsheet.cli.session import Session
from fpsheet.cli.words import Words

if TYPE_CHECKING:
    from datetime import date

    from fpsheet_sync.ledger.receipt import Receipt


def make_receive_command(words: Words) -> click.Command:
    """Return the command."""
    return SpokenCommand(
        "receive",
        words=words,
        params=[
            file_argument(words, "receipt", key="command.receive.receipt", metavar="receipt_file"),
            file_argument(words, "file", key="command.receive.file"),
            OutputOption(words, "--out", key="command.receive.out"),
            today_option(words),
            json_option(words),
        ],
        run=receive_receipt,
    )


@click.pass_obj
def receive_receipt(  # noqa: PLR0913 - one parameter per option
    session: Session,
    *,
    receipt: Path,
    file: Path,
    out: Path | None,
    today: "date | None",
    as_json: bool,
) -> int:
    """Put a receipt into the kommune's own file, and say what is to be done."""
    from fpsheet.kommune.take_receipt import (
        Opening,
        is_sealed,
        looks_swapped,
        open_receipt,
        take_receipt,
    )
    from fpsheet.receipts.receipt_file import receipt_error

    keys, words = session.keys(), session.words
    if looks_swapped(receipt, file):
        raise receipt_error("swapped", words.language)
    key = None
    if is_sealed(receipt) and keys.signing.exists():
        session.warn_of(keys.signing)
        key = keys.signing_key(password=ask_password(session))
    question, target = session.question(None, today), out or file
    opening = Opening(key, keys.receipt_signer())
    opened = open_receipt(receipt, opening, question.form, language=words.language)
    take_receipt(opened, file, question, out=target, language=words.language)
    console = session.console(as_json=as_json)
    if as_json:
        console.give(_value(opened, target))
    else:
        for line in _lines(session, opened, target):
            console.say(line)
    todo = opened.conflicts or opened.waiting or opened.held
    return ExitCode.FINDINGS if todo else ExitCode.DONE


def _value(receipt: "Receipt", target: Path) -> dict[str, object]:
    return {
        "file": str(target),
        "receipt": receipt.number,
        "state": receipt.status.value,
        "waiting": len(receipt.waiting),
        "conflicts": len(receipt.conflicts),
        "missing": len(receipt.missing),
        "settled": len(receipt.settled),
        "unexplained": receipt.unexplained,
    }


def _lines(session: Session, receipt: "Receipt", target: Path) -> list[str]:
    from fpsheet.receipts.receipt_book import cover_lines

    return [
        *cover_lines(receipt, session.spoken()),
        session.words.fill("command.receive.done", {"file": target}),
    ]
