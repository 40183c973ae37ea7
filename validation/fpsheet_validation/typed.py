"""Typed sheets: rows with values of their own type, each still knowing its cell."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from fpsheet_templates.form import FieldType, Form
from fpsheet_validation.finding import Finding
from fpsheet_validation.raw import RawWorkbook, SheetTotals

ROW = "raekke"
ROW_ID = "raekke_id"
ANNUL = "annuller"


@dataclass(frozen=True, slots=True)
class TypedSheet:
    """One entry sheet, typed.

    Attributes:
        sheet: Sheet identifier.
        title: The name on the tab in this file.
        frame: One row per row with an entry, sheet order: `raekke` (Int32, Excel row),
            `raekke_id` (String, null when the row has none), every entry field of the form
            (also those the file lacks, then null) and `annuller`, typed as `POLARS_TYPES`.
            A cell that could not be read is null here and has a finding.
        columns: Field identifier → column letter in this file.
        unreadable: One row per cell that holds something that could not be read: `raekke`
            (Int32), `field` (String). Such a cell is not blank.
        missing: Fields of its form version that the file lacks.
        totals: Control totals.
        later: Fields it lacks because they came after its form version.
    """

    sheet: str
    title: str
    frame: pl.DataFrame
    columns: Mapping[str, str]
    unreadable: pl.DataFrame
    missing: tuple[str, ...]
    totals: SheetTotals
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of checking one workbook.

    Attributes:
        raw: The workbook as read.
        sheets: Sheet identifier → typed sheet, every entry sheet that the file has.
        findings: All findings, ordered by sheet, row, column, code.
        blocked: Sheet → Excel rows that are held: of a case with a FEJL on any of its rows, or
            without a readable CPR number.
        not_run: Codes of rules that could not run; any of them blocks acceptance.
        accepted: No KRITISK, no FEJL, and every rule ran.
    """

    raw: RawWorkbook
    sheets: Mapping[str, TypedSheet]
    findings: tuple[Finding, ...]
    blocked: Mapping[str, frozenset[int]]
    not_run: tuple[str, ...]
    accepted: bool


def polars_type(field_type: FieldType) -> pl.DataType:
    """Return the column type of a field type; CPR, texts and codes are strings."""
    types: dict[FieldType, pl.DataType] = {
        FieldType.DATE: pl.Date(),
        FieldType.INTEGER: pl.Int32(),
        FieldType.DECIMAL: pl.Float64(),
    }
    return types.get(field_type, pl.String())


def empty_frame(form: Form, sheet_id: str) -> pl.DataFrame:
    """Return a typed frame of a sheet without rows."""
    schema: dict[str, pl.DataType] = {ROW: pl.Int32(), ROW_ID: pl.String()}
    for field in form.sheet(sheet_id).entry_fields():
        schema[field.id] = polars_type(field.type)
    return pl.DataFrame(schema=schema)
