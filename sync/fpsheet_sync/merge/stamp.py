"""Stamps: what a workbook says it was edited from, and which decisions were written into it.

The stamp stands in the workbook's hidden sheet: the identity of the commit it was edited from
and, after a receipt was put into it, one word for each decision of which the receipt wrote the
value into a cell. The merge needs both: what a copy was told last is what its edits are compared
with (docs/merge.md).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"(?P<conflict>[0-9a-f]{10}):(?P<decision>[0-9a-f]{16})")
_PARENT = re.compile(r"[0-9a-f]{64}")
_SHORT = 16


@dataclass(frozen=True, slots=True, order=True)
class ToldDecision:
    """A decision whose value a receipt wrote into a workbook.

    Attributes:
        conflict_id: Identifier of the conflict that was decided.
        decision: The first sixteen digits of the identity of the commit that decided it.
    """

    conflict_id: str
    decision: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the hidden sheet says of a workbook's descent.

    Attributes:
        parent: Identity of the commit that it was edited from; empty for a blank template.
        told: Decisions that a receipt wrote into it since, sorted.
    """

    parent: str
    told: tuple[ToldDecision, ...] = ()

    @property
    def text(self) -> str:
        """Return the stamp as it stands in the hidden sheet."""
        words = (f"{one.conflict_id}:{one.decision}" for one in self.told)
        return " ".join((self.parent, *words))


def make_stamp(parent: str, told: Iterable[ToldDecision] = ()) -> Stamp:
    """Build a stamp; decisions that are named twice stand in it once."""
    return Stamp(parent, tuple(sorted(set(told))))


def read_stamp(text: str) -> Stamp:
    """Read the stamp of a workbook.

    A text that is no stamp is read as a parent, which nobody will know.

    >>> read_stamp("ab12 0123456789:0123456789abcdef").parent
    'ab12'
    """
    parent, *words = text.split(" ")
    found = [_WORD.fullmatch(word) for word in words]
    told = [ToldDecision(one["conflict"], one["decision"]) for one in found if one]
    return make_stamp(parent, told) if len(told) == len(found) else Stamp(text)


def is_stamp(text: str) -> bool:
    """Return whether a text is a stamp that the program writes, the empty one included.

    >>> is_stamp(""), is_stamp("ab" * 32), is_stamp("ab" * 32 + " x"), is_stamp("../957")
    (True, True, False, False)
    """
    parent = read_stamp(text).parent
    return not parent or _PARENT.fullmatch(parent) is not None


def short_identity(sha256: str) -> str:
    """Return the part of a commit's identity by which a stamp names it."""
    return sha256[:_SHORT]
