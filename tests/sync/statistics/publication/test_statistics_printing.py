"""Public editions: every count rounded, every other figure made of these, nothing else told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.disclosure.prints import Print
from fpsheet_sync.statistics.facts.changed_facts import ChangedFact, ChangedFacts
from fpsheet_sync.statistics.protection.kept_rounding import Measured
from fpsheet_sync.statistics.protection.measured import MeasuredGround, measure, round_tallies
from fpsheet_sync.statistics.protection.printed_release import (
    Printed,
    compare_prints,
    print_release,
)
from fpsheet_sync.statistics.protection.release_cells import printed_numbers
from fpsheet_sync.statistics.stat_table import ColumnKind, Period, Release, Shorthand
from fpsheet_sync.statistics.tables.citizen_counts import count_persons
from fpsheet_sync.statistics.tables.number_name import figure_id
from fpsheet_sync.statistics.tables.public_tables import public_tables
from fpsheet_sync.statistics.tables.release import ReleaseRequest, lay_out
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.load import load_form
from tests.support.country import SECRET, Country, Record, count, editions, public_editions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fpsheet_sync.disclosure.cells import CellId
    from fpsheet_sync.statistics.tables.counting import Counting

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
KOMMUNER = ("955", "956", "957", "959", "960")


def country() -> Country:
    """Return a country with 9 to 21 awards and 2 to 6 refusals in each kommune in 2025.

    955: 9 + 2, 956: 12 + 3, 957: 15 + 4, 959: 18 + 5, 960: 21 + 6.
    """
    levels = ("hoejeste", "mellemste", "laveste")
    decisions: list[Record] = []
    for place, kommune in enumerate(KOMMUNER):
        for number in range(9 + 3 * place):
            decision = {"afgoerelse": "tilkendelse", "niveau": levels[number % 3]}
            decisions.append({**decision, **_who(kommune, f"t{number}")})
        decisions += [
            {"afgoerelse": "afslag", **_who(kommune, f"a{number}")} for number in range(2 + place)
        ]
    persons = {
        str(row["borger"]): ("KM"[place % 2], date(1960 + place % 40, 1, 1))
        for place, row in enumerate(decisions)
    }
    return Country(persons, {"afgoerelse": decisions})


def _who(kommune: str, borger: str) -> Record:
    day = date(2025, 1 + int(borger[1:]) % 12, 5)
    return {"kommune_kode": kommune, "borger": f"{kommune}-{borger}", "afgoerelse_dato": day}


@pytest.fixture(scope="module")
def full() -> tuple[Release, ...]:
    """Return the editions in full, of the tables made for publication."""
    return tuple(public_tables(made) for made in editions(country(), YEAR))


@pytest.fixture(scope="module", params=[3, 5, 10])
def public(request: pytest.FixtureRequest) -> tuple[Release, ...]:
    """Return the same editions as they may be published, at every base there is."""
    return public_editions(country(), YEAR, base=request.param)


def cell(made: Release, table_id: str, key: tuple[str, ...], column_id: str) -> object:
    """Return one cell of one table."""
    table = next(table for table in made.tables if table.id == table_id)
    place = next(i for i, column in enumerate(table.columns) if column.id == column_id)
    return table.rows[table.keys.index(key)][place]


def test_counted_as_meant(full: tuple[Release, ...]) -> None:
    """The country has 9 + 12 + 15 + 18 + 21 = 75 awards and 2 + 3 + 4 + 5 + 6 = 20 refusals."""
    assert cell(full[0], "T11", ("",), "tilkendelse") == 75
    assert cell(full[0], "T11", ("",), "afslag") == 20


def test_every_number_is_rounded_and_stands_the_same_everywhere(
    full: tuple[Release, ...], public: tuple[Release, ...]
) -> None:
    """A multiple of its base, less than it from the count, 0 for 0, one print per name."""
    base = public[0].base
    counts = {name: count for made in full for name, count in printed_numbers(made).items()}
    prints: dict[str, set[int]] = {}
    for made in public:
        assert not made.internal
        for name, value in printed_numbers(made).items():
            prints.setdefault(name, set()).add(value)
            # Some part may need a larger base than the one asked for.
            assert any(value % one == 0 and abs(value - counts[name]) < one for one in (base, 5))
            assert counts[name] or not value
    assert len(prints) > 300
    assert {len(values) for values in prints.values()} == {1}
    assert not any(
        Shorthand.CONFIDENTIAL in row for made in public for t in made.tables for row in t.rows
    )


def test_every_sum_of_t11_holds_in_print(public: tuple[Release, ...]) -> None:
    """Kommuner give the country, levels the awards, awards and refusals the decisions."""
    table = next(table for table in public[0].tables if table.id == "T11")
    names = [column.id for column in table.columns]
    rows = {key[0]: dict(zip(names, row, strict=True)) for key, row in _rows(table)}
    for name in names[1:]:
        assert sum(int(str(rows[kode][name])) for kode in KOMMUNER) == rows[""][name]
    for row in rows.values():
        levels = [value for name, value in row.items() if name.startswith("niveau_")]
        assert sum(int(str(value)) for value in levels) == row["tilkendelse"]
        assert row["afgoerelser"] == int(str(row["tilkendelse"])) + int(str(row["afslag"]))
    for made in public[1:]:
        own = next(each for each in made.tables if each.id == "T11")
        assert own.rows[own.keys.index((made.area,))] == table.rows[table.keys.index((made.area,))]


def _rows(table: object) -> list[tuple[tuple[str, ...], tuple[object, ...]]]:
    return list(zip(table.keys, table.rows, strict=True))  # type: ignore[attr-defined]


def test_a_kommunes_public_edition_has_no_table_the_national_one_does_not_divide(
    public: tuple[Release, ...],
) -> None:
    """Quarters, sex and age of one kommune are in its internal edition alone."""
    assert all("kommune" in table.dimensions for table in public[1].tables)
    assert {"T11b", "T11c", "T14b"} <= {table.id for table in public[0].tables}
    assert "T12b" not in {table.id for table in public[0].tables}


# What follows is worked out from prints chosen by hand, whatever was counted.


def printed_as(numbers: Mapping[str, int], **more: object) -> tuple[Release, Counting]:
    """Print the national edition with some numbers of 2025, the others as 0."""
    request = ReleaseRequest(YEAR, "GL", "da", date(2026, 3, 2))
    counting = count(country(), request)
    made = public_tables(lay_out(counting, request))
    prints: dict[CellId, int] = dict.fromkeys(printed_numbers(made), 0)
    for of, value in numbers.items():
        name, _, area = of.partition("@")
        found = [each for each in prints if _is(each, name, area or "GL")]
        assert len(found) == 1, of
        prints[found[0]] = value
    given = compare_prints(counting, prints, ())
    figures = {
        figure_id(made, table, column, key): Shorthand.UNRELIABLE
        for table in made.tables
        for key in table.keys
        for column in table.columns
        if column.kind is ColumnKind.DECIMAL
    }
    printed = Printed(5, prints, given=given, figures=figures)
    return print_release(made, replace(printed, **more), counting, WORDS), counting  # type: ignore[arg-type]


WORDS = Wording(load_form(), "da")


def _is(name: str, of: str, area: str) -> bool:
    parts = name.split("|")
    return parts[0] == of and parts[3:] == [f"land={area}"] and parts[1:3] == list(DAYS)


DAYS = ("2025-01-01", "2025-12-31")
T12 = {
    "afgoerelse.tilkendelse": 180,
    "afgoerelse.afslag": 70,
    "afgoerelse.afslag+afgoerelse.tilkendelse": 250,
    "afgoerelse.tilkendelse@955": 120,
    "afgoerelse.afslag@955": 30,
    "afgoerelse.afslag+afgoerelse.tilkendelse@955": 150,
    "afgoerelse.tilkendelse@956": 60,
    "afgoerelse.afslag@956": 25,
    "afgoerelse.afslag+afgoerelse.tilkendelse@956": 85,
}


def test_figures_of_t12_are_made_of_prints_alone() -> None:
    """955: 30 of 150 is 20 pct., 150 x 70/250 = 42 expected, 100 x 30/42 = 71; whole numbers.

    The exact interval of 30 of 150 is 13,9 to 27,3 pct. (Clopper-Pearson): 20,9 to 40,9. The
    counts are 2 of 11.
    """
    made, _ = printed_as(T12)
    names = ("andel_afslag", "forventet", "nedre", "oevre", "indeks")
    assert [cell(made, "T12", ("955",), name) for name in names] == [20, 42, 21, 41, 71]
    kinds = {c.id: c.kind for t in made.tables if t.id == "T12" for c in t.columns}
    assert {kinds[name] for name in names} == {ColumnKind.WHOLE}


def test_figures_of_few_are_not_printed() -> None:
    """956: 85 decisions are too few for a share, 25 refusals for an index; 24 are expected."""
    made, _ = printed_as(T12)
    names = ("andel_afslag", "forventet", "nedre", "oevre", "indeks")
    few = Shorthand.UNRELIABLE
    assert [cell(made, "T12", ("956",), name) for name in names] == [few, 24, few, few, few]
    assert [cell(made, "T12", ("957",), name) for name in names] == [few] * 5


def test_a_number_that_is_left_out_takes_what_is_made_of_it_along() -> None:
    """955's refusals are not printed: neither are its share, index and interval."""
    full, _ = printed_as(T12)
    name = next(n for n in printed_numbers(full) if _is(n, "afgoerelse.afslag", "955"))
    made, _ = printed_as(T12, left_out=frozenset({name}))
    hidden = Shorthand.CONFIDENTIAL
    for column in ("afslag", "andel_afslag", "nedre", "oevre", "indeks"):
        assert cell(made, "T12", ("955",), column) is hidden
    assert cell(made, "T12", ("955",), "forventet") == 42


