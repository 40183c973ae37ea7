"""How often a received workbook is opened and its parts are parsed on the way to the answer."""

from __future__ import annotations

import zipfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from inspect import currentframe
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import pytest
from lxml import etree
from openpyxl import load_workbook

from fpsheet.checking.check_file import Question, check_source
from fpsheet.checking.submission import said_in
from fpsheet.departement import reading_worker
from fpsheet.departement.read_inbox_files import Desk
from fpsheet.intake.reader import HereReader, NamedBytes
from fpsheet.intake.sheets import sheet_xml
from fpsheet.kommune import steps
from fpsheet.ooxml.archive import open_archive
from fpsheet.ooxml.parts import Parts
from fpsheet.progress import Silent
from fpsheet.returned.mark_workbook import return_workbook
from fpsheet.transport.folder import Folder
from fpsheet.transport.inbox import Arrival
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.keys import write_keys
from fpsheet_sync.ledger.sync_submissions import sync_submissions
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from tests.support.desk import FAULTY_ROWS, TODAY, check_bytes, make_workbook, opened
from tests.support.submissions import new_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, ModuleType

FORM: Final = load_form()
WORDS: Final = SpokenForm(FORM, "da")
PARSERS: Final = ((etree, "fromstring"), (etree, "iterparse"), (ET, "fromstring"))
"""Every way by which the program makes a tree of a part that it holds in memory."""
HELPERS: Final = {"parse"}
"""Functions that parse for others: who asks them is the reader."""


@pytest.fixture(scope="module")
def returned() -> bytes:
    """A workbook that came back, in whose list somebody has explained every warning."""
    content = make_workbook(FORM, FAULTY_ROWS)
    checked = check_bytes(content, FORM)
    back = return_workbook(opened(content), checked.findings, checked.check, WORDS)
    book = load_workbook(BytesIO(back))
    sheet = book[FORM.texts.get("returned.sheet", "da")]
    names = [cell.value for cell in sheet[2]]
    for row in range(4, sheet.max_row + 1):
        sheet.cell(row, names.index("fejlliste.forklaring") + 1).value = "aftalt"
    target = BytesIO()
    book.save(target)
    return target.getvalue()


@dataclass
class Watch:
    """What happened to the bytes of one file.

    Attributes:
        content: They.
        openings: How often a zip was opened over them.
        parsed: Reader and content of a part of theirs → how often it was made a tree of.
    """

    content: bytes
    openings: int = 0
    parsed: Counter[tuple[str, bytes]] = field(default_factory=Counter[tuple[str, bytes]])

    def __post_init__(self) -> None:
        """Unpack the parts, to know which content is of the file."""
        with zipfile.ZipFile(BytesIO(self.content)) as package:
            self.parts = {package.read(name) for name in package.namelist()}

    def note(self, reader: str, content: bytes) -> None:
        """Count a parse of a part of the file."""
        if content in self.parts:
            self.parsed[reader, content] += 1

    def sheets(self) -> int:
        """Count the whole sheets that were made trees of."""
        return sum(b"<sheetData" in content for _, content in self.parsed)

    def twice(self) -> list[str]:
        """Return the readers that read the same part twice."""
        return [reader for (reader, _), count in self.parsed.items() if count > 1]


