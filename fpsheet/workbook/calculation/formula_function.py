"""Formulas as functions of the cell that is calculated.

Most parts of our formulas give one value whatever the cells hold: a cell beside the row, a text, a
comparison of both. Such a part is a function that returns its value at once; ranges and lists are
kept for the parts that need them.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import cast

from fpsheet.workbook.calculation.cell_value import (
    NO_CELL,
    Area,
    At,
    Cells,
    ErrorValue,
    Evaluate,
    EvaluateOne,
    Place,
    Result,
    UnknownResultError,
    Value,
    compare,
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
    parse_formula,
)
from fpsheet.workbook.calculation.plain_functions import PLAIN_FUNCTIONS, PlainFunction
from fpsheet.workbook.calculation.range_functions import (
    REFERENCE_FUNCTIONS,
    TAKE_RANGES,
    VALUE_FUNCTIONS,
)


@dataclass(frozen=True, slots=True)
class FormulaPart:
    """A part of a formula as functions.

    Attributes:
        evaluate: Returns what the part gives: a value, a range or a list.
        one: Returns its value; None where it may give several.
    """

    evaluate: Evaluate
    one: EvaluateOne | None

    @property
    def quick(self) -> Evaluate:
        """The function that returns a value rather than the one cell that holds it."""
        return self.one or self.evaluate


@dataclass(frozen=True, slots=True)
class FormulaCompiler:
    """Turns formulas of a workbook into functions.

    Attributes:
        book: The workbook.
        names: Defined name in small letters → its formula.
    """

    book: Cells
    names: Mapping[str, str]
    _named: dict[str, FormulaPart] = field(default_factory=dict)

    def function(self, tree: Tree, row: int, column: int) -> EvaluateOne:
        """Return the function of a formula that stands in a cell.

        Raises:
            FormulaError: It has something that fpsheet never writes.
        """
        return self._one(self._compile(tree, row, column))

    def _one(self, part: FormulaPart) -> EvaluateOne:
        """Return the function of a part's one value; it has none where several are given."""
        if part.one is not None:
            return part.one
        book, evaluate = self.book, part.evaluate
        return lambda at: book.value(evaluate(at))

    def _compile(self, tree: Tree, row: int, column: int) -> FormulaPart:
        match tree:
            case FormulaConstant(value=value):
                return _single(lambda _: value)
            case NumberOf(index=index):
                return _single(lambda at: at[3][index])
            case Listed(values=values):
                return FormulaPart(lambda _: list(values), None)
            case CellReference():
                return self._cell(tree, row, column)
            case NameReference(name=name):
                return self._name(name)
            case _:
                return self._combine(tree, row, column)

    def _combine(self, tree: Tree, row: int, column: int) -> FormulaPart:
        match tree:
            case Span(first=first, last=last):
                ends = (self._compile(each, row, column).evaluate for each in (first, last))
                return FormulaPart(_span(*ends), None)
            case Unary(sign=sign, operand=operand):
                return self._spread(_SIGNS[sign], [self._compile(operand, row, column)])
            case Binary(sign=sign, left=left, right=right):
                sides = [self._compile(each, row, column) for each in (left, right)]
                return self._spread(_OPERATORS[sign], sides)
            case Call(function="IF"):
                return self._choice(tree, row, column)
            case Call(function=function, arguments=arguments):
                return self._call(function, [self._compile(a, row, column) for a in arguments])
        raise FormulaError

    def _cell(self, tree: CellReference, row: int, column: int) -> FormulaPart:
        place, result = _place(tree, row, column), self.book.result

        def area(at: At) -> Result:
            there = place(at)
            return NO_CELL if there is None else Area.of(there)

        def read(at: At) -> Value:
            there = place(at)
            return NO_CELL if there is None else result(there)

        return FormulaPart(area, read)

    def _name(self, name: str) -> FormulaPart:
        if name not in self.names:
            raise FormulaError
        if name not in self._named:
            self._named[name] = self._compile(parse_formula(self.names[name]), 1, 1)
        return self._named[name]

    def _choice(self, tree: Call, row: int, column: int) -> FormulaPart:
        """Return a chain of IF as one function, its branches in a row: nested it is too deep.

        A branch is compiled when the chain is first followed so far: in a blank workbook it never
        is, and what a branch that is not taken has in it cannot matter.
        """
        chain = list[tuple[Tree, Tree]]()
        rest: Tree = tree
        while isinstance(rest, Call) and rest.function == "IF":
            if len(rest.arguments) not in _IF_ARGUMENTS:
                raise FormulaError
            condition, then, *other = rest.arguments
            chain.append((condition, then))
            rest = other[0] if other else FormulaConstant(False)  # noqa: FBT003 - what Excel gives
        chain.append((FormulaConstant(True), rest))  # noqa: FBT003

        def branch(number: int) -> tuple[EvaluateOne, FormulaPart]:
            condition, then = (self._compile(each, row, column) for each in chain[number])
            return self._one(condition), then

        is_single = all(self._gives_one(then) for _, then in chain)
        return FormulaPart(
            _chosen(branch, lambda part: part.evaluate),
            cast("EvaluateOne", _chosen(branch, self._one)) if is_single else None,
        )

    def _gives_one(self, tree: Tree) -> bool:
        """Return whether a part gives one value whatever the cells hold."""
        match tree:
            case Listed() | Span():
                return False
            case NameReference(name=name):
                return name in self.names and self._gives_one(parse_formula(self.names[name]))
            case Unary(operand=operand):
                return self._gives_one(operand)
            case Binary(left=left, right=right):
                return self._gives_one(left) and self._gives_one(right)
            case Call(function="IF", arguments=(_, *branches)):
                return all(map(self._gives_one, branches))
            case Call(function=function, arguments=arguments) if function in _SPREADING:
                return all(map(self._gives_one, arguments))
            case _:
                return True

    def _call(self, function: str, arguments: Sequence[FormulaPart]) -> FormulaPart:
        if function in PLAIN_FUNCTIONS:
            return self._spread(PLAIN_FUNCTIONS[function], arguments)
        book = self.book
        whole = tuple(part.evaluate for part in arguments)
        quick = whole if function in TAKE_RANGES else tuple(part.quick for part in arguments)
        if function in VALUE_FUNCTIONS:
            tell = VALUE_FUNCTIONS[function]
            return _single(lambda at: tell(book, at, quick))
        work = REFERENCE_FUNCTIONS.get(function)
        if work is None:
            raise FormulaError
        is_single = function in TAKE_RANGES or all(part.one for part in arguments)
        return FormulaPart(
            lambda at: work(book, at, whole),
            (lambda at: book.value(work(book, at, quick))) if is_single else None,
        )

    def _spread(self, work: PlainFunction, arguments: Sequence[FormulaPart]) -> FormulaPart:
        """Call a function of single values; a list is gone through value by value."""
        ones = tuple(part.one for part in arguments if part.one is not None)
        if len(ones) == len(arguments):
            return _single(_called(work, ones))
        book, several = self.book, tuple(part.quick for part in arguments)

        def spread(at: At) -> Result:
            results = [each(at) for each in several]
            if not any(map(is_several, results)):
                return work(*map(book.value, results))
            lists = [book.values(each) for each in results]
            length = max(map(len, lists))
            if {len(each) for each in lists} - {1, length}:
                raise UnknownResultError
            longer = (each * length if len(each) == 1 else each for each in lists)
            return [work(*values) for values in zip(*longer, strict=True)]

        return FormulaPart(spread, None)


