"""A release: all tables counted together, for the country or a kommune, in one language."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from fpsheet_sync.database.in_force import senders
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.statistics.facts.scope import Scope
from fpsheet_sync.statistics.facts.workspace import fact_tables, facts_of
from fpsheet_sync.statistics.stat_table import Period, Release
from fpsheet_sync.statistics.tables.benchmark import Benchmark, compare, published_share
from fpsheet_sync.statistics.tables.citizen_counts import count_excess, count_measured
from fpsheet_sync.statistics.tables.counting import Counting
from fpsheet_sync.statistics.tables.coverage import cover, delivered_files, tell_coverage
from fpsheet_sync.statistics.tables.crossed_counts import cross_specs
from fpsheet_sync.statistics.tables.cube import count_tables
from fpsheet_sync.statistics.tables.edition import Edition, number_notes
from fpsheet_sync.statistics.tables.quality import count_quality
from fpsheet_sync.statistics.tables.tabulate import tabulate
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.errors import UsageError
from fpsheet_templates.form import Form
from fpsheet_templates.kommune import COUNTRIES, Kommune
from fpsheet_templates.table import TableSpec, load_tables

EVERYWHERE = ""

OUTSIDE_KOMMUNER = frozenset({"961"})
"""Areas with a kommunekode but no kommune that could report (Grønlands adresseregister)."""


@dataclass(frozen=True, slots=True)
class ReleaseRequest:
    """What is to be counted and for whom.

    Attributes:
        period: Days counted, both ends inclusive.
        area: "" for every kommune there is, "GL" or "DK" for one country, else a kommunekode.
        language: Language tag of every label.
        counted_on: The day printed as "opgjort pr.".
        as_of: Number of the last commit to know of; None for all there are.
        state: Hash of the database's state, printed so that the edition can be made again.
        tables: Identifiers of the tables wanted; empty for all.
        benchmarks: Published figures to compare with.
        with_persons: Count the citizens behind every number too: what is to be made public of it
            depends on them.
    """

    period: Period
    area: str
    language: str
    counted_on: date
    as_of: int | None = None
    state: str = ""
    tables: tuple[str, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    with_persons: bool = False


def compute_release(connection: Connection, form: Form, request: ReleaseRequest) -> Release:
    """Count the tables of a release.

    It is internal: every number is exact, so it must not be passed on until it has been rounded
    (`printing.print_release`).

    Raises:
        UsageError: The period ends before it begins, or the area is no kommune or country.
    """
    return lay_out(count_release(connection, form, request), request)


def count_release(connection: Connection, form: Form, request: ReleaseRequest) -> Counting:
    """Count everything the editions of a country show; `lay_out` makes an edition of it.

    A kommune's request counts its whole country too, because some of its figures compare with it;
    the one counting then serves the national edition and every kommune's.

    Raises:
        UsageError: The period ends before it begins, or the area is no kommune or country.
    """
    _check(form, request)
    delivered = delivered_files(connection, form, request.as_of)
    jurisdictions = _jurisdictions(form, request, frozenset(delivered))
    ours = [kommune for kommune in form.kommuner.values() if kommune.jurisdiction in jurisdictions]
    scope = Scope(
        schema_of(connection), request.period, tuple(each.code for each in ours), request.as_of
    )
    specs = counted_specs(form, request, jurisdictions)
    with fact_tables(connection, scope, facts_of(form, specs)) as tables:
        cube = count_tables(connection, scope, tables, (*specs, *cross_specs(specs, form)))
        wanted = specs if request.with_persons else ()
        excess = count_excess(connection, scope, tables, wanted)
        measured = count_measured(connection, scope, tables, wanted)
    country = next(iter(jurisdictions)) if len(jurisdictions) == 1 else EVERYWHERE
    given = compare(cube, scope.kommuner, country, request.period, request.benchmarks)
    expected = _expected(ours, request.period.til)
    return Counting(
        scope=scope,
        cube={**cube, **given, **count_quality(connection, scope)},
        jurisdictions=jurisdictions,
        delivered=tuple(each.code for each in ours if each.code in delivered),
        expected=expected,
        coverage=cover(delivered, expected, request.period),
        has_published_figures=published_share(request.benchmarks, country, request.period)
        is not None,
        excess=excess,
        measured=measured,
    )


def release_scope(connection: Connection, form: Form, request: ReleaseRequest) -> Scope:
    """Return what a release is counted over, for those who ask for the facts behind it.

    Raises:
        UsageError: The period ends before it begins, or the area is no kommune or country.
    """
    _check(form, request)
    delivered = delivered_kommuner(connection, form, request.as_of)
    jurisdictions = _jurisdictions(form, request, delivered)
    ours = [each.code for each in form.kommuner.values() if each.jurisdiction in jurisdictions]
    return Scope(schema_of(connection), request.period, tuple(ours), request.as_of)


def lay_out_editions(counting: Counting, request: ReleaseRequest) -> tuple[Release, ...]:
    """Lay out a country's edition, and after it that of every kommune that has delivered."""
    areas = (request.area, *counting.delivered)
    return tuple(lay_out(counting, replace(request, area=area)) for area in areas)


