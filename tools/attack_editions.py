"""Let an outsider attack the demo's editions, and write down what was found.

    python -m tools.attack_editions --out FOLDER [--seeds 1 2 3] [--result tools/attack_editions.md]

    python -m tools.attack_editions --out FOLDER --seeds 1 --sets 2025 2025+2025H1+2025H2
        --proof-seconds 1

Makes the demo for each seed, publishes the periods that are asked for, in the order in which they
are named, and attacks each set of editions: as the public, and as each kommune with its own
internal books. Without `--sets` these are 2023 to 2025 and all their half years, each edition
alone, the three years together, each year with its halves, and all together. What each reader found
is added to `found.jsonl` in the folder at once, and is not looked for again, so that a run may be
stopped and go on. The certificate takes minutes for many periods; `--proof-seconds 1` publishes
what the audit alone lets pass.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.attack.battery import COUNTRIES, DEMO_PERIOD, Demo, make_demo
from tests.attack.figures import recomputed
from tests.attack.odds import behind, chances
from tests.attack.outside import foreign, otherwise, unrounded
from tests.attack.verdict import PUBLIC, attack, false_facts, too_far
from tools.attack_report import report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.attack.verdict import Country, Found

YEARS = (DEMO_PERIOD, "2024", "2023")
HALVES = tuple(f"{year}{half}" for year in YEARS for half in ("H1", "H2"))
SINGLE = tuple((period,) for period in (*YEARS, *HALVES))
WITH_HALVES = tuple((year, f"{year}H1", f"{year}H2") for year in YEARS)
SETS = (*SINGLE, (*YEARS, *HALVES), YEARS, *WITH_HALVES)
"""Periods attacked together."""

Record: TypeAlias = "dict[str, Any]"


def main(arguments: list[str] | None = None) -> int:
    """Attack, write the result, and return 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--result", type=Path)
    parser.add_argument("--sets", nargs="+", default=["+".join(periods) for periods in SETS])
    parser.add_argument("--countries", nargs="+", choices=COUNTRIES, default=list(COUNTRIES))
    parser.add_argument("--proof-seconds", type=int, default=60, help="of `fpsheet report`")
    parser.add_argument("--public", action="store_true", help="the public alone as a reader")
    options = parser.parse_args(arguments)
    demos = {
        seed: _demo(options.out / f"demo{seed}", seed, options.sets, options.proof_seconds)
        for seed in options.seeds
    }
    kept = options.out / "found.jsonl"
    records = _read(kept)
    for periods in options.sets:
        for seed, demo in demos.items():
            for land in options.countries:
                name = {"land": land, "seed": seed, "periods": periods}
                for record in _attack(demo, name, records, public=options.public):
                    _keep(kept, records, record)
    text = "\n".join(report(records, f"seeds {' '.join(map(str, options.seeds))}")) + "\n"
    if options.result is not None:
        options.result.write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.buffer.write(text.encode("utf-8"))
    return 1 if any(record["narrow"] or record["other"] for record in records) else 0


def _demo(folder: Path, seed: int, sets: Sequence[str], proof_seconds: int) -> Demo:
    """Return the demo of a seed with the periods of some sets, made and published as needed."""
    demo = make_demo(folder, seed)
    for period in dict.fromkeys(period for periods in sets for period in periods.split("+")):
        if not demo.has_published(period):
            demo.publish(period, proof_seconds=proof_seconds)
    return demo


def _read(kept: Path) -> list[Record]:
    """Return what earlier runs found."""
    if not kept.exists():
        return []
    return [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]


def _keep(kept: Path, records: list[Record], record: Record) -> None:
    """Add what was found."""
    records.append(record)
    with kept.open("a", encoding="utf-8", newline="\n") as stream:
        stream.write(json.dumps(record, ensure_ascii=False) + "\n")


def _attack(
    demo: Demo, name: Record, records: Sequence[Record], *, public: bool
) -> Iterator[Record]:
    """Return what each reader finds that is not in the records."""
    single = "+" not in name["periods"]
    country = demo.books(name["land"], name["periods"].split("+"))
    done = {record["reader"] for record in records if record.items() >= name.items()}
    if "" not in done:
        yield name | _look(country, single=single)
    for reader in (PUBLIC, *([] if public else country.areas())):
        if reader in done:
            continue
        began = time.process_time()
        full = single and (reader == PUBLIC or name["periods"] == DEMO_PERIOD)
        found = attack(country, reader, trusting=True, full=full)
        seconds = round(time.process_time() - began, 1)
        yield name | _found(country, found, reader, full=full) | {"seconds": seconds}


def _found(country: Country, found: list[Found], reader: str, *, full: bool) -> Record:
    """Return what one reader found; the odds where all values were looked for."""
    wrong = [
        item
        for item in found
        if item.range.proved and not item.range.low <= item.truth <= item.range.high
    ]
    exact = sum(item.exact for item in found)
    return {
        "reader": reader,
        "small": len(found),
        "exact": exact,
        "two": sum(item.narrow for item in found) - exact,
        "open": sum(item.open for item in found),
        "wrong": len(wrong),
        "narrow": [
            f"{item.key} is {item.truth}, left {item.range.low} to {item.range.high}. {item.why}"
            for item in found
            if item.narrow or item.open
        ],
        "other": [],
        "chances": [
            (each.printed, each.values, round(each.best, 4), round(each.truth, 4), each.right)
            for each in (chances(country, found) if full else ())
        ],
    }


def _look(country: Country, *, single: bool) -> Record:
    """Return what the books print beside their counts, and what the attacker is wrong about."""
    other = [f"false: {why}" for why in false_facts(country)] + list(otherwise(country.public))
    other += [f"too far from its count: {place}" for place in too_far(country)]
    often = behind(country).often if single else {}
    for book in country.public if single else ():
        other += foreign(book)
        if book.base > 1:
            other += [*unrounded(book), *recomputed(book)]
    return {
        "reader": "",
        "other": other,
        "narrow": [],
        "behind": {printed: sorted(counts.items()) for printed, counts in often.items()},
    }


if __name__ == "__main__":
    raise SystemExit(main())
