"""How a worksheet reads one of its own cells: formulas to the letter of the program's reading.

Each entry field has a hidden column with the value as it is read, or `!` and the code of the
rule that says why it cannot be read (`fpsheet_validation.cells.cell` is the other half). CPR
and dates have one hidden column more, with the text of the cell as a person sees it.

What only a slip or a paste needs is long, and is the same in every row: it stands once, as a
defined name, and the formulas of the cells stay short.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fpsheet.workbook.cpr_in_text import LONG_DASHES, may_tell_cpr, named_conditions
from fpsheet.workbook.formula import LAST_DAY, UNREADABLE, literal, quote_text
from fpsheet.workbook.formula_parts import (
    EMPTY,
    FALSE,
    TRUE,
    and_,
    blank,
    if_,
    if_error,
    is_number,
    or_,
)
from fpsheet_templates.form import Field, FieldType

_SPACES = "\u00a0\u2007\u2009\u202f\t\n\r"
"""Become plain spaces; of all the odd spaces there are, those that people really paste."""
_HYPHENS = "\u2010\u2011"
_NOTHING = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Cannot be seen and mean nothing."""
_COMPOSED = {"a\u030a": "å", "A\u030a": "Å"}

_DIGITS = '"0123456789"'
_PLAIN = '"abcdefghijklmnopqrstuvwxyzæøå0123456789"'
_TEN = "{1,2,3,4,5,6,7,8,9,10}"
_WEIGHTS = "{4,3,2,7,6,5,4,3,2,1}"
"""cpr.dk: the sum of the digits so weighted is divisible by 11 in numbers issued before 2007."""

_LARGEST = "2000000000"

CPR_DIGITS = 10
"""No text of fewer characters holds a CPR number."""

ERROR, BOOLEAN = "FLT-002", "FLT-004"
NOT_A_DATE, TIME_OF_DAY, SHORT_YEAR, NO_SUCH_DAY = "FLT-006", "FLT-007", "FLT-008", "FLT-009"
NOT_A_NUMBER, NOT_WHOLE, DECIMALS, OUT_OF_RANGE = "FLT-010", "FLT-011", "FLT-012", "FLT-013"
NOT_IN_LIST = "FLT-015"
PER_CENT, OTHER_FORMAT = "FLT-030", "FLT-031"
CPR_FORM, CPR_NUMBER, CPR_DAY = "CPR-001", "CPR-002", "CPR-003"

_NUMBER_FAULTS = (NOT_A_NUMBER, OUT_OF_RANGE, PER_CENT, OTHER_FORMAT)
READING_FAULTS = {
    FieldType.CPR: (ERROR, BOOLEAN, CPR_FORM, CPR_NUMBER, CPR_DAY),
    FieldType.DATE: (ERROR, BOOLEAN, NOT_A_DATE, TIME_OF_DAY, SHORT_YEAR, NO_SUCH_DAY),
    FieldType.INTEGER: (ERROR, BOOLEAN, *_NUMBER_FAULTS, NOT_WHOLE),
    FieldType.DECIMAL: (ERROR, BOOLEAN, *_NUMBER_FAULTS, DECIMALS),
    FieldType.CODE: (ERROR, BOOLEAN, NOT_IN_LIST),
    FieldType.TEXT: (ERROR, BOOLEAN),
}
"""What a value column can hold instead of a value, by field type."""


@dataclass(frozen=True, slots=True)
class CellNames:
    """What the formulas of one field call things.

    Attributes:
        cell: The cell a person fills.
        text: The cell with its cleaned text (CPR and dates).
        entries: What may be entered in a code field, labels and codes.
        codes: The codes beside them.
        visible: The formula for the text of the cell with odd characters made plain.
        written: The formula that reads a date or a number written as text.
        holds_cpr: The condition that a text holds what looks like a CPR number.
    """

    cell: str
    text: str
    entries: str
    codes: str
    visible: str
    written: str
    holds_cpr: str

    @property
    def visible_length(self) -> str:
        """Return a formula for the number of characters that are seen."""
        return f"LEN({self.visible})"

    @property
    def clean(self) -> str:
        """Return a formula for the plain text of the cell, spaces around it gone."""
        return f"TRIM({self.visible})"


