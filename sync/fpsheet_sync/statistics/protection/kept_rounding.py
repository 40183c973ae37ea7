"""How editions were rounded, as it is kept for the next one; nobody outside may see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.statistics.stat_table import Shorthand

if TYPE_CHECKING:
    # Not loaded here: it brings numpy along.
    from fpsheet_sync.disclosure.prints import Print


@dataclass(frozen=True, slots=True)
class Measured:
    """A mean or quartile as it was printed.

    Attributes:
        value: The whole number, or a shorthand.
        as_of: The last commit that was known when it was chosen.
    """

    value: int | Shorthand
    as_of: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept beside an edition, and nobody outside may see: how it was rounded.

    Attributes:
        prints: Every count printed, by name, with the count it was printed for.
        left_out: Counts that could not be printed.
        figures: Means and quartiles, by name of the figure.
        tallies: Numbers of rows and findings (T21), by name of the figure.
    """

    prints: Mapping[CellId, "Print"] = field(default_factory=dict)
    left_out: frozenset[CellId] = frozenset()
    figures: Mapping[str, Measured] = field(default_factory=dict)
    tallies: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier editions of a country have told.

    Attributes:
        exact: The counts printed as they were counted, by name; of several values the last.
        prints: Every rounded print that a number ever had, oldest first.
        last: The last publication of the country; 0 for none.
    """

    exact: Mapping[CellId, int] = field(default_factory=dict)
    prints: Mapping[CellId, tuple["Print", ...]] = field(default_factory=dict)
    last: int = 0

    @property
    def counts(self) -> Mapping[CellId, int]:
        """Return the counts behind the rounded prints, each by its last."""
        last = {name: ones[-1].count for name, ones in self.prints.items()}
        return {name: count for name, count in last.items() if count is not None}
