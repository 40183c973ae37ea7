"""Hard but real kinds of case, each named as in the check against the field of November 2026.

`field_cases.md` has them as a workbook of form version 1 would. Each gives the findings that law
and practice ask for, and no other. What version 1 has no words for is told again in those of
version 2 (`IN_VERSION_2`).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from fpsheet_templates.load import load_form
from fpsheet_validation.check import check_workbook
from tests.support.rows import make_raw_workbook
from tests.support.tables import read_tables
from tests.validation.rules.example import raw_sheet

CASES = Path(__file__).parent / "field_cases.md"
TODAY = date(2026, 11, 28)
KOMMUNER = {"gl": "956", "dk": "707", "stat": "956"}
EVERYWHERE = {"CPR-004", "CPR-005", "ARB-013"}
"""Every number is a replacement number, and most cases have nothing of the year of the workbook."""

NEXT_YEAR = {"ARB-012"}
"""Something of the year after the workbook's."""

Row = dict[str, str | None]

EXPECTED = {
    # D01: born in 1960, the citizen is 66 on the day, and has old-age pension at 67.
    "D01": {"BRG-014"},
    # G02, S1: an appeals body decides last, with an earlier effect.
    "G02": {"BRG-059"},
    # G03: remitted more than a year ago, and not decided since.
    "G03": {"BRG-072"},
    # G07: postponed more than a year ago, and not assessed since.
    "G07": {"BRG-017"},
    # G08: an appeals body decided on a decision that is not there.
    "G08": {"BRG-047"},
    # G11: version 1 cannot say that the capacity is finally settled.
    "G11": {"BRG-019"},
    # G12, S5: handed over to a kommune of another country.
    "G12": {"OVD-003"},
    "S5": {"OVD-003"},
    # G17: decided under the rules of before the reform.
    "G17": {"BRG-060"},
    # G20: version 1 cannot say why pension was refused.
    "G20": {"BRG-009"},
    # G24: 50 hours of a self-employed fisher are asked about, not refused.
    "G24": {"BRG-010", "JOB-005"},
    # D04: version 1 cannot say that the case is evident; D05 was unlawful without the team.
    "D04": {"BRG-029"},
    "D05": {"BRG-029"},
    # D06: version 1 has no word for what Ankestyrelsen sends back.
    "D06": {"AFG-016", "FLT-001"},
    "D08": {"AFG-023"},
    "D09": {"FLT-017"},
    "D15": {"BRG-013"},
    "S1": {"BRG-059"},
    "S2": {"BRG-061"},
    "S3": {"BRG-061"},
}

IN_VERSION_2: dict[str, tuple[dict[tuple[str, int], Row], set[str]]] = {
    # case → (sheet, number of the case's row there) → cells, and what is found then.
    "G02": ({("afgoerelse", 1): {"paaklaget_dato": "2017-06-30"}}, set()),
    "S1": ({("afgoerelse", 1): {"paaklaget_dato": "2017-06-30"}}, set()),
    "G11": ({("vurdering", 0): {"endeligt_afklaret": "Ja"}}, set()),
    "G20": ({("afgoerelse", 0): {"afslagsaarsag": "Udeblivelse"}}, set()),
    "G26": (
        {
            ("afgoerelse", 1): {
                "afgoerelse": "Stadfæstet efter klage",
                "paaklaget_dato": "2025-05-10",
            }
        },
        set(),
    ),
    "D03": (
        {
            ("afgoerelse", 1): {
                "afgoerelse": "Pensionen er gjort hvilende",
                "bortfald_aarsag": None,
            },
            ("afgoerelse", 2): {"afgoerelse": "Hvilende pension er genoptaget"},
        },
        set(),
    ),
    "G12": ({("overdragelse", 0): {"til_kommune": "Danmark"}}, set()),
    "S5": ({("overdragelse", 0): {"til_kommune": "Danmark"}}, set()),
    "D04": ({("afgoerelse", 0): {"uden_team": "paragraf_18_2"}}, set()),
    # BRG-070 reads a field that version 1 has not, so nothing is asked before the upgrade.
    "D14": ({}, {"BRG-070"}),
    "D06": (
        {
            ("afgoerelse", 1): {
                "afgoerelse": "Hjemvist til ny behandling efter klage",
                "paaklaget_dato": "2024-03-01",
            }
        },
        {"BRG-072"},
    ),
}


@cache
def books(cases: Path = CASES) -> dict[str, dict[str, list[Row]]]:
    """Return book → sheet → rows."""
    found: dict[str, dict[str, list[Row]]] = defaultdict(dict)
    for table in read_tables(cases.read_text(encoding="utf-8")):
        book, _, sheet = table.title.partition(" ")
        found[book][sheet] = [dict(record) for record in table.records()]
    return found


def citizens() -> dict[str, tuple[str, str]]:
    """Return case → book and CPR number."""
    return {
        str(row["case"]): (book, str(row["cpr"]))
        for book, sheets in books().items()
        for row in sheets["borger"]
    }


def find(
    case: str, changes: dict[tuple[str, int], Row], version: int, today: date = TODAY
) -> set[str]:
    """Return the codes found in one citizen's rows, read as those of a form version."""
    book, cpr = citizens()[case]
    form = load_form(version)
    sheets = []
    for sheet, every in books()[book].items():
        rows = [{**row, "sagsbehandler": "AB"} for row in every if row["cpr"] == cpr]
        for number, row in enumerate(rows):
            row.update(changes.get((sheet, number), {}))
        sheets.append(raw_sheet(form, sheet, rows))
    meta = {"kommune_kode": KOMMUNER[book]}
    raw = make_raw_workbook(form, sheets, meta=meta)
    check = check_workbook(raw, load_form(), today=today)
    assert check.not_run == ()
    return {finding.code for finding in check.findings} - EVERYWHERE


