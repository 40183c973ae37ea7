"""Row expressions: a rule over one row, written once, printed and evaluated by others.

An expression is written in the form's TOML with Python's own syntax and parsed here into a
small tree of frozen nodes. Floor 2 evaluates the tree on a frame, floor 4 prints it as a
worksheet formula; both must give the same answer for every row, so the meaning is fixed here:

- Logic has two values. A comparison with an operand that is blank or cannot be read is false,
  and `not` of it is true. `x in (…)` is a comparison. Arithmetic with such an operand has no
  value, so a comparison with it is false.
- `blank(field)` is true for an empty cell, also for one holding only spaces; an unreadable cell
  is not blank. `filled(field)` is its opposite.
- Codes compare by identifier, texts without regard to letter case, dates and numbers by value.
- `add_years(d, n)`, `add_months(d, n)`, `add_days(d, n)`: the day of the month is kept, and where
  the month is too short, its last day is taken.
- `TODAY` is the day of the check. Other words in capitals are the form's named constants.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

from fpsheet_templates.errors import RuleError


class Operator(StrEnum):
    """A comparison or an arithmetic operation."""

    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    ADD = "+"
    SUB = "-"


@dataclass(frozen=True, slots=True)
class FieldRef:
    """The value of a field of the row."""

    field: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: text or code (str), or number."""

    value: str | float


@dataclass(frozen=True, slots=True)
class Named:
    """A named constant of the form (number or date)."""

    name: str


@dataclass(frozen=True, slots=True)
class Today:
    """The day of the check."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A date moved by a number of days, months or years (`unit`); the number may be negative."""

    unit: str
    day: "Value"
    amount: "Value"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Sum or difference of two numbers; the difference of two dates is a number of days."""

    operator: Operator
    left: "Value"
    right: "Value"


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of two values."""

    operator: Operator
    left: "Value"
    right: "Value"


@dataclass(frozen=True, slots=True)
class OneOf:
    """True where the field holds one of the codes."""

    field: FieldRef
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blank:
    """True where the field's cell is empty."""

    field: FieldRef


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class And:
    """True where every operand is."""

    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where some operand is."""

    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Always:
    """True for every row (`required = "always"`)."""


Value = FieldRef | Constant | Named | Today | Shift | Arithmetic
Expression = Compare | OneOf | Blank | Not | And | Or | Always

_COMPARISONS: dict[type[ast.cmpop], Operator] = {
    ast.Eq: Operator.EQ,
    ast.NotEq: Operator.NE,
    ast.Lt: Operator.LT,
    ast.LtE: Operator.LE,
    ast.Gt: Operator.GT,
    ast.GtE: Operator.GE,
}
_SHIFTS = {"add_days": "days", "add_months": "months", "add_years": "years"}


def parse_expression(text: str) -> Expression:
    """Parse the text of an expression.

    Args:
        text: For instance `filled(slut_dato) and slut_dato < start_dato`.

    Raises:
        SpecError: The text is not an expression of this language.

    >>> parse_expression("blank(slut_dato)")
    Blank(field=FieldRef(field='slut_dato'))
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        message = f"The expression «{text}» cannot be parsed."
        raise RuleError(message, "parse", text=text) from None
    return _condition(tree, text)


def fields_of(expression: Expression | Value) -> tuple[str, ...]:
    """Return the identifiers of the fields an expression reads, first mention first."""
    return tuple(dict.fromkeys(_walk_fields(expression)))


def _walk_fields(node: object) -> Iterator[str]:
    if isinstance(node, FieldRef):
        yield node.field
    elif isinstance(node, tuple):
        for part in node:
            yield from _walk_fields(part)
    elif hasattr(node, "__dataclass_fields__"):
        for slot in fields(node):  # type: ignore[arg-type]
            yield from _walk_fields(getattr(node, slot.name))


def _refuse(node: ast.AST, text: str) -> RuleError:
    part = ast.unparse(node)
    sentence = f"The expression «{text}» holds {part}, which has no meaning."
    return RuleError(sentence, "meaning", text=text, part=part)


def _condition(node: ast.expr, text: str) -> Expression:
    match node:
        case ast.Name(id="always"):
            return Always()
        case ast.BoolOp(op=ast.And(), values=values):
            return And(tuple(_condition(value, text) for value in values))
        case ast.BoolOp(op=ast.Or(), values=values):
            return Or(tuple(_condition(value, text) for value in values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not(_condition(operand, text))
        case ast.Compare():
            return _comparison(node, text)
        case ast.Call(func=ast.Name(id="blank"), args=[ast.Name(id=name)]):
            return Blank(FieldRef(name))
        case ast.Call(func=ast.Name(id="filled"), args=[ast.Name(id=name)]):
            return Not(Blank(FieldRef(name)))
        case _:
            raise _refuse(node, text)


def _comparison(node: ast.Compare, text: str) -> Expression:
    match node:
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[ast.Tuple(elts=elts)]):
            codes = tuple(e.value for e in elts if isinstance(e, ast.Constant))
            if len(codes) != len(elts) or not all(isinstance(code, str) for code in codes):
                raise _refuse(node, text)
            chosen = OneOf(FieldRef(name), tuple(str(code) for code in codes))
            if isinstance(op, ast.In):
                return chosen
            if isinstance(op, ast.NotIn):
                return Not(chosen)
            raise _refuse(node, text)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
            return Compare(_COMPARISONS[type(op)], _value(left, text), _value(right, text))
        case _:
            raise _refuse(node, text)


def _value(node: ast.expr, text: str) -> Value:
    match node:
        case ast.Name(id="TODAY"):
            return Today()
        case ast.Name(id=name):
            return Named(name) if name.isupper() else FieldRef(name)
        case ast.Constant(value=str() | int() | float() as value) if not isinstance(value, bool):
            return Constant(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return Constant(-value)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return Arithmetic(Operator.ADD, _value(left, text), _value(right, text))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return Arithmetic(Operator.SUB, _value(left, text), _value(right, text))
        case ast.Call(func=ast.Name(id=name), args=[day, amount]) if name in _SHIFTS:
            return Shift(_SHIFTS[name], _value(day, text), _value(amount, text))
        case _:
            raise _refuse(node, text)
