"""The floor: read with fastexcel in two processes, insert with one writer, nothing else.

No parsing, no rule, no key, no history: what the machine can do at best with these files. Only
the columns of the form are taken from each sheet and only rows with an id are written, on SQLite
with one statement per sheet and one transaction per file, on PostgreSQL with COPY.
Run `python benchmarks/floor.py SPEC TARGET FILE…` (SPEC is what `fpsheet spec --json` prints,
TARGET a path or a URL); prints seconds and rows as JSON.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fastexcel
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Insert = Callable[[str, pl.DataFrame], None]

READERS = 2


def read_file(sheets: Mapping[str, tuple[int, int]], path: str) -> list[tuple[str, pl.DataFrame]]:
    """Read the entry sheets, all cells as text: title → (first row of entries, columns)."""
    book = fastexcel.read_excel(path)
    frames = []
    for name, (first, width) in sheets.items():
        wanted = list(range(width))
        sheet = book.load_sheet(
            name, dtypes="string", header_row=None, skip_rows=0, use_columns=wanted
        )
        rows = sheet.to_polars().slice(first - 1)
        frames.append((name, rows.filter(pl.nth(0).is_not_null() & pl.nth(2).is_not_null())))
    return frames


def insert_sqlite(connection: sqlite3.Connection, name: str, rows: pl.DataFrame) -> None:
    """Insert rows into a table without any key."""
    columns = ", ".join(f"c{number}" for number in range(rows.width))
    marks = ", ".join("?" * rows.width)
    connection.execute(f'CREATE TABLE IF NOT EXISTS "{name}" ({columns})')
    connection.executemany(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})', rows.rows())


def copy_postgresql(connection: Any, name: str, rows: pl.DataFrame) -> None:  # noqa: ANN401 - psycopg is loaded where it is used
    """Copy rows into a table without any key."""
    columns = ", ".join(f"c{number} text" for number in range(rows.width))
    buffer = BytesIO()
    rows.write_csv(buffer, include_header=False)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TABLE IF NOT EXISTS "{name}" ({columns})')
        with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT csv)') as copy:
            copy.write(buffer.getvalue())


def load(sheets: Mapping[str, tuple[int, int]], target: str, paths: list[str]) -> int:
    """Load all files, one transaction per file; return the number of rows."""
    connection: Any
    if target.startswith("postgresql"):
        import psycopg

        connection = psycopg.connect(target.replace("+psycopg", ""))
        insert: Insert = partial(copy_postgresql, connection)
    else:
        connection = sqlite3.connect(target)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        insert = partial(insert_sqlite, connection)
    count = 0
    os.environ["POLARS_MAX_THREADS"] = "1"
    with ProcessPoolExecutor(READERS, mp_context=get_context("spawn")) as pool:
        for frames in pool.map(partial(read_file, sheets), paths):
            for name, rows in frames:
                insert(name, rows)
                count += rows.height
            connection.commit()
    connection.close()
    return count


def entry_places(spec: Any) -> dict[str, tuple[int, int]]:  # noqa: ANN401 - JSON
    """Return title → (first row of entries, columns) of each entry sheet."""
    return {
        sheet["title"]: (sheet["first_data_row"], len(sheet["columns"]))
        for sheet in spec["sheets"]
        if any(column["role"] == "row_id" for column in sheet["columns"])
    }


if __name__ == "__main__":
    form = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    begun = time.perf_counter()
    loaded = load(entry_places(form), sys.argv[2], sys.argv[3:])
    print(json.dumps({"seconds": time.perf_counter() - begun, "rows": loaded}))
