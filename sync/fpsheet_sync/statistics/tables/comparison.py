"""What numbers are compared with, in words: by which figures, of which year, published where."""

from collections.abc import Iterable

from fpsheet_sync.statistics.tables.benchmark import (
    AFSLAG,
    MAAL,
    TILKENDELSER,
    compared_with,
    population,
)
from fpsheet_sync.statistics.tables.cube import KOMMUNE
from fpsheet_sync.statistics.tables.edition import Edition

INDEX = "landet_100"
"""The unit of an index whose 100 is what it is compared with."""


def index_unit(edition: Edition) -> str:
    """Return the key of what is 100 in an index: the imported figures, the country, or its part."""
    if edition.counting.has_published_figures:
        return "unit.landstal_100"
    return f"unit.{INDEX if edition.counting.coverage.is_countrywide else 'indberettet_100'}"


def compared_key(edition: Edition, key: str) -> str:
    """Return the key of a title, line or heading: the most particular that has a text.

    Where some kommuner stand for the country it may have one of its own, and so may a country.
    """
    is_part = index_unit(edition) == "unit.indberettet_100"
    own = (
        f"{key}_indberettet" if is_part else "",
        f"{key}_{''.join(edition.counting.jurisdictions)}",
    )
    texts = edition.wording.form.texts
    return next((one for one in own if one and texts.has(f"statistics.{one}")), key)


def tell_national(edition: Edition) -> str:
    """Say what share of refusals the expected numbers rest on, with source, year and numbers."""
    wording, period = edition.wording, edition.counting.scope.period
    country = "".join(edition.counting.jurisdictions)
    measures = (TILKENDELSER, AFSLAG)
    found = compared_with(edition.benchmarks, country, period, measures)
    period_words = {"period": wording.period(period), "remedy": _remedy(edition)}
    if not found.numbers:
        kind = "other" if found.other_years else "none"
        years = {"years": _join(str(year) for year in found.other_years)}
        return wording.fill(f"benchmark.national_{kind}", period_words | years)
    refused = found.numbers[AFSLAG]
    number = refused + found.numbers[TILKENDELSER]
    if not number:
        return wording.fill("benchmark.national_zero", period_words)
    share = f"{100 * refused / number:.1f}"
    point = wording.text("benchmark.decimal")
    told = {
        "share": share.replace(".", point),
        "refused": f"{refused:g}",
        "number": f"{number:g}",
        "source": _join(found.sources) or wording.text("benchmark.no_source"),
    }
    return wording.fill("benchmark.national", period_words | told)


def tell_targets(edition: Edition) -> str:
    """Say where the kommuner's targets come from, or that there are none for the period."""
    wording, period = edition.wording, edition.counting.scope.period
    kommuner = edition.counting.shown_codes(KOMMUNE, edition.area, ())
    found = [compared_with(edition.benchmarks, each, period, (MAAL,)) for each in kommuner]
    told = {"period": wording.period(period), "remedy": _remedy(edition)}
    sources = {source: None for each in found for source in each.sources}
    if any(each.numbers for each in found):
        source = _join(sources) or wording.text("benchmark.no_source")
        return wording.fill("benchmark.targets", told | {"source": source})
    years = sorted({year for each in found for year in each.other_years})
    kind = "other" if years else "none"
    return wording.fill(f"benchmark.targets_{kind}", told | {"years": _join(map(str, years))})


def tell_population(edition: Edition) -> str:
    """Say where the numbers of inhabitants come from, or that there are none."""
    wording, period = edition.wording, edition.counting.scope.period
    if not period.ends_with_year:
        return wording.text("benchmark.population_part")
    kommuner = edition.counting.shown_codes(KOMMUNE, edition.area, ())
    areas = ("".join(edition.counting.jurisdictions), *kommuner)
    found = [population(edition.benchmarks, each, period) for each in areas]
    told = {"year": str(period.til.year), "remedy": wording.text("benchmark.remedy")}
    known = [each for each in found if each is not None]
    if not known:
        return wording.fill("benchmark.population_none", told)
    sources = dict.fromkeys(each.kilde for each in known if each.kilde)
    source = _join(sources) or wording.text("benchmark.no_source")
    return wording.fill("benchmark.population", told | {"source": source})


def _remedy(edition: Edition) -> str:
    """Say how figures to compare with are imported; of part of a year there are none."""
    period = edition.counting.scope.period
    return edition.wording.text("benchmark.remedy" if period.is_years else "benchmark.remedy_part")


def _join(words: Iterable[str]) -> str:
    return ", ".join(words)
