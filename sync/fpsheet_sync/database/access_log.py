"""The access log: who did what, in a chain in which no line can be changed, added or lost unseen.

Every line names the link of the line before it and is sealed by the run that writes it
(`log_seal`). A head tells where the log ends, and so do notes outside the database (`log_end`). On
PostgreSQL the server itself adds the line, under the name of the session's user: a role has no
right to the table, only to the function that adds to it.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select, text

from fpsheet_sync.database import schema
from fpsheet_sync.database.errors import store_failure
from fpsheet_sync.database.log_end import FIRST, LogEnd, LogMark
from fpsheet_sync.database.log_seal import Sealer
from fpsheet_sync.database.store import LOG_END, Store, lock

CLERK = "lognoegle"
"""Action of the line that says whose a clerk's key is."""
CONFLICTS, ORIGINALS = "konflikter", "originaler"
"""Actions of who sees the values of conflicts, or opens the files as they came."""

_ADD = text("SELECT fpsheet_log(:said, :link, :segl, :segl_noegle)")


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
    """One line of the log: its place in the chain, who did it, and what.

    Attributes:
        number: Its number, from 1.
        actor: The user of the machine, and when.
        deed: What was done.
        session: The user that the database server knew; empty where there is no server.
    """

    number: int
    actor: Actor
    deed: Deed
    session: str = ""


def log_access(connection: Connection, actor: Actor, *deeds: Deed) -> LogEnd:
    """Add a line for each deed, in the transaction of what they tell about; return the new end.

    Raises:
        StoreError: There is neither the key of the database nor a clerk's own to seal with.
    """
    sealer = connection.get_execution_options().get("fpsheet_sealer")
    if sealer is None:
        raise store_failure("no_seal")
    lock(connection, "adgangslog")
    end = read_end(connection)
    session = _session(connection)
    steps = []
    for number, deed in enumerate(deeds, start=end.lines + 1):
        entry = Entry(number, actor, deed, session)
        before, end = end, LogEnd(number, link_of(entry, end.link))
        steps.append(_Step(entry, before, end))
    if steps:
        _add(connection, steps, sealer)
        _tell_mark(connection, end)
    return end


def log_look(store: Store, actor: Actor, deed: Deed) -> None:
    """Log that somebody looks at data without changing any, before it is shown.

    Raises:
        StoreError: As `log_access`, or the database could not be written.
    """
    with store.write() as connection:
        log_access(connection, actor, deed)


def read_end(connection: Connection) -> LogEnd:
    """Return where the log ends."""
    table = schema.adgangslog
    newest = select(table.c.id, table.c.kaede).order_by(table.c.id.desc()).limit(1)
    last = connection.execute(newest).first()
    return LogEnd(0, FIRST) if last is None else LogEnd(last.id, last.kaede)


def write_head(connection: Connection, end: LogEnd) -> None:
    """Note in the database where the log ends."""
    head = schema.loghoved
    connection.execute(head.update().values(antal=end.lines, kaede=end.link))


def _session(connection: Connection) -> str:
    if connection.dialect.name != "postgresql":
        return ""
    return str(connection.execute(text("SELECT session_user")).scalar_one())


def _add(connection: Connection, steps: Sequence["_Step"], sealer: Sealer) -> None:
    """Add lines and move the head to the new end; a head that did not fit stays, as a sign.

    On PostgreSQL the server does it: no role has a right to the table itself.
    """
    if connection.dialect.name == "postgresql":
        said = [
            {"said": _said(each.entry), "link": each.after.link, **each.seal(sealer)}
            for each in steps
        ]
        connection.execute(_ADD, said)
        return
    table, head = schema.adgangslog, schema.loghoved
    connection.execute(table.insert(), [each.line | each.seal(sealer) for each in steps])
    before, after = steps[0].before, steps[-1].after
    fits = (head.c.antal == before.lines, head.c.kaede == before.link)
    connection.execute(head.update().where(*fits).values(antal=after.lines, kaede=after.link))


