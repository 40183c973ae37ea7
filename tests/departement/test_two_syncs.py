"""Two syncs over one inbox at once: together they do what one does, and nothing twice."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fpsheet.departement.inbox_run import Processed, sort_inbox, sync_inbox
from fpsheet.departement.read_inbox_files import Desk
from fpsheet.files import write_whole
from fpsheet.progress import Silent
from fpsheet.transport.folder import Folder
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.claim import claim_files
from fpsheet_sync.database.keys import write_keys
from fpsheet_sync.database.store import Store
from fpsheet_templates.load import load_form
from tests.support.desk import make_workbook
from tests.support.stores import Stores

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
BEFORE = datetime(2026, 3, 1, 8, 0, tzinfo=UTC).timestamp()
KOMMUNER = ("955", "956", "957")


@dataclass(frozen=True)
class Office:
    """A departement with an inbox of three workbooks and an empty database."""

    inbox: Path
    desk: Desk
    store: Store

    def sync(self) -> list[Processed]:
        """Merge what lies in the inbox."""
        actor = Actor("departementet", NOW)
        url = str(self.inbox)
        return list(sync_inbox(url, self.store, desk=self.desk, actor=actor, progress=Silent()))


@pytest.fixture
def office(stores: Stores, tmp_path: Path) -> Office:
    """An office on each kind of database."""
    inbox = tmp_path / "indbakke"
    inbox.mkdir()
    key_file = tmp_path / "central.noegle"
    keys = write_keys(key_file, bytes(32), fictional=True)
    for number, kode in enumerate(KOMMUNER):
        rows = {"borger": [{"cpr": f"610180123{number}", "sagsbehandler": "AB"}]}
        path = inbox / f"{kode}.xlsx"
        path.write_bytes(make_workbook(load_form(), rows, kommune=kode))
        os.utime(path, (BEFORE, BEFORE))
    return Office(inbox, Desk(load_form(), date(2026, 3, 2), NOW, key_file), stores.new(keys))


def test_each_file_is_merged_once(office: Office) -> None:
    """Whoever comes first merges a file; on a server the other does not even read it."""
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: office.sync(), range(2)))
    every = [file for run in both for file in run]
    assert all(len(run) == len(KOMMUNER) for run in both)
    merged = Counter(file.arrival.name for file in every if file.receipt and file.is_new)
    assert merged == dict.fromkeys((f"{kode}.xlsx" for kode in KOMMUNER), 1)
    if office.store.is_postgresql:
        read = Counter(file.arrival.name for file in every if file.verdict)
        assert read == merged
    assert [file.is_new for file in office.sync()] == [False] * len(KOMMUNER)


def test_what_another_sync_is_at_waits(office: Office) -> None:
    """On a server, a file that another sync has claimed is on its way, and taken after that."""
    claims_count = office.store.is_postgresql
    first = sort_inbox(str(office.inbox), office.desk, office.store).fresh[0]
    with claim_files(office.store) as theirs:
        assert theirs.take(first.sha256)
        states = {file.arrival.name: file.is_waiting for file in office.sync()}
    names = {kode: f"{kode}.xlsx" for kode in KOMMUNER}
    assert states == {name: claims_count and kode == "955" for kode, name in names.items()}
    again = {file.arrival.name: file.is_new for file in office.sync()}
    assert again == states


def test_two_writers_of_one_file_leave_it_whole(tmp_path: Path) -> None:
    """Two syncs may write one receipt at the same moment: neither fails, and nobody sees a part."""
    place, data = tmp_path / "956-2026-000001.json", bytes(2_000_000)

    def write(_: int) -> int:
        write_whole(place, data)
        return len(place.read_bytes())

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(write, range(40))) == {len(data)}
    assert [file.name for file in tmp_path.iterdir()] == [place.name]


def test_what_a_killed_run_left_is_swept(tmp_path: Path) -> None:
    """Half a receipt of an hour ago goes with the next run; one that is being written stays."""
    folder = tmp_path / "kvitteringer"
    for name, minutes in ((".a.json.0a1b2c3d.part", 61), (".b.json.0a1b2c3d.part", 59)):
        file = folder / "956" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"{")
        moment = NOW.timestamp() - 60 * minutes
        os.utime(file, (moment, moment))
    Folder(str(folder)).put("956/a.json", b"{}")
    Folder(str(folder)).sweep(NOW)
    left = sorted(file.name for file in (folder / "956").iterdir())
    assert left == [".b.json.0a1b2c3d.part", "a.json"]
