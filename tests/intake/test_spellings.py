"""One faulty workbook in every legal spelling: the same findings at the same cells.

XML lets the same cells be written in many ways, and programs use them: with white space between
the tags, attributes in another order, prefixes, references, exponents, comments. What is found may
not hang on that. The faults are planted in the XML and what each is worth is written beside it;
the spellings are made by lxml and a few lines that know nothing of the reading. Saves by
LibreOffice, Gnumeric and SheetJS are spellings, too.
"""

from __future__ import annotations

import posixpath
import re
import subprocess
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import pytest
from lxml import etree

from fpsheet.returned.mark_workbook import return_workbook
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.checking.test_planted_faults import CITIZEN
from tests.support.desk import Checked, check_bytes, make_workbook, opened
from tests.support.package_lint import lint_package
from tests.support.readers import READERS, program
from tests.support.schema_audit import audit
from tests.support.spelling import (
    Spelling,
    as_reference,
    as_results,
    as_runs,
    each_value,
    insert_between,
    numbers,
    one_row,
    q,
    set_on,
    spell_workbook,
    split_by_comment,
    with_exponent,
    without_addresses,
    without_row_numbers,
)
from tests.support.xlsx_parts import entry_row, open_parts
from tests.support.xlsx_parts import make_workbook as raw_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.libreoffice import LibreOffice
    from tests.support.spelling import Element

FORM = load_form()
CITIZENS: Final = 4
PARTS: Final = {f"xl/worksheets/sheet{number}.xml" for number in range(2, 9)}
SHEETS: Final = [sheet.id for sheet in FORM.sheets]
KEPT: Final = ("CPR-", "FLT-")

# (sheet, cell) → the cell's type, what stands in it, and what is to be found there.
FAULTS: Final[dict[tuple[str, str], tuple[str, str, str]]] = {
    ("borger", "C4"): ("n", "<v>601801230</v>", "CPR-002"),
    ("borger", "F5"): ("n", "<f>TODAY()</f><v>46027</v>", "FLT-003"),
    ("borger", "F6"): ("inlineStr", "<is><t>05-01-26</t></is>", "FLT-008"),
    ("borger", "G4"): ("b", "<v>1</v>", "FLT-004"),
    ("borger", "G5"): ("str", "<f>LOWER(&quot;JA&quot;)</f><v>ja</v>", "FLT-003"),
    ("forloeb", "E4"): ("n", "<v>1e300</v>", "FLT-006"),
    ("forloeb", "E5"): ("n", "<v>60</v>", "FLT-006"),
    ("forloeb", "E6"): ("n", "<v>-5</v>", "FLT-006"),
    ("forloeb", "E7"): ("n", "<v>2958466</v>", "FLT-006"),
    ("forloeb", "F4"): ("n", "<v>46054.5</v>", "FLT-007"),
    ("forloeb", "F5"): ("e", "<v>#REF!</v>", "FLT-002"),
    ("forloeb", "D6"): ("inlineStr", "<is><t>Noget &amp; andet</t></is>", "FLT-015"),
    ("vurdering", "E4"): ("n", "<v>12.5</v>", "FLT-011"),
    ("vurdering", "E5"): ("inlineStr", "<is><t>40</t></is>", "FLT-034"),
    ("vurdering", "F6"): ("n", "<v>7.25</v>", "FLT-012"),
    ("job", "C4"): ("inlineStr", "<is><t>6101801</t></is>", "CPR-001"),
}


def plant(content: bytes) -> bytes:
    """Put the faults into the XML of a sound workbook."""
    target = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(target, "w", 8) as new:
        for name in old.namelist():
            part = old.read(name)
            for number, sheet_id in enumerate(SHEETS, start=1):
                if name == f"xl/worksheets/sheet{number}.xml":
                    part = _plant(part, sheet_id)
            new.writestr(name, part)
    return target.getvalue()


