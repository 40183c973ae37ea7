"""A book that names T22 has it, and one that has it names it: in every edition of every kind.

Looked for in the written workbooks alone: every cell of every sheet, and the names of the sheets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from fpsheet_sync.statistics.publication.publication import read_publications
from fpsheet_sync.statistics.publication.withdrawal import withdraw
from tests.support.editions import (
    ACTOR,
    WORKBOOKS,
    YEAR,
    awards,
    cpr,
    first_reports,
    inside,
    issue,
    report,
    revised_reports,
    ten_of_each,
    write,
)
from tests.support.stores import careless, pg_stores, sqlite_template, store, stores
from tests.support.submissions import Sending, send

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_sync.database.store import Store

__all__ = ["careless", "pg_stores", "sqlite_template", "store", "stores"]

T22 = re.compile(r"\bT22\b")


def named_and_there(path: Path) -> tuple[set[str], bool, bool]:
    """Give the sheets that name T22, whether it is there, and whether a number is marked."""
    book = load_workbook(path, read_only=True)
    texts = {
        sheet.title: [
            str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell
        ]
        for sheet in book.worksheets
    }
    named = {name for name, said in texts.items() if any(T22.search(text) for text in said)}
    marked = any(text.startswith("[r] ") for said in texts.values() for text in said)
    there = "T22" in book.sheetnames
    book.close()
    return named - {"T22"}, there, marked


def books(folder: Path) -> dict[str, tuple[set[str], bool, bool]]:
    """Look through every workbook of a folder but the audit."""
    found = {
        path.name: named_and_there(path)
        for path in sorted(folder.rglob("*.xlsx"))
        if "-revision-" not in path.name
    }
    assert found
    return found


def moved_reports(store: Store) -> None:
    """Let 955 report twenty more awards of each level: every number of theirs moves."""
    more = {30 + n: (level, "") for n, (level, _) in ten_of_each().items()}
    report(store, "955", ten_of_each() | more, minute=20)


@pytest.mark.slow
@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_t22_is_named_where_it_is_and_is_where_it_is_named(store: Store, tmp_path: Path) -> None:
    """First, unmoved, moved and withdrawn: public and internal, the country and both kommuner."""
    seen: dict[str, dict[str, tuple[set[str], bool, bool]]] = {}

    def look(name: str, number: int) -> None:
        issue(store, tmp_path / name)
        seen[name] = books(tmp_path / name)
        write(store, tmp_path / f"{name}-inside", internal=True, edition=number)
        seen[f"{name} internal"] = books(inside(tmp_path / f"{name}-inside"))

    first_reports(store)
    look("first", 1)
    revised_reports(store)
    look("unmoved", 2)
    moved_reports(store)
    look("moved", 3)
    with store.write() as connection:
        last = read_publications(connection, "GL", YEAR)[-1]
        withdraw(connection, last, "956 havde sendt et forkert aar.", ACTOR)
    look("withdrawn", 4)
    for name, found in seen.items():
        assert len(found) == 3, name
        for book, (named, there, marked) in found.items():
            assert bool(named) == there, (name, book, named)
            assert marked == there, (name, book)
    has = {name: {there for _, there, _ in found.values()} for name, found in seen.items()}
    assert has["first"] == has["first internal"] == has["unmoved"] == {False}
    assert has["unmoved internal"] == {True}
    assert True in has["moved"]


JOBS = """
# job
| id | cpr  | job_type | start_dato | timer_pr_uge |
| 1  | {who} | ordinaer | 2025-01-10 | {hours}      |
"""


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_where_only_a_mean_was_revised_t22b_is_named_and_not_t22(
    store: Store, tmp_path: Path
) -> None:
    """Ten hours a week corrected to eleven: no count differs, and the book says T22b alone."""
    for minute, hours in enumerate((10, 11)):
        text = awards("955", ten_of_each()) + JOBS.format(who=cpr("955", 1), hours=hours)
        send(store, text, Sending(kommune="955", workbook=WORKBOOKS["955"], minute=minute))
        issue(store, tmp_path / f"{hours}")
    write(store, tmp_path / "own", internal=True, edition=2, kommuner=("955",))
    (path,) = inside(tmp_path / "own").rglob("*.xlsx")
    assert named_and_there(path)[:2] == (set(), False)
    sheets = load_workbook(path, read_only=True)
    assert "T22b" in sheets.sheetnames
    said = [str(row[0]) for row in sheets["T09"].iter_rows(values_only=True) if row]
    assert any("tabel T22b viser det gamle og det nye tal" in line for line in said)
