"""The post of a sync: what goes back to each kommune, as files in the folder of receipts.

Each kommune has a folder of its own there, named by its code, so that access to it can be given
to that kommune alone.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from fpsheet.checking.check_file import Question, check_source
from fpsheet.departement.inbox_run import Processed
from fpsheet.departement.posted_files import (
    BOOK_SUFFIX,
    RETURNED_SUFFIX,
    SUFFIXES,
    are_whole,
    put_files,
    stem_of,
)
from fpsheet.departement.read_inbox_files import Way
from fpsheet.intake.process import ReadingProcess
from fpsheet.intake.reader import NamedBytes
from fpsheet.receipts.receipt_file import (
    SEALED_SUFFIX,
    SUFFIX,
    WITHDRAWN,
    find_receipt,
    seal_receipt,
    without_values,
    write_receipt,
)
from fpsheet.transport.folder import Folder
from fpsheet.transport.inbox import Arrival, read_arrival
from fpsheet.transport.keyring import Keyring
from fpsheet.transport.signing_key import SigningKey, departement_key
from fpsheet_sync.database.keys import Keys, read_keys
from fpsheet_sync.database.store import Store
from fpsheet_sync.ledger.delivery_status import StatusLine
from fpsheet_sync.ledger.receipt import Receipt
from fpsheet_sync.ledger.sync_submissions import given_numbers
from fpsheet_templates.errors import FpsheetError, OutsideError, WorkbookFileError
from fpsheet_templates.failure import make_failure
from fpsheet_templates.form import Form
from fpsheet_templates.load import load_texts
from fpsheet_templates.spoken import SpokenForm

_STEM = re.compile(
    r"(?P<stem>(?P<kommune>\d+)/(?P<number>(?P=kommune)-\d{4}-(?P<commit>\d{6,})[a-z]*))"
    + re.escape(SUFFIX)
)
"""A receipt in the folder of its kommune, by its number; one put aside has another name."""

_OWNER = "database.txt"
"""Names the database whose receipts lie in the folder, by its key's name."""

_LETTER = "-frist.txt"
"""Ends the name of a letter about a deadline."""

_BEHIND = 4
"""So many files are merged before the receipt of the first is written."""

_SHOWN = 8
"""Digits of a hash that tell one file from another."""


