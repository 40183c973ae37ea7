"""Parsing: sheets as text become typed rows, and every cell that cannot be read is named.

Nothing is coerced to missing: what the one quick pass over a column cannot read goes to
`fpsheet_validation.cells.cell`, which reads it, repairs it in a way that is listed, or says why it
cannot be read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from fpsheet_templates.form import Field, FieldType, Sheet
from fpsheet_validation.cells.cell import SHORTENED, CellVerdict, judge_cell
from fpsheet_validation.compiled import compiled
from fpsheet_validation.hit import Hit
from fpsheet_validation.raw import CellKind, RawSheet
from fpsheet_validation.setting import Setting
from fpsheet_validation.typed import ANNUL, ROW, ROW_ID, TypedSheet, polars_type

# A CPR number whose day exists in every year: all but 29 February, which `cell` looks at.
# To polars, \d is a digit of any script.
_PLAIN_CPR = (
    r"^((0[1-9]|1[0-9]|2[0-8]|6[1-9]|7[0-9]|8[0-8])(0[1-9]|1[0-2])"
    r"|(29|30|89|90)(0[13-9]|1[0-2])|[39]1(0[13578]|1[02]))[0-9]{2}-?[0-9]{4}$"
)
_DAYS = (datetime(1900, 1, 1), datetime(9999, 12, 31))  # noqa: DTZ001 - days have no time zone
_DUST = 1e-9
_IN_ANNULLED_ROW = "FLT-029"
_UNMARKED = frozenset[CellKind]()


@dataclass(frozen=True, slots=True)
class ParsedSheet:
    """A typed sheet and what was said about its cells.

    Attributes:
        typed: The rows.
        hits: Cells that could not be read, or were repaired.
    """

    typed: TypedSheet
    hits: list[Hit]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a sheet is read: made once from the form.

    Attributes:
        sheet: The sheet.
        entries: Code field → what may be entered, in small letters → code.
        quick: Field → the value of every cell that is plainly right, null for the others.
    """

    sheet: Sheet
    entries: Mapping[str, Mapping[str, str]]
    quick: Mapping[str, pl.Expr]


@dataclass(frozen=True, slots=True)
class _OddCell:
    """A cell that had to be looked at by itself."""

    place: int
    field: Field
    verdict: CellVerdict


def parse_sheet(raw: RawSheet, setting: Setting) -> ParsedSheet:
    """Parse one sheet.

    Findings: FLT-002 to FLT-013, FLT-015, FLT-020 to FLT-024, FLT-029 to FLT-034, CPR-001 to
        CPR-003.
    """
    plan = _plan(setting, raw.sheet)
    present = set(raw.frame.columns)
    quick = raw.frame.select(
        pl.col(ROW).cast(pl.Int32),
        _row_id(present),
        *(
            plan.quick[field.id] if field.id in present else _nothing(field)
            for field in plan.sheet.entry_fields()
        ),
    )
    odd = _odd_cells(raw, quick, plan, date1904=setting.date1904)
    fields = plan.sheet.entry_fields()
    later = {field.id for field in fields if setting.is_later(field)}
    # A workbook lacks the fields of the other country, which are blank to every rule.
    others = {field.id for field in fields if setting.is_of_others(field)}
    own = replace(raw, missing=tuple(name for name in raw.missing if name not in others))
    return _finish(own, plan.sheet, _mend(quick, odd), odd, later)


@compiled
def _plan(setting: Setting, sheet_id: str) -> _Plan:
    sheet = setting.form.sheet(sheet_id)
    entries = {
        field.id: {
            entry.lower(): code
            for entry, code in setting.form.code_lists[field.codes]
            .by_entry(setting.language)
            .items()
        }
        for field in sheet.entry_fields()
        if field.codes
    }
    quick = {
        field.id: _quick_value(pl.col(field.id), field.type, entries.get(field.id, {})).alias(
            field.id
        )
        for field in sheet.entry_fields()
    }
    return _Plan(sheet, entries, quick)


def _row_id(present: set[str]) -> pl.Expr:
    if ROW_ID not in present:
        return pl.lit(None, dtype=pl.String()).alias(ROW_ID)
    text = pl.col(ROW_ID).str.strip_chars()
    return pl.when(text != "").then(text).alias(ROW_ID)


def _nothing(field: Field) -> pl.Expr:
    return pl.lit(None, dtype=polars_type(field.type)).alias(field.id)


def _quick_value(text: pl.Expr, kind: FieldType, entries: Mapping[str, str]) -> pl.Expr:
    match kind:
        case FieldType.CPR:
            digits = text.str.replace("-", "", literal=True, n=1)
            return pl.when(text.str.contains(_PLAIN_CPR)).then(digits)
        case FieldType.DATE:
            stamp = text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
            is_day = (stamp.dt.time() == pl.time(0, 0, 0)) & stamp.is_between(*_DAYS)
            return pl.when(is_day).then(stamp.dt.date())
        case FieldType.INTEGER:
            return text.cast(pl.Int32, strict=False)
        case FieldType.DECIMAL:
            number = text.cast(pl.Float64, strict=False)
            tenfold = number * 10
            return pl.when((tenfold - tenfold.round()).abs() < _DUST).then(number)
        case FieldType.CODE:
            return text.str.to_lowercase().replace_strict(
                entries, default=None, return_dtype=pl.String
            )
        case FieldType.TEXT:
            is_whole = text.str.contains(r"\S") & ~text.str.contains(SHORTENED)
            return pl.when(is_whole).then(text)