def _plant(part: bytes, sheet_id: str) -> bytes:
    text = part.decode()
    for (sheet, cell), (kind, inner, _) in FAULTS.items():
        if sheet == sheet_id:
            filled = re.compile(rf'<c r="{cell}"( s="\d+")?(?: t="\w+")?(?:/>|>.*?</c>)')
            written = rf'<c r="{cell}"\1 t="{kind}">{inner}</c>'
            text, count = filled.subn(written.replace("\\1", r"\g<1>"), text)
            assert count == 1, (sheet, cell)
    return text.encode()


@pytest.fixture(scope="module")
def faulty() -> bytes:
    """A workbook of four citizens with the faults in it, spelled as programs do."""
    rows = {
        sheet_id: [{"cpr": f"610180123{place}", **row} for place in range(CITIZENS)]
        for sheet_id, row in CITIZEN.items()
    }
    return plant(make_workbook(FORM, rows))


@pytest.fixture(scope="module")
def told(faulty: bytes) -> Checked:
    """What is found in the plain spelling."""
    return check_bytes(faulty, FORM)


def comment() -> Element:
    """A comment with everything in it that looks like a cell."""
    return etree.Comment('<c r="C4"><v>1</v></c> </row>')


def instruction() -> Element:
    """A processing instruction."""
    return etree.ProcessingInstruction("note", "here")


def backwards(names: list[str]) -> list[str]:
    """Order attributes the other way round."""
    return names[::-1]


def with_extensions(sheet: Element) -> None:
    """Have an extension list at the end of every filled cell."""
    for cell in sheet.iter(q("c")):
        if len(cell):
            etree.SubElement(etree.SubElement(cell, q("extLst")), q("ext"), uri="x")


def as_truth(value: str) -> str:
    """Write a truth value as a word."""
    return {"1": "true", "0": "false"}[value]


def with_row_attributes(sheet: Element) -> None:
    """Have what Excel writes on a row."""
    for row in sheet.iter(q("row")):
        row.set("spans", "1:40")
        row.set("{http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac}dyDescent", "0.25")


def utf_16(text: str) -> bytes:
    """Write a part as UTF-16, which says so itself."""
    return f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16")


def latin_1(text: str) -> bytes:
    """Write a part as Latin-1, other characters by their numbers."""
    head = '<?xml version="1.0" encoding="ISO-8859-1"?>'
    return f"{head}{text}".encode("latin-1", errors="xmlcharrefreplace")


def in_addresses(sheet: Element) -> None:
    """Write the first letter of each address by its number."""
    for cell in sheet.iter(q("c")):
        cell.set("r", as_reference(cell.get("r", "")))


def on_sheet(sheet: Element) -> None:
    """Say of the whole sheet that its spaces are to be kept."""
    sheet.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def odd_value(row: Element) -> None:
    """Have white space before every value of a row."""
    for cell in row:
        if len(cell):
            cell.text = "\n  "


def odd_helpers(row: Element) -> None:
    """Have a comment before the last cell of a row, which is one of ours."""
    row[-1].addprevious(comment())


def with_cells_behind(sheet: Element) -> None:
    """Have a comment with the cells of another sheet behind those of this one."""
    cells = next(sheet.iter(q("sheetData")))
    cells.addnext(etree.Comment('<sheetData><row r="4"><c r="C4"><v>1</v></c></row></sheetData>'))


def last_cell_first(sheet: Element) -> None:
    """Order the cells of each row from right to left."""
    for row in sheet.iter(q("row")):
        for cell in list(row)[::-1]:
            row.append(cell)


def tail_break() -> Element:
    """A comment that is nothing but a line."""
    return etree.Comment("\n")


