"""The cells that are not plainly right, judged one kind of field at a time.

Most cells of a sheet are read by `fpsheet_validation.parse` in one pass. What that pass could
not read, or what intake marked, comes here as a small frame, one row per cell:
`i` (position), `raekke` (Excel row), `tekst` (as read, null where nothing) and a boolean column
per `CellKind`. Each judge adds `vaerdi` (the value, null where it cannot be read) and `kode`
(what is wrong, or which repair was made; null where there is nothing to say).
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from fpsheet_templates.form import Field, FieldType
from fpsheet_validation.cpr import WRITTEN, has_birth_date, to_digits
from fpsheet_validation.evaluate import FIRST_DAY, LAST_DAY
from fpsheet_validation.raw import CellKind

VALUE = "vaerdi"

_TEXT = pl.col("tekst").str.strip_chars()
_NUMBER = r"^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$"
_STAMP = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2}(\.\d+)?)?$"
_ISO_DAY = r"^(\d{4})-(\d{2})-(\d{2})$"
_DANISH_DAY = r"^(\d{1,2})[-./](\d{1,2})[-./](\d{4})$"
_SHORT_YEAR = r"^\d{1,2}[-./]\d{1,2}[-./]\d{2}$"

# Excel counts a 29 February 1900 that never was, as number 60.
_FALSE_LEAP_DAY = 60
_EPOCH = date(1899, 12, 30)
_EPOCH_BEFORE_FALSE_LEAP_DAY = date(1899, 12, 31)
_EPOCH_1904 = date(1904, 1, 1)
_LARGEST = 2_000_000_000
_DUST = 1e-9

_MARKED = {
    CellKind.ERROR: "FLT-002",
    CellKind.FORMULA: "FLT-003",
    CellKind.BOOLEAN: "FLT-004",
    CellKind.MERGED: "FLT-005",
}


def judge_cells(
    cells: pl.DataFrame, field: Field, *, entries: Mapping[str, str], date1904: bool
) -> pl.DataFrame:
    """Judge cells of one field.

    Args:
        cells: Cells as described above.
        field: The field they belong to.
        entries: For a code field: what may be entered, in small letters → code.
        date1904: Numbers read as dates count from 1904.

    Returns:
        `i`, `raekke`, `vaerdi`, `kode`.
    """
    value, code = _judge(field, entries, date1904=date1904)
    marked = pl.coalesce(
        pl.when(pl.col(kind)).then(pl.lit(fault)) for kind, fault in _MARKED.items()
    )
    blank = _TEXT.is_null() | (_TEXT == "")
    repaired = pl.when(pl.col(CellKind.REPAIRED)).then(pl.lit("FLT-020"))
    return cells.select(
        "i",
        "raekke",
        pl.when(marked.is_null() & ~blank).then(value).alias(VALUE),
        pl.when(marked.is_not_null())
        .then(marked)
        .when(~blank)
        .then(pl.coalesce(code, repaired))
        .alias("kode"),
    )


def _judge(field: Field, entries: Mapping[str, str], *, date1904: bool) -> tuple[pl.Expr, pl.Expr]:
    """Give the value and the code of an entry, by the type of its field."""
    match field.type:
        case FieldType.CPR:
            return _judge_cpr()
        case FieldType.DATE:
            return _judge_date(date1904=date1904)
        case FieldType.INTEGER:
            return _judge_integer()
        case FieldType.DECIMAL:
            return _judge_decimal()
        case FieldType.CODE:
            return _judge_code(entries)
        case FieldType.TEXT:
            return _judge_text()


def _code(name: str) -> pl.Expr:
    return pl.lit(name, dtype=pl.String())


def _trimmed() -> pl.Expr:
    """Give the repair that spaces around the entry were left out, or null."""
    return pl.when(pl.col("tekst") != _TEXT).then(_code("FLT-023"))


def _judge_cpr() -> tuple[pl.Expr, pl.Expr]:
    digits = to_digits(_TEXT)
    readable = ~pl.col(CellKind.NUMBER) & has_birth_date(digits).fill_null(value=False)
    code = (
        pl.when(pl.col(CellKind.NUMBER))
        .then(_code("CPR-002"))
        .when(~_TEXT.str.contains(WRITTEN))
        .then(_code("CPR-001"))
        .when(~readable)
        .then(_code("CPR-003"))
        .otherwise(_trimmed())
    )
    return pl.when(readable).then(digits), code


def _judge_date(*, date1904: bool) -> tuple[pl.Expr, pl.Expr]:
    is_text = pl.col(CellKind.TEXT)
    is_serial = ~is_text & _TEXT.str.contains(_NUMBER)
    is_written = _TEXT.str.contains(_DANISH_DAY) | _TEXT.str.contains(_ISO_DAY)
    serial = _from_serial(date1904=date1904)
    written = _from_parts()
    stamp = pl.when(~is_text).then(_TEXT.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False))
    on_midnight = stamp.dt.time() == pl.time(0, 0, 0)
    value = (
        pl.when(is_serial).then(serial).when(is_written).then(written).otherwise(stamp.dt.date())
    )
    whole = (_number() % 1 == 0).fill_null(value=False)
    code = (
        pl.when(is_serial & serial.is_not_null())
        .then(_code("FLT-022"))
        .when(is_serial)
        .then(pl.when(whole).then(_code("FLT-006")).otherwise(_code("FLT-007")))
        .when(is_written & written.is_not_null())
        .then(_code("FLT-021"))
        .when(is_written)
        .then(_code("FLT-009"))
        .when(_TEXT.str.contains(_SHORT_YEAR))
        .then(_code("FLT-008"))
        .when(on_midnight.fill_null(value=False))
        .then(_trimmed())
        .when(_TEXT.str.contains(_STAMP))
        .then(_code("FLT-007"))
        .otherwise(_code("FLT-006"))
    )
    readable = is_serial | is_written | on_midnight.fill_null(value=False)
    return pl.when(readable).then(value), code


def _number() -> pl.Expr:
    return pl.when(_TEXT.str.contains(_NUMBER)).then(_TEXT.cast(pl.Float64, strict=False))


def _from_serial(*, date1904: bool) -> pl.Expr:
    """Give the day of a serial number; null for a fraction and for what is no day."""
    number = _number()
    days = pl.when((number % 1 == 0) & (number.abs() <= _LARGEST)).then(number.cast(pl.Int64))
    if date1904:
        day = pl.lit(_EPOCH_1904) + pl.duration(days=days.clip(0, 4_000_000))
        legal = days >= 0
    else:
        early = days < _FALSE_LEAP_DAY
        epoch = pl.when(early).then(pl.lit(_EPOCH_BEFORE_FALSE_LEAP_DAY)).otherwise(pl.lit(_EPOCH))
        day = epoch + pl.duration(days=days.clip(0, 4_000_000))
        legal = (days > 0) & (days != _FALSE_LEAP_DAY)
    return pl.when(legal & day.is_between(FIRST_DAY, LAST_DAY)).then(day)


def _from_parts() -> pl.Expr:
    """Give the day that a text writes as d-m-yyyy or yyyy-mm-dd; null where there is none."""
    danish = _TEXT.str.contains(_DANISH_DAY)
    parts = [
        pl.when(danish)
        .then(_TEXT.str.extract(_DANISH_DAY, 3 - place).str.zfill(2))
        .otherwise(_TEXT.str.extract(_ISO_DAY, place + 1))
        for place in range(3)
    ]
    day = pl.concat_str(parts, separator="-").str.to_date("%Y-%m-%d", strict=False)
    return pl.when(day.is_between(FIRST_DAY, LAST_DAY)).then(day)


def _judge_integer() -> tuple[pl.Expr, pl.Expr]:
    number = _number()
    whole = number % 1 == 0
    fits = number.abs() <= _LARGEST
    code = (
        pl.when(_is_no_number())
        .then(_code("FLT-010"))
        .when(~whole)
        .then(_code("FLT-011"))
        .when(~fits)
        .then(_code("FLT-013"))
    )
    readable = ~_is_no_number() & whole & fits
    return pl.when(readable).then(number).cast(pl.Int32, strict=False), code


def _judge_decimal() -> tuple[pl.Expr, pl.Expr]:
    number = _number()
    one_decimal = has_one_decimal(number)
    fits = number.abs() <= _LARGEST
    code = (
        pl.when(_is_no_number())
        .then(_code("FLT-010"))
        .when(~fits)
        .then(_code("FLT-013"))
        .when(~one_decimal)
        .then(_code("FLT-012"))
    )
    return pl.when(~_is_no_number() & fits & one_decimal).then(number), code


def has_one_decimal(number: pl.Expr) -> pl.Expr:
    """Tell whether a number has at most one decimal."""
    tenfold = number * 10
    return (tenfold - tenfold.round()).abs() < _DUST


def _is_no_number() -> pl.Expr:
    return pl.col(CellKind.TEXT) | ~_TEXT.str.contains(_NUMBER)


def _judge_code(entries: Mapping[str, str]) -> tuple[pl.Expr, pl.Expr]:
    found = _TEXT.str.to_lowercase().replace_strict(entries, default=None, return_dtype=pl.String)
    as_number = pl.when(pl.col(CellKind.NUMBER)).then(_code("FLT-024"))
    code = (
        pl.when(found.is_null())
        .then(_code("FLT-015"))
        .otherwise(pl.coalesce(_trimmed(), as_number))
    )
    return found, code


def _judge_text() -> tuple[pl.Expr, pl.Expr]:
    return pl.col("tekst"), pl.when(pl.col(CellKind.NUMBER)).then(_code("FLT-024"))
