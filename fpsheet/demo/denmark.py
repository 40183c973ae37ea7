"""A life in Denmark: ressourceforløb, rehabiliteringsteam, pensionsnævn, tilbagevisning."""

from collections.abc import Generator, Iterator
from datetime import date, timedelta

from fpsheet.demo.citizen import Citizen
from fpsheet.demo.life import (
    Assessment,
    Course,
    LifeEvent,
    LifeSetting,
    Row,
    Value,
    afgoerelse,
    bortfald,
    forloeb,
    later,
    next_month,
    pension_end,
    vurdering,
    work_and_income,
    workday,
)

_NAEVN = "pensionsnaevn"
_MOEDELEDERE = ("ML1", "ML2", "ML3")
_AARSAGER = ("dokumentation", "arbejdsproevning", "ressourcer")
"""The three reasons of the Norddjurs request; a case can have several."""

_MOST_RETURNS = 2

_YOUNG_UNTIL = 41
"""An application takes a year: who is decided on before 40 applied before that."""

ALDERSPENSION = 67
"""Folkepension age of everybody in the demo who reaches it."""


def live_in_denmark(citizen: Citizen, *, setting: LifeSetting) -> Iterator[LifeEvent]:
    """Return everything that happens to one citizen, the borger row first."""
    dice = setting.dice
    first = max(citizen.turns(19), date(2016, 8, 1))
    last = min(citizen.turns(64), setting.today - timedelta(days=30))
    applied = workday(dice.day(first, last) if first < last else citizen.turns(60))
    row: dict[str, Value] = {
        "cpr": citizen.cpr,
        "navn": citizen.navn,
        "ansoegning_dato": applied,
        "journal_nr": setting.journal,
    }
    yield LifeEvent("borger", row)
    end = yield from _prepare(citizen, applied, setting)
    decided = yield from _decide(citizen, end, setting)
    if decided is None:
        return
    assessment, day = decided
    ends, aarsag = pension_end(citizen, since=day, alder=ALDERSPENSION, setting=setting)
    yield from bortfald(citizen, ends=ends, aarsag=aarsag, instans="sagsbehandler", setting=setting)
    until = min(ends, setting.today)
    yield from work_and_income(citizen, (assessment,), since=day, until=until, setting=setting)


def _prepare(
    citizen: Citizen, applied: date, setting: LifeSetting
) -> Generator[LifeEvent, None, date]:
    """Yield a ressourceforløb (of all the young: § 16, stk. 2), and mostly an arbejdsprøvning.

    Returns:
        The last day of the last forløb.
    """
    dice, end = setting.dice, applied
    is_young = applied < citizen.turns(_YOUNG_UNTIL)
    if dice.chance(0.4) or is_young:
        start = later(end, dice, low=14, high=40)
        end = later(start, dice, low=300, high=700)
        course = Course("ressourceforloeb", start, end, "nyt_forloeb")
        yield from forloeb(citizen, course, setting=setting)
    if dice.chance(0.75):
        end = yield from _work_trial(citizen, end, setting)
    return end


def _work_trial(
    citizen: Citizen, after: date, setting: LifeSetting
) -> Generator[LifeEvent, None, date]:
    start = later(after, setting.dice, low=14, high=50)
    end = later(start, setting.dice, low=60, high=180)
    hours = setting.dice.between(1, 15)
    course = Course("arbejdsproevning", start, end, "arbejdsevne_afklaret")
    yield from forloeb(citizen, course, setting=setting, cells={"timer_pr_uge": hours})
    return end


def _decide(
    citizen: Citizen, end: date, setting: LifeSetting
) -> Generator[LifeEvent, None, tuple[Assessment, date] | None]:
    """Yield team meeting and afgørelse, again after each tilbagevisning.

    Returns:
        The vurdering and the day of the tilkendelse; None without one so far.
    """
    dice = setting.dice
    assessment = Assessment(day=later(end, dice, low=5, high=30), pct=dice.between(0, 45))
    for attempt in range(_MOST_RETURNS + 1):
        meeting = later(max(end, assessment.day), dice, low=7, high=40)
        decided = later(meeting, dice, low=20, high=80)
        if assessment.day <= setting.today and attempt == 0:
            yield vurdering(citizen, assessment)
        resultat = "afgoerelse_truffet" if decided <= setting.today else "nyt_forloeb"
        course = Course("rehabiliteringsmoede", meeting, meeting, resultat)
        cells: Row = {"indstilling": "foertidspension", **_participants(meeting)}
        yield from forloeb(citizen, course, setting=setting, cells=cells)
        if decided > setting.today:
            return None
        again = "tilbagevist" if attempt < _MOST_RETURNS else "afslag"
        outcome = dice.weigh(("tilkendelse", 0.5), ("afslag", 0.15), (again, 0.35))
        yield _afgoerelse(citizen, outcome, decided, setting)
        if outcome == "tilkendelse":
            return assessment, decided
        if outcome == "afslag":
            return None
        end = yield from _work_trial(citizen, decided, setting)
    return None


def _participants(meeting: date) -> Row:
    """Return who led a meeting and who took part, by the number of the day.

    No dice, so that lives stay as they are.
    """
    number = meeting.toordinal()
    took_part = {
        "deltog_borger": number % 10 < 8,  # noqa: PLR2004 - four in five
        "deltog_sagsbehandler": True,
        "deltog_sundhed": number % 3 > 0,
        "deltog_andre": number % 4 == 0,
        "deltog_eksterne": number % 6 == 0,
    }
    answers = {field: "ja" if did else "nej" for field, did in took_part.items()}
    return {"moedeleder": _MOEDELEDERE[number % len(_MOEDELEDERE)], **answers}


def _afgoerelse(citizen: Citizen, outcome: str, day: date, setting: LifeSetting) -> LifeEvent:
    """Return an afgørelse of the pensionsnævn, or of a caseworker as the team recommends."""
    cells: dict[str, Value] = {}
    instans = _NAEVN
    if outcome == "tilkendelse":
        instans = setting.dice.weigh((_NAEVN, 0.6), ("sagsbehandler", 0.4))
        cells = {"virkning_dato": next_month(day), "foreliggende_grundlag": "nej"}
    elif outcome == "tilbagevist":
        count = setting.dice.weigh((1, 0.6), (2, 0.3), (3, 0.1))
        first = setting.dice.between(0, 2)
        for number in range(count):
            cells[f"tilbagevisningsaarsag_{number + 1}"] = _AARSAGER[(first + number) % 3]
    return afgoerelse(citizen, outcome, day=day, instans=instans, cells=cells)
