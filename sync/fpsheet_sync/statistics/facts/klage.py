"""Appeals: what the appeals bodies decided about the decisions of the kommuner."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, union_all

from fpsheet_sync.statistics.facts.afgoerelse import is_own
from fpsheet_sync.statistics.facts.fact import Facts, FactSource, Query, Tables, select_facts
from fpsheet_sync.statistics.facts.scope import Scope, known, within

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTCOMES: "Mapping[str, tuple[str, ...]]" = {
    "stadfaestet": ("stadfaestet", "afslag", "uaendret"),
    "aendret": ("tilkendelse", "aendring", "bortfald", "udsaettelse"),
    "hjemvist": ("hjemvist", "tilbagevist"),
    "afvist": ("afvist",),
}
"""Outcome of an appeal → what the appeals body decided, in the words of Afgørelser.

An appeals body that grants, changes or ends the pension has changed the decision. Workbooks of
version 1 have no code for the others: an upheld refusal is an afslag there, and a remitted case
is tilbagevist.
"""


def _select_appeals(scope: Scope, tables: Tables) -> Query:
    """Return appeals by the day of their decision, a measure for each outcome."""
    rows = tables["afgoerelser"]
    dimensions: Mapping[str, ColumnElement[Any] | None] = {"klageinstans": known(rows.c.instans)}
    decided = ~is_own(rows) & within(rows.c.afgoerelse_dato, scope.period)
    facts = (
        Facts(name, rows.c.kommune_kode, dimensions, decided & rows.c.afgoerelse.in_(kinds))
        for name, kinds in OUTCOMES.items()
    )
    return union_all(*(select_facts(rows, each) for each in facts))


SOURCES = {"klage": FactSource(_select_appeals, needs=("afgoerelser",))}
