"""The returned workbook: the sender's own file, our marks in it, and nothing else changed."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as SheetImage

from fpsheet.returned.cell_mark import SIGNATURE
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet_templates.form import Form
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import FAULTY_ROWS, Checked, check_bytes, edit, make_workbook, opened
from tests.support.libreoffice import LibreOffice
from tests.support.unmarked import clean_workbook

OURS = {"xl/worksheets/sheet9001.xml"}

FAULT = ("FOR-001", "forloeb", "F4")
WARNING = ("FOR-002", "forloeb", "I5")


@pytest.fixture(scope="module")
def form() -> Form:
    """Return the newest form."""
    return load_form()


@pytest.fixture(scope="module")
def issued(form: Form) -> bytes:
    """Return the workbook as issued and filled, with one fault and warnings."""
    return make_workbook(form, FAULTY_ROWS)


def decorate(book: Workbook) -> None:
    """Add what a caseworker may: chart, picture, comment, colour, formula, sheet, name."""
    own = book.create_sheet("Mine noter")
    for number in range(1, 6):
        own.cell(number, 1, number)
    own["B1"] = "=SUM(A1:A5)"
    chart = BarChart()
    chart.add_data(Reference(own, min_col=1, min_row=1, max_row=5))
    own.add_chart(chart, "D2")
    own.add_image(SheetImage(_picture()), "D20")
    sheet = book["Forløb"]
    sheet["F4"].comment = Comment("Husk at ringe", "ABC")
    sheet["G5"].comment = Comment("Min egen", "ABC")
    sheet.column_dimensions["F"].width = 27


def _picture() -> BytesIO:
    from base64 import b64decode

    pixel = (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
        "AABJRU5ErkJggg=="
    )
    return BytesIO(b64decode(pixel))


def returned(content: bytes, form: Form) -> tuple[bytes, Checked]:
    """Check a workbook and give it back marked."""
    checked = check_bytes(content, form)
    back = return_workbook(
        opened(content, form), checked.findings, checked.check, SpokenForm(form, "da")
    )
    return back, checked


def parts(content: bytes) -> dict[str, bytes]:
    """Return the parts of a package by name."""
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def canonical(content: bytes) -> bytes:
    """Return an XML part without what spelling may change; other parts as they are."""
    try:
        return bytes(etree.tostring(etree.fromstring(content), method="c14n"))
    except etree.XMLSyntaxError:
        return content


def cells_of(content: bytes) -> bytes:
    """Return the bytes of a worksheet's cells."""
    start = content.index(b"<sheetData")
    return content[start : content.index(b"</sheetData>")]


def marks(content: bytes) -> Iterator[tuple[str, str]]:
    """Return (tab, cell) of our marks, read with openpyxl."""
    for sheet in load_workbook(BytesIO(content)).worksheets:
        for ranges in sheet.conditional_formatting:
            if any(rule.formula == [SIGNATURE] for rule in ranges.rules):
                yield from ((sheet.title, cell) for cell in str(ranges.sqref).split())


@pytest.mark.parametrize("own", [False, True], ids=["issued", "with her own things"])
def test_untouched_parts_are_byte_equal(issued: bytes, form: Form, own: bool) -> None:
    """Only the package's lists, the styles and the faulty sheets change; no cell's bytes do."""
    content = edit(issued, decorate) if own else issued
    back, _ = returned(content, form)
    before, after = parts(content), parts(back)
    assert set(before) <= set(after)
    changed = {name for name in before if before[name] != after[name]}
    listing = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
    faulty = {name for name in changed if name.startswith("xl/worksheets/sheet")}
    assert faulty
    for name in faulty:
        assert cells_of(before[name]) == cells_of(after[name])
    rest = changed - listing - faulty - {"xl/styles.xml"}
    assert all("rels" in name or "omment" in name for name in rest), rest


