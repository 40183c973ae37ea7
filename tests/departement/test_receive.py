"""Receiving files of an inbox: a file that a process dies of costs only itself.

Codes: STR-035, STR-036.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from fpsheet.checking.check_file import Question, check_many
from fpsheet.departement.read_inbox_files import Desk, Readers, Received, Way
from fpsheet.intake.limits import CHECKING_LIMITS, MEBIBYTE
from fpsheet.transport.inbox import Arrival
from fpsheet_sync.database.keys import write_keys
from fpsheet_templates.errors import StoreError
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import Severity
from tests.support.desk import TODAY
from tests.support.xlsx_parts import entry_row, make_workbook

if TYPE_CHECKING:
    from pathlib import Path

CPR = "710776-0001"
SMALL = make_workbook({"forloeb": entry_row("forloeb", 4, cpr=CPR)}).data()


def arrive(folder: Path, name: str, content: bytes) -> Arrival:
    """Put a file into the inbox."""
    file = folder / name
    file.write_bytes(content)
    return Arrival(str(file), name, None, len(content))


def receive(arrivals: list[Arrival], desk: Desk) -> list[Received]:
    """Read and check files."""
    with Readers(desk, count=len(arrivals)) as readers:
        return list(readers.receive(arrivals))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Who takes in files."""
    key_file = tmp_path / "central.noegle"
    write_keys(key_file, bytes(32), fictional=True)
    return Desk(load_form(), TODAY, datetime(2026, 3, 2, 8, tzinfo=UTC), key_file, returns=True)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_file_that_needs_too_much_memory_costs_only_itself(desk: Desk, tmp_path: Path) -> None:
    """It is refused with its hash (STR-036); those before and after it are read and checked."""
    rows = "".join(
        # Noise, since a file that packs too well is refused for that.
        entry_row("forloeb", at, cpr=CPR, tekst=hashlib.shake_256(b"%d" % at).hexdigest(15_000))
        for at in range(4, 1300)
    )
    large = make_workbook({"forloeb": rows}).data()
    contents = {"1.xlsx": SMALL, "2.xlsx": large, "3.xlsx": SMALL}
    files = [arrive(tmp_path, name, content) for name, content in contents.items()]
    tight = replace(CHECKING_LIMITS, memory_bytes=250 * MEBIBYTE)
    first, dead, last = receive(files, replace(desk, limits=tight))
    assert [found.code for found in dead.verdict.findings] == ["STR-036"]
    assert dead.verdict.findings[0].severity is Severity.KRITISK
    assert (dead.prepared, dead.way, dead.reading) == (None, Way.WORKBOOK, b"")
    assert dead.sha256 == hashlib.sha256(large).hexdigest()
    for read in (first, last):
        assert read.prepared is not None
        assert read.verdict.totals.read == 1
        assert read.reading


def test_time_limit_holds_for_the_check_too(desk: Desk, tmp_path: Path) -> None:
    """A file that takes too long is refused (STR-035)."""
    hasty = replace(CHECKING_LIMITS, seconds=0.001)
    (late,) = receive([arrive(tmp_path, "1.xlsx", SMALL)], replace(desk, limits=hasty))
    assert [found.code for found in late.verdict.findings] == ["STR-035"]


def test_a_missing_key_is_no_fault_of_a_file(desk: Desk, tmp_path: Path) -> None:
    """What goes wrong beside the file is raised where the sync runs."""
    desk.key_file.unlink()
    with pytest.raises(StoreError):
        receive([arrive(tmp_path, "1.xlsx", SMALL)], desk)


def test_many_files_are_checked_as_one_is(tmp_path: Path) -> None:
    """The findings and the rows of a file are the same, whether it is checked alone or not."""
    question = Question(load_form(), TODAY)
    paths = [tmp_path / f"{number}.xlsx" for number in range(5)]
    for path in paths:
        path.write_bytes(SMALL if path.stem != "2" else SMALL[:200])
    together = list(check_many(paths, question))
    assert [verdict.path for verdict in together] == paths
    for path, verdict in zip(paths, together, strict=True):
        (alone,) = check_many([path], question)
        assert verdict.findings == alone.findings != ()
        assert (verdict.check is None) == (path.stem == "2")
        if verdict.check and alone.check:
            sheets = verdict.check.sheets["forloeb"], alone.check.sheets["forloeb"]
            assert sheets[0].frame.equals(sheets[1].frame)
