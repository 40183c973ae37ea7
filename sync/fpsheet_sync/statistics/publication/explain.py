"""Explanations: the records behind a printed figure, each with its file and cell.

What is explained is counted by the same facts that the figure was counted from, so the number of
records, or of distinct units, is the printed number (a test sweeps every count of a country).
A citizen is named by pseudonym and never by CPR number.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, select

from fpsheet_sync.statistics.facts.changed_facts import (
    Cause,
    ChangedFact,
    changed_behind,
    changed_facts,
)
from fpsheet_sync.statistics.facts.scope import ENHED, Scope
from fpsheet_sync.statistics.facts.workspace import fact_sources, fact_tables
from fpsheet_sync.statistics.publication.cited_records import (
    NOWHERE,
    Behind,
    CitedRecords,
    Place,
    find_places,
)
from fpsheet_sync.statistics.publication.delivery import explain_delivery
from fpsheet_sync.statistics.stat_table import Column, StatTable
from fpsheet_sync.statistics.tables.cube import KOMMUNE
from fpsheet_sync.statistics.tables.number_name import codes_of, declared_column
from fpsheet_sync.statistics.tables.quality import FACTS as DELIVERY
from fpsheet_sync.statistics.tables.release import ReleaseRequest, release_scope
from fpsheet_templates.form import Form
from fpsheet_templates.kommune import COUNTRIES
from fpsheet_templates.table import TOTAL, ColumnSpec, Count, TableSpec, load_tables

EVIDENCE = "grundlag"
"""The part of records that are not counted, but say why those that are count where they do."""

_COUNTED = frozenset({Count.ROWS, Count.DISTINCT})
_OF_VALUES = frozenset({Count.MEAN, Count.QUARTILE_1, Count.MEDIAN, Count.QUARTILE_3})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cell is to be explained.

    Attributes:
        table: The table as it was laid out.
        key: Codes of the row (`StatTable.keys`).
        column: The column.
        area: Kommunekode or country of the edition.
    """

    table: StatTable
    key: tuple[str, ...]
    column: Column
    area: str


def is_explained(form: Form, spec: TableSpec, column: ColumnSpec) -> bool:
    """Return whether records or files are behind a column; a target that was imported has none."""
    if column.facts == DELIVERY:
        return True
    sources = fact_sources(form)
    return any(part.facts in sources for part in counted_parts(spec, column))


def counted_parts(spec: TableSpec, column: ColumnSpec) -> tuple[ColumnSpec, ...]:
    """Return the columns of facts that a column is made of: itself, or its parts, each once."""
    if column.count in _COUNTED | _OF_VALUES:
        return (column,)
    parts = (spec.column(name) for name in column.parts)
    counted = (each for part in parts for each in counted_parts(spec, part))
    return tuple({each.id: each for each in counted}.values())


def explain(
    connection: Connection, form: Form, request: ReleaseRequest, wanted: Sequence[Wanted]
) -> list[CitedRecords]:
    """Return the records behind some cells; the facts are made once for all of them.

    Args:
        connection: The database.
        form: The form.
        request: What the tables were counted for.
        wanted: The cells; those without records (`is_explained`) get an empty explanation.
    """
    scope = release_scope(connection, form, request)
    specs = {spec.id: spec for spec in load_tables(form.folder)}
    columns = [(each, *find_column(specs[each.table.id], each.column)) for each in wanted]
    parts = [
        (each, code, counted_parts(specs[each.table.id], spec)) for each, spec, code in columns
    ]
    sources = fact_sources(form)
    names = sorted({p.facts for _, _, own in parts for p in own if p.facts in sources})
    with fact_tables(connection, scope, names) as tables:
        facts = [
            [(part, _rows(connection, tables, scope, cell, (part, code))) for part in own]
            for cell, code, own in parts
        ]
        evidence = [
            _evidence(connection, tables, scope, cell, [(part, code) for part in own])
            for cell, code, own in parts
        ]
    records = {
        (row.kommune_kode, row.raekke_id)
        for own, others in zip(facts, evidence, strict=True)
        for rows in (*(rows for _, rows in own), others)
        for row in rows
    }
    places = find_places(connection, records, scope.as_of)
    return [
        explain_delivery(connection, scope, each.key[0], spec.measure)
        if spec.facts == DELIVERY
        else _explanation(own, others, places)
        for (each, spec, _), own, others in zip(columns, facts, evidence, strict=True)
    ]


