"""Originals that were kept before a check was made: a rebuild merges them as they were merged."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from fpsheet.central import locate_central, open_central
from fpsheet.cli.failure_output import ExitCode
from fpsheet.departement.read_inbox_files import Desk
from fpsheet.departement.reading_worker import make_worker, read_original
from fpsheet.transport.folder import Folder
from fpsheet.transport.inbox import Arrival
from fpsheet.transport.outbox import send_plain
from fpsheet_sync.database import schema
from fpsheet_sync.ledger.sync_submissions import sync_submissions
from fpsheet_templates.errors import StoreError
from fpsheet_templates.load import load_form
from tests.support.desk import FAULTY_ROWS, make_database, make_workbook
from tests.support.exchange import Exchange, payload_of
from tests.support.submissions import ACTOR

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet.central import Central
    from fpsheet_sync.merge.submission import Submission

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
OLD = frozenset({"STR-045"})


def workbook_of_year(aar: str) -> bytes:
    """Return a workbook whose hidden sheet has another year."""
    book = load_workbook(BytesIO(make_workbook(load_form(), FAULTY_ROWS)))
    sheet = book["_fpsheet"]
    (cell,) = (row[1] for row in sheet.iter_rows() if row[0].value == "aar")
    cell.value = aar
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def package_of_year(aar: str, folder: Path) -> bytes:
    """Return an unsigned package whose workbook has another year."""
    load = payload_of(make_workbook(load_form(), FAULTY_ROWS))
    meta = {**load.workbook.meta, "aar": aar}
    bad = replace(load, workbook=replace(load.workbook, meta=meta))
    send_plain(bad, Folder(str(folder)))
    (file,) = (path for path in folder.rglob("*") if path.is_file())
    return file.read_bytes()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ["workbook", "package"])
def test_an_original_with_a_year_that_is_none_stops_no_rebuild(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """A year of -1 was merged as 0 before STR-045; the database made again says the same."""
    make_database(tmp_path / "central.db")
    data = (
        workbook_of_year("-1")
        if kind == "workbook"
        else package_of_year("-1", tmp_path / "udbakke")
    )
    central = locate_central(f"sqlite:///{(tmp_path / 'central.db').as_posix()}", load_form())
    desk = Desk(load_form(), date(2026, 11, 22), NOW, central.key_file)
    name = "956.xlsx" if kind == "workbook" else "956.fpsheet"
    arrival = Arrival(name, name, None, len(data))
    with make_worker(desk) as worker:
        verdict, refused = worker.read(data, arrival)
    assert refused is None
    assert "STR-045" in {finding.code for finding in verdict.findings}
    with make_worker(desk, passed=OLD) as worker:
        _, taken = worker.read(data, arrival)
    assert taken is not None
    keep(central, taken)
    exchange = Exchange(tmp_path, capsys)
    code, said = exchange.call("departement", "rebuild", "--verify", "--db", exchange.database)
    assert (code, "er den samme" in said) == (ExitCode.DONE, True), said
    with read_original(desk) as read, pytest.raises(StoreError):
        read(data[:-200])


def keep(central: Central, submission: Submission) -> None:
    """Merge a submission as it was taken once, its original with it."""
    with closing(open_central(central)) as store:
        assert len(list(sync_submissions(store, [submission], ACTOR))) == 1
        with store.read() as connection:
            commit = schema.indberetning
            assert connection.execute(select(commit.c.aar)).scalars().all() == [0]
