"""How often a received workbook is opened and its parts are parsed on the way to the answer."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from openpyxl import load_workbook

from fpsheet.checking.check_file import Question, check_source
from fpsheet.checking.submission import said_in
from fpsheet.intake.reader import HereReader, NamedBytes
from fpsheet.ooxml import parts as parts_module
from fpsheet.ooxml.zip_file import open_zip
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import FAULTY_ROWS, check_bytes, make_workbook

if TYPE_CHECKING:
    from zipfile import ZipFile

    from fpsheet.ooxml.parts import Element

FORM: Final = load_form()


@pytest.fixture(scope="module")
def returned() -> bytes:
    """A workbook that came back, in whose list somebody has explained every warning."""
    content = make_workbook(FORM, FAULTY_ROWS)
    checked = check_bytes(content, FORM)
    back = return_workbook(content, checked.findings, checked.check, SpokenForm(FORM, "da"))
    book = load_workbook(BytesIO(back))
    sheet = book[FORM.texts.get("returned.sheet", "da")]
    names = [cell.value for cell in sheet[2]]
    for row in range(4, sheet.max_row + 1):
        sheet.cell(row, names.index("fejlliste.forklaring") + 1).value = "aftalt"
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_what_was_written_is_read_with_one_opening(
    returned: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lists are read for what is wrong in them and for what was said, and opened once."""
    opened: list[int] = []

    def count(data: bytes) -> ZipFile:
        opened.append(len(data))
        return open_zip(data)

    monkeypatch.setattr("fpsheet.ooxml.parts.open_zip", count)
    question = Question(FORM, date(2026, 11, 1))
    source = NamedBytes("bog.xlsx", returned)
    verdict = check_source(source, Path("bog.xlsx"), question, HereReader())
    explanations, choices = said_in(verdict)
    assert (len(explanations) > 3, choices) == (True, ())
    assert opened == [len(returned)]
    assert verdict.without_cells().lists is None
    assert verdict.without_rows().lists is None


def test_no_sheet_is_parsed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sheet that gets marks is parsed once for the returned workbook, the others never."""
    content = make_workbook(FORM, FAULTY_ROWS)
    checked = check_bytes(content, FORM)
    parsed = Counter[bytes]()
    really = parts_module.parse

    def count(part: bytes) -> Element:
        parsed[part] += 1
        return really(part)

    for module in list(sys.modules.values()):
        if getattr(module, "parse", None) is really:
            monkeypatch.setattr(module, "parse", count)
    return_workbook(content, checked.findings, checked.check, SpokenForm(FORM, "da"))
    sheets = {part: times for part, times in parsed.items() if b"<sheetData" in part}
    marked = {finding.sheet for finding in checked.findings if finding.row}
    assert set(sheets.values()) == {1}
    assert len(sheets) == len(marked)


def test_a_reader_reads_the_same_content_once(returned: bytes) -> None:
    """What was read of a part is kept until the part is another."""
    package = parts_module.Parts(returned)
    calls: list[str] = []

    def length(part: bytes, name: str) -> int:
        calls.append(name)
        return len(part)

    name = "xl/workbook.xml"
    assert package.read(name, length) == package.read("XL/Workbook.xml", length)
    assert calls == [name]
    package.write(name, b"<workbook/>")
    assert package.read(name, length) == len(b"<workbook/>")
    assert calls == [name, name]
