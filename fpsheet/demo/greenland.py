"""A life in Greenland: ansøgning, afklaring, tilkendelse by arbejdsevne, revurderinger, bortfald.

Levels follow the assessed percentage and deadlines the law, as `constants.toml` states them.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
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
    with_cells,
    work_and_income,
    workday,
)
from fpsheet_templates.form import Form

FIRST_PERIOD_ENDS = date(2021, 6, 30)
"""Those granted before the reform were to be reassessed within five years from 1 July 2016."""

_INSTANS = "kommunalbestyrelse"


@dataclass(frozen=True, slots=True)
class Law:
    """The named constants of the form that a life obeys."""

    reform: date
    automatisk: date
    udsaettelse: date
    revurdering_aar: int
    revurdering_under: int
    pension_fra: int
    alderspension: int
    hoejeste_til: int
    mellemste_til: int
    laveste_til: int

    def niveau(self, pct: int) -> str | None:
        """Return the level of a percentage; None where it gives no pension."""
        if pct <= self.hoejeste_til:
            return "hoejeste"
        if pct <= self.mellemste_til:
            return "mellemste"
        return "laveste" if pct <= self.laveste_til else None


def read_law(form: Form) -> Law:
    """Return the constants of the form."""
    numbers = {
        name: int(value) for name, value in form.constants.items() if not isinstance(value, date)
    }
    days = {name: value for name, value in form.constants.items() if isinstance(value, date)}
    return Law(
        reform=days["REFORM_IKRAFT"],
        automatisk=days["AUTOMATISK_HOEJESTE_IKRAFT"],
        udsaettelse=days["UDSAETTELSE_IKRAFT"],
        revurdering_aar=numbers["REVURDERING_AAR"],
        revurdering_under=numbers["REVURDERING_UNDER_ALDER"],
        pension_fra=numbers["PENSION_FRA_ALDER"],
        alderspension=numbers["ALDERSPENSION_ALDER"],
        hoejeste_til=numbers["HOEJESTE_TIL_PCT"],
        mellemste_til=numbers["MELLEMSTE_TIL_PCT"],
        laveste_til=numbers["LAVESTE_TIL_PCT"],
    )


@dataclass(frozen=True, slots=True)
class Pension:
    """A pension between two afgørelser.

    Attributes:
        since: Day of the latest afgørelse.
        due: Day by which the next revurdering is to be over.
        pct: Assessed arbejdsevne.
        assessments: Every vurdering so far, oldest first.
    """

    since: date
    due: date
    pct: int
    assessments: tuple[Assessment, ...] = ()


def live_in_greenland(citizen: Citizen, *, law: Law, setting: LifeSetting) -> Iterator[LifeEvent]:
    """Return everything that happens to one citizen, the borger row first.

    Args:
        citizen: Whose life.
        law: Constants of the form.
        setting: Dice, today and journal prefix.
    """
    first = max(citizen.turns(law.pension_fra), law.reform + timedelta(days=30))
    last = min(citizen.turns(law.alderspension - 2), setting.today - timedelta(days=20))
    old_enough = citizen.turns(law.pension_fra + 2) < date(2014, 1, 1)
    if first >= last or (old_enough and setting.dice.chance(0.45)):
        yield from _granted_before_reform(citizen, law, setting)
    else:
        applied = workday(setting.dice.day(first, last))
        yield from _applied_after_reform(citizen, applied, law, setting)


def _borger(
    citizen: Citizen, *, applied: date, foer_reform: bool, setting: LifeSetting
) -> LifeEvent:
    row: dict[str, Value] = {
        "cpr": citizen.cpr,
        "navn": citizen.navn,
        "ansoegning_dato": applied,
        "pensionist_foer_reform": "ja" if foer_reform else "nej",
        "journal_nr": setting.journal,
    }
    return LifeEvent("borger", row)


def _granted_before_reform(citizen: Citizen, law: Law, setting: LifeSetting) -> Iterator[LifeEvent]:
    """Yield a life with a pension of the old scheme: no percentage until the first revurdering."""
    dice = setting.dice
    first = max(citizen.turns(law.pension_fra + 2), date(2004, 1, 1))
    granted = workday(dice.day(first, date(2016, 5, 31)))
    applied = workday(granted - timedelta(days=dice.between(100, 300)))
    yield _borger(citizen, applied=applied, foer_reform=True, setting=setting)
    pct = dice.between(5, law.laveste_til)
    cells: dict[str, Value] = {
        "niveau": law.niveau(pct),
        "virkning_dato": next_month(granted),
    }
    yield afgoerelse(citizen, "tilkendelse", day=granted, instans=_INSTANS, cells=cells)
    pension = Pension(since=granted, due=FIRST_PERIOD_ENDS, pct=pct)
    yield from _live_on_pension(citizen, pension, law, setting)


def _applied_after_reform(
    citizen: Citizen, applied: date, law: Law, setting: LifeSetting
) -> Iterator[LifeEvent]:
    yield _borger(citizen, applied=applied, foer_reform=False, setting=setting)
    dice = setting.dice
    if applied >= law.automatisk and dice.chance(0.04):
        yield from _granted_automatically(citizen, applied, law, setting)
        return
    clarified = yield from _clarify(citizen, applied, law, setting)
    assessment = Assessment(
        day=later(clarified, dice, low=5, high=20),
        pct=dice.weigh(
            (dice.between(0, law.hoejeste_til), 0.38),
            (dice.between(law.hoejeste_til + 1, law.mellemste_til), 0.3),
            (dice.between(law.mellemste_til + 1, law.laveste_til), 0.2),
            (dice.between(law.laveste_til + 1, 100), 0.12),
        ),
    )
    decided = later(assessment.day, dice, low=7, high=40)
    if assessment.day <= setting.today:
        yield vurdering(citizen, assessment)
    if decided > setting.today:
        return
    niveau = law.niveau(assessment.pct)
    if niveau is None:
        why: Row = {"afslagsaarsag": "arbejdsevne"}
        yield afgoerelse(citizen, "afslag", day=decided, instans=_INSTANS, cells=why)
        return
    yield _tilkendelse(citizen, niveau, day=decided, setting=setting)
    due = _years_after(decided, law.revurdering_aar)
    pension = Pension(since=decided, due=due, pct=assessment.pct, assessments=(assessment,))
    yield from _live_on_pension(citizen, pension, law, setting)


def _tilkendelse(citizen: Citizen, niveau: str, *, day: date, setting: LifeSetting) -> LifeEvent:
    """Return a tilkendelse; it is typed into side 900 within days."""
    entered = later(day, setting.dice, low=1, high=10)
    cells: dict[str, Value] = {
        "niveau": niveau,
        "virkning_dato": next_month(day),
        "foreliggende_grundlag": "nej",
        "side900_dato": entered if entered <= setting.today else None,
    }
    return afgoerelse(citizen, "tilkendelse", day=day, instans=_INSTANS, cells=cells)


def _granted_automatically(
    citizen: Citizen, applied: date, law: Law, setting: LifeSetting
) -> Iterator[LifeEvent]:
    """Yield the award of højeste without a vurdering (L 28/2019); nothing is reassessed."""
    decided = later(applied, setting.dice, low=20, high=60)
    if decided > setting.today:
        return
    made = _tilkendelse(citizen, "hoejeste", day=decided, setting=setting)
    yield with_cells(made, {"automatisk_hoejeste": "ja"})
    ends, aarsag = pension_end(citizen, since=decided, alder=law.alderspension, setting=setting)
    yield from bortfald(citizen, ends=ends, aarsag=aarsag, instans=_INSTANS, setting=setting)


def _clarify(
    citizen: Citizen, applied: date, law: Law, setting: LifeSetting
) -> Generator[LifeEvent, None, date]:
    """Yield the afklaringsforløb of every applicant (L 6/2020 § 8), and what follows for some.

    Returns:
        The last day of the last forløb.
    """
    dice = setting.dice
    start = later(applied, dice, low=14, high=60)
    end = later(start, dice, low=70, high=240)
    onward = dice.weigh(
        ("arbejdsevne_afklaret", 0.58),
        ("nyt_forloeb", 0.34),
        ("udsat" if end >= law.udsaettelse else "nyt_forloeb", 0.08),
    )
    course = Course("afklaringsforloeb", start, end, onward)
    yield from forloeb(citizen, course, setting=setting)
    if dice.chance(0.35):
        yield from _work_trial(citizen, start, end, setting)
    if onward == "arbejdsevne_afklaret":
        return end
    if onward == "udsat":
        decided = later(end, dice, low=7, high=20)
        if decided <= setting.today:
            papers: Row = {"foreliggende_grundlag": "ja"}
            yield afgoerelse(citizen, "udsaettelse", day=decided, instans=_INSTANS, cells=papers)
            refused: Row = {**papers, "afslagsaarsag": "udviklingsmuligheder"}
            yield afgoerelse(citizen, "afslag", day=decided, instans=_INSTANS, cells=refused)
        end = decided
    start = later(end, dice, low=10, high=40)
    end = later(start, dice, low=90, high=240)
    tiltag = dice.weigh(
        ("afklaring", 0.15),
        ("opkvalificering", 0.25),
        ("virksomhedsrevalidering", 0.3),
        ("uddannelse", 0.1),
        ("optraening", 0.2),
    )
    course = Course("revalidering", start, end, "arbejdsevne_afklaret")
    cells: Row = {"revalideringstiltag": tiltag, "timer_pr_uge": dice.between(5, 25)}
    yield from forloeb(citizen, course, setting=setting, cells=cells)
    return end


def _work_trial(
    citizen: Citizen, start: date, end: date, setting: LifeSetting
) -> Iterator[LifeEvent]:
    """Yield an arbejdsprøvning inside another forløb, with hours (bkg. 15/2016 § 2)."""
    course = Course(
        "arbejdsproevning",
        start=workday(start + timedelta(days=14)),
        end=workday(end - timedelta(days=20)),
        resultat="arbejdsevne_afklaret",
    )
    cells: Row = {"timer_pr_uge": setting.dice.between(3, 25)}
    yield from forloeb(citizen, course, setting=setting, cells=cells)


def _years_after(day: date, years: int) -> date:
    """Return the same day some years later, 28 February for the 29th."""
    return day.replace(year=day.year + years, day=min(day.day, 28))


def _live_on_pension(
    citizen: Citizen, pension: Pension, law: Law, setting: LifeSetting
) -> Iterator[LifeEvent]:
    """Yield revurderinger until sixty, jobs and income beside the pension, and how it ends."""
    dice = setting.dice
    ends, aarsag = pension_end(
        citizen, since=pension.since, alder=law.alderspension, setting=setting
    )
    first = pension
    while not dice.chance(0.03):  # now and then a kommune forgets one: the Huskeliste is for that
        outside = dice.chance(0.12)
        early = dice.between(700, 1300) if outside else dice.between(160, 420)
        planned = workday(pension.due - timedelta(days=early))
        start = max(planned, later(pension.since, dice, low=200, high=400))
        end = later(start, dice, low=70, high=140)
        if start >= citizen.turns(law.revurdering_under) or end >= ends or start > setting.today:
            break
        pension = yield from _reassess(citizen, pension, (start, end, outside), law, setting)
        if law.niveau(pension.pct) is None:
            ends, aarsag = pension.since, "frakendt"
            break
    if aarsag != "frakendt":
        yield from bortfald(citizen, ends=ends, aarsag=aarsag, instans=_INSTANS, setting=setting)
    until = min(ends, setting.today)
    yield from work_and_income(
        citizen, pension.assessments, since=first.since, until=until, setting=setting
    )


def _reassess(
    citizen: Citizen,
    pension: Pension,
    when: tuple[date, date, bool],
    law: Law,
    setting: LifeSetting,
) -> Generator[LifeEvent, None, Pension]:
    """Yield one revurdering with the forløb inside it, its vurdering and its afgørelse.

    Returns:
        The pension as it stands after it; unchanged but for `due` while it goes on.
    """
    start, end, outside = when
    course = Course("revurdering", start, end, "afgoerelse_truffet")
    cells: Row = {"uden_for_cyklus": "ja" if outside else "nej"}
    yield from forloeb(citizen, course, setting=setting, cells=cells)
    inner = workday(start + timedelta(days=7)), workday(end - timedelta(days=18))
    course = Course("afklaringsforloeb", *inner, "arbejdsevne_afklaret")
    yield from forloeb(citizen, course, setting=setting)
    if setting.dice.chance(0.3):
        yield from _work_trial(citizen, *inner, setting)
    drift = setting.dice.between(-12, 15)
    assessment = Assessment(
        day=workday(end - timedelta(days=12)), pct=min(max(pension.pct + drift, 0), 100)
    )
    if assessment.day <= setting.today:
        yield vurdering(citizen, assessment)
        pension = replace(pension, assessments=(*pension.assessments, assessment))
    if end > setting.today:
        return replace(pension, due=date.max)
    yield _outcome(citizen, pension.pct, assessment.pct, day=end, law=law)
    return Pension(
        since=end,
        due=_years_after(end, law.revurdering_aar),
        pct=assessment.pct,
        assessments=pension.assessments,
    )


def _outcome(citizen: Citizen, before: int, after: int, *, day: date, law: Law) -> LifeEvent:
    """Return the afgørelse of a revurdering: same level, another level, or none any more."""
    niveau = law.niveau(after)
    if niveau is None:
        cells: dict[str, Value] = {
            "virkning_dato": next_month(day),
            "bortfald_aarsag": "frakendt",
        }
        return afgoerelse(citizen, "bortfald", day=day, instans=_INSTANS, cells=cells)
    if niveau == law.niveau(before):
        cells = {"niveau": niveau}
        return afgoerelse(citizen, "uaendret", day=day, instans=_INSTANS, cells=cells)
    cells = {"niveau": niveau, "virkning_dato": next_month(day)}
    return afgoerelse(citizen, "aendring", day=day, instans=_INSTANS, cells=cells)
