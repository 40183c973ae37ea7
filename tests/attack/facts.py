"""Say what the numbers of one edition have to do with each other.

Each fact comes from headings, notes or plain sense, and says so in words. Facts marked as not sure
are what a reader would believe: the notes seem to say so, or it holds unless somebody moved.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from tests.attack.meaning import LAND, Key
from tests.attack.program import INFINITE, Fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

NOT_KNOWN = "Uoplyst"
_INDUSTRY, _OTHER = "Industri (DB07 C, DB25 C)", "Andre brancher end industri"

ONE_HOME = ("ongoing_citizens", "last_day_citizens")
"""Citizens counted once on a day: everybody has one home that day."""

CITIZENS = (*ONE_HOME, "job_citizens")
"""Citizens counted once in each row, also in the country's."""

OF = {
    "ongoing_citizens": "ongoing",
    "last_day_citizens": "last_day_jobs",
    "job_citizens": "jobs",
    "income": "pensioners",
    "under60": "pensioners",
    "decided_again": "remitted",
}
"""What a number of citizens is at most; of cases remitted those decided again."""

APPEALS = {
    "overturned": ("Ændret", "Hjemvist"),
    "tried": ("Stadfæstet", "Ændret", "Hjemvist"),
}
"""Which appeals are counted together."""

OVERLAPPING = {"source", "ground"}
"""What divides rows that one citizen or case can stand in several of."""

NOT_OVER_60 = ("Under 18 år", "18-29 år", "30-39 år", "40-49 år", "50-59 år")

DIVISIONS = {
    "A": "Landbrug, skovbrug og fiskeri",
    "B": "Industri, råstofindvinding og forsyningsvirksomhed",
    "C": "Industri, råstofindvinding og forsyningsvirksomhed",
    "D": "Industri, råstofindvinding og forsyningsvirksomhed",
    "E": "Industri, råstofindvinding og forsyningsvirksomhed",
    "F": "Bygge og anlæg",
    "G": "Handel og transport mv.",
    "H": "Handel og transport mv.",
    "I": "Handel og transport mv.",
    "J": "Information og kommunikation",
    "K": "Finansiering og forsikring",
    "L": "Ejendomshandel og udlejning",
    "M": "Erhvervsservice",
    "N": "Erhvervsservice",
    "O": "Offentlig administration, undervisning og sundhed",
    "P": "Offentlig administration, undervisning og sundhed",
    "Q": "Offentlig administration, undervisning og sundhed",
    "R": "Kultur, fritid og anden service",
    "S": "Kultur, fritid og anden service",
    "X": "Uoplyst aktivitet",
}
"""Danmarks Statistik: which of the 10 groups each letter of DB07 belongs to."""
_LETTER = re.compile(r"DB07 ([A-Z])")


@dataclass(frozen=True)
class Numbers:
    """The numbers that facts are about.

    Attributes:
        keys: Those with a cell somewhere, in every area.
        areas: The kommuner.
        is_danish: They are of Denmark, where an assessment need not have a percent.
    """

    keys: AbstractSet[Key]
    areas: Sequence[str]
    is_danish: bool = False

    @cached_property
    def ordered(self) -> list[Key]:
        """Return the numbers in order."""
        return sorted(self.keys)

    def at_most(self, smaller: Key, larger: Key, why: str, *, sure: bool = True) -> Iterator[Fact]:
        """Return that a number is at most another, if both are there."""
        if smaller in self.keys and larger in self.keys and smaller != larger:
            yield Fact({larger: 1.0, smaller: -1.0}, 0.0, INFINITE, why, sure)

    def equal(self, whole: Key, parts: Iterable[Key], why: str, *, sure: bool = True) -> Fact:
        """Return that a number is the sum of others."""
        return Fact({whole: -1.0} | dict.fromkeys(parts, 1.0), 0.0, 0.0, why, sure)


def facts_of(numbers: Numbers) -> Iterator[Fact]:
    """Return each fact about numbers of one period or day.

    Args:
        numbers: All numbers the reader has heard of.
    """
    yield from _over_areas(numbers)
    yield from _over_divisions(numbers)
    yield from _of_one_row(numbers)
    yield from _of_assessments(numbers)
    yield from _of_balances(numbers)
    yield from _of_work(numbers)
    yield from _of_remittals(numbers)


def _over_areas(numbers: Numbers) -> Iterator[Fact]:
    """Say what the kommuner and the country have to do with each other."""
    for key in numbers.ordered:
        if key.area != LAND:
            continue
        parts = [key.at(area) for area in numbers.areas]
        if key.measure not in CITIZENS:
            yield numbers.equal(key, parts, f"the kommuner add up: {key}")
            continue
        terms = {key: -1.0} | dict.fromkeys(parts, 1.0)
        yield Fact(terms, 0.0, INFINITE, f"each kommune counts its citizens: {key}")
        yield Fact(terms, 0.0, 0.0, f"each citizen has one home: {key}", sure=False)
        for part in parts:
            yield from numbers.at_most(part, key, f"counted once in the country: {part}")


def _over_divisions(numbers: Numbers) -> Iterator[Fact]:
    """Say what the rows and columns of a table add up to."""
    groups: dict[tuple[Key, str], list[Key]] = defaultdict(list)
    for key in numbers.ordered:
        for name, _ in key.attributes:
            groups[key.without(name), name].append(key)
    for (whole, name), parts in groups.items():
        if whole in numbers.keys:
            yield from _division(numbers, whole, name, parts)


