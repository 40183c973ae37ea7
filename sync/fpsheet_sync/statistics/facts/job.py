"""Supported jobs (fleks-, skåne- and nyttejob): held in the period, held on its last day."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Subquery, union_all

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
    ORDINARY,
    Scope,
    active_in,
    active_on,
    end_of,
    known,
    last_day_of,
    recoded,
)
from fpsheet_templates.codes import Code

_MANUFACTURING = "C"


def _dimensions(scope: Scope, rows: Subquery) -> Mapping[str, ColumnElement[Any] | None]:
    branches = scope.form.code_lists["branche"].codes
    return {
        "job_type": known(rows.c.job_type),
        "branche": recoded(rows.c.branche, {code.id: code.extra["gruppe19"] for code in branches}),
        "branche10": recoded(
            rows.c.branche, {code.id: code.extra["gruppe10"] for code in branches}
        ),
        "industri": recoded(rows.c.branche, {code.id: _industry(code) for code in branches}),
    }


def _industry(code: Code) -> str:
    """Return the part of manufacturing a code names: `industri` for all of it, `ikke` for none."""
    if code.extra["gruppe19"] != _MANUFACTURING:
        return "ikke"
    return code.extra["industri"] or "industri"


def _select_jobs(scope: Scope, tables: Tables) -> Query:
    """Return jobs: `i_perioden` (held some day of it) and `sidste_dag` (held at its end).

    Held in the period: begun by its last day, and not ended before its first. It counts in the
    kommune that reports the job. Held at the end: begun by the last day and not ended by it; it
    counts where the citizen belongs that day. A job of a kommune that is no more ended with it:
    its successor reports it from then on. Ordinary employment and self-employment are no supported
    jobs.
    """
    rows = cited(scope, tables, "job")
    joined, belongs = placed(scope, rows, tables)
    period, start = scope.period, rows.c.start_dato
    end, last = (find(scope, rows, rows.c.slut_dato) for find in (end_of, last_day_of))
    supported = rows.c.job_type.not_in(ORDINARY)
    in_period = active_in(start, last, period)
    dimensions = {**_dimensions(scope, rows), "pensionist": is_pensioner(rows, tables)}
    held = Facts("i_perioden", rows.c.kommune_kode, dimensions, supported & in_period)
    at_end = Facts("sidste_dag", belongs, dimensions, supported & active_on(start, end, period.til))
    return union_all(select_facts(rows, held), select_facts(rows, at_end, joined))


SOURCES = {
    "job": FactSource(
        _select_jobs,
        needs=("borgere", "hjem", "pensionister"),
        evidence={"pensionist": "pensionister"},
    )
}
