"""Coverage is per kommune and period: who has reported, wholly, in part, or for another time."""

from __future__ import annotations

from datetime import date

import pytest

from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.coverage import cover, tell_coverage
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.load import load_form

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
EXPECTED = ("955", "956", "957", "959", "960")
WHOLE, PARTLY, MISSING = "whole", "partly", "missing"


@pytest.mark.parametrize(
    ("aar", "received", "period", "wanted"),
    [
        (2025, date(2026, 1, 15), YEAR, WHOLE),
        (2025, date(2025, 12, 31), YEAR, WHOLE),
        (2025, date(2025, 12, 30), YEAR, PARTLY),  # a day of the period was still to come
        (2026, date(2026, 5, 1), YEAR, WHOLE),  # a later workbook has the earlier rows too
        (2024, date(2026, 1, 15), YEAR, MISSING),  # last for another year
        (2025, date(2024, 12, 1), YEAR, MISSING),  # sent before the period began
        (2024, date(2025, 1, 5), Period(date(2023, 1, 1), date(2025, 12, 31)), PARTLY),
        (2023, date(2024, 1, 5), Period(date(2024, 1, 1), date(2025, 12, 31)), MISSING),
        (2025, date(2025, 7, 2), Period(date(2025, 4, 1), date(2025, 6, 30)), WHOLE),
    ],
)
def test_a_file_covers_the_period_it_can_tell_of(
    aar: int, received: date, period: Period, wanted: str
) -> None:
    """The year of a file and the day it came decide what it covers."""
    found = cover({"956": [(aar, received)]}, ["956"], period)
    assert getattr(found, wanted) == ("956",)
    assert found.is_whole == (wanted == WHOLE)


def test_the_best_file_counts_and_who_sent_none_is_missing() -> None:
    """956 has sent twice, 957 for the year before, 959 too early, 960 nothing."""
    day = date(2026, 1, 15)
    files = {
        "955": [(2025, day)],
        "956": [(2024, date(2025, 1, 15)), (2025, day)],
        "957": [(2024, day)],
        "959": [(2025, date(2025, 6, 1))],
    }
    coverage = cover(files, EXPECTED, YEAR)
    assert (coverage.whole, coverage.partly) == (("955", "956"), ("959",))
    assert coverage.missing == ("957", "960")
    assert not coverage.is_countrywide
    assert coverage.numbers == {"delivered": 3, "expected": 5}
    words = Wording(load_form(), "da")
    assert tell_coverage(coverage, words, "") == (
        "2 af 5 kommuner har indberettet for hele perioden. Tallene dækker kun det, der er "
        "indberettet. Kun for en del af perioden: Kommune Qeqertalik. Intet for perioden: "
        "Qeqqata Kommunia, Avannaata Kommunia."
    )
    assert tell_coverage(coverage, words, "957").startswith("Kommunen har ikke indberettet for")
    assert "kun indberettet for en del" in tell_coverage(coverage, words, "959")
    assert "for hele perioden" in tell_coverage(coverage, words, "955")


def test_many_kommuner_are_numbered_and_not_named() -> None:
    """Of 98 kommuner four have reported: 94 names are not read; T21 has them."""
    danish = tuple(k.code for k in load_form().kommuner.values() if k.jurisdiction == "DK")
    files = {kommune: [(2025, date(2026, 1, 15))] for kommune in danish[:4]}
    told = tell_coverage(cover(files, danish, YEAR), Wording(load_form(), "da"), "")
    assert told.startswith("4 af 98 kommuner har indberettet for hele perioden.")
    assert told.endswith("Intet for perioden: 94 kommuner, som tabel T21 viser.")


def test_all_is_said_only_where_all_have_reported_for_the_period() -> None:
    """Alle 5 kommuner: that needs five files that cover the period."""
    words, day = Wording(load_form(), "da"), date(2026, 1, 15)
    everyone = {kommune: [(2025, day)] for kommune in EXPECTED}
    told = tell_coverage(cover(everyone, EXPECTED, YEAR), words, "")
    assert told == "Alle 5 kommuner har indberettet for hele perioden."
    other = everyone | {"957": [(2024, day)]}
    assert tell_coverage(cover(other, EXPECTED, YEAR), words, "").startswith("4 af 5 kommuner")


def test_a_country_of_which_all_reported_a_part_is_the_whole_country_for_a_part() -> None:
    """Nobody is missing: the row is the country's, and the sentence says for how long."""
    early = {kommune: [(2025, date(2025, 7, 1))] for kommune in EXPECTED}
    coverage = cover(early, EXPECTED, YEAR)
    assert (coverage.is_countrywide, coverage.is_whole) == (True, False)
    told = tell_coverage(coverage, Wording(load_form(), "da"), "")
    assert told.startswith("0 af 5 kommuner har indberettet for hele perioden.")
    assert "Kun for en del af perioden: Kommune Kujalleq," in told