def _single(one: EvaluateOne) -> FormulaPart:
    return FormulaPart(one, one)


def _called(work: PlainFunction, ones: Sequence[EvaluateOne]) -> EvaluateOne:
    """Return a call of a function of single values, spelled out for one and two of them."""
    match ones:
        case (first,):
            return lambda at: work(first(at))
        case (first, second):
            return lambda at: work(first(at), second(at))
        case _:
            return lambda at: work(*[each(at) for each in ones])


def _chosen(
    branch: Callable[[int], tuple[EvaluateOne, FormulaPart]],
    function_of: Callable[[FormulaPart], Evaluate],
) -> Evaluate:
    """Return a choice of the first branch whose condition holds; that of the last one does."""
    made = list[tuple[EvaluateOne, Evaluate]]()

    def choose(at: At) -> Result:
        for number in count():
            if number == len(made):
                condition, part = branch(number)
                made.append((condition, function_of(part)))
            holds, then = made[number]
            truth = to_truth(holds(at))
            if truth is True:
                return then(at)
            if truth is not False:
                return truth
        raise UnknownResultError

    return choose


def _place(tree: CellReference, row: int, column: int) -> Callable[[At], Place | None]:
    """Return where a reference leads, seen from the cell that is calculated."""
    down = tree.row - (0 if tree.is_row_fixed else row)
    across = tree.column - (0 if tree.is_column_fixed else column)
    own, row_fixed, column_fixed = tree.sheet, tree.is_row_fixed, tree.is_column_fixed

    def place(at: At) -> Place | None:
        there = down if row_fixed else at[1] + down
        aside = across if column_fixed else at[2] + across
        return None if there < 1 or aside < 1 else (own or at[0], there, aside)

    return place


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


def _negate(value: Value) -> Value:
    number = to_number(value)
    return number if isinstance(number, ErrorValue) else -number


def _arithmetic(work: Callable[[float, float], float]) -> Callable[[Value, Value], Value]:
    def combine(one: Value, other: Value) -> Value:
        left, right = to_number(one), to_number(other)
        if isinstance(left, ErrorValue):
            return left
        return right if isinstance(right, ErrorValue) else work(left, right)

    return combine


_quotient = _arithmetic(operator.truediv)


def _divide(one: Value, other: Value) -> Value:
    right = to_number(other)
    if right == 0:
        left = to_number(one)
        return left if isinstance(left, ErrorValue) else ErrorValue("#DIV/0!")
    return _quotient(one, other)


def _join(one: Value, other: Value) -> Value:
    left, right = to_text(one), to_text(other)
    if isinstance(left, ErrorValue):
        return left
    return right if isinstance(right, ErrorValue) else left + right


_SIGNS: Mapping[str, PlainFunction] = {"-": _negate, "+": to_number}
_OPERATORS: Mapping[str, PlainFunction] = {
    "+": _arithmetic(operator.add),
    "-": _arithmetic(operator.sub),
    "*": _arithmetic(operator.mul),
    "/": _divide,
    "&": _join,
    **{sign: partial(compare, sign) for sign in ("=", "<>", "<", "<=", ">", ">=")},
}
_IF_ARGUMENTS = (2, 3)
_SPREADING = frozenset(PLAIN_FUNCTIONS) | (frozenset(REFERENCE_FUNCTIONS) - TAKE_RANGES)
"""Functions that give several values where an argument does."""
