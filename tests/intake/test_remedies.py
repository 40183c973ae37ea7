"""Every refusal of a file has a way out: what its advice says, done literally, makes the file pass.

Each code that refuses a file or a sheet (the codes come from the catalogue) has a broken workbook
and the step of its advice. The steps are done by programs that know nothing of this one:
LibreOffice saves in other formats, openpyxl types, pastes, deletes and saves as Excel would, and
msoffcrypto takes a password away. Packages are in `test_package_remedies`.
"""

from __future__ import annotations

import io
import os
import re
import struct
import time
import zipfile
import zlib
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook, load_workbook

from fpsheet.intake.child import read_or_end
from fpsheet.intake.limits import DEFAULT_LIMITS, Limits
from fpsheet.intake.plan import make_plan
from fpsheet.intake.process import ReadingProcess, Task
from fpsheet.intake.reader import NamedBytes, read_file
from fpsheet.intake.reading import read_bytes
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet_templates.load import load_form
from fpsheet_templates.rule import RuleLevel, Severity
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import Row, check_bytes, edit, make_workbook, opened
from tests.support.xlsx_parts import CONTENT_TYPES, MAIN, MAIN_TYPE, Package, open_parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from fpsheet.intake.intake_finding import IntakeFinding
    from fpsheet.intake.plan import ReadingPlan
    from fpsheet_validation.raw import RawWorkbook
    from tests.support.libreoffice import LibreOffice

FORM = load_form()
REFUSALS: Final = sorted(
    rule.code
    for rule in FORM.rules
    if rule.level is RuleLevel.STRUCTURE and rule.severity in {Severity.KRITISK, Severity.FEJL}
)
CPR = "6101801234"
ROWS: dict[str, list[Row]] = {
    "borger": [{"cpr": CPR, "pensionist_foer_reform": "nej", "sagsbehandler": "ABC"}],
    "forloeb": [{"cpr": CPR, "forloeb_type": "revurdering", "start_dato": date(2026, 2, 2)}],
}
HEADINGS, FIRST = 3, 4
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
PASSWORD = "kun til prøve"

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@dataclass(frozen=True)
class Tools:
    """What a step may use.

    Attributes:
        good: The workbook as it was before it broke: a backup copy, or the file to fetch again.
        office: A real LibreOffice.
        folder: Folder for its files.
    """

    good: bytes
    office: LibreOffice
    folder: Path

    def save_as(self, content: bytes, before: str, after: str) -> bytes:
        """Open a file in LibreOffice and save it in another format, by the endings."""
        source = self.folder / f"fra{before}"
        source.write_bytes(content)
        with self.office.open(source) as document:
            return document.save_as(self.folder / f"til{after}").read_bytes()


@dataclass(frozen=True)
class Case:
    """A broken workbook and the way out.

    Attributes:
        broken: Breaks the good workbook.
        step: What the advice says, done on the broken file.
        name: Name of the broken file.
        limits: How much a file may ask for in this case.
        kommune: The kommune whose file is wanted.
        begins: How the advice begins, so that the step is that of the sentence.
        rows: Rows of Forløb that are to be there in the end.
    """

    broken: Callable[[Tools], bytes]
    step: Callable[[Tools, bytes], bytes]
    begins: str
    name: str = "956.xlsx"
    limits: Limits = DEFAULT_LIMITS
    kommune: str = ""
    rows: int = 1


def backup(tools: Tools, _: bytes) -> bytes:
    """Fetch the file again, or use the copy."""
    return tools.good


def resave(_: Tools, content: bytes) -> bytes:
    """Open it and save it as *.xlsx: what the program does not know is not written again."""
    return edit(content, lambda _: None)


def add_part(name: str, content: str | bytes = b"x") -> Callable[[Tools], bytes]:
    """Return what puts a part into the workbook."""
    return lambda tools: open_parts(tools.good).with_part(name, content).data()