def test_a_rare_code_is_shown_by_its_prints_and_not_by_its_counts() -> None:
    """One citizen under 18 has a pension: a row of zeros would say so, and is left out."""
    person: Record = {"kommune_kode": "955", "borger": "p", "pensionist_foer_reform": "ja"}
    few = Country({"p": ("K", date(2010, 1, 1))}, {"borger": [person]})
    request = ReleaseRequest(YEAR, "GL", "da", date(2026, 3, 2))
    counting = count(few, request)
    full = public_tables(lay_out(counting, request))
    assert ("K", "0-17") in next(t.keys for t in full.tables if t.id == "T14b")
    for value, is_shown in ((0, False), (5, True)):
        prints: dict[CellId, int] = dict.fromkeys(printed_numbers(full), value)
        made = print_release(full, Printed(5, prints, figures=_Any()), counting, WORDS)
        table = next(table for table in made.tables if table.id == "T14b")
        assert (("K", "0-17") in table.keys) is is_shown
        assert ("K", "18-29") in table.keys


class _Any(dict[str, str]):
    """Every figure is too small to print."""

    def __missing__(self, name: str) -> str:
        return Shorthand.UNRELIABLE


# Means and quartiles, and the rows of T21.


def spells(days: list[int], kommune: str = "955", each: int = 1) -> Country:
    """Return a country of one kommune with ended forløb of so many days, `each` per citizen."""
    rows: list[Record] = [
        {
            "kommune_kode": kommune,
            "borger": f"b{place // each}",
            "forloeb_type": "revurdering",
            "start_dato": date.fromordinal(date(2025, 12, 31).toordinal() - length + 1),
            "slut_dato": date(2025, 12, 31),
        }
        for place, length in enumerate(days)
    ]
    people = {f"b{place}": ("K", date(1980, 1, 1)) for place in range(len(days))}
    return Country(people, {"forloeb": rows})