def _marks_by_field(raw: RawSheet) -> dict[str, dict[int, frozenset[CellKind]]]:
    """Return the kinds that intake noted: field → position of the row → kinds."""
    if not raw.kinds:
        return {}
    places = {row: place for place, row in enumerate(raw.frame[ROW].to_list())}
    marks: dict[str, dict[int, frozenset[CellKind]]] = {}
    for (row, field), kinds in raw.kinds.items():
        if row in places:
            marks.setdefault(field, {})[places[row]] = kinds
    return marks


def _odd_cells(
    raw: RawSheet, quick: pl.DataFrame, plan: _Plan, *, date1904: bool
) -> list[_OddCell]:
    """Judge the cells that the quick pass could not read or that intake marked."""
    marks = _marks_by_field(raw)
    unread = _unread_cells(raw, quick, plan.sheet)
    odd = []
    for field in plan.sheet.entry_fields():
        cells = dict(unread.get(field.id, ()))
        marked = marks.get(field.id, {}) if field.id in raw.frame.columns else {}
        for place in marked.keys() - cells.keys():
            cells[place] = raw.frame[field.id][place]
        verdicts: dict[tuple[str | None, frozenset[CellKind]], CellVerdict] = {}
        for place in sorted(cells):
            key = (cells[place], marked.get(place, _UNMARKED))
            if key not in verdicts:
                entries = plan.entries.get(field.id, {})
                verdicts[key] = judge_cell(*key, field, entries=entries, date1904=date1904)
            odd.append(_OddCell(place, field, verdicts[key]))
    return odd


def _unread_cells(
    raw: RawSheet, quick: pl.DataFrame, sheet: Sheet
) -> dict[str, list[tuple[int, str]]]:
    """Return position and text of every cell that holds something but has no value yet."""
    fields = [
        field.id
        for field in sheet.entry_fields()
        if field.id in raw.frame.columns
        and quick[field.id].null_count() > raw.frame[field.id].null_count()
    ]
    if not fields:
        return {}
    texts = raw.frame.select(fields).hstack([quick[field].alias(f"{field}?") for field in fields])
    is_unread = {f: pl.col(f).is_not_null() & pl.col(f"{f}?").is_null() for f in fields}
    found = texts.select(
        *(is_unread[f].arg_true().implode().alias(f"{f}#") for f in fields),
        *(pl.col(f).filter(is_unread[f]).implode() for f in fields),
    ).row(0, named=True)
    return {f: list(zip(found[f"{f}#"], found[f], strict=True)) for f in fields}


def _mend(quick: pl.DataFrame, odd: list[_OddCell]) -> pl.DataFrame:
    """Put in the values that the cells looked at by themselves came to."""
    by_field: dict[str, list[_OddCell]] = {}
    for cell in odd:
        by_field.setdefault(cell.field.id, []).append(cell)
    mended = quick.clone()
    for field_id, cells in by_field.items():
        values = [cell.verdict.value for cell in cells]
        series = quick[field_id].clone()
        series = series.scatter(
            [cell.place for cell in cells], pl.Series(values, dtype=series.dtype)
        )
        mended = mended.replace_column(mended.get_column_index(field_id), series)
    return mended


def _finish(
    raw: RawSheet,
    sheet: Sheet,
    frame: pl.DataFrame,
    odd: list[_OddCell],
    later: set[str],
) -> ParsedSheet:
    """Name the unreadable cells; in an annulled row they do not matter, and INFO says so."""
    said = [cell for cell in odd if cell.verdict.code]
    rows = frame[ROW].to_list() if said else []
    annuller = frame[ANNUL].to_list() if said else []
    hits, lost = list[Hit](), list[tuple[int, str]]()
    for cell in said:
        row, code = rows[cell.place], cell.verdict.code
        if cell.verdict.is_unreadable:
            lost.append((row, cell.field.id))
            if annuller[cell.place] is not None and cell.field.id not in {"cpr", ANNUL}:
                code = _IN_ANNULLED_ROW
        hits.append(Hit(raw.sheet, row, cell.field.id, code))
    entry = {field.id for field in sheet.entry_fields()}
    typed = TypedSheet(
        sheet=raw.sheet,
        title=raw.title,
        frame=frame,
        columns=raw.columns,
        unreadable=pl.DataFrame(lost, schema={ROW: pl.Int32(), "field": pl.String()}, orient="row"),
        missing=tuple(field for field in raw.missing if field in entry - later),
        totals=raw.totals,
        later=tuple(field for field in raw.missing if field in later),
    )
    return ParsedSheet(typed, hits)
