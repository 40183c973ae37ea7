"""Real input: what a person types into LibreOffice is what check and sync see.

The blank workbook is filled by typing into its cells (`.uno:EnterString`, Danish locale) and
saved by LibreOffice. Findings, control totals and the state of the database are the same as for
the workbook that openpyxl wrote with the same rows.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from fpsheet.central import Central, open_central
from fpsheet.checking.check_file import Question
from fpsheet.demo.country import DEMO_DAY, DemoWorkbook, invent_country
from fpsheet.demo.fill import cell_of, fill_workbook
from fpsheet.demo.scale import Scale
from fpsheet.departement.inbox_run import sync_inbox
from fpsheet.departement.read_inbox_files import Desk
from fpsheet.kommune.steps import check_files
from fpsheet.progress import Silent
from fpsheet.workbook.build import build_workbook
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.keys import write_keys
from fpsheet_sync.ledger.state_hash import hash_state
from fpsheet_sync.ledger.stored_state import read_state
from fpsheet_templates.form import Field, FieldType
from fpsheet_templates.load import load_form

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet.checking.verdict import Verdict
    from fpsheet.demo.life import Row, Value
    from tests.support.libreoffice import LibreOffice

pytestmark = pytest.mark.lo

FORM = load_form()
ISSUED_AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
RECEIVED_AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
PREMADE = 40


@pytest.fixture(scope="module")
def kommune() -> DemoWorkbook:
    """A small kommune with every fault that a person can type."""
    scale = Scale(citizens={"955": 8, "956": 5}, movers=1, planted=("955",))
    return next(invent_country(FORM, scale=scale, seed=3))


def typed(field: Field, value: Value) -> str:
    """Return what a Danish person types for a value."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if field.type is FieldType.CODE:
        codes = {code.id: code.label("da") for code in FORM.code_lists[field.codes].codes}
        return codes.get(str(value), str(value))
    if field.type is FieldType.CPR:
        return f"{str(value)[:6]}-{str(value)[6:]}"
    return str(value).replace(".", ",") if isinstance(value, float) else str(value)


def type_workbook(office: LibreOffice, blank: Path, kommune: DemoWorkbook, out: Path) -> Path:
    """Type the Forside and every row of a kommune into a blank workbook and save it."""
    with office.open(blank) as document:
        identities = [str(row[0]) for row in document.values("Forside", "A1:A60")]
        for field in FORM.sheet("forside").fields:
            row_number = identities.index(f"forside.{field.id}") + 1
            text = typed(field, kommune.cover.get(field.id))
            document.set_text("Forside", f"C{row_number}", text)
        own = FORM.in_country(FORM.kommuner[kommune.kommune_kode].jurisdiction)
        for sheet in own.entry_sheets():
            title = FORM.sheet_title(sheet.id, "da")
            for index, row in enumerate(kommune.rows[sheet.id]):
                for field in sheet.entry_fields():
                    text = typed(field, row.get(field.id))
                    if text:
                        address = cell_of(own, sheet.id, field.id, index)
                        document.set_text(title, address, text)
        return document.save_as(out)


def judge(path: Path) -> Verdict:
    """Check a workbook."""
    (verdict,) = check_files([path], Question(FORM, DEMO_DAY), Silent())
    return verdict


def places(verdict: Verdict) -> list[tuple[str, str, str]]:
    """Return every finding as code, sheet, cell."""
    return [(finding.code, finding.sheet, finding.cell) for finding in verdict.findings]


def merged_state(path: Path, folder: Path) -> str:
    """Merge one workbook into a database of its own, and return the hash of its state."""
    inbox = folder / "indbakke"
    inbox.mkdir(parents=True)
    arrived = inbox / path.name
    shutil.copyfile(path, arrived)
    os.utime(arrived, (ISSUED_AT.timestamp(), ISSUED_AT.timestamp()))
    key_file = folder / "central.noegle"
    write_keys(key_file, bytes(32))
    central = Central(f"sqlite:///{folder / 'central.db'}", key_file, FORM)
    store = open_central(central, create=True)
    desk = Desk(FORM, DEMO_DAY, RECEIVED_AT, key_file)
    actor = Actor("test", RECEIVED_AT)
    (processed,) = sync_inbox(str(inbox), store, desk=desk, actor=actor, progress=Silent())
    assert processed.receipt is not None
    with store.read() as connection:
        hashes = {processed.receipt.commit: "the same file"}
        state = read_state(connection, processed.receipt.kommune_kode)
    store.close()
    return hash_state(state, hashes)


def _in_greenland(sheet_id: str, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return rows without the fields for which a blank Greenlandic workbook has no column."""
    names = {field.id for field in FORM.in_country("GL").sheet(sheet_id).fields}
    return tuple({name: row[name] for name in row if name in names} for row in rows)


@pytest.mark.slow
def test_typed_by_hand(libreoffice: LibreOffice, kommune: DemoWorkbook, tmp_path: Path) -> None:
    """A workbook typed cell by cell gives the findings, totals and rows of the one written."""
    plain = replace(
        kommune,
        planted=tuple(p for p in kommune.planted if p.raw is None),
        rows={name: _in_greenland(name, rows) for name, rows in kommune.rows.items()},
    )
    blank, written = tmp_path / "blank.xlsx", tmp_path / "skrevet.xlsx"
    written.write_bytes(fill_workbook(FORM, plain, issued_at=ISSUED_AT, premade=5))
    blank.write_bytes(
        build_workbook(
            FORM,
            kommune_kode=kommune.kommune_kode,
            aar=kommune.aar,
            language="da",
            workbook_id=kommune.workbook_id,
            issued_at=ISSUED_AT,
            premade=PREMADE,
        )
    )
    by_hand = type_workbook(libreoffice, blank, plain, tmp_path / "tastet.xlsx")
    typed, made = judge(by_hand), judge(written)
    assert places(typed) == places(made)
    assert typed.totals.read == made.totals.read
    assert merged_state(by_hand, tmp_path / "1") == merged_state(written, tmp_path / "2")


@pytest.mark.slow
def test_saved_again(libreoffice: LibreOffice, kommune: DemoWorkbook, tmp_path: Path) -> None:
    """A workbook with every fault, saved again by LibreOffice, gives the same findings."""
    path = tmp_path / "955.xlsx"
    path.write_bytes(fill_workbook(FORM, kommune, issued_at=ISSUED_AT))
    with libreoffice.open(path) as document:
        again = document.save_as(tmp_path / "igen.xlsx")
    before, after = judge(path), judge(again)
    assert len(before.findings) > len(kommune.planted) > 6
    assert places(after) == places(before)
    assert merged_state(again, tmp_path / "1") == merged_state(path, tmp_path / "2")
