"""The relations between printed numbers follow from what the tables declare that they count.

Each relation looked for here made hidden numbers of a demo edition exact once, before anybody had
written it down: none may need to be written down again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from fpsheet_sync.disclosure.settings import Rounding
from fpsheet_sync.statistics.protection.relation import Reason, Relation
from fpsheet_sync.statistics.protection.relations_over_time import time_relations
from fpsheet_sync.statistics.protection.release_cells import collect, find_relations, release_cells
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.number_name import Number, dated, renamed
from fpsheet_templates.errors import SpecError
from fpsheet_templates.load import load_form
from fpsheet_templates.population import load_populations, read_populations
from fpsheet_templates.table import ColumnSpec, Count, TableSpec, check_populations
from tests.support.audited_prints import audit_prints
from tests.support.country import Country, Record, crossed, editions

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
BEFORE = Period(date(2024, 1, 1), date(2024, 12, 31))
ENDS = {2024: ("2024-12-31",) * 2, 2025: ("2025-12-31",) * 2}
DAYS = {2024: ("2024-01-01", "2024-12-31"), 2025: ("2025-01-01", "2025-12-31")}


def row(kommune: str, person: str, **fields: object) -> Record:
    """Return a record."""
    return {"kommune_kode": kommune, "borger": person, **fields}


def small_country() -> Country:
    """Return two kommuner with a pensioner, a job, a course and a udsættelse in each.

    The pensioners of 955 are one from before the reform, without an assessment, and one with.
    """
    long_ago = date(2023, 5, 1)
    return Country(
        {name: ("K", date(1980, 1, 1)) for name in "abc"},
        {
            "borger": [row("955", "a", pensionist_foer_reform="ja")],
            "afgoerelse": [
                row(kommune, person, afgoerelse=kind, afgoerelse_dato=day, niveau=niveau)
                for kommune, person in (("955", "b"), ("956", "c"))
                for kind, day, niveau in (
                    ("tilkendelse", long_ago, "hoejeste"),
                    ("udsaettelse", date(2024, 6, 1), None),
                )
            ],
            "vurdering": [
                row("955", "b", vurdering_dato=long_ago, arbejdsevne_pct=20),
                row("956", "c", vurdering_dato=long_ago, arbejdsevne_pct=60, maks_timer_pr_uge=5.0),
            ],
            "job": [
                row(*who, job_type="fleksjob", branche="A", start_dato=long_ago, timer_pr_uge=5.0)
                for who in (("955", "b"), ("956", "c"))
            ],
            "forloeb": [
                row(*who, forloeb_type="revurdering", start_dato=long_ago)
                for who in (("955", "b"), ("956", "c"))
            ],
        },
    )


@cache
def found() -> dict[tuple[frozenset[Number], frozenset[Number]], Relation]:
    """Return the relations of the small country's editions of 2025 and 2024, by their sides."""
    form = load_form()
    now = collect(editions(small_country(), YEAR), form)
    before = collect(editions(small_country(), BEFORE), form)
    relations, values = find_relations(now, form, before.numbers)
    assert all(each.holds(values) for each in relations if each.is_certain)
    return {(frozenset(each.some), frozenset(each.others)): each for each in relations}


def number(of: str, days: tuple[str, str], area: str, **codes: str) -> Number:
    """Name a number."""
    return Number(of, days, area, frozenset(codes.items()))


def derived(some: list[Number], others: list[Number]) -> tuple[str, bool, bool]:
    """Return why some numbers are no more than others, whether they are equal, and surely so."""
    relation = found()[frozenset(some), frozenset(others)]
    return relation.reason, relation.is_equal, relation.is_certain


def told_over_time(
    *numbers: Number,
) -> dict[tuple[Number, ...], tuple[str, tuple[Number, ...], bool]]:
    """Return why some of these numbers are no more than others of them, and whether surely so."""
    return {
        each.some: (each.reason, each.others, each.is_certain)
        for each in time_relations(numbers, numbers)
    }


