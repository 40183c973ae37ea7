"""pandera carries the field and row rules: one schema per sheet, the rule's code in `error=`.

Measured (docs/adr/0008-validation.md): a pandera check costs about 1.5 ms however few the rows,
and a sheet has up to seventy. So one pass over the sheet first finds the rules that no row breaks;
pandera runs the others, on the rows that break any. The answers are the same as those of the
whole schema on the whole frame (a test compares them). When the pass itself fails, the whole
schema runs, and pandera tells which rule could not. Where no row breaks a rule, as in a blank
workbook, pandera is not even loaded: that takes a quarter of a second.
"""

from collections.abc import Iterable

import polars as pl

from fpsheet_validation.compiled import compiled
from fpsheet_validation.rules.evaluate import with_unreadable
from fpsheet_validation.rules.row_check import RowVerdict, SheetSchema, row_checks
from fpsheet_validation.setting import Setting
from fpsheet_validation.typed import TypedSheet


@compiled
def sheet_schema(setting: Setting, sheet_id: str) -> SheetSchema:
    """Return the compiled rules of a sheet; compiled once per form, jurisdiction and day."""
    sheet = setting.form.sheet(sheet_id)
    checks = row_checks(sheet, setting)
    return SheetSchema(sheet, checks)


def check_sheet(sheet: TypedSheet, setting: Setting) -> RowVerdict:
    """Run the field and row rules of a sheet of a file."""
    schema = sheet_schema(setting, sheet.sheet)
    return check_rows(with_unreadable(sheet, schema.sheet), schema, sheet.missing, sheet.later)


def check_rows(
    frame: pl.DataFrame,
    schema: SheetSchema,
    missing: Iterable[str],
    later: Iterable[str] = (),
) -> RowVerdict:
    """Run the field and row rules of a sheet on rows of it.

    Args:
        frame: Typed rows with the column `evaluate.UNREADABLE`.
        schema: The compiled rules.
        missing: Fields the file lacks; a rule that reads one could not run.
        later: Fields that came after the file's form version; a rule that reads one does not
            apply to it.
    """
    lacking = set(missing)
    absent = lacking.union(later)
    runnable = [n for n, check in enumerate(schema.checks) if not absent & set(check.reads)]
    not_run = {check.code for check in schema.checks if lacking & set(check.reads)}
    if not frame.height:
        return RowVerdict([], frozenset(not_run))
    rows, broken = _prescreen(frame, schema, runnable)
    if not broken:
        return RowVerdict([], frozenset(not_run))
    from fpsheet_validation.rules.quiet_pandera import run_pandera

    verdict = run_pandera(rows, schema, broken)
    return RowVerdict(verdict.hits, frozenset(not_run | verdict.not_run))


def _prescreen(
    frame: pl.DataFrame, schema: SheetSchema, runnable: list[int]
) -> tuple[pl.DataFrame, list[int]]:
    """Return the rows that break any rule and the rules that any row breaks."""
    faults = [schema.checks[n].fault.alias(str(n)) for n in runnable]
    if not faults:
        return frame.clear(), []
    try:
        struck = frame.select(faults)
    except pl.exceptions.PolarsError:
        return frame, runnable
    broken = [int(fault.name) for fault in struck if fault.any()]
    if not broken:
        return frame.clear(), []
    return frame.filter(struck.select(pl.any_horizontal(map(str, broken))).to_series()), broken
