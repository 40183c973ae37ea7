"""The cells of a workbook of ours, and what their formulas give.

Formulas are read once and become functions; a cell is calculated when it is asked for. A formula
with something unknown has no result (`UnknownResultError`), and so has what reads it.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fpsheet.workbook.calculation.cell_value import (
    NO_CELL,
    NOT_THERE,
    Area,
    At,
    ErrorValue,
    Evaluate,
    Place,
    Result,
    UnknownResultError,
    Value,
    compare,
    fold,
    is_number,
    is_several,
    to_number,
    to_text,
    to_truth,
)
from fpsheet.workbook.calculation.formula_tree import (
    Binary,
    Call,
    CellReference,
    FormulaConstant,
    FormulaError,
    Listed,
    NameReference,
    NumberOf,
    Span,
    Tree,
    Unary,
    number_numbers,
    parse_formula,
    shape_of,
)
from fpsheet.workbook.calculation.plain_functions import PLAIN_FUNCTIONS, PlainFunction, wildcard
from fpsheet.workbook.calculation.range_functions import RANGE_FUNCTIONS

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of a cell.

    Attributes:
        evaluate: Its function, which formulas share that differ in their numbers only.
        numbers: The numbers that stand in it.
    """

    evaluate: Evaluate
    numbers: tuple[float, ...] = ()


class _Unknown:
    """The result of a formula that cannot be told."""


_UNKNOWN = _Unknown()