LetterWriter = Callable[[StatusLine], tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Post:
    """What the departement writes receipts with.

    Attributes:
        form: The form, for words.
        today: The day of the check.
        key_file: File with the secret of the database that gave the numbers.
        language: Language of the workbooks.
        unsealing: Its secret identity and its keyring; None where it has no keys.
    """

    form: Form
    today: date
    key_file: Path
    language: str = "da"
    unsealing: tuple[str, Keyring] | None = None

    @property
    def keys(self) -> Keys:
        """Return the keys of the database."""
        return read_keys(self.key_file)

    @property
    def signer(self) -> SigningKey | None:
        """Return the key that receipts are signed with."""
        return None if self.unsealing is None else departement_key(self.unsealing[0])


def post_receipts(
    processed: Iterable[Processed], folder: Folder, post: Post
) -> Iterator[Processed]:
    """Write the receipts of files under the departement's numbers; what is there stays.

    A file is passed on when its receipt is there. A folder that cannot be written stops no other;
    the file is passed on with what stopped it.
    """
    with _Answers(post) as answers:
        for file in _some_behind(processed):
            outside = file.outside or _try_post(file, folder, answers)
            # Whoever keeps what was passed on shall not keep every workbook in memory.
            yield replace(file, returned=None, outside=outside)


def _some_behind(processed: Iterable[Processed]) -> Iterator[Processed]:
    """Pass files on a few later, so that their workbooks are made while the next are merged.

    Those that were merged before something stopped the run are passed on first.
    """
    held: deque[Processed] = deque()
    try:
        for file in processed:
            held.append(file)
            if len(held) > _BEHIND:
                yield held.popleft()
    except FpsheetError:
        yield from held
        raise
    yield from held


def _try_post(file: Processed, folder: Folder, answers: "_Answers") -> FpsheetError | None:
    """Write what goes back for a file; return what kept it from being written."""
    if file.receipt is None:
        return None
    try:
        theirs = folder.get(f"{stem_of(file.receipt)}{SUFFIX}") or b""
        signer = answers.signer.public if answers.signer else None
        # One that was overwritten is none of ours, and is written again.
        before = find_receipt(theirs, signer)
        is_same = before is not None and before.sha256 == file.receipt.sha256
        is_whole = is_same and are_whole(file.receipt, theirs, folder, answers.keys)
        if before and is_whole and _deadlines(before) == _deadlines(file.receipt):
            return None
        _need_own(folder, answers.keys.id)
        if before and not is_same:
            _withdraw(folder, stem_of(file.receipt), before.sha256, answers.post)
        _post(file, file.receipt, folder, answers)
    except (OutsideError, WorkbookFileError) as error:
        return error
    return None


def _deadlines(receipt: Receipt) -> tuple[str, str]:
    """Return what a receipt tells that may be answered after it was written."""
    return receipt.asked, receipt.granted


def _need_own(folder: Folder, database: str) -> None:
    """Keep the receipts of two databases apart: the first one that writes in a folder has it.

    Raises:
        OutsideError: The folder has the receipts of another database.
    """
    owner = folder.get(_OWNER)
    if owner is None:
        folder.put(_OWNER, f"{database}\n".encode())
    elif owner.decode("ascii", "replace").strip() != database:
        raise make_failure(OutsideError, "error.outside.other_receipts", {"sted": folder.url})


def withdraw_receipts(folder: Folder, store: Store, post: Post) -> list[str]:
    """Put aside the receipts whose numbers the database never gave.

    A database that was restored from a copy knows nothing of what came after the copy. Where the
    files come again they get receipts; where they do not, nobody would tell the kommune.

    Returns:
        The numbers, in order.

    Raises:
        OutsideError: The folder cannot be reached or written.
    """
    stems = [_STEM.fullmatch(name) for name in folder.names(f"*/*{SUFFIX}")]
    owner = (folder.get(_OWNER) or b"").decode("ascii", "replace").strip()
    if not any(stems) or owner != post.keys.id:
        return []
    # Asked after the folder was looked at: what another run writes meanwhile is known.
    given = given_numbers(store)
    withdrawn: list[str] = []
    for found in filter(None, stems):
        if (found["kommune"], int(found["commit"])) in given:
            continue
        data = folder.get(f"{found['stem']}{SUFFIX}") or b""
        before = find_receipt(data, post.signer.public if post.signer else None)
        if before:
            _withdraw(folder, found["stem"], before.sha256, post)
            withdrawn.append(found["number"])
    return withdrawn


def _withdraw(folder: Folder, stem: str, before: str, post: Post) -> None:
    """Put aside what was given under a number that is no more that file's.

    A database that was restored from a copy gives the numbers after the copy once more; the files
    that had them are unknown to it.
    """
    aside = f"{stem}{WITHDRAWN}{before[:_SHOWN]}"
    texts = load_texts("receipt.toml")
    told = {"nummer": stem.rpartition("/")[2], "fil": before[:_SHOWN]}
    said = texts.fill("receipt.withdrawn", post.language, told)
    folder.put(f"{aside}.txt", f"{said}\r\n".encode())
    for suffix in SUFFIXES:
        folder.rename(f"{stem}{suffix}", f"{aside}{suffix}")


def post_letters(
    lines: Iterable[StatusLine], folder: Folder, post: Post, write: LetterWriter
) -> None:
    """Tell each kommune of its deadline where no receipt does: it may have sent nothing at all.

    Args:
        lines: How each kommune stands in a year.
        folder: The folder of receipts.
        post: What receipts are written with.
        write: Returns the text for a kommune, and whether it is to be told; what is not only takes
            the place of an earlier letter.

    Raises:
        OutsideError: The folder cannot be reached or written, or is another database's.
        WorkbookFileError: A file on this machine cannot be written.
    """
    there = set(folder.names(f"*/*{_LETTER}"))
    for line in lines:
        text, is_told = write(line)
        name = f"{line.kommune_kode}/{line.kommune_kode}-{line.aar}{_LETTER}"
        data = f"{text}\n".replace("\n", "\r\n").encode()
        if name in there and folder.get(name) == data:
            continue
        if is_told or name in there:
            _need_own(folder, post.keys.id)
            folder.put(name, data)


class _Answers(AbstractContextManager["_Answers"]):
    """Makes the workbooks that go back; one reading process serves all that are read again."""

    def __init__(self, post: Post) -> None:
        self.post, self.signer = post, post.signer
        self._stack = ExitStack()
        self._process: ReadingProcess | None = None

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def keys(self) -> Keys:
        """Return the keys of the database, not before it is open: what it lacks is said first."""
        return self.post.keys

    def of(self, file: Processed, receipt: Receipt) -> bytes:
        """Return the returned workbook of a file with its receipt in it; empty for none."""
        if file.way is not Way.WORKBOOK:
            return b""
        if file.returned is not None:
            return file.returned.result()
        self._process = self._process or self._stack.enter_context(ReadingProcess())
        return _answer(file.arrival, receipt, self.post, self._process)


def _answer(arrival: Arrival, receipt: Receipt, post: Post, process: ReadingProcess) -> bytes:
    """Put the receipt into a workbook that came as it is; empty where it is gone or was changed.

    The file is read again: an earlier run was ended before its receipt was written.
    """
    from fpsheet.kommune.take_receipt import answer_checked

    question = Question(post.form, post.today)
    try:
        source = NamedBytes(arrival.name, read_arrival(arrival))
        verdict = check_source(source, Path(arrival.path), question, process)
        return answer_checked(verdict, receipt, question, language=post.language)
    except (OSError, FpsheetError):
        return b""  # the receipt itself still tells everything


def _post(file: Processed, receipt: Receipt, folder: Folder, answers: _Answers) -> None:
    from fpsheet.receipts.receipt_book import receipt_book
    from fpsheet.table_book.xlsx import write_xlsx

    post, signer = answers.post, answers.signer
    files: dict[str, bytes] = {}
    if returned := answers.of(file, receipt):
        files[RETURNED_SUFFIX] = returned
    is_sealed = file.way is Way.SEALED
    if is_sealed and post.unsealing is not None:
        keys = [key.public for key in post.unsealing[1].active(receipt.kommune_kode)]
        if keys:
            files[SEALED_SUFFIX] = seal_receipt(write_receipt(receipt, signer), keys)
    open_one = without_values(receipt) if is_sealed else receipt
    spoken = SpokenForm(post.form, post.language).of_kommune(receipt.kommune_kode)
    book = receipt_book(open_one, spoken, values=not is_sealed)
    files[BOOK_SUFFIX] = write_xlsx(book)
    files[SUFFIX] = write_receipt(open_one, signer)
    put_files(receipt, files, folder, answers.keys)
