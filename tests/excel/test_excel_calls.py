"""How often Excel is asked: each call crosses to another program, so it must not grow with rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from fpsheet.excel.cell_union import join_cells
from fpsheet_templates.load import load_form
from tests.support.desk import make_workbook
from tests.support.excel_api import LIMIT, read_areas
from tests.support.excel_calls import counted
from tests.support.excel_case import Case, fills, notes, opened

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.desk import Row

FAULTS = 12
"""Rows that end before they start."""

MOST_NOTES = 500
"""Comments on one sheet."""

PER_NOTE = 10
"""Asked of Excel for each comment at most: the cell, whether it has one, the comment, its size."""


def workbook(rows: int, faults: int = FAULTS) -> bytes:
    """Return a workbook with so many forløb, the first of which end before they start."""
    cases: list[Row] = []
    for number in range(rows):
        start = date(2026, 1, 1) - timedelta(days=40 * (number // 4))
        end = start + timedelta(days=-5 if number < faults else 9)
        cases.append(
            {
                "cpr": f"{61 + number % 4}01801234",
                "forloeb_type": "andet",
                "start_dato": start,
                "slut_dato": end,
                "resultat": "afbrudt_andet",
            }
        )
    citizens: list[Row] = [
        {"cpr": f"{day}01801234", "sagsbehandler": "ABC", "pensionist_foer_reform": "nej"}
        for day in range(61, 65)
    ]
    return make_workbook(load_form(), {"borger": citizens, "forloeb": cases})


def asked(case: Case, *arguments: str) -> int:
    """Run a command and return how often Excel was asked."""
    with counted() as calls:
        assert case.run(*arguments) < 2
    return calls.count


def asked_of(folder: Path, rows: int) -> dict[str, int]:
    """Return how often each step asks Excel, for a workbook with so many rows."""
    folder.mkdir()
    with opened(folder, workbook(rows)) as case:
        found = {
            "validate": asked(case),
            "next": asked(case, "next"),
            "validate again": asked(case),
        }
        case.book.save()
        return found | {"preview": asked(case, "preview"), "submit": asked(case, "submit")}


@pytest.mark.slow
def test_more_rows_are_no_more_calls(tmp_path: Path) -> None:
    """Ten times the rows with the same faults: every step asks Excel as often as before."""
    assert asked_of(tmp_path / "many", 400) == asked_of(tmp_path / "few", 40)


@pytest.mark.slow
def test_a_fault_costs_its_comment_and_nothing_else(tmp_path: Path) -> None:
    """Marks, links and fields of the list are written for all faults at once."""
    calls = []
    for faults in (20, 120):
        folder = tmp_path / str(faults)
        folder.mkdir()
        with opened(folder, workbook(200, faults)) as case:
            calls.append(asked(case))
            assert sum(tab == "Forløb" for tab, _, _ in fills(case.sheets)) == faults
    assert calls[1] - calls[0] <= 100 * PER_NOTE


@pytest.mark.slow
def test_faults_beyond_the_comments_are_marked_and_listed(tmp_path: Path) -> None:
    """Comments end at 500 on one sheet; colours and the list hold every fault."""
    with opened(tmp_path, workbook(MOST_NOTES + 40, MOST_NOTES + 40)) as case:
        calls = asked(case)
        assert sum(tab == "Forløb" for tab, _, _ in fills(case.sheets)) == MOST_NOTES + 40
        assert sum(tab == "Forløb" for tab, _ in notes(case.sheets)) == MOST_NOTES
        codes = [row[10] for row in case.sheets["Fejlliste"].iter_rows(values_only=True)]
        assert codes.count("FOR-001") == MOST_NOTES + 40
    assert calls < (MOST_NOTES + 60) * PER_NOTE


@pytest.mark.parametrize("step", [1, 2])
def test_addresses_hold_every_cell_once(step: int) -> None:
    """Cells in a row below each other are one area; none is lost, and Excel takes each address."""
    cells = [f"{letter}{row}" for letter in ("AA", "D", "B") for row in range(4, 900, step)]
    addresses = list(join_cells(reversed(cells)))
    assert max(map(len, addresses)) <= LIMIT
    assert len(addresses) == 1 or step > 1
    covered = [
        (area.column, row)
        for address in addresses
        for area in read_areas(address)
        for row in range(area.row, area.last_row + 1)
    ]
    assert len(covered) == len(set(covered)) == len(cells)
