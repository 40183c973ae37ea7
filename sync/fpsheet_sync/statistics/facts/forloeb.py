"""Forløb: begun, ended and active, their length, and afklaringsforløb inside a revurdering."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, func, select, union_all

from fpsheet_sync.statistics.facts.dialect import DaysBetween
from fpsheet_sync.statistics.facts.fact import (
    Facts,
    FactSource,
    Query,
    Tables,
    cited,
    is_pensioner,
    placed,
    select_facts,
)
from fpsheet_sync.statistics.facts.scope import (
    ENHED,
    Scope,
    active_on,
    band,
    end_of,
    known,
    quarter_of,
    within,
)
from fpsheet_templates.codes import APPLICATION

CODES = ("forloeb_type", "revalideringstiltag", "resultat", "motivation", "uden_for_cyklus")


def _dimensions(
    rows: Subquery, tables: Tables, kvartal: ColumnElement[Any] | None
) -> Mapping[str, ColumnElement[Any] | None]:
    codes = {code: known(rows.c[code]) for code in CODES}
    return {**codes, "kvartal": kvartal, "pensionist": is_pensioner(rows, tables)}


def _select_forloeb(scope: Scope, tables: Tables) -> Query:
    """Return forløb: `paabegyndt`, `afsluttet` (value: days, both ends counted), `igangvaerende`.

    Begun: start_dato within the period. Ended: slut_dato within it. Active: begun by the last day
    and not ended by it. The first two count in the kommune that reports, the third where the
    citizen belongs on the last day. A forløb that a kommune left open when it ceased is active no
    longer, and has not ended either: nobody ended it. An application is no forløb.
    """
    every = cited(scope, tables, "forloeb")
    rows = select(every).where(every.c.forloeb_type != APPLICATION).subquery("forloeb")
    joined, belongs = placed(scope, rows, tables)
    start, end, reporter = rows.c.start_dato, rows.c.slut_dato, rows.c.kommune_kode
    begun = Facts(
        "paabegyndt",
        reporter,
        _dimensions(rows, tables, quarter_of(start, scope.period)),
        within(start, scope.period),
    )
    ended = Facts(
        "afsluttet",
        reporter,
        _dimensions(rows, tables, quarter_of(end, scope.period)),
        within(end, scope.period),
        value=DaysBetween(start, end) + 1,
    )
    active = Facts(
        "igangvaerende",
        belongs,
        _dimensions(rows, tables, None),
        active_on(start, end_of(scope, rows, end), scope.period.til),
    )
    return union_all(
        select_facts(rows, begun), select_facts(rows, ended), select_facts(rows, active, joined)
    )


def _select_afklaring(scope: Scope, tables: Tables) -> Query:
    """Return ended revurderinger with the number of afklaringsforløb begun inside each (value).

    Inside means: same citizen, any kommune, start_dato from the first to the last day of the
    revurdering, both inclusive.
    """
    rows = cited(scope, tables, "forloeb")
    every = cited(scope, tables, "forloeb")
    inner = (
        select(every.c[ENHED], every.c.start_dato, every.c.raekke_id)
        .where(every.c.forloeb_type == "afklaringsforloeb")
        .subquery("afklaring")
    )
    ended = (
        select(rows)
        .where(rows.c.forloeb_type == "revurdering", within(rows.c.slut_dato, scope.period))
        .subquery()
    )
    inside = and_(
        inner.c[ENHED] == ended.c[ENHED],
        inner.c.start_dato.between(ended.c.start_dato, ended.c.slut_dato),
    )
    counted = (
        select(
            ended.c[ENHED],
            ended.c.kommune_kode,
            ended.c.raekke_id,
            func.count(inner.c.raekke_id).label("antal"),
        )
        .select_from(ended.outerjoin(inner, inside))
        .group_by(ended.c[ENHED], ended.c.kommune_kode, ended.c.raekke_id)
        .subquery()
    )
    facts = Facts(
        "afsluttet",
        counted.c.kommune_kode,
        {"antal_afklaring": band(counted.c.antal, "antal_afklaring")},
        value=counted.c.antal,
    )
    return select_facts(counted, facts)


SOURCES = {
    "forloeb": FactSource(
        _select_forloeb,
        needs=("borgere", "hjem", "pensionister"),
        evidence={"pensionist": "pensionister"},
    ),
    "afklaring": FactSource(_select_afklaring, needs=("borgere",)),
}
