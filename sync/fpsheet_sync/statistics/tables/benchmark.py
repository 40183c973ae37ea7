"""Comparison with the country: expected refusals, intervals, targets, imported figures."""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert, select

from fpsheet_sync.database import schema
from fpsheet_sync.statistics.facts.scope import quarters
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.cube import KOMMUNE, Codes, Cube, Figure
from fpsheet_templates.table import Count

TILKENDELSER, AFSLAG, MAAL = "tilkendelser", "afslag", "tilbagevisninger_maal"
BEFOLKNING = "befolkning_18_66"
STRATA = ("koen", "aldersgruppe")
_SETTING = "landstal"

Span = tuple[int, int]
"""A year and its quarter, 0 for the whole of it."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One published or decided figure of a year, or of a quarter.

    Attributes:
        omraade: "GL" or "DK" for a country, else a kommunekode.
        aar: Calendar year.
        maal: `tilkendelser` and `afslag` of a country; `tilbagevisninger_maal`, the highest number
            of tilbagevisninger a kommune has set itself; `befolkning_18_66`, people aged 18 to 66
            of a country or a kommune on 31 December.
        vaerdi: The figure, 0 or more.
        kilde: Where it was published.
        kvartal: 1 to 4 for a quarter of the year; 0 for the whole of it.
    """

    omraade: str
    aar: int
    maal: str
    vaerdi: float
    kilde: str = ""
    kvartal: int = 0

    @property
    def span(self) -> Span:
        """Return the year and the quarter."""
        return self.aar, self.kvartal

    @property
    def key(self) -> tuple[str, int, int, str]:
        """Return what it is a figure of: area, year, quarter and measure."""
        return self.omraade, self.aar, self.kvartal, self.maal

    def stored(self) -> dict[str, object]:
        """Return it as it is stored: a figure of a year without a quarter, as those of before."""
        own = asdict(self)
        return own if self.kvartal else {name: v for name, v in own.items() if name != "kvartal"}


def save_benchmarks(connection: Connection, figures: Iterable[Benchmark]) -> int:
    """Keep figures in the database, in place of those of the same area, period and measure.

    Returns:
        How many there are now.
    """
    key = {f.key: f for f in (*load_benchmarks(connection), *figures)}
    text = json.dumps([key[name].stored() for name in sorted(key)], ensure_ascii=False)
    table = schema.opsaetning
    connection.execute(delete(table).where(table.c.navn == _SETTING))
    connection.execute(insert(table), {"navn": _SETTING, "vaerdi": text})
    return len(key)


def load_benchmarks(connection: Connection) -> tuple[Benchmark, ...]:
    """Return the figures kept in the database, by area, period and measure."""
    table = schema.opsaetning
    text = connection.scalar(select(table.c.vaerdi).where(table.c.navn == _SETTING))
    return tuple(Benchmark(**entry) for entry in json.loads(text or "[]"))


def compare(
    cube: Cube, kommuner: Sequence[str], country: str, period: Period, figures: Sequence[Benchmark]
) -> Cube:
    """Work out what T12, T13 and T14c print beside what was counted.

    Args:
        cube: The counts, those by sex and age included.
        kommuner: Kommuner to work it out for, beside the country.
        country: "GL" or "DK"; "" where several are counted together.
        period: Period counted; figures of years and quarters serve only whole ones.
        figures: Imported figures.
    """
    by_area = _of_period(figures, period)
    share = published_share(figures, country, period)
    strata = _strata(cube)
    found: dict[Figure, float] = {}
    for kommune in ("", *kommuner):
        codes: Codes = frozenset({(KOMMUNE, kommune)} if kommune else ())
        given = _compare_refusals(cube, codes, share, strata)
        found.update({Figure("afgoerelse", m, Count.GIVEN, codes): v for m, v in given.items()})
        target = by_area.get(kommune, {}).get(MAAL)
        if target is not None:
            over = _counted(cube, "tilbagevist", codes) - target
            found[Figure("tilbagevisning", "maal", Count.GIVEN, codes)] = target
            found[Figure("tilbagevisning", "over_maal", Count.GIVEN, codes)] = over
        people = population(figures, kommune or country, period)
        if people is not None:
            pensioners = cube.get(Figure("bestand", "bestand", Count.ROWS, codes), 0)
            found[Figure("bestand", "befolkning", Count.GIVEN, codes)] = people.vaerdi
            if people.vaerdi:
                rate = 1000 * pensioners / people.vaerdi
                found[Figure("bestand", "pr_1000", Count.GIVEN, codes)] = rate
    return found


