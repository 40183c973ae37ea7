"""Sheets and cells: every trap of reading, by name; true rows; control totals.

Codes: STR-056 to STR-060, STR-062, STR-064, STR-066.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fpsheet_validation.raw import CellKind, SheetTotals
from tests.support.xlsx_parts import (
    FIRST_ROW,
    MAIN,
    Package,
    codes,
    column_of,
    entry_row,
    formula_cell,
    letters,
    make_workbook,
    number_cell,
    part_of,
    row,
    sheet_of,
    take_in,
    text_cell,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CPR = "710776-0001"
FORLOEB = part_of("forloeb")


def forloeb(rows: str, **options: object) -> Package:
    """A workbook with rows on the sheet Forløb."""
    return make_workbook({"forloeb": rows}, **options)  # type: ignore[arg-type]


def cell_of(field: str, number: int = FIRST_ROW) -> str:
    """Address of a field's cell."""
    return f"{column_of('forloeb', field)}{number}"


def values(package: Package | bytes, field: str) -> list[str | None]:
    """What a column of Forløb holds, as read."""
    column: list[str | None] = sheet_of(package).frame[field].to_list()
    return column


def rows_of(package: Package | bytes) -> list[int]:
    """Excel rows of Forløb that are read."""
    numbers: list[int] = sheet_of(package).frame["raekke"].to_list()
    return numbers


def test_rows_keep_their_numbers_across_blank_ones() -> None:
    """Blank rows in the middle are allowed; the rows below keep their own numbers."""
    package = forloeb(
        entry_row("forloeb", 4, cpr=CPR)
        + entry_row("forloeb", 5)
        + row(6, '<c r="C6" s="1"/>')
        + entry_row("forloeb", 9, cpr=CPR)
    )
    assert rows_of(package) == [4, 9]
    # Rows in the file: 4, 5, 6 and 9; 7 and 8 are not there at all.
    assert sheet_of(package).totals == SheetTotals(xml=4, read=2, blank=2)


def test_ghost_rows_are_no_rows() -> None:
    """A row id alone, formats alone, and a formula that shows nothing make no row."""
    package = forloeb(
        entry_row("forloeb", 4)
        + row(5, *(f'<c r="{letters(column)}5" s="1"/>' for column in range(1, 16)))
        + row(6, formula_cell("C6", 'IF(1=2,"x","")'), formula_cell("B6", '"Fejl"', "Fejl"))
        + row(7)
    )
    assert rows_of(package) == []
    assert sheet_of(package).totals == SheetTotals(xml=4, read=0, blank=4)


def test_row_with_only_spaces_is_no_row() -> None:
    """A cell that was emptied with the space bar holds nothing."""
    assert rows_of(forloeb(entry_row("forloeb", 4, cpr="  "))) == []


def test_formula_that_shows_something_makes_a_row() -> None:
    """A row of which the CPR number is fetched by formula is no ghost; the formula is named."""
    package = forloeb(row(4, formula_cell("C4", "Borgere!C4", CPR)))
    assert values(package, "cpr") == [CPR]
    assert sheet_of(package).kinds == {(4, "cpr"): frozenset({CellKind.FORMULA})}


@pytest.mark.parametrize("gap", ["", "\n"])
@pytest.mark.parametrize("kind", ["array", "dataTable"])
@pytest.mark.parametrize("area", ["H5:H8", "h5:h8", "$H$5:$H$8"])
def test_formula_that_fills_other_cells(gap: str, kind: str, area: str) -> None:
    """Every filled cell in the range of an array formula is one; blank ones and others are not."""
    first = f'<c r="H5" t="n">{gap}<f t="{kind}" ref="{area}">x</f><v>1</v></c>'
    numbers = {6: number_cell("H6", 2), 8: number_cell("H8", 4), 9: number_cell("H9", 5)}
    cells = {4: number_cell("H4", 9), 5: first, 7: "", **numbers}
    rows = (row(n, text_cell(f"C{n}", CPR), cells[n]) for n in sorted(cells))
    sheet = sheet_of(forloeb("".join(rows)))
    formula = frozenset({CellKind.FORMULA})
    assert sheet.kinds == {(n, "timer_pr_uge"): formula for n in (5, 6, 8)}


