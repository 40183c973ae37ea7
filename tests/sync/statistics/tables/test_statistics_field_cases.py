"""Cases from the field, S1 to S7, D01 and D02, in the tables of 2026; and conventions by hand.

S1: an appeal upheld with an earlier effect. S2: a change decided before a death. S3: an award
decided before a move abroad. S4: two applications, of which the last is in the sheet. S5: a move
to København. S6: an ordinary award. S7: a refusal that an appeal turned into an award. D01 and
D02: pensions from before the first workbook, in Denmark.
"""

from __future__ import annotations

from datetime import date

import pytest

from fpsheet_sync.statistics.stat_table import Cell, Release, Shorthand
from tests.support.country import Country, Record
from tests.sync.statistics.tables.test_statistics_country import records, release

NAMES = ("s1", "s2", "s3", "s4", "s5", "s6", "s7", "d1", "d2", "o", "p")
PERSONS = {name: ("K", date(1980, 1, 1)) for name in NAMES}
FIELD = """
# borger
| kommune_kode | borger | pensionist_foer_reform | ansoegning_dato |
| 956          | s1     | nej                    | 2017-05-11      |
| 956          | s2     | nej                    | 2018-01-10      |
| 956          | s3     | nej                    | 2025-10-10      |
| 956          | s4     | nej                    | 2025-08-01      |
| 956          | s5     | nej                    | 2019-01-10      |
| 956          | s6     | nej                    | 2025-01-10      |
| 956          | s7     | nej                    | 2025-06-10      |

# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | niveau    | virkning_dato | bortfald_aarsag |
| 956          | s1     | 2017-06-30      | tilkendelse | laveste   | 2017-07-01    |                 |
| 956          | s1     | 2018-10-23      | aendring    | mellemste | 2017-06-01    |                 |
| 956          | s2     | 2018-05-10      | tilkendelse | laveste   | 2018-06-01    |                 |
| 956          | s2     | 2026-05-10      | aendring    | hoejeste  | 2026-06-01    |                 |
| 956          | s2     | 2026-05-21      | bortfald    |           | 2026-05-20    | doedsfald       |
| 956          | s3     | 2026-05-10      | tilkendelse | mellemste | 2026-06-01    |                 |
| 956          | s3     | 2026-05-25      | bortfald    |           | 2026-05-15    | fraflytning     |
| 956          | s4     | 2023-01-10      | afslag      |           |               |                 |
| 956          | s4     | 2026-02-10      | tilkendelse | mellemste | 2025-09-01    |                 |
| 956          | s5     | 2021-12-10      | tilkendelse | mellemste | 2022-01-01    |                 |
| 956          | s6     | 2025-05-10      | tilkendelse | mellemste | 2025-06-01    |                 |
| 956          | s7     | 2026-01-10      | afslag      |           |               |                 |
| 956          | s7     | 2026-07-10      | tilkendelse | mellemste | 2026-02-01    |                 |
| 707          | d1     | 2026-05-01      | bortfald    |           | 2026-06-01    | alderspension   |

# job
| kommune_kode | borger | job_type  | start_dato |
| 707          | d2     | skaanejob | 2026-01-01 |

# overdragelse
| kommune_kode | borger | til_kommune | dato       |
| 956          | s5     | 101         | 2026-03-01 |
"""  # noqa: E501 - a table is one line per row


@pytest.fixture(scope="module")
def greenland() -> Release:
    """Return Greenland's tables of 2026."""
    return release("GL", country=Country(PERSONS, records(FIELD)), year=2026)


@pytest.fixture(scope="module")
def denmark() -> Release:
    """Return Denmark's tables of 2026."""
    return release("DK", country=Country(PERSONS, records(FIELD)), year=2026)


def cells(made: Release, table_id: str, *key: str) -> dict[str, Cell]:
    """Return the numbers of a row by column."""
    table = next(table for table in made.tables if table.id == table_id)
    line = table.rows[table.keys.index(key)]
    return {column.id: cell for column, cell in zip(table.columns, line, strict=True)}


def some(made: Release, table_id: str, *key: str, of: str) -> tuple[Cell, ...]:
    """Return the numbers of a row in the columns named."""
    found = cells(made, table_id, *key)
    return tuple(found[name] for name in of.split())


def test_greenlands_decisions_and_pensioners_of_the_field_cases(greenland: Release) -> None:
    """T11: awards of S3, S4 and S7, and S7's refusal. T14: S1, S4, S6 and S7, all mellemste."""
    assert some(greenland, "T11", "956", of="afgoerelser tilkendelse afslag") == (4, 3, 1)
    levels = "bestand niveau_hoejeste niveau_mellemste niveau_laveste"
    assert some(greenland, "T14", "956", of=levels) == (4, 0, 4, 0)
    assert some(greenland, "T14", "", of=levels) == (4, 0, 4, 0)


def test_greenlands_flows_of_the_field_cases(greenland: Release) -> None:
    """T15: S1 S2 S4 S5 S6 at first; S7 comes, S2 dies, S5 leaves; S3 never was a pensioner."""
    found = [cell for cell in cells(greenland, "T15", "956").values() if isinstance(cell, int)]
    # primo, stay, come, moved in, leave, moved out, ultimo
    assert found == [5, 3, 1, 0, 2, 0, 4]
    by_cause = {name: cell for name, cell in cells(greenland, "T15b", "956").items() if cell == 1}
    assert any("doedsfald" in name for name in by_cause)
    assert any("fraflytning" in name for name in by_cause)


