"""Definitions that differed between tables or from their note, each worked out by hand once.

S4 and S7 are cases from the field: two applications of which the sheet holds the last, and a
refusal that an appeal turned into an award.
"""

from __future__ import annotations

from datetime import date

from tests.support.country import Country
from tests.sync.statistics.tables.test_statistics_by_hand import typed
from tests.sync.statistics.tables.test_statistics_country import release, row

PERSONS = {name: ("K", date(1985, 6, 15)) for name in ("a", "b", "c", "d", "e")}

APPLIED = """
# borger
| raekke_id | kommune_kode | borger | ansoegning_dato | pensionist_foer_reform | fra_indberetning | til_indberetning |
| B1        | 956          | a      | 2022-06-01      | nej                    | 1                | 2                |
| B1        | 956          | a      | 2025-08-01      | nej                    | 2                |                  |
| B2        | 956          | b      | 2025-02-01      | nej                    | 1                | 2                |
| B2        | 956          | b      | 2025-02-11      | nej                    | 2                |                  |
| B3        | 956          | c      | 2025-08-01      | nej                    | 1                |                  |
| B4        | 956          | d      | 2025-03-10      | nej                    | 1                | 2                |
| B4        | 956          | d      | 2025-03-01      | nej                    | 2                |                  |

# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | niveau    |
| 956          | a      | 2023-01-10      | afslag      |           |
| 956          | a      | 2025-09-10      | tilkendelse | mellemste |
| 956          | b      | 2025-05-12      | afslag      |           |
| 956          | c      | 2025-01-10      | afslag      |           |
| 956          | c      | 2025-08-01      | tilkendelse | laveste   |
| 956          | d      | 2025-03-31      | afslag      |           |
"""  # noqa: E501 - a table is one line per row


def applied(text: str) -> Country:
    """Return a country whose row versions are numbers."""
    numbers = ("fra_indberetning", "til_indberetning")
    records = typed(text)
    rows = [
        {k: int(str(v)) if k in numbers and v is not None else v for k, v in own.items()}
        for own in records["borger"]
    ]
    return Country(PERSONS, records | {"borger": rows}, delivered=("955", "957"))


def test_t19_keeps_what_was_decided_on_an_application_that_a_later_one_replaced() -> None:
    """S4: the refusal of 2023 keeps its 223 days when the citizen applies again in 2025."""
    # 2022-06-01 to 2023-01-10: 29+31+31+30+31+30+31 = 213 to 2022-12-31, and 10.
    assert row(release("GL", country=applied(APPLIED), year=2023), "T19", "", "") == (
        *(1, 223.0, 223.0, 223.0),
        0,
    )


def test_t19_counts_each_application_that_is_a_line_of_its_own() -> None:
    """A refusal and an award, each on its own application: one on Borgere, one on Forløb."""
    country = Country(
        PERSONS,
        typed(
            """
# borger
| kommune_kode | borger | ansoegning_dato |
| 956          | a      | 2025-01-10      |
| 956          | b      |                 |

# forloeb
| kommune_kode | borger | forloeb_type | start_dato |
| 956          | a      | ansoegning   | 2025-06-01 |
| 956          | b      | ansoegning   | 2025-10-01 |
| 956          | b      | revurdering  | 2025-09-01 |

# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | niveau    |
| 956          | a      | 2025-01-30      | afslag      |           |
| 956          | a      | 2025-08-10      | tilkendelse | mellemste |
| 956          | b      | 2025-10-31      | afslag      |           |
"""
        ),
        delivered=("955", "957"),
    )
    made = release("GL", country=country)
    # a: 10-01 to 30-01 = 20; b: 01-10 to 31-10 = 30. The median of the two is 25.
    assert row(made, "T19", "", "afslag") == (2, 22.5, 25.0, 27.5, 0)
    # a's second: 01-06 to 10-08 = 29 + 31 + 10.
    assert row(made, "T19", "", "tilkendelse") == (1, 70.0, 70.0, 70.0, 0)
    # An application is no forløb: begun in the country one revurdering.
    assert row(made, "T01", "", "")[0] == 1
    types = {key[1] for table in made.tables if table.id == "T01" for key in table.keys}
    assert "revurdering" in types
    assert "ansoegning" not in types


def test_t19_a_corrected_day_is_no_application_and_a_decision_before_any_stands_apart() -> None:
    """Corrected to a later or an earlier day: the last one counts. c's refusal preceded any."""
    made = release("GL", country=applied(APPLIED))
    # b: 11-02 to 12-05 = 17+31+30+12 = 90. d: 01-03 to 31-03 = 30. c's first: none before it.
    assert row(made, "T19", "", "afslag") == (2, 45.0, 60.0, 75.0, 1)
    # a: 01-08 to 10-09 = 40. c's second on the day of the application: 0.
    assert row(made, "T19", "", "tilkendelse") == (2, 10.0, 20.0, 30.0, 0)


