"""Pensioners and decisions by locality and section, as the kommuner name them; never published."""

from sqlalchemy import ColumnElement, Subquery, Table, case, func, select, union_all
from sqlalchemy import literal as sql_literal

from fpsheet_sync.statistics.facts.afgoerelse import is_own
from fpsheet_sync.statistics.facts.fact import (
    AnySelect,
    Facts,
    FactSource,
    Query,
    Tables,
    cited,
    select_facts,
)
from fpsheet_sync.statistics.facts.scope import ENHED, Scope, known, within
from fpsheet_templates.table import UOPLYST

OTHERS = "andre"
"""The code of every name that stands for few citizens of its kommune."""

_NAMES = ("lokalitet", "afdeling")
_COUNTED = ("tilkendelse", "afslag", "tilbagevist")


def _select_places(scope: Scope, tables: Tables) -> Query:
    """Return locality and section of each citizen in each kommune that reports the citizen.

    A name that a kommune has written for fewer citizens than `LOKALITET_MINDST` is `andre`: it
    would tell who somebody is. Nothing written is `uoplyst`.
    """
    rows = cited(scope, tables, "borger")
    told = (func.max(func.nullif(func.trim(rows.c[name]), "")).label(name) for name in _NAMES)
    each = (
        select(rows.c[ENHED], rows.c.kommune_kode, func.max(rows.c.raekke_id).label("raekke_id"))
        .add_columns(*told)
        .group_by(rows.c[ENHED], rows.c.kommune_kode)
        .subquery()
    )
    least = scope.constant_int("LOKALITET_MINDST")
    codes = (_shown(each, name, least).label(name) for name in _NAMES)
    return select(each.c[ENHED], each.c.kommune_kode, each.c.raekke_id, *codes)


def _shown(each: Subquery, name: str, least: int) -> ColumnElement[str]:
    number = func.count().over(partition_by=(each.c.kommune_kode, each.c[name]))
    return case(
        (each.c[name].is_(None), sql_literal(UOPLYST)),
        (number < least, sql_literal(OTHERS)),
        else_=each.c[name],
    )


def _select_by_place(scope: Scope, tables: Tables) -> Query:
    """Return pensioners on the last day, and the kommune's own decisions of the period, by place.

    A pensioner counts where the citizen belongs, by what that kommune has written; a decision in
    the kommune that reports it.
    """
    people, decisions, places = (tables[name] for name in ("pensionister", "afgoerelser", "steder"))

    codes = {name: known(places.c[name]) for name in _NAMES}

    def placed(rows: Table, facts: Facts) -> AnySelect:
        is_place = (places.c[ENHED] == rows.c[ENHED]) & (places.c.kommune_kode == facts.kommune)
        return select_facts(rows, facts, rows.outerjoin(places, is_place))

    own, kommune = is_own(decisions), decisions.c.kommune_kode
    decided = own & within(decisions.c.afgoerelse_dato, scope.period)
    kinds = (
        Facts(kind, kommune, codes, decided & (decisions.c.afgoerelse == kind)) for kind in _COUNTED
    )
    return union_all(
        placed(people, Facts("bestand", people.c.kommune, codes)),
        *(placed(decisions, facts) for facts in kinds),
    )


SOURCES = {
    "steder": FactSource(_select_places, needs=("borgere",), index=ENHED),
    "lokalt": FactSource(
        _select_by_place,
        needs=("pensionister", "afgoerelser", "steder"),
        evidence=dict.fromkeys(_NAMES, "steder"),
    ),
}
