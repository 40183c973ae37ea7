"""A single cell: what it holds, or why it cannot be read.

Most cells are plainly right and are read a column at a time by `fpsheet_validation.cells.parse`.
The others come here one by one: what is written oddly but surely is repaired and said to be, and
nothing is guessed.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from fpsheet_templates.form import Field, FieldType
from fpsheet_validation.cells.cpr import WRITTEN, day_of_birth
from fpsheet_validation.raw import CellKind

Value = str | date | int | float

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?", re.ASCII)
_WRITTEN_NUMBER = re.compile(r"(\d{1,9})(?:[.,](\d{1,2}))?", re.ASCII)
_DANISH_DAY = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}[-./]\d{1,2}[-./]\d{2}", re.ASCII)
_CPR = re.compile(WRITTEN, re.ASCII)
SHORTENED = r"^\s*[0-9](?:[.,][0-9]+)?E\+[0-9]{2,3}\s*$"
"""What Excel shows of a long number, and all that is left of it in a text file or a copied text."""

_SHORTENED = re.compile(SHORTENED)
_LONG_DASHES = dict.fromkeys(map(ord, "\u2012\u2013\u2014\u2015\u2212"), "-")

_DAY_SECONDS = 24 * 60 * 60
_NEAR = 1.0
"""Seconds from midnight that are none: programs write days with fractions of a second."""


# Excel counts a 29 February 1900 that never was, as number 60.
_FALSE_LEAP_DAY = 60
_EPOCH = date(1899, 12, 30)
_EPOCH_BEFORE_FALSE_LEAP_DAY = date(1899, 12, 31)
_EPOCH_1904 = date(1904, 1, 1)
_LAST_SERIAL = (date(9999, 12, 31) - _EPOCH).days
_FIRST_YEAR = 1900
_EXACT_DIGITS = 15
"""Digits of a number that Excel keeps; it makes zeros of the others."""
_LARGEST = 2_000_000_000
_DUST = 1e-9

_MARKED = {
    CellKind.ERROR: "FLT-002",
    CellKind.FORMULA: "FLT-003",
    CellKind.BOOLEAN: "FLT-004",
    CellKind.MERGED: "FLT-005",
}

_SHOWN_OTHERWISE = {CellKind.PERCENT, CellKind.CURRENCY, CellKind.DAY, CellKind.ZEROS}
_NO_PLAIN_NUMBER = {
    CellKind.PERCENT: "FLT-030",
    CellKind.CURRENCY: "FLT-031",
    CellKind.DAY: "FLT-031",
}


@dataclass(frozen=True, slots=True)
class CellVerdict:
    """What a cell comes to.

    Attributes:
        value: The value; None where the cell is blank or cannot be read.
        code: What is wrong, or which repair was made; empty where there is nothing to say.
    """

    value: Value | None = None
    code: str = ""

    @property
    def is_unreadable(self) -> bool:
        """Return whether the cell holds something that could not be read."""
        return self.value is None and bool(self.code)


def judge_cell(
    text: str | None,
    kinds: frozenset[CellKind],
    field: Field,
    *,
    entries: Mapping[str, str],
    date1904: bool,
) -> CellVerdict:
    """Judge one cell.

    Args:
        text: The cell as the reader prints it; None where it prints nothing.
        kinds: What intake marked it as.
        field: The field it belongs to.
        entries: For a code field: what may be entered, in small letters → code.
        date1904: Numbers read as dates count from 1904.
    """
    for kind, code in _MARKED.items():
        if kind in kinds:
            return CellVerdict(code=code)
    stripped = (text or "").strip()
    if text is None or not stripped:
        return CellVerdict()
    verdict = _judge(text, stripped, kinds, field, entries, date1904)
    if not verdict.code and text != stripped and field.type is not FieldType.TEXT:
        return CellVerdict(verdict.value, "FLT-023")
    if not verdict.code and CellKind.REPAIRED in kinds:
        return CellVerdict(verdict.value, "FLT-020")
    return verdict


def _judge(  # noqa: PLR0913, PLR0917 (one place where the types part)
    text: str,
    stripped: str,
    kinds: frozenset[CellKind],
    field: Field,
    entries: Mapping[str, str],
    date1904: bool,  # noqa: FBT001
) -> CellVerdict:
    match field.type:
        case FieldType.CPR:
            return _judge_cpr(stripped, kinds)
        case FieldType.DATE if CellKind.TEXT not in kinds:
            return _judge_date_cell(stripped, date1904=date1904)
        case FieldType.DATE:
            return _judge_date_text(stripped)
        case FieldType.INTEGER | FieldType.DECIMAL:
            return _judge_number(stripped, kinds, field.type)
        case FieldType.CODE:
            code = entries.get(stripped.lower())
            if code is None:
                return CellVerdict(code="FLT-015")
            return CellVerdict(code, "FLT-024" if CellKind.NUMBER in kinds else "")
        case FieldType.TEXT:
            return _judge_text(text, kinds)


def _judge_text(text: str, kinds: frozenset[CellKind]) -> CellVerdict:
    """Judge a text; where Excel made a number of it, say what that may have cost."""
    if kinds & _SHOWN_OTHERWISE:
        stamp = _STAMP.fullmatch(text)
        return CellVerdict(_as_danish_day(stamp[1]) if stamp else text, "FLT-032")
    if CellKind.NUMBER not in kinds:
        return CellVerdict(text, "FLT-033" if _SHORTENED.fullmatch(text) else "")
    return CellVerdict(text, "FLT-033" if len(text.lstrip("-")) > _EXACT_DIGITS else "FLT-024")


def _as_danish_day(day: str) -> str:
    year, month, of_month = day.split("-")
    return f"{of_month}-{month}-{year}"


def _judge_cpr(text: str, kinds: frozenset[CellKind]) -> CellVerdict:
    if CellKind.NUMBER in kinds:
        return CellVerdict(code="CPR-002")
    plain = text.translate(_LONG_DASHES)
    if not _CPR.fullmatch(plain):
        return CellVerdict(code="CPR-001")
    digits = plain.replace("-", "")
    repaired = "" if plain == text else "FLT-020"
    return CellVerdict(digits, repaired) if day_of_birth(digits) else CellVerdict(code="CPR-003")


def _judge_date_cell(text: str, *, date1904: bool) -> CellVerdict:
    """Judge a date cell or a number cell in a column of dates."""
    if _NUMBER.fullmatch(text):
        return _judge_serial(float(text), date1904=date1904)
    stamp = _STAMP.fullmatch(text)
    seconds = _seconds_of(stamp) if stamp else _NEAR
    if not stamp or _NEAR <= seconds <= _DAY_SECONDS - _NEAR:
        return _judge_date_text(text)
    # A date cell is a day by itself: nothing was repaired.
    verdict = _judge_date_text(stamp[1])
    if not isinstance(verdict.value, date):
        return verdict
    days = round(seconds / _DAY_SECONDS)
    if days and verdict.value == date.max:
        return CellVerdict(code="FLT-006")
    return CellVerdict(verdict.value + timedelta(days=days))


def _seconds_of(stamp: re.Match[str]) -> float:
    return int(stamp[2]) * 3600 + int(stamp[3]) * 60 + float(stamp[4] or 0)


def _judge_serial(number: float, *, date1904: bool) -> CellVerdict:
    if math.isfinite(number) and abs(number - round(number)) * _DAY_SECONDS >= _NEAR:
        return CellVerdict(code="FLT-007")
    day = day_of_serial(round(number) if math.isfinite(number) else number, date1904=date1904)
    return CellVerdict(day, "FLT-022") if day else CellVerdict(code="FLT-006")


def day_of_serial(number: float, *, date1904: bool) -> date | None:
    """Return the day that a number in a cell stands for; None where it stands for none.

    Args:
        number: Days since the epoch of the workbook; what is after the point is left out.
        date1904: The workbook counts from 1 January 1904, and not from 1900.

    >>> day_of_serial(61, date1904=False), day_of_serial(60, date1904=False)
    (datetime.date(1900, 3, 1), None)
    """
    first = 0 if date1904 else 1
    if not first <= number <= _LAST_SERIAL or (number == _FALSE_LEAP_DAY and not date1904):
        return None
    if date1904:
        epoch = _EPOCH_1904
    else:
        epoch = _EPOCH if number > _FALSE_LEAP_DAY else _EPOCH_BEFORE_FALSE_LEAP_DAY
    try:
        return epoch + timedelta(days=int(number))
    except OverflowError:
        return None


def _judge_date_text(text: str) -> CellVerdict:
    """Judge a text in a column of dates."""
    if found := _DANISH_DAY.fullmatch(text):
        return _written_day(int(found[3]), int(found[2]), int(found[1]))
    if found := _ISO_DAY.fullmatch(text):
        return _written_day(int(found[1]), int(found[2]), int(found[3]))
    if _SHORT_YEAR.fullmatch(text):
        return CellVerdict(code="FLT-008")
    return CellVerdict(code="FLT-007" if _STAMP.fullmatch(text) else "FLT-006")


def _written_day(year: int, month: int, day: int) -> CellVerdict:
    try:
        written = date(year, month, day)
    except ValueError:
        return CellVerdict(code="FLT-009")
    return CellVerdict(written, "FLT-021") if year >= _FIRST_YEAR else CellVerdict(code="FLT-009")


def _judge_number(text: str, kinds: frozenset[CellKind], kind: FieldType) -> CellVerdict:
    for shown, code in _NO_PLAIN_NUMBER.items():
        if shown in kinds:
            return CellVerdict(code=code)
    is_text = CellKind.TEXT in kinds
    written = _WRITTEN_NUMBER.fullmatch(text) if is_text else None
    if not written and (is_text or not _NUMBER.fullmatch(text)):
        return CellVerdict(code="FLT-010")
    number = float(text.replace(",", "."))
    verdict = _judge_size(number, kind)
    return replace(verdict, code=verdict.code or "FLT-034") if is_text else verdict


def _judge_size(number: float, kind: FieldType) -> CellVerdict:
    if abs(number) > _LARGEST:
        return CellVerdict(code="FLT-013")
    if kind is FieldType.INTEGER:
        return CellVerdict(int(number)) if number.is_integer() else CellVerdict(code="FLT-011")
    return CellVerdict(number) if has_one_decimal(number) else CellVerdict(code="FLT-012")


def has_one_decimal(number: float) -> bool:
    """Return whether a number has at most one decimal.

    >>> has_one_decimal(12.5), has_one_decimal(12.55)
    (True, False)
    """
    return abs(number * 10 - round(number * 10)) < _DUST