def change_parts(change: Callable[[Package], Package]) -> Callable[[Tools], bytes]:
    """Return what changes the parts of the workbook."""
    return lambda tools: change(open_parts(tools.good)).data()


def by_hand(change: Callable[[Workbook], object]) -> Callable[[Tools], bytes]:
    """Return what a person does to the workbook, and saves."""
    return lambda tools: edit(tools.good, change)


def undo(change: Callable[[Workbook], object]) -> Callable[[Tools, bytes], bytes]:
    """Return what a person does to the broken workbook, and saves."""
    return lambda _, content: edit(content, change)


def title(sheet_id: str) -> str:
    """Return the name on a tab."""
    return FORM.sheet_title(sheet_id, "da")


def paste_rows(_: Tools, content: bytes) -> bytes:
    """Copy the entries, heading by heading, into the workbook that was issued."""
    source = load_workbook(io.BytesIO(content), data_only=True)

    def paste(target: Workbook) -> None:
        for own in FORM.entry_sheets():
            if title(own.id) in source.sheetnames:
                copy_entries(source[title(own.id)], target[title(own.id)])

    return edit(make_workbook(FORM, {}), paste)


def copy_entries(source: Worksheet, target: Worksheet) -> None:
    """Copy the cells below headings of one name, but for what the workbook fills by itself."""
    own = {str(cell.value): place for place, cell in enumerate(target[HEADINGS], 1) if cell.value}
    grid = [list(row) for row in source.iter_rows(max_row=8, values_only=True)]
    last = max(place for place, row in enumerate(grid) if {*map(str, row)} & {*own})
    for column, head in enumerate(grid[last]):
        if str(head) not in own or head in {"Status", "Række-id"}:
            continue
        for number, row in enumerate(grid[last + 1 : last + 4]):
            if row[column] is not None:
                target.cell(FIRST + number, own[str(head)]).value = row[column]


# How each goes wrong.


def encrypt(tools: Tools) -> bytes:
    """Save it with a password."""
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(tools.good)).encrypt(PASSWORD, target)
    return target.getvalue()


def take_password_off(_: Tools, content: bytes) -> bytes:
    """Open it with the password, delete the password, and save."""
    file, target = OOXMLFile(io.BytesIO(content)), io.BytesIO()
    file.load_key(password=PASSWORD)
    file.decrypt(target)
    return target.getvalue()


def make_strict(tools: Tools) -> bytes:
    """Save it as Strict Open XML: other namespaces in every part."""
    old = re.compile(r"http://schemas\.openxmlformats\.org/(officeDocument|spreadsheetml)/2006/")
    parts = open_parts(tools.good).parts
    return Package(
        {
            name: old.sub(r"http://purl.oclc.org/ooxml/\1/", content.decode()).encode()
            if name.endswith((".xml", ".rels")) and not name.startswith("docProps")
            else content
            for name, content in parts.items()
        }
    ).data()


def as_text(_: Tools) -> bytes:
    """The rows as a file of text."""
    (row,) = ROWS["borger"]
    heads = (f"{FORM.field_label('borger', field, 'da')}" for field in row)
    return f"{';'.join(heads)}\r\n{';'.join(map(str, row.values()))}\r\n".encode()


def type_text_in(_: Tools, content: bytes) -> bytes:
    """Copy the text into the sheets of the right workbook."""
    heads, values = (line.split(";") for line in content.decode().splitlines())

    def type_in(book: Workbook) -> None:
        sheet = book[title("borger")]
        for column, cell in enumerate(sheet[HEADINGS], start=1):
            head = str(cell.value).removesuffix(" *")
            if head in heads:
                sheet.cell(FIRST, column).value = values[heads.index(head)]

    return edit(make_workbook(FORM, {}), type_in)


def flip(tools: Tools) -> bytes:
    """One byte of packed data is another."""
    data = bytearray(tools.good)
    data[data.index(b"xl/styles.xml") + 60] ^= 0x55
    return bytes(data)


