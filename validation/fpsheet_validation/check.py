"""The check: a workbook as read becomes typed sheets and findings. The one way in."""

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from fpsheet_templates.form import Form
from fpsheet_templates.rule import RuleLevel, Severity
from fpsheet_validation.cells.parse import parse_sheet
from fpsheet_validation.finding import is_accepted, sort_findings
from fpsheet_validation.fold import faulty_cells, fold_consequences, fold_stray_rows
from fpsheet_validation.hit import Hit
from fpsheet_validation.hit_wording import to_findings
from fpsheet_validation.raw import RawWorkbook
from fpsheet_validation.rules.book import CheckedBook
from fpsheet_validation.rules.registry import RuleOutcome, run_registry
from fpsheet_validation.rules.row_check import applies
from fpsheet_validation.rules.row_schema import check_sheet, sheet_schema
from fpsheet_validation.setting import Setting, read_setting
from fpsheet_validation.typed import ROW, Check, TypedSheet


def check_workbook(
    raw: RawWorkbook,
    form: Form,
    *,
    today: date,
    known: Mapping[str, pl.DataFrame] | None = None,
) -> Check:
    """Check a workbook: parse every cell, run every rule, fold what follows from one cause.

    Args:
        raw: The workbook as intake read it.
        form: The form of the workbook's version.
        today: The day of the check.
        known: Sheet → typed rows of the kommune accepted earlier and not in this workbook. Rules
            across sheets see them; findings never point at them.

    Returns:
        Typed sheets, all findings in order, blocked rows, and whether the workbook is accepted.
    """
    setting = read_setting(raw, form, today=today)
    found, sheets, not_run = _check_rows(raw, setting)
    hits = fold_stray_rows(found, raw, sheets, form)
    faulty = faulty_cells(hits, form)
    book = CheckedBook(raw, setting, sheets, known or {}, hits, frozenset(faulty))
    verdict = run_registry(book)
    not_run |= {
        code for code, outcome in verdict.outcomes.items() if outcome is RuleOutcome.COULD_NOT_RUN
    }
    hits = fold_consequences([*hits, *verdict.hits], faulty, form)
    findings = sort_findings(to_findings(hits, raw, sheets, form), form)
    return Check(
        raw=raw,
        sheets=sheets,
        findings=findings,
        blocked=block_cases(hits, sheets, form),
        not_run=tuple(sorted(not_run)),
        accepted=is_accepted(findings) and not not_run,
    )


def _check_rows(
    raw: RawWorkbook, setting: Setting
) -> tuple[list[Hit], dict[str, TypedSheet], set[str]]:
    """Parse every sheet and run the rules of cells and rows; also name those that could not."""
    hits, sheets, not_run = list[Hit](), dict[str, TypedSheet](), set[str]()
    for layout in setting.form.entry_sheets():
        if layout.id in raw.sheets:
            parsed = parse_sheet(raw.sheets[layout.id], setting)
            sheets[layout.id] = parsed.typed
            verdict = check_sheet(parsed.typed, setting)
            hits.extend((*parsed.hits, *verdict.hits))
            not_run |= verdict.not_run
        elif layout.id in raw.missing:
            not_run |= {check.code for check in sheet_schema(setting, layout.id).checks}
    if not setting.jurisdiction:
        rows = (rule for rule in setting.form.rules if rule.level is RuleLevel.ROW)
        not_run |= {rule.code for rule in rows if not applies(rule, setting)}
    return hits, sheets, not_run


def block_cases(
    hits: Iterable[Hit], sheets: Mapping[str, TypedSheet], form: Form
) -> dict[str, frozenset[int]]:
    """Return the Excel rows of each sheet that are held; every sheet is there, also without any.

    A case is one citizen in one kommune. One FEJL on any of its rows holds all its rows in every
    sheet; a row whose CPR number cannot be read belongs to no case and is held by itself.
    """
    grave = {rule.code for rule in form.rules if rule.severity in {Severity.FEJL, Severity.KRITISK}}
    struck: dict[str, set[int]] = {}
    for hit in hits:
        if hit.code in grave:
            struck.setdefault(hit.sheet, set()).add(hit.row)
    held: set[str] = set()
    for sheet_id, rows in struck.items():
        if sheet_id in sheets:
            own = sheets[sheet_id].frame.filter(pl.col(ROW).is_in(sorted(rows)))
            held.update(own["cpr"].drop_nulls())
    is_held = pl.col("cpr").is_null() | pl.col("cpr").is_in(sorted(held))
    return {
        sheet_id: frozenset(sheet.frame.filter(is_held)[ROW]) for sheet_id, sheet in sheets.items()
    }
