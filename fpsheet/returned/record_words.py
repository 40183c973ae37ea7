"""Records in words: what a row of the database says, as the workbook's headings have it."""

from collections.abc import Iterator, Mapping
from datetime import date

from fpsheet_templates.form import Field, FieldType, Form
from fpsheet_validation.cells.cell import judge_cell
from fpsheet_validation.raw import CellKind

Plain = str | int | float | None
"""A value as the store tells it: days as ISO text."""

BLANK = "-"
"""Stands for a blank cell."""

SHORT_HASH = 8
"""So many digits of a file's hash tell it apart for a reader."""


def told_values(
    form: Form, sheet_id: str, values: Mapping[str, Plain], language: str
) -> Iterator[str]:
    """Return `heading: value` for every value, codes as labels, days as dd-mm-yyyy."""
    sheet = form.sheet(sheet_id)
    for name, value in values.items():
        label = form.field_label(sheet_id, name, language)
        yield f"{label}: {told_value(form, sheet[name], value, language)}"


def read_told(
    form: Form, field: Field, text: str, language: str, *, date1904: bool = False
) -> tuple[bool, Plain]:
    """Read a value that a person typed as `told_value` shows it.

    Args:
        form: The form.
        field: The field.
        text: What was typed; a hyphen for a blank cell.
        language: Language in which codes are typed.
        date1904: A number typed for a day counts from 1904.

    Returns:
        Whether it can be read, and the value: ISO text for a day, the code of a label.
    """
    if text == BLANK:
        return True, None
    entries: dict[str, str] = {}
    if field.codes:
        known = form.code_lists[field.codes].by_entry(language)
        entries = {entry.lower(): code for entry, code in known.items()}
    if field.type in {FieldType.INTEGER, FieldType.DECIMAL}:
        text = text.replace(",", ".")
    # A program that took the text for a day keeps its number.
    is_text = field.type is FieldType.DATE and not text.isdecimal()
    kinds = frozenset({CellKind.TEXT} if is_text else ())
    verdict = judge_cell(text, kinds, field, entries=entries, date1904=date1904)
    value = verdict.value
    return not verdict.is_unreadable, value.isoformat() if isinstance(value, date) else value


def told_value(form: Form, field: Field, value: Plain, language: str) -> str:
    """Return a value as a person writes it; a hyphen for a blank cell."""
    if value is None:
        return BLANK
    if field.type is FieldType.CPR:
        digits = str(value)
        erased = form.texts.get("command.history.erased_number", language)
        return f"{digits[:6]}-{digits[6:]}" if digits else erased
    if field.type is FieldType.DATE:
        return f"{date.fromisoformat(str(value)):%d-%m-%Y}"
    if field.type is FieldType.CODE and str(value) in form.code_lists[field.codes]:
        return form.code_lists[field.codes][str(value)].label(language)
    if field.type is FieldType.DECIMAL:
        return f"{value:g}".replace(".", ",") if language == "da" else f"{value:g}"
    return str(value)
