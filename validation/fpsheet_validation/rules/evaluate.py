"""Row expressions as column expressions: the second of the two printers of one tree.

The meaning is fixed in `fpsheet_templates.expression`; the workbook prints the same tree as a
worksheet formula. A frame to evaluate on has one column per field, typed as
`fpsheet_validation.typed.polars_type`, and `UNREADABLE`, a bit per field of the sheet that is
set where the cell holds something that could not be read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import reduce
from operator import and_, or_

import polars as pl

from fpsheet_templates.errors import RuleError
from fpsheet_templates.expression import (
    Always,
    And,
    Arithmetic,
    Blank,
    Compare,
    Constant,
    Expression,
    FieldRef,
    Named,
    Not,
    OneOf,
    Operator,
    Or,
    Shift,
    Today,
    Value,
)
from fpsheet_templates.form import FieldType, Sheet
from fpsheet_validation.typed import ROW, TypedSheet

UNREADABLE = "ulaeselig"
"""UInt64 column: bit n is set where the sheet's field number n could not be read."""

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(9999, 12, 31)
"""A worksheet knows no day outside these; a shifted date beyond them has no value."""

_DECIMALS = 9
_UNITS = {"days": "d", "months": "mo", "years": "y"}


class OperandKind(StrEnum):
    """What an operand is; only operands of one kind can be compared."""

    DATE = "date"
    NUMBER = "number"
    TEXT = "text"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class RowScope:
    """What an expression is evaluated in.

    Attributes:
        sheet: The sheet whose fields the expression reads.
        constants: Named constants of the form.
        today: The day of the check.
    """

    sheet: Sheet
    constants: Mapping[str, date | float]
    today: date


def unreadable_bit(sheet: Sheet, field_id: str) -> int:
    """Return the bit of a field in the `UNREADABLE` column."""
    return 1 << [field.id for field in sheet.fields].index(field_id)


def is_blank(sheet: Sheet, field_id: str) -> pl.Expr:
    """Return where a field's cell is empty; an unreadable cell is not."""
    bit = unreadable_bit(sheet, field_id)
    return pl.col(field_id).is_null() & ((pl.col(UNREADABLE) & pl.lit(bit, pl.UInt64)) == 0)


def evaluate(expression: Expression, scope: RowScope) -> pl.Expr:
    """Turn an expression into a column of true and false, never null.

    Raises:
        SpecError: The expression compares or adds what cannot be, or names what does not exist.
    """
    match expression:
        case Always():
            return pl.lit(value=True)
        case Not(operand=operand):
            return ~evaluate(operand, scope)
        case And(operands=operands):
            return reduce(and_, (evaluate(operand, scope) for operand in operands))
        case Or(operands=operands):
            return reduce(or_, (evaluate(operand, scope) for operand in operands))
        case Blank(field=field):
            return is_blank(scope.sheet, field.field)
        case OneOf(field=field, codes=codes):
            return _one_of(field.field, codes, scope).fill_null(value=False)
        case Compare():
            return _compare(expression, scope)


def _one_of(field_id: str, codes: tuple[str, ...], scope: RowScope) -> pl.Expr:
    if _kind_of_field(scope.sheet, field_id) is OperandKind.TEXT:
        return pl.col(field_id).str.to_lowercase().is_in([code.lower() for code in codes])
    return pl.col(field_id).is_in(codes)


def _compare(node: Compare, scope: RowScope) -> pl.Expr:
    left, left_kind = _value(node.left, scope)
    right, right_kind = _value(node.right, scope)
    kinds = {left_kind, right_kind}
    if len(kinds) > 1 and not kinds <= {OperandKind.TEXT, OperandKind.CODE}:
        message = f"A {left_kind} cannot be compared with a {right_kind}."
        raise RuleError(message, "compare", one=left_kind, other=right_kind)
    if OperandKind.TEXT in kinds:
        left, right = left.str.to_lowercase(), right.str.to_lowercase()
    return _operate(node.operator, left, right).fill_null(value=False)


