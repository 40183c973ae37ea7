"""Decisions: what a named person of the departement settles, kept as commits of their own."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from fpsheet_sync.citizens.merged_person import update_merged
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.errors import need_no_cpr, store_failure
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.schema import Schema, schema_of
from fpsheet_sync.database.store import Store, lock, next_commit
from fpsheet_sync.ledger.later_receipt import write_later_receipts
from fpsheet_sync.ledger.receipt import ShownConflict, show_conflict
from fpsheet_sync.ledger.settled_conflicts import Conflicts, SettledConflict
from fpsheet_sync.ledger.stored_state import DatabaseLibrary, read_commits, read_state
from fpsheet_sync.ledger.write_state import update_others, write_change
from fpsheet_sync.merge.commit import NEW, Commit, CommitKind, Status
from fpsheet_sync.merge.replay import fold
from fpsheet_sync.merge.soundness import CaseRules
from fpsheet_sync.merge.state import Key, Plain, from_plain
from fpsheet_sync.merge.state_change import compare, renumber
from fpsheet_templates.form import FieldType, Form


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """A conflict and the kommune it belongs to."""

    kommune_kode: str
    conflict: ShownConflict


def conflicts(store: Store, kommune_kode: str = "") -> list[OpenConflict]:
    """Return the open conflicts of a kommune, or of all, in the order of kommune, sheet and row."""
    with store.read() as connection:
        return [
            OpenConflict(kommune, shown)
            for kommune in _with_conflicts(connection, kommune_kode, are_open=True)
            for shown in _shown(connection, kommune)
        ]


def settled(store: Store, kommune_kode: str = "") -> list[SettledConflict]:
    """Return the closed conflicts of a kommune, or of all, in the order of kommune and closing."""
    with store.read() as connection:
        closed = Conflicts(connection)
        return [
            one
            for kommune in _with_conflicts(connection, kommune_kode, are_open=False)
            for one in closed.settled(kommune)
        ]


def _with_conflicts(connection: Connection, kommune_kode: str, *, are_open: bool) -> list[str]:
    """Return the kommuner with an open conflict, or that ever had one; a named one alone."""
    table = schema.konflikt
    wanted = select(table.c.kommune_kode).distinct()
    if are_open:
        wanted = wanted.where(in_force_at(table))
    if kommune_kode:
        wanted = wanted.where(table.c.kommune_kode == kommune_kode)
    return sorted(connection.execute(wanted).scalars())


def resolve_conflict(
    store: Store, conflict_id: str, values: Mapping[str, Plain], *, actor: Actor, reason: str
) -> None:
    """Decide a conflict: the values count from now on, whatever the copies say.

    Args:
        store: The store.
        conflict_id: Identifier of the conflict.
        values: Field → value of every field of the group; ISO text for a date, None for blank.
        actor: The person who decides.
        reason: Why.

    Raises:
        StoreError: There is no such conflict, a field cannot hold the value, the values break a
            rule of their row or citizen, or name and reason are missing.
    """
    _need_reason(actor, reason)
    table = schema.konflikt
    wanted = select(table.c.kommune_kode).where(table.c.konflikt_id == conflict_id)
    with store.write() as connection:
        kommune_kode = connection.execute(wanted.where(in_force_at(table))).scalar() or ""
        # Looked at under the lock: somebody else may be deciding it at this moment.
        lock(connection, kommune_kode)
        found = [one for one in _shown(connection, kommune_kode) if one.id == conflict_id]
        if not found:
            raise store_failure("no_conflict", {"nummer": conflict_id})
        _check_values(store.schema, found[0], values)
        _check_rules(connection, kommune_kode, found[0], values, actor)
        decision = {
            "conflict_id": conflict_id,
            "values": dict(values),
            "seen": found[0].seen,
            "key": _key(found[0]),
            "known": [list(claim.values.values()) for claim in found[0].claims],
            "after": sorted({claim.sha256 for claim in found[0].claims}),
        }
        _decide(connection, kommune_kode, CommitKind.RESOLUTION, decision, (actor, reason))


def release_file(store: Store, number: int, *, actor: Actor, reason: str) -> None:
    """Let a held file through although it lost rows; the rows it lacks stay in force.

    Args:
        store: The store.
        number: Number of the commit that is held.
        actor: The person who decides.
        reason: Why.

    Raises:
        StoreError: The commit is not held, or name and reason are missing.
    """
    _need_reason(actor, reason)
    held, commit = schema.tilbageholdelse, schema.indberetning
    wanted = (
        select(commit.c.kommune_kode, commit.c.sha256)
        .join(held, held.c.indberetning_id == commit.c.id)
        .where(commit.c.id == number, in_force_at(held))
    )
    sender = select(commit.c.kommune_kode).where(commit.c.id == number)
    with store.write() as connection:
        lock(connection, connection.execute(sender).scalar() or "")
        found = connection.execute(wanted).first()
        if found is None:
            raise store_failure("not_held", {"nummer": number})
        decision = {"after": [found.sha256]}
        _decide(connection, found.kommune_kode, CommitKind.RELEASE, decision, (actor, reason))


def _need_reason(actor: Actor, reason: str) -> None:
    if not actor.name.strip() or not reason.strip():
        raise store_failure("name_needed")
    need_no_cpr(reason)


def _check_values(own: Schema, shown: ShownConflict, values: Mapping[str, Plain]) -> None:
    """Refuse values that the fields of the group cannot hold."""
    layout, form = own.layouts[shown.sheet], own.form
    for column in layout.groups[shown.group]:
        failure = store_failure("choice", {"nummer": shown.id, "felt": column})
        if column not in values or column in {"borger", *layout.secrets}:
            raise failure
        try:
            from_plain(layout, column, values[column])
        except ValueError:
            raise failure from None
        field = form.sheet(shown.sheet)[column]
        is_code = field.type is FieldType.CODE and values[column] is not None
        if is_code and str(values[column]) not in form.code_lists[field.codes]:
            raise failure


def _check_rules(
    connection: Connection,
    kommune_kode: str,
    shown: ShownConflict,
    values: Mapping[str, Plain],
    actor: Actor,
) -> None:
    """Refuse values that break a rule of their row or its citizen."""
    library = DatabaseLibrary(connection, kommune_kode, {})
    rules = CaseRules(kommune_kode, library.citizen, actor.time.date())
    said = tuple(
        values[column] for column in schema_of(connection).layouts[shown.sheet].groups[shown.group]
    )
    key = _key(shown)
    broken = rules.find_broken(read_state(connection, kommune_kode), key, said)
    if broken:
        codes = ", ".join(sorted({found.code for found in broken}))
        raise store_failure("choice_breaks", {"nummer": shown.id, "regler": codes})


def _key(shown: ShownConflict) -> Key:
    return shown.sheet, shown.row_id, shown.group


def _shown(connection: Connection, kommune_kode: str) -> list[ShownConflict]:
    state = read_state(connection, kommune_kode)
    hashes = {commit.id: commit.sha256 for commit in read_commits(connection, kommune_kode)}
    return [
        show_conflict(schema_of(connection).layouts, kommune_kode, key, conflict, hashes)
        for key, conflict in sorted(state.conflicts.items())
    ]


def _decide(
    connection: Connection,
    kommune_kode: str,
    kind: CommitKind,
    decision: Mapping[str, Any],
    who: tuple[Actor, str],
) -> None:
    """Add the decision to what the kommune, which is locked, consists of, and fold it again."""
    actor, reason = who
    full = {**decision, "by": actor.name, "reason": reason}
    commits = read_commits(connection, kommune_kode)
    said = json.dumps([kind, kommune_kode, full, actor.time.isoformat()], sort_keys=True)
    own = Commit(
        id=NEW,
        kind=kind,
        sha256=hashlib.sha256(said.encode()).hexdigest(),
        time=actor.time,
        after=tuple(decision["after"]),
        decision=full,
    )
    add_commit(connection, kommune_kode, own, commits)
    details = {"grund": reason, "om": list(own.after)}
    log_access(connection, actor, Deed(kind, kommune_kode, details=details))


def add_commit(
    connection: Connection, kommune_kode: str, own: Commit, commits: list[Commit]
) -> int:
    """Fold a kommune with one more decision, write what changed, and return its number."""
    library = DatabaseLibrary(connection, kommune_kode, {c.id: c for c in commits})
    before = read_state(connection, kommune_kode)
    folded = fold(kommune_kode, [*commits, own], library)
    number = next_commit(connection)
    write_change(connection, kommune_kode, renumber(compare(before, folded.state), number), number)
    update_merged(connection, number)
    connection.execute(
        schema.indberetning.insert(),
        commit_row(schema_of(connection).form, kommune_kode, own, number),
    )
    update_others(connection, folded.outcomes, number)
    write_later_receipts(connection, library, before, folded, number)
    return number


def commit_row(form: Form, kommune_kode: str, own: Commit, number: int) -> dict[str, Any]:
    """Return the row of a commit that is no submission."""
    return {
        "id": number,
        "art": own.kind,
        "kommune_kode": kommune_kode,
        "aar": 0 if own.time is None else own.time.year,
        "sha256": own.sha256,
        "workbook_id": own.workbook_id,
        "parent": own.parent,
        "form_version": form.version,
        "udfyldt": own.filled,
        "received_at": own.time,
        "modified_at": own.time,
        "no_cases": False,
        "status": Status.MERGED,
        "raekker": {},
        "fund": {},
        "findings": [],
        "kolonner": {},
        "handling": None if own.decision is None else dict(own.decision),
    }
