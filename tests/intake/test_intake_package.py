"""The file and its package: STR-001 to STR-034, each told by a code of its own."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from fpsheet.intake.limits import DEFAULT_LIMITS
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
    entry_row,
    make_package,
    make_workbook,
    open_parts,
    part_of,
    sheet_xml,
    take_in,
    text_row,
)

if TYPE_CHECKING:
    from collections.abc import Callable

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


OURS = b"forloeb.cpr"
"""A word of the hidden rows, by which a file of another format is known to be ours."""


def ole(stream: str) -> bytes:
    """Return the beginning of an OLE file with one stream in its directory."""
    length = 2 * len(stream) + 2
    entry = stream.encode("utf-16-le").ljust(64, b"\0") + bytes((length, 0, 2, 1)) + bytes(60)
    return OLE + bytes(504) + entry + bytes(896)


@pytest.fixture(scope="module")
def whole() -> Package:
    """A workbook with nothing wrong."""
    return make_workbook({"forloeb": entry_row("forloeb", 4, cpr="710776-0001")})


def test_whole_workbook_has_no_faults(whole: Package) -> None:
    """A workbook with nothing wrong is read, and nothing is said."""
    raw, faults = take_in(whole)
    assert faults == ()
    assert raw is not None
    assert raw.meta["kommune_kode"] == "956"
    assert raw.cover["kontaktperson"] == ("Bo Test", "C8")


FOREIGN = {
    "STR-004": b"",
    "STR-006": ole("EncryptedPackage"),
    "STR-007": ole("Workbook") + OURS,
    "STR-012": "CPR;dato\r\n710776-0001;01-02-2026\r\n".encode("utf-8-sig"),
    "STR-013": b"\r\n <!DOCTYPE html><html><body>Log ind</body></html>",
    "STR-014": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "STR-015": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "STR-016": bytes(4096),
}


@pytest.mark.parametrize("code", FOREIGN)
def test_other_kind_of_file(code: str) -> None:
    """Each kind of file that is no zip is told by its first bytes, whatever its name says."""
    assert codes(FOREIGN[code]) == [code]


@pytest.mark.parametrize(
    "data",
    [
        ole("Book") + OURS,
        ole("WORKBOOK") + OURS,
        b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(100) + OURS,
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
        + OURS,
    ],
    ids=["Excel 95", "capitals", "bare BIFF", "XML 2003"],
)
def test_old_formats_of_excel(data: bytes) -> None:
    """Everything Excel wrote before .xlsx gets the remedy of .xls."""
    assert codes(data) == ["STR-007"]


def test_other_ole_file() -> None:
    """An OLE file that is neither protected nor a workbook (a Word document) is just another."""
    assert codes(ole("WordDocument")) == ["STR-015"]


@pytest.mark.parametrize("name", ["~$F.xlsx", ".~lock.F.xlsx#"])
def test_lock_file(name: str, whole: Package) -> None:
    """A lock file is told by its name, whatever it holds."""
    assert codes(whole, name=name) == ["STR-003"]
    assert codes(b"", name=name) == ["STR-003"]


def test_file_over_the_limit(whole: Package) -> None:
    """A file one byte over the limit is refused, one on the limit is not."""
    size = len(whole.data())
    assert codes(whole, limits=replace(DEFAULT_LIMITS, file_bytes=size - 1)) == ["STR-005"]
    assert codes(whole, limits=replace(DEFAULT_LIMITS, file_bytes=size)) == []


def test_unicode_text_of_excel_is_text() -> None:
    """What Excel saves as »Unicode-tekst« is UTF-16 with a byte order mark."""
    assert codes("cpr\tdato\r\n".encode("utf-16")) == ["STR-012"]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.95])
def test_interrupted_download(whole: Package, share: float) -> None:
    """A workbook of which the end is missing."""
    data = whole.data()
    assert codes(data[: int(len(data) * share)]) == ["STR-016"]


def test_interrupted_download_filled_with_zeros(whole: Package) -> None:
    """Some programs reserve the whole length first, so the missing end is zeros."""
    data = whole.data()
    assert codes(data[: len(data) // 2] + bytes(len(data) // 2)) == ["STR-016"]


def test_flipped_byte_in_packed_data(whole: Package) -> None:
    """One byte changed in packed data is noticed, by inflating or by the checksum."""
    data = bytearray(whole.data())
    data[data.index(b"xl/styles.xml") + 60] ^= 0x55
    assert codes(bytes(data)) == ["STR-017"]


def test_wrong_checksum(whole: Package) -> None:
    """Data that inflate well but differ from their checksum."""
    data = whole.data(compression=zipfile.ZIP_STORED)
    assert codes(data.replace(b"710776-0001", b"710776-0002")) == ["STR-017"]


def test_directory_that_disagrees_with_local_header(whole: Package) -> None:
    """The directory names another part than the header in front of the data."""
    data = whole.data()
    at = data.index(b"xl/styles.xml")
    assert codes(data[:at] + b"xl/stylez.xml" + data[at + 13 :]) == ["STR-017"]


def test_unknown_compression(whole: Package) -> None:
    """Only stored and deflated parts are read."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_BZIP2) as archive:
        for name, content in whole.parts.items():
            archive.writestr(name, content)
    assert codes(stream.getvalue()) == ["STR-017"]


