"""Parsing: sheets as text become typed rows, and every cell that cannot be read is named.

Nothing is coerced to missing: what the one quick pass over a column cannot read goes to
`fpsheet_validation.cell_fault`, which reads it, repairs it in a way that is listed, or says why
it cannot be read.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from fpsheet_templates.form import Field, FieldType, Sheet
from fpsheet_validation.cell_fault import VALUE, has_one_decimal, judge_cells
from fpsheet_validation.hit import CODE, FIELD, HIT_SCHEMA, OTHER, SHEET
from fpsheet_validation.raw import CellKind, RawSheet
from fpsheet_validation.setting import Setting
from fpsheet_validation.typed import ANNUL, ROW, ROW_ID, TypedSheet, polars_type

# A CPR number whose day exists in every month: all that the quick pass needs to look at.
_PLAIN_CPR = r"^(0[1-9]|1\d|2[0-8]|6[1-9]|7\d|8[0-8])(0[1-9]|1[0-2])\d{2}-?\d{4}$"
_IN_ANNULLED_ROW = "FLT-029"


@dataclass(frozen=True, slots=True)
class ParsedSheet:
    """A typed sheet and what was said about its cells.

    Attributes:
        typed: The rows.
        hits: Cells that could not be read or were repaired (see `fpsheet_validation.hit`).
    """

    typed: TypedSheet
    hits: pl.DataFrame


def parse_sheet(raw: RawSheet, setting: Setting) -> ParsedSheet:
    """Parse one sheet.

    Findings: FLT-002 to FLT-012, FLT-015, FLT-020 to FLT-024, FLT-029, CPR-001 to CPR-003.
    """
    sheet = setting.form.sheet(raw.sheet)
    fields = sheet.entry_fields()
    entries = {field.id: _entries(field, setting) for field in fields if field.codes}
    quick = raw.frame.select(
        _quick(field, entries.get(field.id, {}))
        if field.id in raw.frame.columns
        else pl.lit(None, dtype=polars_type(field.type)).alias(field.id)
        for field in fields
    )
    columns = {field.id: quick[field.id] for field in fields}
    kinds = _kinds_frame(raw)
    judged = []
    for field in fields:
        cells = _odd_cells(raw, field, columns[field.id], kinds)
        if cells.height:
            verdict = judge_cells(
                cells, field, entries=entries.get(field.id, {}), date1904=setting.date1904
            )
            columns[field.id] = columns[field.id].clone().scatter(verdict["i"], verdict[VALUE])
            judged.append(_said(verdict, field))
    frame = raw.frame.select(
        pl.col(ROW).cast(pl.Int32), _row_id(raw), *(columns[field.id] for field in fields)
    )
    said = pl.concat([_nothing_said(), *judged])
    return _finish(raw, sheet, frame, said)


def _entries(field: Field, setting: Setting) -> Mapping[str, str]:
    codes = setting.form.code_lists[field.codes]
    return {entry.lower(): code for entry, code in codes.by_entry(setting.language).items()}


def _row_id(raw: RawSheet) -> pl.Expr:
    if ROW_ID not in raw.frame.columns:
        return pl.lit(None, dtype=pl.String()).alias(ROW_ID)
    text = pl.col(ROW_ID).str.strip_chars()
    return pl.when(text != "").then(text).alias(ROW_ID)


def _quick(field: Field, entries: Mapping[str, str]) -> pl.Expr:
    """Give the value of every cell that is plainly right, null for the others."""
    return _quick_value(pl.col(field.id), field.type, entries).alias(field.id)


def _quick_value(text: pl.Expr, kind: FieldType, entries: Mapping[str, str]) -> pl.Expr:
    match kind:
        case FieldType.CPR:
            digits = text.str.replace("-", "", literal=True, n=1)
            return pl.when(text.str.contains(_PLAIN_CPR)).then(digits)
        case FieldType.DATE:
            stamp = text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
            return pl.when(stamp.dt.time() == pl.time(0, 0, 0)).then(stamp.dt.date())
        case FieldType.INTEGER:
            return text.cast(pl.Int32, strict=False)
        case FieldType.DECIMAL:
            number = text.cast(pl.Float64, strict=False)
            return pl.when(number.is_finite() & has_one_decimal(number)).then(number)
        case FieldType.CODE:
            return text.str.to_lowercase().replace_strict(
                entries, default=None, return_dtype=pl.String
            )
        case FieldType.TEXT:
            return pl.when(text.str.contains(r"\S")).then(text)


def _kinds_frame(raw: RawSheet) -> pl.DataFrame:
    """Give one row per marked cell: `raekke`, `felt` and a boolean column per kind."""
    marked = list(raw.kinds.items())
    return pl.DataFrame(
        {
            ROW: pl.Series([row for (row, _), _ in marked], dtype=pl.Int64),
            FIELD: pl.Series([field for (_, field), _ in marked], dtype=pl.String),
            **{
                kind.value: pl.Series([kind in kinds for _, kinds in marked], dtype=pl.Boolean)
                for kind in CellKind
            },
        }
    )


def _odd_cells(raw: RawSheet, field: Field, quick: pl.Series, kinds: pl.DataFrame) -> pl.DataFrame:
    """Give the cells of a field that the quick pass could not read or that intake marked."""
    present = field.id in raw.frame.columns
    marks = kinds.filter(pl.col(FIELD) == field.id).drop(FIELD) if kinds.height else kinds
    unread = present and quick.null_count() > raw.frame[field.id].null_count()
    if not (unread or marks.height):
        return pl.DataFrame()
    text = raw.frame[field.id] if present else pl.Series([None] * raw.frame.height, dtype=pl.String)
    rows = raw.frame.select(pl.col(ROW).cast(pl.Int64), tekst=text).with_row_index("i")
    is_odd = quick.is_null() & text.is_not_null()
    if marks.height:
        is_odd = is_odd | rows[ROW].is_in(marks[ROW].implode())
    false = [pl.col(kind.value).fill_null(value=False) for kind in CellKind]
    odd = rows.filter(is_odd)
    if not marks.height:
        return odd.with_columns(pl.lit(value=False).alias(kind.value) for kind in CellKind)
    return odd.join(marks, on=ROW, how="left", maintain_order="left").with_columns(false)


def _nothing_said() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "i": pl.UInt32(),
            ROW: pl.Int64(),
            FIELD: pl.String(),
            CODE: pl.String(),
            "laest": pl.Boolean(),
        }
    )


def _said(verdict: pl.DataFrame, field: Field) -> pl.DataFrame:
    """Keep what is to be said; `laest` tells whether the cell has a value all the same."""
    return verdict.filter(pl.col(CODE).is_not_null()).select(
        "i",
        ROW,
        pl.lit(field.id).alias(FIELD),
        CODE,
        pl.col(VALUE).is_not_null().alias("laest"),
    )


def _finish(raw: RawSheet, sheet: Sheet, frame: pl.DataFrame, said: pl.DataFrame) -> ParsedSheet:
    """Name the unreadable cells; in an annulled row they do not matter, and INFO says so."""
    annulled = frame[ANNUL].is_not_null()
    lost = ~pl.col("laest") & ~pl.col(FIELD).is_in(["cpr", ANNUL])
    if annulled.any():
        in_annulled = said.select(annulled.gather(said["i"]).alias("x"))["x"]
        said = said.with_columns(
            pl.when(lost & in_annulled).then(pl.lit(_IN_ANNULLED_ROW)).otherwise(CODE).alias(CODE)
        )
    entry = {field.id for field in sheet.entry_fields()}
    typed = TypedSheet(
        sheet=raw.sheet,
        title=raw.title,
        frame=frame,
        columns=raw.columns,
        unreadable=said.filter(~pl.col("laest")).select(pl.col(ROW).cast(pl.Int32), field=FIELD),
        missing=tuple(field for field in raw.missing if field in entry),
        totals=raw.totals,
    )
    hits = said.select(
        pl.lit(raw.sheet).alias(SHEET),
        pl.col(ROW),
        FIELD,
        CODE,
        pl.lit(None).alias(OTHER),
    ).cast(pl.Schema(HIT_SCHEMA))
    return ParsedSheet(typed, hits)
