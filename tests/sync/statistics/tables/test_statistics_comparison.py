"""T12 and T13 against the country: what is compared with, its source and year, limits, 0 of 0."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import comb

import pytest

from fpsheet_sync.statistics.facts.changed_facts import ChangedFacts
from fpsheet_sync.statistics.publication.revision import find_revisions, mark_revisions
from fpsheet_sync.statistics.stat_table import ColumnKind, Period, Release, Shorthand, StatTable
from fpsheet_sync.statistics.tables.benchmark import Benchmark, binomial_interval
from fpsheet_sync.statistics.tables.wording import Wording
from tests.support.country import Country, Record, public_editions
from tests.support.schema import SCHEMA
from tests.sync.statistics.tables.test_statistics_by_hand import typed
from tests.sync.statistics.tables.test_statistics_country import release

PERSONS = {f"p{n}": ("K", None) for n in range(8)}
DECIDED = typed(
    """
# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | niveau    |
| 955          | p0     | 2025-01-10      | tilkendelse | mellemste |
| 955          | p1     | 2025-02-10      | afslag      |           |
| 955          | p2     | 2025-03-10      | afslag      |           |
| 956          | p3     | 2025-04-10      | tilkendelse | laveste   |
| 956          | p4     | 2025-05-10      | tilkendelse | hoejeste  |
| 957          | p5     | 2025-05-10      | udsaettelse |           |
"""
)
ALL = ("955", "956", "957", "959", "960")
NATIONAL = (
    Benchmark("GL", 2025, "tilkendelser", 300, "Ankestyrelsen 2026:2"),
    Benchmark("GL", 2025, "afslag", 100, "Ankestyrelsen 2026:2"),
)


def made(delivered: tuple[str, ...] = ALL, figures: tuple[Benchmark, ...] = ()) -> Release:
    """Count the country."""
    return release("GL", country=Country(PERSONS, DECIDED, delivered), benchmarks=figures)


def t12(edition: Release) -> StatTable:
    """Return T12."""
    return next(table for table in edition.tables if table.id == "T12")


def numbers(edition: Release, kommune: str) -> dict[str, object]:
    """Return the cells of a kommune's row of T12, by column."""
    table = t12(edition)
    cells = table.rows[table.keys.index((kommune,))]
    return {column.id: cell for column, cell in zip(table.columns, cells, strict=True)}


@pytest.mark.parametrize(("count", "number"), [(0, 5), (1, 5), (5, 5), (2, 10), (7, 40), (98, 98)])
def test_limits_of_a_share_are_those_of_clopper_and_pearson(count: int, number: int) -> None:
    """At the limits the exact binomial tails, in fractions, are 2,5 per cent on each side."""

    def at_most(k: int, share: float) -> float:
        p = Fraction(share)
        return float(sum(comb(number, i) * p**i * (1 - p) ** (number - i) for i in range(k + 1)))

    lower, upper = binomial_interval(count, number)
    assert (lower == 0) if count == 0 else abs(1 - at_most(count - 1, lower) - 0.025) < 1e-9
    assert (upper == 1) if count == number else abs(at_most(count, upper) - 0.025) < 1e-9


def test_own_share_of_the_whole_country_is_100_and_said_to_be_reported() -> None:
    """2 of 5 in the country: 955 is expected 1,2 refusals, index 166,7; the country is 100."""
    edition = made()
    assert numbers(edition, "")["indeks"] == 100.0
    assert (numbers(edition, "955")["forventet"], numbers(edition, "955")["indeks"]) == (1.2, 166.7)
    assert any("(hele landet = 100)" in column.label for column in t12(edition).columns)
    assert "regnet af de kommuner, der har indberettet" in t12(edition).source
    assert "ikke læst landstal ind for 2025" in t12(edition).source


def test_share_of_those_that_reported_is_not_called_the_country() -> None:
    """Three of five: what is 100 is what these have reported."""
    table = t12(made(delivered=()))
    assert any("(de indberettende kommuner = 100)" in column.label for column in table.columns)
    words = (table.title, *table.lines, *(column.label for column in table.columns))
    assert not any("hele landet" in text or "landets andel" in text for text in words)
    assert table.title.startswith("T12. Afslag sammenlignet med de indberettende kommuners andel")
    assert table.columns[5].label.startswith("Forventede afslag, de indberettende kommuners andel")


