"""Layouts: how the rows of one entry sheet look to the merge, made from the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from fpsheet_sync.database.record_columns import BORGER, record_fields
from fpsheet_templates.form import FieldType, Sheet
from fpsheet_templates.load import load_form
from fpsheet_validation.typed import polars_type

PROVENANCE: Mapping[str, pl.DataType] = {
    "kilde": pl.Int64(),
    "raekke": pl.Int32(),
    "kilder": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The values of one sheet's rows as the store holds them.

    Attributes:
        sheet: Sheet identifier.
        letter: Letter inside row ids.
        types: Value column → type: `borger` first, then the stored fields, `annuller` last.
        groups: Field group → its columns, in column order. A field without a group is a group
            of its own; a merge takes a group whole.
        key: Columns of the natural key, `borger` among them.
        secrets: Columns of CPR numbers beside `cpr` itself; stored as pseudonyms.
    """

    sheet: str
    letter: str
    types: Mapping[str, pl.DataType]
    groups: Mapping[str, tuple[str, ...]]
    key: tuple[str, ...]
    secrets: tuple[str, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """Return the value columns in order."""
        return tuple(self.types)

    def record_types(self) -> dict[str, pl.DataType]:
        """Return the columns of a record in force: `raekke_id`, the values, the provenance."""
        return {"raekke_id": pl.String(), **self.types, **PROVENANCE}


@cache
def layouts() -> Mapping[str, Layout]:
    """Return the layout of every entry sheet of the newest form, in workbook order."""
    return {sheet.id: _layout(sheet) for sheet in load_form().entry_sheets()}


def alike(columns: Sequence[str], left: str, right: str) -> pl.Expr:
    """Return the condition that columns hold the same under two prefixes; blank equals blank."""
    return pl.all_horizontal(
        pl.col(f"{left}{column}").eq_missing(pl.col(f"{right}{column}")) for column in columns
    )


def _layout(sheet: Sheet) -> Layout:
    types: dict[str, pl.DataType] = {BORGER: pl.String()}
    groups: dict[str, tuple[str, ...]] = {BORGER: (BORGER,)}
    for field in record_fields(sheet):
        types[field.id] = polars_type(field.type)
        group = field.group or field.id
        groups[group] = (*groups.get(group, ()), field.id)
    return Layout(
        sheet=sheet.id,
        letter=sheet.letter,
        types=types,
        groups=groups,
        key=tuple(BORGER if field.id == "cpr" else field.id for field in sheet.key_fields()),
        secrets=tuple(f.id for f in record_fields(sheet) if f.type is FieldType.CPR),
    )