def encrypt_zip(tools: Tools) -> bytes:
    """Its zip says that a part has a password."""
    data = bytearray(tools.good)
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def overlap(tools: Tools) -> bytes:
    """An entry of the directory has its data within those of another."""
    size, crc = 4, zlib.crc32(b"<a/>")
    inner = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, crc, size, size, 4, 0)
    inner += b"a/x2<a/>"
    package = open_parts(tools.good).with_part("a/x1", inner).with_part("a/x2", b"<a/>")
    data = bytearray(package.data(compression=zipfile.ZIP_STORED))
    last = data.rindex(b"PK\x01\x02")
    data[last + 42 : last + 46] = struct.pack("<I", data.index(inner))
    return bytes(data)


def twice(tools: Tools) -> bytes:
    """One part is there twice."""
    stream = io.BytesIO(tools.good)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/STYLES.xml", archive.read("xl/styles.xml"))
    return stream.getvalue()


def add_notes(book: Workbook) -> None:
    """Have a large sheet of notes."""
    book.security.lockStructure = False
    notes = book.create_sheet("Noter")
    for row in range(1, 30_000):
        notes.cell(row, 1).value = f"note {row} " + "lang " * 20


def drop_notes(book: Workbook) -> None:
    """Delete what does not belong."""
    del book["Noter"]


def add_pictures(tools: Tools) -> bytes:
    """Lay pictures in it, which do not pack."""
    package = open_parts(tools.good)
    for number in range(40):
        package = package.with_part(f"xl/media/image{number}.png", os.urandom(20_000))
    return package.data(compression=zipfile.ZIP_STORED)


def link_formula(tools: Tools) -> bytes:
    """Type a formula that points into another file, in LibreOffice."""
    source, other = tools.folder / "956.xlsx", tools.folder / "anden.xlsx"
    source.write_bytes(tools.good)
    book = Workbook()
    book.worksheets[0]["A1"] = "ude"
    book.save(other)
    with tools.office.open(source) as document:
        document.sheet("Borgere").getCellRangeByName("D4").setFormula(
            f"='{other.as_uri()}'#$Sheet.A1"
        )
        return document.save_as(tools.folder / "kaede.xlsx").read_bytes()


def break_link(_: Tools, content: bytes) -> bytes:
    """Data > Edit Links > Break Link: the values stay, the link goes."""
    shown = load_workbook(io.BytesIO(content), data_only=True)[title("borger")]["D4"].value

    def break_it(book: Workbook) -> None:
        book[title("borger")]["D4"].value = shown or "ude"
        book._external_links = []  # type: ignore[attr-defined]

    return edit(content, break_it)


def unhide(book: Workbook) -> None:
    """Delete the hidden sheet, as Excel's document inspector does."""
    book.security.lockStructure = False
    del book["_fpsheet"]


def say(key: str, value: str) -> Callable[[Workbook], object]:
    """Return what writes into the hidden sheet."""

    def write(book: Workbook) -> None:
        for key_cell, value_cell, *_ in book["_fpsheet"].iter_rows():
            if key_cell.value == key:
                value_cell.value = value

    return write


def copy_foreign(tools: Tools) -> bytes:
    """Copy what is seen of the sheets into a new workbook."""
    source, target = load_workbook(io.BytesIO(tools.good)), Workbook()
    for sheet_id in ROWS:
        own, new = source[title(sheet_id)], target.create_sheet(title(sheet_id))
        for row in own.iter_rows(min_row=HEADINGS, max_row=FIRST, min_col=3):
            new.append([cell.value for cell in row])
    stream = io.BytesIO()
    target.save(stream)
    return stream.getvalue()


def drop_sheet(book: Workbook) -> None:
    """Delete a sheet."""
    book.security.lockStructure = False
    del book[title("forloeb")]


