"""The check finds every planted fault of the demo country at its cell, and little else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from fpsheet.checking.check_file import Question
from fpsheet.demo.country import DEMO_DAY, invent_country
from fpsheet.demo.run import DemoPlaces, need_all
from fpsheet.demo.scale import SMALL
from fpsheet.kommune.steps import check_files
from fpsheet.progress import Silent
from fpsheet.workbook.sheet_layout import FIRST_ROW
from fpsheet_templates.errors import OutsideError
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet.checking.verdict import Verdict
    from fpsheet.demo.country import DemoWorkbook

FORM = load_form()
REPLACEMENT_NUMBER = "CPR-005"
"""Said of every citizen of the demo: their numbers belong to nobody."""


@pytest.fixture(scope="module")
def judged(demo_folder: Path) -> list[tuple[DemoWorkbook, Verdict]]:
    """Every workbook of the small country, checked."""
    books = list(invent_country(FORM, scale=SMALL, seed=1))
    workbooks = DemoPlaces(demo_folder).workbooks
    paths = [workbooks / f"{book.kommune_kode}-2026.xlsx" for book in books]
    verdicts = check_files(paths, Question(FORM, DEMO_DAY), Silent())
    return list(zip(books, verdicts, strict=True))


def test_a_workbook_that_was_not_read_in_time_is_named() -> None:
    """On a busy computer one may be left behind: the demo says so, and does not go on without."""
    need_all(["955", "957"], {"955", "957"}, "da")
    with pytest.raises(OutsideError, match=r"957 blev ikke læst færdig i tide") as raised:
        need_all(["957", "955"], {"955"}, "da")
    assert "kør fpsheet demo igen" in str(raised.value.remedy)


def test_every_planted_fault_is_found(judged: list[tuple[DemoWorkbook, Verdict]]) -> None:
    """Each planted fault gives its code at its cell."""
    found = 0
    for book, verdict in judged:
        given = {(finding.code, finding.sheet, finding.cell) for finding in verdict.findings}
        for planted in book.planted:
            assert verdict.check is not None
            letter = verdict.check.raw.sheets[planted.sheet].columns[planted.field]
            cell = f"{letter}{FIRST_ROW + planted.index}"
            assert (planted.code, planted.sheet, cell) in given
            found += 1
    assert found > 80


def test_sound_cases_have_no_errors(judged: list[tuple[DemoWorkbook, Verdict]]) -> None:
    """There is no FEJL but those planted, and few warnings beside them."""
    others: Counter[str] = Counter()
    for book, verdict in judged:
        planted = Counter(fault.code for fault in book.planted)
        given = Counter(finding.code for finding in verdict.findings)
        others += given - planted
    errors = {code for code in others if FORM.rule(code).severity is Severity.FEJL}
    assert errors == set()
    del others[REPLACEMENT_NUMBER]
    assert sum(others.values()) < 100


def test_control_totals(judged: list[tuple[DemoWorkbook, Verdict]]) -> None:
    """Every row that was typed is read, and rows in the file are read, blank or unreadable."""
    for book, verdict in judged:
        totals = verdict.totals
        assert totals.read == book.row_count
        assert totals.xml == totals.read + totals.blank + totals.quarantined


def test_a_sound_kommune_is_accepted(judged: list[tuple[DemoWorkbook, Verdict]]) -> None:
    """The kommune without planted faults is accepted, and so is the nil return."""
    accepted = {book.kommune_kode for book, verdict in judged if verdict.accepted}
    assert accepted == {"825", "959"}
