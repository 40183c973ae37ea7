"""The live status of the workbook and the findings of the check name the same first fault.

More than 20,000 rows over all sheets, clean and dirty, Greenlandic and Danish, are recalculated
by LibreOffice and read and checked by the program. Not seen by a worksheet, so not among them:
formulas in entry cells (ISFORMULA is younger than Excel 2010) and merged cells.

Two faults need more than the row: a citizen who is not on the sheet of citizens, and one who is
there twice. The check tells of a stranger once, so these are found here by a search of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from openpyxl.utils import get_column_letter

from fpsheet.intake.limits import Limits
from fpsheet.intake.plan import make_plan
from fpsheet.intake.reading import read_bytes
from fpsheet.workbook.build import build_workbook
from fpsheet.workbook.row_fault import fault_key
from fpsheet.workbook.sheet_layout import FIRST_ROW, IDENTITY_ROW
from fpsheet.workbook.style import date_serial
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import RuleLevel
from fpsheet_validation.check import check_workbook
from fpsheet_validation.rules.fault_order import fault_place, status_rules
from tests.support.aimed_rows import aimed_row
from tests.support.dirty_rows import Setting, dirty_row, plant_cpr
from tests.support.dirty_workbook import fill_dirty
from tests.support.first_fault import first_fault

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_templates.form import Form
    from fpsheet_templates.rule import Rule
    from fpsheet_validation.finding import Finding
    from fpsheet_validation.typed import Check
    from tests.support.libreoffice import LibreOffice

ISSUED: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
SIZES: Final = {
    "borger": 1400,
    "forloeb": 2300,
    "vurdering": 1000,
    "job": 1300,
    "afgoerelse": 2700,
    "indkomst": 900,
    "overdragelse": 500,
}

AIMED: Final = 90
"""Rows aimed at each row rule."""

FEW: Final = 10
"""Rows at least that a number in a text must be found in."""

KNOWN: Final = 0.95
"""Share of the rows whose citizen is on the sheet of citizens."""


@pytest.mark.lo
@pytest.mark.slow
@pytest.mark.parametrize(
    ("kommune", "language", "today", "hidden"),
    [
        ("956", "da", date(2040, 3, 2), set()),
        # No level is a Danish one, which is a fault by itself; and in 2026 every CPR number that
        # belongs to nobody raises a doubt of its own before its row is looked at.
        # FOR-018 is of days from 1 July 2026 on, of which FOR-008 tells while they lie ahead.
        ("707", "en", date(2026, 7, 2), {"AFG-002", "AFG-003", "BOR-001"}),
    ],
)
def test_status_names_what_the_check_finds(
    libreoffice: LibreOffice,
    tmp_path: Path,
    kommune: str,
    language: str,
    today: date,
    hidden: set[str],
) -> None:
    """No row of 10,100 in each workbook has another first fault in the cell than in the check."""
    form = load_form()
    random = Random(f"{kommune}-{language}")
    jurisdiction = form.kommuner[kommune].jurisdiction
    setting = Setting(form, language, jurisdiction, today)
    rows = make_rows(random, setting)
    blank = build_workbook(
        form,
        kommune_kode=kommune,
        aar=2026,
        language=language,
        workbook_id="K7Q2M9XA",
        issued_at=ISSUED,
        rows={sheet_id: [{}] * size for sheet_id, size in SIZES.items()},
        premade=0,
    )
    data = fill_dirty(blank, form, rows, issued_at=ISSUED)
    expected = _expected(data, form, today=today)
    path = tmp_path / "status.xlsx"
    path.write_bytes(data)
    shown = _shown(libreoffice, path, form, today=today, language=language)
    wrong = [
        (place, shown[place], expected.get(place, ""), rows[place[0]][place[1] - FIRST_ROW])
        for place in shown
        if shown[place] != expected.get(place, "")
    ]
    assert not wrong[:5]
    reached = Counter(key.rsplit(" ", 1)[-1] for key in expected.values())
    unreached = {
        rule.code
        for rule in form.rules
        if rule.level is RuleLevel.ROW
        and jurisdiction in rule.jurisdictions
        and _is_in_force(form, rule, jurisdiction, today)
        and not reached[rule.code]
    }
    assert reached["FLT-026"] > FEW
    assert unreached <= hidden, "the rows must reach every rule, or the comparison says nothing"


def _is_in_force(form: Form, rule: Rule, jurisdiction: str, today: date) -> bool:
    """Return whether the law asks for a rule already: else no row of today can break it."""
    day = form.constants_in(jurisdiction).get(rule.valid_from)
    return not isinstance(day, date) or day <= today


def make_rows(random: Random, setting: Setting) -> dict[str, list[dict[str, object]]]:
    """Return the rows of every sheet: some aimed at each row rule, the rest at random."""
    form, rows = setting.form, {}
    for sheet in form.entry_sheets():
        rules = status_rules(form, sheet.id, setting.jurisdiction)
        aimed = [aimed_row(random, rule, setting) for rule in rules for _ in range(AIMED)]
        others = SIZES[sheet.id] - len(aimed)
        rows[sheet.id] = aimed + [dirty_row(random, sheet, setting) for _ in range(others)]
        of_its_own = Random(sheet.id)
        for row in of_its_own.sample(rows[sheet.id][len(aimed) :], k=others // 8):
            plant_cpr(of_its_own, sheet, row)
    citizens = [row["cpr"] for row in rows["borger"] if _is_plain(row["cpr"])]
    for sheet_id, own in rows.items():
        for row in own if sheet_id != "borger" else ():
            # Few strangers, or no other fault of theirs would show.
            if _is_plain(row["cpr"]) and random.random() < KNOWN:
                row["cpr"] = random.choice(citizens)
    return rows


def _is_plain(cell: object) -> bool:
    return isinstance(cell, str) and re.fullmatch(r"[0-9]{6}-?[0-9]{4}", cell) is not None


def _expected(data: bytes, form: Form, *, today: date) -> dict[tuple[str, int], str]:
    """Return what the check finds first in each row, as the status spells it."""
    plan = make_plan(form, expected_kommune=None, limits=Limits())
    raw = read_bytes(data, name="status.xlsx", plan=plan).raw
    assert raw is not None
    check = check_workbook(raw, form, today=today)
    by_row: dict[tuple[str, int], list[Finding]] = {}
    for finding in check.findings:
        by_row.setdefault((finding.sheet, finding.row), []).append(finding)
    beyond = _beyond_the_row(check)
    expected = {}
    for sheet_id, sheet in check.sheets.items():
        for row, annulled in sheet.frame.select("raekke", "annuller").iter_rows():
            fault = first_fault(by_row.get((sheet_id, row), []), form)
            wide = "" if annulled else beyond.get((sheet_id, row), "")
            place = fault_place(form, sheet_id, wide, "cpr") if wide else ()
            if wide and (fault is None or _place(form, fault) > place):
                key = wide
            elif fault is None:
                key = "annulleret" if annulled else "ok"
            elif form.rule(fault.code).level is RuleLevel.ROW:
                key = fault.code
            else:
                key = fault_key(sheet_id, fault.field, fault.code)
            expected[sheet_id, row] = key
    return expected


def _place(form: Form, fault: Finding) -> tuple[int, int, str]:
    return fault_place(form, fault.sheet, fault.code, fault.field)


def _beyond_the_row(check: Check) -> dict[tuple[str, int], str]:
    """Return the rows whose citizen is a stranger, or stands in an earlier row of Borgere."""
    rows = check.sheets["borger"].frame.select("raekke", "cpr", "tidligere_cpr", "annuller").rows()
    known = {number for _, *numbers, _ in rows for number in numbers}
    faults: dict[tuple[str, int], str] = {}
    seen = set()
    for row, cpr, _, annulled in rows:
        if cpr is not None and cpr in seen:
            faults["borger", row] = "ARB-002"
        if annulled is None:
            seen.add(cpr)
    for sheet_id, sheet in check.sheets.items():
        for row, cpr in sheet.frame.select("raekke", "cpr").iter_rows():
            if sheet_id != "borger" and cpr is not None and cpr not in known:
                faults[sheet_id, row] = "BRG-001"
    return faults


def _shown(
    libreoffice: LibreOffice, path: Path, form: Form, *, today: date, language: str
) -> dict[tuple[str, int], str]:
    """Return what the workbook itself finds first in each row, recalculated."""
    shown = {}
    with libreoffice.open(path) as document:
        document.cell(form.sheet_title("meta", language), "D1").setValue(date_serial(today))
        document.recalculate()
        for sheet in form.entry_sheets():
            title = form.sheet_title(sheet.id, language)
            (identities,) = document.values(title, f"A{IDENTITY_ROW}:AZ{IDENTITY_ROW}")
            letter = get_column_letter(1 + identities.index("#fund"))
            last = FIRST_ROW + SIZES[sheet.id] - 1
            cells = document.values(title, f"{letter}{FIRST_ROW}:{letter}{last}")
            for row, (value,) in enumerate(cells, start=FIRST_ROW):
                shown[sheet.id, row] = str(value)
    return shown
