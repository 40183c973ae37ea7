"""Checking any workbook: it ends, leaks nothing, and depends on nothing but the rows."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpsheet_templates.form import FieldType
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.cells.cell import judge_cell
from fpsheet_validation.cells.parse import parse_sheet
from fpsheet_validation.check import check_workbook
from fpsheet_validation.raw import CellKind
from fpsheet_validation.setting import read_setting
from tests.support.rows import FIRST_ROW, make_raw_sheet, make_raw_workbook

if TYPE_CHECKING:
    from fpsheet_templates.form import Field, Sheet
    from fpsheet_validation.finding import Finding
    from fpsheet_validation.raw import RawSheet, RawWorkbook

FORM = load_form()
TODAY = date(2026, 3, 2)
MARK = "Qzx9417"
"""Stands in cells; no sentence of ours has it."""
MARKED_CPR = "6302769417"
MARKED = 0.05
MISSING = 0.05

CITIZENS = ("710776-0001", "710776-0002", "6302769417", "630276-941", "8902000001")
COMMON = (None, None, "", "  ", MARK, "-1", "0", "12.5", "40", "46027", "1e999", "2026-01-05")
BY_TYPE = {
    FieldType.CPR: (*CITIZENS, *COMMON),
    FieldType.DATE: (
        "2026-01-05 00:00:00",
        "2025-06-01 00:00:00",
        "2026-13-05 00:00:00",
        "2016-06-30 00:00:00",
        "2026-01-05 12:00:00",
        "05-01-2026",
        "1999-01-01 00:00:00",
        "2030-01-01 00:00:00",
        *COMMON,
    ),
    FieldType.INTEGER: ("20", "60", "100", *COMMON),
    FieldType.DECIMAL: ("20", "37.5", *COMMON),
    FieldType.TEXT: ("AB", "journal 1", MARK * 80, *COMMON),
}


def choices(field: Field) -> list[str | None]:
    """Return what may stand in a cell of a field, right and wrong."""
    if field.codes:
        codes = FORM.code_lists[field.codes].codes[:12]
        return [*(code.label("da") for code in codes), *(code.id for code in codes), *COMMON]
    return list(BY_TYPE[field.type])


CHOICES = {
    (sheet.id, field.id): choices(field)
    for sheet in FORM.entry_sheets()
    for field in sheet.entry_fields()
}
seeds = st.integers(0, 2**32)


def make_sheet(chance: random.Random, sheet_id: str) -> RawSheet:
    """Return a sheet of some rows with all sorts of cells, marked in all sorts of ways."""
    fields = [field.id for field in FORM.sheet(sheet_id).entry_fields()]
    records = [
        {field: chance.choice(CHOICES[sheet_id, field]) for field in fields}
        for _ in range(chance.randint(0, 4))
    ]
    missing = (chance.choice(fields),) if chance.random() < MISSING else ()
    kinds = {
        (FIRST_ROW + row, field): frozenset(chance.choices(list(CellKind), k=2))
        for row in range(len(records))
        for field in fields
        if chance.random() < MARKED and field not in missing
    }
    return make_raw_sheet(FORM, sheet_id, records, kinds=kinds, missing=missing)


def make_workbook(seed: int) -> RawWorkbook:
    """Return a workbook of either country, whole or not, sensible or not.

    Seeds, because drawing six hundred cells one by one would take Hypothesis longer than the test.
    """
    chance = random.Random(seed)
    made = [make_sheet(chance, sheet.id) for sheet in FORM.entry_sheets()]
    kommune = chance.choice(["956", "956", "707", "958", "", "000"])
    meta = {"kommune_kode": kommune, "aar": chance.choice(["2026", "2025", "", "x"])}
    nil = chance.choice([None, "Ja", "Nej", MARK])
    return make_raw_workbook(FORM, made, meta=meta, cover={"ingen_sager": (nil, "C6")})


def told(finding: Finding) -> str:
    """Return everything a finding can tell anybody."""
    said = [
        part(SpokenForm(FORM, language))
        for part in (finding.message, finding.remedy)
        for language in FORM.texts.languages()
    ]
    return json.dumps([asdict(finding), *said], ensure_ascii=False)


@pytest.mark.slow
@settings(max_examples=60)
@given(seeds)
def test_no_finding_holds_a_value_and_each_stands_at_a_cell_that_exists(seed: int) -> None:
    """Whatever stands in the cells, it is judged, told without its value, and at its place."""
    raw = make_workbook(seed)
    check = check_workbook(raw, FORM, today=TODAY)
    for finding in check.findings:
        text = told(finding)
        assert MARK not in text
        assert MARKED_CPR not in text
        assert MARKED_CPR[:6] not in text
        if finding.sheet in raw.sheets:
            sheet = raw.sheets[finding.sheet]
            assert not finding.row or finding.row in sheet.frame["raekke"].to_list()
            assert not finding.field or finding.column == sheet.columns[finding.field]


@pytest.mark.slow
@settings(max_examples=40)
@given(seeds)
def test_the_order_of_the_rows_changes_nothing_but_which_is_called_the_second(seed: int) -> None:
    """Rules see rows, not their order: the same codes strike the same number of times."""
    raw = make_workbook(seed)
    chance = random.Random(seed)
    again = {sheet_id: _reordered(sheet, chance) for sheet_id, sheet in raw.sheets.items()}
    checks = [check_workbook(book, FORM, today=TODAY) for book in (raw, replace(raw, sheets=again))]
    first, second = ([f.code for f in c.findings if f.severity == "FEJL"] for c in checks)
    assert sorted(first) == sorted(second)
    assert checks[0].accepted == checks[1].accepted
    assert checks[0].not_run == checks[1].not_run


@pytest.mark.slow
@settings(max_examples=20)
@given(seeds)
def test_the_same_workbook_has_the_same_check(seed: int) -> None:
    """A check is a function of the workbook, the form and the day."""
    raw = make_workbook(seed)
    first, second = (check_workbook(raw, FORM, today=TODAY) for _ in range(2))
    assert first.findings == second.findings
    assert first.blocked == second.blocked


def _reordered(sheet: RawSheet, chance: random.Random) -> RawSheet:
    """Return the same rows in another order, numbered from the top again."""
    places = list(range(sheet.frame.height))
    chance.shuffle(places)
    numbers = sheet.frame["raekke"]
    to = dict(zip(numbers.gather(places).to_list(), numbers.to_list(), strict=True))
    frame = sheet.frame[places].with_columns(numbers) if places else sheet.frame
    kinds = {(to[row], field): kind for (row, field), kind in sheet.kinds.items()}
    return replace(sheet, frame=frame, kinds=kinds)


@given(st.sampled_from(FORM.entry_sheets()), st.data())
def test_the_quick_pass_reads_what_a_cell_by_itself_is_read_as(
    layout: Sheet, data: st.DataObject
) -> None:
    """A column read at once and its cells judged one by one agree on every value and code."""
    field = data.draw(st.sampled_from(layout.entry_fields()))
    digits = st.text("0123456789-. :", max_size=21)
    texts = data.draw(
        st.lists(st.sampled_from(CHOICES[layout.id, field.id]) | digits, min_size=1, max_size=8)
    )
    raw_sheet = make_raw_sheet(FORM, layout.id, [{field.id: text} for text in texts])
    raw = make_raw_workbook(FORM, [raw_sheet])
    parsed = parse_sheet(raw_sheet, read_setting(raw, FORM, today=TODAY))
    codes = FORM.code_lists[field.codes].by_entry("da") if field.codes else {}
    verdicts = [
        judge_cell(text, frozenset(), field, entries=codes, date1904=False) for text in texts
    ]
    assert parsed.typed.frame[field.id].to_list() == [verdict.value for verdict in verdicts]
    struck = {(hit.row, hit.code) for hit in parsed.hits if hit.field == field.id}
    expected = {(FIRST_ROW + n, verdict.code) for n, verdict in enumerate(verdicts) if verdict.code}
    in_annulled = {row for row, code in struck if code == "FLT-029"}
    assert {(row, code) for row, code in struck if code != "FLT-029"} == {
        (row, code) for row, code in expected if row not in in_annulled
    }
    unreadable = pl.Series([FIRST_ROW + n for n, v in enumerate(verdicts) if v.is_unreadable])
    own = parsed.typed.unreadable.filter(pl.col("field") == field.id)["raekke"]
    assert own.to_list() == unreadable.to_list()
