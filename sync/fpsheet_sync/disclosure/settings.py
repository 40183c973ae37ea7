"""What the departement decides about confidentiality."""

from dataclasses import dataclass
from enum import StrEnum

from fpsheet_sync.disclosure.errors import DisclosureError, disclosure_failure

DEFAULT_THRESHOLD = 5
"""Counts below this are hidden. Source: Sundhedsdatastyrelsen and Danmarks Statistik, "< 5"."""

LOWEST_THRESHOLD = 3
"""No setting goes below this. Source: Jobindsats shows "1-2" for counts below 3."""


LOWEST_WIDTH = 2
"""An interval of 1 may hold a single whole number; repairing below 2 was what the measured
algorithm did (design.md, section 8)."""


BASES = (3, 5, 10)
"""What public editions may be rounded to a multiple of. 3 is the least that leaves a reader three
values of a small number; 10 is used for a part that 5 cannot protect."""

DEFAULT_BASE = 5
"""Source: measured, `docs/adr/0010-disclosure.md`: no repair in most editions, and safe beside
years that were published suppressed."""


MOST_VALUES = 4
"""The audit looks for so many values of a small number: the count, and three beside it."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """The choices of one rounded release.

    Attributes:
        base: Counts are printed as multiples of it; one of `BASES`.
        threshold: Counts below it are small, and so are counts of fewer citizens; 3 or more.
        values: Whole values of each small number that must be possible for the public.
        own_values: The same for a kommune that knows all its own numbers.
        seconds: How long one part may be rounded in one go. It takes seconds; what is cut short is
            not the same every time.
        time_limit: How long everything may take, in seconds.
    """

    base: int = DEFAULT_BASE
    threshold: int = DEFAULT_THRESHOLD
    values: int = 3
    own_values: int = 3
    seconds: float = 300.0
    time_limit: float = 3_600.0

    def __post_init__(self) -> None:
        """Refuse settings that protect nobody.

        Raises:
            DisclosureError: A setting is out of its range.
        """
        if self.base not in BASES:
            raise disclosure_failure("base", base=self.base)
        if self.threshold < LOWEST_THRESHOLD:
            raise _out_of_range("threshold", LOWEST_THRESHOLD)
        if not min(self.values, self.own_values) >= LOWEST_WIDTH:
            raise _out_of_range("values", LOWEST_WIDTH)
        if max(self.values, self.own_values) > MOST_VALUES:
            raise disclosure_failure("most", name="values", allowed=MOST_VALUES)
        if min(self.seconds, self.time_limit) <= 0:
            raise _out_of_range("time_limit", 1)


class ZeroPolicy(StrEnum):
    """What a count of zero is."""

    PUBLISHED = "published"
    """Nobody is nobody: every zero is printed. The reader may count on it, so that a hidden
    number is 1 or more in its eyes; the audit takes that for granted."""
    USUAL = "usual"
    """Zero is printed save where hiding it protects another cell. Safe only while no reader
    concludes from the pattern that hidden numbers are not zero: the audit supposes none does."""
    HIDDEN = "hidden"
    """Zero is as confidential as one."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of one release.

    Attributes:
        threshold: Counts below it are primary; 3 or more.
        zeros: What a count of zero is.
        width: How wide (unit: the cell's own) the attacker's interval of a primary cell must at
            least be; 2 or more.
        interval_limit: The audit solves both linear programs of every hidden cell in every view
            while hidden cells times views stay at or below this. Beyond it, it does so for the
            public, and for each kommune proves that every interval is wide enough by other tables
            that fit what is printed.
    """

    threshold: int = DEFAULT_THRESHOLD
    zeros: ZeroPolicy = ZeroPolicy.PUBLISHED
    width: int = LOWEST_WIDTH
    interval_limit: int = 20_000

    @property
    def hidden_from(self) -> int:
        """Give the smallest value a hidden cell may have in the attacker's eyes."""
        return 1 if self.zeros is ZeroPolicy.PUBLISHED else 0

    def __post_init__(self) -> None:
        """Refuse settings that protect nobody.

        Raises:
            DisclosureError: A setting is out of its range.
        """
        if self.threshold < LOWEST_THRESHOLD:
            raise _out_of_range("threshold", LOWEST_THRESHOLD)
        if self.width < LOWEST_WIDTH:
            raise _out_of_range("width", LOWEST_WIDTH)


def _out_of_range(name: str, allowed: int) -> DisclosureError:
    return disclosure_failure("setting", name=name, allowed=allowed)