@pytest.mark.parametrize("area", ["955", "956", "GL"])
def test_who_lacks_a_work_ability_lacks_the_hours_too(area: str) -> None:
    """T06 Uoplyst <= T07 Uoplyst in each area: eight small numbers of the demo followed from it."""
    lacking = [
        number("bestand.bestand", ENDS[2025], area, **{name: "uoplyst"})
        for name in ("arbejdsevne", "timer")
    ]
    assert derived(lacking[:1], lacking[1:]) == (Reason.READ_TOGETHER, False, True)


def test_who_lacks_a_work_ability_lacks_the_hours_too_at_each_level() -> None:
    """T06b and T07b, which stand for the country alone."""
    lacking = [
        number(
            "bestand.bestand", ENDS[2025], "GL", bestand_niveau="foer_reform", **{name: "uoplyst"}
        )
        for name in ("arbejdsevne", "timer")
    ]
    assert derived(lacking[:1], lacking[1:]) == (Reason.READ_TOGETHER, False, True)


@pytest.mark.parametrize("of", ["job.sidste_dag.distinct", "forloeb.igangvaerende.distinct"])
def test_citizens_with_one_home_add_up(of: str) -> None:
    """T08 and T01: the country's citizens of a day are the kommuner's, as the tables print them."""
    kommuner = {number(of, ENDS[2025], area).id for area in ("955", "956")}
    total = number(of, ENDS[2025], "GL").id
    sums = collect(editions(small_country(), YEAR), load_form()).equations.values()
    assert any(each.total == total and set(each.parts) == kommuner for each in sums)


@pytest.mark.parametrize("of", ["job.sidste_dag", "job.i_perioden", "forloeb.igangvaerende"])
def test_where_there_is_a_case_there_is_a_citizen(of: str) -> None:
    """T01 and T08: no more citizens than cases, and none only where there are no cases."""
    days = DAYS if of == "job.i_perioden" else ENDS
    cases, citizens = (number(of + what, days[2025], "955") for what in ("", ".distinct"))
    assert derived([citizens], [cases]) == (Reason.CASES, False, True)
    relation = found()[frozenset([cases]), frozenset([citizens])]
    assert relation.reason is Reason.BEHIND
    assert [relation.holds({cases: 3, citizens: many}) for many in (0, 1)] == [False, True]
    told = release_cells(editions(small_country(), YEAR), load_form()).behind
    assert (cases.id, citizens.id) in told


def test_citizens_of_a_period_add_up_unless_two_kommuner_report_one() -> None:
    """T08, jobs in the period: likely, and not certain."""
    of = "job.i_perioden.distinct"
    kommuner = [number(of, DAYS[2025], area) for area in ("955", "956")]
    assert derived(kommuner, [number(of, DAYS[2025], "GL")]) == (Reason.ONE_HOME, True, False)


@pytest.mark.parametrize("area", ["GL", "955"])
def test_what_is_held_comes_and_goes(area: str) -> None:
    """Ongoing 2025 and ended = ongoing 2024 and begun, unless some moved: of a country, abroad."""
    held, ended = "forloeb.igangvaerende", "forloeb.afsluttet"
    code = {"forloeb_type": "revurdering"}
    now = [number(held, ENDS[2025], area, **code), number(ended, DAYS[2025], area, **code)]
    then = [
        number(held, ENDS[2024], area, **code),
        number("forloeb.paabegyndt", DAYS[2025], area, **code),
    ]
    assert derived(now, then) == (Reason.STOCK_FLOW, True, False)


@pytest.mark.parametrize("area", ["955", "GL"])
def test_deadlines_are_last_years_postponements(area: str) -> None:
    """T20 of 2025 and T11 of 2024."""
    due = number("udsaettelse.frister", DAYS[2025], area)
    caused = number("afgoerelse.udsaettelse", DAYS[2024], area)
    assert derived([due], [caused]) == (Reason.ANNIVERSARY, True, True)