def watch(content: bytes, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Watch a file: whoever opens a zip over its bytes, or parses one of its parts."""
    seen = Watch(content)
    begin = zipfile.ZipFile.__init__

    def count(self: zipfile.ZipFile, file: Any, *given: Any, **named: Any) -> None:  # noqa: ANN401
        seen.openings += isinstance(file, BytesIO) and file.getvalue() == content
        begin(self, file, *given, **named)

    monkeypatch.setattr(zipfile.ZipFile, "__init__", count)
    for module, name in PARSERS:
        monkeypatch.setattr(module, name, noting(module, name, seen))
    heads = sheet_xml.read_texts

    def read_heads(part: bytes, *given: Any, **named: Any) -> object:  # noqa: ANN401
        seen.note("heads", part)
        return heads(part, *given, **named)

    monkeypatch.setattr("fpsheet.intake.survey.read_texts", read_heads)
    return seen


def noting(module: ModuleType, name: str, seen: Watch) -> Callable[..., object]:
    """Return a parser that notes who asked it to parse what."""
    really = getattr(module, name)

    def parse(source: bytes | str | BytesIO, *given: object, **named: object) -> object:
        content = source.getvalue() if isinstance(source, BytesIO) else source
        if isinstance(content, bytes):
            seen.note(asker(currentframe()), content)
        return really(source, *given, **named)

    return parse


def asker(frame: FrameType | None) -> str:
    """Return the function that wants a part parsed, past those that parse for others."""
    frame = frame and frame.f_back
    while frame and frame.f_code.co_name in HELPERS:
        frame = frame.f_back
    return f"{frame.f_globals['__name__']}.{frame.f_code.co_name}" if frame else ""


def test_from_bytes_to_returned_workbook(returned: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read, checked, explanations taken, marks of before replaced: opened once, read once."""
    seen = watch(returned, monkeypatch)
    question = Question(FORM, TODAY)
    source = NamedBytes("bog.xlsx", returned)
    verdict = check_source(source, Path("bog.xlsx"), question, HereReader())
    explanations, choices = said_in(verdict)
    assert (len(explanations) > 3, choices) == (True, ())
    assert verdict.opened is not None
    assert verdict.check is not None
    back = return_workbook(verdict.opened, verdict.findings, verdict.check, WORDS)
    assert b"aftalt" in b"".join(unzip(back).values())
    assert seen.openings == 1
    assert len(seen.parsed) > 20
    assert seen.twice() == []


def test_from_bytes_to_answer(
    returned: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync takes it in, one process, and another puts the receipt into it: opened once."""
    keys = tmp_path / "central.noegle"
    write_keys(keys, b"\x07" * 32, fictional=True)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    desk = Desk(FORM, TODAY, now, keys, returns=True)
    monkeypatch.setattr(reading_worker, "_workers", [])
    seen = watch(returned, monkeypatch)
    arrival = Arrival("956.xlsx", "956.xlsx", now, len(returned))
    received = reading_worker.take(desk, arrival=arrival, data=returned)
    assert received.prepared is not None
    assert returned not in received.reading
    with closing(new_store("sqlite://")) as store:
        (synced,) = sync_submissions(store, [received.prepared], Actor("departementet", now))
    back = reading_worker.answer(
        desk, content=returned, reading=received.reading, receipt=synced.receipt
    )
    assert synced.receipt.sha256.encode() in b"".join(unzip(back).values())
    assert seen.openings == 1
    assert seen.twice() == []


def test_the_kommune_opens_nothing_itself(
    returned: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reading process opens the file; marks, what is sent and the stamp come from that."""
    seen = watch(returned, monkeypatch)
    path = tmp_path / "956.xlsx"
    path.write_bytes(returned)
    (verdict,) = steps.check_files([path], Question(FORM, TODAY), Silent())
    steps.return_workbook(verdict, WORDS, tmp_path / "retur.xlsx")
    assert steps.send_checked(verdict, FORM, Folder(str(tmp_path / "ud")))
    steps.stamp_sent(verdict, "da")
    assert path.read_bytes() != returned
    assert (tmp_path / "retur.xlsx").is_file()
    assert seen.openings == 0
    assert seen.twice() == []


def test_only_sheets_with_marks_are_parsed_to_be_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cells of a sheet are no tree at any time; a sheet without findings is not touched."""
    content = make_workbook(FORM, FAULTY_ROWS)
    checked = check_bytes(content, FORM)
    found = opened(content)
    seen = watch(content, monkeypatch)
    return_workbook(found, checked.findings, checked.check, WORDS)
    assert seen.sheets() == 0
    assert seen.twice() == []


def test_a_reader_reads_the_same_content_once(returned: bytes) -> None:
    """What was read of a part is kept until the part is another, and travels with the package."""
    archive = open_archive(returned)
    package = Parts(archive)
    calls: list[str] = []

    def length(part: bytes, name: str) -> int:
        calls.append(name)
        return len(part)

    name = "xl/workbook.xml"
    assert package.read(name, length) == package.read("XL/Workbook.xml", length)
    assert Parts(archive.without_data()).read(name, length) == package.read(name, length)
    assert calls == [name]
    package.write(name, b"<workbook/>")
    assert package.read(name, length) == len(b"<workbook/>")
    assert calls == [name, name]


def unzip(content: bytes) -> dict[str, bytes]:
    """Return the parts of a package by name."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}
