"""CPR numbers, one by one and a whole column at a time.

A CPR number is ten digits, ddmmyy and a serial; digit 7 gives the century, digit 10 the sex
(odd is a man). A replacement number has 60 added to the day; each kommune makes its own.
Source: cpr.dk, "Opbygning af CPR-nummeret" and "Erstatningspersonnummer".
"""

from datetime import date

import polars as pl
from stdnum.dk import cpr as registry
from stdnum.exceptions import ValidationError

WRITTEN = r"^[0-9]{6}-?[0-9]{4}$"
"""What a cell may hold: ten digits, a hyphen after the sixth or none."""

# How one is written in a text (spelling of Rust). Whatever parts groups of digits:
_PARTING = (
    r"\s\p{Zs}\p{Zl}\p{Zp}\p{Cc}\p{Cf}\p{Pd}\p{Pc}"
    r"\p{Pi}\p{Pf}\p{Sk}\u{34f}.,;|=+'()~*<>{}\[\]\\!?&#@\u{22}\u{a6}\u{a7}\u{b7}\u{d7}"
    r"\u{2022}\u{2026}\u{2027}\u{2043}\u{2190}-\u{21ff}\u{2212}"
)
_PART, _END = f"[{_PARTING}]+", "(?:[^0-9]|$)"
_DAY, _MONTH = "(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])", "(?:0[1-9]|1[0-2])"
_LAST = f"(?:[0-9]{{4}}|[0-9]{{2}}{_PART}[0-9]{{2}})"
_LATE = "(?:1[3-9]|[2-9][0-9])"
# "10.-12.03.2024" are days, not a number.
_NO_YEAR = "(?:[03-9][0-9]{3}|1[0-8][0-9]{2}|2[1-9][0-9]{2})"
# "27.03.16-2024" may be a number of KLE with its year; with other signs between it is none.
_RECENT = "(?:199[0-9]|20[0-3][0-9])"
_NOT_RECENT = "(?:[03-9][0-9]{3}|1[0-8][0-9]{2}|19[0-8][0-9]|2[1-9][0-9]{2}|20[4-9][0-9])"
_NO_DOT = f"(?:[{_PARTING}--.]|[{_PARTING}]{{2,}})"
_IN_PAIRS = (
    f"{_DAY}{_PART}{_MONTH}{_PART}"
    f"(?:{_LATE}{_PART}{_NOT_RECENT}|(?:0[0-9]|1[0-2]){_PART}{_NO_YEAR})"
    f"|{_DAY}(?:{_NO_DOT}{_MONTH}{_PART}|{_PART}{_MONTH}{_NO_DOT}){_LATE}{_PART}{_RECENT}"
    f"|{_DAY}:{_MONTH}:[0-9]{{2}}:[0-9]{{4}}"
)
# "2012-123456" may be a journal number of a year.
_YEAR_DAY = "(?:19|20)"
_NO_YEAR_DAY = "(?:0[1-9]|1[0-8]|2[1-9]|3[01]|6[1-9]|[78][0-9]|9[01])"
_FOUR_AND_SIX = f"{_NO_YEAR_DAY}{_MONTH}{_PART}[0-9]{{6}}"
# A number of KLE goes on behind its pairs: "050291 (17.35.77)".
_LAST_PAIRS = rf"[0-9]{{2}}{_PART}[0-9]{{2}}(?:[^0-9.]|\.(?:[^0-9]|$)|$)"
_SIX_AND_FOUR = f"{_DAY}{_MONTH}[0-9]{{2}}(?:{_PART}|[ ]?:[ ]?)?(?:[0-9]{{4}}{_END}|{_LAST_PAIRS})"
# A day of birth with its whole year, and four digits behind a dash: "01.01.1980-1234".
_DASH = r"[ ]?[\p{Pd}\u{2212}][ ]?"
_WHOLE_YEAR = rf"{_DAY}[./-]{_MONTH}[./-](?:1[89][0-9]{{2}}|200[0-9]){_DASH}{_NO_YEAR}"
_BORN = f"{_WHOLE_YEAR}|1[89][0-9]{{2}}[.-]{_MONTH}[.-]{_DAY}{_DASH}{_NO_YEAR}"
# The last digits called so: "610180, løbenr. 1234".
_CALLED = r"[^0-9]{0,20}(?i:cpr|person|løb|lbnr|sidste|endelse|kontrol)[^0-9]{0,20}"
_APART = f"{_DAY}{_MONTH}[0-9]{{2}}{_CALLED}[0-9]{{4}}"
_ANYWHERE = (
    rf"(?:^|[^0-9])(?:{_SIX_AND_FOUR}|(?:{_FOUR_AND_SIX}|{_IN_PAIRS}|{_BORN}|{_APART}){_END})"
)
_DOUBTFUL = (
    rf"(?:^|[^0-9])(?:{_DAY}\.{_MONTH}\.[3-9][0-9]{_PART}{_RECENT}"
    rf"|{_YEAR_DAY}{_MONTH}{_PART}[0-9]{{6}}){_END}"
)
"""What may be another number with a year: a CPR number where the control of its digits holds.

Who has a year for digits 7 to 10 was born before 2000 and, still alive, hardly before 1930.
"""

