"""Late cases: whoever reads two editions side by side cannot tell who came between them.

Both editions are read as they were handed out: every cell of every workbook, OpenDocument
spreadsheet and CSV file. What T21 says of files is told: which kommune sent one, and when.
"""

from __future__ import annotations

import csv
import re
import shutil
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from fpsheet.statistics.publishing import internal_edition
from fpsheet_sync.database.store import open_store
from fpsheet_sync.statistics.protection.release_cells import printed_numbers
from fpsheet_templates.load import load_form
from tests.attack.between import late_cases
from tests.attack.formats import ods_sheets
from tests.attack.printed import read_book
from tests.attack.verdict import ENOUGH, PUBLIC, Country, attack
from tests.support.editions import (
    LEVELS,
    awards,
    edition,
    first_reports,
    inside,
    issue,
    order,
    ten_of_each,
    write,
)
from tests.support.submissions import KEYS, Sending, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from fpsheet_sync.database.store import Store
    from fpsheet_sync.disclosure.cells import CellId


pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("careless")]
OF_FILES = ("B", "C", "indberetninger ", "seneste ")
"""Columns of T21 that tell that a file came, and when."""
OF_EDITION = ("Udgave 2. ", "Kontrolkode for datagrundlaget")
"""Lines of the cover that tell which edition it is, and of what state."""
MANY = 1000
HELD, MOST = 4, 10
"""So many late cases can not bring a count out of the window of a print that stands."""
FIRST, LATER = 4, 8
"""How far a first print may be from its count, and one that replaces another."""

Cells: TypeAlias = "dict[tuple[str, str, str], object]"
"""What stands in an edition's files, by file, sheet and cell."""


def late_cpr(number: int) -> str:
    """Return the CPR number of a late citizen: women and men in turn, of four decades."""
    return f"6101{62 + 10 * (number % 4)}{1900 + number}"


def report_late(store: Store, cases: int) -> None:
    """Let 956 report again, with some cases more, of citizens not seen before.

    Refusals and awards in turn, the awards of one level after the other.
    """
    lines = awards("956", ten_of_each()).splitlines()
    for n in range(cases):
        decided = f"tilkendelse | {LEVELS[n // 2 % 3]}" if n % 2 else "afslag |"
        lines.append(f"| {31 + n} | {late_cpr(n)} | 2025-{1 + n % 12:02}-07 | {decided} | |")
    send(store, "\n".join(lines), Sending("956", "AAAAAAAA", minute=10))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """Return a folder with a database, and with its first edition in the folder `one`."""
    folder = tmp_path_factory.mktemp("first")
    shutil.copyfile(sqlite_template, folder / "central.db")
    store = open_store(f"sqlite:///{folder / 'central.db'}", load_form(), keys=KEYS)
    first_reports(store)
    issue(store, folder / "one")
    write(store, folder / "exact", internal=True)
    store.close()
    return folder


@pytest.fixture
def again(published: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a copy of the database that the first edition was published from."""
    shutil.copyfile(published / "central.db", tmp_path / "central.db")
    store = open_store(f"sqlite:///{tmp_path / 'central.db'}", load_form(), keys=KEYS)
    yield store
    store.close()


def named(path: Path) -> str:
    """Return a file's name without the number of the edition."""
    return re.sub(r"udgave-\d+", "udgave", path.name)


def workbook_cells(folder: Path) -> Cells:
    """Read every workbook of a folder."""
    return {
        (named(path), sheet.title, cell.coordinate): cell.value
        for path in folder.glob("*.xlsx")
        for sheet in load_workbook(path).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def spreadsheet_cells(folder: Path) -> Cells:
    """Read every OpenDocument spreadsheet of a folder."""
    return {
        (named(path), sheet, f"{get_column_letter(at)}{number}"): cell
        for path in folder.glob("*.ods")
        for sheet, rows in ods_sheets(path).items()
        for number, row in enumerate(rows, start=1)
        for at, cell in enumerate(row, start=1)
        if cell != ""
    }


def csv_cells(folder: Path) -> Cells:
    """Read every CSV file of a folder; its sheet is the name of the table."""
    found: Cells = {}
    for path in folder.rglob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, delimiter=";"))
        sheet = path.stem.rsplit("-", 1)[1].upper()
        for number, row in enumerate(rows):
            for name, cell in zip(rows[0], row, strict=True):
                found[named(path), sheet, f"{name} {number}"] = cell
    return found


@cache
def cells_once(read: Callable[[Path], Cells], folder: Path) -> Cells:
    """Read a folder that all tests compare with."""
    return read(folder)


