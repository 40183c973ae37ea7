"""A small Greenland, counted by hand: T01, T08, T10, T11, T14 and T15 for 2025.

Citizens a to e; the period is 1 January to 31 December 2025, both included. What each row adds
up to stands beside it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.statistics.stat_table import Period, Shorthand
from fpsheet_sync.statistics.tables.release import ReleaseRequest, compute_release
from fpsheet_templates.load import load_form
from tests.support.country import Country, stored
from tests.support.tables import read_tables

if TYPE_CHECKING:
    from fpsheet_sync.statistics.stat_table import Cell, Release
    from fpsheet_sync.statistics.tables.benchmark import Benchmark
    from tests.support.country import Record

PERSONS = {
    "a": ("K", date(1985, 6, 15)),  # 40 on 31-12-2025
    "b": ("M", date(1961, 3, 1)),  # 64
    "c": ("M", date(1999, 12, 31)),
    "d": ("K", date(1970, 1, 1)),
    "e": (None, None),  # a replacement number tells nothing
}

RECORDS = """
# borger
| kommune_kode | borger | pensionist_foer_reform |
| 956          | a      | nej                    |
| 956          | b      | ja                     |
| 955          | c      | nej                    |
| 955          | d      | nej                    |
| 956          | e      | nej                    |

# forloeb
| kommune_kode | borger | forloeb_type      | start_dato | slut_dato  | annuller        |
| 956          | a      | afklaringsforloeb | 2024-12-31 | 2025-01-01 |                 |
| 956          | a      | arbejdsproevning  | 2025-01-01 | 2025-12-31 |                 |
| 956          | a      | revalidering      | 2025-12-31 |            |                 |
| 956          | a      | andet             | 2025-06-01 |            |                 |
| 956          | b      | revurdering       | 2025-12-30 | 2026-01-01 |                 |
| 955          | c      | revurdering       | 2026-01-01 |            |                 |
| 955          | c      | revurdering       | 2025-06-01 |            | fejlindtastning |

# job
| kommune_kode | borger | job_type  | branche | start_dato | slut_dato  | timer_pr_uge |
| 956          | a      | fleksjob  | A03     | 2025-03-01 | 2025-09-30 | 15           |
| 956          | a      | fleksjob  | I       | 2025-10-01 |            | 12           |
| 955          | c      | nyttejob  | DB25-R  | 2024-01-01 | 2025-01-01 | 5            |
| 957          | a      | skaanejob | A03     | 2024-06-01 | 2024-12-31 | 5            |
| 957          | a      | skaanejob | DB25-C1020 | 2025-05-01 | 2025-05-31 | 5            |
| 955          | c      | ordinaer  | C       | 2025-05-01 | 2025-05-31 | 5            |

# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | niveau    | virkning_dato | annuller |
| 956          | a      | 2025-03-01      | tilkendelse | hoejeste  | 2025-04-01    |          |
| 956          | a      | 2025-05-05      | afslag      |           |               | dublet   |
| 955          | c      | 2025-02-01      | afslag      |           |               |          |
| 955          | c      | 2025-12-31      | tilkendelse | laveste   | 2026-01-01    |          |
| 955          | d      | 2025-06-30      | tilkendelse | mellemste | 2025-07-01    |          |
| 955          | d      | 2025-11-01      | bortfald    |           | 2025-12-31    |          |
| 956          | e      | 2025-01-01      | udsaettelse | laveste   |               |          |
| 956          | e      | 2026-01-01      | tilkendelse | hoejeste  | 2026-01-01    |          |

