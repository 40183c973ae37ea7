"""Retention: what is too old to be kept, and its erasure.

A case is over when nothing in it, and nothing reported about it, is younger than the limit, no
spell is open, no pension runs and nothing waits. Its CPR number then leaves the vault; its rows
stay under the pseudonym, so that no published figure changes. Originals go by their own age.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import polars as pl
from sqlalchemy import Connection, func, select, text

from fpsheet_sync.citizens.erased import note_erased
from fpsheet_sync.citizens.merged_person import Persons, read_persons
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.record_columns import ANNULLER, BORGER
from fpsheet_sync.database.schema import schema_of
from fpsheet_sync.database.store import Store, wait_for_commits
from fpsheet_sync.ledger.tax_income import ANSWER_WORKBOOK
from fpsheet_sync.merge.commit import CommitKind
from fpsheet_sync.merge.content import unpack
from fpsheet_sync.statistics.facts.scope import ENHED, Scope
from fpsheet_sync.statistics.facts.workspace import fact_tables
from fpsheet_sync.statistics.stat_table import Period
from fpsheet_sync.upkeep.retention_limit import limit_of
from fpsheet_templates.codes import APPLICATION
from fpsheet_templates.form import Form

ACTION = "sletning"
_SPELLS = ("forloeb", "job")
_ERASED = b""


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is too old.

    Attributes:
        limit: What is older than this day is not kept.
        citizens: Pseudonyms whose CPR numbers are in the vault and whose cases are over.
        originals: Hashes of files as they came.
    """

    limit: date
    citizens: tuple[str, ...] = field(repr=False)
    originals: tuple[str, ...] = field(repr=False)


def find_overdue(store: Store, *, today: date, years: int) -> Overdue:
    """Find what is too old; nothing is written.

    Raises:
        StoreError: The database could not be used.
    """
    # Facts are counted in temporary tables, which a reading transaction gives back.
    with store.read() as connection:
        return _find(connection, store.form, today, limit_of(today, years))


def erase_overdue(store: Store, *, actor: Actor, today: date, years: int) -> Overdue:
    """Erase what is too old, in one transaction with its line in the log.

    Raises:
        StoreError: The database could not be used; nothing was erased.
    """
    table = schema.original
    with store.write() as connection:
        # A file that is being merged may bring a case to life again.
        wait_for_commits(connection)
        if not store.is_postgresql:
            # What is deleted shall not be read in the free pages of the file.
            connection.execute(text("PRAGMA secure_delete = ON"))
        found = _find(connection, store.form, today, limit_of(today, years))
        if found.citizens or found.originals:
            note_erased(connection, found.citizens, today)
            for sha256 in found.originals:
                kept = table.update().where(table.c.sha256 == sha256)
                connection.execute(kept.values(data=_ERASED))
            details = {
                "graense": found.limit.isoformat(),
                "borgere": len(found.citizens),
                "originaler": len(found.originals),
            }
            log_access(connection, actor, Deed(ACTION, details=details))
    if found.citizens or found.originals:
        _make_small(store)
    return found


def _make_small(store: Store) -> None:
    """Free the room on disk of what was erased; a server does that by itself (VACUUM).

    Where there is no room to do it in, or others use the database, the file stays as large as it
    was: what was erased is gone either way.
    """
    if store.is_postgresql:
        return
    with suppress(sqlite3.Error), closing(store.engine.raw_connection()) as connection:
        connection.cursor().execute("VACUUM")


def _find(connection: Connection, form: Form, today: date, limit: date) -> Overdue:
    persons = read_persons(connection)
    busy = {persons.of(borger) for borger in _busy(connection, form, today)}
    last = _last_days(connection, persons)
    vault = schema.vault
    stored = set(connection.execute(select(vault.c.borger)).scalars())
    # A number that never became a row, such as a mistyped one, is as old as the file it stood in.
    rowless = {borger for borger in stored if persons.of(borger) not in last}
    young = _mentioned_since(connection, limit) if rowless else frozenset()
    over = {
        borger
        for borger in stored
        if persons.of(borger) not in busy
        and last.get(persons.of(borger), date.min) < limit
        and not (borger in rowless and borger in young)
    }
    return Overdue(limit, tuple(sorted(over)), tuple(_old_files(connection, limit)))


