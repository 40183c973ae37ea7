"""Kills a sync again and again, and reports the states it left behind. Run as a program.

    python -m tests.support.crash URL TEMPLATE TIMES HOW CHOICE

HOW is `kill` (SIGKILL at a random moment) or `full` (no more room on the disk after some part
of the bytes that a whole sync writes). CHOICE is a number: another one gives other moments.
TEMPLATE is an empty SQLite store to copy from, or `-` for PostgreSQL. The process that runs this
never lets polars work: its children are forked and start it afresh, which takes a tenth of the
time of a new interpreter.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fpsheet_sync.database.store import Store, open_store
from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_templates.errors import StoreError
from fpsheet_templates.load import load_form
from tests.support.schema import SCHEMA
from tests.support.stores import empty
from tests.support.submissions import KEYS, Sending, submit, sync

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = "\n".join(
    f"| {n} | 61{n % 12 + 1:02d}80{n:04d} | revurdering | 2025-{n % 12 + 1:02d}-05 | |"
    for n in range(1, 30)
)
FORLOEB = f"# forloeb\n| id | cpr | forloeb_type | start_dato | slut_dato |\n{ROWS}"
CITIZEN = (
    "\n# borger\n| id | cpr | sagsbehandler | tidligere_cpr |\n| 1 | 6102800001 | AB | 6103800002 |"
)


def texts() -> list[tuple[str, Sending]]:
    """Return what is sent: a first file, an edited one, and one that belongs between the two."""
    ended = FORLOEB.replace("2025-02-05 | |", "2025-02-05 | 2026-01-01 |")
    between = FORLOEB.replace("2025-03-05 | |", "2025-03-05 | 2026-01-01 |")
    return [
        (FORLOEB + CITIZEN, Sending()),
        (ended + CITIZEN, Sending(minute=9)),
        (between, Sending(minute=5)),
    ]


def in_child(work: Callable[[int], None], delay: float | None = None) -> bytes:
    """Run work in a forked child and return what it wrote; kill it `delay` seconds after `go`."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work(writing)
        finally:
            os._exit(0)
    os.close(writing)
    said = os.read(reading, 1)
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    while chunk := os.read(reading, 65536):
        said += chunk
    os.close(reading)
    os.waitpid(child, 0)
    return said[1:]


def run_sync(url: str, writing: int, *, count: int | None = None, room: int | None = None) -> None:
    """Sync the first files, and write what went wrong or how long it took."""
    store = open_store(url, load_form(), keys=KEYS)
    files = [submit(text, sending) for text, sending in texts()[:count]]
    if room is not None:
        import resource

        # SQLite writes to its log alone: the database file is touched when it is closed.
        limit = log_size(url) + room
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    os.write(writing, b".")
    start = time.perf_counter()
    try:
        sync(store, *files)
        os.write(writing, f"{time.perf_counter() - start}".encode())
    except StoreError as error:
        os.write(writing, str(error).encode())


def log_size(url: str) -> int:
    """Return the size of the write-ahead log of an SQLite store; 0 where there is none."""
    log = Path(url.removeprefix("sqlite:///") + "-wal")
    return log.stat().st_size if log.is_file() else 0


def run_hash(url: str, writing: int) -> None:
    """Write the state hash."""
    store = open_store(url, load_form(), keys=KEYS)
    os.write(writing, b"." + state_hash(store).encode())


def look(url: str) -> str:
    """Return one text for all that the store holds.

    Every cell of an SQLite file, read without polars; on a server commit numbers may have gaps
    after a crash, so there it is the state hash.
    """
    if not url.startswith("sqlite"):
        return in_child(partial(run_hash, url)).decode()
    digest = hashlib.sha256()
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
        return "damaged"
    for name in sorted(SCHEMA.metadata().tables):
        rows = connection.execute(f"SELECT * FROM {name}").fetchall()
        digest.update(repr((name, sorted(map(repr, rows)))).encode())
    connection.close()
    return digest.hexdigest()


def reset(url: str, template: str) -> None:
    """Empty the store."""
    if template == "-":
        store: Store = open_store(url, load_form())
        empty(store)
        store.close()
        return
    place = Path(url.removeprefix("sqlite:///"))
    for old in place.parent.glob(place.name + "*"):
        old.unlink()
    shutil.copyfile(template, place)


def main(url: str, template: str, times: int, how: str, choice: int) -> None:
    """Do it, and print the allowed states and what was found, as JSON."""
    reset(url, template)
    open_store(url, load_form(), keys=KEYS).close()
    allowed, longest, written = [], 0.0, 0
    for count in range(len(texts()) + 1):
        reset(url, template)
        longest = float(in_child(partial(run_sync, url, count=count)) or 0)
        written = log_size(url)
        allowed.append(look(url))
    chance = random.Random(20260302 + choice)
    found = []
    for number in range(times):
        reset(url, template)
        if how == "kill":
            said = in_child(partial(run_sync, url), chance.uniform(0, longest * 1.1))
        else:
            said = in_child(partial(run_sync, url, room=chance.randrange(written)))
        left, after = look(url), ""
        if number % 8 == 0:
            in_child(partial(run_sync, url))
            after = look(url)
        found.append([said.decode(), left, after])
    print(json.dumps({"allowed": allowed, "found": found}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
