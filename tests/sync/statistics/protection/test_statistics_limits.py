"""What readers know of numbers that are no sums, and what figures tell of the country's numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from fpsheet_sync.disclosure.prints import Print
from fpsheet_sync.disclosure.settings import Rounding
from fpsheet_sync.statistics.protection.kept_rounding import Before
from fpsheet_sync.statistics.protection.kommune_knowledge import tell_parts
from fpsheet_sync.statistics.protection.relation import tell
from fpsheet_sync.statistics.protection.relations_within import inside_relations
from fpsheet_sync.statistics.protection.release_cells import release_cells
from fpsheet_sync.statistics.stat_table import Period, Shorthand
from fpsheet_sync.statistics.tables.benchmark import Benchmark
from fpsheet_sync.statistics.tables.number_name import Number
from fpsheet_sync.statistics.tables.public_tables import public_tables
from fpsheet_templates.load import load_form
from tests.support.audited_prints import audit_prints
from tests.support.country import Country, Record, editions, public_editions
from tests.sync.statistics.publication.test_statistics_printing import cell
from tests.sync.statistics.tables.test_statistics_country import release

if TYPE_CHECKING:
    from fpsheet_sync.disclosure.cells import CellId
    from fpsheet_sync.statistics.stat_table import Release

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
DAYS = ("2025-12-31", "2025-12-31")


def number(of: str, **codes: str) -> Number:
    """Name a number of 955."""
    return Number(of, DAYS, "955", frozenset(codes.items()))


def test_people_counted_once_are_limited_by_their_jobs_and_by_each_other() -> None:
    """Nine people: six with a fleksjob and four with a skånejob, seven and four such jobs."""
    numbers = {
        number("job.sidste_dag.distinct"): 9,
        number("job.sidste_dag.distinct", job_type="fleksjob"): 6,
        number("job.sidste_dag.distinct", job_type="skaanejob"): 4,
        number("job.sidste_dag"): 11,
        number("job.sidste_dag", job_type="fleksjob"): 7,
        number("job.sidste_dag", job_type="skaanejob"): 4,
    }
    found = tell(inside_relations(numbers, (), load_form()), numbers)
    left = {each.id: each.value for each in found.cells}
    people, jobs = "job.sidste_dag.distinct|2025-12-31|2025-12-31|land=955", "job.sidste_dag|"
    one = [name for name in left if name.startswith(f"{people}|job_type=skaanejob <= {jobs}")]
    assert [left[name] for name in one] == [0]
    together = [name for name in left if name.startswith(f"{people} <= {people}|")]
    # Six and four are ten together, and the nine leave one who has both.
    assert sorted(left[name] for name in together) == [1, 10]
    assert all(each.owner == "955" and not each.is_count for each in found.cells)


def decided(*groups: tuple[str, str, int]) -> Country:
    """Return a country with some decisions per kommune, of men born in 1980."""
    rows: list[Record] = [
        {
            "kommune_kode": kommune,
            "borger": f"{kommune}-{kind}-{place}",
            "afgoerelse": kind,
            "afgoerelse_dato": date(2025, 5, 5),
            **({"niveau": "hoejeste"} if kind == "tilkendelse" else {}),
        }
        for kommune, kind, count in groups
        for place in range(count)
    ]
    persons = {str(row["borger"]): ("M", date(1980, 1, 1)) for row in rows}
    return Country(persons, {"afgoerelse": rows})


def test_a_published_share_is_taken_of_the_printed_decisions() -> None:
    """955 refused 3 of 90; with the published 4000 of 20000 one in five of what is printed."""
    country = decided(("955", "tilkendelse", 87), ("955", "afslag", 3))
    published = tuple(
        Benchmark("GL", 2025, measure, value)
        for measure, value in (("tilkendelser", 16000.0), ("afslag", 4000.0))
    )
    national, own = public_editions(country, YEAR, benchmarks=published)
    decisions = cell(national, "T12", ("",), "afgoerelser")
    assert decisions in {90, 95}  # 87 is printed as 85 or 90, 3 as 0 or 5
    for made, key in ((national, ("",)), (own, ("955",))):
        assert cell(made, "T12", key, "forventet") == int(str(decisions)) // 5
        assert cell(made, "T12", key, "indeks") is Shorthand.UNRELIABLE


def test_the_comparison_by_sex_and_age_is_in_internal_editions_alone() -> None:
    """Five decisions of men born in 1980 would show as the share of men of 40 to 49."""
    made = release("GL", country=decided(("955", "tilkendelse", 5), ("956", "afslag", 5)))
    assert "T12b" in {table.id for table in made.tables}
    assert "T12b" not in {table.id for table in public_tables(made).tables}


def test_what_a_kommune_counts_itself_of_the_countrys_is_told() -> None:
    """Refusals by quarter stand for the country alone; 955, with all but one of them, is counted
    on to know its own.
    """
    full = editions(
        decided(("955", "afslag", 7), ("956", "afslag", 1), ("955", "tilkendelse", 30)), YEAR
    )
    described = release_cells([public_tables(made) for made in full], load_form())
    told = tell_parts(described, full)
    name = "afgoerelse.afslag|2025-04-01|2025-06-30|land=955"
    parts = {str(each.id): each for each in told.cells}
    assert name not in {each.id for each in described.cells}
    assert (parts[name].value, parts[name].owner) == (7, "955")
    assert name in told.unprinted


HALVES = (
    Period(date(2025, 1, 1), date(2025, 6, 30)),
    Period(date(2025, 7, 1), date(2025, 12, 31)),
)


def by_age(country: Country, days: Period) -> list[Release]:
    """Return every edition, the country's first, with the table that it alone has in public."""
    made = editions(country, days)
    return [
        replace(each, tables=tuple(table for table in each.tables if table.id == "T11c"))
        for each in made
    ]


