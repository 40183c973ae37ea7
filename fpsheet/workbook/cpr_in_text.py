"""CPR numbers in free text, found by a formula: a text that tells of one must not be sent."""

from collections.abc import Iterable, Iterator

from fpsheet.workbook.formula_parts import FALSE, if_, is_number
from fpsheet_templates.form import Field, FieldType

LONG_DASHES = "\u2012\u2013\u2014\u2015\u2212"
"""Taken for a hyphen in a CPR number, and left alone everywhere else."""

_LONGEST_TEXT = 60
"""Characters of the longest text that leaves the kommune."""

_MONTHS, _DAYS = range(1, 13), (*range(1, 32), *range(61, 92))
"""What a CPR number begins with: the day, of a replacement number sixty more, and the month."""


def may_tell_cpr(field: Field) -> bool:
    """Return whether a CPR number in the field would leave the kommune as it was typed."""
    return field.type is FieldType.TEXT and not field.local


def named_conditions(visible: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield the formulas that stand once for a field, as (name, formula).

    Args:
        visible: Name of the formula for the text of the cell.
        name: Name of the condition that the text holds what looks like a CPR number; those of the
            steps before it begin with it.
    """
    text, digits = f"{name}_tekst", f"{name}_cifre"
    yield text, _parted_alike(visible)
    yield digits, _every_digit_nine(text)
    yield name, _holds_cpr(text, digits)


def holds_cpr_condition(value: str) -> str:
    """Return the condition that the value column of a text tells of a CPR number in it."""
    return f"N({value})>INT(N({value}))"


def _parted_alike(visible: str) -> str:
    """Return a formula for a text in which whatever parts groups of digits is one hyphen."""
    text = visible
    parting = (*LONG_DASHES, "_", ".", ",", ";", " ", "--", "--")
    for written, plain in ((" :", ":"), (": ", ":"), *((sign, "-") for sign in parting)):
        text = f'SUBSTITUTE({text},"{written}","{plain}")'
    return f'" "&{text}&" "'


def _every_digit_nine(text: str) -> str:
    """Return a formula for a text in which every digit is a 9, so that a number is found."""
    for digit in range(9):
        text = f'SUBSTITUTE({text},"{digit}","9")'
    return text


def _holds_cpr(text: str, digits: str) -> str:
    """Return a condition that ten digits, in groups or not, begin with a day and a month.

    What begins beyond the longest text is not looked at: such a text is too long, which is said
    first. What may be another number with a year is left to the check, which knows the control of
    the digits, and so are rarer spellings. Text and digits are names of formulas of their own:
    written out, the condition would be longer than a spreadsheet program takes.
    """
    start = f"{{{','.join(map(str, range(1, _LONGEST_TEXT + 1)))}}}"

    def is_shaped(shape: str) -> str:
        found = f'MID({digits},{start}+1,{len(shape)})="{shape}"'
        return f'({found})*(MID({digits},{start}+{len(shape) + 1},1)<>"9")'

    def is_one_of(place: int, pairs: Iterable[int]) -> str:
        listed = " ".join(f"{pair:02d}" for pair in pairs)
        return is_number(f'FIND(MID({text},{start}+{place},2),"{listed}")')

    shapes = ("9999999999", "999999-9999", "999999:9999", "9999-999999", "99-99-99-9999")
    together, four_and_six, in_pairs = shapes[:3], shapes[3], shapes[4]
    listed = ",".join(f'"{shape}"' for shape in shapes)
    alike = f"({'+'.join(map(is_shaped, together))})*{is_one_of(3, _MONTHS)}"
    parted = f"{is_shaped(four_and_six)}*{is_one_of(3, _MONTHS)}*(1-{is_one_of(1, (19, 20))})"
    pairs = f"{is_shaped(in_pairs)}*{is_one_of(4, _MONTHS)}*(1-{is_one_of(10, (19, 20))})"
    begins = f'(MID({digits},{start},1)<>"9")*{is_one_of(1, _DAYS)}'
    found = f"SUMPRODUCT({begins}*({alike}+{parted}+{pairs}))>0"
    return if_(f"SUMPRODUCT(--ISNUMBER(FIND({{{listed}}},{digits})))=0", FALSE, found)
