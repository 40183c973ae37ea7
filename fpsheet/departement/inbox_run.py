"""One run over an inbox: what is new is read, checked, merged and receipted."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from fpsheet.checking.verdict import Verdict
from fpsheet.departement.read_inbox_files import FAILED, Desk, Readers, Received, Way, way_of
from fpsheet.departement.refused_file import Budget, judged_by, refusal_of, verdict_of
from fpsheet.outside import outside_failure
from fpsheet.progress import Progress, Step
from fpsheet.transport.inbox import Arrival, digest_arrival, is_lock_file, list_inbox
from fpsheet_sync.database.access_log import Actor
from fpsheet_sync.database.claim import Claims, claim_files
from fpsheet_sync.database.store import Store
from fpsheet_sync.ledger.merge_plan import MergePlan, make_plan
from fpsheet_sync.ledger.receipt import Receipt
from fpsheet_sync.ledger.refusal_log import known_refusals, note_refusals
from fpsheet_sync.ledger.sync_submissions import known_receipts, sender_of, sync_submissions
from fpsheet_templates.errors import FpsheetError, OutsideError
from fpsheet_templates.form import Form
from fpsheet_validation.finding import make_finding


@dataclass(frozen=True, slots=True)
class Processed:
    """What became of one file of the inbox.

    Attributes:
        arrival: The file.
        verdict: What was found in it; None where it came before and was not read again.
        receipt: Its receipt; None where it could not be used, or nothing is to be written.
        plan: What it would do, in a dry run.
        is_new: It came for the first time.
        is_waiting: It is still on its way in, or another program holds it; a later run takes it.
        way: How it travelled.
        returned: The returned workbook, as soon as it is made; None where this run makes none.
        failure: Kind of the program's own failure over the file; empty for none.
        outside: What outside the program kept its receipt from being written, or the folder that
            it is from being read; None where nothing did. A later run tries again.
        is_remembered: It was refused by an earlier run, and was not read again.
        is_trace: Another program left it there; there is nothing to take in.
        is_left: Its sender's budget of this run was spent; a later run takes it.
    """

    arrival: Arrival
    verdict: Verdict | None = None
    receipt: Receipt | None = None
    plan: MergePlan | None = None
    is_new: bool = True
    is_waiting: bool = False
    way: Way = Way.PACKAGE
    returned: Future[bytes] | None = field(default=None, repr=False)
    failure: str = ""
    outside: FpsheetError | None = None
    is_remembered: bool = False
    is_trace: bool = False
    is_left: bool = False


@dataclass(frozen=True, slots=True)
class Fresh:
    """A file that never came before, the hash of its bytes, and how it travelled."""

    arrival: Arrival
    sha256: str
    way: Way


@dataclass(frozen=True, slots=True)
class Sorted:
    """The files of an inbox before any is read: what to do with each.

    Attributes:
        known: Those that came before, and those that were refused before.
        fresh: Those to be read.
        waiting: Those that are not whole, or not free, and traces of other programs.
    """

    known: tuple[Processed, ...] = ()
    fresh: tuple[Fresh, ...] = ()
    waiting: tuple[Processed, ...] = ()


def sync_inbox(
    url: str, store: Store, *, desk: Desk, actor: Actor, progress: Progress
) -> Iterator[Processed]:
    """Merge what lies in an inbox and yield what became of each file, known ones first.

    Files are taken in the order of their own modified time. Each is merged in a transaction of
    its own: what was yielded is in the store, and a run that was ended goes on where it stopped.
    Two syncs over one inbox share it on PostgreSQL: neither reads what the other is at.

    Raises:
        UsageError: There is no such inbox.
        StoreError: The database could not be used.
    """
    found = sort_inbox(url, desk, store)
    yield from (*found.waiting, *found.known)
    progress.start(Step.APPLY, total=len(found.fresh))
    others, left, budget = list[Fresh](), list[Fresh](), Budget()
    with claim_files(store) as claims, Readers(desk, count=len(found.fresh)) as readers:
        mine = _claimed(_affordable(found.fresh, budget, left), claims, others)
        for received in _receive(mine, readers, store, partial(progress.advance, Step.APPLY)):
            budget.charge(received)
            if received.is_refused:
                # At once: a run that is ended shall not forget what it refused.
                note_refusals(store, [refusal_of(received, desk)], actor)
            yield _merge(received, store, actor, readers)
    yield from _left_to_others(others, store)
    yield from (Processed(file.arrival, is_waiting=True, is_left=True) for file in left)


def _receive(
    arrivals: Iterable[Arrival], readers: Readers, store: Store, advance: Callable[[], None]
) -> Iterator[Received]:
    """Read files in their order, those refused that are another kommune's, and count each."""
    for received in readers.receive(arrivals):
        advance()
        yield _belonging(received, store)


