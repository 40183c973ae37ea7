"""Pull: a workbook filled with what the database holds, and what becomes of it when it is sent.

Every way through the real workbook and the real reader: filled, submitted, pulled, submitted.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import select

from fpsheet.demo.country import DEMO_DAY, DemoWorkbook, invent_country
from fpsheet.demo.fill import fill_workbook
from fpsheet.demo.scale import Scale
from fpsheet.departement.pulled_workbook import prefill_workbook
from fpsheet.departement.read_inbox_files import Desk
from fpsheet.departement.reading_worker import Worker, make_worker
from fpsheet.transport.inbox import Arrival
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.row_id import mint_workbook_id
from fpsheet_sync.database.access_log import Actor, read_log
from fpsheet_sync.database.keys import read_keys, write_keys
from fpsheet_sync.ledger.citizen_history import history
from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_templates.errors import UsageError
from fpsheet_templates.load import load_form
from tests.support.schema import SCHEMA
from tests.support.stores import receive
from tests.support.waiting import quarantined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fpsheet.departement.pulled_workbook import Prefilled
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.receipt import Receipt
    from tests.support.libreoffice import LibreOffice
    from tests.support.stores import Stores

FORM: Final = load_form()
ISSUED: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
BOSS: Final = Actor("departementet", datetime(2026, 3, 9, 9, tzinfo=UTC))


@pytest.fixture(scope="module")
def kommune() -> DemoWorkbook:
    """A small kommune with every planted fault, so that some cases wait."""
    scale = Scale(citizens={"956": 9}, movers=0, planted=("956",))
    return next(invent_country(FORM, scale=scale, seed=11))


@pytest.fixture(scope="module")
def filled(kommune: DemoWorkbook) -> bytes:
    """Its workbook, as the kommune sends it first."""
    return fill_workbook(FORM, kommune, issued_at=ISSUED, premade=3)


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Who reads and checks files as sync does."""
    key_file = tmp_path_factory.mktemp("keys") / "central.noegle"
    write_keys(key_file, bytes(32), fictional=True)
    with make_worker(Desk(FORM, DEMO_DAY, ISSUED, key_file)) as made:
        yield made


@pytest.fixture
def store(stores: Stores, worker: Worker) -> Store:
    """An empty store with the keys of the worker."""
    return stores.new(read_keys(worker.desk.key_file))


def send(store: Store, worker: Worker, data: bytes, *, minute: int) -> Receipt:
    """Read, check and merge a file that tells no own time, at a minute."""
    return receive(store, worker, data, ISSUED + timedelta(minutes=minute))


def pull(
    store: Store, kommune: str = "956", *, seed: int = 1, premade: int | None = 4
) -> Prefilled:
    """Make a pre-filled workbook; with few blank rows, which is quicker."""
    workbook_id = mint_workbook_id(Random(seed))
    issue = Issue(FORM, FORM.kommuner[kommune], 2026, "da", workbook_id, ISSUED)
    return prefill_workbook(store, issue, BOSS, premade=premade)


def changed(receipt: Receipt) -> int:
    """Count the rows that a file changed in any way."""
    return sum(s.new + s.changed + s.withdrawn + s.conflicting for s in receipt.sheets.values())


@pytest.mark.slow
def test_pulled_and_sent_as_it_was(store: Store, worker: Worker, filled: bytes) -> None:
    """Pull, no edit, submit: the state is the same, waiting cases included (I7)."""
    send(store, worker, filled, minute=1)
    pulled = pull(store)
    assert pulled.waiting == len(quarantined(store, "956")) > 0
    before = state_hash(store)
    receipt = send(store, worker, pulled.data, minute=2)
    assert (changed(receipt), len(receipt.missing)) == (0, 0)
    assert sum(s.unchanged for s in receipt.sheets.values()) == sum(pulled.counts.values()) > 0
    assert state_hash(store) == before
    # Pulled again, by now with a row of its own in between, it is still no change.
    send(store, worker, pull(store, seed=2).data, minute=3)
    assert state_hash(store) == before


