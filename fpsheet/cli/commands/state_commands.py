"""Commands about how things stand in the database: status, deadline, conflicts, rebuild."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import CommandUsageError, SpokenCommand, SpokenGroup
from fpsheet.cli.console import Console
from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.help import SpokenArgument
from fpsheet.cli.output import OutputOption
from fpsheet.cli.parameters import (
    database_option,
    flag,
    json_option,
    kommune_option,
    text_option,
    today_option,
    year_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.values import DayValue, NumberValue
from fpsheet.cli.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from fpsheet_sync.ledger.conflict_decision import OpenConflict
    from fpsheet_sync.ledger.delivery_status import HeldFile, StatusLine
    from fpsheet_sync.ledger.settled_conflicts import SettledConflict


def make_state_commands(words: Words) -> tuple[click.Command, ...]:
    """Return the commands."""
    status = SpokenCommand(
        "status",
        words=words,
        params=[
            year_option(words, key="program.option.year"),
            OutputOption(words, "--out", key="command.status.out"),
            flag(words, "--reminders", name="wants_reminders", key="command.status.reminders"),
            today_option(words),
            database_option(words),
            json_option(words),
        ],
        run=show_status,
    )
    deadline = SpokenCommand(
        "deadline",
        words=words,
        params=[
            SpokenArgument(
                "kommune",
                kind=click.STRING,
                metavar=words.get("program.metavar.code"),
                spoken_help=words.get("command.deadline.kommune"),
            ),
            SpokenArgument(
                "until",
                kind=DayValue(words),
                metavar=words.get("program.metavar.day"),
                spoken_help=words.get("command.deadline.until"),
            ),
            year_option(words, key="command.deadline.year"),
            database_option(words),
        ],
        run=grant_deadline,
    )
    rebuild = SpokenCommand(
        "rebuild",
        words=words,
        params=[
            flag(words, "--verify", name="verify", key="command.rebuild.verify"),
            text_option(words, "--to", key="command.rebuild.to", metavar="url"),
            database_option(words),
            json_option(words),
        ],
        run=rebuild_database,
    )
    return status, deadline, _conflict_group(words), rebuild


def _conflict_group(words: Words) -> SpokenGroup:
    reason = text_option(
        words, "--reason", key="command.conflicts.reason", metavar="text", required=True
    )
    number = SpokenArgument(
        "number",
        kind=NumberValue(words, minimum=1),
        metavar=words.get("program.metavar.number"),
        spoken_help=words.get("command.conflicts.number"),
    )
    conflict = SpokenArgument(
        "conflict",
        kind=click.STRING,
        metavar=words.get("program.metavar.id"),
        spoken_help=words.get("command.conflicts.conflict"),
    )
    values = SpokenArgument(
        "values",
        kind=click.STRING,
        metavar=words.get("program.metavar.values"),
        spoken_help=words.get("command.conflicts.values"),
        many=True,
    )
    database = database_option(words)
    return SpokenGroup(
        "conflicts",
        words=words,
        params=[
            kommune_option(words),
            flag(words, "--settled", name="settled", key="command.conflicts.settled"),
            database,
            json_option(words),
        ],
        run=show_conflicts,
        commands=[
            SpokenCommand(
                "conflicts.resolve",
                words=words,
                params=[conflict, values, reason, database],
                run=resolve_conflict,
            ),
            SpokenCommand(
                "conflicts.release",
                words=words,
                params=[number, reason, database],
                run=release_file,
            ),
        ],
    )


@click.pass_obj
def show_status(  # noqa: PLR0913 - one parameter per option
    session: Session,
    *,
    year: int | None,
    out: Path | None,
    wants_reminders: bool,
    today: "date | None",
    db: str | None,
    as_json: bool,
) -> int:
    """Show who has delivered what; the kommuner that have not are named in one line."""
    from fpsheet.departement.steps import read_status
    from fpsheet.views.status_book import status_notes, write_status
    from fpsheet_sync.ledger.delivery_status import Delivery

    aar = year or session.local_day.year
    lines = read_status(session.central(db), (aar,))[aar]
    console, words = session.console(as_json=as_json), session.words
    if out is not None:
        write_status(lines, session.spoken(), session.local_day, out)
    if wants_reminders:
        return _show_reminders(session, console, lines, today or session.local_day, as_json=as_json)
    if as_json:
        console.give([_status_value(line) for line in lines])
        return 0
    parts = ("kommune", "state", "received", "files", "waiting", "conflicts", "unexplained")
    delivered = [line for line in lines if line.delivery is not Delivery.MISSING]
    header = [words.get(f"command.status.{part}") for part in parts]
    rows = [_status_row(session, line) for line in delivered]
    console.fitted_table(header, rows)
    notes = [note for line in lines for note in status_notes(line, session.spoken())]
    for note in notes:
        console.say()
        console.say(note)
    missing = [line.kommune_kode for line in lines if line.delivery is Delivery.MISSING]
    if missing:
        console.say()
        told = {"count": len(missing), "codes": ", ".join(missing)}
        console.say(words.fill("command.status.missing", told))
    return 0


@click.pass_obj
def grant_deadline(
    session: Session, *, kommune: str, until: "date", year: int | None, db: str | None
) -> int:
    """Grant a kommune a deadline of its own, for the year before it where none is given."""
    from fpsheet.departement.steps import grant_extension

    period = session.kommune(kommune), year or until.year - 1
    granted = grant_extension(session.central(db), period, until, session.actor())
    told = {"kommune": kommune, "aar": period[1], "day": f"{until:%d-%m-%Y}"}
    session.console().say(session.words.fill("command.deadline.done", told))
    if granted.asked:
        asked = {"day": f"{granted.asked:%d-%m-%Y}"}
        session.console().say(session.words.fill("command.deadline.asked", asked))
    return ExitCode.DONE


def _show_reminders(
    session: Session,
    console: Console,
    lines: "Sequence[StatusLine]",
    today: "date",
    *,
    as_json: bool,
) -> int:
    """Show the text to each kommune that still has to do something; nothing is sent."""
    from fpsheet.views.reminder import reminders

    words = session.words
    deadlines = session.settings().frister
    texts = list(reminders(lines, session.spoken(), today=today, deadlines=deadlines))
    if as_json:
        console.give(texts)
        return 0
    for text in texts or (words.get("command.status.reminder.none"),):
        console.say(text)
        console.say()
    return 0


def _status_value(line: "StatusLine") -> dict[str, object]:
    return {
        "kommune_kode": line.kommune_kode,
        "aar": line.aar,
        "state": line.delivery.value,
        "first": line.first.isoformat() if line.first else None,
        "last": line.last.isoformat() if line.last else None,
        "files": line.files,
        "waiting": line.waiting,
        "conflicts": line.conflicts,
        "unexplained": line.unexplained,
        "no_cases": line.no_cases,
        "overwritten": len(line.overwritten),
        "asked_until": line.asked_until.isoformat() if line.asked_until else None,
        "granted_until": line.extension.until.isoformat() if line.extension else None,
        **dict(line.said_on_cover),
    }


def _status_row(session: Session, line: "StatusLine") -> list[object]:
    from fpsheet.views.status_book import state_words

    kommune = session.form().kommuner[line.kommune_kode]
    state = state_words(line, session.spoken())
    received = f"{kommune.local(line.last):%d-%m-%Y}" if line.last else ""
    counts = (line.files, line.waiting, line.conflicts, line.unexplained)
    return [f"{kommune.code} {kommune.name}", state, received, *counts]


@click.pass_obj
def show_conflicts(
    session: Session, *, kommune: str | None, settled: bool, db: str | None, as_json: bool
) -> int:
    """Show every open conflict with the values of both sides, or those that are closed."""
    from fpsheet.departement.steps import read_conflicts, read_held, read_settled
    from fpsheet.views.conflict_view import (
        conflict_lines,
        conflict_value,
        settled_lines,
        settled_value,
    )

    kode = session.kommune(kommune) if kommune else ""
    central = session.central(db)
    console, words = session.console(as_json=as_json), session.words
    spoken = session.spoken()
    if settled:
        closed = read_settled(central, kode, session.actor())
        if as_json:
            console.give([settled_value(entry) for entry in closed])
        elif not closed:
            console.say(words.get("command.conflicts.none_settled"))
        for one in closed:
            _show_conflict(session, console, one, settled_lines(one, spoken))
        return ExitCode.DONE
    found = read_conflicts(central, kode, session.actor())
    held = read_held(central, kode)
    if as_json:
        shown = [conflict_value(one.conflict, one.kommune_kode) for one in found]
        console.give([*shown, *(_held_value(file) for file in held)])
    elif not found:
        console.say(words.get("command.conflicts.none"))
    for entry in found:
        lines = conflict_lines(entry.conflict, spoken.of_kommune(entry.kommune_kode))
        _show_conflict(session, console, entry, lines)
    say_held(session, console, held)
    return ExitCode.FINDINGS if found or held else ExitCode.DONE


def say_held(session: Session, console: Console, held: "Iterable[HeldFile]") -> None:
    """Say which files wait, and what to do."""
    for file in held:
        told = {"number": file.number, "kommune": file.kommune_kode}
        told |= {"lost": file.lost, "of": file.of}
        console.say(session.words.fill("command.conflicts.held", told))


def _held_value(file: "HeldFile") -> dict[str, object]:
    return {
        "held": file.number,
        "kommune_kode": file.kommune_kode,
        "lost": file.lost,
        "of": file.of,
    }


def _show_conflict(
    session: Session,
    console: Console,
    entry: "OpenConflict | SettledConflict",
    lines: "Iterable[str]",
) -> None:
    """Show a conflict: which record on the first line, and below it what each side says."""
    shown = entry.conflict
    title = session.form().sheet_title(shown.sheet, session.words.language)
    console.say(f"{shown.id}  {entry.kommune_kode}  {title}  {shown.row_id}")
    for line in lines:
        console.say(f"  {line}")
    console.say("")


@click.pass_obj
def resolve_conflict(
    session: Session, *, conflict: str, values: "Sequence[str]", reason: str, db: str | None
) -> int:
    """Decide a conflict by name and with a reason."""
    from fpsheet.departement.steps import resolve_conflict
    from fpsheet.departement.typed_decision import TypedDecision

    typed = dict(_split(session, value) for value in values)
    decision = TypedDecision(conflict, typed, reason, session.words.language)
    resolve_conflict(session.central(db), decision, session.actor())
    session.console().say(session.words.fill("command.conflicts.resolve.done", {"id": conflict}))
    return 0


def _split(session: Session, text: str) -> tuple[str, str]:
    """Split FIELD=VALUE."""
    name, equals, value = text.partition("=")
    if not equals:
        raise CommandUsageError(session.words.get("command.conflicts.bad_value"))
    return name, value


@click.pass_obj
def release_file(session: Session, *, number: int, reason: str, db: str | None) -> int:
    """Let a held file through by name and with a reason."""
    from fpsheet.departement.steps import release_file

    actor = session.actor()
    release_file(session.central(db), number, actor, reason)
    session.console().say(session.words.fill("command.conflicts.release.done", {"number": number}))
    return 0


@click.pass_obj
def rebuild_database(
    session: Session, *, verify: bool, to: str | None, db: str | None, as_json: bool
) -> int:
    """Replay the stored originals, and tell whether the result is the same."""
    if verify == bool(to):
        raise CommandUsageError(session.words.get("command.rebuild.either"))
    from fpsheet.departement.steps import rebuild_database

    desk, actor = session.desk(db, None), session.actor()
    rebuilt = rebuild_database(session.central(db), desk, actor, to)
    console, words = session.console(as_json=as_json), session.words
    if as_json:
        console.give({"same": rebuilt.is_same, "submissions": rebuilt.commits})
    else:
        key = "same" if rebuilt.is_same else "different"
        console.say(words.fill(f"command.rebuild.{key}", {"count": rebuilt.commits}))
    return ExitCode.DONE if rebuilt.is_same else ExitCode.FINDINGS