_SPACED_DAY = (
    "|".join(
        f"{first}{_PART}{second}"
        for first, second in (("0", "[1-9]"), ("[12]", "[0-9]"), ("3", "[01]"), ("6", "[1-9]"))
    )
    + f"|[78]{_PART}[0-9]|9{_PART}[01]"
)
_BY_ITSELF = "|".join(
    (
        f"{_DAY}{_PART}{_MONTH}(?:{_PART}[0-9]{{2}}){{3}}",
        f"{_DAY}{_MONTH}{_PART}[0-9]{{2}}{_PART}[0-9]{{4}}",
        f"{_DAY}(?:0{_PART}[1-9]|1{_PART}[0-2])[0-9]{{2}}{_PART}{_LAST}",
        f"(?:{_SPACED_DAY}){_PART}(?:0{_PART}[1-9]|1{_PART}[0-2])(?:{_PART}[0-9]){{6}}",
    )
)
_ALONE = rf"(?:^|[^0-9{_PARTING}])[{_PARTING}]*(?:{_BY_ITSELF})[{_PARTING}]*(?:[^0-9{_PARTING}]|$)"
_IN_TEXT = f"{_ANYWHERE}|{_ALONE}"
"""Ten digits that begin with a day and a month, in groups as people write them."""

_OTHER_DIGIT = r"[\p{N}&&[^0-9]]"
_TEN_DIGITS = rf"(?:^|\P{{N}})\p{{N}}(?:[{_PARTING}]*\p{{N}}){{9}}(?:\P{{N}}|$)"
"""Ten digits of any script; where one is none of ours the day is not looked at."""

REPLACEMENT_DAY = 60
"""Added to the day of birth in a replacement number."""

# cpr.dk: weights of the ten digits; the sum is divisible by 11 in numbers issued before 2007.
_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_MODULUS = 11


def day_of_birth(cpr: str) -> date | None:
    """Return the date of birth of one CPR number (ten digits); None where there is no such day.

    >>> day_of_birth("6101600003")
    datetime.date(1960, 1, 1)
    """
    tens = int(cpr[:2])
    day = tens - REPLACEMENT_DAY if tens > REPLACEMENT_DAY else tens
    try:
        return registry.get_birth_date(f"{day:02d}{cpr[2:]}")
    except ValidationError:
        return None


