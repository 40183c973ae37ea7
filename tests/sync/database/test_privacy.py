"""A marked CPR number is nowhere in the database outside the vault, and in no failure or print."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
from sqlalchemy import select

from fpsheet_sync.citizens.vault import look_up
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import read_log
from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.citizen_history import history
from fpsheet_sync.ledger.merge_plan import plan_merge
from fpsheet_sync.merge.content import unpack
from fpsheet_templates.errors import StoreError
from fpsheet_templates.load import load_form
from tests.support.logs import find_break
from tests.support.schema import SCHEMA
from tests.support.submissions import ACTOR, KEYS, Sending, submit, sync

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.merge.submission import Submission

MARKED = "6101801234"
FORMER = "6202801235"
NAME = "Navn Der Aldrig Rejser"


def marked() -> Submission:
    """Return a file in which the marked number is everywhere it can be."""
    text = f"""
    # borger
    | id | cpr      | sagsbehandler | tidligere_cpr | blocked |
    | 1  | {MARKED} | AB            | {FORMER}      |         |
    | 2  | {FORMER} | AB            | {MARKED}      | x       |
    # forloeb
    | id | cpr      | forloeb_type | start_dato |
    | 1  | {MARKED} | revurdering  | 2026-01-05 |
    |    | {MARKED} | revalidering | 2026-01-05 |
    """
    file = submit(text)
    borger = file.sheets["borger"]
    named = replace(borger, frame=borger.frame.with_columns(pl.lit(NAME).alias("navn")))
    return replace(file, sheets={**file.sheets, "borger": named})


def everything(store: Store) -> str:
    """Return all that the database holds outside the vault, packed frames unpacked, as text."""
    said: list[str] = []
    with store.read() as connection:
        for name, table in SCHEMA.metadata().tables.items():
            if name in {"vault", "original"}:
                continue
            for row in connection.execute(select(table)):
                said += [str(v) for v in row if not isinstance(v, bytes)]
        contents = schema.indhold
        for data, line in connection.execute(select(contents.c.data, contents.c.linje)):
            said += [str(unpack(blob).rows()) for blob in (data, line) if blob is not None]
    return "\n".join(said)


def test_the_number_is_nowhere_but_in_the_vault(store: Store) -> None:
    """Records, quarantine, contents, receipts and logs hold pseudonyms; names never come."""
    file = marked()
    plan = plan_merge(store, file)
    synced = sync(store, file)
    sync(store, replace(file, sha256="0" * 64))
    said = [everything(store), repr(plan), str(synced), repr(file.choices)]
    for text in said:
        assert MARKED not in text
        assert FORMER not in text
        assert NAME not in text


def test_sealed_bytes_do_not_hold_the_number(store: Store) -> None:
    """Vault and originals are unreadable without the key."""
    sync(store, marked())
    with store.read() as connection:
        for table in (schema.vault, schema.original):
            for data in connection.execute(select(table.c.data)).scalars():
                assert MARKED.encode() not in bytes(data)


def test_a_driver_failure_shows_no_values(store: Store) -> None:
    """What a database driver says, with its statement and values, goes no further."""
    row = {"borger": MARKED, "kommune_kode": None}

    def write() -> None:
        with store.write() as connection:
            connection.execute(schema.sag.insert(), row)

    with pytest.raises(StoreError) as caught:
        write()
    assert MARKED not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_look_up_is_logged(store: Store) -> None:
    """Who opens a citizen's number or history stands in the log, findable by citizen."""
    sync(store, marked())
    borger = KEYS.pseudonyms([MARKED], kommune_kode="956")[0]
    assert look_up(store, borger, ACTOR, "klage") == MARKED
    history(store, MARKED, actor=ACTOR)
    assert [entry.deed.action for entry in read_log(store, citizens=[borger])] == [
        "vault",
        "opslag",
    ]
    assert find_break(store) is None


def test_statistics_need_no_key(store: Store) -> None:
    """A store opened without keys reads records; what needs a number says that it lacks the key."""
    sync(store, marked())
    url = store.engine.url.render_as_string(hide_password=False)
    other = open_store(url, load_form())
    with other.read() as connection:
        assert connection.execute(select(SCHEMA.records["forloeb"])).first() is not None
    for ask in (
        lambda: history(other, MARKED, actor=ACTOR),
        lambda: look_up(other, "x", ACTOR, "klage"),
        lambda: sync(other, submit("# forloeb\n| id | cpr |", Sending(minute=9))),
    ):
        with pytest.raises(StoreError, match="kræver nøglen"):
            ask()
    other.close()


@pytest.mark.parametrize("change", ["bruger", "handling", "detaljer", "kaede"])
def test_an_altered_log_is_seen(store: Store, change: str) -> None:
    """A line that was altered, and one that follows a removed one, break the chain."""
    for minute in range(3):
        sync(store, submit("# forloeb\n| id | cpr |", Sending(minute=minute)))
    table = schema.adgangslog
    with store.write() as connection:
        value = {"x": 1} if change == "detaljer" else "x"
        connection.execute(table.update().where(table.c.id == 2), {change: value})
    assert find_break(store) == 2
    with store.write() as connection:
        connection.execute(table.delete().where(table.c.id == 1))
    assert find_break(store) == 2


def three_lines(store: Store) -> None:
    """Have three lines in the log."""
    for minute in range(3):
        sync(store, submit("# forloeb\n| id | cpr |", Sending(minute=minute)))
    assert find_break(store) is None


@pytest.mark.parametrize(("gone", "seen"), [([3], 3), ([2, 3], 2), ([1, 2, 3], 1)])
def test_a_log_cut_at_its_end_is_seen(store: Store, gone: list[int], seen: int) -> None:
    """The last line, several, or all of them removed: the first missing one is named, and stays so.

    It is seen without the keys, too.
    """
    three_lines(store)
    table = schema.adgangslog
    with store.write() as connection:
        connection.execute(table.delete().where(table.c.id.in_(gone)))
    assert find_break(store) == seen
    without = open_store(store.engine.url.render_as_string(hide_password=False), load_form())
    assert find_break(without) == seen
    without.close()
    sync(store, submit("# forloeb\n| id | cpr |", Sending(minute=9)))
    assert find_break(store) is not None