def fill_anew(_: Tools, __: bytes) -> bytes:
    """Get a workbook that is filled with what was sent."""
    return make_workbook(FORM, ROWS)


def copy_sheet(book: Workbook) -> None:
    """Copy a sheet and type a citizen into the copy."""
    book.security.lockStructure = False
    copy = book.copy_worksheet(book[title("borger")])
    copy.title = "Kopi"


def drop_copy(book: Workbook) -> None:
    """Move what only the copy has (nothing here) and delete the copy."""
    del book["Kopi"]


def drop_column(book: Workbook) -> None:
    """Delete a column of entries."""
    book[title("forloeb")].delete_cols(column_of(book, "start_dato"))


def column_of(book: Workbook, field_id: str) -> int:
    """Return the column of a field of Forløb, by the hidden row."""
    return next(
        cell.column
        for cell in book[title("forloeb")][HEADINGS - 1]
        if cell.value == f"forloeb.{field_id}"
    )


def double_column(book: Workbook) -> None:
    """Copy a column with its hidden name to the right."""
    sheet = book[title("forloeb")]
    target = sheet.max_column + 1
    for row in range(1, FIRST + 1):
        sheet.cell(row, target).value = sheet.cell(row, column_of(book, "tekst")).value


def undouble(book: Workbook) -> None:
    """Delete the other column."""
    sheet = book[title("forloeb")]
    sheet.delete_cols(sheet.max_column)


def repeat_row(tools: Tools) -> bytes:
    """Have one row twice in the file."""
    pattern = re.compile(r'<row [^>]*r="4"[^>]*>.*?</row>', re.DOTALL)
    return (
        open_parts(tools.good)
        .edit("xl/worksheets/sheet2.xml", lambda text: pattern.sub(lambda m: m[0] * 2, text, 1))
        .data()
    )


def repair(tools: Tools, content: bytes) -> bytes:
    """Open it in a spreadsheet program, which repairs it, and save."""
    return tools.save_as(content, ".xlsx", "2.xlsx")