def test_a_published_figure_stands_with_source_year_number_and_share() -> None:
    """100 of 400 refused, 25,0 per cent: 955 is expected 0,75, rounded up, index 266,7."""
    edition = made(figures=NATIONAL)
    assert (numbers(edition, "955")["forventet"], numbers(edition, "955")["indeks"]) == (0.8, 266.7)
    assert any("(landstallet = 100)" in column.label for column in t12(edition).columns)
    assert t12(edition).source.endswith(
        "Landets andel afslag i 2025 er 25,0 pct. (100 afslag af 400 tilkendelser og afslag). "
        "Kilde til landstallet: Ankestyrelsen 2026:2."
    )


def test_figures_of_another_year_are_not_used_and_said_to_be_of_it() -> None:
    """Published for 2024 alone: the reported share is used, and the line says so."""
    other = tuple(Benchmark(f.omraade, 2024, f.maal, f.vaerdi, f.kilde) for f in NATIONAL)
    edition = made(figures=other)
    assert numbers(edition, "955")["forventet"] == 1.2
    assert "der er landstal for 2024, men ikke for 2025" in t12(edition).source


def test_nothing_of_nothing_is_not_applicable_in_every_column() -> None:
    """957 decided nothing: no share, nothing expected, no limits, no index."""
    cells = numbers(made(), "957")
    names = ("andel_afslag", "forventet", "nedre", "oevre", "indeks")
    assert {cells[name] for name in names} == {Shorthand.NOT_APPLICABLE}


def test_an_index_where_nothing_is_expected_is_not_applicable() -> None:
    """No refusal in the country: nothing is expected of 956, and nothing is 100 of it."""
    granted = {"afgoerelse": [r for r in DECIDED["afgoerelse"] if r["afgoerelse"] != "afslag"]}
    edition = release("GL", country=Country(PERSONS, granted, ALL))
    cells = numbers(edition, "956")
    assert (cells["forventet"], cells["indeks"]) == (0.0, Shorthand.NOT_APPLICABLE)
    # 0 of 2: up to 1 - 0,025 ** (1/2) = 84,2 per cent of two.
    assert (cells["nedre"], cells["oevre"]) == (0.0, 1.7)


def population(year: int = 2025) -> tuple[Benchmark, ...]:
    """Return invented numbers of inhabitants, none for 959 and 960."""
    people = {"GL": 35000, "955": 4000, "956": 5000, "957": 800}
    return tuple(
        Benchmark(a, year, "befolkning_18_66", n, "bank.stat.gl") for a, n in people.items()
    )


def t14c(edition: Release) -> StatTable:
    """Return T14c."""
    return next(table for table in edition.tables if table.id == "T14c")


def test_rates_are_of_the_population_that_was_imported() -> None:
    """p0 in 955, p3 and p4 in 956: 0,25 of 1.000 rounded up, 0,4, none of 800; 0,09 everywhere."""
    table = t14c(made(figures=population()))
    cells = {key[0]: row[1:] for key, row in zip(table.keys, table.rows, strict=True)}
    assert cells[""] == (3, 35000, 0.1)
    assert cells["955"] == (1, 4000, 0.3)
    assert cells["956"] == (2, 5000, 0.4)
    assert cells["957"] == (0, 800, 0.0)
    assert cells["959"][:2] == (0, Shorthand.NOT_AVAILABLE)
    # Inhabitants are whole, in files that keep what kind a number is too; a rate has a decimal.
    assert [type(cell) for cell in cells["955"]] == [int, int, float]
    assert table.columns[2].kind is ColumnKind.WHOLE
    assert table.source.endswith(
        "Indbyggertallene er fra 31. december 2025. Kilde til dem: bank.stat.gl."
    )