# overdragelse
| kommune_kode | borger | til_kommune | dato       |
| 956          | b      | 957         | 2025-12-31 |
"""


def records(text: str) -> dict[str, list[Record]]:
    """Read the tables of a text as records, dates and hours with their types."""
    return {
        table.title: [
            {name: _typed(name, value) for name, value in row.items() if value is not None}
            for row in table.records()
        ]
        for table in read_tables(text)
    }


def _typed(name: str, value: str | None) -> object:
    if value is not None and name.endswith("dato"):
        return date.fromisoformat(value)
    return float(value) if value is not None and name.startswith("timer") else value


def release(
    area: str,
    *,
    country: Country | None = None,
    year: int = 2025,
    language: str = "da",
    benchmarks: tuple[Benchmark, ...] = (),
    period: Period | None = None,
) -> Release:
    """Count the small country for a year, or another period."""
    period = period or Period(date(year, 1, 1), date(year, 12, 31))
    request = ReleaseRequest(period, area, language, date(2026, 3, 2), benchmarks=benchmarks)
    with stored(country or Country(PERSONS, records(RECORDS))) as connection:
        return compute_release(connection, load_form(), request)


@pytest.fixture(scope="module")
def greenland() -> Release:
    """Return the national edition."""
    return release("GL")


def row(made: Release, table_id: str, *key: str) -> tuple[Cell, ...]:
    """Return the numbers of one row of one table."""
    table = next(table for table in made.tables if table.id == table_id)
    place = table.keys.index(key)
    return table.rows[place][len(table.dimensions) :]


def test_t01_counts_begun_ended_and_active_forloeb(greenland: Release) -> None:
    """T01: both ends of the period count; a spell ending on the last day is not active."""
    # begun: arbejdsprøvning 1-1, revalidering 31-12, andet 1-6, revurdering 30-12 = 4
    # ended: afklaringsforløb 1-1, arbejdsprøvning 31-12 = 2
    # active at the end of 31-12: revalidering, andet (a), revurdering (b) = 3, by 2 citizens
    assert row(greenland, "T01", "", "") == (4, 2, 3, 2)
    assert row(greenland, "T01", "", "revalidering") == (1, 0, 1, 1)
    assert row(greenland, "T01", "", "arbejdsproevning") == (1, 1, 0, 0)


def test_t01_counts_flows_where_reported_and_stocks_where_the_citizen_belongs(
    greenland: Release,
) -> None:
    """T01: b's revurdering began in 956, and is active in 957 after the move."""
    assert row(greenland, "T01", "956", "") == (4, 2, 2, 1)  # revalidering and andet, both a's
    assert row(greenland, "T01", "957", "") == (0, 0, 1, 1)
    assert row(greenland, "T01", "955", "") == (0, 0, 0, 0)  # 2026, and an annulled row


def test_t08_counts_citizens_once_and_the_country_is_not_the_sum(greenland: Release) -> None:
    """T08: a held jobs in 956 and in 957, and is one citizen in the country."""
    # jobs in the period: a's two fleksjob (956), a's skånejob of May (957), c's nyttejob which
    # ended on the first day (955) = 4; the skånejob that ended the day before does not count,
    # ordinary employment neither. Citizens: a, c = 2. Last day: a's second fleksjob.
    assert row(greenland, "T08", "", "") == (2, 4, 1, 1)
    assert row(greenland, "T08", "955", "") == (1, 1, 0, 0)
    assert row(greenland, "T08", "956", "") == (1, 2, 1, 1)
    assert row(greenland, "T08", "957", "") == (1, 1, 0, 0)
    assert row(greenland, "T08", "", "fleksjob") == (1, 2, 1, 1)


def test_t10_counts_jobs_by_branche_and_type(greenland: Release) -> None:
    """T10: total, fleksjob, skånejob, nyttejob by the ten groups; letters of DB25 have moved."""
    assert row(greenland, "T10", "", "") == (4, 2, 1, 1)
    assert row(greenland, "T10", "", "1") == (1, 1, 0, 0)  # A03 fiskeri
    assert row(greenland, "T10", "", "2") == (1, 0, 1, 0)  # fiskefabrik
    assert row(greenland, "T10", "", "4") == (1, 1, 0, 0)  # I hoteller
    assert row(greenland, "T10", "", "9") == (1, 0, 0, 1)  # DB25 R sundhed
    assert row(greenland, "T10b", "A03") == (1, 1, 0, 0)
    assert row(greenland, "T10b", "A") == (0, 0, 0, 0)
    assert row(greenland, "T10b", "C") == (1, 0, 1, 0)
    assert row(greenland, "T10b", "Q") == (1, 0, 0, 1)  # DB07 Q, not R
    assert row(greenland, "T10b", "R") == (0, 0, 0, 0)


