"""Certify the demo's editions in full, and write down what was proved.

    python -m tools.certify_editions --out FOLDER [--seed 1] [--base 3]
        [--result tools/certify_editions.md]
    python -m tools.certify_editions --db central.db --countries DK --sets 2024 --counted 12
    python -m tools.certify_editions --out FOLDER --sets 2025+2025H1+2025H2

Makes the demo, or takes a database that is there (`benchmarks/bench_statistics.py --keep` makes one
of 98 kommuner), rounds each set of years and half years of each country and looks for worlds of
citizens (`fpsheet_sync/statistics/certificate`) until every small number has three values for the
public and for each kommune; then counts these worlds as the tables are counted. The periods of a
set are published one after the other, and all their numbers certified together. Some minutes of one
processor for each.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from fpsheet_sync.database.store import last_commit, open_store
from fpsheet_sync.disclosure.settings import DEFAULT_BASE
from fpsheet_sync.statistics.certificate.certify import certify
from fpsheet_sync.statistics.facts.changed_facts import ChangedFacts
from fpsheet_sync.statistics.protection.edition_plan import EditionPlan
from fpsheet_sync.statistics.protection.kept_rounding import Before, Kept
from fpsheet_sync.statistics.protection.proof import read_ground
from fpsheet_sync.statistics.protection.protect import Ground, protect
from fpsheet_sync.statistics.stat_table import Period, Release
from fpsheet_sync.statistics.tables.public_tables import public_tables
from fpsheet_sync.statistics.tables.release import count_release, lay_out_editions
from fpsheet_templates.load import load_form
from tests.attack.battery import days_of, make_demo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from fpsheet_sync.disclosure.rounding import Rounded

COUNTRIES = ("GL", "DK")
SETS = ("2025", "2024", "2023", "2023+2024+2025")
COUNTED_ON = date(2026, 3, 3)
SECRET = b"the same in every run of the tool"
SECONDS = 3600
NAMED = 200
"""Numbers that are not proved and are named one by one; of more it is said how many there are."""


@dataclass(frozen=True)
class Job:
    """What is asked for.

    Attributes:
        database: The database.
        base: What numbers are rounded to a multiple of.
        counted: How many worlds are counted again at most.
        seconds: How long worlds are sought.
    """

    database: Path
    base: int
    counted: int
    seconds: int


def main(arguments: list[str] | None = None) -> int:
    """Certify, write the result, and return 1 if anything is not proved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="where the demo is, or is made")
    parser.add_argument("--db", type=Path, help="a database instead")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--base", type=int, default=DEFAULT_BASE)
    parser.add_argument("--counted", type=int, default=10_000, help="worlds counted again at most")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of the search, by the clock")
    parser.add_argument("--result", type=Path)
    parser.add_argument("--countries", nargs="+", default=COUNTRIES)
    parser.add_argument("--sets", nargs="+", default=SETS)
    options = parser.parse_args(arguments)
    if (options.out is None) == (options.db is None):
        parser.error("give --out or --db")
    database = options.db or make_demo(options.out / f"demo{options.seed}", options.seed).database
    job = Job(database, options.base, options.counted, options.seconds)
    what = f"seed {options.seed}" if options.out else f"{options.db.name}"
    lines: list[str] = []
    left: list[str] = []
    text = ""
    for country in options.countries:
        for periods in options.sets:
            line, narrow = _certify(job, country, periods.split("+"))
            lines.append(line)
            left += narrow
            head = _head(f"{what}, base {options.base}")
            text = "\n".join((*head, *lines, "", "## Not proved", "", *_told(left)))
            if options.result is not None:
                options.result.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")
    return 1 if left else 0


def _head(what: str) -> Iterator[str]:
    day = time.strftime("%d-%m-%Y", time.gmtime())
    yield f"# What worlds of citizens prove of the demo's editions ({day})"
    yield ""
    yield f"By `python -m tools.certify_editions`, {what}. A pair is a small number"
    yield "and a reader from whom it is kept. It is wide when citizens exist, real ones and their"
    yield "neighbours, that give it three values while everything printed stays possible. Worlds"
    yield "were counted again by the tables: otherwise are those that were not as told. Seconds are"
    yield "of the processor: rounding and search, and with the worlds counted again."
    yield ""
    yield "| editions | small | pairs | wide | worlds | counted | otherwise | neighbours | s |"
    yield "|---" * 9 + "|"


def _told(left: Sequence[str]) -> Sequence[str]:
    more = [f"- and {len(left) - NAMED} numbers more."] if len(left) > NAMED else []
    return [*left[:NAMED], *more] or ["Nothing."]


def _certify(job: Job, country: str, names: Sequence[str]) -> tuple[str, list[str]]:
    """Certify some periods together, each published when those before it were."""
    began = time.process_time()
    store = open_store(f"sqlite:///{job.database.as_posix()}", load_form())
    with store.read() as connection:
        plans = [_plan(connection, country, Period(*days_of(name)), job.base) for name in names]
        before, past = Before(), tuple[Release, ...]()
        for plan in plans[:-1]:
            releases, rounded = _publish(connection, plan, before, past)
            prints = {name: (one,) for name, one in rounded.prints.items()}
            before, past = Before({}, {**prints, **before.prints}), (*past, *releases)
        releases, rounded = _publish(connection, plans[-1], before, past)
        shown, shown_before = ([public_tables(each) for each in some] for some in (releases, past))
        ground = read_ground(connection, plans[-1], shown, before, shown_before)
    store.close()
    case = ground.case(rounded)
    found = certify(case, ground.people.make, time.monotonic() + job.seconds)
    searched = time.process_time() - began
    counted = found.witnesses[:: max(1, -(-len(found.witnesses) // job.counted))]
    wrong = sum(bool(ground.people.recount(case, each)) for each in counted)
    all_ = time.process_time() - began
    open_ones = {**found.narrow, **found.unseen}
    wide = found.pairs - sum(map(len, open_ones.values()))
    name = f"{country} {' + '.join(names)}"
    worlds = (len(found.witnesses), len(counted), wrong)
    counts = (len(case.targets), found.pairs, wide, *worlds, found.neighbours)
    line = " | ".join((name, *map(str, counts), f"{searched:.0f}, {all_:.0f}"))
    narrow = [
        f"- {name}: {case.paper.lines[place].name}: "
        f"{', '.join(reader or 'the public' for reader in readers)}"
        f"{'' if place in found.narrow else ' (not looked at in time)'}"
        for place, readers in open_ones.items()
    ]
    return f"| {line} |", sorted(narrow)


def _plan(connection: Connection, country: str, period: Period, base: int) -> EditionPlan:
    return EditionPlan(
        form=load_form(),
        area=country,
        period=period,
        counted_on=COUNTED_ON,
        as_of=last_commit(connection),
        languages=("da",),
        threshold=5,
        publisher={},
        base=base,
        secret=SECRET,
    )


def _publish(
    connection: Connection, plan: EditionPlan, before: Before, past: Sequence[Release]
) -> tuple[tuple[Release, ...], Rounded]:
    """Round an edition as it is published, but for the proof that is to be made of it."""
    request = plan.request("da", "", (), is_public=True)
    counting = count_release(connection, plan.form, request)
    releases = lay_out_editions(counting, request)
    ground = Ground(counting, (), before, Kept(), lambda _: ChangedFacts(), past=past)
    return releases, protect(plan, releases, ground).audit


if __name__ == "__main__":
    raise SystemExit(main())
