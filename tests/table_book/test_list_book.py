"""Books of tables: lists to fill in, or drawn for an office and kept there; lines above tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

from openpyxl import load_workbook

from fpsheet.ooxml.zip_file import unpack
from fpsheet.table_book.book import Line, Page, PageColumn, PageKind
from fpsheet.table_book.html import write_html
from fpsheet.table_book.list_book import list_book
from fpsheet.table_book.xlsx import write_xlsx
from fpsheet_templates.form import FieldType

MADE_ON = date(2026, 3, 2)
MARK = "FORTROLIGT & internt"
PAGE = Page(
    name="Prøve",
    kind=PageKind.LIST,
    title="",
    lines=(Line("Udfyldes af kontoret"),),
    columns=(
        PageColumn("Område", FieldType.CODE, 20, {"gl": "Grønland", "dk": "Danmark"}, "Vælg et."),
        PageColumn("CPR-nummer", FieldType.CPR, 14),
        PageColumn("Dato", FieldType.DATE, 12),
        PageColumn("År", FieldType.INTEGER, 8, help="Fire cifre."),
    ),
    rows=(("gl", "0101910000", date(2025, 12, 31), 2025), ("=1+1", None, None, None)),
    blank_rows=3,
    table="tProeve",
)


def written(mark: str = "") -> bytes:
    """Return the workbook of the page."""
    return write_xlsx(list_book(PAGE, language="da", made_on=MADE_ON, mark=mark))


def test_a_list_shows_words_numbers_and_days_as_people_write_them() -> None:
    """A code by its word, a CPR number as text with its hyphen, a day as a day, text as text."""
    sheet = load_workbook(BytesIO(written()))["Prøve"]
    assert [cell.value for cell in sheet[1]] == ["Udfyldes af kontoret", None, None, None]
    assert [cell.value for cell in sheet[2]] == ["Område", "CPR-nummer", "Dato", "År"]
    shown = ["Grønland", "010191-0000", datetime(2025, 12, 31), 2025]  # noqa: DTZ001 - as openpyxl
    assert [cell.value for cell in sheet[3]] == shown
    assert (sheet["C3"].number_format, sheet["D3"].number_format) == ("dd-mm-yyyy", "0")
    assert (sheet["A4"].value, sheet["A4"].data_type) == ("=1+1", "s")
    assert sheet.freeze_panes == "B3"


def test_the_empty_rows_of_a_list_are_of_its_table_and_offer_its_words() -> None:
    """Two rows and three empty ones below the headings in row 2; the words stand on a sheet."""
    book = load_workbook(BytesIO(written()))
    sheet = book["Prøve"]
    assert sheet.tables["tProeve"].ref == "A2:D7"
    assert sheet.column_dimensions["B"].number_format == "@"
    offered, told = sheet.data_validations.dataValidation
    assert (offered.type, offered.formula1, str(offered.sqref)) == (
        "list",
        "Koder!$A$2:$A$3",
        "A3:A7",
    )
    assert (told.type, told.prompt, str(told.sqref)) == (None, "Fire cifre.", "D3:D7")
    assert [cell.value for cell in book["Koder"]["A"]] == ["Område", "Grønland", "Danmark"]


def test_a_marked_list_says_so_on_top_and_on_every_printed_page() -> None:
    """The mark pushes the table one row down; headings are repeated on each page."""
    data = written(MARK)
    sheet = load_workbook(BytesIO(data))["Prøve"]
    assert (sheet["A1"].value, sheet["A1"].font.bold, sheet["A1"].font.color.rgb) == (
        MARK,
        True,
        "FF9C0006",
    )
    header = b"<oddHeader>&amp;CFORTROLIGT &amp;&amp; internt</oddHeader>"
    assert header in unpack(data)["xl/worksheets/sheet1.xml"]
    assert sheet.tables["tProeve"].ref == "A3:D8"
    assert sheet.print_title_rows == "$3:$3"


def test_a_long_line_is_broken_where_paper_ends_and_nowhere_else() -> None:
    """Two sentences of 150 letters: two rows of a sheet with the table below, one paragraph."""
    one, other = f"A{'b' * 148}.", f"C{'d' * 148}."
    book = list_book(replace(PAGE, lines=(Line(f"{one} {other}"),)), language="da", made_on=MADE_ON)
    sheet = load_workbook(BytesIO(write_xlsx(book)))["Prøve"]
    assert [sheet[f"A{row}"].value for row in (1, 2, 3)] == [one, other, "Område"]
    page = replace(book, pages=(replace(book.pages[0], kind=PageKind.COVER), *book.pages))
    assert f"<p>{one} {other}</p>".encode() in write_html(page)


def test_the_same_list_gives_the_same_bytes() -> None:
    """Nothing in it is of the moment or of the machine."""
    assert written(MARK) == written(MARK)
    assert written(MARK) != written()
