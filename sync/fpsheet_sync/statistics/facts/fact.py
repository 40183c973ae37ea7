"""Facts: what is counted, one row per forløb, decision, job or citizen and measure.

Every source of facts selects the same first columns, so that one way of counting serves all:

- `maal`: the measure ("paabegyndt"),
- `kommune`: where it counts: for what happened in the period the kommune that reported it, for
  what holds on a day the kommune the citizen belongs to on that day,
- `enhed`: the unit counted once in distinct counts: the citizen, or the case,
- `person`: the citizen it is about,
- `kommune_kode`, `raekke_id`: the record it comes from,
- `vaerdi`: the number behind medians and means, else NULL,

and then its dimensions, each with a code and never NULL (`uoplyst`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Double,
    FromClause,
    Select,
    Subquery,
    Table,
    Text,
    cast,
    func,
    null,
    select,
    true,
)
from sqlalchemy import literal as sql_literal

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.statistics.facts.scope import ENHED, PERSON, Scope, same_country, yes_no

Tables = Mapping[str, Table]
AnySelect = Select[*tuple[Any, ...]]
Query = AnySelect | CompoundSelect[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class FactSource:
    """How a table of facts, or one that other facts rest on, is selected.

    Attributes:
        select: Gives the query, from the scope and the tables made before it.
        needs: Tables that must be made before it.
        index: Column to index; empty for none.
        evidence: Dimension, or `vaerdi` → table it needs with the citizens' records that say it,
            where the record a fact cites does not.
    """

    select: Callable[[Scope, Tables], Query]
    needs: tuple[str, ...] = ()
    index: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one measure, before they are put in the common shape.

    Attributes:
        measure: Identifier of the measure.
        kommune: Where they count.
        dimensions: Dimension → code; None where the measure does not have it.
        where: Which of the rows are facts; all where left out.
        value: The number behind medians and means.
        unit: What distinct counts count.
    """

    measure: str
    kommune: ColumnElement[Any]
    dimensions: Mapping[str, ColumnElement[Any] | None] = field(default_factory=dict)
    where: ColumnElement[bool] = field(default_factory=true)
    value: ColumnElement[Any] | None = None
    unit: ColumnElement[Any] | None = None


def select_facts(rows: FromClause, facts: Facts, joined: FromClause | None = None) -> AnySelect:
    """Put the facts of one measure in the common shape.

    Args:
        rows: Records with their citizen (`cited`).
        facts: What to take from them.
        joined: The rows joined to further tables, when the facts need those.
    """
    value = null() if facts.value is None else facts.value
    dimensions = [
        cast(null() if code is None else code, Text).label(name)
        for name, code in facts.dimensions.items()
    ]
    return (
        select(
            sql_literal(facts.measure).label("maal"),
            facts.kommune.label("kommune"),
            (rows.c[ENHED] if facts.unit is None else facts.unit).label(ENHED),
            rows.c[ENHED].label(PERSON),
            rows.c.kommune_kode.label("kommune_kode"),
            rows.c.raekke_id.label("raekke_id"),
            cast(value, Double).label("vaerdi"),
            *dimensions,
        )
        .select_from(rows if joined is None else joined)
        .where(facts.where)
    )


def cited(scope: Scope, tables: Tables, sheet: str) -> Subquery:
    """Return the records of a sheet with their citizen: `enhed`, `koen`, `foedselsdato`.

    Only what the kommuner of the scope report: a country counts nothing that another one reports.
    """
    rows, borgere = scope.records(sheet), tables["borgere"]
    unit = func.coalesce(borgere.c[ENHED], rows.c[BORGER]).label(ENHED)
    return (
        select(rows, unit, borgere.c.koen, borgere.c.foedselsdato)
        .select_from(rows.outerjoin(borgere, rows.c[BORGER] == borgere.c[BORGER]))
        .where(rows.c.kommune_kode.in_(scope.kommuner))
        .subquery(sheet)
    )


def is_pensioner(rows: Subquery, tables: Tables) -> ColumnElement[str]:
    """Return `ja` where the citizen of a row has the pension on the last day, else `nej`."""
    people = tables["pensionister"]
    return yes_no(rows.c[ENHED].in_(select(people.c[ENHED])))


def placed(scope: Scope, rows: Subquery, tables: Tables) -> tuple[FromClause, ColumnElement[Any]]:
    """Return rows joined to where their citizen belongs on the last day (`hjem`), and that kommune.

    Rows of who has left the country are left out.
    """
    home = tables["hjem"]
    is_home = (rows.c[ENHED] == home.c[ENHED]) & same_country(
        scope, home.c.kommune, rows.c.kommune_kode
    )
    return rows.join(home, is_home), home.c.kommune
