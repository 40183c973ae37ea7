"""I1, from the workbook itself: every cell that was filled is kept, where openpyxl reads it.

A cell stands in the store as it was typed, or the file has a finding at that very cell: it was
repaired, or cannot be read as what it should be. In the latter case its row waits, or is annulled
(what else such a row says is of no account), and the cell is in the sealed original, with what
stays in the kommune.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from sqlalchemy import select

from fpsheet.checking.submission import Reception, make_submission
from fpsheet.workbook.formula import LAST_DAY
from fpsheet.workbook.sheet_layout import FIRST_ROW, IDENTITY_ROW
from fpsheet_sync.database import schema
from fpsheet_templates.form import Field, FieldType, Sheet
from fpsheet_templates.load import load_form
from tests.support.desk import ISSUED, TODAY, check_bytes, make_workbook
from tests.support.dirty_rows import Setting, dirty_row
from tests.support.dirty_workbook import fill_dirty
from tests.support.kept import Cells, as_text, cells_stored, cells_waiting
from tests.support.submissions import KEYS, sync

if TYPE_CHECKING:
    from fpsheet_sync.database.store import Store


FORM = load_form()
ROWS = 30
BLANK = " \xa0\u200b"


def dirty_workbook(seed: int) -> bytes:
    """Return a workbook as people leave it."""
    random = Random(seed)
    setting = Setting(FORM, "da", "GL", TODAY)
    rows = {
        sheet.id: [readable(sheet, dirty_row(random, sheet, setting)) for _ in range(ROWS)]
        for sheet in FORM.entry_sheets()
    }
    return fill_dirty(make_workbook(FORM, {}, premade=ROWS + 2), FORM, rows, issued_at=ISSUED)


def readable(sheet: Sheet, row: dict[str, object]) -> dict[str, object]:
    """Leave out numbers that are no day at all: openpyxl gives up at the first."""
    days = {field.id for field in sheet.entry_fields() if field.type is FieldType.DATE}
    return {
        name: None if name in days and isinstance(cell, int | float) and not is_day(cell) else cell
        for name, cell in row.items()
    }


def is_day(number: float) -> bool:
    """Return whether Excel shows a number as a day."""
    return 1 <= number <= LAST_DAY


def typed_cells(content: bytes) -> Cells:
    """Return every filled entry cell that is sent, as a naive reader has it."""
    book = load_workbook(BytesIO(content))
    found: Cells = {}
    for sheet in FORM.entry_sheets():
        number = [each.id for each in FORM.sheets].index(sheet.id)
        rows = book.worksheets[number].iter_rows(min_row=FIRST_ROW, max_row=FIRST_ROW + ROWS - 1)
        entries = {field.id for field in sheet.entry_fields() if not field.local}
        heads = book.worksheets[number][IDENTITY_ROW]
        identities = enumerate((str(cell.value).partition(".")[2] for cell in heads), start=1)
        letters = {name: get_column_letter(n) for n, name in identities}
        for row in rows:
            cells = {get_column_letter(n): cell for n, cell in enumerate(row, start=1)}
            for field in sheet.fields:
                if field.id not in letters:
                    continue  # Only the other country uses it.
                cell = cells[letters[field.id]]
                is_filled = cell.value is not None and str(cell.value).strip(BLANK)
                if field.id in entries and is_filled:
                    found[sheet.id, cell.coordinate] = naive_text(field, cell.value)
    return found


def naive_text(field: Field, value: object) -> str:
    """Return what a cell says of its field, by the simplest reading there is."""
    if field.type is FieldType.TEXT:
        return str(value)
    text = str(value).strip()
    if field.type is FieldType.CPR:
        digits = text.replace("-", "")
        return as_text("cpr", digits, "956")
    if field.type is FieldType.CODE:
        return FORM.code_lists[field.codes].by_entry("da").get(text.casefold(), text)
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    is_number = field.type in {FieldType.INTEGER, FieldType.DECIMAL}
    return str(float(value)) if is_number and isinstance(value, int | float) else text


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_filled_cell_is_kept(store: Store, seed: int) -> None:
    """Each cell is stored as typed, or has a finding; what is not stored waits or is annulled."""
    content = dirty_workbook(seed)
    checked = check_bytes(content, FORM)
    reception = Reception(datetime(2026, 11, 22, tzinfo=UTC), original=content)
    file = make_submission(checked.check, checked.findings, FORM, reception)
    sync(store, file)
    typed, stored = typed_cells(content), cells_stored(store, file.sha256)
    assert len(typed) > 20 * len(FORM.entry_sheets())
    pointed = {(f.sheet, f.cell) for f in checked.findings}
    odd = {place for place, text in typed.items() if stored.get(place) != text}
    assert odd <= pointed
    waiting = {rows_at(place) for place in cells_waiting(store, file.sha256)}
    blank = waiting_without_values(store, file.sha256)
    lost = {rows_at(place) for place in typed.keys() - stored.keys()}
    assert lost <= waiting | blank | annulled(content)
    assert set(stored) <= set(typed)
    original = schema.original
    with store.read() as connection:
        wanted = select(original.c.data).where(original.c.sha256 == file.sha256)
        assert KEYS.open_original(file.sha256, connection.execute(wanted).scalar_one()) == content


def annulled(content: bytes) -> set[tuple[str, int]]:
    """Return the rows in which Annuller is filled, as openpyxl has them."""
    book = load_workbook(BytesIO(content))
    found = set()
    for number, sheet in enumerate(FORM.sheets):
        rows = book.worksheets[number]
        heads = [cell.value for cell in rows[IDENTITY_ROW]]
        name = f"{sheet.id}.annuller"
        for row in range(FIRST_ROW, FIRST_ROW + ROWS) if name in heads else ():
            if str(rows.cell(row, heads.index(name) + 1).value or "").strip(BLANK):
                found.add((sheet.id, row))
    return found


def rows_at(place: tuple[str, str]) -> tuple[str, int]:
    """Return the row of a cell."""
    sheet, cell = place
    return sheet, int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def waiting_without_values(store: Store, sha256: str) -> set[tuple[str, int]]:
    """Return the rows of a file in quarantine of which nothing could be read."""
    commit, waiting = schema.indberetning, schema.karantaene
    with store.read() as connection:
        joined = waiting.join(commit, waiting.c.indberetning_id == commit.c.id)
        wanted = select(waiting.c.ark, waiting.c.raekke).select_from(joined)
        return {
            (r.ark, r.raekke) for r in connection.execute(wanted.where(commit.c.sha256 == sha256))
        }
