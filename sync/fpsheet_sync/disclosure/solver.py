"""Linear and whole-number programs as arrays, solved by HiGHS.

Rounding and its audit know the solver by this module alone.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

import highspy
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Places = NDArray[np.int32]

ENDLESS = float(highspy.kHighsInf)
"""Bound of a column or row that has none."""

_FEASIBLE = 2
_GAP = 0.05
"""Prints this much worse than the best are good enough: any solution protects, and proving the
last per cent costs most of the time."""


class SolverAnswer(Enum):
    """What the solver could say."""

    FOUND = auto()
    NONE = auto()
    """There is no solution."""
    UNBOUNDED = auto()
    UNDECIDED = auto()
    """The time was over, or the solver gave up, without a solution."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Columns and rows within bounds.

    Attributes:
        cost: Cost of one, per column.
        low: Least value per column.
        high: Highest value per column.
        start: Where each row's entries start; one more than there are rows.
        column: Column per entry.
        factor: Factor per entry.
        row_low: Least sum per row.
        row_high: Highest sum per row.
        whole: Whether the column is a whole number, per column; None where none is.
    """

    cost: "Numbers"
    low: "Numbers"
    high: "Numbers"
    start: "Places"
    column: "Places"
    factor: "Numbers"
    row_low: "Numbers"
    row_high: "Numbers"
    whole: "NDArray[np.bool_] | None" = field(default=None)


class Solver:
    """One model, asked again and again with other bounds and costs.

    The solver goes on from where it stands, which is many times as fast as starting afresh.
    """

    def __init__(self, model: Model, *, seconds: float = ENDLESS) -> None:
        """Take the model, and the seconds one question may last."""
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self._columns = len(model.cost)
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("time_limit", seconds),
            ("mip_rel_gap", _GAP),
            ("presolve", "off" if model.whole is None else "on"),
        ):
            self._solver.setOptionValue(option, value)
        _hand_over(self._solver, model)

    def set_bounds(self, columns: "Places", low: "Numbers", high: "Numbers") -> None:
        """Change the bounds of some columns."""
        self._solver.changeColsBounds(len(columns), columns, low, high)

    def set_costs(self, columns: "Places", cost: "Numbers") -> None:
        """Change the costs of some columns."""
        self._solver.changeColsCost(len(columns), columns, cost)

    def make_whole(self, *, nodes: int, seconds: float) -> None:
        """Ask for whole numbers in all columns from now on; the first solution will do."""
        kind = np.full(self._columns, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        columns = np.arange(self._columns, dtype=np.int32)
        self._solver.changeColsIntegrality(self._columns, columns, kind)
        self._solver.setOptionValue("presolve", "on")
        self._solver.setOptionValue("mip_max_nodes", nodes)
        self._solver.setOptionValue("mip_max_improving_sols", 1)
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + seconds)

    def solve(self) -> SolverAnswer:
        """Solve; a whole-number solution that is not proved the best is found all the same."""
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return SolverAnswer.FOUND
        if status == highspy.HighsModelStatus.kInfeasible:
            return SolverAnswer.NONE
        if status == highspy.HighsModelStatus.kUnbounded:
            return SolverAnswer.UNBOUNDED
        is_whole = self._solver.getInfo().mip_node_count >= 0
        is_found = self._solver.getInfo().primal_solution_status == _FEASIBLE
        return SolverAnswer.FOUND if is_whole and is_found else SolverAnswer.UNDECIDED

    @property
    def values(self) -> "Numbers":
        """Return the value of every column in the solution."""
        return np.asarray(self._solver.getSolution().col_value, dtype=np.float64)

    @property
    def prices(self) -> "Numbers":
        """Return the reduced cost of every column: what its bound holds back."""
        return np.asarray(self._solver.getSolution().col_dual, dtype=np.float64)


def _hand_over(solver: highspy.Highs, model: Model) -> None:
    """Hand the model over as arrays: the solver's own model object copies number by number."""
    whole = model.whole if model.whole is not None else np.zeros(len(model.cost), dtype=np.bool_)
    solver.passModel(
        len(model.cost),
        len(model.row_low),
        len(model.column),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        model.cost,
        model.low,
        model.high,
        model.row_low,
        model.row_high,
        model.start,
        model.column,
        model.factor,
        whole.astype(np.int32) * int(highspy.HighsVarType.kInteger),
    )
