"""The command db log: who did and saw what, and whether the log is whole."""

from dataclasses import replace
from datetime import timedelta, timezone, tzinfo
from typing import TYPE_CHECKING

import click

from fpsheet.cli.command import SpokenCommand
from fpsheet.cli.console import Console
from fpsheet.cli.failure_output import ExitCode
from fpsheet.cli.parameters import (
    cpr_option,
    database_option,
    day_option,
    json_option,
    kommune_option,
    text_option,
)
from fpsheet.cli.session import Session
from fpsheet.cli.words import Words
from fpsheet_templates.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from fpsheet.central import AccessLog
    from fpsheet_sync.database.access_log import Entry

_HASH = 64
_SHOWN_FAULTS = 20


def make_log_command(words: Words) -> click.Command:
    """Return the command."""
    params = [
        cpr_option(words, key="command.db.log.cpr"),
        kommune_option(words, key="command.db.log.kommune"),
        day_option(words, "--since", key="command.db.log.since"),
        text_option(words, "--against", key="command.db.log.against", metavar="against"),
        database_option(words),
        json_option(words),
    ]
    return SpokenCommand("db.log", words=words, params=params, run=show_log)


@click.pass_obj
def show_log(  # noqa: PLR0913 - each option by name
    session: Session,
    *,
    cpr: str | None,
    kommune: str | None,
    since: "date | None",
    against: str | None,
    db: str | None,
    as_json: bool,
) -> int:
    """Show who did and saw what, and whether any line was altered, forged, added or removed."""
    from fpsheet.departement.statistics_steps import read_access
    from fpsheet.receipts.log_notes import read_notes

    kode = session.kommune(kommune) if kommune else ""
    notes = read_notes(against, session.words.language) if against else ()
    actor = session.actor()
    log = read_access(session.central(db), actor, cpr=cpr or "", kommune_kode=kode, notes=notes)
    if since is not None:
        log = replace(log, entries=_entries_since(log.entries, since, session.zone))
    console, words = session.console(as_json=as_json), session.words
    if as_json:
        console.give(_log_value(log))
    else:
        parts = ("number", "time", "who", "what", "whose", "details")
        zone = timezone(session.now.astimezone(session.zone).utcoffset() or timedelta())
        header = [words.fill(f"command.db.log.{part}", {"zone": zone}) for part in parts]
        console.table(header, [_entry_row(words, entry, zone) for entry in log.entries])
    _tell(console, words, log)
    return ExitCode.FINDINGS if log.check.faults else ExitCode.DONE


def _entries_since(entries: "Sequence[Entry]", day: "date", zone: tzinfo) -> "tuple[Entry, ...]":
    """Return the lines written on a day at the desk, as the log shows it, or later."""
    return tuple(entry for entry in entries if entry.actor.time.astimezone(zone).date() >= day)


def _tell(console: Console, words: Words, log: "AccessLog") -> None:
    """Say whether the log is whole, and how far that is known."""
    faults = log.check.faults
    for fault in faults[:_SHOWN_FAULTS]:
        told = {"number": fault.line, "detail": fault.detail}
        console.warn(words.fill(f"command.db.log.fault.{fault.kind}", told))
    if len(faults) > _SHOWN_FAULTS:
        told = {"count": len(faults) - _SHOWN_FAULTS}
        console.warn(words.fill("command.db.log.fault.more", told))
    if not faults:
        told = {"count": log.check.lines, "noted": log.check.noted}
        console.say(words.fill(f"command.db.log.{'sealed' if log.has_keys else 'whole'}", told))
        noted = "noted" if log.check.noted else "unnoted"
        console.say(words.fill(f"command.db.log.{noted}", told))


def _log_value(log: "AccessLog") -> dict[str, object]:
    check = log.check
    return {
        "broken_at": check.faults[0].line if check.faults else None,
        "faults": [fault._asdict() for fault in check.faults],
        "lines": check.lines,
        "sealed": check.sealed if log.has_keys else None,
        "noted": check.noted,
        "entries": [_entry_value(entry) for entry in log.entries],
    }


def _entry_value(entry: "Entry") -> dict[str, object]:
    return {
        "number": entry.number,
        "time": entry.actor.time.isoformat(),
        "who": entry.actor.name,
        "session": entry.session,
        "action": entry.deed.action,
        "kommune_kode": entry.deed.kommune_kode,
        "details": dict(entry.deed.details),
    }


def _entry_row(words: Words, entry: "Entry", zone: tzinfo) -> list[object]:
    deed = entry.deed
    details = "; ".join(
        f"{_in_words(words, 'detail', name)}: {_in_words(words, 'value', _short(value))}"
        for name, value in deed.details.items()
        if value != []
    )
    what = _in_words(words, "deed", deed.action)
    time = f"{entry.actor.time.astimezone(zone):%d-%m-%Y %H:%M}"
    who = f"{entry.actor.name} ({entry.session})" if entry.session else entry.actor.name
    return [str(entry.number), time, who, what, deed.kommune_kode, details]


def _in_words(words: Words, part: str, name: str) -> str:
    """Return a word of the log in words; as it stands where no program of ours writes it."""
    try:
        return words.get(f"command.db.log.{part}.{name}")
    except SpecError:
        return name


def _short(value: object) -> str:
    """Return a detail as a person reads it: lists by their members, a file's hash by its start."""
    if isinstance(value, list):
        return ", ".join(map(_short, value))
    text = str(value)
    return text[:12] if len(text) == _HASH else text
