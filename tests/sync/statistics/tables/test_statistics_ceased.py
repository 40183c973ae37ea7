"""What a kommune that is no more left open ended with it: 958 became 959 and 960 on 1-1-2018.

Counted by hand. Four citizens: a's and b's jobs and forløb go on in 959 and 960 under new rows, c
is reported by nobody since, d has the pension by 958's decision and a job in 959.
"""

from __future__ import annotations

from datetime import date

from tests.support.country import Country
from tests.sync.statistics.tables.test_statistics_country import records, release, row

PERSONS = {name: ("K", date(1985, 6, 15)) for name in "abcd"}
RECORDS = """
# borger
| kommune_kode | borger | pensionist_foer_reform |
| 958          | a      | nej                    |
| 958          | b      | nej                    |
| 958          | c      | nej                    |
| 958          | d      | nej                    |
| 959          | a      | nej                    |
| 960          | b      | nej                    |
| 959          | d      | nej                    |

# job
| kommune_kode | borger | job_type | branche | start_dato | slut_dato  | timer_pr_uge |
| 958          | a      | fleksjob | I       | 2016-01-01 |            | 10           |
| 959          | a      | fleksjob | I       | 2018-01-01 |            | 10           |
| 958          | b      | fleksjob | I       | 2016-01-01 | 2018-06-01 | 10           |
| 960          | b      | fleksjob | I       | 2018-01-01 |            | 10           |
| 958          | c      | fleksjob | I       | 2016-01-01 |            | 10           |
| 959          | d      | fleksjob | I       | 2018-02-01 |            | 10           |

# forloeb
| kommune_kode | borger | forloeb_type | start_dato | slut_dato |
| 958          | a      | revurdering  | 2017-06-01 |           |
| 959          | a      | revurdering  | 2018-01-01 |           |
| 958          | c      | revurdering  | 2017-06-01 |           |

# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | niveau   | virkning_dato |
| 958          | d      | 2017-02-01      | tilkendelse | hoejeste | 2017-03-01    |
"""
COUNTRY = Country(PERSONS, records(RECORDS))


def test_while_it_is_there_everything_counts() -> None:
    """2017: three jobs held in the year and on its last day, two forløb active, all of 958."""
    made = release("GL", country=COUNTRY, year=2017)
    assert row(made, "T08", "", "") == (3, 3, 3, 3)
    assert row(made, "T08", "958", "") == (3, 3, 3, 3)
    assert row(made, "T01", "", "") == (2, 0, 2, 2)


def test_from_the_day_it_is_gone_its_open_rows_count_no_more() -> None:
    """2018: three jobs of three citizens, those of 959 and 960; one forløb; nothing has ended."""
    made = release("GL", country=COUNTRY, year=2018)
    assert row(made, "T08", "", "") == (3, 3, 3, 3)
    assert row(made, "T08", "959", "") == (2, 2, 2, 2)
    assert row(made, "T08", "960", "") == (1, 1, 1, 1)
    assert row(made, "T01", "", "") == (1, 0, 1, 1)


def test_a_pensioner_belongs_to_the_kommune_that_reports_her_since() -> None:
    """D's pension was 958's decision; on the last day of 2018 she belongs to 959."""
    made = release("GL", country=COUNTRY, year=2018)
    assert row(made, "T14", "")[:2] == (1, 1)
    assert row(made, "T14", "959")[:2] == (1, 1)
    before = release("GL", country=COUNTRY, year=2017)
    assert row(before, "T14", "958")[:2] == (1, 1)
