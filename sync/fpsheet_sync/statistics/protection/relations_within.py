"""Relations within an edition: parts and wholes, citizens and cases, one count inside another."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.statistics.protection.relation import Reason, Relation, population_of
from fpsheet_sync.statistics.tables.crossed_counts import implied
from fpsheet_sync.statistics.tables.number_name import COUNTRIES, DISTINCT, LAND, Number
from fpsheet_templates.form import Form
from fpsheet_templates.kommune import BOTH
from fpsheet_templates.population import Place, load_populations
from fpsheet_templates.table import UOPLYST, load_dimensions

_NAMED = re.compile(r"\{(\w+)\}")


def inside_relations(
    numbers: Collection[Number], summed: Collection[tuple[CellId, CellId]], form: Form
) -> Iterator[Relation]:
    """Return the relations of numbers of the same days, beyond the sums that tables print.

    Args:
        numbers: The numbers.
        summed: (total, part) of the sums that are known already.
        form: The form, for what it requires.
    """
    parts: dict[tuple[str, Number], list[Number]] = defaultdict(list)
    rows = {area: implied(form, {area} if area else BOTH).items() for area in COUNTRIES}
    rows |= {code: rows[kommune.jurisdiction] for code, kommune in form.kommuner.items()}
    pairs = sorted({pair for some in rows.values() for pair in some})
    for number in numbers:
        for dimension, whole in _coarser(number):
            if whole in numbers and (whole.id, number.id) not in summed:
                yield Relation(Reason.PART, (number,), (whole,))
                parts[dimension, whole].append(number)
        if number.of.endswith(DISTINCT):
            cases = replace(number, of=number.of.removesuffix(DISTINCT))
            if cases in numbers:
                yield Relation(Reason.CASES, (number,), (cases,))
                yield Relation(Reason.BEHIND, (cases,), (number,), is_presence=True)
        yield from _contained(number, numbers)
        yield from _apart(number, numbers)
        yield from _but_for(number, numbers)
        yield from _mirrored(number, numbers)
        for pair in pairs:
            yield from _read_together(number, numbers, pair, is_certain=pair in rows[number.area])
    for (dimension, whole), some in parts.items():
        yield from _covered(dimension, whole, sorted(some, key=lambda number: number.id), form)


def _coarser(number: Number) -> Iterator[tuple[str, Number]]:
    """Return the numbers of which a number is a part, with what divides them."""
    for code in sorted(number.codes):
        yield code[0], replace(number, codes=number.codes - {code})
    if number.area not in COUNTRIES:
        for country in sorted(COUNTRIES):
            yield LAND, replace(number, area=country)


def _covered(dimension: str, whole: Number, parts: list[Number], form: Form) -> Iterator[Relation]:
    """Say what the parts of a count that does not add up are together."""
    known = load_dimensions().get(dimension)
    if not whole.of.endswith(DISTINCT) and not (known and known.several):
        return
    if dimension == LAND and whole.area:
        own = form.kommuner
        parts = [part for part in parts if own[part.area].jurisdiction == whole.area]
        # Where the reporter counts, two may report one citizen.
        population = population_of(whole)
        has_home = population is not None and population.place is Place.HOME
        yield Relation(Reason.ONE_HOME, tuple(parts), (whole,), is_equal=True, is_certain=has_home)
    if len(parts) > 1:
        yield Relation(Reason.COVERED, (whole,), tuple(parts))


def _contained(number: Number, numbers: Collection[Number]) -> Iterator[Relation]:
    """Return the counts that hold every citizen of a number that counts them once."""
    if number.of.endswith(DISTINCT):
        for whole in _wholes(number):
            if whole in numbers:
                yield Relation(Reason.CONTAINED, (number,), (whole,))


def _wholes(number: Number) -> Iterator[Number]:
    """Return the declared wholes of a number, by name; none where a code they need is lacking."""
    population = population_of(number)
    codes = dict(number.codes)
    for name in population.inside if population else ():
        needed = _NAMED.findall(name)
        if all(dimension in codes for dimension in needed):
            rest = frozenset(code for code in number.codes if code[0] not in needed)
            yield replace(number, of=name.format(**codes), codes=rest)


def _apart(number: Number, numbers: Collection[Number]) -> Iterator[Relation]:
    """Say that counts with nothing in common are together no more than what holds them."""
    population = population_of(number)
    if population is None or not population.apart or number.of != population.id:
        return
    group = [each for each in load_populations().values() if each.apart == population.apart]
    some = tuple(replace(number, of=each.id) for each in group)
    if population != group[0] or not all(each in numbers for each in some):
        return
    for whole in _wholes(number):
        if whole in numbers:
            yield Relation(Reason.APART, some, (whole,))


def _but_for(number: Number, numbers: Collection[Number]) -> Iterator[Relation]:
    """Say that a number is another but for those with one code."""
    population = population_of(number)
    if population and population.without and number.of == population.id:
        dimension, code = population.without.split("=")
        for whole in _wholes(number):
            without = replace(whole, codes=whole.codes | {(dimension, code)})
            if whole in numbers and without in numbers:
                yield Relation(Reason.BUT_FOR, (number, without), (whole,), is_equal=True)


def _mirrored(number: Number, numbers: Collection[Number]) -> Iterator[Relation]:
    """Say that of a country as many came to a kommune as left one."""
    population = population_of(number)
    if population and population.mirror and number.area in COUNTRIES:
        other = replace(number, of=population.mirror)
        if other in numbers:
            yield Relation(Reason.MIRROR, (number,), (other,), is_equal=True)


def _read_together(
    number: Number, numbers: Collection[Number], pair: tuple[str, str], *, is_certain: bool
) -> Iterator[Relation]:
    """Say that who lacks what a row must hold lacks what it may hold too.

    Where the law of one country asks for it alone, it is likely in the other.
    """
    other, dimension = pair
    if (dimension, UOPLYST) in number.codes:
        codes = (number.codes - {(dimension, UOPLYST)}) | {(other, UOPLYST)}
        lacking = replace(number, codes=codes)
        if lacking in numbers:
            yield Relation(Reason.READ_TOGETHER, (number,), (lacking,), is_certain=is_certain)
