"""pandera without its reports: schemas whose errors hold no values and cost little.

pandera describes each failure twice over with examples of the values and, for frame checks, whole
rows as JSON. CPR numbers would stand in exceptions, and the descriptions cost five times the
checks (docs/adr/0008-validation.md). These classes keep pandera's way through a schema and leave
the descriptions out: an error names its check and carries the column of passed and failed.
"""

from collections.abc import Iterable
from copy import copy
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.api.base.checks import CheckResult
from pandera.api.polars.types import PolarsData
from pandera.backends.base import CoreCheckResult
from pandera.backends.polars.components import ColumnBackend
from pandera.backends.polars.container import DataFrameSchemaBackend
from pandera.constants import CHECK_OUTPUT_KEY
from pandera.errors import FailureCaseMetadata, SchemaError, SchemaErrorReason, SchemaErrors

from fpsheet_validation.hit import Hit, hits_at
from fpsheet_validation.rules.row_check import RowVerdict, SheetSchema
from fpsheet_validation.typed import ROW, polars_type


class QuietCheck(pa.Check):
    """A pandera check that is one expression: true where a row passes.

    pandera's own backend also selects what failed, and runs the check twice for it.

    Attributes:
        passes: The expression; null is no pass.
    """

    def __init__(self, passes: pl.Expr, *, error: str) -> None:
        """Build the check; `error` is the code of the rule."""
        super().__init__(self.passed, error=error, ignore_na=False)
        self.passes = passes.fill_null(value=False).alias(CHECK_OUTPUT_KEY)

    def passed(self, data: PolarsData) -> pl.LazyFrame:
        """Return a boolean per row."""
        return data.lazyframe.select(self.passes)

    def __call__(self, check_obj: Any, column: str | None = None) -> CheckResult:  # noqa: ANN401 (pandera's own signature)
        """Return the result of the check on a frame."""
        data = PolarsData(check_obj, column or "*")
        output = self.passed(data)
        return CheckResult(output, output.select(pl.all().all()), data, None)


class _QuietColumnBackend(ColumnBackend):
    """Column backend that keeps what failed and forgets with which values."""

    def run_check(
        self,
        check_obj: pl.LazyFrame,
        schema: pa.Column,
        check: pa.Check,
        check_index: int,
        *args: Any,  # noqa: ANN401 (pandera's own signature)
    ) -> CoreCheckResult:
        """Run one check; the result holds a boolean per row."""
        del schema
        output = check(check_obj, *args).check_output.collect()
        return CoreCheckResult(
            passed=bool(output[CHECK_OUTPUT_KEY].all()),
            check=check,
            check_index=check_index,
            check_output=output,
            reason_code=SchemaErrorReason.DATAFRAME_CHECK,
            message=str(check.error),
        )

    def failure_cases_metadata(
        self, schema_name: str, schema_errors: list[SchemaError]
    ) -> FailureCaseMetadata:
        """Describe nothing: the errors themselves are read."""
        return _no_metadata(schema_name, schema_errors)


class _QuietSchemaBackend(DataFrameSchemaBackend):
    """Frame backend that describes nothing."""

    def failure_cases_metadata(
        self, schema_name: str, schema_errors: list[SchemaError]
    ) -> FailureCaseMetadata:
        """Describe nothing: the errors themselves are read."""
        return _no_metadata(schema_name, schema_errors)


class QuietColumn(pa.Column):
    """A pandera column whose errors hold no values."""

    def __deepcopy__(self, memo: dict[int, object]) -> "QuietColumn":
        """Return a shallow copy: pandera copies each column per run, and nothing inside changes."""
        del memo
        return copy(self)

    @classmethod
    def get_backend(
        cls, check_obj: object = None, check_type: type | None = None
    ) -> _QuietColumnBackend:
        """Return the quiet backend, whatever is checked."""
        del check_obj, check_type
        cls.register_default_backends(pl.LazyFrame)
        return _QuietColumnBackend()


class QuietSchema(pa.DataFrameSchema):
    """A pandera schema whose errors hold no values."""

    @classmethod
    def get_backend(
        cls, check_obj: object = None, check_type: type | None = None
    ) -> _QuietSchemaBackend:
        """Return the quiet backend, whatever is checked."""
        del check_obj, check_type
        cls.register_default_backends(pl.LazyFrame)
        return _QuietSchemaBackend()


def _no_metadata(schema_name: str, schema_errors: list[SchemaError]) -> FailureCaseMetadata:
    del schema_name, schema_errors
    return FailureCaseMetadata(failure_cases=pl.DataFrame(), message={}, error_counts={})


def run_pandera(frame: pl.DataFrame, schema: SheetSchema, chosen: Iterable[int]) -> RowVerdict:
    """Validate rows with the chosen checks; what pandera raises becomes hits at once."""
    try:
        _pandera_schema(schema, chosen).validate(frame, lazy=True)
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
            struck = frame[ROW].filter(~fault.check_output[CHECK_OUTPUT_KEY]).to_list()
            code = str(fault.check.error)
            hits.extend(hits_at(struck, sheet=schema.sheet.id, field=field, code=code))
    return RowVerdict(hits, frozenset(not_run))


def _pandera_schema(schema: SheetSchema, chosen: Iterable[int]) -> QuietSchema:
    """Return the pandera schema of the chosen checks (by position) and their columns' types."""
    by_field: dict[str, list[pa.Check]] = {}
    for check in map(schema.checks.__getitem__, chosen):
        carried = QuietCheck(~check.fault, error=check.code)
        by_field.setdefault(check.field, []).append(carried)
    return QuietSchema(
        {
            field: QuietColumn(polars_type(schema.sheet[field].type), nullable=True, checks=checks)
            for field, checks in by_field.items()
        }
    )
