"""pandera without its reports: schemas whose errors hold no values and cost little.

pandera describes each failure twice over with examples of the values and, for frame checks, whole
rows as JSON. CPR numbers would stand in exceptions, and the descriptions cost five times the
checks (docs/adr/0008-validation.md). These classes keep pandera's way through a schema and leave
the descriptions out: an error names its check and carries the column of passed and failed.
"""

from copy import copy
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.backends.base import CoreCheckResult
from pandera.backends.polars.components import ColumnBackend
from pandera.backends.polars.container import DataFrameSchemaBackend
from pandera.constants import CHECK_OUTPUT_KEY
from pandera.errors import FailureCaseMetadata, SchemaError, SchemaErrorReason

CHECK_OUTPUT = CHECK_OUTPUT_KEY
"""Name of the boolean column in `SchemaError.check_output`."""


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
        """Give a shallow copy: pandera copies each column per run, and nothing inside changes."""
        del memo
        return copy(self)

    @classmethod
    def get_backend(
        cls, check_obj: object = None, check_type: type | None = None
    ) -> _QuietColumnBackend:
        """Give the quiet backend, whatever is checked."""
        del check_obj, check_type
        cls.register_default_backends(pl.LazyFrame)
        return _QuietColumnBackend()


class QuietSchema(pa.DataFrameSchema):
    """A pandera schema whose errors hold no values."""

    @classmethod
    def get_backend(
        cls, check_obj: object = None, check_type: type | None = None
    ) -> _QuietSchemaBackend:
        """Give the quiet backend, whatever is checked."""
        del check_obj, check_type
        cls.register_default_backends(pl.LazyFrame)
        return _QuietSchemaBackend()


def _no_metadata(schema_name: str, schema_errors: list[SchemaError]) -> FailureCaseMetadata:
    del schema_name, schema_errors
    return FailureCaseMetadata(failure_cases=pl.DataFrame(), message={}, error_counts={})
