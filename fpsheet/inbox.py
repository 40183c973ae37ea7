"""One run over an inbox: what is new is read, checked, merged and receipted."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fpsheet.outbox import workbook_hash
from fpsheet.progress import Progress, Step
from fpsheet.receive import Desk, receive
from fpsheet.transport.inbox import Arrival, list_inbox, read_arrival
from fpsheet.verdict import Verdict
from fpsheet_sync.access import Actor
from fpsheet_sync.content import Prepared
from fpsheet_sync.plan import MergePlan, make_plan
from fpsheet_sync.receipt import Receipt
from fpsheet_sync.store import Store
from fpsheet_sync.sync import known_receipts, sync_submissions


@dataclass(frozen=True, slots=True)
class Processed:
    """What became of one file of the inbox.

    Attributes:
        arrival: The file.
        verdict: What was found in it; None where it came before and was not read again.
        receipt: Its receipt; None where it could not be used, or nothing is to be written.
        plan: What it would do, in a dry run.
        is_new: It came for the first time.
    """

    arrival: Arrival
    verdict: Verdict | None = None
    receipt: Receipt | None = None
    plan: MergePlan | None = None
    is_new: bool = True


def sync_inbox(
    url: str, store: Store, *, desk: Desk, actor: Actor, progress: Progress
) -> Iterator[Processed]:
    """Merge what lies in an inbox and give what became of each file, known ones first.

    Files are taken in the order of their own modified time. Each is merged in a transaction of
    its own: what was given is in the store, and a run that was ended goes on where it stopped.

    Raises:
        UsageError: There is no such inbox.
        StoreError: The database could not be used.
    """
    known, fresh = split_known(list_arrivals(url, desk), store)
    yield from (Processed(entry, receipt=receipt, is_new=False) for entry, receipt in known)
    progress.start(Step.APPLY, total=len(fresh))
    for received in receive(fresh, desk):
        progress.advance(Step.APPLY)
        arrival, verdict = received.arrival, received.verdict
        if received.prepared is None:
            yield Processed(arrival, verdict)
        else:
            (synced,) = sync_submissions(store, [received.prepared], actor)
            yield Processed(arrival, verdict, synced.receipt, is_new=synced.is_new)


def plan_inbox(url: str, store: Store, *, desk: Desk, progress: Progress) -> Iterator[Processed]:
    """Plan what `sync_inbox` would do, each file by itself, and write nothing."""
    known, fresh = split_known(list_arrivals(url, desk), store)
    yield from (Processed(entry, receipt=receipt, is_new=False) for entry, receipt in known)
    progress.start(Step.PLAN, total=len(fresh))
    for received in receive(fresh, desk):
        progress.advance(Step.PLAN)
        plan = _plan(store, received.prepared) if received.prepared else None
        yield Processed(received.arrival, received.verdict, plan=plan)


def list_arrivals(url: str, desk: Desk) -> list[Arrival]:
    """Give the files of an inbox that are whole, oldest first."""
    listing = list_inbox(url, now=desk.now)
    return sorted(listing.arrivals, key=lambda entry: (str(entry.modified_at), entry.name))


def split_known(
    arrivals: Iterable[Arrival], store: Store
) -> tuple[list[tuple[Arrival, Receipt]], list[Arrival]]:
    """Split files into those that came before, with their receipts, and the others."""
    hashes = [(entry, _identity(read_arrival(entry))) for entry in arrivals]
    receipts = known_receipts(store, (digest for _, digest in hashes))
    known = [(entry, receipts[digest]) for entry, digest in hashes if digest in receipts]
    return known, [entry for entry, digest in hashes if digest not in receipts]


def _identity(data: bytes) -> str:
    """Give the hash by which a submission is known: that of the workbook, also in a package."""
    return workbook_hash(data) or hashlib.sha256(data).hexdigest()


def _plan(store: Store, prepared: Prepared) -> MergePlan:
    with store.read() as connection:
        return make_plan(connection, prepared)
