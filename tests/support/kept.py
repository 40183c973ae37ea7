"""Where every value of a file is kept, told naively: cell by cell, without a data frame.

Nothing here calls what the store itself uses to write: pseudonyms are asked for one number at a
time, and a value is compared as text.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from fpsheet_sync.database import schema
from fpsheet_sync.merge.content import unpack
from tests.support.schema import SCHEMA
from tests.support.submissions import KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.merge.submission import Submission
    from tests.support.submissions import Values

Cells = dict[tuple[str, str], str]
"""(sheet, cell) → what stands there, as text; a CPR number as its pseudonym."""

_CPR_FIELDS = ("cpr", "tidligere_cpr")
_CPR_LENGTH = 10


def cells_said(file: Submission) -> Cells:
    """Return every value that a file says and that is not to stay in the kommune."""
    said: Cells = {}
    for name, sheet in file.sheets.items():
        for row in sheet.frame.iter_rows(named=True):
            for field, value in row.items():
                if field in {"raekke", "raekke_id"} or value is None:
                    continue
                text = as_text(field, value, file.kommune_kode)
                if text:
                    said[name, f"{sheet.columns[field]}{row['raekke']}"] = text
    return said


def as_text(field: str, value: object, kommune: str) -> str:
    """Return a value as text; empty for a CPR number that is none."""
    if field in _CPR_FIELDS:
        is_cpr = len(str(value)) == _CPR_LENGTH and str(value).isdecimal()
        return KEYS.pseudonyms([str(value)], kommune_kode=kommune)[0] if is_cpr else ""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(float(value)) if isinstance(value, int | float) else str(value)


def cells_stored(store: Store, sha256: str) -> Cells:
    """Return every value that the store holds of a file, by the file's hash, at its cell."""
    commit, content = schema.indberetning, schema.indhold
    found: Cells = {}
    with store.read() as connection:
        where = commit.c.sha256 == sha256
        head = connection.execute(select(commit.c.id, commit.c.kolonner).where(where)).one()
        kept = connection.execute(select(content).where(content.c.indberetning_id == head.id))
        for entry in kept:
            for row in unpack(entry.data).to_dicts():
                values = {k: v for k, v in row.items() if k not in {"fil_id", "blokeret"}}
                letters = head.kolonner[entry.ark]
                found.update(_at_cells(entry.ark, row["raekke"], values, letters))
    return found


def cells_waiting(store: Store, sha256: str) -> Cells:
    """Return every value of a file that lies in the quarantine, or lay there, at its cell."""
    commit, waiting = schema.indberetning, schema.karantaene
    found: Cells = {}
    with store.read() as connection:
        where = commit.c.sha256 == sha256
        head = connection.execute(select(commit.c.id, commit.c.kolonner).where(where)).one()
        wanted = select(waiting).where(waiting.c.indberetning_id == head.id)
        for entry in connection.execute(wanted):
            values = {"borger": entry.borger, **json.loads(entry.vaerdier)}
            letters = head.kolonner[entry.ark]
            found.update(_at_cells(entry.ark, entry.raekke, values, letters))
    return found


def _at_cells(
    sheet: str, row: int, values: Mapping[str, object], letters: Mapping[str, str]
) -> Cells:
    stored = {("cpr" if name == "borger" else name): value for name, value in values.items()}
    return {
        (sheet, f"{letters[name]}{row}"): str(value)
        if name in _CPR_FIELDS
        else as_text(name, value, "")
        for name, value in stored.items()
        if name != "raekke" and value is not None
    }


def rows_of(cells: Cells, rows: set[tuple[str, int]]) -> Cells:
    """Return the cells of some rows, each (sheet, Excel row)."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return {
        place: value
        for place, value in cells.items()
        if (place[0], int(place[1].lstrip(letters))) in rows
    }


def expect_nobody_gone(before: Values, after: Values) -> None:
    """Expect that nothing changed, but for rows of Borgere that were one of several of a citizen.

    A workbook shows one row of each citizen; the others may be gone when it has come back.
    """
    citizens, left = before["borger"], after["borger"]
    assert {**after, "borger": citizens} == before
    assert set(left) <= set(citizens)
    assert numbers_together(citizens) == numbers_together(left, also=citizens)


def numbers_together(
    rows: list[tuple[object, ...]], also: Sequence[tuple[object, ...]] = ()
) -> set[frozenset[object]]:
    """Return the citizens who have one of some rows, each as all of their numbers.

    Args:
        rows: Rows of Borgere.
        also: Rows that say which numbers are one citizen's, too.
    """
    columns = ["raekke_id", *SCHEMA.layouts["borger"].values]
    places = [columns.index(name) for name in ("borger", *SCHEMA.layouts["borger"].secrets)]
    groups: list[set[object]] = []
    for row in (*rows, *also):
        numbers = {row[place] for place in places} - {None}
        met = [group for group in groups if group & numbers]
        groups = [group for group in groups if not group & numbers] + [numbers.union(*met)]
    own = {row[places[0]] for row in rows}
    return {frozenset(group) for group in groups if group & own}