def test_a_population_of_another_year_or_of_half_a_year_makes_no_rate() -> None:
    """Imported for 2024, 2025 has [x] and says how to import; so has a period that ends in June."""
    table = t14c(made(figures=population(2024)))
    assert {row[2] for row in table.rows} == {Shorthand.NOT_AVAILABLE}
    assert "Der er ikke læst indbyggertal ind for 2025. Departementet tager dem med" in table.source
    half = Period(date(2025, 1, 1), date(2025, 6, 30))
    country = Country(PERSONS, DECIDED, ALL)
    table = t14c(release("GL", period=half, country=country, benchmarks=population()))
    assert {row[2] for row in table.rows} == {Shorthand.NOT_AVAILABLE}
    assert "vælg en periode, der slutter den dag" in table.source


def test_targets_stand_with_their_source_and_year() -> None:
    """T13: the source of what was imported; without any, or of another year, that is said."""
    text = """
# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | tilbagevisningsaarsag_1 |
| 707          | p0     | 2025-02-01      | tilbagevist | dokumentation           |
"""

    def source(*figures: Benchmark) -> str:
        edition = release("DK", country=Country(PERSONS, typed(text)), benchmarks=figures)
        return next(table for table in edition.tables if table.id == "T13").source

    target = Benchmark("707", 2025, "tilbagevisninger_maal", 12, "Norddjurs 24/8742")
    assert source(target).endswith("Målene gælder 2025. Kilde til målene: Norddjurs 24/8742.")
    assert "Der er ikke læst mål ind for 2025. Departementet tager dem med" in source()
    old = Benchmark("707", 2023, "tilbagevisninger_maal", 12, "Norddjurs 24/8742")
    assert "Der er mål for 2023, men ikke for 2025. Departementet tager dem med" in source(old)


def test_a_target_that_changed_is_revised_among_the_whole_numbers() -> None:
    """T22 has the target and what is over it as whole numbers: 12 became 14, and 1 returned."""
    text = """
# afgoerelse
| kommune_kode | borger | afgoerelse_dato | afgoerelse  | tilbagevisningsaarsag_1 |
| 707          | p0     | 2025-02-01      | tilbagevist | dokumentation           |
"""
    before, now = (
        release(
            "DK",
            country=Country(PERSONS, typed(text), ("707",)),
            benchmarks=(Benchmark("707", 2025, "tilbagevisninger_maal", target, "x"),),
        )
        for target in (12, 14)
    )
    revised = mark_revisions(
        now, find_revisions(now, before, ChangedFacts()), Wording(SCHEMA.form, "da"), 2
    )
    lists = [table for table in revised.tables if table.id.startswith("T22")]
    assert [table.id for table in lists] == ["T22"]
    assert [row[3:5] for row in lists[0].rows] == [(12, 14), (-11, -13)]
    assert not any(isinstance(cell, float) for row in lists[0].rows for cell in row)


def test_published_figures_of_nothing_are_no_share() -> None:
    """0 awards and 0 refusals: no 0,0 per cent of nothing, but what was reported is compared."""
    nothing = tuple(Benchmark("GL", 2025, f.maal, 0, f.kilde) for f in NATIONAL)
    edition = made(figures=nothing)
    assert (numbers(edition, "955")["forventet"], numbers(edition, "955")["indeks"]) == (1.2, 166.7)
    assert "0 tilkendelser og 0 afslag" in t12(edition).source
    assert " pct." not in t12(edition).source
    assert not any("landstallet" in column.label for column in t12(edition).columns)


NOTHING = Shorthand.NOT_APPLICABLE


def figures_of(edition: Release) -> dict[tuple[str, str], set[object]]:
    """Return every figure that is no count, by table and column."""
    found: dict[tuple[str, str], set[object]] = {}
    for table in edition.tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row, strict=True):
                if column.kind in {ColumnKind.DECIMAL, ColumnKind.WHOLE}:
                    found.setdefault((table.id, column.id), set()).add(cell)
    return found


