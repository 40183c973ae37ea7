"""Who has the pension on a day: cases from life, worked by hand, one line each.

S1, S2, S3 and S5 are real or realistic cases from the field (an appeal upheld with an earlier
effect; a change decided before a death; an award decided before a move abroad; a move from
Greenland to København). A case says what the kommuner reported and what holds on which days.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from fpsheet_sync.statistics.facts.scope import ENHED, Scope
from fpsheet_sync.statistics.facts.workspace import fact_tables
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_templates.load import load_form
from tests.support.country import Country, stored
from tests.support.schema import SCHEMA

if TYPE_CHECKING:
    from tests.support.country import Record

FORM = load_form()
CASES = {
    # name: ("decided kind level/cause from-day" …, day → where and what, "-" for no pension)
    "an award counts from its virkning": (
        "956 2025-05-10 tilkendelse mellemste 2025-06-01",
        "2025-05-31 - | 2025-06-01 956 mellemste | 2040-01-01 956 mellemste",
    ),
    "without a virkning it counts from the day of the decision": (
        "956 2025-05-10 tilkendelse mellemste -",
        "2025-05-09 - | 2025-05-10 956 mellemste",
    ),
    "S1: an appeal decided last holds, though it takes effect earlier": (
        """956 2017-06-30 tilkendelse laveste 2017-07-01
        956 2018-10-23 aendring mellemste 2017-06-01""",
        (
            "2017-05-31 - | 2017-06-01 956 mellemste | 2017-07-01 956 mellemste"
            " | 2026-12-31 956 mellemste"
        ),
    ),
    "S1 with the appeal decided before the first decision takes effect": (
        """956 2017-05-20 tilkendelse laveste 2017-07-01
        956 2017-06-10 aendring mellemste 2017-06-01""",
        "2017-06-01 956 mellemste | 2017-07-01 956 mellemste",
    ),
    "S2: a change decided before a death, to take effect after it": (
        """956 2018-05-10 tilkendelse laveste 2018-06-01
        956 2026-05-10 aendring hoejeste 2026-06-01
        956 2026-05-21 bortfald doedsfald 2026-05-20""",
        "2026-05-19 956 laveste | 2026-05-20 - | 2026-06-01 - | 2030-01-01 -",
    ),
    "what is decided after a death for the time before it gives no pension after it": (
        """956 2018-05-10 tilkendelse laveste 2018-06-01
        956 2026-05-21 bortfald doedsfald 2026-05-20
        956 2026-09-01 aendring hoejeste 2026-01-01""",
        (
            "2025-12-31 956 laveste | 2026-01-01 956 hoejeste | 2026-05-19 956 hoejeste"
            " | 2026-05-20 - | 2026-09-01 -"
        ),
    ),
    "an award settled on the day the death was recorded": (
        """956 2026-05-21 tilkendelse hoejeste 2026-03-01
        956 2026-05-21 bortfald doedsfald 2026-05-02""",
        "2026-02-28 - | 2026-03-01 956 hoejeste | 2026-05-01 956 hoejeste | 2026-05-02 -",
    ),
    "even an award decided after a death gives nothing after it": (
        """956 2026-05-21 bortfald doedsfald 2026-05-20
        956 2026-06-10 tilkendelse hoejeste 2026-07-01""",
        "2026-05-20 - | 2026-07-01 - | 2027-01-01 -",
    ),
    "S3: an award decided before the citizen left the country": (
        """956 2026-05-10 tilkendelse mellemste 2026-06-01
        956 2026-05-25 bortfald fraflytning 2026-05-15""",
        "2026-05-31 - | 2026-06-01 - | 2027-01-01 -",
    ),
    "S3 with the departure known in advance": (
        """956 2020-05-10 tilkendelse mellemste 2020-06-01
        956 2026-04-01 bortfald fraflytning 2026-05-15
        956 2026-05-10 aendring hoejeste 2026-06-01""",
        "2026-05-14 956 mellemste | 2026-05-15 - | 2026-06-01 -",
    ),
    "who comes back and is granted the pension again has it, and its changes": (
        """956 2018-05-10 tilkendelse laveste 2018-06-01
        956 2021-02-01 bortfald fraflytning 2021-01-15
        956 2023-03-01 tilkendelse mellemste 2023-04-01
        956 2024-03-01 aendring hoejeste 2024-04-01""",
        (
            "2021-01-14 956 laveste | 2021-01-15 - | 2023-03-31 - | 2023-04-01 956 mellemste"
            " | 2024-04-01 956 hoejeste"
        ),
    ),
    "an appeal about the pension before the departure does not bring it back": (
        """956 2018-05-10 tilkendelse laveste 2018-06-01
        956 2021-02-01 bortfald fraflytning 2021-01-15
        956 2021-09-01 aendring mellemste 2018-06-01""",
        "2018-06-01 956 mellemste | 2021-01-14 956 mellemste | 2021-01-15 - | 2022-01-01 -",
    ),
    "S5: a move to København is a departure; Denmark has granted nothing": (
        """956 2021-12-10 tilkendelse mellemste 2022-01-01
        956 2026-03-01 overdragelse 101 -""",
        "2026-02-28 956 mellemste | 2026-03-01 - | 2027-01-01 -",
    ),
    "S5 with a change decided before the move": (
        """956 2021-12-10 tilkendelse mellemste 2022-01-01
        956 2026-02-10 aendring hoejeste 2026-04-01
        956 2026-03-01 overdragelse danmark -""",
        "2026-02-28 956 mellemste | 2026-03-01 - | 2026-04-01 -",
    ),
    "who comes home from København and is granted again": (
        """956 2021-12-10 tilkendelse mellemste 2022-01-01
        956 2023-03-01 overdragelse 101 -
        957 2025-01-10 tilkendelse laveste 2025-02-01""",
        "2023-02-28 956 mellemste | 2023-03-01 - | 2025-01-31 - | 2025-02-01 957 laveste",
    ),
    "what a Danish kommune reports gives no pension in Greenland": (
        "101 2025-05-10 tilkendelse - 2025-06-01",
        "2025-06-01 -",
    ),
    "S4: refused on a first application, granted backwards on a second": (
        """956 2023-01-10 afslag - -
        956 2026-02-10 tilkendelse mellemste 2025-09-01""",
        "2023-01-10 - | 2025-08-31 - | 2025-09-01 956 mellemste | 2027-01-01 956 mellemste",
    ),
    "S7: a refusal that an appeal turned into an award from before it": (
        """956 2026-01-10 afslag - -
        956 2026-07-10 tilkendelse mellemste 2026-01-01""",
        "2025-12-31 - | 2026-01-01 956 mellemste | 2026-01-10 956 mellemste",
    ),
    "a move inside the country changes the kommune and nothing else": (
        """956 2021-12-10 tilkendelse mellemste 2022-01-01
        956 2026-03-01 overdragelse 955 -""",
        "2026-02-28 956 mellemste | 2026-03-01 955 mellemste",
    ),
    "old-age pension decided early is not lost to a change decided in between": (
        """956 2018-05-10 tilkendelse laveste 2018-06-01
        956 2026-03-01 bortfald alderspension 2026-09-01
        956 2026-04-10 aendring hoejeste 2026-05-01""",
        (
            "2026-04-30 956 laveste | 2026-05-01 956 hoejeste | 2026-08-31 956 hoejeste"
            " | 2026-09-01 -"
        ),
    ),
    "nor to one that was to take effect after it": (
        """956 2018-05-10 tilkendelse laveste 2018-06-01
        956 2026-03-01 bortfald alderspension 2026-09-01
        956 2026-04-10 aendring hoejeste 2026-10-01""",
        "2026-08-31 956 laveste | 2026-09-01 - | 2026-10-01 -",
    ),
    "a withdrawal decided early is not lost to a change of the time before it": (
        """956 2018-05-10 tilkendelse laveste 2018-06-01
        956 2026-03-01 bortfald frakendt 2026-06-01
        956 2026-04-10 aendring mellemste 2026-05-01""",
        "2026-05-01 956 mellemste | 2026-05-31 956 mellemste | 2026-06-01 -",
    ),
    "a withdrawal that is undone before it takes effect never does": (
        """956 2018-05-10 tilkendelse laveste 2018-06-01
        956 2026-03-01 bortfald frakendt 2026-06-01
        956 2026-05-10 aendring laveste 2026-06-01""",
        "2026-05-31 956 laveste | 2026-06-01 956 laveste | 2027-01-01 956 laveste",
    ),
    "a withdrawal undone on appeal with effect from its own day": (
        """956 2018-05-10 tilkendelse laveste 2018-06-01
        956 2026-03-01 bortfald frakendt 2026-04-01
        956 2026-11-10 tilkendelse mellemste 2026-04-01""",
        "2026-03-31 956 laveste | 2026-04-01 956 mellemste",
    ),
    "withdrawn, and granted again years later": (
        """956 2018-05-10 tilkendelse laveste 2018-06-01
        956 2020-03-01 bortfald frakendt 2020-04-01
        956 2024-11-10 tilkendelse mellemste 2025-01-01""",
        "2020-03-31 956 laveste | 2020-04-01 - | 2024-12-31 - | 2025-01-01 956 mellemste",
    ),
    "two levels granted backwards by decisions of one day": (
        """956 2025-09-01 tilkendelse mellemste 2025-01-01
        956 2025-09-01 aendring hoejeste 2025-06-01""",
        "2025-01-01 956 mellemste | 2025-05-31 956 mellemste | 2025-06-01 956 hoejeste",
    ),
    "unchanged without a level changes nothing, nor does a refusal": (
        """956 2018-05-10 tilkendelse laveste 2018-06-01
        956 2023-05-10 uaendret - -
        956 2024-05-10 afslag - -""",
        "2023-05-10 956 laveste | 2024-05-10 956 laveste",
    ),
    "a postponement with a level gives the pension": (
        "956 2024-06-30 udsaettelse hoejeste -",
        "2024-06-29 - | 2024-06-30 956 hoejeste",
    ),
    "a pension from before lasts until the first decision takes effect": (
        """956 - foer - -
        956 2025-05-10 uaendret laveste 2025-06-01""",
        "2016-01-01 956 foer_reform | 2025-05-31 956 foer_reform | 2025-06-01 956 laveste",
    ),
    "a pension from before ends with a death": (
        """956 - foer - -
        956 2026-05-21 bortfald doedsfald 2026-05-20""",
        "2026-05-19 956 foer_reform | 2026-05-20 -",
    ),
}
DENMARK = {
    "D01: a pension from before the first workbook ends with old-age pension": (
        """851 - foer - -
        851 2026-05-01 bortfald alderspension 2026-06-01""",
        "2026-05-31 851 foer_reform | 2026-06-01 -",
    ),
    "D02: a pension from before the first workbook of which nothing is decided": (
        "851 - foer - -",
        "2026-05-31 851 foer_reform | 2030-01-01 851 foer_reform",
    ),
    "D01 as it was reported before it could be said": (
        "851 2026-05-01 bortfald alderspension 2026-06-01",
        "2020-01-01 851 foer_reform | 2026-05-31 851 foer_reform | 2026-06-01 -",
    ),
    "D02 as it was reported before it could be said: a skånejob is for pensioners": (
        "851 2026-01-01 job skaanejob -",
        "2025-12-31 851 foer_reform | 2030-01-01 851 foer_reform",
    ),
    "a skånejob beside an award tells of no other pension": (
        """851 2024-01-01 job skaanejob -
        851 2025-05-01 tilkendelse - 2025-06-01""",
        "2025-05-31 - | 2025-06-01 851 uoplyst",
    ),
    "who is reported not to have had the pension before has none": (
        """851 - ikke_foer - -
        851 2026-05-01 bortfald andet 2026-06-01""",
        "2026-05-31 -",
    ),
    "other supported work tells of no pension": (
        "851 2026-01-01 job fleksjob -",
        "2026-05-31 -",
    ),
    "S5 again: who comes from Greenland is no pensioner of a Danish kommune": (
        """956 2021-12-10 tilkendelse mellemste 2022-01-01
        956 2026-03-01 overdragelse 101 -""",
        "2026-02-28 - | 2026-03-01 -",
    ),
    "nor where the Danish kommune reports something else about the citizen": (
        """956 2021-12-10 tilkendelse mellemste 2022-01-01
        956 2026-03-01 overdragelse 101 -
        101 2026-05-01 afslag - -""",
        "2026-03-01 - | 2026-05-01 -",
    ),
    "D03: a pension put on hold and resumed is held all the time": (
        """707 2020-07-01 tilkendelse - 2020-08-01
        707 2024-03-01 hvilende - -
        707 2025-06-01 genoptaget - -""",
        "2020-08-01 707 uoplyst | 2024-03-01 707 uoplyst | 2025-06-01 707 uoplyst",
    ),
    "until a Danish kommune grants the pension": (
        """956 2021-12-10 tilkendelse mellemste 2022-01-01
        956 2026-03-01 overdragelse 101 -
        101 2026-05-01 tilkendelse - 2026-06-01""",
        "2026-05-31 - | 2026-06-01 101 uoplyst",
    ),
}


def read_case(text: str) -> dict[str, list[Record]]:
    """Read the lines of a case into records of one citizen."""
    sheets = ("borger", "afgoerelse", "overdragelse", "job")
    found: dict[str, list[Record]] = {sheet: [] for sheet in sheets}
    for line in text.splitlines():
        kommune, day, kind, what, effective = line.split()
        own: Record = {"kommune_kode": kommune, "borger": "x"}
        if kind in {"foer", "ikke_foer"}:
            said = "ja" if kind == "foer" else "nej"
            found["borger"].append(own | {"pensionist_foer_reform": said})
        elif kind == "job":
            found["job"].append(own | {"job_type": what, "start_dato": as_day(day)})
        elif kind == "overdragelse":
            found["overdragelse"].append(own | {"til_kommune": what, "dato": as_day(day)})
        else:
            field = "bortfald_aarsag" if kind == "bortfald" else "niveau"
            rest = {field: None if what == "-" else what, "virkning_dato": as_day(effective)}
            decided = {"afgoerelse": kind, "afgoerelse_dato": as_day(day)}
            found["afgoerelse"].append(own | decided | rest)
    return found


def as_day(text: str) -> date | None:
    """Read a day; "-" is none."""
    return None if text == "-" else date.fromisoformat(text)


def pension_on(records: dict[str, list[Record]], day: date, land: str) -> str:
    """Return kommune and level that the one definition finds, "-" for no pension."""
    kommuner = tuple(k.code for k in FORM.kommuner.values() if k.jurisdiction == land)
    scope = Scope(SCHEMA, Period(day, day), kommuner)
    with (
        stored(Country({"x": ("K", date(1980, 1, 1))}, records)) as connection,
        fact_tables(connection, scope, ("pensionister",)) as tables,
    ):
        people = tables["pensionister"].c
        found = connection.execute(select(people[ENHED], people.kommune, people.niveau)).all()
    assert len(found) <= 1
    return f"{found[0].kommune} {found[0].niveau}" if found else "-"


@pytest.mark.parametrize(
    ("land", "name"), [("GL", name) for name in CASES] + [("DK", name) for name in DENMARK]
)
def test_the_pension_on_a_day_is_what_the_case_says(land: str, name: str) -> None:
    """Every day of every case holds what was worked out by hand."""
    lines, days = (CASES | DENMARK)[name]
    records = read_case(lines)
    for each in days.split(" | "):
        day, wanted = each.split(" ", 1)
        found = pension_on(records, date.fromisoformat(day), land)
        assert found == wanted, f"{name}, {day}"


@pytest.mark.parametrize("name", list(CASES))
def test_the_order_of_the_rows_changes_nothing(name: str) -> None:
    """Decisions reported in the opposite order give the same pension."""
    lines, days = CASES[name]
    records = read_case("\n".join(reversed(lines.splitlines())))
    day, wanted = days.split(" | ")[-1].split(" ", 1)
    assert pension_on(records, date.fromisoformat(day), "GL") == wanted
