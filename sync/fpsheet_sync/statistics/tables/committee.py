"""What a kommune's committee asks for: refusals and returned cases, year by year, and each case."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, func, select

from fpsheet_sync.statistics.facts.afgoerelse import REASONS
from fpsheet_sync.statistics.facts.indstilling import is_meeting
from fpsheet_sync.statistics.facts.scope import Quarter, Scope, quarters
from fpsheet_sync.statistics.facts.workspace import fact_tables
from fpsheet_sync.statistics.stat_table import Period, StatTable
from fpsheet_sync.statistics.tables.benchmark import (
    AFSLAG,
    TILKENDELSER,
    compared_with,
    country_share,
)
from fpsheet_sync.statistics.tables.release import (
    ReleaseRequest,
    count_release,
    lay_out,
    release_scope,
)
from fpsheet_templates.form import Form

_TABLES = ("T12", "T13", "T13b", "T13c", "T24")
_RETURNED = "tilbageviste"
MEETINGS, LED, LEADERS, MOST_LED = "moeder", "ledede", "ledere", "flest"
"""What is counted of the meetings of the rehabilitation team: those held, those whose chair is
written, the chairs, and the meetings of the one with most."""

PARTICIPANTS = (
    *("deltog_borger", "deltog_sagsbehandler", "deltog_sundhed"),
    *("deltog_andre", "deltog_eksterne"),
)
"""Fields that say who took part in a meeting of the rehabilitation team."""

_LEADER = "moedeleder"

_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class ReturnedCase:
    """A case that was returned, without anything that names the citizen.

    Attributes:
        day: The day of the decision to return it.
        reasons: Codes of its reasons, none to three.
        outcome: Code of the next decision (`afventer` where there is none).
        days: Days to that decision; None where there is none.
    """

    day: date
    reasons: tuple[str, ...]
    outcome: str
    days: int | None


@dataclass(frozen=True, slots=True)
class CommitteeYear:
    """A calendar year, or a quarter of the last one: the part that the period has.

    Attributes:
        period: Its days.
        quarter: Which quarter it is; None for a year.
        tables: T12, T13, T13b, T13c and T24 of the kommune, by name; those that its country has.
        share: The country's share of refusals; None where it decided nothing, or where nobody but
            the kommune has reported and no national figures were imported.
        meetings: Meetings of the rehabilitation team held in it, how they were led, and those that
            each kind of participant took part in, by field; empty in a country without such a team.
        sources: Where the country's share was published; empty where it is counted.
        coverage: Sentence that says whether the kommune has reported.
    """

    period: Period
    tables: Mapping[str, StatTable]
    meetings: Mapping[str, int]
    share: float | None
    sources: tuple[str, ...]
    coverage: str
    quarter: Quarter | None = None


@dataclass(frozen=True, slots=True)
class CommitteeFigures:
    """Everything the committee is shown; every number is exact.

    Attributes:
        request: The period, the kommune, the language and the day of counting.
        years: Its years, oldest first.
        quarters: The quarters of the last of them, oldest first.
        cases: Cases returned in the last of them, oldest first.
    """

    request: ReleaseRequest
    years: tuple[CommitteeYear, ...]
    quarters: tuple[CommitteeYear, ...]
    cases: tuple[ReturnedCase, ...]


def count_committee(
    connection: Connection, form: Form, request: ReleaseRequest
) -> CommitteeFigures:
    """Count what a kommune's committee is shown.

    Args:
        connection: The database.
        form: The form.
        request: Its area is a kommune.

    Raises:
        UsageError: The period ends before it begins, or the area is no kommune.
    """
    asked = replace(request, tables=_TABLES)
    years = tuple(
        _count_year(connection, form, replace(asked, period=each))
        for each in years_of(request.period)
    )
    last = replace(asked, period=years[-1].period)
    parts = tuple(
        replace(_count_year(connection, form, replace(asked, period=each.period)), quarter=each)
        for each in quarters(last.period)
    )
    return CommitteeFigures(asked, years, parts, tuple(_read_cases(connection, form, last)))


def years_of(period: Period) -> tuple[Period, ...]:
    """Return the calendar years of a period, the first and the last as far as it has them.

    >>> [str(each.til) for each in years_of(Period(date(2023, 7, 1), date(2024, 9, 30)))]
    ['2023-12-31', '2024-09-30']
    """
    return tuple(
        Period(
            max(period.fra, date(year, 1, 1)),
            min(period.til, date(year, _DECEMBER, 31)),
        )
        for year in range(period.fra.year, period.til.year + 1)
    )


def _count_year(connection: Connection, form: Form, request: ReleaseRequest) -> CommitteeYear:
    counting = count_release(connection, form, request)
    release = lay_out(counting, request)
    country = form.kommuner[request.area].jurisdiction
    share = country_share(counting.cube, request.benchmarks, country, request.period)
    sources: tuple[str, ...] = ()
    if counting.has_published_figures:
        known = (TILKENDELSER, AFSLAG)
        sources = compared_with(request.benchmarks, country, request.period, known).sources
    elif not {*counting.delivered} - {request.area}:
        share = None
    tables = {table.id: table for table in release.tables}
    meetings = count_meetings(connection, counting.scope, request.area)
    return CommitteeYear(request.period, tables, meetings, share, sources, release.coverage)


def count_meetings(connection: Connection, scope: Scope, kommune: str) -> Mapping[str, int]:
    """Count a kommune's meetings that ended in the period, who led them and who took part.

    Args:
        connection: The database.
        scope: The period and the form.
        kommune: Its code; a country without a rehabilitation team has nothing to count.
    """
    own = scope.form.in_country(scope.form.kommuner[kommune].jurisdiction).sheet("forloeb")
    if not {field.id for field in own.fields} >= {_LEADER, *PARTICIPANTS}:
        return {}
    rows = scope.records("forloeb")
    held = (rows.c.kommune_kode == kommune) & is_meeting(rows, scope)
    took_part = (func.count().filter(rows.c[name] == "ja").label(name) for name in PARTICIPANTS)
    counted = connection.execute(select(func.count().label(MEETINGS), *took_part).where(held))
    leaders = connection.scalars(select(rows.c[_LEADER]).where(held, rows.c[_LEADER].is_not(None)))
    # `ab` and `AB ` are one person: databases do not agree on the case of Danish letters.
    led = Counter(" ".join(name.casefold().split()) for name in leaders)
    of_leaders = {LED: led.total(), LEADERS: len(led), MOST_LED: max(led.values(), default=0)}
    return {**counted.mappings().one(), **of_leaders}


def _read_cases(
    connection: Connection, form: Form, request: ReleaseRequest
) -> Iterator[ReturnedCase]:
    scope = release_scope(connection, form, request)
    with fact_tables(connection, scope, [_RETURNED]) as tables:
        cases = tables[_RETURNED]
        order = (cases.c.afgoerelse_dato, cases.c.raekke_id)
        query = select(cases).where(cases.c.kommune_kode == request.area).order_by(*order)
        for row in connection.execute(query).mappings():
            day, answered = row["afgoerelse_dato"], row["udfald_dato"]
            yield ReturnedCase(
                day,
                tuple(row[name] for name in REASONS if row[name]),
                row["udfald"],
                (answered - day).days if answered else None,
            )
