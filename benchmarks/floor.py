"""The floor: read with fastexcel in two processes, insert with one writer, nothing else.

No parsing, no rule, no key, no history: what the machine can do at best with these files.
Run `python benchmarks/floor.py DATABASE FILE…`; prints seconds and rows as JSON.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import fastexcel
import polars as pl

HEADER_ROW = 3
READERS = 2


def read_file(path: str) -> list[tuple[str, pl.DataFrame]]:
    """Read every sheet that has a table of entries, all cells as text."""
    book = fastexcel.read_excel(path)
    frames = []
    for name in book.sheet_names:
        sheet = book.load_sheet(name, dtypes="string", header_row=None, skip_rows=0)
        frame = sheet.to_polars()
        if frame.height > HEADER_ROW and frame.width > HEADER_ROW:
            frames.append((name, frame.slice(HEADER_ROW)))
    return frames


def insert(connection: sqlite3.Connection, name: str, frame: pl.DataFrame) -> int:
    """Insert the rows of a sheet that have an id, into a table without any key."""
    rows = frame.filter(pl.nth(0).is_not_null() & pl.nth(2).is_not_null()).rows()
    columns = ", ".join(f"c{number}" for number in range(frame.width))
    marks = ", ".join("?" * frame.width)
    connection.execute(f'CREATE TABLE IF NOT EXISTS "{name}" ({columns})')
    connection.executemany(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})', rows)
    return len(rows)


def load(database: str, paths: list[str]) -> int:
    """Load all files, one transaction per file; gives the number of rows."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    count = 0
    os.environ["POLARS_MAX_THREADS"] = "1"
    with ProcessPoolExecutor(READERS, mp_context=get_context("spawn")) as pool:
        for frames in pool.map(read_file, paths):
            with connection:
                count += sum(insert(connection, name, frame) for name, frame in frames)
    connection.close()
    return count


if __name__ == "__main__":
    begun = time.perf_counter()
    loaded = load(sys.argv[1], sys.argv[2:])
    print(json.dumps({"seconds": time.perf_counter() - begun, "rows": loaded}))
