"""Play random histories against the model of the merge, on both databases.

    python -m tools.play_histories --count 3000
    python -m tools.play_histories --count 1000 --postgresql

A history takes 1 to 3 s of one processor, the more the more else runs there, nearly all of it in
the program's own small queries. With POLARS_MAX_THREADS=1 in the environment no time goes with
handing them from thread to thread, and with TMPDIR=/dev/shm the databases lie in memory.

The histories are those of tests/sync/merge/test_merge_model.py, which plays a few in each run:
copies, decisions, receipts taken or not, held and released files, new CPR numbers, moves, workbooks
of other years. Each seed is one history; a seed that fails is printed and plays the same again.
The last result stands in tools/play_histories.txt.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import traceback
from contextlib import ExitStack
from pathlib import Path
from random import Random
from unittest.mock import patch

from fpsheet_sync.database.store import PRAGMAS
from tests.support.postgresql import new_database, start_postgresql
from tests.support.stores import Stores
from tests.support.submissions import new_store
from tests.sync.merge.test_merge_model import play_history

REPLAYED = 12
"""Of so many histories one is brought in another order too, and rebuilt from its originals."""
TOLD = 10
"""After so many histories it is told how far they are; what was played until then counts."""


def play_all(stores: Stores, seeds: range) -> list[int]:
    """Play histories; print and return the seeds in which database and model differ."""
    failed: list[int] = []
    for seed in seeds:
        try:
            replays = seed % REPLAYED == 0
            play_history(stores, Random(seed), replays=replays)  # noqa: S311 - a history, not a secret
        except Exception:  # noqa: BLE001 - the next history is played all the same
            failed.append(seed)
            stores.close()
            print(
                f"seed {seed}:", *traceback.format_exc().splitlines()[-3:], sep="\n  ", flush=True
            )
        if (seed + 1) % TOLD == 0:
            print(f"until {seed}: {len(failed)} failed", flush=True)
    return failed


def main() -> int:
    """Play, print and return 1 where a history failed."""
    parser = argparse.ArgumentParser(description="Play random histories against the model.")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--postgresql", action="store_true", help="on a server that is thrown away")
    chosen = parser.parse_args()
    seeds = range(chosen.first, chosen.first + chosen.count)
    # Nobody pulls the plug, and waiting for the disk is slow.
    careless = patch("fpsheet_sync.database.store.PRAGMAS", (*PRAGMAS, "synchronous = OFF"))
    with ExitStack() as stack, careless:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stores = Stores(folder, make_template(folder), [])
        if chosen.postgresql:
            url = stack.enter_context(start_postgresql())
            servers = [stack.enter_context(new_database(url)) for _ in range(2)]
            for server in servers:
                new_store(server).close()
            stores = Stores(folder, None, servers)
        begun = time.monotonic()
        failed = play_all(stores, seeds)
        stores.close()
    kind = "PostgreSQL" if chosen.postgresql else "SQLite"
    spent = time.monotonic() - begun
    print(f"{kind}: seeds {seeds.start} to {seeds.stop - 1}, {len(failed)} failed, {spent:.0f} s")
    return 1 if failed else 0


def make_template(folder: Path) -> Path:
    """Make an empty store that every history gets a copy of."""
    made, template = folder / "made.db", folder / "template.db"
    new_store(f"sqlite:///{made.as_posix()}").close()
    shutil.copyfile(made, template)
    return template


if __name__ == "__main__":
    sys.exit(main())
