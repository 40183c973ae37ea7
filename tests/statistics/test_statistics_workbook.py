"""The statistics workbook: every point of the accessibility list, item by item.

The list is the Government Analysis Function's as domain.md section 8 restates it (UK1 to UK15);
each test names its point.
"""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, cast
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from fpsheet.statistics.page_layout import Publisher
from fpsheet.statistics.render_files import render_book, render_release
from fpsheet_sync.statistics.stat_table import Shorthand
from fpsheet_templates.load import load_form
from tests.support.country import Country, public_editions
from tests.sync.statistics.publication.test_statistics_printing import YEAR, country
from tests.sync.statistics.tables.test_statistics_by_hand import DENMARK, GREENLAND, PERSONS, typed
from tests.sync.statistics.tables.test_statistics_country import release

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from fpsheet_sync.statistics.stat_table import Release

PUBLISHER = Publisher("Departementet for Prøver", "statistik@example.invalid", "marts 2027")
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
MARKS = {str(mark) for mark in Shorthand}
STEM = "foertidspension-groenland-2025"


@pytest.fixture(scope="module")
def public() -> Release:
    """Return a national release as it may be published."""
    return public_editions(country(), YEAR)[0]


@pytest.fixture(scope="module")
def files(public: Release) -> dict[str, bytes]:
    """Return the files of the release."""
    return render_release(public, load_form(), publisher=PUBLISHER)


@pytest.fixture(scope="module")
def book(files: dict[str, bytes]) -> Workbook:
    """Return the workbook as openpyxl reads it."""
    return load_workbook(BytesIO(files[f"{STEM}.xlsx"]))


def tables(book: Workbook) -> list[Worksheet]:
    """Return the sheets of the tables T01 ff."""
    return [sheet for sheet in book.worksheets if re.fullmatch(r"T\d\d[a-z]?", sheet.title)]


def figures(book: Workbook) -> list[Worksheet]:
    """Return the sheets of the figures F01 ff."""
    return [sheet for sheet in book.worksheets if re.fullmatch(r"F\d\d[a-z]?", sheet.title)]


def with_table(book: Workbook) -> list[Worksheet]:
    """Return every sheet but the cover."""
    return [cast("Worksheet", sheet) for sheet in book.worksheets[1:]]


def place(sheet: Worksheet) -> tuple[int, int, int]:
    """Return header row, last row and last column of a sheet's only table."""
    (table,) = sheet.tables.values()
    first, last = table.ref.split(":")
    return sheet[first].row, sheet[last].row, sheet[last].column


def body(sheet: Worksheet) -> list[list[Cell]]:
    """Return the cells of a sheet's table, header first."""
    head, last, width = place(sheet)
    return [cast("list[Cell]", [*row]) for row in sheet.iter_rows(head, last, 1, width)]


def every_cell(book: Workbook) -> list[Cell]:
    """Return every cell with a value."""
    return [
        cell
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]


def test_uk1_cover_contents_notes_then_tables(book: Workbook) -> None:
    """UK1: Forside, Indhold, Noter, Metode, tables, figures; the cover says what one must know."""
    names = book.sheetnames
    assert names[:4] == ["Forside", "Indhold", "Noter", "Metode"]
    order = [sheet.title for sheet in (*tables(book), *figures(book))]
    assert names[4:] == order
    cover = book["Forside"]
    assert cover.max_column == 1
    text = "\n".join(str(cell.value) for (cell,) in cover.iter_rows())
    for wanted in (
        "Førtidspension, hele landet (Grønland), 2025",
        "Departementet for Prøver",
        "statistik@example.invalid",
        "1. januar 2025 til 31. december 2025",
        "Opgjort pr. 2. marts 2026",
        "Næste udgivelse: marts 2027",
        "[u] betyder, at der er for få bag tallet",
        "Alle antal er afrundet til et tal, der kan deles med 5",
    ):
        assert wanted in text


