"""Controlled rounding of one part: multiples of the base, every sum and limit holding in print.

One whole-number program: a column per number, in multiples of the base. What a limit leaves, and
what else nobody prints, is any number from 0.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fpsheet_sync.disclosure.prints import widest
from fpsheet_sync.disclosure.problem import Problem
from fpsheet_sync.disclosure.solver import ENDLESS, Model, Solver, SolverAnswer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Mask = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

_NOISE = 1.0
"""Share of the base by which chance may make one direction dearer: without it the prints would be a
function of the counts, and a reader could try which counts give them."""

_FLATTEN = 0.25
"""A change of a number costs by its size to minus this: small ones matter a little more."""

_STAY = 1_000.0
"""Cost of one step from the print a number had, against some 5 for rounding it the other way."""

_NO_PRINT = -1


@dataclass(frozen=True, slots=True, eq=False)
class PartSheet:
    """What is to be printed of one part.

    Attributes:
        problem: The part.
        is_printed: Whether the number is printed now, per cell.
        is_bound: Whether the equation must hold in print, per equation.
        held: The print a number must keep, per cell; -1 for none.
        preferred: The print it should keep, per cell; -1 for none.
        base: The base.
        is_wide: Whether prints may be as far from the counts as after revisions.
        noise: From -1 to 1 per cell, by the name of the number and the secret.
    """

    problem: Problem
    is_printed: "Mask"
    is_bound: "Mask"
    held: "Counts"
    preferred: "Counts"
    base: int
    is_wide: bool
    noise: "Numbers"

    @property
    def ends(self) -> "tuple[Counts, Counts]":
        """Return the lowest and highest multiple of the base each number may be printed as."""
        value, base = self.problem.value, self.base
        window = widest(base) if self.is_wide else base - 1
        low = np.maximum(-((window - value) // base), 0)
        high = (value + window) // base
        # Nobody is invented: a zero is printed as 0, or as what it was printed as before.
        kept = np.maximum(self.preferred, 0) // base
        high = np.where(value == 0, np.minimum(kept, high), high)
        is_held = self.held >= 0
        low, high = (np.where(is_held, self.held // base, end) for end in (low, high))
        return low, high


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """Numbers of which one must be printed higher, or another one lower, than it was.

    Attributes:
        raised: Cells of which one may be raised from its lowest print.
        lowered: Cells of which one may be lowered from its highest.
    """

    raised: "Counts"
    lowered: "Counts"


def make_noise(secret: bytes, names: Sequence[str]) -> "Numbers":
    """Return a number from -1 to 1 for each name: by the secret and the name, never the count."""
    draws = [
        int.from_bytes(hmac.digest(secret, name.encode(), hashlib.sha256)[:6]) for name in names
    ]
    return np.asarray(np.array(draws, dtype=np.float64) / (1 << 47) - 1.0)


def round_part(
    sheet: PartSheet, cuts: Sequence[Cut], seconds: float
) -> "tuple[SolverAnswer, Counts | None]":
    """Round the numbers of a part.

    Args:
        sheet: What is to be printed.
        cuts: What must be printed otherwise than in earlier rounds.
        seconds: How long the solver may take.

    Returns:
        What the solver could say, and the print per cell, -1 for those that are not printed.
    """
    low, high = sheet.ends
    if (low > high)[sheet.is_printed].any():
        return SolverAnswer.NONE, None
    solver = Solver(_model(sheet, low, high, cuts), seconds=seconds)
    answer = solver.solve()
    if answer is not SolverAnswer.FOUND:
        return answer, None
    multiples = np.rint(solver.values[: sheet.problem.size]).astype(np.int64)
    return answer, np.where(sheet.is_printed, multiples * sheet.base, _NO_PRINT)


def _model(sheet: PartSheet, low: "Counts", high: "Counts", cuts: Sequence[Cut]) -> Model:
    """Build the program: columns of numbers, then of how far wide ones are from where they should.

    Wide is a number with more than two possible prints, or with one it should keep. Rows are the
    equations, then two per wide number for its distance, then the cuts.
    """
    size, printed = sheet.problem.size, sheet.is_printed
    wide = np.flatnonzero(printed & (high - low > (sheet.preferred < 0)))
    rows = _Rows()
    _add_equations(rows, sheet)
    wanted = _wanted(sheet)
    for place, cell in enumerate(wide.tolist()):
        # The distance is at least the number less what it should be, and the other way round.
        rows.add([cell, size + place], [-1.0, 1.0], low=-wanted[cell])
        rows.add([cell, size + place], [1.0, 1.0], low=wanted[cell])
    for cut in cuts:
        factors = [1.0] * len(cut.raised) + [-1.0] * len(cut.lowered)
        least = 1.0 + float(low[cut.raised].sum() - high[cut.lowered].sum())
        rows.add([*cut.raised.tolist(), *cut.lowered.tolist()], factors, low=least)
    known_zero = sheet.problem.is_known & (sheet.problem.value == 0)
    top = np.where(printed, high, np.where(known_zero, 0, ENDLESS))
    is_whole = np.concatenate([printed, np.zeros(len(wide), dtype=np.bool_)])
    return rows.model(
        cost=_costs(sheet, wide),
        low=np.concatenate([np.where(printed, low, 0), np.zeros(len(wide))]).astype(np.float64),
        high=np.concatenate([top, np.full(len(wide), ENDLESS)]).astype(np.float64),
        whole=is_whole,
    )


def _add_equations(rows: "_Rows", sheet: PartSheet) -> None:
    for row, is_bound in zip(sheet.problem.rows, sheet.is_bound.tolist(), strict=True):
        if is_bound:
            rows.add(row, [1.0, *([-1.0] * (len(row) - 1))], low=0.0, high=0.0)


def _wanted(sheet: PartSheet) -> "Numbers":
    """Return where each number should be, in multiples of the base."""
    wanted = np.where(sheet.preferred >= 0, sheet.preferred, sheet.problem.value)
    return np.asarray(wanted / sheet.base)


def _costs(sheet: PartSheet, wide: "Counts") -> "Numbers":
    """Return the cost per column: of the upper of two prints, or of the distance of a wide one."""
    value, base = sheet.problem.value, sheet.base
    weight = base / np.maximum(value, 1) ** _FLATTEN
    upper = weight * (1 - 2 * (value % base) / base + _NOISE * sheet.noise)
    cost = np.where(sheet.is_printed, upper, 0.0)
    cost[wide] = weight[wide] * _NOISE * sheet.noise[wide]
    distance = np.where(sheet.preferred[wide] >= 0, _STAY, 2 * weight[wide])
    return np.concatenate([cost, distance])


class _Rows:
    """Rows put together one by one."""

    def __init__(self) -> None:
        self._start = [0]
        self._column: list[int] = []
        self._factor: list[float] = []
        self._ends: list[tuple[float, float]] = []

    def add(
        self,
        columns: Sequence[int],
        factors: Sequence[float],
        *,
        low: float,
        high: float = ENDLESS,
    ) -> None:
        """Add a row."""
        self._column.extend(columns)
        self._factor.extend(factors)
        self._start.append(len(self._column))
        self._ends.append((low, high))

    def model(self, *, cost: "Numbers", low: "Numbers", high: "Numbers", whole: "Mask") -> Model:
        """Return the rows with the columns."""
        ends = np.array(self._ends, dtype=np.float64).reshape(-1, 2)
        return Model(
            cost=cost,
            low=low,
            high=high,
            start=np.array(self._start, dtype=np.int32),
            column=np.array(self._column, dtype=np.int32),
            factor=np.array(self._factor, dtype=np.float64),
            row_low=ends[:, 0].copy(),
            row_high=ends[:, 1].copy(),
            whole=whole,
        )