def find_column(spec: TableSpec, column: Column) -> tuple[ColumnSpec, str]:
    """Return the declared column of a laid out one, and the code it is split by ("" for none)."""
    for declared in spec.columns:
        if declared.id == column.id and not declared.by:
            return declared, TOTAL
        code = dict(column.codes).get(declared.by, TOTAL)
        prefix = f"{declared.id}_"
        if declared.by and code and column.id == prefix + _safe(code):
            return declared, code
    raise KeyError(column.id)


def _safe(code: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in code)


def _rows(
    connection: Connection,
    tables: Mapping[str, Table],
    scope: Scope,
    cell: Wanted,
    part: tuple[ColumnSpec, str],
) -> list[Row[Any]]:
    """Return the facts of one part of a cell."""
    spec, code = part
    if spec.facts not in tables:
        return []
    facts = tables[spec.facts]
    columns = [facts.c[name] for name in (ENHED, "kommune", "kommune_kode", "raekke_id", "vaerdi")]
    query = select(*columns).where(*_conditions(facts, scope, cell, spec, code))
    if spec.count in _OF_VALUES:
        query = query.where(facts.c.vaerdi.is_not(None))
    order = (facts.c.kommune_kode, facts.c.raekke_id, facts.c[ENHED])
    return list(connection.execute(query.order_by(*order)).all())


def _evidence(
    connection: Connection,
    tables: Mapping[str, Table],
    scope: Scope,
    cell: Wanted,
    parts: Sequence[tuple[ColumnSpec, str]],
) -> list[Row[Any]]:
    """Return the records that say what the cited ones do not: how someone was assessed, who works.

    Only where the cell is of them: that of all pensioners has none.
    """
    found: dict[tuple[str, str], Row[Any]] = {}
    sources = fact_sources(scope.form)
    for spec, code in parts:
        source = sources.get(spec.facts)
        if source is None:
            continue
        asked = {name for name, value in _codes(cell, spec, code).items() if value != TOTAL}
        asked |= {"vaerdi"} if spec.count in _OF_VALUES else set()
        facts = tables[spec.facts]
        units = select(facts.c[ENHED]).where(*_conditions(facts, scope, cell, spec, code))
        for name in sorted({source.evidence[each] for each in asked & source.evidence.keys()}):
            said = tables[name]
            columns = (said.c[each] for each in (ENHED, "kommune_kode", "raekke_id"))
            query = select(*columns).where(said.c[ENHED].in_(units))
            found |= {(row.kommune_kode, row.raekke_id): row for row in connection.execute(query)}
    return [found[key] for key in sorted(found)]


def _codes(cell: Wanted, spec: ColumnSpec, code: str) -> dict[str, str]:
    """Return what a part of a cell is broken down by: dimension → code."""
    codes = dict(zip(cell.table.dimensions, cell.key, strict=True))
    if cell.area and cell.area not in COUNTRIES:
        codes[KOMMUNE] = cell.area
    if spec.by:
        codes[spec.by] = code
    return codes | dict(spec.where)


def _conditions(
    facts: Table, scope: Scope, cell: Wanted, spec: ColumnSpec, code: str
) -> Iterator[ColumnElement[bool]]:
    yield facts.c.maal == spec.measure
    yield facts.c.kommune.in_(scope.kommuner)
    for name, value in _codes(cell, spec, code).items():
        if value != TOTAL:
            yield facts.c[name] == value


