"""Bestand: who has the pension on a day, at which level, and what is known of each of them.

A citizen has the pension on a day when the latest decision effective by then gives it. Effective
is the decision's virkning_dato, or its afgoerelse_dato where it has none. Tilkendelse gives it (at
its niveau, or none stated); aendring, uaendret and udsaettelse give it at their niveau and change
nothing when they state none; bortfald, and with it frakendelse, ends it. Of decisions effective on
the same day the one decided last counts, then the last in the order of kommune and row id.

Who had the pension before the reform (`pensionist_foer_reform`) and has no such decision by the
day has it too, at the level `foer_reform`.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Table,
    Text,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy import literal as sql_literal

from fpsheet_sync.statistics.dialect import add_years
from fpsheet_sync.statistics.fact import (
    AnySelect,
    Facts,
    FactSource,
    Query,
    Tables,
    cited,
    select_facts,
)
from fpsheet_sync.statistics.scope import (
    ENHED,
    Scope,
    active_on,
    age_band,
    band,
    known,
    latest,
    yes_no,
)

FOER_REFORM = "foer_reform"
REASSESSMENTS = ("aendring", "uaendret", "udsaettelse")
PERSON = (ENHED, "kommune_kode", "raekke_id", "koen", "foedselsdato")
"""A citizen and the record that tells of the pension."""
ASSESSED = ("tilkendelse", "aendring", "uaendret")
"""Decisions that rest on an assessment, and so start a new five-year period."""


def effective_date(decisions: FromClause) -> ColumnElement[Any]:
    """Give the day a decision takes effect."""
    return func.coalesce(decisions.c.virkning_dato, decisions.c.afgoerelse_dato)


def sets_state(decisions: FromClause) -> ColumnElement[bool]:
    """Give the condition that a decision gives, changes or ends the pension."""
    kind, niveau = decisions.c.afgoerelse, decisions.c.niveau
    return kind.in_(("tilkendelse", "bortfald")) | (kind.in_(REASSESSMENTS) & niveau.is_not(None))


def decision_order(decisions: FromClause) -> tuple[ColumnElement[Any], ...]:
    """Give what decisions are ordered by, the earliest first."""
    columns = decisions.c
    return (
        effective_date(decisions),
        columns.afgoerelse_dato,
        columns.kommune_kode,
        columns.raekke_id,
    )


def _select_states(scope: Scope, tables: Tables) -> Query:
    """Give what each decision sets, from the day it counts (`fra`) until the next one (`til`).

    Ordered once for every day that is asked about. A decision that another one of the same day
    overrides counts on no day.
    """
    decisions = tables["afgoerelser"]
    start = effective_date(decisions)
    order = list(decision_order(decisions))
    end = func.lead(start).over(partition_by=decisions.c[ENHED], order_by=order)
    wanted = (*PERSON, "afgoerelse", "niveau", "bortfald_aarsag")
    columns = (decisions.c[name] for name in wanted)
    return select(*columns, start.label("fra"), end.label("til")).where(
        sets_state(decisions), start <= scope.period.til
    )


def _select_state(tables: Tables, day: date) -> Query:
    """Give the decision that counts on a day, one row per citizen who has one."""
    states = tables["stillinger"]
    wanted = (*PERSON, "afgoerelse", "niveau", "bortfald_aarsag")
    return select(*(states.c[name] for name in wanted)).where(
        active_on(states.c.fra, states.c.til, day)
    )


def _select_before_reform(scope: Scope, tables: Tables) -> Query:
    """Give who had the pension before the reform, by one record each."""
    rows = cited(scope, tables, "borger")
    earlier = select(rows).where(rows.c.pensionist_foer_reform == "ja").subquery()
    first = latest(earlier, [earlier.c.kommune_kode, earlier.c.raekke_id], PERSON)
    return select(*(first.c[name] for name in PERSON))


def _select_pensioners(old: Table, state: Table, moved: Table) -> Query:
    """Give one row per citizen with the pension: where, level, sex, birth date, record."""
    granted = _pensioner(state, known(state.c.niveau), moved)
    is_decided = exists().where(state.c[ENHED] == old.c[ENHED])
    remaining = _pensioner(old, sql_literal(FOER_REFORM), moved)
    return union_all(
        granted.where(state.c.afgoerelse != "bortfald"),
        remaining.where(~is_decided),
    )


def _pensioner(rows: Table, niveau: ColumnElement[Any], moved: Table) -> AnySelect:
    kommune = func.coalesce(moved.c.til_kommune, rows.c.kommune_kode).label("kommune")
    columns = (rows.c[name] for name in PERSON)
    return select(*columns, cast(niveau, Text).label("niveau"), kommune).select_from(
        rows.outerjoin(moved, rows.c[ENHED] == moved.c[ENHED])
    )


def _state(scope: Scope, tables: Tables) -> Query:
    return _select_state(tables, scope.period.til)


def _state_before(scope: Scope, tables: Tables) -> Query:
    return _select_state(tables, scope.period.fra - timedelta(days=1))


def _pensioners(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature for all
    return _select_pensioners(tables["foer_reform"], tables["stilling"], tables["tilhoer"])


def _pensioners_before(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature for all
    state, moved = tables["stilling_primo"], tables["tilhoer_primo"]
    return _select_pensioners(tables["foer_reform"], state, moved)


def _select_assessment(scope: Scope, tables: Tables) -> Query:
    """Give each citizen's latest vurdering by the last day."""
    rows = cited(scope, tables, "vurdering")
    by_then = select(rows).where(rows.c.vurdering_dato <= scope.period.til).subquery()
    order = [by_then.c[name].desc() for name in ("vurdering_dato", "kommune_kode", "raekke_id")]
    wanted = (
        *(ENHED, "kommune_kode", "raekke_id"),
        *("vurdering_dato", "arbejdsevne_pct", "maks_timer_pr_uge"),
    )
    last = latest(by_then, order, wanted)
    return select(*(last.c[name] for name in wanted))


