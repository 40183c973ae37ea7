"""A single cell: what it holds or why it cannot be read.

FLT-002 to FLT-013, FLT-015, FLT-020 to FLT-024, CPR-001 to CPR-003.
"""

from __future__ import annotations

from datetime import date

import pytest

from fpsheet_templates.form import Field, FieldType
from fpsheet_validation.cells.cell import CellVerdict, judge_cell
from fpsheet_validation.raw import CellKind

NOTHING = frozenset[CellKind]()
TEXT = frozenset({CellKind.TEXT})
NUMBER = frozenset({CellKind.NUMBER})
ENTRIES = {"ja": "ja", "nej": "nej", "ændret": "aendring"}


def judge(
    text: str | None, kinds: frozenset[CellKind], kind: FieldType, *, date1904: bool = False
) -> tuple[object, str]:
    """Return value and code of a cell."""
    verdict = judge_cell(text, kinds, Field("felt", kind), entries=ENTRIES, date1904=date1904)
    return verdict.value, verdict.code


@pytest.mark.parametrize(
    ("text", "kinds", "expected"),
    [
        ("2026-01-05 00:00:00", NOTHING, (date(2026, 1, 5), "")),
        ("2026-01-05 08:30:00", NOTHING, (None, "FLT-007")),
        ("2026-13-01 00:00:00", NOTHING, (None, "FLT-009")),
        ("1899-12-31 08:15:00", NOTHING, (None, "FLT-007")),
        ("46027", NOTHING, (date(2026, 1, 5), "FLT-022")),
        ("46027.5", NOTHING, (None, "FLT-007")),
        ("1", NOTHING, (date(1900, 1, 1), "FLT-022")),
        ("59", NOTHING, (date(1900, 2, 28), "FLT-022")),
        ("60", NOTHING, (None, "FLT-006")),
        ("61", NOTHING, (date(1900, 3, 1), "FLT-022")),
        ("2958465", NOTHING, (date(9999, 12, 31), "FLT-022")),
        ("2958466", NOTHING, (None, "FLT-006")),
        ("0", NOTHING, (None, "FLT-006")),
        ("-1", NOTHING, (None, "FLT-006")),
        ("1e999", NOTHING, (None, "FLT-006")),
        ("46027", TEXT, (None, "FLT-006")),
        ("5-1-2026", TEXT, (date(2026, 1, 5), "FLT-021")),
        ("05.01.2026", TEXT, (date(2026, 1, 5), "FLT-021")),
        ("05/01-2026", TEXT, (date(2026, 1, 5), "FLT-021")),
        (" 05-01-2026 ", TEXT, (date(2026, 1, 5), "FLT-021")),
        ("2026-01-05", TEXT, (date(2026, 1, 5), "FLT-021")),
        ("2026-1-5", TEXT, (None, "FLT-006")),
        ("2026-01-05 00:00:00", TEXT, (None, "FLT-007")),
        ("05-01-26", TEXT, (None, "FLT-008")),
        ("31-02-2026", TEXT, (None, "FLT-009")),
        ("29-02-2024", TEXT, (date(2024, 2, 29), "FLT-021")),
        ("01-13-2026", TEXT, (None, "FLT-009")),
        ("01-01-1899", TEXT, (None, "FLT-009")),
        ("١-١-٢٠٢٦", TEXT, (None, "FLT-006")),
        ("i går", TEXT, (None, "FLT-006")),
        ("2026-02-01 00:00:00.000", NOTHING, (date(2026, 2, 1), "")),
        ("2026-02-01 00:00:00.003", NOTHING, (date(2026, 2, 1), "")),
        ("2026-01-31 23:59:59.998", NOTHING, (date(2026, 2, 1), "")),
        ("2026-02-01 00:00:02", NOTHING, (None, "FLT-007")),
        ("2026-02-30 00:00:00.000", NOTHING, (None, "FLT-009")),
        ("9999-12-31 23:59:59.9", NOTHING, (None, "FLT-006")),
        ("46054.00000001", NOTHING, (date(2026, 2, 1), "FLT-022")),
        ("46053.99999999", NOTHING, (date(2026, 2, 1), "FLT-022")),
        ("46054.0001", NOTHING, (None, "FLT-007")),
    ],
)
def test_dates(text: str, kinds: frozenset[CellKind], expected: tuple[object, str]) -> None:
    """A date cell, a serial number and two spellings are read; the rest says what is wrong."""
    assert judge(text, kinds, FieldType.DATE) == expected