def test_rows_typed_below_the_table_are_read() -> None:
    """A row far below the pre-made ones, without a row id, is a row."""
    package = forloeb(entry_row("forloeb", 4) + row(900, text_cell("C900", CPR)))
    assert rows_of(package) == [900]
    assert values(package, "raekke_id") == [None]


def test_hidden_rows_are_read_and_said() -> None:
    """Filtered rows count like all others, and a line says that there were some."""
    for tag in ('<row hidden="1" r="4"', '<row r="4" hidden="1"', '<row r="4" ht="9" hidden="1"'):
        hidden = entry_row("forloeb", 4, cpr=CPR).replace('<row r="4"', tag)
        package = forloeb(hidden + entry_row("forloeb", 5, cpr=CPR))
        assert rows_of(package) == [4, 5]
        (fault,) = take_in(package)[1]
        assert (fault.code, fault.details) == ("STR-064", (("antal", "1"),))


@pytest.mark.parametrize("reference", ["A1", "A1:B2", "A1:XFD1048576", ""])
def test_lying_dimension(reference: str) -> None:
    """Whatever the sheet says of its size, all rows and columns are read."""
    package = forloeb(entry_row("forloeb", 4, cpr=CPR, annuller="Fejl"))
    dimension = f'<dimension ref="{reference}"/><sheetData>'
    package = package.replace(FORLOEB, "<sheetData>", dimension)
    assert values(package, "annuller") == ["Fejl"]


def test_cell_in_the_far_corner() -> None:
    """A cell at XFD1048576 (which ends the bulk reader's process) is counted and left out."""
    package = forloeb(
        entry_row("forloeb", 4, cpr=CPR) + row(1_048_576, text_cell("XFD1048576", "x"))
    )
    raw, faults = take_in(package)
    assert raw is not None
    assert [(fault.code, fault.details) for fault in faults] == [("STR-057", (("antal", "1"),))]
    assert raw.sheets["forloeb"].totals == SheetTotals(xml=2, read=1, blank=1)


def test_entry_in_the_last_row_of_the_sheet() -> None:
    """A row typed at the very bottom is read at its own number, at no cost for the gap."""
    package = forloeb(entry_row("forloeb", 4, cpr=CPR) + row(1_048_576, text_cell("C1048576", CPR)))
    assert rows_of(package) == [4, 1_048_576]
    assert codes(package) == []


def test_cells_beyond_excels_grid() -> None:
    """Addresses that Excel has not got are counted with the far cells."""
    package = forloeb(row(4, text_cell("C4", CPR), text_cell("XFE4", "x")))
    assert rows_of(package) == [4]
    assert codes(package) == ["STR-057"]


def test_far_formats_are_nothing() -> None:
    """A format in a far column, which LibreOffice likes to write, is not worth a word."""
    assert codes(forloeb(row(4, text_cell("C4", CPR), '<c r="XFD4" s="1"/>'))) == []


def test_own_columns_are_counted_and_ignored() -> None:
    """Notes beside the table stay the caseworker's; which columns they are in is said."""
    package = forloeb(
        entry_row("forloeb", 4, cpr=CPR).replace("</row>", text_cell("AZ4", "?") + "</row>")
    )
    raw, faults = take_in(package)
    assert raw is not None
    assert [(fault.code, fault.details) for fault in faults] == [("STR-056", (("kolonner", "AZ"),))]
    assert set(raw.sheets["forloeb"].frame.columns) == {"raekke", *raw.sheets["forloeb"].columns}


