"""What can be done with the open workbook: check it, go to the next error, preview it, send it.

Each works on a copy of the workbook as it is seen, which is read and checked as a file is.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fpsheet.excel.excel_failure import ExcelError, said_plainly
from fpsheet.excel.finding_list import Place, next_place
from fpsheet.excel.open_book import OpenBook
from fpsheet.kommune.steps import check_files, preview_file, submit_file, write_figures
from fpsheet.progress import Silent
from fpsheet.returned.cell_mark import plan_marks
from fpsheet.returned.finding_list_rows import FaultRow, make_fault_rows
from fpsheet.returned.finding_list_text import headings, make_fault_line
from fpsheet.returned.finding_words import FindingWording
from fpsheet.transport.folder import Folder
from fpsheet_templates.spoken import SpokenForm

if TYPE_CHECKING:
    from fpsheet.checking.check_file import Question
    from fpsheet.checking.verdict import Verdict
    from fpsheet.transport.outbox import Sealing

FIGURES = "egne-tal"
"""Folder of the person's own where previews are written."""

OUTBOX = "udbakke"
"""Folder beside the workbook, where no other is named."""


@dataclass(frozen=True, slots=True)
class Validated:
    """What a check of the open workbook gave: the verdict and the tab of our list, if any."""

    verdict: "Verdict"
    tab: str


def validate(book: OpenBook, question: "Question") -> Validated:
    """Check the open workbook, mark its cells and list what was found; old marks go first.

    Where the file cannot be read, nothing in it is touched.

    Raises:
        ExcelError: Excel cannot be used as it stands.
    """
    with book.copied() as path:
        (verdict,) = check_files([path], question, Silent())
        if verdict.check is None:
            return Validated(verdict, "")
        old = verdict.opened.faults if verdict.opened else None
    rows = make_fault_rows(verdict.findings, verdict.check, old.known() if old else {})
    if not rows and old is None:
        return Validated(verdict, "")
    return Validated(verdict, _show(book, rows, question))


def _show(book: OpenBook, rows: tuple[FaultRow, ...], question: "Question") -> str:
    form, language = question.form, book.language
    with book.changing():
        book.clear_marks()
        book.drop_list()
        if not rows:
            return ""
        wording = FindingWording(SpokenForm(form, language))
        for tab, marks in plan_marks(rows, wording).items():
            book.mark(tab, marks)
        return book.add_list(
            form.texts.get("returned.sheet", language),
            form.texts.get("returned.title", language),
            headings(wording.spoken),
            [make_fault_line(row, wording) for row in rows],
        )


def go_to_next(book: OpenBook) -> Place | None:
    """Select the next error after the cell selected now, and return its place.

    Returns:
        Tab and cell; None where no finding has a cell.

    Raises:
        ExcelError: There is no list, or the place cannot be shown.
    """
    with said_plainly(book.language):
        found = book.find_list()
    if found is None:
        raise ExcelError("no_list", book.language)
    place = next_place(found, book.here())
    if place is not None:
        book.go_to(place)
    return place


def preview(book: OpenBook, question: "Question", folder: Path) -> tuple["Verdict", Path | None]:
    """Open the figures the workbook would give, as a workbook beside it.

    Args:
        book: The open workbook.
        question: What it is checked against.
        folder: Where the figures are written; they are the kommune's own, and nothing is hidden.

    Returns:
        What was found, and the workbook of figures; None where the file cannot be read.

    Raises:
        ExcelError: Excel cannot be used as it stands.
        WorkbookFileError: The folder cannot be written.
    """
    with book.copied() as path:
        verdict, found = preview_file(path, question, book.language)
    if found is None:
        return verdict, None
    figures = write_figures(found, question.form, folder, taken=book.open_names())
    book.show(figures)
    return verdict, figures


def submit(
    book: OpenBook, question: "Question", folder: Folder | None, sealing: "Sealing | None"
) -> tuple["Verdict", str | None]:
    """Check the open workbook and put what may travel of it into the outbox.

    Args:
        book: The open workbook.
        question: What it is checked against.
        folder: The outbox; one beside the workbook when None.
        sealing: Keys to sign and seal with.

    Returns:
        What was found, and the package; None where the file cannot be read.

    Raises:
        ExcelError: It is not saved, has no folder, or Excel cannot be used as it stands.
        WorkbookFileError: The outbox cannot be written.
    """
    beside = None if book.folder is None else Folder(str(book.folder / OUTBOX))
    outbox = folder or beside
    if outbox is None:
        raise ExcelError("no_outbox", book.language)
    if not book.is_saved:
        raise ExcelError("unsaved", book.language, name=book.name)
    with book.copied() as path:
        return submit_file(path, question, outbox, sealing)


def stamp_sent(book: OpenBook, verdict: "Verdict") -> None:
    """Write into the open workbook that its next submission descends from the one just sent.

    Raises:
        ExcelError: It cannot be written; what was sent stays sent.
    """
    if verdict.check is not None:
        book.stamp(verdict.check.raw.sha256)
