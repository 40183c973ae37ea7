"""Late cases: whoever reads two editions side by side cannot tell who came between them.

Both editions are read as they were handed out: every cell of every workbook and CSV file.
"""

from __future__ import annotations

import csv
import re
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from fpsheet.statistics.publishing import internal_edition
from fpsheet_sync.statistics.protection.release_cells import printed_numbers
from fpsheet_templates.load import load_form
from tests.support.editions import (
    LEVELS,
    awards,
    bytes_of,
    cpr,
    edition,
    first_reports,
    issue,
    order,
    ten_of_each,
)
from tests.support.stores import careless, pg_stores, sqlite_template, store, stores
from tests.support.submissions import Sending, send

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_sync.database.store import Store

__all__ = ["careless", "pg_stores", "sqlite_template", "store", "stores"]

sqlite = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
FILES = ("indberetninger", "seneste")
"""Columns of T21 that tell that a file came, and when."""


def report_late(store: Store, refused: int, awarded: int) -> None:
    """Let 956 report again, with some refusals and awards more, of citizens not seen before."""
    given = ten_of_each() | {31 + n: (LEVELS[n % 3], "") for n in range(awarded)}
    lines = awards("956", given).splitlines()
    for n in range(refused):
        number = 31 + awarded + n
        day = f"2025-{1 + number % 12:02}-07"
        lines.append(f"| {number} | {cpr('956', number)} | {day} | afslag | | |")
    send(store, "\n".join(lines), Sending("956", "AAAAAAAA", minute=10))


def tables(folder: Path) -> dict[str, list[list[str]]]:
    """Read every CSV file of a folder by its name without the number of the edition."""
    found = {}
    for name, data in bytes_of(folder).items():
        if name.endswith(".csv"):
            rows = list(csv.reader(StringIO(data.decode("utf-8-sig")), delimiter=";"))
            found[re.sub(r"udgave-\d+", "udgave", name)] = rows
    return found


def cells(folder: Path) -> dict[tuple[str, str, str], object]:
    """Read every cell of every workbook of a folder, below the title of its sheet."""
    found: dict[tuple[str, str, str], object] = {}
    for name, data in bytes_of(folder).items():
        if name.endswith(".xlsx"):
            for sheet in load_workbook(BytesIO(data)).worksheets:
                for row in sheet.iter_rows():
                    for cell in (cell for cell in row if cell.value is not None):
                        place = (re.sub(r"udgave-\d+", "", name), sheet.title, cell.coordinate)
                        found[place] = cell.value
    return found


def without_files(rows: list[list[str]]) -> list[list[str]]:
    """Give a table without the columns of T21 that tell of files."""
    head = next((row for row in rows if FILES[0] in row), None)
    if head is None:
        return rows
    kept = [place for place, name in enumerate(head) if name not in FILES]
    return [[row[place] for place in kept if place < len(row)] for row in rows]


@sqlite
@pytest.mark.slow
@pytest.mark.parametrize(("refused", "awarded"), [(1, 0), (0, 1), (1, 1), (4, 4)])
def test_few_late_cases_change_nothing_that_is_printed(
    store: Store, tmp_path: Path, refused: int, awarded: int
) -> None:
    """One refusal, one award, one of each and eight cases: only that a file came is seen."""
    first_reports(store)
    issue(store, tmp_path / "one")
    report_late(store, refused, awarded)
    issue(store, tmp_path / "two")
    one, two = tables(tmp_path / "one"), tables(tmp_path / "two")
    assert one.keys() == two.keys()
    assert not any("t22" in name for name in two)
    for name, rows in one.items():
        assert without_files(rows) == without_files(two[name]), name
    before, after = cells(tmp_path / "one"), cells(tmp_path / "two")
    assert before.keys() == after.keys()
    differing = [place for place, value in after.items() if before[place] != value]
    assert {sheet for _, sheet, _ in differing} <= {"Forside", "T21"}
    cover = [after[place] for place in differing if place[1] == "Forside"]
    assert all(str(line).startswith(("Udgave 2. ", "Registrets tilstand")) for line in cover)


@sqlite
@pytest.mark.slow
def test_ten_late_cases_move_totals_and_tell_nobody(store: Store, tmp_path: Path) -> None:
    """Ten refusals and awards at one kommune: what moves is multiples of 5, without a cause.

    No print is farther from its count than 8, and each that moved had been left by its count, or
    is tied to one that was.
    """
    first_reports(store)
    issue(store, tmp_path / "one")
    report_late(store, 5, 5)
    issue(store, tmp_path / "two")
    for area in ("GL", "955", "956"):
        first, second = edition(store, 1, area), edition(store, 2, area)
        before, after = printed_numbers(first), printed_numbers(second)
        now = printed_numbers(internal_edition(store, load_form(), order(), area)[0])
        moved = {name for name in before if before[name] != after.get(name)}
        assert all(abs(value - now[name]) <= 8 and value % 5 == 0 for name, value in after.items())
        left = {name for name in before if abs(before[name] - now[name]) > 8}
        assert left <= moved
        assert (not left) == (not moved)
        lists = [each for each in second.tables if each.id in {"T22", "T22b"}]
        assert len(lists) == bool(moved)
        for each in lists:
            assert [column.id for column in each.columns][-2:] == ["foer", "nu"]
            assert {row[3] for row in each.rows} <= set(range(0, 200, 5))
