"""Ways in which nights went before, made again for a moment: what holds each point falls.

As `tests/sync/merge/test_old_merge.py` has it for decisions: one step is what it was, and the test
that tells of it must fail. What a guide lacked before, and a command that was not there, can not
be made again; `tests/package/test_drift.py` carries out what the guide says now.
"""

from __future__ import annotations

import errno
import getpass
import random
import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from fsspec import AbstractFileSystem

from fpsheet.central import open_central
from fpsheet.departement.inbox_run import Processed
from fpsheet.departement.posted_files import stem_of
from fpsheet.departement.receipt_post import Post, _post, _try_post, post_receipts
from fpsheet.receipts.receipt_file import SUFFIX, WITHDRAWN, read_receipt
from fpsheet.transport.folder import Folder
from fpsheet.transport.inbox import Arrival
from fpsheet_sync.database.keys import write_keys
from fpsheet_templates.errors import StoreError
from fpsheet_templates.load import load_form
from tests.cli import test_rules_command
from tests.departement import test_nights, test_sync_files
from tests.receipts import test_receipt_files
from tests.support.desk import make_database, make_workbook
from tests.sync.upkeep import test_retention

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from fpsheet.central import Central
    from fpsheet.departement.receipt_post import _Answers
    from fpsheet_sync.database.keys import Keys
    from fpsheet_sync.database.store import Store
    from fpsheet_sync.ledger.receipt import Receipt

Place = tuple["Path", pytest.CaptureFixture[str], pytest.MonkeyPatch]
"""What the tests of nights are given."""


def stop(file: Processed, folder: Folder, answers: _Answers) -> None:
    """Write a receipt; a folder that cannot be written ends the run."""
    error = _try_post(file, folder, answers)
    if error is not None:
        raise error


def once_a_number(file: Processed, folder: Folder, answers: _Answers) -> None:
    """Write a receipt unless there is one of its number, whosever it is."""
    if file.receipt and folder.get(f"{stem_of(file.receipt)}{SUFFIX}") is None:
        _post(file, file.receipt, folder, answers)


def create(central: Central, **options: bool) -> Store:
    """Make the database where it is not."""
    return open_central(central, **{**options, "create": True})


def make_key(central: Central, *, create: bool) -> Keys:
    """Make a key where there is none, whatever database is there."""
    assert create
    return write_keys(central.key_file, random.Random(1).randbytes(32))


def of_status(receipt: Receipt) -> str:
    """Head a receipt by what became of its file alone."""
    return receipt.status.value


def nothing(*_: object, **__: object) -> None:
    """Do nothing."""


def untold(place: str) -> AbstractContextManager[None]:
    """Let whatever is raised inside the block go on as it is."""
    del place
    return nullcontext()


def end_at_once(seconds: float) -> None:
    """End the run with the failure that would be waited for."""
    del seconds
    failure = sys.exc_info()[1]
    assert failure is not None
    raise failure


def number_given_again(place: Place) -> None:
    """Write the receipt of another file under a number that was given before a restore.

    The kommune gets it, and the first one is put aside.
    """
    folder = Folder((place[0] / "kvitteringer").as_posix(), is_private=True)
    key_file = place[0] / "central.noegle"
    write_keys(key_file, bytes(32))
    post = Post(load_form(), date(2026, 3, 2), key_file)
    first = test_receipt_files.make_receipt(place[0])
    again = replace(first, sha256="9" * 64)
    arrival = Arrival("956.pakke", "956.pakke", None, 1)
    for receipt in (first, again):
        list(post_receipts([Processed(arrival, receipt=receipt)], folder, post))
    stem = stem_of(first)
    assert read_receipt(folder.get(f"{stem}{SUFFIX}") or b"").sha256 == again.sha256
    assert folder.get(f"{stem}{WITHDRAWN}{first.sha256[:8]}{SUFFIX}") is not None


def read_once(place: Place) -> None:
    """Merge one workbook: its bytes are fetched once, and it comes back."""
    office = test_sync_files.Office(place[0], place[1])
    office.drop("956.xlsx", make_workbook(load_form(), {}))
    fetch = AbstractFileSystem.cat_file
    with patch.object(AbstractFileSystem, "cat_file", autospec=True, side_effect=fetch) as fetched:
        office.sync()
    names = [str(call.args[1]).rpartition("/")[2] for call in fetched.call_args_list]
    assert names.count("956.xlsx") == 1
    assert office.answers("-retur.xlsx")


def on_night(
    holds: Callable[[test_nights.Night], None],
) -> Callable[[Place], None]:
    """Return a test of a night as a test of a place."""

    def hold(place: Place) -> None:
        folder, capsys, _ = place
        make_database(folder / "central.db")
        holds(test_nights.Night(folder, f"sqlite:///{folder.as_posix()}/central.db", capsys))

    return hold


def in_danish(place: Place) -> None:
    """Tell whoever writes in Danish what is wrong with a rule."""
    folder, capsys, changes = place
    changes.chdir(folder)
    (folder / "indbakke").mkdir()
    (folder / "indbakke" / "956.xlsx").write_bytes(b"never read")
    test_rules_command.test_what_is_wrong_with_a_rule_is_told_in_the_chosen_language(
        "[[rule]]", "da", folder, capsys
    )


