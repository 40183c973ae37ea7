"""The command that takes in: sync."""

import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand
from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.parameters import (
    address_argument,
    address_option,
    database_option,
    flag,
    json_option,
    today_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.verdict_view import show_verdict
from fpsheet.cli.words import Words
from fpsheet_templates.errors import FpsheetError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from fpsheet.central import Central
    from fpsheet.checking.verdict import Verdict
    from fpsheet.departement.inbox_run import Processed
    from fpsheet.departement.read_inbox_files import Desk
    from fpsheet.progress import Progress

RECEIPTS = "kvitteringer"
"""The folder of receipts beside an inbox, where no other is given."""

_NAMES = 5
"""Names of files refused for the same reason that are told with it; the table has them all."""

FATES = ("new", "changed", "withdrawn", "unchanged", "conflicting", "quarantined", "missing")
"""What can become of a row, in the order shown."""


def make_sync_commands(words: Words) -> tuple[click.Command, ...]:
    """Return the commands."""
    sync = SpokenCommand(
        "sync",
        words=words,
        params=[
            address_argument(words, "inbox", key="command.sync.inbox"),
            flag(words, "--dry-run", name="dry_run", key="command.sync.dry_run"),
            flag(words, "--again", name="tries_again", key="command.sync.again"),
            address_option(words, "--receipts", key="command.sync.receipts"),
            database_option(words),
            today_option(words),
            json_option(words),
        ],
        run=sync_folder,
    )
    return (sync,)


@click.pass_obj
def sync_folder(  # noqa: PLR0913 - one parameter per option
    session: Session,
    *,
    inbox: str,
    dry_run: bool,
    tries_again: bool,
    receipts: str | None,
    db: str | None,
    today: "date | None",
    as_json: bool,
) -> int:
    """Merge what lies in the inbox, or show what that would do.

    What was merged before something stopped the run is shown all the same.
    """
    # The writer takes one file after the other, beside reading processes that have the other cores.
    # Before polars is loaded: threads that wait for work took a third of the time of a merge.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from fpsheet.transport.folder import folder_beside, is_inside

    folder = receipts or folder_beside(inbox, RECEIPTS)
    if is_inside(folder, inbox):
        # There they would be taken for submissions by the next run.
        words = session.words
        remedy = words.get("command.sync.inside_remedy")
        raise UsageError(words.get("command.sync.inside"), remedy=remedy)
    central = session.central(db)
    desk = replace(session.desk(db, today), tries_again=tries_again)
    processed: list[Processed] = []
    withdrawn: list[str] = []
    stopped: FpsheetError | None = None
    try:
        with session.progress(quiet=as_json) as progress:
            places = inbox, None if dry_run else folder
            for file in _run(session, places, central, desk, progress):
                processed.append(file)
                if as_json:
                    _give(session, file)
        withdrawn = [] if dry_run else _withdraw(session, central, folder, desk)
        if not dry_run:
            _post_letters(session, central, folder, desk)
    except FpsheetError as error:
        stopped = error
    if not as_json and (processed or stopped is None):
        show_processed(session, processed, dry_run=dry_run)
    if desk.unsigned is None and any(_came_unsigned(file) for file in processed):
        session.console(as_json=as_json).say(session.words.get("command.sync.unsigned"))
    _say_outside(session, processed)
    _say_failed(session, processed)
    if withdrawn:
        told = {"numre": ", ".join(withdrawn)}
        session.console().warn(session.words.fill("command.sync.withdrawn", told))
    if stopped is not None:
        raise stopped
    return max(_exit_code(processed), ExitCode.FINDINGS if withdrawn else ExitCode.DONE)


def _withdraw(session: Session, central: "Central", folder: str, desk: "Desk") -> list[str]:
    """Put aside the receipts that a restored database does not know; return their numbers."""
    from fpsheet.departement.receipt_steps import withdraw_receipts

    return withdraw_receipts(central, folder, desk, session.words.language)


def _post_letters(session: Session, central: "Central", folder: str, desk: "Desk") -> None:
    """Tell each kommune of its deadline in its folder, whether or not it has sent anything."""
    from fpsheet.departement.receipt_steps import post_letters
    from fpsheet.views.reminder import letter

    deadlines = session.settings().frister
    write = partial(letter, spoken=session.spoken(), today=desk.today, deadlines=deadlines)
    post_letters(central, folder, desk, session.words.language, write)


def _run(
    session: Session,
    places: tuple[str, str | None],
    central: "Central",
    desk: "Desk",
    progress: "Progress",
) -> "Iterable[Processed]":
    """Merge an inbox and write its receipts; without a folder of receipts, plan it alone."""
    from fpsheet.departement.receipt_steps import post_receipts
    from fpsheet.departement.steps import plan_inbox, sync_inbox

    inbox, folder = places
    if folder is None:
        return plan_inbox(inbox, central, desk, progress)
    workers = replace(desk, returns=True)
    merged = sync_inbox(inbox, central, workers, session.actor(), progress)
    return post_receipts(merged, folder, desk, session.words.language)


def _exit_code(processed: "Sequence[Processed]") -> ExitCode:
    """Return the code of a run that came to its end: the gravest of what it met."""
    from fpsheet.views.processed_value import needs_attention

    if any(file.failure for file in processed):
        return ExitCode.OURS
    if any(file.outside for file in processed):
        return ExitCode.USAGE
    return ExitCode.FINDINGS if any(map(needs_attention, processed)) else ExitCode.DONE


def _give(session: Session, file: "Processed") -> None:
    from fpsheet.views.processed_value import processed_value

    value = processed_value(file, session.spoken())
    session.console(as_json=True).give(value)


def _say_outside(session: Session, processed: "Sequence[Processed]") -> None:
    """Say what could not be read or written, and of whom; the next run tries again."""
    from fpsheet.cli.failure_output import spoken
    from fpsheet.views.processed_value import kommune_of

    words = session.words
    for file in processed:
        if file.outside is not None:
            key = "unposted" if file.receipt else "closed"
            told = {"kommune": kommune_of(file), "what": spoken(file.outside, words)}
            session.console().warn(words.fill(f"command.sync.{key}", told))


def _say_failed(session: Session, processed: "Sequence[Processed]") -> None:
    """Say which files the program itself failed over; what went wrong may hold values."""
    from fpsheet.file_name import spoken_name

    for file in processed:
        if not file.failure:
            continue
        told = {"file": spoken_name(file.arrival.name), "kind": file.failure}
        session.console().warn(session.words.fill("command.sync.failed", told))


def _came_unsigned(file: "Processed") -> bool:
    from fpsheet.departement.read_inbox_files import Way

    return file.is_new and not (file.is_waiting or file.is_trace) and file.way is not Way.SEALED


def show_processed(session: Session, processed: "Sequence[Processed]", *, dry_run: bool) -> None:
    """Show what became of the files of an inbox, the refused ones with their findings."""
    from fpsheet.file_name import spoken_name
    from fpsheet.views.processed_value import state_of

    console, words = session.console(), session.words
    if not processed:
        console.say(words.get("command.sync.none"))
        return
    refused = [file for file in processed if state_of(file) in {"refused", "trace"}]
    for verdict, names in _alike(refused):
        show_verdict(session, verdict, as_json=False)
        if names:
            key = "command.sync.alike_more" if len(names) > _NAMES else "command.sync.alike"
            told = {"files": ", ".join(names[:_NAMES]), "count": len(names) - _NAMES}
            console.say(words.fill(key, told))
            console.say()
    if dry_run:
        console.say(words.get("command.sync.planned"))
    header = ["kommune", "file", "state", *FATES]
    console.fitted_table(
        [words.get(f"command.plan.{part}") for part in header],
        [_row(file, words) for file in processed],
    )
    states = [state_of(file) for file in processed]
    counts = {state: states.count(state) for state in ("known", "refused", "waiting", "trace")}
    counts["received"] = len(states) - sum(counts.values())
    console.say()
    console.say(words.fill("command.sync.done", counts))
    left = sum(file.is_left for file in processed)
    if counts["waiting"] > left:
        console.say(words.get("command.sync.waiting"))
    if left:
        folders = sorted({file.arrival.folder or "." for file in processed if file.is_left})
        said = {"count": left, "folders": ", ".join(map(spoken_name, folders))}
        console.say(words.fill("command.sync.left", said))
    if any(file.is_remembered for file in processed):
        again = sum(file.is_remembered for file in processed)
        console.say(words.fill("command.sync.remembered", {"count": again}))


def _alike(refused: "Sequence[Processed]") -> "list[tuple[Verdict, list[str]]]":
    """Group the files of which nothing could be read, by the reason.

    Returns:
        What was found in the first of each, and the names of the others.
    """
    from fpsheet.file_name import spoken_name

    groups: dict[object, list[Processed]] = {}
    for number, file in enumerate(refused):
        if file.verdict:
            own = number if file.verdict.check else file.verdict.findings
            groups.setdefault(own, []).append(file)
    return [
        (group[0].verdict, [spoken_name(file.arrival.name) for file in group[1:]])
        for group in groups.values()
        if group[0].verdict
    ]


def _row(file: "Processed", words: Words) -> list[object]:
    from fpsheet.file_name import spoken_name
    from fpsheet.views.processed_value import kommune_of, outcomes_of, state_of

    outcomes = outcomes_of(file).values()
    numbers: list[int | None] = [None] * len(FATES)
    if outcomes:
        numbers = [sum(getattr(outcome, fate) for outcome in outcomes) for fate in FATES]
    state = words.get(f"program.state.{state_of(file)}")
    return [kommune_of(file), spoken_name(file.arrival.name), state, *numbers]