@pytest.mark.parametrize("case", citizens())
def test_case_of_version_1(case: str) -> None:
    """A version 1 workbook with the case gives what law and practice ask for."""
    assert find(case, {}, 1) == EXPECTED.get(case, set())


@pytest.mark.parametrize("case", IN_VERSION_2)
def test_case_in_the_words_of_version_2(case: str) -> None:
    """What version 1 could not say is said, and the finding goes; what it could not ask, comes."""
    changes, expected = IN_VERSION_2[case]
    assert find(case, changes, 2) == expected


@pytest.mark.parametrize(
    ("kind", "rest"),
    [
        ("Ressourceforløb", {}),
        (
            "Møde i rehabiliteringsteam",
            {"indstilling": "Førtidspension", "slut_dato": "2026-07-01", "deltog_borger": "Ja"},
        ),
    ],
)
def test_what_the_reform_ended_is_offered_to_rows_of_before_it(kind: str, rest: Row) -> None:
    """D09: the last day is 30 June 2026, of the team's meetings too; a day later it is asked about.

    Lov 1750/2025; which of its two days is meant was not found, so the later one is used.
    """
    result: Row = {"resultat": "Arbejdsevnen er afklaret"} if rest else {}
    row: Row = {"forloeb_type": kind, "start_dato": "2026-07-01", **rest, **result}
    assert find("D09", {("forloeb", 0): row}, 2) == {"FLT-017"}
    eve = {name: "2026-06-30" if text == "2026-07-01" else text for name, text in row.items()}
    assert find("D09", {("forloeb", 0): eve}, 2) == set()


@pytest.mark.parametrize(
    ("branche", "found"),
    [
        ("G Handel", {"FLT-017"}),
        ("G", {"FLT-017"}),
        ("Handel (DB25 G)", set[str]()),
        ("DB25-G", set[str]()),
        ("Fiskefabrikker (DB25 C 10.20)", set[str]()),
        ("Undervisning", {"FLT-015"}),
    ],
)
def test_letters_of_db07_are_of_jobs_begun_before_2027(branche: str, found: set[str]) -> None:
    """D02: the letter of CVR is one of DB25, and means another branch from J on."""
    job: Row = {"start_dato": "2027-01-04", "branche": branche}
    assert find("D02", {("job", 0): job}, 2, date(2027, 2, 1)) - NEXT_YEAR == found
    job["start_dato"] = "2026-12-31"
    assert find("D02", {("job", 0): job}, 2, date(2027, 2, 1)) == found - {"FLT-017"}


@pytest.mark.parametrize(
    ("goal", "day", "found"),
    [
        ("Danmark", "2026-03-01", set[str]()),
        ("Færøerne", "2026-03-01", set[str]()),
        ("Et andet land", "2025-11-01", set[str]()),
        ("Danmark", "2025-11-01", {"BRG-069"}),
        ("Færøerne", "2025-11-01", {"BRG-069"}),
        ("961 Uden for kommunal inddeling", "2025-11-01", set[str]()),
        ("101 Københavns Kommune", "2026-03-01", {"OVD-003"}),
        ("Grønland", "2026-03-01", {"FLT-016"}),
    ],
)
def test_a_citizen_moves_to_another_country(goal: str, day: str, found: set[str]) -> None:
    """G12: the country is chosen; within the realm the pension is kept for 12 months (§ 7 b)."""
    assert find("G12", {("overdragelse", 0): {"til_kommune": goal, "dato": day}}, 2) == found


@pytest.mark.parametrize(
    ("start", "followed", "today", "found"),
    [
        ("2027-01-04", None, date(2027, 7, 4), set[str]()),
        ("2027-01-04", None, date(2027, 7, 5), {"JOB-008"}),
        ("2027-01-04", "2027-06-01", date(2028, 6, 1), set[str]()),
        ("2027-01-04", "2027-06-01", date(2028, 6, 2), {"JOB-007"}),
        ("2026-01-01", None, date(2028, 6, 2), set[str]()),
    ],
)
def test_a_skaanejob_is_followed_up_after_6_and_then_every_12_months(
    start: str, followed: str | None, today: date, found: set[str]
) -> None:
    """D02: of jobs of before form version 2 nobody is asked to write the follow-up."""
    job: Row = {"start_dato": start, "branche": "DB25-G", "opfoelgning_dato": followed}
    assert find("D02", {("job", 0): job}, 2, today) - NEXT_YEAR == found


def test_the_page_says_of_each_finding_whether_it_was_asked_for() -> None:
    """docs/field-cases.md has a line for every finding; what goes in version 2 is called so."""
    page = (Path(__file__).parents[2] / "docs" / "field-cases.md").read_text(encoding="utf-8")
    table, _, _ = page.partition("\n## ")
    lines = [line.split("|") for line in table.splitlines() if line.startswith("| ")][1:]
    said = {(case.strip(), rule.strip()): word.strip() for _, rule, case, word, *_ in lines}
    asked = [*EXPECTED.items(), *((case, codes) for case, (_, codes) in IN_VERSION_2.items())]
    assert set(said) == {(case, code) for case, codes in asked for code in codes}
    for (case, code), word in said.items():
        left = IN_VERSION_2[case][1] if case in IN_VERSION_2 else EXPECTED[case]
        assert (word == "version 2") == (code not in left), (case, code)
    assert [list(said.values()).count(word) for word in ("yes", "version 2", "open")] == [15, 9, 0]
