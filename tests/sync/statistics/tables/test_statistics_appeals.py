"""Appeals, and what people are asked for, counted by hand: T11d to T11f, T13c, T23, T24 for 2025.

What an appeals body decided is in none of the kommuner's own figures (T11, T12, T13, T16, T19),
and gives or changes the pension all the same (T14).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.support.country import Country
from tests.sync.statistics.tables.test_statistics_country import records, release, row

if TYPE_CHECKING:
    from fpsheet_sync.statistics.stat_table import Release

PERSONS = {name: ("K", date(1980, 1, 1)) for name in "abcdefgh"}
GREENLAND = """
# borger
| kommune_kode | borger | pensionist_foer_reform | ansoegning_dato |
| 956          | a      | nej                    | 2025-01-02      |
| 956          | b      | nej                    | 2025-01-02      |
| 956          | c      | nej                    | 2024-01-02      |
| 955          | d      | nej                    | 2024-01-02      |

# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | niveau    | virkning_dato | instans            | afslagsaarsag | foreliggende_grundlag |
| 956          | a      | 2025-02-01      | afslag      |           |               | kommunalbestyrelse | arbejdsevne   | ja                    |
| 956          | a      | 2025-06-01      | tilkendelse | mellemste | 2025-02-01    | klagenaevn         |               |                       |
| 956          | b      | 2025-03-01      | afslag      |           |               | sagsbehandler      | udeblivelse   |                       |
| 956          | b      | 2025-07-01      | stadfaestet |           |               | klagenaevn         |               |                       |
| 956          | c      | 2024-03-01      | tilkendelse | laveste   | 2024-04-01    | kommunalbestyrelse |               |                       |
| 956          | c      | 2025-04-01      | aendring    | hoejeste  | 2024-04-01    | socialt_ankenaevn  |               |                       |
| 955          | d      | 2025-05-01      | tilkendelse | laveste   | 2025-06-01    | kommunalbestyrelse |               | nej                   |
| 955          | d      | 2025-08-01      | hjemvist    |           |               | domstol            |               |                       |
| 955          | d      | 2025-09-01      | afvist      |           |               | klagenaevn         |               |                       |
"""  # noqa: E501 - a table is one line per row
DENMARK = """
# forloeb
| kommune_kode | borger | forloeb_type         | start_dato | slut_dato  | indstilling     |
| 707          | e      | rehabiliteringsmoede | 2025-01-10 | 2025-01-10 | foertidspension |
| 707          | f      | rehabiliteringsmoede | 2025-02-10 | 2025-02-10 | foertidspension |
| 707          | g      | rehabiliteringsmoede | 2025-03-10 | 2025-03-10 | fleksjob        |
| 707          | h      | rehabiliteringsmoede | 2024-12-31 | 2024-12-31 | foertidspension |
| 707          | h      | rehabiliteringsmoede | 2025-05-10 |            | foertidspension |

# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | instans      |
| 707          | e      | 2025-01-10      | tilkendelse | pensionsnaevn |
| 707          | f      | 2025-03-01      | tilbagevist | pensionsnaevn |
| 707          | f      | 2025-03-31      | afslag      | pensionsnaevn |
| 707          | f      | 2025-06-01      | tilbagevist | ankestyrelse |
| 707          | h      | 2025-02-01      | tilbagevist | pensionsnaevn |
"""


@pytest.fixture(scope="module")
def greenland() -> Release:
    """Return Greenland's tables."""
    return release("GL", country=Country(PERSONS, records(GREENLAND)))


@pytest.fixture(scope="module")
def denmark() -> Release:
    """Return Denmark's tables."""
    return release("DK", country=Country(PERSONS, records(DENMARK)))


def test_t11_and_t12_are_the_practice_of_the_kommune(greenland: Release) -> None:
    """One award (d), two refusals (a, b): not what the nævn gave a and c."""
    # both, awards, by three levels and not stated, refusals, postponements
    assert row(greenland, "T11", "")[:2] == (3, 1)
    assert row(greenland, "T11", "956")[:2] == (2, 0)
    assert row(greenland, "T12", "")[:4] == (1, 2, 3, 66.7)


