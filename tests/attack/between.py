"""Work out how many came between two editions: in each number, by all that both print."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.attack.program import INFINITE, Fact, Known, Range, believable, ranges
from tests.attack.verdict import ENOUGH, SECONDS, SMALL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.attack.meaning import Key
    from tests.attack.verdict import Country

_LEFT = "left what edition"
"""How a fact begins that says that a number moved since its count had left the print it had."""


def late_cases(before: Country, after: Country, reader: str) -> dict[Key, tuple[int, Range]]:
    """Return each small number of late cases, and how many a reader takes it to be.

    The reader knows that cases came and none went, so that no number fell, and believes of each
    that moved that its count had left the print it had.

    Args:
        before: The first editions, and the truth then.
        after: The second editions, and the truth then.
        reader: PUBLIC or the name of a kommune.
    """
    early, late = (each.known(reader, trusting=False) for each in (before, after))
    every = after.printed.also([book for book in after.internal if book.area == reader])
    known = Known(
        {_named("before", key): low for key, low in early.low.items()} | late.low,
        {_named("before", key): high for key, high in early.high.items()} | late.high,
        [*map(_before, early.facts), *late.facts],
    )
    known.facts += [fact for fact in every.facts if fact.why.startswith(_LEFT)]
    both = [key for key in after.printed.cells if key in set(before.printed.cells)]
    for key in both:
        came = _named("came", key)
        terms = {came: 1.0, key: -1.0, _named("before", key): 1.0}
        known.facts.append(Fact(terms, 0.0, 0.0, f"came between: {key}"))
        known.bound(came, 0, INFINITE)
    truth = {key: _came(before.truth, after.truth, key) for key in both if key.area != reader}
    small = {key: number for key, number in truth.items() if 1 <= number <= SMALL}
    targets = [_named("came", key) for key in small]
    found = ranges(believable(known), targets, enough=ENOUGH, seconds=SECONDS)
    return {key: (number, found[_named("came", key)]) for key, number in small.items()}


def _came(before: Mapping[Key, int], after: Mapping[Key, int], key: Key) -> int:
    return after.get(key, 0) - before.get(key, 0)


def _named(when: str, key: Key) -> Key:
    return replace(key, measure=f"{when}: {key.measure}")


def _before(fact: Fact) -> Fact:
    return replace(fact, terms={_named("before", key): each for key, each in fact.terms.items()})
