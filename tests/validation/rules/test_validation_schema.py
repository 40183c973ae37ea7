"""pandera's part: the rules of cells and rows of one sheet, and what it may not tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pandera.polars as pa
import polars as pl
import pytest
from pandera.errors import SchemaErrors

from fpsheet_templates.load import load_form
from fpsheet_validation.cells.parse import parse_sheet
from fpsheet_validation.rules.evaluate import with_unreadable
from fpsheet_validation.rules.quiet_pandera import QuietColumn, QuietSchema, run_pandera
from fpsheet_validation.rules.row_check import RowCheck, SheetSchema
from fpsheet_validation.rules.row_schema import check_rows, sheet_schema
from fpsheet_validation.setting import read_setting
from tests.support.rows import make_raw_sheet, make_raw_workbook

if TYPE_CHECKING:
    from fpsheet_validation.setting import Setting

FORM = load_form()
ROWS = [
    {"cpr": "7107760001", "forloeb_type": "Revalidering", "start_dato": "2026-01-05 00:00:00"},
    {"cpr": "7107760001", "forloeb_type": "Andet forløb", "start_dato": "1926-01-05 00:00:00"},
    {
        "cpr": "7107760001",
        "forloeb_type": "Andet forløb",
        "start_dato": "2026-01-05 00:00:00",
        "slut_dato": "2025-01-05 00:00:00",
        "timer_pr_uge": "41",
    },
]


@pytest.fixture
def setting() -> Setting:
    """Kommune 956 on the day of the tests."""
    return read_setting(make_raw_workbook(FORM, []), FORM, today=date(2026, 3, 2))


@pytest.fixture
def schema(setting: Setting) -> SheetSchema:
    """The rules of Forløb."""
    return sheet_schema(setting, "forloeb")


@pytest.fixture
def frame(setting: Setting) -> pl.DataFrame:
    """Three rows, each with faults of its own."""
    raw = make_raw_sheet(FORM, "forloeb", ROWS)
    return with_unreadable(parse_sheet(raw, setting).typed, FORM.sheet("forloeb"))


def test_the_first_pass_leaves_pandera_nothing_out(
    schema: SheetSchema, frame: pl.DataFrame
) -> None:
    """The whole schema on all rows finds what the broken rules on the broken rows find."""
    whole = run_pandera(frame, schema, range(len(schema.checks)))
    quick = check_rows(frame, schema, ())
    assert sorted(whole.hits) == sorted(quick.hits)
    assert {(hit.row, hit.code) for hit in quick.hits} == {
        (4, "FLT-001"),
        (5, "FLT-025"),
        (5, "FOR-010"),
        (6, "FOR-001"),
        (6, "FOR-002"),
        (6, "FLT-013"),
    }


def test_a_rule_that_reads_a_missing_field_could_not_run(
    schema: SheetSchema, frame: pl.DataFrame
) -> None:
    """The rule is named, and the others run."""
    verdict = check_rows(frame, schema, ["slut_dato"])
    assert "FOR-001" in verdict.not_run
    assert "FOR-001" not in {hit.code for hit in verdict.hits}
    assert "FLT-013" in {hit.code for hit in verdict.hits}


def test_a_check_that_raises_could_not_run(schema: SheetSchema, frame: pl.DataFrame) -> None:
    """One broken rule costs itself and nothing else; the exception's text is not kept."""
    bad = RowCheck("FOR-004", "resultat", ("resultat",), pl.col("resultat").cast(pl.Int8) > 1)
    with_bad = frame.with_columns(pl.lit("7107769417").alias("resultat"))

    broken = replace(schema, checks=(*schema.checks, bad))
    verdict = check_rows(with_bad, broken, ())
    assert verdict.not_run == {"FOR-004"}
    assert "FLT-013" in {hit.code for hit in verdict.hits}


def test_a_column_of_the_wrong_type_stops_the_rules_it_shows(
    schema: SheetSchema, frame: pl.DataFrame
) -> None:
    """Pandera holds the typed frame to the form's types."""
    wrong = frame.with_columns(pl.col("timer_pr_uge").cast(pl.Float32))
    verdict = run_pandera(wrong, schema, range(len(schema.checks)))
    assert {"FLT-013", "FOR-011", "FOR-012", "FOR-017"} <= verdict.not_run
    assert "FOR-001" not in verdict.not_run


def test_what_pandera_raises_holds_no_values() -> None:
    """Neither the exception nor its errors describe the cells that failed."""
    check = pa.Check(lambda data: data.lazyframe.select(pl.col("cpr") == "x"), error="CPR-001")
    schema = QuietSchema({"cpr": QuietColumn(pl.String, checks=[check])})
    with pytest.raises(SchemaErrors) as caught:
        schema.validate(pl.DataFrame({"cpr": ["7107769417"]}), lazy=True)
    errors = caught.value.schema_errors
    told = [str(caught.value), repr(caught.value.failure_cases), *map(str, errors)]
    told += [repr(error.failure_cases) for error in errors]
    assert not any("7107769417" in text for text in told)
    assert [error.check.error for error in errors] == ["CPR-001"]


def test_rules_are_compiled_once_per_form_and_day(setting: Setting) -> None:
    """The next workbook of the day takes the schema of the first; another day has another."""
    other_kommune = replace(setting, kommune_kode="957", aar=2025)
    assert sheet_schema(setting, "job") is sheet_schema(other_kommune, "job")
    next_day = replace(setting, today=date(2026, 3, 3))
    assert sheet_schema(setting, "job") is not sheet_schema(next_day, "job")
