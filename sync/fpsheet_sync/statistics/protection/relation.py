"""Relations: what every reader knows of printed numbers beside each other, and why.

A relation says that some numbers together are others together, or no more than these. None is
written down for a single table: they are derived from the declarations of what the tables count
(`fpsheet_templates.population`, `fpsheet_templates.table`), within an edition (`inside`) and from
edition to edition (`over_time`). The audit is told all of them, each with its derivation in words
(the text `statistics.relation.<reason>`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from fpsheet_sync.disclosure.cells import Cell, CellId, Equation
from fpsheet_sync.statistics.tables.number_name import DISTINCT, Number
from fpsheet_templates.population import Population, load_populations


class Reason(StrEnum):
    """Why a relation holds; the text that says so."""

    PART = "part"
    """A part is no larger than its whole."""
    COVERED = "covered"
    """Counted once, no more in all than in every part together."""
    CASES = "cases"
    """Citizens counted once are no more than their cases."""
    BEHIND = "behind"
    """Where there is a case there is a citizen."""
    ONE_HOME = "one_home"
    """Citizens counted once, each in one kommune: the country is the sum."""
    CONTAINED = "contained"
    """What is counted is counted in the other, too."""
    APART = "apart"
    """Counts with nothing in common inside a third."""
    BUT_FOR = "but_for"
    """All of another count but for those with one code."""
    MIRROR = "mirror"
    """The same citizens, seen from both ends."""
    READ_TOGETHER = "read_together"
    """Two values are read from one row: where this one is known, so is that."""
    CROSSED = "crossed"
    """Margins of several tables are sums of the same cells, which no table prints."""
    STOCK_FLOW = "stock_flow"
    """What was held before, and what began, less what ended."""
    HELD = "held"
    """What is held on a day is held in a period with that day, or beginning on the next."""
    SHORTER = "shorter"
    """A period within another."""
    REST = "rest"
    """A period that ends or begins as a longer one, and the rest of that."""
    ANNIVERSARY = "anniversary"
    """What happened a year before."""
    FALLING = "falling"
    """What nobody becomes who was not so before."""


class ToldReason(NamedTuple):
    """Why readers are told of numbers beside each other, and how often.

    Attributes:
        reason: Why: a `Reason`.
        is_certain: Whether it holds whatever happened.
        times: How often they are told.
    """

    reason: str
    is_certain: bool
    times: int


@dataclass(frozen=True, slots=True)
class Relation:
    """Some numbers together are others together, or no more.

    Attributes:
        reason: Why.
        some: The numbers of the smaller side.
        others: Those of the larger.
        is_equal: Both sides are the same.
        is_certain: It holds whatever happened. Otherwise it holds where few have moved: readers may
            believe it, so they are told it, but nothing rests on it.
        is_presence: It says no more than that where there are some, there are others.
    """

    reason: Reason
    some: tuple[Number, ...]
    others: tuple[Number, ...]
    is_equal: bool = False
    is_certain: bool = True
    is_presence: bool = False

    @property
    def name(self) -> str:
        """Name the relation, once for all that it says."""
        some, others = (" + ".join(each.id for each in side) for side in (self.some, self.others))
        sign = "only with" if self.is_presence else "=" if self.is_equal else "<="
        return f"{some} {sign} {others}"

    @property
    def owner(self) -> str | None:
        """Return the kommune that knows both sides; None where it takes more than its own."""
        owners = {number.owner for number in (*self.some, *self.others)}
        return owners.pop() if len(owners) == 1 else None

    def left(self, values: Mapping[Number, int]) -> int:
        """Return the larger side less the smaller; what a true relation leaves is not negative."""
        sides = (sum(values[each] for each in side) for side in (self.others, self.some))
        others, some = sides
        return others - some

    def holds(self, values: Mapping[Number, int]) -> bool:
        """Return whether it is so in these numbers."""
        if self.is_presence:
            some, others = (any(values[one] for one in side) for side in (self.some, self.others))
            return others or not some
        left = self.left(values)
        return left == 0 if self.is_equal else left >= 0


@dataclass(frozen=True, slots=True)
class Told:
    """Relations as equations, with the cells that these need and that nobody prints.

    Attributes:
        cells: What is left between two sides.
        equations: The relations, but for those that say no more than that there is somebody.
        behind: (cases, citizens) of these.
    """

    cells: tuple[Cell, ...]
    equations: tuple[Equation, ...]
    behind: tuple[tuple[CellId, CellId], ...] = ()


def tell(relations: Iterable[Relation], values: Mapping[Number, int]) -> Told:
    """Put relations that hold into equations; what is left between two sides is a cell.

    One that does not hold is told to nobody: a probable one, or one from edition to edition where
    records were revised in between.
    """
    cells: dict[CellId, Cell] = {}
    equations: dict[str, Equation] = {}
    behind: dict[tuple[CellId, CellId], None] = {}
    for relation in relations:
        name = relation.name
        if name in equations or not relation.holds(values):
            continue
        if relation.is_presence:
            (cases,), (citizens,) = relation.some, relation.others
            behind[cases.id, citizens.id] = None
            continue
        extra, found = _equations(relation, name, values)
        cells |= {cell.id: cell for cell in extra}
        equations |= {equation.name: equation for equation in found}
    return Told(tuple(cells.values()), tuple(equations.values()), tuple(behind))


def _equations(
    relation: Relation, name: str, values: Mapping[Number, int]
) -> tuple[list[Cell], list[Equation]]:
    parts = [number.id for number in relation.some]
    cells: list[Cell] = []
    if not relation.is_equal:
        rest = CellId(f"{name} (rest)")
        cells.append(_cell(relation, rest, relation.left(values)))
        parts.append(rest)
    others = tuple(number.id for number in relation.others)
    if len(others) == 1:
        return cells, [_equation(relation, name, others[0], tuple(parts))]
    if len(parts) == 1:
        return cells, [_equation(relation, name, parts[0], others)]
    total = CellId(f"{name} (together)")
    cells.append(_cell(relation, total, sum(values[number] for number in relation.others)))
    return cells, [
        _equation(relation, total, total, others),
        _equation(relation, name, total, tuple(parts)),
    ]


def _cell(relation: Relation, name: CellId, value: int) -> Cell:
    return Cell(name, value, is_count=False, owner=relation.owner)


def _equation(relation: Relation, name: str, total: CellId, parts: tuple[CellId, ...]) -> Equation:
    return Equation(name, total, parts, reason=relation.reason, is_certain=relation.is_certain)


def population_of(number: Number) -> Population | None:
    """Return what a number counts; None for what is no count of a table's facts.

    Of a sum of counts it is the first's, for where and when they count is the same.
    """
    name = number.of.split("+", maxsplit=1)[0].removesuffix(DISTINCT)
    return load_populations().get(name)