@pytest.mark.slow
@pytest.mark.lo
def test_pulled_and_saved_by_libreoffice(
    store: Store,
    worker: Worker,
    filled: bytes,
    libreoffice: LibreOffice,
    tmp_path: Path,
) -> None:
    """The same when another program opened, recalculated and saved the file in between (I4, I7)."""
    send(store, worker, filled, minute=1)
    before = state_hash(store)
    path = tmp_path / "hentet.xlsx"
    path.write_bytes(pull(store).data)
    with libreoffice.open(path) as document:
        assert document.error_cells("Forside") == ()
        saved = document.save_as(tmp_path / "gemt.xlsx")
    receipt = send(store, worker, saved.read_bytes(), minute=2)
    assert changed(receipt) == 0
    assert state_hash(store) == before


@pytest.mark.slow
def test_what_waits_goes_on_waiting(store: Store, worker: Worker) -> None:
    """A correction in quarantine is not answered by a row that only repeats what was pulled."""
    scale = Scale(citizens={"956": 4}, movers=0, planted=())
    sound = next(invent_country(FORM, scale=scale, seed=5))
    send(store, worker, fill_workbook(FORM, sound, issued_at=ISSUED, premade=0), minute=1)
    assert quarantined(store, "956") == []
    people = [{**row, "lokalitet": "Kangeq", "sagsbehandler": None} for row in sound.rows["borger"]]
    faulty = replace(sound, rows={**sound.rows, "borger": tuple(people)})
    send(store, worker, fill_workbook(FORM, faulty, issued_at=ISSUED, premade=0), minute=2)
    waiting = quarantined(store, "956")
    corrected = [w.values["lokalitet"] for w in waiting if w.sheet == "borger"]
    assert corrected == ["Kangeq"] * len(people)
    before = state_hash(store)
    send(store, worker, pull(store, seed=3).data, minute=3)
    assert quarantined(store, "956") == waiting
    assert state_hash(store) == before


@pytest.mark.slow
def test_what_waits_is_answered_by_its_own_workbook(store: Store, worker: Worker) -> None:
    """Taken back in the workbook that brought it, the correction waits no longer."""
    scale = Scale(citizens={"956": 2}, movers=0, planted=())
    sound = next(invent_country(FORM, scale=scale, seed=5))
    people = [{**row, "sagsbehandler": None} for row in sound.rows["borger"]]
    faulty = replace(sound, rows={**sound.rows, "borger": tuple(people)})
    for minute, workbook in enumerate((sound, faulty, sound), start=1):
        data = fill_workbook(FORM, workbook, issued_at=ISSUED + timedelta(minute), premade=0)
        send(store, worker, data, minute=minute)
        assert bool(quarantined(store, "956")) == (minute == 2)


def test_the_rows_are_those_in_force(
    store: Store, worker: Worker, kommune: DemoWorkbook, filled: bytes
) -> None:
    """Ids and values are those of the database; names and texts are blank; the stamp is inside."""
    send(store, worker, filled, minute=1)
    verdict, submission = worker.read(pull(store).data, Arrival("f.xlsx", "f.xlsx", None, 0))
    assert submission is not None
    assert verdict.check is not None
    cpr = submission.sheets["borger"].frame["cpr"][0]
    known = {
        (record.sheet, record.row_id): dict(record.values)
        for record in history(store, cpr, actor=BOSS).records
    }
    assert len(known) > 1
    for sheet_id, sheet in submission.sheets.items():
        typed = verdict.check.sheets[sheet_id].frame
        for field in FORM.sheet(sheet_id).entry_fields():
            assert not field.local or typed[field.id].null_count() == typed.height
        for row in sheet.frame.to_dicts():
            if row["cpr"] == cpr:
                said = {
                    name: value.isoformat() if hasattr(value, "isoformat") else value
                    for name, value in row.items()
                    if value is not None and name not in {"cpr", "raekke", "raekke_id", "annuller"}
                }
                assert known.pop((sheet_id, row["raekke_id"])) == said
    assert known == {}
    assert submission.parent
    assert submission.workbook_id != kommune.workbook_id


