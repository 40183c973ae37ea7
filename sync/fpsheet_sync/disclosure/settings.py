"""What the departement decides about confidentiality."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fpsheet_sync.disclosure.cells import CellId
from fpsheet_sync.disclosure.disclosure_error import DisclosureError, disclosure_failure

DEFAULT_THRESHOLD = 5
"""Counts below this are small. Source: Sundhedsdatastyrelsen and Danmarks Statistik, "< 5"."""

LOWEST_THRESHOLD = 3
"""No setting goes below this. Source: Jobindsats shows "1-2" for counts below 3."""


LOWEST_VALUES = 2
"""A number of which a reader holds one value possible is known."""

MOST_VALUES = 4
"""The audit looks for so many values of a small number: the count, and three beside it."""

BASES = (3, 5, 10)
"""What public editions may be rounded to a multiple of. 3 is the least that leaves a reader three
values of a small number; 10 is used for a part that 5 cannot protect."""

DEFAULT_BASE = 5
"""Source: measured, `docs/adr/0010-disclosure.md`: no repair in most editions, and safe beside
years that were published suppressed."""


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
        refused: Number that the certificate found too narrow → how many of the means that protect
            its part, from the weakest on, are passed over.
    """

    base: int = DEFAULT_BASE
    threshold: int = DEFAULT_THRESHOLD
    values: int = 3
    own_values: int = 3
    seconds: float = 300.0
    time_limit: float = 3_600.0
    refused: Mapping[CellId, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse settings that protect nobody.

        Raises:
            DisclosureError: A setting is out of its range.
        """
        if self.base not in BASES:
            raise disclosure_failure("base", base=self.base)
        if self.threshold < LOWEST_THRESHOLD:
            raise _out_of_range("threshold", LOWEST_THRESHOLD)
        if not min(self.values, self.own_values) >= LOWEST_VALUES:
            raise _out_of_range("values", LOWEST_VALUES)
        if max(self.values, self.own_values) > MOST_VALUES:
            raise disclosure_failure("most", name="values", allowed=MOST_VALUES)
        if min(self.seconds, self.time_limit) <= 0:
            raise _out_of_range("time_limit", 1)


def _out_of_range(name: str, allowed: int) -> DisclosureError:
    return disclosure_failure("setting", name=name, allowed=allowed)
