"""The code sheet: every list a person can pick from, and the names the dropdowns use."""

from openpyxl import Workbook
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from fpsheet.workbook.issue import Issue
from fpsheet.workbook.sheet_layout import list_name
from fpsheet.workbook.style import (
    INK,
    MUTED,
    UNDERLINE,
    add_sheet,
    align,
    font,
    protect,
    set_page,
    style_heading,
    write_note,
    write_text,
    write_title,
)
from fpsheet_templates.codes import Code
from fpsheet_templates.form import Form

_FIRST_LIST_ROW = 4
_BLOCKS = 2
"""Lists stand under each other in so many blocks of two columns, so that a page can hold them."""

_LABEL_WIDTH, _CODE_WIDTH, _GAP_WIDTH = 56, 26, 3


def all_lists(form: Form) -> tuple[str, ...]:
    """Return the code lists that some field of the form uses, in the order of the fields."""
    fields = (field for sheet in form.sheets for field in sheet.fields)
    return tuple(dict.fromkeys(field.codes for field in fields if field.codes))


def used_lists(issue: Issue) -> tuple[str, ...]:
    """Return the code lists that some field uses where the kommune lies."""
    lists = issue.form.code_lists
    return tuple(
        list_id
        for list_id in all_lists(issue.form)
        if lists[list_id].for_jurisdiction(issue.jurisdiction)
    )


def codes_to_pick(form: Form, list_id: str, *, jurisdiction: str, aar: int) -> tuple[Code, ...]:
    """Return the codes a kommune may pick in a year, without those that others have replaced."""
    codes = form.code_lists[list_id].for_jurisdiction(jurisdiction)
    return tuple(code for code in codes if _holds_in(code, aar) and not code.is_replaced)


def _holds_in(code: Code, aar: int) -> bool:
    started = not code.valid_from or code.valid_from <= f"{aar}-12-31"
    return started and (not code.valid_to or code.valid_to > f"{aar}-01-01")


def make_code_sheet(book: Workbook, issue: Issue) -> Worksheet:
    """Add the sheet of code lists: per list its labels and, beside them, the codes."""
    title = issue.title("koder")
    sheet = add_sheet(book, title, colour=issue.form.sheet("koder").colour)
    write_title(sheet, "B1", title)
    write_note(sheet, "B2", issue.text("sheet.koder.intro"))
    sheet.row_dimensions[1].height = 30
    sheet.column_dimensions["A"].width = _GAP_WIDTH
    free = [_FIRST_LIST_ROW] * _BLOCKS
    for list_id, block in _blocks(issue).items():
        free[block] = _write_list(sheet, issue, list_id, block=block, row=free[block])
        name = list_name(list_id)
        letter, last = get_column_letter(2 + 3 * block), free[block] - 2
        first = last + 1 - len(_codes(issue, list_id))
        reference = f"${letter}${first}:${letter}${last}"
        text = f"{quote_sheetname(title)}!{reference}"
        book.defined_names[name] = DefinedName(name, attr_text=text)
    for block in range(_BLOCKS):
        for place, width in enumerate((_LABEL_WIDTH, _CODE_WIDTH, _GAP_WIDTH)):
            sheet.column_dimensions[get_column_letter(2 + 3 * block + place)].width = width
    protect(sheet)
    set_page(sheet, title_rows="1:2", footer=issue.footer)
    return sheet


def _blocks(issue: Issue) -> dict[str, int]:
    """Return list → its block, in the order of the fields; the blocks are as even as may be.

    The longest lists are placed first, each where there is least: 98 kommuner under other lists
    would leave half of their pages blank.
    """
    heights = [0] * _BLOCKS
    lengths = {list_id: len(_codes(issue, list_id)) for list_id in used_lists(issue)}
    placed = dict[str, int]()
    for list_id in sorted(lengths, key=lambda each: -lengths[each]):
        block = placed[list_id] = heights.index(min(heights))
        heights[block] += lengths[list_id] + 2
    # The list of the first field stands first in the first block.
    turned = placed[next(iter(lengths))] != 0
    return {list_id: (placed[list_id] + turned) % _BLOCKS for list_id in lengths}


def _codes(issue: Issue, list_id: str) -> tuple[Code, ...]:
    return codes_to_pick(issue.form, list_id, jurisdiction=issue.jurisdiction, aar=issue.aar)


def _write_list(sheet: Worksheet, issue: Issue, list_id: str, *, block: int, row: int) -> int:
    """Write one list; return the row where the next one in the block may begin."""
    codes = _codes(issue, list_id)
    letters = (get_column_letter(2 + 3 * block), get_column_letter(3 + 3 * block))
    headings = (issue.text(f"workbook.liste.{list_id}"), issue.text("workbook.koder.code"))
    for letter, text in zip(letters, headings, strict=True):
        heading = write_text(sheet[f"{letter}{row}"], text)
        style_heading(heading, issue.form.sheet("koder").colour)
    for place, code in enumerate(codes, start=row + 1):
        texts = (code.label(issue.language), code.id)
        for letter, text, colour in zip(letters, texts, (INK, MUTED), strict=True):
            cell = write_text(sheet[f"{letter}{place}"], text)
            cell.font = font(colour=colour)
            cell.border = UNDERLINE
            cell.alignment = align()
    return row + len(codes) + 2