def _unusable(received: Received) -> Processed:
    """Return a file of which nothing can be merged: it waits, or it is refused or failed over."""
    if received.is_waiting:
        return Processed(received.arrival, is_waiting=True)
    failure = received.failure
    return Processed(received.arrival, received.verdict, way=received.way, failure=failure)


def _merge(received: Received, store: Store, actor: Actor, readers: Readers) -> Processed:
    """Merge a file in a transaction of its own; one that the program fails over is told of.

    What goes back is made from the first reading while the next files are merged.
    """
    arrival, verdict, way = received.arrival, received.verdict, received.way
    if received.prepared is None:
        return _unusable(received)
    try:
        (synced,) = sync_submissions(store, [received.prepared], actor)
    except FpsheetError:
        raise
    except Exception as error:  # noqa: BLE001 - one file must not stop the others
        return _failed(store.form, received, error)
    return Processed(
        arrival,
        verdict,
        synced.receipt,
        is_new=synced.is_new,
        way=way,
        returned=readers.answer(received, synced.receipt) if received.reading else None,
    )


def _failed(form: Form, received: Received, error: Exception) -> Processed:
    """Tell of a file that the program failed over: by its name, without a word of what is in it."""
    path, way = received.verdict.path, received.way
    verdict = Verdict(path, (make_finding(form, FAILED),), None)
    return Processed(received.arrival, verdict, way=way, failure=type(error).__name__)


def _affordable(fresh: Iterable[Fresh], budget: Budget, left: list[Fresh]) -> Iterator[Fresh]:
    """Yield the files whose senders have budget left when their turn comes; the rest is noted."""
    for file in fresh:
        if budget.has_room(file.arrival.folder, file.way):
            yield file
        else:
            left.append(file)


def _claimed(fresh: Iterable[Fresh], claims: Claims, others: list[Fresh]) -> Iterator[Arrival]:
    """Yield the files that no other sync is at; the rest is noted in `others`."""
    for file in fresh:
        if claims.take(file.sha256):
            yield file.arrival
        else:
            others.append(file)


def _left_to_others(files: list[Fresh], store: Store) -> Iterator[Processed]:
    """Yield what another sync made of files, those that it is still at as waiting."""
    receipts = known_receipts(store, (file.sha256 for file in files)) if files else {}
    for file in files:
        receipt = receipts.get(file.sha256)
        if receipt is None:
            yield Processed(file.arrival, is_waiting=True, way=file.way)
        else:
            yield Processed(file.arrival, receipt=receipt, is_new=False, way=file.way)


def plan_inbox(url: str, store: Store, *, desk: Desk, progress: Progress) -> Iterator[Processed]:
    """Plan what `sync_inbox` would do, each file by itself, and write nothing."""
    found = sort_inbox(url, desk, store)
    yield from (*found.waiting, *found.known)
    progress.start(Step.PLAN, total=len(found.fresh))
    with Readers(desk, count=len(found.fresh)) as readers:
        arrivals = (file.arrival for file in found.fresh)
        for received in _receive(arrivals, readers, store, partial(progress.advance, Step.PLAN)):
            yield _planned(received, store)


