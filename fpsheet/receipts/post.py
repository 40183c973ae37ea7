"""The post of a sync: what goes back to each kommune, as files in the folder of receipts.

Each kommune has a folder of its own there, named by its code, so that access to it can be given
to that kommune alone.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from fpsheet.check import Question, check_source
from fpsheet.inbox import Processed
from fpsheet.intake.process import ReadingProcess
from fpsheet.intake.reader import NamedBytes
from fpsheet.receipts.file import (
    SEALED_SUFFIX,
    SUFFIX,
    seal_receipt,
    without_values,
    write_receipt,
)
from fpsheet.receive import Way
from fpsheet.transport.folder import Folder
from fpsheet.transport.inbox import Arrival, read_arrival
from fpsheet.transport.keyring import Keyring
from fpsheet.transport.signing_key import SigningKey, departement_key
from fpsheet_sync.receipt import Receipt
from fpsheet_templates.errors import FpsheetError, OutsideError, WorkbookFileError
from fpsheet_templates.form import Form

BOOK_SUFFIX = ".xlsx"
RETURNED_SUFFIX = "-retur.xlsx"
"""The returned workbook of a kommune that dropped its workbook in as it is."""


@dataclass(frozen=True, slots=True)
class Post:
    """What the departement writes receipts with.

    Attributes:
        form: The form, for words.
        today: The day of the check.
        language: Language of the workbooks.
        unsealing: Its secret identity and its keyring; None where it has no keys.
    """

    form: Form
    today: date
    language: str = "da"
    unsealing: tuple[str, Keyring] | None = None

    @property
    def signer(self) -> SigningKey | None:
        """Give the key that receipts are signed with."""
        return None if self.unsealing is None else departement_key(self.unsealing[0])


def post_receipts(
    processed: Iterable[Processed], folder: Folder, post: Post
) -> Iterator[Processed]:
    """Write the receipts of files under the departement's numbers; what is there stays.

    Each file is passed on as soon as its receipt is there: while one is written, the next are read.
    A folder that cannot be written stops no other; the file is passed on with what stopped it.
    """
    with _Answers(post) as answers:
        for file in processed:
            outside = file.outside or _try_post(file, folder, answers)
            # Whoever keeps what was passed on shall not keep every workbook in memory.
            yield replace(file, returned=b"", outside=outside)


def _try_post(file: Processed, folder: Folder, answers: "_Answers") -> FpsheetError | None:
    """Write what goes back for a file; return what kept it from being written."""
    if file.receipt is None:
        return None
    try:
        if not folder.has(f"{_stem(file.receipt)}{SUFFIX}"):
            _post(file, file.receipt, folder, answers)
    except (OutsideError, WorkbookFileError) as error:
        return error
    return None


class _Answers(AbstractContextManager["_Answers"]):
    """Makes the workbooks that go back; one reading process serves all that are read again."""

    def __init__(self, post: Post) -> None:
        self.post, self.signer = post, post.signer
        self._stack = ExitStack()
        self._process: ReadingProcess | None = None

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, file: Processed, receipt: Receipt) -> bytes:
        """Return the returned workbook of a file with its receipt in it; empty for none."""
        if file.way is not Way.WORKBOOK:
            return b""
        # Loaded here: where nothing is new, a sync needs none of it.
        from fpsheet.returned.answer import adds_nothing

        if file.returned and adds_nothing(receipt):
            return file.returned
        self._process = self._process or self._stack.enter_context(ReadingProcess())
        return _answer(file.arrival, receipt, self.post, self._process)


def _answer(arrival: Arrival, receipt: Receipt, post: Post, process: ReadingProcess) -> bytes:
    """Put the receipt into a workbook that came as it is; empty where it is gone or was changed.

    The file is read again: the merge found more than the one who read it could know, or an
    earlier run was ended before its receipt was written.
    """
    from fpsheet.receipts.answer import answer_checked

    question = Question(post.form, post.today)
    try:
        content = read_arrival(arrival)
        source = NamedBytes(arrival.name, content)
        verdict = check_source(source, Path(arrival.path), question, process)
        return answer_checked(verdict, content, receipt, question, language=post.language)
    except (OSError, FpsheetError):
        return b""  # the receipt itself still tells everything


def _stem(receipt: Receipt) -> str:
    return f"{receipt.kommune_kode}/{receipt.number}"


def _post(file: Processed, receipt: Receipt, folder: Folder, answers: _Answers) -> None:
    from fpsheet.receipts.book import receipt_book
    from fpsheet.statistics.xlsx import write_xlsx

    post, signer = answers.post, answers.signer
    if returned := answers.of(file, receipt):
        folder.put(f"{_stem(receipt)}{RETURNED_SUFFIX}", returned)
    is_sealed = file.way is Way.SEALED
    if is_sealed and post.unsealing is not None:
        keys = [key.public for key in post.unsealing[1].active(receipt.kommune_kode)]
        if keys:
            closed = seal_receipt(write_receipt(receipt, signer), keys)
            folder.put(f"{_stem(receipt)}{SEALED_SUFFIX}", closed)
    open_one = without_values(receipt) if is_sealed else receipt
    book = receipt_book(open_one, post.form, language=post.language, values=not is_sealed)
    folder.put(f"{_stem(receipt)}{BOOK_SUFFIX}", write_xlsx(book))
    # The last of them, so that a run that was ended writes all of them again.
    folder.put(f"{_stem(receipt)}{SUFFIX}", write_receipt(open_one, signer))
