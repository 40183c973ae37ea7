"""Files refused unread: what is in them is named, and a foreign one hears that it is not ours.

Findings: STR-007 to STR-011, STR-026 to STR-034 and STR-040, in one file together.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import TYPE_CHECKING

import pytest

from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.xlsx_parts import (
    CONTENT_TYPES,
    MAIN,
    MAIN_TYPE,
    OFFICE,
    WORKBOOK,
    Package,
    codes,
    make_package,
    make_workbook,
    part_of,
    sheet_xml,
    take_in,
    text_row,
)

if TYPE_CHECKING:
    from collections.abc import Callable

FORM = load_form()
OURS = make_workbook()
FOREIGN = make_package({"Ark1": sheet_xml(text_row(1, ["Navn", "Beløb", "job.xyz", "tJobs"]))})
MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
STRICT = ("http://schemas.openxmlformats.org", "http://purl.oclc.org/ooxml")


def _strict(package: Package) -> Package:
    new = OFFICE.replace(*STRICT).replace("/2006", "")
    return package.replace("_rels/.rels", OFFICE, new)


UNREAD: dict[str, Callable[[Package], Package]] = {
    "STR-008": lambda package: package.with_part("xl/workbook.bin", b"\0"),
    "STR-010": lambda package: package.replace(CONTENT_TYPES, MAIN_TYPE, MACRO_TYPE),
    "STR-011": _strict,
    "STR-026": lambda package: package.with_part("docProps/custom.xml", "<!DOCTYPE a><a/>"),
    "STR-027": lambda package: package.with_part("xl/vbaProject.bin", b"\0"),
    "STR-029": lambda package: package.with_part("xl/embeddings/a.docx", b"PK"),
    "STR-031": lambda package: package.with_part("xl/activeX/activeX1.xml", "<a/>"),
    "STR-032": lambda package: package.with_part("xl/webextensions/taskpanes.xml", "<a/>"),
    "STR-034": lambda package: package.with_part("_rels/.rels", "<Relation"),
}


@pytest.mark.parametrize("code", UNREAD)
def test_a_foreign_file_hears_at_once_that_it_is_not_ours(code: str) -> None:
    """Nobody cleans a file that is then found to be another's; of ours that is not said."""
    assert codes(UNREAD[code](FOREIGN)) == ["STR-040", code]
    assert codes(UNREAD[code](OURS)) == [code]


