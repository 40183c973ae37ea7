"""Rules about who the rows belong to (BRG-001, BRG-034, BRG-035)."""

from collections.abc import Iterator

import polars as pl

from fpsheet_validation.hit import Hit
from fpsheet_validation.rules.book import CPR, CheckedBook
from fpsheet_validation.rules.book_rule import book_rule
from fpsheet_validation.typed import ROW

_CITIZENS = "borger"


@book_rule("BRG-001", "BRG-034", "BRG-035")
def whose_rows(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """Every row belongs to a citizen of Borgere, under the number of today.

    BRG-001: the citizen has no row in Borgere. BRG-035: the row stands under a former number.
    Both are told once per citizen, at the first row. BRG-034: a former number has a row of its
    own in Borgere.
    """
    citizens, former = dict[str, int](), dict[str, int]()
    for row, cpr, before in _citizens(book):
        citizens.setdefault(cpr, row)
        if before is not None:
            former.setdefault(before, row)
    for cpr, row in former.items():
        # The same number twice in one row is BOR-002.
        if citizens.get(cpr, row) != row:
            other = book.address(_CITIZENS, CPR, citizens[cpr], beside=_CITIZENS)
            yield Hit(_CITIZENS, row, "tidligere_cpr", "BRG-034", other)
    for cpr, (sheet_id, row) in _first_rows(book, _strangers(facts)).items():
        if cpr in former:
            other = book.address(_CITIZENS, "tidligere_cpr", former[cpr], beside=sheet_id)
            yield Hit(sheet_id, row, CPR, "BRG-035", other)
        else:
            yield Hit(sheet_id, row, CPR, "BRG-001")


def _strangers(facts: pl.DataFrame) -> set[str]:
    """Return the citizens without a row in Borgere, not even one that is probably theirs."""
    known = facts["sag_er_borger"] | facts["sag_maaske_borger"]
    return set() if known.all() else set(facts.filter(~known)[CPR].to_list())


def _first_rows(book: CheckedBook, cprs: set[str]) -> dict[str, tuple[str, int]]:
    """Return each citizen's first row: sheets in the order of the form, rows in theirs."""
    first: dict[str, tuple[str, int]] = {}
    for sheet_id in book.sheets if cprs else ():
        rows = book.rows(sheet_id).filter(pl.col(ROW).is_not_null()).select(ROW, CPR).collect()
        for row, cpr in rows.iter_rows():
            if cpr in cprs:
                first.setdefault(cpr, (sheet_id, row))
    return first


def _citizens(book: CheckedBook) -> list[tuple[int, str, str | None]]:
    """Return Excel row, CPR number and former number of the rows of Borgere that count."""
    rows = book.rows(_CITIZENS).filter(pl.col(ROW).is_not_null())
    return rows.select(ROW, CPR, "tidligere_cpr").collect().rows()
