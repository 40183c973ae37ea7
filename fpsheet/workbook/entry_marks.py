"""Colour beside the words: the status and the cell it speaks of."""

from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.layout import CALCULATED_MARK, FIRST_ROW, HEADER_ROW, SPARE_ROWS, SheetLayout
from fpsheet.workbook.status import FAULT_SIGN, FINE_SIGN, HEADING_COLUMN, WARNING_SIGN
from fpsheet.workbook.style import fault_style, fine_style, warning_style
from fpsheet.workbook.view import add_marks


def mark_faults(sheet: Worksheet, layout: SheetLayout) -> None:
    """Add the sheet's one conditional format; it looks at its own row only."""
    shown = [column for column in layout.columns if column.field is not None]
    status = layout["status"].letter
    heading = layout[f"{CALCULATED_MARK}{HEADING_COLUMN}"].letter
    area = f"{status}{FIRST_ROW}:{shown[-1].letter}{layout.last_row + SPARE_ROWS}"
    here = f"{status}${HEADER_ROW}"
    own = f"OR(COLUMN()=COLUMN(${status}{FIRST_ROW}),{here}=${heading}{FIRST_ROW})"
    sign = f"LEFT(${status}{FIRST_ROW})"
    marks = (
        (f'AND({sign}="{FAULT_SIGN}",{own})', fault_style()),
        (f'AND({sign}="{WARNING_SIGN}",{own})', warning_style()),
        (
            f'AND({sign}="{FINE_SIGN}",COLUMN()=COLUMN(${status}{FIRST_ROW}))',
            fine_style(),
        ),
    )
    add_marks(sheet, area, marks)
