"""Mining: which relations hold of every citizen that the form admits, whoever wrote them down.

A relation without a constant holds in every country if it holds of each citizen alone, so citizens
counted one by one refute what is false of any of them, and what is left of all that could be said
(sums of any length, one number no more than another) must be known to the audit.

A number is taken by its name without the area: for the country, and for the kommuner alike.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import highspy
import numpy as np

from fpsheet_sync.statistics.certificate.citizen import CountedCitizen, admitted, loaded
from fpsheet_sync.statistics.protection.crossed_cells import crossed_numbers
from fpsheet_sync.statistics.protection.relation import Reason, Relation, population_of
from fpsheet_sync.statistics.protection.release_cells import collect, find_relations, release_cells
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.number_name import COUNTRIES, Number
from fpsheet_sync.statistics.tables.release import (
    ReleaseRequest,
    count_release,
    counted_specs,
    lay_out,
)
from fpsheet_templates.load import load_form
from tests.support.invented import Invented, Inventor, kommuner_of
from tests.support.one_by_one import Worlds, count_worlds, public_specs
from tests.support.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fpsheet_sync.disclosure.cells import Equation
    from fpsheet_sync.statistics.stat_table import Release

YEARS = tuple(Period(date(year, 1, 1), date(year, 12, 31)) for year in (2024, 2025))
TODAY = date(2026, 3, 2)
KOMMUNER = 3
PRIME = 1_048_573
SEED = 7
MARGIN = 40
"""Random combinations more than unknowns: the chance of a wrong rank is 1 / PRIME each."""
FAMILIES = ("forloeb", "job")
"""What comes from one sheet alone; a citizen's other rows do not touch it."""
EVERY = ""
"""The family of what is left."""

Slot = tuple[str, tuple[str, str], frozenset[tuple[str, str]]]
Counts = np.ndarray


def slot_of(number: Number) -> Slot:
    """Return a number's name without its area."""
    return (number.of, number.period, number.codes)


def words(slot: Slot) -> str:
    """Write a slot in one line."""
    of, (fra, til), codes = slot
    days = til if fra == til else f"{fra}..{til}"
    return " ".join((of, days, *(f"{name}={code}" for name, code in sorted(codes))))


@dataclass(frozen=True)
class Mine:
    """A country of invented citizens, counted one by one, and what the audit says of it.

    Attributes:
        country: "GL" or "DK".
        worlds: The citizens counted.
        printed: The numbers that its editions print.
        relations: What is derived of them.
        sums: The sums that the tables print, and those of cells that none prints.
    """

    country: str
    worlds: Worlds
    printed: Mapping[Number, int]
    relations: tuple[Relation, ...]
    sums: tuple[Equation, ...]

    @cached_property
    def kommuner(self) -> tuple[str, ...]:
        """Return the kommuner in which somebody counts."""
        return tuple(sorted({number.area for number in self.worlds.numbers} - COUNTRIES))

    def slots(self, family: str) -> list[Slot]:
        """Return the printed slots of a family in which somebody counts."""
        found = {slot_of(each) for each in self.printed if family_of(each) == family}
        return sorted((slot for slot in found if self.country_counts([slot]).any()), key=words)

    def country_counts(self, slots: Sequence[Slot]) -> Counts:
        """Return a row per citizen: what counts in the country."""
        return self._counts(slots, self.country)

    def kommune_counts(self, slots: Sequence[Slot]) -> Counts:
        """Return a row per citizen and kommune."""
        return np.concatenate([self._counts(slots, kommune) for kommune in self.kommuner])

    def summed_counts(self, slots: Sequence[Slot]) -> Counts:
        """Return a row per citizen: what counts in all kommuner together."""
        parts = [self._counts(slots, kommune) for kommune in self.kommuner]
        return np.asarray(np.sum(parts, axis=0))

    def _counts(self, slots: Sequence[Slot], area: str) -> Counts:
        columns = [self.worlds.of(Number(of, days, area, codes)) for of, days, codes in slots]
        return np.stack(columns, axis=1)


