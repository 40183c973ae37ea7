"""How long sync takes, beside a plain bulk insert of the same rows.

    python benchmarks/bench_sync.py [--kommuner 98] [--rows 10000] [--url postgresql://...]

The submissions are made in memory, so nothing here reads a workbook; the benchmark of the whole
way does. Printed are seconds, rows per second, the ratio to the plain insert, and the growth of
the peak memory. The plain insert has no merge, no history, no provenance and no receipt.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.keys import Keys, derive_keys
from fpsheet_sync.database.store import Store, open_store
from fpsheet_sync.ledger.sync_submissions import known_receipts, sync_submissions
from fpsheet_sync.merge.content import prepare
from fpsheet_sync.merge.submission import Submission, SubmittedSheet
from fpsheet_templates.form import Field, FieldType
from fpsheet_templates.load import load_form
from fpsheet_validation.typed import polars_type

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARES = {
    "borger": 0.20,
    "forloeb": 0.25,
    "vurdering": 0.15,
    "job": 0.14,
    "afgoerelse": 0.15,
    "indkomst": 0.10,
    "overdragelse": 0.01,
}
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FIRST_ROW = 4


def make_submission(number: int, rows: int, *, edition: int = 0) -> Submission:
    """Make one kommune's submission; a later edition differs in one row in a hundred."""
    random = np.random.default_rng(number)
    workbook = f"BENCH{number:03d}"
    citizens = _cprs(random, int(rows * SHARES["borger"]))
    sheets = {}
    for name, share in SHARES.items():
        height = int(rows * share)
        frame = _frame(name, workbook, citizens, height, random)
        if edition and name == "forloeb":
            changed = pl.int_range(pl.len()) % 100 == edition % 100
            ended = pl.when(changed).then(pl.lit(date(2026, 2, 1))).otherwise(pl.col("slut_dato"))
            frame = frame.with_columns(slut_dato=ended)
        letters = {field: f"C{at}" for at, field in enumerate(frame.columns)}
        blocked = frozenset(frame["raekke"].gather_every(100).to_list())
        sheets[name] = SubmittedSheet(name, frame, blocked, letters)
    identity = hashlib.sha256(f"{workbook} {rows} {edition}".encode())
    return Submission(
        sha256=identity.hexdigest(),
        kommune_kode=f"{100 + number}",
        aar=2026,
        workbook_id=workbook,
        parent="",
        form_version=1,
        received_at=START,
        modified_at=START + timedelta(minutes=edition),
        no_cases=False,
        sheets=sheets,
        totals={name: (s.frame.height, s.frame.height, 0, 0) for name, s in sheets.items()},
        counts={"KRITISK": 0, "FEJL": rows // 100, "ADVARSEL": 0, "INFO": 0},
        findings=(),
        original=random.bytes(rows * 85),
    )


def _cprs(random: np.random.Generator, count: int) -> np.ndarray:
    day = random.integers(61, 89, count)
    month = random.integers(1, 13, count)
    year = random.integers(50, 99, count)
    serial = random.permutation(4000)[:count] if count <= 4000 else random.integers(0, 4000, count)
    parts = zip(day, month, year, serial, strict=True)
    return np.array([f"{d:02d}{m:02d}{y:02d}{s:04d}" for d, m, y, s in parts])


def _frame(
    sheet: str, workbook: str, citizens: np.ndarray, height: int, random: np.random.Generator
) -> pl.DataFrame:
    form = load_form().sheet(sheet)
    ids = [f"{workbook}-{form.letter}-{n:04d}" for n in range(1, height + 1)]
    columns = {
        "raekke": pl.Series(range(FIRST_ROW, FIRST_ROW + height), dtype=pl.Int32),
        "raekke_id": pl.Series(ids),
    }
    for field in form.entry_fields():
        columns[field.id] = _column(field, citizens, height, random, unique=sheet == "borger")
    return pl.DataFrame(columns)


def _column(
    field: Field, citizens: np.ndarray, height: int, random: np.random.Generator, *, unique: bool
) -> pl.Series:
    dtype = polars_type(field.type)
    if field.local or field.id in {"annuller", "tidligere_cpr"}:
        return pl.Series(values=[None] * height, dtype=dtype)
    if field.type is FieldType.CPR:
        chosen = citizens[:height] if unique else random.choice(citizens, height)
        return pl.Series(values=chosen.tolist(), dtype=dtype)
    if field.type is FieldType.DATE:
        days = random.integers(16_000, 20_400, height)
        return pl.Series(values=days).cast(pl.Int32).cast(pl.Date)
    if field.type is FieldType.CODE:
        codes = load_form().code_lists[field.codes].ids()
        return pl.Series(values=random.choice(codes, height).tolist(), dtype=dtype)
    if field.type is FieldType.TEXT:
        return pl.Series(values=[f"{n % 997}" for n in range(height)], dtype=dtype)
    numbers = random.integers(0, 37, height)
    return pl.Series(values=numbers).cast(dtype)


def plain_insert(store: Store, submissions: Iterator[Submission]) -> None:
    """Insert the rows and nothing else: one table per sheet, sorted, one commit per file."""
    form = load_form()
    made: set[str] = set()
    for submission in submissions:
        with store.write() as connection:
            for name, sheet in submission.sheets.items():
                fields = [f.id for f in form.sheet(name).entry_fields() if not f.local]
                frame = sheet.frame.select(
                    pl.lit(submission.kommune_kode).alias("kommune_kode"), "raekke_id", *fields
                )
                if name not in made:
                    made.add(name)
                    columns = ", ".join(f"{column} TEXT" for column in frame.columns)
                    connection.exec_driver_sql(
                        f"CREATE TABLE gulv_{name} ({columns},"
                        " PRIMARY KEY (kommune_kode, raekke_id))"
                    )
                _plain(store, connection, f"gulv_{name}", frame)


def _plain(store: Store, connection, table: str, frame: pl.DataFrame) -> None:  # noqa: ANN001 - a script
    text = frame.with_columns(pl.selectors.date().dt.to_string("%Y-%m-%d"))
    if store.is_postgresql:
        driver = connection.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy,
        ):
            copy.write(text.write_csv(include_header=False))
        return
    marks = ", ".join("?" * text.width)
    connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", text.rows())


