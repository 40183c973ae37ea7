"""Submissions written as tables inside a test, without any workbook.

    # forloeb
    | id | cpr        | forloeb_type | start_dato |
    | 1  | 6101801234 | revurdering  | 2026-01-05 |

The heading is the sheet's identifier. `id` is the number inside the row id of the workbook
(`1` is `K7Q2M9XA-F-0001`), a whole row id, or blank; `row` is the Excel row, from 4 downward
where it is left out. A row with anything in the column `blocked` belongs to a blocked case.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.keys import derive_keys
from fpsheet_sync.database.store import Store, open_store
from fpsheet_sync.ledger.stored_state import read_state
from fpsheet_sync.ledger.sync_submissions import Synced, sync_submissions
from fpsheet_sync.merge.submission import Choice, Explanation, Submission, SubmittedSheet
from fpsheet_templates.load import load_form
from fpsheet_validation.typed import empty_frame
from tests.support.schema import SCHEMA
from tests.support.tables import read_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fpsheet_sync.ledger.receipt import Receipt
    from fpsheet_sync.merge.stamp import ToldDecision

KEYS = derive_keys(b"\x07" * 32, fictional=True)
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ACTOR = Actor("departementet", START)
WORKBOOK = "K7Q2M9XA"
FIRST_ROW = 4
Values: TypeAlias = "dict[str, list[tuple[object, ...]]]"
"""Sheet → rows in force: row id and values."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How a file was sent.

    Attributes:
        kommune: Sender.
        workbook: Identity of the workbook.
        parent: Stamp in the file.
        minute: Minutes after `START` at which the file was saved; None for a file without time.
        told: Decisions that the stamp says a receipt wrote into the file.
        salt: Tells files of the same content apart, as another program's bytes would.
        aar: The reporting year.
    """

    kommune: str = "956"
    workbook: str = WORKBOOK
    parent: str = ""
    minute: int | None = 0
    salt: str = ""
    no_cases: bool = False
    findings: tuple[Mapping[str, str], ...] = ()
    explanations: tuple[Explanation, ...] = ()
    choices: tuple[Choice, ...] = ()
    told: tuple[ToldDecision, ...] = ()
    aar: int = 2026


ORDINARY = Sending()


@dataclass(frozen=True, slots=True)
class RowSpec:
    """One row of a sheet: its Excel row, its id, whether its case is blocked, its values."""

    row: int
    row_id: str | None
    values: Mapping[str, object]
    blocked: bool = False


def submit(text: str, sending: Sending = ORDINARY) -> Submission:
    """Make a submission from tables."""
    rows: dict[str, list[RowSpec]] = {}
    for table in read_tables(text):
        sheet = table.title.strip()
        letter = load_form().sheet(sheet).letter
        rows[sheet] = []
        for number, record in enumerate(table.records(), start=FIRST_ROW):
            values = dict(record)
            short = values.pop("id", None)
            row = int(values.pop("row", None) or number)
            blocked = bool(values.pop("blocked", None))
            row_id = short
            if short and short.isdecimal():
                row_id = f"{sending.workbook}-{letter}-{int(short):04d}"
            typed = {name: _typed(sheet, name, value) for name, value in values.items()}
            rows[sheet].append(RowSpec(row, row_id, typed, blocked))
    return build(rows, sending)


def build(rows: Mapping[str, Iterable[RowSpec]], sending: Sending = ORDINARY) -> Submission:
    """Make a submission from rows."""
    sheets = {name: _sheet(name, list(rows.get(name, ()))) for name in SCHEMA.layouts}
    said = repr(
        [(name, sheet.frame.rows(), sorted(sheet.blocked)) for name, sheet in sheets.items()]
    )
    identity = (
        f"{sending.kommune}{sending.workbook}{sending.parent}{sending.minute}{sending.salt}{said}"
        f"{[str(told) for told in sending.told]}"
    )
    minute = sending.minute
    return Submission(
        sha256=hashlib.sha256(identity.encode()).hexdigest(),
        kommune_kode=sending.kommune,
        aar=sending.aar,
        workbook_id=sending.workbook,
        parent=sending.parent,
        form_version=load_form().version,
        received_at=START + timedelta(days=1),
        modified_at=None if minute is None else START + timedelta(minutes=minute),
        no_cases=sending.no_cases,
        sheets=sheets,
        totals={name: (s.frame.height, s.frame.height, 0, 0) for name, s in sheets.items()},
        counts={"KRITISK": 0, "FEJL": 0, "ADVARSEL": 0, "INFO": 0},
        findings=sending.findings,
        explanations=sending.explanations,
        choices=sending.choices,
        told=sending.told,
        original=identity.encode(),
    )


def new_store(url: str) -> Store:
    """Make an empty store with the keys of the tests."""
    return open_store(url, load_form(), keys=KEYS, create=True)


def sync(store: Store, *submissions: Submission) -> list[Synced]:
    """Merge submissions in the order given."""
    return list(sync_submissions(store, submissions, ACTOR))


def send(store: Store, text: str, sending: Sending = ORDINARY) -> Receipt:
    """Send one file and return its receipt."""
    return sync(store, submit(text, sending))[0].receipt


def rows(store: Store, sheet: str = "forloeb", kommune: str = "956") -> pl.DataFrame:
    """Return the rows in force of one sheet of a kommune, annulled ones too, by row id."""
    with store.read() as connection:
        return read_state(connection, kommune).rows[sheet]


def in_force(store: Store, kommune: str) -> Values:
    """Return the values of every record in force."""
    with store.read() as connection:
        state = read_state(connection, kommune)
    return {
        name: state.rows[name].select("raekke_id", *layout.values).rows()
        for name, layout in SCHEMA.layouts.items()
    }


def codes(receipt: Receipt) -> list[tuple[str, str]]:
    """Return code and cell of what the merge found."""
    return [(found["code"], found["cell"]) for found in receipt.findings]


def _sheet(name: str, rows: list[RowSpec]) -> SubmittedSheet:
    empty = empty_frame(load_form(), name)
    data = [{"raekke": row.row, "raekke_id": row.row_id, **row.values} for row in rows]
    frame = pl.DataFrame(data, schema=empty.schema)
    blocked = frozenset(row.row for row in rows if row.blocked)
    letters = {field: chr(ord("A") + n) for n, field in enumerate(frame.columns[1:])}
    return SubmittedSheet(name, frame, blocked, letters)


def _typed(sheet: str, name: str, value: str | None) -> object:
    if value is None:
        return None
    dtype = empty_frame(load_form(), sheet).schema[name]
    if dtype == pl.Date:
        return date.fromisoformat(value)
    if dtype == pl.Float64:
        return float(value)
    return int(value) if dtype == pl.Int32 else value
