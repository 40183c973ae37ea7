"""Rules about rows that say the same twice (ARB-001 to ARB-004, ARB-014, ARB-015)."""

from collections.abc import Iterator

import polars as pl

from fpsheet_templates.form import Sheet
from fpsheet_validation.hit import Hit
from fpsheet_validation.rules.book import CPR, CheckedBook
from fpsheet_validation.rules.book_rule import book_rule
from fpsheet_validation.typed import ANNUL, ROW, ROW_ID

MAY_BE_TWO = frozenset({"job", "indkomst"})
"""Sheets where two rows may share their key and still be two things."""


@book_rule("ARB-001", "ARB-002", "ARB-003", "ARB-004")
def repeated_rows(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """No two rows are the same row.

    ARB-001: they say exactly the same (texts that stay in the kommune are not compared).
    ARB-002: they are about the same thing and say different things of it; ARB-003 for a job or an
    income, which may be two. ARB-004: they share the hidden row id and nothing else.
    """
    del facts
    for sheet_id in book.sheets:
        sheet = book.setting.form.sheet(sheet_id)
        suspects = _suspects(book, sheet)
        if suspects.height:
            repeated = list(_repeated_in(book, sheet, suspects))
            yield from repeated
            yield from _same_id_in(book, sheet, suspects, {hit.row for hit in repeated})


def _suspects(book: CheckedBook, sheet: Sheet) -> pl.DataFrame:
    """Return the rows that share their key (`samme`) or their row id (`samme_id`) with another."""
    keys = [field.id for field in sheet.key_fields()]
    has_key = pl.col(ANNUL).is_null() & pl.all_horizontal(pl.col(keys).is_not_null())
    same = has_key & (pl.len().over(*keys, has_key) > 1)
    same_id = pl.col(ROW_ID).is_not_null() & pl.col(ROW_ID).is_duplicated()
    marked = book.frame(sheet.id).lazy().with_columns(samme=same, samme_id=same_id)
    return marked.filter(pl.col("samme") | pl.col("samme_id")).sort(ROW).collect()


def _repeated_in(book: CheckedBook, sheet: Sheet, suspects: pl.DataFrame) -> Iterator[Hit]:
    keys = [field.id for field in sheet.key_fields()]
    says = [field.id for field in sheet.entry_fields() if not field.local and field.id != ANNUL]
    places = [says.index(key) for key in keys]
    seen: dict[tuple[object, ...], list[tuple[int, tuple[object, ...]]]] = {}
    for row, *values in suspects.filter("samme").select(ROW, *says).iter_rows():
        said = tuple(values)
        before = seen.setdefault(tuple(said[place] for place in places), [])
        if before and not _are_two(sheet, says, said, before):
            code, first = _compare(sheet, said, before)
            other = book.address(sheet.id, keys[0], first, beside=sheet.id)
            yield Hit(sheet.id, row, keys[0], code, other)
        before.append((row, said))


def _same_id_in(
    book: CheckedBook, sheet: Sheet, suspects: pl.DataFrame, told: set[int]
) -> Iterator[Hit]:
    first: dict[str, int] = {}
    for row, row_id in suspects.filter("samme_id").select(ROW, ROW_ID).iter_rows():
        if row_id not in first:
            first[row_id] = row
        elif row not in told:
            other = book.address(sheet.id, CPR, first[row_id], beside=sheet.id)
            yield Hit(sheet.id, row, CPR, "ARB-004", other)


def _are_two(
    sheet: Sheet,
    says: list[str],
    said: tuple[object, ...],
    before: list[tuple[int, tuple[object, ...]]],
) -> bool:
    """Return whether rows of one key are two decisions: one may give two levels, one later."""
    if sheet.id != "afgoerelse":
        return False
    place = says.index("virkning_dato")
    days = {said[place], *(values[place] for _, values in before)}
    return None not in days and len(days) == len(before) + 1


def _compare(
    sheet: Sheet, said: tuple[object, ...], before: list[tuple[int, tuple[object, ...]]]
) -> tuple[str, int]:
    """Return the rule that a repeated row breaks, and the row it repeats."""
    for row, earlier in before:
        if earlier == said:
            return "ARB-001", row
    return "ARB-003" if sheet.id in MAY_BE_TWO else "ARB-002", before[0][0]


@book_rule("ARB-014")
def shared_journal(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """A journal number belongs to one citizen."""
    del facts
    return _shared(book, ["journal_nr"], "journal_nr", "ARB-014")


@book_rule("ARB-015")
def same_name_and_birthday(book: CheckedBook, facts: pl.DataFrame) -> Iterator[Hit]:
    """Two citizens of one name and one birthday may be one, entered with two numbers."""
    del facts
    return _shared(book, ["navn", "foedt"], "navn", "ARB-015")


def _shared(book: CheckedBook, same: list[str], shown: str, code: str) -> Iterator[Hit]:
    """Yield the rows of Borgere that share something with an earlier citizen."""
    rows = (
        book.rows("borger")
        .filter(pl.col(ROW).is_not_null())
        .with_columns(
            pl.col(CPR).str.head(6).alias("foedt"),
            pl.col("navn", "journal_nr").str.strip_chars().str.to_lowercase(),
        )
        .filter(pl.all_horizontal(pl.col(same).is_not_null()))
        .filter(pl.col(CPR).n_unique().over(same) > 1)
        .sort(ROW)
        .select(ROW, CPR, *same)
        .collect()
    )
    first: dict[tuple[object, ...], tuple[int, str]] = {}
    for row, cpr, *values in rows.iter_rows():
        earlier = first.setdefault(tuple(values), (row, cpr))
        if earlier[1] != cpr:
            other = book.address("borger", shown, earlier[0], beside="borger")
            yield Hit("borger", row, shown, code, other)
