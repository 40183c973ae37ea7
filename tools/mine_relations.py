"""Mine the relations between printed numbers from more citizens than the tests do.

    python tools/mine_relations.py 30000 > /tmp/mined.txt

`tools/mine_relations.txt` is the last result.

Per country: how many citizens make a relation of the audit false, what holds of all of them and is
not told to the audit, and how often what is only probable is false. Some 12 ms of the processor per
citizen, and 12 kB of memory.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.mining import (
    EVERY,
    FAMILIES,
    make_mine,
    refuted,
    unexplained,
    unknown_limits,
    violations,
)


def main() -> None:
    """Print what is found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("citizens", type=int, help="citizens drawn per country")
    parser.add_argument("--seed", type=int, default=2, help="of what is drawn")
    parser.add_argument("--support", type=int, default=300, help="citizens a number must have")
    wanted = parser.parse_args()
    today = time.strftime("%Y-%m-%d", time.gmtime())
    print(f"{today}, {wanted.citizens} citizens drawn, seed {wanted.seed}")
    for country in ("GL", "DK"):
        report(country, wanted)


def report(country: str, wanted: argparse.Namespace) -> None:
    """Print what is found in one country."""
    start = time.process_time()
    found = make_mine(country, wanted.citizens, wanted.seed)
    print(
        f"\n{country}: {len(found.worlds.citizens)} citizens admitted, "
        f"{len(found.printed)} numbers, {len(found.sums)} sums, {len(found.relations)} relations"
    )
    print(f"false though told as certain: {refuted(found) or 'none'}")
    often: dict[str, int] = defaultdict(int)
    for relation in found.relations:
        if not relation.is_certain:
            often[relation.reason] = max(often[relation.reason], violations(found, relation))
    for reason, wrong in sorted(often.items()):
        print(f"probable, {reason}: false of up to {wrong} citizens")
    for family in (*FAMILIES, EVERY):
        equal = unexplained(found, family, wanted.support // 6)
        print(f"equalities not told, {family or 'pension'}: {equal or 'none'}")
        for area, of_kommuner in (("kommuner", True), ("country", False)):
            left = unknown_limits(found, family, wanted.support, of_kommuner=of_kommuner)
            print(f"limits not told, {family or 'pension'}, {area}: {left or 'none'}")
    print(f"{time.process_time() - start:.0f} s of the processor")


if __name__ == "__main__":
    main()
