"""A back-up, and a database made again, bring back all that was received and published."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url, select

from fpsheet_sync.database.access_log import read_log
from fpsheet_sync.database.store import Store, open_store, settled
from fpsheet_sync.ledger.state_hash import state_hash
from fpsheet_sync.merge.commit import Status
from fpsheet_sync.upkeep.rebuild import rebuild
from fpsheet_templates.errors import StoreError
from fpsheet_templates.load import load_form
from tests.support import submissions
from tests.support.editions import bytes_of, first_reports, issue, revised_reports, write
from tests.support.logs import find_break
from tests.support.postgresql import find_programs, new_database
from tests.support.schema import SCHEMA
from tests.support.submissions import ACTOR, KEYS, Sending, send

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_sync.merge.submission import Submission
    from tests.support.stores import Stores

TEXT = """
# forloeb
| id | cpr        | forloeb_type | start_dato |
| 1  | 6101801234 | revurdering  | 2026-01-05 |
"""

SORTED = """
# forloeb
| id | cpr          | forloeb_type      | start_dato |
| 1  | 6{}01801234 | afklaringsforloeb | 2025-01-05 |
| 2  | 6{}01801234 | revurdering       | 2025-02-05 |
| 3  | 6{}01801234 | arbejdsproevning  | 2025-03-05 |
"""


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, Submission]:
    """Return every submission that the test makes, by its bytes."""
    made: dict[bytes, Submission] = {}
    build = submissions.build

    def remember(*args: object, **more: object) -> Submission:
        one: Submission = build(*args, **more)  # type: ignore[arg-type]
        made[one.original] = one
        return one

    monkeypatch.setattr(submissions, "build", remember)
    return made


def everything(store: Store) -> dict[str, list[str]]:
    """Return every row of every table."""
    with store.read() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for name, table in SCHEMA.metadata().tables.items()
        }


def fill(store: Store, folder: Path) -> dict[str, bytes]:
    """Receive, publish, receive more and publish again; return what the first edition printed."""
    first_reports(store)
    issue(store, folder / "first")
    revised_reports(store)
    issue(store, folder / "second")
    write(store, folder / "again", edition=1)
    return bytes_of(folder / "again")


@pytest.mark.slow
@pytest.mark.parametrize(
    "stores", [pytest.param("postgresql", marks=pytest.mark.pg)], indirect=True
)
def test_a_dump_restores_every_row_and_edition(stores: Stores, pg_url: str, tmp_path: Path) -> None:
    """Restored into an empty database all is as it was, and the next submission goes on."""
    store = stores.new()
    edition = fill(store, tmp_path)
    before = everything(store)
    dump = tmp_path / "fpsheet.dump"
    dump_to(store.engine.url.render_as_string(hide_password=False), dump)
    with new_database(pg_url) as url:
        restore_from(dump, url)
        restored = open_store(url, load_form(), keys=KEYS)
        assert everything(restored) == before
        assert state_hash(restored) == state_hash(store)
        assert find_break(restored) is None
        write(restored, tmp_path / "restored", edition=1)
        assert bytes_of(tmp_path / "restored") == edition
        last = settled(restored)
        assert send(restored, TEXT, Sending(kommune="957", workbook="DDDDDDDD")).commit > last
        restored.close()


def dump_to(url: str, file: Path) -> None:
    """Run the command of the guide."""
    address = make_url(url)
    options = ["--format=custom", f"--file={file}", *place(url), str(address.database)]
    subprocess.run([find_programs() / "pg_dump", *options], check=True)


def restore_from(file: Path, url: str) -> None:
    """Run the command of the guide."""
    options = [*place(url), f"--dbname={make_url(url).database}", str(file)]
    subprocess.run([find_programs() / "pg_restore", *options], check=True)


def place(url: str) -> list[str]:
    """Return the options that say where the test's server is."""
    address = make_url(url)
    host = address.host or str(address.query["host"])
    return ["--host", host, "--username", str(address.username)]


@pytest.mark.slow
def test_a_database_made_again_has_the_editions_and_the_log(
    stores: Stores, files: dict[bytes, Submission], tmp_path: Path
) -> None:
    """The originals give the records; what was published and who looked is brought along."""
    store, target = stores.new(), stores.new()
    edition = fill(store, tmp_path)
    rebuilt = rebuild(store, target, files.__getitem__, ACTOR)
    assert rebuilt.is_same
    with pytest.raises(StoreError, match="ikke tom"):
        rebuild(store, target, files.__getitem__, ACTOR)
    assert state_hash(target) == rebuilt.after
    write(target, tmp_path / "rebuilt", edition=1)
    assert bytes_of(tmp_path / "rebuilt") == edition
    assert read_log(target) == read_log(store)
    assert find_break(target) is None


def test_an_sqlite_file_is_whole_after_it_was_opened_once(tmp_path: Path) -> None:
    """A killed sync leaves data beside the file; opening it, as the guide says, brings it in."""
    url = f"sqlite:///{(tmp_path / 'central.db').as_posix()}"
    store = submissions.new_store(url)
    send(store, TEXT)
    expected = state_hash(store)
    killed = tmp_path / "killed"
    killed.mkdir()
    for file in tmp_path.glob("central.db*"):
        shutil.copyfile(file, killed / file.name)
    store.close()
    assert (killed / "central.db-wal").stat().st_size > 0
    open_store(f"sqlite:///{(killed / 'central.db').as_posix()}", load_form()).close()
    alone = tmp_path / "copy.db"
    shutil.copyfile(killed / "central.db", alone)
    copy = open_store(f"sqlite:///{alone.as_posix()}", load_form(), keys=KEYS)
    assert state_hash(copy) == expected
    copy.close()


def test_a_sorted_copy_is_held_in_a_database_made_again(
    stores: Stores, files: dict[bytes, Submission]
) -> None:
    """That it follows what came before it, whatever its time says, is found again (HIS-024)."""
    store, target = stores.new(), stores.new()
    send(store, SORTED.format(1, 2, 3), Sending(minute=9))
    assert send(store, SORTED.format(3, 1, 2), Sending(minute=5)).status is Status.HELD
    assert rebuild(store, target, files.__getitem__, ACTOR).is_same


def test_a_database_with_something_in_it_is_not_built_over(
    stores: Stores, files: dict[bytes, Submission]
) -> None:
    """`rebuild --to` the wrong one: it is named, and what stands there stays to the byte."""
    store, target = stores.new(), stores.new()
    send(store, TEXT)
    send(target, TEXT.replace("2026-01-05", "2026-02-05"), Sending(kommune="957"))
    kept = everything(target)
    with pytest.raises(StoreError, match="er ikke tom"):
        rebuild(store, target, files.__getitem__, ACTOR)
    assert everything(target) == kept
