"""Write down what a reader of printed workbooks knows: bounds of each number, and facts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.attack.facts import CITIZENS, NOT_KNOWN, OF, Numbers, facts_of
from tests.attack.figures import figure_facts
from tests.attack.later import later_facts
from tests.attack.meaning import GIVEN, LAND, Key, Print, counts_of
from tests.attack.program import INFINITE, MANY, Fact, Known
from tests.attack.revised import newest, revised_facts, window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from tests.attack.printed import Book


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


@dataclass(frozen=True, slots=True)
class Printed:
    """What printed editions of one country tell everybody.

    Attributes:
        known: What the public knows.
        keys: All numbers that facts are about.
        cells: Those with a cell in some book.
    """

    known: Known
    keys: AbstractSet[Key]
    cells: Sequence[Key]

    def also(self, own: Sequence[Book]) -> Known:
        """Return what a kommune knows that has internal books of its own, too.

        Args:
            own: The kommune's internal books; none for the public.
        """
        known = Known(dict(self.known.low), dict(self.known.high), self.known.facts)
        _own(known, read(own), self.keys)
        return known


def knowledge(public: Sequence[Book]) -> Printed:
    """Return what printed editions tell.

    What an edition showed that another has replaced is about other counts, and tells what the new
    one's list of moved numbers tells.

    Args:
        public: Printed editions of one country, with those of its kommuner.
    """
    public = newest(public)
    reading = read(public)
    known = Known()
    _bounds(known, reading)
    keys = {key.at(area) for key in reading.prints for area in (LAND, *reading.areas)}
    rounded = [book.farthest for book in public if book.base > 1]
    left_out = _left_out(known, keys, max(rounded)) if rounded else set()
    keys |= left_out
    numbers = Numbers(keys, reading.areas, is_danish=any("Danmark" in book.area for book in public))
    told = (fact for book in public for fact in figure_facts(book))
    figures = {(fact.why, fact.low, fact.high, *fact.terms.values()): fact for fact in told}
    nobody = [
        Fact({key: 1.0}, 0.0, 0.0, f"not shown, so nobody: {key}", sure=False) for key in left_out
    ]
    known.facts = [*facts_of(numbers), *later_facts(numbers), *figures.values(), *nobody]
    known.facts += [*revised_facts(public), *_with_citizens(known, numbers)]
    return Printed(known, keys, list(reading.prints))


def _bounds(known: Known, reading: Reading) -> None:
    """Bound each printed number by its prints."""
    for key, prints in reading.prints.items():
        for book, printed in prints:
            low, high = window(book, printed, book.farthest)
            known.bound(key, low, high)


def _with_citizens(known: Known, numbers: Numbers) -> Iterator[Fact]:
    """Say that where there is a case there is a citizen.

    A citizen has as many cases as there may be of all, at most.
    """
    for key in numbers.ordered:
        cases = replace(key, measure=OF.get(key.measure, key.measure))
        if key.measure not in CITIZENS or cases not in numbers.keys:
            continue
        if known.low.get(cases, 0.0) > 0:
            known.bound(key, 1.0, INFINITE)
        else:
            most = min(known.high.get(cases, INFINITE), MANY)
            why = f"where there is a case there is a citizen: {key}"
            yield Fact({key: most, cases: -1.0}, 0.0, INFINITE, why)


_BLANK = (
    "cyclus tiltag band hours level ordinary_hours branche10 branche19 motivation result after "
    "before body appeals_body on_file refusal advice industry"
)

MAY_BE_LEFT_OUT = {
    **dict.fromkeys(_BLANK.split(), (NOT_KNOWN,)),
    "age": (NOT_KNOWN, "Under 18 år", "67 år og derover"),
    "ordinary": ("Ikke oplyst",),
    "worked": ("Ikke oplyst",),
}
"""What is shown only where it occurs, by what it divides; some of it only supposed."""


def _left_out(known: Known, keys: set[Key], reach: int) -> set[Key]:
    """Return the keys of rows and columns that a rounded book leaves out where all would be 0.

    Each holds at most as many as a printed 0 may stand for.
    """
    added: set[Key] = set()
    fresh = keys
    while fresh:
        fresh = {
            key.without(name).with_(**{name: value})
            for key in fresh
            for name, _ in key.attributes
            if not any(name in GIVEN.get(other, ()) for other, _ in key.attributes)
            for value in MAY_BE_LEFT_OUT.get(name, ())
        } - (keys | added)
        added |= fresh
    for key in added:
        known.bound(key, 0, reach)
    return added


def _own(known: Known, inside: Reading, keys: AbstractSet[Key]) -> None:
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
