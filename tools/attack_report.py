"""Write down what the outsider found in the demo's editions, as Markdown."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.attack.verdict import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Record: TypeAlias = "dict[str, Any]"

COUNTS = ("small", "exact", "two", "open", "wrong")

INTRODUCTION = """
Small numbers attacked (a number once for each reader), those with one value left, with two,
undecided in time, and those whose truth lies outside what was claimed. Each edition is read as
workbook, ODS and CSV. "-": not attacked.
"""

METHOD = """
Of each small number a reader keeps the values that it can not exclude: those between the smallest
and the largest that whole solutions of everything it knows showed. Each is weighted by how often a
count stands that far from such a print, counted over all numbers of the same edition, which is more
than any reader knows. Best: the share of the likeliest value. Truth: the share of the true one.
Right: how often the likeliest is the true one. A print of "more" is 10 or more. The public's are of
all single editions, those of kommuner of 2025. Nobody who reads knows which numbers are small.
"""


def report(records: Sequence[Record], command: str) -> Iterator[str]:
    """Return the lines of the result.

    Args:
        records: What each reader found.
        command: What was asked for.
    """
    day = time.strftime("%d-%m-%Y", time.gmtime())
    yield f"# What an outsider finds in the demo's editions ({day})"
    yield f"\nBy `python -m tools.attack_editions` ({command})."
    yield from _paragraph(INTRODUCTION)
    columns = " | ".join(COUNTS)
    yield f"\n| editions | public: {columns} | kommuner: {columns} | s |"
    yield "|---" * 12 + "|"
    yield from _editions(records)
    yield "\n## How often a count stands behind a print, in per cent\n"
    yield from _behind(records)
    yield "\n## Odds of the best guess at each number, in per cent"
    yield from _paragraph(METHOD)
    yield (
        "\n| reader | print | numbers | fewest values | best: half | 90 % | most | truth: half |"
        " 90 % | most | right |"
    )
    yield "|---" * 11 + "|"
    yield from _chances(records)
    for title, name in (("Narrow numbers", "narrow"), ("What is not as it is said", "other")):
        yield f"\n## {title}\n"
        lines = [
            f"- {_name(each)}, {each['reader']}: {line}" for each in records for line in each[name]
        ]
        yield from lines or ["None."]


def _paragraph(text: str) -> Iterator[str]:
    yield ""
    yield from text.strip().splitlines()


def _name(record: Record) -> str:
    periods = record["periods"].replace("+", " + ")
    return f"{record['land']}, seed {record['seed']}, {periods}"


def _editions(records: Sequence[Record]) -> Iterator[str]:
    """Return a line for each set of editions: what the public found, and all kommuner together."""
    sets: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record["reader"]:
            sets[_name(record)].append(record)
    for name, found in sets.items():
        public = [each for each in found if each["reader"] == PUBLIC]
        kommuner = [each for each in found if each["reader"] != PUBLIC]
        seconds = sum(each["seconds"] for each in found)
        yield f"| {name} | {_counts(public)} | {_counts(kommuner)} | {seconds:.0f} |"


def _counts(found: Sequence[Record]) -> str:
    if not found:
        return " | ".join("-" for _ in COUNTS)
    return " | ".join(str(sum(each[name] for each in found)) for name in COUNTS)


def _behind(records: Sequence[Record]) -> Iterator[str]:
    """Return a line for each size of print: how far the counts are from it."""
    often: dict[str, Counter[int]] = defaultdict(Counter)
    for record in records:
        for printed, counts in record.get("behind", {}).items():
            for distance, number in counts:
                often[printed][distance] += number
    for printed, counts in sorted(often.items()):
        start = int(printed) if printed.isdigit() else 0
        told = ", ".join(
            f"{start + distance if printed.isdigit() else f'{distance:+}'}: "
            f"{100 * number / counts.total():.0f}"
            for distance, number in sorted(counts.items())
        )
        yield f"- {printed} ({counts.total()} cells): {told}"


def _chances(records: Sequence[Record]) -> Iterator[str]:
    """Return a line for each kind of reader and size of print."""
    found: dict[tuple[str, str], list[tuple[int, float, float, bool]]] = defaultdict(list)
    for record in records:
        reader = "public" if record["reader"] == PUBLIC else "kommuner"
        for printed, *chance in record.get("chances", []):
            found[reader, printed].append(tuple(chance))
    for (reader, printed), chances in sorted(found.items(), reverse=True):
        values, best, truth, right = zip(*chances, strict=True)
        shares = " | ".join(
            f"{100 * share:.0f}" for each in (best, truth) for share in _spread(each)
        )
        yield (
            f"| {reader} | {printed} | {len(chances)} | {min(values)} | {shares} | "
            f"{100 * sum(right) / len(right):.0f} |"
        )


def _spread(shares: Sequence[float]) -> tuple[float, float, float]:
    """Return the share that half of the numbers reach, nine of ten, and the largest."""
    ordered = sorted(shares)
    return ordered[len(ordered) // 2], ordered[len(ordered) * 9 // 10], ordered[-1]