@pytest.mark.parametrize("of", ["job.sidste_dag", "job.sidste_dag.distinct"])
def test_who_has_a_job_on_the_eve_has_it_in_the_period(of: str) -> None:
    """T08 of 2024, last day, and of 2025, in the period: jobs, and the citizens who have them."""
    eve = number(of, ENDS[2024], "GL", job_type="fleksjob")
    held = number(of.replace("sidste_dag", "i_perioden"), DAYS[2025], "GL", job_type="fleksjob")
    assert derived([eve], [held]) == (Reason.HELD, False, True)


@pytest.mark.parametrize("pensionist", ["ja", "nej"])
def test_who_had_a_job_on_the_eve_may_have_the_pension_by_the_end_of_the_period(
    pensionist: str,
) -> None:
    """T08b says of each job whether its citizen has the pension on the edition's own last day.

    So the eve's jobs of others may be a pensioner's in the period, but those of its last day not.
    """
    of = {"job_type": "fleksjob", "pensionist": pensionist}
    eve, last = (number("job.sidste_dag", ENDS[year], "GL", **of) for year in (2024, 2025))
    held = number("job.i_perioden", DAYS[2025], "GL", **of)
    assert told_over_time(eve, last, held) == {
        (eve,): (Reason.HELD, (held,), False),
        (last,): (Reason.HELD, (held,), True),
    }


@pytest.mark.parametrize(
    ("of", "codes", "is_certain"),
    [
        ("ny_afgoerelse.afgjort_igen", {"udfald": "afventer"}, False),
        ("udsaettelse.frister", {"udsaettelse_frist": "ikke_vurderet"}, False),
        ("forloeb.paabegyndt", {"pensionist": "nej"}, False),
        ("afgoerelse.afslag", {"instans": "sagsbehandler"}, True),
    ],
)
def test_what_waits_in_june_may_be_decided_by_the_end_of_the_year(
    of: str, codes: dict[str, str], is_certain: bool
) -> None:
    """A half year has no more than its year, but where the code is that of the last day.

    In the last half of the year they are the same ones.
    """
    year = number(of, DAYS[2025], "GL", **codes)
    first = number(of, ("2025-01-01", "2025-06-30"), "GL", **codes)
    last = number(of, ("2025-07-01", "2025-12-31"), "GL", **codes)
    assert told_over_time(first, last, year) == {
        (first,): (Reason.SHORTER, (year,), is_certain),
        (last,): (Reason.SHORTER, (year,), True),
    }


def test_nobody_becomes_a_pensioner_of_the_old_scheme() -> None:
    """«Ikke revurderet (før reformen)» of 2025 is no more than of 2024, by sex and ability too."""
    old = {"bestand_niveau": "foer_reform"}
    for codes in ({}, {"koen": "K"}, {"arbejdsevne": "uoplyst"}):
        late, early = (
            number("bestand.bestand", ENDS[year], "GL", **old, **codes) for year in (2025, 2024)
        )
        assert derived([late], [early]) == (Reason.FALLING, False, False)
    # Who is under 50 in 2025 was so in 2024; who is 40 to 49 may have been younger.
    now, then = (
        [
            number("bestand.bestand", ENDS[year], "GL", **old, koen="K", aldersgruppe=group)
            for group in ("18-29", "30-39", "40-49")
        ]
        for year in (2025, 2024)
    )
    assert derived(now, then) == (Reason.FALLING, False, False)
    assert (frozenset(now[2:]), frozenset(then[2:])) not in found()


def test_margins_of_several_tables_are_sums_of_cells_that_none_prints() -> None:
    """Kommune by ability, hours and level, of the national edition; nobody has hours alone.

    Where every kommune's edition is printed too, level by level, the limit of Uoplyst says it all.
    """
    form = load_form()
    full = editions(small_country(), YEAR)
    cells = crossed(small_country(), YEAR)
    described = release_cells(full[:1], form, crossed=cells)
    together = release_cells(full, form, crossed=cells)
    assert not any(each.reason == Reason.CROSSED for each in together.equations)
    sums = {each.total: each.parts for each in described.equations if each.reason == Reason.CROSSED}
    margin = number("bestand.bestand", ENDS[2025], "955", timer="uoplyst").id
    values = {cell.id: cell.value for cell in described.cells}
    # 955 has two pensioners without hours: one with ability 0-25 pct. at the highest level.
    assert sum(values[part] for part in sums[margin]) == values[margin] == 2
    assert any("arbejdsevne=0-25" in part and values[part] == 1 for part in sums[margin])
    hours = number("bestand.bestand", ENDS[2025], "956", timer="0,1-9,9").id
    assert not any("arbejdsevne=uoplyst" in part for part in sums[hours])
    assert described.unprinted >= set(sums[margin])