def _odd_zip(package: Package, code: str) -> bytes:
    """Zip a package so that it is refused for how it is zipped."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in package.parts.items():
            archive.writestr(name, content)
        if code == "STR-021":
            archive.writestr("../ud.xml", "<a/>")
        elif code == "STR-022":
            archive.writestr("XL/workbook.xml", package.parts["xl/workbook.xml"])
        elif code == "STR-025":
            archive.writestr("xl/media/nul.xml", bytes(40 * 2**20))
    return target.getvalue()


@pytest.mark.parametrize("code", ["STR-021", "STR-022", "STR-025"])
def test_a_foreign_file_that_is_zipped_oddly_hears_it_too(code: str) -> None:
    """Its parts are looked at all the same; one of ours only hears what is odd."""
    assert codes(_odd_zip(FOREIGN, code)) == ["STR-040", code]
    assert codes(_odd_zip(OURS, code)) == [code]


def test_what_is_cut_off_or_damaged_may_be_ours() -> None:
    """Half a file says nothing of the other half: it is fetched again first."""
    whole = FOREIGN.data()
    assert codes(whole[: len(whole) // 2]) == ["STR-016"]
    damaged = bytearray(_odd_zip(FOREIGN, "STR-022"))
    at = damaged.index(b"xl/worksheets/sheet1.xml") + 30
    damaged[at : at + 8] = b"\xff" * 8
    assert codes(bytes(damaged)) == ["STR-022"]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16-le"])
def test_other_formats_keep_our_words(encoding: str) -> None:
    """An .xlsb or .xls has a byte or two for a letter; one of ours is told by its hidden rows."""
    package = Package({"xl/workbook.bin": b"\0", "xl/sharedStrings.bin": b"\x09borger.navn"})
    assert codes(package) == ["STR-040", "STR-008"]
    words = b"\x0a\0\0\0" + "borger.cpr".encode(encoding)
    assert codes(package.with_part("xl/sharedStrings.bin", words)) == ["STR-008"]


def _message(package: Package, language: str = "da") -> str:
    """Return the sentence of the only finding, and its advice."""
    _, (fault,) = take_in(package)
    finding = fault.to_finding(FORM)
    spoken = SpokenForm(FORM, language)
    return f"{finding.message(spoken)} {finding.remedy(spoken)}"


NAMED = [
    ("xl/embeddings/Microsoft_Word_Document.docx", "Word-dokument"),
    ("xl/embeddings/plan.pdf", "PDF-dokument"),
    ("xl/embeddings/Microsoft_Excel_Worksheet1.xlsx", "regneark"),
    ("xl/embeddings/slides.pptx", "præsentation"),
    ("xl/embeddings/brev.msg", "mail"),
    ("xl/embeddings/oleObject1.bin", "indlejret dokument eller objekt"),
    ("xl/macrosheets/sheet1.xml", "Excel 4-makroer"),
    ("xl/vbaProject.bin", "makroer (VBA)"),
    ("xl/queryTables/queryTable1.xml", "en forespørgsel"),
    ("xl/model/item.data", "datamodel"),
    ("xl/activeX/activeX1.bin", "ActiveX"),
    ("xl/webextensions/webextension1.xml", "tilføjelsesprogram"),
    ("xl/media/start.bat", "programfil"),
]


@pytest.mark.parametrize(("part", "word"), NAMED, ids=[word for _, word in NAMED])
def test_the_sentence_says_what_was_found(part: str, word: str) -> None:
    """In words of an office, and never by the name of the part, which anybody may have chosen."""
    said = _message(OURS.with_part(part, b"x"))
    assert word in said
    assert part.rpartition("/")[2] not in said


def test_several_things_of_one_kind_stand_in_one_sentence() -> None:
    """Two embedded documents are one finding with both named, each once."""
    package = OURS.with_part("xl/embeddings/a.docx", b"x").with_part("xl/embeddings/b.docx", b"x")
    said = _message(package.with_part("xl/embeddings/c.pdf", b"x"))
    assert "et indlejret Word-dokument, et indlejret PDF-dokument" in said


@pytest.mark.parametrize(
    ("language", "place"),
    [("da", "(ark nummer 3 fra venstre)"), ("en", "(sheet number 3 from the left)")],
)
def test_the_sentence_says_on_which_sheet(language: str, place: str) -> None:
    """By the number of the tab as it is seen, since a tab's name may hold anything."""
    package = OURS.with_part("xl/embeddings/oleObject1.bin", b"x")
    tabs = [name for name in OURS.parts if name.startswith("xl/worksheets/sheet")]
    on_third = package.with_relation(tabs[2], f"{OFFICE}/oleObject", "../embeddings/oleObject1.bin")
    assert place in _message(on_third, language)
    assert place not in _message(package, language)
    hidden = on_third.edit(WORKBOOK, lambda text: text.replace("<sheet ", '<sheet state="hidden" '))
    assert place not in _message(hidden, language)


def _linked(part: str, content: str, link: str = "<externalLink/>") -> Package:
    package = OURS.with_part(part, f'<x xmlns="{MAIN}">{content}</x>')
    return package.with_part("xl/externalLinks/externalLink1.xml", link)