def differing(one: Path, two: Path) -> dict[str, set[str]]:
    """Return what two editions have otherwise: sheet to files and cells, in every format.

    Left out are what T21 says of files and what the cover says of the edition itself.
    """
    found: dict[str, set[str]] = {}
    for read in (workbook_cells, spreadsheet_cells, csv_cells):
        before, after = cells_once(read, one), read(two)
        assert len(before) > MANY
        for file, sheet, place in before.keys() | after.keys():
            was, now = (each.get((file, sheet, place)) for each in (before, after))
            of_files = sheet == "T21" and place.startswith(OF_FILES)
            of_edition = sheet == "Forside" and str(now).startswith(OF_EDITION)
            if was != now and not of_files and not of_edition:
                found.setdefault(sheet, set()).add(f"{file} {place}")
    return found


@pytest.mark.parametrize("late", range(1, 1 + MOST))
def test_late_cases_tell_nobody(again: Store, published: Path, tmp_path: Path, late: int) -> None:
    """One to ten: up to four change nothing that is printed; of more no moved line says who came.

    What has moved is listed in T22, without a cause.
    """
    report_late(again, late)
    assert issue(again, tmp_path / "two").new == {"GL"}
    changed = differing(published / "one", tmp_path / "two")
    if late <= HELD:
        assert changed == {}
    _attack(again, [published / "one", tmp_path / "two"], tmp_path / "exact")
    if late > HELD:
        then = _country([published / "one"], published / "exact")
        now = _country([tmp_path / "two"], tmp_path / "exact")
        # The other kommune knows all that the public does, and is asked where most has moved.
        readers = (PUBLIC, "Kommune Kujalleq") if late == MOST else (PUBLIC,)
        _attack_what_came(then, now, readers)
    moved = [_moved(again, area) for area in ("GL", "955", "956")]
    assert ("T22" in changed) == any(moved)


def _attack(store: Store, editions: list[Path], exact: Path) -> None:
    """Let the public and each kommune attack both editions, T22 and what did not move among them.

    Nobody is left with fewer than three values of a small number, the true one among them.
    """
    write(store, exact, internal=True)
    country = _country(editions, exact)
    for reader in (PUBLIC, *country.areas()):
        for found in attack(country, reader, trusting=True):
            is_told = found.range.low <= found.truth <= found.range.high
            assert not (found.narrow and is_told), found


def _country(editions: list[Path], exact: Path) -> Country:
    public = [read_once(path) for folder in editions for path in sorted(folder.glob("*.xlsx"))]
    return Country(public, [read_once(path) for path in sorted(inside(exact).glob("*.xlsx"))])


read_once = cache(read_book)
"""Reads a book that several attacks are on: each is written once, in a folder of its own."""


def _attack_what_came(then: Country, now: Country, readers: Iterable[str]) -> None:
    """Let readers ask of every number how many came to it in between.

    Where one to four did, three answers are left at least, the right one among them.
    """
    for reader in readers:
        found = late_cases(then, now, reader)
        assert len(found) > MANY / 100
        for key, (came, left) in found.items():
            is_told = left.low <= came <= left.high
            assert left.width >= ENOUGH, (reader, key, came, left)
            assert is_told or not left.proved, (reader, key, came, left)


def _moved(store: Store, area: str) -> set[CellId]:
    """Return the prints of an area that moved; each had been left by its count, or is tied to one.

    No print is farther from its count than 8, and what T22 lists are multiples of 5. A line that
    has moved may be one that nobody came to: it then stood as far below its count as a first print
    may, and stands now as far above it as a later one may.
    """
    first, second = edition(store, 1, area), edition(store, 2, area)
    before, after = printed_numbers(first), printed_numbers(second)
    now = printed_numbers(internal_edition(store, order(), area)[0])
    moved = {name for name in before if before[name] != after.get(name)}
    assert all(abs(value - now[name]) <= LATER and value % 5 == 0 for name, value in after.items())
    left = {name for name in before if abs(before[name] - now[name]) > LATER}
    assert left <= moved
    assert (not left) == (not moved)
    assert all(after[name] - LATER <= before[name] + FIRST for name in moved)
    lists = [each for each in second.tables if each.id in {"T22", "T22b"}]
    assert len(lists) == bool(moved)
    for each in lists:
        assert [column.id for column in each.columns][-2:] == ["foer", "nu"]
        assert {row[3] for row in each.rows} <= set(range(0, 200, 5))
    return moved