def test_serial_numbers_of_a_1904_workbook() -> None:
    """In a workbook that counts from 1904 day 0 is 1 January 1904, and there is no false day."""
    assert judge("0", NOTHING, FieldType.DATE, date1904=True) == (date(1904, 1, 1), "FLT-022")
    assert judge("60", NOTHING, FieldType.DATE, date1904=True) == (date(1904, 3, 1), "FLT-022")
    assert judge("-1", NOTHING, FieldType.DATE, date1904=True) == (None, "FLT-006")
    assert judge("2958465", NOTHING, FieldType.DATE, date1904=True) == (None, "FLT-006")


@pytest.mark.parametrize(
    ("text", "kinds", "kind", "expected"),
    [
        ("40", NOTHING, FieldType.INTEGER, (40, "")),
        ("40.0", NOTHING, FieldType.INTEGER, (40, "")),
        ("1e2", NOTHING, FieldType.INTEGER, (100, "")),
        ("40.5", NOTHING, FieldType.INTEGER, (None, "FLT-011")),
        ("40", TEXT, FieldType.INTEGER, (40, "FLT-034")),
        ("040", TEXT, FieldType.INTEGER, (40, "FLT-034")),
        ("40,0", TEXT, FieldType.INTEGER, (40, "FLT-034")),
        ("40,5", TEXT, FieldType.INTEGER, (None, "FLT-011")),
        ("1.234", TEXT, FieldType.INTEGER, (None, "FLT-010")),
        ("-4", TEXT, FieldType.INTEGER, (None, "FLT-010")),
        ("40 %", TEXT, FieldType.INTEGER, (None, "FLT-010")),
        ("1e2", TEXT, FieldType.INTEGER, (None, "FLT-010")),
        ("٤٠", TEXT, FieldType.INTEGER, (None, "FLT-010")),
        ("12.5", TEXT, FieldType.DECIMAL, (12.5, "FLT-034")),
        ("12,50", TEXT, FieldType.DECIMAL, (12.5, "FLT-034")),
        ("12,55", TEXT, FieldType.DECIMAL, (None, "FLT-012")),
        ("12,", TEXT, FieldType.DECIMAL, (None, "FLT-010")),
        ("fyrre", TEXT, FieldType.INTEGER, (None, "FLT-010")),
        ("2026-01-05 00:00:00", NOTHING, FieldType.INTEGER, (None, "FLT-010")),
        ("99999999999", NOTHING, FieldType.INTEGER, (None, "FLT-013")),
        ("12.5", NOTHING, FieldType.DECIMAL, (12.5, "")),
        ("0.30000000000000004", NOTHING, FieldType.DECIMAL, (0.30000000000000004, "")),
        ("12.55", NOTHING, FieldType.DECIMAL, (None, "FLT-012")),
        ("12,5", TEXT, FieldType.DECIMAL, (12.5, "FLT-034")),
        ("nan", NOTHING, FieldType.DECIMAL, (None, "FLT-010")),
        ("inf", NOTHING, FieldType.DECIMAL, (None, "FLT-010")),
        ("1e999", NOTHING, FieldType.DECIMAL, (None, "FLT-013")),
        ("7107760001", NOTHING, FieldType.CPR, ("7107760001", "")),
        ("710776-0001", NOTHING, FieldType.CPR, ("7107760001", "")),
        ("710776\u20130001", NOTHING, FieldType.CPR, ("7107760001", "FLT-020")),
        ("710776\u20140001", NOTHING, FieldType.CPR, ("7107760001", "FLT-020")),
        ("710776\u22120001", NOTHING, FieldType.CPR, ("7107760001", "FLT-020")),
        ("990776\u20130001", NOTHING, FieldType.CPR, (None, "CPR-003")),
        ("710776\u2013\u20130001", NOTHING, FieldType.CPR, (None, "CPR-001")),
        (" 710776-0001", NOTHING, FieldType.CPR, ("7107760001", "FLT-023")),
        ("710776 0001", NOTHING, FieldType.CPR, (None, "CPR-001")),
        ("7107-760001", NOTHING, FieldType.CPR, (None, "CPR-001")),
        ("710776-000", NOTHING, FieldType.CPR, (None, "CPR-001")),
        ("٧١٠٧٧٦٠٠٠١", NOTHING, FieldType.CPR, (None, "CPR-001")),
        ("7107760001", NUMBER, FieldType.CPR, (None, "CPR-002")),
        ("7113760001", NOTHING, FieldType.CPR, (None, "CPR-003")),
        ("8902000001", NOTHING, FieldType.CPR, (None, "CPR-003")),
        ("8902004001", NOTHING, FieldType.CPR, ("8902004001", "")),
        ("JA", NOTHING, FieldType.CODE, ("ja", "")),
        ("ÆNDRET", NOTHING, FieldType.CODE, ("aendring", "")),
        (" ja ", NOTHING, FieldType.CODE, ("ja", "FLT-023")),
        ("j*", NOTHING, FieldType.CODE, (None, "FLT-015")),
        ("ja", NUMBER, FieldType.CODE, ("ja", "FLT-024")),
        (" a b ", NOTHING, FieldType.TEXT, (" a b ", "")),
        ("12", NUMBER, FieldType.TEXT, ("12", "FLT-024")),
        ("2,02412E+16", NOTHING, FieldType.TEXT, ("2,02412E+16", "FLT-033")),
        ("2E+16 er fejl", NOTHING, FieldType.TEXT, ("2E+16 er fejl", "")),
    ],
)
def test_numbers_numbers_of_citizens_codes_and_texts(
    text: str, kinds: frozenset[CellKind], kind: FieldType, expected: tuple[object, str]
) -> None:
    """Nothing is guessed: what is not plainly right or surely repaired has no value."""
    assert judge(text, kinds, kind) == expected


