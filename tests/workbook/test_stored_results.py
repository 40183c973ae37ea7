"""The results that a workbook carries are those that a spreadsheet program works out."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pytest
from openpyxl import load_workbook

from fpsheet.ooxml.archive import open_archive
from fpsheet.ooxml.cell_writer import write_cells
from fpsheet.ooxml.parts import Parts
from fpsheet.workbook.calculation.calculator import Calculator, Formula
from fpsheet.workbook.calculation.cell_value import ErrorValue, UnknownResultError, Value
from fpsheet.workbook.calculation.formula_tree import FormulaError
from fpsheet.workbook.calculation.kept_results import renew_results, stored_day
from fpsheet.workbook.style import date_serial
from fpsheet_templates.load import load_form
from tests.support.desk import FAULTY_ROWS, ISSUED, edit, make_workbook
from tests.workbook.test_package_sweep import row_of

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

    from tests.support.libreoffice import Document, LibreOffice

FORM: Final = load_form()
Results = dict[tuple[str, str], Any]

ROWS: Final = {
    sheet.id: [
        *FAULTY_ROWS.get(sheet.id, []),
        row_of(sheet.entry_fields(), "956"),
        {"cpr": "6301801234"},
        {"cpr": "6302801234", "annuller": "fejl"},
    ]
    for sheet in FORM.entry_sheets()
}
"""Faults, warnings, a row with everything, a row with next to nothing, and an annulled one."""


def stored(content: bytes) -> Results:
    """Return sheet and cell of each formula with the result beside it, read with openpyxl."""
    formulas, results = (load_workbook(BytesIO(content), data_only=only) for only in (False, True))
    return {
        (sheet.title, cell.coordinate): results[sheet.title][cell.coordinate].value or ""
        for sheet in formulas.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def calculated(document: Document, asked: Results) -> Results:
    """Return what LibreOffice shows in the same cells."""
    grids = {}
    for name in document.sheet_names:
        cursor = document.sheet(name).createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.RangeAddress
        area = document.sheet(name).getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)
        grids[name] = area.DataArray
    places = {key: load_place(key[1]) for key in asked}
    return {key: grids[key[0]][row][column] or "" for key, (row, column) in places.items()}


def load_place(address: str) -> tuple[int, int]:
    """Return row and column of an address, counted from 0."""
    letters = address.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - 64
    return int(address[len(letters) :]) - 1, column - 1


def differing(one: Results, other: Results) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Return the cells whose results differ by more than the last digits of a number."""
    return {
        key: (value, other[key])
        for key, value in one.items()
        if value != other[key]
        and not (
            isinstance(value, int | float)
            and isinstance(other[key], int | float)
            and value == pytest.approx(other[key], rel=1e-12)
        )
    }


@pytest.mark.lo
def test_every_stored_result_is_what_libreoffice_works_out(
    libreoffice: LibreOffice, tmp_path: Path
) -> None:
    """Cell by cell, hidden helpers too; one that was changed would be seen."""
    content = make_workbook(FORM, ROWS, premade=3)
    file = tmp_path / "bog.xlsx"
    file.write_bytes(content)
    ours = stored(content)
    with libreoffice.open(file) as document:
        document.cell("_fpsheet", "D1").setValue(date_serial(ISSUED.date()))
        theirs = calculated(document, ours)
    dated = ("_fpsheet", "D1")
    ours[dated] = theirs[dated]
    assert len(ours) > 6000
    assert differing(ours, theirs) == {}
    assert sum(value != "" for value in ours.values()) > 300
    assert differing({**ours, ("Forløb", "B4"): "✔"}, theirs).keys() == {("Forløb", "B4")}


def test_protected_view_shows_status_next_step_and_deadlines() -> None:
    """What a reader sees who calculates nothing, told by hand."""
    shown = stored(make_workbook(FORM, FAULTY_ROWS))
    assert shown["Forløb", "B4"] == "✖ Slutdatoen ligger før startdatoen"
    assert shown["Borgere", "B6"] == ""
    assert (shown["Forside", "D18"], shown["Forside", "E19"]) == (2, 1)
    assert shown["Forside", "B13"].startswith("✖ Ret 1 fejl.")
    assert shown["Huskeliste", "B5"].startswith("✔ Ingen frister")


