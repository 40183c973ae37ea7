"""The check: a workbook as read becomes typed sheets and findings. The one way in."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from fpsheet_templates.form import Form
from fpsheet_validation.blocked import block_cases
from fpsheet_validation.evaluate import UNREADABLE, unreadable_bit
from fpsheet_validation.finding import is_accepted, sort_findings
from fpsheet_validation.fold import faulty_cells, fold_consequences
from fpsheet_validation.hit import gather
from fpsheet_validation.parse import parse_sheet
from fpsheet_validation.raw import RawWorkbook
from fpsheet_validation.row_schema import check_rows, sheet_schema
from fpsheet_validation.setting import Setting, read_setting
from fpsheet_validation.typed import ROW, Check, TypedSheet
from fpsheet_validation.wording import to_findings


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
    parsed = {sheet_id: parse_sheet(sheet, setting) for sheet_id, sheet in raw.sheets.items()}
    sheets = {sheet_id: outcome.typed for sheet_id, outcome in parsed.items()}
    hits = [outcome.hits for outcome in parsed.values()]
    not_run = set[str]()
    for sheet in sheets.values():
        verdict = _check_sheet(sheet, setting)
        hits.append(verdict[0])
        not_run |= verdict[1]
    gathered = gather(hits)
    gathered = fold_consequences(gathered, faulty_cells(gathered, form), form)
    findings = sort_findings(to_findings(gathered, sheets, form), form)
    return Check(
        raw=raw,
        sheets=sheets,
        findings=findings,
        blocked=block_cases(gathered, sheets, form),
        not_run=tuple(sorted(not_run)),
        accepted=is_accepted(findings) and not not_run,
    )


def _check_sheet(sheet: TypedSheet, setting: Setting) -> tuple[pl.DataFrame, frozenset[str]]:
    schema = sheet_schema(setting.form.sheet(sheet.sheet), setting)
    verdict = check_rows(with_unreadable(sheet, setting.form), schema, sheet.missing)
    return verdict.hits, verdict.not_run


def with_unreadable(sheet: TypedSheet, form: Form) -> pl.DataFrame:
    """Give the rows with a bit per cell that holds something unreadable (see `evaluate`)."""
    if not sheet.unreadable.height:
        return sheet.frame.with_columns(pl.lit(0, dtype=pl.UInt64).alias(UNREADABLE))
    layout = form.sheet(sheet.sheet)
    bits = {field.id: unreadable_bit(layout, field.id) for field in layout.entry_fields()}
    marks = (
        sheet.unreadable.with_columns(
            pl.col("field").replace_strict(bits, return_dtype=pl.UInt64).alias(UNREADABLE)
        )
        .group_by(ROW)
        .agg(pl.col(UNREADABLE).sum())
    )
    return sheet.frame.join(marks, on=ROW, how="left", maintain_order="left").with_columns(
        pl.col(UNREADABLE).fill_null(0)
    )
