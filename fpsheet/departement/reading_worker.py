"""The worker: turns a file of an inbox into a checked submission.

It sends back no CPR number: submissions leave it prepared, with pseudonyms in place, and what was
read leaves it closed. In a sync it works in reading processes, under their limits.
"""

import hashlib
import pickle
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

# Loaded with this module, and so before the first file: check loads it where it is used.
import fpsheet.intake.reading  # noqa: F401
import fpsheet_validation.check
import fpsheet_validation.rules.quiet_pandera  # noqa: F401
from fpsheet.checking.check_file import Question, check_raw, check_source
from fpsheet.checking.submission import Reception, Said, make_submission, own_time, said_in
from fpsheet.checking.verdict import Verdict
from fpsheet.departement.read_inbox_files import Desk, Received, Way, way_of
from fpsheet.intake.forside_reading import judge_meta
from fpsheet.intake.plan import make_plan
from fpsheet.intake.process import ReadingProcess
from fpsheet.intake.reader import HereReader, NamedBytes, Reader
from fpsheet.returned.answered_workbook import answer_workbook
from fpsheet.transport.age_header import AGE_MAGIC
from fpsheet.transport.inbox import PACKAGE_SUFFIX, Arrival
from fpsheet.transport.outbox import open_plain, workbook_hash
from fpsheet.transport.payload import Payload, PayloadError
from fpsheet.transport.sealed_package import open_package
from fpsheet_sync.database.errors import store_failure
from fpsheet_sync.database.keys import Keys, read_keys
from fpsheet_sync.database.record_layout import make_layouts
from fpsheet_sync.ledger.receipt import Receipt
from fpsheet_sync.merge.content import prepare
from fpsheet_sync.merge.file_findings import NO_TIME
from fpsheet_sync.merge.submission import Submission
from fpsheet_templates.errors import WorkbookFileError
from fpsheet_templates.form import Form
from fpsheet_templates.spoken import SpokenForm
from fpsheet_validation.finding import Finding, make_finding
from fpsheet_validation.raw import RawWorkbook

_ORIGINAL = "original.xlsx"
_NOT_LOOKED_FOR = frozenset({"STR-045"})
"""Values of the hidden sheet were not judged at first: an original may have a year of -1."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Turns files into submissions, in whatever process it runs."""

    desk: Desk
    question: Question
    keys: Keys
    reader: Reader

    def take(self, arrival: Arrival, data: bytes) -> Received:
        """Read, check and prepare one file."""
        verdict, submission = self.read(data, arrival)
        light, way = verdict.without_rows(), way_of(data)
        prepared = (
            prepare(submission, self.keys, make_layouts(self.question.form)) if submission else None
        )
        digest = hashlib.sha256(data).hexdigest()
        is_returned = self.desk.returns and way is Way.WORKBOOK and prepared is not None
        reading = _close(verdict) if is_returned else b""
        return Received(arrival, light, prepared, way, digest, reading)

    def read(self, data: bytes, arrival: Arrival) -> tuple[Verdict, Submission | None]:
        """Read and check the bytes of a file; no submission where they cannot be used."""
        verdict, sent, sealed_at = self._judge(data, arrival)
        if verdict.check is None or verdict.refused:
            return verdict, None
        form = self.question.form
        said, choices = sent or said_in(verdict)
        moment, findings = own_time(verdict.check.raw, sealed_at, self.desk.now), verdict.findings
        if moment == self.desk.now:
            findings = (*findings, make_finding(form, NO_TIME))
        reception = Reception(
            self.desk.now,
            moment,
            original=data,
            explanations=said,
            choices=choices,
        )
        return verdict, make_submission(verdict.check, findings, form, reception)

    def _judge(self, data: bytes, arrival: Arrival) -> tuple[Verdict, Said | None, str]:
        """Return the verdict, and what else was written and when, where the file is a package."""
        path, form, sealed_at = Path(arrival.path), self.question.form, ""
        if data.startswith(AGE_MAGIC):
            payload, findings, sealed_at = self._unseal(data)
        elif code := self._refuse_unsigned(arrival):
            payload, findings = None, (make_finding(form, code),)
        elif arrival.name.lower().endswith(PACKAGE_SUFFIX) or workbook_hash(data):
            payload, findings = _open_unsigned(data, form)
            if payload and (code := self._refuse_unsigned(arrival, payload.workbook)):
                payload, findings = None, (make_finding(form, code),)
        else:
            source = NamedBytes(arrival.name, data)
            verdict = check_source(source, path, self.question, self.reader)
            code = self._refuse_unsigned(arrival, verdict.check.raw) if verdict.check else ""
            if not code:
                return verdict, None, ""
            payload, findings = None, (make_finding(form, code),)
        if payload is not None:
            # A package has the same to be as the workbook that it carries.
            findings = (*findings, *self._known_version(payload))
        if payload is None or findings:
            return check_raw(None, findings, path, self.question), ((), ()), ""
        verdict = _as_at_the_desk(check_raw(payload.workbook, findings, path, self.question), form)
        return verdict, (payload.explanations, payload.choices), sealed_at

    def _refuse_unsigned(self, arrival: Arrival, workbook: RawWorkbook | None = None) -> str:
        """Return the code by which an unsigned file is refused, before or after it was read."""
        if self.desk.unsigned is None:
            return ""
        kommune = None if workbook is None else workbook.meta.get("kommune_kode", "")
        return self.desk.unsigned.refuse(arrival.path, kommune)

    def _known_version(self, payload: Payload) -> tuple[Finding, ...]:
        """Return whether the workbook of a package is of a version and a kommune we know.

        Findings: STR-041, STR-042, STR-044.
        """
        form = self.question.form
        plan = make_plan(form, expected_kommune=None, limits=self.desk.limits)
        faults = judge_meta(payload.workbook.meta, plan)
        passed = self.question.passed
        return tuple(fault.to_finding(form) for fault in faults if fault.code not in passed)

    def _unseal(self, data: bytes) -> tuple[Payload | None, tuple[Finding, ...], str]:
        form, unsealing = self.question.form, self.desk.unsealing
        if unsealing is None:
            return None, (make_finding(form, "PAK-001"),), ""
        identity, keyring = unsealing
        opened, findings = open_package(data, identity=identity, keyring=keyring, form=form)
        if opened is None:
            return None, findings, ""
        return opened.payload, findings, opened.manifest.sealed_at