OLD: dict[str, tuple[str, Callable[..., object], Callable[[Place], None]]] = {
    "A6 a receipt that opens a conflict says that all is well": (
        "fpsheet.receipts.receipt_book._headline",
        of_status,
        lambda place: (
            test_receipt_files.test_a_receipt_with_a_conflict_is_not_headed_as_if_all_were_well(
                test_receipt_files.make_receipt(place[0])
            )
        ),
    ),
    "A6 the fault of a trial rule is told in English": (
        "fpsheet.departement.rules_trial._said",
        lambda error, _: str(error),
        in_danish,
    ),
    "B7 one folder ends the run": (
        "fpsheet.departement.receipt_post._try_post",
        stop,
        on_night(test_nights.test_one_folder_of_receipts_that_cannot_be_written_stops_no_other),
    ),
    "B8 sync makes a database where it stands": (
        "fpsheet.central.open_central",
        create,
        lambda place: test_nights.test_sync_makes_no_database(place[0], place[1], ()),
    ),
    "B9 a number has the receipt that stands there": (
        "fpsheet.departement.receipt_post._try_post",
        once_a_number,
        number_given_again,
    ),
    "B10 a full disk is told as anything that failed": (
        "fpsheet.outside._kind_of",
        lambda _: "failed",
        lambda place: test_nights.test_what_lies_outside_is_never_our_failure(
            OSError(errno.ENOSPC, "full", "ud.xlsx"), "Der er ikke plads", place[1]
        ),
    ),
    "B10 a full disk is told as a file that is open in Excel": (
        "fpsheet.outside._kind_of",
        lambda _: "denied",
        on_night(
            lambda night: test_nights.test_one_address_of_receipts_that_fails_stops_no_other(
                night, OSError(errno.ENOSPC, "No space left on device"), "Der er ikke plads"
            )
        ),
    ),
    "B10 a database without room is our failure": (
        "fpsheet_sync.database.store.translated",
        untold,
        lambda place: on_night(
            lambda night: test_nights.test_a_full_disk_under_the_database_keeps_what_was_merged(
                night, place[2]
            )
        )(place),
    ),
    "B10 a server that is gone is our failure": (
        "fpsheet_sync.database.store.translated",
        untold,
        lambda place: test_nights.test_a_database_server_that_is_not_there(
            place[0], place[1], "postgresql://x@127.0.0.1:1/x", "Der er ingen forbindelse"
        ),
    ),
    "B10 a wrong password is our failure": (
        "fpsheet_sync.database.store.translated",
        untold,
        lambda place: test_nights.test_a_database_server_that_refuses(
            place[0], place[1], "28P01", "password authentication failed", "lukker ikke brugeren"
        ),
    ),
    "B10 a driver that is not installed is our failure": (
        "fpsheet_sync.database.store.translated",
        untold,
        lambda place: test_nights.test_a_driver_that_is_not_installed(*place),
    ),
    "B10 a bucket that is missing ends the run": (
        "fpsheet.transport.folder.reaching",
        untold,
        on_night(
            lambda night: test_nights.test_one_address_of_receipts_that_fails_stops_no_other(
                night, test_nights.BucketError("hemmelig-9417"), "svarede med en fejl"
            )
        ),
    ),
    "B10 a user without a name is whoever the environment says": (
        "fpsheet.cli.session.Session.user",
        lambda _: getpass.getuser(),
        lambda place: on_night(
            lambda night: test_nights.test_a_user_without_a_name_is_told_by_number(night, place[2])
        )(place),
    ),
    "B11 what is erased keeps its room": (
        "fpsheet_sync.upkeep.retention._make_small",
        nothing,
        lambda place: test_retention.test_what_is_erased_gives_its_room_back(place[0]),
    ),
    "B12 a file is read again for what goes back": (
        "fpsheet.departement.read_inbox_files.Readers.answer",
        nothing,
        read_once,
    ),
}


@pytest.mark.parametrize("holds", [number_given_again, read_once, in_danish])
def test_the_way_of_today_holds(
    holds: Callable[[Place], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is only here holds while nothing is as it was."""
    holds((tmp_path, capsys, monkeypatch))


@pytest.mark.parametrize("way", OLD)
def test_the_old_way_is_caught(
    way: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The test of the point fails while one step is as it was."""
    place, step, holds = OLD[way]
    with patch(place, step), pytest.raises((AssertionError, pytest.fail.Exception)):
        holds((tmp_path, capsys, monkeypatch))


@pytest.mark.pg
def test_the_old_way_with_keys_is_caught(
    tmp_path: Path, pg_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new key was laid into the place of one that was lost (B8)."""
    holds = test_nights.test_no_key_is_made_where_a_database_is
    with patch("fpsheet.central._keys", make_key), pytest.raises(AssertionError):
        holds(tmp_path, pg_database, capsys)


@pytest.mark.pg
def test_the_old_way_with_a_server_that_starts_again_is_caught(
    tmp_path: Path,
    pg_database: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A database that was started again ended the night (B10)."""
    holds = test_nights.test_a_server_that_starts_again_in_the_middle_is_waited_for
    with patch("fpsheet.departement.steps.sleep", end_at_once), pytest.raises(StoreError):
        holds(tmp_path, pg_database, capsys, monkeypatch)
