"""Rules over the whole workbook: each one a function that names the places where it is broken."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType

import polars as pl

from fpsheet_validation.hit import Hit
from fpsheet_validation.rules.book import CheckedBook

BookFault = Callable[[CheckedBook, pl.DataFrame], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class BookRule:
    """One rule over the workbook, or several that are settled together.

    Attributes:
        codes: Codes in the catalogue.
        find: Gives the hits from the book and the facts of its citizens (`case_facts`).
    """

    codes: tuple[str, ...]
    find: BookFault


def book_rule(*codes: str) -> Callable[[BookFault], BookRule]:
    """Return a decorator that makes a rule of a function."""

    def make(find: BookFault) -> BookRule:
        return BookRule(codes, find)

    return make


def book_rules_in(*modules: ModuleType) -> Iterator[BookRule]:
    """Yield the rules that modules define, in code order within each."""
    for module in modules:
        found = [thing for thing in vars(module).values() if isinstance(thing, BookRule)]
        yield from sorted(found, key=lambda rule: rule.codes)