def _close(verdict: Verdict) -> bytes:
    """Close what was read and found in a file, for whichever process makes its returned workbook.

    The process between them has no use for it, and does not open it.
    """
    return pickle.dumps(verdict.without_cells(), pickle.HIGHEST_PROTOCOL)


def _as_at_the_desk(verdict: Verdict, form: Form) -> Verdict:
    """Leave out what is said of fields that are blank only because they stay in the kommune."""
    local = {(sheet.id, f.id) for sheet in form.sheets for f in sheet.fields if f.local}
    said = [found for found in verdict.findings if (found.sheet, found.field) not in local]
    return replace(verdict, findings=tuple(said))


def _open_unsigned(data: bytes, form: Form) -> tuple[Payload | None, tuple[Finding, ...]]:
    try:
        payload = open_plain(data, form)
    except PayloadError:
        return None, (make_finding(form, "PAK-009"),)
    return payload, () if payload else (make_finding(form, "PAK-001"),)


@contextmanager
def make_worker(desk: Desk, *, passed: frozenset[str] = frozenset()) -> Iterator[Worker]:
    """Return a worker with a reading process of its own; `passed` is as in `Question`."""
    with ReadingProcess() as process:
        yield _worker_of(desk, process, passed)


def _worker_of(desk: Desk, reader: Reader, passed: frozenset[str] = frozenset()) -> Worker:
    question = Question(desk.form, desk.today, passed=passed)
    return Worker(desk, question, read_keys(desk.key_file), reader)


@contextmanager
def read_original(desk: Desk) -> Iterator[Callable[[bytes], Submission]]:
    """Read originals that were kept, as they were read when they came.

    A key that was revoked since held then, and a folder may have been trusted; a year that is none
    was read as 0: what was accepted stays accepted.
    """
    desk = replace(desk, unsigned=None)
    if desk.unsealing is not None:
        identity, keyring = desk.unsealing
        desk = replace(desk, unsealing=(identity, keyring.with_revoked()))
    from fpsheet_sync.ledger.tax_income import read_answer

    with make_worker(desk, passed=_NOT_LOOKED_FOR) as worker:

        def read(data: bytes) -> Submission:
            told = read_answer(desk.form, data, desk.now)
            if told is not None:
                return told
            name = _ORIGINAL if zipfile.is_zipfile(BytesIO(data)) else f"original{PACKAGE_SUFFIX}"
            _, submission = worker.read(data, Arrival(name, name, None, len(data)))
            if submission is None:
                raise store_failure("unread_original")
            return submission

        yield read


_workers: list[Worker] = []
"""The worker of this process, where it is a reading process; it serves one desk."""


def take(desk: Desk, *, arrival: Arrival, data: bytes) -> Received:
    """Read, check and prepare one file in this process, which is a reading process."""
    if not _workers:
        _workers.append(_worker_of(desk, HereReader()))
    return _workers[0].take(arrival, data)


def answer(desk: Desk, *, content: bytes, reading: bytes, receipt: Receipt) -> bytes:
    """Put a receipt into the workbook that `take` read, in a reading process.

    Args:
        desk: Who took it in.
        content: The workbook.
        reading: What `take` read and found.
        receipt: What became of it.

    Returns:
        The returned workbook; empty where the package is not whole enough to be changed.
    """
    verdict: Verdict = pickle.loads(reading)  # noqa: S301 - closed by `take`
    if verdict.check is None or verdict.opened is None:
        return b""
    opened = verdict.opened.with_data(content)
    found, language = (verdict.findings, verdict.check), verdict.check.raw.meta.get("sprog", "da")
    spoken = SpokenForm(desk.form, language).of_kommune(receipt.kommune_kode)
    try:
        return answer_workbook(opened, found, receipt, spoken)
    except WorkbookFileError:
        return b""  # the receipt itself still tells everything