def medians(
    few: Country,
    printed: int,
    *,
    earlier: Mapping[str, Measured] | None = None,
    changed: tuple[ChangedFact, ...] = (),
) -> Mapping[str, Measured]:
    """Return what is printed of the country's median duration, with a print of the count."""
    request = ReleaseRequest(YEAR, "GL", "da", date(2026, 3, 2), with_persons=True)
    counting = count(few, request)
    made = lay_out(counting, request)
    prints = {name: Print(printed, 5, 4) for name in printed_numbers(made)}
    ground = MeasuredGround(
        7, 5, prints, counting.measured, earlier or {}, lambda _: ChangedFacts(changed)
    )
    return measure(made, ground)


MEDIAN = "T02|land=GL|median||"


def test_a_median_is_rounded_to_five_days() -> None:
    """Of 11 spells of 101 to 111 days the middle one has 106, which is printed as 105."""
    found = medians(spells([101 + n for n in range(11)]), 15)
    assert found[MEDIAN] == Measured(105, 7)
    assert found["T02|land=GL|nedre_kvartil||"] == Measured(105, 7)  # 103,5
    assert found["T02|land=GL|oevre_kvartil||"] == Measured(110, 7)  # 108,5


def test_a_median_of_few_is_not_printed() -> None:
    """10 may be printed of 6; 12 spells of six citizens, and 9 of nine, are too few."""
    eleven = spells([101 + n for n in range(11)])
    assert medians(eleven, 10)[MEDIAN].value == Shorthand.UNRELIABLE
    assert medians(spells([101] * 12, each=2), 15)[MEDIAN].value == Shorthand.UNRELIABLE
    assert medians(spells([101] * 9), 15)[MEDIAN].value == Shorthand.UNRELIABLE
    assert medians(spells([101] * 10), 15)[MEDIAN].value == 100


