"""The pre-filled workbook: what the database holds of a kommune, ready to go on with.

It carries the stamp of the state it was made from and the id of every row, so what comes back is
merged against that state, and a workbook sent back as it was changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from fpsheet.workbook.build import build_issue, filled_fields
from fpsheet.workbook.entry_sheet import Row
from fpsheet.workbook.issue import Issue
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.store import Store
from fpsheet_sync.ledger.issued_workbook import issue_workbook
from fpsheet_sync.merge.content import Frames
from fpsheet_templates.errors import UsageError
from fpsheet_templates.form import Field, FieldType, Form

_CASEWORKER, _CPR, _ROW_ID = "sagsbehandler", "cpr", "raekke_id"
_FIRST_DAY = "_foerste_dag"


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A pre-filled workbook.

    Attributes:
        data: Its bytes.
        counts: Entry sheet → number of rows filled in.
        waiting: Rows in quarantine: they were never accepted as sent and are not in the workbook.
        hidden: Rows in force that are not in it, because they do not fit with others.
        conflicts: Open conflicts; the workbook has the values last agreed on.
    """

    data: bytes
    counts: Mapping[str, int]
    waiting: int
    hidden: int
    conflicts: int


def prefill_workbook(
    store: Store, issue: Issue, actor: Actor, *, premade: int | None = None
) -> Prefilled:
    """Build a workbook with the rows in force of a kommune; the log tells who opened the vault.

    Annulled rows are left out, and fields marked local are blank: they never came.

    Args:
        store: The store, opened with its keys.
        issue: For whom, with a workbook id of its own; its parent is set here.
        actor: Who asks.
        premade: Blank rows below the filled ones, per sheet; as the form says when left out.

    Raises:
        UsageError: The kommune never delivered anything.
        StoreError: The database could not be used, or was opened without its keys.
    """
    code, form = issue.kommune.code, issue.form
    given = issue_workbook(store, code, issue.workbook_id, aar=issue.aar, actor=actor)
    if given is None:
        words = {"kommune": issue.kommune_name}
        sentence = form.texts.fill("command.pull.nothing", issue.language, words)
        raise UsageError(sentence, remedy=form.texts.get("command.pull.remedy", issue.language))
    rows = ordered_rows(given.rows, form)
    own_form = form.in_country(issue.kommune.jurisdiction, kept=filled_fields(rows))
    own = replace(issue, form=own_form, parent=given.parent)
    return Prefilled(
        data=build_issue(own, rows=rows, premade=premade),
        counts={sheet: len(filled) for sheet, filled in rows.items()},
        waiting=given.waiting,
        hidden=given.hidden,
        conflicts=given.conflicts,
    )


def ordered_rows(frames: Frames, form: Form) -> dict[str, Sequence[Row]]:
    """Return the rows of each sheet by caseworker, citizen and day, as a pile of files lies.

    Args:
        frames: Sheet → rows, `cpr` as ten digits.
        form: The form.
    """
    whose = frames["borger"].select(_CPR, _CASEWORKER).unique(_CPR, keep="first")
    ordered: dict[str, Sequence[Row]] = {}
    for sheet in form.entry_sheets():
        frame = frames[sheet.id]
        if _CASEWORKER not in frame.columns:
            frame = frame.join(whose, on=_CPR, how="left")
        days = [pl.col(field.id) for field in sheet.entry_fields() if _is_day(field)]
        first = pl.coalesce(*days) if days else pl.lit(None, dtype=pl.Date())
        keys = [_CASEWORKER, _CPR, _FIRST_DAY, _ROW_ID]
        placed = frame.with_columns(first.alias(_FIRST_DAY)).sort(keys, nulls_last=True)
        ordered[sheet.id] = list(map(_typed, placed.select(frames[sheet.id].columns).to_dicts()))
    return ordered


def _is_day(field: Field) -> bool:
    return field.type is FieldType.DATE


def _typed(row: Mapping[str, object]) -> Row:
    """Return a row without its blank cells."""
    return {
        name: value for name, value in row.items() if isinstance(value, str | int | float | date)
    }