def test_uk2_contents_lists_every_other_sheet_with_a_link(book: Workbook) -> None:
    """UK2: one row per sheet but the cover and itself; name, title, and a link that leads there."""
    rows = body(book["Indhold"])[1:]
    assert [row[0].value for row in rows] == book.sheetnames[2:]
    for name, title in rows:
        assert book[str(name.value)]["A1"].value == title.value
        assert name.hyperlink is not None
        assert name.hyperlink.location == f"'{name.value}'!A1"


def test_uk3_notes_are_numbered_in_order_used_and_listed(book: Workbook) -> None:
    """UK3: "[note 1]" and on; every note is used, and every used note is listed."""
    listed = [str(row[0].value) for row in body(book["Noter"])[1:]]
    assert listed == [f"[note {number}]" for number in range(1, len(listed) + 1)]
    used = [
        mark
        for sheet in tables(book)
        for row in sheet.iter_rows()
        for cell in row
        for mark in re.findall(r"\[note \d+\]", str(cell.value))
    ]
    assert list(dict.fromkeys(used)) == listed


def test_uk4_one_table_per_sheet_from_a1_down(book: Workbook) -> None:
    """UK4: title in A1, one line each below it, the table right after, nothing below the table."""
    for sheet in with_table(book):
        head, last, width = place(sheet)
        assert sheet["A1"].value
        above = [[cell.value for cell in row] for row in sheet.iter_rows(1, head - 1)]
        assert all(row[0] and not any(row[1:]) for row in above), sheet.title
        assert sheet.max_row == last, sheet.title
        assert sheet.max_column == width, sheet.title
        assert any("én tabel" in str(row[0]) for row in above)


def test_uk4_no_blank_rows_or_columns(book: Workbook) -> None:
    """UK4, UK6: every cell of every table holds something."""
    for sheet in with_table(book):
        assert all(cell.value is not None for row in body(sheet) for cell in row), sheet.title


def test_uk5_tables_are_excel_tables_with_one_plain_header_row(book: Workbook) -> None:
    """UK5: marked up as tables without a style, uniquely named, headings filled and unique."""
    names = []
    for sheet in with_table(book):
        (table,) = sheet.tables.values()
        names.append(table.displayName)
        assert table.headerRowCount == 1
        assert table.tableStyleInfo is None or table.tableStyleInfo.name is None
        heads = [str(cell.value) for cell in body(sheet)[0]]
        assert all(heads)
        assert len({head.casefold() for head in heads}) == len(heads), sheet.title
        assert all(cell.font.bold for cell in body(sheet)[0])
    assert len(set(names)) == len(names)
    assert not any(re.fullmatch(r"[A-Za-z]{1,3}\d+", name) for name in names)


def test_uk6_nothing_merged_hidden_filtered_or_frozen(book: Workbook) -> None:
    """UK6: no merged cells, hidden rows, columns or sheets, filters or frozen panes."""
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges
        assert sheet.freeze_panes is None
        assert sheet.sheet_state == "visible"
        assert not any(row.hidden for row in sheet.row_dimensions.values())
        assert not any(column.hidden for column in sheet.column_dimensions.values())
        assert all(table.autoFilter is None for table in sheet.tables.values())


def test_uk7_notes_stand_in_lines_and_headings_never_in_numbers(book: Workbook) -> None:
    """UK7: notes in words in brackets, one bracket each; no cell below a heading has one."""
    for sheet in tables(book):
        for row in body(sheet)[1:]:
            assert not any("[note" in str(cell.value) for cell in row)
    assert not any(re.search(r"\[note \d+,", str(cell.value)) for cell in every_cell(book))


def test_uk8_shorthand_stands_alone_and_is_explained_above_its_table(book: Workbook) -> None:
    """UK8: shorthand instead of a value, explained above each table that has it, no other.

    In a rounded edition that is [u]: [c] and [z] would tell whether a 0 is one. [x] stands where no
    population is imported, whatever was counted.
    """
    seen: dict[str, set[str]] = {}
    for sheet in tables(book):
        head, _, _ = place(sheet)
        inside = {str(c.value) for row in body(sheet)[1:] for c in row} & MARKS
        above = [str(row[0].value) for row in sheet.iter_rows(1, head - 1)]
        explained = {mark for mark in MARKS if any(line.startswith(f"{mark} ") for line in above)}
        assert explained == inside, sheet.title
        if inside:
            seen[sheet.title] = inside
    assert seen.pop("T14c") == {"[x]"}
    assert set().union(*seen.values()) == {"[u]"}