@pytest.mark.slow
@pytest.mark.lo
def test_an_edit_descends_from_the_pull(
    store: Store, worker: Worker, kommune: DemoWorkbook, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    """One cell edited in the pulled workbook changes one row, and is no conflict."""
    sound = replace(kommune, planted=())
    send(store, worker, fill_workbook(FORM, sound, issued_at=ISSUED, premade=3), minute=1)
    path = tmp_path / "hentet.xlsx"
    path.write_bytes(pull(store).data)
    with libreoffice.open(path) as document:
        document.set_text("Borgere", "E4", "Kangeq")
        saved = document.save_as(tmp_path / "gemt.xlsx")
    receipt = send(store, worker, saved.read_bytes(), minute=2)
    assert receipt.sheets["borger"].changed == changed(receipt) == 1
    assert receipt.conflicts == ()


def test_rows_lie_by_caseworker_citizen_and_day(
    store: Store, worker: Worker, filled: bytes
) -> None:
    """On every sheet the citizens follow each other as on Borgere, each by day."""
    send(store, worker, filled, minute=1)
    _, submission = worker.read(pull(store).data, Arrival("f.xlsx", "f.xlsx", None, 0))
    assert submission is not None
    borger = submission.sheets["borger"].frame
    pile = list(borger.select("sagsbehandler", "cpr").iter_rows())
    assert pile == sorted(pile)
    place = {cpr: number for number, (_, cpr) in enumerate(pile)}
    for sheet_id, day in (("forloeb", "start_dato"), ("vurdering", "vurdering_dato")):
        rows = submission.sheets[sheet_id].frame.select("cpr", day).rows()
        keys = [(place[cpr], start) for cpr, start in rows if cpr in place]
        assert len(keys) > 1
        assert keys == sorted(keys)


def test_blank_rows_follow(store: Store, worker: Worker, filled: bytes) -> None:
    """As many pre-made rows as in a blank workbook stand below, each with an id of its own."""
    send(store, worker, filled, minute=1)
    pulled = pull(store, premade=None)
    verdict, _ = worker.read(pulled.data, Arrival("f.xlsx", "f.xlsx", None, 0))
    assert verdict.check is not None
    for sheet_id, sheet in verdict.check.sheets.items():
        expected = FORM.sheet(sheet_id).premade_rows * FORM.kommuner["956"].premade_factor
        assert sheet.totals.read == pulled.counts[sheet_id]
        assert sheet.totals.blank >= expected


def test_the_log_tells_who_opened_the_vault(store: Store, worker: Worker, filled: bytes) -> None:
    """One line names who pulled, when and whose data; each citizen in it finds it as her own."""
    send(store, worker, filled, minute=1)
    pull(store)
    last = read_log(store, kommune_kode="956")[-1]
    assert (last.deed.action, last.deed.kommune_kode) == ("udstedelse", "956")
    assert last.actor == BOSS
    with store.read() as connection:
        people = SCHEMA.records["borger"]
        shown = set(connection.execute(select(people.c.borger)).scalars())
    assert len(shown) > 1
    for borger in shown:
        (line,) = [
            entry
            for entry in read_log(store, citizens=[borger])
            if entry.deed.action == "udstedelse"
        ]
        assert (line.actor, line.deed.kommune_kode) == (BOSS, "956")


def test_a_kommune_that_never_delivered(store: Store, worker: Worker) -> None:
    """Nothing is issued and nothing is noted; the sentence says what to do instead."""
    assert worker.desk.key_file.exists()
    with pytest.raises(UsageError, match=r"Databasen har intet fra 957.*fpsheet template"):
        pull(store, "957")
    assert read_log(store) == []
