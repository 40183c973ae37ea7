"""Rules about sheets as wholes (ARB-010 to ARB-013, ARB-016)."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import polars as pl

from fpsheet_templates.form import FieldType, Sheet
from fpsheet_validation.book import Book
from fpsheet_validation.book_rule import book_rule
from fpsheet_validation.constant import number_of
from fpsheet_validation.cover_rule import nil_return
from fpsheet_validation.hit import Hit
from fpsheet_validation.row_check import row_day
from fpsheet_validation.typed import ANNUL, ROW

_FEWEST_UNREADABLE = 5
"""Fewer cells than this are slips, whatever their share (practice)."""


@book_rule("ARB-010")
def control_totals(book: Book, facts: pl.DataFrame) -> Iterator[Hit]:
    """Rows in the file = read + blank + quarantined, and all read rows are here."""
    del facts
    for sheet_id, sheet in book.sheets.items():
        totals = sheet.totals
        counted = totals.read + totals.blank + totals.quarantined
        if totals.xml != counted or totals.read != sheet.frame.height:
            yield Hit(sheet_id, 0, "", "ARB-010")


@book_rule("ARB-011")
def column_unreadable(book: Book, facts: pl.DataFrame) -> Iterator[Hit]:
    """A column where every fifth cell cannot be read has probably been moved."""
    del facts
    limit = number_of(book.setting, "ULAESELIGE_PCT") / 100
    for sheet_id, sheet in book.sheets.items():
        for field_id, unreadable in Counter(sheet.unreadable["field"].to_list()).items():
            filled = sheet.frame[field_id].count() + unreadable
            if unreadable >= _FEWEST_UNREADABLE and unreadable >= limit * filled:
                yield Hit(sheet_id, 0, field_id, "ARB-011", str(unreadable))


@book_rule("ARB-012")
def after_the_year(book: Book, facts: pl.DataFrame) -> Iterator[Hit]:
    """Rows lie in the reporting year or before; what lies in the future is told by the row."""
    del facts
    setting = book.setting
    for sheet_id in book.sheets if setting.aar else ():
        day = row_day(setting.form.sheet(sheet_id))
        if day:
            late = pl.col(day).is_between(date(setting.aar, 12, 31), setting.today, closed="right")
            rows = book.frame(sheet_id).filter(late & pl.col(ANNUL).is_null())[ROW].to_list()
            yield from (Hit(sheet_id, row, day, "ARB-012", str(setting.aar)) for row in rows)


@book_rule("ARB-013")
def nothing_in_the_year(book: Book, facts: pl.DataFrame) -> Iterator[Hit]:
    """Some row touches the reporting year, unless there were no cases."""
    del facts
    setting = book.setting
    events = [setting.form.sheet(sheet_id) for sheet_id in book.sheets]
    dated = [sheet for sheet in events if row_day(sheet) and book.frame(sheet.id).height]
    if not setting.aar or not dated or nil_return(book) == "ja":
        return
    if not any(_touches_year(book, sheet) for sheet in dated):
        yield Hit("", 0, "", "ARB-013", str(setting.aar))


def _touches_year(book: Book, sheet: Sheet) -> bool:
    """Tell whether a row of the sheet lies in the year or runs into it."""
    first, last = date(book.setting.aar, 1, 1), date(book.setting.aar, 12, 31)
    start = pl.col(row_day(sheet))
    ends = [f.id for f in sheet.fields if f.type is FieldType.DATE and f.group == "periode"]
    end = pl.col(ends[-1]).fill_null(last) if ends else start
    inside = (start <= last) & (end >= first)
    # A day that cannot be read may lie in the year.
    return bool(book.frame(sheet.id).select(inside.fill_null(value=True).any()).item())


@book_rule("ARB-016")
def kommune_not_in_force(book: Book, facts: pl.DataFrame) -> Iterator[Hit]:
    """The kommune exists in the reporting year."""
    del facts
    setting = book.setting
    kommune = setting.form.kommuner.get(setting.kommune_kode)
    if kommune is not None and setting.aar and not kommune.is_in_force(date(setting.aar, 12, 31)):
        yield Hit("", 0, "", "ARB-016", str(setting.aar))
