"""Applying a plan: one transaction with the commit, its records, its receipt and its log line."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import polars as pl
from sqlalchemy import Connection, select

from fpsheet_sync.citizens.between import Between, find_between
from fpsheet_sync.citizens.erased import take_back
from fpsheet_sync.citizens.merged_person import update_merged
from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor, Deed, log_access
from fpsheet_sync.database.bulk import insert
from fpsheet_sync.database.errors import store_failure
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.store import next_commit
from fpsheet_sync.ledger.extension import read_extensions, tell_deadlines
from fpsheet_sync.ledger.merge_plan import MergePlan
from fpsheet_sync.ledger.receipt import (
    Receipt,
    Settlement,
    receipt_number,
    show_conflict,
    show_notice,
)
from fpsheet_sync.ledger.receipt_decisions import find_settlements
from fpsheet_sync.ledger.receipt_rows import assigned_rows, plain_findings, waiting_rows
from fpsheet_sync.ledger.write_state import (
    pack_lines,
    parent_of,
    status_of,
    update_others,
    write_change,
)
from fpsheet_sync.merge.commit import NEW, CommitKind
from fpsheet_sync.merge.content import ROW, Prepared, no_row, pack
from fpsheet_sync.merge.file_findings import new_notices, tell_again
from fpsheet_sync.merge.record_identity import ROW_ID
from fpsheet_sync.merge.state_change import Change, renumber
from fpsheet_validation.finding import Finding


@dataclass(frozen=True, slots=True)
class Applied:
    """A plan after it was applied.

    Attributes:
        receipt: What became of the submission.
        concerned: Other kommuner with a case about citizens of the submission.
    """

    receipt: Receipt
    concerned: frozenset[str] = frozenset()


def write_plan(connection: Connection, plan: MergePlan, actor: Actor) -> Applied:
    """Apply a plan inside a transaction that holds the lock of the kommune."""
    if plan.already is not None:
        note_repeated(connection, plan.prepared)
        return Applied(plan.already)
    head = plan.prepared.head
    table = schema.indberetning
    newest = select(table.c.id).where(table.c.kommune_kode == head.kommune_kode)
    if plan.seen != (connection.execute(newest.order_by(table.c.id.desc()).limit(1)).scalar() or 0):
        raise store_failure("stale")
    number = next_commit(connection)
    change = renumber(plan.change, number)
    _write_citizens(connection, plan, change, actor)
    write_change(connection, head.kommune_kode, change, number)
    if _touches_persons(plan):
        update_merged(connection, number)
    citizens = plan.prepared.citizens[BORGER].to_list()
    between = find_between(connection, head.kommune_kode, citizens)
    receipt = _receipt(plan, change, number, between, tuple(find_settlements(connection, plan)))
    extension = read_extensions(connection).get((head.kommune_kode, head.aar))
    receipt = tell_deadlines(receipt, head.said_on_cover, extension)
    connection.execute(table.insert(), _commit_row(plan, receipt))
    _write_contents(connection, plan, number)
    update_others(connection, plan.outcomes, number)
    deed = Deed("sync", head.kommune_kode, details={"nummer": receipt.number, "fil": head.sha256})
    log_access(connection, actor, deed)
    return Applied(receipt, between.concerned)


def _write_citizens(connection: Connection, plan: MergePlan, change: Change, actor: Actor) -> None:
    """Write who the citizens are, their sealed CPR numbers, and which kommune has a case."""
    kommune_kode = plan.prepared.head.kommune_kode
    citizens = plan.prepared.citizens
    person = citizens[[BORGER, "koen", "foedselsdato"]]
    insert(connection, schema.person, person, ignore=True)
    active = [part.opened[BORGER] for part in change.rows.values()]
    cases = pl.concat(active).unique().sort() if active else pl.Series(BORGER, [], pl.String)
    erased = take_back(connection, cases.to_list(), kommune_kode, actor)
    kept = citizens.filter(~pl.col(BORGER).is_in(sorted(erased)))
    key = {"noegle_id": read_key_id(connection)}
    insert(connection, schema.vault, kept[[BORGER, "data"]], constants=key, ignore=True)
    kommune = {"kommune_kode": kommune_kode}
    insert(connection, schema.sag, cases.to_frame(), constants=kommune, ignore=True)


def read_key_id(connection: Connection) -> str:
    """Return the name of the keys that the database was made with; empty before it had any."""
    setting = schema.opsaetning
    wanted = select(setting.c.vaerdi).where(setting.c.navn == "noegle_id")
    return str(connection.execute(wanted).scalar() or "")


def _touches_persons(plan: MergePlan) -> bool:
    """Return whether a link between two CPR numbers came, went or changed."""
    part = plan.change.rows.get(BORGER)
    if part is None:
        return False
    ended = plan.before.rows[BORGER].filter(pl.col(ROW_ID).is_in(part.closed.implode()))
    return any(frame["tidligere_cpr"].count() for frame in (part.opened, ended))


def _receipt(
    plan: MergePlan,
    change: Change,
    number: int,
    between: Between,
    settlements: tuple[Settlement, ...],
) -> Receipt:
    head, outcome = plan.prepared.head, plan.outcome
    hashes = {**plan.hashes, number: head.sha256}
    open_now = {**plan.after.conflicts, **{k: v for k, v in change.conflicts.items() if v}}
    return Receipt(
        number=receipt_number(head.kommune_kode, head.aar, number),
        commit=number,
        sha256=head.sha256,
        kommune_kode=head.kommune_kode,
        aar=head.aar,
        workbook_id=head.workbook_id,
        received_at=head.received_at,
        status=status_of(outcome),
        no_cases=head.no_cases,
        totals=head.totals,
        counts=head.counts,
        sheets=outcome.sheets,
        waiting=tuple(waiting_rows(plan.after, NEW)),
        missing=outcome.missing,
        conflicts=tuple(
            show_conflict(outcome.layouts, head.kommune_kode, key, conflict, hashes)
            for key, conflict in sorted(open_now.items())
        ),
        findings=tuple(
            plain_findings(
                (
                    *tell_again(outcome.layouts.form, head.findings),
                    *outcome.findings,
                    *_between(between, plan),
                ),
                outcome.placed,
            )
        ),
        assigned=tuple(assigned_rows(outcome.placed, plan.prepared.rows)),
        held=None if outcome.hold is None else (outcome.hold.lost, outcome.hold.of),
        unexplained=_unexplained(plan),
        settled=settlements,
        replaced=tuple(
            show_notice(outcome.layouts, key, notice, {**plan.hashes, NEW: head.sha256})
            for key, notice in new_notices(plan.before, plan.after)
        ),
    )


def _between(between: Between, plan: MergePlan) -> Iterator[Finding]:
    """Yield the findings between kommuner with the rows and columns of this file."""
    rows = {
        (name, row_id): row
        for name in {finding.sheet for finding in between.findings}
        for row, row_id in plan.outcome.placed[name].select(ROW, ROW_ID).iter_rows()
    }
    sheets = plan.prepared.head.sheets
    for finding, record in zip(between.findings, between.records, strict=True):
        row = rows.get((finding.sheet, record), 0)
        if row or not record:
            letters = sheets[finding.sheet].columns if finding.sheet in sheets else {}
            letter = letters.get(finding.field, "") if row else ""
            yield replace(finding, row=row, column=letter)


def _unexplained(plan: MergePlan) -> int:
    """Count the warnings of the check that no explanation covers."""
    warned = [f for f in plan.prepared.head.findings if f.get("severity") == "ADVARSEL"]
    if not warned or not plan.after.explanations:
        return len(warned)
    record = {
        (name, row): row_id
        for name, frame in plan.outcome.placed.items()
        for row, row_id in frame.select(ROW, ROW_ID).iter_rows()
    }
    explained = 0
    for finding in warned:
        digits = finding.get("cell", "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        sheet = finding.get("sheet", "")
        row_id = record.get((sheet, int(digits)), "") if digits.isdecimal() else ""
        explained += (sheet, row_id, finding.get("code", "")) in plan.after.explanations
    return len(warned) - explained


def _commit_row(plan: MergePlan, receipt: Receipt) -> dict[str, Any]:
    head = plan.prepared.head
    said = {
        "explanations": [asdict(entry) for entry in head.explanations],
        "choices": [asdict(entry) for entry in head.choices],
        "told": [[entry.conflict_id, entry.decision] for entry in head.told],
        "after": list(plan.follows),
        "forside": dict(head.said_on_cover),
    }
    return {
        "id": receipt.commit,
        "art": CommitKind.SUBMISSION,
        "kommune_kode": head.kommune_kode,
        "aar": head.aar,
        "sha256": head.sha256,
        "pakke": plan.prepared.package or None,
        "workbook_id": head.workbook_id,
        "parent": head.parent,
        "afstamning": parent_of(plan.outcome, receipt.commit),
        "form_version": head.form_version,
        "udfyldt": plan.prepared.filled,
        "received_at": head.received_at,
        "modified_at": head.modified_at,
        "no_cases": head.no_cases,
        "status": receipt.status,
        "raekker": {name: list(total) for name, total in head.totals.items()},
        "fund": dict(head.counts),
        "findings": [dict(finding) for finding in head.findings],
        "kolonner": {name: dict(sheet.columns) for name, sheet in head.sheets.items()},
        "handling": said if any(said.values()) else None,
        "kvittering": receipt.to_dict(),
    }


def _write_contents(connection: Connection, plan: MergePlan, number: int) -> None:
    """Keep what the file said, and the file itself."""
    packed = plan.prepared.packed
    lines = pack_lines(plan.outcome, number)
    said = [
        {
            "indberetning_id": number,
            "ark": name,
            "data": packed.get(name) or pack(no_row(plan.outcome.layouts[name])),
            "linje": line,
        }
        for name, line in lines.items()
        if name in packed or line is not None
    ]
    if said:
        connection.execute(schema.indhold.insert(), said)
    if plan.prepared.original:
        connection.execute(
            schema.original.insert(),
            {
                "sha256": plan.prepared.head.sha256,
                "noegle_id": read_key_id(connection),
                "data": plan.prepared.original,
            },
        )


def note_repeated(connection: Connection, prepared: Prepared) -> None:
    """Note the bytes of a workbook that is in the store already; they are not read again."""
    commit, repeated = schema.indberetning, schema.gensendt
    sha256 = prepared.head.sha256
    package = prepared.package or sha256
    first = select(commit.c.pakke).where(commit.c.sha256 == sha256)
    noted = select(repeated.c.pakke).where(repeated.c.pakke == package)
    if (connection.execute(first).scalar() or sha256) == package:
        return
    if connection.execute(noted).first() is None:
        connection.execute(repeated.insert(), {"pakke": package, "sha256": sha256})


def read_repeated(connection: Connection) -> Mapping[str, str]:
    """Return the hash of each package that repeated a workbook → the hash of the workbook."""
    repeated = schema.gensendt
    return {row.pakke: row.sha256 for row in connection.execute(select(repeated))}
