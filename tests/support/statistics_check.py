"""Comparison of a release with the naive facts, cell by cell."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from fpsheet_sync.statistics.stat_table import ColumnKind, Shorthand
from fpsheet_sync.statistics.tables.release import release_specs
from fpsheet_templates.load import load_form
from tests.support.naive_statistics import quartile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fpsheet_sync.statistics.stat_table import Cell, Column, Release, StatTable
    from fpsheet_sync.statistics.tables.release import ReleaseRequest
    from fpsheet_templates.table import ColumnSpec
    from tests.support.naive_statistics import Fact

ALIASES = {
    # What is counted under one name in the release, and under its own in the naive facts.
    ("T13", "udfald"): "tilbagevisning.tilbagevist",
    ("T13b", "tilbagevist"): "tilbagevisning.tilbagevist",
    ("T13b", "udfald"): "tilbagevisning.tilbagevist",
    ("T03", "under_60"): "frist.under_60",
    ("T03", "frist"): "frist.under_60",
    ("T15", "primo"): "bestand.primo",
}


def differences(
    release: Release, request: ReleaseRequest, facts: Iterable[Fact], kommuner: set[str]
) -> list[str]:
    """Return every cell that is not what the naive facts say, in words."""
    counted = [fact for fact in facts if fact.kommune in kommuner]
    jurisdictions = frozenset({"GL", "DK"})
    specs = {spec.id: spec for spec in release_specs(load_form(), request, jurisdictions)}
    found = []
    for table in release.tables:
        columns = {column.id: column for column in specs[table.id].columns}
        for key, row in zip(table.keys, table.rows, strict=True):
            codes = {d: c for d, c in zip(table.dimensions, key, strict=True) if c}
            cells = dict(zip((column.id for column in table.columns), row, strict=True))
            for column in table.columns[len(table.dimensions) :]:
                spec = _spec(columns, column)
                wanted = _wanted(table, column, spec, cells, _matching(counted, release, codes))
                if wanted is not NotImplemented and cells[column.id] != wanted:
                    found.append(f"{table.id} {key} {column.id}: {cells[column.id]} != {wanted}")
    return found


def _spec(columns: dict[str, ColumnSpec], column: Column) -> ColumnSpec:
    return max(
        (spec for name, spec in columns.items() if _is_of(name, spec, column)),
        key=lambda spec: len(spec.id),
    )


def _is_of(name: str, spec: ColumnSpec, column: Column) -> bool:
    return column.id.startswith(f"{name}_") if spec.by else column.id == name


def _matching(facts: Iterable[Fact], release: Release, codes: dict[str, str]) -> list[Fact]:
    own = {} if release.area in {"", "GL", "DK"} else {"kommune": release.area}
    return [fact for fact in facts if _has(fact, codes | own)]


def _has(fact: Fact, codes: dict[str, str]) -> bool:
    everything = fact.codes | {"kommune": fact.kommune}
    return all(everything.get(name) == code for name, code in codes.items())


def _wanted(
    table: StatTable, column: Column, spec: ColumnSpec, cells: dict[str, Cell], facts: list[Fact]
) -> object:
    name = ALIASES.get((table.id, spec.id), f"{spec.facts}.{spec.measure}")
    own = [fact for fact in facts if fact.name == name and _has(fact, dict(column.codes))]
    values = [fact.value for fact in own if fact.value is not None]
    match str(spec.count):
        case "rows":
            return len(own)
        case "distinct":
            return len({fact.unit for fact in own})
        case "sum":
            return sum(_number(cells[part]) for part in spec.parts)
        case "share":
            part, whole = (_number(cells[name]) for name in spec.parts)
            return _tenth(Fraction(100 * part, whole)) if whole else Shorthand.NOT_APPLICABLE
        case "mean":
            return (
                _tenth(sum(values, Fraction()) / len(values))
                if values
                else Shorthand.NOT_APPLICABLE
            )
        case "given" | "tally":
            # Tallies are of files and rows, not of facts: `test_statistics_quality` counts them.
            return NotImplemented
        case quarter:
            place = {"quartile_1": 1, "median": 2, "quartile_3": 3}[quarter]
            return _tenth(quartile(values, place)) if values else Shorthand.NOT_APPLICABLE


def _number(cell: Cell) -> int:
    assert isinstance(cell, int)
    return cell


def _tenth(number: Fraction | int) -> float:
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return float(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


def check_sums(table: StatTable) -> list[str]:
    """Return the sums a table promises that do not hold, between columns and along dimensions."""
    found = []
    by_key = dict(zip(table.keys, table.rows, strict=True))
    place = {column.id: index for index, column in enumerate(table.columns)}
    for key, row in by_key.items():
        for total, parts in table.sums:
            if row[place[total]] != sum(_number(row[place[part]]) for part in parts):
                found.append(f"{table.id} {key} {total}")
    for column in table.columns:
        if column.kind is not ColumnKind.COUNT:
            continue
        for index, dimension in enumerate(table.dimensions):
            if dimension not in column.adds:
                continue
            for key, row in by_key.items():
                below = [
                    _number(other[place[column.id]])
                    for other_key, other in by_key.items()
                    if other_key[index] and (*other_key[:index], "", *other_key[index + 1 :]) == key
                ]
                if below and row[place[column.id]] != sum(below):
                    found.append(f"{table.id} {key} {column.id} along {dimension}")
    return found
