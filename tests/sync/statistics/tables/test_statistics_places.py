"""The first pension beside the difference of two days, and localities, counted by hand for 2025."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.statistics.tables.public_tables import public_tables
from tests.support.country import Country
from tests.sync.statistics.tables.test_statistics_country import records, release, row

if TYPE_CHECKING:
    from fpsheet_sync.statistics.stat_table import Release

NUUK = [f"n{number}" for number in range(10)]
SMALL = [f"k{number}" for number in range(9)]
PERSONS = {name: ("K", date(1980, 1, 1)) for name in (*"abcdef", *NUUK, *SMALL)}

GREENLAND = """
# borger
| kommune_kode | borger | pensionist_foer_reform | lokalitet |
| 956          | a      | nej                    |           |
| 956          | b      | nej                    |           |
| 956          | c      | ja                     |           |
| 956          | d      | nej                    |           |
| 955          | e      | nej                    | Nuuk      |
| 956          | f      | nej                    |           |
{people}

# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse | niveau | virkning_dato | bortfald_aarsag |
| 956 | a | 2024-12-10 | tilkendelse | hoejeste | 2025-01-01 | |
| 956 | b | 2025-02-10 | tilkendelse | laveste | 2025-03-01 | |
| 956 | b | 2025-06-10 | bortfald | | 2025-07-01 | doedsfald |
| 956 | c | 2025-04-10 | aendring | mellemste | 2025-05-01 | |
| 956 | d | 2020-02-10 | tilkendelse | laveste | 2020-03-01 | |
| 956 | d | 2022-02-10 | bortfald | | 2022-03-01 | frakendt |
| 956 | d | 2025-05-10 | tilkendelse | mellemste | 2025-06-01 | |
| 955 | e | 2025-12-10 | tilkendelse | laveste | 2026-01-01 | |
| 956 | f | 2025-05-10 | tilkendelse | laveste | 2025-06-01 | |
| 956 | f | 2025-09-10 | aendring | hoejeste | 2025-10-01 | |
| 956 | n0 | 2025-05-10 | tilkendelse | laveste | 2025-06-01 | |
| 956 | n1 | 2025-05-10 | afslag | | | |
| 956 | k0 | 2025-05-10 | tilkendelse | laveste | 2025-06-01 | |
"""


@pytest.fixture(scope="module")
def greenland() -> Release:
    """Return the national edition for 2025."""
    places = {**dict.fromkeys(NUUK, "Nuuk"), **dict.fromkeys(SMALL, "Kapisillit")}
    lines = [f"| 956 | {who} | nej | {place} |" for who, place in places.items()]
    text = GREENLAND.format(people="\n".join(lines))
    return release("GL", country=Country(persons=PERSONS, records=records(text)))


def test_t15c_counts_a_first_pension_once_whatever_came_of_it(greenland: Release) -> None:
    """T15c: a b f n0 k0 begin in 2025; b died since, and d had a pension once before.

    c had one before the reform, e's begins in 2026. The difference of two days has d and not b.
    """
    # first time: all, højeste (a), mellemste, laveste (b f n0 k0); new: a d f n0 k0
    assert row(greenland, "T15c", "") == (5, 1, 0, 4, 5)
    assert row(greenland, "T15c", "956") == (5, 1, 0, 4, 5)
    assert row(greenland, "T15c", "955") == (0, 0, 0, 0, 0)
    assert row(greenland, "T15", "")[2] == 5


def test_t25_names_a_locality_of_ten_and_no_smaller_one(greenland: Release) -> None:
    """T25: ten of Nuuk are named, nine of Kapisillit are not, nor the one 955 has written.

    Pensioners on the last day: n0; k0; a c d f without a locality. Of the decisions n0's, n1's
    refusal and k0's; e's is of 955's own one of Nuuk; b's and c's of nowhere.
    """
    # pensioners, awards, refusals
    table = next(table for table in greenland.tables if table.id == "T25")
    assert [key[0] for key in table.keys] == ["", "Nuuk", "andre", "uoplyst"]
    assert row(greenland, "T25", "Nuuk") == (1, 1, 1)
    assert row(greenland, "T25", "andre") == (1, 2, 0)
    assert row(greenland, "T25", "uoplyst") == (4, 3, 0)
    assert [line[0] for line in table.rows] == ["I alt", "Nuuk", "Andre lokaliteter", "Uoplyst"]


DENMARK = """
# borger
| kommune_kode | borger | afdeling |
| 707          | a      | Jobcenter |
| 707          | b      |          |
{people}

# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | virkning_dato |
| 707          | a      | 2025-03-10      | tilkendelse | 2025-04-01    |
| 707          | b      | 2025-03-10      | afslag      |               |
| 707          | n0     | 2025-03-10      | tilkendelse | 2025-04-01    |
| 707          | n1     | 2025-03-10      | tilbagevist |               |
"""


def test_t25b_counts_by_section_in_denmark() -> None:
    """T25b: the youth section has ten citizens, the job centre one; of b none is stated."""
    people = "\n".join(f"| 707 | {who} | Ungeindsatsen |" for who in NUUK)
    country = Country(persons=PERSONS, records=records(DENMARK.format(people=people)))
    made = release("DK", country=country)
    # pensioners, awards, refusals, sent back
    assert row(made, "T25b", "Ungeindsatsen") == (1, 1, 0, 1)
    assert row(made, "T25b", "andre") == (1, 1, 0, 0)
    assert row(made, "T25b", "uoplyst") == (0, 0, 1, 0)


def test_localities_are_in_no_published_edition(greenland: Release) -> None:
    """Neither the table nor a name."""
    public = public_tables(greenland)
    assert "T25" not in {table.id for table in public.tables}
    assert "Nuuk" not in {cell for table in public.tables for row in table.rows for cell in row}
