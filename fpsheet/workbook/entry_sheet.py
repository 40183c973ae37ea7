"""Entry sheets: title, hidden identity row, headings, a table of pre-made rows, dropdowns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableFormula, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.entry_help import add_entry_help
from fpsheet.workbook.formula import quote_text
from fpsheet.workbook.formula_parts import EMPTY, and_, if_error, is_text, or_
from fpsheet.workbook.issue import Issue
from fpsheet.workbook.row_id import free_row_ids
from fpsheet.workbook.row_stamp import CellContent
from fpsheet.workbook.sheet_layout import (
    CALCULATED_MARK,
    FIRST_ROW,
    HEADER_ROW,
    IDENTITY_ROW,
    SPARE_ROWS,
    TITLE_ROW,
    SheetLayout,
    column_name,
)
from fpsheet.workbook.status import FAULT_SIGN, FINE_SIGN, HEADING_COLUMN, WARNING_SIGN
from fpsheet.workbook.style import (
    DECIMAL_INK,
    INK,
    MUTED,
    PAGE_PIXELS,
    SHADE,
    add_sheet,
    align,
    column_pixels,
    date_serial,
    fault_style,
    fill,
    fine_style,
    font,
    number_format,
    place_cursor,
    print_down,
    set_page,
    style_entry,
    style_heading,
    style_shaded,
    warning_style,
    write_note,
    write_text,
    write_title,
)
from fpsheet.workbook.view import add_marks, put_formula, row_link
from fpsheet_templates.form import ColumnRole, Field, FieldType, Sheet

Row = Mapping[str, str | int | float | date | None]
"""Field identifier to typed value: codes as identifiers, CPR as ten digits."""

_NUMERIC = {FieldType.INTEGER, FieldType.DECIMAL}
_CPR_BIRTH_DIGITS = 6


def make_entry_sheet(
    book: Workbook, layout: SheetLayout, issue: Issue, *, filled: int = 0
) -> Worksheet:
    """Add an entry sheet with one pattern row; `row_stamp` repeats that row afterwards.

    Args:
        book: The workbook.
        layout: Where its columns stand.
        issue: For whom it is.
        filled: Rows that will be filled in.
    """
    sheet = add_sheet(book, layout.title, colour=layout.sheet.colour)
    _write_head(sheet, layout, issue)
    for column in layout.columns:
        dimension = sheet.column_dimensions[column.letter]
        dimension.width = column.width
        dimension.hidden = column.is_hidden
        _style_column(sheet, layout, column.id)
    sheet.row_dimensions[FIRST_ROW].height = 18
    _add_table(sheet, layout)
    _add_names(book, layout)
    add_entry_help(sheet, layout, issue)
    mark_faults(sheet, layout)
    sheet.freeze_panes = f"{layout.columns[3].letter}{FIRST_ROW}"
    place_cursor(sheet, f"{layout['cpr'].letter}{FIRST_ROW}")
    last_column = layout[layout.sheet.fields[-1].id].letter
    print_down(sheet, last_column, heading_row=HEADER_ROW, filled=filled)
    pages = _pages_across(layout)
    set_page(sheet, title_rows=f"{TITLE_ROW}:{HEADER_ROW}", footer=issue.footer, across=pages)
    if pages > 1:
        sheet.print_title_cols = f"{layout['status'].letter}:{layout['cpr'].letter}"
    return sheet


def _pages_across(layout: SheetLayout) -> int:
    """Return how many pages wide a sheet is printed, so that its letters are seven points or more.

    Status and CPR number stand on each of them.
    """
    shown = [column for column in layout.columns if column.field and not column.is_hidden]
    repeated = sum(column_pixels(column.width) for column in shown[:2])
    pages, room = 1, PAGE_PIXELS - repeated
    for width in (column_pixels(column.width) for column in shown[2:]):
        if width > room:
            pages, room = pages + 1, PAGE_PIXELS - repeated
        room -= width
    return pages


def _write_head(sheet: Worksheet, layout: SheetLayout, issue: Issue) -> None:
    colour = layout.sheet.colour or INK
    write_title(sheet, f"B{TITLE_ROW}", layout.title, colour=colour)
    # The longest title fills its column; what follows it is set off.
    sheet[f"B{TITLE_ROW}"].alignment = Alignment(vertical="center", shrink_to_fit=True)
    # On the second page across, the columns that stand on every page have room for the line alone.
    for letter, formula in zip("CD", _first_fault(layout, issue), strict=True):
        write_note(sheet, f"{letter}{TITLE_ROW}", "", indent=1)
        put_formula(sheet[f"{letter}{TITLE_ROW}"], formula)
    sheet.row_dimensions[TITLE_ROW].height = 30
    sheet.row_dimensions[IDENTITY_ROW].hidden = True
    sheet.row_dimensions[HEADER_ROW].height = 32
    for column in layout.columns:
        write_text(sheet[f"{column.letter}{IDENTITY_ROW}"], layout.identity(column))
        heading = write_text(sheet[f"{column.letter}{HEADER_ROW}"], column.header)
        style_heading(heading, colour)


def _first_fault(layout: SheetLayout, issue: Issue) -> tuple[str, str]:
    """Return formulas for line and words of the first fault, else the first warning, both linked.

    Status is narrow, and this row never scrolls away. Where all is well the words say what the
    sheet is.
    """
    intro = issue.intro(layout.sheet.id)
    place, words = EMPTY, quote_text(f"{intro} {issue.text('workbook.entry.star')}")
    status = column_name(layout.sheet.id, "status")
    named = quote_text(f"{issue.text('workbook.cover.linje')} ")
    for sign in (WARNING_SIGN, FAULT_SIGN):
        found = f'MATCH("{sign}*",{status},0)'
        row = f"({found}+{FIRST_ROW - 1})"
        line = f"{named}&{row}"
        place = if_error(row_link(layout.title, row, line), place)
        words = if_error(row_link(layout.title, row, f"INDEX({status},{found})"), words)
    return place, words


def _style_column(sheet: Worksheet, layout: SheetLayout, column_id: str) -> None:
    """Style the pattern cell, and the whole column so that rows typed below are alike."""
    column = layout[column_id]
    cell = sheet[f"{column.letter}{FIRST_ROW}"]
    field = column.field
    if field is None or field.role is ColumnRole.STATUS:
        style_shaded(cell)
        cell.alignment = align()
        cell.value = f"={column.formula}" if column.formula else None
        return
    if field.role is ColumnRole.ROW_ID:
        write_text(cell, "")
        cell.font = font(colour=MUTED)
        cell.fill = fill(SHADE)
        cell.number_format = number_format(field)
        return
    style_entry(cell, horizontal="right" if field.type in _NUMERIC else None)
    cell.number_format = number_format(field)
    ink = font(colour=DECIMAL_INK) if field.type is FieldType.DECIMAL else font()
    whole = sheet.column_dimensions[column.letter]
    cell.font = whole.font = ink
    whole.number_format = number_format(field)
    # A long word of a list shows and prints whole, in smaller letters.
    side = "right" if field.type in _NUMERIC else None
    cell.alignment = whole.alignment = align(side, shrink=bool(field.codes))


def _add_table(sheet: Worksheet, layout: SheetLayout) -> None:
    table = Table(name=layout.sheet.table, displayName=layout.sheet.table, ref=layout.table_ref)
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    table.autoFilter = AutoFilter(ref=layout.table_ref)
    for number, column in enumerate(layout.columns, start=1):
        part = TableColumn(id=number, name=column.header)
        if column.formula:
            part.calculatedColumnFormula = TableFormula(attr_text=column.formula)
        table.tableColumns.append(part)
    sheet.add_table(table)


def _add_names(book: Workbook, layout: SheetLayout) -> None:
    """Name headings, by which the reader finds a column again, and what the formulas read."""
    for name, reference, is_shown in layout.names():
        book.defined_names[name] = DefinedName(name, attr_text=reference, hidden=not is_shown)


def row_contents(
    sheet: Sheet, rows: Sequence[Row], *, issue: Issue, count: int
) -> Iterator[tuple[CellContent, ...]]:
    """Yield the cells of every pre-made row up to the calculated ones, given rows first.

    Args:
        sheet: The entry sheet.
        rows: Typed rows to fill in; a `raekke_id` they carry is kept.
        issue: For the ids of the other rows and the labels of codes.
        count: Rows in all, at least as many as given.
    """
    taken = [str(row["raekke_id"]) for row in rows if row.get("raekke_id")]
    fresh = free_row_ids(issue.workbook_id, sheet.letter, taken=taken)
    writers = [(field.id, _writer(field, issue)) for field in sheet.entry_fields()]
    for row in rows:
        row_id = str(row.get("raekke_id") or next(fresh))
        yield (row_id, None, *(write(row.get(name)) for name, write in writers))
    for _ in range(count - len(rows)):
        yield (next(fresh),)


def _writer(field: Field, issue: Issue) -> Callable[[object], CellContent]:
    """Return the function that turns a typed value of a field into what its cell holds."""
    if field.type is FieldType.CPR:
        return _show_cpr
    if field.type is FieldType.DATE:
        return _show_date
    if field.type is FieldType.CODE:
        codes = issue.form.code_lists[field.codes].codes
        labels = {code.id: code.label(issue.language) for code in codes}
        return lambda value: None if value is None else labels.get(str(value), str(value))
    return _show_plain


def _show_cpr(value: object) -> CellContent:
    if not value:
        return None
    text = str(value)
    return f"{text[:_CPR_BIRTH_DIGITS]}-{text[_CPR_BIRTH_DIGITS:]}"


def _show_date(value: object) -> CellContent:
    return date_serial(value) if isinstance(value, date) else None


def _show_plain(value: object) -> CellContent:
    return value if isinstance(value, str | int | float) else None


def mark_faults(sheet: Worksheet, layout: SheetLayout) -> None:
    """Add the sheet's one conditional format; it looks at its own row only."""
    shown = [column for column in layout.columns if column.field is not None]
    status = layout["status"].letter
    heading = layout[f"{CALCULATED_MARK}{HEADING_COLUMN}"].letter
    area = f"{status}{FIRST_ROW}:{shown[-1].letter}{layout.last_row + SPARE_ROWS}"
    here = f"{status}${HEADER_ROW}"
    own = or_(f"COLUMN()=COLUMN(${status}{FIRST_ROW})", f"{here}=${heading}{FIRST_ROW}")
    sign = f"LEFT(${status}{FIRST_ROW})"
    marks = (
        (and_(is_text(sign, FAULT_SIGN), own), fault_style()),
        (and_(is_text(sign, WARNING_SIGN), own), warning_style()),
        (
            and_(is_text(sign, FINE_SIGN), f"COLUMN()=COLUMN(${status}{FIRST_ROW})"),
            fine_style(),
        ),
    )
    add_marks(sheet, area, marks)
