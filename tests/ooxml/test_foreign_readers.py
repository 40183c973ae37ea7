"""Programs of others read what fpsheet writes: ExcelJS, SheetJS and Gnumeric, and jing for ODS."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import pytest

from fpsheet.returned.mark_workbook import return_workbook
from fpsheet.statistics.page_layout import Publisher
from fpsheet.statistics.render_files import render_release
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.country import public_editions
from tests.support.desk import FAULTY_ROWS, check_bytes, make_workbook, opened
from tests.support.readers import (
    CannotReadError,
    read_with_gnumeric,
    read_with_node,
    validate_ods,
)
from tests.support.schema_audit import audit
from tests.sync.statistics.publication.test_statistics_printing import YEAR, country

if TYPE_CHECKING:
    from pathlib import Path

FORM: Final = load_form()
KINDS: Final = ("entry", "returned", "statistics")


@pytest.fixture(scope="module")
def statistics() -> dict[str, bytes]:
    """The files of a public edition by their endings."""
    release = public_editions(country(), YEAR)[0]
    made = render_release(release, FORM, publisher=Publisher("Departementet"))
    return {name.rpartition(".")[2]: content for name, content in made.items()}


@pytest.fixture(scope="module")
def workbooks(statistics: dict[str, bytes]) -> dict[str, bytes]:
    """A workbook of each kind."""
    entry = make_workbook(FORM, FAULTY_ROWS)
    checked = check_bytes(entry, FORM)
    back = return_workbook(opened(entry), checked.findings, checked.check, SpokenForm(FORM, "da"))
    return {"entry": entry, "returned": back, "statistics": statistics["xlsx"]}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", ["exceljs", "sheetjs"])
def test_a_program_with_nodejs_reads_every_sheet(
    reader: str, kind: str, workbooks: dict[str, bytes], tmp_path: Path
) -> None:
    """Each sheet is there, and what was typed stands where it was typed."""
    file = tmp_path / "bog.xlsx"
    file.write_bytes(workbooks[kind])
    sheets = read_with_node(reader, file)
    if kind == "statistics":
        assert {"Forside", "Indhold", "Noter", "T14"} <= set(sheets)
        assert sum(len(cells) for cells in sheets.values()) > 500
        return
    titles = [FORM.sheet_title(sheet.id, "da") for sheet in FORM.sheets]
    assert list(sheets)[: len(titles)] == titles
    assert sheets["Borgere"]["C4"] == "610180-1234"
    assert sheets["Forløb"]["C5"] == "610180-1234"
    assert ("Fejlliste" in sheets) == (kind == "returned")


@pytest.mark.parametrize("kind", KINDS)
def test_gnumeric_reads_every_sheet(kind: str, workbooks: dict[str, bytes], tmp_path: Path) -> None:
    """It opens the workbook, calculates it and finds what was typed."""
    file = tmp_path / "bog.xlsx"
    file.write_bytes(workbooks[kind])
    sheets = read_with_gnumeric(file, tmp_path)
    if kind == "statistics":
        assert len(sheets) > 10
        return
    borgere = sheets[1]
    assert borgere[3][2] == "610180-1234"
    # Gnumeric calculates: the status of the row is there in words.
    assert borgere[3][1].startswith(("✔", "⚠", "✖"))


def test_a_broken_workbook_is_read_by_none(workbooks: dict[str, bytes], tmp_path: Path) -> None:
    """The readers do tell: half a file is refused by each."""
    file = tmp_path / "halv.xlsx"
    file.write_bytes(workbooks["entry"][:9000])
    for reader in ("exceljs", "sheetjs"):
        with pytest.raises(CannotReadError):
            read_with_node(reader, file)
    with pytest.raises(CannotReadError):
        read_with_gnumeric(file, tmp_path)


@pytest.mark.slow
def test_every_kind_of_workbook_passes_the_audit(
    workbooks: dict[str, bytes], tmp_path: Path
) -> None:
    """`openxml-audit` finds no error in any of them."""
    assert {kind: dict(audit(each, tmp_path)) for kind, each in workbooks.items()} == {
        kind: {} for kind in KINDS
    }


def test_statistics_as_ods_are_valid(statistics: dict[str, bytes], tmp_path: Path) -> None:
    """Each part is valid by the schema of the version that the file declares."""
    assert validate_ods(statistics["ods"], tmp_path) == ()


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("styles.xml", b'style:scale-to-X="1"', b'style:scale-to-X="1" style:scale-to-Y="0"'),
        ("content.xml", b"<table:table-row", b"<table:row"),
        ("META-INF/manifest.xml", b'manifest:full-path="meta.xml"', b""),
    ],
)
def test_jing_sees_what_is_not_valid(
    part: str, old: bytes, new: bytes, statistics: dict[str, bytes], tmp_path: Path
) -> None:
    """A page scaled to no page, a row that is none, and a file without a name are told."""
    with ZipFile(BytesIO(statistics["ods"])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    (first, *_) = validate_ods(target.getvalue(), tmp_path)
    assert first.startswith(part)