def test_duplicate_row_numbers() -> None:
    """Two filled rows of one number are both set aside, named once; their neighbours are read."""
    package = forloeb(
        entry_row("forloeb", 4, cpr=CPR)
        + entry_row("forloeb", 5, cpr="010203-0001")
        + entry_row("forloeb", 5, cpr="010203-0002")
        + entry_row("forloeb", 6, cpr=CPR)
    )
    assert rows_of(package) == [4, 6]
    assert sheet_of(package).totals == SheetTotals(xml=4, read=2, blank=0, quarantined=2)
    (fault,) = take_in(package)[1]
    assert (fault.code, fault.sheet, fault.row) == ("STR-058", "forloeb", 5)


def test_duplicate_row_numbers_of_which_one_is_blank() -> None:
    """Where only one of the rows holds anything there is no doubt."""
    package = forloeb(entry_row("forloeb", 5) + entry_row("forloeb", 5, cpr=CPR))
    assert rows_of(package) == [5]
    assert sheet_of(package).totals == SheetTotals(xml=2, read=1, blank=1)


def test_unordered_row_numbers() -> None:
    """Rows out of order are read by their numbers, and that is said."""
    package = forloeb(
        entry_row("forloeb", 6, cpr="010203-0006")
        + entry_row("forloeb", 4, cpr="010203-0004")
        + entry_row("forloeb", 5, cpr="010203-0005")
    )
    assert rows_of(package) == [4, 5, 6]
    assert values(package, "cpr") == ["010203-0004", "010203-0005", "010203-0006"]
    assert codes(package) == ["STR-059"]


def test_rows_and_cells_without_numbers() -> None:
    """The standard lets rows and cells leave out their address; they follow one another."""
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in ("id", "s", CPR))
    package = forloeb(f"<row>{cells}</row><row/><row>{cells}</row>")
    assert rows_of(package) == [4, 6]
    assert values(package, "cpr") == [CPR, CPR]


@pytest.mark.parametrize("spelling", ["", " x='y'"], ids=["plain", "odd"])
def test_cell_of_another_row(spelling: str) -> None:
    """A cell whose address contradicts its row is set aside with its row."""
    package = forloeb(
        row(4, text_cell("C7", CPR), attributes=spelling) + entry_row("forloeb", 8, cpr=CPR)
    )
    assert rows_of(package) == [8]
    assert sheet_of(package).totals == SheetTotals(xml=2, read=1, blank=0, quarantined=1)
    (fault,) = take_in(package)[1]
    assert (fault.code, fault.row) == ("STR-058", 4)


def test_epoch_of_1904() -> None:
    """Dates of Excel for Mac count from 1904; 1 January 2024 is day 43830 there, 45292 here."""
    cell = number_cell(cell_of("start_dato"), 43_830, style=1)
    package = forloeb(row(4, text_cell("C4", CPR), cell), properties='<workbookPr date1904="1"/>')
    assert values(package, "start_dato") == ["2024-01-01 00:00:00"]
    assert codes(package) == ["STR-062"]
    raw, _ = take_in(package)
    assert raw is not None
    assert raw.date1904


def test_text_over_the_longest() -> None:
    """Text of more than 32,767 characters is kept whole and named; 32,767 are fine."""
    fits, exceeds = "ø" * 32_767, "ø" * 32_768
    package = forloeb(
        entry_row("forloeb", 4, cpr=CPR, tekst=fits)
        + entry_row("forloeb", 5, cpr=CPR, tekst=exceeds)
    )
    assert values(package, "tekst") == [fits, exceeds]
    (fault,) = take_in(package)[1]
    assert (fault.code, fault.row, fault.field) == ("STR-060", 5, "tekst")
    assert fault.column == column_of("forloeb", "tekst")


SHARED = [
    "<t>R&amp;D &lt;æ&gt; &#248;</t>",
    "<r><t>for</t></r><r><rPr><b/></rPr><t>løb</t></r>",
    "<t>漢</t><rPh sb='0' eb='1'><t>kan</t></rPh>",
    "<t>to_x000D_&#10;linjer</t>",
    "<t>_x005F_x0041_</t>",
]
SHOWN = ["R&D <æ> ø", "forløb", "漢", "to\nlinjer", "_x0041_"]


