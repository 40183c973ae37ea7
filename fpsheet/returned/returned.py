"""Making the returned workbook, and taking the marks away again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fpsheet.returned.comment import comment_cells, uncomment_cells
from fpsheet.returned.explanation import Explanation, FaultList, read_fault_list
from fpsheet.returned.fault_row import FaultRow, make_fault_rows
from fpsheet.returned.fault_sheet import fault_sheet, severity_words
from fpsheet.returned.mark import mark_cells, unmark_cells
from fpsheet.returned.parts import Parts
from fpsheet.returned.sheet_part import open_sheet
from fpsheet.returned.style import FAULT_MARK, WARNING_MARK, add_styles, drop_styles
from fpsheet.returned.workbook_part import add_list, drop_list, list_sheets
from fpsheet_templates.form import Form
from fpsheet_templates.rule import Severity
from fpsheet_validation.finding import Finding
from fpsheet_validation.typed import Check

_SELECTED = re.compile(rb'(<(?:\w+:)?sheetView\b[^>]*?)\s+tabSelected="(?:1|true)"')


def return_workbook(
    content: bytes, findings: Sequence[Finding], check: Check, *, form: Form, language: str
) -> bytes:
    """Give the caseworker's own file with its findings marked and listed.

    Args:
        content: The file that was checked, found safe by the intake. Marks of an earlier run
            in it are replaced.
        findings: What the intake and the check found.
        check: The checked rows.
        form: The form.
        language: Language of the list and the comments.

    Returns:
        The file's bytes. Parts without findings are byte for byte as they were.

    Raises:
        WorkbookFileError: The package is not whole enough to be changed.
    """
    parts = Parts(content)
    old = read_fault_list(content)
    remove_marks(parts, old)
    if findings:
        known = _by_key(old.explanations if old else ())
        rows = make_fault_rows(findings, check, known)
        _add_marks(parts, rows, form, language)
    return parts.to_bytes()


def clean_workbook(content: bytes) -> bytes:
    """Give the file without our marks, comments and list; everything else as it was."""
    parts = Parts(content)
    remove_marks(parts, read_fault_list(content))
    return parts.to_bytes()


def remove_marks(parts: Parts, old: FaultList | None) -> None:
    """Take away what an earlier run put in. A workbook without our list has no marks either."""
    if old is None:
        return
    for entry in list_sheets(parts):
        if entry.title == old.title:
            drop_list(parts, entry)
            continue
        sheet = open_sheet(parts, entry.part)
        before = len(sheet.find_all("legacyDrawing"))
        uncomment_cells(parts, sheet)
        if unmark_cells(sheet) or len(sheet.find_all("legacyDrawing")) != before:
            sheet.save(parts)
    drop_styles(parts)


def _by_key(explanations: tuple[Explanation, ...]) -> dict[tuple[str, str], str]:
    return {(entry.key, entry.fingerprint): entry.text for entry in explanations}


@dataclass(frozen=True, slots=True)
class _Look:
    """How our parts look in this file: words and the numbers its styles got."""

    form: Form
    language: str
    first_style: int
    first_mark: int

    def comment(self, rows: list[FaultRow]) -> str:
        """Give the text of the comment on a cell."""
        return "\n".join(
            f"{severity_words(row.finding.severity, self.form, self.language)}."
            f" {row.finding.message(self.form, self.language)}"
            f" {row.finding.remedy(self.form, self.language)}"
            for row in rows
        )


def _add_marks(parts: Parts, rows: tuple[FaultRow, ...], form: Form, language: str) -> None:
    look = _Look(form, language, *add_styles(parts))
    by_title: dict[str, dict[str, list[FaultRow]]] = {}
    for row in rows:
        cell = _marked_cell(row, form)
        if cell:
            title = row.finding.tab(form, language)
            by_title.setdefault(title, {}).setdefault(cell, []).append(row)
    for entry in list_sheets(parts):
        if entry.title in by_title:
            _mark_sheet(parts, entry.part, by_title[entry.title], look)
        _deselect(parts, entry.part)
    content = fault_sheet(rows, form, language=language, first_style=look.first_style)
    add_list(parts, content, title=_free_title(parts, form.texts.get("returned.sheet", language)))


def _marked_cell(row: FaultRow, form: Form) -> str:
    """Give the cell to mark: the finding's own, or the status of its row; empty for none."""
    finding = row.finding
    if finding.row and finding.column:
        return finding.cell
    is_entry = finding.sheet in {sheet.id for sheet in form.entry_sheets()}
    return f"B{finding.row}" if finding.row and is_entry else ""


def _mark_sheet(parts: Parts, part: str, cells: Mapping[str, list[FaultRow]], look: _Look) -> None:
    sheet = open_sheet(parts, part)
    faults = [cell for cell, rows in cells.items() if _is_fault(rows)]
    warnings = [cell for cell, rows in cells.items() if not _is_fault(rows)]
    mark_cells(sheet, faults, style=look.first_mark + FAULT_MARK)
    mark_cells(sheet, warnings, style=look.first_mark + WARNING_MARK)
    comment_cells(parts, sheet, {cell: look.comment(rows) for cell, rows in cells.items()})
    sheet.save(parts)


def _is_fault(rows: list[FaultRow]) -> bool:
    return any(row.finding.severity in {Severity.KRITISK, Severity.FEJL} for row in rows)


def _deselect(parts: Parts, part: str) -> None:
    """Let go of the tab she left open: two tabs open at once would be typed in together."""
    content = parts[part]
    if _SELECTED.search(content):
        parts.write(part, _SELECTED.sub(rb"\1", content, count=1))


def _free_title(parts: Parts, title: str) -> str:
    taken = {entry.title.casefold() for entry in list_sheets(parts)}
    numbers = (title if n == 1 else f"{title} {n}" for n in range(1, len(taken) + 2))
    return next(name for name in numbers if name.casefold() not in taken)
