"""Columns sorted alone (HIS-024), of every kind; and changes of a month that are none.

A sheet of 40 rows is sorted in one way after the other by Python's own sort, as a person would by
clicking: the whole column or a part, up or down, the visible rows, two columns together, with a
few rows edited or added beside. What must not be held is what people do in a month.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl
import pytest

from fpsheet_sync.database.record_columns import BORGER
from fpsheet_sync.merge.content import FILE_ID, ROW
from fpsheet_sync.merge.sorted_column import find_sorted
from tests.support.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable

LAYOUT: Final = SCHEMA.layouts["forloeb"]
COUNT: Final = 40
Rows = list[dict[str, object]]


def sheet() -> Rows:
    """Return rows in the order in which they were typed: by no column."""
    kinds = ("revurdering", "revalidering", "afklaringsforloeb", "arbejdsproevning")
    return [
        {
            BORGER: f"{(7 * number) % COUNT:032d}",
            "forloeb_type": kinds[(3 * number) % 4],
            "start_dato": date(2025, 1, 1) + timedelta(days=(11 * number) % COUNT),
            "slut_dato": date(2026, 1, 1) + timedelta(days=13 * number % COUNT)
            if number % 3
            else None,
            "timer_pr_uge": float((17 * number) % 30) if number % 2 else None,
            "journal_nr": f"24-{(23 * number) % COUNT:04d}",
        }
        for number in range(COUNT)
    ]


def frame(rows: Rows, ids: list[int] | None = None) -> pl.DataFrame:
    """Return rows as the merge has them."""
    numbers = range(len(rows)) if ids is None else ids
    full = [
        {ROW: place + 4, FILE_ID: f"K7Q2M9XA-F-{number:04d}", **row}
        for place, (number, row) in enumerate(zip(numbers, rows, strict=True))
    ]
    return pl.DataFrame(full, schema={ROW: pl.Int32(), FILE_ID: pl.String(), **LAYOUT.types})


def resort(*fields: str, among: Callable[[int], bool] = lambda _: True, down: bool = False) -> Rows:
    """Return the sheet with some columns sorted alone by the first of them; blanks come last."""
    rows = sheet()
    places = [place for place in range(COUNT) if among(place)]
    taken = [tuple(rows[place][field] for field in fields) for place in places]
    filled = sorted((t for t in taken if t[0] is not None), key=lambda t: str(t[0]), reverse=down)
    for place, values in zip(places, [*filled, *(t for t in taken if t[0] is None)], strict=True):
        rows[place] |= dict(zip(fields, values, strict=True))
    return rows


def edited(rows: Rows, **values: object) -> Rows:
    """Return rows of which the first two were edited beside."""
    return [{**row, **values} if place < 2 else row for place, row in enumerate(rows)]


SORTED: Final[dict[str, tuple[Rows, set[str]]]] = {
    "citizens": (resort(BORGER), {"cpr"}),
    "citizens, descending": (resort(BORGER, down=True), {"cpr"}),
    "citizens of the first four rows": (resort(BORGER, among=lambda n: n < 4, down=True), {"cpr"}),
    "citizens of the visible rows": (resort(BORGER, among=lambda n: n % 3 == 1), {"cpr"}),
    "dates": (resort("start_dato"), {"start_dato"}),
    "dates, descending": (resort("start_dato", down=True), {"start_dato"}),
    "dates of ten rows": (resort("start_dato", among=lambda n: 5 <= n < 15), {"start_dato"}),
    "dates with blanks": (resort("slut_dato"), {"slut_dato"}),
    "journal numbers": (resort("journal_nr"), {"journal_nr"}),
    "journal numbers of the visible": (
        resort("journal_nr", among=lambda n: n % 2 == 0),
        {"journal_nr"},
    ),
    "numbers with blanks": (resort("timer_pr_uge", down=True), {"timer_pr_uge"}),
    "codes": (resort("forloeb_type"), {"forloeb_type"}),
    "two columns together": (resort(BORGER, "journal_nr"), {"cpr", "journal_nr"}),
    "dates, and two rows edited beside": (
        edited(resort("start_dato"), resultat="afbrudt"),
        {"start_dato"},
    ),
}


@pytest.mark.parametrize("kind", SORTED)
def test_a_column_sorted_alone_is_found(kind: str) -> None:
    """Whichever column it is, and however little of it was sorted; it is named."""
    rows, fields = SORTED[kind]
    found = find_sorted(LAYOUT, frame(rows), frame(sheet()))
    assert found is not None
    assert set(found.fields) == fields
    changed = sum(now != then for now, then in zip(rows, sheet(), strict=True))
    assert changed - 2 <= found.moved <= changed
    assert found.rows == COUNT


def test_a_column_of_a_small_sheet_is_found() -> None:
    """Three rows are sorted with two of them changing places: citizens are held."""
    rows = sheet()[:3]
    before = frame(rows)
    rows[0][BORGER], rows[2][BORGER] = rows[2][BORGER], rows[0][BORGER]
    assert find_sorted(LAYOUT, frame(rows), before) is not None


def test_a_column_sorted_with_new_rows_below_is_found() -> None:
    """Rows that were added in the same month were sorted along."""
    more = [{**row, BORGER: f"9{number:031d}"} for number, row in enumerate(sheet()[:3])]
    rows = [*sheet(), *more]
    citizens = sorted((str(row[BORGER]) for row in rows), reverse=True)
    for row, citizen in zip(rows, citizens, strict=True):
        row[BORGER] = citizen
    found = find_sorted(LAYOUT, frame(rows), frame(sheet()))
    assert found is not None
    assert list(found.fields) == ["cpr"]


def whole_rows() -> Rows:
    """Return rows that were sorted with all that is in them, but for the row id."""
    return sorted(sheet(), key=lambda row: str(row["start_dato"]))


def closed() -> Rows:
    """Return rows of which many ended in the same month."""
    rows = sheet()
    for number, row in enumerate(rows):
        row["slut_dato"] = row["slut_dato"] or date(2026, 3, 1 + number % 4)
        row["resultat"] = "afbrudt"
    return rows


def exchanged_codes() -> Rows:
    """Return rows of which some went from one kind to another and others the other way."""
    rows = sheet()
    for row in rows[10:22]:
        kinds = {"revurdering": "revalidering", "revalidering": "revurdering"}
        row["forloeb_type"] = kinds.get(str(row["forloeb_type"]), row["forloeb_type"])
    return rows


def two_corrected() -> Rows:
    """Return rows of which two had each other's journal number."""
    rows = sheet()
    rows[3]["journal_nr"], rows[9]["journal_nr"] = rows[9]["journal_nr"], rows[3]["journal_nr"]
    return rows


def moved_dates() -> Rows:
    """Return rows whose dates are all a week later, most of them another row's date before."""
    rows = sheet()
    for row in rows:
        assert isinstance(row["start_dato"], date)
        row["start_dato"] += timedelta(days=7)
    return rows


def new_numbers() -> Rows:
    """Return rows whose citizens all got new numbers."""
    return [{**row, BORGER: f"8{number:031d}"} for number, row in enumerate(sheet())]


@pytest.mark.parametrize(
    "make", [sheet, whole_rows, closed, exchanged_codes, two_corrected, moved_dates, new_numbers]
)
def test_what_people_do_in_a_month_is_no_sorted_column(make: Callable[[], Rows]) -> None:
    """Rows sorted whole, ended, corrected, moved, or under new numbers."""
    assert find_sorted(LAYOUT, frame(make()), frame(sheet())) is None


def test_a_table_sorted_with_its_ids_is_no_sorted_column() -> None:
    """Rows that moved with their ids say what they said."""
    order = sorted(range(COUNT), key=lambda number: str(sheet()[number]["start_dato"]))
    rows = [sheet()[number] for number in order]
    assert find_sorted(LAYOUT, frame(rows, order), frame(sheet())) is None
