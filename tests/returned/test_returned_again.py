"""The returned workbook in rough hands: edited, renamed, half deleted, broken, returned again."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from openpyxl.cell import Cell

from fpsheet.returned.cell_mark import SIGNATURE
from fpsheet.returned.explanation import (
    current_explanations,
    unsafe_explanations,
)
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet_templates.errors import WorkbookFileError
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.finding import sort_findings
from tests.returned.test_returned import (
    FAULT,
    WARNING,
    decorate,
    explain,
    explanations,
    marks,
    returned,
)
from tests.support.desk import FAULTY_ROWS, check_bytes, edit, make_workbook, opened
from tests.support.unmarked import clean_workbook
from tests.support.xlsx_parts import open_parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl import Workbook

    from tests.support.libreoffice import LibreOffice

FORM = load_form()
EXPLAINED = ["Resultatet kommer i maj"]


@pytest.fixture(scope="module")
def issued() -> bytes:
    """The workbook issued and filled, with a caseworker's additions, one fault and warnings."""
    return edit(make_workbook(FORM, FAULTY_ROWS), decorate)


@pytest.fixture(scope="module")
def explained(issued: bytes) -> bytes:
    """The same, returned once, with an explanation written in the list."""
    back, _ = returned(issued, FORM)
    return edit(back, explain)


def rename(book: Workbook) -> None:
    """Rename the list."""
    book["Fejlliste"].title = "Hvad jeg mangler"


def move_first(book: Workbook) -> None:
    """Put the list before all other tabs."""
    book.move_sheet("Fejlliste", -len(book.sheetnames))


def insert_above(book: Workbook) -> None:
    """Put the caseworker's rows above everything in the list."""
    book["Fejlliste"].insert_rows(1, 3)
    book["Fejlliste"]["C1"] = "Husk: ring til ABC"


def swap_columns(book: Workbook) -> None:
    """Move the column of explanations to the far right."""
    book["Fejlliste"].move_range("J1:J200", cols=4)


def delete_sheet_of_form(book: Workbook) -> None:
    """Delete the sheet Huskeliste, so that there are as many tabs as the form has sheets."""
    del book["Huskeliste"]


@pytest.mark.parametrize(
    "change",
    [rename, move_first, insert_above, swap_columns, delete_sheet_of_form],
    ids=lambda change: change.__name__,
)
def test_the_list_is_known_whatever_she_did_to_it(
    explained: bytes, change: Callable[[Workbook], None]
) -> None:
    """It is found and replaced by one, and what she wrote in it stays."""
    changed = edit(explained, change)
    assert explanations(changed) == EXPLAINED
    again, checked = returned(changed, FORM)
    assert explanations(again) == EXPLAINED
    names = load_workbook(BytesIO(again)).sheetnames
    assert [
        name for name in names if name not in load_workbook(BytesIO(explained)).sheetnames
    ] == []
    assert names.count("Fejlliste") == 1
    expected = {f.cell for f in checked.findings if f.row and f.column}
    found = list(marks(again))
    assert len(found) == len(set(found))
    assert {cell for _, cell in found} >= expected


def test_a_deleted_list_leaves_no_marks_behind(explained: bytes) -> None:
    """She deletes the list alone; the next run replaces the marks all the same."""

    def delete(book: Workbook) -> None:
        del book["Fejlliste"]

    back, _ = returned(edit(explained, delete), FORM)
    assert len(list(marks(back))) == len(set(marks(back)))
    cleaned = clean_workbook(edit(explained, delete), FORM)
    assert list(marks(cleaned)) == []
    sheet = load_workbook(BytesIO(cleaned))["Forløb"]
    texts = [cell.comment.text for row in sheet for cell in row if cell.comment]
    assert sorted(texts) == ["Husk at ringe", "Min egen"]


