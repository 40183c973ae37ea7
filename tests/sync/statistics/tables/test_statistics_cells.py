"""The description of a release: its numbers agree between tables, and its sums hold."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpsheet_sync.disclosure.cells import CellId, check_release
from fpsheet_sync.statistics.protection.kept_rounding import Before
from fpsheet_sync.statistics.protection.release_cells import printed_numbers, release_cells
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_templates.load import load_form
from tests.support.country import editions
from tests.sync.statistics.tables.test_statistics_naive import COUNTRIES, PERIODS, PHASES

if TYPE_CHECKING:
    from tests.support.country import Country


@pytest.mark.slow
@settings(max_examples=settings().max_examples // 10, phases=PHASES)
@given(country=COUNTRIES, period=st.sampled_from(PERIODS))
def test_one_name_is_one_number_and_every_sum_holds(country: Country, period: Period) -> None:
    """No two tables contradict each other, and every equation told to the disclosure control
    holds: it would refuse a release in which one does not.
    """
    described = release_cells(editions(country, period), load_form())
    check_release(described)
    values = {cell.id: cell.value for cell in described.cells}
    # A country's number and those of all its kommuner are bound together where they add up.
    totals = {equation.total for equation in described.equations}
    name = CellId(f"bestand.bestand|{period.til}|{period.til}|land=GL")
    assert name in totals
    assert values[name] == sum(
        value
        for cell, value in values.items()
        if cell.startswith("bestand.bestand")
        and cell.count("|") == 3
        and cell.split("|")[1] == str(period.til)
        and not cell.endswith("GL")
    )


@pytest.mark.slow
@settings(max_examples=settings().max_examples // 20, phases=PHASES)
@given(country=COUNTRIES)
def test_a_quarter_of_a_year_is_the_number_of_that_quarters_own_release(country: Country) -> None:
    """What last quarter's publication printed is known in this year's, by the same name."""
    year = editions(country, Period(date(2025, 1, 1), date(2025, 12, 31)))
    quarter = editions(country, Period(date(2025, 1, 1), date(2025, 3, 31)))
    earlier = {k: v for release in quarter for k, v in printed_numbers(release).items()}
    described = release_cells(year, load_form(), before=Before(earlier))
    values = {cell.id: cell.value for cell in described.cells}
    assert described.known
    assert all(values[id_] == value for id_, value in described.known.items())
    assert any(id_.startswith("afgoerelse.afslag|2025-01-01|2025-03-31") for id_ in described.known)