def test_after_a_change_the_results_are_of_the_new_values() -> None:
    """The end of the forløb is mended: its row, the count and the next step say so."""
    parts = Parts(open_archive(make_workbook(FORM, FAULTY_ROWS)))
    column = next(
        cell.coordinate.rstrip("0123456789")
        for cell in load_workbook(BytesIO(parts.to_bytes()))["Forløb"][3]
        if str(cell.value).startswith("Slutdato")
    )
    part = "xl/worksheets/sheet3.xml"
    write_cells(parts, part, {f"{column}4": date_serial(date(2026, 3, 20))})
    assert stored_day(parts) == date_serial(ISSUED.date())
    renew_results(parts, day=stored_day(parts))
    shown = stored(parts.to_bytes())
    assert not shown["Forløb", "B4"].startswith("✖")
    assert (shown["Forside", "D19"], shown["Forside", "E19"]) == (2, "")
    assert not shown["Forside", "B13"].startswith("✖")


@pytest.mark.parametrize("reason", ["another spelling", "no day"])
def test_what_cannot_be_worked_out_shows_nothing(reason: str) -> None:
    """A sheet written otherwise, or a day that is not known: no result, rather than a wrong one."""
    parts = Parts(open_archive(make_workbook(FORM, FAULTY_ROWS)))
    part = "xl/worksheets/sheet3.xml"
    if reason == "another spelling":
        parts.write(part, parts[part].replace(b'<c r="C4" s=', b'<c s="4" r="C4" cm=', 1))
    renew_results(parts, day=None if reason == "no day" else stored_day(parts))
    shown = stored(parts.to_bytes())
    others = {value for (sheet, _), value in shown.items() if sheet not in {"Forløb", "_fpsheet"}}
    assert others == {""}


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ('IF(1=1,"a","b")', "a"),
        ("IF(FALSE,1)", False),
        ("IF(TRUE(),1)", 1),
        ("IF(FALSE(),1)", False),
        ("EDATE(46053,1)", 46081),  # 31-01-2026 to 28-02-2026
        ("DATE(2026,13,1)", 46388),  # 01-01-2027
        ("DAY(DATE(2024,2,30))", 1),
        ('MID("abc",2,5)', "bc"),
        ('REPLACE("123456-7890",7,1,"")', "1234567890"),
        ('MATCH("JA",{"nej","ja"},0)', 2),
        ('MATCH("j*",{"nej","ja"},0)', 2),
        ('MATCH("j~*",{"nej","ja"},0)', ErrorValue("#N/A")),
        ("SUMPRODUCT(--({1,2,3}>1))", 2),
        ("ROUND(2.5,0)", 3),
        ("ROUND(-2.5,0)", -3),
        ("ROUND(1000000000000000*1000000000000000,0)", 10**30),
        ("MOD(-1,3)", 2),
        ('"a"<1', False),
        ("-2*3+10/4", -3.5),
        ("1+2&3", "33"),
        ('TEXT(--"0101","0000")="0101"', True),
        ('IFERROR(--"abc",7)', 7),
        ('AND(1=2,--"abc")', ErrorValue("#VALUE!")),
        ('SUBSTITUTE("# dage","#",12)', "12 dage"),
        ("SMALL($A$1:$A$3,2)", 5),
        ('COUNTIF($A$1:$A$3,"<"&5)', 1),
        ("INDEX($A$1:$A$3,4)", ErrorValue("#REF!")),
        ('$B$1=""', True),
        ("$B$1=0", True),
        ('LEFT(18.5)="!"', False),
    ],
)
def test_a_formula_gives_what_excel_gives(formula: str, result: object) -> None:
    """Worked by hand from Excel's own description of each function."""
    book = Calculator(names={}, today=46000, cells={"S": {(1, 1): 9, (2, 1): 5, (3, 1): 2}})
    book.cells["S"][9, 9] = book.formula(formula, 9, 9)
    assert book.result(("S", 9, 9)) == result
    assert type(book.result(("S", 9, 9))) is type(result)


