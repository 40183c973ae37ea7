"""Identifiers of workbooks and rows, made before a row is typed."""

import re
from collections.abc import Iterable, Iterator
from random import Random

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O and U, so that it can be read aloud."""

LENGTH = 8

RESERVED = "SKAT0"
"""Begins the ids that stand for answers of Skattestyrelsen (`fpsheet_sync.ledger.tax_income`)."""

WORKBOOK_ID = re.compile(f"(?!{RESERVED})[{ALPHABET}]{{{LENGTH}}}")
"""What `mint_workbook_id` gives."""


def mint_workbook_id(random: Random) -> str:
    """Return a new workbook id of eight characters.

    >>> len(mint_workbook_id(Random(1)))
    8
    """
    while True:
        minted = "".join(random.choices(ALPHABET, k=LENGTH))
        if not minted.startswith(RESERVED):
            return minted


def make_row_id(workbook_id: str, letter: str, number: int) -> str:
    """Return the id of a pre-made row.

    >>> make_row_id("K7Q2M9XA", "F", 1)
    'K7Q2M9XA-F-0001'
    """
    return f"{workbook_id}-{letter}-{number:04d}"


def free_row_ids(workbook_id: str, letter: str, *, taken: Iterable[str]) -> Iterator[str]:
    """Yield row ids of a sheet from 1 up, without those that rows already carry."""
    used = frozenset(taken)
    number = 0
    while True:
        number += 1
        row_id = make_row_id(workbook_id, letter, number)
        if row_id not in used:
            yield row_id
