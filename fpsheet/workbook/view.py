"""What the calculated sheets share: a table of formulas, and helper cells out of sight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.formula import quote_text
from fpsheet.workbook.formula_parts import if_
from fpsheet.workbook.style import (
    align,
    copy_style,
    font,
    style_heading,
    write_text,
)


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """One column of a calculated table.

    Attributes:
        letter: Column letter.
        heading: Heading.
        width: Width in characters.
        number_format: Number format of its cells.
        horizontal: Alignment; None for Excel's own.
        shrinks: Made smaller where it would be cut off.
    """

    letter: str
    heading: str
    width: float
    number_format: str = "General"
    horizontal: str | None = None
    shrinks: bool = False


def write_headings(
    sheet: Worksheet, columns: Sequence[ViewColumn], *, row: int, colour: str
) -> None:
    """Write the headings of a table and set the widths of its columns."""
    for column in columns:
        style_heading(write_text(sheet[f"{column.letter}{row}"], column.heading), colour)
        sheet.column_dimensions[column.letter].width = column.width
    sheet.row_dimensions[row].height = 40


def write_row(
    sheet: Worksheet, columns: Sequence[ViewColumn], formulas: Mapping[str, str], *, row: int
) -> None:
    """Write one row of a table: column letter to formula without `=`.

    A row takes the formats of the row above it, where that is a row of the same table.
    """
    for column in columns:
        cell = sheet[f"{column.letter}{row}"]
        put_formula(cell, formulas[column.letter])
        above = sheet[f"{column.letter}{row - 1}"]
        if above.data_type == "f":
            copy_style(above, cell)
            continue
        cell.number_format = column.number_format
        cell.font = font()
        cell.alignment = align(column.horizontal, shrink=column.shrinks)


def add_marks(sheet: Worksheet, area: str, marks: Sequence[tuple[str, DifferentialStyle]]) -> None:
    """Add conditional formats over one range; where several fit, the first one shows.

    One range and one winner, because LibreOffice shows only one format of a cell.

    Args:
        sheet: The sheet.
        area: Range they look at.
        marks: Formulas of its upper left cell, and how cells look where they are true.
    """
    for formula, style in marks:
        rule = Rule(type="expression", dxf=style, formula=[formula], stopIfTrue=True)
        sheet.conditional_formatting.add(area, rule)


def offer_choice(sheet: Worksheet, address: str, listed: str, *, title: str, prompt: str) -> None:
    """Offer a list at a cell, in which something else may be typed all the same."""
    validation = DataValidation(type="list", formula1=listed, allow_blank=True)
    validation.promptTitle, validation.prompt = title, prompt
    validation.showInputMessage, validation.showErrorMessage = True, False
    validation.add(address)
    sheet.add_data_validation(validation)


def hide_columns(sheet: Worksheet, first: int, last: int) -> None:
    """Hide columns by number, both ends included."""
    for number in range(first, last + 1):
        sheet.column_dimensions[get_column_letter(number)].hidden = True


def put_formula(cell: Cell, formula: str) -> None:
    """Write a formula, given without `=`, into a cell."""
    cell.value = f"={formula}"


def count_text(number: str, many: str, one: str = "") -> str:
    """Return a formula for a sentence with a number in it.

    Args:
        number: Formula text of the number.
        many: Sentence with `#` where the number stands.
        one: Sentence for the number 1, where it differs.
    """
    sentence = f'SUBSTITUTE({quote_text(many)},"#",{number})'
    return if_(f"{number}=1", quote_text(one), sentence) if one else sentence


def row_link(title: str, row: str, text: str) -> str:
    """Return a formula for a link to the status cell of a row of an entry sheet.

    Args:
        title: Name on the tab.
        row: Formula text of the row number.
        text: Formula text of what the link shows.
    """
    target = f"#{quote_sheetname(title)}!B"
    return f"HYPERLINK({quote_text(target)}&{row},{text})"