def test_s7_an_award_on_appeal_is_none_of_the_kommune() -> None:
    """S7: T11 counts the refusal, T23 the appeal; the pension runs from the day it says (T14)."""
    country = Country(
        PERSONS,
        typed(
            """
# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | niveau    | virkning_dato | instans    |
| 956          | a      | 2025-01-10      | afslag      |           |               |            |
| 956          | a      | 2025-07-10      | tilkendelse | mellemste | 2025-02-01    | klagenaevn |
"""
        ),
    )
    made = release("GL", country=country)
    assert row(made, "T11", "956")[:2] == (1, 0)
    assert row(made, "T23", "956")[:3] == (1, 0, 1)
    assert row(made, "T14", "956")[:3] == (1, 0, 1)


def test_t13_of_two_outcomes_on_one_day_the_award_goes_first() -> None:
    """Whatever the order of rows and kommuner: award, refusal, sent back."""
    text = """
# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | tilbagevisningsaarsag_1 |
| 751          | a      | 2025-02-01      | tilbagevist | dokumentation           |
| 707          | a      | 2025-03-01      | tilkendelse |                         |
| 751          | a      | 2025-03-01      | afslag      |                         |
| 707          | b      | 2025-02-01      | tilbagevist | dokumentation           |
| 707          | b      | 2025-03-01      | afslag      |                         |
| 751          | b      | 2025-03-01      | tilbagevist | dokumentation           |
"""
    made = release("DK", country=Country(PERSONS, typed(text)))
    # Sent back 3: a once, b twice. Outcomes in order of the columns: the first of a is an award,
    # the first of b a refusal; b's second waits.
    labels = {
        column.label.split(": ")[1].removesuffix(" (antal)"): cell
        for table in made.tables
        if table.id == "T13b"
        for column, cell in zip(table.columns, table.rows[0], strict=True)
        if ": " in column.label
    }
    assert labels == {
        "Tilkendt senere": 1,
        "Afslag senere": 1,
        "Tilbagevist igen": 0,
        "Ingen afgørelse endnu": 1,
    }


HOMES = """
# borger
| kommune_kode | borger | pensionist_foer_reform |
| 955          | a      | nej                    |
| 956          | a      | nej                    |
| 955          | b      | nej                    |
| 957          | b      | nej                    |

# forloeb
| kommune_kode | borger | forloeb_type | start_dato |
| 956          | a      | revurdering  | 2025-05-01 |
| 955          | b      | andet        | 2025-01-10 |
| 957          | b      | andet        | 2025-02-10 |

# job
| kommune_kode | borger | job_type | start_dato | timer_pr_uge |
| 956          | a      | fleksjob | 2025-06-01 | 10           |

# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | niveau    |
| 955          | a      | 2024-01-10      | tilkendelse | mellemste |

# vurdering
| kommune_kode | borger | vurdering_dato | arbejdsevne_pct | maks_timer_pr_uge |
| 955          | a      | 2024-01-05     | 40              |                   |
"""


def test_a_citizen_of_two_kommuner_has_one_home_in_every_table() -> None:
    """The pension of a is 955's, and so is all of a's; b has none and was last seen in 957."""
    made = release("GL", country=Country(PERSONS, typed(HOMES)))
    assert row(made, "T14", "955")[0] == 1
    assert row(made, "T14", "956")[0] == 0
    # T01: begun where reported, active and citizens at home.
    assert row(made, "T01", "955", "") == (1, 0, 1, 1)
    assert row(made, "T01", "956", "") == (1, 0, 0, 0)
    assert row(made, "T01", "957", "") == (1, 0, 2, 1)
    assert row(made, "T01", "", "") == (3, 0, 3, 2)
    # T08: in the period where reported, on the last day at home.
    assert row(made, "T08", "956", "")[:2] == (1, 1)
    assert row(made, "T08", "956", "")[2:4] == (0, 0)
    assert row(made, "T08", "955", "")[2:4] == (1, 1)


def test_t07_hours_not_stated_is_not_an_assessment_missing() -> None:
    """A is assessed, without hours: not stated in T07, a band in T06, and the notes say so."""
    made = release("GL", country=Country(PERSONS, typed(HOMES)))
    assert row(made, "T06", "955", "26-50") == (1,)
    assert row(made, "T07", "955", "uoplyst") == (1,)
    notes = {table.id: table.notes for table in made.tables}
    assert "seneste_timer" in notes["T07"]
    assert "seneste_timer" not in notes["T06"]
    assert "seneste_vurdering" in notes["T06"]
    assert "seneste_vurdering" not in notes["T07"]
