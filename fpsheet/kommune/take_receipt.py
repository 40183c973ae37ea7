"""Taking a receipt in: the kommune's own file becomes the workbook to go on with."""

from dataclasses import dataclass, field
from pathlib import Path

from fpsheet.checking.check_file import Question, check_source
from fpsheet.checking.verdict import Verdict
from fpsheet.files import write_whole
from fpsheet.intake.process import ReadingProcess
from fpsheet.intake.reader import NamedBytes
from fpsheet.kommune.stamp_sent import is_open
from fpsheet.receipts.receipt_file import WITHDRAWN, read_receipt, receipt_error, unseal_receipt
from fpsheet.returned.answered_workbook import answer_workbook
from fpsheet.returned.conflict_list_text import fields_of
from fpsheet.transport.age_header import AGE_MAGIC
from fpsheet.transport.signing_key import PublicKey, SigningKey
from fpsheet_sync.ledger.receipt import Receipt
from fpsheet_sync.merge.stamp import read_stamp
from fpsheet_templates.form import Form
from fpsheet_templates.spoken import SpokenForm


@dataclass(frozen=True, slots=True)
class Opening:
    """What receipts are opened with at a kommune.

    Attributes:
        key: Its signing key, which also opens what is sealed for it; None where it has none.
        signer: The departement's key; None where it was never taken.
    """

    key: SigningKey | None = field(default=None, repr=False)
    signer: PublicKey | None = None


def is_sealed(path: Path) -> bool:
    """Return whether the kommune's key is needed to open a receipt; False for what is not there."""
    try:
        with path.open("rb") as file:
            return file.read(len(AGE_MAGIC)) == AGE_MAGIC
    except OSError:
        return False


def looks_swapped(receipt: Path, file: Path) -> bool:
    """Return whether the workbook was named where the receipt belongs, and the receipt after it."""
    ending = receipt.suffix.casefold(), file.suffix.casefold()
    return ending[0] == ".xlsx" and ending[1] in {".json", ".kvittering"}


def open_receipt(path: Path, opening: Opening, form: Form, *, language: str) -> Receipt:
    """Open the file of a receipt.

    Raises:
        ReceiptError: It is damaged, altered, not signed, or for somebody else.
    """
    if WITHDRAWN in path.name:
        raise receipt_error("withdrawn", language)
    try:
        data = path.read_bytes()
    except OSError:
        raise receipt_error("broken", language) from None
    if data.startswith(AGE_MAGIC):
        if opening.key is None:
            raise receipt_error("no_key", language)
        data = unseal_receipt(data, opening.key, language=language)
    receipt = read_receipt(data, opening.signer, language=language)
    if any(set(fields_of(one, form)) - {"cpr", *one.agreed} for one in receipt.conflicts):
        raise receipt_error("no_values", language)
    return receipt


def take_receipt(
    receipt: Receipt, file: Path, question: Question, *, out: Path, language: str
) -> Verdict:
    """Put a receipt into the kommune's own file.

    Args:
        receipt: The receipt.
        file: The workbook that was sent, or went on being edited since.
        question: What it is checked against.
        out: Where the returned workbook goes; the file itself as a rule.
        language: Language of a refusal.

    Returns:
        What was found in the file, now marked in it.

    Raises:
        ReceiptError: The receipt is of another workbook or another state of it, or the workbook
            is open or cannot be read. Nothing is changed.
        WorkbookFileError: The returned workbook cannot be made or written.
    """
    if is_open(out):
        raise receipt_error("open", language)
    content = file.read_bytes()
    with ReadingProcess() as process:
        verdict = check_source(NamedBytes(file.name, content), file, question, process)
    data = answer_checked(verdict, receipt, question, language=language)
    if is_open(out) or (out == file and file.read_bytes() != content):
        raise receipt_error("open", language)
    write_whole(out, data, language=language)
    return verdict


def answer_checked(
    verdict: Verdict, receipt: Receipt, question: Question, *, language: str
) -> bytes:
    """Return the returned workbook of a file that was checked.

    Raises:
        ReceiptError: The receipt is not of this file, or the file cannot be read.
        WorkbookFileError: The package is not whole enough to be changed.
    """
    if verdict.check is None or verdict.opened is None:
        raise receipt_error("unreadable", language)
    meta = verdict.check.raw.meta
    kommune, aar = receipt.kommune_kode, str(receipt.aar)
    own = (meta.get("workbook_id"), meta.get("kommune_kode"), meta.get("aar"))
    if own != (receipt.workbook_id, kommune, aar):
        place = {"workbook": receipt.workbook_id, "kommune": kommune, "aar": aar}
        raise receipt_error("workbook", language, **place)
    is_sent = verdict.check.raw.sha256 == receipt.sha256
    if not is_sent and read_stamp(meta.get("parent", "")).parent != receipt.sha256:
        raise receipt_error("version", language)
    found = verdict.findings, verdict.check
    spoken = SpokenForm(question.form, meta.get("sprog", "da")).of_kommune(kommune)
    return answer_workbook(verdict.opened, found, receipt, spoken)
