"""A database of each earlier version is lifted with all that it holds, and goes on.

The rows are those of a filled database of today, put into the tables of the earlier version, with
the originals sealed as that version sealed them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from sqlalchemy import MetaData, create_engine, select

from fpsheet.cli.program import run
from fpsheet_sync.database.keys import write_keys
from fpsheet_sync.database.migrate import HEAD, upgrade
from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_sync.upkeep.rebuild import rebuild
from fpsheet_templates.load import load_form
from tests.support.logs import find_break
from tests.support.submissions import ACTOR, KEYS, Sending, new_store, submit, sync

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.merge.submission import Submission

SECRET = b"\x07" * 32
RESEALED = "0008"
FIRST = """
# borger
| id | cpr        | pensionist_foer_reform | sagsbehandler |
| 1  | 6101801234 | nej                    | AB            |
| 2  | 6202801235 | nej                    | AB            |
# forloeb
| id | cpr        | forloeb_type | start_dato | blocked |
| 1  | 6101801234 | revurdering  | 2026-01-05 |         |
| 2  | 6202801235 | revurdering  | 2026-01-06 | x       |
"""


def fill(store: Store) -> list[Submission]:
    """Send files with a conflict, a case that waits and a second kommune; return them."""
    first = submit(FIRST)
    one = FIRST.replace("2026-01-05", "2026-01-07").replace(
        "nej                    | AB", "ja | CD", 1
    )
    other = FIRST.replace("2026-01-05", "2026-01-08")
    files = [
        first,
        submit(one, Sending(minute=5, parent=first.sha256)),
        submit(other, Sending(minute=9, parent=first.sha256)),
        submit(FIRST, Sending(kommune="957", workbook="BBBBBBBB", minute=12)),
    ]
    sync(store, *files)
    return files


def copy_into(target: Connection, store: Store, version: str) -> None:
    """Put the rows of a database into the tables that an earlier version has."""
    old, now = MetaData(), MetaData()
    old.reflect(target)
    now.reflect(store.engine)
    with store.read() as connection:
        for table in old.sorted_tables:
            if table.name == "alembic_version" or table.name not in now.tables:
                continue
            target.execute(table.delete())
            source = now.tables[table.name]
            names = [column.name for column in table.columns if column.name in source.columns]
            rows = connection.execute(select(*(source.c[name] for name in names))).mappings()
            said = [dict(row) for row in rows]
            if table.name == "original" and version < RESEALED:
                said = [{**row, "data": sealed_before(row["sha256"], row["data"])} for row in said]
            if said:
                target.execute(table.insert(), said)


def derive(purpose: str, secret: bytes) -> bytes:
    """Derive a key as the program always did; that of tests is the key of invented citizens."""
    return HKDFExpand(SHA256(), 32, f"fpsheet {purpose}".encode()).derive(secret)


def sealed_before(sha256: str, data: bytes) -> bytes:
    """Seal an original as versions before 8 did: its nonce was the beginning of its hash."""
    cipher = AESGCM(derive("original", derive("fictional", SECRET)))
    return cipher.encrypt(bytes.fromhex(sha256)[:12], KEYS.open_original(sha256, data), None)


@pytest.mark.parametrize("version", [f"{number:04d}" for number in range(1, int(HEAD))])
def test_a_database_of_each_version_is_lifted_with_all_it_holds(
    tmp_path: Path, version: str
) -> None:
    """State, log and originals are as they were, a rebuild says so, and the next file merges."""
    store = new_store(f"sqlite:///{tmp_path / 'today.db'}")
    files = fill(store)
    url = f"sqlite:///{tmp_path / 'earlier.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection, version)
        copy_into(connection, store, version)
    engine.dispose()
    key_file = tmp_path / "central.noegle"
    write_keys(key_file, SECRET, fictional=True)
    # The line of the guide; nothing is lifted unasked.
    environment = {"FPSHEET_CONFIG": "-", "FPSHEET_DB": url, "FPSHEET_KEYS": str(key_file)}
    assert run(["db", "upgrade"], environment=environment) == 0
    lifted = open_store(url, load_form(), keys=KEYS)
    assert state_hash(lifted) == state_hash(store)
    assert find_break(lifted) is None
    by_bytes = {file.original: file for file in files}
    again = new_store(f"sqlite:///{tmp_path / 'again.db'}")
    assert rebuild(lifted, again, by_bytes.__getitem__, ACTOR).is_same
    (synced,) = sync(lifted, submit(FIRST.replace("AB", "EF"), Sending(minute=90)))
    assert synced.is_new
    for one in (store, lifted, again):
        one.close()
