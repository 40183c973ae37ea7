"""Rules about sheets as wholes (ARB-005, ARB-010 to ARB-013, ARB-016, ARB-017)."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

import polars as pl

from fpsheet_templates.form import FieldType, Sheet
from fpsheet_validation.hit import Hit
from fpsheet_validation.rules.book import CheckedBook
from fpsheet_validation.rules.book_rule import book_rule
from fpsheet_validation.rules.case_rule import event_rule
from fpsheet_validation.rules.doubt import is_column_lost
from fpsheet_validation.rules.forside_rules import cover_hit, nil_return
from fpsheet_validation.rules.row_check import row_day
from fpsheet_validation.rules.vurdering_job_indkomst_rules import EVENTS
from fpsheet_validation.setting import Setting
from fpsheet_validation.typed import ANNUL, ROW

_NOT_OF_ITS_KIND = frozenset({"CPR-001", "FLT-006", "FLT-010", "FLT-015"})


@book_rule("ARB-010")
def control_totals(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """Rows in the file = read + blank + quarantined, and all read rows are here."""
    del facts
    for sheet_id, sheet in book.sheets.items():
        totals = sheet.totals
        counted = totals.read + totals.blank + totals.quarantined
        if totals.xml != counted or totals.read != sheet.frame.height:
            yield Hit(sheet_id, 0, "", "ARB-010")


@book_rule("ARB-011")
def column_unreadable(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """A column where every fifth cell holds what is not of its kind has probably been moved.

    Formulas, errors, merged cells and numbers without their zero say themselves what they are.
    """
    del facts
    strange = Counter((hit.sheet, hit.field) for hit in book.hits if hit.code in _NOT_OF_ITS_KIND)
    for (sheet_id, field_id), cells in strange.items():
        column = book.frame(sheet_id)[field_id]
        lost = book.sheets[sheet_id].unreadable.filter(field=field_id).height
        if is_column_lost(cells, column.count() + lost, book.setting):
            yield Hit(sheet_id, 0, field_id, "ARB-011", str(cells))


_WRITTEN = re.compile(r"\s*(\d{1,2})[-./](\d{1,2})[-./]\d{4}\s*", re.ASCII)
_NO_SUCH_DAY, _READ_DAY_FIRST = "FLT-009", "FLT-021"
_MONTHS = 12


@book_rule("ARB-017")
def month_first(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """Where some dates typed as text have the month first, the others may have it, too."""
    del facts
    sure, unsure = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for hit in book.hits:
        if hit.code in {_NO_SUCH_DAY, _READ_DAY_FIRST}:
            first, second = _written(book, hit)
            if hit.code == _NO_SUCH_DAY and first <= _MONTHS < second:
                sure[hit.sheet, hit.field] += 1
            elif hit.code == _READ_DAY_FIRST and first != second and max(first, second) <= _MONTHS:
                unsure[hit.sheet, hit.field] += 1
    for sheet_id, field_id in sure:
        if unsure[sheet_id, field_id]:
            yield Hit(sheet_id, 0, field_id, "ARB-017", str(unsure[sheet_id, field_id]))


def _written(book: CheckedBook, hit: Hit) -> tuple[int, int]:
    """Return the first two numbers of a date typed as text; zeros where it is none."""
    frame = book.raw.sheets[hit.sheet].frame
    text = frame[hit.field][frame[ROW].search_sorted(hit.row)]
    found = _WRITTEN.fullmatch(text or "")
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _year(setting: Setting) -> str:
    return str(setting.aar)


@event_rule("ARB-012", at=EVENTS, note=_year)
def after_the_year(setting: Setting, day: pl.Expr) -> pl.Expr:
    """Rows lie in the reporting year or before; what lies in the future is told by the row."""
    if not setting.aar:
        return pl.lit(value=False)
    return (day > date(setting.aar, 12, 31)) & (day <= setting.today)


@book_rule("ARB-005", "ARB-013")
def rows_of_the_year(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """Rows and the answer to "Ingen sager i perioden" agree.

    ARB-005: a kommune without cases has no row dated in the reporting year. ARB-013: a kommune
    with cases has some row that touches it.
    """
    del facts
    year = book.setting.aar
    dated = [sheet_id for sheet_id in book.sheets if book.frame(sheet_id).height]
    sheets = [sheet for sheet in map(book.setting.form.sheet, dated) if row_day(sheet)]
    if not year or not sheets:
        return
    counts = [_count_in_year(book, sheet) for sheet in sheets]
    begun, touching = (sum(column) for column in zip(*counts, strict=True))
    no_cases = nil_return(book) == "ja"
    if no_cases and begun:
        yield cover_hit(book, "ingen_sager", "ARB-005", str(begun))
    if not no_cases and not touching:
        yield Hit("", 0, "", "ARB-013", str(year))


def _count_in_year(book: CheckedBook, sheet: Sheet) -> tuple[int, int]:
    """Count the rows of a sheet dated in the year, and those that lie in it or run into it."""
    first, last = date(book.setting.aar, 1, 1), date(book.setting.aar, 12, 31)
    start = pl.col(row_day(sheet))
    ends = [f.id for f in sheet.fields if f.type is FieldType.DATE and f.group == "periode"]
    end = pl.col(ends[-1]).fill_null(last) if ends else start
    in_force = pl.col(ANNUL).is_null()
    # A day that cannot be read may lie in the year.
    touching = ((start <= last) & (end >= first)).fill_null(value=True)
    counts = book.frame(sheet.id).select(
        begun=(start.is_between(first, last) & in_force).sum(), touching=touching.sum()
    )
    begun, touched = counts.row(0)
    return int(begun), int(touched)


@book_rule("ARB-016")
def kommune_not_in_force(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """The kommune exists in the reporting year."""
    del facts
    setting = book.setting
    kommune = setting.form.kommuner.get(setting.kommune_kode)
    if kommune is not None and setting.aar and not kommune.is_in_force(date(setting.aar, 12, 31)):
        yield Hit("", 0, "", "ARB-016", str(setting.aar))
