"""Row expressions on a frame against a naive evaluation of one row at a time.

The meaning is the one written in `fpsheet_templates.expression`: two-valued logic, a comparison
with a blank or unreadable operand is false.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from fpsheet_templates.expression import (
    Always,
    And,
    Arithmetic,
    Blank,
    Compare,
    Constant,
    FieldRef,
    Named,
    Not,
    OneOf,
    Operator,
    Or,
    Shift,
    Today,
)
from fpsheet_templates.load import load_form
from fpsheet_validation.rules.evaluate import UNREADABLE, RowScope, evaluate, unreadable_bit
from fpsheet_validation.typed import polars_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fpsheet_templates.expression import Expression, Value

FORM = load_form()
SHEET = FORM.sheet("forloeb")
TODAY = date(2026, 3, 2)
DATES = ("start_dato", "slut_dato")
NUMBERS = ("timer_pr_uge",)
CODES = ("forloeb_type", "resultat")
TEXTS = ("journal_nr", "tekst")
ALL = (*DATES, *NUMBERS, *CODES, *TEXTS)
WORDS = ("revurdering", "udsat", "Æble", "æBLE", "a b", "")


@dataclass(frozen=True)
class Cell:
    """A cell of a naive row: its value, or none and whether something unreadable is there."""

    value: date | float | str | None
    unreadable: bool = False


Row = dict[str, Cell]


def holds(node: Expression, row: Mapping[str, Cell]) -> bool:
    """Evaluate an expression on one row."""
    match node:
        case Always():
            return True
        case Not(operand=operand):
            return not holds(operand, row)
        case And(operands=operands):
            return all(holds(operand, row) for operand in operands)
        case Or(operands=operands):
            return any(holds(operand, row) for operand in operands)
        case Blank(field=field):
            return row[field.field].value is None and not row[field.field].unreadable
        case OneOf(field=field, codes=codes):
            value = row[field.field].value
            if field.field in TEXTS:
                return value is not None and str(value).lower() in {c.lower() for c in codes}
            return value in codes
        case Compare(operator=operator, left=left, right=right):
            return compares(operator, value_of(left, row), value_of(right, row))


def compares(operator: Operator, left: object, right: object) -> bool:
    """Compare two values; false with a missing one."""
    if left is None or right is None:
        return False
    pair = sorted_pair(left, right)
    return {
        Operator.EQ: pair == 0,
        Operator.NE: pair != 0,
        Operator.LT: pair < 0,
        Operator.LE: pair <= 0,
        Operator.GT: pair > 0,
        Operator.GE: pair >= 0,
    }[operator]


def sorted_pair(left: object, right: object) -> int:
    """Return -1, 0 or 1; texts are compared as UTF-8 bytes, as the frame does."""
    if isinstance(left, str) and isinstance(right, str):
        return (left.encode() > right.encode()) - (left.encode() < right.encode())
    if isinstance(left, date) and isinstance(right, date):
        return (left > right) - (left < right)
    first, second = float(str(left)), float(str(right))
    return (first > second) - (first < second)


def value_of(node: Value, row: Mapping[str, Cell]) -> date | float | str | None:
    """Evaluate an operand; texts in small letters."""
    match node:
        case FieldRef(field=name):
            value = row[name].value
            return value.lower() if name in TEXTS and isinstance(value, str) else value
        case Constant(value=constant):
            return constant
        case Named(name=name):
            return FORM.constants[name]
        case Today():
            return TODAY
        case Shift(unit=unit, day=day, amount=amount):
            return shifted(unit, value_of(day, row), value_of(amount, row))
        case Arithmetic(operator=operator, left=left, right=right):
            first, second = value_of(left, row), value_of(right, row)
            if first is None or second is None:
                return None
            if isinstance(first, date) and isinstance(second, date):
                return (first - second).days
            sign = 1 if operator is Operator.ADD else -1
            return round(float(first) + sign * float(second), 9)  # type: ignore[arg-type]


def shifted(unit: str, day: object, amount: object) -> date | None:
    """Move a day; the last day of the month where the month is too short."""
    if not isinstance(day, date) or not isinstance(amount, int | float):
        return None
    if unit == "days":
        ordinal = day.toordinal() + int(amount)
        legal = date(1900, 1, 1).toordinal() <= ordinal <= date(9999, 12, 31).toordinal()
        return day + timedelta(days=int(amount)) if legal else None
    months = day.year * 12 + day.month - 1 + int(amount) * (12 if unit == "years" else 1)
    year, month = divmod(months, 12)
    if not 1900 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


days = st.dates(date(1900, 1, 1), date(9999, 12, 31)) | st.dates(date(2015, 1, 1), date(2027, 1, 1))
hours = st.integers(0, 400).map(lambda tenth: tenth / 10)
words = st.sampled_from([word for word in WORDS if word])

field_values: dict[str, st.SearchStrategy[date | float | str]] = {
    **dict.fromkeys(DATES, days),
    **dict.fromkeys(NUMBERS, hours),
    **dict.fromkeys(CODES, words),
    **dict.fromkeys(TEXTS, words),
}


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Rows with blank and unreadable cells."""
    row = {}
    for name, values in field_values.items():
        kind = draw(st.sampled_from(["value", "value", "blank", "unreadable"]))
        value = draw(values) if kind == "value" else None
        row[name] = Cell(value, kind == "unreadable")
    return row


