"""Moves: one life told by two kommuner, before and after the day of the move."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from fpsheet.demo.dice import Dice
from fpsheet.demo.life import LifeEvent, with_cells

EARLIEST = date(2018, 6, 1)
"""After the division of Qaasuitsup, so that both kommuner exist."""

_ENDS = {"job": ("start_dato", "slut_dato"), "indkomst": ("fra_dato", "til_dato")}


def choose_move(life: Sequence[LifeEvent], *, dice: Dice, today: date) -> date | None:
    """Choose the first day in the new kommune, outside every forløb; None when there is none."""
    day = dice.day(EARLIEST, today - timedelta(days=30))
    courses = (event for event in life if event.sheet == "forloeb")
    for course in sorted(courses, key=lambda event: event.start):
        if course.end is None:
            return None
        if course.start <= day <= course.end:
            day = course.end + timedelta(days=1)
    first = min((event.start for event in life if event.sheet != "borger"), default=date.max)
    return day if first < day <= today else None


def before_move(life: Sequence[LifeEvent], day: date, *, til_kommune: str) -> Iterator[LifeEvent]:
    """Return what the old kommune tells: all until the day, and the overdragelse itself."""
    for event in life:
        if event.sheet == "borger":
            yield event
        elif event.start < day:
            yield _ended_before(event, day)
    cpr = life[0].row["cpr"]
    yield LifeEvent("overdragelse", {"cpr": cpr, "til_kommune": til_kommune, "dato": day})


def after_move(life: Sequence[LifeEvent], day: date) -> Iterator[LifeEvent]:
    """Return what the new kommune tells: the citizen, what goes on, and all from the day."""
    for event in life:
        if event.sheet == "borger" or event.start >= day:
            yield event
        elif event.sheet in _ENDS and (event.end is None or event.end >= day):
            yield with_cells(event, {_ENDS[event.sheet][0]: day})


def _ended_before(event: LifeEvent, day: date) -> LifeEvent:
    if event.sheet in _ENDS and (event.end is None or event.end >= day):
        return with_cells(event, {_ENDS[event.sheet][1]: day - timedelta(days=1)})
    return event