def _last_days(connection: Connection, persons: Persons) -> Mapping[str, date]:
    """Return the last day in any row of a person, or on which one was reported."""
    received = _received(connection)
    found: dict[str, date] = {}

    def note(borger: str | None, day: date | None) -> None:
        if borger is not None and day is not None:
            person = persons.of(borger)
            found[person] = max(found.get(person, day), day)

    for sheet, layout in schema_of(connection).layouts.items():
        table = schema_of(connection).records[sheet]
        for column in (BORGER, *layout.secrets):
            brought = select(table.c[column], func.max(table.c.fra_indberetning))
            for borger, number in connection.execute(brought.group_by(table.c[column])):
                note(borger, received.get(number))
        for column in (name for name, dtype in layout.types.items() if dtype == pl.Date):
            latest = select(table.c.borger, func.max(table.c[column]))
            latest = latest.where(in_force_at(table)).group_by(table.c.borger)
            for borger, day in connection.execute(latest):
                note(borger, day)
    return found


def _received(connection: Connection) -> dict[int, date]:
    """Return the day on which each commit came."""
    commit = schema.indberetning
    rows = connection.execute(select(commit.c.id, commit.c.received_at))
    return {row.id: row.received_at.date() for row in rows}


def _mentioned_since(connection: Connection, limit: date) -> frozenset[str]:
    """Return every citizen who stands in a file that came since a day, in whatever row."""
    young = {number for number, day in _received(connection).items() if day >= limit}
    content = schema.indhold
    found: set[str] = set()
    wanted = select(content.c.indberetning_id, content.c.ark, content.c.data)
    for row in connection.execute(wanted):
        if row.indberetning_id in young:
            rows = unpack(row.data)
            for column in (BORGER, *schema_of(connection).layouts[row.ark].secrets):
                found.update(rows[column].drop_nulls() if column in rows.columns else ())
    return frozenset(found)


def _busy(connection: Connection, form: Form, today: date) -> Iterator[str]:
    """Yield the citizens with anything open: a spell, a pension, a row that waits, a conflict."""
    gone = [code for code, one in form.kommuner.items() if one.valid_to and one.valid_to <= today]
    for sheet in _SPELLS:
        table = schema_of(connection).records[sheet]
        is_open = [in_force_at(table), table.c[ANNULLER].is_(None), table.c.slut_dato.is_(None)]
        if sheet == "forloeb":
            is_open.append(table.c.forloeb_type != APPLICATION)
        # What a kommune left open when it ceased ended with it.
        is_open.append(table.c.kommune_kode.not_in(gone))
        yield from connection.execute(select(table.c.borger).where(*is_open)).scalars()
    waiting, conflict = schema.karantaene, schema.konflikt
    held = select(waiting.c.borger).where(in_force_at(waiting), waiting.c.borger.is_not(None))
    yield from connection.execute(held).scalars()
    for sheet, table in schema_of(connection).records.items():
        same = (conflict.c.ark == sheet) & (conflict.c.raekke_id == table.c.raekke_id)
        same &= conflict.c.kommune_kode == table.c.kommune_kode
        wanted = select(table.c.borger).join(conflict, same).where(in_force_at(conflict))
        yield from connection.execute(wanted).scalars()
    scope = Scope(schema_of(connection), Period(today, today), tuple(form.kommuner))
    with fact_tables(connection, scope, ("pensionister",)) as tables:
        yield from connection.execute(select(tables["pensionister"].c[ENHED])).scalars()


def _old_files(connection: Connection, limit: date) -> list[str]:
    """Return the files that came before a day; an answer that later ones build upon is none."""
    commit, original = schema.indberetning, schema.original
    before = datetime.combine(limit, time.min, UTC)
    wanted = (
        select(original.c.sha256)
        .join(commit, commit.c.sha256 == original.c.sha256)
        .where(commit.c.art == CommitKind.SUBMISSION, commit.c.received_at < before)
        .where(~commit.c.workbook_id.startswith(ANSWER_WORKBOOK, autoescape=True))
        .where(func.length(original.c.data) > 0)
    )
    return sorted(connection.execute(wanted).scalars())