@pytest.mark.parametrize("spelling", ["shared", "inline"])
def test_strings_with_escapes(spelling: str) -> None:
    """Entities, rich text, readings, `_x000D_` and its escape, shared and inline."""
    rows = "".join(
        row(
            number,
            f'<c r="C{number}" t="s"><v>{number - 4}</v></c>'
            if spelling == "shared"
            else f'<c r="C{number}" t="inlineStr"><is>{item}</is></c>',
        )
        for number, item in enumerate(SHARED, start=4)
    )
    package = forloeb(rows, shared=SHARED if spelling == "shared" else None)
    assert values(package, "cpr") == SHOWN
    # The two characters of a line end became one: that is a repair.
    assert sheet_of(package).kinds == {(7, "cpr"): frozenset({CellKind.REPAIRED})}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("710776\u00a00001", "710776 0001"),
        ("\u200b710776-0001\ufeff", CPR),
        ("710776\u20110001", CPR),
        ("A\u030aben\u0301", "Åbe\u0144"),
        ("Fo\u00adrløb", "Forløb"),
    ],
    ids=["non-breaking space", "zero width", "non-breaking hyphen", "NFD", "soft hyphen"],
)
def test_invisible_characters_are_repaired(written: str, shown: str) -> None:
    """Characters nobody sees are repaired, and the cell is marked."""
    sheet = sheet_of(forloeb(entry_row("forloeb", 4, cpr=written)))
    assert sheet.frame["cpr"].to_list() == [shown]
    assert sheet.kinds == {(4, "cpr"): frozenset({CellKind.REPAIRED})}


def test_text_without_oddities_is_not_touched() -> None:
    """Danish letters, line breaks, plain spaces and long dashes stay as they are, unmarked."""
    text = "Ærø  –  1. linje\n2. linje ✓"
    sheet = sheet_of(forloeb(entry_row("forloeb", 4, cpr=CPR, tekst=text)))
    assert sheet.frame["tekst"].to_list() == [text]
    assert sheet.kinds == {}


@pytest.mark.parametrize("index", ["0", " 0\n", "+0", "00"])
def test_the_index_of_a_shared_text_may_be_spelled_oddly(index: str) -> None:
    """It is the same text."""
    cell = f'<c r="C4" t="s"><v>{index}</v></c>'
    package = forloeb(row(4, cell), shared=[f"<t>{CPR}</t>"])
    assert values(package, "cpr") == [CPR]


@pytest.mark.parametrize("index", ["-1", "0.0", "0e0", "x", "7"])
def test_an_index_of_no_shared_text_is_damage(index: str) -> None:
    """Another text, which may be another citizen, is never read for it."""
    cell = f'<c r="C4" t="s"><v>{index}</v></c>'
    package = forloeb(row(4, cell), shared=[f"<t>{CPR}</t>"])
    assert codes(package) == ["STR-066"]


@pytest.mark.parametrize("area", ["C4:C6", "c4:c6", "$C$4:$C$6"])
def test_merged_cells(area: str) -> None:
    """The upper left cell has the value; every covered cell of a row that is read is marked."""
    package = forloeb(
        entry_row("forloeb", 4, cpr=CPR) + entry_row("forloeb", 5, forloeb_type="Revalidering")
    )
    merged = f'<mergeCell ref="{area}"/><mergeCell ref="A1:D1"/>'
    after = f'<mergeCells count="2">{merged}</mergeCells>'
    package = package.replace(FORLOEB, "</sheetData>", f"</sheetData>{after}")
    assert sheet_of(package).kinds == {(5, "cpr"): frozenset({CellKind.MERGED})}


