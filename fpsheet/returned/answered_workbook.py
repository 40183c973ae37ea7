"""The departement's answer put into the kommune's own file: the workbook to go on with."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import polars as pl

from fpsheet.ooxml.cell_writer import Content, write_cells
from fpsheet.ooxml.own_style import add_styles
from fpsheet.ooxml.parts import Parts
from fpsheet.ooxml.workbook_part import list_sheets
from fpsheet.returned.conflict_list_sheet import conflict_sheet
from fpsheet.returned.conflict_list_text import (
    ANSWERS,
    PREFIX,
    ConflictLine,
    conflict_lines,
    row_of,
)
from fpsheet.returned.list_tab import CONFLICT_PART, drop_list
from fpsheet.returned.mark_workbook import add_last, add_marks, in_words, remove_marks
from fpsheet.returned.opened_workbook import OpenedWorkbook
from fpsheet.returned.own_list import OwnList
from fpsheet.returned.stamp import stamp
from fpsheet.workbook.calculation.kept_results import renew_results, stored_day
from fpsheet_sync.ledger.receipt import Receipt
from fpsheet_sync.merge.stamp import ToldDecision, make_stamp, read_stamp
from fpsheet_sync.merge.state import Plain, to_plain
from fpsheet_templates.form import Field, FieldType
from fpsheet_templates.rule import Severity
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.finding import Finding
from fpsheet_validation.typed import ROW, ROW_ID, Check, TypedSheet

_1904 = 1462
"""Days between the two ways Excel counts."""


def answer_workbook(
    opened: OpenedWorkbook,
    found: tuple[tuple[Finding, ...], Check],
    receipt: Receipt,
    spoken: SpokenForm,
) -> bytes:
    """Return the kommune's own file with a receipt put into it.

    Findings of the check and of the merge are marked and listed, open conflicts have a list with
    a place to choose or type, values that were chosen stand in their cells, and the stamp says
    that the next submission descends from this one and which decisions it was told. Nothing else
    changes: what was typed over a decision stays when the receipt is taken once more.

    Args:
        opened: The file. Marks of an earlier run are replaced.
        found: What intake and check found in it now, and the checked rows.
        receipt: The receipt of this file, or of the one that it was edited from.
        spoken: The form in the language of what is made.

    Raises:
        WorkbookFileError: The package is not whole enough to be changed.
    """
    findings, check = found
    with in_words(spoken.language):
        parts = Parts(opened.archive)
        answers = _answers(opened.conflicts)
        _drop_conflicts(parts, opened.conflicts)
        merged = (found for found in _told(receipt, check) if found not in findings)
        remove_marks(parts, opened.faults)
        add_marks(parts, opened.faults, (*findings, *merged), check, spoken)
        told_now = tuple(_write_settled(parts, receipt, check, spoken))
        if told_now:
            renew_results(parts, day=stored_day(parts))
        lines = tuple(
            replace(line, values={**line.values, **_kept(line, answers)})
            for line in conflict_lines(receipt, check, spoken)
        )
        if lines:
            first_style, _ = add_styles(parts)
            sheet = conflict_sheet(lines, spoken, first_style=first_style)
            title = spoken.text("conflicts.sheet")
            add_last(parts, sheet, title, part=CONFLICT_PART)
        stamp(parts, opened.stamp, make_stamp(receipt.sha256, told_now).text)
    return parts.to_bytes()


def _drop_conflicts(parts: Parts, old: OwnList | None) -> None:
    """Take the list of conflicts away."""
    for entry in list_sheets(parts):
        if old is not None and entry.part == old.part:
            drop_list(parts, entry)


def _answers(old: OwnList | None) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """Return what was written into the list of conflicts: (conflict, field) → its line."""
    rows = () if old is None else old.rows
    return {(row[f"{PREFIX}.konflikt"], row.get(f"{PREFIX}.felt_id", "")): row for row in rows}


def _kept(
    line: ConflictLine, answers: Mapping[tuple[str, str], Mapping[str, str]]
) -> Mapping[str, str]:
    """Return what was written about conflicts that are still open, so that it is kept.

    A choice goes where the sides have changed since: its letter may stand for another now.
    """
    old = answers.get((line.values["konflikt"], line.values["felt_id"]), {})
    is_same = old.get(f"{PREFIX}.aftryk") == line.values["aftryk"]
    names = ANSWERS if is_same else ("navn", "grund")
    return {name: old[f"{PREFIX}.{name}"] for name in names if old.get(f"{PREFIX}.{name}")}


def merge_findings(receipt: Receipt) -> Iterator[Finding]:
    """Yield what the merge found, as findings again."""
    for said in receipt.findings:
        yield Finding(
            code=str(said["code"]),
            severity=Severity(said["severity"]),
            sheet=str(said["sheet"]),
            title=str(said["title"]),
            row=int(said["row"]),
            column=str(said["column"]),
            field=str(said["field"]),
            details=tuple((str(k), str(v)) for k, v in dict(said["details"]).items()),
        )


def _told(receipt: Receipt, check: Check) -> Iterator[Finding]:
    """Yield what the merge found, at the places where its rows stand in the file now."""
    for finding, said in zip(merge_findings(receipt), receipt.findings, strict=True):
        sheet = check.sheets.get(finding.sheet)
        title = finding.title if sheet is None else sheet.title
        row = finding.row and _row_now(sheet, finding.row, str(said.get("row_id", "")))
        if row or not finding.row:
            yield replace(finding, title=title, row=row)


def _row_now(sheet: TypedSheet | None, row: int, row_id: str) -> int:
    """Return the Excel row of a record now; 0 where it is gone. Without an id it has not moved."""
    now = row_of(sheet, row_id)
    if now or sheet is None:
        return now
    known = dict(sheet.frame.select(ROW, ROW_ID).iter_rows())
    return row if row in known and known[row] is None else 0


def _write_settled(
    parts: Parts, receipt: Receipt, check: Check, spoken: SpokenForm
) -> Iterator[ToldDecision]:
    """Write what was decided into the cells of its rows, unless others were typed there since.

    Returns the decisions that the workbook now was told, those of an earlier taking among them.
    """
    own = read_stamp(check.raw.meta.get("parent", ""))
    known = own.told if own.parent == receipt.sha256 else ()
    yield from known
    titles = {entry.title: entry.part for entry in list_sheets(parts)}
    date1904 = check.raw.date1904
    for choice in receipt.settled:
        sheet = check.sheets.get(choice.sheet)
        row = row_of(sheet, choice.row_id)
        told = ToldDecision(choice.conflict_id, choice.decision)
        if sheet is None or sheet.title not in titles or not row or told in known:
            continue
        (cells,) = sheet.frame.filter(pl.col(ROW) == row).to_dicts()
        now = {name: to_plain(cells[name]) for name in choice.values}
        if now == {name: choice.said.get(name) for name in choice.values}:
            decided = {
                f"{sheet.columns[name]}{row}": _content(
                    spoken,
                    spoken.form.sheet(choice.sheet)[name],
                    value,
                    date1904=date1904,
                )
                for name, value in choice.values.items()
                if name in sheet.columns
            }
            write_cells(parts, titles[sheet.title], decided)
        elif now != choice.values:
            continue
        if choice.decision:
            yield told


def _content(spoken: SpokenForm, field: Field, value: Plain, *, date1904: bool) -> Content:
    """Return what the cell of a field holds for a value."""
    if value is None:
        return None
    if field.type is FieldType.DATE:
        from fpsheet.workbook.style import date_serial

        return date_serial(date.fromisoformat(str(value))) - (_1904 if date1904 else 0)
    if field.type is FieldType.CODE and str(value) in spoken.form.code_lists[field.codes]:
        return spoken.form.code_lists[field.codes][str(value)].label(spoken.language)
    return value