CAUSES: dict[str, tuple[Package, str, str]] = {
    "formula": (
        _linked("xl/worksheets/sheet77.xml", "<f>[1]Ark1!A1</f>"),
        "en formel, der henviser til en anden fil",
        "Bryd kæde",
    ),
    "validation": (
        _linked("xl/worksheets/sheet77.xml", "<formula1>[1]Ark1!$A:$A</formula1>"),
        "en regel (datavalidering",
        "Data > Datavalidering",
    ),
    "chart": (
        _linked("xl/charts/chart1.xml", "<f>[1]Ark1!A1</f>"),
        "et diagram",
        "Slet diagrammet",
    ),
    "DDE": (
        _linked("xl/worksheets/sheet77.xml", "<f>[1]!A0</f>", f'<a xmlns="{MAIN}"><ddeLink/></a>'),
        "et andet program (DDE)",
        "Bryd kæde",
    ),
    "linked object": (
        OURS.with_relation(part_of("job"), f"{OFFICE}/oleObject", "file:///Q:/x", mode="External"),
        "et objekt, der er kædet til en anden fil",
        "tryk Delete",
    ),
    "address": (
        OURS.with_relation(part_of("job"), f"{OFFICE}/video", "http://x/y", mode="External"),
        "noget, der hentes fra en adresse",
        "slet det, der hentes",
    ),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_of_a_link_has_its_words_and_its_advice(cause: str) -> None:
    """STR-028: what breaks a formula's link does nothing for a rule, a chart or an object."""
    package, words, advice = CAUSES[cause]
    assert codes(package) == ["STR-028"]
    said = _message(package)
    assert words in said
    assert advice in said


def test_folders_parted_by_backslashes_are_folders() -> None:
    """The .NET of old wrote zips so, and Excel reads them: ours is read, all parts of it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in OURS.parts.items():
            archive.writestr(name.replace("/", "\\"), content)
    assert b"xl\\workbook.xml" in stream.getvalue()
    raw, faults = take_in(stream.getvalue())
    assert faults == ()
    assert raw is not None
    assert set(raw.sheets) == set(take_in(OURS)[0].sheets)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("in_zip", "in_target"),
    [
        ("sh%C3%A6t.xml", "sh%C3%A6t.xml"),
        ("my%20sheet.xml", "my sheet.xml"),
        ("my sheet.xml", "my%20sheet.xml"),
        ("other.xml", "..\\worksheets\\other.xml"),
    ],
)
def test_a_part_is_found_however_its_address_is_spelled(in_zip: str, in_target: str) -> None:
    """Writers of .NET encode letters in the zip, too, and some part folders by backslashes."""
    part = part_of("job")
    folder, _, name = part.rpartition("/")
    moved = OURS.without(part).with_part(f"{folder}/{in_zip}", OURS.parts[part])
    target = f"worksheets/{in_target}".replace("worksheets/..", "worksheets\\..")
    package = moved.replace("xl/_rels/workbook.xml.rels", f"worksheets/{name}", target)
    assert codes(package) == []


@pytest.mark.parametrize(("name", "expected"), [("image1.svg", []), ("image1.xml", ["STR-026"])])
def test_a_drawing_may_have_a_document_type(name: str, expected: list[str]) -> None:
    """Drawing programs write one into every .svg; nothing here ever parses such a picture."""
    picture = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://w3/svg11.dtd"><svg/>'
    assert codes(OURS.with_part(f"xl/media/{name}", picture)) == expected


def test_a_sheet_that_calls_itself_a_drawing_is_not_read() -> None:
    """A part with a document type is left unread, whatever points at it."""
    bomb = f'<!DOCTYPE a [<!ENTITY x "y">]><worksheet xmlns="{MAIN}"><a>&x;</a></worksheet>'
    part = part_of("job")
    package = OURS.without(part).with_part(part.replace(".xml", ".svg"), bomb)
    rels = "xl/_rels/workbook.xml.rels"
    target = part.removeprefix("xl/")
    package = package.replace(rels, target, target.replace(".xml", ".svg"))
    assert codes(package) == ["STR-050"]