def sort_inbox(url: str, desk: Desk, store: Store) -> Sorted:
    """Sort the files of an inbox, oldest first.

    Raises:
        UsageError: There is no such inbox.
    """
    listing = list_inbox(url, now=desk.now)
    waiting = [Processed(entry, is_waiting=True) for entry in listing.waiting]
    waiting += [_closed(folder) for folder in listing.closed]
    waiting += (_trace(desk.form, arrival) for arrival in listing.traces)
    places: list[Fresh] = []
    for entry in sorted(listing.arrivals, key=lambda one: (str(one.modified_at), one.name)):
        try:
            digest, head = digest_arrival(entry)
        except OutsideError:
            waiting.append(Processed(entry, is_waiting=True))
        else:
            # By its own bytes: what a package says its workbook is, anybody can say.
            places.append(Fresh(entry, digest, way_of(head)))
    receipts = known_receipts(store, (place.sha256 for place in places))
    unknown = [place for place in places if place.sha256 not in receipts]
    refused = [] if desk.tries_again else _refused_before(unknown, desk, store)
    again = {one.arrival.path for one in refused}
    return Sorted(
        known=(
            *(
                Processed(one.arrival, receipt=receipts[one.sha256], is_new=False, way=one.way)
                for one in places
                if one.sha256 in receipts
            ),
            *refused,
        ),
        fresh=tuple(place for place in unknown if place.arrival.path not in again),
        waiting=tuple(waiting),
    )


def _trace(form: Form, arrival: Arrival) -> Processed:
    """Return what another program left in the inbox, with the sentence that check has for it.

    Findings: STR-003, STR-016.
    """
    code = "STR-003" if is_lock_file(arrival.name) else "STR-016"
    verdict = Verdict(Path(arrival.path), (make_finding(form, code),), None)
    return Processed(arrival, verdict, way=Way.WORKBOOK, is_trace=True)


def _closed(folder: str) -> Processed:
    """Return a folder of the inbox that may not be read, as a file that waits."""
    error = outside_failure(PermissionError(), folder)
    return Processed(Arrival(folder, Path(folder).name, None, 0), is_waiting=True, outside=error)


def _refused_before(files: Iterable[Fresh], desk: Desk, store: Store) -> list[Processed]:
    """Return the files that were refused before by the same program, keys, settings and folder."""
    by_hash = {file.sha256: file for file in files}
    known = known_refusals(store, by_hash.keys())
    return [
        Processed(
            file.arrival,
            verdict_of(known[file.sha256], file.arrival),
            way=file.way,
            is_remembered=True,
        )
        for file in files
        if file.sha256 in known and known[file.sha256].judged_by == judged_by(desk, file.arrival)
    ]


def _belonging(received: Received, store: Store) -> Received:
    """Return a file, refused where another kommune has sent the file that it says it is.

    A package names the hash of its workbook and cannot prove it.

    Findings: PAK-012.
    """
    if received.prepared is None:
        return received
    head = received.prepared.head
    if sender_of(store, head.sha256) in {"", head.kommune_kode}:
        return received
    finding = make_finding(store.form, "PAK-012")
    verdict = Verdict(received.verdict.path, (finding,), None)
    return replace(received, verdict=verdict, prepared=None)


def _planned(received: Received, store: Store) -> Processed:
    arrival, verdict, way = received.arrival, received.verdict, received.way
    if received.prepared is None:
        return _unusable(received)
    try:
        with store.read() as connection:
            plan = make_plan(connection, received.prepared)
    except FpsheetError:
        raise
    except Exception as error:  # noqa: BLE001 - one file must not stop the others
        return _failed(store.form, received, error)
    return Processed(arrival, verdict, plan=plan, way=way)