def _explanation(
    facts: Sequence[tuple[ColumnSpec, Sequence[Row[Any]]]],
    evidence: Sequence[Row[Any]],
    places: Mapping[tuple[str, str], Place],
) -> CitedRecords:
    numbers: dict[str, int] = {}
    behind: list[Behind] = []
    for spec, rows in facts:
        units = {row.enhed for row in rows} if spec.count is Count.DISTINCT else rows
        numbers[spec.id] = len(units)
        for row in rows:
            sheet, cell, sha256 = places.get((row.kommune_kode, row.raekke_id), NOWHERE)
            behind.append(
                Behind(
                    part=spec.id,
                    unit=row.enhed,
                    kommune_kode=row.kommune_kode,
                    counts_in=row.kommune,
                    sheet=sheet,
                    row_id=row.raekke_id,
                    cell=cell,
                    sha256=sha256,
                    value=row.vaerdi if spec.count in _OF_VALUES else None,
                )
            )
    for row in evidence:
        sheet, cell, sha256 = places.get((row.kommune_kode, row.raekke_id), NOWHERE)
        behind.append(
            Behind(
                part=EVIDENCE,
                unit=row.enhed,
                kommune_kode=row.kommune_kode,
                counts_in="",
                sheet=sheet,
                row_id=row.raekke_id,
                cell=cell,
                sha256=sha256,
            )
        )
    return CitedRecords(numbers, tuple(behind))


BEFORE, NOW = "foer", "nu"
"""Parts of the explanation, and columns of T22: the earlier edition and this one."""


def explain_revision(
    connection: Connection, form: Form, request: ReleaseRequest, wanted: Wanted, before: int
) -> CitedRecords:
    """Return the records that made a number another than the earlier edition printed.

    A record that counted then and does not now is in part `foer`, with its place in the file of
    that time; one that counts now and did not then in part `nu`. A corrected record can be both.

    Args:
        connection: The database.
        form: The form.
        request: What the table was counted for.
        wanted: The revised number.
        before: The last commit the earlier edition knew of.
    """
    spec = next(each for each in load_tables(form.folder) if each.id == wanted.table.id)
    column = declared_column(spec, wanted.column)
    changed = changed_facts(connection, release_scope(connection, form, request), before, [spec])
    codes = codes_of(wanted.area, wanted.table, wanted.key, wanted.column)
    found = changed_behind(changed, spec, column, codes)
    sides = {
        BEFORE: (before, [fact for fact in found if fact.change < 0]),
        NOW: (request.as_of, [fact for fact in found if fact.change > 0]),
    }
    return CitedRecords(
        {part: _count(column, facts) for part, (_, facts) in sides.items()},
        tuple(
            each
            for part, (as_of, facts) in sides.items()
            for each in _behind(connection, part, as_of, facts)
        ),
    )


def _count(column: ColumnSpec, facts: Sequence[ChangedFact]) -> int:
    """Count records, or each unit once where the column does."""
    return len({_unit(fact) for fact in facts} if column.count is Count.DISTINCT else facts)


def _unit(fact: ChangedFact) -> str:
    return str(fact.what[2])


def _record(fact: ChangedFact) -> tuple[str, str]:
    return str(fact.what[0]), str(fact.what[1])


def _behind(
    connection: Connection, part: str, as_of: int | None, facts: Sequence[ChangedFact]
) -> list[Behind]:
    places = find_places(connection, {_record(fact) for fact in facts}, as_of)
    found = []
    for fact in facts:
        kommune_kode, row_id = _record(fact)
        sheet, cell, sha256 = places.get((kommune_kode, row_id), NOWHERE)
        found.append(
            Behind(
                part=part,
                unit=_unit(fact),
                kommune_kode=kommune_kode,
                counts_in=fact.codes["kommune"],
                sheet=sheet,
                row_id=row_id,
                cell=cell,
                sha256=sha256,
                cause=" ".join(cause for cause in Cause if cause in fact.causes),
            )
        )
    return sorted(found, key=lambda each: (each.kommune_kode, each.row_id))