@contextmanager
def clock(name: str, rows: int, times: dict[str, float]) -> Iterator[None]:
    """Print how long the block took."""
    start, used = time.perf_counter(), time.process_time()
    yield
    times[name] = time.perf_counter() - start
    cpu = time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate = rows / times[name]
    print(
        f"{name:<34}{times[name]:8.2f} s {cpu:8.2f} s cpu {rate:12,.0f} rows/s {peak:8.0f} MB peak",
        flush=True,
    )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kommuner", type=int, default=98)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--url", default="", help="an empty PostgreSQL database; else SQLite")
    options = parser.parse_args()
    total = options.kommuner * options.rows
    keys: Keys = derive_keys(b"b" * 32, fictional=True)
    actor = Actor("benchmark", START)
    times: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        url = options.url or f"sqlite:///{Path(folder) / 'central.db'}"
        floor_url = options.url or f"sqlite:///{Path(folder) / 'gulv.db'}"
        print(f"{options.kommuner} kommuner x {options.rows} rows, {url.split(':')[0]}")
        with clock("make the submissions", total, times):
            first = [make_submission(n, options.rows) for n in range(options.kommuner)]
        floor = open_store(floor_url, load_form(), create=True)
        with clock("plain insert (floor)", total, times):
            plain_insert(floor, iter(first))
        floor.close()
        store = open_store(url, load_form(), keys=keys, create=True)
        with clock("prepare (beside the readers)", total, times):
            prepared = [prepare(submission, keys, store.schema.layouts) for submission in first]
        hashes = [submission.sha256 for submission in first]
        del first
        with clock("first sync", total, times):
            for _ in sync_submissions(store, prepared, actor):
                pass
        del prepared
        with clock("second sync, nothing new", total, times):
            known = known_receipts(store, hashes)
            for _ in sync_submissions(store, [], actor):
                pass
        if len(known) != options.kommuner:
            print("the second sync did not find all receipts")
        one = prepare(make_submission(0, options.rows, edition=1), keys, store.schema.layouts)
        with clock("one changed workbook", options.rows, times):
            for _ in sync_submissions(store, [one], actor):
                pass
        store.close()
    both = times["prepare (beside the readers)"] + times["first sync"]
    print(
        "first sync / plain insert              "
        f"{times['first sync'] / times['plain insert (floor)']:.2f}"
    )
    print(f"prepare + first sync / plain insert    {both / times['plain insert (floor)']:.2f}")


if __name__ == "__main__":
    main()
