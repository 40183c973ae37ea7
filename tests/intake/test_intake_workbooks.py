"""Whole workbooks of real programs: openpyxl, XlsxWriter, LibreOffice, Excel's encryption."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import msoffcrypto.format.ooxml
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import FormulaRule
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image as Picture

from fpsheet.workbook.build import build_workbook
from fpsheet_templates.load import load_form
from fpsheet_validation.raw import CellKind
from tests.support.xlsx_parts import FIRST_ROW, META, codes, headings, identities, sheet_of, take_in

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet.workbook.entry_sheet import Row
    from tests.support.libreoffice import LibreOffice

FORM = load_form()
CPR = "710776-0001"
ISSUED_AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
ROW: Row = {
    "cpr": CPR.replace("-", ""),
    "forloeb_type": "revalidering",
    "start_dato": date(2026, 2, 1),
}


@pytest.fixture(scope="module")
def issued() -> bytes:
    """A workbook as issued, with two rows on Forløb."""
    return build_workbook(
        FORM,
        kommune_kode="956",
        aar=2026,
        language="da",
        workbook_id="K7Q2M9XA",
        issued_at=ISSUED_AT,
        rows={"forloeb": [ROW, {**ROW, "slut_dato": date(2026, 3, 1), "timer_pr_uge": 12.5}]},
        premade=20,
    )


def saved(book: openpyxl.Workbook) -> bytes:
    """Return the bytes openpyxl writes."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_issued_workbook_has_no_faults(issued: bytes) -> None:
    """What we issue is read without a word; the values come back as written."""
    raw, faults = take_in(issued, expected_kommune="956")
    assert raw is not None
    assert faults == ()
    assert raw.missing == ()
    assert {key: raw.meta[key] for key in ("workbook_id", "kommune_kode", "aar", "sprog")} == {
        key: META[key] for key in ("workbook_id", "kommune_kode", "aar", "sprog")
    }
    sheet = raw.sheets["forloeb"]
    assert (sheet.totals.xml, sheet.totals.read, sheet.totals.blank) == (22, 2, 20)
    assert sheet.kinds == {}
    assert sheet.frame.select(
        "raekke", "cpr", "start_dato", "slut_dato", "timer_pr_uge"
    ).rows() == [
        (4, CPR, "2026-02-01 00:00:00", None, None),
        (5, CPR, "2026-02-01 00:00:00", "2026-03-01 00:00:00", "12.5"),
    ]


def test_her_own_things_are_fine(issued: bytes) -> None:
    """A chart, a picture, a comment, a link, colours and an added sheet change nothing."""
    before = sheet_of(issued)
    book = openpyxl.load_workbook(io.BytesIO(issued))
    own = book.create_sheet("Mine tal")
    for at in range(1, 5):
        own.append([f"Navn {at}", at])
    chart = BarChart()
    chart.add_data(Reference(own, min_col=2, min_row=1, max_row=4))
    own.add_chart(chart, "D2")
    stream = io.BytesIO()
    Picture.new("RGB", (4, 4), "red").save(stream, "PNG")
    own.add_image(Image(stream), "D20")
    entries = book["Forløb"]
    entries["C4"].comment = Comment("Ring i morgen", "BT")
    entries["D4"].hyperlink = "https://eksempel.test/"
    rule = FormulaRule(["H4>30"], stopIfTrue=True)  # type: ignore[no-untyped-call]
    entries.conditional_formatting.add("H4:H9", rule)
    data = saved(book)
    assert codes(data) == []
    assert sheet_of(data).frame.equals(before.frame)


def test_xlsxwriter_and_openpyxl_read_the_same() -> None:
    """Shared texts (XlsxWriter, Excel) and inline texts (openpyxl) give the same rows."""
    rows = [identities("forloeb"), headings("forloeb"), ["id", "✓", CPR, "Åben & <lukket>"]]
    stream = io.BytesIO()
    written = xlsxwriter.Workbook(stream)
    sheet = written.add_worksheet("Forløb")
    for at, texts in enumerate(rows, start=1):
        sheet.write_row(at, 0, texts)
    written.close()
    book = openpyxl.Workbook()
    first = active(book)
    first.title = "Forløb"
    first.append([])
    for texts in rows:
        first.append(texts)
    assert sheet_of(stream.getvalue()).frame.equals(sheet_of(saved(book)).frame)
    assert sheet_of(saved(book)).frame["forloeb_type"].to_list() == ["Åben & <lukket>"]


def test_password_protected(issued: bytes) -> None:
    """A workbook that Excel encrypted is told from an old .xls."""
    stream = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(issued)).encrypt("hemmeligt", stream)
    assert codes(stream.getvalue()) == ["STR-006"]


