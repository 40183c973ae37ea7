"""The statistics as CSV and ODS, and the workbook opened by LibreOffice: the same numbers."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from io import BytesIO, StringIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from zipfile import ZIP_STORED, ZipFile

import polars as pl
import pytest

from fpsheet.statistics.csv_file import write_csv
from fpsheet.statistics.page_layout import Publisher
from fpsheet.statistics.render_files import render_release, write_release
from fpsheet_sync.statistics.stat_table import ColumnKind, Shorthand
from fpsheet_templates.errors import WorkbookFileError
from fpsheet_templates.load import load_form
from tests.sync.statistics.tables.test_statistics_country import release

if TYPE_CHECKING:
    from pathlib import Path

    from fpsheet_sync.statistics.stat_table import Release
    from tests.support.libreoffice import LibreOffice

STEM = "foertidspension-groenland-2025-fortroligt"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


@pytest.fixture(scope="module")
def made() -> Release:
    """Return the national edition of the small country."""
    return release("GL")


@pytest.fixture(scope="module")
def files(made: Release) -> dict[str, bytes]:
    """Return its files."""
    return render_release(made, load_form(), publisher=Publisher())


def test_csv_is_what_danish_excel_opens(made: Release, files: dict[str, bytes]) -> None:
    """UTF-8 with byte order mark, semicolons, decimal commas, CRLF; codes beside labels."""
    data = files[f"{STEM}-csv/{STEM}-t12.csv"]
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("kommune_kode;kommune;tilkendelse;afslag;afgoerelser;andel_afslag;")
    assert lines[1].startswith(";3 af 5 kommuner;3;1;4;25,0;")
    assert lines[2].startswith("955;Kommune Kujalleq;2;1;3;33,3;")


def test_csv_is_read_back_by_a_program(made: Release, files: dict[str, bytes]) -> None:
    """Polars reads every file with separator and decimal comma named, to the same numbers."""
    for table in made.tables:
        data = files[f"{STEM}-csv/{STEM}-{table.id.lower()}.csv"]
        frame = pl.read_csv(
            data,
            separator=";",
            decimal_comma=True,
            null_values=[str(mark) for mark in Shorthand],
            infer_schema_length=None,
        )
        width = len(table.dimensions)
        for column, place in zip(
            frame.columns[2 * width :], range(width, len(table.columns)), strict=False
        ):
            if table.columns[place].kind is ColumnKind.NOTE:
                continue
            wanted = [None if isinstance(r[place], str) else r[place] for r in table.rows]
            assert frame[column].to_list() == wanted, (table.id, column)


def test_a_single_csv_says_of_what_it_is_and_who_has_reported(
    made: Release, files: dict[str, bytes]
) -> None:
    """Every row of every table ends with area, days, day of counting, coverage and source."""
    for table in made.tables:
        data = files[f"{STEM}-csv/{STEM}-{table.id.lower()}.csv"].decode("utf-8-sig")
        head, *rows = csv.reader(StringIO(data), delimiter=";")
        assert head[-6:] == ["omraade", "fra", "til", "opgjort_pr", "daekning", "kilde"]
        assert rows
        for row in rows:
            area, fra, til, counted, coverage, source = row[-6:]
            assert (area, fra, til) == ("3 af 5 kommuner (Grønland)", "2025-01-01", "2025-12-31")
            assert counted == "2026-03-02"
            assert coverage.startswith("3 af 5 kommuner har indberettet for hele perioden.")
            assert "Intet for perioden: Kommune Qeqertalik, Avannaata Kommunia." in coverage
            assert source.startswith("Kilde: ")
    contents = files[f"{STEM}-csv/{STEM}-indhold.csv"].decode("utf-8-sig")
    head, *rows = csv.reader(StringIO(contents), delimiter=";")
    assert all(row[head.index("daekning")].startswith("3 af 5 ") for row in rows)


def test_csv_text_never_becomes_a_formula(made: Release) -> None:
    """A label that begins like a formula is led by an apostrophe."""
    table = made.tables[0]
    row = ("=1+1", "@SUM(A1)", *table.rows[0][2:])
    written = write_csv(replace(table, rows=(row,), keys=table.keys[:1]))
    rows = list(csv.reader(StringIO(written.decode("utf-8-sig")), delimiter=";"))
    assert (rows[1][1], rows[1][3]) == ("'=1+1", "'@SUM(A1)")


def test_workbook_text_never_becomes_a_formula(made: Release) -> None:
    """A label that begins like a formula is a text cell in the workbook."""
    table = made.tables[0]
    row = ("=1+1", "+1", *table.rows[0][2:])
    odd = replace(made, tables=(replace(table, rows=(row,), keys=table.keys[:1], charts=()),))
    files = render_release(odd, load_form(), publisher=Publisher())
    with ZipFile(
        BytesIO(next(data for name, data in files.items() if name[-4:] == "xlsx"))
    ) as zip_:
        assert b"=1+1" in zip_.read("xl/sharedStrings.xml")
        sheets = [zip_.read(name) for name in zip_.namelist() if "worksheets/sheet" in name]
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_ods_declares_the_version_whose_attributes_it_has(files: dict[str, bytes]) -> None:
    """OpenDocument 1.3 in every part; a scale of 0 pages is none (1 is the least)."""
    with ZipFile(BytesIO(files[f"{STEM}.ods"])) as package:
        parts = {name: package.read(name) for name in package.namelist() if name != "mimetype"}
    declared = {
        name: re.findall(rb'(?:office|manifest):version="([^"]+)"', part)
        for name, part in parts.items()
    }
    assert set(map(tuple, declared.values())) == {(b"1.3",)}
    scales = re.findall(rb'style:scale-to-[XY]="(\d+)"', parts["styles.xml"])
    assert scales
    assert all(int(scale) > 0 for scale in scales)


def test_ods_has_the_same_tables(made: Release, files: dict[str, bytes]) -> None:
    """The ODS holds Forside, Indhold, Noter and each table with the same cells, no figures."""
    with ZipFile(BytesIO(files[f"{STEM}.ods"])) as package:
        first = package.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
        root = ET.fromstring(package.read("content.xml"))
    sheets = {sheet.get(f"{TABLE}name"): sheet for sheet in root.iter(f"{TABLE}table")}
    assert list(sheets) == ["Forside", "Indhold", "Noter", *(table.id for table in made.tables)]
    for table in made.tables:
        rows = [_values(row) for row in sheets[table.id].iter(f"{TABLE}table-row")]
        head = next(place for place, row in enumerate(rows) if len(row) > 1)
        assert rows[head] == [column.label for column in table.columns]
        assert rows[head + 1 :] == [[_plain(cell) for cell in row] for row in table.rows]


def _values(row: ET.Element) -> list[object]:
    return [
        float(str(cell.get(f"{OFFICE}value")))
        if cell.get(f"{OFFICE}value-type") == "float"
        else "".join(cell.itertext())
        for cell in row.iter(f"{TABLE}table-cell")
    ]


def _plain(cell: object) -> object:
    return str(cell) if isinstance(cell, str) else float(str(cell))


def test_files_are_written_whole_or_not_at_all(made: Release, tmp_path: Path) -> None:
    """A folder that cannot be written is one sentence, and no file is left behind."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(WorkbookFileError):
        write_release(made, blocked, load_form())
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    folder = tmp_path / "new" / "folder"
    path = write_release(made, folder, load_form())
    assert path == folder / f"{STEM}.xlsx"
    found = {str(each.relative_to(folder)) for each in folder.rglob("*.*")}
    assert found == set(render_release(made, load_form(), publisher=Publisher()))


@pytest.mark.lo
@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_libreoffice_opens_it_and_reads_the_same(
    libreoffice: LibreOffice, made: Release, files: dict[str, bytes], tmp_path: Path, suffix: str
) -> None:
    """LibreOffice opens workbook and ODS; title, headings and every cell of every table agree."""
    path = tmp_path / f"statistik.{suffix}"
    path.write_bytes(files[f"{STEM}.{suffix}"])
    with libreoffice.open(path) as document:
        for table in made.tables:
            sheet = document.sheet(table.id)
            assert sheet.getCellByPosition(0, 0).getString() == f"FORTROLIGT. {table.title}"
            head = next(n for n in range(30) if sheet.getCellByPosition(1, n).getString())
            last = head + len(table.rows)
            found = sheet.getCellRangeByPosition(0, head, len(table.columns) - 1, last)
            labels = tuple(column.label for column in table.columns)
            rows = tuple(tuple(_plain(cell) for cell in row) for row in table.rows)
            assert found.getDataArray() == (labels, *rows), table.id
        if suffix == "xlsx":
            assert document.sheet("F11").Charts.Count == 1
