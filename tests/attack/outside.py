"""Look at what a rounded book prints beside its tables' counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.attack.meaning import Figure, Key, Print, counts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.attack.printed import Book, Cell

_COUNT = "(antal)"

_FIGURES = (
    "Forventede",
    "nedre grænse",
    "øvre grænse",
    "Kommunens mål",
    "Over målet",
    "Indbyggere på 18-66 år",
    "Modtagne indberetninger",
    "Tilbageholdte indberetninger",
)
"""Words of headings that end as counts do and are worked out, given from outside, or of reports."""


def unrounded(book: Book) -> Iterator[str]:
    """Return the place of each count of a rounded book that its base does not divide.

    Args:
        book: A rounded book; tables and charts are read.
    """
    for table in book.tables:
        columns = [
            at
            for at, heading in enumerate(table.headings)
            if heading.endswith(_COUNT) and not any(word in heading for word in _FIGURES)
        ]
        for number, row in enumerate(table.rows, table.first_row):
            for at in columns:
                cell = row[at]
                if not isinstance(cell, str) and cell % book.base:
                    yield f"{book.area} {table.code} {chr(65 + at)}{number}: {cell}"


def unread(book: Book) -> Iterator[str]:
    """Return each heading of a table that the attacker takes for none of a count or of labels.

    What it does not read it cannot use, and rows that such a label divides it takes for one.

    Args:
        book: A printed book.
    """
    seen = {
        (figure.place.rsplit(" ", 2)[1], figure.heading)
        for figure in counts_of(book)
        if isinstance(figure, Figure)
        and (
            (isinstance(figure.cell, str) and not figure.cell.startswith("["))
            or (
                figure.heading.endswith(_COUNT)
                and not any(word in figure.heading for word in _FIGURES)
            )
        )
    }
    for code, heading in sorted(seen):
        yield f"{book.area} {code}: {heading}"


def foreign(book: Book) -> Iterator[str]:
    """Return each number of a chart that its table does not print.

    Args:
        book: A printed book; chart F14 belongs to table T14.
    """
    printed = {table.code: {cell for row in table.rows for cell in row} for table in book.tables}
    for table in book.tables:
        source = printed.get(f"T{table.code[1:]}", set())
        for row in table.rows if table.code.startswith("F") else ():
            for cell in row[1:]:
                if not isinstance(cell, str) and cell not in source:
                    yield f"{book.area} {table.code} {row[0]}: {cell}"


def otherwise(books: Iterable[Book]) -> Iterator[str]:
    """Return each number that one book prints otherwise than another of the same edition.

    The formats of an edition print the same, and the country's edition what its kommuner's do.

    Args:
        books: Of any editions, in any formats.
    """
    seen: dict[tuple[Key, int], Cell] = {}
    for book in books:
        for count in counts_of(book):
            if isinstance(count, Print):
                before = seen.setdefault((count.key, book.edition), count.cell)
                if before != count.cell:
                    yield f"{count.place}: {count.cell}, and {before} elsewhere"
