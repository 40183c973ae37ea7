"""Sync: many submissions, one after the other, each in a transaction of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from fpsheet_sync.database import schema
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.bulk import is_one_of
from fpsheet_sync.database.store import Store, lock
from fpsheet_sync.ledger.apply_plan import read_repeated, write_plan
from fpsheet_sync.ledger.extension import with_deadlines
from fpsheet_sync.ledger.merge_plan import make_plan
from fpsheet_sync.ledger.receipt import STORED_RECEIPT, Receipt, receipt_from
from fpsheet_sync.merge.commit import CommitKind
from fpsheet_sync.merge.content import Prepared, prepare
from fpsheet_sync.merge.submission import Submission


@dataclass(frozen=True, slots=True)
class Synced:
    """One submission after sync.

    Attributes:
        receipt: Its receipt.
        is_new: It was merged now; False where the store had these bytes already.
        concerned: Other kommuner that have a case about the same citizens, and should be told
            (`fpsheet_sync.citizens.between.find_between`).
    """

    receipt: Receipt
    is_new: bool
    concerned: frozenset[str] = frozenset()


def known_receipts(store: Store, hashes: Iterable[str]) -> dict[str, Receipt]:
    """Return the receipts of the files that the store has already, by the hash of their bytes.

    Ask this before reading files: a known file costs no more than its hash, and a package that was
    accepted once stays accepted, also when its key was revoked since. What a package says of its
    workbook makes no other file known.

    Args:
        store: The store.
        hashes: Hashes of files as they lie in the inbox.
    """
    wanted = frozenset(hashes)
    table = schema.indberetning
    came = select(table.c.sha256, table.c.pakke).where(table.c.kvittering.is_not(None))
    with store.read() as connection:
        packages: dict[str, set[str]] = {}
        for package, sha256 in read_repeated(connection).items():
            packages.setdefault(sha256, set()).add(package)
        names = {
            row.sha256: wanted & {row.pakke or row.sha256, *packages.get(row.sha256, ())}
            for row in connection.execute(came)
        }
        known = [sha256 for sha256, found in names.items() if found]
        # Of all the receipts of all the years those that are asked for alone are read.
        receipts = select(STORED_RECEIPT).where(is_one_of(connection, table.c.sha256, known))
        found = [receipt_from(row.kvittering) for row in connection.execute(receipts)]
        return {
            name: receipt
            for receipt in with_deadlines(connection, found)
            for name in names[receipt.sha256]
        }


def given_numbers(store: Store) -> frozenset[tuple[str, int]]:
    """Return kommune and number of every commit that may have a receipt."""
    table = schema.indberetning
    kinds = (CommitKind.SUBMISSION, CommitKind.RELEASE)
    wanted = select(table.c.kommune_kode, table.c.id).where(table.c.art.in_(kinds))
    with store.read() as connection:
        return frozenset((row.kommune_kode, row.id) for row in connection.execute(wanted))


def sender_of(store: Store, sha256: str) -> str:
    """Return the kommune that sent the file of a hash; empty where nobody did."""
    table = schema.indberetning
    with store.read() as connection:
        found = select(table.c.kommune_kode).where(table.c.sha256 == sha256)
        return str(connection.execute(found).scalar() or "")


def sync_submissions(
    store: Store, submissions: Iterable[Submission | Prepared], actor: Actor
) -> Iterator[Synced]:
    """Merge submissions, and yield each receipt as soon as its transaction is committed.

    Submissions of one kommune are best given by their own modified time, oldest first; the
    result is the same in any order.

    Raises:
        StoreError: The database could not be used. What was yielded before is in the store, the
            submission at hand is not, and a next run continues.
    """
    for submission in submissions:
        prepared = (
            submission
            if isinstance(submission, Prepared)
            else prepare(submission, store.need_keys(), store.schema.layouts)
        )
        with store.write() as connection:
            lock(connection, prepared.head.kommune_kode)
            plan = make_plan(connection, prepared)
            applied = write_plan(connection, plan, actor)
        yield Synced(
            applied.receipt,
            is_new=plan.already is None,
            concerned=applied.concerned,
        )
