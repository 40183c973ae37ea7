"""The form as machines need it."""

from typing import TypedDict

from openpyxl.utils import get_column_letter

from fpsheet.workbook.sheet_layout import (
    FIRST_ROW,
    HEADER_ROW,
    IDENTITY_ROW,
    REQUIRED_MARK,
    is_always_required,
)
from fpsheet_templates.form import Field, Sheet
from fpsheet_templates.kommune import BOTH
from fpsheet_templates.spoken import SpokenForm


class ColumnValue(TypedDict):
    """One column of an entry sheet; `header` is the heading as it stands in the workbook.

    `column_letters` tells the column in a workbook of each country that has it.
    """

    identifier: str
    label: str
    header: str
    column_letters: dict[str, str]
    type: str
    role: str
    code_list: str
    unit: str
    local: bool
    jurisdictions: list[str]


class SheetSpec(TypedDict):
    """One entry sheet; rows are numbered as in Excel."""

    identifier: str
    title: str
    identity_row: int
    header_row: int
    first_data_row: int
    columns: list[ColumnValue]


class FormSpec(TypedDict):
    """The form: entry sheets in workbook order, and what their code columns may hold."""

    form_version: int
    language: str
    sheets: list[SheetSpec]
    code_lists: dict[str, list[dict[str, str]]]


def spec_value(spoken: SpokenForm) -> FormSpec:
    """Return the form: title, header row, first data row and columns of every entry sheet."""
    return {
        "form_version": spoken.form.version,
        "language": spoken.language,
        "sheets": [_sheet_spec(spoken, sheet) for sheet in spoken.form.entry_sheets()],
        "code_lists": {
            name: [{"code": code.id, "label": code.label(spoken.language)} for code in codes.codes]
            for name, codes in sorted(spoken.form.code_lists.items())
        },
    }


def _sheet_spec(spoken: SpokenForm, sheet: Sheet) -> SheetSpec:
    places = {
        land: [field.id for field in spoken.form.in_country(land).sheet(sheet.id).fields]
        for land in sorted(BOTH)
    }
    columns: list[ColumnValue] = [
        {
            "identifier": field.id,
            "label": spoken.label(sheet.id, field.id),
            "header": _header(spoken, sheet, field),
            "column_letters": {
                land: get_column_letter(names.index(field.id) + 1)
                for land, names in places.items()
                if field.id in names
            },
            "type": field.type.value,
            "role": field.role.value,
            "code_list": field.codes,
            "unit": field.unit,
            "local": field.local,
            "jurisdictions": sorted(field.jurisdictions),
        }
        for field in sheet.fields
    ]
    return {
        "identifier": sheet.id,
        "title": spoken.sheet_title(sheet.id),
        "identity_row": IDENTITY_ROW,
        "header_row": HEADER_ROW,
        "first_data_row": FIRST_ROW,
        "columns": columns,
    }


def _header(spoken: SpokenForm, sheet: Sheet, field: Field) -> str:
    label = spoken.label(sheet.id, field.id)
    return label + REQUIRED_MARK if is_always_required(field) else label