def named_formulas(field: Field, names: CellNames) -> Iterator[tuple[str, str]]:
    """Yield the formulas of a field that stand once, as (name, formula)."""
    yield names.visible, _visible(names.cell)
    if field.type is FieldType.DATE:
        yield names.written, _written_date(names.text)
    if field.type in {FieldType.INTEGER, FieldType.DECIMAL}:
        yield names.written, _written_number(names.clean, field.type)
    if may_tell_cpr(field):
        yield from named_conditions(names.visible, names.holds_cpr)


def value_formula(field: Field, names: CellNames) -> str:
    """Return the formula of a field's value column."""
    cell = names.cell
    return if_(
        f"ISBLANK({cell})",
        EMPTY,
        if_(
            f"ISERROR({cell})",
            _fault(ERROR),
            if_(f"ISLOGICAL({cell})", _fault(BOOLEAN), _inner(field, names)),
        ),
    )


def _inner(field: Field, names: CellNames) -> str:
    cell = names.cell
    match field.type:
        case FieldType.CPR:
            return _cpr(cell, names.text)
        case FieldType.DATE:
            return _date(cell, names)
        case FieldType.INTEGER:
            return _number(names, if_(f"{cell}<>INT({cell})", _fault(NOT_WHOLE), _fitting(cell)))
        case FieldType.DECIMAL:
            tenfold = f"ABS({cell}*10-ROUND({cell}*10,0))<0.000000001"
            return _number(names, _fitting(cell, if_(tenfold, cell, _fault(DECIMALS))))
        case FieldType.CODE:
            return _code(names)
        case FieldType.TEXT:
            if may_tell_cpr(field):
                return _text(names, CPR_DIGITS - 1, f"{names.visible_length}{_cpr_mark(names)}")
            return _text(names, field.max_length, names.visible_length)


def text_formula(field: Field, names: CellNames) -> str:
    """Return the formula of the cleaned text of a cell; a CPR number comes without its hyphen."""
    cell, cleaned = names.cell, names.clean
    if field.type is FieldType.CPR:
        # Of ten or eleven characters nothing can be left out and a CPR number remain.
        plain = if_(
            and_(f"LEN({cell})=11", f'MID({cell},7,1)="-"'), f'REPLACE({cell},7,1,"")', "{}"
        )
        is_dash = is_number(f'FIND(MID({cleaned},7,1),"-{LONG_DASHES}")')
        slow = if_(is_dash, f'REPLACE({cleaned},7,1,"")', cleaned)
        cleaned = plain.format(if_(f"LEN({cell})=10", cell, slow))
    return if_(f"ISTEXT({cell})", cleaned, EMPTY)


def _visible(cell: str) -> str:
    """Return a formula for the text of a cell, odd spaces and invisible characters made plain."""
    text = cell
    plain = {
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys(_HYPHENS, "-"),
        **dict.fromkeys(_NOTHING, ""),
        **_COMPOSED,
    }
    for odd, better in plain.items():
        found = f"CHAR({ord(odd)})" if odd in "\t\n\r" else quote_text(odd)
        text = f"SUBSTITUTE({text},{found},{quote_text(better)})"
    return text


def _fault(code: str) -> str:
    return quote_text(UNREADABLE + code)


def _all_digits(text: str) -> str:
    """Return a condition that the first ten characters of a text are digits, `-` counted as one."""
    padded = f'SUBSTITUTE({text},"-","0")&"0000000000"'
    return f"SUMPRODUCT(--ISNUMBER(FIND(MID({padded},{_TEN},1),{_DIGITS})))=10"


def _cpr(cell: str, text: str) -> str:
    """Read ten digits with a day of birth that exists; a number cell lost its leading zero."""
    # Only ten digits come back unchanged from a number; 12345678E1, 1234567,89 and such do not.
    digits = if_(f"LEN({text})=10", if_error(f'TEXT(--{text},"0000000000")={text}', FALSE), FALSE)
    return if_(
        is_number(cell),
        _fault(CPR_NUMBER),
        if_(
            blank(text),
            EMPTY,
            if_(digits, if_(_has_birth_day(text), text, _fault(CPR_DAY)), _fault(CPR_FORM)),
        ),
    )