@pytest.mark.parametrize(
    ("land", "kommune", "delivered"), [("GL", "955", ALL), ("DK", "707", ("707", "751"))]
)
@pytest.mark.parametrize("published", [False, True])
def test_every_figure_of_nothing_is_as_the_legend_says(
    land: str, kommune: str, delivered: tuple[str, ...], published: bool
) -> None:
    """One citizen of whom nothing has happened: each mean, quartile, share, limit and index."""
    rows: list[Record] = [{"kommune_kode": kommune, "borger": "p0", "pensionist_foer_reform": None}]
    country = Country(PERSONS, {"borger": rows}, delivered)
    figures = (
        Benchmark(land, 2025, "tilkendelser", 300, "x"),
        Benchmark(land, 2025, "afslag", 100, "x"),
        *(Benchmark(one, 2025, "tilbagevisninger_maal", 2, "x") for one in delivered),
    )
    for area in (land, kommune):
        edition = release(area, country=country, benchmarks=figures if published else ())
        found = figures_of(edition)
        # A target and what is over it are no shares of anything.
        if land == "DK":
            stated = (found.pop(("T13", "maal")), found.pop(("T13", "over_maal")))
            missing = Shorthand.NOT_AVAILABLE
            assert not any(isinstance(cell, float) for cells in stated for cell in cells)
            own = ({2}, {-2}) if published else ({missing}, {missing})
            # The country itself has no target.
            everywhere = tuple(cells | {missing} for cells in own)
            assert stated == (everywhere if area == land else own)
        # No population is imported here.
        for column in ("befolkning", "pr_1000"):
            assert found.pop(("T14c", column)) == {Shorthand.NOT_AVAILABLE}
        assert {table for table, _ in found} >= {"T02", "T03", "T04", "T09", "T12", "T12b", "T19"}
        wrong = {name: cells for name, cells in found.items() if cells != {NOTHING}}
        assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize("country", [Country(PERSONS, DECIDED, ALL), Country(PERSONS, {}, ALL)])
def test_a_public_figure_of_few_or_none_is_unreliable_in_every_table(country: Country) -> None:
    """A printed 0 may be a small number: every figure of it is unreliable ([u]), in all tables."""
    for edition in public_editions(country, Period(date(2025, 1, 1), date(2025, 12, 31))):
        found = figures_of(edition)
        # No population is imported here: no rate there could be, of few or of many.
        for column in ("befolkning", "pr_1000"):
            assert found.pop(("T14c", column)) == {Shorthand.NOT_AVAILABLE}
        by_kommune = {"T02", "T03", "T04", "T09", "T12", "T19", "T23"}
        # T11e has no row per kommune and is in the edition of the country alone.
        of_country = {"T11e"} if edition.area == "GL" else set()
        assert {table for table, _ in found} == by_kommune | of_country
        assert all(cells == {Shorthand.UNRELIABLE} for cells in found.values()), found


@pytest.mark.slow
def test_a_printed_index_where_nothing_is_expected_is_not_applicable() -> None:
    """The country refused none of 400: 0 of 955's 70 are expected, and its 40 are no index of 0.

    A printed rate (T14c) is worked out from the prints too.
    """
    decisions: list[dict[str, object]] = [
        {
            "kommune_kode": "955",
            "borger": f"p{n}",
            "afgoerelse_dato": date(2025, 1 + n % 12, 10),
            "afgoerelse": "afslag" if n < 40 else "tilkendelse",
        }
        for n in range(70)
    ]
    persons = {f"p{n}": ("K", date(1970, 1, 1)) for n in range(70)}
    country = Country(persons, {"afgoerelse": decisions}, ALL)
    national = (
        Benchmark("GL", 2025, "tilkendelser", 400, "x"),
        Benchmark("GL", 2025, "afslag", 0),
        Benchmark("955", 2025, "befolkning_18_66", 450, "x"),
    )
    period = Period(date(2025, 1, 1), date(2025, 12, 31))
    (edition,) = (
        one for one in public_editions(country, period, benchmarks=national) if one.area == "GL"
    )
    cells = numbers(edition, "955")
    assert (cells["afslag"], cells["forventet"], cells["indeks"]) == (40, 0, NOTHING)
    # 30 pensioners of 450 people: 66,7 of 1.000, printed as a whole number.
    table = t14c(edition)
    assert table.rows[table.keys.index(("955",))][1:] == (30, 450, 67)