def test_uk9_numbers_are_numbers_with_their_unit_in_the_heading(book: Workbook) -> None:
    """UK9: numeric columns hold numbers or shorthand, right aligned, with a number format."""
    for sheet in tables(book):
        header, *rows = body(sheet)
        numeric = [column for column, cell in enumerate(header) if "(" in str(cell.value)]
        numeric = [column for column in numeric if header[column].alignment.horizontal == "right"]
        assert numeric, sheet.title
        for row in rows:
            for column, cell in enumerate(row):
                if column in numeric:
                    assert isinstance(cell.value, int | float) or cell.value in MARKS
                    assert cell.number_format in {"#,##0", "#,##0.0"}
                    assert cell.alignment.horizontal == "right"
                else:
                    assert isinstance(cell.value, str)
                    assert cell.alignment.horizontal == "left"
                    assert cell.alignment.wrap_text


def test_uk10_totals_come_first(book: Workbook) -> None:
    """UK10: the first row of a table is the total of everything it counts."""
    for sheet in tables(book):
        first = body(sheet)[1]
        assert first[0].value in {"Hele landet", "I alt", "Alle niveauer"} or str(
            first[0].value
        ).startswith("Alle "), sheet.title


def test_uk11_no_fills_pictures_headers_or_macros(files: dict[str, bytes], book: Workbook) -> None:
    """UK11: no background colour, image, text box, header, footer or macro."""
    for cell in every_cell(book):
        assert cell.fill.fill_type is None
        assert cell.border.bottom.style is None
    with ZipFile(BytesIO(files[f"{STEM}.xlsx"])) as package:
        parts = package.namelist()
        sheets = [package.read(name) for name in parts if "worksheets/sheet" in name]
    assert not [part for part in parts if "media" in part or "vba" in part or "embed" in part]
    assert not any(b"<headerFooter" in sheet for sheet in sheets)


def test_uk12_one_readable_font(book: Workbook) -> None:
    """UK12: Arial, 10 points or more, titles 16 and bold, nothing slanted."""
    for cell in every_cell(book):
        assert cell.font.name == "Arial"
        assert float(cell.font.size or 0) >= 10
        assert not cell.font.italic
        assert not cell.alignment.textRotation
    for sheet in book.worksheets:
        assert (sheet["A1"].font.size, sheet["A1"].font.bold) == (16, True)


def test_uk13_short_names_without_spaces(files: dict[str, bytes], book: Workbook) -> None:
    """UK13: sheet names short and unique, file names lower case with dashes."""
    assert all(len(name) < 31 and " " not in name for name in book.sheetnames)
    assert all(re.fullmatch(r"[a-z0-9./-]+", name) for name in files)


def test_uk14_document_properties_and_cursor(files: dict[str, bytes], book: Workbook) -> None:
    """UK14: title, subject, organisation, keywords, language; the file opens on A1 of Forside."""
    assert book.properties.title == "Førtidspension, hele landet (Grønland), 2025"
    assert book.properties.creator == "Departementet for Prøver"
    assert book.properties.keywords
    assert book.properties.subject
    with ZipFile(BytesIO(files[f"{STEM}.xlsx"])) as package:
        custom = package.read("docProps/custom.xml")
    assert b'name="Language"><vt:lpwstr>da</vt:lpwstr>' in custom
    assert book.active is book["Forside"]
    assert all(sheet.sheet_view.selection[0].activeCell == "A1" for sheet in book.worksheets)


def test_uk15_the_same_tables_as_ods_and_csv(files: dict[str, bytes], book: Workbook) -> None:
    """UK15: one CSV per table and an ODS beside the workbook."""
    wanted = {f"{STEM}-csv/{STEM}-{sheet.title.lower()}.csv" for sheet in tables(book)}
    assert wanted | {f"{STEM}.xlsx", f"{STEM}.ods", f"{STEM}-csv/{STEM}-indhold.csv"} == set(files)