def test_encrypted_parts(whole: Package) -> None:
    """A zip with a password of its own (as some mail gateways make) has its flag set."""
    data = bytearray(whole.data())
    flag = data.index(b"PK\x01\x02") + 8
    data[flag] |= 1
    assert codes(bytes(data)) == ["STR-020"]


@pytest.mark.parametrize(
    "name",
    [
        "xl/../../evil.xml",
        "../evil.xml",
        "/etc/evil.xml",
        "C:/evil.xml",
        "xl\\..\\..\\evil.xml",
        "\\\\server\\evil.xml",
        "xl/%2e%2e/%2e%2e/evil.xml",
        "xl/./evil.xml",
        "xl//evil.xml",
    ],
)
def test_unsafe_part_name(whole: Package, name: str) -> None:
    """`..`, absolute names and drives, with either slash, also percent-encoded."""
    assert codes(whole.with_part(name, "<a/>")) == ["STR-021"]


@pytest.mark.parametrize(
    "name", ["xl/styles.xml", "xl/STYLES.xml", "xl/styl%65s.xml"], ids=["same", "case", "encoded"]
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name(whole: Package, name: str) -> None:
    """Two parts of one name, also where only case or percent-encoding differs."""
    stream = io.BytesIO(whole.data())
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(name, "<a/>")
    assert codes(stream.getvalue()) == ["STR-022"]


def test_overlapping_parts() -> None:
    """Two directory entries that share their data, as in a bomb that inflates itself twice."""
    content = b"<a/>"
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, zlib.crc32(content), 4, 4, 5, 0)
    inner = local + b"b.xml" + content
    outer = struct.pack(
        "<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, zlib.crc32(inner), len(inner), len(inner), 5, 0
    )
    body = outer + b"a.xml" + inner
    entries = [(b"a.xml", inner, 0), (b"b.xml", content, len(outer) + 5)]
    directory = b"".join(
        struct.pack(
            "<4s6H3I5H2I",
            b"PK\x01\x02",
            *(20, 20, 0, 0, 0, 0),
            zlib.crc32(data),
            len(data),
            len(data),
            *(len(name), 0, 0, 0, 0),
            *(0, start),
        )
        + name
        for name, data, start in entries
    )
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), len(body), 0)
    assert codes(body + directory + end) == ["STR-023"]


def test_inflated_size_over_the_limit(whole: Package) -> None:
    """All parts together, unpacked, stay under the limit; one byte over is refused."""
    size = sum(map(len, whole.parts.values()))
    assert codes(whole, limits=replace(DEFAULT_LIMITS, inflated_bytes=size - 1)) == ["STR-024"]
    assert codes(whole, limits=replace(DEFAULT_LIMITS, inflated_bytes=size)) == []


def test_one_part_over_the_limit(whole: Package) -> None:
    """One part has a limit of its own, since it is unpacked as a whole."""
    size = max(map(len, whole.parts.values()))
    assert codes(whole, limits=replace(DEFAULT_LIMITS, part_bytes=size - 1)) == ["STR-024"]
    assert codes(whole, limits=replace(DEFAULT_LIMITS, part_bytes=size)) == []


