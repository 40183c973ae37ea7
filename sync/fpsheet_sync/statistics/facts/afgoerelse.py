"""Decisions: awards, refusals and what is neither; processing time; what followed."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Subquery,
    Table,
    and_,
    case,
    exists,
    func,
    select,
    union_all,
)
from sqlalchemy import literal as sql_literal

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.statistics.facts.dialect import AddOneYear, DaysBetween
from fpsheet_sync.statistics.facts.fact import (
    AnySelect,
    Facts,
    FactSource,
    Query,
    Tables,
    cited,
    select_facts,
)
from fpsheet_sync.statistics.facts.scope import (
    ENHED,
    Scope,
    age_band,
    known,
    quarter_of,
    within,
    yes_no,
)
from fpsheet_templates.codes import APPLICATION

if TYPE_CHECKING:
    from collections.abc import Mapping

COUNTED = ("tilkendelse", "afslag", "udsaettelse", "tilbagevist")
FINAL = ("tilkendelse", "afslag")
ANSWERS = ("tilkendelse", "afslag", "tilbagevist")
"""Outcomes of a case sent back; of several on one day the first of these is the outcome."""
REASONS = ("tilbagevisningsaarsag_1", "tilbagevisningsaarsag_2", "tilbagevisningsaarsag_3")
DECISION = (
    *(ENHED, "koen", "foedselsdato", "kommune_kode", "raekke_id", "afgoerelse", "afgoerelse_dato"),
    *("virkning_dato", "niveau", "bortfald_aarsag", "afslagsaarsag", *REASONS),
    *("instans", "foreliggende_grundlag", "automatisk_hoejeste"),
)
"""What is kept of a decision."""


def is_own(decisions: FromClause) -> ColumnElement[bool]:
    """Return the condition that the kommune decided itself, and no appeals body did."""
    return decisions.c.er_klage == "nej"


def _select_every_decision(scope: Scope, tables: Tables) -> Query:
    """Return every decision with its citizen, whatever its day: what most other tables rest on.

    `er_klage` says whether an appeals body made it: `ja` or `nej`.
    """
    rows = cited(scope, tables, "afgoerelse")
    bodies = [code.id for code in scope.form.code_lists["instans"].codes if code.extra["klage"]]
    on_appeal = yes_no(rows.c.instans.in_(bodies)).label("er_klage")
    return select(*(rows.c[name] for name in DECISION), on_appeal)


def _select_decisions(scope: Scope, tables: Tables) -> Query:
    """Return decisions by afgoerelse_dato, a measure for each kind, in the kommune that reports.

    An award or refusal is counted each time: a citizen refused and later granted counts in both.
    Udsættelse and tilbagevisning are measures of their own and never refusals. What an appeals body
    decided is not the practice of the kommune and counted apart (`klage`). Age is that on the day
    of the decision.
    """
    rows = tables["afgoerelser"]
    dimensions: Mapping[str, ColumnElement[Any] | None] = {
        "niveau": known(rows.c.niveau),
        "kvartal": quarter_of(rows.c.afgoerelse_dato, scope.period),
        "koen": known(rows.c.koen),
        "aldersgruppe": age_band(rows.c.foedselsdato, rows.c.afgoerelse_dato),
        "instans": known(rows.c.instans),
        "foreliggende_grundlag": known(rows.c.foreliggende_grundlag),
        "afslagsaarsag": known(rows.c.afslagsaarsag),
    }
    in_period = within(rows.c.afgoerelse_dato, scope.period) & is_own(rows)
    kinds = (
        Facts(kind, rows.c.kommune_kode, dimensions, in_period & (rows.c.afgoerelse == kind))
        for kind in COUNTED
    )
    return union_all(*(select_facts(rows, facts) for facts in kinds))


def _select_returned(scope: Scope, tables: Tables) -> Query:
    """Return the tilbagevisninger of the period with what the next decision was.

    `udfald` is the citizen's first tilkendelse, afslag or tilbagevisning of a kommune with a later
    afgoerelse_dato, however late; of several on that day a tilkendelse comes before an afslag, and
    an afslag before a tilbagevisning. Without one the case waits (`afventer`). `udfald_dato` is
    its day.
    """
    rows = tables["afgoerelser"]
    returned = (
        select(rows)
        .where(
            rows.c.afgoerelse == "tilbagevist",
            is_own(rows),
            within(rows.c.afgoerelse_dato, scope.period),
        )
        .subquery()
    )
    return with_next_answer(returned, returned.c.afgoerelse_dato, rows, same_day=False)


def with_next_answer(
    cases: Subquery, day: ColumnElement[Any], decisions: Table, *, same_day: bool
) -> AnySelect:
    """Return cases with the kommune's next answer to the citizen: `udfald`, `udfald_dato`.

    Args:
        cases: What waits for an answer, with `kommune_kode` and `raekke_id`.
        day: The day after which the answer is sought.
        decisions: Every decision.
        same_day: Whether one of that day answers too.
    """
    later = decisions.alias("senere")
    is_later = later.c.afgoerelse_dato >= day if same_day else later.c.afgoerelse_dato > day
    follows = and_(
        later.c[ENHED] == cases.c[ENHED], later.c.afgoerelse.in_(ANSWERS), is_own(later), is_later
    )
    places = {kind: place for place, kind in enumerate(ANSWERS)}
    order = [later.c.afgoerelse_dato, case(places, value=later.c.afgoerelse)]
    case_key = (cases.c.kommune_kode, cases.c.raekke_id)
    rank = func.row_number().over(partition_by=case_key, order_by=order)
    outcome = func.coalesce(later.c.afgoerelse, sql_literal("afventer")).label("udfald")
    ranked = (
        select(
            cases,
            outcome,
            later.c.afgoerelse_dato.label("udfald_dato"),
            rank.label("nummer"),
        )
        .select_from(cases.outerjoin(later, follows))
        .subquery()
    )
    return select(ranked).where(ranked.c.nummer == 1)


def _select_answered(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature
    """Return `afgjort_igen`: days from a tilbagevisning of the period to the next answer."""
    returned = tables["tilbageviste"]
    facts = Facts(
        "afgjort_igen",
        returned.c.kommune_kode,
        where=returned.c.udfald_dato.is_not(None),
        value=DaysBetween(returned.c.afgoerelse_dato, returned.c.udfald_dato),
    )
    return select_facts(returned, facts)


def _select_returned_reasons(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature
    """Count `tilbagevist` once per reason of a case; the unit is the case: totals count cases."""
    returned = tables["tilbageviste"]
    reasons = [returned.c[name] for name in REASONS]
    unit = returned.c.kommune_kode + "/" + returned.c.raekke_id
    none_given = and_(*(reason.is_(None) for reason in reasons))
    queries = []
    for reason, where in [
        *((each, each.is_not(None)) for each in reasons),
        (reasons[0], none_given),
    ]:
        dimensions = {"tilbagevisningsaarsag": known(reason), "udfald": returned.c.udfald}
        facts = Facts("tilbagevist", returned.c.kommune_kode, dimensions, where, unit=unit)
        queries.append(select_facts(returned, facts))
    return union_all(*queries)


def _select_final(scope: Scope, tables: Tables) -> Query:
    """Return every tilkendelse and afslag of the citizens who got one of them in the period."""
    decisions = tables["afgoerelser"]
    is_final = decisions.c.afgoerelse.in_(FINAL) & is_own(decisions)
    concerned = select(decisions.c[ENHED]).where(
        is_final, within(decisions.c.afgoerelse_dato, scope.period)
    )
    names = (ENHED, "kommune_kode", "raekke_id", "afgoerelse", "afgoerelse_dato")
    wanted = (decisions.c[name] for name in names)
    return select(*wanted).where(is_final, decisions.c[ENHED].in_(concerned))


def _select_applications(scope: Scope, tables: Tables) -> Query:
    """Return the days on which those citizens applied, each once.

    They are the first ones, which stand on Borgere, the new ones, which are rows of Forløb, and
    those that a later one took the place of on Borgere once they were answered: a new application
    undoes no old one. A day that was corrected is none.
    """
    people, final = cited(scope, tables, "borger"), tables["endelige"]
    events = cited(scope, tables, "forloeb")
    theirs = select(final.c[ENHED])
    first = select(people.c[ENHED], people.c.ansoegning_dato).where(
        people.c.ansoegning_dato.is_not(None), people.c[ENHED].in_(theirs)
    )
    again = select(events.c[ENHED], events.c.start_dato).where(
        events.c.forloeb_type == APPLICATION, events.c[ENHED].in_(theirs)
    )
    return first.union(again, _answered_before(scope, tables))


def _answered_before(scope: Scope, tables: Tables) -> AnySelect:
    """Return the days that a record once stated, where a later one followed after an answer."""
    versions, borgere = scope.versions("borger"), tables["borgere"]
    key = (versions.c.kommune_kode, versions.c.raekke_id)
    following = func.lead(versions.c.ansoegning_dato).over(
        partition_by=key, order_by=versions.c.fra_indberetning
    )
    unit = func.coalesce(borgere.c[ENHED], versions.c[BORGER]).label(ENHED)
    told = (
        select(unit, versions.c.ansoegning_dato, following.label("naeste"))
        .select_from(versions.outerjoin(borgere, versions.c[BORGER] == borgere.c[BORGER]))
        .where(versions.c.kommune_kode.in_(scope.kommuner))
        .subquery()
    )
    final = tables["endelige"]
    answered = exists().where(
        final.c[ENHED] == told.c[ENHED],
        final.c.afgoerelse_dato >= told.c.ansoegning_dato,
        final.c.afgoerelse_dato < told.c.naeste,
    )
    return select(told.c[ENHED], told.c.ansoegning_dato).where(answered)


def _select_processing(scope: Scope, tables: Tables) -> Query:
    """Count `afgjort`: days from ansoegning_dato to the first tilkendelse or afslag from then on.

    A decision answers the latest application of the citizen, told by any kommune, that is not
    dated after it. Only the first decision on an application counts. Decisions before which
    no application is known are `uden_ansoegning`.
    """
    final, applied = tables["endelige"], tables["ansoegninger"]
    first = _first_answers(final, applied)
    answered = Facts(
        "afgjort",
        first.c.kommune_kode,
        {"sagsafgoerelse": first.c.afgoerelse},
        (first.c.nummer == 1) & within(first.c.afgoerelse_dato, scope.period),
        value=DaysBetween(first.c.ansoegning_dato, first.c.afgoerelse_dato),
    )
    is_known = exists().where(
        applied.c[ENHED] == final.c[ENHED], applied.c.ansoegning_dato <= final.c.afgoerelse_dato
    )
    without = Facts(
        "uden_ansoegning",
        final.c.kommune_kode,
        {"sagsafgoerelse": final.c.afgoerelse},
        ~is_known & within(final.c.afgoerelse_dato, scope.period),
    )
    return union_all(select_facts(first, answered), select_facts(final, without))


def _first_answers(final: Table, applied: Table) -> Subquery:
    """Number the decisions on each application, the first being 1."""
    names = (ENHED, "kommune_kode", "raekke_id", "afgoerelse", "afgoerelse_dato")
    key = [final.c[name] for name in names]
    no_later = (applied.c[ENHED] == final.c[ENHED]) & (
        applied.c.ansoegning_dato <= final.c.afgoerelse_dato
    )
    paired = (
        select(*key, func.max(applied.c.ansoegning_dato).label("ansoegning_dato"))
        .select_from(final.join(applied, no_later))
        .group_by(*key)
        .subquery()
    )
    order = [paired.c[name] for name in ("afgoerelse_dato", "kommune_kode", "raekke_id")]
    rank = func.row_number().over(
        partition_by=(paired.c[ENHED], paired.c.ansoegning_dato), order_by=order
    )
    return select(paired, rank.label("nummer")).subquery()


def _select_postponed(scope: Scope, tables: Tables) -> Query:
    """Return `frister`: udsættelser whose one-year deadline lies in the period, and how it went.

    The case is assessed again by the citizen's first vurdering, or first decision other than
    tilbagevisning, dated after the udsættelse: `inden` by the deadline (that day included), `efter`
    when later but by the last day of the period, `ikke_vurderet` when not by then.
    """
    decisions = tables["afgoerelser"]
    deadline = AddOneYear(decisions.c.afgoerelse_dato)
    postponed = (
        select(decisions, deadline.label("frist_dato"))
        .where(
            decisions.c.afgoerelse == "udsaettelse",
            is_own(decisions),
            within(deadline, scope.period),
        )
        .subquery()
    )
    again = _reassessed(scope, tables)
    after = and_(
        again.c[ENHED] == postponed.c[ENHED],
        again.c.dag > postponed.c.afgoerelse_dato,
        again.c.dag <= scope.period.til,
    )
    key = [postponed.c[name] for name in (ENHED, "kommune_kode", "raekke_id", "frist_dato")]
    first = (
        select(*key, func.min(again.c.dag).label("dag"))
        .select_from(postponed.outerjoin(again, after))
        .group_by(*key)
        .subquery()
    )
    status = case(
        (first.c.dag <= first.c.frist_dato, sql_literal("inden")),
        (first.c.dag.is_not(None), sql_literal("efter")),
        else_=sql_literal("ikke_vurderet"),
    )
    return select_facts(
        first, Facts("frister", first.c.kommune_kode, {"udsaettelse_frist": status})
    )


def _reassessed(scope: Scope, tables: Tables) -> Subquery:
    """Return the days on which a citizen was assessed or decided on (`dag`)."""
    assessed = cited(scope, tables, "vurdering")
    decided = tables["afgoerelser"].alias("ny_afgoerelse")
    return union_all(
        select(assessed.c[ENHED], assessed.c.vurdering_dato.label("dag")),
        select(decided.c[ENHED], decided.c.afgoerelse_dato.label("dag")).where(
            decided.c.afgoerelse != "tilbagevist"
        ),
    ).subquery("vurderet")


SOURCES = {
    "afgoerelser": FactSource(_select_every_decision, needs=("borgere",), index=ENHED),
    "afgoerelse": FactSource(_select_decisions, needs=("afgoerelser",)),
    "tilbageviste": FactSource(_select_returned, needs=("afgoerelser",)),
    "tilbagevisning": FactSource(_select_returned_reasons, needs=("tilbageviste",)),
    "ny_afgoerelse": FactSource(_select_answered, needs=("tilbageviste",)),
    "endelige": FactSource(_select_final, needs=("afgoerelser",)),
    "ansoegninger": FactSource(_select_applications, needs=("borgere", "endelige"), index=ENHED),
    "sagstid": FactSource(_select_processing, needs=("endelige", "ansoegninger")),
    "udsaettelse": FactSource(_select_postponed, needs=("borgere", "afgoerelser")),
}
