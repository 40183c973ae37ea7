"""What follows some decisions: appeals, new applications, withdrawals, a pension on hold."""

from collections.abc import Iterator, Sequence
from datetime import date

from fpsheet.demo.citizen import Citizen
from fpsheet.demo.dice import Dice
from fpsheet.demo.life import (
    Assessment,
    Course,
    LifeEvent,
    LifeSetting,
    Row,
    afgoerelse,
    forloeb,
    later,
    next_month,
    vurdering,
)

_KOMMUNE = "kommunalbestyrelse"
_ABOVE = {"laveste": ("mellemste", (26, 50)), "mellemste": ("hoejeste", (0, 25))}
"""Level of a pension → the one above it, and the per cent of work ability that give that."""


def what_follows(
    citizen: Citizen, life: Sequence[LifeEvent], land: str, *, setting: LifeSetting
) -> Iterator[LifeEvent]:
    """Return what is decided beside a life, up to today.

    Args:
        citizen: Whose life.
        life: What happens in it otherwise.
        land: The country of the kommune, "GL" or "DK".
        setting: With dice of its own, so that nothing else in the life changes.
    """
    dice, today = setting.dice, setting.today
    found = [*_rehabilitation(citizen, life, dice)] if land == "GL" else []
    decided = sorted((e for e in life if e.sheet == "afgoerelse"), key=lambda event: event.start)
    if not decided:
        found += _withdrawal(citizen, life, dice)
    elif decided[-1].row["afgoerelse"] == "afslag":
        refused = decided[-1].start
        if dice.chance(0.65):
            found += _appeal(citizen, refused, land, dice)
        elif dice.chance(0.6):
            found += _second_application(citizen, refused, land, setting)
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
    """Return the appeal of a refusal; a remitted case is refused again."""
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


def _second_application(
    citizen: Citizen, refused: date, land: str, setting: LifeSetting
) -> Iterator[LifeEvent]:
    """Return a new application after a refusal: looked into anew, and refused again."""
    dice = setting.dice
    applied = later(refused, dice, low=120, high=500)
    yield LifeEvent(
        "forloeb",
        {
            "cpr": citizen.cpr,
            "forloeb_type": "ansoegning",
            "start_dato": applied,
            "slut_dato": None,
            "journal_nr": f"{setting.journal}-{applied:%y%m}",
        },
    )
    start = later(applied, dice, low=14, high=40)
    end = later(start, dice, low=60, high=160)
    kind, hours = ("afklaringsforloeb", None) if land == "GL" else ("arbejdsproevning", 8)
    course = Course(kind, start, end, "arbejdsevne_afklaret")
    yield from forloeb(citizen, course, setting=setting, cells={"timer_pr_uge": hours})
    assessment = Assessment(later(end, dice, low=5, high=20), dice.between(76, 95))
    yield vurdering(citizen, assessment)
    cells: Row = {"afslagsaarsag": "arbejdsevne"}
    if land == "DK":
        cells = {**cells, "uden_team": "paragraf_17_4"}
    decided = later(assessment.day, dice, low=10, high=40)
    yield afgoerelse(citizen, "afslag", day=decided, instans=_KOMMUNE, cells=cells)


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
