"""List workbooks: blank lists for other offices to fill in, and lists drawn for them."""

from datetime import date

from fpsheet.table_book.book import PROGRAM, Book, Page, PageColumn
from fpsheet_templates.form import ColumnRole
from fpsheet_templates.spoken import SpokenForm


def list_columns(lists: SpokenForm, sheet_id: str) -> tuple[PageColumn, ...]:
    """Return the columns of a list that somebody else fills in."""
    found = []
    for each in lists.form.sheet(sheet_id).fields:
        if each.role is not ColumnRole.ENTRY:
            continue
        codes = lists.form.code_lists[each.codes].codes if each.codes else ()
        column = PageColumn(
            label=lists.label(sheet_id, each.id),
            kind=each.type,
            width=each.width,
            words={code.id: code.label(lists.language) for code in codes},
            help=lists.help(sheet_id, each.id),
        )
        found.append(column)
    return tuple(found)


def list_book(page: Page, *, language: str, made_on: date, mark: str = "") -> Book:
    """Return a workbook of one list.

    Args:
        page: The list.
        language: Language tag.
        made_on: The day that stands in its properties.
        mark: That it is not to be passed on, in words; empty where it may be.
    """
    return Book(page.name, "", PROGRAM, page.name, "", language, made_on, (page,), mark)
