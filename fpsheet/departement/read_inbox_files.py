"""Receiving: files of an inbox become checked submissions, two at a time.

Reading and checking take most of a sync, so they run in processes of their own, which have limits
and may die of a file; the writer takes what they give in the order of the inbox.
"""

import gc
import hashlib
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

from fpsheet.checking.verdict import Verdict
from fpsheet.intake.intake_finding import IntakeFinding
from fpsheet.intake.limits import CHECKING_LIMITS, MEBIBYTE, Limits
from fpsheet.intake.pool import Pool
from fpsheet.intake.process import ReadingProcess, Task
from fpsheet.transport.age_header import AGE_MAGIC
from fpsheet.transport.folder import is_inside
from fpsheet.transport.inbox import Arrival, digest_arrival, read_arrival
from fpsheet.transport.keyring import Keyring
from fpsheet.transport.outbox import workbook_hash
from fpsheet_sync.ledger.receipt import Receipt
from fpsheet_sync.merge.content import Prepared
from fpsheet_templates.errors import FpsheetError, OutsideError
from fpsheet_templates.form import Form

FAILED = "STR-036"
"""Code of a file over which reading ended."""

TOO_LARGE = "STR-005"
"""Code of a file that is not even read."""

_WORKER = "fpsheet.departement.reading_worker"


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Where files that nobody signed are taken from, and whose.

    Attributes:
        folders: Folder, or its fsspec address → kommuner whose files may lie there unsigned.
        signing: Kommuner that have a key, or had one, and so deliver signed.
    """

    folders: Mapping[str, Collection[str]]
    signing: Collection[str] = ()

    def refuse(self, path: str, kommune_kode: str | None = None) -> str:
        """Return the code by which an unsigned file is refused; empty where it is taken.

        Args:
            path: Where it lies; of several folders around it the innermost counts.
            kommune_kode: Whose it says it is; None before it was read.

        Findings: PAK-010, PAK-013, PAK-014.
        """
        around = [folder for folder in self.folders if is_inside(path, folder)]
        inner = [one for one in around if all(is_inside(one, other) for other in around)]
        if not inner:
            return "PAK-010"
        if kommune_kode is None:
            return ""
        if kommune_kode not in self.folders[inner[0]]:
            return "PAK-013"
        return "PAK-014" if kommune_kode in self.signing else ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker needs to judge files.

    Attributes:
        form: The form that files are checked against.
        today: The day of the check.
        now: When the files were taken from the inbox, UTC.
        key_file: File with the secret of the database.
        unsigned: Where unsigned files are taken from; None for anywhere, in a trial without keys.
        tries_again: Whether files that were refused before are read again.
        returns: Whether workbooks dropped in as they are get their returned workbook.
        unsealing: The departement's secret identity and its keyring; None where it has no keys.
        limits: How much a file may ask for.
    """

    form: Form = field(repr=False)
    today: date
    now: datetime
    key_file: Path
    unsigned: Unsigned | None = None
    tries_again: bool = False
    returns: bool = False
    unsealing: tuple[str, Keyring] | None = field(default=None, repr=False)
    limits: Limits = CHECKING_LIMITS


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
        reading: What was read and found, closed: this process passes it on to the one that makes
            the returned workbook. Empty where none is wanted.
        content: The file itself, where there is a reading.
        failure: Kind of the program's own failure over the file; empty for none.
        is_waiting: It vanished, or could not be reached, before it was read.
        seconds: How long it took.
    """

    arrival: Arrival
    verdict: Verdict
    prepared: Prepared | None = field(repr=False)
    way: Way
    sha256: str
    reading: bytes = field(default=b"", repr=False)
    content: bytes = field(default=b"", repr=False)
    failure: str = ""
    is_waiting: bool = False
    seconds: float = 0.0

    @property
    def is_refused(self) -> bool:
        """Return whether it was read, and cannot be used."""
        return self.prepared is None and not self.failure and not self.is_waiting


_Judged = tuple[Form, Limits]
"""By what a file is judged before it is read: the form, and how much it may ask for."""


class Readers(AbstractContextManager["Readers"]):
    """Reading processes that take files in, and later make the workbooks that go back."""

    def __init__(self, desk: Desk, *, count: int) -> None:
        """Get ready.

        Args:
            desk: What is needed to judge files.
            count: How many there are, or fewer.
        """
        # What is loaded stays: the collector need not go through it again for every few files.
        gc.freeze()
        self._limits = desk.limits
        self._form = desk.form
        self._pool = Pool(partial(ReadingProcess, _WORKER, kept=desk), count=count)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the processes."""
        try:
            self._pool.__exit__(kind)
        finally:
            gc.unfreeze()

    def receive(self, arrivals: Iterable[Arrival]) -> Iterator[Received]:
        """Read and check files; what comes of them is given in their order.

        Args:
            arrivals: The files; the next is asked for when there is room to read it.

        Raises:
            StoreError: The key of the database is missing.

        Findings: STR-035, STR-036, and whatever is found in a file.
        """
        return self._pool.each(arrivals, partial(_take, (self._form, self._limits)))

    def answer(self, received: Received, receipt: Receipt) -> Future[bytes]:
        """Put a receipt into a workbook that came as it is, from its first reading.

        Returns:
            The returned workbook, as soon as it is made; empty where it cannot be.
        """
        arguments = {
            "content": received.content,
            "reading": received.reading,
            "receipt": receipt,
        }
        return self._pool.beside(_answer, Task(f"{_WORKER}:answer", arguments, self._limits))


def _answer(process: ReadingProcess, task: Task) -> bytes:
    """Let a process make a returned workbook; without one the receipt still tells everything."""
    made: bytes | IntakeFinding = process.run(task)
    return b"" if isinstance(made, IntakeFinding) else made


def _take(judged: _Judged, process: ReadingProcess, arrival: Arrival) -> Received:
    """Let a process read and check a file, and tell how long it took."""
    start = time.monotonic()
    received = _read(judged, process, arrival)
    return replace(received, seconds=time.monotonic() - start)


def _read(judged: _Judged, process: ReadingProcess, arrival: Arrival) -> Received:
    """Let a process read and check a file; one that it dies of, or fails over, is refused."""
    form, limits = judged
    try:
        if arrival.size > limits.file_bytes:
            details = (("graense", str(limits.file_bytes // MEBIBYTE)),)
            return _unread(
                form, arrival, digest_arrival(arrival), IntakeFinding(TOO_LARGE, details=details)
            )
        data = read_arrival(arrival)
    except OutsideError:
        # It was there a moment ago; the next run sees it again.
        nothing = Verdict(Path(arrival.path), (), None)
        return Received(arrival, nothing, None, Way.PACKAGE, sha256="", is_waiting=True)
    known = hashlib.sha256(data).hexdigest(), data
    arguments = {"arrival": arrival, "data": data}
    try:
        received: Received | IntakeFinding = process.run(Task(f"{_WORKER}:take", arguments, limits))
    except FpsheetError:
        raise
    except Exception as error:  # noqa: BLE001 - one file must not stop the others
        return _unread(form, arrival, known, IntakeFinding(FAILED), failure=type(error).__name__)
    if isinstance(received, IntakeFinding):
        return _unread(form, arrival, known, received)
    return replace(received, content=data) if received.reading else received


def _unread(
    form: Form,
    arrival: Arrival,
    known: tuple[str, bytes],
    fault: IntakeFinding,
    *,
    failure: str = "",
) -> Received:
    digest, head = known
    verdict = Verdict(Path(arrival.path), (fault.to_finding(form),), None)
    return Received(arrival, verdict, None, way_of(head), digest, failure=failure)
