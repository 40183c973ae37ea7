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
