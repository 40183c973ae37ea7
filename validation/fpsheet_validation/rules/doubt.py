"""Doubt: citizens of whom a sheet may hold more than could be read.

A rule that misses something ("no assessment before the award") keeps quiet where a row of that
sheet is at fault and may be the one it misses: one cause, one finding. Where a sheet is gone, or
the CPR numbers of so many of its rows, that any citizen's row may be among them, all are in doubt.
"""

from collections.abc import Iterable, Mapping

from fpsheet_validation.rules.book import CPR, CheckedBook
from fpsheet_validation.setting import Setting, number_of
from fpsheet_validation.typed import ROW

_CITIZENS = "borger"
_CPR_DIGITS = 10
_MOST_SLIPS = 1000
"""With more numbers astray than this, the column is wrong and no guess is worth its time."""
_FEWEST_UNREADABLE = 5
"""Fewer cells than this are slips, whatever their share (practice)."""


def is_column_lost(unreadable: int, filled: int, setting: Setting) -> bool:
    """Return whether so many cells of a column cannot be read that the column is at fault."""
    limit = number_of(setting, "ULAESELIGE_PCT") / 100
    return unreadable >= _FEWEST_UNREADABLE and unreadable >= limit * filled


def doubtful_sheets(book: CheckedBook) -> frozenset[str]:
    """Return the sheets whose rows may be anybody's, so that no citizen surely lacks one there."""
    lost = set(book.raw.missing)
    for sheet_id, sheet in book.sheets.items():
        nameless = sheet.frame[CPR].null_count()
        if CPR in sheet.missing or is_column_lost(nameless, sheet.frame.height, book.setting):
            lost.add(sheet_id)
    return frozenset(lost)


def doubtful_citizens(book: CheckedBook) -> dict[str, frozenset[str]]:
    """Return the citizens in doubt per entry sheet.

    In doubt is a citizen with a cell at fault in that sheet, and one whose CPR number is a slip
    away from a number there that cannot be read or that belongs to nobody in Borgere.
    """
    doubts: dict[str, set[str]] = {sheet_id: set() for sheet_id in book.sheets}
    lost: dict[str, set[str]] = {sheet_id: set() for sheet_id in book.sheets}
    rows_at_fault: dict[str, set[int]] = {}
    for sheet_id, row, _ in book.faulty:
        rows_at_fault.setdefault(sheet_id, set()).add(row)
    for sheet_id, rows in rows_at_fault.items():
        frame = book.sheets[sheet_id].frame
        typed = book.raw.sheets[sheet_id].frame
        texts = typed[CPR].to_list() if CPR in typed.columns else [None] * typed.height
        cprs = zip(frame[ROW].to_list(), frame[CPR].to_list(), texts, strict=True)
        for row, cpr, text in cprs:
            if row in rows:
                doubts[sheet_id].update([cpr] if cpr else ())
                lost[sheet_id].update([text] if text and not cpr else ())
    for sheet_id, guessed in _guess(book, lost).items():
        doubts[sheet_id] |= guessed
    return {
        sheet.id: frozenset(doubts.get(sheet.id, ())) for sheet in book.setting.form.entry_sheets()
    }


def _guess(book: CheckedBook, lost: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return sheet → citizens whom the numbers that lead nowhere probably belong to."""
    numbers = {
        sheet_id: set(sheet.frame[CPR].drop_nulls().to_list())
        for sheet_id, sheet in book.sheets.items()
    }
    citizens = numbers.get(_CITIZENS, set())
    astray = {
        sheet_id: lost[sheet_id] | (numbers[sheet_id] - citizens if citizens else set())
        for sheet_id in book.sheets
    }
    unknown = sorted(set().union(*astray.values()))
    if not unknown or len(unknown) > _MOST_SLIPS:
        return {}
    everyone = sorted(set().union(*numbers.values()))
    guesses = guess_citizens(unknown, everyone)
    return {
        sheet_id: {cpr for text in texts for cpr in guesses.get(text, ())}
        for sheet_id, texts in astray.items()
    }


def guess_citizens(astray: Iterable[str], citizens: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the citizens that each number is one slip away from.

    A slip is a digit too few, too many, wrong, or two neighbours swapped; a lost leading zero is
    a digit too few. Only used to keep quiet about consequences; nothing is ever stored or
    corrected from a guess.

    Args:
        astray: Numbers as typed.
        citizens: CPR numbers (ten digits) that stand in the workbook.

    Returns:
        Number as typed → CPR numbers near it, itself left out; only those near some citizen.
    """
    wanted: dict[str, set[str]] = {}
    for text in astray:
        digits = "".join(filter(str.isdecimal, text))
        for form in {digits, *_shortened(digits)}:
            if len(form) >= _CPR_DIGITS - 1:
                wanted.setdefault(form, set()).add(text)
    found: dict[str, set[str]] = {}
    for cpr in citizens:
        for form in (cpr, *_shortened(cpr)):
            for text in wanted.get(form, ()):
                if text != cpr:
                    found.setdefault(text, set()).add(cpr)
    return {text: frozenset(cprs) for text, cprs in found.items()}


def _shortened(digits: str) -> list[str]:
    """Return the number with each of its digits left out in turn."""
    return [digits[:place] + digits[place + 1 :] for place in range(len(digits))]