@pytest.mark.parametrize(
    "formula",
    [
        *('--"1-2"', '0.5&""', 'TEXT(1,"dd-mm-yyyy")', '"æ"<"ø"', "DAY(59)", "A1:A3", "I9"),
        *("LEFT()", 'MID("a")', 'IFERROR(--"a")', "INDEX($A$1:$A$3)", "CHOOSE()"),
    ],
)
def test_what_hangs_on_the_country_or_on_itself_is_not_told(formula: str) -> None:
    """A text that may be a day, a comma, the order of letters, 1900, several cells, a circle.

    And too few arguments, which LibreOffice saves and Excel does not.
    """
    book = Calculator(names={}, today=46000, cells={"S": {(1, 1): 9, (2, 1): 5, (3, 1): 2}})
    book.cells["S"][9, 9] = book.formula(formula, 9, 9)
    with pytest.raises(UnknownResultError):
        book.result(("S", 9, 9))


@pytest.mark.parametrize("formula", ["NOW()", "ukendt", "1+", "A1 A2", "{1;2}", "[1]S!A1", "IF(1)"])
def test_a_formula_that_is_none_of_ours_is_refused(formula: str) -> None:
    """Another function, a name that is none, half a formula, an intersection, another file."""
    with pytest.raises(FormulaError):
        Calculator(names={}, today=46000).formula(formula, 1, 1)


def test_a_name_that_stands_for_itself_is_refused() -> None:
    """So that a workbook in which somebody wrote one still gets its other results."""
    with pytest.raises(FormulaError):
        Calculator(names={"a": "1+b", "b": "a"}, today=46000).formula("a", 1, 1)


def test_what_stands_in_a_branch_that_is_not_taken_does_not_matter() -> None:
    """A function that is none of ours is met where it is asked for, and nowhere else."""
    cells: dict[tuple[int, int], Value | Formula] = {(1, 1): 1, (2, 1): 2}
    book = Calculator(names={}, today=46000, cells={"S": cells})
    for row in (1, 2):
        cells[row, 2] = book.formula(f'IF(A{row}=1,"et",NOW())', row, 2)
    assert book.result(("S", 1, 2)) == "et"
    with pytest.raises(UnknownResultError):
        book.result(("S", 2, 2))


@pytest.mark.parametrize(
    "cell", [b' t="s"><v>999999<', b' t="s"><v>-1<', b"><v>abc<", b' t="s"><v>x<']
)
def test_a_value_that_is_none_stops_nothing(cell: bytes) -> None:
    """A text that the workbook has not, or letters as a number: what reads it has no result."""
    parts = Parts(open_archive(make_workbook(FORM, FAULTY_ROWS)))
    part = "xl/worksheets/sheet3.xml"
    content, count = re.subn(rb'(<c r="E4" s="\d+")><v>\d+<', rb"\g<1>" + cell, parts[part])
    assert count == 1
    parts.write(part, content)
    renew_results(parts, day=stored_day(parts))
    status = re.findall(r'<c r="B[45]".*?<v>(.*?)</v>', parts[part].decode())
    assert [text[:1] for text in status] == ["", "⚠"]


@pytest.mark.filterwarnings("ignore:Cell E4 is marked as a date")  # openpyxl, of what is typed
def test_a_day_beyond_all_measure_stops_nothing() -> None:
    """1E300 where a day belongs: its row says that it is at fault, and the others have results."""

    def type_in(book: Workbook) -> None:
        book["Forløb"]["E4"] = 1e300

    parts = Parts(open_archive(edit(make_workbook(FORM, FAULTY_ROWS, premade=1), type_in)))
    renew_results(parts, day=46000)
    shown = stored(parts.to_bytes())
    assert str(shown["Forløb", "B4"]).startswith("✖ Startdato: ")
    assert str(shown["Forløb", "B5"])[:1] in {"✔", "⚠", "✖"}
