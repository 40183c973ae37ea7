"""A second small country, counted by hand: T02 to T07, T09, T13 and T15 to T20 for 2025.

With `test_statistics_country` (T01, T08, T10 to T12, T14, T21) and `publication.test_revisions`
(T22) every table has been worked out by hand. Days are chosen at the borders: of the period, of
the five years, of the one year, of a revurdering.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.statistics.stat_table import Shorthand
from tests.support.country import Country
from tests.sync.statistics.tables.test_statistics_country import records, release, row

if TYPE_CHECKING:
    from fpsheet_sync.statistics.stat_table import Release

PERSONS = {
    "p": ("K", date(1985, 6, 15)),
    "q": ("M", date(1965, 12, 31)),  # 60 on the last day
    "r": ("M", date(1966, 1, 1)),  # 59 on the last day
    **{name: ("K", date(1980, 1, 1)) for name in ("s", "t", "u", "v", "w", "x", "y", "z")},
}

GREENLAND = """
# borger
| kommune_kode | borger | pensionist_foer_reform | ansoegning_dato | ordinaert_arbejde |
| 956          | p      | nej                    | 2024-11-01      |                   |
| 956          | q      | ja                     |                 | ja                |
| 955          | r      | nej                    | 2025-01-10      | nej               |
| 955          | s      | nej                    |                 | nej               |
| 957          | t      | nej                    | 2020-01-01      |                   |
| 956          | u      | nej                    |                 |                   |
| 957          | v      | nej                    |                 | nej               |
| 955          | w      | nej                    |                 |                   |
| 957          | x      | nej                    |                 |                   |
| 957          | y      | nej                    |                 |                   |
| 956          | z      | ja                     |                 |                   |
| 956          | y      | nej                    |                 | nej               |

# forloeb
| kommune_kode | borger | forloeb_type      | start_dato | slut_dato  | uden_for_cyklus | motivation    | resultat           | revalideringstiltag |
| 956          | p      | revurdering       | 2025-01-01 | 2025-01-10 | nej             | godt          | afgoerelse_truffet |                     |
| 956          | p      | afklaringsforloeb | 2025-01-01 | 2025-01-04 |                 | godt          | nyt_forloeb        |                     |
| 956          | p      | afklaringsforloeb | 2025-01-10 | 2025-01-12 |                 |               |                    |                     |
| 955          | p      | afklaringsforloeb | 2025-01-11 | 2025-01-11 |                 |               |                    |                     |
| 955          | r      | revurdering       | 2024-02-28 | 2025-03-01 | ja              |               | udsat              |                     |
| 957          | t      | revalidering      | 2025-06-01 | 2025-06-30 |                 | ikke_saa_godt | i_beskaeftigelse   | uddannelse          |
| 957          | t      | revalidering      | 2025-07-01 |            |                 |               |                    | opkvalificering     |

# vurdering
| kommune_kode | borger | vurdering_dato | arbejdsevne_pct | maks_timer_pr_uge |
| 956          | p      | 2025-01-05     | 50              | 18.5              |
| 956          | p      | 2026-01-01     | 10              | 1                 |
| 955          | r      | 2025-02-01     | 25              | 0                 |
| 956          | r      | 2025-02-01     | 26              | 9.9               |
| 955          | s      | 2025-06-30     | 25              | 5                 |
| 956          | u      | 2025-03-01     | 76              | 37                |
| 957          | x      | 2020-12-30     | 51              | 20                |
| 957          | y      | 2020-12-31     | 75              |                   |

# job
| kommune_kode | borger | job_type | start_dato | slut_dato  | timer_pr_uge |
| 956          | p      | ordinaer | 2025-05-01 |            | 4.4          |
| 957          | p      | ordinaer | 2025-08-01 | 2026-01-01 | 5.5          |
| 955          | r      | ordinaer | 2025-01-01 | 2025-12-31 | 10           |
| 955          | s      | ordinaer | 2024-01-01 |            |              |
| 956          | u      | ordinaer | 2025-01-01 |            | 37           |
| 957          | x      | ordinaer | 2025-12-31 |            | 30           |

# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | niveau    | virkning_dato | bortfald_aarsag |
| 956          | p      | 2025-01-10      | tilkendelse | mellemste | 2025-02-01    |                 |
| 955          | r      | 2018-05-01      | tilkendelse | laveste   | 2018-06-01    |                 |
| 955          | r      | 2020-12-30      | uaendret    |           |               |                 |
| 955          | r      | 2025-03-01      | aendring    | hoejeste  | 2025-04-01    |                 |
| 955          | s      | 2024-06-30      | udsaettelse | hoejeste  |               |                 |
| 957          | t      | 2025-02-01      | afslag      |           |               |                 |
| 957          | t      | 2025-06-01      | afslag      |           |               |                 |
| 956          | u      | 2024-02-29      | udsaettelse |           |               |                 |
| 957          | v      | 2024-12-31      | udsaettelse | mellemste |               |                 |
| 955          | w      | 2025-10-10      | afslag      |           |               |                 |
| 957          | x      | 2018-01-01      | tilkendelse | laveste   |               |                 |
| 957          | x      | 2025-05-05      | udsaettelse |           |               |                 |
| 957          | y      | 2018-01-01      | tilkendelse | hoejeste  |               |                 |
| 957          | y      | 2025-05-01      | uaendret    |           |               |                 |
| 956          | z      | 2025-04-01      | uaendret    | laveste   |               |                 |
| 956          | z      | 2025-09-01      | bortfald    |           | 2025-10-01    | frakendt        |

