"""Let an outsider attack the demo's editions, and write down what was found.

    python -m tools.attack_editions --out FOLDER [--seeds 1 2 3] [--result tools/attack_editions.md]

Makes the demo for each seed, publishes 2023 to 2025 and the half years of 2025, and attacks each
edition alone, the three years together, and 2025 with its halves: as the public, and as each
kommune with its own internal books. Takes some ten minutes of one processor for a seed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.attack.battery import COUNTRIES, DEMO_PERIOD, Demo, attacks, make_demo
from tests.attack.figures import recomputed
from tests.attack.outside import foreign, unrounded
from tests.attack.verdict import PUBLIC, false_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.attack.verdict import Country, Found

YEARS = (DEMO_PERIOD, "2024", "2023")
HALVES = ("2025H1", "2025H2")
SETS = (*((period,) for period in (*YEARS, *HALVES)), YEARS, (DEMO_PERIOD, *HALVES))
"""Periods attacked together."""

OFTEN = 50
"""Fewest cells from which odds are told."""


@dataclass(slots=True)
class Result:
    """What was found in all attacks.

    Attributes:
        lines: Of the table: one an attack.
        narrow: In words, one a number.
        other: What rounded books print that is not rounded, and facts that are false.
        odds: True values by what was printed, the base, and what is counted ("" for all).
    """

    lines: list[str] = field(default_factory=list)
    narrow: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    odds: dict[tuple[float, int, str], Counter[int]] = field(
        default_factory=lambda: defaultdict(Counter)
    )


def main(arguments: list[str] | None = None) -> int:
    """Attack, write the result, and return 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--result", type=Path)
    parser.add_argument("--sets", nargs="+", default=["+".join(periods) for periods in SETS])
    parser.add_argument("--public", action="store_true", help="the public alone as a reader")
    options = parser.parse_args(arguments)
    result = Result()
    for seed in options.seeds:
        folder = options.out / f"demo{seed}"
        demo = Demo(folder) if folder.exists() else make_demo(folder, seed, (*YEARS, *HALVES))
        for land in COUNTRIES:
            for periods in (periods.split("+") for periods in options.sets):
                country = demo.books(land, periods)
                name = f"{land}, seed {seed}, {' + '.join(periods)}"
                readers = (PUBLIC,) if options.public else ()
                _attack(result, name, country, readers)
                if len(periods) == 1:
                    _look(result, name, country)
        text = "\n".join(_report(result))
        if options.result is not None:
            options.result.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")
    return 1 if result.narrow or result.other else 0


def _attack(result: Result, name: str, country: Country, readers: tuple[str, ...]) -> None:
    """Add what each reader finds in some editions."""
    began = time.process_time()
    by_reader: dict[tuple[str, bool], list[Found]] = defaultdict(list)
    for found in attacks(country, readers):
        by_reader[found.reader, found.trusting].append(found)
    seconds = time.process_time() - began
    kommuner = [
        found for (reader, _), all_ in by_reader.items() if reader != PUBLIC for found in all_
    ]
    public = [
        found for (reader, _), all_ in by_reader.items() if reader == PUBLIC for found in all_
    ]
    result.lines.append(f"| {name} | {_counts(public)} | {_counts(kommuner)} | {seconds:.0f} |")
    result.narrow += [
        f"- {name}: {found.reader}: {found.key} is "
        f"{found.truth}, left {found.range.low} to {found.range.high}. {found.why}"
        for found in (*public, *kommuner)
        if found.narrow or found.open
    ]
    result.other += [f"- {name}: false: {why}" for why in false_facts(country)]
    _odds(result, country)


def _counts(found: list[Found]) -> str:
    """Return how many numbers were attacked, exact, of two values, open and misjudged."""
    exact = sum(item.exact for item in found)
    two = sum(item.narrow and not item.exact for item in found)
    wrong = sum(
        item.range.proved and not item.range.low <= item.truth <= item.range.high for item in found
    )
    return f"{len(found)} | {exact} | {two} | {sum(item.open for item in found)} | {wrong}"


def _look(result: Result, name: str, country: Country) -> None:
    """Add what single books print beside their counts."""
    for book in country.public:
        found: Iterable[str] = [*foreign(book)]
        if book.base > 1:
            found = [*found, *unrounded(book), *recomputed(book)]
        result.other += [f"- {name}: {line}" for line in found]


def _odds(result: Result, country: Country) -> None:
    """Count the true values behind each print."""
    truth = country.truth
    for book, printed in country.prints():
        if book.base > 1 and printed.key in truth and not isinstance(printed.cell, str):
            value = truth[printed.key]
            result.odds[printed.cell, book.base, ""][value] += 1
            result.odds[printed.cell, book.base, printed.key.measure][value] += 1


def _report(result: Result) -> Iterator[str]:
    """Return the lines of the result in Markdown."""
    day = time.strftime("%d-%m-%Y", time.gmtime())
    yield f"# What an outsider finds in the demo's editions ({day})"
    yield ""
    yield "By `python -m tools.attack_editions`. Small numbers attacked (a number once for each"
    yield "reader), those with one value left, with two, undecided in time, and those whose truth"
    yield "lies outside what was claimed."
    yield ""
    columns = "small | exact | two | open | wrong"
    yield f"| editions | public: {columns} | kommuner: {columns} | s |"
    yield "|---" * 12 + "|"
    yield from result.lines
    yield ""
    yield "## Odds of a true value by its print, in per cent"
    yield ""
    yield from _likely(result)
    yield ""
    yield "## Narrow numbers"
    yield ""
    yield from result.narrow or ["None."]
    yield ""
    yield "## Prints that are not rounded, and facts that are false"
    yield ""
    yield from result.other or ["None."]


def _likely(result: Result) -> Iterator[str]:
    """Return how often each true value stands behind the smallest prints."""
    best: dict[tuple[float, int], tuple[float, str]] = {}
    for (cell, base, measure), values in sorted(result.odds.items()):
        total = values.total()
        if cell > base or total < OFTEN:
            continue
        shares = {value: 100 * count / total for value, count in sorted(values.items())}
        if not measure:
            told = ", ".join(f"{value}: {share:.0f}" for value, share in shares.items())
            yield f"- {cell} at base {base} ({total} cells): {told}"
            continue
        if not cell:
            continue
        value = max(shares, key=shares.__getitem__)
        told = f"{shares[value]:.0f} per cent for {value} of {total} cells of {measure}"
        best[cell, base] = max(best.get((cell, base), (0.0, "")), (shares[value], told))
    for (cell, base), (_, told) in best.items():
        yield f"- best odds behind {cell} at base {base}: {told}"


if __name__ == "__main__":
    raise SystemExit(main())
