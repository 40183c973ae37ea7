"""Receiving: files of an inbox become checked submissions, two at a time.

Reading and checking take most of a sync, so they run in processes of their own; the writer takes
what they give in the order of the inbox. A worker sends back no CPR number: submissions leave it
prepared, with pseudonyms in place.
"""

import gc
import hashlib
import os
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from io import BytesIO
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

from fpsheet.check import Question, check_raw, check_source
from fpsheet.intake.process import ReadingProcess
from fpsheet.intake.reader import NamedBytes
from fpsheet.outbox import open_plain, workbook_hash
from fpsheet.own_time import own_time
from fpsheet.said import Said, said_in
from fpsheet.submission import Reception, make_submission
from fpsheet.transport.inbox import PACKAGE_SUFFIX, Arrival, read_arrival
from fpsheet.transport.keyring import Keyring
from fpsheet.transport.package import AGE_MAGIC, open_package
from fpsheet.transport.payload import Payload, PayloadError
from fpsheet.verdict import Verdict
from fpsheet_sync.content import Prepared, prepare
from fpsheet_sync.failure import store_failure
from fpsheet_sync.keys import Keys, read_keys
from fpsheet_sync.submission import Submission
from fpsheet_templates.errors import WorkbookFileError
from fpsheet_templates.form import Form
from fpsheet_templates.load import load_form
from fpsheet_validation.finding import Finding, make_finding

WORKERS = 2
"""More than two gain nothing: one writer takes all they give."""

_ORIGINAL = "original.xlsx"
_FEW = 3
"""So few files are read sooner than a process starts."""

_AHEAD = 3
"""Files per worker that are read before the writer asks for them; they wait in memory."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker needs to judge files.

    Attributes:
        today: The day of the check.
        now: When the files were taken from the inbox, UTC.
        key_file: File with the secret of the database.
        takes_unsigned: Whether the inbox is trusted with files that nobody signed.
        returns: Whether workbooks dropped in as they are get their returned workbook.
        unsealing: The departement's secret identity and its keyring; None where it has no keys.
    """

    today: date
    now: datetime
    key_file: Path
    takes_unsigned: bool = True
    returns: bool = False
    unsealing: tuple[str, Keyring] | None = field(default=None, repr=False)


class Way(StrEnum):
    """How a file travelled, and so how its receipt goes back."""

    SEALED = "sealed"
    """Signed and sealed: nobody reads the receipt's values but the kommune."""
    PACKAGE = "package"
    """A package without keys, in a folder that is trusted."""
    WORKBOOK = "workbook"
    """The workbook itself, dropped in as it is."""


def way_of(data: bytes) -> Way:
    """Tell how a file travelled."""
    if data.startswith(AGE_MAGIC):
        return Way.SEALED
    return Way.PACKAGE if workbook_hash(data) else Way.WORKBOOK


@dataclass(frozen=True, slots=True)
class Received:
    """A file of the inbox after it was read and checked.

    Attributes:
        arrival: The file.
        verdict: What was found, without the rows.
        prepared: The submission; None where the file cannot be used.
        way: How it travelled.
        sha256: Hash of the bytes that lay in the inbox.
        returned: The returned workbook, for a merge that adds nothing to the check; empty where
            none is wanted or can be made.
    """

    arrival: Arrival
    verdict: Verdict
    prepared: Prepared | None = field(repr=False)
    way: Way
    sha256: str
    returned: bytes = field(default=b"", repr=False)


def receive(arrivals: Iterable[Arrival], desk: Desk, *, count: int) -> Iterator[Received]:
    """Read and check files; what comes of them is given in their order.

    Args:
        arrivals: The files; the next is asked for when there is room to read it.
        desk: What is needed to judge them.
        count: How many there are, or fewer.
    """
    if count <= _FEW:
        worker = make_worker(desk)
        try:
            yield from map(worker.take, arrivals)
        finally:
            # The writer may give up in the middle: a database can fail.
            worker.process.close()
        return
    # What is loaded stays: the collector need not go through it again for every few files.
    gc.freeze()
    context = get_context("spawn")
    with ProcessPoolExecutor(WORKERS, context, initializer=_begin, initargs=(desk,)) as pool:
        pending: deque[Future[Received]] = deque()
        try:
            for entry in arrivals:
                pending.append(pool.submit(_take, entry))
                if len(pending) > WORKERS * _AHEAD:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            # Also when the caller stops: nothing is read on for nobody.
            pool.shutdown(cancel_futures=True)
            gc.unfreeze()


