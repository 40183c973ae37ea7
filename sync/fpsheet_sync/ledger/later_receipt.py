"""Later receipts: a file that was held and is merged since gets a receipt that says so."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count, product
from string import ascii_lowercase

from sqlalchemy import Connection, select

from fpsheet_sync.database import schema
from fpsheet_sync.ledger.receipt import (
    STORED_RECEIPT,
    Receipt,
    receipt_from,
    receipt_number,
    show_conflict,
)
from fpsheet_sync.ledger.receipt_rows import assigned_rows, plain_findings, waiting_rows
from fpsheet_sync.ledger.stored_state import DatabaseLibrary
from fpsheet_sync.ledger.write_state import status_of
from fpsheet_sync.merge.file_findings import TOLD_AGAIN
from fpsheet_sync.merge.file_merge import Outcome
from fpsheet_sync.merge.replay import Folded
from fpsheet_sync.merge.state import State
from fpsheet_sync.merge.submitted_file import File


def write_later_receipts(
    connection: Connection,
    library: DatabaseLibrary,
    before: State,
    folded: Folded,
    number: int,
) -> None:
    """Write a receipt with a new number for each file that is held no longer, over its first one.

    The next sync that sees the file writes it. Of several files the one that a commit released
    has the number of that commit, the others have letters behind it.

    Args:
        connection: A connection.
        library: The files of the kommune.
        before: The state before.
        folded: How the kommune was folded since.
        number: The commit that let them through.
    """
    freed = [one for one in sorted(before.holds) if one not in folded.state.holds]
    table = schema.indberetning
    for mark, commit_id in zip(_marks(), freed, strict=False):
        outcome, wanted = folded.outcomes.get(commit_id), table.c.id == commit_id
        row = connection.execute(select(STORED_RECEIPT).where(wanted)).first()
        if outcome is None or row is None or row.kvittering is None:
            continue
        first = receipt_from(row.kvittering)
        hashes = {one: commit.sha256 for one, commit in library.commits.items()}
        later = _later(
            first, outcome, library.file(library.commits[commit_id]), folded.state, hashes
        )
        name = f"{receipt_number(first.kommune_kode, first.aar, number)}{mark}"
        given = replace(later, number=name, commit=number).to_dict()
        connection.execute(table.update().where(wanted).values(kvittering=given))


def _marks() -> Iterator[str]:
    """Yield what tells the receipts of one commit apart: nothing, b, c, ... z, aa, ab, ..."""
    yield ""
    words = ("".join(letters) for n in count(1) for letters in product(ascii_lowercase, repeat=n))
    next(words)  # the one without a mark is the first
    yield from words


def _later(
    first: Receipt, outcome: Outcome, file: File, state: State, hashes: Mapping[int, str]
) -> Receipt:
    """Return the receipt of a file as it came to be merged."""
    kept = [found for found in first.findings if found["code"] in TOLD_AGAIN]
    return replace(
        first,
        status=status_of(outcome),
        held=None,
        sheets=outcome.sheets,
        missing=outcome.missing,
        waiting=tuple(waiting_rows(state, file.commit.id)),
        assigned=tuple(assigned_rows(outcome.placed, file.rows)),
        findings=(*kept, *plain_findings(outcome.findings, outcome.placed)),
        conflicts=tuple(
            show_conflict(state.layouts, first.kommune_kode, key, conflict, hashes)
            for key, conflict in sorted(state.conflicts.items())
        ),
    )
