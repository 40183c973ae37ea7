"""Row expressions: what parses to what, and what is refused."""

import pytest

from fpsheet_templates.errors import SpecError
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
    fields_of,
    parse_expression,
)


def test_comparison_of_two_fields() -> None:
    """A name in small letters is a field."""
    assert parse_expression("slut_dato < start_dato") == Compare(
        Operator.LT, FieldRef("slut_dato"), FieldRef("start_dato")
    )


def test_filled_is_not_blank() -> None:
    """`filled` has no node of its own."""
    assert parse_expression("filled(niveau)") == Not(Blank(FieldRef("niveau")))


def test_membership_and_logic() -> None:
    """`in` takes a tuple of codes; `and` binds before `or`."""
    got = parse_expression("blank(niveau) or a in ('x', 'y') and b not in ('z',)")
    one_of = OneOf(FieldRef("a"), ("x", "y"))
    negated = Not(OneOf(FieldRef("b"), ("z",)))
    assert got == Or((Blank(FieldRef("niveau")), And((one_of, negated))))


def test_dates_and_named_constants() -> None:
    """Words in capitals are constants, TODAY is the day of the check."""
    got = parse_expression("add_years(start_dato, REVURDERING_AAR) < TODAY")
    shift = Shift("years", FieldRef("start_dato"), Named("REVURDERING_AAR"))
    assert got == Compare(Operator.LT, shift, Today())


def test_arithmetic_and_negative_numbers() -> None:
    """Sum, difference and a negative literal."""
    got = parse_expression("slut_dato - start_dato > -1")
    difference = Arithmetic(Operator.SUB, FieldRef("slut_dato"), FieldRef("start_dato"))
    assert got == Compare(Operator.GT, difference, Constant(-1))


def test_always() -> None:
    """`always` is true of every row."""
    assert parse_expression("always") == Always()


def test_fields_in_order_of_first_mention() -> None:
    """Every field once."""
    expression = parse_expression("a == 'x' and filled(b) and c in ('y',) and a > add_days(d, 1)")
    assert fields_of(expression) == ("a", "b", "c", "d")


@pytest.mark.parametrize(
    "text",
    [
        "a <",
        "__import__('os')",
        "a < b < c",
        "a in b",
        "a in (b,)",
        "a in (1, 2)",
        "a * 2 > 1",
        "a",
        "blank('x')",
        "blank(a, b)",
        "a.b == 1",
        "a == True",
        "lambda: 0",
    ],
)
def test_what_has_no_meaning_is_refused(text: str) -> None:
    """Whatever is outside the language raises, naming the expression."""
    with pytest.raises(SpecError):
        parse_expression(text)
