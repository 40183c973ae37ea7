"""State hashes: one text that tells whether two stores say the same, whatever way they came there.

Numbers of commits depend on arrival, so every commit is named by the hash of its file.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping

import polars as pl
from sqlalchemy import Connection, select

from fpsheet_sync.database import schema
from fpsheet_sync.database.in_force import senders
from fpsheet_sync.database.store import Store
from fpsheet_sync.ledger.stored_state import read_state
from fpsheet_sync.merge.state import Key, State


def state_hash(
    store: Store, as_of: int | None = None, kommuner: Collection[str] | None = None
) -> str:
    """Return the hash of everything in force, in conflict and in quarantine.

    Args:
        store: The store.
        as_of: Number of the last commit to know of; None for all there are.
        kommuner: Kommuner to look at; None for all.
    """
    with store.read() as connection:
        said = [
            f"{code}:{kommune_hash(connection, code, as_of)}"
            for code in senders(connection, as_of)
            if kommuner is None or code in kommuner
        ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def kommune_hash(connection: Connection, kommune_kode: str, as_of: int | None = None) -> str:
    """Return the hash of the state of one kommune."""
    hashes = commit_hashes(connection, kommune_kode)
    return hash_state(read_state(connection, kommune_kode, as_of), hashes)


def hash_state(state: State, hashes: Mapping[int, str]) -> str:
    """Return the hash of a state.

    Args:
        state: The state.
        hashes: Commit → hash of its file.
    """
    digest = hashlib.sha256(rows_as_text(state.rows, hashes))
    numbers, names = list(hashes), list(hashes.values())
    waiting = state.quarantine.with_columns(
        pl.col("indberetning_id").replace_strict(
            numbers, names, default=None, return_dtype=pl.String
        )
    )
    digest.update(waiting.write_csv().encode())
    digest.update(json.dumps(sorted(_waiting(state, hashes)), ensure_ascii=False).encode())
    return digest.hexdigest()


def rows_as_text(rows: Mapping[str, pl.DataFrame], hashes: Mapping[int, str]) -> bytes:
    """Return what the rows of a kommune say, every commit named by the hash of its file."""
    numbers, names = list(hashes), list(hashes.values())
    said = []
    for sheet, frame in rows.items():
        named = frame.with_columns(
            pl.col("kilde").replace_strict(numbers, names, default=None, return_dtype=pl.String),
            pl.col("kilder").map_elements(
                lambda text: _name_sources(text, hashes), return_dtype=pl.String
            ),
        )
        said += [f"\n{sheet}\n", named.write_csv()]
    return "".join(said).encode()


def commit_hashes(connection: Connection, kommune_kode: str) -> dict[int, str]:
    """Return number of a commit → hash of its file."""
    table = schema.indberetning
    commits = select(table.c.id, table.c.sha256).where(table.c.kommune_kode == kommune_kode)
    return {row.id: row.sha256 for row in connection.execute(commits)}


def _name_sources(text: str, hashes: Mapping[int, str]) -> str:
    sources = {group: [hashes[commit], row] for group, (commit, row) in json.loads(text).items()}
    return json.dumps(sources, sort_keys=True)


def _waiting(state: State, hashes: Mapping[int, str]) -> Iterator[list[object]]:
    def place(kind: str, key: Key) -> list[object]:
        return [f"{kind} {'|'.join(key)}"]

    for key, conflict in state.conflicts.items():
        claims = sorted([hashes[c.source], c.row, list(c.values)] for c in conflict.claims)
        yield [*place("konflikt", key), list(conflict.agreed), json.dumps(claims)]
    for key, notices in state.notices.items():
        for number, notice in enumerate(notices):
            said = [hashes[notice.source], notice.row, notice.code]
            values = [list(notice.kept), list(notice.left)]
            yield [*place(f"besked {number}", key), json.dumps([said, values])]
    for commit, hold in state.holds.items():
        yield [f"tilbageholdt {hashes[commit]}", hold.lost, hold.of]
    for key, explained in state.explanations.items():
        said = [hashes[explained.source], explained.fingerprint, explained.text]
        yield [*place("forklaring", key), json.dumps(said)]