def make_mine(country: str, citizens: int, seed: int) -> Mine:
    """Invent citizens, count them, and derive what the audit would say of their editions."""
    form = load_form()
    kommuner = kommuner_of(form, country, YEARS)[:KOMMUNER]
    inventor = Inventor(form, country, kommuner, YEARS, seed)
    drawn = _distinct(inventor.citizens(0, citizens))
    numbers = {each.id: each.cpr for each in drawn}
    people = admitted([each.counted for each in drawn], numbers, form, TODAY)
    worlds = count_worlds(people, form, country, YEARS)
    found = [collect(editions, form) for editions in (_editions(people, country, p) for p in YEARS)]
    relations, _ = find_relations(found[1], form, found[0].numbers)
    earlier, _ = find_relations(found[0], form, {})
    sums = (each for editions in found for each in editions.equations.values())
    return Mine(
        country=country,
        worlds=worlds,
        printed={**found[0].numbers, **found[1].numbers},
        relations=tuple({each.name: each for each in (*earlier, *relations)}.values()),
        sums=(*sums, *_crossed(people, country)),
    )


def _distinct(citizens: Iterable[Invented]) -> list[Invented]:
    """Leave out those whose CPR number somebody has already."""
    return list({citizen.cpr: citizen for citizen in citizens}.values())


def _editions(people: Sequence[CountedCitizen], country: str, period: Period) -> list[Release]:
    form, public = load_form(), tuple(spec.id for spec in public_specs(country))
    request = ReleaseRequest(period, country, "da", TODAY, tables=public)
    with loaded(SCHEMA, people) as connection:
        counting = count_release(connection, form, request)
    rows = [row for citizen in people for row in citizen.rows]
    areas = {row.kommune for row in rows} | {str(row.values.get("til_kommune")) for row in rows}
    known = sorted(area for area in areas if area in form.kommuner)
    ours = [area for area in known if form.kommuner[area].jurisdiction == country]
    return [lay_out(counting, replace(request, area=area)) for area in (country, *ours)]


def _crossed(people: Sequence[CountedCitizen], country: str) -> Iterator[Equation]:
    """Return the sums of cells that nobody prints, of the national editions alone."""
    form = load_form()
    for period in YEARS:
        request = ReleaseRequest(period, country, "da", TODAY)
        with loaded(SCHEMA, people) as connection:
            counting = count_release(connection, form, request)
        cells = crossed_numbers(counting, counted_specs(form, request, counting.jurisdictions))
        described = release_cells([lay_out(counting, request)], form, crossed=cells)
        yield from (each for each in described.equations if each.reason == Reason.CROSSED)


def refuted(mine: Mine) -> dict[str, int]:
    """Return what the audit is told as certain and some citizen makes false → how many do."""
    found = {}
    for relation in mine.relations:
        if relation.is_certain and (wrong := violations(mine, relation)):
            found[relation.name] = wrong
    for equation in mine.sums:
        total = mine.worlds.of(Number.read(equation.total)).astype(np.int64)
        parts = sum(mine.worlds.of(Number.read(part)).astype(np.int64) for part in equation.parts)
        if wrong := int(np.count_nonzero(total != parts)):
            found[equation.name] = wrong
    return found


def violations(mine: Mine, relation: Relation) -> int:
    """Return how many citizens a relation is false of."""
    some, others = (
        sum(mine.worlds.of(number).astype(np.int64) for number in side)
        for side in (relation.some, relation.others)
    )
    if relation.is_presence:
        return int(np.count_nonzero((some > 0) & (others == 0)))
    return int(np.count_nonzero(some != others if relation.is_equal else some > others))


Terms = dict[int, int]


def told_equalities(mine: Mine, slots: Sequence[Slot]) -> list[Terms]:
    """Return the equalities of the audit, the probable ones too.

    Over the country's slots, then those of all kommuner together.
    """
    places = {slot: place for place, slot in enumerate(slots)}
    found = []
    sides = [(r.some, r.others) for r in mine.relations if r.is_equal]
    sides += [
        ((Number.read(each.total),), tuple(map(Number.read, each.parts)))
        for each in mine.sums
        if each.reason != Reason.CROSSED
    ]
    for some, others in sides:
        terms: Terms = defaultdict(int)
        seen = set()
        for sign, side in ((1, some), (-1, others)):
            for number in side:
                place = places.get(slot_of(number))
                if place is not None:
                    column = place + (0 if number.area in COUNTRIES else len(slots))
                    if column not in seen:
                        terms[column] += sign
                    seen.add(column)
        found.append(dict(terms))
    return found


