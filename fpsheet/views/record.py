"""Records in words: what a row of the database says, as the workbook's headings have it."""

from collections.abc import Iterator, Mapping
from datetime import date

from fpsheet_templates.form import Field, FieldType, Form

Plain = str | int | float | None
"""A value as the store tells it: days as ISO text."""

SHORT_HASH = 8
"""So many digits of a file's hash tell it apart for a reader."""


def told_values(
    form: Form, sheet_id: str, values: Mapping[str, Plain], language: str
) -> Iterator[str]:
    """Give `heading: value` for every value, codes as labels, days as dd-mm-yyyy."""
    sheet = form.sheet(sheet_id)
    for name, value in values.items():
        label = form.field_label(sheet_id, name, language)
        yield f"{label}: {told_value(form, sheet[name], value, language)}"


def told_value(form: Form, field: Field, value: Plain, language: str) -> str:
    """Give a value as a person writes it; a hyphen for a blank cell."""
    if value is None:
        return "-"
    if field.type is FieldType.DATE:
        return f"{date.fromisoformat(str(value)):%d-%m-%Y}"
    if field.type is FieldType.CODE and str(value) in form.code_lists[field.codes]:
        return form.code_lists[field.codes][str(value)].label(language)
    if field.type is FieldType.DECIMAL:
        return f"{value:g}".replace(".", ",") if language == "da" else f"{value:g}"
    return str(value)
