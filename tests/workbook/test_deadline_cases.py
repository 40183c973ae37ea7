"""The cases worked by hand of who has the pension, through the Huskeliste and BRG-018.

A pensioner is assessed every fifth year. Six years after the last decision of a case the list and
the rule remind of exactly those citizens who have the pension then, by the one definition that the
tables use. All days of a case are moved, so that its sixth year ends on one day for all.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from fpsheet.intake.reader import NamedBytes, read_file
from fpsheet_templates.load import load_form
from fpsheet_validation.check import check_workbook
from tests.support.desk import make_workbook, reading_process
from tests.support.issued import issue
from tests.support.naive_views import reminders
from tests.sync.statistics.facts.test_pension_cases import CASES, pension_on, read_case
from tests.workbook.test_views_naive import Views

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.country import Record
    from tests.support.libreoffice import LibreOffice

TODAY = date(2036, 3, 2)
SIX_YEARS = timedelta(days=6 * 366)
Book = dict[str, list[dict[str, Any]]]


def known_by(records: dict[str, list[Record]], day: date) -> dict[str, list[Record]]:
    """Return the rows of a case that a caseworker has on a day."""

    def is_known(row: Record) -> bool:
        made = row.get("afgoerelse_dato") or row.get("dato")
        return not isinstance(made, date) or made <= day

    return {sheet: [row for row in own if is_known(row)] for sheet, own in records.items()}


def cases() -> dict[str, tuple[str, dict[str, list[Record]], date]]:
    """Return a CPR number of nobody → name, rows and the day six years later, once each."""
    found: dict[str, tuple[str, dict[str, list[Record]], date]] = {}
    seen = set()
    for name, (lines, days) in CASES.items():
        if any(line.split()[0] != "956" for line in lines.splitlines()):
            continue  # a workbook is one kommune's
        seen_on = [date.fromisoformat(each.split()[0]) for each in days.split(" | ")]
        for day in (*seen_on, date.max):
            rows = known_by(read_case(lines), day)
            told = [v for own in rows.values() for row in own for v in row.values()]
            last = max((v for v in told if isinstance(v, date)), default=date(2026, 1, 1))
            if repr((name, rows)) not in seen:
                seen.add(repr((name, rows)))
                found[f"610180{4000 + len(found)}"] = (name, rows, last + SIX_YEARS)
    return found


EVERY = cases()


def moved(row: Record, cpr: str, by: timedelta) -> dict[str, Any]:
    """Return a row of a citizen with its days moved."""
    days = {k: v + by if isinstance(v, date) else v for k, v in row.items()}
    return {"cpr": cpr} | {k: v for k, v in days.items() if k not in {"kommune_kode", "borger"}}


@pytest.fixture(scope="module")
def book() -> Book:
    """Return the rows of one workbook with every case, each a citizen of its own."""
    rows: Book = {"borger": [], "afgoerelse": [], "overdragelse": []}
    for cpr, (_, records, day) in EVERY.items():
        before = "ja" if records["borger"] else "nej"
        rows["borger"].append({"cpr": cpr, "pensionist_foer_reform": before, "sagsbehandler": "ab"})
        for sheet in ("afgoerelse", "overdragelse"):
            rows[sheet] += [moved(row, cpr, TODAY - day) for row in records[sheet]]
    for row in rows["afgoerelse"]:
        row |= {"instans": "kommunalbestyrelse", "foreliggende_grundlag": None}
        if row["afgoerelse"] == "tilkendelse":  # the form asks for it; it means the same
            row["virkning_dato"] = row["virkning_dato"] or row["afgoerelse_dato"]
        if row["afgoerelse"] == "udsaettelse":
            row["foreliggende_grundlag"] = "ja"
    return rows


@pytest.fixture(scope="module")
def pensioners() -> set[str]:
    """Return who has the pension, by the one definition, in the kommune of the workbook."""
    found = {cpr: pension_on(records, day, "GL") for cpr, (_, records, day) in EVERY.items()}
    return {cpr for cpr, pension in found.items() if pension.startswith("956 ")}


def names(cprs: set[str]) -> set[str]:
    """Return the names of cases."""
    return {EVERY[cpr][0] for cpr in cprs}


def test_there_are_pensioners_and_others(pensioners: set[str]) -> None:
    """S1 and S7 have it, S2, S3 and S5 have not, at the end of their case."""
    ends = {name: cpr in pensioners for cpr, (name, _, _) in EVERY.items()}
    told = {name.split(":")[0]: has for name, has in ends.items() if name[:1] == "S"}
    assert {"S1": True, "S2": False, "S3": False, "S4": True, "S5": False, "S7": True}.items() <= (
        told.items()
    )


def test_the_second_list_reminds_of_pensioners_alone(book: Book, pensioners: set[str]) -> None:
    """Worked out in words, as the formulas are held against as well."""
    due = reminders(book, today=TODAY, jurisdiction="GL")
    found = {one.cpr for one in due if one.kind == "revurdering" and one.day < TODAY}
    assert names(found ^ pensioners) == set()


def test_the_rule_reminds_of_pensioners_alone(book: Book, pensioners: set[str]) -> None:
    """BRG-018, in a check of the whole workbook."""
    form = load_form()
    content = make_workbook(form, book)
    reading = read_file(NamedBytes("956.xlsx", content), form=form, process=reading_process())
    assert reading.raw is not None
    check = check_workbook(reading.raw, form, today=TODAY)
    lines = {one.row for one in check.findings if one.code == "BRG-018"}
    found = {row["cpr"] for number, row in enumerate(book["borger"], start=4) if number in lines}
    assert names(found ^ pensioners) == set()


@pytest.mark.lo
def test_the_huskeliste_reminds_of_pensioners_alone(
    libreoffice: LibreOffice, tmp_path: Path, book: Book, pensioners: set[str]
) -> None:
    """The sheet itself, recalculated."""
    path = tmp_path / "frister.xlsx"
    path.write_bytes(issue(book))
    form = load_form()
    label = form.texts.get("workbook.frist.revurdering", "da")
    with libreoffice.open(path) as document:
        shown = Views(document, form, "da").reminders(TODAY, 0)
    found = {str(line[2]).replace("-", "") for line in shown if line[1] == label}
    assert names(found ^ pensioners) == set()
