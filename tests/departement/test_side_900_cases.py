"""The list to side 900, which people are paid by: S1 to S7, D01 and D02, by the command line.

Worked by hand: on every day of a list, who is on it and at which level.
"""

from __future__ import annotations

import pytest

from tests.departement.test_lists import ANNA, BODIL, Desk, desk, sqlite_desk
from tests.support.submissions import Sending, submit

__all__ = ["desk", "sqlite_desk"]

S1, S2, S3, S4, S5, S6, S7 = (f"61018{n}900{n}" for n in range(1, 8))
D01, D02 = "6201819001", "6201829002"
GREENLAND = f"""
# borger
| id | cpr  | pensionist_foer_reform | ansoegning_dato |
| 1  | {S1} | nej                    | 2017-05-11      |
| 2  | {S2} | nej                    | 2018-01-10      |
| 3  | {S3} | nej                    | 2025-10-10      |
| 4  | {S4} | nej                    | 2025-08-01      |
| 5  | {S5} | nej                    | 2019-01-10      |
| 6  | {S6} | nej                    | 2025-01-10      |
| 7  | {S7} | nej                    | 2025-06-10      |

# afgoerelse
| id | cpr  | afgoerelse_dato | afgoerelse  | niveau    | virkning_dato | bortfald_aarsag |
| 1  | {S1} | 2017-06-30      | tilkendelse | laveste   | 2017-07-01    |                 |
| 2  | {S1} | 2018-10-23      | aendring    | mellemste | 2017-06-01    |                 |
| 3  | {S2} | 2018-05-10      | tilkendelse | laveste   | 2018-06-01    |                 |
| 4  | {S2} | 2026-05-10      | aendring    | hoejeste  | 2026-06-01    |                 |
| 5  | {S2} | 2026-05-21      | bortfald    |           | 2026-05-20    | doedsfald       |
| 6  | {S3} | 2026-05-10      | tilkendelse | mellemste | 2026-06-01    |                 |
| 7  | {S3} | 2026-05-25      | bortfald    |           | 2026-05-15    | fraflytning     |
| 8  | {S4} | 2023-01-10      | afslag      |           |               |                 |
| 9  | {S4} | 2026-02-10      | tilkendelse | mellemste | 2025-09-01    |                 |
| 10 | {S5} | 2021-12-10      | tilkendelse | mellemste | 2022-01-01    |                 |
| 11 | {S6} | 2025-05-10      | tilkendelse | mellemste | 2025-06-01    |                 |
| 12 | {S7} | 2026-01-10      | afslag      |           |               |                 |
| 13 | {S7} | 2026-07-10      | tilkendelse | mellemste | 2026-02-01    |                 |

# overdragelse
| id | cpr  | til_kommune | dato       |
| 1  | {S5} | 101         | 2026-03-01 |
"""
DENMARK = f"""
# borger
| id | cpr   |
| 1  | {D01} |
| 2  | {D02} |

# afgoerelse
| id | cpr   | afgoerelse_dato | afgoerelse | virkning_dato | bortfald_aarsag |
| 1  | {D01} | 2026-05-01      | bortfald   | 2026-06-01    | alderspension   |

# job
| id | cpr   | job_type  | start_dato |
| 1  | {D02} | skaanejob | 2026-01-01 |
"""
ALWAYS = {ANNA: "Mellemste", BODIL: "Før reformen"}
"""Reported by another kommune: nothing of theirs changes."""
MELLEMSTE = "Mellemste"
DAYS = {
    "30-06-2017": {S1: MELLEMSTE},
    "31-12-2025": {S1: MELLEMSTE, S2: "Laveste", S4: MELLEMSTE, S5: MELLEMSTE, S6: MELLEMSTE},
    "28-02-2026": {
        S1: MELLEMSTE,
        S2: "Laveste",
        S4: MELLEMSTE,
        S5: MELLEMSTE,
        S6: MELLEMSTE,
        S7: MELLEMSTE,
    },
    "01-03-2026": {S1: MELLEMSTE, S2: "Laveste", S4: MELLEMSTE, S6: MELLEMSTE, S7: MELLEMSTE},
    "19-05-2026": {S1: MELLEMSTE, S2: "Laveste", S4: MELLEMSTE, S6: MELLEMSTE, S7: MELLEMSTE},
    "20-05-2026": {S1: MELLEMSTE, S4: MELLEMSTE, S6: MELLEMSTE, S7: MELLEMSTE},
    "01-06-2026": {S1: MELLEMSTE, S4: MELLEMSTE, S6: MELLEMSTE, S7: MELLEMSTE},
    "31-12-2030": {S1: MELLEMSTE, S4: MELLEMSTE, S6: MELLEMSTE, S7: MELLEMSTE},
}


@pytest.mark.slow
def test_the_dead_the_departed_and_the_danes_are_not_on_the_list(sqlite_desk: Desk) -> None:
    """No S2 from the day of death, no S3 ever, no S5 from the move; D01 and D02 are Denmark's."""
    sqlite_desk.take(
        submit(GREENLAND, Sending(kommune="955", workbook="E7Q2M9XA")),
        submit(DENMARK, Sending(kommune="751", workbook="F7Q2M9XA")),
    )
    for day, wanted in DAYS.items():
        name = f"s{day}.xlsx"
        words = ("--out", sqlite_desk.folder / name, "--day", day)
        assert sqlite_desk.run("export", "side900", *words) == 0
        _, *listed = sqlite_desk.list_rows(name)
        # Who was on the list before stands once more without a level, as ended.
        found = {row[0].replace("-", ""): row[2] for row in listed if row[2]}
        always = ALWAYS if day != "30-06-2017" else {BODIL: "Før reformen"}
        assert found == always | wanted, day
        ended = {row[0].replace("-", "") for row in listed if row[-1] == "Ophørt"}
        assert ended == {"01-03-2026": {S5}, "20-05-2026": {S2}}.get(day, set()), day


@pytest.mark.slow
def test_history_tells_the_same_of_each_case(
    sqlite_desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the end of 2030, which no case reaches: the first line says the level, or that none is."""
    sqlite_desk.take(
        submit(GREENLAND, Sending(kommune="955", workbook="E7Q2M9XA")),
        submit(DENMARK, Sending(kommune="751", workbook="F7Q2M9XA")),
    )
    wanted = {
        **dict.fromkeys((S1, S4, S6, S7), "Førtidspension den 31-12-2030: Mellemste"),
        **dict.fromkeys((S2, S3, S5, D01), "Ingen førtidspension den 31-12-2030"),
        D02: "Førtidspension den 31-12-2030: Før reformen",
    }
    for number, told in wanted.items():
        capsys.readouterr()
        assert sqlite_desk.run("history", number, "--as-of", "31-12-2030") == 0
        assert capsys.readouterr().out.startswith(told)
