"""Making the returned workbook: marks, comments and the list of findings."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from fpsheet.ooxml.archive import DamagedPackageError
from fpsheet.ooxml.own_style import FAULT_MARK, WARNING_MARK, add_styles, drop_styles
from fpsheet.ooxml.parts import PREFIX, Parts, relations_of
from fpsheet.ooxml.print_area import fit_to_rows
from fpsheet.ooxml.sheet_part import SheetPart, open_sheet
from fpsheet.ooxml.workbook_part import list_sheets
from fpsheet.returned.cell_mark import CellMark, mark_cells, plan_marks, unmark_cells
from fpsheet.returned.comment import comment_cells, uncomment_cells
from fpsheet.returned.explanation import FaultList
from fpsheet.returned.finding_list_rows import FaultRow, make_fault_rows
from fpsheet.returned.finding_list_sheet import fault_sheet
from fpsheet.returned.finding_list_text import free_title
from fpsheet.returned.finding_words import FindingWording
from fpsheet.returned.list_tab import PART, add_list, drop_list
from fpsheet.returned.opened_workbook import OpenedWorkbook
from fpsheet.returned.shown_text import find_shown
from fpsheet_templates.errors import WorkbookFileError
from fpsheet_templates.load import load_texts
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.finding import Finding
from fpsheet_validation.typed import Check

_OUR_WORD = b"fpsheet"
"""Stands as the author or the first word of each of our comments."""
_OUR_MARK = re.compile(rb"fpsheet(?:\"|&quot;|&#34;|&#x22;)")
"""Stands in each of our marks; the help of our input cells has the word without a quote."""
_CELLS = b"sheetData"
_END = b"sheetData>"
_SELECTED = re.compile(rb'(<%bsheetView\b[^>]*?)\s+tabSelected="(?:1|true)"' % PREFIX)


def return_workbook(
    opened: OpenedWorkbook, findings: Sequence[Finding], check: Check, spoken: SpokenForm
) -> bytes:
    """Return the caseworker's own file with its findings marked and listed.

    A list of conflicts stays: what was chosen there has not been sent yet.

    Args:
        opened: The file that was checked. Marks of an earlier run in it are replaced.
        findings: What the intake and the check found.
        check: The checked rows.
        spoken: The form in the language of what is made.

    Returns:
        The file's bytes. Parts without findings are byte for byte as they were.

    Raises:
        WorkbookFileError: The package is not whole enough to be changed.
    """
    with in_words(spoken.language):
        parts = Parts(opened.archive)
        remove_marks(parts, opened.faults, keep_styles=opened.conflicts is not None)
        add_marks(parts, opened.faults, findings, check, spoken)
        return parts.to_bytes()


def add_marks(
    parts: Parts,
    old: FaultList | None,
    findings: Sequence[Finding],
    check: Check,
    spoken: SpokenForm,
) -> None:
    """Put marks, comments and the list of findings into a package without them.

    Args:
        parts: The package.
        old: The list that stood in it, whose explanations are kept.
        findings: What is told.
        check: The checked rows.
        spoken: The form in the language of what is made.

    Raises:
        DamagedPackageError: The package is not whole enough to be changed.
    """
    if findings:
        shown = find_shown(parts, findings, date1904=check.raw.date1904)
        rows = make_fault_rows(findings, check, old.known() if old else {}, shown)
        _mark(parts, rows, spoken)
        fit_to_rows(parts, check.raw)


@contextmanager
def in_words(language: str) -> Iterator[None]:
    """Say of a package that is too damaged what a person can do about it."""
    try:
        yield
    except DamagedPackageError:
        texts = load_texts("returned.toml")
        remedy = texts.get("returned.damaged_remedy", language)
        raise WorkbookFileError(texts.get("returned.damaged", language), remedy=remedy) from None


def remove_marks(parts: Parts, old: FaultList | None, *, keep_styles: bool = False) -> None:
    """Take away what an earlier run put in; the caseworker may have deleted the list before.

    Args:
        parts: The package.
        old: The list of findings in it.
        keep_styles: Another list of ours stays.

    Raises:
        DamagedPackageError: The package is not whole enough to be changed.
    """
    was_marked = False
    for entry in list_sheets(parts):
        if old is not None and entry.part == old.part:
            drop_list(parts, entry)
            was_marked = True
        elif _may_have_marks(parts, entry.part) and (sheet := _open(parts, entry.part)):
            before = len(sheet.find_all("legacyDrawing"))
            has_comments = uncomment_cells(parts, sheet)
            has_marks = unmark_cells(sheet)
            if has_marks or len(sheet.find_all("legacyDrawing")) != before:
                sheet.save(parts)
            was_marked |= has_comments or has_marks
    if was_marked and not keep_styles:
        drop_styles(parts)


def _may_have_marks(parts: Parts, part: str) -> bool:
    """Tell cheaply whether it is worth opening a sheet: our word is in it or in its comments.

    Marks stand behind the cells, which are most of a sheet.
    """
    content = parts[part]
    if _OUR_MARK.search(content, max(content.rfind(_END), 0)):
        return True
    comments = (entry.target for entry in relations_of(parts, part) if entry.kind == "comments")
    notes = (parts[name] for name in comments if name in parts)
    return any(_OUR_WORD in text for text in notes)


def _open(parts: Parts, part: str) -> SheetPart | None:
    """Open a sheet; None where it is damaged: it stays as it is, and the list tells of it."""
    try:
        return open_sheet(parts, part)
    except DamagedPackageError:
        return None


def _mark(parts: Parts, rows: tuple[FaultRow, ...], spoken: SpokenForm) -> None:
    first_style, first_mark = add_styles(parts)
    wording = FindingWording(spoken)
    marks = plan_marks(rows, wording)
    for entry in list_sheets(parts):
        if entry.title in marks:
            _mark_sheet(parts, entry.part, marks[entry.title], first_mark)
    content = fault_sheet(rows, wording, first_style=first_style)
    add_last(parts, content, spoken.text("returned.sheet"), part=PART)


def add_last(parts: Parts, content: bytes, wanted: str, *, part: str) -> None:
    """Add a sheet of ours as the last tab, the only one open."""
    entries = list_sheets(parts)
    for entry in entries:
        _deselect(parts, entry.part)
    title = free_title(wanted, (entry.title for entry in entries))
    add_list(parts, content, title=title, part=part)


def _mark_sheet(parts: Parts, part: str, marks: Sequence[CellMark], first_mark: int) -> None:
    sheet = _open(parts, part)
    if sheet is None:
        return
    faults = [mark.cell for mark in marks if mark.is_fault]
    warnings = [mark.cell for mark in marks if not mark.is_fault]
    mark_cells(sheet, faults, style=first_mark + FAULT_MARK)
    mark_cells(sheet, warnings, style=first_mark + WARNING_MARK)
    comment_cells(parts, sheet, {mark.cell: mark.text for mark in marks})
    sheet.save(parts)


def _deselect(parts: Parts, part: str) -> None:
    """Deselect the tab that was left open: what is typed goes to every selected tab."""
    content = parts[part]
    # Views stand before the cells, which are most of a sheet.
    cells = content.find(_CELLS)
    end = len(content) if cells < 0 else cells
    if _SELECTED.search(content, 0, end):
        parts.write(part, _SELECTED.sub(rb"\1", content[:end], count=1) + content[end:])
