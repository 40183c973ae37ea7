"""Sheets fit the people: what is seen at 100 per cent on a 1366-pixel screen, and what is printed.

Widths are worked out from the saved file alone (tests/support/measured.py).
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final

import pytest
from openpyxl.utils import get_column_letter

from fpsheet_templates.load import load_form
from tests.support.issued import opened
from tests.support.measured import INDENT, LETTERS, PAPER, READABLE, column_pixels, wide_in_bold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl.worksheet.worksheet import Worksheet

FORM: Final = load_form()
WORKBOOKS: Final = pytest.mark.parametrize(
    ("kommune", "language"), [("956", "da"), ("956", "en"), ("707", "da"), ("707", "en")]
)
SCREEN: Final = 1366
USABLE: Final = 1318
"""Without the row numbers and the scroll bar."""

PAPER_HIGH: Final = 210 / 25.4 * 72
"""Points of A4 across."""

BUTTON: Final = 19
"""Pixels of a filter's button, at the right end of a heading."""

NARROWER: Final = 0.965
"""LibreOffice's columns beside Excel's, by a picture of a screen: 99.5 pixels for 103."""


def letters() -> Iterator[str]:
    """Return the letters of the columns of a sheet."""
    return map(get_column_letter, count(1))


def shown_columns(sheet: Worksheet) -> Iterator[tuple[str, str, int]]:
    """Return identity, heading and width in pixels of the columns in sight."""
    for letter, cell in zip(letters(), sheet[2], strict=False):
        dimension = sheet.column_dimensions[letter]
        if cell.value and not dimension.hidden:
            heading = str(sheet[f"{letter}3"].value)
            yield str(cell.value).rpartition(".")[2], heading, column_pixels(dimension.width)


def entry_sheets(kommune: str, language: str) -> Iterator[tuple[str, Worksheet]]:
    """Return the entry sheets of a blank workbook by identifier."""
    for sheet in FORM.entry_sheets():
        yield sheet.id, opened(kommune, language)[FORM.sheet_title(sheet.id, language)]


@WORKBOOKS
def test_the_last_required_field_is_on_the_screen(kommune: str, language: str) -> None:
    """Without scrolling: Status to the last column whose heading has a star."""
    for sheet_id, sheet in entry_sheets(kommune, language):
        columns = list(shown_columns(sheet))
        last = max(n for n, (_, heading, _) in enumerate(columns) if heading.endswith("*"))
        assert sum(width for *_, width in columns[: last + 1]) <= USABLE, sheet_id


@WORKBOOKS
def test_status_takes_a_tenth_of_the_screen(kommune: str, language: str) -> None:
    """The first fault is told whole above the headings, so that its column can be narrow."""
    for sheet_id, sheet in entry_sheets(kommune, language):
        (status,) = (width for name, _, width in shown_columns(sheet) if name == "status")
        assert status <= SCREEN / 10, sheet_id


def lines_of(heading: str, room: float) -> int:
    """Return how many lines a heading takes where words are not broken."""
    lines, left = 1, room
    for word in heading.split():
        wide = wide_in_bold(word)
        assert wide <= room, (heading, wide, room)
        space = 0.0 if left == room else wide_in_bold(" ")
        if wide + space > left:
            lines, left, space = lines + 1, room, 0.0
        left -= wide + space
    return lines


@WORKBOOKS
def test_headings_are_whole_beside_their_buttons(kommune: str, language: str) -> None:
    """In two lines at most, which is what the row has room for; one that fits into a line is not
    broken for its button, and must not end below it.
    """
    for sheet_id, sheet in entry_sheets(kommune, language):
        assert sheet.row_dimensions[3].height >= 2 * 15
        for _, heading, width in shown_columns(sheet):
            whole = width * NARROWER - INDENT
            assert lines_of(heading, whole - BUTTON) <= 2, (sheet_id, heading)
            assert not whole - BUTTON < wide_in_bold(heading) <= whole, (sheet_id, heading)