def test_parts_that_are_not_kept_unpacked(whole: Package) -> None:
    """Where there is no room to keep parts unpacked, everything reads the same."""
    raw, faults = take_in(whole, limits=replace(DEFAULT_LIMITS, kept_bytes=0))
    expected, _ = take_in(whole)
    assert faults == ()
    assert raw is not None
    assert expected is not None
    assert raw.meta == expected.meta
    assert raw.sheets["forloeb"].frame.equals(expected.sheets["forloeb"].frame)


def test_document_type_in_a_part_that_is_not_kept(whole: Package) -> None:
    """A document type is found in parts there is no room for, too."""
    package = whole.with_part("docProps/custom.xml", BILLION_LAUGHS)
    assert codes(package, limits=replace(DEFAULT_LIMITS, kept_bytes=0)) == ["STR-026"]


def test_directory_that_lies_about_the_size(whole: Package) -> None:
    """Unpacking stops where the directory says the part ends; more data are a lie."""
    data = bytearray(whole.with_part("xl/big.xml", b"<a>" + b" " * 5000 + b"</a>").data())
    entry = data.rindex(b"xl/big.xml") - 46
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    assert codes(bytes(data)) == ["STR-017"]


def test_zip_bomb_of_200_to_1(whole: Package) -> None:
    """A file that unpacks to 200 times its size is refused, though it is under the size limit."""
    filler = zlib.compressobj(1)
    size = 40 << 20
    packed = len(filler.compress(bytes(size)) + filler.flush())
    assert 150 < size / packed < 300
    stream = io.BytesIO(whole.data())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/media/image1.png", bytes(size))
    assert codes(stream.getvalue()) == ["STR-025"]


def test_too_many_parts(whole: Package) -> None:
    """The number of parts is limited."""
    assert codes(whole, limits=replace(DEFAULT_LIMITS, parts=10)) == ["STR-033"]


BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    f'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><sst xmlns="{MAIN}"><si><t>&c;</t></si></sst>'
)


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "docProps/custom.xml", WORKBOOK])
def test_billion_laughs(whole: Package, part: str) -> None:
    """A document type is refused in any XML part, before a parser follows an entity."""
    assert codes(whole.with_part(part, BILLION_LAUGHS)) == ["STR-026"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_document_type_in_other_encodings(whole: Package, encoding: str) -> None:
    """A document type is found in UTF-16, with and without byte order mark."""
    content = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>".encode(encoding)
    assert codes(whole.with_part("xl/sharedStrings.xml", content)) == ["STR-026"]


def test_document_type_behind_a_long_comment(whole: Package) -> None:
    """A comment of any length in front of the document type does not hide it."""
    content = f"<!--{'x' * 300_000}--><!DOCTYPE a><a/>"
    assert codes(whole.with_part("customXml/item1.xml", content)) == ["STR-026"]


def xml_part(name: str) -> Callable[[Package], Package]:
    """Return the change that adds a small XML part."""
    return lambda package: package.with_part(name, "<a/>")


def content_type(kind: str) -> Callable[[Package], Package]:
    """Return the change that adds a part of a content type."""
    override = f'<Override PartName="/xl/x.xml" ContentType="{kind}"/></Types>'
    return lambda package: package.with_part("xl/x.xml", "<a/>").replace(
        CONTENT_TYPES, "</Types>", override
    )


def linked(formula: str) -> Callable[[Package], Package]:
    """Return the change that adds a link to another file, and an added sheet with a formula."""
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1">{formula}</c></row>'
    return lambda package: package.with_part(
        "xl/worksheets/sheet99.xml", f"{sheet}</sheetData></worksheet>"
    ).with_part("xl/externalLinks/externalLink1.xml", "<a/>")


def relation(part: str, kind: str, target: str, mode: str = "") -> Callable[[Package], Package]:
    """Return the change that adds a relationship."""
    return lambda package: package.with_relation(part, f"{OFFICE}/{kind}", target, mode=mode)


REFUSED = [
    ("STR-027", "macros", lambda p: p.with_part("xl/vbaProject.bin", OLE)),
    ("STR-027", "Excel 4 macros", xml_part("xl/macrosheets/sheet1.xml")),
    ("STR-027", "macro type", content_type("application/vnd.ms-office.vbaProject")),
    ("STR-027", "macro relation", relation(WORKBOOK, "xlMacrosheet", "worksheets/sheet1.xml")),
    ("STR-028", "external link", linked("<f>[1]Ark1!A1</f>")),
    ("STR-028", "link in an array", linked('<x:f t="array" ref="A1">SUM(\'[2]Ark 1\'!A:A)</x:f>')),
    ("STR-028", "template", relation(WORKBOOK, "attachedTemplate", "file:///Q:/x", "External")),
    ("STR-029", "embedded", lambda p: p.with_part("xl/embeddings/oleObject1.bin", OLE)),
    ("STR-029", "embedded file", lambda p: p.with_part("xl/embeddings/a.docx", b"PK")),
    (
        "STR-030",
        "connections",
        lambda p: p.with_part(
            "xl/connections.xml", '<connections><connection id="1"/></connections>'
        ),
    ),
    ("STR-030", "query table", xml_part("xl/queryTables/queryTable1.xml")),
    ("STR-030", "data model", lambda p: p.with_part("xl/model/item.data", OLE)),
    ("STR-031", "ActiveX", xml_part("xl/activeX/activeX1.xml")),
    ("STR-032", "program", lambda p: p.with_part("xl/media/run.exe", b"MZ")),
    ("STR-032", "add-in pane", xml_part("webextensions/taskpanes.xml")),
    ("STR-032", "program by content", lambda p: p.with_part("xl/media/image1.png", b"MZ\x90")),
]

WEB_IMAGES = "xl/richData/rdRichValueWebImage.xml"


def mashup(package: Package) -> Package:
    """Add what Power Query leaves behind when its last query is deleted."""
    return package.with_part(
        "customXml/item1.xml", '<DataMashup xmlns="http://schemas.microsoft.com/DataMashup"/>'
    )


LEFT_OVER = [
    ("STR-070", "a link nothing uses", xml_part("xl/externalLinks/externalLink1.xml")),
    ("STR-070", "its relation", relation(WORKBOOK, "externalLinkPath", "file:///Q:/x", "External")),
    ("STR-070", "a column called 1 of a table", linked("<f>SUM(Tabel1[1])</f>")),
    ("STR-071", "linked picture", relation(part_of("job"), "image", "http://x/y.png", "External")),
    (
        "STR-071",
        "picture of a function",
        lambda p: relation(WEB_IMAGES, "hyperlink", "http://x/y.png", "External")(
            p.with_part(WEB_IMAGES, "<webImagesSrd/>")
        ),
    ),
    ("STR-072", "no connection left", xml_part("xl/connections.xml")),
    (
        "STR-079",
        "a digital signature",
        lambda p: p.with_part(
            "_rels/.rels",
            p.parts["_rels/.rels"].replace(
                b"</Relationships>",
                b'<Relationship Id="rIdS" Target="_xmlsignatures/origin.sigs" Type="http://schemas.'
                b"openxmlformats.org/package/2006/relationships/digital-signature/origin"
                b'"/></Relationships>',
            ),
        ),
    ),
    (
        "STR-072",
        "Power Query without a query",
        mashup,
    ),
]


@pytest.mark.parametrize(
    ("code", "what", "change"), LEFT_OVER, ids=[f"{r[0]} {r[1]}" for r in LEFT_OVER]
)
def test_what_nothing_uses_is_told_and_not_refused(
    code: str, what: str, change: Callable[[Package], Package], whole: Package
) -> None:
    """Leftovers and pictures by address are read past; nothing is followed."""
    raw, faults = take_in(change(whole))
    assert [fault.code for fault in faults] == [code], what
    assert raw is not None


DRAWING = "xl/drawings/drawing99.xml"


@pytest.mark.parametrize("through", [False, True])
def test_a_picture_by_address_is_told_with_its_tab(whole: Package, *, through: bool) -> None:
    """The sheet that shows it is named, whether the sheet or its drawing has the address."""
    sheet = part_of("job")
    owner = DRAWING if through else sheet
    changed = whole.with_part(DRAWING, "<wsDr/>") if through else whole
    if through:
        changed = relation(sheet, "drawing", "/" + DRAWING)(changed)
    _, faults = take_in(relation(owner, "image", "http://x/y.png", "External")(changed))
    place = dict(faults[0].details)
    form = load_form()
    told = faults[0].to_finding(form).message(SpokenForm(form, "da"))
    assert (faults[0].code, place["del"]) == ("STR-071", "billede")
    assert int(place["fane"]) > 1
    assert f"ark nummer {place['fane']} fra venstre" in told


@pytest.mark.parametrize(
    ("change", "menus"),
    [
        (xml_part("xl/externalLinks/externalLink1.xml"), ["Data > Rediger kæder"]),
        (xml_part("xl/connections.xml"), ["fanen Forbindelser"]),
        (mashup, ["fanen Forespørgsler"]),
        (lambda p: mashup(xml_part("xl/connections.xml")(p)), ["Forespørgsler)", "Forbindelser)"]),
        (
            lambda p: own_name("[1]Liste!$A$1")(xml_part("xl/externalLinks/a.xml")(p)),
            ["Data > Rediger kæder", "Formler > Navnestyring"],
        ),
    ],
)
def test_a_leftover_is_told_with_the_menu_that_shows_it(
    change: Callable[[Package], Package], menus: list[str], whole: Package
) -> None:
    """No sheet has a link or a query; Excel shows them under its menus, each by its own."""
    _, faults = take_in(change(whole))
    form = load_form()
    told = faults[0].to_finding(form)
    assert [fault.code for fault in faults] == [told.code]
    assert all(menu in told.message(SpokenForm(form, "da")) for menu in menus)
    assert told.remedy(SpokenForm(form, "da")).count(".") > len(menus)
    others = {"fanen Forespørgsler", "fanen Forbindelser", "Rediger kæder", "Navnestyring"}
    unsaid = {other for other in others if not any(other.split()[-1] in menu for menu in menus)}
    assert not any(other in told.message(SpokenForm(form, "da")) for other in unsaid)


def own_sheet(formula: str) -> Callable[[Package], Package]:
    """Return the change that adds a sheet with a formula in B7."""
    cell = f'<sheetData><row r="7"><c r="B7"><f>{formula}</f><v>1</v></c></row></sheetData>'
    return lambda package: package.with_part(
        "xl/worksheets/sheet99.xml", f'<worksheet xmlns="{MAIN}">{cell}</worksheet>'
    )


def own_name(formula: str) -> Callable[[Package], Package]:
    """Return the change that adds a defined name."""
    name = f'<definedNames><definedName name="hendes">{formula}</definedName></definedNames>'
    return lambda package: package.replace(WORKBOOK, "</sheets>", f"</sheets>{name}")


@pytest.mark.parametrize(
    "formula",
    [
        "_xlfn.WEBSERVICE(&quot;http://x/y&quot;)",
        "_xlfn.WEBSERVICE(C1)",
        "IF(A1=1,RTD(&quot;x&quot;,,&quot;y&quot;),0)",
        "com.microsoft.webservice(A1)",
        "_xlfn._xlws.PY(0,0,A1)",
        "W&#69;BSERVICE(A1)",
        "<![CDATA[WEBSERVICE(A1)]]>",
        "WEB<!-- x -->SERVICE(A1)",
        "WEB<?x y?>SERVICE(A1)",
        "WEBSERVICE <?x y?>(A1)",
        "RTD \n (A1)",
        "RTD&#10;&#x9;(A1)",
    ],
)
def test_a_formula_that_fetches_is_told_with_its_cell(formula: str, whole: Package) -> None:
    """Whatever way it is spelled; the file is read, and a name is told like a cell."""
    raw, faults = take_in(own_sheet(formula)(whole))
    assert raw is not None
    details = (("celle", "B7"), ("del", "udefra_celle"), ("fane", ""))
    assert [(fault.code, fault.details) for fault in faults] == [("STR-073", details)]
    raw, faults = take_in(own_name(formula)(whole))
    assert raw is not None
    details = (("celle", ""), ("del", "udefra_navn"), ("fane", ""))
    assert [(fault.code, fault.details) for fault in faults] == [("STR-073", details)]


@pytest.mark.parametrize(
    "formula",
    [
        "&quot;Brug WEBSERVICE(adresse) eller RTD(x)&quot;",
        "&apos;IMAGE (2)&apos;!A1",
        "MYRTD(A1)+WEBSERVICE",
        "HYPERLINK(&quot;http://x/y&quot;,A1)",
        "ENCODEURL(A1)",
    ],
)
def test_a_formula_that_fetches_nothing_is_not_told(formula: str, whole: Package) -> None:
    """Neither the word in a text or in a longer name, nor what waits for a click."""
    assert codes(own_sheet(formula)(whole)) == []
    assert codes(own_name(formula)(whole)) == []


def test_formulas_are_not_read_one_by_one_for_a_word(whole: Package) -> None:
    """The form has 270,000 formulas for 10,000 rows, and "startdato" has the name RTD in it."""
    changed = own_sheet('IF(startdato="","Startdato (dag) mangler",IMAGES)')(whole)
    with patch("fpsheet.intake.outside_formulas.expat") as reader:
        assert take_in(changed)[1] == ()
    assert not reader.ParserCreate.called


def test_a_formula_that_fetches_in_one_of_our_sheets_is_told_by_its_tab(whole: Package) -> None:
    """The tab is told by its number: its name may be a citizen's."""
    cell = '<row r="4"><c r="AZ4"><f>RTD("x",,"y")</f><v>1</v></c></row></sheetData>'
    changed = whole.replace(part_of("job"), "</sheetData>", cell)
    told = [fault for fault in take_in(changed)[1] if fault.code == "STR-073"]
    assert [dict(fault.details)["celle"] for fault in told] == ["AZ4"]
    assert int(dict(told[0].details)["fane"]) > 0


NEWER = (
    'xmlns:y="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"'
)
IN_EXTENSIONS = {
    "regel": "<y:dataValidation><y:formula1><xm:f>{}</xm:f></y:formula1></y:dataValidation>",
    "regel ": "<y:cfRule><xm:f>{}</xm:f></y:cfRule>",
    "minidiagram": "<y:sparklineGroups><y:sparkline><xm:f>{}</xm:f></y:sparkline>"
    "</y:sparklineGroups>",
}


@pytest.mark.parametrize("place", IN_EXTENSIONS)
def test_formulas_of_newer_rules_and_sparklines_are_judged(place: str, whole: Package) -> None:
    """They stand in extensions behind the cells: what fetches and what links is named as it is."""

    def told(formula: str, *more: str) -> list[tuple[str, str]]:
        inner = IN_EXTENSIONS[place].format(formula)
        extended = f'<extLst><ext uri="x" {NEWER}>{inner}</ext></extLst></worksheet>'
        package = whole.replace(part_of("job"), "</worksheet>", extended)
        for part in more:
            package = package.with_part(part, "<externalLink/>")
        faults = take_in(package)[1]
        form = load_form()
        assert not any(
            "{" in fault.to_finding(form).remedy(SpokenForm(form, "da")) for fault in faults
        )
        return [(fault.code, dict(fault.details)["del"]) for fault in faults]

    link = "xl/externalLinks/externalLink1.xml"
    word = place.strip()
    assert told("Liste!$A$1") == []
    assert told("WEBSERVICE(Liste!A1)") == [("STR-073", f"udefra_{word}")]
    linking = {"minidiagram": "minidiagram_kaedet"}.get(word, word)
    for spelled in ("[1]Liste!$A$1", "&#91;1]Liste!$A$1", "<![CDATA[[1]Liste!A1]]>"):
        assert told(spelled, link) == [("STR-028", linking)]


def test_a_name_that_points_outside_counts_where_a_formula_has_it(whole: Package) -> None:
    """A copied sheet leaves hidden names behind; a formula with one of them fetches."""
    name = '<definedNames><definedName name="gammelliste" hidden="1">[1]Liste!$A$1</definedName>'
    for formula, code in (("1+1", "STR-070"), ("VLOOKUP(A1,gammelliste,2)", "STR-028")):
        package = linked(f"<f>{formula}</f>")(whole)
        package = package.edit(
            WORKBOOK,
            lambda text: text.replace("<definedNames>", name).replace(
                "</workbook>",
                (
                    "</workbook>"
                    if "<definedNames>" in text
                    else f"{name}</definedNames></workbook>"
                ),
            ),
        )
        assert codes(package) == [code], formula


def test_whose_file_it_is_comes_before_what_reaches_out() -> None:
    """Somebody else's workbook with links and queries is not ours; nobody is told to clean it."""
    package = make_package({"Ark1": sheet_xml(text_row(1, ["Navn", "Beløb"]))})
    package = package.with_part("xl/queryTables/queryTable1.xml", "<a/>")
    assert codes(package.with_part("xl/externalLinks/externalLink1.xml", "<a/>")) == ["STR-040"]


@pytest.mark.parametrize(
    "kind",
    [
        "application/vnd.openxmlformats-officedocument.oleObject",
        "application/vnd.ms-excel.sheet.binary.macroEnabled.main",
        "application/vnd.ms-office.vbaProject",
        "application/vnd.ms-office.activeX",
    ],
)
def test_a_type_that_no_part_has_says_nothing(whole: Package, kind: str) -> None:
    """SheetJS and others declare types for endings that the file does not have."""
    default = f'<Default Extension="bin" ContentType="{kind}"/></Types>'
    assert codes(whole.replace(CONTENT_TYPES, "</Types>", default)) == []


@pytest.mark.parametrize(
    ("code", "what", "change"), REFUSED, ids=[f"{r[0]} {r[1]}" for r in REFUSED]
)
def test_refused_contents(
    code: str, what: str, change: Callable[[Package], Package], whole: Package
) -> None:
    """What runs, reaches out of the file or cannot be looked into is refused, each by its code."""
    raw, faults = take_in(change(whole))
    assert [fault.code for fault in faults] == [code], what
    assert raw is None


def test_every_refusal_is_named(whole: Package) -> None:
    """A file with several things to refuse names them all: what runs, else what reaches out."""
    package = whole.with_part("xl/vbaProject.bin", OLE).with_part("xl/activeX/a.xml", "<a/>")
    assert codes(package) == ["STR-027", "STR-031"]
    package = linked("<f>[1]Ark1!A1</f>")(whole).with_part("xl/queryTables/q.xml", "<a/>")
    assert codes(package) == ["STR-028", "STR-030"]


@pytest.mark.parametrize(
    "name",
    [
        "xl/media/image1.png",
        "xl/media/image2.JPEG",
        "xl/charts/chart1.xml",
        "xl/drawings/drawing1.xml",
        "xl/drawings/vmlDrawing1.vml",
        "xl/comments1.xml",
        "xl/threadedComments/threadedComment1.xml",
        "xl/persons/person.xml",
        "xl/pivotTables/pivotTable1.xml",
        "xl/printerSettings/printerSettings1.bin",
        "xl/theme/theme1.xml",
        "xl/calcChain.xml",
        "xl/ctrlProps/ctrlProp1.xml",
        "customXml/item1.xml",
        "docMetadata/LabelInfo.xml",
        "docProps/thumbnail.jpeg",
        "[trash]/0000.dat",
        "xl/metadata",
        "package/services/metadata/core-properties/0123.psmdcp",
        "__MACOSX/xl/._workbook.xml",
        "__MACOSX/_rels/._.rels",
        "xl/.DS_Store",
        "customUI/customUI14.xml",
        "xl/media/film.mp4",
    ],
)
def test_her_own_parts_are_fine(whole: Package, name: str) -> None:
    """Pictures, charts, comments, pivot tables, labels and printer settings may be added."""
    assert codes(whole.with_part(name, "<a/>")) == []


def test_hyperlinks_are_fine(whole: Package) -> None:
    """Excel makes a mail address a link by itself; it waits for a click."""
    package = whole.with_relation(
        part_of("forloeb"), f"{OFFICE}/hyperlink", "mailto:bo@kommune.test", mode="External"
    )
    assert codes(package) == []


def test_workbook_with_macros_by_type(whole: Package) -> None:
    """An .xlsm is told by the content type of its main part, macros in it or not."""
    kind = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    assert codes(whole.replace(CONTENT_TYPES, MAIN_TYPE, kind)) == ["STR-010"]


def test_binary_workbook(whole: Package) -> None:
    """An .xlsb is told by its main part or its content type."""
    assert codes(whole.with_part("xl/workbook.bin", b"\0")) == ["STR-008"]
    kind = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    assert codes(whole.replace(CONTENT_TYPES, MAIN_TYPE, kind)) == ["STR-008"]


def test_open_document() -> None:
    """An .ods is told by the file it starts with."""
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    package = Package({"mimetype": mimetype, "content.xml": b"<a>forloeb.cpr</a>"})
    assert codes(package.data(compression=zipfile.ZIP_STORED)) == ["STR-009"]
    listed = b'<manifest><file-entry media-type="%s" full-path="/"/></manifest>' % mimetype
    package = package.without("mimetype").with_part("META-INF/manifest.xml", listed)
    assert codes(package.data()) == ["STR-009"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_open_document_in_one_file(encoding: str) -> None:
    """An .fods is told by its root, which comes behind a page of namespaces."""
    spaces = " ".join(f'xmlns:n{number}="urn:x:{number}"' for number in range(300))
    kind = 'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"'
    text = f'<?xml version="1.0"?><office:document {spaces} {kind}>forloeb.cpr</office:document>'
    assert codes(text.encode(encoding)) == ["STR-009"]
    text = text.replace("opendocument.spreadsheet", "opendocument.text")
    assert codes(text.encode(encoding)) == [{"utf-8": "STR-015", "utf-16": "STR-012"}[encoding]]


@pytest.mark.parametrize("where", ["relations", "workbook"])
def test_strict_workbook(whole: Package, where: str) -> None:
    """Strict Open XML is told by its namespaces, in the relations or in the workbook part."""
    part, old = {
        "relations": ("_rels/.rels", OFFICE),
        "workbook": (WORKBOOK, MAIN),
    }[where]
    new = old.replace("http://schemas.openxmlformats.org", "http://purl.oclc.org/ooxml").replace(
        "/2006", ""
    )
    assert codes(whole.replace(part, old, new)) == ["STR-011"]


@pytest.mark.parametrize("part", [CONTENT_TYPES, "_rels/.rels", WORKBOOK])
def test_zip_that_is_no_workbook(whole: Package, part: str) -> None:
    """A zip without the parts every workbook has is another kind of file."""
    assert codes(whole.without(part)) == ["STR-015"]


def test_word_document() -> None:
    """A Word document named .xlsx has no workbook part."""
    package = make_package({}).without(WORKBOOK).with_part("word/document.xml", "<a/>")
    assert codes(package.replace("_rels/.rels", WORKBOOK, "word/document.xml")) == ["STR-015"]


@pytest.mark.parametrize("part", [CONTENT_TYPES, "_rels/.rels", WORKBOOK])
def test_damaged_structure(whole: Package, part: str) -> None:
    """Broken XML in the parts that say what the others are."""
    assert codes(whole.edit(part, lambda text: text[: len(text) // 2])) == ["STR-034"]


def test_foreign_workbook() -> None:
    """Somebody else's workbook is safe, but none of ours."""
    package = make_package({"Ark1": sheet_xml(text_row(1, ["Navn", "Beløb"]))})
    raw, faults = take_in(package)
    assert [fault.code for fault in faults] == ["STR-040"]
    assert raw is None


def test_no_part_name_in_a_fault(whole: Package) -> None:
    """A part's name may hold anything, a CPR number too; no fault repeats it."""
    for name in ("xl/../710776-0001.xml", "xl/embeddings/710776-0001.docx", "710776-0001.exe"):
        assert "0001" not in repr(take_in(whole.with_part(name, b"x"))[1])


def test_packages_come_apart_and_together(whole: Package) -> None:
    """The helpers of these tests lose nothing."""
    assert open_parts(whole.data()) == whole