@pytest.mark.parametrize("kind", list(FieldType))
def test_an_empty_cell_and_one_of_spaces_are_blank(kind: FieldType) -> None:
    """Blank is neither a value nor a fault, whatever the field holds."""
    for text in (None, "", "   ", "\u00a0"):
        assert judge(text, NOTHING, kind) == (None, "")


@pytest.mark.parametrize("kind", list(FieldType))
@pytest.mark.parametrize(
    ("mark", "code"),
    [
        (CellKind.ERROR, "FLT-002"),
        (CellKind.FORMULA, "FLT-003"),
        (CellKind.BOOLEAN, "FLT-004"),
        (CellKind.MERGED, "FLT-005"),
    ],
)
def test_marked_cells_have_no_value(kind: FieldType, mark: CellKind, code: str) -> None:
    """An error, a formula, a boolean or a covered cell is a fault, also with a fine text."""
    assert judge("7107760001", frozenset({mark}), kind) == (None, code)
    assert judge(None, frozenset({mark, CellKind.REPAIRED}), kind) == (None, code)


def test_a_repaired_cell_is_listed_unless_something_else_is_said_of_it() -> None:
    """One finding per cell: a fault or a repair of the value comes before the characters."""
    repaired = frozenset({CellKind.REPAIRED})
    assert judge("ja", repaired, FieldType.CODE) == ("ja", "FLT-020")
    assert judge("jo", repaired, FieldType.CODE) == (None, "FLT-015")
    assert judge("  ", repaired, FieldType.CODE) == (None, "")
    text_date = frozenset({CellKind.REPAIRED, CellKind.TEXT})
    assert judge("5-1-2026", text_date, FieldType.DATE) == (date(2026, 1, 5), "FLT-021")


def test_unreadable_is_what_holds_something_without_a_value() -> None:
    """A blank cell is readable, so is a repaired one."""
    assert CellVerdict(code="FLT-006").is_unreadable
    assert not CellVerdict().is_unreadable
    assert not CellVerdict("x", "FLT-020").is_unreadable
