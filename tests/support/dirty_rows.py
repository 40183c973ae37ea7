"""Rows as people leave them: right, nearly right, wrong in every way a cell can be wrong.

CPR numbers here belong to nobody: day 61 to 91, or born in 1858 or 1859 (who would have been 108
when the first numbers were given out, in 1968), or in 2036, or on a day that does not exist. Day 61
to 91 alone will not do: such a number raises a doubt of its own (CPR-005), behind which no row rule
would ever show in the status. `is_invented` says so of a number, and a test asks it of thousands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from fpsheet.workbook.style import date_serial
from fpsheet_templates.form import ColumnRole, Field, FieldType, Form, Sheet

if TYPE_CHECKING:
    from random import Random

    from fpsheet_templates.codes import Code


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """A cell that shows an error of Excel."""

    name: str


ERRORS: Final = (ErrorCell("#DIV/0!"), ErrorCell("#N/A"), ErrorCell("#REF!"))
BLANKS: Final = ("", " ", "   ", "\u00a0", "\u200b", " \u00a0 ")
_DAYS: Final = (
    "2016-06-30",
    "2016-07-01",
    "2016-07-02",
    "1949-12-31",
    "1950-01-01",
    "1950-01-02",
    "2017-12-31",
    "2018-01-01",
    "2019-12-31",
    "2020-01-01",
    "2020-02-29",
    "2020-12-31",
    "2021-01-01",
    "2021-02-28",
    "2024-02-29",
    "2025-02-28",
    "2025-03-01",
    "2025-03-02",
    "2025-03-03",
    "2026-03-01",
    "2026-03-02",
    "2026-03-03",
    "1905-05-05",
)
_ODD_DATES: Final = (
    "1-2-2024",
    "01.02.2024",
    "01/02/2024",
    "1.2-2024",
    "31-12-2024",
    "29-02-2023",
    "29-02-2024",
    "31-04-2024",
    "00-01-2024",
    "01-00-2024",
    "01-13-2024",
    "32-01-2024",
    "2024-02-05",
    "2024-2-5",
    "2024-02-30",
    "2024/02/05",
    "2024-13-01",
    "1-2-24",
    "01/02/24",
    "1-2-",
    "--2024",
    "1-2-20245",
    "001-02-2024",
    "a-b-2024",
    "1-b-2024",
    "5. februar 2024",
    "2024-02-05 12:30",
    "2024-02-05 00:00:00",
    "i går",
    "45000",
    "01-02-1899",
    "01-02-9999",
    "0102-2024",
    "1--2024",
)
_ODD_SERIALS: Final = (
    *(45000.5, 45000.25, 61, 0.5, 2958465, 18263, 18264),
    *(0, -1, -5, -0.5, 59, 60, 60.5, 2958466, 2958466.5, 2959000, 3000000, 45000000, 1e9, 1e300),
)
"""Days at the ends of the calendar, and numbers that are none."""

_NUMBERS: Final = (
    0,
    1,
    5,
    12.5,
    15,
    20,
    25,
    26,
    36.9,
    37,
    37.1,
    40,
    40.1,
    50,
    51,
    75,
    76,
    100,
    101,
    -1,
    -0.5,
    0.1,
    0.25,
    12.55,
    3e9,
    1e10,
    37.5,
)
_ODD_NUMBERS: Final = ("12", "12,5", "12.5", " 12 ", "tolv", "0", "-")
_ODD_CODES: Final = (
    "*",
    "?",
    "~",
    "F*",
    "Ja*",
    "j?",
    "findes ikke",
    "#",
    "=Ja",
    "ja nej",
    "!FLT-015",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when the rows are typed.

    Attributes:
        form: The form.
        language: Language of the labels.
        jurisdiction: "GL" or "DK".
        today: The day on which they are judged.
    """

    form: Form
    language: str
    jurisdiction: str
    today: date


