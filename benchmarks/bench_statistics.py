"""How long the statistics take over a million rows: each table, all of them, and the workbook.

    python benchmarks/bench_statistics.py [--kommuner 98] [--rows 10000] [--url postgresql://...]

The rows are made in memory and merged through the store's own way, which takes most of the time
of a run; keep the database with `--keep central.db` to measure again without it. Printed are
seconds and, where it is this process that works (SQLite), seconds of the processor.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bench_sync import START, make_submission

from fpsheet.statistics.page_layout import Publisher, lay_out_book
from fpsheet.table_book.xlsx import write_xlsx
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.keys import derive_keys
from fpsheet_sync.database.store import Store, last_commit, open_store
from fpsheet_sync.ledger.sync_submissions import sync_submissions
from fpsheet_sync.merge.content import prepare
from fpsheet_sync.statistics.facts.changed_facts import changed_facts
from fpsheet_sync.statistics.publication.revision import find_revisions, mark_revisions
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.statistics.tables.release import (
    ReleaseRequest,
    count_release,
    counted_specs,
    lay_out,
)
from fpsheet_sync.statistics.tables.wording import Wording
from fpsheet_templates.load import load_form
from fpsheet_templates.table import load_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))


def fill(store: Store, kommuner: int, rows: int, *, edition: int = 0) -> None:
    """Merge the rows, each kommune's as one file of its own; a later edition changes one in 100."""
    keys = store.need_keys()
    codes = [each.code for each in load_form().kommuner.values() if each.jurisdiction == "DK"]
    for number, code in enumerate(codes[:kommuner]):
        submission = replace(
            make_submission(number, rows, edition=edition), kommune_kode=code, original=b""
        )
        prepared = prepare(submission, keys, store.schema.layouts)
        for _ in sync_submissions(store, [prepared], Actor("benchmark", START)):
            continue


@contextmanager
def clock(name: str) -> Iterator[None]:
    """Print how long the block took."""
    start, used = time.perf_counter(), time.process_time()
    yield
    seconds, cpu = time.perf_counter() - start, time.process_time() - used
    print(f"{name:<34}{seconds:8.2f} s {cpu:8.2f} s cpu", flush=True)


def measure(store: Store) -> None:
    """Count each table by itself, then all together, and write the national workbook."""
    form = load_form()
    request = ReleaseRequest(YEAR, "DK", "da", date(2026, 3, 2))
    for spec in load_tables():
        if "DK" in spec.jurisdictions:
            with clock(spec.id), store.read() as connection:
                count_release(connection, form, replace(request, tables=(spec.id,)))
    with clock("all tables, every kommune"), store.read() as connection:
        counting = count_release(connection, form, request)
    with clock("national edition laid out"):
        release = lay_out(counting, request)
    with clock("national workbook written"):
        data = write_xlsx(lay_out_book(release, form, publisher=Publisher()))
    print(f"{len(data) / 1e6:.1f} MB, {len(release.tables)} tables")


def measure_revisions(store: Store, before: int) -> None:
    """Compare the state after a commit with that of now: T22 and the marks of every edition."""
    form = load_form()
    request = ReleaseRequest(YEAR, "DK", "da", date(2026, 3, 2))
    made = []
    for as_of in (before, None):
        with store.read() as connection:
            made.append(count_release(connection, form, replace(request, as_of=as_of)))
    specs = counted_specs(form, request, made[1].jurisdictions)
    with clock("T22: changed facts"), store.read() as connection:
        facts = changed_facts(connection, made[1].scope, before, specs)
    areas = ("DK", *made[1].delivered)
    old, new = ([lay_out(each, replace(request, area=area)) for area in areas] for each in made)
    with clock("T22: every edition"):
        for was, now in zip(old, new, strict=True):
            found = find_revisions(now, was, facts)
            mark_revisions(now, found, Wording(form, "da"), 1)


def main() -> None:
    """Fill a database and measure."""
    parser = argparse.ArgumentParser(description="Measure the statistics over many rows.")
    parser.add_argument("--kommuner", type=int, default=98)
    parser.add_argument("--rows", type=int, default=10_000, help="rows of each kommune")
    parser.add_argument("--url", default="", help="an empty PostgreSQL database; else SQLite")
    parser.add_argument("--keep", type=Path, help="SQLite file to fill, or to measure again")
    parser.add_argument("--revised", action="store_true", help="then report again, for T22")
    chosen = parser.parse_args()
    keys = derive_keys(b"b" * 32, fictional=True)
    with tempfile.TemporaryDirectory() as folder:
        file = chosen.keep or Path(folder) / "central.db"
        url = chosen.url or f"sqlite:///{file}"
        store = open_store(url, load_form(), keys=keys, create=True)
        with store.read() as connection:
            is_new = not last_commit(connection)
        print(f"{chosen.kommuner} kommuner x {chosen.rows} rows, {url.split(':')[0]}")
        if is_new:
            with clock("rows made and merged"):
                fill(store, chosen.kommuner, chosen.rows)
        measure(store)
        if chosen.revised:
            with store.read() as connection:
                before = last_commit(connection)
            fill(store, chosen.kommuner, chosen.rows, edition=1)
            measure_revisions(store, before)
        store.close()


if __name__ == "__main__":
    main()