def born_number(cpr: pl.Expr) -> pl.Expr:
    """Return the day of birth as the number yyyymmdd; replacement days count as days.

    Takes the day for granted: parsing lets no CPR number through whose day does not exist.
    """
    number = _number(cpr)
    day = number // 100_000_000
    short_year = number // 10_000 % 100
    century = _century(number // 1_000 % 10, short_year)
    lived = day - REPLACEMENT_DAY * (day > REPLACEMENT_DAY).cast(pl.Int64)
    return (century + short_year) * 10_000 + number // 1_000_000 % 100 * 100 + lived


def day_number(day: pl.Expr) -> pl.Expr:
    """Return a day as the number yyyymmdd, to be compared with `born_number`."""
    return (
        day.dt.year().cast(pl.Int64) * 10_000
        + day.dt.month().cast(pl.Int64) * 100
        + day.dt.day().cast(pl.Int64)
    )


def whole_years(born: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Return the age in whole years, both days as yyyymmdd.

    Who is born on 29 February has birthday on 1 March in other years.
    """
    return (day - born) // 10_000


def whole_months(born: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Return the age in whole months, both days as yyyymmdd."""
    months = (day // 10_000 - born // 10_000) * 12 + day // 100 % 100 - born // 100 % 100
    return months - (day % 100 < born % 100).cast(pl.Int32)


def is_replacement(cpr: pl.Expr) -> pl.Expr:
    """Return whether the number is a replacement number (day 61 to 91)."""
    return _number(cpr) // 100_000_000 > REPLACEMENT_DAY


def passes_modulus_11(cpr: pl.Expr) -> pl.Expr:
    """Return whether the weighted sum of the digits is divisible by 11.

    Numbers that fail have been issued since 2007, so a failure is a hint and no more.
    """
    number = _number(cpr)
    digits = (number // 10 ** (9 - place) % 10 for place in range(10))
    weighted = (digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return pl.sum_horizontal(weighted) % _MODULUS == 0


def holds_cpr(text: pl.Expr) -> pl.Expr:
    """Return whether a text holds what looks like a CPR number; null where there is no text.

    The form of the number alone counts (day 01 to 31 or 61 to 91, month 01 to 12), since a number
    that fails the control of its digits may be somebody's. It may be written in groups, with
    spaces, dots, commas, underscores, other signs or any dash between them and in digits of any
    kind, or with words that name its last digits. A slash keeps a journal number apart. What may
    be a number of KLE or of a journal with its year (27.03.16-2024, 2012-123456) counts where the
    control of its digits holds, as it does in every number given before 2007.
    """
    others = text.str.contains(_OTHER_DIGIT) & text.str.contains(_TEN_DIGITS)
    controlled = text.map_batches(_holds_controlled, return_dtype=pl.Boolean(), is_elementwise=True)
    return text.str.contains(_IN_TEXT) | others | controlled


def _holds_controlled(texts: pl.Series) -> pl.Series:
    """Return where a number that may be another's passes the control; never null.

    Most columns hold none, and to plan the arithmetic costs more than to look for them.
    """
    is_doubtful = texts.str.contains(_DOUBTFUL).fill_null(value=False)
    if not is_doubtful.any():
        return is_doubtful
    digits = pl.element().str.replace_all("[^0-9]", "")
    found = texts.str.extract_all(_DOUBTFUL)
    passes = found.list.eval(passes_modulus_11(digits)).list.any().fill_null(value=False)
    return is_doubtful & passes


def text_holds_cpr(text: str) -> bool:
    """Tell of one text what `holds_cpr` tells of a column.

    >>> text_holds_cpr("se 610180-1234"), text_holds_cpr("se 61.01.80 \u2013 1234")
    (True, True)
    >>> text_holds_cpr("j.nr. 610180/1234"), text_holds_cpr("10.-12.03.2024")
    (False, False)
    >>> text_holds_cpr("f. 61.01.1980-1234"), text_holds_cpr("fra 01.01.1980-2024")
    (True, False)
    """
    return bool(pl.select(holds_cpr(pl.lit(text))).item())


def _number(cpr: pl.Expr) -> pl.Expr:
    return cpr.cast(pl.Int64, strict=False)


def _century(seventh: pl.Expr, short_year: pl.Expr) -> pl.Expr:
    """Return the century from digit 7 and the two digits of the year (table at cpr.dk)."""
    nineteen = (seventh <= 3) | (seventh.is_in([4, 9]) & (short_year >= 37))  # noqa: PLR2004
    eighteen = seventh.is_between(5, 8) & (short_year >= 58)  # noqa: PLR2004
    return pl.when(nineteen).then(1900).when(eighteen).then(1800).otherwise(2000)