def awards(days: Period) -> CellId:
    """Name the awards to men, which are printed for the country alone."""
    period = (str(days.fra), str(days.til))
    return Number("afgoerelse.tilkendelse", period, "GL", frozenset({("koen", "M")})).id


def test_what_a_kommune_counts_of_earlier_periods_narrows_a_later_one() -> None:
    """Printed are 0 for the year and for its first half, and then 5 for the second.

    The year is at most 4, and 955 has two of the first half: so the second has one or two, and the
    year three or four. The public takes the second for anything from 1 to 4.
    """
    both = decided(("955", "tilkendelse", 2), ("956", "tilkendelse", 1))
    early, late = both.records["afgoerelse"][:2], both.records["afgoerelse"][2:]
    autumn = [{**row, "afgoerelse_dato": date(2025, 9, 9)} for row in late]
    country = Country(both.persons, {"afgoerelse": [*early, *autumn]})
    first, second = HALVES
    past = [made for days in (YEAR, first) for made in by_age(country, days)]
    now = by_age(country, second)
    counts = {awards(YEAR): 3, awards(first): 2}
    stood = {name: (Print(0, 5, 4, count),) for name, count in counts.items()}
    printed = [made for made in past if made.area == "GL"]
    described = release_cells(now[:1], load_form(), before=Before({}, stood), past=printed)
    told = tell_parts(described, (*now, *past))
    prints = {awards(second): Print(5, 5, 4)}
    audit = audit_prints(told, Rounding(), prints, earlier=stood)
    assert {line.view: line.narrow for line in audit.readers if line.narrow} == {
        "955": (awards(YEAR), awards(second))
    }


def test_the_sums_hold_of_citizens_who_were_not_born_yet() -> None:
    """Who is said to have had the pension before 2016 has it in 1970 too: aged 0 to 17."""
    person: Record = {"kommune_kode": "955", "borger": "p", "pensionist_foer_reform": "ja"}
    country = Country({"p": ("K", date(1990, 1, 1))}, {"borger": [person]})
    made = public_tables(release("GL", country=country, year=1970))
    assert cell(made, "T14b", ("K", "0-17"), "bestand") == 1
    period = Period(date(1970, 1, 1), date(1970, 12, 31))
    assert cell(public_editions(country, period)[0], "T14b", ("K", ""), "bestand") in {0, 5}