class _Step(NamedTuple):
    """One line that is added, with the end of the log before it and after."""

    entry: Entry
    before: LogEnd
    after: LogEnd

    def seal(self, sealer: Sealer) -> dict[str, str]:
        seal = sealer.seal_log(self.after.lines, self.after.link)
        return {"segl": seal, "segl_noegle": sealer.id}

    @property
    def line(self) -> dict[str, object]:
        """Return the line as the table has it, without its seal."""
        entry, deed = self.entry, self.entry.deed
        return {
            "id": entry.number,
            "tid": entry.actor.time,
            "bruger": entry.actor.name,
            "handling": deed.action,
            "kommune_kode": deed.kommune_kode or None,
            "borger": deed.borger or None,
            "detaljer": dict(deed.details),
            "forrige": self.before.link,
            "kaede": self.after.link,
        }


def _tell_mark(connection: Connection, end: LogEnd) -> None:
    """Note the end beside the key after the commit, if the log holds the end noted there before.

    A log that was cut off or put back keeps its old note, so that it stays seen.
    """
    mark: LogMark | None = connection.get_execution_options().get("fpsheet_mark")
    if mark is None:
        return
    known = mark.read()
    if known is not None:
        table = schema.adgangslog
        wanted = select(table.c.kaede).where(table.c.id == known.lines)
        if connection.execute(wanted).scalar() != known.link:
            return
    connection.info[LOG_END] = end


def read_log(
    store: Store, *, citizens: Collection[str] | None = None, kommune_kode: str = ""
) -> list[Entry]:
    """Return the lines about a citizen (its pseudonyms) or a kommune, or all, oldest first."""
    table = schema.adgangslog
    wanted = select(table).order_by(table.c.id)
    if citizens is not None:
        wanted = wanted.where(table.c.borger.in_(sorted(citizens)))
    if kommune_kode:
        wanted = wanted.where(table.c.kommune_kode == kommune_kode)
    with store.read() as connection:
        return [entry_of_row(row) for row in connection.execute(wanted).all()]


def entry_of_row(row: Row[Any]) -> Entry:
    """Return the line of a row of the table."""
    deed = Deed(row.handling, row.kommune_kode or "", row.borger or "", row.detaljer)
    return Entry(row.id, Actor(row.bruger, row.tid), deed, row.server_bruger or "")


def _said(entry: Entry) -> str:
    """Return what a line says, as the chain has it; the server's function reads the same text."""
    deed = entry.deed
    said = [
        entry.number,
        entry.actor.time.isoformat(),
        entry.actor.name,
        deed.action,
        deed.kommune_kode,
        deed.borger,
        dict(deed.details),
    ]
    return json.dumps(said, sort_keys=True)


def link_of(entry: Entry, before: str) -> str:
    """Return the link of a line that follows a link."""
    parts = (before, entry.session, _said(entry))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def old_link_of(entry: Entry, before: str) -> str:
    """Return the link as lines had it before version 10 of the database."""
    said = [before, *json.loads(_said(entry))[:-1]]
    details = json.dumps(entry.deed.details, sort_keys=True)
    return hashlib.sha256(json.dumps([*said, details]).encode()).hexdigest()


class MergeLines:
    """Finds where the log ended when a file was merged; each line of the log is read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: dict[str, LogEnd] = {}
        self._last = 0

    def of(self, sha256: str) -> LogEnd | None:
        """Return the number and the link of the line of a file; None for one that has none."""
        if sha256 not in self._found:
            self._read_on()
        return self._found.get(sha256)

    def _read_on(self) -> None:
        table = schema.adgangslog
        wanted = select(table.c.id, table.c.kaede, table.c.detaljer).where(
            table.c.handling == "sync", table.c.id > self._last
        )
        with self._store.read() as connection:
            for row in connection.execute(wanted.order_by(table.c.id)):
                self._found[str(row.detaljer.get("fil"))] = LogEnd(row.id, row.kaede)
                self._last = row.id