def _compare_refusals(
    cube: Cube, codes: Codes, share: float | None, strata: Sequence[Codes]
) -> Mapping[str, float]:
    """Compare the refusals of an area with the country's share; empty where it decided nothing."""
    number, refused = _decided(cube, codes), _counted(cube, "afslag", codes)
    if not number:
        return {}
    expected = _expected(cube, codes, [frozenset()]) if share is None else number * share
    lower, upper = binomial_interval(int(refused), int(number))
    given = {"forventet": expected, "nedre": lower * number, "oevre": upper * number}
    if expected:
        given["indeks"] = 100 * refused / expected
    if share is None:
        standardised = _expected(cube, codes, strata)
        given["forventet_standardiseret"] = standardised
        if standardised:
            given["indeks_standardiseret"] = 100 * refused / standardised
    return given


def published_share(figures: Iterable[Benchmark], country: str, period: Period) -> float | None:
    """Return a country's imported share of refusals.

    None where none is imported for the period, and of 0 awards and 0 refusals: 0 of 0 is no share.
    """
    known = _of_period(figures, period).get(country, {})
    if not {TILKENDELSER, AFSLAG} <= known.keys():
        return None
    number = known[TILKENDELSER] + known[AFSLAG]
    return known[AFSLAG] / number if number else None


def country_share(
    cube: Cube, figures: Iterable[Benchmark], country: str, period: Period
) -> float | None:
    """Return the share of refusals that kommuner are compared with: imported, or else counted.

    None where neither is known.
    """
    share = published_share(figures, country, period)
    everywhere: Codes = frozenset()
    number = _decided(cube, everywhere)
    if share is None and number:
        return _counted(cube, "afslag", everywhere) / number
    return share


def population(figures: Iterable[Benchmark], area: str, period: Period) -> Benchmark | None:
    """Return how many people an area has on the last day of a period, where that is imported.

    A year's figure is of 31 December: there is none for a period that ends on another day.
    """
    year = period.til.year
    wanted = (area, year, 0, BEFOLKNING)
    found = (each for each in figures if each.key == wanted)
    return next(found, None) if period.ends_with_year else None


@dataclass(frozen=True, slots=True)
class Compared:
    """What an area is compared with for a period.

    Attributes:
        numbers: Measure → figure, added up over the years of the period.
        sources: Where they were published, each once.
        other_years: Years for which there are figures, where there are none for the period.
    """

    numbers: Mapping[str, float]
    sources: tuple[str, ...]
    other_years: tuple[int, ...]


def compared_with(
    figures: Sequence[Benchmark], area: str, period: Period, measures: Iterable[str]
) -> Compared:
    """Return what was imported of an area for a period: numbers and sources, or other years."""
    wanted = frozenset(measures)
    own = [each for each in figures if each.omraade == area and each.maal in wanted]
    numbers = _of_period(own, period).get(area, {})
    if not wanted <= numbers.keys():
        return Compared({}, (), tuple(sorted({each.aar for each in own})))
    used = _spans({each.span for each in own}, period)
    sources = {each.kilde: None for each in own if each.span in used and each.kilde}
    return Compared(numbers, tuple(sources), ())


def _counted(cube: Cube, measure: str, codes: Codes) -> float:
    return cube.get(Figure("afgoerelse", measure, Count.ROWS, codes), 0)


def _decided(cube: Cube, codes: Codes) -> float:
    return _counted(cube, "tilkendelse", codes) + _counted(cube, "afslag", codes)


def _strata(cube: Cube) -> list[Codes]:
    """Return the combinations of sex and age group in which something was decided, in order."""
    found = {
        figure.codes
        for figure in cube
        if figure.facts == "afgoerelse"
        and figure.measure in {"tilkendelse", "afslag"}
        and {name for name, _ in figure.codes} == set(STRATA)
    }
    return sorted(found, key=sorted)


