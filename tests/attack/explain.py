"""Say in words from which facts and prints a number follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.attack.program import INFINITE, WHOLE, ContradictoryError, Part, Solver, parts_of

if TYPE_CHECKING:
    from tests.attack.meaning import Key
    from tests.attack.program import Fact, Known


def derivation(known: Known, key: Key) -> str:
    """Return the facts and prints that hold a number's smallest and largest value.

    None of the facts can be spared: without any of them, the linear program allows more. What
    integer programs add is not told.

    Args:
        known: What the reader knows.
        key: The number.
    """
    if known.fixed(key):
        return f"it is printed: {known.low[key]:g}"
    part = next((part for part in parts_of(known) if key in part.keys), None)
    if part is None:
        return "nothing binds it to others"
    ends = []
    for sign, name in ((1.0, "at least"), (-1.0, "at most")):
        value = _extreme(known, part.facts, key, sign)
        if value is None or value == -INFINITE:
            continue
        facts = _needed(known, part.facts, key, sign)
        words = "; ".join(_worded(known, key, facts)) or "its own print"
        ends.append(f"{name} {sign * value:g}: {words}")
    return " | ".join(ends)


def _extreme(known: Known, facts: list[Fact], key: Key, sign: float) -> float | None:
    """Return the smallest value of a number, or of it negated, that facts allow."""
    keys = dict.fromkeys(term for fact in facts for term in fact.terms if not known.fixed(term))
    try:
        solver = Solver(known, Part(list(keys | {key: None}), facts), whole=False)
        return solver.extreme({key: sign})
    except ContradictoryError:
        return None


def _needed(known: Known, facts: list[Fact], key: Key, sign: float) -> list[Fact]:
    """Return facts of which none can be spared, coarse ones rather than fine ones."""
    wanted = _extreme(known, facts, key, sign)
    kept = sorted(facts, key=lambda fact: max(-len(term.attributes) for term in fact.terms))
    size = len(kept) // 2
    while size:
        at = 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + size :]
            value = _extreme(known, fewer, key, sign)
            if value is not None and wanted is not None and abs(value - wanted) <= WHOLE:
                kept = fewer
            else:
                at += size
        size //= 2
    return kept


def _worded(known: Known, key: Key, facts: list[Fact]) -> list[str]:
    """Return the facts in words, and what is printed of the numbers in them."""
    printed = dict.fromkeys(term for fact in facts for term in fact.terms if term != key)
    bounds = [
        f"{term} = {known.low[term]:g}"
        if known.fixed(term)
        else f"{term} in {known.low.get(term, 0):g}..{known.high.get(term, INFINITE):g}"
        for term in printed
    ]
    return [*(fact.why for fact in facts), *bounds]
