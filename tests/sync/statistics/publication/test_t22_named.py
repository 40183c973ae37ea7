"""A book that names T22 has it, and one that has it names it: in every edition of every kind.

Looked for in the written files alone: every cell of every sheet, and the names of the sheets, of
workbooks, ODS files and CSV files, in Danish and English, in Greenland and in Denmark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from fpsheet_sync.statistics.publication.publication import read_publications
from fpsheet_sync.statistics.publication.withdrawal import Withdrawal, withdraw
from tests.support.editions import (
    ACTOR,
    DANISH,
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
from tests.support.handed_out import Sheet, read_file, read_folder
from tests.support.submissions import Sending, send

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_sync.database.store import Store


T22 = re.compile(r"\bT22\b")


def named_and_there(sheets: list[Sheet]) -> tuple[set[str], bool, bool]:
    """Return the sheets that name T22, whether it is there, and whether a number is marked.

    The names of the last columns of a CSV file are no text for readers; what stands in them is.
    """
    texts = {sheet.name: [cell for row in sheet.rows for cell in row if cell] for sheet in sheets}
    named = {name for name, said in texts.items() if any(T22.search(text) for text in said)}
    marked = any(text.startswith("[r] ") for said in texts.values() for text in said)
    return named - {"T22"}, "T22" in texts, marked


def books(folder: Path) -> dict[str, tuple[set[str], bool, bool]]:
    """Look through every workbook, ODS file and set of CSV files of a folder."""
    found: dict[str, list[Sheet]] = {}
    for sheet in read_folder(folder):
        name = re.sub(r"-\w+\.csv$", "-csv", sheet.file)
        found.setdefault(name, []).append(sheet)
    assert found
    return {name: named_and_there(sheets) for name, sheets in found.items()}


def danish_reports(store: Store, more: int, minute: int) -> None:
    """Let two Danish kommuner report thirty awards, which have no level there, and some more."""
    for kommune in DANISH:
        count = 30 + more * (kommune == "707")
        report(store, kommune, dict.fromkeys(range(1, count + 1), ("", "")), minute=minute)


def moved_reports(store: Store) -> None:
    """Let 955 report twenty more awards of each level: every number of theirs moves."""
    more = {30 + n: (level, "") for n, (level, _) in ten_of_each().items()}
    report(store, "955", ten_of_each() | more, minute=20)
    danish_reports(store, 40, 20)


@pytest.mark.slow
@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_t22_is_named_where_it_is_and_is_where_it_is_named(store: Store, tmp_path: Path) -> None:
    """First, unmoved, moved and withdrawn: public and internal, of countries and kommuner."""
    seen: dict[str, dict[str, tuple[set[str], bool, bool]]] = {}

    def look(name: str, number: int) -> None:
        issue(store, tmp_path / name)
        write(store, tmp_path / name, language="en", edition=number)
        for language in ("da", "en"):
            write(store, tmp_path / f"{name}-x", language=language, internal=True, edition=number)
        seen[name] = books(tmp_path / name)
        seen[f"{name} internal"] = {
            **books(inside(tmp_path / f"{name}-x")),
            **books(tmp_path / f"{name}-x-confidential"),
        }

    first_reports(store)
    danish_reports(store, 0, 0)
    look("first", 1)
    revised_reports(store)
    danish_reports(store, 1, 10)
    look("unmoved", 2)
    moved_reports(store)
    look("moved", 3)
    for country in ("GL", "DK"):
        with store.write() as connection:
            last = read_publications(connection, country, YEAR)[-1]
            gone = Withdrawal(ACTOR.time.date(), "En kommune havde sendt et forkert aar.")
            withdraw(connection, last, gone, ACTOR)
    look("withdrawn", 4)
    for name, found in seen.items():
        # Two countries and four kommuner, in two languages, in three kinds of file.
        assert len(found) == 6 * 2 * 3, name
        for book, (named, there, marked) in found.items():
            assert bool(named) == there, (name, book, named)
            assert marked == there, (name, book)
    has = {
        (name, language): {there for book, (_, there, _) in found.items() if word in book}
        for name, found in seen.items()
        for language, word in (("da", "foertidspension"), ("en", "disability"))
    }
    for language in ("da", "en"):
        assert has["first", language] == has["first internal", language] == {False}
        assert has["unmoved", language] == {False}
        assert True in has["unmoved internal", language]
        assert True in has["moved", language]
    assert any(there for book, (_, there, _) in seen["moved"].items() if "danmark" in book)


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
    sheets = {sheet.name: sheet for sheet in read_file(path)}
    assert named_and_there([*sheets.values()])[:2] == (set(), False)
    assert "T22b" in sheets
    said = sheets["T09"].lines
    assert any("tabel T22b viser det gamle og det nye tal" in line for line in said)


@pytest.mark.slow
@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_everybody_is_told_what_moved_and_not_why(store: Store, tmp_path: Path) -> None:
    """T22 of a public edition has no cause in any of its files; that of an internal one has."""
    first_reports(store)
    issue(store, tmp_path / "first")
    moved_reports(store)
    issue(store, tmp_path / "moved")
    write(store, tmp_path / "own", internal=True, edition=2)
    public, own = (
        [sheet for sheet in read_folder(folder) if sheet.name == "T22"]
        for folder in (tmp_path / "moved", inside(tmp_path / "own"))
    )
    assert len(public) >= 3
    assert own
    assert [sheet.file for sheet in public if has_cause(sheet)] == []
    assert [sheet.file for sheet in own if not has_cause(sheet)] == []


def has_cause(sheet: Sheet) -> bool:
    """Return whether a sheet says anywhere what happened to the reports, or has a place for it."""
    said = "\n".join(cell for row in sheet.rows for cell in row).casefold()
    return any(word in said for word in ("årsag", "aarsag", "sen indberetning", "sene indb"))
