"""Every declared table is spelled out a second time, and both say the same of a small country.

Seconds, where the demo country (`tests/statistics/test_statistics_demo.py`) takes minutes: a new
table hears here what it lacks.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.release import ReleaseRequest, lay_out
from fpsheet_templates.load import load_form
from fpsheet_templates.table import Count, load_tables
from tests.support.country import Country, count
from tests.support.naive_statistics import NaiveCount
from tests.support.naive_tables import TABLES, NaiveBook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fpsheet_sync.statistics.stat_table import Release, StatTable
    from fpsheet_templates.table import TableSpec

FORM = load_form()
YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
NOT_OF_RECORDS = {"T21", "T22"}
"""Tables of files and of editions."""

CITIZENS = {"a": ("K", date(1980, 5, 1)), "b": ("M", date(1965, 1, 31)), "c": ("K", None)}
JOBS = [
    ("a", "fleksjob", "A03", date(2024, 3, 1), None),
    ("a", "nyttejob", "G", date(2025, 2, 1), date(2025, 5, 31)),
    ("b", "skaanejob", "G", date(2025, 12, 31), None),
    ("c", "ordinaer", "A", date(2020, 1, 1), date(2024, 12, 31)),
]
AWARDS = [("a", "hoejeste"), ("b", "laveste")]


def small_country() -> Country:
    """Return three citizens of Sermersooq, with jobs, assessments and awards."""
    place = {"kommune_kode": "956"}
    return Country(
        persons=CITIZENS,
        delivered=("955", "956"),
        records={
            "borger": [
                {**place, "borger": who, "ansoegning_dato": date(2024, 9, 2)} for who in CITIZENS
            ],
            "forloeb": [
                {
                    **place,
                    "borger": "a",
                    "forloeb_type": "revalidering",
                    "start_dato": date(2025, 1, 6),
                    "slut_dato": date(2025, 4, 4),
                    "resultat": "andet",
                }
            ],
            "job": [
                {
                    **place,
                    "borger": who,
                    "job_type": kind,
                    "branche": branch,
                    "start_dato": start,
                    "slut_dato": end,
                    "timer_pr_uge": 12.5,
                }
                for who, kind, branch, start, end in JOBS
            ],
            "afgoerelse": [
                {
                    **place,
                    "borger": who,
                    "afgoerelse": "tilkendelse",
                    "niveau": level,
                    "afgoerelse_dato": date(2025, 3, 3),
                    "virkning_dato": date(2025, 4, 1),
                }
                for who, level in AWARDS
            ],
        },
    )


@pytest.fixture(scope="module")
def counted() -> tuple[Release, NaiveBook]:
    """Return the small country as the program counts it, and as the loops do."""
    country = small_country()
    request = ReleaseRequest(YEAR, "GL", "da", date(2026, 3, 2))
    counting = count(country, request)
    facts = NaiveCount(
        country, FORM, frozenset(counting.scope.kommuner), YEAR.fra, YEAR.til
    ).facts()
    return lay_out(counting, request), NaiveBook.of(FORM, facts)


@pytest.mark.parametrize("table", [spec.id for spec in load_tables()])
def test_every_table_is_spelled_out_a_second_time(table: str) -> None:
    """A declared table whose naive counterpart is missing is named, and so is one too many."""
    told = f"{table} is missing in TABLES of tests/support/naive_tables.py"
    assert table in TABLES or table in NOT_OF_RECORDS, told
    assert set(TABLES) <= {spec.id for spec in load_tables()}


@pytest.mark.parametrize("spec", load_tables(), ids=lambda spec: spec.id)
@pytest.mark.parametrize("language", FORM.texts.languages())
def test_every_table_has_its_words(spec: TableSpec, language: str) -> None:
    """Title, population and measure of a table in each language, by the key that is missing."""
    for part in ("title", "population", "measure"):
        key = f"statistics.table.{spec.id}.{part}"
        assert FORM.texts.by_language[language].get(key), f"the text {key} is missing"


def test_a_small_country_is_counted_as_the_loops_count_it(
    counted: tuple[Release, NaiveBook],
) -> None:
    """Every count of every table of records, cell by cell; figures are for the demo country."""
    release, book = counted
    tables = [table for table in release.tables if table.id in TABLES]
    assert [wrong for table in tables for wrong in wrong_cells(table, book)] == []
    assert sum(cell == 2 for table in tables for row in table.rows for cell in row) > 20


def wrong_cells(table: StatTable, book: NaiveBook) -> Iterator[str]:
    """Return the counts of a table that are not what the loops say."""
    declared = next(spec for spec in load_tables() if spec.id == table.id)
    counts = {c.id for c in declared.columns if c.count in {Count.ROWS, Count.DISTINCT}}
    many = len(table.dimensions)
    heads = [column.label for column in table.columns[:many]]
    for row in table.rows:
        labels = [str(label) for label in row[:many]]
        for column, cell in zip(table.columns[many:], row[many:], strict=True):
            if not any(column.id == name or column.id.startswith(f"{name}_") for name in counts):
                continue
            wanted = book.cell(table.id, heads, labels, column.label)
            if cell != wanted:
                yield f"{table.id} {labels} {column.label}: {cell}, and by loops {wanted}"
