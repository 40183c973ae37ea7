"""Citizens: who they are, and which kommune they belong to on a day."""

from datetime import date, timedelta

from sqlalchemy import Date, Subquery, case, cast, func, null, select, union_all

from fpsheet_sync.database.in_force import PERSON, citizens
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.statistics.facts.fact import AnySelect, FactSource, Query, Tables, cited
from fpsheet_sync.statistics.facts.scope import ENHED, Scope, is_ceased, latest, same_country
from fpsheet_validation.rules.case_facts import EVENT_DAYS

EVENTS = {"borger": "ansoegning_dato", **EVENT_DAYS}
"""Sheet → the day on which its row happened to a citizen."""


def _select_citizens(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature for all
    """Return pseudonym → `enhed` (the pseudonym the whole history counts under), sex, birth."""
    everybody = citizens(scope.as_of, scope.copies.get(PERSON))
    return select(
        everybody.c[BORGER],
        everybody.c.samlet.label(ENHED),
        everybody.c.koen,
        everybody.c.foedselsdato,
    )


def _select_cases(scope: Scope, tables: Tables) -> Query:
    """Return each citizen and kommune that reported something, with the latest day it happened on.

    `sidst` is that day by the end of the period, `sidst_primo` by the day before it; NULL where
    nothing had happened by then.
    """
    days = {**EVENTS, "overdragelse": ""}
    # By pseudonym first: of each sheet a few rows are joined to their citizen, and not every one.
    every = union_all(*(_happened(scope, sheet, day) for sheet, day in days.items())).subquery()
    borgere = tables["borgere"]
    unit = func.coalesce(borgere.c[ENHED], every.c[BORGER]).label(ENHED)
    return (
        select(
            unit,
            every.c.kommune_kode,
            func.max(every.c.sidst).label("sidst"),
            func.max(every.c.sidst_primo).label("sidst_primo"),
        )
        .select_from(every.outerjoin(borgere, every.c[BORGER] == borgere.c[BORGER]))
        .group_by(unit, every.c.kommune_kode)
    )


def _happened(scope: Scope, sheet: str, day: str) -> AnySelect:
    """Return each pseudonym and kommune of a sheet, with the latest day by both ends."""
    rows = scope.records(sheet)
    happened = rows.c[day] if day else cast(null(), Date)
    by_end = case((happened <= scope.period.til, happened))
    before = case((happened < scope.period.fra, happened))
    return (
        select(
            rows.c[BORGER],
            rows.c.kommune_kode,
            func.max(by_end).label("sidst"),
            func.max(before).label("sidst_primo"),
        )
        .where(rows.c.kommune_kode.in_(scope.kommuner))
        .group_by(rows.c[BORGER], rows.c.kommune_kode)
    )


def _select_home(
    scope: Scope, tables: Tables, day: date, *, happened: str, entitled: str
) -> AnySelect:
    """Return where each citizen belongs on a day: `enhed`, `kommune`; not who has left the country.

    That is the kommune that the latest Overdragelse by that day names (of several on one day the
    last in the order of reporting kommune and row id). Without one, or where a kommune reports
    something that happened after a move out of the country, it is the kommune whose decision gives
    the pension that day, else the one that reports what happened last by it; of several the one
    with the highest number. A kommune that is no more on the day comes after those that are.
    """
    cases, moved, given = tables["sager"], _last_move(scope, tables, day), tables[entitled]
    is_given = (given.c[ENHED] == cases.c[ENHED]) & (given.c.kommune_kode == cases.c.kommune_kode)
    found = select(cases, given.c[ENHED].label("giver")).select_from(
        cases.outerjoin(given, is_given)
    )
    every = found.subquery()
    latest_day = every.c[happened]
    order = [
        # What a kommune that is no more decided goes on with who reports the citizen since.
        case((is_ceased(scope, every, day), 1), else_=0),
        *(every.c.giver.is_(None), latest_day.is_(None), latest_day.desc()),
        every.c.kommune_kode.desc(),
    ]
    last = latest(every, order, (ENHED, "kommune_kode", happened))
    is_here = same_country(scope, moved.c.til_kommune, last.c.kommune_kode)
    home = case(
        (moved.c.til_kommune.is_(None), last.c.kommune_kode),
        (is_here, moved.c.til_kommune),
        (last.c[happened] > moved.c.dato, last.c.kommune_kode),
    ).label("kommune")
    joined = last.outerjoin(moved, last.c[ENHED] == moved.c[ENHED])
    homes = select(last.c[ENHED], home).select_from(joined).subquery()
    return select(homes).where(homes.c.kommune.is_not(None))


def _last_move(scope: Scope, tables: Tables, day: date) -> Subquery:
    moves = cited(scope, tables, "overdragelse")
    by_then = select(moves).where(moves.c.dato <= day).subquery()
    order = (by_then.c.dato.desc(), by_then.c.kommune_kode.desc(), by_then.c.raekke_id.desc())
    return latest(by_then, order, (ENHED, "til_kommune", "dato"))


def _on_last_day(scope: Scope, tables: Tables) -> Query:
    day = scope.period.til
    return _select_home(scope, tables, day, happened="sidst", entitled="tilkendte")


def _on_day_before(scope: Scope, tables: Tables) -> Query:
    day = scope.period.fra - timedelta(days=1)
    return _select_home(scope, tables, day, happened="sidst_primo", entitled="tilkendte_primo")


SOURCES = {
    "borgere": FactSource(_select_citizens, index=BORGER),
    "sager": FactSource(_select_cases, needs=("borgere",)),
    "hjem": FactSource(_on_last_day, needs=("borgere", "sager", "tilkendte"), index=ENHED),
    "hjem_primo": FactSource(
        _on_day_before, needs=("borgere", "sager", "tilkendte_primo"), index=ENHED
    ),
}
