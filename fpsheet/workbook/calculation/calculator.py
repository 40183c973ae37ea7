"""The cells of a workbook of ours, and what their formulas give.

Formulas are read once and become functions; a cell is calculated when it is asked for. A formula
with something unknown has no result (`UnknownResultError`), and so has what reads it.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fpsheet.workbook.calculation.cell_value import (
    NOT_THERE,
    Area,
    At,
    ErrorValue,
    EvaluateOne,
    Place,
    Result,
    UnknownResultError,
    Value,
    fold,
    is_number,
)
from fpsheet.workbook.calculation.formula_function import FormulaCompiler
from fpsheet.workbook.calculation.formula_tree import (
    FormulaError,
    number_numbers,
    parse_formula,
    shape_of,
)
from fpsheet.workbook.calculation.plain_functions import wildcard

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of a cell.

    Attributes:
        evaluate: Its function, which formulas share that differ in their numbers only.
        numbers: The numbers that stand in it.
    """

    evaluate: EvaluateOne
    numbers: tuple[float, ...] = ()


_NOT_TOLD = (FormulaError, RecursionError, OverflowError, TypeError, IndexError)
"""What ends a formula; the last two, that a function was given fewer arguments than it needs."""


def _refuse(_: At) -> Value:
    raise UnknownResultError


UNKNOWN = Formula(_refuse)
"""A formula without a result: none of ours, one that cannot be told, or one that reads itself."""


@dataclass(slots=True)
class Calculator:
    """A workbook being calculated.

    Attributes:
        names: Defined name in small letters → its formula.
        today: Number of the day that it is.
        cells: Sheet → (row, column) → value, or the formula of a cell that nobody asked for yet.
        is_percent: Tells of a cell whether it shows its number as per cent; None where its
            format is not known.
    """

    names: Mapping[str, str]
    today: int
    cells: dict[str, dict[Key, Value | Formula]] = field(default_factory=dict)
    is_percent: Callable[[Place], bool | None] = lambda _: None
    _compiler: FormulaCompiler = field(init=False)
    _made: dict[str, EvaluateOne] = field(default_factory=dict)
    _columns: dict[Area, list[Value]] = field(default_factory=dict)
    _rows: dict[Place, tuple[int, dict[Value, list[int]]]] = field(default_factory=dict)
    _sorted: dict[Area, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with no formula."""
        self._compiler = FormulaCompiler(self, self.names)

    def formula(self, text: str, row: int, column: int) -> Formula:
        """Return a formula as it is written in a cell.

        Raises:
            FormulaError: It has something that fpsheet never writes.
        """
        key, numbers = shape_of(text, row, column)
        if key not in self._made:
            try:
                tree = parse_formula(number_numbers(text))
                self._made[key] = self._compiler.function(tree, row, column)
            except RecursionError:  # a name that stands for itself
                raise FormulaError from None
        return Formula(self._made[key], numbers)

    def result(self, at: Place) -> Value:
        """Return what a cell shows.

        Raises:
            UnknownResultError: It cannot be told.
        """
        cells = self.cells.get(at[0], {})
        held = cells.get(at[1:])
        return self._calculate(at, held, cells) if isinstance(held, Formula) else held

    def _calculate(self, at: Place, held: Formula, cells: dict[Key, Value | Formula]) -> Value:
        """Put the result of a formula in its place, which has none until it is known."""
        cells[at[1:]] = UNKNOWN
        try:
            found = held.evaluate((*at, held.numbers))
        except _NOT_TOLD:
            raise UnknownResultError from None
        cells[at[1:]] = value = 0 if found is None else found
        return value

    def value(self, result: Result) -> Value:
        """Return the one value that a formula gave.

        Raises:
            UnknownResultError: It gave several.
        """
        if isinstance(result, Area):
            sheet, top, bottom, left, right = result
            if top != bottom or left != right:
                raise UnknownResultError
            return self.result((sheet, top, left))
        if isinstance(result, list):
            raise UnknownResultError
        return result

    def values(self, result: Result) -> list[Value]:
        """Return the values of a range or list, from above to below and left to right."""
        if isinstance(result, list):
            return result
        if not isinstance(result, Area):
            return [result]
        if result not in self._columns:
            sheet, top, bottom, left, right = result
            cells = self.cells.get(sheet, {})
            self._columns[result] = [
                self.result((sheet, row, column)) if (row, column) in cells else None
                for row in range(top, bottom + 1)
                for column in range(left, right + 1)
            ]
        return self._columns[result]

    def place(self, wanted: Value, result: Result) -> Value:
        """Return where a value stands in a range or list, counted from 1; `#N/A` for nowhere."""
        if isinstance(wanted, ErrorValue):
            return wanted
        if wanted is None:
            return NOT_THERE
        if isinstance(wanted, str) and {"*", "?", "~"} & set(wanted):
            pattern = wildcard(wanted)
            texts = enumerate(self.values(result), start=1)
            found = (n for n, v in texts if isinstance(v, str) and pattern.fullmatch(fold(v)))
            return next(found, NOT_THERE)
        if isinstance(result, Area) and result.left == result.right:
            rows = self._rows_of(result).get(_key(wanted), ())
            at = bisect_left(rows, result.top)
            return rows[at] - result.top + 1 if at < len(rows) else NOT_THERE
        keys = [_key(value) for value in self.values(result)]
        return keys.index(_key(wanted)) + 1 if _key(wanted) in keys else NOT_THERE

    def _rows_of(self, area: Area) -> dict[Value, list[int]]:
        """Return the rows of each value of a column, from the first row asked for to the last.

        A formula that looks below its own row asks for a shorter part of it in every row.
        """
        column = (area.sheet, area.left, area.bottom)
        top, rows = self._rows.get(column, (area.bottom + 1, {}))
        if area.top < top:
            rows = {}
            for row, value in enumerate(self.values(area), start=area.top):
                rows.setdefault(_key(value), []).append(row)
            self._rows[column] = area.top, rows
        return rows

    def numbers(self, result: Result) -> list[float] | ErrorValue:
        """Return the numbers of a range in order of size, or the first error in it."""
        if isinstance(result, Area) and result in self._sorted:
            return self._sorted[result]
        values = self.values(result)
        for value in values:
            if isinstance(value, ErrorValue):
                return value
        found = sorted(value for value in values if is_number(value))  # type: ignore[type-var]
        if isinstance(result, Area):
            self._sorted[result] = found  # type: ignore[assignment]
        return found  # type: ignore[return-value]


def _key(value: Value) -> Value:
    """Return what makes two values the same to `MATCH`: texts in any case, numbers by size."""
    if isinstance(value, str):
        return fold(value)
    return f"\0{value}" if isinstance(value, bool) else value