@dataclass(slots=True)
class Calculator:
    """A workbook being calculated.

    Attributes:
        names: Defined name in small letters → its formula.
        today: Number of the day that it is.
        cells: Sheet → (row, column) → value or formula.
        is_percent: Tells of a cell whether it shows its number as per cent; None where its
            format is not known.
    """

    names: Mapping[str, str]
    today: int
    cells: dict[str, dict[Key, Value | Formula]] = field(default_factory=dict)
    is_percent: Callable[[Place], bool | None] = lambda _: None
    _results: dict[Place, Value | _Unknown] = field(default_factory=dict)
    _made: dict[str, Evaluate] = field(default_factory=dict)
    _named: dict[str, Evaluate] = field(default_factory=dict)
    _columns: dict[Area, list[Value]] = field(default_factory=dict)
    _rows: dict[Place, tuple[int, dict[Value, list[int]]]] = field(default_factory=dict)
    _sorted: dict[Area, list[float]] = field(default_factory=dict)
    _open: set[Place] = field(default_factory=set)

    def formula(self, text: str, row: int, column: int) -> Formula:
        """Return a formula as it is written in a cell.

        Raises:
            FormulaError: It has something that fpsheet never writes.
        """
        key, numbers = shape_of(text, row, column)
        if key not in self._made:
            tree = parse_formula(number_numbers(text))
            self._made[key] = self._compile(tree, row, column)
        return Formula(self._made[key], numbers)

    def result(self, at: Place) -> Value:
        """Return what a cell shows.

        Raises:
            UnknownResultError: It cannot be told.
        """
        held = self.cells.get(at[0], {}).get(at[1:])
        if not isinstance(held, Formula):
            return held
        if at not in self._results:
            self._results[at] = self._calculate(at, held)
        if isinstance(known := self._results[at], _Unknown):
            raise UnknownResultError
        return known

    def _calculate(self, at: Place, held: Formula) -> Value | _Unknown:
        if at in self._open:
            return _UNKNOWN
        self._open.add(at)
        try:
            found = self.value(held.evaluate((*at, held.numbers)))
        except (UnknownResultError, RecursionError, OverflowError):
            return _UNKNOWN
        finally:
            self._open.discard(at)
        return 0 if found is None else found

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

    def _compile(self, tree: Tree, row: int, column: int) -> Evaluate:
        match tree:
            case FormulaConstant(value=value):
                return lambda _: value
            case NumberOf(index=index):
                return lambda at: at[3][index]
            case Listed(values=values):
                return lambda _: list(values)
            case CellReference():
                return _reference(tree, row, column)
            case NameReference(name=name):
                return self._name(name)
            case _:
                return self._combine(tree, row, column)

    def _combine(self, tree: Tree, row: int, column: int) -> Evaluate:
        match tree:
            case Span(first=first, last=last):
                return _span(*(self._compile(each, row, column) for each in (first, last)))
            case Unary(sign=sign, operand=operand):
                return self._unary(sign, self._compile(operand, row, column))
            case Binary(sign=sign, left=left, right=right):
                sides = (self._compile(each, row, column) for each in (left, right))
                return self._binary(sign, *sides)
            case Call(function="IF"):
                return self._choice(tree, row, column)
            case Call(function=function, arguments=arguments):
                compiled = tuple(self._compile(each, row, column) for each in arguments)
                return self._call(function, compiled)
        raise FormulaError

    def _name(self, name: str) -> Evaluate:
        if name not in self.names:
            raise FormulaError
        if name not in self._named:
            self._named[name] = self._compile(parse_formula(self.names[name]), 1, 1)
        return self._named[name]

    def _unary(self, sign: str, operand: Evaluate) -> Evaluate:
        def negate(at: At) -> Result:
            result = operand(at)
            if is_several(result):
                return [_negate(sign, value) for value in self.values(result)]
            return _negate(sign, self.value(result))

        return negate

    def _binary(self, sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
        work = _OPERATORS.get(sign) or (lambda one, other: compare(sign, one, other))

        def combine(at: At) -> Result:
            one, other = left(at), right(at)
            if is_several(one) or is_several(other):
                return _each(work, self.values(one), self.values(other))
            return work(self.value(one), self.value(other))

        return combine

    def _choice(self, tree: Call, row: int, column: int) -> Evaluate:
        """Return a chain of IF as one function, its branches in a row: nested it is too deep."""
        branches: list[tuple[Evaluate, Evaluate]] = []
        rest: Tree = tree
        while isinstance(rest, Call) and rest.function == "IF":
            condition, then, *other = rest.arguments
            pair = (self._compile(condition, row, column), self._compile(then, row, column))
            branches.append(pair)
            rest = other[0] if other else FormulaConstant(False)  # noqa: FBT003 - what Excel gives
        otherwise = self._compile(rest, row, column)

        def choose(at: At) -> Result:
            for condition, then in branches:
                truth = to_truth(self.value(condition(at)))
                if isinstance(truth, ErrorValue):
                    return truth
                if truth:
                    return then(at)
            return otherwise(at)

        return choose

    def _call(self, function: str, arguments: tuple[Evaluate, ...]) -> Evaluate:
        if function in PLAIN_FUNCTIONS:
            plain = PLAIN_FUNCTIONS[function]
            return lambda at: self._spread(plain, [each(at) for each in arguments])
        work = RANGE_FUNCTIONS.get(function)
        if work is None:
            raise FormulaError
        return lambda at: work(self, at, arguments)

    def _spread(self, plain: PlainFunction, results: Sequence[Result]) -> Result:
        """Call a function of single values; a list is gone through value by value."""
        if not any(map(is_several, results)):
            return plain(*map(self.value, results))
        lists = [self.values(each) for each in results]
        length = max(map(len, lists))
        if {len(each) for each in lists} - {1, length}:
            raise UnknownResultError
        longer = (each * length if len(each) == 1 else each for each in lists)
        return [plain(*values) for values in zip(*longer, strict=True)]

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


def _reference(tree: CellReference, row: int, column: int) -> Evaluate:
    down = tree.row - (0 if tree.is_row_fixed else row)
    across = tree.column - (0 if tree.is_column_fixed else column)
    own, row_fixed, column_fixed = tree.sheet, tree.is_row_fixed, tree.is_column_fixed

    def refer(at: At) -> Result:
        there = down if row_fixed else at[1] + down
        aside = across if column_fixed else at[2] + across
        if there < 1 or aside < 1:
            return NO_CELL
        return Area(own or at[0], there, there, aside, aside)

    return refer


def _span(first: Evaluate, last: Evaluate) -> Evaluate:
    def span(at: At) -> Result:
        one, other = first(at), last(at)
        for each in (one, other):
            if isinstance(each, ErrorValue):
                return each
        if not isinstance(one, Area) or not isinstance(other, Area) or one[0] != other[0]:
            raise UnknownResultError
        return Area(
            one.sheet,
            min(one.top, other.top),
            max(one.bottom, other.bottom),
            min(one.left, other.left),
            max(one.right, other.right),
        )

    return span


def _each(
    work: Callable[[Value, Value], Value], one: list[Value], other: list[Value]
) -> list[Value]:
    """Combine two lists value by value; a single value is combined with each."""
    length = max(len(one), len(other))
    if {len(one), len(other)} - {1, length}:
        raise UnknownResultError
    longer = (each * length if len(each) == 1 else each for each in (one, other))
    return [work(left, right) for left, right in zip(*longer, strict=True)]


def _negate(sign: str, value: Value) -> Value:
    number = to_number(value)
    return number if isinstance(number, ErrorValue) or sign == "+" else -number


def _arithmetic(work: Callable[[float, float], float]) -> Callable[[Value, Value], Value]:
    def combine(one: Value, other: Value) -> Value:
        left, right = to_number(one), to_number(other)
        if isinstance(left, ErrorValue):
            return left
        return right if isinstance(right, ErrorValue) else work(left, right)

    return combine


def _divide(one: Value, other: Value) -> Value:
    right = to_number(other)
    if right == 0:
        left = to_number(one)
        return left if isinstance(left, ErrorValue) else ErrorValue("#DIV/0!")
    return _arithmetic(lambda a, b: a / b)(one, other)


def _join(one: Value, other: Value) -> Value:
    left, right = to_text(one), to_text(other)
    if isinstance(left, ErrorValue):
        return left
    return right if isinstance(right, ErrorValue) else left + right


_OPERATORS: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": _arithmetic(lambda a, b: a + b),
    "-": _arithmetic(lambda a, b: a - b),
    "*": _arithmetic(lambda a, b: a * b),
    "/": _divide,
    "&": _join,
}
