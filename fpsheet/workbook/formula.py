"""Row expressions as worksheet formulas: one of the two printers of one tree.

The meaning is fixed in `fpsheet_templates.expression`; floor 2 evaluates the same tree on a
frame. A formula reads the hidden columns of its own row through their names (`n_forloeb_cpr`):
such a cell is "" where the field is blank, `!` and a rule code where it cannot be read, else the
value: a number for dates and numbers, the identifier for codes, ten digits for CPR.

Only functions that Excel 2010 and LibreOffice 7.4 know are used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fpsheet.workbook.formula_parts import (
    FALSE,
    and_,
    blank,
    filled,
    if_,
    if_error,
    is_number,
    not_,
    or_,
)
from fpsheet.workbook.sheet_layout import value_name
from fpsheet.workbook.style import date_serial
from fpsheet_templates.errors import SpecError
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

UNREADABLE = "!"
"""First character of what a value column holds where the cell could not be read."""

TODAY_NAME = "idag"
"""Defined name of the one cell that asks for the day."""

LAST_DAY = 2_958_465
"""31-12-9999; a worksheet knows no later day."""

_DECIMALS = 9
_FEW_CODES = 3
_SYMBOLS = {Operator.EQ: "=", Operator.NE: "<>"}
_NUMERIC = {FieldType.DATE, FieldType.INTEGER, FieldType.DECIMAL}


class Kind(StrEnum):
    """How an operand is held in its cell."""

    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Operand:
    """A printed value.

    Attributes:
        text: Formula text.
        kind: Number (dates too) or text.
        fields: Names of the value cells it reads.
        can_fail: The text can give an error value even where every cell holds a number.
        is_compound: It must be put in brackets beside another operator.
    """

    text: str
    kind: Kind
    fields: tuple[str, ...] = ()
    can_fail: bool = False
    is_compound: bool = False


@dataclass(frozen=True, slots=True)
class FormulaPrinter:
    """Prints the expressions of one sheet.

    Attributes:
        sheet: The sheet whose fields the expressions read.
        constants: Named constants of the form.
    """

    sheet: Sheet
    constants: Mapping[str, date | float]

    def condition(self, expression: Expression) -> str:
        """Return a formula text that is TRUE or FALSE in every row, never an error.

        Raises:
            SpecError: The expression has no meaning on a worksheet.
        """
        match expression:
            case Always():
                return "TRUE"
            case Not(operand=Blank(field=field)):
                return filled(self._name(field.field))
            case Not(operand=operand):
                return not_(self.condition(operand))
            case And(operands=operands):
                return and_(*(self.condition(operand) for operand in operands))
            case Or(operands=operands):
                return or_(*(self.condition(operand) for operand in operands))
            case Blank(field=field):
                return blank(self._name(field.field))
            case OneOf(field=field, codes=codes):
                return _print_one_of(self._name(field.field), codes)
            case Compare():
                return self._compare(expression)

    def _name(self, field_id: str) -> str:
        self.sheet[field_id]  # a KeyError here is a rule that names a field of another sheet
        return value_name(self.sheet.id, field_id)

    def _compare(self, node: Compare) -> str:
        left, right = self._operand(node.left), self._operand(node.right)
        if left.kind is not right.kind:
            raise SpecError(f"A {left.kind} cannot be compared with a {right.kind}.")
        symbol = _SYMBOLS.get(node.operator, node.operator.value)
        if left.kind is Kind.TEXT:
            return _compare_texts(left, right, symbol)
        return _compare_numbers(left, right, symbol)

    def _operand(self, node: Value) -> Operand:
        match node:
            case FieldRef(field=field_id):
                return self._field(field_id)
            case Constant(value=str() as text):
                return Operand(quote_text(text), Kind.TEXT)
            case Constant(value=value):
                return Operand(print_number(float(value)), Kind.NUMBER)
            case Named(name=name):
                return Operand(self.named(name), Kind.NUMBER)
            case Today():
                return Operand(TODAY_NAME, Kind.NUMBER)
            case Shift():
                return self._shift(node)
            case Arithmetic():
                return self._arithmetic(node)

    def _field(self, field_id: str) -> Operand:
        name, field_type = self._name(field_id), self.sheet[field_id].type
        if field_type is FieldType.TEXT:
            raise SpecError(f"The text {field_id} can be blank or filled, not compared.")
        return Operand(name, Kind.NUMBER if field_type in _NUMERIC else Kind.TEXT, (name,))

    def named(self, name: str) -> str:
        """Return a named constant of the form: a date as its day number.

        Raises:
            SpecError: The form has no such constant.
        """
        constant = self.constants.get(name)
        if constant is None:
            raise SpecError(f"The form has no constant {name}.")
        if isinstance(constant, date):
            return str(date_serial(constant))
        return print_number(constant)

    def _shift(self, node: Shift) -> Operand:
        day, amount = self._operand(node.day), self._operand(node.amount)
        fields = (*day.fields, *amount.fields)
        steps = _bracket(amount)
        if node.unit == "days":
            return Operand(f"{_bracket(day)}+{steps}", Kind.NUMBER, fields, is_compound=True)
        months = f"12*{steps}" if node.unit == "years" else amount.text
        return Operand(f"EDATE({day.text},{months})", Kind.NUMBER, fields, can_fail=True)

    def _arithmetic(self, node: Arithmetic) -> Operand:
        left, right = self._operand(node.left), self._operand(node.right)
        text = f"ROUND({_bracket(left)}{node.operator.value}{_bracket(right)},{_DECIMALS})"
        return Operand(
            text, Kind.NUMBER, (*left.fields, *right.fields), left.can_fail or right.can_fail
        )


def readable(name: str) -> tuple[str, str]:
    """Return the conditions that a value column holds a value: neither blank nor a rule code."""
    return filled(name), f'LEFT({name})<>"{UNREADABLE}"'


def unreadable(name: str) -> str:
    """Return the condition that a value column holds the code of why it cannot be read."""
    return f'LEFT({name})="{UNREADABLE}"'


def quote_text(text: str) -> str:
    """Return a text as a formula holds it.

    >>> quote_text("ord")
    '"ord"'
    """
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def print_number(number: float) -> str:
    """Return a number as a formula holds it, whatever the language of the program.

    >>> print_number(37.0), print_number(0.5)
    ('37', '0.5')
    """
    return str(int(number)) if number == int(number) else repr(float(number))


def _bracket(operand: Operand) -> str:
    return f"({operand.text})" if operand.is_compound else operand.text


def _print_one_of(name: str, codes: tuple[str, ...]) -> str:
    if len(codes) > _FEW_CODES:
        listed = ",".join(quote_text(code) for code in codes)
        return is_number(f"MATCH({name},{{{listed}}},0)")
    tests = [f"{name}={quote_text(code)}" for code in codes]
    return tests[0] if len(tests) == 1 else or_(*tests)


def _compare_texts(left: Operand, right: Operand, symbol: str) -> str:
    if symbol not in _SYMBOLS.values():
        raise SpecError("Codes are equal or not; they have no order.")
    test = f"{left.text}{symbol}{right.text}"
    if symbol == "=" and len(left.fields) + len(right.fields) == 1:
        return test  # a blank or unreadable cell equals no code
    known = [part for name in (*left.fields, *right.fields) for part in readable(name)]
    return and_(*known, test)


def _compare_numbers(left: Operand, right: Operand, symbol: str) -> str:
    test = f"{left.text}{symbol}{right.text}"
    if left.can_fail or right.can_fail:
        test = if_error(test, FALSE)
    names = tuple(dict.fromkeys((*left.fields, *right.fields)))
    if not names:
        return test
    return if_(f"COUNT({','.join(names)})={len(names)}", test, FALSE)


def literal(text: str) -> str:
    """Return a formula for a text to look up in which `*`, `?` and `~` stand for themselves."""
    for sign in "~*?":
        text = f'SUBSTITUTE({text},"{sign}","~{sign}")'
    return text
