"""A file's own time: from the program that saved it, from its seal, and only then from the folder.

Copying, mailing and sharing give a file another time in the folder; the order stays.
"""

from __future__ import annotations

import json
import os
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import permutations
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from fpsheet.checking.submission import own_time
from fpsheet.ooxml.zip_file import unpack
from fpsheet.transport.payload import Payload, read_payload, write_payload
from fpsheet_sync.database.keys import read_keys, write_keys
from fpsheet_sync.database.store import open_store
from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_templates.load import load_form
from tests.departement.test_sync_files import END, ROWS, Office, put
from tests.support.desk import check_bytes, edit, make_workbook, saved
from tests.support.rows import make_raw_workbook
from tests.support.schema import SCHEMA
from tests.support.xlsx_parts import column_of, open_parts

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_validation.raw import RawWorkbook
    from tests.support.libreoffice import LibreOffice

FORM = load_form()
CORE = "docProps/core.xml"
HOURS = column_of("forloeb", "timer_pr_uge", "GL")
ISSUED = datetime(2026, 1, 1, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def with_core(content: bytes, modified: str) -> bytes:
    """Return a workbook whose properties say something else of the last save."""
    parts = unpack(content)
    parts[CORE] = parts[CORE].replace(b"2026-01-01T00:00:00Z</dcterms:modified", modified.encode())
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-03-02T08:00:00Z</dcterms:modified", MONDAY),
        ("2026-03-02T08:00:00</dcterms:modified", MONDAY),
        (" 2026-03-02T08:00:00.000Z </dcterms:modified", MONDAY),
        ("2026-03-02T06:00:00-02:00</dcterms:modified", MONDAY),
        ("2026-03-02</dcterms:modified", None),
        ("</dcterms:modified", None),
        ("i går</dcterms:modified", None),
        ("2026-13-45T99:00:00Z</dcterms:modified", None),
        ("0001-01-01T00:00:00+14:00</dcterms:modified", None),
        ("9999-12-31T23:59:59-14:00</dcterms:modified", None),
        ("9" * 5000 + "</dcterms:modified", None),
    ],
)
def test_what_a_program_wrote(written: str, expected: datetime | None) -> None:
    """The moment is read with or without zone; what is none is left out, and the rest is read."""
    raw = check_bytes(with_core(make_workbook(FORM, ROWS), written), FORM).check.raw
    assert raw.saved_at == expected
    assert raw.sheets["borger"].totals.read == len(ROWS["borger"])


def without_core(content: bytes) -> bytes:
    """Return a workbook that does not say when it was saved, as some programs write it."""
    return open_parts(content).without(CORE).data()


def test_a_workbook_without_properties() -> None:
    """It is read; it has no time of its own."""
    content = without_core(make_workbook(FORM, ROWS))
    assert check_bytes(content, FORM).check.raw.saved_at is None


def raw(saved_at: datetime | None, issued_at: str = ISSUED.isoformat()) -> RawWorkbook:
    """Return a workbook that says when it was saved and issued."""
    book = make_raw_workbook(FORM, {})
    return replace(book, saved_at=saved_at, meta={**book.meta, "issued_at": issued_at})


@pytest.mark.parametrize(
    ("saved_at", "sealed_at", "received_at", "expected"),
    [
        # The program's own word, whenever it was sealed or came.
        (MONDAY, "", MONDAY + 9 * DAY, MONDAY),
        (MONDAY, (MONDAY + HOUR).isoformat(), MONDAY + 9 * DAY, MONDAY),
        # Clocks and zones may differ by less than a day.
        (MONDAY + HOUR, "", MONDAY, MONDAY + HOUR),
        # Nobody saved it since it was issued; a year when there was no fpsheet.
        (ISSUED, "", MONDAY, MONDAY),
        (datetime(1900, 1, 1, tzinfo=UTC), "", MONDAY, MONDAY),
        (None, "", MONDAY, MONDAY),
        # A time that cannot be: later than the seal, or than the moment it came.
        (MONDAY + 2 * DAY, "", MONDAY, MONDAY),
        (datetime(9999, 12, 31, tzinfo=UTC), MONDAY.isoformat(), MONDAY + DAY, MONDAY),
        # The seal, where the program says nothing; and a seal that cannot be, either.
        (None, MONDAY.isoformat(), MONDAY + 9 * DAY, MONDAY),
        (None, "2099-01-01T00:00:00+00:00", MONDAY, MONDAY),
        (None, "garbage", MONDAY, MONDAY),
    ],
)
def test_whom_to_believe(
    saved_at: datetime | None, sealed_at: str, received_at: datetime, expected: datetime
) -> None:
    """The best of the three times that can be true."""
    assert own_time(raw(saved_at), sealed_at, received_at) == expected


@pytest.mark.parametrize("issued_at", ["", "garbage"])
def test_an_unknown_issue(issued_at: str) -> None:
    """Without a time of issue a save counts from the year of the first form."""
    assert own_time(raw(MONDAY, issued_at), "", MONDAY + DAY) == MONDAY
    assert own_time(raw(MONDAY - 365 * DAY, issued_at), "", MONDAY) == MONDAY


def test_it_travels_in_a_package() -> None:
    """The payload carries it, and a payload of an earlier program has none."""
    book = raw(MONDAY)
    assert read_payload(write_payload(Payload(book)), FORM).workbook.saved_at == MONDAY
    assert read_payload(write_payload(Payload(raw(None))), FORM).workbook.saved_at is None


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    """An office with an empty inbox."""
    return Office(tmp_path, capsys)