# What a cell may hold, and how the raw text is spelled; worked out without the reader.
CELLS = st.one_of(
    st.none(),
    st.text(
        # Odd spaces, hyphens and accents are repaired; other tests say how.
        st.characters(
            exclude_categories=("Cc", "Cs", "Cn", "Co", "Cf", "Zs", "Mn", "Zl", "Zp"),
            exclude_characters="\u2010\u2011",
        ),
        min_size=1,
        max_size=12,
    ).filter(lambda text: "_x" not in text),
    st.integers(-(10**9), 10**9),
    st.integers(-(10**6), 10**6).map(lambda number: number / 8),
    st.booleans(),
    st.dates(date(1905, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["æøå", "=ikke en formel", "_x0041_", " to  blanke ", "1. linje\n2. linje"]),
)
ROWS = st.dictionaries(
    st.integers(FIRST_ROW, 40),
    st.lists(CELLS, min_size=1, max_size=len(identities("forloeb"))),
    max_size=12,
)


def spelled(value: object) -> str | None:
    """Return the text a raw frame has for a value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, date):
        return f"{datetime.combine(value, time()):%Y-%m-%d %H:%M:%S}"
    # The name by which Excel writes a character, which openpyxl does not escape.
    return None if value is None else str(value).replace("_x0041_", "A")


def active(book: openpyxl.Workbook) -> Worksheet:
    """Return a new workbook's only sheet."""
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError
    return sheet


def write_random(rows: dict[int, list[Any]], *, shift: int) -> bytes:
    """Write rows by openpyxl, the whole sheet moved right by some columns."""
    book = openpyxl.Workbook()
    sheet = active(book)
    sheet.title = "Forløb"
    for at, texts in ((2, identities("forloeb")), (3, headings("forloeb")), *rows.items()):
        for column, value in enumerate(texts, start=1):
            cell = sheet.cell(at, column + shift)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    return saved(book)


@settings(max_examples=40)
@given(rows=ROWS, shift=st.integers(0, 3))
def test_random_sheets_map_to_excels_rows(rows: dict[int, list[Any]], shift: int) -> None:
    """Every value stands at the row and the field where openpyxl put it, and no other does."""
    fields = [name.partition(".")[2] for name in identities("forloeb")]
    expected = {}
    for number, texts in rows.items():
        named = {f: spelled(v) for f, v in zip(fields, texts, strict=False) if f != "status"}
        named = {field: text for field, text in named.items() if text is not None}
        if named.keys() - {"raekke_id"}:
            expected[number] = named
    sheet = sheet_of(write_random(rows, shift=shift))
    found = {
        record["raekke"]: {f: v for f, v in record.items() if v is not None and f != "raekke"}
        for record in sheet.frame.to_dicts()
    }
    assert found == expected
    assert sheet.totals.xml == sheet.totals.read + sheet.totals.blank == len(rows)


def test_values_of_every_kind_are_marked_alike() -> None:
    """A boolean, a number and an error in text columns, a text in a date column."""
    fields = [name.partition(".")[2] for name in identities("forloeb")]
    given_values = {
        "cpr": 101901234,
        "forloeb_type": True,
        "start_dato": "1/2-26",
        "resultat": "#N/A",
    }
    rows = {4: [given_values.get(field) for field in fields]}
    book = openpyxl.load_workbook(io.BytesIO(write_random(rows, shift=0)))
    active(book).cell(4, fields.index("resultat") + 1).data_type = "e"
    assert sheet_of(saved(book)).kinds == {
        (4, "cpr"): frozenset({CellKind.NUMBER}),
        (4, "forloeb_type"): frozenset({CellKind.BOOLEAN}),
        (4, "start_dato"): frozenset({CellKind.TEXT}),
        (4, "resultat"): frozenset({CellKind.ERROR}),
    }


@pytest.mark.lo
def test_saved_by_libreoffice(libreoffice: LibreOffice, issued: bytes, tmp_path: Path) -> None:
    """Opened and saved by LibreOffice, with a row typed below the pre-made ones."""
    before, after = tmp_path / "before.xlsx", tmp_path / "after.xlsx"
    before.write_bytes(issued)
    with libreoffice.open(before) as document:
        document.set_text("Forløb", "C60", "711290-0002")
        document.set_text("Forløb", "E60", "03-02-2026")
        document.set_text("Forløb", "E61", "=E60")
        document.save_as(after)
    raw, faults = take_in(after.read_bytes(), expected_kommune="956")
    assert raw is not None
    assert faults == ()
    frame, expected = raw.sheets["forloeb"].frame, sheet_of(issued).frame
    assert frame.head(2).equals(expected)
    assert frame.tail(2).select("raekke", "cpr", "start_dato").rows() == [
        (60, "711290-0002", "2026-02-03 00:00:00"),
        (61, None, "2026-02-03 00:00:00"),
    ]
    assert raw.sheets["forloeb"].kinds == {(61, "start_dato"): frozenset({CellKind.FORMULA})}


@pytest.mark.lo
@pytest.mark.parametrize(("suffix", "code"), [(".ods", "STR-009"), (".xls", "STR-007")])
def test_other_formats_of_libreoffice(
    libreoffice: LibreOffice, issued: bytes, tmp_path: Path, suffix: str, code: str
) -> None:
    """The same workbook saved in another format, named .xlsx or not."""
    source = tmp_path / "F.xlsx"
    source.write_bytes(issued)
    with libreoffice.open(source) as document:
        other = document.save_as(tmp_path / f"F{suffix}")
    assert codes(other.read_bytes()) == [code]
