"""Where the time of a first sync goes: processor milliseconds of each stage, per workbook.

    python benchmarks/bench_stages.py                  10 workbooks
    python benchmarks/bench_stages.py --files 98       those that run.py measures
    python benchmarks/bench_stages.py --life           with findings as in life

The stages run one after the other in one process, on workbooks as `run.py` makes them, and no
more of them than are asked for; what a sync does beside them is to start its processes and to hand
the files from one to the other. The first workbook is left out: it pays for what is loaded and
compiled once.

Every invented citizen has a replacement CPR number, and each is worth a warning (CPR-005): that
is nine in ten of the findings. A returned workbook of a real kommune has the fewer marks: with
`--life` only every 33rd such number is warned of, as if the others were ordinary.
"""

from __future__ import annotations

import argparse
import pickle
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from floor import entry_places, read_file
from national import make_input

from fpsheet.checking.check_file import Question, check_raw
from fpsheet.checking.submission import Reception, make_submission, said_in
from fpsheet.intake.limits import DEFAULT_LIMITS
from fpsheet.intake.plan import make_plan
from fpsheet.intake.reading import read_bytes
from fpsheet.receipts.receipt_book import receipt_book
from fpsheet.receipts.receipt_file import write_receipt
from fpsheet.returned.answered_workbook import answer_workbook
from fpsheet.returned.opened_workbook import read_lists
from fpsheet.table_book.xlsx import write_xlsx
from fpsheet.views.spec import spec_value
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.keys import derive_keys
from fpsheet_sync.database.record_layout import make_layouts
from fpsheet_sync.database.store import Store, open_store
from fpsheet_sync.ledger.sync_submissions import sync_submissions
from fpsheet_sync.merge.content import prepare
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.rules import row_schema
from fpsheet_validation.rules.row_check import RowCheck, row_checks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fpsheet.checking.verdict import Verdict
    from fpsheet_templates.form import Sheet
    from fpsheet_validation.setting import Setting

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
FORM = load_form()
QUESTION = Question(FORM, date(2026, 3, 2))
PLAN = make_plan(FORM, expected_kommune=None, limits=DEFAULT_LIMITS)
PLACES = entry_places(spec_value(SpokenForm(FORM, "da")))
BARE = "(bare reading)"
"""The same workbook read as the floor reads it; no part of a sync."""
KEYS = derive_keys(b"b" * 32, fictional=True)


EVERY = 33
"""With `--life`, one replacement number of so many is told."""


def as_in_life() -> None:
    """Warn of few replacement numbers, by their serial number; every other rule stays."""

    def few(sheet: Sheet, setting: Setting) -> tuple[RowCheck, ...]:
        serial = pl.col("cpr").str.slice(-4).cast(pl.Int32, strict=False)
        is_told = (serial % EVERY == 0).fill_null(value=False)
        return tuple(
            replace(check, fault=check.fault & is_told) if check.code == "CPR-005" else check
            for check in row_checks(sheet, setting)
        )

    row_schema.row_checks = few


class Clock:
    """Processor seconds by the name of a stage."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.spent: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the block for a stage."""
        begun = time.process_time()
        yield
        self.spent[name] += time.process_time() - begun


def take(path: Path, store: Store, clock: Clock) -> None:
    """Take one workbook through every stage."""
    data = path.read_bytes()
    with clock.stage(BARE):
        read_file(PLACES, str(path))
    with clock.stage("read"):
        read = read_bytes(data, name=path.name, plan=PLAN)
    with clock.stage("check"):
        found = tuple(fault.to_finding(FORM) for fault in read.faults)
        verdict = check_raw(read.raw, found, path, QUESTION)
        opened = read.archive and read_lists(read.archive, SpokenForm(FORM, "da"))
        verdict = replace(verdict, opened=opened)
    if verdict.check is None:
        raise SystemExit(f"{path.name} cannot be read")
    with clock.stage("prepare"):
        said, choices = said_in(verdict)
        reception = Reception(NOW, NOW, original=data, explanations=said, choices=choices)
        submission = make_submission(verdict.check, verdict.findings, FORM, reception)
        prepared = prepare(submission, KEYS, make_layouts(FORM))
    with clock.stage("hand over"):
        light, reading = verdict.without_rows(), pickle.dumps(verdict.without_cells())
        both = pickle.dumps((light, prepared, reading), pickle.HIGHEST_PROTOCOL)
        _, prepared, reading = pickle.loads(both)
    with clock.stage("merge and write"):
        (synced,) = sync_submissions(store, [prepared], Actor("benchmark", NOW))
    with clock.stage("returned workbook"):
        read_again: Verdict = pickle.loads(reading)
        if read_again.check is None or read_again.opened is None:
            raise SystemExit(f"{path.name} was lost on the way")
        checked = read_again.findings, read_again.check
        answer_workbook(
            read_again.opened.with_data(data), checked, synced.receipt, SpokenForm(FORM, "da")
        )
    with clock.stage("receipt"):
        write_xlsx(receipt_book(synced.receipt, SpokenForm(FORM, "da")))
        write_receipt(synced.receipt)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--cache", type=Path, default=Path("build/benchmark"))
    parser.add_argument("--life", action="store_true", help="findings as in life")
    chosen = parser.parse_args()
    if chosen.life:
        as_in_life()
    first, *others = make_input(chosen.cache, kommuner=chosen.files, rows=10_000).files
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'central.db'}", FORM, keys=KEYS, create=True)
        take(first, store, Clock())
        for path in others:
            take(path, store, clock)
        store.close()
    bare = clock.spent.pop(BARE)
    total = sum(clock.spent.values())
    for name, seconds in sorted(clock.spent.items(), key=lambda item: -item[1]):
        print(f"{name:<20}{seconds * 1000 / len(others):8.1f} ms{seconds / total:8.1%}")
    for name, seconds in (("together", total), (BARE, bare)):
        print(f"{name:<20}{seconds * 1000 / len(others):8.1f} ms")


if __name__ == "__main__":
    main()
