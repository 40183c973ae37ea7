"""The access log: who did what, in a chain in which no link can be changed unseen.

The chain begins at a known place and a head tells where it ends, so that a line is missed at
either end, too. Whoever writes with the keys of the database seals the head: a chain that was
made again up to there needs the keys. Who holds both database and keys can forge everything.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from fpsheet_sync.database.keys import Keys
from fpsheet_sync.database.schema import store_schema
from fpsheet_sync.database.store import Store, lock

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
        _move_head(connection, (number, str(lines[0]["forrige"])), (number + len(lines), before))


def write_head(connection: Connection, lines: int, link: str) -> None:
    """Note where the log ends; sealed where the connection writes with the keys."""
    head = store_schema()["loghoved"]
    keys = _keys_of(connection)
    values: dict[str, object] = {"antal": lines, "kaede": link}
    if keys is not None:
        values |= {"seglet_antal": lines, "segl": keys.seal_log(lines, link)}
    connection.execute(head.update().values(values))


def _move_head(connection: Connection, old: tuple[int, str], new: tuple[int, str]) -> None:
    """Move the head along; one that did not fit before is left as it is, so that it stays seen."""
    schema = store_schema()
    table, head = schema["adgangslog"], connection.execute(select(schema["loghoved"])).first()
    if head is None or (head.antal, head.kaede) != old:
        return
    sealed = head.seglet_antal or 0
    wanted = select(table.c.id, table.c.kaede).where(table.c.id == sealed)
    links = {0: _FIRST, **{row.id: row.kaede for row in connection.execute(wanted)}}
    if _is_sealed(_keys_of(connection), head, links):
        write_head(connection, *new)
    else:
        connection.execute(schema["loghoved"].update().values(antal=new[0], kaede=new[1]))


def _keys_of(connection: Connection) -> Keys | None:
    keys: Keys | None = connection.get_execution_options().get("fpsheet_keys")
    return keys


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
    """Give the number of the first line that was altered or follows a missing one, else None.

    A line missing at the end, and one that the seal of the head does not know, count as well. The
    seal is looked at where the store is open with its keys.
    """
    schema = store_schema()
    table = schema["adgangslog"]
    before, expected = _FIRST, 1
    links = {0: _FIRST}
    with store.read() as connection:
        head = connection.execute(select(schema["loghoved"])).first()
        for row in connection.execute(select(table).order_by(table.c.id)):
            entry = _entry(row)
            if entry.number != expected or row.forrige != before:
                return entry.number
            if row.kaede != _link(entry, before):
                return entry.number
            links[expected] = before = row.kaede
            expected += 1
    if head is None or (head.antal, head.kaede) != (expected - 1, before):
        return expected
    return None if _is_sealed(store.keys, head, links) else head.seglet_antal


def sealed_lines(store: Store) -> int:
    """Give how many lines of the log its last seal covers."""
    head = store_schema()["loghoved"]
    with store.read() as connection:
        return int(connection.execute(select(head.c.seglet_antal)).scalar() or 0)


def _is_sealed(keys: Keys | None, head: Row[Any], links: Mapping[int, str]) -> bool:
    """Tell whether the seal fits the log; without keys, and before the first seal, nothing is."""
    if keys is None or head.segl is None:
        return True
    link = links.get(head.seglet_antal, "")
    return hmac.compare_digest(keys.seal_log(head.seglet_antal, link), head.segl)


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
