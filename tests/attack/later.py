"""Say what the numbers of several days, periods and editions have to do with each other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.attack.meaning import LAND, Key
from tests.attack.program import INFINITE, Fact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.attack.facts import Numbers

_NOT_OVER_TIME = (
    "jobs", "job_citizens", "stayed", "joined", "left", "moved_in", "moved_out", "by_work"
)  # fmt: skip
"""What is in progress in a period, or compares its two ends."""

_OF_THE_LAST_DAY = "pensionist"
"""What divides by whether somebody has pension on the last day of the period printed."""


def later_facts(numbers: Numbers) -> Iterator[Fact]:
    """Return each fact about numbers of several days and periods.

    Args:
        numbers: All numbers the reader has heard of.
    """
    yield from _over_time(numbers)
    yield from _of_jobs(numbers)
    yield from _between_days(numbers)


def _over_time(numbers: Numbers) -> Iterator[Fact]:
    """Say that what happens in parts of a period happens in it."""
    spans: dict[Key, set[tuple[date, date]]] = defaultdict(set)
    for key in numbers.ordered:
        last_day = _OF_THE_LAST_DAY in dict(key.attributes)
        if key.first < key.last and key.measure not in _NOT_OVER_TIME and not last_day:
            spans[replace(key, first=date.min, last=date.max)].add((key.first, key.last))
    for key, found in spans.items():
        for first, last in sorted(found):
            whole = replace(key, first=first, last=last)
            inner = {span for span in found if first <= span[0] and span[1] <= last}
            for tiles in _tilings((first, last), inner - {(first, last)}):
                parts = [replace(key, first=begin, last=end) for begin, end in tiles]
                yield numbers.equal(whole, parts, f"part after part of the period: {whole}")
            for begin, end in sorted(inner):
                part = replace(key, first=begin, last=end)
                yield from numbers.at_most(part, whole, f"inside the period: {part}")


def _of_jobs(numbers: Numbers) -> Iterator[Fact]:
    """Say that who has a job on a day of a period has one in the period."""
    days = {key.last for key in numbers.keys if key.measure == "last_day_jobs"}
    halves = _days_between(numbers)
    for key in numbers.ordered:
        if key.measure not in {"jobs", "job_citizens"}:
            continue
        name = {"jobs": "last_day_jobs", "job_citizens": "last_day_citizens"}[key.measure]
        sure = key.area == LAND
        last_day = _OF_THE_LAST_DAY in dict(key.attributes)
        for day in sorted({key.last} if last_day else days):
            if key.first - timedelta(days=1) <= day <= key.last:
                stood = replace(key, measure=name, first=day, last=day)
                why = f"on a day of the period: {stood}"
                yield from numbers.at_most(stood, key, why, sure=sure)
                yield from _second_jobs(numbers, key, stood)
        if not last_day:
            yield from _jobs_of_halves(numbers, key, halves)


def _days_between(numbers: Numbers) -> list[date]:
    """Return the days that one period of jobs ends with before another begins."""
    spans = {(key.first, key.last) for key in numbers.keys if key.measure == "jobs"}
    before = {first - timedelta(days=1) for first, _ in spans}
    return sorted({last for _, last in spans} & before)


def _second_jobs(numbers: Numbers, key: Key, stood: Key) -> Iterator[Fact]:
    """Say that jobs beyond a citizen's first on a day are such in the period, too."""
    if key.measure != "jobs" or key.area != LAND:
        return
    citizens = replace(key, measure="job_citizens")
    standing = replace(stood, measure="last_day_citizens")
    if {citizens, stood, standing} <= numbers.keys:
        terms = {key: 1.0, citizens: -1.0, stood: -1.0, standing: 1.0}
        yield Fact(terms, 0.0, INFINITE, f"second jobs on a day of the period: {stood}")


def _jobs_of_halves(numbers: Numbers, key: Key, halves: Sequence[date]) -> Iterator[Fact]:
    """Say that jobs of two halves are the year's, those of the day between counted twice."""
    for day in halves:
        if not key.first < day < key.last:
            continue
        early = replace(key, last=day)
        late = replace(key, first=day + timedelta(days=1))
        if not {early, late} <= numbers.keys:
            continue
        stood = replace(key, measure="last_day_jobs", first=day, last=day)
        if key.measure == "jobs" and stood in numbers.keys:
            terms = {key: 1.0, early: -1.0, late: -1.0, stood: 1.0}
            why = f"jobs of both halves are those of the day between: {key}"
            yield Fact(terms, 0.0, 0.0, why, sure=key.area == LAND)
        if key.measure == "job_citizens":
            terms = {early: 1.0, late: 1.0, key: -1.0}
            yield Fact(terms, 0.0, INFINITE, f"in one of the halves: {key}")


def _between_days(numbers: Numbers) -> Iterator[Fact]:
    """Say what stood on a day, what happened since, and what stands on a later day."""
    days = sorted({key.last for key in numbers.keys if key.measure == "ongoing"})
    for early in days:
        for late in days:
            if early < late:
                yield from _courses(numbers, early, late)
                yield from _never_reassessed(numbers, early, late)
    for key in numbers.ordered:
        if key.measure == "deadlines" and not key.attributes:
            postponed = Key("postponed", key.area, _year_before(key.first), _year_before(key.last))
            if postponed in numbers.keys:
                yield numbers.equal(key, [postponed], f"a year after it was postponed: {key}")


def _courses(numbers: Numbers, early: date, late: date) -> Iterator[Fact]:
    for end in numbers.ordered:
        if end.measure != "ongoing" or end.last != late:
            continue
        start = replace(end, first=early, last=early)
        since = early + timedelta(days=1)
        began, ended = (replace(end, measure=name, first=since) for name in ("started", "ended"))
        if {start, began, ended} <= numbers.keys:
            terms = {end: 1.0, start: -1.0, began: -1.0, ended: 1.0}
            why = f"in progress before, and what began and ended since: {end}"
            yield Fact(terms, 0.0, 0.0, why, sure=end.area == LAND)


def _never_reassessed(numbers: Numbers, early: date, late: date) -> Iterator[Fact]:
    old = "Ikke revurderet (før reformen)"
    before = Key("pensioners", LAND, early, early, (("level", old),))
    after = replace(before, first=late, last=late)
    yield from numbers.at_most(after, before, f"nobody becomes one not reassessed: {after}")


def _tilings(
    span: tuple[date, date], inner: set[tuple[date, date]]
) -> Iterator[list[tuple[date, date]]]:
    """Return the ways to fill a span: with the shortest spans inside, and with the longest."""
    seen = []
    for best in (min, max):
        tiles, begin = [], span[0]
        while begin <= span[1]:
            ends = [end for first, end in inner if first == begin]
            if not ends:
                break
            tiles.append((begin, best(ends)))
            begin = best(ends) + timedelta(days=1)
        if begin > span[1] and tiles not in seen:
            seen.append(tiles)
            yield tiles


def _year_before(day: date) -> date:
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 1, day=28 if leap else day.day)