def test_the_limit_makes_a_hidden_number_exact_that_was_thought_safe() -> None:
    """34 pensioners, 6 without an assessment; 5 hours 20, 15 hours 7, 0 hours 1, which is hidden.

    T07 hides Uoplyst beside it: 7 together. T06 prints its Uoplyst, 6: so 0 hours is 1 at most.
    """
    people = [f"p{n}" for n in range(34)]
    hours = [*([5.0] * 20), *([15.0] * 7), 0.0]
    long_ago = date(2024, 5, 1)
    granted = {"afgoerelse": "tilkendelse", "afgoerelse_dato": long_ago, "niveau": "hoejeste"}
    assessed = {"vurdering_dato": long_ago, "arbejdsevne_pct": 20}
    country = Country(
        dict.fromkeys(people, ("K", date(1980, 1, 1))),
        {
            "afgoerelse": [row("955", who, **granted) for who in people],
            "vurdering": [
                row("955", who, **assessed, maks_timer_pr_uge=each)
                for who, each in zip(people, hours, strict=False)
            ],
        },
    )
    national = editions(country, YEAR)[0]
    shown = tuple(table for table in national.tables if table.id in {"T06", "T07"})
    described = release_cells([replace(national, tables=shown)], load_form())
    zero = number("bestand.bestand", ENDS[2025], "955", timer="0").id
    hidden = [each.id for each in described.cells if each.id.endswith(("timer=0", "timer=uoplyst"))]
    printed = {each.id: each.value for each in described.cells if each.id not in hidden}
    told = replace(described, known=printed)
    # T07's Uoplyst is 6 or 7, so 0 hours is 1 or 0.
    assert zero in audit_prints(told, Rounding(), {}).readers[0].narrow
    others = tuple(e for e in described.equations if e.reason != Reason.READ_TOGETHER)
    thought = audit_prints(replace(told, equations=others), Rounding(values=4), {})
    assert zero not in thought.readers[0].narrow


def test_a_state_is_named_by_its_day_whatever_the_period() -> None:
    """The stock of 31 December is one number, in the edition of the year and of the half."""
    assert dated("bestand.primo", YEAR) == ("bestand.bestand", Period(BEFORE.til, BEFORE.til))
    assert dated("job.sidste_dag.distinct", YEAR)[1] == Period(YEAR.til, YEAR.til)
    assert dated("afgoerelse.afslag", YEAR)[1] == YEAR


def seasonal_worker() -> Country:
    """Return a pensioner who worked from February to March 2025, and says no to work now."""
    return Country(
        {"a": ("K", date(1980, 1, 1))},
        {
            "borger": [row("955", "a", pensionist_foer_reform="ja", ordinaert_arbejde="nej")],
            "job": [
                row(
                    *("955", "a"),
                    job_type="ordinaer",
                    branche="A",
                    start_dato=date(2025, 2, 1),
                    slut_dato=date(2025, 3, 31),
                )
            ],
        },
    )


def test_work_in_the_period_is_another_number_in_another_period() -> None:
    """Whoever worked in spring worked in the year and in its first half, and not in the second.

    All of them are of the pensioners of one day: under one name they were two values of a number,
    and a country with the year and the half could publish nothing any more.
    """
    halves = [Period(YEAR.fra, date(2025, 6, 30)), Period(date(2025, 7, 1), YEAR.til)]
    releases = [each for days in (YEAR, *halves) for each in editions(seasonal_worker(), days)]
    numbers = collect(releases, load_form()).numbers
    second = ("2025-07-01", "2025-12-31")
    for days, code in ((DAYS[2025], "tidligere_nej"), (second, "nej")):
        told = {
            each: numbers[number("bestand.bestand", days, "955", ordinaer_perioden=each)]
            for each in ("tidligere_nej", "nej")
        }
        assert told == {"tidligere_nej": 0, "nej": 0} | {code: 1}


