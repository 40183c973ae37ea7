"""The look of the workbook: few colours, one font, thin lines."""

from copy import copy
from datetime import date
from functools import cache

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.header_footer import HeaderFooter, HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.ooxml.print_area import last_printed
from fpsheet_templates.form import Field, FieldType

FONT_NAME = "Arial"
"""On every Windows and Mac; the free Liberation Sans has the same widths."""

ROW_HEIGHT = 17
"""Of rows that say nothing else, in points."""

INK = "22303C"
MUTED = "5B6770"
LINE = "D5DBE1"
PAPER = "FFFFFF"
SHADE = "F3F5F7"
"""Behind what a person does not type: status, labels, calculated sheets."""
NAVY = "1F3A5F"
FAULT_INK, FAULT_PAPER = "8E1B1B", "FBE3E1"
WARNING_INK, WARNING_PAPER = "6B4E00", "FFF3CF"
FINE_INK = "2C6E49"
DECIMAL_INK = "22303D"
"""Of numbers with decimals; nobody sees that it is not `INK`. LibreOffice forgets the air beside a
number that differs in its format alone from the number to the left."""

DATE_FORMAT = "dd\\-mm\\-yyyy"
TEXT_FORMAT = "@"
_FORMATS = {
    FieldType.DATE: DATE_FORMAT,
    # Whatever was typed is seen: 0.4 must not look like 0, nor 15.25 like 15.3.
    FieldType.INTEGER: "General",
    FieldType.DECIMAL: "0.0###",
}

_EPOCH = date(1899, 12, 30)
"""Day 0 of a worksheet, as it counts from March 1900 on."""

_THIN = Side(style="thin", color=LINE)
BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
UNDERLINE = Border(bottom=_THIN)


def date_serial(day: date) -> int:
    """Return a day as the number a worksheet knows it by.

    >>> date_serial(date(2016, 7, 1))
    42552
    """
    return (day - _EPOCH).days


def add_sheet(book: Workbook, title: str, *, colour: str = "") -> Worksheet:
    """Add a sheet without grid lines at the end of a workbook."""
    sheet: Worksheet = book.create_sheet(title)
    sheet.sheet_view.showGridLines = False
    sheet.sheet_format.defaultRowHeight = ROW_HEIGHT
    sheet.sheet_format.customHeight = True
    if colour:
        sheet.sheet_properties.tabColor = colour
    return sheet


def number_format(field: Field) -> str:
    """Return the number format of a field's cells; codes and CPR are text."""
    return _FORMATS.get(field.type, TEXT_FORMAT)


@cache
def font(*, size: float = 10, bold: bool = False, colour: str = INK, under: bool = False) -> Font:
    """Return a font of the workbook's family."""
    return Font(
        name=FONT_NAME, size=size, bold=bold, color=colour, underline="single" if under else None
    )


@cache
def fill(colour: str) -> PatternFill:
    """Return a plain fill."""
    return PatternFill("solid", start_color=colour, end_color=colour)


@cache
def align(
    horizontal: str | None = None,
    *,
    wrap: bool = False,
    vertical: str = "center",
    shrink: bool = False,
) -> Alignment:
    """Return an alignment, to the left and vertically in the middle unless said otherwise."""
    # A little air beside the text and the numbers.
    side = horizontal or "left"
    return Alignment(
        horizontal=side,
        vertical=vertical,
        wrap_text=wrap,
        shrink_to_fit=shrink,
        indent=int(side in {"left", "right"}),
    )


def copy_style(source: Cell, target: Cell) -> None:
    """Copy the look of a cell to another; ten times faster than setting each part anew."""
    target._style = copy(source._style)  # type: ignore[attr-defined]  # noqa: SLF001 - no public word


def write_text(cell: Cell, text: str) -> Cell:
    """Write a text into a cell as text, whatever it begins with: the one way texts are written."""
    cell.value = text
    cell.data_type = "s"
    if text[:1] in {"=", "+", "-", "@"}:
        cell.quotePrefix = True
    return cell


def write_title(sheet: Worksheet, address: str, text: str, *, colour: str = NAVY) -> None:
    """Write the title of a sheet."""
    cell = write_text(sheet[address], text)
    cell.font = font(size=16, bold=True, colour=colour)
    cell.alignment = Alignment(vertical="center")


