"""What follows some decisions: appeals, withdrawn applications, a pension on hold and resumed."""

from collections.abc import Iterator, Sequence
from datetime import date

from fpsheet.demo.citizen import Citizen
from fpsheet.demo.dice import Dice
from fpsheet.demo.life import Assessment, LifeEvent, Row, afgoerelse, later, next_month, vurdering

_KOMMUNE = "kommunalbestyrelse"
_ABOVE = {"laveste": ("mellemste", (26, 50)), "mellemste": ("hoejeste", (0, 25))}
"""Level of a pension → the one above it, and the per cent of work ability that give that."""


def what_follows(
    citizen: Citizen, life: Sequence[LifeEvent], land: str, *, dice: Dice, today: date
) -> Iterator[LifeEvent]:
    """Return what is decided beside a life, up to today.

    Args:
        citizen: Whose life.
        life: What happens in it otherwise.
        land: The country of the kommune, "GL" or "DK".
        dice: Dice of its own, so that nothing else in the life changes.
        today: The day the workbooks are made.
    """
    found = [*_rehabilitation(citizen, life, dice)] if land == "GL" else []
    decided = sorted((e for e in life if e.sheet == "afgoerelse"), key=lambda event: event.start)
    if not decided:
        found += _withdrawal(citizen, life, dice)
    elif decided[-1].row["afgoerelse"] == "afslag":
        found += _appeal(citizen, decided[-1].start, land, dice)
    elif land == "GL":
        found += _level_appeal(citizen, decided, dice, today)
    elif decided[-1].row["afgoerelse"] == "tilkendelse":
        found += _hold(citizen, decided[-1].start, dice)
    return (event for event in found if event.start <= today)


def _rehabilitation(citizen: Citizen, life: Sequence[LifeEvent], dice: Dice) -> Iterator[LifeEvent]:
    """Return the decision on a revalidering as it begins (L 6/2020 § 9, stk. 1), for some."""
    for event in life:
        if event.row.get("forloeb_type") == "revalidering" and dice.chance(0.3):
            yield afgoerelse(citizen, "revalidering", day=event.start, instans=_KOMMUNE, cells={})


def _withdrawal(citizen: Citizen, life: Sequence[LifeEvent], dice: Dice) -> Iterator[LifeEvent]:
    if dice.chance(0.4):
        day = later(max(event.start for event in life), dice, low=10, high=40)
        yield afgoerelse(citizen, "trukket_tilbage", day=day, instans=_KOMMUNE, cells={})


def _appeal(citizen: Citizen, refused: date, land: str, dice: Dice) -> Iterator[LifeEvent]:
    """Return the appeals of two refusals in three; a remitted case is refused again."""
    if not dice.chance(0.65):
        return
    body = "ankestyrelse"
    if land == "GL":
        body = dice.weigh(("klagenaevn", 0.7), ("socialt_ankenaevn", 0.3))
    outcome = dice.weigh(("stadfaestet", 0.5), ("hjemvist", 0.3), ("afvist", 0.2))
    answer = _answer(citizen, refused, (body, outcome), dice)
    yield answer
    if outcome == "hjemvist":
        again = later(answer.start, dice, low=60, high=150)
        why: Row = {"afslagsaarsag": "arbejdsevne"}
        if land == "DK":
            why = {**why, "uden_team": "paragraf_17_4"}
        yield afgoerelse(citizen, "afslag", day=again, instans=_KOMMUNE, cells=why)


def _level_appeal(
    citizen: Citizen, decided: Sequence[LifeEvent], dice: Dice, today: date
) -> Iterator[LifeEvent]:
    """Return the appeal of one citizen in five who has less than the highest level.

    Some are found to be able to less, and are given the level above from the same day on.
    """
    last = decided[-1]
    niveau = last.row.get("niveau")
    if not isinstance(niveau, str) or niveau not in _ABOVE or not dice.chance(0.2):
        return
    if dice.chance(0.15):
        day = later(last.start, dice, low=120, high=300)
        if day > today:
            return
        above, (least, most) = _ABOVE[niveau]
        found = Assessment(later(last.start, dice, low=30, high=90), dice.between(least, most))
        yield vurdering(citizen, found)
        cells: Row = {
            "niveau": above,
            "virkning_dato": next_month(last.start),
            "paaklaget_dato": last.start,
        }
        yield afgoerelse(citizen, "aendring", day=day, instans="klagenaevn", cells=cells)
        return
    body = dice.weigh(("klagenaevn", 0.7), ("socialt_ankenaevn", 0.3))
    outcome = dice.weigh(("stadfaestet", 0.75), ("afvist", 0.25))
    yield _answer(citizen, last.start, (body, outcome), dice)


def _answer(citizen: Citizen, decided: date, answer: tuple[str, str], dice: Dice) -> LifeEvent:
    """Return an appeals body's decision about a decision."""
    body, outcome = answer
    day = later(decided, dice, low=120, high=300)
    cells: Row = {"paaklaget_dato": decided}
    return afgoerelse(citizen, outcome, day=day, instans=body, cells=cells)


def _hold(citizen: Citizen, granted: date, dice: Dice) -> Iterator[LifeEvent]:
    """Return a pension put on hold while its holder tries to work, and resumed."""
    if dice.chance(0.15):
        held = later(granted, dice, low=200, high=500)
        resumed = later(held, dice, low=100, high=400)
        for kind, day in (("hvilende", held), ("genoptaget", resumed)):
            yield afgoerelse(citizen, kind, day=day, instans=_KOMMUNE, cells={})
