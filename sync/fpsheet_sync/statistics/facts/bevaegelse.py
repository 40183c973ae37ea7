"""Movements of the stock: who came and went between two days, and changes of level."""

from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, select, tuple_, union_all
from sqlalchemy import literal as sql_literal

from fpsheet_sync.statistics.facts.afgoerelse import is_own
from fpsheet_sync.statistics.facts.fact import (
    Facts,
    FactSource,
    Query,
    Tables,
    select_facts,
)
from fpsheet_sync.statistics.facts.pension import FOER_REFORM, decided_order, effective_date
from fpsheet_sync.statistics.facts.scope import ENHED, Scope, known, latest, within
from fpsheet_templates.table import UOPLYST


def _select_movements(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature for all
    """Compare the stock on the day before the period with that on its last day, citizen by citizen.

    `primo` all of the first day; of these `blivende` (still in the same kommune), `fraflyttet` (in
    another kommune), `afgang` (no longer, by the reason of the bortfald in force). `tilgang` those
    who are new, `tilflyttet` those who come from another kommune. Citizens who came and went
    between the two days are in none of them.
    """
    before, after, state = (
        tables[name] for name in ("pensionister_primo", "pensionister", "stilling")
    )
    both = before.join(after, before.c[ENHED] == after.c[ENHED])
    left = before.outerjoin(after, before.c[ENHED] == after.c[ENHED]).outerjoin(
        state, before.c[ENHED] == state.c[ENHED]
    )
    new = after.outerjoin(before, before.c[ENHED] == after.c[ENHED])
    stays = before.c.kommune == after.c.kommune
    gone, came = after.c[ENHED].is_(None), before.c[ENHED].is_(None)
    none: dict[str, ColumnElement[Any] | None] = {"bortfald_aarsag": None}
    reason: dict[str, ColumnElement[Any] | None] = {
        "bortfald_aarsag": known(state.c.bortfald_aarsag)
    }
    return union_all(
        select_facts(before, Facts("primo", before.c.kommune, none)),
        select_facts(before, Facts("blivende", before.c.kommune, none, stays), both),
        select_facts(before, Facts("fraflyttet", before.c.kommune, none, ~stays), both),
        select_facts(before, Facts("afgang", before.c.kommune, reason, gone), left),
        select_facts(after, Facts("tilflyttet", after.c.kommune, none, ~stays), both),
        select_facts(after, Facts("tilgang", after.c.kommune, none, came), new),
    )


def _select_first(scope: Scope, tables: Tables) -> Query:
    """Return `foerste_gang`: who got the pension for the first time ever, by the day it began.

    That is the first day from which a decision gives the pension, if it lies in the period; who had
    the pension before the reform is not among them. Each citizen counts once, in the kommune that
    reports the decision, whether or not the citizen has the pension when the period ends.
    """
    states = tables["stillinger"]
    gives = select(states).where(states.c.afgoerelse != "bortfald").subquery()
    order = [gives.c[n] for n in ("fra", "afgoerelse_dato", "kommune_kode", "raekke_id")]
    first = latest(gives, order, (ENHED, "kommune_kode", "raekke_id", "fra", "niveau"))
    before = select(tables["foer_reform"].c[ENHED])
    is_new = within(first.c.fra, scope.period) & first.c[ENHED].not_in(before)
    return select_facts(
        first,
        Facts("foerste_gang", first.c.kommune_kode, {"niveau": known(first.c.niveau)}, is_new),
    )


def _select_transitions(scope: Scope, tables: Tables) -> Query:
    """Return `afgjort`: the reassessments decided in the period, from which level to which.

    Reassessments are aendring, uaendret and a bortfald with the reason frakendt, decided by a
    kommune: what an appeals body changed is no reassessment. The level before
    is what the citizen's last decision before it in order of decision (`decided_order`) gave; with
    none it is `foer_reform` where the citizen had the pension then, else not stated. The level
    after is the one stated, at uaendret without one the level before, at bortfald `frakendt`.
    """
    rows, effects = tables["afgoerelser"], tables["virkninger"]
    reassessed = rows.c.afgoerelse.in_(("aendring", "uaendret")) | (
        (rows.c.afgoerelse == "bortfald") & (rows.c.bortfald_aarsag == "frakendt")
    )
    start = effective_date(rows).label("fra")
    decided = reassessed & is_own(rows) & within(rows.c.afgoerelse_dato, scope.period)
    now = select(rows, start).where(decided).subquery()
    earlier = (effects.c[ENHED] == now.c[ENHED]) & (
        tuple_(*decided_order(effects)) < tuple_(*decided_order(now))
    )
    order = [column.desc() for column in decided_order(effects)]
    key = (now.c.kommune_kode, now.c.raekke_id)
    rank = func.row_number().over(partition_by=key, order_by=order)
    reform = tables["foer_reform"]
    joined = now.outerjoin(effects, earlier).outerjoin(reform, reform.c[ENHED] == now.c[ENHED])
    before = case(
        (effects.c.raekke_id.is_not(None), known(effects.c.niveau)),
        (reform.c[ENHED].is_not(None), sql_literal(FOER_REFORM)),
        else_=sql_literal(UOPLYST),
    )
    ranked = (
        select(now, before.label("fra_niveau"), rank.label("nummer")).select_from(joined).subquery()
    )
    return _transition_facts(ranked)


def _transition_facts(ranked: Subquery) -> Query:
    unchanged = (ranked.c.afgoerelse == "uaendret") & (ranked.c.fra_niveau != FOER_REFORM)
    after = case(
        (ranked.c.afgoerelse == "bortfald", sql_literal("frakendt")),
        (ranked.c.niveau.is_not(None), ranked.c.niveau),
        (unchanged, ranked.c.fra_niveau),
        else_=sql_literal(UOPLYST),
    )
    dimensions = {"fra_niveau": ranked.c.fra_niveau, "til_niveau": after}
    facts = Facts("afgjort", ranked.c.kommune_kode, dimensions, ranked.c.nummer == 1)
    return select_facts(ranked, facts)


SOURCES = {
    "bevaegelse": FactSource(
        _select_movements, needs=("pensionister_primo", "pensionister", "stilling")
    ),
    "foerstegang": FactSource(_select_first, needs=("stillinger", "foer_reform")),
    "overgang": FactSource(_select_transitions, needs=("afgoerelser", "virkninger", "foer_reform")),
}