def test_error_values() -> None:
    """`#REF!` is no text; the cell is marked, and an error alone still makes a row."""
    package = forloeb(
        row(4, text_cell("C4", CPR), '<c r="D4" t="e"><v>#REF!</v></c>')
        + row(5, formula_cell("C5", "1/0", "#DIV/0!", kind="e"))
    )
    sheet = sheet_of(package)
    assert sheet.frame["forloeb_type"].to_list() == [None, None]
    assert sheet.kinds == {
        (4, "forloeb_type"): frozenset({CellKind.ERROR}),
        (5, "cpr"): frozenset({CellKind.ERROR, CellKind.FORMULA}),
    }
    assert sheet.frame["raekke"].to_list() == [4, 5]


def test_error_values_nobody_knows() -> None:
    """An error value of a newer Excel is an error like any other."""
    package = forloeb(
        row(4, text_cell("C4", CPR), '<c r="D4" t="e"><v>#SPILL!</v></c>')
        + row(5, text_cell("C5", CPR), '<c r="AZ5" t="e"><v>Err:502</v></c>')
    )
    sheet = sheet_of(package)
    assert sheet.frame["cpr"].to_list() == [CPR, CPR]
    assert sheet.kinds == {(4, "forloeb_type"): frozenset({CellKind.ERROR})}


def test_errors_in_our_own_formulas_are_no_entries() -> None:
    """An error in the status column is the formula's affair."""
    package = forloeb(row(4, text_cell("A4", "id"), formula_cell("B4", "X", "#NAME?", kind="e")))
    assert rows_of(package) == []


def test_dates_as_text() -> None:
    """A date typed as text is read as text, and marked."""
    package = forloeb(entry_row("forloeb", 4, cpr=CPR, start_dato="01-02-2026"))
    assert values(package, "start_dato") == ["01-02-2026"]
    assert sheet_of(package).kinds == {(4, "start_dato"): frozenset({CellKind.TEXT})}


def test_dates_as_dates_and_as_numbers() -> None:
    """A date shows as such by its format only; the number alone stays a number."""
    package = forloeb(
        row(4, number_cell(cell_of("start_dato"), 45_292, style=1))
        + row(5, number_cell(cell_of("start_dato", 5), 45_292))
    )
    assert values(package, "start_dato") == ["2024-01-01 00:00:00", "45292"]
    assert sheet_of(package).kinds == {}


@pytest.mark.parametrize("spelling", ["plain", "odd"])
@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("0", "0"),
        ("-5", "-5"),
        ("-0.5", "-0.5"),
        ("60", "60"),
        ("2958466", "2958466"),
        ("2958466.5", "2958466.5"),
        ("2959000", "2959000"),
        ("3000000", "3000000"),
        ("1000000000", "1000000000"),
        ("1E9", "1000000000"),
        # Days, and days with a time: as ever.
        ("1", "1900-01-01 00:00:00"),
        ("59", "1900-02-28 00:00:00"),
        ("61", "1900-03-01 00:00:00"),
        ("2958465", "9999-12-31 00:00:00"),
        ("60.5", "1900-02-28 12:00:00"),
    ],
)
def test_numbers_that_are_no_day(number: str, shown: str, spelling: str) -> None:
    """In a date format, what is no day to Excel is read as the number it is, and never as blank."""
    cell = f'<c r="{cell_of("start_dato")}" s="1"><v>{number}</v></c>'
    package = forloeb(row(4, cell if spelling == "plain" else cell.replace(' s="1"', " s='1'")))
    assert values(package, "start_dato") == [shown]
    assert sheet_of(package).kinds == {}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-01-01", "2024-01-01 00:00:00"),
        ("2024-01-01T00:00:00Z", "2024-01-01 00:00:00"),
        ("2024-01-01T00:00:00.000Z", "2024-01-01 00:00:00.000"),
        ("2024-01-01T00:00:00+00:00", "2024-01-01 00:00:00"),
        ("2024-01-01T12:30:00", "2024-01-01 12:30:00"),
    ],
)
def test_dates_of_the_iso_type(written: str, read: str) -> None:
    """The standard's own type for dates reads like every other date."""
    place = cell_of("start_dato")
    package = forloeb(row(4, f'<c r="{place}" t="d"><v>{written}</v></c>'))
    assert values(package, "start_dato") == [read]


