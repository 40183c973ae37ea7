"""Invented citizens: CPR numbers that belong to nobody, and names that say so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fpsheet.demo.dice import Dice

REPLACEMENT_DAYS = 60
"""Added to the day of birth: day 61 to 91 is never issued (cpr.dk, erstatningspersonnummer)."""

OLDEST_BIRTH = date(1955, 1, 1)
"""So that everybody reaches old-age pension at 67, the age since 2021."""

YOUNGEST_BIRTH = date(2005, 12, 31)

_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2)
_MODULUS = 11


@dataclass(frozen=True, slots=True)
class Citizen:
    """One invented citizen.

    Attributes:
        cpr: Ten digits without hyphen, day 61 to 91.
        navn: A name that says it is fictional.
        birth: The day of birth behind the number.
    """

    cpr: str
    navn: str
    birth: date

    def turns(self, age: int) -> date:
        """Return the birthday of an age; one on 29 February counts as 1 March."""
        try:
            return self.birth.replace(year=self.birth.year + age)
        except ValueError:
            return date(self.birth.year + age, 3, 1)


def invent_citizens(dice: Dice) -> Iterator[Citizen]:
    """Return invented citizens without end, no two with the same number.

    Most are past fifty, as førtidspensionister are. The numbers pass the modulus 11 check, so
    that the demo shows what it plants and nothing else.
    """
    taken: set[str] = set()
    number = 0
    while True:
        birth = dice.weigh(
            (dice.day(OLDEST_BIRTH, date(1976, 12, 31)), 0.68),
            (dice.day(date(1977, 1, 1), YOUNGEST_BIRTH), 0.32),
        )
        cpr = _invent_cpr(birth, dice)
        if cpr not in taken:
            taken.add(cpr)
            number += 1
            yield Citizen(cpr=cpr, navn=f"Fiktiv Borger {number}", birth=birth)


def _invent_cpr(birth: date, dice: Dice) -> str:
    """Return a number of the birth date: the seventh digit tells the century, the last the sex."""
    first_of_2000s = 2000
    date_digits = f"{birth.day + REPLACEMENT_DAYS}{birth:%m%y}"
    while True:
        century = dice.between(4, 4) if birth.year >= first_of_2000s else dice.between(0, 3)
        nine = f"{date_digits}{century}{dice.between(0, 99):02d}"
        total = sum(int(digit) * weight for digit, weight in zip(nine, _WEIGHTS, strict=True))
        check = -total % _MODULUS
        if check < 10:  # noqa: PLR2004 - one digit
            return f"{nine}{check}"