def rank_of(matrix: Counts) -> int:
    """Return the rank, over whole numbers modulo a prime."""
    return len(_echelon(matrix)[1])


def _echelon(matrix: Counts) -> tuple[Counts, list[int]]:
    """Return the reduced row echelon form modulo the prime, and its leading columns."""
    left = matrix.astype(np.int64) % PRIME
    leads: list[int] = []
    for column in range(left.shape[1]):
        row = len(leads)
        candidates = np.flatnonzero(left[row:, column])
        if not len(candidates):
            continue
        left[[row, row + candidates[0]]] = left[[row + candidates[0], row]]
        left[row] = left[row] * pow(int(left[row, column]), -1, PRIME) % PRIME
        factors = left[:, column].copy()
        factors[row] = 0
        touched = np.flatnonzero(factors)
        left[touched] = (left[touched] - np.outer(factors[touched], left[row])) % PRIME
        leads.append(column)
        if len(leads) == left.shape[0]:
            break
    return left[: len(leads)], leads


def unexplained(mine: Mine, family: str, support: int) -> list[dict[str, int]]:
    """Return equalities that hold of every citizen and do not follow from what the audit is told.

    Over the country's slots and those of all kommuner together; each as name → factor. A number of
    fewer citizens than the support may equal others by chance: columns stand by citizens, the most
    first, so that each equality says what one column is by those before it.
    """
    slots = mine.slots(family)
    counts = np.concatenate([mine.country_counts(slots), mine.summed_counts(slots)], axis=1)
    names = [*map(words, slots), *(f"{words(slot)} (kommuner)" for slot in slots)]
    citizens = np.count_nonzero(counts, axis=0)
    order = np.argsort(-citizens, kind="stable")
    chance = np.random.default_rng(SEED)
    mixed = chance.integers(0, PRIME, (counts.shape[1] + MARGIN, counts.shape[0]))
    combined = (mixed.astype(np.float64) @ counts[:, order].astype(np.float64)).astype(np.int64)
    echelon, leads = _echelon(combined)
    told = told_equalities(mine, slots)
    rows = np.zeros((len(told) + 1, counts.shape[1]), dtype=np.int64)
    for row, terms in zip(rows, told, strict=False):
        for column, factor in terms.items():
            row[column] = factor
    known, known_leads = _echelon(rows[:, order])
    found = []
    for place in sorted(set(range(counts.shape[1])) - set(leads)):
        if citizens[order[place]] < support:
            break
        vector = np.zeros(counts.shape[1], dtype=np.int64)
        vector[place] = 1
        for line, lead in enumerate(leads):
            vector[lead] = -echelon[line, place] % PRIME
        if _reduced(vector, known, known_leads).any():
            found.append(_named(vector, [names[column] for column in order]))
            known, known_leads = _echelon(np.vstack([known, vector]))
    return found


def _reduced(vector: Counts, echelon: Counts, leads: Sequence[int]) -> Counts:
    """Take off a vector what rows in echelon form make up."""
    left = vector.copy()
    for row, lead in enumerate(leads):
        if left[lead]:
            left = (left - left[lead] * echelon[row]) % PRIME
    return left