def _operate(operator: Operator, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    match operator:
        case Operator.EQ:
            return left == right
        case Operator.NE:
            return left != right
        case Operator.LT:
            return left < right
        case Operator.LE:
            return left <= right
        case Operator.GT:
            return left > right
        case Operator.GE:
            return left >= right
        case Operator.ADD:
            return left + right
        case Operator.SUB:
            return left - right


def _value(node: Value, scope: RowScope) -> tuple[pl.Expr, OperandKind]:
    match node:
        case FieldRef(field=field_id):
            return pl.col(field_id), _kind_of_field(scope.sheet, field_id)
        case Constant(value=str() as text):
            return pl.lit(text), OperandKind.CODE
        case Constant(value=number):
            return pl.lit(number), OperandKind.NUMBER
        case Today():
            return pl.lit(scope.today), OperandKind.DATE
        case Named(name=name):
            return _named(name, scope)
        case Shift():
            return _shift(node, scope), OperandKind.DATE
        case Arithmetic():
            return _arithmetic(node, scope), OperandKind.NUMBER


def _kind_of_field(sheet: Sheet, field_id: str) -> OperandKind:
    kinds = {
        FieldType.DATE: OperandKind.DATE,
        FieldType.INTEGER: OperandKind.NUMBER,
        FieldType.DECIMAL: OperandKind.NUMBER,
        FieldType.TEXT: OperandKind.TEXT,
    }
    return kinds.get(sheet[field_id].type, OperandKind.CODE)


def _named(name: str, scope: RowScope) -> tuple[pl.Expr, OperandKind]:
    constant = scope.constants.get(name)
    if constant is None:
        message = f"The form has no constant {name}."
        raise RuleError(message, "constant", name=name)
    return pl.lit(constant), OperandKind.DATE if isinstance(constant, date) else OperandKind.NUMBER


def _shift(node: Shift, scope: RowScope) -> pl.Expr:
    day, kind = _value(node.day, scope)
    amount, amount_kind = _value(node.amount, scope)
    if kind is not OperandKind.DATE or amount_kind is not OperandKind.NUMBER:
        message = "Only a date can be moved, and only by a number."
        raise RuleError(message, "shift")
    # Amounts beyond the calendar would overflow; they have no value either way.
    whole = amount.cast(pl.Int64, strict=False).clip(-4_000_000, 4_000_000)
    moved = day.dt.offset_by(pl.format("{}" + _UNITS[node.unit], whole))
    return pl.when(moved.is_between(FIRST_DAY, LAST_DAY)).then(moved)


def _arithmetic(node: Arithmetic, scope: RowScope) -> pl.Expr:
    left, left_kind = _value(node.left, scope)
    right, right_kind = _value(node.right, scope)
    result = _operate(node.operator, left, right)
    if left_kind is right_kind is OperandKind.NUMBER:
        # A worksheet compares 15 digits; what binary numbers add beyond them must not decide.
        return result.cast(pl.Float64).round(_DECIMALS)
    if left_kind is right_kind is OperandKind.DATE and node.operator is Operator.SUB:
        return result.dt.total_days()
    message = f"A {left_kind} and a {right_kind} have no {node.operator.name.lower()}."
    raise RuleError(message, "arithmetic", one=left_kind, other=right_kind)


def with_unreadable(typed: TypedSheet, sheet: Sheet) -> pl.DataFrame:
    """Return the rows with a bit per cell that holds something unreadable (see `evaluate`)."""
    bits = [0] * typed.frame.height
    if typed.unreadable.height:
        places = {row: place for place, row in enumerate(typed.frame[ROW].to_list())}
        for row, field_id in typed.unreadable.iter_rows():
            bits[places[row]] |= unreadable_bit(sheet, field_id)
    return typed.frame.hstack([pl.Series(UNREADABLE, bits, dtype=pl.UInt64)])
