"""Rules about who the rows belong to (BRG-001, BRG-034, BRG-035)."""

from collections.abc import Iterator

import polars as pl

from fpsheet_validation.book import CPR, Book
from fpsheet_validation.book_rule import book_rule
from fpsheet_validation.hit import Hit
from fpsheet_validation.typed import ROW

_CITIZENS = "borger"


@book_rule("BRG-001")
def orphans(book: Book, facts: pl.DataFrame) -> Iterator[Hit]:
    """Every row's citizen has a row in Borgere; told once per citizen, at the first row."""
    former = _former_numbers(book)
    strangers = _strangers(facts.filter(~pl.col("sag_maaske_borger")))
    for cpr, (sheet_id, row) in _first_rows(book, strangers).items():
        if cpr not in former:
            yield Hit(sheet_id, row, CPR, "BRG-001")


@book_rule("BRG-035")
def rows_under_former_number(book: Book, facts: pl.DataFrame) -> Iterator[Hit]:
    """Rows stand under the citizen's present CPR number; told once per citizen."""
    former = _former_numbers(book)
    for cpr, (sheet_id, row) in _first_rows(book, _strangers(facts) & set(former)).items():
        other = book.address(_CITIZENS, "tidligere_cpr", former[cpr], beside=sheet_id)
        yield Hit(sheet_id, row, CPR, "BRG-035", other)


@book_rule("BRG-034")
def former_number_is_citizen(book: Book, facts: pl.DataFrame) -> Iterator[Hit]:
    """A former CPR number has no row of its own in Borgere."""
    del facts
    citizens = dict[str, int]()
    for row, cpr in _pairs(book, _CITIZENS, CPR):
        citizens.setdefault(cpr, row)
    for row, cpr in _pairs(book, _CITIZENS, "tidligere_cpr"):
        # The same number twice in one row is BOR-002.
        if cpr in citizens and citizens[cpr] != row:
            other = book.address(_CITIZENS, CPR, citizens[cpr], beside=_CITIZENS)
            yield Hit(_CITIZENS, row, "tidligere_cpr", "BRG-034", other)


def _strangers(facts: pl.DataFrame) -> set[str]:
    """Give the citizens without a row in Borgere."""
    return set(facts.filter(~pl.col("sag_er_borger"))[CPR].to_list())


def _former_numbers(book: Book) -> dict[str, int]:
    """Give former CPR number → Excel row in Borgere."""
    return {cpr: row for row, cpr in _pairs(book, _CITIZENS, "tidligere_cpr")}


def _first_rows(book: Book, cprs: set[str]) -> dict[str, tuple[str, int]]:
    """Give each citizen's first row: sheets in the order of the form, rows in theirs."""
    first: dict[str, tuple[str, int]] = {}
    if not cprs:
        return first
    for sheet_id in book.sheets:
        for row, cpr in _pairs(book, sheet_id, CPR):
            if cpr in cprs:
                first.setdefault(cpr, (sheet_id, row))
    return first


def _pairs(book: Book, sheet_id: str, field_id: str) -> list[tuple[int, str]]:
    """Give (Excel row, value) for the rows of the file that count and have a value."""
    rows = book.rows(sheet_id).filter(pl.col(ROW).is_not_null() & pl.col(field_id).is_not_null())
    return rows.select(ROW, field_id).collect().rows()