def test_t14_has_whom_the_appeals_body_gave_a_pension(greenland: Release) -> None:
    """A was given mellemste and c hoejeste on appeal; d stands until the kommune decides again."""
    assert row(greenland, "T14", "")[:4] == (3, 1, 1, 1)


def test_t16_leaves_out_what_an_appeals_body_changed(greenland: Release) -> None:
    """A level changed on appeal is no reassessment."""
    assert row(greenland, "T16", "")[0] == 0


def test_t19_counts_until_the_kommune_decided(greenland: Release) -> None:
    """Days of a (30), b (58) and d (485): the nævn's award to a is no first decision of hers."""
    assert row(greenland, "T19", "", "afslag")[0] == 2
    assert row(greenland, "T19", "", "tilkendelse")[:3] == (1, 485, 485)


def test_t23_counts_appeals_by_outcome(greenland: Release) -> None:
    """Of four that were tried three were changed or remitted; one was dismissed."""
    # decided, upheld, changed, remitted, dismissed, not upheld, tried, share
    assert row(greenland, "T23", "") == (5, 1, 2, 1, 1, 3, 4, 75)
    assert row(greenland, "T23", "956")[:5] == (3, 1, 2, 0, 0)
    assert row(greenland, "T23b", "klagenaevn") == (3, 1, 1, 0, 1)
    assert row(greenland, "T23b", "socialt_ankenaevn") == (1, 0, 1, 0, 0)
    assert row(greenland, "T23b", "domstol") == (1, 0, 0, 1, 0)


def test_t11_by_authority_basis_and_reason(greenland: Release) -> None:
    """T11d, T11e, T11f: what Norddjurs and the departement ask for."""
    assert row(greenland, "T11d", "sagsbehandler")[:3] == (1, 0, 1)
    assert row(greenland, "T11d", "kommunalbestyrelse")[:3] == (2, 1, 1)
    assert row(greenland, "T11e", "ja") == (1, 0, 1, 100)
    assert row(greenland, "T11e", "nej") == (1, 1, 0, 0)
    assert row(greenland, "T11f", "udeblivelse") == (1,)
    assert row(greenland, "T11f", "") == (2,)


def test_t13_leaves_ankestyrelsen_out(denmark: Release) -> None:
    """D06: a case that Ankestyrelsen sent back is no tilbagevisning of the pensionsnævn."""
    assert row(denmark, "T13", "707")[0] == 2
    assert row(denmark, "T23", "707") == (1, 0, 0, 1, 0, 1, 1, 100)


def test_t13c_counts_days_to_the_new_decision(denmark: Release) -> None:
    """F waited 30 days; h waits still and has no days."""
    assert row(denmark, "T13c", "707") == (2, 1, 30, 30, 30)


def test_t24_tells_what_became_of_a_recommendation(denmark: Release) -> None:
    """Of two recommendations of pension one was granted that day and one was sent back."""
    # recommendations, granted, refused, sent back, none yet
    assert row(denmark, "T24", "foertidspension") == (2, 1, 0, 1, 0)
    assert row(denmark, "T24", "fleksjob") == (1, 0, 0, 0, 1)
    assert row(denmark, "T24", "") == (3, 1, 0, 1, 1)


def test_t03_speaks_of_what_its_country_has(greenland: Release, denmark: Release) -> None:
    """Denmark has no deadline of five years: neither title, population nor a note tells of one."""
    told = {
        name: next(table for table in release.tables if table.id == "T03")
        for name, release in (("GL", greenland), ("DK", denmark))
    }
    for name, has_deadline in (("GL", True), ("DK", False)):
        words = " ".join((told[name].title, *told[name].lines, *told[name].notes))
        assert ("frist" in words) is has_deadline, name
        assert ("under 60" in words) is has_deadline, name