@dataclass(frozen=True, slots=True)
class Worker:
    """Turns files into submissions, in whatever process it runs."""

    desk: Desk
    question: Question
    keys: Keys
    process: ReadingProcess

    def take(self, arrival: Arrival) -> Received:
        """Read, check and prepare one file."""
        data = read_arrival(arrival)
        verdict, submission = self.read(data, arrival)
        light, way = verdict.without_rows(), way_of(data)
        prepared = prepare(submission, self.keys) if submission else None
        digest = hashlib.sha256(data).hexdigest()
        is_returned = self.desk.returns and way is Way.WORKBOOK and prepared is not None
        returned = self._return(data, verdict) if is_returned else b""
        return Received(arrival, light, prepared, way, digest, returned)

    def read(self, data: bytes, arrival: Arrival) -> tuple[Verdict, Submission | None]:
        """Read and check the bytes of a file; no submission where they cannot be used."""
        verdict, sent, sealed_at = self._judge(data, arrival)
        if verdict.check is None or verdict.refused:
            return verdict, None
        form = self.question.form
        said, choices = sent or said_in(data, verdict, form)
        reception = Reception(
            self.desk.now,
            own_time(verdict.check.raw, sealed_at, arrival.modified_at),
            original=data,
            explanations=said,
            choices=choices,
        )
        return verdict, make_submission(verdict.check, verdict.findings, form, reception)

    def _return(self, data: bytes, verdict: Verdict) -> bytes:
        """Make the returned workbook here, where the rows are: nobody has to read them again."""
        from fpsheet.returned.answer import sent_workbook

        if verdict.check is None:
            return b""
        found = verdict.findings, verdict.check
        language = verdict.check.raw.meta.get("sprog", "da")
        try:
            return sent_workbook(data, found, form=self.question.form, language=language)
        except WorkbookFileError:
            return b""  # the receipt itself still tells everything

    def _judge(self, data: bytes, arrival: Arrival) -> tuple[Verdict, Said | None, str]:
        """Give the verdict, and what else was written and when, where the file is a package."""
        path, form, sealed_at = Path(arrival.path), self.question.form, ""
        if data.startswith(AGE_MAGIC):
            payload, findings, sealed_at = self._unseal(data)
        elif not self.desk.takes_unsigned:
            payload, findings = None, (make_finding(form, "PAK-010"),)
        elif arrival.name.lower().endswith(PACKAGE_SUFFIX) or workbook_hash(data):
            payload, findings = _open_unsigned(data, form)
        else:
            source = NamedBytes(arrival.name, data)
            return check_source(source, path, self.question, self.process), None, ""
        if payload is None:
            return check_raw(None, findings, path, self.question), ((), ()), ""
        verdict = _as_at_the_desk(check_raw(payload.workbook, findings, path, self.question), form)
        return verdict, (payload.explanations, payload.choices), sealed_at

    def _unseal(self, data: bytes) -> tuple[Payload | None, tuple[Finding, ...], str]:
        form, unsealing = self.question.form, self.desk.unsealing
        if unsealing is None:
            return None, (make_finding(form, "PAK-001"),), ""
        identity, keyring = unsealing
        opened, findings = open_package(data, identity=identity, keyring=keyring, form=form)
        if opened is None:
            return None, findings, ""
        return opened.payload, findings, opened.manifest.sealed_at


def _as_at_the_desk(verdict: Verdict, form: Form) -> Verdict:
    """Leave out what is said of fields that are blank only because they stay in the kommune."""
    local = {(sheet.id, f.id) for sheet in form.sheets for f in sheet.fields if f.local}
    said = [found for found in verdict.findings if (found.sheet, found.field) not in local]
    return replace(verdict, findings=tuple(said))


def _open_unsigned(data: bytes, form: Form) -> tuple[Payload | None, tuple[Finding, ...]]:
    try:
        payload = open_plain(data)
    except PayloadError:
        return None, (make_finding(form, "PAK-009"),)
    return payload, () if payload else (make_finding(form, "PAK-001"),)


def make_worker(desk: Desk) -> Worker:
    """Give a worker with a reading process of its own, which must be closed."""
    process = ReadingProcess()
    question = Question(load_form(), desk.today)
    return Worker(desk, question, read_keys(desk.key_file), process)


@contextmanager
def read_original(desk: Desk) -> Iterator[Callable[[bytes], Submission]]:
    """Read originals that were kept, as they were read when they came.

    A key that was revoked since held then: what was accepted stays accepted.
    """
    if desk.unsealing is not None:
        identity, keyring = desk.unsealing
        desk = replace(desk, unsealing=(identity, keyring.with_revoked()))
    worker = make_worker(desk)

    from fpsheet_sync.income import read_answer

    def read(data: bytes) -> Submission:
        told = read_answer(data, desk.now)
        if told is not None:
            return told
        name = _ORIGINAL if zipfile.is_zipfile(BytesIO(data)) else f"original{PACKAGE_SUFFIX}"
        _, submission = worker.read(data, Arrival(name, name, None, len(data)))
        if submission is None:
            raise store_failure("unread_original")
        return submission

    try:
        yield read
    finally:
        worker.process.close()


_workers: list[Worker] = []
"""The worker of this process, where it is one of a pool."""


def _end_with_parent() -> None:
    """End this process when its parent does: nobody tells it where a sync is killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _begin(desk: Desk) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    _workers.append(make_worker(desk))
    # What checking needs is loaded before the first file, to be among what stays.
    from fpsheet.returned import answer  # noqa: F401
    from fpsheet_validation import check  # noqa: F401

    gc.freeze()


def _take(arrival: Arrival) -> Received:
    return _workers[0].take(arrival)