def dirty_row(random: Random, sheet: Sheet, setting: Setting) -> dict[str, object]:
    """Return one row: field to cell. Most rows are sound, or few would reach the row rules."""
    form, jurisdiction = setting.form, setting.jurisdiction
    wrong = random.choice((0.0, 0.0, 0.0, 0.04, 0.3))
    empty = random.choice((0.1, 0.4, 0.7, 0.95))
    at_home = random.random() < 0.8
    row: dict[str, object] = {}
    for field in sheet.entry_fields():
        absence = 0.97 if field.role is ColumnRole.ANNUL else empty
        if field.required_for(jurisdiction) is not None and random.random() < 0.97:
            absence = 0.0
        if at_home and jurisdiction not in field.jurisdictions:
            absence = 1.0
        if random.random() < absence:
            row[field.id] = random.choice(BLANKS) if random.random() < 0.05 else None
        elif random.random() < wrong:
            row[field.id] = _wrong_cell(random, form, field)
        else:
            codes = codes_of(form, field, jurisdiction if at_home else "")
            row[field.id] = good_cell(random, field, codes, setting)
    if "tidligere_cpr" in row and random.random() < 0.02:
        row["tidligere_cpr"] = row["cpr"]
    if random.random() < 0.02:
        return dict.fromkeys(row, None) | {random.choice(list(row)): random.choice(BLANKS)}
    return row


def codes_of(form: Form, field: Field, jurisdiction: str) -> tuple[Code, ...]:
    """Return the codes of a field in a country, or in all; none for a field without a list."""
    if not field.codes:
        return ()
    codes = form.code_lists[field.codes]
    return (jurisdiction and codes.for_jurisdiction(jurisdiction)) or codes.codes


def good_cell(random: Random, field: Field, codes: tuple[Code, ...], setting: Setting) -> object:
    """Return a cell that holds what the field asks for: of a code field, one of `codes`."""
    match field.type:
        case FieldType.CPR:
            return _cpr(random, setting.today)
        case FieldType.DATE:
            today = date_serial(setting.today)
            days = [date_serial(date.fromisoformat(day)) for day in _DAYS]
            near = (today - 1, today, today + 1, today + 31, today - 364, today - 365, today - 366)
            return random.choice((random.choice(days), random.choice(near), _some_day(random)))
        case FieldType.INTEGER:
            return random.choice((0, 25, 26, 50, 51, 75, 76, 100, random.randint(0, 100)))
        case FieldType.DECIMAL:
            most = int(10 * (field.maximum or 40))
            return random.choice((0, 0, 5, 37, 37.1, 40, random.randint(0, most) / 10))
        case FieldType.CODE:
            code = random.choice(codes)
            shown = code.label(setting.language) if random.random() < 0.8 else code.id
            return random.choice((shown, shown, shown, shown.upper(), shown.lower()))
        case FieldType.TEXT:
            return random.choice(("Tekst", "ab", "-x", "=1+1", "12", "Æble"))


def _some_day(random: Random) -> int:
    return random.randint(42000, 46200)


def _wrong_cell(random: Random, form: Form, field: Field) -> object:
    if random.random() < 0.2:
        return random.choice((True, False, *ERRORS))
    match field.type:
        case FieldType.CPR:
            return _odd_cpr(random)
        case FieldType.DATE:
            written = _pad(random, random.choice(_ODD_DATES))
            return random.choice((written, written, random.choice(_ODD_SERIALS)))
        case FieldType.INTEGER | FieldType.DECIMAL:
            return random.choice((*_NUMBERS, *_ODD_NUMBERS))
        case FieldType.CODE:
            code = random.choice(form.code_lists[field.codes].codes)
            label = code.label("da")
            doubled = label.replace(" ", "  ")
            english = code.label("en")
            odd = (*_ODD_CODES, doubled, english, label[:-1], label.replace("å", "a\u030a"))
            return random.choice((_pad(random, label), _pad(random, random.choice(odd)), 5, 956))
        case FieldType.TEXT:
            longest = field.max_length
            texts = ("x" * longest, "x" * (longest + 1), "y" * longest + "  ", 12, 12.5, "!", "*")
            return random.choice((*texts, _pad(random, "Tekst")))


def plant_cpr(random: Random, sheet: Sheet, row: dict[str, object]) -> None:
    """Put into one of the row's texts that are sent a CPR number, or what is nearly one."""
    texts = [f.id for f in sheet.entry_fields() if f.type is FieldType.TEXT and not f.local]
    if texts:
        row[random.choice(texts)] = _with_cpr(random)


