"""Say what printed means tell of the counts behind them.

A share, an expected number or an index of a rounded book is worked out from prints and tells
nothing more; `recomputed` checks that it is so.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.attack.meaning import Figure, Key, Print, counts_of
from tests.attack.program import INFINITE, Fact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.attack.printed import Book, Cell

_BANDS: dict[str, dict[str, tuple[float, float]]] = {
    "Afklaringsforløb i gennemsnit (forløb pr. revurdering)": {
        "Med antal afklaringsforløb: Ingen (antal)": (0, 0),
        "Med antal afklaringsforløb: 1 (antal)": (1, 1),
        "Med antal afklaringsforløb: 2 (antal)": (2, 2),
        "Med antal afklaringsforløb: 3 eller flere (antal)": (3, INFINITE),
    },
    "Timer i gennemsnit (timer pr. uge)": {
        "Timer i ordinært job: 0 timer (antal)": (0, 0),
        "Timer i ordinært job: 0,1-9,9 timer (antal)": (0.1, 9.9),
        "Timer i ordinært job: 10-19,9 timer (antal)": (10, 19.9),
        "Timer i ordinært job: 20-29,9 timer (antal)": (20, 29.9),
        "Timer i ordinært job: 30 timer og derover (antal)": (30, 7 * 24),
    },
}
"""Heading of a mean: smallest and largest share of each column beside it."""

_BEHIND = 10
"""How many citizens must be behind a mean, median or quartile of a rounded book, as it says."""

_DAYS = ("(dage)", "i gennemsnit")


def figure_facts(book: Book) -> Iterator[Fact]:
    """Return what a book's means, and which of its figures it leaves out, tell of counts.

    Args:
        book: A printed workbook.
    """
    counts = list(counts_of(book))
    prints = {count.key: count.cell for count in counts if isinstance(count, Print)}
    for figure in counts:
        if isinstance(figure, Figure):
            yield from _mean(book, figure)
            if book.base > 1 and any(word in figure.heading for word in _DAYS):
                yield from _behind(figure, prints, book.reach)


def _mean(book: Book, figure: Figure) -> Iterator[Fact]:
    """Say that the sum behind a mean lies between those of the bands' ends."""
    bands = _BANDS.get(figure.heading)
    if bands is None or isinstance(figure.cell, str):
        return
    half = 0.5 if book.base > 1 else 0.05
    ends = {figure.parts[name]: end for name, end in bands.items() if name in figure.parts}
    lowest = {key: low - figure.cell - half for key, (low, _) in ends.items()}
    yield Fact(lowest, -INFINITE, 0.0, f"a mean of {figure.cell} in {figure.place}")
    if all(high < INFINITE for _, high in ends.values()):
        highest = {key: high - figure.cell + half for key, (_, high) in ends.items()}
        yield Fact(highest, 0.0, INFINITE, f"a mean of {figure.cell} in {figure.place}")


def _behind(figure: Figure, prints: Mapping[Key, Cell], reach: int) -> Iterator[Fact]:
    """Say that a figure stands on ten citizens at least, and that one left out may stand on fewer.

    It does where the number shown alone says that there are ten; else it is left out in any case.
    """
    counted = _counted(figure)
    shown = prints.get(counted)
    if not isinstance(figure.cell, str):
        yield Fact({counted: 1.0}, _BEHIND, INFINITE, f"ten at least behind {figure.place}")
    elif figure.cell == "[u]" and isinstance(shown, int) and shown - reach >= _BEHIND:
        why = f"fewer than ten behind {figure.place}"
        yield Fact({counted: 1.0}, 0.0, _BEHIND - 1, why, sure=False)


def _counted(figure: Figure) -> Key:
    """Return the count that a figure of days or hours is of."""
    names = (
        "Afsluttede revurderinger (antal)",
        "Ordinært job: Ja (antal)",
        "Afgjort igen (antal)",
    )
    return next((figure.parts[name] for name in names if name in figure.parts), figure.counted)


def recomputed(book: Book) -> Iterator[str]:
    """Return the place of each share, expected number and index that its prints do not give.

    Args:
        book: A rounded book; a kommune's own does not print the country's row.
    """
    prints = {
        (table.code, row[0]): dict(zip(table.headings, row, strict=True))
        for table in book.tables
        if table.code == "T12"
        for row in table.rows
    }
    country = next(iter(prints.values()), {}) if book.national else {}
    for (code, area), row in prints.items():
        for heading, wanted in _worked_out(row, country).items():
            cell = row.get(heading)
            if isinstance(cell, int | float) and abs(cell - wanted) > 0.5 + 1e-9:
                yield f"{code} {area}: {heading} is {cell}, of its prints {wanted:.2f}"


_REFUSED = "Afslag (antal)"
_DECIDED = "Tilkendelser og afslag (antal)"


def _worked_out(row: Mapping[str, Cell], country: Mapping[str, Cell]) -> dict[str, float]:
    """Return the figures of T12 that a row's prints and the country's give."""
    refused, decided = row.get(_REFUSED), row.get(_DECIDED)
    if not isinstance(refused, int) or not isinstance(decided, int):
        return {}
    figures: dict[str, float] = {}
    if decided:
        figures["Andel afslag (pct.)"] = 100 * refused / decided
    figures["Afslag, nedre grænse (antal)"] = _limit(refused, decided, 0.025, lower=True)
    figures["Afslag, øvre grænse (antal)"] = _limit(refused, decided, 0.025, lower=False)
    all_refused, all_decided = country.get(_REFUSED), country.get(_DECIDED)
    if isinstance(all_refused, int) and isinstance(all_decided, int) and all_decided:
        expected = decided * all_refused / all_decided
        figures["Forventede afslag, landets andel (antal)"] = expected
        if expected:
            index = "Afslag i forhold til forventet (hele landet = 100)"
            figures[index] = 100 * refused / expected
    return figures


def _limit(count: int, of: int, tail: float, *, lower: bool) -> float:
    """Return an end of the exact interval of a binomial count (Clopper and Pearson), by halving.

    Args:
        count: What was counted.
        of: How many could have been.
        tail: Probability outside on this side.
        lower: Whether the lower end is asked for.
    """
    if count == (0 if lower else of):
        return float(count)
    low, high = 0.0, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        below = _at_most(count - 1 if lower else count, of, middle)
        outside = 1 - below if lower else below
        if (outside < tail) == lower:
            low = middle
        else:
            high = middle
    return low * of


def _at_most(count: int, of: int, share: float) -> float:
    """Return the probability of at most so many of a number, each with the same probability."""
    return sum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(count + 1))