def _division(numbers: Numbers, whole: Key, name: str, parts: list[Key]) -> Iterator[Fact]:
    terms = {whole: -1.0} | dict.fromkeys(parts, 1.0)
    if name in OVERLAPPING or (whole.measure in CITIZENS and name in {"type", "job"}):
        yield Fact(terms, 0.0, INFINITE, f"each is in some row: {whole} by {name}")
        if name == "ground":
            terms = terms | {whole: -3.0}
            yield Fact(terms, -INFINITE, 0.0, f"no more than three grounds: {whole}")
        for part in parts:
            yield from numbers.at_most(part, whole, f"part of {whole}: {part}")
    elif name == "type" and whole.attributes:
        yield Fact(terms, -INFINITE, 0.0, f"one of several types: {whole}")
    else:
        yield Fact(terms, 0.0, 0.0, f"adds up by {name}: {whole}")
    if name == "branche19":
        yield from _groups(numbers, whole, parts)
    if name == "industry":
        industry = [part for part in parts if ("industry", _OTHER) not in part.attributes]
        industry = [part for part in industry if ("industry", NOT_KNOWN) not in part.attributes]
        letter = whole.with_(branche19=_INDUSTRY)
        if letter in numbers.keys:
            yield numbers.equal(letter, industry, f"the parts of industry: {letter}")


def _groups(numbers: Numbers, whole: Key, parts: list[Key]) -> Iterator[Fact]:
    """Say that the letters of DB07 add up to the 10 groups."""
    groups: dict[Key, list[Key]] = defaultdict(list)
    for part in parts:
        branche = dict(part.attributes)["branche19"]
        group = branche if branche == NOT_KNOWN else DIVISIONS[_LETTER.findall(branche)[0]]
        groups[whole.with_(branche10=group)].append(part)
    for group_key, letters in groups.items():
        if group_key in numbers.keys:
            yield numbers.equal(group_key, letters, f"letters of the group: {group_key}")


def _of_one_row(numbers: Numbers) -> Iterator[Fact]:
    """Say what numbers of citizens and cases in one row have to do with each other."""
    for key in numbers.ordered:
        if key.measure in OF:
            cases = replace(key, measure=OF[key.measure])
            yield from numbers.at_most(key, cases, f"each has at least one: {key}")
        if key.measure in APPEALS:
            appeals = replace(key, measure="appeals")
            some = [appeals.with_(appeal=outcome) for outcome in APPEALS[key.measure]]
            yield numbers.equal(key, some, f"appeals counted together: {key}")
        if key.measure == "settled":
            undated, decided = (replace(key, measure=name) for name in ("undated", "decided"))
            if {undated, decided} <= numbers.keys:
                terms = {decided: 1.0, key: -1.0, undated: -1.0}
                yield Fact(terms, 0.0, INFINITE, f"settled by a decision: {key}")
        if key.measure == "under60" and not key.attributes:
            people = replace(key, measure="pensioners")
            ages = [people.with_(age=age) for age in NOT_OVER_60]
            ages = [age for age in ages if age in numbers.keys]
            if ages:
                yield numbers.equal(key, ages, f"the ages below 60: {key}")


def _of_assessments(numbers: Numbers) -> Iterator[Fact]:
    """Say that who has no assessment has no hours assessed; note 13 says it is the same."""
    for key in numbers.ordered:
        if ("band", NOT_KNOWN) not in key.attributes:
            continue
        hours = key.without("band").with_(hours=NOT_KNOWN)
        if hours not in numbers.keys:
            continue
        why = f"who has no assessment has no hours: {key}"
        yield from numbers.at_most(key, hours, why, sure=not numbers.is_danish)
        yield numbers.equal(hours, [key], f"not known is without an assessment: {key}", sure=False)


def _of_balances(numbers: Numbers) -> Iterator[Fact]:
    """Say what T15 adds up to, from the day before the period to its last day."""
    for key in numbers.ordered:
        if key.measure != "stayed":
            continue
        before = key.first - timedelta(days=1)
        start = replace(key, measure="pensioners", first=before, last=before)
        end = replace(key, measure="pensioners", first=key.last)
        came = [replace(key, measure=name) for name in ("joined", "moved_in")]
        went = [replace(key, measure=name) for name in ("left", "moved_out")]
        yield numbers.equal(end, [key, *came], f"stayed or came: {key}")
        yield numbers.equal(start, [key, *went], f"stayed or went: {key}")


_ANSWERED = {
    "Ja": ("Også sidste dag",),
    "Nej": ("Kun tidligere, nu nej", "Nej"),
    "Ikke oplyst": ("Kun tidligere, nu ikke oplyst", "Ikke oplyst"),
}
"""Answer on the last day: what it was in the period."""


def _of_work(numbers: Numbers) -> Iterator[Fact]:
    """Say that who has pension on the last day worked on it, earlier in the period or not at all.

    Who has an ordinary job on the last day is who worked on it, too, by the notes of T09b.
    """
    for key in numbers.ordered:
        if key.measure != "by_work" or ("worked", "Også sidste dag") not in key.attributes:
            continue
        people = replace(key.without("worked"), measure="pensioners", first=key.last)
        base = key.without("worked")
        every = [base.with_(worked=each) for own in _ANSWERED.values() for each in own]
        yield numbers.equal(people, every, f"adds up by work in the period: {key}")
        for answer, own in _ANSWERED.items():
            parts = [base.with_(worked=each) for each in own]
            yield numbers.equal(people.with_(ordinary=answer), parts, f"{answer} by work: {key}")


def _of_remittals(numbers: Numbers) -> Iterator[Fact]:
    """Say that a remittal is decided again or has no decision yet."""
    for key in numbers.ordered:
        if key.measure == "decided_again" and not key.attributes:
            remitted = replace(key, measure="remitted")
            waiting = remitted.with_(outcome="Ingen afgørelse endnu")
            yield numbers.equal(remitted, [key, waiting], f"decided again or not yet: {key}")