@pytest.mark.slow
def test_a_copy_in_the_folder_is_no_later_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two versions in any order of arrival, the older one copied last: the later save counts.

    A rebuild from the originals says the same.
    """
    first = saved(make_workbook(FORM, ROWS), MONDAY)
    change = put(**{f"{END}4": datetime(2026, 2, 20)})  # noqa: DTZ001 - a cell
    second = saved(edit(first, change), MONDAY + HOUR)
    hashes = set()
    for number, order in enumerate(permutations({"a.xlsx": first, "b.xlsx": second}.items())):
        root = tmp_path / str(number)
        root.mkdir()
        (root / "central.noegle").write_bytes(key_of(tmp_path))
        (root / "central.noegle").chmod(0o600)
        office = Office(root, capsys)
        for name, content in order:
            file = office.drop(name, content)
            age = MONDAY + (3 * DAY if name == "a.xlsx" else 2 * DAY)
            os.utime(file, (age.timestamp(), age.timestamp()))
            office.sync()
        code, said = office.call("rebuild", "--verify")
        assert code == 0, said
        keys = read_keys(office.root / "central.noegle")
        with closing(
            open_store(f"sqlite:///{office.root / 'central.db'}", FORM, keys=keys)
        ) as store:
            hashes.add(state_hash(store))
            forloeb = SCHEMA.records["forloeb"]
            wanted = select(forloeb.c.slut_dato).where(forloeb.c.til_indberetning.is_(None))
            with store.read() as connection:
                ends = set(connection.execute(wanted).scalars())
        assert ends == {date(2026, 2, 20), date(2026, 2, 1)}
    assert len(hashes) == 1


def test_files_without_a_time_are_not_ordered_by_their_copies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three versions of one workbook in one inbox, whatever their names and times in the folder.

    The one with most filled fields is the latest, and every receipt says that the file has no time.
    """
    base = make_workbook(FORM, ROWS)
    second = edit(base, put(**{f"{END}4": datetime(2026, 2, 20)}))  # noqa: DTZ001 - a cell
    fuller = {f"{END}4": datetime(2026, 2, 25), f"{HOURS}5": 12}  # noqa: DTZ001 - a cell
    contents = [without_core(one) for one in (base, second, edit(base, put(**fuller)))]
    ends = set()
    for number, order in enumerate(((0, 1, 2), (2, 1, 0))):
        root = tmp_path / str(number)
        root.mkdir()
        (root / "central.noegle").write_bytes(key_of(tmp_path))
        (root / "central.noegle").chmod(0o600)
        office = Office(root, capsys)
        for name, at in zip("abc", order, strict=True):
            office.drop(f"{name}.xlsx", contents[at])  # each a minute after the one before
        office.sync()
        receipts = [json.loads(answer) for answer in office.answers(".json")]
        assert len(receipts) == len(contents)
        for receipt in receipts:
            assert "HIS-027" in [found["code"] for found in receipt["findings"]]
        keys = read_keys(office.root / "central.noegle")
        place = f"sqlite:///{office.root / 'central.db'}"
        with closing(open_store(place, FORM, keys=keys)) as store, store.read() as connection:
            forloeb = SCHEMA.records["forloeb"]
            wanted = select(forloeb.c.slut_dato).where(forloeb.c.til_indberetning.is_(None))
            ends.add(tuple(sorted(connection.execute(wanted).scalars())))
    assert ends == {(date(2026, 2, 1), date(2026, 2, 1), date(2026, 2, 25))}


def key_of(folder: Path) -> bytes:
    """Return a key file for several offices."""
    place = folder / "en.noegle"
    if not place.exists():
        write_keys(place, bytes(32), fictional=True)
    return place.read_bytes()


@pytest.mark.lo
def test_libreoffice_tells_when_it_saved(tmp_path: Path, libreoffice: LibreOffice) -> None:
    """It writes its clock; that is after the issue and no more than a zone away from now."""
    place = tmp_path / "956.xlsx"
    place.write_bytes(make_workbook(FORM, ROWS))
    with libreoffice.open(place) as document:
        document.set_text("Borgere", "F4", "DEF")
        saved_file = document.save_as(tmp_path / "gemt.xlsx")
    found = check_bytes(saved_file.read_bytes(), FORM).check.raw
    now = datetime.fromtimestamp(saved_file.stat().st_mtime, UTC)
    assert found.saved_at is not None
    assert abs(now - found.saved_at) < DAY
    assert own_time(found, "", now + 9 * DAY) == found.saved_at


def test_what_we_write_ourselves(office: Office) -> None:
    """A blank workbook was saved at its issue; what comes back keeps the sender's own time."""
    place = office.root / "ny.xlsx"
    assert (
        office.call("template", "--kommune", "956", "--year", "2026", "--out", str(place))[0] == 0
    )
    blank = check_bytes(place.read_bytes(), FORM).check.raw
    assert blank.saved_at == datetime.fromisoformat(blank.meta["issued_at"])
    content = saved(edit(make_workbook(FORM, ROWS), put(**{f"{END}4": "i går"})), MONDAY)
    office.drop("956.xlsx", content)
    office.sync()
    (back,) = office.answers("-retur.xlsx")
    assert json.loads(office.answers(".json")[0])["sha256"]
    assert check_bytes(back, FORM).check.raw.saved_at == MONDAY
    assert load_workbook(BytesIO(back)).sheetnames
