"""pandera carries the field and row rules: one schema per sheet, the rule's code in `error=`.

Measured (docs/adr/0008-validation.md): a pandera check costs about 1.5 ms however few the rows,
and a sheet has up to seventy. So one pass over the sheet first finds the rules that no row breaks;
pandera runs the others, on the rows that break any. The answers are the same as those of the
whole schema on the whole frame (a test compares them). When the pass itself fails, the whole
schema runs, and pandera tells which rule could not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from fpsheet_templates.form import Form, Sheet
from fpsheet_validation.hit import make_hits, no_hits
from fpsheet_validation.row_check import RowCheck, row_checks
from fpsheet_validation.setting import Setting
from fpsheet_validation.typed import ROW, polars_type

_CHECK_OUTPUT = "check_output"


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What field and row rules found on one sheet.

    Attributes:
        hits: Where rules struck (see `fpsheet_validation.hit`).
        not_run: Codes of the rules that could not run.
    """

    hits: pl.DataFrame
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
        """Give the pandera schema with the chosen checks (by position); types always."""
        by_field: dict[str, list[pa.Check]] = {}
        for position in chosen:
            by_field.setdefault(self.checks[position].field, []).append(self.carried[position])
        return pa.DataFrameSchema(
            {
                field.id: pa.Column(
                    polars_type(field.type), nullable=True, checks=by_field.get(field.id, [])
                )
                for field in self.sheet.entry_fields()
            }
        )


_COMPILED: dict[tuple[int, str, str, date], tuple[Form, SheetSchema]] = {}


def sheet_schema(sheet: Sheet, setting: Setting) -> SheetSchema:
    """Give the compiled rules of a sheet; compiled once per form, jurisdiction and day."""
    key = (setting.form.version, sheet.id, setting.jurisdiction, setting.today)
    form, compiled = _COMPILED.get(key, (None, None))
    if compiled is None or form is not setting.form:
        checks = row_checks(sheet, setting)
        compiled = SheetSchema(sheet, checks, tuple(_carry(check) for check in checks))
        _COMPILED[key] = (setting.form, compiled)
    return compiled


def _carry(check: RowCheck) -> pa.Check:
    return pa.Check(_passes(~check.fault), error=check.code, ignore_na=False)


def _passes(passed: pl.Expr) -> Callable[[PolarsData], pl.LazyFrame]:
    def run(data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(passed.alias(data.key))

    return run


def check_rows(frame: pl.DataFrame, schema: SheetSchema, missing: Iterable[str]) -> RowVerdict:
    """Run the field and row rules of a sheet.

    Args:
        frame: Typed rows with the column `evaluate.UNREADABLE`.
        schema: The compiled rules.
        missing: Fields the file lacks; a rule that reads one could not run.
    """
    lacking = set(missing)
    runnable = [n for n, check in enumerate(schema.checks) if not lacking & set(check.reads)]
    not_run = {check.code for check in schema.checks if lacking & set(check.reads)}
    if not frame.height:
        return RowVerdict(no_hits(), frozenset(not_run))
    rows, broken = _prescreen(frame, schema, runnable)
    verdict = run_pandera(rows, schema, broken)
    return RowVerdict(verdict.hits, frozenset(not_run | verdict.not_run))


def _prescreen(
    frame: pl.DataFrame, schema: SheetSchema, runnable: list[int]
) -> tuple[pl.DataFrame, list[int]]:
    """Give the rows that break any rule and the rules that any row breaks."""
    faults = [schema.checks[n].fault.alias(str(n)) for n in runnable]
    if not faults:
        return frame.clear(), []
    try:
        struck = frame.select(faults)
    except pl.exceptions.PolarsError:
        return frame, runnable
    broken = [int(fault.name) for fault in struck.select(pl.all().any()) if fault.item()]
    if not broken:
        return frame.clear(), []
    any_rule = struck.select(pl.any_horizontal(str(n) for n in broken)).to_series()
    return frame.filter(any_rule), broken


def run_pandera(frame: pl.DataFrame, schema: SheetSchema, chosen: Iterable[int]) -> RowVerdict:
    """Validate rows with the chosen checks; what pandera raises becomes hits at once."""
    try:
        schema.schema(chosen).validate(frame, lazy=True)
    except SchemaErrors as errors:
        faults = list(errors.schema_errors)
    else:
        faults = list[SchemaError]()
    hits, not_run = list[pl.DataFrame](), set[str]()
    for fault in faults:
        field = fault.schema.name
        if not isinstance(fault.check, pa.Check):
            # The column is not of the field's type: none of its rules can be trusted.
            not_run.update(check.code for check in schema.checks if check.field == field)
        elif fault.reason_code is SchemaErrorReason.CHECK_ERROR:
            not_run.add(str(fault.check.error))
        else:
            struck = frame[ROW].filter(~fault.check_output[_CHECK_OUTPUT])
            code = str(fault.check.error)
            hits.append(make_hits(struck, sheet=schema.sheet.id, field=field, code=code))
    return RowVerdict(pl.concat([no_hits(), *hits]), frozenset(not_run))
