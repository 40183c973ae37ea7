"""Where things stand in the workbook: rows, column letters and the names formulas use."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter, quote_sheetname

from fpsheet.workbook.issue import Issue
from fpsheet_templates.expression import Always
from fpsheet_templates.form import ColumnRole, Field, FieldType, Sheet

TITLE_ROW = 1
IDENTITY_ROW = 2
"""Hidden; holds fully qualified field identifiers, by which columns are found again."""
HEADER_ROW = 3
FIRST_ROW = 4
"""First row of data on an entry sheet."""

SPARE_ROWS = 1000
"""Rows below the pre-made ones that counts and lists still see."""

REQUIRED_MARK = " *"

_NORMALISED = {FieldType.CPR, FieldType.DATE, FieldType.CODE}


@dataclass(frozen=True, slots=True)
class Calculated:
    """A hidden helper column: what a formula makes of its own row.

    Attributes:
        id: Identifier, unique on the sheet and no field's (`n_cpr`).
        name: Defined name of its cell in the formula's own row.
        header: Text of the header cell.
        formula: The formula, without `=`.
    """

    id: str
    name: str
    header: str
    formula: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an entry sheet.

    Attributes:
        id: Field identifier, or the identifier of a calculated helper column.
        letter: Column letter.
        header: Text of the header cell, unique on the sheet.
        name: Defined name of its cell in the formula's own row.
        field: The form's field; None for a calculated helper column.
        formula: Formula of its cells, without `=`; empty where people type.
        width: Width in characters.
        is_hidden: Not shown to the person.
    """

    id: str
    letter: str
    header: str
    name: str
    field: Field | None
    formula: str
    width: int
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Where the parts of an entry sheet stand.

    Attributes:
        sheet: The form's sheet.
        title: Name on the tab.
        columns: Every column of the table, left to right.
        last_row: Last pre-made row.
    """

    sheet: Sheet
    title: str
    columns: tuple[Column, ...]
    last_row: int

    def __getitem__(self, column_id: str) -> Column:
        """Give one column by its identifier; KeyError when the sheet lacks it."""
        for column in self.columns:
            if column.id == column_id:
                return column
        raise KeyError(column_id)

    @property
    def table_ref(self) -> str:
        """Give the range of the Excel table, header included."""
        return f"A{HEADER_ROW}:{self.columns[-1].letter}{self.last_row}"

    def data_ref(self, column_id: str) -> str:
        """Give the cells of a column below the header, spare rows included (`C4:C1603`)."""
        letter = self[column_id].letter
        return f"{letter}{FIRST_ROW}:{letter}{self.last_row + SPARE_ROWS}"

    def absolute(self, column_id: str) -> str:
        """Give the same cells as an absolute reference that holds from any sheet."""
        letter, last = self[column_id].letter, self.last_row + SPARE_ROWS
        return f"{quote_sheetname(self.title)}!${letter}${FIRST_ROW}:${letter}${last}"

    def own_row_names(self) -> Iterator[tuple[str, str]]:
        """Give the names of the cells in a formula's own row, and what they refer to.

        The row is relative: a defined name is written as seen from row 1. Unlike a plain
        reference such a name does not follow a cell that is cut and pasted elsewhere, and unlike
        `[#This Row]` it does not become an external link when rows are copied to another file.
        """
        for column in self.columns:
            yield column.name, f"{quote_sheetname(self.title)}!${column.letter}1"


def column_name(sheet_id: str, column_id: str) -> str:
    """Name of a whole column: `c_forloeb_cpr`."""
    return f"c_{sheet_id}_{column_id}"


def cell_name(sheet_id: str, field_id: str) -> str:
    """Name of a field's cell in the formula's own row: `r_forloeb_cpr`."""
    return f"r_{sheet_id}_{field_id}"


def value_name(sheet_id: str, field_id: str) -> str:
    """Name of a field's read value in the formula's own row: `n_forloeb_cpr`."""
    return f"n_{sheet_id}_{field_id}"


def list_name(list_id: str) -> str:
    """Name of the labels a person may pick from a code list: `liste_forloeb_type`."""
    return f"liste_{list_id}"


def is_normalised(field: Field) -> bool:
    """Tell whether a hidden column holds the field's value as it is read."""
    return field.type in _NORMALISED


def header_text(issue: Issue, sheet_id: str, field: Field) -> str:
    """Give the heading of a column; a field that must always be filled carries a star."""
    label = issue.label(sheet_id, field.id)
    return label + REQUIRED_MARK if is_always_required(field) else label


def is_always_required(field: Field) -> bool:
    """Tell whether a field must be filled in every row."""
    return isinstance(field.required, Always)


def plan_sheet(
    issue: Issue,
    sheet: Sheet,
    *,
    row_count: int,
    status: str = "",
    calculated: Sequence[Calculated] = (),
) -> SheetLayout:
    """Lay out an entry sheet: the form's columns, then the hidden calculated ones.

    Args:
        issue: The issue; fields of the other jurisdiction are hidden.
        sheet: An entry sheet of its form.
        row_count: Pre-made rows, at least one.
        status: Formula of the Status column, without `=`.
        calculated: Helper columns.
    """
    columns = []
    for number, field in enumerate(sheet.fields, start=1):
        column = Column(
            id=field.id,
            letter=get_column_letter(number),
            header=header_text(issue, sheet.id, field),
            name=cell_name(sheet.id, field.id),
            field=field,
            formula=status if field.role is ColumnRole.STATUS else "",
            width=field.width,
            is_hidden=field.role is ColumnRole.ROW_ID
            or issue.jurisdiction not in field.jurisdictions,
        )
        columns.append(column)
    for number, helper in enumerate(calculated, start=len(columns) + 1):
        letter = get_column_letter(number)
        column = Column(
            helper.id, letter, helper.header, helper.name, None, helper.formula, 10, is_hidden=True
        )
        columns.append(column)
    return SheetLayout(sheet, issue.title(sheet.id), tuple(columns), HEADER_ROW + row_count)