def test_an_explanation_typed_as_a_number_is_one(issued: bytes) -> None:
    """What she writes need not be a text: a journal number alone says enough."""
    back, _ = returned(issued, FORM)

    def number(book: Workbook) -> None:
        for row in book["Fejlliste"].iter_rows(min_row=4):
            if row[10].value == WARNING[0]:
                assert isinstance(row[9], Cell)
                row[9].value = 4711

    assert explanations(edit(back, number)) == ["4711"]


def test_an_explanation_with_a_cpr_number_is_not_sent(issued: bytes) -> None:
    """It stays in the list, is pointed at with its rule (HIS-023), and travels nowhere."""
    back, _ = returned(issued, FORM)

    def name(book: Workbook) -> None:
        for row in book["Fejlliste"].iter_rows(min_row=4):
            if row[10].value == WARNING[0]:
                assert isinstance(row[9], Cell)
                row[9].value = "Det er nu 610180-1234"

    content = edit(back, name)
    checked = check_bytes(content, FORM)
    assert explanations(content) == ["Det er nu 610180-1234"]
    assert current_explanations(opened(content).faults, checked.findings, checked.check) == ()
    (told,) = unsafe_explanations(opened(content).faults, FORM)
    assert told.code == "HIS-023"
    assert WARNING[0] in told.message(SpokenForm(FORM, "da"))
    assert "610180" not in told.message(SpokenForm(FORM, "da")) + told.remedy(
        SpokenForm(FORM, "da")
    )


BROKEN: dict[str, Callable[[str], str | None]] = {
    "gone": lambda _: None,
    "no XML": lambda text: text.replace("</worksheet>", ""),
    "no cells": lambda text: text.replace("sheetData", "sheetDada"),
    "something else": lambda _: "<x/>",
}


@pytest.mark.parametrize("damage", BROKEN)
def test_a_damaged_sheet_costs_only_its_own_marks(issued: bytes, damage: str) -> None:
    """A sheet that cannot be marked stays byte for byte; the list and the other marks are made."""
    package = open_parts(issued)
    order = load_workbook(BytesIO(issued), read_only=True).sheetnames
    name = f"xl/worksheets/sheet{order.index('Job') + 1}.xml"
    text = BROKEN[damage](package.parts[name].decode())
    package = package.without(name) if text is None else package.with_part(name, text)
    checked = check_bytes(package.data(), FORM)
    lost = {"STR-050", "STR-066"} & {finding.code for finding in checked.findings}
    assert bool(lost) == (damage in {"gone", "something else"})
    back = return_workbook(
        opened(package.data()), checked.findings, checked.check, SpokenForm(FORM, "da")
    )
    assert open_parts(back).parts.get(name) == package.parts.get(name)
    listed = open_parts(back).parts["xl/worksheets/sheet9001.xml"].decode()
    assert ("»Job«" in listed) == bool(lost)
    assert FAULT[0] in listed
    place = f"xl/worksheets/sheet{order.index('Forløb') + 1}.xml"
    assert SIGNATURE.encode() in open_parts(back).parts[place]


@pytest.mark.parametrize("number", ["x", "-1", "99999999999999999999", ""])
def test_numbers_that_are_none_are_no_failure(issued: bytes, number: str) -> None:
    """Attributes that should be numbers may say anything in a file that still can be read."""
    back, checked = returned(issued, FORM)
    package = open_parts(back)
    for name in list(package.parts):
        text = package.parts[name].decode("utf-8", "replace")
        for attribute in ("activeTab", "localSheetId", "authorId", "priority"):
            text = text.replace(f'{attribute}="0"', f'{attribute}="{number}"')
            text = text.replace(f'{attribute}="1"', f'{attribute}="{number}"')
        if name.endswith((".xml", ".vml")):
            package = package.with_part(name, text)
    again = return_workbook(
        opened(package.data()), checked.findings, checked.check, SpokenForm(FORM, "da")
    )
    assert b"fejlliste.noegle" in open_parts(again).parts["xl/worksheets/sheet9001.xml"]


