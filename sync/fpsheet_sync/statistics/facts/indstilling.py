"""Recommendations of the rehabilitation team, and what the kommune decided then."""

from sqlalchemy import select

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


def _select_meetings(scope: Scope, tables: Tables) -> Query:
    """Return the team's meetings that ended in the period, with the next answer (`udfald`).

    The answer is the citizen's first tilkendelse, afslag or tilbagevisning of a kommune from the
    day of the recommendation on.
    """
    rows = cited(scope, tables, "forloeb")
    met = (
        select(rows)
        .where(
            rows.c.forloeb_type == "rehabiliteringsmoede",
            rows.c.indstilling.is_not(None),
            within(rows.c.slut_dato, scope.period),
        )
        .subquery()
    )
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
