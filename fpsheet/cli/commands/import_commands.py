"""Commands that read what other offices filled in: import benchmark, import skat, import blank."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand, SpokenGroup
from fpsheet.cli.commands.state_commands import say_held
from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.help import SpokenArgument
from fpsheet.cli.output import OutputOption
from fpsheet.cli.parameters import (
    database_option,
    file_argument,
    json_option,
    year_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.values import ChoiceValue
from fpsheet.cli.verdict_view import show_verdict
from fpsheet.cli.words import Words

if TYPE_CHECKING:
    from datetime import date

    from fpsheet.cli.console import Console
    from fpsheet.departement.imports import ListQuestion
    from fpsheet_sync.ledger.tax_income import Imported

_LISTS = {"benchmark": "landstal", "skat": "skattesvar"}


def make_import_commands(words: Words) -> tuple[click.Command, ...]:
    """Return the commands."""
    file = file_argument(words, "file", key="command.import.file")
    common = [file, database_option(words), json_option(words)]
    benchmark = SpokenCommand("import.benchmark", words=words, params=common, run=import_benchmark)
    year = year_option(words, key="command.import.skat.year")
    skat = SpokenCommand("import.skat", words=words, params=[*common, year], run=import_skat)
    kind = SpokenArgument(
        "kind",
        kind=ChoiceValue(words, tuple(_LISTS)),
        metavar=words.get("program.metavar.list"),
        spoken_help=words.get("command.import.blank.kind"),
    )
    out = OutputOption(words, "--out", key="program.option.out_file", required=True)
    blank = SpokenCommand("import.blank", words=words, params=[kind, out], run=write_blank)
    return (SpokenGroup("import", words=words, commands=[benchmark, skat, blank]),)


@click.pass_obj
def import_benchmark(session: Session, *, file: Path, db: str | None, as_json: bool) -> int:
    """Read published national figures."""
    from fpsheet.departement.statistics_steps import import_figures

    actor, place = session.actor(), session.central(db)
    verdict, done = import_figures(file, place, _question(session), actor)
    if done is None:
        show_verdict(session, verdict, as_json=as_json, lists=True)
        return _refuse(session, as_json=as_json)
    console = session.console(as_json=as_json)
    counts = {"read": done.read, "new": done.new, "changed": done.changed}
    if as_json:
        console.give({"file": str(file), "accepted": True, **counts})
    key = "done" if done.new or done.changed else "same"
    console.say(session.words.fill(f"command.import.benchmark.{key}", counts))
    return ExitCode.DONE


@click.pass_obj
def import_skat(
    session: Session, *, file: Path, year: int | None, db: str | None, as_json: bool
) -> int:
    """Read Skattestyrelsen's answer into Indkomst."""
    from fpsheet.departement.statistics_steps import import_answer

    actor, place = session.actor(), session.central(db)
    verdict, done = import_answer(file, place, _question(session), actor, year or 0)
    if done is None:
        show_verdict(session, verdict, as_json=as_json, lists=True)
        return _refuse(session, as_json=as_json)
    console = session.console(as_json=as_json)
    counts = {
        "citizens": done.told,
        "incomes": done.incomes,
        "new": done.new,
        "changed": done.changed,
        "withdrawn": done.withdrawn,
        "left": done.left,
    }
    if as_json:
        told = {"known": done.before, **counts, "kommuner": list(done.kommuner)}
        held = [each.number for each in done.held]
        accepted = not done.unfilled
        console.give({"file": str(file), "accepted": accepted, **told, "held": held})
    _say_imported(session, console, done, counts)
    say_held(session, console, done.held)
    return ExitCode.FINDINGS if done.held or done.unfilled else ExitCode.DONE


def _say_imported(
    session: Session, console: "Console", done: "Imported", counts: dict[str, int]
) -> None:
    words = session.words
    if done.before:
        console.say(words.get("command.import.skat.known"))
        return
    if done.unfilled:
        console.say(words.fill("command.import.skat.unfilled", counts))
        return
    console.say(words.fill("command.import.skat.done", counts))
    if done.withdrawn:
        console.say(words.fill("command.import.skat.withdrawn", counts))
    if done.left:
        console.say(words.fill("command.import.skat.left", counts))
    if done.kommuner:
        told_kommuner = {"codes": ", ".join(done.kommuner)}
        console.say(words.fill("command.import.skat.kommuner", told_kommuner))


@click.pass_obj
def write_blank(session: Session, *, kind: str, out: Path) -> int:
    """Write a blank list."""
    from fpsheet.departement.statistics_steps import write_blank_list

    write_blank_list(_LISTS[kind], _question(session), out)
    session.console().say(session.words.fill("command.import.blank.done", {"file": out}))
    return ExitCode.DONE


def _question(session: Session) -> "ListQuestion":
    from fpsheet.departement.imports import ListQuestion

    day: date = session.local_day
    return ListQuestion(session.lists(), day)


def _refuse(session: Session, *, as_json: bool) -> int:
    session.console(as_json=as_json).say(session.words.get("command.import.refused"))
    return ExitCode.FINDINGS
