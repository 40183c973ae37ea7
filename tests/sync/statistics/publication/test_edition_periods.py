"""Editions: preliminary until a period is over, of reported ones, and new where numbers changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select, update

from fpsheet_sync.database import schema
from fpsheet_sync.statistics.publication.publication import read_publications
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.benchmark import Benchmark, save_benchmarks
from fpsheet_templates.errors import UsageError
from tests.support.editions import (
    YEAR,
    bytes_of,
    edition,
    first_reports,
    issue,
    report,
    ten_of_each,
    write,
)
from tests.support.handed_out import read_file
from tests.support.submissions import START

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_sync.database.store import Store


sqlite = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)


def numbers(store: Store, period: Period = YEAR) -> list[int]:
    """Return the numbers of Greenland's editions."""
    with store.read() as connection:
        return [one.number for one in read_publications(connection, "GL", period)]


@sqlite
@pytest.mark.slow
def test_an_edition_of_a_period_that_is_not_over_cannot_be_mistaken(
    store: Store, tmp_path: Path
) -> None:
    """On the last day it is preliminary by name, cover and titles; a day later it is another."""
    first_reports(store)
    for day, number, is_open in ((YEAR.til, 1, True), (date(2026, 1, 1), 2, False)):
        written = issue(store, tmp_path / f"{day}", counted_on=day)
        assert written.new == {"GL"}
        assert numbers(store)[-1] == number
        for path in written.files:
            assert ("foreloebig" in path.name) == is_open, path.name
            book = load_workbook(path, read_only=True)
            for name in set(book.sheetnames) - {"Metode"}:
                title = str(book[name]["A1"].value)
                assert ("FORELØBIG, PERIODEN ER IKKE SLUT." in title) == is_open, (name, title)
            cover = [str(row[0]) for row in book["Forside"].iter_rows(values_only=True)]
            said = [line for line in cover if "perioden slutter først 31. december 2025" in line]
            assert bool(said) == is_open
            assert all("Brug den udgave, der kommer, når perioden er slut." in x for x in said)


@sqlite
def test_a_period_nobody_has_reported_for_is_refused(store: Store, tmp_path: Path) -> None:
    """Reports of 2025 say nothing of 2027, published or not; nothing is written."""
    first_reports(store)
    later = Period(date(2027, 1, 1), date(2027, 12, 31))
    for go in (issue, write):
        with pytest.raises(UsageError, match="har indberettet for 2027") as refusal:
            go(store, tmp_path / "nobody", period=later, counted_on=date(2028, 2, 1))
        assert "Vælg en periode, som en kommune har indberettet for" in str(refusal.value.remedy)
    assert numbers(store, later) == []
    assert bytes_of(tmp_path / "nobody") == {}
    # The remedy, carried out: T21 of an earlier year names who has reported, and their period is
    # given.
    written = write(store, tmp_path / "earlier")
    national = next(path for path in written.files if "groenland" in path.name)
    told = next(sheet for sheet in read_file(national) if sheet.name == "T21")
    delivered = {row[0] for row in told.body if row[1] not in {"", "0"}}
    assert delivered >= {"Kommune Kujalleq", "Kommuneqarfik Sermersooq"}


@sqlite
@pytest.mark.slow
def test_a_country_whose_numbers_did_not_change_gets_no_new_edition(
    store: Store, tmp_path: Path
) -> None:
    """Figures of the other country were read in: Greenland's edition 1 is given out again."""
    first_reports(store)
    issue(store, tmp_path / "first")
    with store.write() as connection:
        figures = [Benchmark("DK", 2025, maal, 100.0) for maal in ("tilkendelser", "afslag")]
        save_benchmarks(connection, figures)
    again = issue(store, tmp_path / "second")
    assert (numbers(store), again.new) == ([1], frozenset())
    assert bytes_of(tmp_path / "second") == bytes_of(tmp_path / "first")


@sqlite
@pytest.mark.slow
def test_a_kommune_without_an_earlier_edition_replaces_none(store: Store, tmp_path: Path) -> None:
    """955 reports after edition 1: the country's second replaces it, its own replaces none."""
    report(store, "956", ten_of_each())
    issue(store, tmp_path / "first")
    report(store, "955", ten_of_each(), minute=10)
    issue(store, tmp_path / "second")
    assert "Afløser udgave 1" in edition(store, 2).edition
    assert "Afløser udgave 1" in edition(store, 2, "956").edition
    assert edition(store, 2, "955").edition == "Udgave 2."


@sqlite
@pytest.mark.slow
def test_the_past_is_not_revised_by_an_edition_that_came_later(
    store: Store, tmp_path: Path
) -> None:
    """Counted as of the first day, after edition 2 of the next: nothing is marked as revised."""
    first_reports(store)
    issue(store, tmp_path / "first")
    corrected = ten_of_each() | {1: ("mellemste", "")}
    report(store, "955", corrected, minute=10)
    files = schema.indberetning
    with store.write() as connection:
        newest = select(func.max(files.c.id)).scalar_subquery()
        day_after = START + timedelta(days=2)
        connection.execute(update(files).where(files.c.id == newest).values(received_at=day_after))
    issue(store, tmp_path / "second", counted_on=date(2026, 6, 1))
    assert numbers(store) == [1, 2]
    day = START.date() + timedelta(days=1)
    written = write(store, tmp_path / "then", as_of=day, internal=True)
    national = next(path for path in written.files if "groenland" in path.name)
    assert "T22" not in load_workbook(national, read_only=True).sheetnames
