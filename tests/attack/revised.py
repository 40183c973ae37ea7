"""Say what a reader makes of how far prints are from counts, and of a list of moved numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.attack.meaning import Print, counts_of
from tests.attack.program import INFINITE, Fact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.attack.printed import Book

LIST = "T22"
"""The table of the numbers that moved: table, row, column, before, now."""


def newest(public: Sequence[Book]) -> list[Book]:
    """Return the books without those that another edition of the same area and period replaces."""
    last: dict[object, int] = {}
    for book in public:
        place = (book.area, book.first, book.last)
        last[place] = max(book.edition, last.get(place, 0))
    return [book for book in public if book.edition == last[book.area, book.first, book.last]]


def revised_facts(public: Sequence[Book]) -> Iterator[Fact]:
    """Return what a reader believes of numbers that an edition shows again.

    A number that did not move was not revised, so that it lies as near to its print as one that was
    never shown before; one that moved had been left by its count. Neither needs to be so.

    Args:
        public: The newest editions.
    """
    for book in public:
        if book.base > 1 and (book.edition > 1 or book.farthest > book.reach):
            yield from _of_book(book)


def _of_book(book: Book) -> Iterator[Fact]:
    moved = {
        (str(row[0]), str(row[1]), str(row[2])): row[3]
        for table in book.tables
        if table.code == LIST
        for row in table.rows
    }
    for count in counts_of(book):
        if not isinstance(count, Print) or not isinstance(count.cell, int):
            continue
        before = moved.get(count.line)
        if before is None:
            near = book.reach if book.edition == 1 else book.base - 1
            low, high = window(book, count, near)
            why = f"not revised since it was first shown: {count.key}"
            yield Fact({count.key: 1.0}, low, high, why, sure=False)
        elif isinstance(before, int):
            why = f"left what edition {book.edition - 1} showed: {count.key}"
            up = count.cell > before
            low, high = (before + book.reach + 1, INFINITE) if up else (0, before - book.reach - 1)
            yield Fact({count.key: 1.0}, low, high, why, sure=False)


def window(book: Book, printed: Print, reach: int) -> tuple[float, float]:
    """Return the smallest and largest count that a printed cell may stand for.

    Where nothing is rounded, zeros are printed, so that what is hidden is at least one. Of a table
    with two bases, a multiple of both may be of either, and a larger base reaches farther.

    Args:
        book: The book it is printed in.
        printed: The number or sign.
        reach: How far counts of the book's base may be from their prints.
    """
    cell = printed.cell
    if isinstance(cell, str):
        return (1.0 if cell == "[c]" and book.base == 1 else 0.0), INFINITE
    more = max((base for base in printed.bases if cell % base == 0), default=book.base) - book.base
    reach += max(0, more)
    return max(0.0, cell - reach), cell + reach
