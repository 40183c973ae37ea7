"""Rules about the Forside (ARB-005 to ARB-009)."""

import re
from collections.abc import Iterator
from datetime import date

import polars as pl

from fpsheet_validation.book import Book
from fpsheet_validation.book_rule import book_rule
from fpsheet_validation.hit import Hit
from fpsheet_validation.row_check import row_day
from fpsheet_validation.typed import ANNUL

COVER = "forside"
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def cover_row(book: Book, field_id: str) -> int:
    """Give the Excel row of an entry cell of the Forside; 0 where the file lacks it."""
    digits = re.search(r"\d+$", book.raw.cover.get(field_id, ("", ""))[1])
    return int(digits[0]) if digits else 0


def _entry(book: Book, field_id: str) -> str:
    """Give what stands in a cell of the Forside, empty for nothing."""
    return (book.raw.cover.get(field_id, (None, ""))[0] or "").strip()


def nil_return(book: Book) -> str:
    """Give the code of "Ingen sager i perioden": ja, nej, empty for blank, "?" for unreadable."""
    entry = _entry(book, "ingen_sager").lower()
    codes = book.setting.form.code_lists["ja_nej"].by_entry(book.setting.language)
    return codes.get(entry, "?") if entry else ""


def _hit(book: Book, field_id: str, code: str, other: str = "") -> Hit:
    return Hit(COVER, cover_row(book, field_id), field_id, code, other)


@book_rule("ARB-005")
def nil_return_with_cases(book: Book, facts: pl.DataFrame) -> Iterator[Hit]:
    """A kommune that says it had no cases has no row of the reporting year."""
    del facts
    rows = sum(_rows_of_year(book, sheet_id) for sheet_id in book.sheets)
    if nil_return(book) == "ja" and rows:
        yield _hit(book, "ingen_sager", "ARB-005", str(rows))


def _rows_of_year(book: Book, sheet_id: str) -> int:
    """Count the rows dated in the reporting year."""
    day = row_day(book.setting.form.sheet(sheet_id))
    year = book.setting.aar
    if not day or not year:
        return 0
    frame = book.frame(sheet_id).filter(pl.col(ANNUL).is_null())
    return frame.filter(pl.col(day).is_between(date(year, 1, 1), date(year, 12, 31))).height


@book_rule("ARB-006")
def nothing_at_all(book: Book, facts: pl.DataFrame) -> Iterator[Hit]:
    """A workbook without rows says that there were no cases."""
    del facts
    rows = sum(book.frame(sheet_id).height for sheet_id in book.sheets)
    if "ingen_sager" in book.raw.cover and not rows and nil_return(book) in {"", "nej"}:
        yield _hit(book, "ingen_sager", "ARB-006")


@book_rule("ARB-007")
def no_contact(book: Book, facts: pl.DataFrame) -> Iterator[Hit]:
    """The Forside names somebody to ask, and how."""
    del facts
    for field_id in ("kontaktperson", "e_mail"):
        if field_id in book.raw.cover and not _entry(book, field_id):
            yield _hit(book, field_id, "ARB-007")


@book_rule("ARB-008")
def not_a_mail_address(book: Book, facts: pl.DataFrame) -> Iterator[Hit]:
    """The e-mail is an e-mail."""
    del facts
    entry = _entry(book, "e_mail")
    if entry and not _MAIL.fullmatch(entry):
        yield _hit(book, "e_mail", "ARB-008")


@book_rule("ARB-009")
def nil_return_unreadable(book: Book, facts: pl.DataFrame) -> Iterator[Hit]:
    """The answer to "Ingen sager i perioden" is Ja, Nej or nothing."""
    del facts
    if nil_return(book) == "?":
        yield _hit(book, "ingen_sager", "ARB-009")
