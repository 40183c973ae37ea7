"""Slips of the finger in a CPR number: whose number was probably meant.

Only used to keep quiet about consequences (a citizen's assessment seems to be missing because
the CPR number on its row cannot be read). Nothing is ever stored or corrected from a guess.
"""

from collections.abc import Iterable

_LENGTH = 10


def guess_citizens(astray: Iterable[str], citizens: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the citizens that each number is one slip away from.

    A slip is a digit too few, too many, wrong, or two neighbours swapped; a lost leading zero is
    a digit too few.

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
            if len(form) >= _LENGTH - 1:
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