TEXTS: Final = {"str", "e"}
NUMBERS: Final = {None, "n"}
SPELLINGS: Final = (
    Spelling("a line each row", change=insert_between(tail_break, "row")),
    Spelling("indented", gap="\n    "),
    Spelling("tabs", gap="\t"),
    Spelling("lines of Windows", gap="\r\n"),
    Spelling("attributes the other way round", order=backwards),
    Spelling("attributes by name", order=sorted),
    Spelling("single quotes", quote="'"),
    Spelling("spaces around the equals sign", equals=" = "),
    Spelling("a space before the end of a tag", close=" "),
    Spelling("a line before the end of a tag", close="\n"),
    Spelling("two spaces between attributes", between="  "),
    Spelling("attributes on lines of their own", between="\n\t"),
    Spelling("a prefix", prefix="x"),
    Spelling("a prefix, indented", prefix="main.sheet-1", gap="\n"),
    Spelling("comments between cells", change=insert_between(comment, "c")),
    Spelling("comments between rows", change=insert_between(comment, "row")),
    Spelling("comments before values", change=insert_between(comment, "v")),
    Spelling("comments before formulas", change=insert_between(comment, "f")),
    Spelling("comments before inline texts", change=insert_between(comment, "is")),
    Spelling("a comment of cells behind the cells", change=with_cells_behind),
    Spelling("cells the other way round", change=last_cell_first),
    Spelling("comments in values", change=split_by_comment),
    Spelling("instructions between cells", change=insert_between(instruction, "c")),
    Spelling("instructions between rows", change=insert_between(instruction, "row")),
    Spelling("CDATA", cdata=True),
    Spelling("references in values", change=each_value(as_reference, kinds=NUMBERS | TEXTS)),
    Spelling("references in addresses", change=in_addresses),
    Spelling("spaces around numbers", change=numbers(lambda text: f"\n {text} ")),
    Spelling("exponents", change=numbers(with_exponent)),
    Spelling("signs", change=numbers(lambda text: text if text[0] == "-" else f"+{text}")),
    Spelling(
        "zeros in front", change=numbers(lambda text: re.sub(r"^(-?)(?=\d)", r"\g<1>00", text))
    ),
    Spelling(
        "zeros behind",
        change=numbers(lambda text: text if "e" in text else re.sub(r"^(-?\d+)$", r"\1.00", text)),
    ),
    Spelling("rows without numbers", change=without_row_numbers),
    Spelling("cells without addresses", change=without_addresses),
    Spelling("texts as results", change=as_results),
    Spelling("texts in runs", change=as_runs),
    Spelling("texts in runs, indented", change=as_runs, gap="\n"),
    Spelling("no short tags", is_long=True),
    Spelling("spaces kept", change=on_sheet),
    Spelling(
        "spaces kept in each",
        change=set_on("v", **{"{http://www.w3.org/XML/1998/namespace}space": "preserve"}),
    ),
    Spelling("types of numbers", change=set_on("c", t="n")),
    Spelling("formats of none", change=set_on("c", cm="0")),
    Spelling("visible rows", change=set_on("row", hidden="0")),
    Spelling("truth in words", change=each_value(as_truth, kinds={"b"})),
    Spelling("extensions in cells", change=with_extensions),
    Spelling("row attributes of Excel", change=with_row_attributes),
    Spelling("UTF-16", encode=utf_16),
    Spelling("Latin-1", encode=latin_1),
    Spelling("a mark of UTF-8", encode=lambda text: b"\xef\xbb\xbf" + text.encode()),
    Spelling("no declaration", encode=lambda text: text.encode()),
    Spelling("one row indented", change=one_row(odd_value)),
    Spelling("one comment among ours", change=one_row(odd_helpers)),
    Spelling(
        "everything", prefix="s", quote="'", equals=" =", close=" ", gap="\r\n\t", order=backwards
    ),
)


@pytest.mark.parametrize("spelling", SPELLINGS, ids=str)
def test_spelled_otherwise(faulty: bytes, told: Checked, spelling: Spelling) -> None:
    """A workbook spelled otherwise has the same findings at the same cells, and the same totals."""
    spelled = spell_workbook(faulty, spelling, PARTS)
    checked = check_bytes(spelled, FORM)
    assert checked.cells() == told.cells()
    assert totals(checked) == totals(told)


