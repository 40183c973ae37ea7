"""Records: rows that are typed already, checked as the workbook would be in which they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from fpsheet_templates.form import Field, FieldType, Form, Sheet
from fpsheet_templates.text import BASE_LANGUAGE
from fpsheet_validation.check import check_workbook
from fpsheet_validation.raw import RawSheet, RawWorkbook, SheetTotals
from fpsheet_validation.typed import ROW, Check


@dataclass(frozen=True, slots=True)
class Reporting:
    """What a check of records must know beside them.

    Attributes:
        kommune_kode: Whose records.
        aar: Reporting year.
        today: The day of the check.
    """

    kommune_kode: str
    aar: int
    today: date


def check_records(records: Mapping[str, pl.DataFrame], form: Form, reporting: Reporting) -> Check:
    """Check records by every rule of cells, rows, and rows of one citizen.

    Args:
        records: Sheet → typed rows with the entry fields of the form (`cpr` as ten digits), in
            the order in which they are numbered from 1; a sheet that is left out has none.
        form: The form.
        reporting: Whose, for which year, on which day.

    Returns:
        The check; the rows of its findings are numbers of the records.
    """
    meta = {
        "form_version": str(form.version),
        "kommune_kode": reporting.kommune_kode,
        "aar": str(reporting.aar),
        "sprog": BASE_LANGUAGE,
    }
    empty = pl.DataFrame()
    sheets = {
        sheet.id: _raw_sheet(sheet, records.get(sheet.id, empty), form)
        for sheet in form.entry_sheets()
    }
    raw = RawWorkbook(sha256="", name="", meta=meta, cover={}, sheets=sheets)
    return check_workbook(raw, form, today=reporting.today)


def _raw_sheet(sheet: Sheet, records: pl.DataFrame, form: Form) -> RawSheet:
    fields = sheet.entry_fields()
    texts = [
        (_text_of(field) if field.id in records.columns else pl.lit(None, dtype=pl.String)).alias(
            field.id
        )
        for field in fields
    ]
    rows = pl.int_range(1, records.height + 1, dtype=pl.Int32).alias(ROW)
    ids = pl.lit(None, dtype=pl.String).alias("raekke_id")
    names = [ROW, "raekke_id", *(field.id for field in fields)]
    frame = records.select(rows, ids, *texts) if records.height else _no_rows(names)
    return RawSheet(
        sheet=sheet.id,
        title=form.sheet_title(sheet.id, BASE_LANGUAGE),
        frame=frame,
        columns={field.id: "" for field in fields},
        totals=SheetTotals(xml=records.height, read=records.height, blank=0),
    )


def _no_rows(names: list[str]) -> pl.DataFrame:
    return pl.DataFrame(schema={name: pl.Int32() if name == ROW else pl.String() for name in names})


def _text_of(field: Field) -> pl.Expr:
    """Return the text of a field's cells as the reader prints it; a code may be entered as such."""
    text = pl.col(field.id).cast(pl.String)
    if field.type is FieldType.DATE:
        return text + " 00:00:00"
    return text.str.strip_suffix(".0") if field.type is FieldType.DECIMAL else text