def test_values_only(files: dict[str, bytes]) -> None:
    """No cell of any sheet holds a formula."""
    with ZipFile(BytesIO(files[f"{STEM}.xlsx"])) as package:
        for name in package.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in package.read(name)
                assert b"<f " not in package.read(name)


def test_same_release_same_bytes(public: Release, files: dict[str, bytes]) -> None:
    """Made again, every file has the same bytes; nothing in it tells when or where it was made."""
    assert render_release(public, load_form(), publisher=PUBLISHER) == files


def test_figures_show_what_their_tables_print(book: Workbook, public: Release) -> None:
    """A figure's numbers are those of its table.

    There is none of a table with nothing to draw, such as those of forløb and jobs here, nor where
    more than half of it is too few to say anything, as the expected refusals of T12.
    """
    names = {sheet.title for sheet in figures(book)}
    assert {"F06", "F07", "F11", "F11b", "F11c", "F14b", "F15"} <= names
    assert not {"F01", "F02", "F08", "F12", "F12b"} & names
    for sheet in figures(book):
        (chart,) = getattr(sheet, "_charts")  # noqa: B009 - openpyxl has no public name for it
        header, *rows = body(sheet)
        assert len(rows) >= 2
        filled = [any(row[place].value for row in rows) for place in range(1, len(header))]
        is_stacked = getattr(chart, "grouping", "") == "stacked"
        assert len(chart.series) == (sum(filled) if is_stacked else len(filled))
        assert all(isinstance(cell.value, int | float) for row in rows for cell in row[1:])
        lines = [str(cell.value) for (cell,) in sheet.iter_rows(2, 8, 1, 1)]
        assert any(line.startswith("Hvert antal er afrundet") for line in lines)
    refusals = next(table for table in public.tables if table.id == "T12")
    assert sum(row[4] in MARKS for row in refusals.rows) == len(refusals.rows)
    by_age = next(table for table in public.tables if table.id == "T14b")
    both = zip(by_age.keys, by_age.rows, strict=True)
    of_all = {str(row[1]): row[2] for (sex, _), row in both if not sex}
    for label, *numbers in (tuple(c.value for c in row) for row in body(book["F14b"])[1:]):
        assert sum(number for number in numbers if isinstance(number, int)) == of_all[str(label)]


def test_every_chart_has_a_description(files: dict[str, bytes]) -> None:
    """A reader who cannot see a chart is told what it shows and where its numbers are."""
    with ZipFile(BytesIO(files[f"{STEM}.xlsx"])) as package:
        drawings = [name for name in package.namelist() if "drawings/drawing" in name]
        parts = [package.read(name).decode() for name in drawings if name.endswith(".xml")]
    assert len(parts) >= 7
    for part in parts:
        assert re.search(r'descr="[^"]{30,}', part)


def test_an_internal_edition_is_marked_everywhere() -> None:
    """FORTROLIGT in every title, above every table and in every file's name."""
    made = render_release(release("956"), load_form(), publisher=PUBLISHER)
    assert all("fortroligt" in name for name in made)
    name = "foertidspension-956-2025-fortroligt.xlsx"
    for sheet in load_workbook(BytesIO(made[name])).worksheets:
        assert str(sheet["A1"].value).startswith("FORTROLIGT. ")
        assert str(sheet["A2"].value).startswith("FORTROLIGT: Må ikke videregives.")
    contents = next(data for name, data in made.items() if name.endswith("indhold.csv"))
    assert contents.decode("utf-8-sig").splitlines()[1].split(";")[6] == "ja"


def test_provisional_periods_are_marked(book: Workbook) -> None:
    """2025 counted in March 2026 is provisional: on the cover, on each table, at each quarter."""
    for sheet in (book["Forside"], *tables(book)):
        column = [str(row[0].value) for row in sheet.iter_rows(1, 12, 1, 1)]
        assert any("Tallene er foreløbige" in text for text in column), sheet.title
    quarters = [row[0].value for row in body(book["T11b"])[2:]]
    assert quarters[0] == "2025, 1. kvartal (foreløbigt)"