def birth_number(cpr: str) -> str:
    """Return a formula for the day of birth as yyyymmdd of a readable CPR number, else ""."""
    seventh, short_year = f"MID({cpr},7,1)", f"--MID({cpr},5,2)"
    eighteen = and_(f'{seventh}>="5"', f'{seventh}<="8"', f"{short_year}>57")
    century = if_(_is_nineteen(cpr), 1900, if_(eighteen, 1800, 2000))
    year = f"({century}+MID({cpr},5,2))*10000"
    day = f"MID({cpr},3,2)*100+LEFT({cpr},2)-{if_(is_replacement(cpr), 60, 0)}"
    return if_(f"LEN({cpr})=10", f"{year}+{day}", EMPTY)


def is_replacement(cpr: str) -> str:
    """Return a condition that a readable CPR number is a replacement number (day 61 to 91)."""
    return f"--LEFT({cpr},2)>60"


def passes_modulus_11(cpr: str) -> str:
    """Return a condition that the weighted sum of the ten digits is divisible by 11."""
    return f"MOD(SUMPRODUCT((0+MID({cpr},{_TEN},1))*{_WEIGHTS}),11)=0"


def _is_nineteen(text: str) -> str:
    """Return a condition that digit 7 says a year from 1900 (table at cpr.dk)."""
    seventh = f"MID({text},7,1)"
    later = and_(is_number(f'FIND({seventh},"49")'), f"--MID({text},5,2)>36")
    return or_(f'{seventh}<="3"', later)


def _has_birth_day(text: str) -> str:
    """Return a condition that ddmmyy is a day; only the leap years hang on the century.

    1900 was no leap year, but a worksheet believes it was; 2100 stands in for it.
    """
    year = f"{if_(_is_nineteen(text), 2100, 2000)}+MID({text},5,2)"
    month, day = f"--MID({text},3,2)", f"LEFT({text},2)-{if_(is_replacement(text), 60, 0)}"
    early = and_(f"{day}>=1", f"{day}<=28")
    exists = if_(early, TRUE, f"DAY(DATE({year},{month},{day}))={day}")
    return if_(and_(f"{month}>=1", f"{month}<=12"), exists, FALSE)


def _date(cell: str, names: CellNames) -> str:
    """Read a whole day number, or a text that writes a day; a two-digit year is not guessed."""
    day = f"ROUND({cell},0)"
    number = if_(
        f"ABS({cell}-{day})*86400>=1",
        _fault(TIME_OF_DAY),
        if_(and_(f"{day}>=1", f"{day}<={LAST_DAY}", f"{day}<>60"), day, _fault(NOT_A_DATE)),
    )
    return if_(is_number(cell), number, if_(blank(names.text), EMPTY, names.written))


def _written_date(text: str) -> str:
    same = f'SUBSTITUTE(SUBSTITUTE({text},".","-"),"/","-")'
    first = f'FIND("-",{same})'
    length = f"LEN({text})"
    two_hyphens = f'LEN(SUBSTITUTE({same},"-",""))={length}-2'
    shaped = and_(f"{length}>=6", f"{length}<=10", two_hyphens, _all_digits(same))

    def day_first(year_length: int) -> str:
        month = f"{length}-{year_length + 1}-{first}"
        second = f'MID({same},{length}-{year_length},1)="-"'
        return and_(second, f"{first}>=2", f"{first}<=3", f"{month}>=1", f"{month}<=2")

    danish = _day_or_fault(
        f"RIGHT({text},4)", f"MID({same},{first}+1,{length}-5-{first})", f"LEFT({text},{first}-1)"
    )
    iso = _day_or_fault(f"LEFT({text},4)", f"MID({text},6,2)", f"RIGHT({text},2)")
    is_iso = and_(f"{length}=10", f'MID({text},5,1)="-"', f'MID({text},8,1)="-"')
    stamp = and_(
        f"{length}>=16",
        f'MID({text},5,1)="-"',
        f'MID({text},8,1)="-"',
        f'MID({text},11,1)=" "',
        f'MID({text},14,1)=":"',
        _all_digits(f"LEFT({text},10)"),
    )
    return if_(
        shaped,
        if_(
            is_iso,
            iso,
            if_(day_first(4), danish, if_(day_first(2), _fault(SHORT_YEAR), _fault(NOT_A_DATE))),
        ),
        if_(stamp, _fault(TIME_OF_DAY), _fault(NOT_A_DATE)),
    )