def test_numbers_as_text() -> None:
    """A number typed as text is read as text, and marked."""
    package = forloeb(entry_row("forloeb", 4, cpr=CPR, timer_pr_uge="37,5"))
    assert values(package, "timer_pr_uge") == ["37,5"]
    assert sheet_of(package).kinds == {(4, "timer_pr_uge"): frozenset({CellKind.TEXT})}


def test_cpr_typed_as_a_number() -> None:
    """A CPR number that lost its leading zero is marked as a number."""
    package = forloeb(row(4, number_cell("C4", 101_901_234)))
    assert values(package, "cpr") == ["101901234"]
    assert sheet_of(package).kinds == {(4, "cpr"): frozenset({CellKind.NUMBER})}


def test_booleans() -> None:
    """A boolean reads as a word, and is marked in every kind of column."""
    place = cell_of("timer_pr_uge")
    package = forloeb(row(4, '<c r="C4" t="b"><v>1</v></c>', f'<c r="{place}" t="b"><v>0</v></c>'))
    assert values(package, "cpr") == ["true"]
    assert sheet_of(package).kinds == {
        (4, "cpr"): frozenset({CellKind.BOOLEAN}),
        (4, "timer_pr_uge"): frozenset({CellKind.BOOLEAN}),
    }


PLAIN = (
    entry_row("forloeb", 4, cpr=CPR, start_dato="01-02-2026")
    + row(5, number_cell("C5", 101_901_234), formula_cell("D5", "A1", "x"))
    + row(6, '<c r="C6" t="e"><v>#N/A</v></c>', '<c r="D6" t="b"><v>1</v></c>')
)


def prefixed(text: str) -> str:
    """Write a sheet with a namespace prefix on every element."""
    for tag in ("worksheet", "sheetData", "row", "c", "v", "f", "is", "t"):
        text = text.replace(f"<{tag} ", f"<x:{tag} ").replace(f"<{tag}>", f"<x:{tag}>")
        text = text.replace(f"</{tag}>", f"</x:{tag}>").replace(f"<{tag}/>", f"<x:{tag}/>")
    return text.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')