def _with_cpr(random: Random) -> object:
    """Return a text with a CPR number in it, or with what is nearly one."""
    digits = _cpr(random).replace("-", "")
    first, last = digits[:6], digits[6:]
    between = random.choice(
        ("", "", "-", " ", "\u2013", " - ", "\u00a0", "\u2011", "/", " -", "\n")
    )
    number = random.choice(
        (f"{first}{between}{last}",) * 4
        + (f"92{first[2:]}{last}", f"{first[:2]}13{last}{first[4:]}")
    )
    around = random.choice(
        (("", ""), ("", ""), ("Nr. ", ""), ("24-", ", a"), ("1", ""), ("", "1"), ("æ", "æ"))
    )
    return random.choice((number, number.join(around), number.join(around), int(digits)))


def _pad(random: Random, text: str) -> str:
    """Put around a text what cannot be seen."""
    around = ("", " ", "  ", "\u00a0", "\u200b", " \u00a0", "\t")
    return random.choice((*around[:-1], "\n")) + text + random.choice(around[:-1])


def _cpr(random: Random, today: date | None = None) -> str:
    day, month, year = random.randint(61, 88), random.randint(1, 12), random.randint(40, 99)
    digits = f"{day:02d}{month:02d}{year:02d}{random.randint(0, 3)}{random.randint(0, 999):03d}"
    kind = random.random()
    if kind < 0.1:
        digits = f"{day - 60:02d}{month:02d}{random.randint(58, 59)}{random.randint(5, 8)}"
        digits += f"{random.randint(0, 999):03d}"
    elif kind < 0.4 and today and today.year > _LAST_BIRTH_YEAR:
        # Born in 2036: nobody has it yet, but on a day after that nothing is odd about it.
        digits = _with_modulus_11(f"{day - 60:02d}{month:02d}364", random)
    return digits if random.random() < 0.3 else f"{digits[:6]}-{digits[6:]}"


_LAST_BIRTH_YEAR: Final = 2036


def is_invented(cpr: str) -> bool:
    """Return whether ten digits are a CPR number that nobody has (see the module)."""
    day, month, year, seventh = int(cpr[:2]), int(cpr[2:4]), int(cpr[4:6]), cpr[6]
    if day > _LAST_DAY_OF_MONTH or not day or not 1 <= month <= _MONTHS:
        return True
    born_1858_or_59 = seventh in "5678" and year in {58, 59}
    born_2036 = seventh in "456789" and year == _LAST_BIRTH_YEAR % 100
    return born_1858_or_59 or born_2036


_LAST_DAY_OF_MONTH: Final = 31
_MONTHS: Final = 12


_WEIGHTS: Final = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_ENDS: Final = tuple(
    tuple(n for n in range(1000) if (3 * (n // 100) + 2 * (n // 10 % 10) + n % 10) % 11 == rest)
    for rest in range(11)
)
"""Weighted sum of three last digits modulo 11 → those digits."""


def _with_modulus_11(digits: str, random: Random) -> str:
    """Complete seven digits so that the weighted sum is divisible by 11."""
    begun = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return f"{digits}{random.choice(_ENDS[-begun % 11]):03d}"


def _odd_cpr(random: Random) -> object:
    digits = _cpr(random).replace("-", "")
    month_13 = f"{digits[:2]}13{digits[4:]}"
    return random.choice(
        (
            int(digits),
            _pad(random, digits),
            _pad(random, f"{digits[:6]}-{digits[6:]}"),
            f"{digits[:6]}\u2011{digits[6:]}",
            digits[1:],
            digits + "1",
            f"{digits[:6]} {digits[6:]}",
            f"{digits[:4]}-{digits[4:]}",
            f"{digits[:6]}--{digits[6:]}",
            digits[:9] + "x",
            f"{digits[:6]}-",
            month_13,
            "00" + digits[2:],
            "6000" + digits[4:],
            "9201" + digits[4:],
            "320160" + digits[6:],
            # 29 February: of a leap year, of none, of 1900 and of 2000, with a made-up day.
            f"8902{random.choice(('60', '61', '00', '04'))}{random.randint(0, 9)}123",
            f"6101{random.randint(27, 36)}{random.choice('4579')}123",
            f"9002{digits[4:]}",
            "",
        )
    )
