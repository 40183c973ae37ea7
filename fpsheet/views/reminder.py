"""Reminders: what the departement writes to each kommune that has not delivered in full."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from fpsheet_sync.ledger.delivery_status import Delivery, StatusLine
from fpsheet_templates.spoken import SpokenForm

EVERYBODY = "alle"
"""Key of the deadline that holds where a kommune has none of its own."""

_DAY = re.compile(r"\d{2}-\d{2}-\d{4}")


class LastDay(NamedTuple):
    """The last day of delivery, None where none is set, and whether it was extended."""

    day: date | None
    is_extended: bool


def deadline_of(kommune_kode: str, aar: int, deadlines: Mapping[str, Sequence[str]]) -> LastDay:
    """Return the last day of delivery for a reporting year.

    Args:
        kommune_kode: The kommune.
        aar: The reporting year; deadlines of the year after it are for it.
        deadlines: "alle" or a kommunekode → days (dd-mm-yyyy), one a year.

    Returns:
        The kommune's own day, else that of everybody; extended where its own is the later one.
    """
    own, common = (_of_year(deadlines.get(key, ()), aar) for key in (kommune_kode, EVERYBODY))
    is_extended = own is not None and common is not None and own > common
    return LastDay(own or common, is_extended)


def _of_year(days: Sequence[str], aar: int) -> date | None:
    found = (_read_day(text) for text in days if _DAY.fullmatch(text))
    return max((day for day in found if day is not None and day.year == aar + 1), default=None)


def _read_day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d-%m-%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def deadline_for(line: StatusLine, deadlines: Mapping[str, Sequence[str]]) -> LastDay:
    """Return the last day of delivery of a kommune.

    What the departement granted goes before what stands in the settings.
    """
    if line.extension is not None:
        return LastDay(line.extension.until, is_extended=True)
    return deadline_of(line.kommune_kode, line.aar, deadlines)


def reminders(
    lines: Sequence[StatusLine],
    spoken: SpokenForm,
    *,
    today: date,
    deadlines: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    """Yield a text for each kommune that still has to do something, in the order of the codes."""
    for line in sorted(lines, key=lambda line: line.kommune_kode):
        if line.delivery is not Delivery.IN_ORDER:
            yield "\n".join(_sentences(line, spoken, today, deadline_for(line, deadlines)))


def letter(
    line: StatusLine, spoken: SpokenForm, *, today: date, deadlines: Mapping[str, Sequence[str]]
) -> tuple[str, bool]:
    """Return the letter about its deadline to a kommune, for its folder of receipts.

    Returns:
        The text, and whether it is to be told: there is an answer from the departement, or
        nothing was sent by the last day. Otherwise it only takes the place of an earlier letter.
    """
    deadline = deadline_for(line, deadlines)
    due = deadline.day
    if line.delivery is Delivery.MISSING:
        is_told = line.extension is not None or (due is not None and today > due)
        return "\n".join(_sentences(line, spoken, today, deadline)), is_told
    lines = (
        _addressed(line, spoken),
        spoken.text("command.status.reminder.received"),
        _due(line, spoken, deadline),
    )
    return "\n".join(filter(None, lines)), line.extension is not None


def _addressed(line: StatusLine, spoken: SpokenForm) -> str:
    """Return to whom a text is, and of which year."""
    kommune = spoken.form.kommuner[line.kommune_kode]
    told = {"kommune": f"{kommune.code} {kommune.name}", "aar": line.aar}
    return spoken.fill("command.status.reminder.to", told)


def _due(line: StatusLine, spoken: SpokenForm, deadline: LastDay) -> str:
    """Return the last day in a sentence, with the day that was asked for where it is another."""
    due, is_extended = deadline
    if due is None:
        return ""
    key = "extended" if is_extended else "due"
    told = spoken.fill(f"command.status.reminder.{key}", {"day": f"{due:%d-%m-%Y}"})
    asked = line.extension.asked if line.extension else None
    if asked is not None and asked != due:
        wish = {"day": f"{asked:%d-%m-%Y}"}
        told = f"{told} {spoken.fill('command.status.reminder.wished', wish)}"
    return told


def _sentences(
    line: StatusLine, spoken: SpokenForm, today: date, deadline: LastDay
) -> Iterator[str]:
    def say(key: str, **values: object) -> str:
        return spoken.fill(f"command.status.reminder.{key}", values)

    yield _addressed(line, spoken)
    contact = [line.said_on_cover.get(name, "") for name in ("kontaktperson", "e_mail")]
    if any(contact):
        yield say("contact", who=", ".join(filter(None, contact)))
    yield say(line.delivery.value, waiting=line.waiting, conflicts=line.conflicts)
    if line.unexplained:
        yield say("unexplained", count=line.unexplained)
    if due := deadline.day:
        told, late = _due(line, spoken, deadline), (today - due).days
        yield f"{told} {say('late', days=late)}" if late > 0 else told
    if asked := line.asked_until:
        yield say("asked", day=f"{asked:%d-%m-%Y}")
    yield say("next_missing" if line.delivery is Delivery.MISSING else "next")
