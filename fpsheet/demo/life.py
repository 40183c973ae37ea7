"""What happens to an invented citizen: events, and the parts both countries' lives share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fpsheet.demo.citizen import Citizen
from fpsheet.demo.dice import Dice

Value = str | int | float | date | None
"""What a cell is filled with: codes by identifier, days as `date`."""

Row = Mapping[str, Value]

SATURDAY = 5
FULL_WEEK_HOURS = 37
"""Hours of a full week, to turn an assessed percentage into hours."""

FACTORY_HOURS = 15.0
"""The request's own example of seasonal work: 15 hours at the factory, another job in winter."""

_BRANCHER_WINTER = tuple(f"DB25-{letter}" for letter in "GHIOPQRS")
_FACTORY = "DB25-C1020"
_LONGEST_JOB_DAYS = 1200


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One row to be: the sheet it belongs on and its cells."""

    sheet: str
    row: Row

    @property
    def start(self) -> date:
        """Return the first day of the event; the day of a vurdering or afgørelse itself."""
        for name in ("start_dato", "fra_dato", "vurdering_dato", "afgoerelse_dato", "dato"):
            day = self.row.get(name)
            if isinstance(day, date):
                return day
        return date.min

    @property
    def end(self) -> date | None:
        """Return the last day; None while it lasts."""
        for name in ("start_dato", "fra_dato"):
            if name in self.row:
                day = self.row["slut_dato" if name == "start_dato" else "til_dato"]
                return day if isinstance(day, date) else None
        return self.start


@dataclass(frozen=True, slots=True)
class LifeSetting:
    """Where and when a life takes place.

    Attributes:
        dice: Choices of this citizen alone.
        today: The day the workbook is made; nothing happens later.
        journal: Prefix of the citizen's journal numbers.
    """

    dice: Dice
    today: date
    journal: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """A vurdering as the rest of the life needs it: from when, and how many hours."""

    day: date
    pct: int

    @property
    def hours(self) -> float:
        """Return the hours a week that go with the percentage, in halves."""
        return assessed_hours(self.pct)


def assessed_hours(pct: int) -> float:
    """Return the hours a week of a percentage of full arbejdsevne, rounded down to halves.

    >>> assessed_hours(50)
    18.5
    """
    return int(pct * FULL_WEEK_HOURS / 50) / 2


def workday(day: date) -> date:
    """Return the day, or the Monday after where it is a Saturday or Sunday."""
    beyond = day.weekday() - SATURDAY
    return day if beyond < 0 else day + timedelta(days=2 - beyond)


def later(day: date, dice: Dice, *, low: int, high: int) -> date:
    """Return a workday some days after another."""
    return workday(day + timedelta(days=dice.between(low, high)))


@dataclass(frozen=True, slots=True)
class Course:
    """A forløb as planned.

    Attributes:
        kind: Code of `forloeb_type`.
        start: First day.
        end: Last day planned.
        resultat: Result once ended.
    """

    kind: str
    start: date
    end: date
    resultat: str


def forloeb(
    citizen: Citizen, course: Course, *, setting: LifeSetting, cells: Row | None = None
) -> Iterator[LifeEvent]:
    """Yield a forløb; without end and result while it lasts, none at all if it is to come.

    Args:
        citizen: Whose it is.
        course: What is planned.
        setting: Today decides what is known.
        cells: Cells that only some kinds fill.
    """
    if course.start > setting.today:
        return
    ended = course.end <= setting.today
    row: dict[str, Value] = {
        "cpr": citizen.cpr,
        "forloeb_type": course.kind,
        "start_dato": course.start,
        "slut_dato": course.end if ended else None,
        "resultat": course.resultat if ended else None,
        "motivation": setting.dice.weigh(
            ("godt", 0.35), ("mellemgodt", 0.25), ("ikke_saa_godt", 0.1), (None, 0.3)
        ),
        "journal_nr": f"{setting.journal}-{course.start:%y%m}",
    }
    yield LifeEvent("forloeb", {**row, **(cells or {})})


def with_cells(event: LifeEvent, cells: Row) -> LifeEvent:
    """Return the event with further cells filled."""
    return LifeEvent(event.sheet, {**event.row, **cells})


def vurdering(citizen: Citizen, assessment: Assessment) -> LifeEvent:
    """Return a vurdering with percentage and hours."""
    row: dict[str, Value] = {
        "cpr": citizen.cpr,
        "vurdering_dato": assessment.day,
        "arbejdsevne_pct": assessment.pct,
        "maks_timer_pr_uge": assessment.hours,
    }
    return LifeEvent("vurdering", row)


def afgoerelse(citizen: Citizen, kind: str, *, day: date, instans: str, cells: Row) -> LifeEvent:
    """Return an afgørelse; `cells` are those that only some kinds fill."""
    row: dict[str, Value] = {
        "cpr": citizen.cpr,
        "afgoerelse_dato": day,
        "afgoerelse": kind,
        "instans": instans,
    }
    return LifeEvent("afgoerelse", {**row, **cells})


def next_month(day: date) -> date:
    """Return the first of the month after a day: when an afgørelse takes effect."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def pension_end(
    citizen: Citizen, *, since: date, alder: int, setting: LifeSetting
) -> tuple[date, str]:
    """Draw when and why a pension ends: old age for most, and then often after today.

    Returns:
        Last day with a right to pension, and the code of `bortfald_aarsag`.
    """
    old = citizen.turns(alder)
    first, last = since + timedelta(days=90), setting.today + timedelta(days=300)
    if first < last and setting.dice.chance(0.12):
        day = setting.dice.day(first, last)
        if day < old:
            return day, setting.dice.weigh(("doedsfald", 0.8), ("fraflytning", 0.2))
    return old, "alderspension"


