"""Receipts: what became of a submission, as data. The same file always gets the same receipt."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Text, cast

from fpsheet_sync.database import schema
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.record_layout import Layouts
from fpsheet_sync.merge.commit import Status
from fpsheet_sync.merge.file_merge import SheetOutcome
from fpsheet_sync.merge.state import Conflict, Key, Notice, Plain, key_id
from fpsheet_sync.merge.three_way import CHOSEN
from fpsheet_sync.outside_json import read_json

STORED_RECEIPT = cast(schema.indberetning.c.kvittering, Text).label("kvittering")
"""The receipt of a commit as JSON text, from which alone its types are read strictly."""


def receipt_number(kommune_kode: str, aar: int, commit: int) -> str:
    """Return the number of the receipt of a commit.

    >>> receipt_number("956", 2026, 12)
    '956-2026-000012'
    """
    return f"{kommune_kode}-{aar}-{commit:06d}"


class WaitingRow(NamedTuple):
    """A row in quarantine and why; no codes where another row of the same case is at fault."""

    sheet: str
    row: int
    row_id: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """One side of a conflict: the file, the row in it (0 in a decision), and field → value."""

    sha256: str
    row: int
    values: Mapping[str, Plain] = field(repr=False)

    @property
    def is_decision(self) -> bool:
        """Return whether a named person decided it, and no file says it."""
        return self.row == CHOSEN


@dataclass(frozen=True, slots=True)
class ShownConflict:
    """An open conflict as both sides see it.

    Attributes:
        id: Its identifier, by which it is resolved.
        sheet: Sheet identifier.
        row_id: The record.
        group: Field group.
        agreed: Field → value in force meanwhile. CPR numbers are left out.
        claims: The sides.
        seen: Fingerprint of the claims, to be passed on with a choice.
    """

    id: str
    sheet: str
    row_id: str
    group: str
    agreed: Mapping[str, Plain] = field(repr=False)
    claims: tuple[ShownClaim, ...]
    seen: str


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A value that a later file replaced, where it cannot be told whether it knew of it.

    Attributes:
        sheet: Sheet identifier.
        row_id: The record.
        kept: The later file, the row in it, and field → value that counts.
        left: Field → value that it replaced. CPR numbers are left out.
    """

    sheet: str
    row_id: str
    kept: ShownClaim
    left: Mapping[str, Plain] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settlement:
    """A decision about a record: by a choice of the file, or one that its row does not know yet.

    Attributes:
        conflict_id: The conflict that it closed.
        sheet: Sheet identifier.
        row_id: The record.
        values: Field → value in force. CPR numbers are left out.
        said: Field → value that the row of the file said; nothing where it lacks the record.
        by: Who decided.
        reason: Why.
        claims: What the sides had said; none where the conflict was never seen open.
        decision: By which commit, as a stamp names it; empty in receipts of earlier versions.
    """

    conflict_id: str
    sheet: str
    row_id: str
    values: Mapping[str, Plain] = field(repr=False)
    said: Mapping[str, Plain] = field(repr=False, default_factory=dict)
    by: str = ""
    reason: str = field(default="", repr=False)
    claims: tuple[ShownClaim, ...] = ()
    decision: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a submission.

    Attributes:
        number: The departement's number (`956-2026-000012`).
        commit: Number of the commit.
        sha256: Hash of the file; also the stamp of the returned workbook (its new parent).
        kommune_kode: Sender.
        aar: Reporting year.
        workbook_id: The workbook.
        received_at: When it was taken from the inbox, UTC.
        status: What became of it as a whole.
        no_cases: The kommune said that it had no cases.
        totals: Sheet → rows in XML, read, blank, quarantined; the control totals of the intake.
        counts: Severity → number of findings of the check.
        sheets: Sheet → numbers of rows by their fate.
        waiting: Rows in quarantine.
        missing: (sheet, row id) of the records that the file lacks.
        conflicts: Open conflicts of the kommune: both sides see them, whoever sent last.
        settled: Choices of the file that closed a conflict, and decisions that its rows lack.
        findings: What the merge found, as dicts without values (code, severity, sheet, cell,
            field, row_id, and the details of the sentence).
        assigned: (sheet, Excel row, row id) of rows that got a record of their own.
        held: Rows lost and rows expected, where the file is held; else None.
        unexplained: Warnings of the check that no explanation covers.
        replaced: Values that a later file replaced and may not have known of (HIS-011).
        asked: The deadline that the kommune asks for and has had no answer to, ISO; empty for none.
        granted: The deadline that it was granted, ISO; empty for none.
        log: Where the access log ended when the file was merged, as `LogEnd` has it; empty in
            receipts that are not handed out.
    """

    number: str
    commit: int
    sha256: str
    kommune_kode: str
    aar: int
    workbook_id: str
    received_at: datetime
    status: Status
    no_cases: bool
    totals: Mapping[str, tuple[int, ...]]
    counts: Mapping[str, int]
    sheets: Mapping[str, SheetOutcome]
    waiting: tuple[WaitingRow, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    conflicts: tuple[ShownConflict, ...] = ()
    findings: tuple[Mapping[str, Any], ...] = ()
    assigned: tuple[tuple[str, int, str], ...] = ()
    held: tuple[int, int] | None = None
    unexplained: int = 0
    settled: tuple[Settlement, ...] = ()
    replaced: tuple[ShownNotice, ...] = ()
    asked: str = ""
    granted: str = ""
    log: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the receipt as JSON has it."""
        # `asdict` copies deeply, which costs more than the rest of the receipt.
        data: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        data["received_at"] = self.received_at.isoformat()
        data["totals"] = {name: list(total) for name, total in self.totals.items()}
        data["sheets"] = {name: asdict(numbers) for name, numbers in self.sheets.items()}
        data["waiting"] = [
            {"sheet": row.sheet, "row": row.row, "row_id": row.row_id, "codes": list(row.codes)}
            for row in self.waiting
        ]
        data["conflicts"] = [asdict(conflict) for conflict in self.conflicts]
        data["settled"] = [asdict(choice) for choice in self.settled]
        data["replaced"] = [asdict(notice) for notice in self.replaced]
        for name in ("missing", "assigned", "findings"):
            data[name] = [list(v) if isinstance(v, tuple) else v for v in data[name]]
        data["held"] = None if self.held is None else list(self.held)
        return data


