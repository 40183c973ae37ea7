"""A caseworker's desk: build a workbook, type into it with another program, check it."""

import atexit
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook, load_workbook

from fpsheet.central import locate_central, open_central
from fpsheet.intake.process import ReadingProcess
from fpsheet.intake.reader import NamedBytes, read_file
from fpsheet.ooxml.archive import open_archive
from fpsheet.ooxml.zip_file import pack, unpack
from fpsheet.returned.opened_workbook import OpenedWorkbook, read_lists
from fpsheet.workbook.build import build_workbook
from fpsheet_templates.form import Form
from fpsheet_templates.load import load_form
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.check import check_workbook
from fpsheet_validation.finding import Finding, sort_findings
from fpsheet_validation.typed import Check

ISSUED = datetime(2026, 1, 1, tzinfo=UTC)
TODAY = date(2026, 11, 22)

Row = Mapping[str, str | int | float | date | None]

FAULTY_ROWS: dict[str, list[Row]] = {
    "borger": [
        {"cpr": "6101801234", "sagsbehandler": "ABC", "pensionist_foer_reform": "nej"},
        {"cpr": "6201801234", "sagsbehandler": "XYZ", "pensionist_foer_reform": "nej"},
    ],
    "forloeb": [
        {
            "cpr": "6201801234",
            "forloeb_type": "revurdering",
            "start_dato": date(2026, 3, 1),
            "slut_dato": date(2026, 2, 1),
            "resultat": "afgoerelse_truffet",
        },
        {
            "cpr": "6101801234",
            "forloeb_type": "afklaringsforloeb",
            "start_dato": date(2026, 1, 1),
            "slut_dato": date(2026, 2, 1),
        },
    ],
}
"""One fault (Forløb F4: it ends before it starts) and warnings, of two caseworkers."""


def make_workbook(
    form: Form, rows: Mapping[str, Sequence[Row]], *, kommune: str = "956", premade: int = 5
) -> bytes:
    """Return a filled workbook of 2026 as the program issues it.

    The program's own form and the same rows give the same bytes: they are made once in a process.
    """

    def build() -> bytes:
        return build_workbook(
            form,
            kommune_kode=kommune,
            aar=2026,
            language="da",
            workbook_id="K7Q2M9XA",
            issued_at=ISSUED,
            rows=rows,
            premade=premade,
        )

    if form is not load_form():
        return build()
    key = f"{kommune} {premade} {rows!r}"
    if key not in _MADE:
        _MADE[key] = build()
        if len(_MADE) > _KEPT:
            del _MADE[next(iter(_MADE))]
    return _MADE[key]


_MADE: dict[str, bytes] = {}
_KEPT = 50
"""Workbooks that are kept, the latest made."""


def of_another(content: bytes, kommune: str, cells: Mapping[str, str]) -> bytes:
    """Return a workbook of another kommune with other texts in cells, in a tenth of making one.

    Args:
        content: A workbook as the program issues it. What is printed on it stays.
        kommune: The code in the hidden sheet.
        cells: What stands in cells → what shall stand there.
    """
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(written, "w") as new:
        for part in old.infolist():
            said = _KOMMUNE.sub(rf"\g<1>{kommune}".encode(), old.read(part))
            for before, after in cells.items():
                said = said.replace(f">{before}<".encode(), f">{after}<".encode())
            new.writestr(part, said, zipfile.ZIP_DEFLATED, compresslevel=1)
    return written.getvalue()


_KOMMUNE = re.compile(rb"(kommune_kode</t>.{0,90}?<t>)\d+")


def edit(content: bytes, change: Callable[[Workbook], object]) -> bytes:
    """Open a workbook with openpyxl, change it and save it again."""
    book = load_workbook(BytesIO(content))
    change(book)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def saved(content: bytes, moment: datetime) -> bytes:
    """Return a workbook as if it had been saved at a moment."""
    return pack(unpack(content), issued_at=moment)


@cache
def reading_process() -> ReadingProcess:
    """Return the one reading process of the test run."""
    process = ReadingProcess()
    atexit.register(process.close)
    return process


@dataclass(frozen=True, slots=True)
class Checked:
    """A workbook and what was found in it, by the intake and by the rules."""

    content: bytes
    check: Check
    findings: tuple[Finding, ...]

    def cells(self) -> set[tuple[str, str, str]]:
        """Return (code, sheet, cell) of every finding."""
        return {(finding.code, finding.sheet, finding.cell) for finding in self.findings}


def check_bytes(content: bytes, form: Form, *, name: str = "956.xlsx") -> Checked:
    """Read and check a workbook; it must be readable."""
    reading = read_file(NamedBytes(name, content), form=form, process=reading_process())
    assert reading.raw is not None, reading.findings
    check = check_workbook(reading.raw, form, today=TODAY)
    findings = sort_findings((*reading.findings, *check.findings), form)
    return Checked(content, check, findings)


def opened(content: bytes, form: Form | None = None) -> OpenedWorkbook:
    """Return a workbook that was found safe, opened and its lists read."""
    return read_lists(open_archive(content), SpokenForm(form or load_form(), "da"))


def make_database(file: Path) -> None:
    """Make an empty central database in a file, with its key beside it, as `db init` does."""
    open_central(locate_central(f"sqlite:///{file.as_posix()}", load_form()), create=True).close()