def lay_out(counting: Counting, request: ReleaseRequest) -> Release:
    """Lay out an edition of what was counted, for the area and language of the request."""
    wording = Wording(counting.scope.form, request.language)
    specs = release_specs(counting.scope.form, request, counting.jurisdictions)
    area = request.area if request.area in counting.scope.form.kommuner else EVERYWHERE
    countries = sorted(counting.jurisdictions)
    country = countries[0] if len(countries) == 1 else EVERYWHERE
    edition = Edition(
        counting=counting,
        wording=wording,
        area=area,
        title_area=_title_area(counting, wording, area or country),
        counted_on=request.counted_on,
        notes=number_notes(counting, area, specs),
        benchmarks=request.benchmarks,
    )
    period = wording.period(request.period)
    heading = {"area": edition.title_area, "period": period}
    return Release(
        title=wording.fill("release_title", heading),
        area=area or country,
        language=request.language,
        counted_on=request.counted_on,
        state=request.state,
        internal=True,
        tables=tuple(tabulate(edition, spec) for spec in specs),
        period=request.period,
        area_label=edition.title_area,
        coverage=tell_coverage(counting.coverage, wording, area),
    )


def _title_area(counting: Counting, wording: Wording, area: str) -> str:
    """Return an area as titles have it: not the whole country where some have not reported."""
    coverage = counting.coverage
    if area in counting.scope.form.kommuner or coverage.is_countrywide:
        return wording.area(area)
    return wording.fill(f"area_partly.{area or 'all'}", coverage.numbers)


def release_specs(
    form: Form, request: ReleaseRequest, jurisdictions: frozenset[str]
) -> tuple[TableSpec, ...]:
    """Return the declared tables of a release: those wanted that the countries have."""
    return tuple(
        spec
        for spec in load_tables(form.folder)
        if spec.jurisdictions & jurisdictions and (not request.tables or spec.id in request.tables)
    )


def counted_specs(
    form: Form, request: ReleaseRequest, jurisdictions: frozenset[str]
) -> tuple[TableSpec, ...]:
    """Return the tables that must be counted: those wanted, and T11c for T12b's standardisation."""
    wanted = release_specs(form, request, jurisdictions)
    if any(spec.id == "T12b" for spec in wanted) and not any(spec.id == "T11c" for spec in wanted):
        return (*wanted, *(spec for spec in load_tables(form.folder) if spec.id == "T11c"))
    return wanted


def check_period(form: Form, period: Period, language: str) -> None:
    """Refuse a period that ends before it begins.

    Raises:
        UsageError: It does.
    """
    if period.til < period.fra:
        wording = Wording(form, language)
        raise UsageError(wording.text("error.period"), remedy=wording.text("error.period_remedy"))


def _check(form: Form, request: ReleaseRequest) -> None:
    wording = Wording(form, request.language)
    check_period(form, request.period, request.language)
    if request.area not in {EVERYWHERE, *COUNTRIES, *form.kommuner}:
        sentence = wording.fill("error.area", {"area": request.area})
        raise UsageError(sentence, remedy=wording.text("error.area_remedy"))


def _expected(kommuner: Iterable[Kommune], last_day: date) -> tuple[str, ...]:
    """Return the kommuner that should report for a period: those there are on its last day."""
    return tuple(
        each.code
        for each in kommuner
        if each.is_in_force(last_day) and each.code not in OUTSIDE_KOMMUNER
    )


def has_reported(
    connection: Connection, form: Form, country: str, period: Period, as_of: int | None
) -> bool:
    """Return whether some kommune of a country has reported for a period, or a part of it."""
    files = delivered_files(connection, form, as_of)
    ours = [each for each in form.kommuner.values() if each.jurisdiction == country]
    coverage = cover(files, _expected(ours, period.til), period)
    return bool(coverage.whole or coverage.partly)


def delivered_kommuner(connection: Connection, form: Form, as_of: int | None) -> frozenset[str]:
    """Return the kommuner that have sent something by the commit to know of, held files apart."""
    return frozenset(delivered_files(connection, form, as_of))


def _jurisdictions(
    form: Form, request: ReleaseRequest, delivered: frozenset[str]
) -> frozenset[str]:
    """Return the countries counted: the one asked for, else those that have delivered, else all."""
    if request.area in COUNTRIES:
        return frozenset({request.area})
    if request.area in form.kommuner:
        return frozenset({form.kommuner[request.area].jurisdiction})
    return frozenset(form.kommuner[code].jurisdiction for code in delivered) or frozenset(COUNTRIES)


def delivered_countries(connection: Connection, form: Form) -> tuple[str, ...]:
    """Return the countries ("GL", "DK") that have delivered anything, Greenland first."""
    found = {form.kommuner[code].jurisdiction for code in senders(connection)}
    return tuple(sorted(found, reverse=True))


def expected_kommuner(form: Form, countries: Iterable[str], aar: int) -> tuple[str, ...]:
    """Return the kommuner of some countries that are to deliver for a year, in order of code."""
    wanted = set(countries)
    ours = (each for each in form.kommuner.values() if each.jurisdiction in wanted)
    return tuple(sorted(_expected(ours, date(aar, 12, 31))))
