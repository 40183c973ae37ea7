"""Layouts: how the rows of one entry sheet look to the merge, made from the form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from fpsheet_sync.database.record_columns import BORGER, record_fields
from fpsheet_templates.form import FieldType, Form, Sheet
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


@dataclass(frozen=True, slots=True)
class Layouts(Mapping[str, Layout]):
    """Sheet identifier → layout, for every entry sheet of a form, in workbook order.

    Attributes:
        form: The form.
        sheets: The layouts.
    """

    form: Form
    sheets: Mapping[str, Layout]

    def __getitem__(self, sheet: str) -> Layout:
        """Return the layout of a sheet; KeyError where the form has none of that name."""
        return self.sheets[sheet]

    def __iter__(self) -> Iterator[str]:
        """Return the sheets in workbook order."""
        return iter(self.sheets)

    def __len__(self) -> int:
        """Return the number of entry sheets."""
        return len(self.sheets)


def make_layouts(form: Form) -> Layouts:
    """Return the layouts of a form."""
    return Layouts(form, {sheet.id: _layout(sheet) for sheet in form.entry_sheets()})


@cache
def alike(columns: tuple[str, ...], left: str, right: str) -> pl.Expr:
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