date_refs = st.sampled_from(DATES).map(FieldRef)
amounts = st.integers(-500, 500).map(lambda n: Constant(float(n))) | st.sampled_from(
    [Named("REVURDERING_AAR"), Named("FORLOEB_UDEN_SLUT_DAGE")]
)
date_leaves = date_refs | st.just(Today()) | st.just(Named("REFORM_IKRAFT"))
date_values = date_leaves | st.builds(
    Shift, st.sampled_from(["days", "months", "years"]), date_leaves, amounts
)
number_leaves = (
    st.just(FieldRef("timer_pr_uge")) | hours.map(Constant) | st.just(Named("FULDTID_TIMER"))
)
number_values = (
    number_leaves
    | st.builds(
        Arithmetic, st.sampled_from([Operator.ADD, Operator.SUB]), number_leaves, number_leaves
    )
    | st.builds(Arithmetic, st.just(Operator.SUB), date_leaves, date_leaves)
)
comparisons = st.sampled_from(
    [Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE]
)
equalities = st.sampled_from([Operator.EQ, Operator.NE])
code_refs = st.sampled_from(CODES).map(FieldRef)
text_refs = st.sampled_from(TEXTS).map(FieldRef)
leaves = (
    st.builds(Compare, comparisons, date_values, date_values)
    | st.builds(Compare, comparisons, number_values, number_values)
    | st.builds(Compare, equalities, code_refs, words.map(Constant) | code_refs)
    | st.builds(Compare, equalities, text_refs, text_refs)
    | st.builds(OneOf, code_refs | text_refs, st.lists(words, min_size=1).map(tuple))
    | st.sampled_from(ALL).map(FieldRef).map(Blank)
    | st.just(Always())
)
expressions = st.recursive(
    leaves,
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=2, max_size=3).map(tuple).map(And)
        | st.lists(inner, min_size=2, max_size=3).map(tuple).map(Or)
    ),
    max_leaves=6,
)


def frame_of(cells: list[Row]) -> pl.DataFrame:
    """Make the frame that the rules of the sheet see."""
    columns: dict[str, pl.Series] = {}
    for name in ALL:
        kind = polars_type(SHEET[name].type)
        columns[name] = pl.Series([row[name].value for row in cells], dtype=kind)
    bits = [
        sum(unreadable_bit(SHEET, name) for name in ALL if row[name].unreadable) for row in cells
    ]
    columns[UNREADABLE] = pl.Series(bits, dtype=pl.UInt64)
    return pl.DataFrame(columns)


@given(expressions, st.lists(rows(), min_size=1, max_size=5))
def test_the_column_says_of_each_row_what_the_naive_evaluation_says(
    expression: Expression, cells: list[Row]
) -> None:
    """Every expression has one meaning, and no row is without an answer."""
    scope = RowScope(SHEET, FORM.constants, TODAY)
    frame = frame_of(cells)
    found = frame.select(
        pl.repeat(None, pl.len()).alias("n"), evaluate(expression, scope).alias("x")
    )
    assert found["x"].to_list() == [holds(expression, row) for row in cells]
