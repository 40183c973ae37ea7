"""Bestand: what is known of each citizen with the pension on a day (`pension`)."""

from sqlalchemy import (
    case,
    exists,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy import literal as sql_literal

from fpsheet_sync.statistics.facts.dialect import add_years
from fpsheet_sync.statistics.facts.fact import (
    Facts,
    FactSource,
    Query,
    Tables,
    cited,
    select_facts,
)
from fpsheet_sync.statistics.facts.scope import (
    ENHED,
    ORDINARY,
    Scope,
    active_in,
    active_on,
    age_band,
    band,
    end_of,
    known,
    last_day_of,
    latest,
)
from fpsheet_templates.table import UOPLYST

ASSESSED = ("tilkendelse", "aendring", "uaendret")
"""Decisions that rest on an assessment, and so start a new five-year period."""


def _select_assessment(scope: Scope, tables: Tables) -> Query:
    """Return each citizen's latest vurdering by the last day."""
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
    """Return the jobs of ordinary work on the last day."""
    rows = cited(scope, tables, "job")
    end = end_of(scope, rows, rows.c.slut_dato)
    active = active_on(rows.c.start_dato, end, scope.period.til)
    names = (ENHED, "kommune_kode", "raekke_id", "timer_pr_uge")
    return select(*(rows.c[name] for name in names)).where(rows.c.job_type.in_(ORDINARY), active)


def _select_ordinary_jobs_of_period(scope: Scope, tables: Tables) -> Query:
    """Return the jobs of ordinary work that went on on some day of the period."""
    rows = cited(scope, tables, "job")
    last_day = last_day_of(scope, rows, rows.c.slut_dato)
    active = active_in(rows.c.start_dato, last_day, scope.period)
    names = (ENHED, "kommune_kode", "raekke_id")
    return select(*(rows.c[name] for name in names)).where(rows.c.job_type.in_(ORDINARY), active)


def _select_said_no(scope: Scope, tables: Tables) -> Query:
    """Return the answers of a kommune that a citizen has no ordinary work."""
    rows = cited(scope, tables, "borger")
    names = (ENHED, "kommune_kode", "raekke_id")
    return select(*(rows.c[name] for name in names)).where(rows.c.ordinaert_arbejde == "nej")


def _select_work_told(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature for all
    """Return the records that say whether citizens have ordinary work on the last day."""
    names = (ENHED, "kommune_kode", "raekke_id")
    told = (tables["ordinaere_job"], tables["siger_nej"])
    return union_all(*(select(*(each.c[name] for name in names)) for each in told))


def _select_ordinary_work(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature for all
    """Return the citizens with ordinary work on the last day, and their hours a week together."""
    jobs = tables["ordinaere_job"]
    hours = func.sum(jobs.c.timer_pr_uge).label("timer")
    return select(jobs.c[ENHED], hours).group_by(jobs.c[ENHED])


_STOCK_NEEDS = (
    *("pensionister", "seneste_vurdering", "ordinaert_arbejde"),
    *("ordinaere_job_i_perioden", "siger_nej"),
)


def _select_stock(scope: Scope, tables: Tables) -> Query:
    """Return `bestand`: one fact per citizen with the pension on the last day (value: hours)."""
    people, assessed, work, jobs, no = (tables[name] for name in _STOCK_NEEDS)
    joined = people.outerjoin(assessed, people.c[ENHED] == assessed.c[ENHED]).outerjoin(
        work, people.c[ENHED] == work.c[ENHED]
    )
    has_work, earlier = work.c[ENHED].is_not(None), people.c[ENHED].in_(select(jobs.c[ENHED]))
    # The answer of the kommune where the citizen belongs counts.
    is_same = (no.c[ENHED] == people.c[ENHED]) & (no.c.kommune_kode == people.c.kommune)
    said_no = exists().where(is_same)
    when = case(
        (has_work, sql_literal("sidste_dag")),
        (earlier & said_no, sql_literal("tidligere_nej")),
        (earlier, sql_literal("tidligere")),
        (said_no, sql_literal("nej")),
        else_=sql_literal(UOPLYST),
    )
    answer = case(
        (has_work, sql_literal("ja")), (said_no, sql_literal("nej")), else_=sql_literal(UOPLYST)
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
            "ordinaer": answer,
            "ordinaer_perioden": when,
            "ordinaer_timer": band(work.c.timer, "ordinaer_timer"),
        },
        value=work.c.timer,
    )
    return select_facts(people, facts, joined)


def _select_deadline(scope: Scope, tables: Tables) -> Query:
    """Return `under_60`: citizens to be reassessed every fifth year, and whether that is overdue.

    Overdue: five years and more before the last day lie the reform, the citizen's latest vurdering
    and the latest tilkendelse, aendring or uaendret. Who has the highest pension automatically, and
    has not been assessed since, is not overdue: the law was not found to ask for it. Who has no
    known birth date is left out.
    """
    last_day = scope.period.til
    limit = add_years(last_day, -scope.constant_int("REVURDERING_AAR"))
    born_after = add_years(last_day, -scope.constant_int("REVURDERING_UNDER_ALDER"))
    people, assessed = tables["pensionister"], tables["seneste_vurdering"]
    rows = tables["afgoerelser"]
    recent = rows.c.afgoerelse.in_(ASSESSED) & rows.c.afgoerelse_dato.between(limit, last_day)
    decided = select(rows.c[ENHED]).where(recent).distinct().subquery()
    given = rows.alias("automatisk")
    is_given = (people.c.kommune_kode == given.c.kommune_kode) & (
        people.c.raekke_id == given.c.raekke_id
    )
    joined = (
        people.outerjoin(assessed, people.c[ENHED] == assessed.c[ENHED])
        .outerjoin(decided, people.c[ENHED] == decided.c[ENHED])
        .outerjoin(given, is_given & (given.c.automatisk_hoejeste == "ja"))
    )
    not_since = assessed.c.vurdering_dato.is_(None) | (
        assessed.c.vurdering_dato < given.c.afgoerelse_dato
    )
    recently = [
        assessed.c.vurdering_dato >= limit,
        decided.c[ENHED].is_not(None),
        given.c.raekke_id.is_not(None) & not_since,
    ]
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
    """Return `borgere`: one fact per income a pensioner has beside the pension on the last day.

    It cites the income.
    """
    people, rows = tables["pensionister"], cited(scope, tables, "indkomst")
    # An outer join, because it fixes the order: each income looks its pensioner up by index.
    joined = rows.outerjoin(people, people.c[ENHED] == rows.c[ENHED])
    end = end_of(scope, rows, rows.c.til_dato)
    active = active_on(rows.c.fra_dato, end, scope.period.til)
    facts = Facts(
        "borgere",
        people.c.kommune,
        {"indkomst_kilde": known(rows.c.indkomst_kilde), "bestand_niveau": people.c.niveau},
        active & people.c[ENHED].is_not(None),
    )
    return select_facts(rows, facts, joined)


_ASSESSED = {"arbejdsevne": "seneste_vurdering", "timer": "seneste_vurdering"}
_WORKS = {
    **dict.fromkeys(("ordinaer_timer", "vaerdi"), "ordinaere_job"),
    "ordinaer": "ordinaert_svar",
    "ordinaer_perioden": "ordinaere_job_i_perioden",
}
SOURCES = {
    "seneste_vurdering": FactSource(_select_assessment, needs=("borgere",), index=ENHED),
    "ordinaere_job": FactSource(_select_ordinary_jobs, needs=("borgere",)),
    "siger_nej": FactSource(_select_said_no, needs=("borgere",), index=ENHED),
    "ordinaert_svar": FactSource(_select_work_told, needs=("ordinaere_job", "siger_nej")),
    "ordinaert_arbejde": FactSource(_select_ordinary_work, needs=("ordinaere_job",), index=ENHED),
    "ordinaere_job_i_perioden": FactSource(_select_ordinary_jobs_of_period, needs=("borgere",)),
    "bestand": FactSource(
        _select_stock,
        needs=(*_STOCK_NEEDS, "ordinaert_svar"),
        evidence=_ASSESSED | _WORKS,
    ),
    "frist": FactSource(
        _select_deadline,
        needs=("pensionister", "seneste_vurdering", "afgoerelser"),
        evidence={"frist": "seneste_vurdering"},
    ),
    "indkomst": FactSource(_select_income, needs=("pensionister", "borgere")),
}