def totals(checked: Checked) -> dict[str, object]:
    """Return the control totals of every sheet."""
    return {sheet: raw.totals for sheet, raw in checked.check.raw.sheets.items()}


@pytest.mark.parametrize("gap", ["", "\n"])
@pytest.mark.parametrize(
    "inner",
    [
        '<c r="H{row}" t="inlineStr"><is><t>x</t></is></c>',
        '<c r="H{row}"><is><t>x</t></is></c>',
        '<c r="H{row}" t="str"><v>x</v></c>',
        '<c r="H{row}" t="inlineStr"><v>x</v></c>',
        '<c r="H{row}" t="n"><v>x</v></c>',
        '<c r="H{row}" t="n"><v>NaN</v></c>',
        '<c r="H{row}" t="b"><v>x</v></c>',
        '<c r="H{row}" t="e"><v>x</v></c>',
        '<c r="H{row}" t="x"><v>x</v></c>',
        '<c r="H{row}" t="d"><v>2026-02-01</v></c>',
        '<c r="H{row}"><f>1</f></c>',
        '<c r="H{row}"><v>1e999</v></c>',
        '<c r="H{row}"><v>1</v></c><c r="H{row}"><v>2</v></c>',
        '<c r="H9"><v>1</v></c>',
    ],
)
def test_a_filled_cell_is_a_value_or_is_told(inner: str, gap: str) -> None:
    """Whatever stands in a cell of hours is read or told at its row; it is never nothing."""
    rows = (entry_row("forloeb", row, cpr=f"610180-123{row}") for row in (5, 9))
    filled = "".join(rows).replace("</row>", f"{inner.format(row=5)}{gap}</row>", 1)
    checked = check_bytes(raw_workbook({"forloeb": filled}).data(), FORM)
    sheet = checked.check.raw.sheets["forloeb"]
    of_hours = {"", "timer_pr_uge"}
    told_rows = {finding.row for finding in checked.findings if finding.field in of_hours}
    values = dict(zip(sheet.frame["raekke"], sheet.frame["timer_pr_uge"], strict=True))
    # A cell that stands in another row than its address says is at its address.
    assert values.get(5) or values.get(9) or told_rows & {5, 9}
    assert sheet.totals.xml == sheet.totals.read + sheet.totals.blank + sheet.totals.quarantined


@pytest.mark.parametrize(
    "digits", ["\u0661\u0662\u0663\u0660", "\U0001d7cf\U0001d7d0\U0001d7d1\U0001d7ce"]
)
def test_a_number_in_digits_of_another_script_is_none(digits: str) -> None:
    """Another key would stand for the citizen: it is told, and never a value."""
    rows = entry_row("forloeb", 4, cpr=f"610180-{digits}") + entry_row(
        "forloeb", 5, cpr="610180-1230"
    )
    checked = check_bytes(raw_workbook({"forloeb": rows}).data(), FORM)
    assert ("CPR-001", "forloeb", "C4") in checked.cells()
    assert checked.check.sheets["forloeb"].frame["cpr"].to_list() == [None, "6101801230"]


def test_a_long_number_that_was_cut_off_as_text_is_told() -> None:
    """A journal number that went through a text file is warned of, and stays as it stands."""
    told = entry_row("forloeb", 4, cpr="610180-1230", journal_nr="2,02412E+16")
    whole = entry_row("forloeb", 5, cpr="610180-1230", journal_nr="2024/12345E+16")
    checked = check_bytes(raw_workbook({"forloeb": told + whole}).data(), FORM)
    rows = [finding.row for finding in checked.findings if finding.code == "FLT-033"]
    assert rows == [4]
    journal = checked.check.sheets["forloeb"].frame["journal_nr"].to_list()
    assert journal == ["2,02412E+16", "2024/12345E+16"]