def test_every_finding_is_listed_marked_and_linked(issued: bytes, form: Form) -> None:
    """The list has each finding once, in its words, with a link; each cell is marked."""
    back, checked = returned(issued, form)
    assert {FAULT, WARNING} <= checked.cells()
    sheet = load_workbook(BytesIO(back))["Fejlliste"]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    listed = [(row[10], row[3], row[4]) for row in rows]
    expected = [(f.code, f.tab(SpokenForm(form, "da")), f.cell or None) for f in checked.findings]
    assert sorted(map(str, listed)) == sorted(map(str, expected))
    sentences = {str(row[6]) for row in rows}
    assert sentences == {finding.message(SpokenForm(form, "da")) for finding in checked.findings}
    links = {cell.hyperlink.location for (cell,) in sheet["E4:E99"] if cell.hyperlink}
    assert "'Forløb'!F4" in links
    assert ("Forløb", "F4") in set(marks(back))
    book = load_workbook(BytesIO(back))
    assert book.active is book["Fejlliste"]
    assert book["Fejlliste"].print_title_rows == "$3:$3"


def test_the_list_is_ordered_by_gravity_caseworker_and_case(issued: bytes, form: Form) -> None:
    """Errors come first; then ABC's case before XYZ's, although XYZ's stands first on its sheet."""
    back, _ = returned(issued, form)
    sheet = load_workbook(BytesIO(back))["Fejlliste"]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    own = [(str(row[2]), str(row[8])) for row in rows if row[8]]
    signs = [sign for sign, _ in own]
    assert signs == [
        *["✖ Fejl"] * signs.count("✖ Fejl"),
        *["⚠ Advarsel"] * signs.count("⚠ Advarsel"),
    ]
    warned = [name for sign, name in own if sign == "⚠ Advarsel"]
    assert warned == sorted(warned)
    assert set(warned) == {"ABC", "XYZ"}


def test_a_comment_says_what_is_wrong_and_hers_stay(issued: bytes, form: Form) -> None:
    """Where she has a comment it stays alone; elsewhere ours says the sentence."""
    back, checked = returned(edit(issued, decorate), form)
    sheet = load_workbook(BytesIO(back))["Forløb"]
    assert sheet["F4"].comment.text == "Husk at ringe"
    assert sheet["G5"].comment.text == "Min egen"
    ours = sheet["I5"].comment
    assert ours.author == "fpsheet"
    finding = next(found for found in checked.findings if found.code == WARNING[0])
    assert finding.message(SpokenForm(form, "da")) in ours.text
    assert sheet.column_dimensions["F"].width == 27


def test_the_same_run_twice_gives_the_same_bytes(issued: bytes, form: Form) -> None:
    """Marks are replaced, not piled up."""
    back, _ = returned(edit(issued, decorate), form)
    again, _ = returned(back, form)
    assert again == back


@pytest.mark.parametrize("own", [False, True], ids=["issued", "with her own things"])
def test_cleaning_leaves_her_file(issued: bytes, form: Form, own: bool) -> None:
    """Without marks the file says in every part what it said before."""
    content = edit(issued, decorate) if own else issued
    back, _ = returned(content, form)
    before, after = parts(content), parts(clean_workbook(back, load_form()))
    assert set(before) == set(after)
    other = {name for name in before if canonical(before[name]) != canonical(after[name])}
    tabs = {name for name in other if b"tabSelected" in before[name]}
    assert other <= tabs | {"xl/workbook.xml"}, other
    tab = b' activeTab="0"'
    one, two = (book["xl/workbook.xml"].replace(tab, b"") for book in (before, after))
    assert canonical(one) == canonical(two)


def test_a_mended_fault_loses_its_mark(issued: bytes, form: Form) -> None:
    """After she mends the date, its mark, comment and line are gone; the others stay."""
    back, _ = returned(issued, form)

    def mend(book: Workbook) -> None:
        book["Forløb"]["F4"] = date(2026, 4, 1)

    again, checked = returned(edit(back, mend), form)
    assert FAULT not in checked.cells()
    assert ("Forløb", "F4") not in set(marks(again))
    assert load_workbook(BytesIO(again))["Forløb"]["F4"].comment is None
    assert ("Forløb", "I5") in set(marks(again))


def explain(book: Workbook) -> None:
    """Write an explanation beside the warning about the missing result."""
    sheet = book["Fejlliste"]
    for row in sheet.iter_rows(min_row=4):
        if row[10].value == WARNING[0]:
            row[9].value = "Resultatet kommer i maj"