# indkomst
| kommune_kode | borger | indkomst_kilde | fra_dato   | til_dato   |
| 956          | p      | loen           | 2025-01-01 |            |
| 957          | p      | loen           | 2025-03-01 |            |
| 956          | p      | arbejdsskade   | 2024-01-01 | 2025-12-31 |
| 957          | x      | arbejdsskade   | 2025-12-31 |            |
| 956          | u      | loen           | 2025-01-01 |            |
"""  # noqa: E501 - a table is one line per row

DENMARK = """
# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | tilbagevisningsaarsag_1 | tilbagevisningsaarsag_2 | tilbagevisningsaarsag_3 |
| 707          | s      | 2025-02-01      | tilbagevist | dokumentation           | arbejdsproevning        |                         |
| 707          | s      | 2026-02-15      | tilkendelse |                         |                         |                         |
| 707          | t      | 2025-03-01      | tilbagevist | dokumentation           |                         | dokumentation           |
| 707          | t      | 2025-04-01      | tilbagevist | ressourcer              |                         |                         |
| 707          | t      | 2025-06-01      | afslag      |                         |                         |                         |
| 751          | u      | 2025-12-31      | tilbagevist |                         |                         |                         |
| 751          | u      | 2025-12-31      | tilkendelse |                         |                         |                         |
| 751          | v      | 2024-12-31      | tilbagevist | ressourcer              |                         |                         |
"""  # noqa: E501 - a table is one line per row


@pytest.fixture(scope="module")
def greenland() -> Release:
    """Return the national edition of Greenland."""
    return release("GL", country=Country(PERSONS, typed(GREENLAND)))


@pytest.fixture(scope="module")
def denmark() -> Release:
    """Return the national edition of Denmark."""
    return release("DK", country=Country(PERSONS, typed(DENMARK)))


def typed(text: str) -> dict[str, list[dict[str, object]]]:
    """Read records, percentages and hours as numbers."""
    numbers = {"arbejdsevne_pct": int, "maks_timer_pr_uge": float}
    return {
        sheet: [
            {name: numbers[name](str(v)) if name in numbers else v for name, v in own.items()}
            for own in rows
        ]
        for sheet, rows in records(text).items()
    }


def test_t02_lengths_count_both_days(greenland: Release) -> None:
    """T02: 10, 4, 3, 1, 368 and 30 days; quartiles lie between two of them in proportion."""
    # In order 1 3 4 10 30 368. Q1 lies 1.25 steps up: 3.25. Median 7. Q3 3.75 steps: 25.
    # 28-02-2024 to 01-03-2025: 366 days to 28-02-2025, one more to 01-03, and the first day.
    assert row(greenland, "T02", "", "") == (6, 3.3, 7.0, 25.0)
    # 1 3 4: Q1 2, median 3, Q3 3.5
    assert row(greenland, "T02", "", "afklaringsforloeb") == (3, 2.0, 3.0, 3.5)
    # 10 368
    assert row(greenland, "T02", "", "revurdering") == (2, 99.5, 189.0, 278.5)
    nothing = (Shorthand.NOT_APPLICABLE,) * 3
    assert row(greenland, "T02", "957", "revurdering") == (0, *nothing)


def test_t03_counts_revurderinger_and_deadlines(greenland: Release) -> None:
    """T03: begun in the period, in or outside the cycle; under 60; five years to the day."""
    # Begun: p's, in the cycle. Ended: p's 10 and r's 368 days, median 189.
    # Under 60: p r s v x y, not q who is 60 on the last day. Overdue: v, who was never assessed,
    # and x, whose assessment is a day older than five years; y's is five years old to the day.
    assert row(greenland, "T03", "") == (1, 0, 1, 2, 189.0, 6, 4, 2)
    assert row(greenland, "T03", "955") == (0, 0, 0, 1, 368.0, 2, 2, 0)
    assert row(greenland, "T03", "957") == (0, 0, 0, 0, Shorthand.NOT_APPLICABLE, 3, 1, 2)


def test_t04_counts_afklaringsforloeb_begun_inside(greenland: Release) -> None:
    """T04: two begun from the first to the last day of p's, the third a day late; none in r's."""
    assert row(greenland, "T04", "") == (2, 1, 0, 1, 0, 1.0)
    assert row(greenland, "T04", "956") == (1, 0, 0, 1, 0, 2.0)


def test_t05_counts_revalidering_by_tiltag_and_result(greenland: Release) -> None:
    """T05: two begun, one ended; T05b by result, the third of eight is employment, none unknown."""
    assert row(greenland, "T05", "", "") == (2, 1)
    assert row(greenland, "T05", "957", "uddannelse") == (1, 1)
    assert row(greenland, "T05", "957", "opkvalificering") == (1, 0)
    assert row(greenland, "T05b", "uddannelse") == (1, 0, 0, 1, 0, 0, 0, 0, 0)


def test_t06_and_t07_take_the_latest_vurdering(greenland: Release) -> None:
    """T06, T07: the latest by the last day; of two on one day the one of the last kommune."""
    # p 50 pct. and 18.5 hours (that of 2026 is too late), r 26 and 9.9, s 25 and 5, x 51 and 20,
    # y 75 and none stated; q and v have no vurdering. u has no pension.
    bands = ("0-25", "26-50", "51-75", "76-100", "uoplyst")
    assert [row(greenland, "T06", "", band) for band in bands] == [(1,), (2,), (2,), (0,), (2,)]
    hours = ("0", "0,1-9,9", "10-19,9", "20-29,9", "30-", "uoplyst")
    counts = [(0,), (2,), (1,), (1,), (0,), (3,)]
    assert [row(greenland, "T07", "", band) for band in hours] == counts
    # all, højeste, mellemste, laveste, not reassessed: r and p; q and v
    assert row(greenland, "T06b", "26-50") == (2, 1, 1, 0, 0)
    assert row(greenland, "T06b", "uoplyst") == (2, 0, 1, 0, 1)
    assert row(greenland, "T07b", "0,1-9,9") == (2, 2, 0, 0, 0)


def test_t09_adds_the_hours_of_a_citizens_jobs(greenland: Release) -> None:
    """T09 and T09b: p 4.4 + 5.5 hours, s hours unknown, x 30; r's job ended on the last day.

    No is said of r and v; of s too, who works all the same, and of y by a kommune she does not
    belong to. Of q yes is said, and no job.
    """
    # all; yes, no (r v), not stated (q y); 0 hours, 0.1-9.9, 10-19.9, 20-29.9, 30 and more,
    # unknown; mean of 9.9 and 30
    assert row(greenland, "T09", "") == (7, 3, 2, 2, 0, 1, 0, 0, 1, 1, 20.0)
    # all; last day, earlier and now no (r), earlier and now not stated, no (v), not stated
    assert row(greenland, "T09b", "") == (7, 3, 1, 0, 1, 2)


def test_t05c_tells_pensioners_from_others(greenland: Release) -> None:
    """T05c: t was refused, and is in rehabilitation without a pension."""
    assert row(greenland, "T05c", "uddannelse", "nej") == (1, 1)
    assert row(greenland, "T05c", "opkvalificering", "nej") == (1, 0)
    assert row(greenland, "T05c", "uddannelse", "ja") == (0, 0)


def test_t15_accounts_for_who_came_and_went(greenland: Release) -> None:
    """T15: q r s v x y stay, p comes, z leaves by frakendelse."""
    # v's pension begins on the last day before the period and so is there at its beginning.
    # primo, stay, come, moved in, leave, moved out, ultimo
    assert row(greenland, "T15", "") == (7, 6, 1, 0, 1, 0, 7)
    assert row(greenland, "T15", "956") == (2, 1, 1, 0, 1, 0, 2)
    # leave, by nine reasons (the fourth is frakendt)
    for place in ("", "956"):
        assert row(greenland, "T15b", place) == (1, 0, 0, 0, 1, 0, 0, 0, 0, 0)


def test_t16_counts_levels_before_and_after(greenland: Release) -> None:
    """T16: r laveste to højeste, y højeste as before, z old scheme to laveste to frakendt."""
    # decided, to højeste, mellemste, laveste, frakendt
    assert row(greenland, "T16", "") == (4, 2, 0, 1, 1)
    assert row(greenland, "T16", "laveste") == (2, 1, 0, 0, 1)
    assert row(greenland, "T16", "hoejeste") == (1, 1, 0, 0, 0)
    assert row(greenland, "T16", "foer_reform") == (1, 0, 0, 1, 0)


def test_t17_counts_results_by_motivation(greenland: Release) -> None:
    """T17: what ended; a last column for the two whose result is not stated."""
    # ended, decision, new forløb, employment, ability clarified, postponed, 3 x broken off, none
    assert row(greenland, "T17", "godt") == (2, 1, 1, 0, 0, 0, 0, 0, 0, 0)
    assert row(greenland, "T17", "ikke_saa_godt") == (1, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    assert row(greenland, "T17", "uoplyst") == (3, 0, 0, 0, 0, 1, 0, 0, 0, 2)


def test_t18_counts_each_citizen_once(greenland: Release) -> None:
    """T18: p's wages from two kommuner are one; an income ending on the last day is over."""
    assert row(greenland, "T18", "", "") == (2,)
    assert row(greenland, "T18", "", "loen") == (1,)
    assert row(greenland, "T18", "956", "arbejdsskade") == (0,)
    assert row(greenland, "T18", "957", "arbejdsskade") == (1,)
    assert row(greenland, "T18b", "loen") == (1, 0, 1, 0, 0)