def test_days_to_the_first_answer_in_the_field_cases(greenland: Release) -> None:
    """T19: S4 193 and S3 212 days, S7 214 to the refusal; quartiles of a half are rounded up."""
    # Q1 193 + 19/4 = 197,75; median 202,5; Q3 207,25.
    kvartiler = (197.8, 202.5, 207.3)
    table = next(table for table in greenland.tables if table.id == "T19")
    width = len(table.dimensions)
    rows = {key: row[width:] for key, row in zip(table.keys, table.rows, strict=True)}
    assert rows["956", "tilkendelse"] == (2, *kvartiler, 0)
    assert rows["956", "afslag"] == (1, 214.0, 214.0, 214.0, 0)
    # S4's refusal of 2023 has no application before it in a first workbook: it stands apart.
    before = release("GL", country=Country(PERSONS, records(FIELD)), year=2023)
    nothing = (Shorthand.NOT_APPLICABLE,) * 3
    table = next(table for table in before.tables if table.id == "T19")
    assert table.rows[table.keys.index(("956", "afslag"))][width:] == (0, *nothing, 1)


def test_denmark_counts_who_had_the_pension_before_and_not_who_moved_in(denmark: Release) -> None:
    """T14: D02 alone. T15: D01 and D02 at first, D01 grows old; S5 is no pensioner of København."""
    assert cells(denmark, "T14", "")["bestand"] == 1
    assert cells(denmark, "T14", "707")["bestand"] == 1
    found = [cell for cell in cells(denmark, "T15", "").values() if isinstance(cell, int)]
    assert (found[:5], found[-1]) == ([2, 1, 0, 0, 1], 1)


TWO_ORDERS = """
# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | niveau    | virkning_dato |
| 956          | o      | 2018-01-10      | tilkendelse | laveste   | 2018-02-01    |
| 956          | o      | 2025-03-01      | aendring    | hoejeste  | 2025-06-01    |
| 956          | o      | 2025-04-01      | aendring    | mellemste | 2025-05-01    |
| 956          | p      | 2019-01-10      | tilkendelse | hoejeste  | 2019-02-01    |
| 956          | p      | 2025-12-31      | aendring    | laveste   | 2026-02-01    |
| 956          | p      | 2026-01-01      | aendring    | mellemste | 2025-06-01    |
"""


def moves(made: Release) -> dict[str, tuple[Cell, ...]]:
    """Return the rows of T16 with a number, after its total: to højeste, mellemste, laveste."""
    table = next(table for table in made.tables if table.id == "T16")
    return {key[0]: row[2:5] for key, row in zip(table.keys, table.rows, strict=True) if row[1]}


def test_t16_follows_the_order_of_decisions_where_the_effects_disagree() -> None:
    """O: laveste to højeste to mellemste, though mellemste takes effect before højeste."""
    country = Country(PERSONS, records(TWO_ORDERS))
    assert moves(release("GL", country=country)) == {
        "": (1, 1, 1),  # p's of 31-12 too, whenever it takes effect
        "laveste": (1, 0, 0),
        "hoejeste": (0, 1, 1),  # o's second, and p's first
    }
    # Decided on 01-01-2026 with an effect in 2025: counts in 2026, from what was decided before.
    assert moves(release("GL", country=country, year=2026)) == {
        "": (0, 1, 0),
        "laveste": (0, 1, 0),
    }


def test_t02_counts_both_days_and_t19_not_the_first() -> None:
    """The same days: 1 and 0 when they are one day, 3 and 2 from the 9th to the 11th."""
    text = """
# borger
| kommune_kode | borger | ansoegning_dato |
| 956          | o      | 2025-05-09      |
| 957          | p      | 2025-05-09      |

# forloeb
| kommune_kode | borger | forloeb_type | start_dato | slut_dato  |
| 956          | o      | revurdering  | 2025-05-09 | 2025-05-09 |
| 957          | p      | revurdering  | 2025-05-09 | 2025-05-11 |

# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | niveau  |
| 956          | o      | 2025-05-09      | tilkendelse | laveste |
| 957          | p      | 2025-05-11      | tilkendelse | laveste |
"""
    made = release("GL", country=Country(PERSONS, records(text)))
    tables = {table.id: table for table in made.tables}
    for kommune, both, after in (("956", 1.0, 0.0), ("957", 3.0, 2.0)):
        t02, t19 = tables["T02"], tables["T19"]
        assert t02.rows[t02.keys.index((kommune, ""))][2:] == (1, both, both, both)
        assert t19.rows[t19.keys.index((kommune, ""))][2:6] == (1, after, after, after)


def test_half_a_tenth_of_a_per_cent_is_rounded_up() -> None:
    """1 of 16 is 6,25 per cent and stands as 6,3; 3 of 16 is 18,75 and stands as 18,8."""
    for refused, share in ((1, 6.3), (3, 18.8)):
        persons = {f"h{n}": ("K", None) for n in range(16)}
        rows: list[Record] = [
            {
                "kommune_kode": "956",
                "borger": name,
                "afgoerelse_dato": date(2025, 5, 5),
                **({"afgoerelse": "afslag"} if n < refused else {"afgoerelse": "tilkendelse"}),
            }
            for n, name in enumerate(persons)
        ]
        made = release("GL", country=Country(persons, {"afgoerelse": rows}))
        assert cells(made, "T12", "956")["andel_afslag"] == share
