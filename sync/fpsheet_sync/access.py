"""The access log: who did what, in a chain in which no link can be changed unseen."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from fpsheet_sync.schema import store_schema
from fpsheet_sync.store import Store, lock

_FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Actor:
    """Who works with the store, and when (UTC)."""

    name: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done.

    Attributes:
        action: Its name (`sync`, `opslag`, `frigivelse` …).
        kommune_kode: Whose data; empty for all or none.
        borger: Pseudonym of the citizen looked at; empty for none.
        details: More, never a CPR number or a cell's value.
    """

    action: str
    kommune_kode: str = ""
    borger: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log: its place in the chain, who did it, and what."""

    number: int
    actor: Actor
    deed: Deed


def log_access(connection: Connection, actor: Actor, *deeds: Deed) -> None:
    """Add a line for each deed, in the transaction of what they tell about."""
    table = store_schema()["adgangslog"]
    lock(connection, table.name)
    newest = select(table.c.id, table.c.kaede).order_by(table.c.id.desc()).limit(1)
    last = connection.execute(newest).first()
    number, before = (0, _FIRST) if last is None else (last.id, last.kaede)
    lines = []
    for place, deed in enumerate(deeds, start=number + 1):
        link = _link(Entry(place, actor, deed), before)
        line = {
            "id": place,
            "tid": actor.time,
            "bruger": actor.name,
            "handling": deed.action,
            "kommune_kode": deed.kommune_kode or None,
            "borger": deed.borger or None,
            "detaljer": dict(deed.details),
            "forrige": before,
            "kaede": link,
        }
        lines.append(line)
        before = link
    if lines:
        connection.execute(table.insert(), lines)


def read_log(
    store: Store, *, citizens: Collection[str] | None = None, kommune_kode: str = ""
) -> list[Entry]:
    """Give the lines about a citizen (its pseudonyms) or a kommune, or all, oldest first."""
    table = store_schema()["adgangslog"]
    wanted = select(table).order_by(table.c.id)
    if citizens is not None:
        wanted = wanted.where(table.c.borger.in_(sorted(citizens)))
    if kommune_kode:
        wanted = wanted.where(table.c.kommune_kode == kommune_kode)
    with store.read() as connection:
        return [_entry(row) for row in connection.execute(wanted).all()]


def find_break(store: Store) -> int | None:
    """Give the number of the first line that was altered or follows a missing one, else None."""
    table = store_schema()["adgangslog"]
    before, expected = _FIRST, 1
    with store.read() as connection:
        for row in connection.execute(select(table).order_by(table.c.id)):
            entry = _entry(row)
            if entry.number != expected or row.forrige != before:
                return entry.number
            if row.kaede != _link(entry, before):
                return entry.number
            before, expected = row.kaede, expected + 1
    return None


def _entry(row: Row[Any]) -> Entry:
    deed = Deed(row.handling, row.kommune_kode or "", row.borger or "", row.detaljer)
    return Entry(row.id, Actor(row.bruger, row.tid), deed)


def _link(entry: Entry, before: str) -> str:
    deed = entry.deed
    said = [
        before,
        entry.number,
        entry.actor.time.isoformat(),
        entry.actor.name,
        deed.action,
        deed.kommune_kode,
        deed.borger,
        json.dumps(deed.details, sort_keys=True),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