def test_a_zip_that_only_the_intake_reads_comes_back_plain(issued: bytes) -> None:
    """A flag that the zip library stops at (found by fuzzing) is not handed on."""
    checked = check_bytes(issued, FORM)
    at = issued.index(b"PK\x01\x02")
    flagged = bytearray(issued)
    while at >= 0:
        flagged[at + 8] |= 1 << 5
        at = issued.find(b"PK\x01\x02", at + 1)
    spoken = SpokenForm(FORM, "da")
    back = return_workbook(opened(bytes(flagged)), checked.findings, checked.check, spoken)
    assert (
        open_parts(back).parts
        == open_parts(
            return_workbook(opened(issued), checked.findings, checked.check, spoken)
        ).parts
    )
    assert clean_workbook(bytes(flagged), FORM) == bytes(flagged)


def test_a_package_without_styles_is_refused_in_words(issued: bytes) -> None:
    """Marks need a place of their own among the styles; the sentence says what to do."""
    checked = check_bytes(issued, FORM)
    lost = open_parts(issued).without("xl/styles.xml").data()
    with pytest.raises(WorkbookFileError, match="reparere"):
        return_workbook(opened(lost), checked.findings, checked.check, SpokenForm(FORM, "da"))


def test_findings_of_the_file_alone_are_listed(issued: bytes) -> None:
    """A finding without a row has a line and no mark, and the file stays whole."""
    renamed = open_parts(issued).replace("xl/workbook.xml", 'name="Job"', 'name="Arbejde"').data()
    checked = check_bytes(renamed, FORM)
    whole = [finding for finding in checked.findings if not finding.row]
    back = return_workbook(opened(renamed), whole, checked.check, SpokenForm(FORM, "da"))
    assert list(marks(back)) == []
    rows = list(load_workbook(BytesIO(back))["Fejlliste"].iter_rows(min_row=4, values_only=True))
    assert len(rows) == len(whole) > 0


@pytest.mark.lo
@pytest.mark.slow
def test_three_rounds_with_libreoffice_between(
    issued: bytes, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    """Mended and spoilt in LibreOffice three times: marks follow the faults, nothing piles up."""
    ends = ("01-04-2026", "01-01-2020", "01-05-2026")
    path, content = tmp_path / "956.xlsx", issued
    for number, typed in enumerate(ends):
        content, _ = returned(content, FORM)
        path.write_bytes(content)
        with libreoffice.open(path) as document:
            document.type_row("Forløb", "F4", [typed])
            document.set_text("Mine noter", f"A{10 + number}", f"Runde {number}")
            content = document.save_as(tmp_path / f"saved{number}.xlsx").read_bytes()
        checked = check_bytes(content, FORM)
        assert (FAULT in checked.cells()) == typed.endswith("2020")
        again, _ = returned(content, FORM)
        wanted = {
            (finding.tab(SpokenForm(FORM, "da")), finding.cell)
            for finding in sort_findings(checked.findings, FORM)
            if finding.row and finding.column
        }
        assert {place for place in marks(again) if place[0] != "Fejlliste"} >= wanted
        assert (("Forløb", FAULT[2]) in set(marks(again))) == (FAULT in checked.cells())
        assert len(list(marks(again))) == len(set(marks(again)))
    cleaned = load_workbook(BytesIO(clean_workbook(content, FORM)))
    assert list(marks(clean_workbook(content, FORM))) == []
    own = cleaned["Mine noter"]
    assert [own[f"A{10 + number}"].value for number in range(3)] == [
        "Runde 0",
        "Runde 1",
        "Runde 2",
    ]
    assert len(own._charts) == 1  # type: ignore[attr-defined]
    assert len(own._images) == 1  # type: ignore[attr-defined]
    assert own["B1"].value == "=SUM(A1:A5)"
    texts = [cell.comment.text for row in cleaned["Forløb"] for cell in row if cell.comment]
    assert sorted(text.strip() for text in texts) == ["Husk at ringe", "Min egen"]
