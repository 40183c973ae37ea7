"""Write down what a reader of printed workbooks knows: bounds of each number, and facts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.attack.facts import Numbers, facts_of
from tests.attack.later import later_facts
from tests.attack.meaning import LAND, Key, Print, counts_of
from tests.attack.program import INFINITE, Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.attack.printed import Book, Cell


@dataclass(slots=True)
class Reading:
    """What stands in some books, by what it counts.

    Attributes:
        prints: Each number's printed cells, with the book each stands in.
        areas: Kommuner with rows of their own.
    """

    prints: dict[Key, list[tuple[Book, Print]]] = field(default_factory=lambda: defaultdict(list))
    areas: list[str] = field(default_factory=list)

    def add(self, book: Book) -> None:
        """Add a book."""
        for count in counts_of(book):
            if isinstance(count, Print):
                self.prints[count.key].append((book, count))
                if count.key.area not in {LAND, *self.areas}:
                    self.areas.append(count.key.area)


def read(books: Iterable[Book]) -> Reading:
    """Return what stands in books of one country."""
    reading = Reading()
    for book in books:
        reading.add(book)
    return reading


def knowledge(public: Sequence[Book], own: Sequence[Book] = ()) -> Known:
    """Return what a reader knows who has public books, and perhaps internal ones of its own.

    Args:
        public: Printed editions of one country, with those of its kommuner.
        own: Internal books of the reader's kommune; empty for the public.
    """
    reading, inside = read(public), read(own)
    known = Known()
    _bounds(known, reading)
    keys = {key.at(area) for key in reading.prints for area in (LAND, *reading.areas)}
    _own(known, inside, keys)
    numbers = Numbers(keys, reading.areas)
    known.facts = [*facts_of(numbers), *later_facts(numbers)]
    return known


def _bounds(known: Known, reading: Reading) -> None:
    """Bound each printed number by its prints."""
    for key, prints in reading.prints.items():
        for book, printed in prints:
            low, high = window(book, printed.cell)
            known.bound(key, low, high)


def window(book: Book, cell: Cell) -> tuple[float, float]:
    """Return the smallest and largest count that a printed cell may stand for.

    Where nothing is rounded, zeros are printed, so that what is hidden is at least one.

    Args:
        book: The book it is printed in.
        cell: The number or sign.
    """
    if isinstance(cell, str):
        return (1.0 if cell == "[c]" and book.base == 1 else 0.0), INFINITE
    return max(0.0, cell - book.reach), cell + book.reach


def _own(known: Known, inside: Reading, keys: set[Key]) -> None:
    """Bound the reader's own numbers exactly; a row that is not printed inside holds none."""
    tables = set()
    for key, prints in inside.prints.items():
        tables.add(_table(key))
        cell = prints[0][1].cell
        if key in keys and key.area != LAND and not isinstance(cell, str):
            known.bound(key, cell, cell)
    areas = {key.area for key in inside.prints} - {LAND}
    for key in sorted(keys):
        if key.area in areas and _table(key) in tables and key not in inside.prints:
            known.bound(key, 0, 0)


def _table(key: Key) -> Key:
    """Return what a number has in common with the others of its table."""
    return replace(key, attributes=tuple((name, "") for name, _ in key.attributes))
