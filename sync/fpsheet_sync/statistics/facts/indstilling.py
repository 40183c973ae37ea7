"""Recommendations of the rehabilitation team, and what the kommune decided then."""

from sqlalchemy import ColumnElement, Subquery, select

from fpsheet_sync.statistics.facts.afgoerelse import with_next_answer
from fpsheet_sync.statistics.facts.fact import (
    Facts,
    FactSource,
    Query,
    Tables,
    cited,
    select_facts,
)
from fpsheet_sync.statistics.facts.scope import Scope, known, within


def is_meeting(rows: Subquery, scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a forløb is a meeting of the team that ended in the period."""
    kind, day = rows.c.forloeb_type, rows.c.slut_dato
    return (kind == "rehabiliteringsmoede") & within(day, scope.period)


def _select_meetings(scope: Scope, tables: Tables) -> Query:
    """Return the team's meetings that ended in the period, with the next answer (`udfald`).

    The answer is the citizen's first tilkendelse, afslag or tilbagevisning of a kommune from the
    day of the recommendation on.
    """
    rows = cited(scope, tables, "forloeb")
    recommended = is_meeting(rows, scope) & rows.c.indstilling.is_not(None)
    met = select(rows).where(recommended).subquery()
    return with_next_answer(met, met.c.slut_dato, tables["afgoerelser"], same_day=True)


def _select_recommended(scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - one signature
    """Return `indstillet`: the recommendations, by what was recommended and what came of it."""
    rows = tables["moeder"]
    dimensions = {"indstilling": known(rows.c.indstilling), "teamudfald": rows.c.udfald}
    return select_facts(rows, Facts("indstillet", rows.c.kommune_kode, dimensions))


SOURCES = {
    "moeder": FactSource(_select_meetings, needs=("borgere", "afgoerelser")),
    "indstilling": FactSource(_select_recommended, needs=("moeder",)),
}