def _expected(cube: Cube, codes: Codes, strata: Iterable[Codes]) -> float:
    """Return the refusals expected where each stratum has the country's share of refusals.

    Worked out with whole numbers until the end of each stratum, in a fixed order, so that both
    databases give the same last digit.
    """
    expected = 0.0
    for stratum in strata:
        everywhere = _decided(cube, stratum)
        if everywhere:
            own = _decided(cube, codes | stratum)
            expected += own * _counted(cube, "afslag", stratum) / everywhere
    return expected


def _of_period(figures: Iterable[Benchmark], period: Period) -> Mapping[str, Mapping[str, float]]:
    """Add up the figures of a period's years or quarters: area → measure → figure.

    Of whole years those of years count, where there is one for each, else those of quarters. A
    measure that lacks one is left out; of a period that is no whole quarters all are.
    """
    by_span: dict[tuple[str, str], dict[Span, float]] = defaultdict(dict)
    for figure in figures:
        by_span[figure.omraade, figure.maal][figure.span] = figure.vaerdi
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for (area, measure), values in by_span.items():
        spans = _spans(values.keys(), period)
        if spans:
            found[area][measure] = sum(values[span] for span in sorted(spans))
    return found


def _spans(told: AbstractSet[Span], period: Period) -> frozenset[Span]:
    """Return what figures of a period are added up of: its years, else its quarters, if all are."""
    choices = (_years(period), _quarters(period))
    return next((spans for spans in choices if spans and spans <= told), frozenset())


def _years(period: Period) -> frozenset[Span]:
    """Return the years of a period; none where it is not whole years."""
    years = range(period.fra.year, period.til.year + 1)
    return frozenset((year, 0) for year in years) if period.is_years else frozenset()


def _quarters(period: Period) -> frozenset[Span]:
    """Return the quarters of a period; none where it is not whole quarters."""
    own = quarters(period)
    if not all(each.whole for each in own):
        return frozenset()
    return frozenset((each.period.fra.year, (each.period.fra.month + 2) // 3) for each in own)


LEVEL = 0.95
"""Coverage of the interval, split evenly on both sides (Clopper and Pearson 1934)."""

_STEPS = 60


def binomial_interval(count: int, number: int) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) 95 per cent interval of a share, as two shares.

    The lower limit is the share at which as many as counted or more have a probability of 2,5 per
    cent; the upper the share at which as few or fewer have it. For 0 the lower limit is 0, for all
    the upper is 1. No package among the dependencies has the quantile of the beta distribution it
    is usually taken from, so the two equations are solved by halving.

    >>> [round(limit, 3) for limit in binomial_interval(2, 10)]
    [0.025, 0.556]

    Args:
        count: How many were counted, from 0 to `number`.
        number: Of how many, 1 or more.
    """
    tail = (1 - LEVEL) / 2
    ways = _ways(count, number)
    fewer = ways[:-1]
    lower = 0.0 if count == 0 else _solve(lambda p: 1 - _sum(fewer, number, p) > tail)
    upper = 1.0 if count == number else _solve(lambda p: _sum(ways, number, p) < tail)
    return lower, upper


def _ways(count: int, number: int) -> Sequence[float]:
    """Return the logarithm of how many ways there are to draw 0 to `count` of a number."""
    whole = math.lgamma(number + 1)
    return [
        whole - math.lgamma(drawn + 1) - math.lgamma(number - drawn + 1)
        for drawn in range(count + 1)
    ]


def _sum(ways: Sequence[float], number: int, share: float) -> float:
    """Return the probability of as few as are listed, or fewer, at a share between 0 and 1."""
    hit, miss = math.log(share), math.log1p(-share)
    terms = (way + drawn * hit + (number - drawn) * miss for drawn, way in enumerate(ways))
    return min(1.0, math.fsum(math.exp(term) for term in terms))


def _solve(is_above: Callable[[float], bool]) -> float:
    """Find where a condition that turns true as the share grows does so."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_above(middle) else (middle, high)
    return high
