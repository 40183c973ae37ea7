"""A choice of what is hidden in a release, of the whole or of its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.parts import Part
from fpsheet_sync.disclosure.primary import Primary
from fpsheet_sync.disclosure.problem import Problem
from fpsheet_sync.disclosure.witness import Witness, is_valid

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """What is hidden, and what is to be kept from whom.

    Attributes:
        problem: The release.
        primary: What must be kept from whom.
        hidden: Whether a cell is not printed, per cell.
        witnesses: Other tables that fit, as far as known.
    """

    problem: Problem
    primary: Primary
    hidden: "NDArray[np.bool_]"
    witnesses: tuple[Witness, ...] = ()

    def checked(self) -> "Pattern":
        """Give the pattern with the witnesses alone that are true ones."""
        true = (one for one in self.witnesses if is_valid(self.problem, self.hidden, one))
        return Pattern(self.problem, self.primary, self.hidden, tuple(true))

    def divided(self, parts: Sequence[Part]) -> "tuple[Pattern, ...]":
        """Give what it says of each part."""
        part_of = np.empty(self.problem.size, dtype=np.int64)
        for number, part in enumerate(parts):
            part_of[part.cells] = number
        own: list[list[Witness]] = [[] for _ in parts]
        for witness in self.witnesses:
            number = int(part_of[witness.cells[0]])
            own[number].append(parts[number].own(witness))
        return tuple(
            Pattern(part.problem, _cut(self.primary, part), self.hidden[part.cells], tuple(found))
            for part, found in zip(parts, own, strict=True)
        )


def join(problem: Problem, parts: Sequence[Part], patterns: Sequence[Pattern]) -> Pattern:
    """Put the patterns of all parts together."""
    views = len(problem.views)
    is_primary, hidden = (np.zeros(problem.size, dtype=np.bool_) for _ in range(2))
    against, too_late = (np.zeros((problem.size, views), dtype=np.bool_) for _ in range(2))
    witnesses: list[Witness] = []
    for part, pattern in zip(parts, patterns, strict=True):
        is_primary[part.cells] = pattern.primary.is_primary
        against[part.cells] = pattern.primary.against
        too_late[part.cells] = pattern.primary.too_late
        hidden[part.cells] = pattern.hidden
        witnesses.extend(part.outer(witness) for witness in pattern.witnesses)
    return Pattern(problem, Primary(is_primary, against, too_late), hidden, tuple(witnesses))


def _cut(primary: Primary, part: Part) -> Primary:
    cells = part.cells
    return Primary(primary.is_primary[cells], primary.against[cells], primary.too_late[cells])