def test_t19_counts_days_to_the_first_answer(greenland: Release) -> None:
    """T19: p 70 days, t 1,858; t's second refusal answers nothing, w never applied."""
    # 01-11-2024 to 10-01-2025: 30 + 31 + 9. 01-01-2020 to 01-02-2025: 5 x 365 + 2 + 31.
    assert row(greenland, "T19", "", "tilkendelse") == (1, 70.0, 70.0, 70.0, 0)
    assert row(greenland, "T19", "", "afslag") == (1, 1858.0, 1858.0, 1858.0, 1)
    assert row(greenland, "T19", "", "") == (2, 517.0, 964.0, 1411.0, 1)


def test_t20_counts_deadlines_of_a_year(greenland: Release) -> None:
    """T20: s in time on the last day, u a day late after 29 February, v not at all."""
    # decided in the period (x), deadlines in the period, in time, late, not assessed
    assert row(greenland, "T20", "") == (1, 3, 1, 1, 1)
    assert row(greenland, "T20", "956") == (0, 1, 0, 1, 0)


def test_t13_counts_cases_by_reason_and_outcome(denmark: Release) -> None:
    """T13: s granted later, in another year; t sent back again, then refused; u waits."""
    # returned, target, over it, granted, refused, returned again, waiting
    none = (Shorthand.NOT_AVAILABLE,) * 2
    assert row(denmark, "T13", "") == (4, *none, 1, 1, 1, 1)
    assert row(denmark, "T13", "707") == (3, *none, 1, 1, 1, 0)
    assert row(denmark, "T13b", "") == (4, 1, 1, 1, 1)
    # A reason that is given twice counts once; two reasons count under both.
    assert row(denmark, "T13b", "dokumentation") == (2, 1, 0, 1, 0)
    assert row(denmark, "T13b", "arbejdsproevning") == (1, 1, 0, 0, 0)
    assert row(denmark, "T13b", "ressourcer") == (1, 0, 1, 0, 0)
    assert row(denmark, "T13b", "uoplyst") == (1, 0, 0, 0, 1)
    # Sent back is no refusal: one award (u's) and one refusal (t's) in the period.
    assert row(denmark, "T11", "")[:3] == (2, 1, 1)
