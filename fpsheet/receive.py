"""Receiving: files of an inbox become checked submissions, two at a time.

Reading and checking take most of a sync, so they run in processes of their own; the writer takes
what they give in the order of the inbox. A worker sends back no CPR number: submissions leave it
prepared, with pseudonyms in place.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from multiprocessing import get_context
from pathlib import Path

from fpsheet.check import Question, check_raw, check_source
from fpsheet.intake.process import ReadingProcess
from fpsheet.intake.reader import NamedBytes
from fpsheet.outbox import SUFFIX, open_plain
from fpsheet.returned.explanation import current_explanations
from fpsheet.submission import Reception, make_submission
from fpsheet.transport.inbox import Arrival, read_arrival
from fpsheet.transport.keyring import Keyring
from fpsheet.transport.package import AGE_MAGIC, open_package
from fpsheet.transport.payload import Payload, PayloadError
from fpsheet.verdict import Verdict
from fpsheet_sync.content import Prepared, prepare
from fpsheet_sync.keys import Keys, read_keys
from fpsheet_sync.submission import Explanation
from fpsheet_templates.form import Form
from fpsheet_templates.load import load_form
from fpsheet_validation.finding import Finding, make_finding

Explanations = tuple[Explanation, ...]

WORKERS = 2
"""More than two gain nothing: one writer takes all they give."""

_FEW = 3
"""So few files are read sooner than a process starts."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker needs to judge files.

    Attributes:
        today: The day of the check.
        now: When the files were taken from the inbox, UTC.
        key_file: File with the secret of the database.
        takes_unsigned: Whether the inbox is trusted with files that nobody signed.
        unsealing: The departement's secret identity and its keyring; None where it has no keys.
    """

    today: date
    now: datetime
    key_file: Path
    takes_unsigned: bool = True
    unsealing: tuple[str, Keyring] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """A file of the inbox after it was read and checked.

    Attributes:
        arrival: The file.
        verdict: What was found, without the rows.
        prepared: The submission; None where the file cannot be used.
    """

    arrival: Arrival
    verdict: Verdict
    prepared: Prepared | None = field(repr=False)


def receive(arrivals: Iterable[Arrival], desk: Desk) -> Iterator[Received]:
    """Read and check files; what comes of them is given in their order."""
    entries = list(arrivals)
    if len(entries) <= _FEW:
        worker = _make_worker(desk)
        yield from map(worker.take, entries)
        worker.process.close()
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(WORKERS, context, initializer=_begin, initargs=(desk,)) as pool:
        yield from pool.map(_take, entries)


@dataclass(frozen=True, slots=True)
class _Worker:
    desk: Desk
    question: Question
    keys: Keys
    process: ReadingProcess

    def take(self, arrival: Arrival) -> Received:
        """Read, check and prepare one file."""
        data = read_arrival(arrival)
        verdict, sent = self._judge(data, arrival)
        light = replace(verdict, check=None)
        if verdict.check is None or verdict.unreadable:
            return Received(arrival, light, None)
        said = sent
        if said is None:
            said = current_explanations(data, verdict.findings, verdict.check)
        reception = Reception(self.desk.now, arrival.modified_at, original=data, explanations=said)
        submission = make_submission(verdict.check, verdict.findings, self.question.form, reception)
        return Received(arrival, light, prepare(submission, self.keys))

    def _judge(self, data: bytes, arrival: Arrival) -> tuple[Verdict, Explanations | None]:
        """Give the verdict, and the explanations where the file is a package that carries them."""
        path, form = Path(arrival.path), self.question.form
        if data.startswith(AGE_MAGIC):
            payload, findings = self._unseal(data)
        elif not self.desk.takes_unsigned:
            payload, findings = None, (make_finding(form, "PAK-010"),)
        elif arrival.name.lower().endswith(SUFFIX):
            payload, findings = _open_unsigned(data, form)
        else:
            source = NamedBytes(arrival.name, data)
            return check_source(source, path, self.question, self.process), None
        raw = payload.workbook if payload else None
        sent = payload.explanations if payload else ()
        return check_raw(raw, findings, path, self.question), sent

    def _unseal(self, data: bytes) -> tuple[Payload | None, tuple[Finding, ...]]:
        form, unsealing = self.question.form, self.desk.unsealing
        if unsealing is None:
            return None, (make_finding(form, "PAK-001"),)
        identity, keyring = unsealing
        opened, findings = open_package(data, identity=identity, keyring=keyring, form=form)
        return opened.payload if opened else None, findings


def _open_unsigned(data: bytes, form: Form) -> tuple[Payload | None, tuple[Finding, ...]]:
    try:
        payload = open_plain(data)
    except PayloadError:
        return None, (make_finding(form, "PAK-009"),)
    return payload, () if payload else (make_finding(form, "PAK-001"),)


def _make_worker(desk: Desk) -> _Worker:
    process = ReadingProcess()
    question = Question(load_form(), desk.today)
    return _Worker(desk, question, read_keys(desk.key_file), process)


_workers: list[_Worker] = []
"""The worker of this process, where it is one of a pool."""


def _begin(desk: Desk) -> None:
    _workers.append(_make_worker(desk))


def _take(arrival: Arrival) -> Received:
    return _workers[0].take(arrival)
