"""A release in arrays: what every step of the computation works on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fpsheet_sync.disclosure.cells import Cell, CellId, DisclosedRelease, Equation

if TYPE_CHECKING:
    from numpy.typing import NDArray

PUBLIC = 0
"""Index of the public among the views; kommuner follow."""

NOBODY = -1
"""Owner of a number of the whole country."""


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Lists of numbers of unequal length, one after the other.

    Attributes:
        start: Where each list starts; one more than there are lists.
        item: The numbers.
    """

    start: "NDArray[np.int64]"
    item: "NDArray[np.int64]"

    def places(self, lists: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """Return where in `item` the numbers of some lists stand, list after list."""
        counts = self.counts(lists)
        ends = np.cumsum(counts)
        offsets = np.repeat(self.start[lists] - (ends - counts), counts)
        return offsets + np.arange(len(offsets))

    def counts(self, lists: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """Return the lengths of some lists."""
        return np.asarray(self.start[lists + 1] - self.start[lists])


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Cells and equations by index, in the order of their names.

    Attributes:
        ids: Name per cell, sorted.
        value: Value per cell.
        is_count: Whether a small value of the cell would reveal somebody, per cell.
        persons: Citizens behind the cell, or -1 where nobody counted them, per cell.
        is_known: Whether every reader knows the cell already, per cell.
        owner: View of the kommune that owns the cell, or `NOBODY`, per cell.
        views: Kommunekode per view; "" (the public) comes first.
        rows: Cells of each equation, the total first.
        row_names: Name per equation.
        is_certain: Whether the equation holds whatever happened, per equation.
        rows_of: Equations that name the cell, per cell.
        of_cell: `rows_of`, linked.
        sign: 1 where the cell is the equation's total and -1 for a part, per item of `of_cell`.
        is_unprinted: Whether this edition does not print the cell, per cell.
        behind: Cells of cases, and of the citizens behind them: where the first is above 0 so is
            the second, per pair.
    """

    ids: tuple[CellId, ...]
    value: "NDArray[np.int64]"
    is_count: "NDArray[np.bool_]"
    persons: "NDArray[np.int64]"
    is_known: "NDArray[np.bool_]"
    owner: "NDArray[np.int64]"
    views: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    row_names: tuple[str, ...]
    is_certain: "NDArray[np.bool_]"
    rows_of: tuple[tuple[int, ...], ...]
    of_cell: Links
    sign: "NDArray[np.float64]"
    is_unprinted: "NDArray[np.bool_]"
    behind: "NDArray[np.int64]"

    @property
    def size(self) -> int:
        """Return the number of cells."""
        return len(self.ids)

    def part(self, cells: "NDArray[np.int64]") -> "Problem":
        """Return the cells named, sorted, with the equations of the first; views stay as they are.

        All cells of those equations must be among them, and both of each pair.
        """
        numbers = np.unique(self.of_cell.item[self.of_cell.places(cells)]).tolist()
        place = {cell: own for own, cell in enumerate(cells.tolist())}
        rows = tuple(tuple(place[cell] for cell in self.rows[number]) for number in numbers)
        linked = _link_cells(rows, len(cells))
        return Problem(
            ids=tuple(self.ids[cell] for cell in place),
            value=self.value[cells],
            is_count=self.is_count[cells],
            persons=self.persons[cells],
            is_known=self.is_known[cells],
            owner=self.owner[cells],
            views=self.views,
            rows=rows,
            row_names=tuple(self.row_names[number] for number in numbers),
            is_certain=self.is_certain[numbers],
            rows_of=linked.rows_of,
            of_cell=linked.of_cell,
            sign=linked.sign,
            is_unprinted=self.is_unprinted[cells],
            behind=np.searchsorted(cells, self.behind[np.isin(self.behind[:, 0], cells)]),
        )


def build_problem(release: DisclosedRelease) -> Problem:
    """Put a release into arrays; the result does not depend on the order of cells or equations.

    Equations that say the same, as linked tables have them, are kept once.
    """
    cells = sorted(release.cells, key=lambda cell: cell.id)
    index = {cell.id: place for place, cell in enumerate(cells)}
    codes = sorted({cell.owner for cell in cells if cell.owner is not None})
    view_of: Mapping[str | None, int] = {code: view for view, code in enumerate(codes, start=1)}
    unprinted = np.array([cell.id in release.unprinted for cell in cells], dtype=np.bool_)
    known = (release.known.get(cell.id) == cell.value for cell in cells)
    named = _distinct_rows(release.equations, index)
    linked = _link_cells(list(named), len(cells))
    return Problem(
        ids=tuple(cell.id for cell in cells),
        value=np.array([cell.value for cell in cells], dtype=np.int64),
        is_count=np.array([cell.is_count for cell in cells], dtype=np.bool_),
        persons=np.array([_persons(cell) for cell in cells], dtype=np.int64),
        is_known=np.fromiter(known, dtype=np.bool_),
        owner=np.array([view_of.get(cell.owner, NOBODY) for cell in cells], dtype=np.int64),
        views=("", *codes),
        rows=tuple(named),
        row_names=tuple(equation.name for equation in named.values()),
        is_certain=np.array([each.is_certain for each in named.values()], dtype=np.bool_),
        rows_of=linked.rows_of,
        of_cell=linked.of_cell,
        sign=linked.sign,
        is_unprinted=unprinted,
        behind=np.array(
            sorted((index[cases], index[citizens]) for cases, citizens in release.behind),
            dtype=np.int64,
        ).reshape(-1, 2),
    )


def _distinct_rows(
    equations: Iterable[Equation], index: Mapping[CellId, int]
) -> dict[tuple[int, ...], Equation]:
    """Return the equations by index, total first, each once, certain ones first, in order."""
    named: dict[tuple[int, ...], Equation] = {}
    for equation in sorted(equations, key=lambda each: (not each.is_certain, each.name)):
        row = (index[equation.total], *sorted(index[part] for part in equation.parts))
        named.setdefault(row, equation)
    return dict(sorted(named.items()))


class _Linked(NamedTuple):
    """The equations seen from their cells."""

    rows_of: tuple[tuple[int, ...], ...]
    of_cell: Links
    sign: "NDArray[np.float64]"


def _link_cells(rows: Sequence[tuple[int, ...]], size: int) -> _Linked:
    rows_of: list[list[int]] = [[] for _ in range(size)]
    signs: list[list[float]] = [[] for _ in range(size)]
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            rows_of[cell].append(number)
            signs[cell].append(-1.0 if place else 1.0)
    return _Linked(
        rows_of=tuple(tuple(numbers) for numbers in rows_of),
        of_cell=_link(rows_of),
        sign=np.array([sign for row in signs for sign in row], dtype=np.float64),
    )


def _link(lists: Sequence[Sequence[int]]) -> Links:
    lengths = np.array([0, *(len(items) for items in lists)], dtype=np.int64)
    flat = [item for items in lists for item in items]
    return Links(np.cumsum(lengths), np.array(flat, dtype=np.int64))


def _persons(cell: Cell) -> int:
    return -1 if cell.persons is None else cell.persons
