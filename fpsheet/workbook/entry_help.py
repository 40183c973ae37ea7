"""Help while typing: input messages, dropdowns, limits. Never truth: a paste wipes them."""

from datetime import date

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.issue import Issue
from fpsheet.workbook.sheet_layout import (
    SheetLayout,
    is_always_required,
    list_name,
)
from fpsheet.workbook.style import date_serial
from fpsheet_templates.errors import SpecError
from fpsheet_templates.form import ColumnRole, Field, FieldType, Form

PROMPT_TITLE_LENGTH = 32
PROMPT_LENGTH = 255
ERROR_LENGTH = 225
"""What Excel takes; a longer text makes it offer to repair the file."""

_TYPED = {ColumnRole.ENTRY, ColumnRole.ANNUL}
_NO_LIMIT = 999_999


def add_entry_help(sheet: Worksheet, layout: SheetLayout, issue: Issue) -> None:
    """Add input messages and limits to every column of an entry sheet."""
    for column in layout.columns:
        field = column.field
        if field is None or column.is_hidden or field.role not in _TYPED:
            continue
        validation = make_validation(issue, layout.sheet.id, field)
        validation.add(layout.data_ref(column.id))
        sheet.add_data_validation(validation)


def make_validation(issue: Issue, sheet_id: str, field: Field) -> DataValidation:
    """Return the dropdown or limit of a field with its messages."""
    validation = _limits(issue.form, field)
    label = issue.label(sheet_id, field.id)
    text = issue.help(sheet_id, field.id)
    if is_always_required(field):
        text = f"{text} {issue.text('workbook.entry.required')}"
    validation.promptTitle = label[:PROMPT_TITLE_LENGTH]
    validation.prompt = text[:PROMPT_LENGTH]
    validation.showInputMessage = True
    validation.showErrorMessage = True
    validation.errorStyle = "stop"
    validation.errorTitle = label[:PROMPT_TITLE_LENGTH]
    validation.error = _refusal(issue, field)[:ERROR_LENGTH]
    return _of_citizens(validation) if _is_citizens_number(sheet_id, field) else validation


def _is_citizens_number(sheet_id: str, field: Field) -> bool:
    """Return whether a field names a citizen who is to stand on Borgere."""
    return field.type is FieldType.CPR and field.key and sheet_id != "borger"


def _of_citizens(validation: DataValidation) -> DataValidation:
    """Return the help of a CPR number with the citizens to choose from.

    No refusal: a number may be typed without its hyphen, and Status tells at once of one that is
    not on Borgere.
    """
    validation.type, validation.operator = "list", None
    validation.formula1, validation.formula2 = CITIZENS_TO_CHOOSE, None
    validation.showErrorMessage = False
    return validation


CITIZENS_TO_CHOOSE = "borgere_cpr"
"""Name of the CPR numbers on Borgere, which Overblik defines."""


def _limits(form: Form, field: Field) -> DataValidation:
    if field.type is FieldType.CODE:
        return DataValidation(type="list", formula1=list_name(field.codes), allow_blank=True)
    if field.type is FieldType.DATE:
        earliest = form.constants["TIDLIGSTE_DATO"]
        return DataValidation(
            type="date",
            operator="greaterThanOrEqual",
            formula1=_serial(earliest),
            allow_blank=True,
        )
    if field.type in {FieldType.INTEGER, FieldType.DECIMAL}:
        return DataValidation(
            type="whole" if field.type is FieldType.INTEGER else "decimal",
            operator="between",
            formula1=f"{field.minimum or 0:g}",
            formula2=f"{_NO_LIMIT if field.maximum is None else field.maximum:g}",
            allow_blank=True,
        )
    shortest, longest = (
        ("10", "11") if field.type is FieldType.CPR else ("0", str(field.max_length))
    )
    return DataValidation(
        type="textLength",
        operator="between",
        formula1=shortest,
        formula2=longest,
        allow_blank=True,
    )


def _refusal(issue: Issue, field: Field) -> str:
    """Return the sentence a person sees when the cell refuses what was typed."""
    minimum = field.minimum or 0
    maximum = _NO_LIMIT if field.maximum is None else field.maximum
    values = {"fra": f"{minimum:g}", "til": f"{maximum:g}", "antal": field.max_length}
    return issue.form.texts.fill(f"workbook.refuse.{field.type.value}", issue.language, values)


def _serial(day: object) -> str:
    """Return a date as the number a worksheet knows it by."""
    if not isinstance(day, date):
        raise SpecError("The earliest date of the form is not a date.")
    return str(date_serial(day))
