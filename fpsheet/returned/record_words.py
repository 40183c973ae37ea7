"""Records in words: what a row of the database says, as the workbook's headings have it."""

from collections.abc import Iterator, Mapping
from datetime import date

from fpsheet_templates.form import Field, FieldType
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.cells.cell import judge_cell
from fpsheet_validation.raw import CellKind

Plain = str | int | float | None
"""A value as the store tells it: days as ISO text."""

BLANK = "-"
"""Stands for a blank cell."""

SHORT_HASH = 8
"""So many digits of a file's hash tell it apart for a reader."""


def told_values(spoken: SpokenForm, sheet_id: str, values: Mapping[str, Plain]) -> Iterator[str]:
    """Yield `heading: value` for every value, codes as labels, days as dd-mm-yyyy."""
    sheet = spoken.form.sheet(sheet_id)
    for name, value in values.items():
        label = spoken.label(sheet_id, name)
        yield f"{label}: {told_value(spoken, sheet[name], value)}"


def read_told(
    spoken: SpokenForm, field: Field, text: str, *, date1904: bool = False
) -> tuple[bool, Plain]:
    """Read a value that a person typed as `told_value` shows it.

    Args:
        spoken: The form in the language of what is made.
        field: The field.
        text: What was typed; a hyphen for a blank cell.
        date1904: A number typed for a day counts from 1904.

    Returns:
        Whether it can be read, and the value: ISO text for a day, the code of a label.
    """
    if text == BLANK:
        return True, None
    entries: dict[str, str] = {}
    if field.codes:
        known = spoken.form.code_lists[field.codes].by_entry(spoken.language)
        entries = {entry.lower(): code for entry, code in known.items()}
    if field.type in {FieldType.INTEGER, FieldType.DECIMAL}:
        text = text.replace(",", ".")
    # A program that took the text for a day keeps its number.
    is_text = field.type is FieldType.DATE and not text.isdecimal()
    kinds = frozenset({CellKind.TEXT} if is_text else ())
    verdict = judge_cell(text, kinds, field, entries=entries, date1904=date1904)
    value = verdict.value
    return not verdict.is_unreadable, value.isoformat() if isinstance(value, date) else value


def told_value(spoken: SpokenForm, field: Field, value: Plain) -> str:
    """Return a value as a person writes it; a hyphen for a blank cell."""
    if value is None:
        return BLANK
    if field.type is FieldType.CPR:
        digits = str(value)
        erased = spoken.text("command.history.erased_number")
        return f"{digits[:6]}-{digits[6:]}" if digits else erased
    if field.type is FieldType.DATE:
        return f"{date.fromisoformat(str(value)):%d-%m-%Y}"
    if field.type is FieldType.CODE and str(value) in spoken.form.code_lists[field.codes]:
        return spoken.form.code_lists[field.codes][str(value)].label(spoken.language)
    if field.type is FieldType.DECIMAL:
        return f"{value:g}".replace(".", ",") if spoken.language == "da" else f"{value:g}"
    return str(value)
