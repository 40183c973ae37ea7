"""Facts of a form of another field, selected as its data declare them (`FactSpec`)."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Subquery, select, union_all

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.statistics.facts.fact import Facts, FactSource, Query, Tables, select_facts
from fpsheet_sync.statistics.facts.scope import (
    ENHED,
    Scope,
    active_on,
    known,
    quarter_of,
    within,
)
from fpsheet_templates.fact_spec import FactSpec, MeasureSpec, load_facts
from fpsheet_templates.table import load_dimensions

_QUARTER = "kvartal"


def declared_sources(folder: Path) -> Mapping[str, FactSource]:
    """Return the sources of facts that a form declares in its folder (`Form.folder`), by name."""
    return {spec.id: FactSource(partial(_select_declared, spec)) for spec in load_facts(folder)}


def _select_declared(spec: FactSpec, scope: Scope, tables: Tables) -> Query:  # noqa: ARG001 - rests on no table of facts
    """Select one fact per row of the sheet and measure, where the row was reported."""
    own = scope.records(spec.sheet)
    rows = (
        select(own, own.c[BORGER].label(ENHED))
        .where(own.c.kommune_kode.in_(scope.kommuner))
        .subquery(spec.sheet)
    )
    register = scope.records(BORGER)
    is_theirs = (rows.c[BORGER] == register.c[BORGER]) & (
        rows.c.kommune_kode == register.c.kommune_kode
    )
    joined = rows.outerjoin(register, is_theirs)
    sheets = {BORGER: register, spec.sheet: rows}
    return union_all(
        *(_select_measure(spec, each, scope, sheets, joined) for each in spec.measures)
    )


def _select_measure(
    spec: FactSpec,
    measure: MeasureSpec,
    scope: Scope,
    sheets: Mapping[str, Subquery],
    joined: FromClause,
) -> Query:
    """Select the facts of one measure."""
    rows = sheets[spec.sheet]
    begin = rows.c[measure.begin]
    is_counted = (
        active_on(begin, rows.c[measure.end], scope.period.til)
        if measure.end
        else within(begin, scope.period)
    )
    declared = load_dimensions(scope.form.folder)
    dimensions: dict[str, ColumnElement[Any] | None] = {}
    for name in spec.dimensions:
        if name == _QUARTER:
            dimensions[name] = None if measure.end else quarter_of(begin, scope.period)
        else:
            sheet, field = declared[name].field.split(".")
            dimensions[name] = known(sheets[sheet].c[field])
    return select_facts(
        rows, Facts(measure.id, rows.c.kommune_kode, dimensions, is_counted), joined
    )