def write_note(sheet: Worksheet, address: str, text: str, *, indent: int = 0) -> None:
    """Write a line of explanation in muted ink."""
    cell = write_text(sheet[address], text)
    cell.font = font(colour=MUTED)
    # An indent counts where the side is said alone.
    side = "left" if indent else None
    cell.alignment = Alignment(horizontal=side, vertical="center", indent=indent)


def style_heading(cell: Cell, colour: str) -> None:
    """Style a heading: white on the sheet's colour."""
    cell.font = font(bold=True, colour=PAPER)
    cell.fill = fill(colour)
    cell.alignment = align(wrap=True)
    cell.border = Border(right=Side(style="thin", color=PAPER))


def style_entry(cell: Cell, *, horizontal: str | None = None) -> None:
    """Style a cell a person types into."""
    cell.font = font()
    cell.border = BOX
    cell.alignment = align(horizontal)
    cell.protection = Protection(locked=False)


def style_shaded(cell: Cell, *, bold: bool = False) -> None:
    """Style a cell that is read, not typed into."""
    cell.font = font(bold=bold)
    cell.fill = fill(SHADE)
    cell.border = BOX
    cell.alignment = align()


def fault_style() -> DifferentialStyle:
    """Return the look of a fault, beside its words and its sign."""
    return DifferentialStyle(font=Font(color=FAULT_INK), fill=_paint(FAULT_PAPER), border=UNDERLINE)


def warning_style() -> DifferentialStyle:
    """Return the look of a warning, beside its words and its sign."""
    paint = _paint(WARNING_PAPER)
    return DifferentialStyle(font=Font(color=WARNING_INK), fill=paint, border=UNDERLINE)


def fine_style() -> DifferentialStyle:
    """Return the look of a row in order."""
    return DifferentialStyle(font=Font(color=FINE_INK))


def line_style(*, bold: bool = False) -> DifferentialStyle:
    """Return a thin line under a row that shows something."""
    return DifferentialStyle(font=Font(b=True) if bold else None, border=UNDERLINE)


def bold_style() -> DifferentialStyle:
    """Return bold letters and nothing else."""
    return DifferentialStyle(font=Font(b=True))


def _paint(colour: str) -> PatternFill:
    """Return a fill for a conditional format, which reads the background colour."""
    return PatternFill("solid", bgColor=colour, fgColor=colour)


def protect(sheet: Worksheet) -> None:
    """Keep formulas from being typed over, without a password; entry cells stay open."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False


def place_cursor(sheet: Worksheet, address: str) -> None:
    """Set the cursor of a sheet where a person begins; call after freezing panes."""
    for selection in sheet.sheet_view.selection:
        if selection.activeCell:
            selection.activeCell = selection.sqref = address


def print_down(sheet: Worksheet, last_column: str, *, heading_row: int, filled: int = 0) -> None:
    """Print a sheet down to its last filled row and some more, not all that are made in advance.

    Args:
        sheet: The sheet.
        last_column: Letter of the last column.
        heading_row: Row of the headings.
        filled: Rows below them that are filled.
    """
    sheet.print_area = f"B1:{last_column}{last_printed(heading_row, heading_row + filled)}"


PAGE_PIXELS = 1460
"""Width in pixels that a page holds when letters of ten points are printed with seven or more."""

_DIGIT_PIXELS, _CELL_PIXELS = 7, 5


def column_pixels(width: float) -> int:
    """Return how many pixels a column of a width in characters takes at 100 per cent."""
    return int(width * _DIGIT_PIXELS + _CELL_PIXELS)


def set_page(
    sheet: Worksheet, *, title_rows: str = "", footer: str = "", across: int = 1, scale: int = 0
) -> None:
    """Set printing: A4 across, so many pages wide, headings on every page, page numbers.

    Args:
        sheet: The sheet.
        title_rows: Rows that stand on every page (`1:3`).
        footer: What stands at the foot, to the left.
        across: How many pages wide it is printed, as large as they have room for.
        scale: Per cent to print in, in its place; the sheet then stands in the middle.
    """
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = across
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=not scale)
    if scale:
        sheet.page_setup.scale = scale
        sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom = 0.5, 0.6
    margins.header = margins.footer = 0.3
    if title_rows:
        sheet.print_title_rows = title_rows
    left = _HeaderFooterPart(footer, size=8)
    right = _HeaderFooterPart("&P / &N", size=8)
    # A wide sheet is printed smaller, but who it is from shall be read on paper.
    sheet.HeaderFooter = HeaderFooter(
        oddFooter=HeaderFooterItem(left=left, right=right), scaleWithDoc=False
    )