SPELLINGS: dict[str, Callable[[str], str]] = {
    "single quotes": lambda text: text.replace('="', "='").replace('"', "'"),
    "prefix": prefixed,
    "order of attributes": lambda text: text.replace(' t="', ' cm="0" t="').replace(
        '<c r="C4"', '<c s="0" r="C4"'
    ),
    "line breaks in tags": lambda text: text.replace(" t=", "\n\tt="),
    "spaces around equals": lambda text: text.replace('<c r="', '<c r = "'),
    "comments": lambda text: text.replace("<row ", '<!-- <row r="9"><c r="C9"/></row> --><row '),
    "CDATA": lambda text: text.replace(CPR, f"<![CDATA[{CPR}]]>"),
    "character references": lambda text: text.replace('r="C4"', 'r="&#67;4"'),
    "lower case": lambda text: text.replace('r="C5"', 'r="c5"'),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_odd_spellings_read_the_same(spelling: str) -> None:
    """However a program spells its XML, rows, values and marks are the same."""
    plain = forloeb(PLAIN)
    odd = plain.edit(FORLOEB, lambda text: text[:55] + SPELLINGS[spelling](text[55:]))
    expected, found = sheet_of(plain), sheet_of(odd)
    assert found.frame.equals(expected.frame)
    assert found.kinds == expected.kinds
    assert found.totals == expected.totals
    assert codes(odd) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1"])
def test_other_encodings_read_the_same(encoding: str) -> None:
    """A sheet in UTF-16 (silently empty in the bulk reader), Latin-1 or with a byte order mark."""
    plain = forloeb(entry_row("forloeb", 4, cpr=CPR, tekst="Ærø"))
    text = plain.parts[FORLOEB].decode("utf-8")
    name = encoding.removesuffix("-sig")
    odd = plain.with_part(FORLOEB, text.replace("UTF-8", name.upper()).encode(encoding))
    assert sheet_of(odd).frame.equals(sheet_of(plain).frame)


def test_many_marks_in_one_pass_and_in_the_parser_agree() -> None:
    """The fast pass and the real parser mark the same cells (sheet spelled plainly and oddly)."""
    fields = list(sheet_of(forloeb(PLAIN)).columns.values())
    kinds = ["s", "n", "b", "e", "str", "inlineStr"]
    rows = ""
    for number in range(4, 40):
        cells = []
        for at, column in enumerate(fields):
            kind = kinds[(number + at) % len(kinds)]
            formula = "<f>A1</f>" if (number * at) % 5 == 0 else ""
            content = "<is><t>x</t></is>" if kind == "inlineStr" else f"{formula}<v>0</v>"
            cells.append(f'<c r="{column}{number}" t="{kind}">{content}</c>')
        rows += row(number, *cells)
    plain = forloeb(rows, shared=["<t>delt</t>"])
    odd = plain.edit(FORLOEB, lambda text: text.replace("</sheetData>", "<!-- --></sheetData>"))
    expected, found = sheet_of(plain), sheet_of(odd)
    assert len(expected.kinds) > 300
    assert found.kinds == expected.kinds
    assert found.frame.equals(expected.frame)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("</sheetData>", ""),
        lambda text: text[: text.index("</sheetData>")],
        lambda text: text.replace(CPR, f"{CPR}&nix;"),
        lambda _: "<styleSheet/>",
        lambda text: text.replace('<c r="C4" t="inlineStr"', '<c r="C4" t="s"').replace(
            f'<is><t xml:space="preserve">{CPR}</t></is>', "<v>7</v>"
        ),
    ],
    ids=["no end tag", "cut off", "unknown entity", "no worksheet", "shared text out of range"],
)
def test_damaged_sheet(damage: Callable[[str], str]) -> None:
    """A sheet that cannot be read is named; the other sheets are read."""
    package = make_workbook(
        {"forloeb": entry_row("forloeb", 4, cpr=CPR), "job": entry_row("job", 4, cpr=CPR)}
    )
    raw, faults = take_in(package.edit(FORLOEB, damage))
    assert raw is not None
    assert [(fault.code, fault.sheet) for fault in faults] == [("STR-066", "forloeb")]
    assert raw.missing == ("forloeb",)
    assert raw.sheets["job"].frame.height == 1


def test_damaged_formats() -> None:
    """Damaged formats make dates unreadable, so every sheet is named and none is read."""
    package = forloeb(entry_row("forloeb", 4, cpr=CPR)).edit(
        "xl/styles.xml", lambda text: text[: len(text) // 2]
    )
    assert set(codes(package)) == {"STR-066"}


def test_formulas_of_ours_are_cut_off_and_cost_no_entry() -> None:
    """The block of calculated columns at the right is not read; notes beyond it are seen."""
    width = len(sheet_of(forloeb("")).columns) + 1
    block = [letters(width + step) for step in range(1, 6)]
    names = {
        f"c_forloeb_n_{step}": f"Forløb!${column}$4:${column}$9"
        for step, column in enumerate(block)
    }
    tail = {
        4: "".join(formula_cell(f"{column}4", "1", "x") for column in block),
        5: "".join(formula_cell(f"{column}5", "1", "x") for column in block[1:]),
        6: "".join(formula_cell(f"{column}6", "1", "x") for column in block)
        + text_cell(f"{letters(width + 8)}6", "note"),
    }
    rows = "".join(
        entry_row("forloeb", number, cpr=CPR).replace("</row>", f"{cells}</row>")
        for number, cells in tail.items()
    )
    package = forloeb(rows, names=names)
    assert rows_of(package) == [4, 5, 6]
    (fault,) = take_in(package)[1]
    assert (fault.code, dict(fault.details)) == ("STR-056", {"kolonner": letters(width + 8)})