def _named(vector: Counts, names: Sequence[str]) -> dict[str, int]:
    signed = np.where(vector > PRIME // 2, vector - PRIME, vector)
    return {names[column]: int(signed[column]) for column in np.flatnonzero(signed).tolist()}


def alive_pairs(counts: Counts, support: int) -> set[tuple[int, int]]:
    """Return (a, b) with a <= b in every row, of a in which enough rows count somebody."""
    wanted = np.flatnonzero((counts > 0).sum(axis=0) >= support).tolist()
    broken = np.zeros((counts.shape[1], counts.shape[1]), dtype=bool)
    for level in range(1, int(counts.max(initial=0)) + 1):
        reach = (counts >= level).astype(np.float32)
        broken |= reach.T @ (1 - reach) > 0
    return {(a, b) for a in wanted for b in np.flatnonzero(~broken[a]).tolist() if a != b}


def told_limits(mine: Mine, slots: Sequence[Slot], area: str) -> list[tuple[Terms, bool]]:
    """Return the relations within one area, the probable ones too.

    Each as (terms, is equal): the terms together are at most 0, or 0.
    """
    places = {slot: place for place, slot in enumerate(slots)}
    sides = [(r.some, r.others, r.is_equal) for r in mine.relations if not r.is_presence]
    sides += [
        ((Number.read(each.total),), tuple(map(Number.read, each.parts)), True)
        for each in mine.sums
        if each.reason != Reason.CROSSED
    ]
    found = []
    for some, others, is_equal in sides:
        named = (*some, *others)
        if any(number.area != area for number in named):
            continue
        if any(slot_of(n) not in places and n in mine.worlds.numbers for n in named):
            continue
        terms: Terms = defaultdict(int)
        for sign, side in ((1, some), (-1, others)):
            for number in side:
                if slot_of(number) in places:
                    terms[places[slot_of(number)]] += sign
        found.append((dict(terms), is_equal))
    return found


def not_implied(
    pairs: Iterable[tuple[int, int]], limits: Sequence[tuple[Terms, bool]], size: int
) -> list[tuple[int, int]]:
    """Return the pairs a <= b that do not follow from the limits: a can be 1 with b below it."""
    reach = _closure(limits, size)
    program = _program(limits, size)
    found = []
    for a, b in sorted(pairs):
        if reach[a, b]:
            continue
        program.changeColBounds(a, 1.0, 1.0)
        program.changeColCost(b, 1.0)
        program.run()
        if program.getInfo().objective_function_value < 1 - 1e-6:
            found.append((a, b))
        program.changeColBounds(a, 0.0, highspy.kHighsInf)
        program.changeColCost(b, 0.0)
    return found


def _closure(limits: Sequence[tuple[Terms, bool]], size: int) -> Counts:
    """Return which slots are no more than others by chains of single limits."""
    reach = np.eye(size, dtype=bool)
    for terms, is_equal in limits:
        for sign in (1, -1) if is_equal else (1,):
            above = [place for place, factor in terms.items() if factor * sign < 0]
            if len(above) == 1:
                for place, factor in terms.items():
                    if factor * sign > 0:
                        reach[place, above[0]] = True
    while True:
        wider = (reach.astype(np.float32) @ reach.astype(np.float32)) > 0
        if (wider == reach).all():
            return reach
        reach = wider


def _program(limits: Sequence[tuple[Terms, bool]], size: int) -> highspy.Highs:
    program = highspy.Highs()  # type: ignore[no-untyped-call]
    program.setOptionValue("output_flag", False)
    program.setOptionValue("threads", 1)
    for _ in range(size):
        program.addVar(0.0, highspy.kHighsInf)
    for terms, is_equal in limits:
        columns = np.array(list(terms), dtype=np.int32)
        factors = np.array(list(terms.values()), dtype=np.float64)
        least = 0.0 if is_equal else -highspy.kHighsInf
        program.addRow(least, 0.0, len(columns), columns, factors)
    return program


def unknown_limits(mine: Mine, family: str, support: int, *, of_kommuner: bool) -> list[str]:
    """Return every a <= b that holds of all citizens and does not follow from the audit's list."""
    slots = mine.slots(family)
    counts = mine.kommune_counts(slots) if of_kommuner else mine.country_counts(slots)
    area = mine.kommuner[0] if of_kommuner else mine.country
    pairs = alive_pairs(np.unique(counts, axis=0), 0)
    enough = set(np.flatnonzero((counts > 0).sum(axis=0) >= support).tolist())
    wanted = [(a, b) for a, b in pairs if a in enough]
    left = not_implied(wanted, told_limits(mine, slots, area), len(slots))
    return [f"{words(slots[a])} <= {words(slots[b])}" for a, b in left]


def family_of(number: Number) -> str:
    """Return what a number belongs to: forløb, supported jobs, or ("") all about the pension."""
    population = population_of(number)
    return population.of if population and population.of in FAMILIES else ""