@pytest.mark.parametrize("gap", ["", "\n  "])
@pytest.mark.parametrize("number", ["2958466", "1e300", "60", "-5", "2958465", "1"])
def test_no_number_of_a_day_ends_a_return(faulty: bytes, gap: str, number: str) -> None:
    """A day after the year 9999, before 1900, or that never was: told, and marked in a return."""
    parts = open_parts(faulty)
    name = f"xl/worksheets/sheet{1 + SHEETS.index('forloeb')}.xml"
    old = re.search(rb'<c r="E7"[^>]*>.*?</c>', parts.parts[name])
    assert old
    new = re.sub(rb"<v>[^<]*</v>", f"{gap}<v>{number}</v>".encode(), old[0])
    book = parts.with_part(name, parts.parts[name].replace(old[0], new)).data()
    checked = check_bytes(book, FORM)
    codes = {code for code, *place in checked.cells() if place == ["forloeb", "E7"]}
    is_day = number in {"2958465", "1"}
    assert ("FLT-006" in codes) is not is_day
    returned = return_workbook(
        opened(book), checked.findings, checked.check, SpokenForm(FORM, "da")
    )
    assert check_bytes(returned, FORM).cells() == checked.cells()


def test_planted_faults_are_found(told: Checked) -> None:
    """The faults are found at their cells, and what else is said of cells is said of them."""
    found = {place for place in told.cells() if place[0].startswith(KEPT)}
    planted = {(code, sheet, cell) for (sheet, cell), (_, _, code) in FAULTS.items()}
    assert planted <= found


def cell_findings(checked: Checked) -> set[tuple[str, str, str]]:
    """Return what is said of cells as such."""
    return {place for place in checked.cells() if place[0].startswith(KEPT)}


def save_by_gnumeric(source: Path, target: Path) -> None:
    """Save a workbook with Gnumeric."""
    subprocess.run(
        [program("ssconvert"), source, target], check=True, capture_output=True, timeout=120
    )


SHEETJS: Final = """
const xlsx = require("xlsx");
const book = xlsx.readFile(process.argv[1], {cellStyles: true, cellNF: true, sheetStubs: true});
xlsx.writeFile(book, process.argv[2], {cellStyles: true, compression: true});
"""
EXCELJS: Final = """
const book = new (require("exceljs").Workbook)();
book.xlsx.readFile(process.argv[1]).then(() => book.xlsx.writeFile(process.argv[2]));
"""


def save_by_node(script: str, source: Path, target: Path) -> None:
    """Save a workbook with a library of Node.js, which finds it in the folder of the readers."""
    command = [program("node"), "-e", script, str(source), str(target)]
    subprocess.run(command, check=True, capture_output=True, timeout=120, cwd=READERS)


def save_by_sheetjs(source: Path, target: Path) -> None:
    """Save a workbook with SheetJS."""
    save_by_node(SHEETJS, source, target)


def save_by_exceljs(source: Path, target: Path) -> None:
    """Save a workbook with ExcelJS."""
    save_by_node(EXCELJS, source, target)


@pytest.fixture(scope="module")
def noted(faulty: bytes, told: Checked) -> set[tuple[str, str]]:
    """The cells with a note in the workbook as it goes back, never touched by another program."""
    return notes(returned(faulty, told))


def notes(content: bytes) -> set[tuple[str, str]]:
    """Return sheet, by its place, and cell of each note.

    Read from the XML: openpyxl does not open what ExcelJS makes of a number without an end.
    """
    with ZipFile(BytesIO(content)) as package:
        parts = {name.lower(): package.read(name) for name in package.namelist()}
    found = set[tuple[str, str]]()
    for place, sheet in enumerate(sheet_parts(parts)):
        for link in related(parts, sheet, "/comments"):
            told = etree.fromstring(parts[link]).iter(q("comment"))
            found |= {(str(place), note.get("ref", "")) for note in told}
    return found


