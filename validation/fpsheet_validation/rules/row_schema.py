"""pandera carries the field and row rules: one schema per sheet, the rule's code in `error=`.

Measured (docs/adr/0008-validation.md): a pandera check costs about 1.5 ms however few the rows,
and a sheet has up to seventy. So one pass over the sheet first finds the rules that no row breaks;
pandera runs the others, on the rows that break any. The answers are the same as those of the
whole schema on the whole frame (a test compares them). When the pass itself fails, the whole
schema runs, and pandera tells which rule could not.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from fpsheet_templates.form import Sheet
from fpsheet_validation.compiled import compiled
from fpsheet_validation.hit import Hit, hits_at
from fpsheet_validation.rules.quiet_pandera import (
    CHECK_OUTPUT,
    QuietCheck,
    QuietColumn,
    QuietSchema,
)
from fpsheet_validation.rules.row_check import RowCheck, row_checks
from fpsheet_validation.setting import Setting
from fpsheet_validation.typed import ROW, polars_type


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What field and row rules found on one sheet.

    Attributes:
        hits: Where rules struck.
        not_run: Codes of the rules that could not run.
    """

    hits: list[Hit]
    not_run: frozenset[str]


@dataclass(frozen=True, slots=True)
class SheetSchema:
    """The compiled rules of one sheet.

    Attributes:
        sheet: The sheet.
        checks: Its checks.
        carried: The same checks as pandera carries them, in the same order.
    """

    sheet: Sheet
    checks: tuple[RowCheck, ...]
    carried: tuple[pa.Check, ...]

    def schema(self, chosen: Iterable[int]) -> pa.DataFrameSchema:
        """Return the pandera schema of the chosen checks (by position) and their columns' types."""
        by_field: dict[str, list[pa.Check]] = {}
        for position in chosen:
            by_field.setdefault(self.checks[position].field, []).append(self.carried[position])
        return QuietSchema(
            {
                field: QuietColumn(
                    polars_type(self.sheet[field].type), nullable=True, checks=checks
                )
                for field, checks in by_field.items()
            }
        )


@compiled
def sheet_schema(setting: Setting, sheet_id: str) -> SheetSchema:
    """Return the compiled rules of a sheet; compiled once per form, jurisdiction and day."""
    sheet = setting.form.sheet(sheet_id)
    checks = row_checks(sheet, setting)
    carried = tuple(QuietCheck(~check.fault, error=check.code) for check in checks)
    return SheetSchema(sheet, checks, carried)


def check_rows(
    frame: pl.DataFrame,
    schema: SheetSchema,
    missing: Iterable[str],
    later: Iterable[str] = (),
) -> RowVerdict:
    """Run the field and row rules of a sheet.

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


def run_pandera(frame: pl.DataFrame, schema: SheetSchema, chosen: Iterable[int]) -> RowVerdict:
    """Validate rows with the chosen checks; what pandera raises becomes hits at once."""
    try:
        schema.schema(chosen).validate(frame, lazy=True)
    except SchemaErrors as errors:
        faults = list(errors.schema_errors)
    else:
        faults = list[SchemaError]()
    hits, not_run = list[Hit](), set[str]()
    for fault in faults:
        field = fault.schema.name
        if not isinstance(fault.check, pa.Check):
            # The column is not of the field's type: none of its rules can be trusted.
            not_run.update(check.code for check in schema.checks if check.field == field)
        elif fault.reason_code is SchemaErrorReason.CHECK_ERROR or fault.check_output is None:
            not_run.add(str(fault.check.error))
        else:
            struck = frame[ROW].filter(~fault.check_output[CHECK_OUTPUT]).to_list()
            code = str(fault.check.error)
            hits.extend(hits_at(struck, sheet=schema.sheet.id, field=field, code=code))
    return RowVerdict(hits, frozenset(not_run))