def receipt_from(stored: str) -> Receipt:
    """Return a receipt as the database keeps it (`STORED_RECEIPT`)."""
    return read_json(stored.encode(), Receipt)


def show_conflict(
    layouts: Layouts, kommune_kode: str, key: Key, conflict: Conflict, hashes: Mapping[int, str]
) -> ShownConflict:
    """Return a conflict as a receipt shows it.

    Args:
        layouts: The sheets of the form.
        kommune_kode: Whose it is.
        key: Where it is.
        conflict: The conflict.
        hashes: Commit → hash of its file.
    """
    sheet, row_id, group = key
    return ShownConflict(
        id=key_id(kommune_kode, key),
        sheet=sheet,
        row_id=row_id,
        group=group,
        agreed=named_values(layouts, key, conflict.agreed),
        claims=tuple(
            ShownClaim(
                hashes.get(claim.source, ""), claim.row, named_values(layouts, key, claim.values)
            )
            for claim in conflict.claims
        ),
        seen=conflict.fingerprint,
    )


def show_notice(
    layouts: Layouts, key: Key, notice: Notice, hashes: Mapping[int, str]
) -> ShownNotice:
    """Return the values that a later file replaced, as a receipt shows them.

    Args:
        layouts: The sheets of the form.
        key: Where it is.
        notice: The notice.
        hashes: Commit → hash of its file.
    """
    sheet, row_id, _ = key
    values = named_values(layouts, key, notice.kept)
    kept = ShownClaim(hashes.get(notice.source, ""), notice.row, values)
    return ShownNotice(sheet, row_id, kept, named_values(layouts, key, notice.left))


def named_values(layouts: Layouts, key: Key, values: tuple[Plain, ...]) -> dict[str, Plain]:
    """Return field → value of a field group, CPR numbers left out."""
    sheet, _, group = key
    layout = layouts[sheet]
    secret = {BORGER, *layout.secrets}
    pairs = zip(layout.groups[group], values, strict=True)
    return {column: value for column, value in pairs if column not in secret}