def _change(person: str) -> ChangedFact:
    codes = {"kommune": "955", "forloeb_type": "revurdering"}
    what = ("955", f"r-{person}", person, 900.0)
    return ChangedFact("forloeb", "afsluttet", codes, frozenset(), what, 1, person)


def test_a_median_stays_until_five_citizens_have_changed() -> None:
    """Four new spells of 900 days move nothing, however far they would; five do."""
    earlier = {MEDIAN: Measured(60, 3)}
    now = spells([101 + n for n in range(11)])
    four, five = (tuple(_change(f"n{n}") for n in range(many)) for many in (4, 5))
    assert medians(now, 15, earlier=earlier, changed=four)[MEDIAN] == Measured(60, 3)
    # The same citizen five times is one citizen.
    same = tuple(replace(_change("n"), what=("955", f"r{n}", "n", 9.0)) for n in range(5))
    assert medians(now, 15, earlier=earlier, changed=same)[MEDIAN] == Measured(60, 3)
    assert medians(now, 15, earlier=earlier, changed=five)[MEDIAN] == Measured(105, 7)


def test_five_spells_of_two_citizens_are_a_number_of_two() -> None:
    """The citizens behind a count, for rows, for a sum of two kinds of decision, and distinct."""
    both: list[Record] = [
        {
            "kommune_kode": "955",
            "borger": f"b{n % 3}",
            "afgoerelse": kind,
            "afgoerelse_dato": date(2025, 1 + n, 1),
            "niveau": level,
        }
        for n in range(6)
        for kind, level in [(("afslag", None), ("tilkendelse", "laveste"))[n % 2]]
    ]
    several = spells([10, 20, 30, 40, 50], each=3)
    few = replace(several, records={**several.records, "afgoerelse": both})
    request = ReleaseRequest(YEAR, "GL", "da", date(2026, 3, 2), with_persons=True)
    counting = count(few, request)
    made = lay_out(counting, request)
    persons = count_persons(made, counting.excess)
    days = "|".join(DAYS)
    assert persons[f"forloeb.afsluttet|{days}|land=GL"] == 2  # type: ignore[index]
    assert persons[f"forloeb.afsluttet|{days}|land=955|forloeb_type=revurdering"] == 2  # type: ignore[index]
    sum_ = f"afgoerelse.afslag+afgoerelse.tilkendelse|{days}|land=955"
    # Each of three citizens has one refusal and one award: six decisions, three citizens.
    assert printed_numbers(made)[sum_] == 6  # type: ignore[index]
    assert persons[sum_] == 3  # type: ignore[index]
    assert persons[f"afgoerelse.afslag|{days}|land=955"] == 3  # type: ignore[index]


def test_rows_of_t21_are_rounded_and_hold() -> None:
    """Multiples of 5 that add up; one row more moves nothing, nine more do."""
    made = lay_out(*_reported({"955": 11, "956": 7, "957": 0}))
    first = round_tallies(made, 5, SECRET, {})
    rows = {key: first[f"T21|land=GL|raekker|{key}"] for key in ("", "955", "956", "957")}
    assert rows["955"] in {10, 15}
    assert rows["956"] in {5, 10}
    assert (rows["957"], rows[""]) == (0, sum(rows[k] for k in ("955", "956", "957")))
    more = lay_out(*_reported({"955": 12, "956": 7, "957": 4}))
    assert round_tallies(more, 5, SECRET, first) == first
    many = lay_out(*_reported({"955": 24, "956": 7, "957": 0}))
    assert round_tallies(many, 5, SECRET, first)["T21|land=GL|raekker|955"] in {20, 25}


def _reported(rows: Mapping[str, int]) -> tuple[Counting, ReleaseRequest]:
    from fpsheet_sync.statistics.tables.cube import Figure
    from fpsheet_templates.table import Count

    request = ReleaseRequest(YEAR, "GL", "da", date(2026, 3, 2))
    counting = count(country(), request)
    cube = {
        Figure("kvalitet", "raekker", Count.TALLY, frozenset({("indberetter", kode)})): float(n)
        for kode, n in rows.items()
    }
    total = Figure("kvalitet", "raekker", Count.TALLY, frozenset())
    return replace(counting, cube={**cube, total: float(sum(rows.values()))}), request


def test_every_number_of_an_edition_must_have_a_print() -> None:
    """One that nobody rounded is a fault, and is not printed."""
    request = ReleaseRequest(YEAR, "GL", "da", date(2026, 3, 2))
    counting = count(country(), request)
    made = public_tables(lay_out(counting, request))
    with pytest.raises(KeyError):
        print_release(made, Printed(5, {}, figures=_Any()), counting, WORDS)