def long_text(tools: Tools) -> bytes:
    """Have a text that is longer than Excel lets one be."""
    text = "x" * 40_000
    cell = f'<c r="D4" t="inlineStr"><is><t>{text}</t></is></c>'
    pattern = re.compile(r'<c r="D4"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
    return (
        open_parts(tools.good)
        .edit("xl/worksheets/sheet2.xml", lambda xml: pattern.sub(cell, xml, count=1))
        .data()
    )


def shorten(book: Workbook) -> None:
    """Shorten the text."""
    book[title("borger")]["D4"].value = "kort"


def cut_sheet(tools: Tools) -> bytes:
    """The XML of a sheet ends in the middle."""
    return (
        open_parts(tools.good)
        .edit("xl/worksheets/sheet3.xml", lambda text: text[: len(text) // 2])
        .data()
    )


def drop_names(tools: Tools) -> bytes:
    """Delete the hidden row, the names and the table of one sheet, as a rebuilt sheet has none."""

    def drop(book: Workbook) -> None:
        sheet = book[title("forloeb")]
        for cell in sheet[HEADINGS - 1]:
            cell.value = None
        for name in [name for name in book.defined_names if "_forloeb_" in name]:
            del book.defined_names[name]
        sheet.tables.clear()

    return edit(tools.good, drop)


OPEN_SAVE = "Åbn den i Excel, vælg Filer > Gem som"
REPAIR = "Åbn den i Excel, lad Excel reparere den"
NEW_NAME = "Åbn den i Excel, og gem den igen under et nyt navn."
ISSUED = "Brug den projektmappe, som kommunen har fået udleveret"
FETCH = "Hent"
PICTURES = replace(DEFAULT_LIMITS, file_bytes=400_000, parts=60)
NO_NOTES = replace(DEFAULT_LIMITS, part_bytes=3_000_000)

CASES: Final[dict[str, Case]] = {
    "STR-004": Case(lambda _: b"", backup, "Hent eller gem projektmappen igen."),
    "STR-005": Case(
        add_pictures, resave, "Slet store billeder", limits=replace(PICTURES, parts=2000)
    ),
    "STR-006": Case(encrypt, take_password_off, "Åbn den i Excel, vælg Filer > Oplysninger"),
    "STR-007": Case(
        lambda tools: tools.save_as(tools.good, ".xlsx", ".xls"),
        lambda tools, content: tools.save_as(content, ".xls", "2.xlsx"),
        OPEN_SAVE,
    ),
    "STR-008": Case(add_part("xl/workbook.bin"), resave, OPEN_SAVE),
    "STR-009": Case(
        lambda tools: tools.save_as(tools.good, ".xlsx", ".ods"),
        lambda tools, content: tools.save_as(content, ".ods", "2.xlsx"),
        "Åbn den i Excel eller LibreOffice",
    ),
    "STR-010": Case(
        change_parts(
            lambda package: package.replace(
                CONTENT_TYPES, MAIN_TYPE, "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
            )
        ),
        resave,
        OPEN_SAVE,
    ),
    "STR-011": Case(
        make_strict,
        lambda tools, content: tools.save_as(content, ".xlsx", "2.xlsx"),
        OPEN_SAVE,
    ),
    "STR-012": Case(as_text, type_text_in, "Find den rigtige projektmappe.", rows=0),
    "STR-013": Case(lambda _: b"<!doctype html><html><body>", backup, "Log ind, og hent"),
    "STR-014": Case(
        lambda tools: tools.save_as(tools.good, ".xlsx", ".pdf"),
        backup,
        "Vælg projektmappen, som PDF-dokumentet er lavet af.",
    ),
    "STR-015": Case(lambda _: b"\x89PNG\r\n\x1a\n" + bytes(64), backup, "Vælg projektmappen"),
    "STR-016": Case(lambda tools: tools.good[:-900], backup, "Hent eller kopiér filen igen."),
    "STR-017": Case(flip, backup, REPAIR),
    "STR-020": Case(encrypt_zip, backup, "Brug projektmappen, som den var"),
    "STR-021": Case(add_part("../evil.xml"), resave, NEW_NAME),
    "STR-022": Case(twice, resave, "Åbn den i Excel, kontrollér indholdet, og gem igen."),
    "STR-023": Case(overlap, backup, NEW_NAME),
    "STR-024": Case(by_hand(add_notes), undo(drop_notes), "Slet ark", limits=NO_NOTES),
    "STR-025": Case(
        add_part("xl/media/image1.png", bytes(60 << 20)),
        resave,
        NEW_NAME,
    ),
    "STR-026": Case(add_part("docProps/custom.xml", "<!DOCTYPE a><a/>"), resave, NEW_NAME),
    "STR-027": Case(add_part("xl/vbaProject.bin", OLE), resave, "Vælg Filer > Gem som"),
    "STR-028": Case(link_formula, break_link, "Vælg Data > Rediger kæder > Bryd kæde"),
    "STR-029": Case(
        add_part("xl/embeddings/oleObject1.bin", OLE),
        resave,
        "Vælg Hjem > Søg og vælg > Markeringsrude",
    ),
    "STR-030": Case(
        add_part(
            "xl/connections.xml", f'<connections xmlns="{MAIN}"><connection id="1"/></connections>'
        ),
        resave,
        "Vælg Data > Forespørgsler og forbindelser",
    ),
    "STR-031": Case(add_part("xl/activeX/activeX1.xml", "<a/>"), resave, "Slet knapperne"),
    "STR-032": Case(
        add_part("xl/webextensions/taskpanes.xml", "<a/>"), resave, "Åbn den i Excel, slet"
    ),
    "STR-033": Case(
        add_pictures, resave, "Slet billeder", limits=replace(PICTURES, file_bytes=50 << 20)
    ),
    "STR-034": Case(
        change_parts(lambda p: p.edit("xl/workbook.xml", lambda text: text[: len(text) // 2])),
        backup,
        REPAIR,
    ),
    "STR-040": Case(copy_foreign, paste_rows, ISSUED),
    "STR-041": Case(
        by_hand(unhide), paste_rows, "Indsæt linjerne i den projektmappe, som kommunen"
    ),
    "STR-042": Case(
        by_hand(say("form_version", "99")), fill_anew, "Opdatér programmet, eller bed om en ny"
    ),
    "STR-043": Case(
        lambda _: make_workbook(FORM, ROWS, kommune="957"), backup, "Vælg den", kommune="956"
    ),
    "STR-044": Case(by_hand(say("kommune_kode", "123")), paste_rows, ISSUED),
    "STR-045": Case(by_hand(say("workbook_id", "=1+1")), paste_rows, ISSUED),
    "STR-050": Case(by_hand(drop_sheet), fill_anew, "Bed om en ny projektmappe"),
    "STR-052": Case(by_hand(copy_sheet), undo(drop_copy), "Flyt de linjer"),
    "STR-053": Case(by_hand(drop_column), backup, "Fortryd sletningen"),
    "STR-054": Case(by_hand(double_column), undo(undouble), "Saml indholdet"),
    "STR-058": Case(repeat_row, repair, "Åbn filen i Excel, lad Excel reparere den"),
    "STR-060": Case(long_text, undo(shorten), "Forkort teksten."),
    "STR-066": Case(cut_sheet, backup, "Åbn filen i Excel, lad Excel reparere den"),
    "STR-067": Case(drop_names, paste_rows, "Sæt linjerne ind på arket"),
}

OUTSIDE: Final = {"STR-001", "STR-002", "STR-003", "STR-035", "STR-036"}
"""Codes of the file's name, of other programs and of the reading process: tests of their own."""


@pytest.fixture(scope="module")
def good() -> bytes:
    """A workbook in which nothing is wrong."""
    return make_workbook(FORM, ROWS)


def take_in(
    content: bytes, case: Case, name: str
) -> tuple[RawWorkbook | None, tuple[IntakeFinding, ...]]:
    """Read a file within the limits of a case."""
    plan = make_plan(FORM, expected_kommune=case.kommune or None, limits=case.limits)
    read = read_bytes(content, name=name, plan=plan)
    return read.raw, read.faults


def test_every_refusal_has_a_way_out() -> None:
    """A new code without a case fails here, and so does a case without a code."""
    assert sorted({*CASES, *OUTSIDE}) == REFUSALS


@pytest.mark.lo
@pytest.mark.parametrize("code", CASES)
def test_the_advice_done_literally_makes_the_file_pass(
    code: str, good: bytes, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    """The broken file has the code; after the step nothing blocks, and the rows are there."""
    case, tools = CASES[code], Tools(good, libreoffice, tmp_path)
    broken = case.broken(tools)
    _, faults = take_in(broken, case, case.name)
    mine = [fault for fault in faults if fault.code == code]
    assert mine, [fault.code for fault in faults]
    assert mine[0].to_finding(FORM).remedy(SpokenForm(FORM, "da")).startswith(case.begins)
    mended = case.step(tools, broken)
    raw, faults = take_in(mended, case, "956.xlsx")
    assert raw is not None, [fault.code for fault in faults]
    grave = {Severity.KRITISK, Severity.FEJL}
    findings = check_bytes(mended, FORM).findings
    assert [one.code for one in findings if one.severity in grave] == []
    counts = {sheet: raw.sheets[sheet].frame.height for sheet in ROWS}
    assert counts == {"borger": 1, "forloeb": case.rows}


def test_a_name_without_the_signs_in_front_is_the_workbook(good: bytes, tmp_path: Path) -> None:
    """STR-003: the lock file lies beside the workbook, whose name is the same without ~$."""
    (tmp_path / "956.xlsx").write_bytes(good)
    lock = tmp_path / "~$956.xlsx"
    lock.write_bytes(b"\x05Bo T")
    assert codes_of(lock) == ["STR-003"]
    assert codes_of(lock.with_name(lock.name.removeprefix("~$"))) == []


def test_the_right_name_and_folder_open_the_file(good: bytes, tmp_path: Path) -> None:
    """STR-001: with the name mended the file is there."""
    (tmp_path / "956.xlsx").write_bytes(good)
    assert codes_of(tmp_path / "956 .xlsx") == ["STR-001"]
    assert codes_of(tmp_path / "956.xlsx") == []


def test_a_closed_workbook_can_be_read(
    good: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STR-002: Windows says that another program has the file; once that lets go it is read."""
    file = tmp_path / "956.xlsx"
    file.write_bytes(good)
    taken = PermissionError(13, "taken")
    taken.winerror = 32  # type: ignore[attr-defined]

    def refuse(*_: object, **__: object) -> None:
        raise taken

    with monkeypatch.context() as open_in_excel:
        open_in_excel.setattr(type(file), "open", refuse)
        assert codes_of(file) == ["STR-002"]
    assert codes_of(file) == []


def codes_of(file: Path) -> list[str]:
    """Return the codes of what is found when a file is read."""
    return [finding.code for finding in read_file(file, form=FORM).findings]


def slow_over_notes(*, data: bytes, name: str) -> object:
    """Read a file as a reader would that stops at a large sheet: a stand-in for one."""
    if b"Noter" in open_parts(data).parts["xl/workbook.xml"]:
        time.sleep(60)
    return read_or_end(data, name=name, plan=_plan())


def broken_by_notes(*, data: bytes, name: str) -> object:
    """Read a file as a reader would that breaks down over a large sheet: a stand-in for one."""
    if b"Noter" in open_parts(data).parts["xl/workbook.xml"]:
        os._exit(99)
    return read_or_end(data, name=name, plan=_plan())


def _plan() -> ReadingPlan:
    return make_plan(FORM, expected_kommune=None, limits=DEFAULT_LIMITS)


@pytest.mark.parametrize(
    ("code", "run", "seconds"),
    [("STR-035", slow_over_notes, 8.0), ("STR-036", broken_by_notes, 60.0)],
)
def test_a_file_without_what_does_not_belong_is_read_to_its_end(
    code: str, run: Callable[..., object], seconds: float, good: bytes
) -> None:
    """STR-035 and STR-036: the sheet that the reader fails at is deleted, and the file is read."""
    broken = edit(good, add_notes)
    limits = replace(DEFAULT_LIMITS, seconds=seconds)
    with ReadingProcess() as process:

        def read(data: bytes) -> Any:  # noqa: ANN401 - a fault or what the reader gave
            task = Task(f"{__name__}:{run.__name__}", {"data": data, "name": "956.xlsx"}, limits)
            return process.run(task)

        assert read(broken).code == code
        kept = read(edit(broken, drop_notes))
    assert kept.raw is not None
    assert kept.faults == ()


def test_a_workbook_with_backslashes_gets_its_returned_workbook(good: bytes) -> None:
    """A zip of the .NET of old is marked like any other, with slashes between its folders."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in open_parts(good).parts.items():
            archive.writestr(name.replace("/", "\\"), content)
    checked = check_bytes(stream.getvalue(), FORM)
    returned = return_workbook(
        opened(checked.content), checked.findings, checked.check, SpokenForm(FORM, "da")
    )
    assert not any("\\" in name for name in open_parts(returned).parts)
    assert check_bytes(returned, FORM).check.raw.sheets.keys() == checked.check.raw.sheets.keys()


def test_a_read_workbook_of_bytes_is_one_of_a_file(good: bytes) -> None:
    """The way of these tests into intake finds what the program's own way finds."""
    assert read_file(NamedBytes("956.xlsx", good), form=FORM).findings == ()
