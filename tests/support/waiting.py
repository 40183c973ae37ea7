"""What waits in a kommune: quarantined rows, notices, explanations; for the returned workbook."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from fpsheet_sync.database import schema
from fpsheet_sync.database.in_force import in_force_at
from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.database.store import Store
from fpsheet_sync.ledger.receipt import named_values
from fpsheet_sync.ledger.stored_state import read_commits, read_state
from fpsheet_sync.merge.state import Plain
from tests.support.schema import SCHEMA


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that waits.

    Attributes:
        sha256: The file it came with.
        sheet: Sheet identifier.
        row: Excel row in that file.
        row_id: Its record.
        codes: Findings of the row; none where another row of the same case is at fault.
        values: Field → value as read; CPR numbers are left out.
    """

    sha256: str
    sheet: str
    row: int
    row_id: str
    codes: tuple[str, ...]
    values: Mapping[str, Plain] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ToldNotice:
    """A value that a later file replaced where descent could not be told.

    Attributes:
        code: Rule code.
        sheet: Sheet identifier.
        row_id: The record.
        sha256: The later file.
        row: Excel row in it.
        kept: Field → value that counts.
        left: Field → value that it replaced.
    """

    code: str
    sheet: str
    row_id: str
    sha256: str
    row: int
    kept: Mapping[str, Plain] = field(repr=False)
    left: Mapping[str, Plain] = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeptExplanation:
    """An explanation of a warning that still holds; no row id for a sheet or file as a whole."""

    code: str
    sheet: str
    row_id: str
    text: str = field(repr=False)


def quarantined(store: Store, kommune_kode: str) -> list[Quarantined]:
    """Return the rows of a kommune that wait, by sheet and row id."""
    table, commit = schema.karantaene, schema.indberetning
    wanted = (
        select(table, commit.c.sha256)
        .join(commit, commit.c.id == table.c.indberetning_id)
        .where(table.c.kommune_kode == kommune_kode, in_force_at(table))
    )
    with store.read() as connection:
        found = [
            Quarantined(
                sha256=row.sha256,
                sheet=row.ark,
                row=row.raekke,
                row_id=row.raekke_id,
                codes=tuple(json.loads(row.koder)),
                values=_without_cpr(row.ark, json.loads(row.vaerdier)),
            )
            for row in connection.execute(wanted)
        ]
    return sorted(found, key=lambda waiting: (waiting.sheet, waiting.row_id))


def notices(store: Store, kommune_kode: str) -> list[ToldNotice]:
    """Return the notices of a kommune, by sheet, row id and field."""
    with store.read() as connection:
        state = read_state(connection, kommune_kode)
        hashes = {commit.id: commit.sha256 for commit in read_commits(connection, kommune_kode)}
    return [
        ToldNotice(
            code=notice.code,
            sheet=key[0],
            row_id=key[1],
            sha256=hashes[notice.source],
            row=notice.row,
            kept=named_values(SCHEMA.layouts, key, notice.kept),
            left=named_values(SCHEMA.layouts, key, notice.left),
        )
        for key, told in sorted(state.notices.items())
        for notice in told
    ]


def explanations(store: Store, kommune_kode: str) -> list[KeptExplanation]:
    """Return the explanations of a kommune that still hold, by sheet, row id and code."""
    with store.read() as connection:
        state = read_state(connection, kommune_kode)
    return [
        KeptExplanation(code, sheet, row_id, explained.text)
        for (sheet, row_id, code), explained in sorted(state.explanations.items())
    ]


def _without_cpr(sheet: str, values: Mapping[str, Plain]) -> dict[str, Plain]:
    secret = {BORGER, *SCHEMA.layouts[sheet].secrets}
    return {name: value for name, value in values.items() if name not in secret}
