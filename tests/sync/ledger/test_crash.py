"""Killed at any instant, or out of disk, the store is as before a file or after it, never between.

The next run then finishes the job. Also: two syncs at once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fpsheet_sync.database.claim import claim_files
from fpsheet_sync.ledger.state_hash import state_hash
from tests.support.crash import FORLOEB, texts
from tests.support.submissions import submit, sync

if TYPE_CHECKING:
    from tests.support.stores import Stores

ROOT = Path(__file__).parents[3]
FORKS = pytest.mark.skipif(sys.platform != "linux", reason="children are forked")


ROUNDS = 8
"""Rounds of a long run, each other moments: no test may take as long as one that hangs."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Crash in one round, and in many where the run may take its time (`--long`)."""
    if "round_number" in metafunc.fixturenames:
        is_long = metafunc.config.getoption("--long")
        metafunc.parametrize("round_number", range(ROUNDS if is_long else 1))


@dataclass(frozen=True)
class Round:
    """One round of crashes: how often, how, and which choice of moments."""

    times: int
    how: str
    number: int


def crash(url: str, template: str, wanted: Round) -> dict[str, Any]:
    """Run `tests.support.crash` in a process of its own."""
    chosen = (str(wanted.times), wanted.how, str(wanted.number))
    command = [sys.executable, "-m", "tests.support.crash", url, template, *chosen]
    folders = ":".join(str(ROOT / name) for name in ("", "sync", "validation", "templates"))
    done = subprocess.run(
        command,
        check=True,
        cwd=ROOT,
        env={"PYTHONPATH": folders},
        stdout=subprocess.PIPE,
        timeout=550,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.slow
@FORKS
def test_killed_at_any_instant(tmp_path: Path, sqlite_template: Path, round_number: int) -> None:
    """SIGKILL at random moments of a sync on SQLite: only whole files are there afterwards."""
    wanted = Round(32, "kill", round_number)
    url = f"sqlite:///{tmp_path / 'central.db'}"
    result = crash(url, str(sqlite_template), wanted)
    check(result)
    killed = [said for said, _, _ in result["found"] if not said]
    assert len(killed) > wanted.times / 4
    assert len({left for _, left, _ in result["found"]}) > 2


@pytest.mark.slow
@FORKS
@pytest.mark.pg
def test_killed_at_any_instant_on_a_server(pg_stores: list[str], round_number: int) -> None:
    """SIGKILL at random moments of a sync on PostgreSQL."""
    check(crash(pg_stores[0], "-", Round(10, "kill", round_number)))


@pytest.mark.slow
@FORKS
def test_no_room_on_the_disk(tmp_path: Path, sqlite_template: Path, round_number: int) -> None:
    """A full disk is told in a sentence; the files that fitted are whole, the others not there."""
    wanted = Round(14, "full", round_number)
    url = f"sqlite:///{tmp_path / 'central.db'}"
    result = crash(url, str(sqlite_template), wanted)
    check(result)
    full = [said for said, _, _ in result["found"] if "ikke plads" in said]
    assert len(full) > wanted.times / 4


def check(result: dict[str, Any]) -> None:
    """Every state left behind is one of the allowed, and the next run reaches the last."""
    allowed = result["allowed"]
    assert len(set(allowed)) == len(texts()) + 1
    for _, left, after in result["found"]:
        assert left in allowed
        assert after in {"", allowed[-1]}


def test_two_syncs_at_once(stores: Stores) -> None:
    """Two syncs of the same files share them: each file is merged once, the state is the same."""
    files = [submit(text, sending) for text, sending in texts()]
    store = stores.new()
    sync(store, *files)
    expected = state_hash(store)
    stores.close()
    store = stores.new()

    def work(order: list[Any]) -> int:
        return sum(synced.is_new for synced in sync(store, *order))

    with ThreadPoolExecutor(2) as pool:
        merged = list(pool.map(work, [files, files[::-1]]))
    assert sum(merged) == len(files)
    assert state_hash(store) == expected


def test_a_claimed_file_is_left_to_the_other(stores: Stores) -> None:
    """On PostgreSQL a file is claimed by one sync; on SQLite the second waits at the writing."""
    store = stores.new()
    file = submit(FORLOEB)
    with claim_files(store) as mine, claim_files(store) as theirs:
        assert mine.take(file.sha256)
        assert theirs.take(file.sha256) is not store.is_postgresql
        assert theirs.take("b" * 64)
    sync(store, file)
    with claim_files(store) as again:
        assert again.take("b" * 64)
        assert again.take(file.sha256) is not store.is_postgresql