def test_t10d_tells_fish_factories_from_other_manufacturing(greenland: Release) -> None:
    """T10d: a's summer at the factory; ordinary work is in no table of supported jobs."""
    lines = {
        name: row(greenland, "T10d", name) for name in ("", "fisk", "anden", "industri", "ikke")
    }
    assert lines["fisk"] == (1, 0, 1, 0)
    assert lines["anden"] == lines["industri"] == (0, 0, 0, 0)
    assert lines["ikke"] == (3, 2, 0, 1)
    assert lines[""] == (4, 2, 1, 1)


def test_t08b_tells_pensioners_from_others(greenland: Release) -> None:
    """T08b: a has the pension on the last day; c was granted one that begins the day after."""
    # jobs in the period, jobs on the last day
    assert row(greenland, "T08b", "fleksjob", "ja") == (2, 1)
    assert row(greenland, "T08b", "skaanejob", "ja") == (1, 0)
    assert row(greenland, "T08b", "nyttejob", "nej") == (1, 0)
    assert row(greenland, "T08b", "fleksjob", "nej") == (0, 0)


def test_t10c_tells_the_branches_of_pensioners_from_others(greenland: Release) -> None:
    """T10c: a's three jobs and c's, as T08b has them, in the branches of T10."""
    for branche in ("1", "2", "4"):
        assert row(greenland, "T10c", branche, "ja") == (1,)
        assert row(greenland, "T10c", branche, "nej") == (0,)
    assert row(greenland, "T10c", "9", "nej") == (1,)
    assert row(greenland, "T10c", "", "ja") == (3,)


def test_t11_counts_decisions_where_and_when_they_were_made(greenland: Release) -> None:
    """T11: by afgoerelse_dato; udsættelse stands apart; an annulled afslag never counts."""
    # columns: tilkendelser and afslag, tilkendelser, højeste, mellemste, laveste, afslag, udsat
    # tilkendelser: a (højeste), c on the last day (laveste), d (mellemste); afslag: c
    assert row(greenland, "T11", "") == (4, 3, 1, 1, 1, 1, 1)
    assert row(greenland, "T11", "955") == (3, 2, 0, 1, 1, 1, 0)
    assert row(greenland, "T11", "956") == (1, 1, 1, 0, 0, 0, 1)
    assert row(greenland, "T11b", "2025K1") == (2, 1, 1, 1)  # a, c's afslag, e
    assert row(greenland, "T11b", "2025K4") == (1, 1, 0, 0)
    # a was 39 on 1 March 2025; c was 25 at the afslag and 26 at the tilkendelse
    assert row(greenland, "T11c", "K", "30-39") == (1, 1, 0)
    assert row(greenland, "T11c", "M", "18-29") == (2, 1, 1)


def test_t12_has_the_share_of_refusals(greenland: Release) -> None:
    """T12: afslag in per cent of tilkendelser and afslag; no share of nothing."""
    assert row(greenland, "T12", "")[:4] == (3, 1, 4, 25.0)
    assert row(greenland, "T12", "955")[:4] == (2, 1, 3, 33.3)
    assert row(greenland, "T12", "957")[:4] == (0, 0, 0, Shorthand.NOT_APPLICABLE)


def test_t14_counts_who_has_the_pension_on_the_last_day(greenland: Release) -> None:
    """T14: the latest effective decision counts, before the reform the mark in Borgere."""
    # a højeste since April (956); b before the reform, in 957 since 31 December; e laveste by
    # udsættelse (956). Not c, whose pension begins in 2026, nor d, whose pension ended 31 December.
    # columns: all, højeste, mellemste, laveste, not reassessed
    assert row(greenland, "T14", "") == (3, 1, 0, 1, 1)
    assert row(greenland, "T14", "955") == (0, 0, 0, 0, 0)
    assert row(greenland, "T14", "956") == (2, 1, 0, 1, 0)
    assert row(greenland, "T14", "957") == (1, 0, 0, 0, 1)


def test_t14_counts_age_on_the_last_day(greenland: Release) -> None:
    """T14: completed years on 31 December; what is not known is a row of its own."""
    assert row(greenland, "T14b", "K", "40-49") == (1, 1, 0, 0, 0)
    assert row(greenland, "T14b", "M", "60-66") == (1, 0, 0, 0, 1)
    assert row(greenland, "T14b", "uoplyst", "uoplyst") == (1, 0, 0, 1, 0)