def _select_ordinary_jobs(scope: Scope, tables: Tables) -> Query:
    """Give the jobs of ordinary work on the last day."""
    rows = cited(scope, tables, "job")
    active = active_on(rows.c.start_dato, rows.c.slut_dato, scope.period.til)
    names = (ENHED, "kommune_kode", "raekke_id", "timer_pr_uge")
    return select(*(rows.c[name] for name in names)).where(rows.c.job_type == "ordinaer", active)


def _select_ordinary_work(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature for all
    """Give the citizens with ordinary work on the last day, and their hours a week together."""
    jobs = tables["ordinaere_job"]
    hours = func.sum(jobs.c.timer_pr_uge).label("timer")
    return select(jobs.c[ENHED], hours).group_by(jobs.c[ENHED])


def _select_stock(scope: Scope, tables: Tables) -> Query:
    """Give `bestand`: one fact per citizen with the pension on the last day (value: hours)."""
    people, assessed, work = (
        tables[name] for name in ("pensionister", "seneste_vurdering", "ordinaert_arbejde")
    )
    joined = people.outerjoin(assessed, people.c[ENHED] == assessed.c[ENHED]).outerjoin(
        work, people.c[ENHED] == work.c[ENHED]
    )
    facts = Facts(
        "bestand",
        people.c.kommune,
        {
            "bestand_niveau": people.c.niveau,
            "koen": known(people.c.koen),
            "aldersgruppe": age_band(people.c.foedselsdato, scope.period.til),
            "arbejdsevne": band(assessed.c.arbejdsevne_pct, "arbejdsevne"),
            "timer": band(assessed.c.maks_timer_pr_uge, "timer"),
            "ordinaer": yes_no(work.c[ENHED].is_not(None)),
            "ordinaer_timer": band(work.c.timer, "ordinaer_timer"),
        },
        value=work.c.timer,
    )
    return select_facts(people, facts, joined)


def _select_deadline(scope: Scope, tables: Tables) -> Query:
    """Give `under_60`: who is to be reassessed every fifth year, and whether it is overdue.

    Overdue: five years and more before the last day lie the reform, the citizen's latest vurdering
    and the latest tilkendelse, aendring or uaendret. Who has no known birth date is left out.
    """
    last_day = scope.period.til
    limit = add_years(last_day, -scope.constant_int("REVURDERING_AAR"))
    born_after = add_years(last_day, -scope.constant_int("REVURDERING_UNDER_ALDER"))
    people, assessed = tables["pensionister"], tables["seneste_vurdering"]
    rows = tables["afgoerelser"]
    recent = rows.c.afgoerelse.in_(ASSESSED) & rows.c.afgoerelse_dato.between(limit, last_day)
    decided = select(rows.c[ENHED]).where(recent).distinct().subquery()
    joined = people.outerjoin(assessed, people.c[ENHED] == assessed.c[ENHED]).outerjoin(
        decided, people.c[ENHED] == decided.c[ENHED]
    )
    recently = [assessed.c.vurdering_dato >= limit, decided.c[ENHED].is_not(None)]
    if scope.constant_date("REFORM_IKRAFT") >= limit:
        recently.append(true())
    status = case((or_(*recently), sql_literal("inden")), else_=sql_literal("overskredet"))
    facts = Facts(
        "under_60",
        people.c.kommune,
        {"frist": status, "alder60": sql_literal("under")},
        people.c.foedselsdato > born_after,
    )
    return select_facts(people, facts, joined)


def _select_income(scope: Scope, tables: Tables) -> Query:
    """Give `borgere`: one fact per income a pensioner has beside the pension on the last day.

    It cites the income.
    """
    people, rows = tables["pensionister"], cited(scope, tables, "indkomst")
    # An outer join, because it fixes the order: each income looks its pensioner up by index.
    joined = rows.outerjoin(people, people.c[ENHED] == rows.c[ENHED])
    active = active_on(rows.c.fra_dato, rows.c.til_dato, scope.period.til)
    facts = Facts(
        "borgere",
        people.c.kommune,
        {"indkomst_kilde": known(rows.c.indkomst_kilde), "bestand_niveau": people.c.niveau},
        active & people.c[ENHED].is_not(None),
    )
    return select_facts(rows, facts, joined)


_ASSESSED = {"arbejdsevne": "seneste_vurdering", "timer": "seneste_vurdering"}
_WORKS = dict.fromkeys(("ordinaer", "ordinaer_timer", "vaerdi"), "ordinaere_job")
SOURCES = {
    "stillinger": FactSource(_select_states, needs=("afgoerelser",)),
    "stilling": FactSource(_state, needs=("stillinger",), index=ENHED),
    "stilling_primo": FactSource(_state_before, needs=("stillinger",), index=ENHED),
    "foer_reform": FactSource(_select_before_reform, needs=("borgere",)),
    "pensionister": FactSource(
        _pensioners, needs=("foer_reform", "stilling", "tilhoer"), index=ENHED
    ),
    "pensionister_primo": FactSource(
        _pensioners_before, needs=("foer_reform", "stilling_primo", "tilhoer_primo"), index=ENHED
    ),
    "seneste_vurdering": FactSource(_select_assessment, needs=("borgere",), index=ENHED),
    "ordinaere_job": FactSource(_select_ordinary_jobs, needs=("borgere",)),
    "ordinaert_arbejde": FactSource(_select_ordinary_work, needs=("ordinaere_job",), index=ENHED),
    "bestand": FactSource(
        _select_stock,
        needs=("pensionister", "seneste_vurdering", "ordinaert_arbejde"),
        evidence=_ASSESSED | _WORKS,
    ),
    "frist": FactSource(
        _select_deadline,
        needs=("pensionister", "seneste_vurdering", "afgoerelser"),
        evidence={"frist": "seneste_vurdering"},
    ),
    "indkomst": FactSource(_select_income, needs=("pensionister", "borgere")),
}
