"""Explained figures: the records behind a cell are as many as the cell says, whatever the table."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.statistics.publication.explain import EVIDENCE, Wanted, explain, find_column
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.release import ReleaseRequest, compute_release
from fpsheet_templates.load import load_form
from fpsheet_templates.table import Count, load_tables
from tests.support.country import Country, load_country
from tests.sync.statistics.tables.test_statistics_country import PERSONS, RECORDS, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.statistics.publication.cited_records import CitedRecords
    from fpsheet_sync.statistics.stat_table import Release
    from fpsheet_templates.table import ColumnSpec

FORM = load_form()
YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
SPECS = {spec.id: spec for spec in load_tables()}
ZEROS = 11
"""Of the cells that say 0, every so many is looked at."""


def request(area: str, *tables: str) -> ReleaseRequest:
    """Return what is counted."""
    return ReleaseRequest(YEAR, area, "da", date(2026, 2, 1), tables=tables)


def cells(release: Release) -> Iterator[tuple[Wanted, ColumnSpec, int]]:
    """Return every count of a release that is not 0, and some that are."""
    zeros = 0
    for table in release.tables:
        for key, row in zip(table.keys, table.rows, strict=True):
            for column, cell in zip(table.columns, row, strict=True):
                if not column.of or not isinstance(cell, int):
                    continue
                spec, _ = find_column(SPECS[table.id], column)
                zeros += not cell
                if cell or not zeros % ZEROS:
                    yield Wanted(table, key, column, release.area), spec, cell


def number(spec: ColumnSpec, found: CitedRecords, parts: dict[str, ColumnSpec]) -> int:
    """Count what was found: each record, or each unit once."""
    total = 0
    for part in found.parts:
        units = [each.unit for each in found.behind if each.part == part]
        is_distinct = parts.get(part, spec).count is Count.DISTINCT
        total += len(set(units)) if is_distinct else len(units)
    return total


def test_every_count_is_explained_by_as_many_records(store: Store) -> None:
    """Swept over all tables, of the country and of two kommuner."""
    with store.write() as connection:
        load_country(connection, Country(PERSONS, records(RECORDS)))
    swept = 0
    with store.read() as connection:
        for area in ("GL", "955", "956"):
            wanted = list(cells(compute_release(connection, FORM, request(area))))
            explained = explain(connection, FORM, request(area), [cell for cell, _, _ in wanted])
            for (cell, spec, printed), found in zip(wanted, explained, strict=True):
                parts = {each.id: each for each in SPECS[cell.table.id].columns}
                place = (area, cell.table.id, cell.key, cell.column.id)
                assert (place, number(spec, found, parts)) == (place, printed)
                swept += bool(printed)
    assert swept > 400


def test_a_figure_names_its_records(store: Store) -> None:
    """T11, tilkendelser of 955: the decisions about c (31 December) and d (30 June).

    The afslag about c is no tilkendelse; the ones of 956 belong to another row.
    """
    with store.write() as connection:
        load_country(connection, Country(PERSONS, records(RECORDS)))
    with store.read() as connection:
        release = compute_release(connection, FORM, request("GL", "T11"))
        (table,) = release.tables
        column = next(each for each in table.columns if each.id == "tilkendelse")
        (found,) = explain(
            connection, FORM, request("GL", "T11"), [Wanted(table, ("955",), column, "GL")]
        )
    assert [(each.unit, each.sheet, each.kommune_kode, each.cell) for each in found.behind] == [
        ("c", "afgoerelse", "955", "4"),
        ("d", "afgoerelse", "955", "4"),
    ]


def test_a_share_lists_each_record_once(store: Store) -> None:
    """The refusal is in the part and in the whole of the share, and is one record of four."""
    with store.write() as connection:
        load_country(connection, Country(PERSONS, records(RECORDS)))
    with store.read() as connection:
        (table,) = compute_release(connection, FORM, request("GL", "T12")).tables
        column = next(each for each in table.columns if each.id == "andel_afslag")
        wanted = [Wanted(table, ("",), column, "GL")]
        (found,) = explain(connection, FORM, request("GL", "T12"), wanted)
    assert found.parts == {"afslag": 1, "tilkendelse": 3}
    assert len({(each.kommune_kode, each.row_id) for each in found.behind}) == 4
    assert len(found.behind) == 4


SPELLS = {"kommune_kode": "955", "borger": "p"}
PENSIONER = {
    "afgoerelse": [
        {
            **SPELLS,
            "afgoerelse": "tilkendelse",
            "afgoerelse_dato": date(2024, 3, 1),
            "niveau": "mellemste",
        }
    ],
    "vurdering": [
        {**SPELLS, "vurdering_dato": date(2023, 3, 1), "arbejdsevne_pct": 60},
        {**SPELLS, "vurdering_dato": date(2024, 2, 1), "arbejdsevne_pct": 40},
    ],
    "job": [
        {**SPELLS, "job_type": "ordinaer", "start_dato": date(2025, 1, 1), "timer_pr_uge": hours}
        for hours in (4.0, 5.0)
    ],
    "indkomst": [{**SPELLS, "indkomst_kilde": "loen", "fra_dato": date(2025, 1, 1)}],
}
"""One award, the second of two assessments, two jobs of 9 hours a week, and wages."""


@pytest.mark.parametrize(
    ("table", "key", "column", "counted", "evidence"),
    [
        ("T06", ("955", "26-50"), "bestand", "afgoerelse", ["v-00001"]),
        ("T06", ("955", ""), "bestand", "afgoerelse", []),
        ("T09", ("955",), "ordinaer_ja", "afgoerelse", ["j-00000", "j-00001"]),
        ("T09", ("955",), "gennemsnit", "afgoerelse", ["j-00000", "j-00001"]),
        ("T18", ("955", "loen"), "borgere", "indkomst", []),
    ],
)
def test_what_a_pensioner_is_counted_by_is_named(
    store: Store,
    table: str,
    key: tuple[str, ...],
    column: str,
    counted: str,
    evidence: list[str],
) -> None:
    """The award says who has the pension; the assessment or the jobs why it counts in a band."""
    with store.write() as connection:
        load_country(connection, Country({"p": ("K", date(1980, 5, 5))}, PENSIONER))
    with store.read() as connection:
        (made,) = compute_release(connection, FORM, request("GL", table)).tables
        place = next(each for each in made.columns if each.id == column)
        (found,) = explain(connection, FORM, request("GL", table), [Wanted(made, key, place, "GL")])
    own = [each for each in found.behind if each.part != EVIDENCE]
    assert [each.sheet for each in own] == [counted]
    assert [each.row_id for each in found.behind if each.part == EVIDENCE] == evidence