@WORKBOOKS
def test_printed_letters_can_be_read(kommune: str, language: str) -> None:
    """Each sheet is as many pages wide as it needs for letters of seven points; Status and CPR
    number stand on each, so that a row is known on the second page too.
    """
    for sheet_id, sheet in entry_sheets(kommune, language):
        margins = sheet.page_margins
        paper = (PAPER - (margins.left + margins.right) * 96) * LETTERS / READABLE
        fields = {field.id for field in FORM.sheet(sheet_id).fields}
        widths = [width for name, _, width in shown_columns(sheet) if name in fields]
        pages = int(sheet.page_setup.fitToWidth or 1)
        assert (sheet.print_title_cols == "$B:$C") == (pages > 1), sheet_id
        repeated, left = sum(widths[:2]), [paper - sum(widths[:2])]
        for width in widths[2:]:
            if width > left[-1]:
                left.append(paper - repeated)
            left[-1] -= width
        assert (len(left), min(left) >= 0) == (pages, True), sheet_id


@WORKBOOKS
def test_the_other_sheets_are_one_page_wide(kommune: str, language: str) -> None:
    """And one screen wide; their letters can be read, too."""
    for sheet in FORM.sheets:
        if sheet.kind in {"entry", "meta"}:
            continue
        page = opened(kommune, language)[FORM.sheet_title(sheet.id, language)]
        widths = (page.column_dimensions[n] for n in "ABCDEFGHIJK" if n in page.column_dimensions)
        wide = sum(column_pixels(each.width) for each in widths if not each.hidden)
        margins = page.page_margins
        scale = (PAPER - (margins.left + margins.right) * 96) / wide
        assert LETTERS * min(1, scale) >= READABLE, (sheet.id, wide)
        assert wide <= USABLE or sheet.id == "koder", (sheet.id, wide)


@WORKBOOKS
def test_forside_prints_on_one_page_in_letters_that_can_be_read(
    kommune: str, language: str
) -> None:
    """Its rows are more than its columns: their heights decide how small it is printed."""
    page = opened(kommune, language)[FORM.sheet_title("forside", language)]
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 1)
    high = sum(page.row_dimensions[row].height or 12.75 for row in range(1, page.max_row + 1))
    room = PAPER_HIGH - (page.page_margins.top + page.page_margins.bottom) * 72
    assert LETTERS * min(1, int(room / high * 100) / 100) >= READABLE


@WORKBOOKS
def test_the_words_above_the_headings_stand_on_the_first_page_across(
    kommune: str, language: str
) -> None:
    """What stands on every page across has room for the number of the line, and for no more."""
    for sheet_id, sheet in entry_sheets(kommune, language):
        line, words = str(sheet["C1"].value), str(sheet["D1"].value)
        assert ("MATCH" in line, "INDEX" in line, "INDEX" in words) == (True, False, True), sheet_id
        longest = f"{FORM.texts.get('workbook.cover.linje', language)} 9999"
        assert wide_in_bold(longest) <= column_pixels(sheet.column_dimensions["C"].width) - INDENT


def test_numbers_do_not_touch_the_border() -> None:
    """Right-aligned cells have the air that left-aligned ones have."""
    page = opened()["Vurderinger"]
    for letter in "EF":
        alignment = page[f"{letter}4"].alignment
        assert (alignment.horizontal, alignment.indent) == ("right", 1)


@WORKBOOKS
def test_the_lists_of_codes_fill_their_pages(kommune: str, language: str) -> None:
    """The two blocks of lists end within a few rows of each other, so that no page is half."""
    page = opened(kommune, language)[FORM.sheet_title("koder", language)]
    ends = [max(cell.row for cell in page[letter] if cell.value) for letter in "BE"]
    assert abs(ends[0] - ends[1]) <= 5


@WORKBOOKS
def test_a_word_of_a_list_is_shown_whole(kommune: str, language: str) -> None:
    """Where it is longer than its column, in smaller letters: it runs into no page across."""
    for sheet_id, sheet in entry_sheets(kommune, language):
        coded = {field.id for field in FORM.sheet(sheet_id).fields if field.codes}
        named = zip(letters(), sheet[2], strict=False)
        for letter in (at for at, name in named if str(name.value).rpartition(".")[2] in coded):
            assert sheet[f"{letter}4"].alignment.shrink_to_fit, (sheet_id, letter)
            assert sheet.column_dimensions[letter].alignment.shrink_to_fit, (sheet_id, letter)