def test_an_old_period_is_not_provisional() -> None:
    """The year 2024 ended more than 365 days before 2 March 2026, and is not provisional."""
    made = release("GL", year=2024)
    assert not any(table.provisional for table in made.tables)
    assert not any("foreløbig" in line for table in made.tables for line in table.lines)


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize(("area", "text"), [("GL", GREENLAND), ("DK", DENMARK)])
def test_wide_tables_print_in_readable_letters(area: str, text: str, language: str) -> None:
    """On A4 across, one page wide, no table's letters are smaller than 7.5 points."""
    made = release(area, country=Country(PERSONS, typed(text)), language=language)
    _, data = render_book(made, load_form())
    for sheet in with_table(load_workbook(BytesIO(data))):
        # A column is as wide as so many digits of Arial 11, 8 pixels each.
        spans = [
            (each.width, each.min or 0, each.max or 0) for each in sheet.column_dimensions.values()
        ]
        inches = sum(width * 8 * (last - first + 1) for width, first, last in spans) / 96
        margins = float(sheet.page_margins.left or 0) + float(sheet.page_margins.right or 0)
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth or 1) == 1
        assert 11 * min(1.0, (11.69 - margins) / inches) >= 7.5, sheet.title
        # A line above the table goes on over the columns beside it, and is printed whole: letters
        # of 7.5 points are four and a half pixels wide on the average.
        said = [str(row[0].value or "") for row in sheet.iter_rows(2, 14, 1, 1)]
        assert max(map(len, said)) * 4.5 <= (11.69 - margins) * 96, sheet.title


def test_a_figure_says_no_more_than_it_draws(whole: dict[str, ET.Element]) -> None:
    """A part of a stack that is 0 throughout is not in its legend; counts have no tenths.

    F04: no revurdering of 2025 had one afklaringsforløb, or three and more.
    """
    names = [series.findtext(f"{C}tx//{C}v") for series in whole["F04"].iter(f"{C}ser")]
    assert names == ["Ingen", "2"]
    # Two revurderinger: a line for each. Up to 278 days: whole numbers, however far apart.
    for figure, step in (("F04", "1"), ("F02", None)):
        axis = f"{C}chart/{C}plotArea/{C}valAx"
        (form,) = whole[figure].iterfind(f"{axis}/{C}numFmt")
        assert form.get("formatCode") == "#,##0"
        assert [u.get("val") for u in whole[figure].iterfind(f"{axis}/{C}majorUnit")] == (
            [step] if step else []
        )


def test_a_figures_table_has_the_formats_of_its_numbers() -> None:
    """F12: whole refusals beside expected ones with a tenth."""
    # As old as the three who were refused, so that the country's share of theirs is 3 of 4.
    persons = {**PERSONS, "p": ("K", date(1980, 1, 1))}
    made = release("GL", country=Country(persons, typed(GREENLAND)))
    _, data = render_book(made, load_form())
    header, first, *_ = body(load_workbook(BytesIO(data))["F12"])
    assert [str(cell.value).split(" (")[0] for cell in header[1:]] == [
        "Afslag",
        "Forventede afslag, de indberettende kommuners andel",
    ]
    assert [cell.number_format for cell in first[1:]] == ["#,##0", "#,##0.0"]


@pytest.fixture(scope="module")
def whole() -> dict[str, ET.Element]:
    """Return every chart of the second small country: name of its sheet → its part."""
    made = release("GL", country=Country(PERSONS, typed(GREENLAND)))
    name, data = render_book(made, load_form())
    assert name.endswith(".xlsx")
    with ZipFile(BytesIO(data)) as package:
        parts = [
            ET.fromstring(package.read(part))
            for part in package.namelist()
            if part.startswith("xl/charts/chart")
        ]
    return {
        chart.findtext(f".//{C}cat//{C}f", "").split("!")[0].strip("'"): chart for chart in parts
    }