def sheet_parts(parts: dict[str, bytes]) -> list[str]:
    """Return the names of the sheets' parts in the order of the tabs."""
    (book,) = related(parts, "", "/officeDocument")
    links = relations(parts, book)
    ids = (
        value
        for sheet in etree.fromstring(parts[book]).iter(q("sheet"))
        for name, value in sheet.attrib.items()
        if str(name).endswith("}id")
    )
    return [links[str(each)][1] for each in ids]


def related(parts: dict[str, bytes], owner: str, kind: str) -> list[str]:
    """Return the parts that a part names in relationships of a kind."""
    return [target for type_, target in relations(parts, owner).values() if type_.endswith(kind)]


def relations(parts: dict[str, bytes], owner: str) -> dict[str, tuple[str, str]]:
    """Return id → type and name of the part, of what a part names; all in small letters."""
    folder, _, name = owner.rpartition("/")
    rels = parts.get(f"{folder}/_rels/{name}.rels".lstrip("/"), b"<none/>")
    return {
        link.get("Id", ""): (
            link.get("Type", ""),
            posixpath.normpath(posixpath.join("/", folder, link.get("Target", "")))
            .lstrip("/")
            .lower(),
        )
        for link in etree.fromstring(rels)
    }


def returned(content: bytes, checked: Checked) -> bytes:
    """Return a checked workbook with its marks."""
    return return_workbook(opened(content), checked.findings, checked.check, SpokenForm(FORM, "da"))


def need_marks(content: bytes, noted: set[tuple[str, str]], folder: Path) -> None:
    """Hold that a saved workbook comes back with its marks at their cells, as sound as it was.

    What the other program itself writes against the schemas is its own.
    """
    back = returned(content, check_bytes(content, FORM))
    assert notes(back) == noted
    assert set(lint_package(back)) <= set(lint_package(content))
    assert not audit(back, folder) - audit(content, folder)


HARD: Final = {"Latin-1", "UTF-16", "a prefix, indented", "a comment of cells behind the cells"}
MARKED: Final = [each for each in SPELLINGS if each.name in HARD]


@pytest.mark.parametrize("spelling", MARKED, ids=str)
def test_the_marks_stand_in_a_sheet_spelled_otherwise(
    faulty: bytes, noted: set[tuple[str, str]], spelling: Spelling
) -> None:
    """In another encoding, or with an odd prefix, a sheet comes back marked and as it was."""
    spelled = spell_workbook(faulty, spelling, PARTS)
    checked = check_bytes(spelled, FORM)
    back = returned(spelled, checked)
    assert notes(back) == noted
    assert check_bytes(back, FORM).cells() == checked.cells()


@pytest.mark.slow
@pytest.mark.parametrize("save", [save_by_gnumeric, save_by_sheetjs, save_by_exceljs])
def test_saved_by_another_program(
    faulty: bytes,
    told: Checked,
    noted: set[tuple[str, str]],
    tmp_path: Path,
    save: Callable[[Path, Path], None],
) -> None:
    """What another program saves has the same findings at the same cells, and comes back so."""
    source, target = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    source.write_bytes(faulty)
    save(source, target)
    assert cell_findings(check_bytes(target.read_bytes(), FORM)) == cell_findings(told)
    need_marks(target.read_bytes(), noted, tmp_path)


@pytest.mark.slow
@pytest.mark.lo
def test_saved_by_libreoffice(
    faulty: bytes,
    told: Checked,
    noted: set[tuple[str, str]],
    tmp_path: Path,
    libreoffice: LibreOffice,
) -> None:
    """What LibreOffice saves has the same findings at the same cells."""
    source, target = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    source.write_bytes(faulty)
    with libreoffice.open(source) as document:
        document.save_as(target)
    # A typed truth value becomes the formula TRUE() in the column's format, and is told as one.
    expected = cell_findings(told) - {("FLT-004", "borger", "G4")} | {("FLT-003", "borger", "G4")}
    assert cell_findings(check_bytes(target.read_bytes(), FORM)) == expected
    need_marks(target.read_bytes(), noted, tmp_path)