def explanations(content: bytes) -> list[str]:
    """Return the texts of the explanations in a workbook's list."""
    found = opened(content).faults
    return [entry.text for entry in found.explanations] if found else []


def test_an_explanation_survives_until_the_values_change(issued: bytes, form: Form) -> None:
    """It stays through checks, sorting and other edits, and goes when its own row changes."""
    back, _ = returned(issued, form)
    explained = edit(back, explain)
    again, _ = returned(explained, form)
    assert explanations(again) == ["Resultatet kommer i maj"]

    def elsewhere(book: Workbook) -> None:
        book["Forløb"]["F4"] = date(2026, 4, 1)

    third, _ = returned(edit(again, elsewhere), form)
    assert explanations(third) == ["Resultatet kommer i maj"]

    def here(book: Workbook) -> None:
        book["Forløb"]["F5"] = date(2026, 2, 2)

    fourth, _ = returned(edit(third, here), form)
    assert explanations(fourth) == []


def test_a_sheet_of_hers_called_fejlliste_stays(issued: bytes, form: Form) -> None:
    """Our list takes another name beside the caseworker's, which cleaning leaves."""

    def own(book: Workbook) -> None:
        book.create_sheet("Fejlliste")["A1"] = "min"

    back, _ = returned(edit(issued, own), form)
    names = load_workbook(BytesIO(back)).sheetnames
    assert names[-2:] == ["Fejlliste", "Fejlliste 2"]
    assert load_workbook(BytesIO(clean_workbook(back, load_form()))).sheetnames == names[:-1]


def test_a_workbook_without_findings_comes_back_as_it_is(issued: bytes, form: Form) -> None:
    """Nothing found, nothing changed."""
    checked = check_bytes(issued, form)
    assert (
        return_workbook(opened(issued, form), (), checked.check, SpokenForm(form, "da")) == issued
    )


@pytest.mark.lo
def test_through_libreoffice(
    issued: bytes, form: Form, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    """Saved by LibreOffice before and after: marked once, cleaned whole, findings the same."""
    path = tmp_path / "956.xlsx"
    path.write_bytes(edit(issued, decorate))
    with libreoffice.open(path) as document:
        saved = document.save_as(tmp_path / "saved.xlsx").read_bytes()
    back, checked = returned(saved, form)
    assert checked.cells() == check_bytes(issued, form).cells()
    path.write_bytes(edit(back, explain))
    with libreoffice.open(path) as document:
        assert document.value("Fejlliste", "C3") == "Alvor"
        assert document.error_cells("Fejlliste") == ()
        again = document.save_as(tmp_path / "again.xlsx").read_bytes()
    assert explanations(again) == ["Resultatet kommer i maj"]
    third, _ = returned(again, form)
    assert explanations(third) == ["Resultatet kommer i maj"]
    assert sorted(set(marks(third))) == sorted(set(marks(back)))
    names = load_workbook(BytesIO(third)).sheetnames
    assert names.count("Fejlliste") == 1
    cleaned = load_workbook(BytesIO(clean_workbook(third, load_form())))
    assert "Fejlliste" not in cleaned.sheetnames
    texts = [cell.comment.text for row in cleaned["Forløb"] for cell in row if cell.comment]
    assert not any("fpsheet" in text for text in texts)
    assert list(marks(clean_workbook(third, load_form()))) == []


def test_the_list_prints_in_letters_that_can_be_read(issued: bytes, form: Form) -> None:
    """Seven points or more on A4 laid down, and no severity or field runs into the next column."""
    sheet = load_workbook(BytesIO(returned(issued, form)[0]))["Fejlliste"]
    widths = {
        letter: each.width for letter, each in sheet.column_dimensions.items() if not each.hidden
    }
    room = (11.69 - sheet.page_margins.left - sheet.page_margins.right) * 72
    points = sum(width * 5.25 + 3.75 for width in widths.values())
    assert 10 * room / points >= 7
    assert widths["C"] >= len("ℹ Til orientering")
