"""The returned workbook of a file that another program wrote is as sound as the file was.

The same faulty workbook is written as other programs write it: names in another case, a picture
in the header, no view of the workbook, other names of parts, other targets. Its marks stand at the
cells where they stand in our own, and neither `package_lint` nor `openxml-audit` has more to say.
"""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import load_workbook

from fpsheet.ooxml.archive import open_archive
from fpsheet.ooxml.parts import Parts
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import FAULTY_ROWS, check_bytes, make_workbook, opened
from tests.support.package_lint import lint_package
from tests.support.schema_audit import audit
from tests.support.unmarked import clean_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORM: Final = load_form()
TYPES: Final = "[Content_Types].xml"
FAULTY_SHEET: Final = "xl/worksheets/sheet3.xml"
_PICTURE: Final = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:o="urn:schemas-microsoft-com:office:office">'
    '<v:shape id="LH" type="#_x0000_t75" style="position:absolute;width:50pt;height:20pt">'
    '<v:imagedata o:relid="rId1" o:title="logo"/></v:shape></xml>'
)
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

Package = dict[str, bytes]


def unzip(content: bytes) -> Package:
    """Return the parts of a package by name."""
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rezip(parts: Package) -> bytes:
    """Zip parts as they are named."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def as_issued(parts: Package) -> Package:
    """As this program writes it."""
    return parts


def other_case(parts: Package) -> Package:
    """As some writers zip it: names in another case than the relationships have."""
    return {
        name.replace("worksheets/sheet", "worksheets/Sheet").replace("styles", "Styles"): content
        for name, content in parts.items()
    }


def third_case(parts: Package) -> Package:
    """The zip, the relationships and the list of types each in a case of their own."""
    types = parts[TYPES].replace(b"/xl/worksheets/sheet", b"/XL/Worksheets/SHEET")
    return other_case({**parts, TYPES: types})


def header_picture(parts: Package) -> Package:
    """With a logo in the header of the sheet that has the faults."""
    rels = "xl/worksheets/_rels/sheet3.xml.rels"
    link = f'<Relationship Id="rIdL" Type="{_OFFICE}/vmlDrawing" Target="../drawings/logo.vml"/>'
    picture = f'<Relationship Id="rId1" Type="{_OFFICE}/image" Target="../media/logo.png"/>'
    own = f'<Relationships xmlns="{_RELATIONS}">{picture}</Relationships>'
    sheet = parts[FAULTY_SHEET].replace(
        b"<tableParts", f'<legacyDrawingHF xmlns:r="{_OFFICE}" r:id="rIdL"/><tableParts'.encode()
    )
    default = (
        b'<Default Extension="vml"'
        b' ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        b'<Default Extension="png" ContentType="image/png"/><Override '
    )
    return {
        **parts,
        TYPES: parts[TYPES].replace(b"<Override ", default, 1),
        FAULTY_SHEET: _in_order(sheet),
        rels: parts[rels].replace(b"</Relationships>", link.encode() + b"</Relationships>"),
        "xl/drawings/logo.vml": _PICTURE.encode(),
        "xl/drawings/_rels/logo.vml.rels": own.encode(),
        "xl/media/logo.png": b"\x89PNG\r\n\x1a\n",
    }


def _in_order(sheet: bytes) -> bytes:
    assert sheet.index(b"<legacyDrawingHF") < sheet.index(b"<tableParts")
    return sheet


def no_view(parts: Package) -> Package:
    """As SheetJS writes it: no view of the workbook, no tab chosen."""
    book = re.sub(rb"<bookViews>.*?</bookViews>", b"", parts["xl/workbook.xml"])
    return {**parts, "xl/workbook.xml": book}


def names_alike(parts: Package) -> Package:
    """With names of sheets that differ in letters only, and targets told from the folder."""
    names = {"sheet2.xml": "sheet1a.xml", "sheet3.xml": "sheet1b.xml", "sheet6.xml": "sheet1c.xml"}
    told = {name.encode(): other.encode() for name, other in names.items()}

    def respell(content: bytes) -> bytes:
        content = re.sub(rb"sheet[236]\.xml", lambda found: told[found[0]], content)
        return content.replace(b'Target="/xl/worksheets/', b'Target="worksheets/')

    return {
        respell(name.encode()).decode(): respell(content)
        if name.endswith(".rels") or name == TYPES
        else content
        for name, content in parts.items()
    }


def few_styles(parts: Package) -> Package:
    """Without formats for conditional formatting, but with colours behind their place."""
    styles = re.sub(rb"<dxfs.*?</dxfs>", b"", parts["xl/styles.xml"], flags=re.DOTALL)
    styles = re.sub(rb"<tableStyles[^>]*/>", b"", styles)
    assert styles.endswith(b"</colors></styleSheet>")
    sheets = {
        name: re.sub(rb"<conditionalFormatting.*?</conditionalFormatting>", b"", content)
        for name, content in parts.items()
        if name.startswith("xl/worksheets/sheet")
    }
    return {**parts, **sheets, "xl/styles.xml": styles}


WRITERS: Final = (
    as_issued,
    other_case,
    third_case,
    header_picture,
    no_view,
    names_alike,
    few_styles,
)


@pytest.fixture(scope="module")
def issued() -> bytes:
    """The workbook as issued and filled, with faults and warnings on three sheets."""
    return make_workbook(FORM, FAULTY_ROWS)


@pytest.fixture(scope="module")
def ours(issued: bytes) -> bytes:
    """The workbook with its marks, never touched by another program."""
    return marked(issued)


def marked(content: bytes) -> bytes:
    """Check a workbook and return it with its marks."""
    checked = check_bytes(content, FORM)
    return return_workbook(opened(content), checked.findings, checked.check, SpokenForm(FORM, "da"))


def notes(content: bytes) -> set[tuple[str, str]]:
    """Return tab and cell of each note in the first rows of a workbook, read with openpyxl."""
    book = load_workbook(BytesIO(content))
    return {
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets
        for row in sheet.iter_rows(max_row=40)
        for cell in row
        if cell.comment is not None
    }


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_what_others_wrote_comes_back_as_sound_as_it_was(
    write: Callable[[Package], Package], issued: bytes, ours: bytes, tmp_path: Path
) -> None:
    """Its marks stand where they stand in ours, and no check finds a fault in it."""
    assert len(notes(ours)) > 3
    back = marked(rezip(write(unzip(issued))))
    assert lint_package(back) == ()
    assert audit(back, tmp_path) == Counter()
    assert notes(back) == notes(ours)


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_the_marks_can_be_taken_away_again(
    write: Callable[[Package], Package], issued: bytes
) -> None:
    """Without marks no note and no list is left, and the picture of a header still is."""
    parts = write(unzip(issued))
    cleaned = clean_workbook(marked(rezip(parts)), FORM)
    assert notes(cleaned) == set()
    assert lint_package(cleaned) == ()
    folded = {name.casefold() for name in parts}
    assert {name.casefold() for name in unzip(cleaned)} == folded
    picture = "xl/drawings/logo.vml"
    assert unzip(cleaned).get(picture) == parts.get(picture)


def test_the_checks_see_what_is_broken(issued: bytes, tmp_path: Path) -> None:
    """Notes drawn into the picture of a header, and fonts in openpyxl's order, are errors."""
    parts = unzip(marked(rezip(header_picture(unzip(issued)))))
    sheet = re.sub(rb"<legacyDrawing .*?/>", b"", parts[FAULTY_SHEET])
    assert lint_package(rezip({**parts, FAULTY_SHEET: sheet}))
    styles = re.sub(rb"<b ?/>(<.*?)</font>", rb"\1<b/></font>", parts["xl/styles.xml"])
    assert styles != parts["xl/styles.xml"]
    assert audit(rezip({**parts, "xl/styles.xml": styles}), tmp_path)


def test_a_part_is_found_however_its_name_is_spelled(issued: bytes) -> None:
    """Case and percent-encoding of a name say nothing; another name is another part."""
    parts = Parts(open_archive(rezip({"xl/Work%20book.xml": b"<a/>", TYPES: b"<b/>"})))
    assert parts["XL/work book.xml"] == b"<a/>"
    assert "xl/workbook.xml" not in parts
    parts.remove("xl/WORK book.xml")
    assert parts.names() == (TYPES,)
    assert Parts(open_archive(issued)).to_bytes() == issued