def bortfald(
    citizen: Citizen, *, ends: date, aarsag: str, instans: str, setting: LifeSetting
) -> Iterator[LifeEvent]:
    """Yield the afgørelse that ends a pension, once it is made; old age is known beforehand."""
    known = -40 if aarsag == "alderspension" else 5
    day = workday(ends + timedelta(days=known))
    if day <= setting.today:
        cells: Row = {"virkning_dato": next_month(ends), "bortfald_aarsag": aarsag}
        yield afgoerelse(citizen, "bortfald", day=day, instans=instans, cells=cells)


def work_and_income(
    citizen: Citizen,
    assessments: Sequence[Assessment],
    *,
    since: date,
    until: date,
    setting: LifeSetting,
) -> Iterator[LifeEvent]:
    """Yield jobs and income beside a pension that ran from one day to another."""
    made = list(jobs(citizen, assessments, until=until, setting=setting))
    yield from made
    first = min((event.start for event in made), default=since)
    yield from indkomst(citizen, start=first, until=until, works=bool(made), setting=setting)


def jobs(
    citizen: Citizen, assessments: Sequence[Assessment], *, until: date, setting: LifeSetting
) -> Iterator[LifeEvent]:
    """Yield the jobs beside a pension, never above the fewest hours ever assessed.

    Args:
        citizen: Whose they are.
        assessments: All vurderinger; jobs begin after the first.
        until: Last day on which there may be a job.
        setting: Today and the dice.
    """
    if not assessments or not setting.dice.chance(0.4):
        return
    start = later(assessments[0].day, setting.dice, low=60, high=200)
    hours = min(assessment.hours for assessment in assessments)
    if hours >= FACTORY_HOURS and setting.dice.chance(0.5):
        yield from _seasons(citizen, start=start, until=until, setting=setting)
    elif hours > 0:
        yield from _steady_jobs(citizen, hours, start=start, until=until, setting=setting)


def _seasons(
    citizen: Citizen, *, start: date, until: date, setting: LifeSetting
) -> Iterator[LifeEvent]:
    """Yield summers at the fish factory and winters elsewhere; some summers are left out."""
    winter_branche = setting.dice.pick(_BRANCHER_WINTER)
    winter_type = setting.dice.pick(("skaanejob", "nyttejob", "ordinaer"))
    for year in range(start.year, until.year + 1):
        summer = workday(date(year, 5, 1)), date(year, 9, 30)
        winter = workday(date(year, 11, 1)), date(year + 1, 3, 31)
        if summer[0] >= start and setting.dice.chance(0.85):
            yield from _job(citizen, ("fleksjob", _FACTORY, FACTORY_HOURS), summer, until, setting)
        if winter[0] >= start and setting.dice.chance(0.7):
            yield from _job(citizen, (winter_type, winter_branche, 8.0), winter, until, setting)


def _steady_jobs(
    citizen: Citizen, hours: float, *, start: date, until: date, setting: LifeSetting
) -> Iterator[LifeEvent]:
    for _ in range(setting.dice.between(1, 3)):
        end = later(start, setting.dice, low=90, high=_LONGEST_JOB_DAYS)
        kind = setting.dice.weigh(
            ("skaanejob", 0.4), ("nyttejob", 0.2), ("fleksjob", 0.25), ("ordinaer", 0.15)
        )
        branche = setting.dice.weigh(
            *(("DB25-C", 0.2), ("DB25-R", 0.2), ("DB25-P", 0.15), ("DB25-Q", 0.1)),
            *(("DB25-G", 0.2), ("DB25-O", 0.15)),
        )
        share = setting.dice.pick((0.5, 0.75, 1.0))
        weekly = max(0.5, int(hours * share * 2) / 2)
        yield from _job(citizen, (kind, branche, weekly), (start, end), until, setting)
        start = later(end, setting.dice, low=20, high=300)


def _job(
    citizen: Citizen,
    what: tuple[str, str, float],
    when: tuple[date, date],
    until: date,
    setting: LifeSetting,
) -> Iterator[LifeEvent]:
    (job_type, branche, hours), (start, end) = what, when
    if start > until:
        return
    row: dict[str, Value] = {
        "cpr": citizen.cpr,
        "job_type": job_type,
        "start_dato": start,
        "slut_dato": _known_end(end, until, setting),
        "timer_pr_uge": hours,
        "branche": branche,
    }
    yield LifeEvent("job", row)


def _known_end(end: date, until: date, setting: LifeSetting) -> date | None:
    """Return the end of a job as known today: none in the future, else before the pension's."""
    if end <= until:
        return end
    return None if until >= setting.today else until


def indkomst(
    citizen: Citizen, *, start: date, until: date, works: bool, setting: LifeSetting
) -> Iterator[LifeEvent]:
    """Yield income beside the pension for one citizen in five; wages for those who work."""
    if not setting.dice.chance(0.2):
        return
    first = later(start, setting.dice, low=1, high=400)
    if first > until:
        return
    end = later(first, setting.dice, low=200, high=2500)
    row: dict[str, Value] = {
        "cpr": citizen.cpr,
        "indkomst_kilde": setting.dice.weigh(
            ("anden_pension", 0.3),
            ("arbejdsskade", 0.2),
            ("forsikring", 0.15),
            ("loen" if works else "andet", 0.3),
            ("selvstaendig", 0.05),
        ),
        "fra_dato": first,
        "til_dato": _known_end(end, until, setting),
        "oplyst_af": setting.dice.weigh(
            ("borger", 0.4), ("skattestyrelsen", 0.4), ("kommune", 0.1), ("arbejdsgiver", 0.1)
        ),
    }
    yield LifeEvent("indkomst", row)
