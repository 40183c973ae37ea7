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
from fpsheet_templates.form import Field, Form, Sheet


class ColumnValue(TypedDict):
    """One column of an entry sheet; `header` is the heading as it stands in the workbook."""

    identifier: str
    label: str
    header: str
    column_letter: str
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


def spec_value(form: Form, language: str) -> FormSpec:
    """Return the form: title, header row, first data row and columns of every entry sheet."""
    return {
        "form_version": form.version,
        "language": language,
        "sheets": [_sheet_spec(form, sheet, language) for sheet in form.entry_sheets()],
        "code_lists": {
            name: [{"code": code.id, "label": code.label(language)} for code in codes.codes]
            for name, codes in sorted(form.code_lists.items())
        },
    }


def _sheet_spec(form: Form, sheet: Sheet, language: str) -> SheetSpec:
    columns: list[ColumnValue] = [
        {
            "identifier": field.id,
            "label": form.field_label(sheet.id, field.id, language),
            "header": _header(form, sheet, field, language),
            "column_letter": get_column_letter(number),
            "type": field.type.value,
            "role": field.role.value,
            "code_list": field.codes,
            "unit": field.unit,
            "local": field.local,
            "jurisdictions": sorted(field.jurisdictions),
        }
        for number, field in enumerate(sheet.fields, start=1)
    ]
    return {
        "identifier": sheet.id,
        "title": form.sheet_title(sheet.id, language),
        "identity_row": IDENTITY_ROW,
        "header_row": HEADER_ROW,
        "first_data_row": FIRST_ROW,
        "columns": columns,
    }


def _header(form: Form, sheet: Sheet, field: Field, language: str) -> str:
    label = form.field_label(sheet.id, field.id, language)
    return label + REQUIRED_MARK if is_always_required(field) else label