def test_uoplyst_is_a_row_only_where_it_occurs() -> None:
    """Without e, whose sex and age nobody knows, no table says "Uoplyst" of sex or age."""
    rows = records(RECORDS)
    rows["afgoerelse"] = [row for row in rows["afgoerelse"] if row["borger"] != "e"]
    made = release("GL", country=Country(PERSONS, rows))
    table = next(table for table in made.tables if table.id == "T14b")
    assert {code for key in table.keys for code in key} == {
        *("", "K", "M", "18-29", "30-39", "40-49", "50-59", "60-66")
    }


def test_uoplyst_is_no_column_where_other_facts_alone_lack_the_code() -> None:
    """T05b is of revalidering, whose result is known; that a revurdering has none is T17's."""
    ended = {"kommune_kode": "956", "start_dato": date(2025, 2, 1), "slut_dato": date(2025, 6, 1)}
    spells: list[Record] = [
        {**ended, "borger": "a", "forloeb_type": "revalidering", "resultat": "nyt_forloeb"},
        {**ended, "borger": "b", "forloeb_type": "revurdering"},
    ]
    made = release("GL", country=Country(PERSONS, {"forloeb": spells}))
    tables = {table.id: {column.id for column in table.columns} for table in made.tables}
    assert "resultat_nyt_forloeb" in tables["T05b"]
    assert "resultat_uoplyst" not in tables["T05b"]
    assert "resultat_uoplyst" in tables["T17"]


def test_t15_accounts_for_every_citizen(greenland: Release) -> None:
    """T15: start + joined - left = end in every kommune; a move is neither."""
    # The day before: b alone (956). Last day: a, e (956), b (957). d came and went between.
    # primo, blivende, tilgang, tilflyttet, afgang, fraflyttet, ultimo
    assert row(greenland, "T15", "") == (1, 0, 2, 1, 0, 1, 3)
    assert row(greenland, "T15", "956") == (1, 0, 2, 0, 0, 1, 2)
    assert row(greenland, "T15", "957") == (0, 0, 0, 1, 0, 0, 1)
    # afgang, 9 reasons
    assert row(greenland, "T15b", "") == (0,) * 10


def test_the_edition_of_a_kommune_is_its_row_of_the_national_one(greenland: Release) -> None:
    """Every number of 956's own edition that the national one prints too is the same there."""
    own = release("956")
    assert own.area == "956"
    national = {
        table.id: dict(zip(table.keys, table.rows, strict=True)) for table in greenland.tables
    }
    compared = 0
    for table in own.tables:
        if table.dimensions[:1] == ("kommune",):
            for key, cells in zip(table.keys, table.rows, strict=True):
                assert key[0] == "956"
                if key in national[table.id]:
                    width = len(table.columns)
                    compared += 1
                    if len(national[table.id][key]) == width:
                        assert national[table.id][key] == cells, (table.id, key)
    assert compared > 50


def test_a_kommune_that_reported_nothing_is_no_row_of_zeros(greenland: Release) -> None:
    """959 and 960 have not reported: they are not listed, and the coverage says so."""
    table = next(table for table in greenland.tables if table.id == "T11")
    assert [key[0] for key in table.keys] == ["", "955", "956", "957"]
    assert greenland.coverage.startswith("3 af 5 kommuner har indberettet for hele perioden.")


def test_t21_lists_every_kommune_that_should_report(greenland: Release) -> None:
    """T21: 955, 956 and 957 have sent one file each; 959 and 960 have no figures, not zeros."""
    # received, date, rows, errors, warnings, explained, quarantined rows, conflicts, held
    day = "15. januar 2026"
    missing = (Shorthand.NOT_AVAILABLE,) * 9
    assert row(greenland, "T21", "") == (3, day, 0, 0, 0, 0, 0, 0, 0)
    assert row(greenland, "T21", "956") == (1, day, 0, 0, 0, 0, 0, 0, 0)
    assert row(greenland, "T21", "960") == missing
    table = next(table for table in greenland.tables if table.id == "T21")
    assert [key[0] for key in table.keys] == ["", "955", "956", "957", "959", "960"]
    assert not any(column.of for column in table.columns if column.id != "seneste")
