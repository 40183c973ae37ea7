"""Rules about the Forside (ARB-006 to ARB-009, ARB-018, ARB-019)."""

import re
from collections.abc import Iterator
from datetime import date

import polars as pl

from fpsheet_templates.form import FieldType
from fpsheet_validation.cells.cell import judge_cell
from fpsheet_validation.hit import Hit
from fpsheet_validation.rules.book import CheckedBook
from fpsheet_validation.rules.book_rule import book_rule

COVER = "forside"
_SHAPES = {
    "e_mail": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "ARB-008"),
    "journal_adresse": (re.compile(r"https?://[^\s\[\]]+\[nr\][^\s\[\]]*"), "ARB-018"),
}
"""Field to what its text looks like, and the code where it does not."""


def cover_row(book: CheckedBook, field_id: str) -> int:
    """Return the Excel row of an entry cell of the Forside; 0 where the file lacks it."""
    digits = re.search(r"\d+$", book.raw.cover.get(field_id, ("", ""))[1])
    return int(digits[0]) if digits else 0


def _entry(book: CheckedBook, field_id: str) -> str:
    """Return what stands in a cell of the Forside, empty for nothing."""
    return (book.raw.cover.get(field_id, (None, ""))[0] or "").strip()


def nil_return(book: CheckedBook) -> str:
    """Return the code of "Ingen sager i perioden": ja, nej, empty for blank, "?" for unreadable."""
    entry = _entry(book, "ingen_sager").lower()
    codes = book.setting.form.code_lists["ja_nej"].by_entry(book.setting.language)
    return codes.get(entry, "?") if entry else ""


def cover_hit(book: CheckedBook, field_id: str, code: str, other: str = "") -> Hit:
    """Return a hit at an entry cell of the Forside."""
    return Hit(COVER, cover_row(book, field_id), field_id, code, other)


@book_rule("ARB-006")
def nothing_at_all(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """A workbook without rows says that there were no cases; one without a sheet need not."""
    del facts
    if book.raw.missing:
        return
    rows = sum(book.frame(sheet_id).height for sheet_id in book.sheets)
    if "ingen_sager" in book.raw.cover and not rows and nil_return(book) in {"", "nej"}:
        yield cover_hit(book, "ingen_sager", "ARB-006")


@book_rule("ARB-007")
def no_contact(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """The Forside names somebody to ask, and how."""
    del facts
    for field_id in ("kontaktperson", "e_mail"):
        if field_id in book.raw.cover and not _entry(book, field_id):
            yield cover_hit(book, field_id, "ARB-007")


@book_rule("ARB-008", "ARB-018")
def not_an_address(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """The e-mail is one; the journal's address is one, with a place for the journal number."""
    del facts
    for field_id, (shape, code) in _SHAPES.items():
        entry = _entry(book, field_id)
        if entry and not shape.fullmatch(entry):
            yield cover_hit(book, field_id, code)


@book_rule("ARB-009")
def nil_return_unreadable(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """The answer to "Ingen sager i perioden" is Ja, Nej or nothing."""
    del facts
    if nil_return(book) == "?":
        yield cover_hit(book, "ingen_sager", "ARB-009")


@book_rule("ARB-019")
def not_a_day(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """A day on the Forside is one: that of the approval, and the deadline that is asked for."""
    del facts
    for field in book.setting.form.sheet(COVER).fields:
        entry = _entry(book, field.id)
        if entry and field.type is FieldType.DATE:
            said = judge_cell(entry, frozenset(), field, entries={}, date1904=book.raw.date1904)
            if not isinstance(said.value, date):
                yield cover_hit(book, field.id, "ARB-019")