def test_work_in_the_period_divides_the_answers_of_its_last_day() -> None:
    """Earlier work and no, and no alone, are together those who say no on 31 December."""
    found = collect(editions(seasonal_worker(), YEAR), load_form())
    total = number("bestand.bestand", ENDS[2025], "955", ordinaer="nej").id
    parts = {
        number("bestand.bestand", DAYS[2025], "955", ordinaer_perioden=each).id
        for each in ("tidligere_nej", "nej")
    }
    assert any(
        each.total == total and set(each.parts) == parts for each in found.equations.values()
    )
    every = number("bestand.bestand", ENDS[2025], "955").id
    sums = [each for each in found.equations.values() if each.total == every]
    assert any(parts < set(each.parts) for each in sums)


@pytest.mark.parametrize(
    ("days", "codes", "now"),
    [
        (ENDS[2025], {"ordinaer_perioden": "nej"}, DAYS[2025]),
        (DAYS[2025], {"ordinaer_perioden": "nej"}, DAYS[2025]),
        (ENDS[2024], {"ordinaer_perioden": "nej"}, ENDS[2024]),
        (ENDS[2025], {"ordinaer": "nej"}, ENDS[2025]),
        (ENDS[2025], {}, ENDS[2025]),
    ],
)
def test_an_edition_from_before_keeps_its_numbers(
    days: tuple[str, str], codes: dict[str, str], now: tuple[str, str]
) -> None:
    """Its work in the period was named by 31 December alone; it is found by the name of today."""
    kept = number("bestand.bestand", days, "GL", **codes)
    assert renamed(kept.id, YEAR) == replace(kept, period=now).id


def test_a_table_that_counts_what_nobody_declared_is_refused() -> None:
    """Its numbers could be protected from no reader who knows what they count."""
    column = ColumnSpec("nyt", Count.ROWS, "forloeb", "aflyst", "antal")
    with pytest.raises(SpecError, match=r"counts forloeb\.aflyst"):
        check_populations(TableSpec("T99", ("kommune",), (column,), "within"))


GOOD = """
[[population]]
id = "sag.lukket"
of = "sag"
timing = "within"
place = "reporter"
inside = ["sag.aaben"]
[[population]]
id = "sag.aaben"
of = "sag"
timing = "any_day"
place = "reporter"
"""


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("inside =", "insde =", "sag.lukket says insde, which means nothing"),
        ('inside = ["sag.aaben"]', 'inside = "sag.aaben"', "sag.lukket: inside is no list"),
        ('["sag.aaben"]', '["sag.aben"]', "sag.lukket names sag.aben, which does not exist"),
        ('timing = "within"\n', "", "sag.lukket lacks timing"),
        ('"within"', '"inside"', "sag.lukket: 'inside' is not a valid Timing"),
        ('"within"', "1", "sag.lukket: timing is no text"),
        ('id = "sag.lukket"\n', "", "without an id lacks id"),
        ('"sag.aaben"\nof', '"sag.lukket"\nof', "sag.lukket is declared twice"),
        ("[[population]]", "[[population]", "cannot be read"),
    ],
)
def test_a_population_that_cannot_be_read_is_refused(written: str, instead: str, said: str) -> None:
    """Whatever is misspelt: a relation that is passed over would be kept from the audit."""
    assert read_populations(GOOD)["sag.lukket"].inside == ("sag.aaben",)
    with pytest.raises(SpecError) as refused:
        read_populations(GOOD.replace(written, instead, 1))
    assert said in str(refused.value)


def test_every_relation_has_words_for_the_audit() -> None:
    """In Danish and in English, for each reason; no population is without a use."""
    texts = load_form().texts
    for reason in Reason:
        danish, english = (texts.get(f"statistics.relation.{reason}", tag) for tag in ("da", "en"))
        assert danish != english
    assert all(each.of and each.timing and each.place for each in load_populations().values())