def _day_or_fault(year: str, month: str, day: str) -> str:
    """Return the day of three texts of digits, or the fault that there is no such day."""
    exists = f"DAY(DATE({year},{month},{day}))=--{day}"
    legal = and_(f"--{year}>=1900", f"--{month}>=1", f"--{month}<=12", exists)
    return if_(legal, f"DATE({year},{month},{day})", _fault(NO_SUCH_DAY))


def _number(names: CellNames, number: str) -> str:
    """Read a number cell in a format of numbers, or a text of digits with a comma or a point.

    `CELL` tells percent (P), date and time (D) and money (C) apart; formats made by hand it may
    not know, and the check looks at those.
    """
    text = if_(blank(names.clean), EMPTY, names.written)
    shown = f'FIND(LEFT(CELL("format",{names.cell})),"PDC")'
    faults = ",".join(map(_fault, (PER_CENT, OTHER_FORMAT, OTHER_FORMAT)))
    return if_(is_number(names.cell), if_error(f"CHOOSE({shown},{faults})", number), text)


def _written_number(text: str, kind: FieldType) -> str:
    """Read digits, and one or two more after a comma or a point, whatever the computer's own is.

    Three digits after it might be thousands, which nobody can tell.
    """
    same = f'SUBSTITUTE({text},".",",")'
    comma = if_error(f'FIND(",",{same})', f"LEN({text})+1")
    head, tail = f"LEFT({text},{comma}-1)", f"MID({same},{comma}+1,9)"

    def is_digits(part: str, most: int) -> str:
        zeros = f'MID("{"0" * most}",1,LEN({part}))'
        same_digits = if_error(f"TEXT(--{part},{zeros})={part}", FALSE)
        return if_(and_(f"LEN({part})>=1", f"LEN({part})<={most}"), same_digits, FALSE)

    if kind is FieldType.INTEGER:
        number = if_(f"--{tail}=0", f"--{head}", _fault(NOT_WHOLE))
    else:
        one = or_(f"LEN({tail})=1", f'RIGHT({tail})="0"')
        number = if_(one, f"{head}+LEFT({tail})/10", _fault(DECIMALS))
    parted = if_(is_digits(tail, 2), number, _fault(NOT_A_NUMBER))
    read = if_(f"{comma}>LEN({text})", f"--{head}", parted)
    return if_(is_digits(head, 9), read, _fault(NOT_A_NUMBER))


def _fitting(cell: str, number: str = "") -> str:
    """Return a number, or the fault that it is larger than any number of the form."""
    return if_(f"ABS({cell})>{_LARGEST}", _fault(OUT_OF_RANGE), number or cell)


def _text(names: CellNames, short: int, length: str) -> str:
    """Return the length of a text that is not short, 1 for any other; most are plain to see."""
    cell = names.cell
    plain = and_(f"LEN({cell})<={short}", is_number(f"SEARCH(LEFT({cell}),{_PLAIN})"))
    length = if_(blank(names.clean), EMPTY, length)
    return if_(blank(cell), EMPTY, if_(plain, 1, length))


def _cpr_mark(names: CellNames) -> str:
    """Return what is added to the length of a text that holds a CPR number: a half.

    It is asked here, in a column of its own, since LibreOffice writes every named formula out and
    a status that asked of several fields would be too long for it.
    """
    half = if_(names.holds_cpr, "0.5", 0)
    return f"+{if_(f'{names.visible_length}<{CPR_DIGITS}', 0, half)}"


def _code(names: CellNames) -> str:
    """Read a label or code; what people pick is found at once, what they paste is cleaned first."""
    # TRIM also joins spaces inside the text, which nobody asked for; such a text is not found.
    found = _look_up(names.clean, names.entries, names.codes)
    joined = f"ISERROR(FIND({names.clean},{names.visible}))"
    slow = if_(joined, _fault(NOT_IN_LIST), found)
    return if_error(
        _look_up(names.cell, names.entries, names.codes),
        if_(blank(names.clean), EMPTY, if_error(slow, _fault(NOT_IN_LIST))),
    )


def _look_up(text: str, entries: str, codes: str) -> str:
    return f"INDEX({codes},MATCH({literal(text)},{entries},0))"
