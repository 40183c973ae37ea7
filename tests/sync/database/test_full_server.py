"""A full disk under PostgreSQL: a sentence, whole files only, and the next run ends it.

The tables lie on a small file system of the test's own. Where none can be mounted, as without
root, the test is skipped and says so.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import tempfile
import uuid
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy

from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_templates.errors import StoreError
from fpsheet_templates.load import load_form
from tests.support.crash import texts
from tests.support.stores import empty
from tests.support.submissions import KEYS, submit, sync

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.pg

SIZE = 48 << 20
"""Bytes of the small disk; an empty database takes about 8 MB."""

ACCOUNT = "postgres"


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A folder on a small file system of its own, open to the account of the server."""
    if os.environ.get("FPSHEET_PG_URL"):
        pytest.skip("the server is not ours, so no small disk can be put under it")
    # Not among pytest's folders, which no other account may enter.
    place = Path(tempfile.mkdtemp(prefix="fpsheet-disk-"))
    program = shutil.which("mount")
    command = [program or "mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    done = program and subprocess.run(command, check=False, capture_output=True)
    if not done or done.returncode:
        place.rmdir()
        pytest.skip("no small disk can be mounted here (needs root)")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
        place.rmdir()


@contextmanager
def database_on(server: str, folder: Path) -> Iterator[str]:
    """Make a database whose tables lie in a folder, return its URL, drop it at the end."""
    name = f"fuld_{uuid.uuid4().hex}"
    data = folder / "data"
    data.mkdir()
    shutil.chown(data, ACCOUNT)
    folder.chmod(0o711)
    engine = sqlalchemy.create_engine(
        server, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool
    )
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"CREATE TABLESPACE {name} LOCATION '{data}'"))
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name} TABLESPACE {name}"))
    try:
        url = sqlalchemy.make_url(server).set(database=name)
        yield url.render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text(f"DROP DATABASE {name} WITH (FORCE)"))
            connection.execute(sqlalchemy.text(f"DROP TABLESPACE {name}"))


def room(folder: Path) -> int:
    """Return the free bytes of a disk."""
    return shutil.disk_usage(folder).free


def fill(file: Path, size: int) -> None:
    """Write a file of a size, or as much as there is room for: the server writes, too."""
    with suppress(OSError):
        file.write_bytes(bytes(max(0, size)))


def test_no_room_under_the_tables(pg_url: str, small_disk: Path, long_run: bool) -> None:
    """At whatever part of the bytes the disk is full, the state is one of the allowed."""
    files = [submit(text, sending) for text, sending in texts()]
    chance = random.Random(20260302)
    filler = small_disk / "fyld"
    with database_on(pg_url, small_disk) as url, ExitStack() as stack:
        store = stack.enter_context(closing(open_store(url, load_form(), keys=KEYS, create=True)))
        allowed = [state_hash(store)]
        before = room(small_disk)
        for file in files:
            sync(store, file)
            allowed.append(state_hash(store))
        written = before - room(small_disk)
        assert len(set(allowed)) == len(files) + 1
        said = []
        for _ in range(80 if long_run else 12):
            empty(store, is_small_again=True)
            left = chance.randrange(written)
            fill(filler, room(small_disk) - left)
            try:
                sync(store, *files)
            except StoreError as error:
                said.append(str(error))
            assert state_hash(store) in allowed
            filler.unlink()
            sync(store, *files)
            assert state_hash(store) == allowed[-1]
    assert len(said) > 2
    assert all("ikke plads" in sentence for sentence in said), set(said)
